"""Nested dissection: the core of the streets, cut in two along a narrow place, and each half again.

A region is laid along the direction in which a straight line crosses the fewest links for its balance. Its two ends in
that direction, a quarter of the junctions each, are then held apart by as few junctions as can do it: as many as there
are *ways* from end to end that share no junction (Menger's theorem). They are found by laying one way after another
until there is none left to lay; a new way may take over the first part of an older one, which is laid anew from there.
Rivers, railways and the edges of towns are narrow places that no straight line follows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from geo.arrays import Floats, Int8s, Int32s, Int64s

__all__ = ["dissect"]

_DIRECTIONS = 4
"""Directions of the straight cuts that are tried."""
_BINS = 256
"""Positions of a cut that are tried along one direction, at most."""
_BALANCE = 0.25
"""Share of the junctions that each end of a region holds: the smaller side of a cut has at least as many."""

_LOWER, _UPPER, _SEPARATOR, _BETWEEN = 0, 1, 2, 3
"""Sides of a cut, the junctions that hold them apart, and those that are still to be told."""
_NOBODY, _END = -1, -2
"""In place of a junction along a way: there is no way here; the way begins or stops here."""


class _Core(NamedTuple):
    """The links, and what is known of each junction while its region is cut."""

    ptr: Int64s
    neighbours: Int32s
    region_of: Int32s
    bin_of: Int32s
    """Position along the direction of the cut."""
    side: Int8s


class _Ways(NamedTuple):
    """The ways laid so far, and the search for one more.

    A junction has two *states*, twice its number and one more: entered, and left again. Where a way runs already, a
    junction that is entered can only be left backwards along that way.
    """

    previous: Int32s
    """By junction: where the way through it comes from."""
    following: Int32s
    """By junction: where it goes."""
    reached_in: Int32s
    """By state: the last round that reached it."""
    reached_from: Int32s
    """By state: the state before it in the search."""
    pending: Int32s
    doors: Int32s
    """The junctions next to the lower end."""


@njit(cache=True, nogil=True)
def dissect(ptr: Int64s, neighbours: Int32s, xy_m: Floats) -> Int32s:
    """Return the junctions in nested dissection order; every separator comes after what it separates.

    Parameters
    ----------
    ptr, neighbours
        (N+1,) and (A,): symmetric lists of distinct neighbours.
    xy_m
        (N, 2) positions in metres; only their arrangement counts.
    """
    size = ptr.size - 1
    order = np.empty(size, np.int32)
    for junction in range(size):
        order[junction] = junction
    core = _Core(ptr, neighbours, np.zeros(size, np.int32), np.zeros(size, np.int32), np.zeros(size, np.int8))
    ways = _Ways(
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.zeros(2 * size, np.int32),
        np.empty(2 * size, np.int32),
        np.empty(2 * size, np.int32),
        np.empty(size, np.int32),
    )
    spare = np.empty(size, np.int32)
    slices = np.empty((size + 2, 2), np.int64)  # regions still to cut, as slices of the order
    slices[0, 0] = 0
    slices[0, 1] = size
    waiting = 1
    region = 0
    rounds = 0
    while waiting > 0:
        waiting -= 1
        low = slices[waiting, 0]
        high = slices[waiting, 1]
        if high - low <= 2:
            continue
        region += 1
        members = order[low:high]
        for position in range(members.size):
            core.region_of[members[position]] = region
        _lay_out(members, region, core, xy_m)
        _take_ends(members, region, core)
        rounds = _hold_apart(members, region, core, ways, rounds)
        lower, upper = _regroup(members, core.side, spare)
        slices[waiting, 0] = low
        slices[waiting, 1] = low + lower
        slices[waiting + 1, 0] = low + lower
        slices[waiting + 1, 1] = low + lower + upper
        waiting += 2
    return order


# --- the direction --------------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _lay_out(members: Int32s, region: int, core: _Core, xy_m: Floats) -> None:
    """Write each member's bin along the best direction; where every straight cut is lopsided, along their order."""
    size = members.size
    bins = min(_BINS, max(4, size))
    crossing = np.empty(bins + 1, np.int64)
    held = np.empty(bins + 1, np.int64)
    best = np.inf
    chosen = -1
    for direction in range(_DIRECTIONS):
        angle = direction * np.pi / _DIRECTIONS
        _fill_bins(members, xy_m, np.cos(angle), np.sin(angle), held, core.bin_of)
        price = _price(members, region, core, held, crossing)
        if price < best:
            best = price
            chosen = direction
    if chosen < 0:
        for position in range(size):
            core.bin_of[members[position]] = position * bins // size
    elif chosen < _DIRECTIONS - 1:  # the bins of the last direction are there already
        angle = chosen * np.pi / _DIRECTIONS
        _fill_bins(members, xy_m, np.cos(angle), np.sin(angle), held, core.bin_of)


