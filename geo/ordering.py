"""The order in which a contraction hierarchy takes the junctions out, lowest first.

Two steps. Junctions of few neighbours go first, greedily: on streets that removes three junctions in four and costs
next to nothing. What is left, the core, is cut in two (``geo.dissection``); the junctions that hold the halves apart
(the separator) go last, and each half is cut again.

The order depends on the junctions and their links alone, never on the seconds: another speed keeps it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from geo.arrays import Flags, Floats, Int32s, Int64s
from geo.dissection import dissect

__all__ = ["contraction_order", "neighbour_lists"]

_LOW_DEGREE = 5
"""Junctions with at most this many neighbours are taken out greedily."""


def contraction_order(ptr: Int64s, neighbours: Int32s, xy_m: Floats) -> Int32s:
    """Return each junction's place in the order of contraction.

    Parameters
    ----------
    ptr, neighbours
        (N+1,) and (A,): symmetric lists of distinct neighbours, as :func:`neighbour_lists` makes them.
    xy_m
        (N, 2) positions in metres; only their arrangement counts.

    Returns
    -------
    (N,) int32: 0 is contracted first, N − 1 is the top of the hierarchy.
    """
    junctions = ptr.size - 1
    count = np.diff(ptr)
    room = np.maximum(4, count + 2)
    start = np.concatenate([[0], np.cumsum(room)])
    sequence, core, core_ptr, core_neighbours = _take_out_low_degree(ptr, neighbours, _LOW_DEGREE, start, count, room)
    core_xy_m = np.ascontiguousarray(xy_m[core], dtype=np.float64)
    order = dissect(core_ptr, core_neighbours, core_xy_m)
    place = np.empty(junctions, dtype=np.int32)
    place[np.concatenate([sequence, core[order]])] = np.arange(junctions, dtype=np.int32)
    return place


@njit(cache=True, nogil=True)
def neighbour_lists(junctions: int, tail: Int32s, head: Int32s) -> tuple[Int64s, Int32s]:
    """Return each junction's distinct neighbours in either direction, itself left out.

    Parameters
    ----------
    junctions
        N, how many there are.
    tail, head
        (A,) ends of the arcs; loops and parallels do no harm.

    Returns
    -------
    ptr, neighbours
        (N+1,) and (B,): those of junction j are ``neighbours[ptr[j]:ptr[j + 1]]``, in no order.
    """
    first = np.zeros(junctions + 1, np.int64)
    for arc in range(tail.size):
        first[tail[arc] + 1] += 1
        first[head[arc] + 1] += 1
    for junction in range(junctions):
        first[junction + 1] += first[junction]
    ends = np.empty(2 * tail.size, np.int32)
    fill = first.copy()
    for arc in range(tail.size):
        ends[fill[tail[arc]]] = head[arc]
        fill[tail[arc]] += 1
        ends[fill[head[arc]]] = tail[arc]
        fill[head[arc]] += 1
    ptr = np.zeros(junctions + 1, np.int64)
    seen_by = np.full(junctions, -1, np.int32)
    kept = 0
    for junction in range(junctions):
        for slot in range(first[junction], first[junction + 1]):
            neighbour = ends[slot]
            if neighbour != junction and seen_by[neighbour] != junction:
                seen_by[neighbour] = junction
                ends[kept] = neighbour
                kept += 1
        ptr[junction + 1] = kept
    return ptr, ends[:kept].copy()


# --- few neighbours first -------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _take_out_low_degree(
    ptr: Int64s, neighbours: Int32s, limit: int, start: Int64s, count: Int64s, room: Int64s
) -> tuple[Int32s, Int32s, Int64s, Int32s]:
    """Take out, fewest neighbours first, every junction with at most `limit`; its neighbours become each other's.

    Lists grow on the way: each begins at `start` with `count` junctions and `room` for more (all three are written).
    Returns the sequence taken out, then the core: its junctions, and their lists in core numbering.
    """
    junctions = ptr.size - 1
    used = start[junctions]
    lists = np.empty(2 * used + 1, np.int32)
    for junction in range(junctions):
        for slot in range(count[junction]):
            lists[start[junction] + slot] = neighbours[ptr[junction] + slot]

    top, below, pushed, entries = _stacks(count, limit)
    gone = np.zeros(junctions, np.bool_)
    sequence = np.empty(junctions, np.int32)
    taken = 0
    while True:
        degree = 0
        while degree <= limit and top[degree] < 0:
            degree += 1
        if degree > limit:
            break
        leaving = pushed[top[degree]]
        top[degree] = below[top[degree]]
        if gone[leaving] or count[leaving] != degree:
            continue
        gone[leaving] = True
        sequence[taken] = leaving
        taken += 1
        own = start[leaving]
        for slot in range(own, own + degree):
            junction = lists[slot]
            if count[junction] + degree > room[junction]:
                lists, used = _move_list(lists, used, start, count, room, junction, degree)
            _join(lists, start, count, junction, leaving, own, degree)
            if count[junction] <= limit:
                _push(top, below, pushed, entries, count, junction)
                entries += 1
    core, core_ptr, core_neighbours = _what_is_left(gone, lists, start, count)
    return sequence[:taken].copy(), core, core_ptr, core_neighbours


@njit(cache=True, nogil=True)
def _stacks(count: Int64s, limit: int) -> tuple[Int64s, Int64s, Int32s, int]:
    """One stack per degree: its top entry; below and junction of each entry; entries in use.

    A junction is pushed again whenever its degree changes: an old entry is met with another degree, and passed over.
    """
    room = (limit + 1) * count.size + 1
    top = np.full(limit + 1, -1, np.int64)
    below = np.empty(room, np.int64)
    pushed = np.empty(room, np.int32)
    entries = 0
    for junction in range(count.size - 1, -1, -1):
        if count[junction] <= limit:
            _push(top, below, pushed, entries, count, junction)
            entries += 1
    return top, below, pushed, entries


@njit(cache=True, nogil=True)
def _push(top: Int64s, below: Int64s, pushed: Int32s, entry: int, count: Int64s, junction: int) -> None:
    degree = count[junction]
    pushed[entry] = junction
    below[entry] = top[degree]
    top[degree] = entry


@njit(cache=True, nogil=True)
def _move_list(
    lists: Int32s, used: int, start: Int64s, count: Int64s, room: Int64s, junction: int, more: int
) -> tuple[Int32s, int]:
    """Move a junction's list to the end of the store, with twice its room and `more`."""
    room[junction] = 2 * room[junction] + more
    if used + room[junction] > lists.size:
        larger = np.empty(2 * lists.size + room[junction], np.int32)
        for slot in range(used):  # a loop compiles in a tenth of the time that a slice takes
            larger[slot] = lists[slot]
        lists = larger
    old = start[junction]
    for slot in range(count[junction]):
        lists[used + slot] = lists[old + slot]
    start[junction] = used
    return lists, used + room[junction]


