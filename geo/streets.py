"""From loaded streets to the segments that one mode may use, with their costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, get_parts

from geo.modes import Mode
from geo.projection import ground_m
from geo.road_rules import Speeds
from geo.slope import Slope
from geo.turns import Restriction

__all__ = ["Extent", "LoadedArea", "RawStreets", "Segments"]

Extent = Polygon | MultiPolygon
"""Where streets were clipped, WGS 84."""


@dataclass(frozen=True)
class LoadedArea:
    """One extract of the streets, or several that touch."""

    name: str
    """Of its files."""
    extent: Extent
    stated: bool = True
    """True when its files say where they were clipped; False when that is told by the nodes that they hold."""


@dataclass(frozen=True)
class RawStreets:
    """The streets of a territory's loaded areas, before any mode has looked at them."""

    node_lonlat: NDArray[np.float64]
    """(N, 2) degrees, WGS 84; finite."""
    segment_from: NDArray[np.int32]
    """(S,) row of the node where the segment starts, in the direction of its way."""
    segment_to: NDArray[np.int32]
    """(S,) row of the node where it ends; consecutive nodes of the way."""
    segment_way: NDArray[np.int32]
    """(S,) row in ``way_tags``."""
    way_tags: list[dict[str, str]]
    """The tags of each way that the modes ask about, and those of its title (:mod:`geo.way_titles`); no others."""
    areas: tuple[LoadedArea, ...] = ()
    """The loaded areas, which do not touch each other; none when the streets are all one and were not clipped."""
    segment_area: NDArray[np.int32] | None = None
    """(S,) row in ``areas`` of the extract that the segment's way is from; None: all of the first."""
    node_tags: Mapping[int, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """By node row, for the few nodes with a barrier, a signal or a crossing: the tags that the modes ask about."""
    restrictions: tuple[Restriction, ...] = ()
    """What relations say of turns, in the order of their numbers; ways and nodes as rows of the above."""
    obstacle_lonlat: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))
    """(O, 4) lon and lat of both ends, degrees, WGS 84, of each straight piece of the rivers and shores, railways and
    motorways that nobody crosses on foot but by a street."""
    obstacle_is_shore: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    """(O,) which of them are the border of water: crossed once, one stands in it, and twice, behind it."""
    node_height_m: NDArray[np.float64] | None = None
    """(N,) metres of the streets' nodes (:mod:`geo.elevation`), NaN where unknown; None: all streets count as level."""
    elevation: str = ""
    """Name of the raster that the heights are from."""

    @property
    def extent(self) -> Extent | None:
        """Where streets are loaded, WGS 84; None when they were not clipped."""
        if len(self.areas) < 2:
            return self.areas[0].extent if self.areas else None
        return MultiPolygon([part for area in self.areas for part in get_parts(area.extent)])


