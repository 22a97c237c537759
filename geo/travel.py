"""Bounded searches from one place, or to it: what is asked while somebody waits.

A *spread* is one Dijkstra that stops at a limit. It holds the tenths of a second between a place and each junction, in
one direction of travel; places anywhere on the edges are read from it. Costs are the integers of the fields, added up
in the same way, so that a spread and a field give the same seconds to the tenth.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba import njit

from geo.arrays import Floats, Int32s, Int64s, frozen
from geo.elimination import UNREACHABLE_DS
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.place_sweep import PlaceSweep
from geo.seeds import Streets, off_road_ds
from geo.snapping import Snap
from geo.splits import Splits
from geo.sweeps import MAX_COST_DS

__all__ = ["UNREACHABLE_DS", "Arcs", "Direction", "EdgeReads", "PlaceTimes", "Spread", "Stops", "Travel", "read_end"]


class Direction(StrEnum):
    """Which way one travels."""

    FROM = "from"
    """From the place to everywhere."""
    TO = "to"
    """From everywhere to the place."""


class Stops(NamedTuple):
    """Places on the streets as a field counts them, all (M,)."""

    edge: Int32s
    """−1 = off the network."""
    fraction: Floats
    """Share of the edge's cost from its start, 0 … 1."""
    off_ds: Int32s
    """Tenths of a second between the place and its edge."""

    @classmethod
    def of(cls, snap: Snap, mode: Mode) -> Stops:
        """Take places where they snapped, at the mode's pace off the streets."""
        off_ds = off_road_ds(np.nan_to_num(snap.off_m), mode.off_road_m_per_s)
        return cls(
            frozen(snap.edge, np.int32), frozen(np.nan_to_num(snap.fraction), np.float64), frozen(off_ds, np.int32)
        )

    def only(self, row: int) -> Stops:
        """Return one of them."""
        here = slice(row, row + 1)
        return Stops(self.edge[here], self.fraction[here], self.off_ds[here])


class Arcs(NamedTuple):
    """The open lanes by the junction, or the split of one, at which a search takes them."""

    ptr: Int64s
    """(N + 1,)"""
    head: Int32s
    """(A,) where the search goes on: the end of the lane, or its beginning for who searches against travel."""
    cost_ds: Int32s
    """(A,)"""
    lane: Int64s
    """(A,) ``2 · edge`` forward, ``2 · edge + 1`` backward."""
    tail: Int32s
    """(A,) the junction or split itself."""


class EdgeReads(NamedTuple):
    """How the times at an edge's ends are read from those of the junctions; all by edge, or compressed by lane."""

    start: Int32s
    """(E,) where the search stands at the start of an edge that it runs along from there."""
    end: Int32s
    """(E,) the same at its end."""
    edge_from: Int32s
    """(E,) junction."""
    edge_to: Int32s
    """(E,) junction."""
    from_start_ds: Int32s
    """(E,) cost of the whole edge for a search that runs from its start; −1 = closed."""
    from_end_ds: Int32s
    """(E,) the same from its end."""
    enter_ptr: Int32s
    """(2E + 1,) by lane, the splits from which it may be entered too; all 0 where there is none."""
    enter: Int32s
    """(X,) splits."""
    stand_ptr: Int32s
    """(N + 1,) by junction, its splits."""
    stand: Int32s
    """(S,) splits."""


@dataclass(frozen=True)
class PlaceTimes:
    """The times between one place and everywhere, in one direction of travel."""

    origin: Stops
    """The place."""
    direction: Direction
    fixed_ds: int
    """What the mode adds to every trip."""
    reached_ds: Int32s
    """(N,) along the streets, between the place's point on its edge and each junction or split; ``UNREACHABLE_DS`` =
    never."""
    ends: EdgeReads

    @property
    def extra_ds(self) -> int:
        """What the place itself adds to every trip: the metres to its street, and the mode's fixed seconds."""
        return int(self.origin.off_ds[0]) + self.fixed_ds

    def door_to_door_ds(self, stops: Stops) -> Int32s:
        """Return the tenths of a second (M,) between the place and others, both ends and fixed seconds included.

        ``UNREACHABLE_DS`` where no way that was searched leads, or the place is off the network.
        """
        edge, share = int(self.origin.edge[0]), float(self.origin.fraction[0])
        along_ds = _at_stops(self.reached_ds, self.ends, stops.edge, stops.fraction, edge, share)
        whole = along_ds.astype(np.int64) + stops.off_ds + self.extra_ds
        return np.where(along_ds < UNREACHABLE_DS, whole, UNREACHABLE_DS).astype(np.int32)

    def door_to_door_s(self, stops: Stops) -> Floats:
        """Return the same in seconds (M,), to the tenth; NaN where no way leads."""
        found_ds = self.door_to_door_ds(stops)
        return np.where(found_ds < UNREACHABLE_DS, found_ds / 10, np.nan)


