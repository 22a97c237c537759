"""Country roads: villages joined to their neighbours, around water, over the few bridges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay
from shapely import LineString, Point

from ingest.sample.drawing import Stroke, cut_at
from ingest.sample.shapes import Points, bent
from ingest.sample.terrain import TOWN_XY_M, Terrain
from ingest.sample.town import GATES

__all__ = ["Road", "joined_roads", "village_pieces"]

_BRIDGES_X_M = (21_400.0, 27_300.0)
"""About where country roads cross the river: once in the territory, once in the neighbouring département."""
_OUTSIDE_KM = ((33.2, 16.8), (33.2, 10.8), (33.2, 5.0))


@dataclass(frozen=True)
class Road:
    """A road between two of the places (villages, then gates, then the world outside)."""

    start: int
    end: int
    xy_m: Points
    highway: str
    ref: str


def joined_roads(terrain: Terrain, villages: Points, rng: np.random.Generator) -> list[Road]:
    """Join every village to its neighbours.

    Parameters
    ----------
    villages
        (V, 2) sites, the town's own left out; rows of `Road.start` count these first, then `GATES` in their order.
    """
    gates = np.array(list(GATES.values())) + np.array(TOWN_XY_M)
    places = np.vstack([villages, gates, np.array(_OUTSIDE_KM) * 1000.0])
    gate_rows = np.arange(len(villages), len(villages) + len(gates))
    pairs = _gabriel(places)
    town = Point(TOWN_XY_M).buffer(1_450)
    lines = np.array([LineString(places[pair]) for pair in pairs])
    outside = pairs.min(axis=1) >= gate_rows[-1] + 1
    in_town = (np.isin(pairs, gate_rows).all(axis=1)) | shapely.intersects(lines, town) | outside
    sea = ~shapely.contains(terrain.mainland.buffer(-60), lines)
    lake = shapely.intersects(lines, terrain.lake.buffer(120))
    wet = shapely.intersects(lines, terrain.river.buffer(25))
    bridge = np.zeros(len(pairs), dtype=np.bool_)
    over = shapely.intersection(lines, terrain.river_line)
    once = shapely.get_type_id(over) == shapely.GeometryType.POINT
    usable = once & ~shapely.is_empty(over) & ~(in_town | sea | lake)
    spot_x = np.full(len(pairs), np.inf)
    spot_x[usable] = shapely.get_x(over[usable])
    for x_m in _BRIDGES_X_M:
        bridge[int(np.argmin(np.where(usable, np.abs(spot_x - x_m), np.inf)))] = True
    allowed = ~(in_town | sea | lake) & (~wet | bridge)
    chosen = pairs[allowed]
    shapes = [
        _bent_clear(terrain, places[a], places[b], over, rng)
        for (a, b), over in zip(chosen, bridge[allowed], strict=True)
    ]
    return _classed(chosen, shapes, len(places), gate_rows)


def _gabriel(places: Points) -> np.ndarray:
    """Keep the Delaunay edges whose diametral circle holds no third place, and a few just beyond."""
    triangles = Delaunay(places).simplices
    pairs = np.unique(np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])), axis=0)
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    middle = (places[pairs[:, 0]] + places[pairs[:, 1]]) / 2
    radius = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T) / 2
    reach = np.hypot(middle[:, None, 0] - places[None, :, 0], middle[:, None, 1] - places[None, :, 1])
    reach[np.arange(len(pairs))[:, None], pairs] = np.inf
    return np.asarray(pairs[reach.min(axis=1) > 0.97 * radius])


def _bent_clear(terrain: Terrain, a: Points, b: Points, over: bool, rng: np.random.Generator) -> Points:
    """Bend a road without wetting it: straighter and straighter until it stays on dry land."""
    dry = terrain.mainland.buffer(-50)
    for share in (0.065, 0.04, 0.02):
        xy = bent(a, b, rng, share=share)
        line = LineString(xy)
        river = shapely.intersection(line, terrain.river_line)
        if over:
            clear = shapely.get_num_geometries(river) == 1 and not river.is_empty
        else:
            clear = not line.intersects(terrain.river.buffer(15))
        if clear and dry.contains(line) and not line.intersects(terrain.lake.buffer(40)):
            return xy
    return bent(a, b, rng, share=0.0)


def _classed(pairs: np.ndarray, shapes: list[Points], places: int, gates: np.ndarray) -> list[Road]:
    """Rank the roads: secondary from the town to bourgs and out, tertiary along the shortest tree, else small."""
    length = np.array([LineString(xy).length for xy in shapes])
    graph = coo_matrix((length, (pairs[:, 0], pairs[:, 1])), shape=(places, places)).tocsr()
    main: dict[tuple[int, int], str] = {}
    town = [int(gate) for gate in gates]
    _, before, _ = dijkstra(graph, directed=False, indices=town, min_only=True, return_predecessors=True)
    goals = [0, 1, 2, places - 2, places - 1]
    for number, goal in enumerate(goals, start=1):
        node = goal
        while before[node] >= 0:
            pair = (min(node, int(before[node])), max(node, int(before[node])))
            main.setdefault(pair, f"D {number}")
            node = int(before[node])
    # all gates are one place for the tree: the town's streets join them
    one_town = np.where(np.isin(np.arange(places), gates), gates[0], np.arange(places))
    joined = coo_matrix((length, (one_town[pairs[:, 0]], one_town[pairs[:, 1]])), shape=(places, places))
    tree = minimum_spanning_tree(joined.tocsr()).tocoo()
    branches = {(min(a, b), max(a, b)) for a, b in zip(tree.row.tolist(), tree.col.tolist(), strict=True)}
    roads, number = [], 20
    for (a, b), xy in zip(pairs.tolist(), shapes, strict=True):
        mapped = (int(one_town[a]), int(one_town[b]))
        if (a, b) in main:
            roads.append(Road(a, b, xy, "secondary", main[a, b]))
        elif (min(mapped), max(mapped)) in branches:
            number += 1
            roads.append(Road(a, b, xy, "tertiary", f"D {number}"))
        else:
            roads.append(Road(a, b, xy, "unclassified", ""))
    return roads


def village_pieces(road: Road, labels: list[str], built_m: list[float]) -> list[Stroke]:
    """Cut a road where villages begin: named streets with houses inside, a numbered road between."""
    line = LineString(road.xy_m)
    first, last = built_m[road.start], line.length - built_m[road.end]
    tags = {"ref": road.ref} if road.ref else {}
    whole = Stroke(road.xy_m, road.highway, tags=tags)
    pieces = []
    for piece in cut_at(whole, [first, last]):
        middle = shapely.line_locate_point(line, shapely.line_interpolate_point(piece.line, 0.5, normalized=True))
        here, there = (road.start, road.end) if middle < line.length / 2 else (road.end, road.start)
        inside = bool(middle < first or middle > last)
        tagged = piece.tags | ({"maxspeed": "50"} if inside else {"maxspeed": "80"} if road.ref else {})
        pieces.append(
            replace(piece, tags=tagged, built=inside, site=labels[here] if inside else "", toward=labels[there])
        )
    return pieces
