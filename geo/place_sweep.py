"""How long it takes from everywhere to one place, or from one place to everywhere: a sweep that carries costs alone.

A field's labels say which service is nearest and stop at 6,553 s. Here there is one place and no end: a junction holds
one integer, tenths of a second. The way up touches only the rows above the place, in the order of the elimination
tree; the way down reads every arc once. The hierarchy is the field's own: costs that flow with travel instead of
against it climb by the arcs that others come down by, and the reverse.

On the way down most rows have two to four arcs, and a loop over so few ends where no processor foresees it. So the arcs
stand in *blocks* of four, filled up with arcs that change nothing: one block does for three rows in four.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Int32s, Int64s, frozen
from geo.elimination import UNREACHABLE_DS
from geo.hierarchy import Hierarchy

__all__ = ["UNREACHABLE_DS", "PlaceSweep"]

_FOUR = 4
"""Arcs of a block."""

_Costs = NDArray[np.uint32]
_Blocks = tuple[Int64s, _Costs]


class PlaceSweep:
    """Sweeps from single places over one hierarchy. Holds no result: threads may share it."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._parent = frozen(_parent_rows(hierarchy), np.int32)
        against = _in_blocks(hierarchy.pull_ptr, hierarchy.pull_arcs)
        symmetric = hierarchy.pull_arcs is hierarchy.push_arcs
        self._against_travel = against
        self._with_travel = against if symmetric else _in_blocks(hierarchy.push_ptr, hierarchy.push_arcs)

    def ds_to(self, junction: Int32s, first_ds: Int32s) -> Int32s:
        """Return the tenths of a second from every junction to a place.

        Parameters
        ----------
        junction, first_ds
            (S,) the few junctions from which the place is reached without passing another, and the tenths of a second
            that it takes from there: 0 … ``UNREACHABLE_DS``.

        Returns
        -------
        (N,) int32; ``UNREACHABLE_DS`` (20 months) from where no way leads. A way of more than that is none.
        """
        own = self._hierarchy
        return self._sweep(junction, first_ds, own.push_ptr, own.push_arcs, self._against_travel)

    def ds_from(self, junction: Int32s, first_ds: Int32s) -> Int32s:
        """Return the tenths of a second from a place to every junction, like :meth:`ds_to`.

        Parameters
        ----------
        junction, first_ds
            (S,) the few junctions that are reached from the place without passing another, and the tenths of a second
            that it takes up to there.
        """
        own = self._hierarchy
        return self._sweep(junction, first_ds, own.pull_ptr, own.pull_arcs, self._with_travel)

    def _sweep(self, junction: Int32s, first_ds: Int32s, up_ptr: Int64s, up: Int32s, down: _Blocks) -> Int32s:
        starts = frozen(self._hierarchy.row[junction], np.int32)
        by_row = np.full(self._hierarchy.junctions, UNREACHABLE_DS, np.uint32)
        _climb(starts, frozen(first_ds, np.int32), self._parent, up_ptr, up, by_row)
        _descend(*down, by_row)
        return _by_junction(by_row, frozen(self._hierarchy.row, np.int32))


def _parent_rows(hierarchy: Hierarchy) -> Int32s:
    """Return the row above each row in the elimination tree, −1 at its roots: all arcs of a row lead to rows above."""
    row_at = np.empty(hierarchy.junctions, np.int32)
    row_at[hierarchy.place] = hierarchy.row
    parent = np.full(hierarchy.junctions, -1, np.int32)
    lower = np.flatnonzero(np.diff(hierarchy.upper_ptr))
    parent[row_at[lower]] = row_at[hierarchy.upper[hierarchy.upper_ptr[lower]]]
    return parent


@njit(cache=True, nogil=True)
def _in_blocks(ptr: Int64s, arcs: Int32s) -> _Blocks:
    """Return (ptr (N+1,), blocks (8B,)): of each block the upper rows of four arcs, then their costs."""
    rows = ptr.size - 1
    block_ptr = np.zeros(rows + 1, np.int64)
    for row in range(rows):
        block_ptr[row + 1] = block_ptr[row] + 2 * _FOUR * ((ptr[row + 1] - ptr[row] + _FOUR - 1) // _FOUR)
    blocks = np.empty(block_ptr[rows], np.uint32)
    for row in range(rows):
        arc = ptr[row]
        for block in range(block_ptr[row], block_ptr[row + 1], 2 * _FOUR):
            for place in range(block, block + _FOUR):
                there = arc < ptr[row + 1]
                blocks[place] = arcs[2 * arc] if there else row
                blocks[place + _FOUR] = arcs[2 * arc + 1] if there else UNREACHABLE_DS
                arc += 1
    return block_ptr, blocks


@njit(cache=True, nogil=True)
def _climb(starts: Int32s, first_ds: Int32s, parent: Int32s, ptr: Int64s, arcs: Int32s, by_row: _Costs) -> None:
    """Carry the costs of the starts to all rows above them, each row after those below it.

    The lowest of the rows in hand is always the next, and gives its place to its parent; two that meet become one.
    """
    hands = starts.copy()
    for start in range(starts.size):
        by_row[starts[start]] = min(by_row[starts[start]], np.uint32(first_ds[start]))
    while True:
        row = np.int32(-1)
        for hand in range(hands.size):
            row = max(row, hands[hand])
        if row < 0:
            return
        for hand in range(hands.size):
            if hands[hand] == row:
                hands[hand] = parent[row]
        own = by_row[row]
        for arc in range(ptr[row], ptr[row + 1]):
            upper = arcs[2 * arc]
            by_row[upper] = min(by_row[upper], own + np.uint32(arcs[2 * arc + 1]))


@njit(cache=True, nogil=True)
def _descend(ptr: Int64s, blocks: _Costs, by_row: _Costs) -> None:
    """Bring the costs down to every row, the top first. Unsigned positions: none is taken to count from the end."""
    for row in range(by_row.size):
        best = by_row[row]
        block = np.uint64(ptr[row])
        end = np.uint64(ptr[row + 1])
        while block < end:
            first = min(_arriving(block, blocks, by_row), _arriving(block + np.uint64(1), blocks, by_row))
            second = min(
                _arriving(block + np.uint64(2), blocks, by_row), _arriving(block + np.uint64(3), blocks, by_row)
            )
            best = min(best, first, second)
            block += np.uint64(2 * _FOUR)
        by_row[row] = best


@njit(cache=True, nogil=True)
def _arriving(place: np.uint64, blocks: _Costs, by_row: _Costs) -> np.uint32:
    return by_row[blocks[place]] + blocks[place + np.uint64(_FOUR)]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _by_junction(by_row: _Costs, row_of: Int32s) -> Int32s:
    """Return the cost of each junction; unsigned positions again: numpy would check each of them."""
    costs = np.empty(row_of.size, np.int32)
    for junction in range(row_of.size):
        costs[junction] = by_row[np.uint64(row_of[junction])]
    return costs
