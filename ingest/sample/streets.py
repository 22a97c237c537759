"""The street map: strokes joined at their crossings, cleaned of loose bits, with roundabouts and one-way streets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import LineString, MultiLineString, Point

from ingest.sample.arteries import TRUNK_END_XY_M
from ingest.sample.drawing import Stroke, bridged, cut_at
from ingest.sample.plan import Plan
from ingest.sample.planar import noded
from ingest.sample.shapes import Points
from ingest.sample.terrain import TOWN_XY_M, Terrain
from ingest.sample.town import GATES

__all__ = ["StreetMap", "joined_streets"]

Ints = NDArray[np.int64]

_ROUNDABOUTS = ((-1_060.0, -20.0), (770.0, 790.0), (1_010.0, 130.0), (30.0, 1_060.0), GATES["N"], GATES["SE"])
"""Town crossings that became roundabouts, metres from the market place."""
RAIL = "rail"


@dataclass
class StreetMap:
    """Streets as chains of shared nodes, in board metres; grows while the country is furnished."""

    xy_m: list[tuple[float, float]]
    strokes: list[Stroke]
    """What each chain is; `Stroke.xy_m` is of no more use here."""
    chains: list[list[int]]
    node_tags: dict[int, dict[str, str]]

    def points(self) -> Points:
        """Return all nodes (N, 2)."""
        return np.array(self.xy_m)

    def line(self, row: int) -> LineString:
        """Return the chain of one row as a line."""
        return LineString([self.xy_m[node] for node in self.chains[row]])

    def street_rows(self) -> list[int]:
        """Return the rows that are streets (no rail, no ferry)."""
        return [row for row, stroke in enumerate(self.strokes) if stroke.highway not in {"", RAIL}]

    def add(self, chain: list[int], stroke: Stroke) -> None:
        """Append a chain of existing nodes."""
        self.strokes.append(stroke)
        self.chains.append(chain)

    def node(self, xy_m: tuple[float, float]) -> int:
        """Append a node."""
        self.xy_m.append((float(xy_m[0]), float(xy_m[1])))
        return len(self.xy_m) - 1

    def attach(self, row: int, xy_m: tuple[float, float]) -> int:
        """Return the node of a chain nearest to a point: one that is there within 4 m, else a new one on it."""
        line = self.line(row)
        at = shapely.line_locate_point(line, Point(xy_m))
        spot = line.interpolate(at)
        nodes = np.array([self.xy_m[n] for n in self.chains[row]])
        gap = np.hypot(nodes[:, 0] - spot.x, nodes[:, 1] - spot.y)
        if gap.min() < 4.0:
            return self.chains[row][int(np.argmin(gap))]
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(nodes, axis=0).T))])
        fresh = self.node((spot.x, spot.y))
        self.chains[row].insert(int(np.searchsorted(along, at)), fresh)
        return fresh


def joined_streets(plan: Plan, terrain: Terrain, rng: np.random.Generator) -> StreetMap:
    """Join the drawn strokes into one map; the island alone stays apart."""
    strokes = [*plan.strokes, *_rail_strokes(plan, terrain)]
    planar = noded([s.xy_m for s in strokes], np.array([s.ground for s in strokes]))
    kept = _connected(strokes, [chain.tolist() for chain in planar.chains], len(planar.xy_m))
    streets = StreetMap(
        [(float(x), float(y)) for x, y in planar.xy_m],
        [strokes[row] for row in kept],
        [planar.chains[row].tolist() for row in kept],
        {},
    )
    _level_crossings(streets)
    for spot in _ROUNDABOUTS:
        _roundabout(streets, (TOWN_XY_M[0] + spot[0], TOWN_XY_M[1] + spot[1]), 17.0)
    _roundabout(streets, TRUNK_END_XY_M, 26.0)
    _one_ways(streets, rng)
    return streets


def _rail_strokes(plan: Plan, terrain: Terrain) -> list[Stroke]:
    """Lay the track: on bridges over the river and the town's streets, level with the roads elsewhere."""
    whole = Stroke(np.array(plan.rail.coords), RAIL)
    town = Point(TOWN_XY_M).buffer(1_500)
    pieces = [part for piece in bridged(whole, terrain.river) for part in _town_bridges(piece, plan, town)]
    return [replace(piece, ground=piece.ground and not town.intersects(piece.line.centroid)) for piece in pieces]