@dataclass(frozen=True)
class Spread(PlaceTimes):
    """The times as far as a limit, with the ways."""

    by_arc: Int32s
    """(N,) the arc by which each was reached; −1 at the ends of the place's own edge; undefined where not reached."""
    settled: Int32s
    """(R,) those that are reached, nearest first."""
    arcs: Arcs


class Travel:
    """Searches on one network; its arcs are sorted once, at the first search of each direction."""

    def __init__(self, network: StreetNetwork) -> None:
        self.network = network
        self.streets = Streets.of(network)

    def spread(self, origin: Stops, direction: Direction, fixed_ds: int, limit_ds: int = MAX_COST_DS) -> Spread:
        """Search from a place, or to it.

        Parameters
        ----------
        origin
            One place, on the network.
        fixed_ds
            What the mode adds to every trip.
        limit_ds
            How far to search along the streets, at most ``MAX_COST_DS``.
        """
        junction, first_ds = self._begin(origin, direction)
        near = first_ds <= limit_ds
        arcs = self._arcs[direction]
        found = _search(
            arcs.ptr,
            arcs.head,
            arcs.cost_ds,
            frozen(junction[near], np.int32),
            frozen(first_ds[near], np.int32),
            min(limit_ds, MAX_COST_DS),
        )
        reached_ds, by_arc, settled = found
        return Spread(origin, direction, fixed_ds, reached_ds, self._ends[direction], by_arc, settled, arcs)

    def sweep(self, sweep: PlaceSweep, origin: Stops, direction: Direction, fixed_ds: int) -> PlaceTimes:
        """Take the whole network's times by a sweep over its hierarchy: as quick near as far, and without an end."""
        junction, first_ds = self._begin(origin, direction)
        run = sweep.ds_from if direction is Direction.FROM else sweep.ds_to
        return PlaceTimes(origin, direction, fixed_ds, run(junction, first_ds), self._ends[direction])

    def _begin(self, origin: Stops, direction: Direction) -> tuple[Int32s, Int32s]:
        """Return the junctions and splits at which a search begins, with the cost of the own edge up to there."""
        edge, share = int(origin.edge[0]), float(origin.fraction[0])
        ends = self._ends[direction]
        begin = []
        for lane, whole_ds, run, at, free in (
            (2 * edge, int(ends.from_end_ds[edge]), share, int(ends.start[edge]), int(ends.edge_from[edge])),
            (2 * edge + 1, int(ends.from_start_ds[edge]), 1.0 - share, int(ends.end[edge]), int(ends.edge_to[edge])),
        ):
            if run > 0.0 and whole_ds < 0:
                continue
            ds = int(run * max(whole_ds, 0) + 0.5)
            begin += [(node, ds) for node in self._first(lane, run, at, free, direction)]
        table = np.array(begin, np.int32).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def _first(self, lane: int, run: float, at: int, free: int, direction: Direction) -> list[int]:
        """Return where a search stands that has left its own edge at one end."""
        splits = self.streets.splits
        if direction is Direction.FROM:
            # who leaves an edge is bound by having driven it; who stands on the junction is not
            return [self._arrive(lane) if run > 0.0 else free]
        if splits is None:
            return [at]
        junction, lanes = np.array([free], np.int32), np.array([lane], np.int64)
        _, more = splits.at(junction) if run == 0.0 else splits.that_enter(lanes)
        return [free, *more.tolist()]

    def leaves_by(self, origin: Stops, direction: Direction, end: bool) -> int:
        """Return the junction or split by which one leaves the place's own edge for its start, or else its end."""
        share, edge, ends = float(origin.fraction[0]), int(origin.edge[0]), self._ends[direction]
        run, free = (1.0 - share, ends.edge_to) if end else (share, ends.edge_from)
        return self._first(2 * edge + int(end), run, int(free[edge]), int(free[edge]), direction)[0]

    def enters_from(self, edge: int, start: bool, *, stands: bool) -> list[int]:
        """Return the junction and splits from which one may run along an edge from its start, or else its end.

        `stands` is for who goes no farther than that junction: he may have come by any lane.
        """
        ends = self._ends[Direction.FROM]
        free = int((ends.edge_from if start else ends.edge_to)[edge])
        if self.streets.splits is None:
            return [free]
        lane = np.array([2 * edge + int(not start)], np.int64)
        splits = self.streets.splits
        _, more = splits.at(np.array([free], np.int32)) if stands else splits.that_enter(lane)
        return [free, *more.tolist()]

    def _arrive(self, lane: int) -> int:
        ends = self.streets.ends
        return int((ends.arrive_to if lane & 1 else ends.arrive_from)[lane >> 1])

    @cached_property
    def _arcs(self) -> dict[Direction, Arcs]:
        streets = self.streets
        splits = streets.splits if streets.splits is not None else Splits.none(streets.edge_from, streets.edge_to)
        lane, tail, head = splits.lane_ends(streets.edge_from, streets.edge_to)
        cost = np.stack([streets.forward_ds, streets.backward_ds], axis=1).reshape(-1)[lane]
        open_ = cost >= 0
        lane, tail, head, cost = lane[open_], tail[open_], head[open_], cost[open_]
        size = self.network.junctions
        return {
            Direction.FROM: _arcs(size, tail, head, cost, lane),
            Direction.TO: _arcs(size, head, tail, cost, lane),
        }

    @cached_property
    def _ends(self) -> dict[Direction, EdgeReads]:
        streets, junctions = self.streets, self.network.junctions
        edges, splits = streets.edge_from.size, streets.splits
        none = frozen(np.zeros(0, np.int32), np.int32)
        flat = frozen(np.zeros(max(2 * edges, junctions) + 1, np.int32), np.int32)
        ends, forward, backward = streets.ends, streets.forward_ds, streets.backward_ds
        own = streets.edge_from, streets.edge_to
        if splits is None:
            entering = standing = (flat, none)
        else:
            entering = _compressed(splits.lane, splits.tail, 2 * edges)
            standing = _compressed(splits.of, splits.junction, junctions)
        return {
            Direction.FROM: EdgeReads(*own, *own, forward, backward, *entering, *standing),
            Direction.TO: EdgeReads(ends.arrive_from, ends.arrive_to, *own, backward, forward, flat, none, flat, none),
        }