@njit(cache=True, nogil=True)
def _join(lists: Int32s, start: Int64s, count: Int64s, junction: int, leaving: int, own: int, degree: int) -> None:
    """In one junction's list, put the neighbours of `leaving` (at `own`) in the place of `leaving`."""
    first = start[junction]
    end = first + count[junction]
    for slot in range(first, end):
        if lists[slot] == leaving:
            lists[slot] = lists[end - 1]
            end -= 1
            break
    for position in range(own, own + degree):
        known = lists[position] == junction
        for slot in range(first, end):
            known |= lists[slot] == lists[position]
        if not known:
            lists[end] = lists[position]
            end += 1
    count[junction] = end - first


@njit(cache=True, nogil=True)
def _what_is_left(gone: Flags, lists: Int32s, start: Int64s, count: Int64s) -> tuple[Int32s, Int64s, Int32s]:
    junctions = gone.size
    number = np.empty(junctions, np.int32)
    core = np.empty(junctions, np.int32)
    size = 0
    links = 0
    for junction in range(junctions):
        if not gone[junction]:
            number[junction] = size
            core[size] = junction
            size += 1
            links += count[junction]
    ptr = np.zeros(size + 1, np.int64)
    neighbours = np.empty(links, np.int32)
    filled = 0
    for position in range(size):
        first = start[core[position]]
        for slot in range(first, first + count[core[position]]):
            neighbours[filled] = number[lists[slot]]
            filled += 1
        ptr[position + 1] = filled
    return core[:size].copy(), ptr, neighbours