@dataclass(frozen=True)
class Segments:
    """Segments that one mode may use in one direction at least."""

    node_lonlat: NDArray[np.float64]
    """(N, 2) degrees, WGS 84."""
    start: NDArray[np.int32]
    """(S,) row of the node where the segment starts."""
    end: NDArray[np.int32]
    """(S,) row of the node where it ends; another one than ``start``."""
    forward_ms: NDArray[np.float64]
    """(S,) cost from start to end, not rounded; −1 when forbidden."""
    backward_ms: NDArray[np.float64]
    """(S,) cost from end to start, not rounded; −1 when forbidden."""
    length_m: NDArray[np.float64]
    """(S,) metres on the ground."""
    area: NDArray[np.int32]
    """(S,) loaded area, 0 … ``areas`` − 1."""
    areas: int
    """How many loaded areas there are; one at least."""
    way: NDArray[np.int32]
    """(S,) row of the segment's way in ``RawStreets.way_tags``."""
    told: NDArray[np.bool_] | None = None
    """(S,) whether the way carries a tag that says what the mode asks of it; None: the mode asks nothing."""
    sloped: NDArray[np.bool_] | None = None
    """(S,) whether the heights of both ends are known; None: slopes are not looked at."""
    slope_ms: NDArray[np.float64] | None = None
    """(S, 2) how much of the costs, forward and backward, is owed to the slope; below 0 downhill, 0 where forbidden.
    None: slopes are not looked at."""
    node_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    """(n,) × 2 seconds to get past each of the first n nodes, forward and backward; the others cost nothing."""

    @classmethod
    def of(cls, raw: RawStreets, mode: Mode) -> Segments:
        """Keep what the mode may use, with the cost of each direction.

        A node that stops the mode (a bollard, a private gate) is cut: each segment that touched it ends there alone.
        """
        by_way_kmh, told_by_way = _read_ways(raw.way_tags, mode)
        speed_kmh = level_kmh = by_way_kmh[raw.segment_way]
        sloped = slope_ms = None
        if mode.slope is not None and raw.node_height_m is not None:
            speed_kmh, sloped = _incline(raw, raw.node_height_m, speed_kmh, mode.slope)
        usable = (speed_kmh > 0).any(axis=1) & (raw.segment_from != raw.segment_to)
        start, end, speed_kmh = raw.segment_from[usable], raw.segment_to[usable], speed_kmh[usable]
        lon, lat = raw.node_lonlat.T
        length_m = ground_m(lon[start], lat[start], lon[end], lat[end])
        cost_ms = np.full(speed_kmh.shape, -1.0)
        np.divide(length_m[:, None] * 3600.0, speed_kmh, out=cost_ms, where=speed_kmh > 0)
        if sloped is not None:
            sloped, level_ms = sloped[usable], cost_ms.copy()
            np.divide(length_m[:, None] * 3600.0, level_kmh[usable], out=level_ms, where=speed_kmh > 0)
            slope_ms = cost_ms - level_ms
        closed, node_s = _read_nodes(raw, mode)
        # A wait at a node lies half on each segment that touches it. Who passes pays it once, whatever way one turns,
        # and costs stay sums over segments; who sets off or arrives there pays half of it.
        np.add(cost_ms, (node_s[start] + node_s[end]) * 500.0, out=cost_ms, where=speed_kmh > 0)
        node_lonlat, start, end = _cut(raw.node_lonlat, start, end, closed)
        area = np.zeros(len(usable), np.int32) if raw.segment_area is None else raw.segment_area
        areas = max(1, len(raw.areas))
        forward_ms, backward_ms, way = cost_ms[:, 0].copy(), cost_ms[:, 1].copy(), raw.segment_way[usable]
        told = told_by_way[way] if mode.rules.asks else None
        known = told, sloped, slope_ms, node_s
        return cls(node_lonlat, start, end, forward_ms, backward_ms, length_m, area[usable], areas, way, *known)

    @property
    def untold_share(self) -> float | None:
        """Share, 0 … 1, of the metres of which the mode does not know what it asks; None when it asks nothing."""
        return None if self.told is None else self._share_of_metres(~self.told)

    @property
    def sloped_share(self) -> float | None:
        """Share, 0 … 1, of the metres of which the slope is known; None when slopes are not looked at."""
        return None if self.sloped is None else self._share_of_metres(self.sloped)

    def _share_of_metres(self, rows: NDArray[np.bool_]) -> float:
        total_m = float(self.length_m.sum())
        return float(self.length_m[rows].sum()) / total_m if total_m > 0 else 0.0

    def main_components(self) -> tuple[Segments, float, tuple[float, ...]]:
        """Keep, of each loaded area, the strongly connected component with the most street metres.

        Returns
        -------
        Segments
            Those whose two ends lie in one of these components; none of an area in which no two nodes reach each other.
        float
            Share of all metres that they hold, 0 … 1; 0 when none is left.
        tuple
            The same for each area.
        """
        # A service that only reads networks starts without scipy.
        from scipy.sparse import coo_array  # noqa: PLC0415
        from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

        open_forward, open_backward = self.forward_ms >= 0, self.backward_ms >= 0
        tail = np.concatenate([self.start[open_forward], self.end[open_backward]])
        head = np.concatenate([self.end[open_forward], self.start[open_backward]])
        nodes = len(self.node_lonlat)
        arcs = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes)).tocsr()
        _, component = connected_components(arcs, directed=True, connection="strong")
        inside = component[self.start] == component[self.end]
        main = [self._largest(component, inside & (self.area == area)) for area in range(self.areas)]
        keep = inside & np.isin(component[self.start], main)
        return self.only(keep), self._share(keep), tuple(self._share(keep, area) for area in range(self.areas))

    def _largest(self, component: NDArray[np.int32], rows: NDArray[np.bool_]) -> int:
        """Return the component with the most metres among some segments; −1 where there are none."""
        metres = np.bincount(component[self.start[rows]], weights=self.length_m[rows])
        return int(metres.argmax()) if metres.size else -1

    def _share(self, keep: NDArray[np.bool_], area: int | None = None) -> float:
        of_area = np.ones(len(keep), np.bool_) if area is None else self.area == area
        if not (keep & of_area).any():
            return 0.0
        total_m = float(self.length_m[of_area].sum())
        return float(self.length_m[keep & of_area].sum()) / total_m if total_m > 0 else 1.0

    def only(self, rows: NDArray[np.bool_]) -> Segments:
        """Keep the segments at which `rows` (S,) is true."""
        return replace(
            self,
            start=self.start[rows],
            end=self.end[rows],
            forward_ms=self.forward_ms[rows],
            backward_ms=self.backward_ms[rows],
            length_m=self.length_m[rows],
            area=self.area[rows],
            way=self.way[rows],
            told=None if self.told is None else self.told[rows],
            sloped=None if self.sloped is None else self.sloped[rows],
            slope_ms=None if self.slope_ms is None else self.slope_ms[rows],
        )


