"""Prove swept labels exact by looking at each arc once, instead of searching again.

Take the labels (cost, row) at each junction, k of them, ascending. They are the k nearest distinct services if

1. every arc u → v passes on what v knows: for each label of v, u holds the same service at no more than the arc's cost
   beyond, or k services that are nearer still;
2. every service is known in the same sense at the junctions where its labels start;
3. every label is supported: it starts at its junction, or an arc passes it on at exactly its cost;
4. the labels of a junction stand in order, each once, and nothing stands behind an empty rank.

By 1 and 2 no label is too large, by 3 none is too small: an arc costs at least one unit, so support ends at a service.
The first three look at a list from its ends, which 4 allows them.
The inequality of ranks (rank r of u ≤ cost + rank r of v) follows from 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Flags, Int32s, frozen
from geo.hierarchy import travel_arcs
from geo.network import StreetNetwork
from geo.sweeps import Seeds

__all__ = ["faults"]

_NONE = 65_535


def faults(network: StreetNetwork, records: NDArray[np.uint16], seeds: Sequence[Seeds], limit_ds: int) -> int:
    """Count the broken conditions.

    Parameters
    ----------
    records
        (N, C, k, 2) uint16: (cost in tenths of a second, row), 65,535 = none.
    seeds
        One for each of the C categories: where their labels start.
    limit_ds
        Beyond it there are no labels, and none is asked for.

    Returns
    -------
    0 when every label is exact.
    """
    tail, head, cost = travel_arcs(network)
    supported = np.zeros(records.shape[:3], np.bool_)
    broken = _audit_arcs(
        frozen(tail, np.int32), frozen(head, np.int32), frozen(cost, np.int32), records, limit_ds, supported
    )
    for category, own in enumerate(seeds):
        junction, row = frozen(own.junction, np.int32), frozen(own.row, np.int32)
        broken += _audit_seeds(junction, row, frozen(own.cost_ds, np.int32), category, records, limit_ds, supported)
    unsupported = ~supported & (records[..., 0] != _NONE)
    return int(broken) + int(unsupported.sum()) + int(_audit_order(records))


@njit(cache=True, nogil=True)
def _audit_arcs(
    tail: Int32s, head: Int32s, cost: Int32s, records: NDArray[np.uint16], limit_ds: int, supported: Flags
) -> int:
    broken = 0
    for arc in range(tail.size):
        for category in range(records.shape[1]):
            for rank in range(records.shape[2]):
                known = np.int64(records[head[arc], category, rank, 0])
                if known == _NONE or known + cost[arc] > limit_ds:
                    break
                row = records[head[arc], category, rank, 1]
                passed_on = _holds(records[tail[arc], category], known + cost[arc], row, supported[tail[arc], category])
                broken += not passed_on
    return broken


@njit(cache=True, nogil=True)
def _audit_order(records: NDArray[np.uint16]) -> int:
    """Count the labels that are not above the one before them by (cost, row), and the empty ones that hold half."""
    broken = 0
    for junction in range(records.shape[0]):
        for category in range(records.shape[1]):
            before = np.int64(-1)
            for rank in range(records.shape[2]):
                cost, row = np.int64(records[junction, category, rank, 0]), records[junction, category, rank, 1]
                label = cost * (_NONE + 1) + row
                if cost == _NONE:
                    broken += row != _NONE
                else:
                    broken += label <= before
                before = label
    return broken


@njit(cache=True, nogil=True)
def _audit_seeds(
    junction: Int32s,
    row: Int32s,
    cost: Int32s,
    category: int,
    records: NDArray[np.uint16],
    limit_ds: int,
    supported: Flags,
) -> int:
    broken = 0
    for seed in range(junction.size):
        if cost[seed] <= limit_ds:
            at = junction[seed]
            broken += not _holds(records[at, category], cost[seed], row[seed], supported[at, category])
    return broken


@njit(cache=True, nogil=True)
def _holds(labels: NDArray[np.uint16], cost: int, row: int, supported: Flags) -> bool:
    """Whether a junction's list does justice to a label that arrives; where it is that very label, it is supported."""
    for rank in range(labels.shape[0]):
        if labels[rank, 1] == row:
            if labels[rank, 0] == cost:
                supported[rank] = True
            return bool(labels[rank, 0] <= cost)
    last = labels.shape[0] - 1
    return bool(labels[last, 0] < cost or (labels[last, 0] == cost and labels[last, 1] < row))
