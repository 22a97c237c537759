"""Read a field at places: the two ends of the place's edge, and the services on the edge itself.

A place leaves its edge by either end that its direction allows; the labels of both ends are merged into the nearest
distinct services. A service on the same edge may be nearer without passing an end: those are compared directly.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Floats, Int32s, Int64s
from geo.pinned import floats, int32s, int64s, packed_records, uint16s
from geo.sweeps import MAX_COST_DS, ROW_BITS

__all__ = ["NONE", "RANKS", "Records", "look_up", "look_up_place"]

NONE = 65_535
"""Stands for no label in a field's 16 bits."""
RANKS = 5
"""Ranks of an answer; those beyond a category's k stay empty."""
_NEVER = np.uint64(1 << 60)
_ROW, _BITS = np.uint64(NONE), np.uint64(ROW_BITS)
_FORBIDDEN = 1 << 40
"""The cost of a closed way, in tenths of a second: no sum with it comes near a cut-off."""

Records = NDArray[np.uint16]
"""(N, C, k, 2): for each junction, category and rank the cost in tenths of a second and the service's row."""


@njit(cache=True, nogil=True)
def look_up(
    edge: Int32s, fraction: Floats, off_m: Floats, field: Int64s, seconds: Floats, rows: Int32s, edge_s: Floats
) -> None:
    """Write what M places reach in C categories.

    Parameters
    ----------
    edge, fraction, off_m
        (M,) where they lie, as a snap says it; edge −1 is off the network.
    field
        The table of a field (``AccessField.pinned``).
    seconds, rows
        (M, C, RANKS), written: NaN and −1 where nothing is found.
    edge_s
        (M,), written: infinite where the edge is never reached, NaN off the network.
    """
    for place in range(edge.size):
        edge_s[place] = look_up_place(edge[place], fraction[place], off_m[place], field, seconds[place], rows[place])


@njit(cache=True, nogil=True)
def look_up_place(edge: int, fraction: float, off_m: float, field: Int64s, seconds: Floats, rows: Int32s) -> float:
    """Write what one place reaches in C categories, (C, RANKS), and return its ``edge_s``."""
    if edge < 0:
        seconds[:] = np.nan
        rows[:] = -1
        return np.nan
    forward_ds, backward_ds = int32s(field, 4)[edge], int32s(field, 5)[edge]
    terms, edge_ds = int64s(field, 16), uint16s(field, 14)
    # who stands on a junction has taken no edge to it: no turn is forbidden to him
    start = int32s(field, 0)[edge] if fraction == 0.0 else int32s(field, 2)[edge]
    end = int32s(field, 1)[edge] if fraction == 1.0 else int32s(field, 3)[edge]
    off_ds = min(off_m * floats(field, 15)[0] + 0.5, MAX_COST_DS + 1.0)
    extra_ds, cutoff_ds = int(off_ds) + terms[0], terms[1]
    to_start = _run(fraction, backward_ds, extra_ds)
    to_end = _run(1.0 - fraction, forward_ds, extra_ds)
    depth, column = int32s(field, 12), int32s(field, 13)
    flat_s, flat_rows = seconds.reshape(-1), rows.reshape(-1)
    way_to_start, way_to_end = np.uint64(to_start), np.uint64(to_end)
    beyond = np.uint64(cutoff_ds + 1) << _BITS
    for category in range(depth.size):
        at, first = column[category], np.uint64(category) * np.uint64(RANKS)
        if depth[category] == 1:
            _merge(field, 9, 1, start, end, at, way_to_start, way_to_end, beyond, flat_s, flat_rows, first)
        elif depth[category] == 3:
            _merge(field, 10, 3, start, end, at, way_to_start, way_to_end, beyond, flat_s, flat_rows, first)
        else:
            _merge(field, 11, 5, start, end, at, way_to_start, way_to_end, beyond, flat_s, flat_rows, first)
    if int64s(field, 6)[edge] < int64s(field, 6)[edge + 1]:
        _compare_on_edge(edge, fraction, extra_ds, field, forward_ds, backward_ds, cutoff_ds, seconds, rows)
    to_edge_ds = min(edge_ds[start] + to_start, edge_ds[end] + to_end)
    return to_edge_ds / 10.0 if to_edge_ds <= MAX_COST_DS else np.inf