def _arcs(junctions: int, tail: Int32s, head: Int32s, cost: Int32s, lane: Int64s) -> Arcs:
    order = np.argsort(tail, kind="stable")
    ptr = np.searchsorted(tail[order], np.arange(junctions + 1))
    return Arcs(
        frozen(ptr, np.int64),
        frozen(head[order], np.int32),
        frozen(cost[order], np.int32),
        frozen(lane[order], np.int64),
        frozen(tail[order], np.int32),
    )


def _compressed(ascending: Int64s | Int32s, value: Int32s, size: int) -> tuple[Int32s, Int32s]:
    return frozen(np.searchsorted(ascending, np.arange(size + 1)), np.int32), frozen(value, np.int32)


@njit(cache=True, nogil=True)
def _search(
    ptr: Int64s, heads: Int32s, costs: Int32s, junction: Int32s, first_ds: Int32s, limit_ds: int
) -> tuple[Int32s, Int32s, Int32s]:
    """Settle junctions by ascending cost, in buckets of a tenth of a second each (Dial).

    A bucket is a list of junctions linked both ways, so that a junction found sooner moves from one to another.
    """
    junctions = ptr.size - 1
    reached = np.full(junctions, UNREACHABLE_DS, np.int32)
    by_arc = np.empty(junctions, np.int32)
    settled = np.empty(junctions, np.int32)
    after = np.empty(junctions, np.int32)
    before = np.empty(junctions, np.int32)
    bucket = np.full(limit_ds + 1, -1, np.int32)
    count = 0
    for seed in range(junction.size):
        if first_ds[seed] < reached[junction[seed]]:
            _move(junction[seed], first_ds[seed], reached, bucket, after, before)
            by_arc[junction[seed]] = -1
    for ds in range(limit_ds + 1):
        while bucket[ds] >= 0:
            at = bucket[ds]
            bucket[ds] = after[at]
            if after[at] >= 0:
                before[after[at]] = -1
            settled[count] = at
            count += 1
            for arc in range(ptr[at], ptr[at + 1]):
                there = ds + costs[arc]
                if there <= limit_ds and there < reached[heads[arc]]:
                    _move(heads[arc], there, reached, bucket, after, before)
                    by_arc[heads[arc]] = arc
    return reached, by_arc, settled[:count]