def _read_ways(way_tags: list[dict[str, str]], mode: Mode) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return speeds (W, 2) in km/h, forward and backward, 0 when closed, and whether each way tells what is asked.

    Many ways share the tags that the mode reads: each set is read once.
    """
    asked = frozenset(mode.tags)
    known: dict[tuple[tuple[str, str], ...], tuple[Speeds, bool]] = {}
    speeds, told = np.zeros((len(way_tags), 2)), np.ones(len(way_tags), np.bool_)
    for way, tags in enumerate(way_tags):
        key = tuple(item for item in tags.items() if item[0] in asked)
        if key not in known:
            known[key] = mode.rules.speeds(tags), mode.rules.told(tags)
        speeds[way], told[way] = known[key]
    return speeds, told


def _incline(
    raw: RawStreets, height_m: NDArray[np.float64], speed_kmh: NDArray[np.float64], slope: Slope
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return (S, 2) speeds on the slopes that the heights of the nodes make, and whether each slope is known."""
    lon, lat = raw.node_lonlat.T
    start, end = raw.segment_from, raw.segment_to
    length_m = ground_m(lon[start], lat[start], lon[end], lat[end])
    rise_m = height_m[end] - height_m[start]
    known = np.isfinite(rise_m)
    grade = np.divide(rise_m, length_m, out=np.zeros_like(rise_m), where=known & (length_m > 0))
    applies = np.fromiter((slope.applies(tags) for tags in raw.way_tags), np.bool_, len(raw.way_tags))
    return slope.speeds_kmh(speed_kmh, np.where(applies[raw.segment_way], grade, 0.0)), known


def _read_nodes(raw: RawStreets, mode: Mode) -> tuple[list[int], NDArray[np.float64]]:
    """Return the nodes that stop the mode, and (N, 2) seconds to get past the others, forward and backward."""
    closed: list[int] = []
    node_s = np.zeros((len(raw.node_lonlat), 2))
    for node, tags in raw.node_tags.items():
        if mode.nodes.passes(tags):
            node_s[node] = mode.nodes.delay(tags)
        else:
            closed.append(node)
    return closed, node_s


def _cut(
    node_lonlat: NDArray[np.float64], start: NDArray[np.int32], end: NDArray[np.int32], closed: list[int]
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    """Give every segment end at a closed node a node of its own, at the same place."""
    ends = np.concatenate([start, end])
    at_closed = np.isin(ends, closed)
    copies = np.arange(len(node_lonlat), len(node_lonlat) + int(at_closed.sum()), dtype=np.int32)
    node_lonlat = np.concatenate([node_lonlat, node_lonlat[ends[at_closed]]])
    ends[at_closed] = copies
    return node_lonlat, ends[: len(start)], ends[len(start) :]
