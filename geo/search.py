"""Plain Dijkstra over the streets: what the sweeps are held against, and bounded searches from one place.

Slower than a sweep by two orders of magnitude and simple enough to be checked by reading. It shares nothing with the
hierarchy but the costs of the arcs.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Floats, Int32s, Int64s, frozen
from geo.hierarchy import travel_arcs
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.seeds import Streets, off_road_ds
from geo.snapping import Snap
from geo.sweeps import MAX_COST_DS, ROW_BITS, Seeds

__all__ = ["StreetSearch"]

_NODE_BITS = 31
_ArcLists = tuple[Int64s, Int32s, Int32s]


class StreetSearch:
    """Searches on one network.

    Parameters
    ----------
    network
        Its arcs are sorted once, at the first search of a direction.
    """

    def __init__(self, network: StreetNetwork) -> None:
        self._network = network

    def nearest_services(
        self, seeds: Seeds, k: int, limit_ds: int = MAX_COST_DS
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Find the k nearest distinct services of every junction, as somebody who travels to them.

        Parameters
        ----------
        seeds
            Where the services are; repeated entries do no harm.
        limit_ds
            Nothing beyond is found; at most ``MAX_COST_DS``.

        Returns
        -------
        (N, k) int32 costs in tenths of a second and (N, k) int32 service rows, ascending by (cost, row); −1 where
        there is none.

        Raises
        ------
        ValueError
            When the limit, or a seed, does not fit a label.
        """
        if limit_ds > MAX_COST_DS:
            raise ValueError(f"a limit of {limit_ds} tenths of a second does not fit a label: at most {MAX_COST_DS}")
        seeds.require_fit()
        junction, row, cost = (frozen(column, np.int32) for column in seeds)
        return _spread(*self._against_travel, junction, row, cost, k, limit_ds)

    def seconds_to(self, mode: Mode, origin: Snap, targets: Snap, limit_s: float) -> Floats:
        """Return the seconds from one place to many, by one search that stops at the limit.

        Parameters
        ----------
        origin
            One place.
        targets
            T places.
        limit_s
            Nothing beyond is found, nor beyond 6,553 s.

        Returns
        -------
        (T,) seconds, off-road metres at both ends and the mode's fixed seconds included; NaN beyond the limit or off
        the network.
        """
        seconds = np.full(len(targets.edge), np.nan)
        limit_s = min(limit_s, MAX_COST_DS / 10)  # beyond, a junction on the shortest way may not be found
        if origin.edge[0] < 0:
            return seconds
        reached_ds = self._from_place(origin, limit_s)
        streets = self._streets
        on = np.flatnonzero(targets.edge >= 0)
        edge, share = targets.edge[on], targets.fraction[on]
        entered_ds, stood_ds = self._entered(reached_ds), self._stood_on(reached_ds)
        at_start = np.where(share == 0.0, stood_ds[streets.edge_from[edge]], entered_ds[2 * edge.astype(np.int64)])
        at_end = np.where(share == 1.0, stood_ds[streets.edge_to[edge]], entered_ds[2 * edge.astype(np.int64) + 1])
        ways = [
            _way(at_start, share, streets.forward_ds[edge]),
            _way(at_end, 1.0 - share, streets.backward_ds[edge]),
        ]
        ahead = share - origin.fraction[0]
        along_ds = np.where(ahead >= 0, streets.forward_ds[edge], streets.backward_ds[edge])
        ways.append(np.where(edge == origin.edge[0], _way(np.zeros(on.size), np.abs(ahead), along_ds), np.inf))
        off_ds = off_road_ds(origin.off_m, mode.off_road_m_per_s) + off_road_ds(
            targets.off_m[on], mode.off_road_m_per_s
        )
        total_s = (np.minimum.reduce(ways) + off_ds + round(mode.fixed_s * 10)) / 10
        seconds[on] = np.where(total_s <= limit_s, total_s, np.nan)
        return seconds

    def _from_place(self, origin: Snap, limit_s: float) -> Floats:
        """Return the tenths of a second (N,) from a point on the streets to every junction; infinite beyond."""
        edge, share = int(origin.edge[0]), float(origin.fraction[0])
        streets = self._streets
        start = (streets.edge_from if share == 0.0 else streets.ends.arrive_from)[edge]
        end = (streets.edge_to if share == 1.0 else streets.ends.arrive_to)[edge]
        ends = np.array([start, end], np.int32)
        first = np.array(
            [
                _way(np.zeros(1), np.array([share]), streets.backward_ds[[edge]])[0],
                _way(np.zeros(1), np.array([1.0 - share]), streets.forward_ds[[edge]])[0],
            ]
        )
        leaves = first <= MAX_COST_DS
        cost, _ = _spread(
            *self._with_travel,
            frozen(ends[leaves], np.int32),
            frozen(np.zeros(int(leaves.sum())), np.int32),
            frozen(first[leaves], np.int32),
            1,
            round(limit_s * 10),
        )
        return np.where(cost[:, 0] < 0, np.inf, cost[:, 0])

    def _entered(self, reached_ds: Floats) -> Floats:
        """Return when each lane (2E,) can be entered, from when each junction and split (N,) is reached."""
        streets = self._streets
        entered_ds = np.stack([reached_ds[streets.edge_from], reached_ds[streets.edge_to]], axis=1).reshape(-1)
        if streets.splits is not None:
            np.minimum.at(entered_ds, streets.splits.lane, reached_ds[streets.splits.tail])
        return entered_ds

    def _stood_on(self, reached_ds: Floats) -> Floats:
        """Return when one stands on each junction (N,), however one came there."""
        stood_ds = reached_ds.copy()
        if self._streets.splits is not None:
            np.minimum.at(stood_ds, self._streets.splits.of, reached_ds[self._streets.splits.junction])
        return stood_ds

    @cached_property
    def _streets(self) -> Streets:
        return Streets.of(self._network)

    @cached_property
    def _with_travel(self) -> _ArcLists:
        tail, head, cost = travel_arcs(self._network)
        return _arc_lists(self._network.junctions, tail, head, cost)

    @cached_property
    def _against_travel(self) -> _ArcLists:
        tail, head, cost = travel_arcs(self._network)
        return _arc_lists(self._network.junctions, head, tail, cost)


