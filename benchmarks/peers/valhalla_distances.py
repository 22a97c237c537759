"""Metres between random junctions, beside Valhalla's over the same extract; what lies far apart is explained by kind.

Nothing is timed here. The two have rules and speeds of their own, so that no equality is asked: half of all pairs shall
lie within 3 %, and a pair that lies more than 30 % apart is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.ground import Ground
from benchmarks.peers.valhalla import COSTINGS, Valhalla
from geo.hierarchy import cost_ds
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.splits import Splits

__all__ = ["FAR", "KINDS", "Distances", "compare_distances", "decoded"]

FAR = (0.77, 1.3)
_ORIGINS, _DESTINATIONS = 40, 30
_MOVED_M = 25.0
_BESIDE_M = 6.0
_STEP_M = 5.0
_STRAY_M = 30.0
KINDS: Mapping[str, str] = {
    "moved": f"Valhalla set an end on a street more than {_MOVED_M:.0f} m away",
    "trunk": "Valhalla’s way runs along a trunk road or motorway that our rules close to the mode",
    "theirs": "Valhalla’s way runs along another way that our rules close to the mode, or that hangs on none we kept",
    "ours": "our way runs where Valhalla lets nobody of the mode pass",
    "choice": "both ways are open to both: its speeds, turn restrictions and dislikes choose otherwise",
}


@dataclass(frozen=True)
class Distances:
    """One area and mode."""

    streets: str
    ratio: NDArray[np.float64]
    """(P,) our metres by Valhalla's, of each pair that both find a way between."""
    without: int
    """Pairs that Valhalla finds no way between."""
    far: Mapping[str, int]
    """Pairs far apart, by kind."""
    by_trunk: NDArray[np.bool_] | None = None
    """(P,) whether Valhalla's way takes large roads that our rules close; None where no pair is far apart by that."""


def compare_distances(ground: Ground, valhalla: Valhalla) -> Distances:
    """Compare 1,200 pairs of junctions."""
    network = ground.network
    rng = np.random.default_rng(9)
    unsplit = network.junctions - (network.splits.junction.size if network.splits is not None else 0)
    chosen = rng.choice(unsplit, _ORIGINS + _DESTINATIONS, replace=False)
    origins, ends = chosen[:_ORIGINS], chosen[_ORIGINS:]
    paths = _Paths(network, origins)
    at = _lonlat(network, chosen)
    costing = COSTINGS[ground.mode.id]
    answer = valhalla.ask(
        "sources_to_targets",
        {"sources": _places(at[:_ORIGINS]), "targets": _places(at[_ORIGINS:])} | _costed(costing),
    )
    judge = _Judge(ground, valhalla, costing)
    ratios, pairs, far, without = [], [], Counter[str](), 0
    for row, cells in enumerate(answer["sources_to_targets"]):
        for column, cell in enumerate(cells):
            edges = paths.edges(row, int(ends[column]))
            if cell["distance"] is None:
                without += 1
                continue
            ratio = network.length_m[edges].sum() / max(1.0, cell["distance"] * 1_000)
            ratios.append(ratio)
            pairs.append((row, _ORIGINS + column))
            if not FAR[0] <= ratio <= FAR[1]:
                far[judge.kind(edges, at[row], at[_ORIGINS + column])] += 1
    by_trunk = np.array([judge.goes_by_trunk(at[a], at[b]) for a, b in pairs]) if far["trunk"] else None
    return Distances(ground.name, np.array(ratios), without, far, by_trunk)


class _Paths:
    """Our quickest ways from some junctions."""

    def __init__(self, network: StreetNetwork, origins: NDArray[np.int64]) -> None:
        splits = network.splits if network.splits is not None else Splits.none(network.edge_from, network.edge_to)
        lane, tail, head = splits.lane_ends(network.edge_from, network.edge_to)
        cost_ms = np.column_stack([network.forward_ms, network.backward_ms]).ravel()[lane]
        is_open = cost_ms >= 0
        tail, head, edge, cost = tail[is_open], head[is_open], lane[is_open] // 2, cost_ds(cost_ms[is_open])
        order = np.lexsort((cost, head, tail))
        tail, head, edge, cost = tail[order], head[order], edge[order], cost[order]
        first = np.ones(order.size, np.bool_)
        first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
        self._key = tail[first].astype(np.int64) * network.junctions + head[first]
        self._edge, self._size, self._origins = edge[first], network.junctions, origins
        graph = csr_array((cost[first].astype(float), (tail[first], head[first])), shape=(self._size, self._size))
        self._ds, self._before = dijkstra(graph, indices=origins, return_predecessors=True)
        self._splits = splits

    def edges(self, origin: int, end: int) -> NDArray[np.int64]:
        """Return the edges of the way, backwards; it ends at the junction or at a split of it."""
        same_place = np.concatenate([[end], self._splits.junction[self._splits.of == end]])
        end = int(same_place[self._ds[origin, same_place].argmin()])
        keys = []
        while end != self._origins[origin]:
            start = int(self._before[origin, end])
            keys.append(start * self._size + end)
            end = start
        return np.asarray(self._edge[np.searchsorted(self._key, np.array(keys, np.int64))])


