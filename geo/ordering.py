"""The order in which a contraction hierarchy takes the junctions out, lowest first.

Two steps. Junctions of few neighbours go first, greedily: on streets that removes three junctions in four and costs
next to nothing. What is left, the core, is cut in two by the straight line that crosses the fewest links for its
balance; the junctions along the cut (the separator) go last, and each half is cut again.

The order depends on the junctions and their links alone, never on the seconds: another speed keeps it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from geo.arrays import Flags, Floats, Int8s, Int32s, Int64s

__all__ = ["contraction_order", "neighbour_lists"]

_LOW_DEGREE = 4
"""Junctions with at most this many neighbours are taken out greedily."""
_DIRECTIONS = 8
"""Directions of the straight cuts that are tried."""
_BINS = 256
"""Positions of a cut that are tried along one direction, at most."""
_BALANCE = 0.25
"""The smaller side of a cut keeps at least this share of the junctions."""

_LOWER, _UPPER, _SEPARATOR = 0, 1, 2
"""Sides of a cut, and the junctions lifted out of either."""


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
    order = _dissect(core_ptr, core_neighbours, core_xy_m)
    place = np.empty(junctions, dtype=np.int32)
    place[np.concatenate([sequence, core[order]])] = np.arange(junctions, dtype=np.int32)
    return place


@njit(cache=True, nogil=True)
def neighbour_lists(junctions: int, tail: Int32s, head: Int32s) -> tuple[Int64s, Int32s]:
    """Return each junction's distinct neighbours in either direction, itself left out, as (ptr (N+1,), neighbours)."""
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


# --- the core, cut and cut again ------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _dissect(ptr: Int64s, neighbours: Int32s, xy_m: Floats) -> Int32s:
    """Return the junctions in nested dissection order; every separator comes after what it separates."""
    size = ptr.size - 1
    order = np.arange(size, dtype=np.int32)
    region_of = np.zeros(size, np.int32)
    side = np.zeros(size, np.int8)
    bin_of = np.zeros(size, np.int32)
    spare = np.empty(size, np.int32)
    pending = np.empty((size + 2, 2), np.int64)  # regions still to cut, as slices of the order
    pending[0, 0] = 0
    pending[0, 1] = size
    waiting = 1
    regions = 0
    while waiting > 0:
        waiting -= 1
        low = pending[waiting, 0]
        high = pending[waiting, 1]
        if high - low <= 2:
            continue
        regions += 1
        members = order[low:high]
        for position in range(members.size):
            region_of[members[position]] = regions
            side[members[position]] = _LOWER if position < members.size // 2 else _UPPER
        _cut(members, regions, region_of, ptr, neighbours, xy_m, bin_of, side)
        _lift_separator(members, regions, region_of, ptr, neighbours, side)
        lower, upper = _regroup(members, side, spare)
        pending[waiting, 0] = low
        pending[waiting, 1] = low + lower
        pending[waiting + 1, 0] = low + lower
        pending[waiting + 1, 1] = low + lower + upper
        waiting += 2
    return order


@njit(cache=True, nogil=True)
def _cut(
    members: Int32s,
    region: int,
    region_of: Int32s,
    ptr: Int64s,
    neighbours: Int32s,
    xy_m: Floats,
    bin_of: Int32s,
    side: Int8s,
) -> None:
    """Lay the best straight cut and write each member's side; where every cut is lopsided the sides stay."""
    size = members.size
    bins = min(_BINS, max(4, size))
    crossing = np.empty(bins + 1, np.int64)
    held = np.empty(bins + 1, np.int64)
    best = np.inf
    for direction in range(_DIRECTIONS):
        angle = direction * np.pi / _DIRECTIONS
        east = np.cos(angle)
        north = np.sin(angle)
        crossing.fill(0)
        held.fill(0)
        _fill_bins(members, xy_m, east, north, bins, bin_of, held)
        for position in range(size):
            junction = members[position]
            own = bin_of[junction]
            for slot in range(ptr[junction], ptr[junction + 1]):
                neighbour = neighbours[slot]
                if region_of[neighbour] == region and bin_of[neighbour] > own:
                    crossing[own] += 1
                    crossing[bin_of[neighbour]] -= 1
        cut_after = -1
        links = 0
        below = 0
        for position in range(bins - 1):
            links += crossing[position]
            below += held[position]
            smaller = min(below, size - below)
            if smaller == 0 or smaller < _BALANCE * size:
                continue
            price = (links + 0.3) / (smaller / size) ** 0.6
            if price < best:
                best = price
                cut_after = position
        if cut_after >= 0:
            for position in range(size):
                side[members[position]] = _LOWER if bin_of[members[position]] <= cut_after else _UPPER


@njit(cache=True, nogil=True)
def _fill_bins(
    members: Int32s, xy_m: Floats, east: float, north: float, bins: int, bin_of: Int32s, held: Int64s
) -> None:
    """Sort the members into equal bins along a direction and count them."""
    least = np.inf
    most = -np.inf
    for position in range(members.size):
        along = xy_m[members[position], 0] * east + xy_m[members[position], 1] * north
        least = min(least, along)
        most = max(most, along)
    scale = (bins - 1e-6) / (most - least + 1e-9)
    for position in range(members.size):
        junction = members[position]
        along = xy_m[junction, 0] * east + xy_m[junction, 1] * north
        bin_of[junction] = min(bins - 1, int((along - least) * scale))
        held[bin_of[junction]] += 1


@njit(cache=True, nogil=True)
def _lift_separator(
    members: Int32s, region: int, region_of: Int32s, ptr: Int64s, neighbours: Int32s, side: Int8s
) -> None:
    """Lift the junctions that touch the other side out of the side that has fewer of them."""
    touching = np.zeros(2, np.int64)
    for position in range(members.size):
        junction = members[position]
        if _touches(junction, region, region_of, ptr, neighbours, side):
            touching[side[junction]] += 1
    chosen = _LOWER if touching[_LOWER] <= touching[_UPPER] else _UPPER
    for position in range(members.size):
        junction = members[position]
        if side[junction] == chosen and _touches(junction, region, region_of, ptr, neighbours, side):
            side[junction] = _SEPARATOR


@njit(cache=True, nogil=True)
def _touches(junction: int, region: int, region_of: Int32s, ptr: Int64s, neighbours: Int32s, side: Int8s) -> bool:
    other = 1 - side[junction]
    for slot in range(ptr[junction], ptr[junction + 1]):
        neighbour = neighbours[slot]
        if region_of[neighbour] == region and side[neighbour] == other:
            return True
    return False


@njit(cache=True, nogil=True)
def _regroup(members: Int32s, side: Int8s, spare: Int32s) -> tuple[int, int]:
    """Bring the members into the order lower, upper, separator, in place; return the sizes of the first two."""
    filled = 0
    sizes = np.zeros(3, np.int64)
    for group in range(3):
        for position in range(members.size):
            if side[members[position]] == group:
                spare[filled] = members[position]
                filled += 1
                sizes[group] += 1
    for position in range(members.size):
        members[position] = spare[position]
    return sizes[0], sizes[1]
