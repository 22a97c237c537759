"""Contract junctions in a given order, give the shortcuts their seconds, and drop those that no sweep needs.

Places are numbered in the order of contraction, so *upper* means contracted later. Contracting a junction joins its
upper neighbours pairwise: the links so made (the *skeleton*) depend on streets and order alone. Customising fills in
costs: a shortcut costs the cheapest way through the junctions below it. Both directions of a link are one slot in two
arrays: ``up`` is the cost at which a label flows from the lower end to the upper one, ``down`` the reverse.

Costs are whole tenths of a second, at least 1 (ties could otherwise prune each other away), and stop at
``UNREACHABLE_DS``, so that no sum of two can overflow.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Flags, Int32s, Int64s

__all__ = ["UNREACHABLE_DS", "customise", "pack_arcs", "prune", "sweep_rows", "upper_links"]

_ONE = np.uint64(1)
"""Positions are unsigned in the loops over triangles: none is taken to count from the end, which halves their time."""
UNREACHABLE_DS = 1 << 29
"""Cost, in tenths of a second, that stands for no arc: 20 months."""


def upper_links(ptr: Int64s, neighbours: Int32s, place: Int32s) -> tuple[Int64s, Int32s]:
    """Contract every junction in order.

    Parameters
    ----------
    ptr, neighbours
        (N+1,) and (A,): symmetric neighbour lists by junction.
    place
        (N,) each junction's place in the order of contraction.

    Returns
    -------
    (N+1,) and (L,): for each place its upper neighbours as places, ascending.
    """
    upper_ptr, upper = _contract(ptr, neighbours, place)
    if upper.size:
        from scipy.sparse import csr_array  # noqa: PLC0415 - a service that only reads fields starts without it

        links = csr_array((np.empty(upper.size, np.int8), upper, upper_ptr), shape=(place.size, place.size))
        links.sort_indices()
        upper = np.ascontiguousarray(links.indices, dtype=np.int32)
    return upper_ptr, upper


@njit(cache=True, nogil=True)
def _contract(ptr: Int64s, neighbours: Int32s, place: Int32s) -> tuple[Int64s, Int32s]:
    """Unite, from the lowest place up, a junction's own upper neighbours with those that its children leave it.

    The lowest upper neighbour of a place is its parent in the elimination tree: it alone needs to be told.
    """
    size = place.size
    at_place = np.empty(size, np.int32)
    for junction in range(size):
        at_place[place[junction]] = junction
    upper_ptr = np.zeros(size + 1, np.int64)
    upper = np.empty(3 * neighbours.size + 16, np.int32)
    first_child = np.full(size, -1, np.int32)
    next_sibling = np.full(size, -1, np.int32)
    seen_by = np.full(size, -1, np.int32)
    used = 0
    for own in range(size):
        junction = at_place[own]
        need = ptr[junction + 1] - ptr[junction]
        child = first_child[own]
        while child >= 0:
            need += upper_ptr[child + 1] - upper_ptr[child]
            child = next_sibling[child]
        if used + need > upper.size:
            upper = _grown(upper, used, 2 * (used + need))
        seen_by[own] = own
        for slot in range(ptr[junction], ptr[junction + 1]):
            used = _take(upper, used, place[neighbours[slot]], own, seen_by)
        child = first_child[own]
        while child >= 0:
            for slot in range(upper_ptr[child], upper_ptr[child + 1]):
                used = _take(upper, used, upper[slot], own, seen_by)
            child = next_sibling[child]
        upper_ptr[own + 1] = used
        if used > upper_ptr[own]:
            parent = upper[upper_ptr[own]]
            for slot in range(upper_ptr[own] + 1, used):
                parent = min(parent, upper[slot])
            next_sibling[own] = first_child[parent]
            first_child[parent] = own
    return upper_ptr, upper[:used].copy()


@njit(cache=True, nogil=True)
def _grown(store: Int32s, used: int, size: int) -> Int32s:
    larger = np.empty(size, np.int32)
    for slot in range(used):  # a loop compiles in a tenth of the time that a slice takes
        larger[slot] = store[slot]
    return larger


@njit(cache=True, nogil=True)
def _take(upper: Int32s, used: int, other: int, own: int, seen_by: Int32s) -> int:
    """Append a place that is above `own` and not yet in its list; return how much of the store is used."""
    if other > own and seen_by[other] != own:
        seen_by[other] = own
        upper[used] = other
        return used + 1
    return used


@njit(cache=True, nogil=True)
def sweep_rows(upper_ptr: Int64s, upper: Int32s) -> Int32s:
    """Return the row of each place in the sweeps: the elimination tree in depth-first preorder.

    Every parent comes before its children and every subtree is contiguous, so a downward sweep reads rows that it has
    just written.

    Parameters
    ----------
    upper_ptr, upper
        (N+1,) and (L,), as :func:`upper_links` returns them.

    Returns
    -------
    (N,) int32: a permutation; row 0 is a top.
    """
    size = upper_ptr.size - 1
    first_child = np.full(size, -1, np.int32)
    next_sibling = np.full(size, -1, np.int32)
    pending = np.empty(size, np.int32)
    waiting = 0
    for place in range(size):
        if upper_ptr[place] < upper_ptr[place + 1]:
            parent = upper[upper_ptr[place]]
            next_sibling[place] = first_child[parent]
            first_child[parent] = place
        else:
            pending[waiting] = place
            waiting += 1
    rows = np.empty(size, np.int32)
    row = 0
    while waiting > 0:
        waiting -= 1
        place = pending[waiting]
        rows[place] = row
        row += 1
        child = first_child[place]
        while child >= 0:
            pending[waiting] = child
            waiting += 1
            child = next_sibling[child]
    return rows


@njit(cache=True, nogil=True)
def customise(
    upper_ptr: Int64s,
    upper: Int32s,
    source: Int32s,
    target: Int32s,
    cost: Int32s,
    symmetric: bool,
    up: Int32s,
    down: Int32s,
) -> int:
    """Write the cost of every link in both directions; return how many arcs have no link (none on the same streets).

    Parameters
    ----------
    source, target, cost
        (A,) arcs in the direction in which labels flow, as places; parallel arcs are reduced to the cheapest.
    symmetric
        Every arc has a twin of equal cost; ``up`` and ``down`` are then one array.
    up, down
        (L,) int32, written.
    """
    up.fill(UNREACHABLE_DS)
    down.fill(UNREACHABLE_DS)
    strangers = 0
    for arc in range(source.size):
        lower = min(source[arc], target[arc])
        link = _find(upper, upper_ptr[lower], upper_ptr[lower + 1], max(source[arc], target[arc]))
        if link < 0:
            strangers += 1
        elif source[arc] == lower:
            up[link] = min(up[link], cost[arc])
        else:
            down[link] = min(down[link], cost[arc])
    _join_triangles(upper_ptr, upper, symmetric, up, down)
    return strangers


@njit(cache=True, nogil=True)
def _join_triangles(upper_ptr: Int64s, upper: Int32s, symmetric: bool, up: Int32s, down: Int32s) -> None:
    """Lower every link to the cheapest way over a junction below both its ends, from the bottom up."""
    for middle in range(upper_ptr.size - 1):
        end = np.uint64(upper_ptr[middle + 1])
        for first in range(np.uint64(upper_ptr[middle]), end):
            into = down[first]
            out = up[first]
            if into == UNREACHABLE_DS and out == UNREACHABLE_DS:
                continue
            across = np.uint64(upper_ptr[upper[first]])
            for second in range(first + _ONE, end):
                while upper[across] != upper[second]:
                    across += _ONE
                up[across] = min(up[across], into + up[second])
                if not symmetric:
                    down[across] = min(down[across], down[second] + out)


@njit(cache=True, nogil=True)
def _find(upper: Int32s, begin: int, end: int, wanted: int) -> int:
    """Binary search in one place's upper neighbours; −1 when it is not there."""
    low = begin
    high = end
    while low < high:
        middle = (low + high) // 2
        if upper[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < end and upper[low] == wanted else -1


@njit(cache=True, nogil=True)
def prune(upper_ptr: Int64s, upper: Int32s, up: Int32s, down: Int32s, symmetric: bool) -> tuple[Flags, Flags]:
    """Make every link exact, from the top down, and return which arcs a sweep needs: (L,) flags for up and for down.

    An arc is dropped when a way over two higher arcs costs no more: a label that would use it arrives all the same.
    """
    keep_up = up < UNREACHABLE_DS
    keep_down = keep_up if symmetric else down < UNREACHABLE_DS
    most = np.int64(0)
    for low in range(upper_ptr.size - 1):
        most = max(most, upper_ptr[low + 1] - upper_ptr[low])
    between = np.empty(most * (most - 1) // 2, np.uint32)
    for low in range(upper_ptr.size - 2, -1, -1):
        begin = np.uint64(upper_ptr[low])
        end = np.uint64(upper_ptr[low + 1])
        _tighten(upper_ptr, upper, begin, end, up, down, symmetric, between)
        _mark(begin, end, up, down, between, keep_up)
        if not symmetric:
            _mark(begin, end, down, up, between, keep_down)
    return keep_up, keep_down


@njit(cache=True, nogil=True)
def _tighten(
    upper_ptr: Int64s,
    upper: Int32s,
    begin: np.uint64,
    end: np.uint64,
    up: Int32s,
    down: Int32s,
    symmetric: bool,
    between: NDArray[np.uint32],
) -> None:
    """Lower one place's links to the cheapest way over any two of its upper neighbours, whose own link is exact.

    The own links of all pairs are written to `between`.
    """
    pair = np.uint64(0)
    for first in range(begin, end):
        across = np.uint64(upper_ptr[upper[first]])
        for second in range(first + _ONE, end):
            while upper[across] != upper[second]:
                across += _ONE
            between[pair] = across
            pair += _ONE
            up[second] = min(up[second], up[first] + up[across])
            up[first] = min(up[first], up[second] + down[across])
            if not symmetric:
                down[second] = min(down[second], down[first] + down[across])
                down[first] = min(down[first], down[second] + up[across])


@njit(cache=True, nogil=True)
def _mark(
    begin: np.uint64, end: np.uint64, costs: Int32s, opposite: Int32s, between: NDArray[np.uint32], keep: Flags
) -> None:
    """Drop the arcs of one place and direction that a way over another upper neighbour equals."""
    pair = np.uint64(0)
    for first in range(begin, end):
        kept = keep[first]
        for second in range(first + _ONE, end):
            across = np.uint64(between[pair])
            pair += _ONE
            keep[second] &= costs[first] + costs[across] > costs[second]
            kept &= costs[second] + opposite[across] > costs[first]
        keep[first] = kept


@njit(cache=True, nogil=True)
def pack_arcs(upper_ptr: Int64s, upper: Int32s, costs: Int32s, keep: Flags, rows: Int32s) -> tuple[Int64s, Int32s]:
    """Lay the kept arcs out as a sweep reads them.

    Returns
    -------
    (N+1,) and (2A,): for each sweep row its arcs as pairs (upper row, cost), cheapest first, so that those which
    cost more than a label holds are the last.
    """
    size = rows.size
    place_of = np.empty(size, np.int32)
    for place in range(size):
        place_of[rows[place]] = place
    kept = 0
    for link in range(keep.size):
        kept += keep[link]
    ptr = np.zeros(size + 1, np.int64)
    arcs = np.empty((kept, 2), np.int32)
    end = 0
    for row in range(size):
        place = place_of[row]
        for link in range(upper_ptr[place], upper_ptr[place + 1]):
            if keep[link]:
                slot = end
                while slot > ptr[row] and arcs[slot - 1, 1] > costs[link]:
                    arcs[slot, 0] = arcs[slot - 1, 0]
                    arcs[slot, 1] = arcs[slot - 1, 1]
                    slot -= 1
                arcs[slot, 0] = rows[upper[link]]
                arcs[slot, 1] = costs[link]
                end += 1
        ptr[row + 1] = end
    return ptr, arcs.reshape(-1)