@njit(cache=True, nogil=True)
def _run(share: float, cost_ds: int, extra_ds: int) -> int:
    """Return `extra_ds` and the cost of a share of an edge; nothing to run is allowed even where the edge is closed."""
    if share == 0.0:
        return extra_ds
    return extra_ds + int(share * cost_ds + 0.5) if cost_ds >= 0 else _FORBIDDEN


@njit(cache=True, nogil=True)
def _merge(
    field: Int64s,
    number: int,
    ranks: int,
    start: int,
    end: int,
    column: int,
    to_start: np.uint64,
    to_end: np.uint64,
    beyond: np.uint64,
    seconds: Floats,
    rows: Int32s,
    first: np.uint64,
) -> None:
    """Merge the ascending records of both ends into the nearest distinct services within the cut-off; ties by row.

    Unsigned throughout: of an index that may be negative a kernel asks each time whether it counts from the end. A
    record of no service costs ``NONE``, which lies beyond every cut-off.
    """
    labels, width = packed_records(field, number), field[number, 2]
    left_at = np.uint64((start * width + column) * ranks)
    right_at = np.uint64((end * width + column) * ranks)
    left_end, right_end = left_at + np.uint64(ranks), right_at + np.uint64(ranks)
    left, right = _label(labels[left_at], to_start), _label(labels[right_at], to_end)
    latest, second, third, fourth = _NEVER, _NEVER, _NEVER, _NEVER
    at, full = first, first + np.uint64(ranks)
    while at < full:
        label = left
        if left <= right:
            left_at += np.uint64(1)
            left = _label(labels[left_at], to_start) if left_at < left_end else _NEVER
        else:
            label = right
            right_at += np.uint64(1)
            right = _label(labels[right_at], to_end) if right_at < right_end else _NEVER
        if label >= beyond:
            break
        row = label & _ROW
        if (row != latest) & (row != second) & (row != third) & (row != fourth):
            seconds[at] = np.int64(label >> _BITS) / 10.0
            rows[at] = np.int32(row)
            latest, second, third, fourth = row, latest, second, third
            at += np.uint64(1)
    while at < first + np.uint64(RANKS):
        seconds[at] = np.nan
        rows[at] = -1
        at += np.uint64(1)


@njit(cache=True, nogil=True)
def _label(record: np.uint32, way_ds: np.uint64) -> np.uint64:
    """Return the label of a record behind `way_ds`, in 64 bits, where no sum of costs is cut off."""
    both = np.uint64(record)
    return ((both & _ROW) + way_ds) << _BITS | both >> _BITS


@njit(cache=True, nogil=True)
def _compare_on_edge(
    edge: int,
    fraction: float,
    extra_ds: int,
    field: Int64s,
    forward_ds: int,
    backward_ds: int,
    cutoff_ds: int,
    seconds: Floats,
    rows: Int32s,
) -> None:
    """Insert the services of the place's own edge where they are reached along it sooner."""
    ptr = int64s(field, 6)
    category, row, share, off_ds = int32s(field, 7), int32s(field, 8), floats(field, 17), int32s(field, 18)
    depth = int32s(field, 12)
    for slot in range(ptr[edge], ptr[edge + 1]):
        ahead = share[slot] - fraction
        way_ds = _run(abs(ahead), forward_ds if ahead >= 0.0 else backward_ds, extra_ds + off_ds[slot])
        if way_ds <= cutoff_ds:
            own = category[slot]
            _insert(way_ds / 10.0, row[slot], seconds[own, : depth[own]], rows[own, : depth[own]])


@njit(cache=True, nogil=True)
def _insert(own_s: float, own_row: int, seconds: Floats, rows: Int32s) -> None:
    """Insert one service into an ascending list, filled up with NaN, that may hold it already; ties by row."""
    rank = seconds.size - 1
    for known in range(seconds.size):
        if rows[known] == own_row:
            rank = known
    if seconds[rank] < own_s or (seconds[rank] == own_s and rows[rank] <= own_row):
        return
    while rank > 0 and not (seconds[rank - 1] < own_s or (seconds[rank - 1] == own_s and rows[rank - 1] <= own_row)):
        seconds[rank] = seconds[rank - 1]
        rows[rank] = rows[rank - 1]
        rank -= 1
    seconds[rank] = own_s
    rows[rank] = own_row