@njit(cache=True, nogil=True)
def _move(at: int, ds: int, reached: Int32s, bucket: Int32s, after: Int32s, before: Int32s) -> None:
    """Put a junction in the bucket of a lower cost."""
    if reached[at] < UNREACHABLE_DS:
        if before[at] >= 0:
            after[before[at]] = after[at]
        else:
            bucket[reached[at]] = after[at]
        if after[at] >= 0:
            before[after[at]] = before[at]
    reached[at] = ds
    after[at] = bucket[ds]
    before[at] = -1
    if bucket[ds] >= 0:
        before[bucket[ds]] = at
    bucket[ds] = at


@njit(cache=True, nogil=True)
def _at_stops(
    reached: Int32s, ends: EdgeReads, edges: Int32s, fractions: Floats, own_edge: int, own_fraction: float
) -> Int32s:
    """Read a spread at places on the edges, metres off them not counted."""
    found = np.full(edges.size, UNREACHABLE_DS, np.int32)
    for stop in range(edges.size):
        edge = edges[stop]
        if edge < 0:
            continue
        share = fractions[stop]
        best = UNREACHABLE_DS
        if share == 0.0:
            best = _standing(reached, ends, ends.edge_from[edge])
        elif ends.from_start_ds[edge] >= 0:
            best = read_end(reached, ends, edge, True) + int(share * ends.from_start_ds[edge] + 0.5)
        if share == 1.0:
            best = min(best, _standing(reached, ends, ends.edge_to[edge]))
        elif ends.from_end_ds[edge] >= 0:
            best = min(best, read_end(reached, ends, edge, False) + int((1.0 - share) * ends.from_end_ds[edge] + 0.5))
        if edge == own_edge:
            ahead = share - own_fraction
            whole = ends.from_start_ds[edge] if ahead >= 0.0 else ends.from_end_ds[edge]
            if ahead == 0.0:
                best = 0
            elif whole >= 0:
                best = min(best, int(abs(ahead) * whole + 0.5))
        found[stop] = min(best, UNREACHABLE_DS)
    return found


@njit(cache=True, nogil=True)
def read_end(reached: Int32s, ends: EdgeReads, edge: int, start: bool) -> int:
    """Return when, in tenths of a second, a search that has reached the junctions (N,) may run along an edge.

    From its start, or else from its end; at least ``UNREACHABLE_DS``: never.
    """
    if start:
        return _entered(reached, ends, 2 * edge, ends.start[edge])
    return _entered(reached, ends, 2 * edge + 1, ends.end[edge])


@njit(cache=True, nogil=True)
def _entered(reached: Int32s, ends: EdgeReads, lane: int, at: int) -> int:
    best = reached[at]
    for entry in range(ends.enter_ptr[lane], ends.enter_ptr[lane + 1]):
        best = min(best, reached[ends.enter[entry]])
    return int(best)


@njit(cache=True, nogil=True)
def _standing(reached: Int32s, ends: EdgeReads, junction: int) -> int:
    best = reached[junction]
    for entry in range(ends.stand_ptr[junction], ends.stand_ptr[junction + 1]):
        best = min(best, reached[ends.stand[entry]])
    return int(best)