def _way(before_ds: Floats, share: Floats, cost_ds: Int32s) -> Floats:
    """Add the cost of a share of an edge; infinite where there is something to run and the edge is closed."""
    ran = np.floor(share * np.maximum(cost_ds, 0) + 0.5)
    return np.where((cost_ds >= 0) | (share == 0.0), before_ds + ran, np.inf)


def _arc_lists(junctions: int, tail: Int32s, head: Int32s, cost: Int32s) -> _ArcLists:
    order = np.argsort(tail, kind="stable")
    ptr = np.searchsorted(tail[order], np.arange(junctions + 1))
    return frozen(ptr, np.int64), frozen(head[order], np.int32), frozen(cost[order], np.int32)


@njit(cache=True, nogil=True)
def _spread(
    ptr: Int64s, heads: Int32s, costs: Int32s, junction: Int32s, row: Int32s, cost: Int32s, k: int, limit_ds: int
) -> tuple[Int32s, Int32s]:
    """Settle labels (cost, row) in ascending order until every junction has k of distinct services.

    A heap entry is one integer, ``cost | row | junction``, so that ties are settled by row.
    """
    junctions = ptr.size - 1
    found_ds = np.full((junctions, k), -1, np.int32)
    found_row = np.full((junctions, k), -1, np.int32)
    heap = np.empty(max(64, 2 * junction.size), np.int64)
    size = 0
    for seed in range(junction.size):
        if cost[seed] <= limit_ds:
            heap, size = _push(
                heap, size, (np.int64(cost[seed]) << ROW_BITS | row[seed]) << _NODE_BITS | junction[seed]
            )
    while size > 0:
        entry = heap[0]
        size = _pop(heap, size)
        at = entry & ((1 << _NODE_BITS) - 1)
        label = entry >> _NODE_BITS
        service = label & ((1 << ROW_BITS) - 1)
        rank = _free_rank(found_row[at], service)
        if rank < 0:
            continue
        found_ds[at, rank] = label >> ROW_BITS
        found_row[at, rank] = service
        for arc in range(ptr[at], ptr[at + 1]):
            there = (label >> ROW_BITS) + costs[arc]
            if there <= limit_ds and _free_rank(found_row[heads[arc]], service) >= 0:
                heap, size = _push(heap, size, (there << ROW_BITS | service) << _NODE_BITS | heads[arc])
    return found_ds, found_row


@njit(cache=True, nogil=True)
def _free_rank(held: Int32s, service: int) -> int:
    """Return the rank that is free for a service; −1 when it is there already or all are taken."""
    for rank in range(held.size):
        if held[rank] == service:
            return -1
        if held[rank] < 0:
            return rank
    return -1


@njit(cache=True, nogil=True)
def _push(heap: Int64s, size: int, entry: int) -> tuple[Int64s, int]:
    if size == heap.size:
        larger = np.empty(2 * size, np.int64)
        for slot in range(size):
            larger[slot] = heap[slot]
        heap = larger
    slot = size
    while slot > 0 and heap[(slot - 1) // 2] > entry:
        heap[slot] = heap[(slot - 1) // 2]
        slot = (slot - 1) // 2
    heap[slot] = entry
    return heap, size + 1


@njit(cache=True, nogil=True)
def _pop(heap: Int64s, size: int) -> int:
    """Take the smallest entry out; return the new size."""
    size -= 1
    entry = heap[size]
    slot = 0
    while 2 * slot + 1 < size:
        child = 2 * slot + 1
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= entry:
            break
        heap[slot] = heap[child]
        slot = child
    heap[slot] = entry
    return size
