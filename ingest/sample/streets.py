"""The street map: strokes joined at their crossings and cleaned of loose bits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import LineString, MultiLineString, Point

from ingest.sample.drawing import Stroke, bridged, cut_at
from ingest.sample.island import ISLAND_SITE
from ingest.sample.plan import Plan
from ingest.sample.planar import noded
from ingest.sample.shapes import Points
from ingest.sample.terrain import TOWN_XY_M, Terrain

__all__ = ["RAIL", "StreetMap", "joined_streets"]

Ints = NDArray[np.int64]

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


def joined_streets(plan: Plan, terrain: Terrain) -> StreetMap:
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
    island = {int(part[chains[row][0]]) for row in streets if strokes[row].site == ISLAND_SITE and strokes[row].name}
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