class _Judge:
    """Tells why two ways differ."""

    def __init__(self, ground: Ground, valhalla: Valhalla, costing: str) -> None:
        self._network, self._valhalla, self._costing = ground.network, valhalla, costing
        of_edge = np.repeat(np.arange(self._network.edges), np.diff(self._network.vertex_ptr))
        self._lines = np.asarray(shapely.linestrings(self._network.vertex_xy_m, indices=of_edge))
        self._tree = shapely.STRtree(self._lines)
        self._projection = Projection(self._network.crs)
        self._known: dict[int, bool] = {}

    def kind(self, edges: NDArray[np.int64], start: NDArray[np.float64], end: NDArray[np.float64]) -> str:
        """Return a key of KINDS."""
        polyline, shape_m = self._way(start, end)
        ends_m = np.column_stack(self._projection.to_xy_m(*np.stack([start, end]).T))
        if (np.linalg.norm(shape_m[[0, -1]] - ends_m, axis=1) > _MOVED_M).any():
            return "moved"
        line = shapely.linestrings(shape_m)
        steps = shapely.line_interpolate_point(line, np.arange(0.0, shapely.length(line), _STEP_M))
        beside = np.unique(self._tree.query(steps, predicate="dwithin", distance=_BESIDE_M)[0]).size
        if (steps.size - beside) * _STEP_M > _STRAY_M:
            return "trunk" if self._has_trunk(polyline) else "theirs"
        return "choice" if all(self._is_open(int(edge)) for edge in edges) else "ours"

    def goes_by_trunk(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> bool:
        """Say whether Valhalla's way takes large roads that our rules close."""
        return self._has_trunk(self._way(start, end)[0])

    def _way(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> tuple[str, NDArray[np.float64]]:
        """Return Valhalla's way, as it writes it and in metres of the plane (V, 2)."""
        question = {"locations": _places(np.stack([start, end]))} | _costed(self._costing)
        polyline = self._valhalla.ask("route", question)["trip"]["legs"][0]["shape"]
        return polyline, self._plane(decoded(polyline))

    def _has_trunk(self, polyline: str) -> bool:
        """Say whether most metres of a way that lie beside none of our streets are those of large roads."""
        wanted = ["edge.road_class", "edge.length", "edge.begin_shape_index", "shape"]
        question = {
            "encoded_polyline": polyline,
            "shape_match": "walk_or_snap",
            "filters": {"attributes": wanted, "action": "include"},
        }
        traced = self._valhalla.ask("trace_attributes", question | _costed(self._costing))
        shape_m = self._plane(decoded(traced["shape"]))
        metres = Counter[bool]()
        for edge in traced["edges"]:
            begin = edge["begin_shape_index"]
            middle = shapely.points(shape_m[begin : begin + 2].mean(axis=0))
            if not self._tree.query(middle, predicate="dwithin", distance=_BESIDE_M).size:
                metres[edge["road_class"] in {"trunk", "motorway"}] += edge["length"]
        return metres[True] > metres[False]

    def _plane(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(self._projection.to_xy_m(lonlat[:, 0], lonlat[:, 1]))

    def _is_open(self, edge: int) -> bool:
        """Say whether Valhalla has a street for the mode at the middle of an edge of ours."""
        if edge not in self._known:
            middle = shapely.line_interpolate_point(self._lines[edge], 0.5, normalized=True)
            lon, lat = self._projection.to_lonlat(np.array([middle.x]), np.array([middle.y]))
            places = [{"lon": float(lon[0]), "lat": float(lat[0]), "search_cutoff": 60}]
            found: Sequence[Any] = self._valhalla.ask("locate", {"locations": places, "costing": self._costing})
            streets = found[0].get("edges") or []
            xy = [
                self._projection.to_xy_m(np.array([s["correlated_lon"]]), np.array([s["correlated_lat"]]))
                for s in streets
            ]
            self._known[edge] = any(np.hypot(x[0] - middle.x, y[0] - middle.y) <= _BESIDE_M for x, y in xy)
        return self._known[edge]


def _costed(costing: str) -> dict[str, Any]:
    """Name the mode, and keep it off ferries, which none of ours takes."""
    return {"costing": costing, "costing_options": {costing: {"use_ferry": 0.0, "exclude_ferries": True}}}


def _lonlat(network: StreetNetwork, junctions: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.column_stack(Projection(network.crs).to_lonlat(*network.junction_xy_m[junctions].T))


def _places(lonlat: NDArray[np.float64]) -> list[dict[str, float]]:
    return [{"lon": float(lon), "lat": float(lat)} for lon, lat in lonlat]


def decoded(polyline: str) -> NDArray[np.float64]:
    """Read a polyline of six decimals: (V, 2) lon, lat."""
    values, shift, value = [], 0, 0
    for letter in polyline:
        bits = ord(letter) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            shift = value = 0
    return np.cumsum(np.array(values, np.float64).reshape(-1, 2), axis=0)[:, ::-1] / 1e6