@njit(cache=True, nogil=True)
def _fill_bins(members: Int32s, xy_m: Floats, east: float, north: float, held: Int64s, bin_of: Int32s) -> None:
    """Sort the members into equal bins along a direction and count them."""
    bins = held.size - 1
    held.fill(0)
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
def _price(members: Int32s, region: int, core: _Core, held: Int64s, crossing: Int64s) -> float:
    """Return the links that the best straight cut across the bins crosses, dearer when lopsided; infinite for none."""
    size = members.size
    crossing.fill(0)
    for position in range(size):
        junction = members[position]
        own = core.bin_of[junction]
        for slot in range(core.ptr[junction], core.ptr[junction + 1]):
            neighbour = core.neighbours[slot]
            if core.region_of[neighbour] == region and core.bin_of[neighbour] > own:
                crossing[own] += 1
                crossing[core.bin_of[neighbour]] -= 1
    best = np.inf
    links = 0
    below = 0
    for cut in range(held.size - 2):
        links += crossing[cut]
        below += held[cut]
        smaller = min(below, size - below)
        if smaller > 0 and smaller >= _BALANCE * size:
            best = min(best, (links + 0.3) / (smaller / size) ** 0.6)
    return best


# --- the separator --------------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _take_ends(members: Int32s, region: int, core: _Core) -> None:
    """Write which members are the ends of the region, and which lie between.

    A junction of the lower end that is linked to the upper one belongs to the separator whatever is found.
    """
    size = members.size
    bins = min(_BINS, max(4, size))
    held = np.zeros(bins, np.int64)
    for position in range(size):
        held[core.bin_of[members[position]]] += 1
    wanted = max(1.0, _BALANCE * size)
    lower = 0
    count = held[lower]
    while count < wanted:
        lower += 1
        count += held[lower]
    upper = bins - 1
    count = held[upper]
    while count < wanted and upper > lower + 1:
        upper -= 1
        count += held[upper]
    for position in range(size):
        junction = members[position]
        own = core.bin_of[junction]
        core.side[junction] = _LOWER if own <= lower else _UPPER if own >= upper else _BETWEEN
    for position in range(size):
        junction = members[position]
        if core.side[junction] == _LOWER and _is_next_to(junction, _UPPER, region, core):
            core.side[junction] = _SEPARATOR


@njit(cache=True, nogil=True)
def _is_next_to(junction: int, side: int, region: int, core: _Core) -> bool:
    for slot in range(core.ptr[junction], core.ptr[junction + 1]):
        neighbour = core.neighbours[slot]
        if core.region_of[neighbour] == region and core.side[neighbour] == side:
            return True
    return False


