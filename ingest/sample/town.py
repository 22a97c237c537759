"""The town's main streets, laid by hand around the market place; the blocks between them grow by themselves."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from ingest.sample.drawing import Stroke, bridged
from ingest.sample.organic import organic_streets
from ingest.sample.shapes import Points, bent, line_xy, roughened, smoothed
from ingest.sample.terrain import TOWN_XY_M, Terrain

__all__ = ["GATES", "estates", "main_streets", "town_region", "town_streets"]

GATES = {
    "NW": (-1_330.0, 1_250.0), "N": (-80.0, 2_480.0), "NE": (1_330.0, 1_250.0), "E": (1_900.0, 420.0),
    "W": (-2_650.0, 110.0), "S": (180.0, -1_950.0), "SE": (1_450.0, -1_650.0), "SW": (-1_300.0, -1_720.0),
}  # fmt: skip
"""Where the country roads begin, metres from the market place."""

_AVENUES: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...] = (
    ("Avenue du Général Leclerc", "secondary", ((0, 430), (45, 760), (30, 1_060), (-70, 1_720), (-80, 2_480))),
    ("Avenue de Verdun", "secondary", ((305, 315), (560, 560), (770, 790), (1_010, 1_040), (1_330, 1_250))),
    ("Avenue de la République", "secondary", ((435, 10), (720, 70), (1_010, 130), (1_450, 260), (1_900, 420))),
    ("Avenue de la Mer", "secondary", ((-432, 20), (-760, -10), (-1_060, -20), (-1_750, 60), (-2_650, 110))),
    ("Avenue du Maréchal Foch", "tertiary", ((-300, 312), (-540, 560), (-790, 770), (-1_070, 1_000), (-1_330, 1_250))),
    ("Avenue de la Gare", "secondary", ((8, -430), (6, -560), (16, -700), (40, -850))),
    ("Route de la Lande", "secondary", ((40, -850), (110, -1_180), (160, -1_340), (180, -1_950))),
    ("Rue du Faubourg Saint-Elvin", "secondary", ((40, -850), (330, -940), (720, -1_210), (1_450, -1_650))),
    ("Rue du Faubourg de la Grève", "tertiary", ((40, -850), (-260, -960), (-640, -1_260), (-1_300, -1_720))),
)
_RING = ("Boulevard des Remparts", "Boulevard Voltaire", "Boulevard du Collège", "Quai de l’Aubrelle")
_OUTER: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...] = (
    ("Boulevard de l’Ouest", "tertiary", ((-1_060, -20), (-1_075, 190), (-1_010, 400), (-860, 560), (-790, 770))),
    ("Boulevard Jean Moulin", "tertiary", ((-790, 770), (-590, 800), (-380, 960), (-150, 970), (30, 1_060))),
    ("Boulevard de l’Europe", "tertiary", ((30, 1_060), (270, 1_090), (420, 960), (620, 930), (770, 790))),
    ("Boulevard de l’Est", "tertiary", ((770, 790), (830, 610), (1_010, 520), (1_075, 330), (1_010, 130))),
    ("Rue du Pont de l’Est", "tertiary", ((1_010, 130), (1_030, -160), (1_010, -420), (930, -820), (720, -1_210))),
    ("Rue du Pont Neuf", "tertiary", ((-1_060, -20), (-1_080, -260), (-1_060, -480), (-900, -900), (-640, -1_260))),
    ("Rue de l’Industrie", "tertiary", ((-640, -1_260), (-260, -1_360), (160, -1_340), (720, -1_210))),
    ("Quai de la Marine", "tertiary", ((8, -455), (-340, -420), (-700, -340), (-1_075, -260))),
    ("Quai des Tanneurs", "tertiary", ((8, -455), (380, -420), (720, -330), (1_030, -170))),
)
_GRANDE_RUE = ((8, -430), (14, -220), (0, -60), (12, 120), (-6, 300), (0, 430))
_CROSS_STREET = ((-432, 20), (-210, 30), (0, -60), (190, -30), (435, 10))


def main_streets(rng: np.random.Generator, terrain: Terrain) -> list[Stroke]:
    """Lay the ring on the former walls, the avenues, the outer boulevards and the bridges."""
    centre = np.array(TOWN_XY_M)
    strokes: list[Stroke] = []
    for name, highway, points in (*_AVENUES, *_OUTER):
        xy = smoothed(roughened(np.array(points, dtype=np.float64), rng, 0.035, 1), 2) + centre
        for end in (0, -1):
            xy[end] = _onto(xy[end], strokes)
        strokes.append(Stroke(xy, highway, name, {"maxspeed": "50"}, built=True, site="ville"))
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, 25)
    radius = np.full(25, 434.0) + np.concatenate([rng.normal(0, 9, 24), [0.0]])
    # the ring passes exactly where the avenues begin
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    for row, gate in (
        (0, (8, -430)),
        (6, (435, 10)),
        (9, (305, 315)),
        (12, (0, 430)),
        (15, (-300, 312)),
        (18, (-432, 20)),
        (24, (8, -430)),
    ):
        ring[row] = gate
    for name, (a, b) in zip(_RING, ((0, 6), (6, 12), (12, 18), (18, 24)), strict=True):
        part = smoothed(ring[a : b + 1], 1) + centre
        strokes.append(Stroke(part, "secondary", name, {"maxspeed": "50"}, built=True, site="ville"))
    grande = roughened(np.array(_GRANDE_RUE, dtype=np.float64), rng, 0.04, 1) + centre
    strokes.append(Stroke(grande, "pedestrian", "Grande Rue", {}, built=True, site="ville"))
    cross = roughened(np.array(_CROSS_STREET, dtype=np.float64), rng, 0.04, 1) + centre
    strokes.append(Stroke(cross, "residential", "Rue du Marché", {"maxspeed": "30"}, built=True, site="ville"))
    return [piece for stroke in strokes for piece in bridged(stroke, terrain.river)]


def _onto(end: Points, laid: list[Stroke]) -> Points:
    """Pull an end onto the nearest street already laid, if one is near."""
    lines = shapely.multilinestrings([s.line for s in laid]) if laid else None
    spot = Point(end)
    if lines is None or lines.distance(spot) > 60:
        return end
    ground = nearest_points(lines, spot)[0]
    return np.array([ground.x, ground.y])


def town_region(terrain: Terrain, rail: LineString, trunk: LineString) -> BaseGeometry:
    """Bound the town: a wide round north of the river, a smaller one around the station."""
    centre = Point(TOWN_XY_M)
    north = centre.buffer(1_130)
    south = Point(TOWN_XY_M[0] + 30, TOWN_XY_M[1] - 880).buffer(830)
    keep_off = [terrain.river.buffer(38), rail.buffer(28), trunk.buffer(120), *(b.buffer(14) for b in terrain.brooks)]
    return shapely.union_all([north, south]) - shapely.union_all(keep_off)


def town_streets(
    rng: np.random.Generator, mains: list[Stroke], region: BaseGeometry, bounds: LineString
) -> list[Stroke]:
    """Grow the small streets between the main ones; `bounds` are lines that no street may cross, the railway say."""
    centre = np.array(TOWN_XY_M)

    def spacing(xy: Points) -> NDArray[np.float64]:
        radius = np.hypot(*np.moveaxis(xy - centre, -1, 0))
        return np.asarray(
            np.interp(radius, [0, 360, 470, 900, 1_300], [66.0, 72.0, 112.0, 138.0, 165.0]), dtype=np.float64
        )

    def kept(xy: Points) -> NDArray[np.float64]:
        radius = np.hypot(*(xy - centre).T)
        return np.asarray(
            np.interp(radius, [0, 430, 440, 900, 1_230], [0.97, 0.95, 0.86, 0.80, 0.62]), dtype=np.float64
        )

    streets = organic_streets(region, [s.xy_m for s in mains if s.built], spacing, rng, kept)
    strokes = []
    for xy in streets:
        if shapely.intersects(LineString(xy), bounds):
            continue
        radius = float(np.hypot(*(xy.mean(axis=0) - centre)))
        inner = radius < 440
        highway = "living_street" if inner and rng.random() < 0.18 else "residential"
        tags = {"maxspeed": "30"} if inner and highway == "residential" else {}
        strokes.append(Stroke(xy, highway, tags=tags, built=True, site="ville"))
    return strokes


def estates(
    rng: np.random.Generator,
    avenues: list[Stroke],
    centre: Point,
    taken: BaseGeometry,
    count: int,
    reach_m: tuple[float, float],
) -> tuple[list[Stroke], list[shapely.Polygon]]:
    """Lay housing estates at the edge of a town: a winding spine off an avenue, with dead ends and a loop."""
    strokes: list[Stroke] = []
    grounds: list[shapely.Polygon] = []
    shapely.prepare(taken)
    for _ in range(count * 30):
        if len(grounds) == count:
            break
        avenue = avenues[int(rng.integers(len(avenues)))].line
        root = avenue.interpolate(float(rng.uniform(0, avenue.length)))
        if not reach_m[0] < root.distance(centre) < reach_m[1]:
            continue
        ahead = avenue.interpolate(shapely.line_locate_point(avenue, root) + 5.0)
        bearing = np.arctan2(ahead.y - root.y, ahead.x - root.x) + rng.choice((-1, 1)) * np.pi / 2
        spine = _spine(rng, np.array([root.x, root.y]), float(bearing))
        beyond = LineString(spine[1:])
        if beyond.intersects(taken) or any(beyond.intersects(other) for other in grounds):
            continue
        estate = _estate(rng, spine, float(bearing))
        ground: BaseGeometry = MultiLineString([LineString(xy) for xy in estate]).buffer(44, quad_segs=2)
        ground -= avenue.buffer(25, quad_segs=2)
        if ground.intersects(taken) or any(ground.intersects(other) for other in grounds):
            continue
        grounds.append(shapely.Polygon(max(shapely.get_parts(ground), key=lambda p: float(p.area)).exterior))
        strokes += [
            Stroke(xy, "residential", built=True, site=f"lotissement {root.x:.0f} {root.y:.0f}") for xy in estate
        ]
    return strokes, grounds


def _spine(rng: np.random.Generator, root: Points, bearing: float) -> Points:
    """Draw the street that opens an estate, away from the avenue."""
    forward = np.array([np.cos(bearing), np.sin(bearing)])
    left = np.array([-forward[1], forward[0]])
    end = root + forward * rng.uniform(240, 520) + left * rng.uniform(-60, 60)
    return bent(root, end, rng, share=0.09)


def _estate(rng: np.random.Generator, spine: Points, bearing: float) -> list[Points]:
    """Draw one estate: its spine, then lanes to both sides, most of them dead ends, some of them loops."""
    forward = np.array([np.cos(bearing), np.sin(bearing)])
    left = np.array([-forward[1], forward[0]])
    line = LineString(spine)
    lanes = [spine]
    at, side = float(rng.uniform(55, 80)), 1.0 if rng.random() < 0.5 else -1.0
    while at < line.length - 20:
        foot = np.array(line.interpolate(at).coords[0])
        reach = float(rng.uniform(55, 125))
        if rng.random() < 0.3 and at + 85 < line.length:
            back = np.array(line.interpolate(at + 85).coords[0])
            corners = [foot, foot + left * side * reach, back + left * side * reach, back]
            lanes.append(smoothed(np.array(corners), 2))
        else:
            lanes.append(np.array([foot, foot + left * side * reach + forward * rng.uniform(-12, 12)]))
        side = -side
        at += float(rng.uniform(42, 62))
    return [line_xy(LineString(lane)) for lane in lanes]
