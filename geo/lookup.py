"""Read a field at places: the two ends of the place's edge, and the services on the edge itself.

A place leaves its edge by either end that its direction allows; the labels of both ends are merged into the nearest
distinct services. A service on the same edge may be nearer without passing an end: those are compared directly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Floats, Int32s
from geo.seeds import EdgeEnds, EdgeServices
from geo.sweeps import MAX_COST_DS, ROW_BITS

__all__ = ["NONE", "RANKS", "Places", "Records", "Terms", "look_up"]

NONE = 65_535
"""Stands for no label in a field's 16 bits."""
RANKS = 5
"""Ranks of an answer; those beyond a category's k stay empty."""
_NEVER = 1 << 60
_FORBIDDEN = -1

Records = NDArray[np.uint16]
"""(N, C, k, 2): for each junction, category and rank the cost in tenths of a second and the service's row."""


class Places(NamedTuple):
    """Where M places lie; edge −1 is off the network."""

    edge: Int32s
    fraction: Floats
    off_m: Floats


class Terms(NamedTuple):
    """What a mode adds to every trip, and how far a field looks."""

    off_road_ds_per_m: float
    fixed_ds: int
    cutoff_ds: int


@njit(cache=True, nogil=True)
def look_up(
    places: Places,
    streets: EdgeEnds,
    services: EdgeServices,
    records: tuple[Records, Records, Records],
    depth: Int32s,
    column: Int32s,
    edge_ds: NDArray[np.uint16],
    terms: Terms,
    seconds: Floats,
    rows: Int32s,
    edge_s: Floats,
) -> None:
    """Write what M places reach in C categories.

    Parameters
    ----------
    records
        The field's labels for k = 1, 3, 5; category c is column ``column[c]`` in those of k = ``depth[c]``.
    edge_ds
        (N,) from each junction to the edge of the loaded streets.
    seconds, rows
        (M, C, RANKS), written: NaN and −1 where nothing is found.
    edge_s
        (M,), written: infinite where the edge is never reached, NaN off the network.
    """
    of_one, of_three, of_five = records
    for place in range(places.edge.size):
        edge = places.edge[place]
        fraction = places.fraction[place]
        best = seconds[place]  # tenths of a second until the end
        best_row = rows[place]
        best.fill(_NEVER)
        best_row.fill(-1)
        edge_s[place] = np.nan
        if edge >= 0:
            # who stands on a junction has taken no edge to it: no turn is forbidden to him
            start = streets.edge_from[edge] if fraction == 0.0 else streets.arrive_from[edge]
            end = streets.edge_to[edge] if fraction == 1.0 else streets.arrive_to[edge]
            off_ds = min(places.off_m[place] * terms.off_road_ds_per_m + 0.5, MAX_COST_DS + 1.0)
            extra_ds = int(off_ds) + terms.fixed_ds
            to_start = _run(fraction, streets.backward_ds[edge], extra_ds)
            to_end = _run(1.0 - fraction, streets.forward_ds[edge], extra_ds)
            for category in range(depth.size):
                ranks = depth[category]
                at = column[category]
                if ranks == 1:
                    from_start, from_end = of_one[start, at], of_one[end, at]
                elif ranks == 3:
                    from_start, from_end = of_three[start, at], of_three[end, at]
                else:
                    from_start, from_end = of_five[start, at], of_five[end, at]
                _merge_ends(from_start, to_start, from_end, to_end, best[category, :ranks], best_row[category, :ranks])
            _compare_on_edge(edge, fraction, extra_ds, streets, services, depth, best, best_row)
            to_edge_ds = min(_label(edge_ds[start], 0, to_start), _label(edge_ds[end], 0, to_end)) >> ROW_BITS
            edge_s[place] = to_edge_ds / 10.0 if to_edge_ds <= MAX_COST_DS else np.inf
        _to_seconds(best, best_row, terms.cutoff_ds)


@njit(cache=True, nogil=True)
def _to_seconds(best: Floats, best_row: Int32s, cutoff_ds: int) -> None:
    for category in range(best.shape[0]):
        for rank in range(best.shape[1]):
            if best[category, rank] <= cutoff_ds:
                best[category, rank] /= 10.0
            else:
                best[category, rank] = np.nan
                best_row[category, rank] = -1


@njit(cache=True, nogil=True)
def _run(share: float, cost_ds: int, extra_ds: int) -> int:
    """Return `extra_ds` and the cost of a share of an edge; nothing to run is allowed even where the edge is closed."""
    if share == 0.0:
        return extra_ds
    return extra_ds + int(share * cost_ds + 0.5) if cost_ds >= 0 else _FORBIDDEN


@njit(cache=True, nogil=True)
def _label(ds: int, row: int, way_ds: int) -> int:
    """Return the label of a record behind `way_ds`, in 64 bits, where no sum of costs is cut off."""
    return _NEVER if way_ds == _FORBIDDEN or ds == NONE else (int(ds) + way_ds) << ROW_BITS | int(row)


@njit(cache=True, nogil=True)
def _merge_ends(
    from_start: Records, to_start: int, from_end: Records, to_end: int, best: Floats, best_row: Int32s
) -> None:
    """Merge the ascending records of both ends into the nearest distinct services; ties by row."""
    by_start = 0
    by_end = 0
    found = 0
    while found < best.size:
        left = _NEVER
        right = _NEVER
        if by_start < best.size:
            left = _label(from_start[by_start, 0], from_start[by_start, 1], to_start)
        if by_end < best.size:
            right = _label(from_end[by_end, 0], from_end[by_end, 1], to_end)
        label = min(left, right)
        if label == _NEVER:
            break
        if left <= right:
            by_start += 1
        else:
            by_end += 1
        row = label & NONE
        known = False
        for rank in range(found):
            known |= best_row[rank] == row
        if not known:
            best[found] = label >> ROW_BITS
            best_row[found] = row
            found += 1


@njit(cache=True, nogil=True)
def _compare_on_edge(
    edge: int,
    fraction: float,
    extra_ds: int,
    streets: EdgeEnds,
    services: EdgeServices,
    depth: Int32s,
    best: Floats,
    best_row: Int32s,
) -> None:
    """Insert the services of the place's own edge where they are reached along it sooner."""
    for slot in range(services.ptr[edge], services.ptr[edge + 1]):
        category = services.category[slot]
        ahead = services.fraction[slot] - fraction
        cost_ds = streets.forward_ds[edge] if ahead >= 0.0 else streets.backward_ds[edge]
        way_ds = _run(abs(ahead), cost_ds, extra_ds + services.off_ds[slot])
        if way_ds != _FORBIDDEN:
            ranks = depth[category]
            _insert(way_ds, services.row[slot], best[category, :ranks], best_row[category, :ranks])


@njit(cache=True, nogil=True)
def _insert(ds: int, row: int, best: Floats, best_row: Int32s) -> None:
    """Insert one service into an ascending list that may hold it already; ties by row."""
    rank = best.size - 1
    for known in range(best.size):
        if best_row[known] == row:
            rank = known
    if best[rank] < ds or (best[rank] == ds and best_row[rank] <= row):
        return
    while rank > 0 and (best[rank - 1] > ds or (best[rank - 1] == ds and best_row[rank - 1] > row)):
        best[rank] = best[rank - 1]
        best_row[rank] = best_row[rank - 1]
        rank -= 1
    best[rank] = ds
    best_row[rank] = row
