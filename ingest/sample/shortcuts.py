"""What only walkers use in town: the market place, footways from dead ends, flights of steps."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, Point, Polygon

from ingest.sample.drawing import Stroke
from ingest.sample.streets import StreetMap
from ingest.sample.terrain import TOWN_XY_M

__all__ = ["footways", "market_place"]


def market_place(streets: StreetMap) -> Polygon | None:
    """Clear the block at the middle of the old town: a square for walkers, its edge shared with the streets around."""
    centre = Point(TOWN_XY_M)
    rows = [r for r in streets.street_rows() if streets.strokes[r].ground and streets.line(r).distance(centre) < 350]
    node_at = {streets.xy_m[n]: n for r in rows for n in streets.chains[r]}
    faces = shapely.get_parts(shapely.polygonize([streets.line(r) for r in rows]))
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
    lines = shapely.STRtree([streets.line(r) for r in rows])
    opened: list[LineString] = []
    for row in town:
        for end in (0, -1):
            node = streets.chains[row][end]
            if ends[node] != 1:
                continue
            for near in sorted(tree.query_ball_point(xy[node], 105.0), key=lambda i: float(np.hypot(*(xy[nodes[i]] - xy[node])))):
                other = int(nodes[near])
                if other in streets.chains[row] or np.hypot(*(xy[other] - xy[node])) < 18:
                    continue
                way = LineString([xy[node], xy[other]])
                inner = shapely.ops.substring(way, 0.04, 0.96, normalized=True)
                if len(lines.query(inner, predicate="intersects")) or any(way.crosses(w) for w in opened):
                    continue
                if rng.random() < 0.62:
                    opened.append(way)
                    _open(streets, node, other, rng)
                break


def _open(streets: StreetMap, node: int, other: int, rng: np.random.Generator) -> None:
    xy = streets.points()[[node, other]]
    old_town = float(np.hypot(*(xy.mean(axis=0) - TOWN_XY_M))) < 620
    if old_town and rng.random() < 0.6:
        stroke = Stroke(xy, "steps", "Degrés de la Poterne" if rng.random() < 0.2 else "", {"step_count": "24"})
    else:
        stroke = Stroke(xy, "footway", tags={"surface": "asphalt"})
    streets.add([node, other], stroke)