def _town_bridges(piece: Stroke, plan: Plan, town: shapely.Polygon) -> list[Stroke]:
    if not piece.ground or not piece.line.intersects(town):
        return [piece]
    edges = [
        shapely.line_locate_point(piece.line, p) for p in shapely.get_parts(piece.line.intersection(town.exterior))
    ]
    roads = MultiLineString([s.line for s in plan.strokes if s.ground and s.line.intersects(town)])
    crossings = shapely.get_parts(piece.line.intersection(roads))
    spots = [shapely.line_locate_point(piece.line, p) for p in crossings if p.geom_type == "Point" and town.contains(p)]
    parts = cut_at(piece, [*edges, *(at + d for at in spots for d in (-13.0, 13.0))])
    over = shapely.multipoints([p for p in crossings if p.geom_type == "Point" and town.contains(p)])
    return [
        replace(part, tags={"bridge": "yes", "layer": "1"})
        if not over.is_empty and part.line.distance(over) < 1.0
        else part
        for part in parts
    ]


def _connected(strokes: list[Stroke], chains: list[list[int]], nodes: int) -> list[int]:
    """Keep the greatest connected part, the island's, the rail and the ferry; drop lost lanes."""
    streets = [row for row, s in enumerate(strokes) if s.highway not in {"", RAIL} and len(chains[row]) > 1]
    a = np.concatenate([chains[row][:-1] for row in streets])
    b = np.concatenate([chains[row][1:] for row in streets])
    _, part = connected_components(coo_matrix((np.ones(len(a)), (a, b)), shape=(nodes, nodes)), directed=False)
    main = int(np.argmax(np.bincount(part[a])))
    island = {int(part[chains[row][0]]) for row in streets if strokes[row].site == "île" and strokes[row].name}
    on_map = {main, *island}
    return [
        row
        for row, stroke in enumerate(strokes)
        if len(chains[row]) > 1 and (stroke.highway in {"", RAIL} or int(part[chains[row][0]]) in on_map)
    ]


def _level_crossings(streets: StreetMap) -> None:
    """Tag the nodes that the track shares with a street."""
    track = {n for row, s in enumerate(streets.strokes) if s.highway == RAIL for n in streets.chains[row]}
    for row in streets.street_rows():
        walkers = streets.strokes[row].highway in {"path", "footway", "track"}
        for node in streets.chains[row]:
            if node in track:
                kind = "crossing" if walkers else "level_crossing"
                if streets.node_tags.get(node, {}).get("railway") != "level_crossing":
                    streets.node_tags[node] = {"railway": kind}


def _roundabout(streets: StreetMap, near: tuple[float, float], radius_m: float) -> None:
    """Replace the busiest crossing near a point by a circle that is driven anticlockwise."""
    xy = streets.points()
    uses = np.zeros(len(xy), dtype=np.int64)
    for row in streets.street_rows():
        np.add.at(uses, streets.chains[row], 1)
    close = np.hypot(xy[:, 0] - near[0], xy[:, 1] - near[1]) < 60.0
    node = int(np.argmax(np.where(close, uses, -1)))
    if not close[node] or uses[node] < 2:
        return
    _split_at(streets, node)
    centre = xy[node]
    arms: list[tuple[float, int, int]] = []
    for row in streets.street_rows():
        for end in (0, -1):
            if streets.chains[row][end] == node:
                arms.append((_trimmed(streets, row, end, centre, radius_m), row, end))
    arms.sort()
    circle = _circle(streets, [angle for angle, _, _ in arms], centre, radius_m)
    for angle, row, end in arms:
        streets.chains[row][end] = min(circle, key=lambda entry: abs(entry[0] - angle))[1]
    ring = [entry[1] for entry in circle]
    secondary = any(streets.strokes[row].highway in {"secondary", "trunk"} for _, row, _ in arms)
    tags = {"junction": "roundabout", "oneway": "yes", "maxspeed": "30"}
    streets.add([*ring, ring[0]], Stroke(xy[:2], "secondary" if secondary else "tertiary", tags=tags))