@njit(cache=True, nogil=True)
def _hold_apart(members: Int32s, region: int, core: _Core, ways: _Ways, rounds: int) -> int:
    """Lay as many ways as there are, and write the side of what lies between; return the rounds counted so far.

    A round visits each state once, however many ways it lays. The last one lays none: what it reaches hangs together
    with the lower end, and where it comes in but not out is the separator.
    """
    doors = 0
    for position in range(members.size):
        junction = members[position]
        ways.previous[junction] = _NOBODY
        ways.following[junction] = _NOBODY
        if core.side[junction] == _BETWEEN and _is_next_to(junction, _LOWER, region, core):
            ways.doors[doors] = junction
            doors += 1
    laid = True
    while laid:
        rounds += 1
        laid = False
        for number in range(doors):
            door = ways.doors[number]
            if ways.previous[door] != _END and ways.reached_in[2 * door] != rounds:
                last = _search(door, region, core, ways, rounds)
                if last != _NOBODY:
                    _lay_way(last, ways)
                    laid = True
    _tell_sides(members, doors, core, ways, rounds)
    return rounds


@njit(cache=True, nogil=True)
def _tell_sides(members: Int32s, doors: int, core: _Core, ways: _Ways, last_round: int) -> None:
    for number in range(doors):
        ways.reached_in[2 * ways.doors[number]] = last_round
    for position in range(members.size):
        junction = members[position]
        if core.side[junction] == _BETWEEN:
            if ways.reached_in[2 * junction + 1] == last_round:
                core.side[junction] = _LOWER
            elif ways.reached_in[2 * junction] == last_round:
                core.side[junction] = _SEPARATOR
            else:
                core.side[junction] = _UPPER


@njit(cache=True, nogil=True)
def _search(door: int, region: int, core: _Core, ways: _Ways, rounds: int) -> int:
    """Search depth-first, straight ahead where it can, for a way from a door to the upper end; return its last state.

    ``_NOBODY`` when there is none.
    """
    ways.reached_in[2 * door] = rounds
    ways.reached_from[2 * door] = _END
    ways.pending[0] = 2 * door
    waiting = 1
    while waiting > 0:
        waiting -= 1
        state = ways.pending[waiting]
        junction = state >> 1
        came_from = ways.previous[junction]
        if state & 1 == 0:
            if came_from != _END:
                waiting = _reach(state + 1 if came_from == _NOBODY else 2 * came_from + 1, state, ways, rounds, waiting)
            continue
        if came_from != _NOBODY:
            waiting = _reach(state - 1, state, ways, rounds, waiting)
        for ahead in range(2):  # what is pushed last is tried first
            for slot in range(core.ptr[junction], core.ptr[junction + 1]):
                neighbour = core.neighbours[slot]
                nearer = core.bin_of[neighbour] > core.bin_of[junction]
                if core.region_of[neighbour] != region or nearer != ahead:
                    continue
                if core.side[neighbour] == _UPPER:
                    return int(state)
                if core.side[neighbour] == _BETWEEN:
                    waiting = _reach(2 * neighbour, state, ways, rounds, waiting)
    return _NOBODY


@njit(cache=True, nogil=True)
def _reach(state: int, before: int, ways: _Ways, rounds: int, waiting: int) -> int:
    if ways.reached_in[state] != rounds:
        ways.reached_in[state] = rounds
        ways.reached_from[state] = before
        ways.pending[waiting] = state
        return waiting + 1
    return waiting


@njit(cache=True, nogil=True)
def _lay_way(last: int, ways: _Ways) -> None:
    """Follow a search back from its last state and write the way; what an older way leaves is no longer of it."""
    ways.following[last >> 1] = _END
    state = last
    while ways.reached_from[state] != _END:
        before = ways.reached_from[state]
        if state & 1 == 0 and before >> 1 == state >> 1:
            ways.previous[state >> 1] = _NOBODY
            ways.following[state >> 1] = _NOBODY
        elif state & 1 == 0:
            ways.previous[state >> 1] = before >> 1
            ways.following[before >> 1] = state >> 1
        state = before
    ways.previous[state >> 1] = _END


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
