"""What only walkers use in town: the market place, footways from dead ends, flights of steps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, Point, Polygon
from shapely.ops import substring

from ingest.sample.drawing import Stroke
from ingest.sample.shapes import Points
from ingest.sample.streets import StreetMap
from ingest.sample.terrain import TOWN_XY_M

__all__ = ["footways", "market_place", "stairs"]

_WALLS = ("Boulevard des Remparts", "Quai de l’Aubrelle", "Boulevard du Collège", "Boulevard Voltaire")


def market_place(streets: StreetMap) -> Polygon | None:
    """Clear the block at the middle of the old town: a square for walkers, its edge shared with the streets around."""
    centre = Point(TOWN_XY_M)
    rows = [r for r in streets.street_rows() if streets.strokes[r].ground and streets.line(r).distance(centre) < 350]
    node_at = {streets.xy_m[n]: n for r in rows for n in streets.chains[r]}
    steps = sorted({(min(pair), max(pair)) for r in rows for pair in pairwise(streets.chains[r])})
    faces = shapely.get_parts(shapely.polygonize([LineString([streets.xy_m[a], streets.xy_m[b]]) for a, b in steps]))
    fitting = [face for face in faces if 1_500 < face.area < 7_500 and not face.interiors]
    if not fitting:
        return None
    face = min(fitting, key=lambda f: float(f.centroid.distance(centre)))
    ring = [node_at[float(x), float(y)] for x, y in shapely.get_coordinates(face.exterior)]
    tags = {"area": "yes", "surface": "paving_stones"}
    streets.add(ring, Stroke(np.array([streets.xy_m[n] for n in ring]), "pedestrian", "Place du Marché", tags))
    return Polygon(face)


def footways(streets: StreetMap, rng: np.random.Generator) -> None:
    """Open short ways on foot from dead ends to the next street; in the old town some are steps."""
    rows = streets.street_rows()
    ends = np.bincount(np.concatenate([streets.chains[r] for r in rows]), minlength=len(streets.xy_m))
    places = ("ville", "lotissement")
    town = [r for r in rows if streets.strokes[r].site.startswith(places) and streets.strokes[r].ground]
    nodes = np.array(sorted({n for r in town for n in streets.chains[r]}))
    xy = streets.points()
    tree = cKDTree(xy[nodes])
    own = {row: set(streets.chains[row]) for row in town}
    lines = shapely.STRtree([streets.line(r) for r in rows])
    opened: list[LineString] = []
    for row in town:
        for end in (0, -1):
            node = streets.chains[row][end]
            if ends[node] != 1:
                continue
            reach = np.hypot(*(xy[nodes] - xy[node]).T)
            around = np.array(sorted(tree.query_ball_point(xy[node], 105.0)))
            for near in around[np.argsort(reach[around], kind="stable")].tolist():
                other = int(nodes[near])
                if other in own[row] or np.hypot(*(xy[other] - xy[node])) < 18:
                    continue
                way = LineString([xy[node], xy[other]])
                if _blocked(way, lines) or any(way.crosses(w) for w in opened):
                    continue
                if rng.random() < 0.62:
                    opened.append(way)
                    _open(streets, xy[[node, other]], [node, other], rng)
                break


def _blocked(way: LineString, lines: shapely.STRtree) -> bool:
    """Tell whether a way between two nodes meets a street before its end, or runs along one."""
    inner, middle = substring(way, 0.03, 0.97, normalized=True), substring(way, 0.12, 0.88, normalized=True)
    return bool(
        lines.query(inner, predicate="intersects").size
        or lines.query(middle, predicate="dwithin", distance=min(4.0, 0.07 * way.length)).size
    )


def stairs(streets: StreetMap) -> None:
    """Climb from the quays to the boulevard on the former walls."""
    rows = streets.street_rows()
    lines = shapely.STRtree([streets.line(r) for r in rows])
    quays = {n for r in rows if streets.strokes[r].name.startswith("Quai d") for n in streets.chains[r]}
    walls = {n for r in rows if streets.strokes[r].name in _WALLS for n in streets.chains[r]} - quays
    xy = streets.points()
    tree = cKDTree(xy[sorted(walls)])
    built: list[np.ndarray] = []
    for node in sorted(quays - walls):
        reach, near = tree.query(xy[node])
        other = sorted(walls)[int(near)]
        if not 22 < reach < 120 or any(np.hypot(*(xy[node] - at)) < 110 for at in built):
            continue
        if not _blocked(LineString([xy[node], xy[other]]), lines):
            built.append(xy[node])
            label = ("Degrés de la Poterne", "Escalier des Bateliers", "Degrés Saint-Nicolas")[len(built) % 3]
            streets.add(
                [node, other], Stroke(xy[[node, other]], "steps", label, {"step_count": "31", "handrail": "yes"})
            )


def _open(streets: StreetMap, xy: Points, chain: list[int], rng: np.random.Generator) -> None:
    old_town = float(np.hypot(*(xy.mean(axis=0) - TOWN_XY_M))) < 620
    if old_town and rng.random() < 0.6:
        stroke = Stroke(xy, "steps", "Degrés de la Poterne" if rng.random() < 0.2 else "", {"step_count": "24"})
    else:
        stroke = Stroke(xy, "footway", tags={"surface": "asphalt"})
    streets.add(chain, stroke)