def _split_at(streets: StreetMap, node: int) -> None:
    """Cut every chain that runs through a node."""
    for row in streets.street_rows():
        chain = streets.chains[row]
        if node in chain[1:-1]:
            at = chain.index(node, 1)
            streets.chains[row] = chain[: at + 1]
            streets.add(chain[at:], streets.strokes[row])


def _trimmed(streets: StreetMap, row: int, end: int, centre: Points, radius_m: float) -> float:
    """Drop an arm's nodes inside the circle; return the bearing at which it enters, 0 … 2π."""
    chain = streets.chains[row] if end == 0 else streets.chains[row][::-1]
    while len(chain) > 2 and np.hypot(*(np.array(streets.xy_m[chain[1]]) - centre)) < radius_m + 5.0:
        chain = [chain[0], *chain[2:]]
    streets.chains[row] = chain if end == 0 else chain[::-1]
    ahead = np.array(streets.xy_m[chain[1]]) - centre
    return float(np.arctan2(ahead[1], ahead[0]) % (2 * np.pi))


def _circle(streets: StreetMap, bearings: list[float], centre: Points, radius_m: float) -> list[tuple[float, int]]:
    """Make the circle's nodes, one for each arm and enough between them to look round; sorted by bearing."""
    angles: list[float] = []
    for bearing in bearings:
        if not angles or bearing - angles[-1] > 0.12:
            angles.append(bearing)
    full = list(angles)
    for a, b in zip(angles, [*angles[1:], angles[0] + 2 * np.pi], strict=True):
        extra = int((b - a) // 0.5)
        full += [(a + (b - a) * (i + 1) / (extra + 1)) for i in range(extra)]
    full = sorted(angle % (2 * np.pi) for angle in full)
    spots = [(float(centre[0] + np.cos(a) * radius_m), float(centre[1] + np.sin(a) * radius_m)) for a in full]
    return [(a, streets.node(spot)) for a, spot in zip(full, spots, strict=True)]


def _one_ways(streets: StreetMap, rng: np.random.Generator) -> None:
    """Make a third of the centre's streets one-way, then give way wherever cars could no longer come and go."""
    centre = np.array(TOWN_XY_M)
    candidates = []
    for row in streets.street_rows():
        stroke = streets.strokes[row]
        if stroke.highway in {"residential", "living_street"} and stroke.site == "ville":
            middle = np.array(streets.line(row).interpolate(0.5, normalized=True).coords[0])
            if np.hypot(*(middle - centre)) < 800 and rng.random() < 0.42:
                candidates.append((row, bool(rng.random() < 0.5)))
    chosen = dict(candidates)
    while True:
        part = _car_parts(streets, chosen)
        wrong = [row for row in chosen if len({int(part[n]) for n in streets.chains[row]}) > 1]
        if not wrong:
            break
        for row in wrong:
            del chosen[row]
    for number, (row, forward) in enumerate(chosen.items()):
        if not forward and number % 23 == 0:  # a few mappers draw against the traffic
            tags = {"oneway": "-1"}
        else:
            tags = {"oneway": "yes"}
            if not forward:
                streets.chains[row].reverse()
        if number % 3 == 0:
            tags["oneway:bicycle"] = "no"
        streets.strokes[row] = replace(streets.strokes[row], tags=streets.strokes[row].tags | tags)


def _car_parts(streets: StreetMap, one_way: dict[int, bool]) -> NDArray[np.int32]:
    """Number the strongly connected parts of what cars may use."""
    a: list[int] = []
    b: list[int] = []
    for row in streets.street_rows():
        stroke, chain = streets.strokes[row], streets.chains[row]
        if stroke.highway in {"path", "footway", "steps", "pedestrian", "track", "cycleway"}:
            continue
        pairs = list(zip(chain, chain[1:], strict=False))
        fixed = stroke.tags.get("oneway") == "yes"
        if fixed or one_way.get(row) is not False:
            a += [p for p, _ in pairs]
            b += [q for _, q in pairs]
        if not fixed and one_way.get(row) is not True:
            a += [q for _, q in pairs]
            b += [p for p, _ in pairs]
    size = len(streets.xy_m)
    graph = coo_matrix((np.ones(len(a)), (a, b)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=True, connection="strong")[1], dtype=np.int32)
