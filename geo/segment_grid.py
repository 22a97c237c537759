"""The nearest of many segments of the plane that nothing bars: a uniform grid, searched in growing rings.

What bars are segments too, in a grid of their own. Few connections between a place and its nearest segment are barred:
the nearest is sought first as if nothing were, and only then, if its connection is barred, again with each candidate
tried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Int8s, Int64s, frozen
from geo.pinned import Pinned, float_quads, floats, int32s, int64s

__all__ = ["DRAWN_WITHIN_M", "SegmentGrid", "bar_weights", "nearest_to"]

DRAWN_WITHIN_M = 2.0
"""How far off a line may be drawn: a crossing no farther than that from either end of a connection bars nothing, so
that a quay drawn a little inside the river's bank, or a mill on it, stays on its own side."""
_BARRED = 2
"""A line bars by itself; of borders of water it takes two, into the water and out of it: who stands in it, or by a pier
in it, is not behind it."""

_CELL_M = 100.0
"""Side of a cell; about a block, so that most searches end in nine cells."""
_CELLS_PER_SEGMENT = 2
"""With more cells than that the grid is coarsened: one node astray must not fill the memory."""

_Floats = NDArray[np.float64]
_Rows = NDArray[np.int32]
_Ptr = NDArray[np.int64]


@dataclass(frozen=True)
class SegmentGrid:
    """Segments, and the cells that their bounding boxes touch."""

    ends_m: _Floats
    """(S, 4) x and y of the start, x and y of the end, from the grid's origin."""
    origin_m: _Floats
    """(2,) x and y of the lower left corner."""
    cell_m: float
    columns: int
    rows: int
    cell_ptr: _Ptr
    """(columns × rows + 1,) where each cell starts in ``items``; cells row by row."""
    items: _Rows
    """Segments of each cell, ascending."""

    @classmethod
    def over(cls, ends_m: NDArray[np.float64]) -> SegmentGrid:
        """Lay the grid over segments (S, 4), S ≥ 1, given as x0, y0, x1, y1 in metres."""
        corners = ends_m.reshape(-1, 2)
        origin = corners.min(axis=0)
        width, height = (corners.max(axis=0) - origin).tolist()
        most = _CELLS_PER_SEGMENT * len(ends_m) + 64
        cell = max(_CELL_M, math.sqrt(width * height / most), max(width, height) / most)
        columns, rows = int(width / cell) + 1, int(height / cell) + 1
        ends = ends_m - np.tile(origin, 2)
        cell_ptr, items = _fill(ends, cell, columns, rows)
        return cls(ends, origin, cell, columns, rows, cell_ptr, items)

    @classmethod
    def empty(cls) -> SegmentGrid:
        """Lay a grid over nothing."""
        nothing = np.zeros((0, 4))
        return cls(nothing, np.zeros(2), _CELL_M, 1, 1, np.zeros(2, np.int64), np.zeros(0, np.int32))

    def nearest(self, x: _Floats, y: _Floats, limit_m: float) -> tuple[_Rows, _Floats, _Floats]:
        """Find the nearest segment of each point, the lowest where several are equally near.

        Parameters
        ----------
        x, y
            (M,) metres; a point that is not finite finds nothing.
        limit_m
            How far to look; may be infinite.

        Returns
        -------
        segment : (M,) int32
            −1 when there is none within the limit.
        along : (M,) float64
            Where on the segment its nearest point lies: 0 at the start, 1 at the end; 0 when there is none.
        distance_m : (M,) float64
            NaN when there is none.
        """
        return self.nearest_unbarred(x, y, limit_m, _NOTHING, _NO_BORDER, limit_m)[:3]

    def nearest_unbarred(
        self,
        x: _Floats,
        y: _Floats,
        limit_m: float,
        bars: SegmentGrid,
        is_border: NDArray[np.bool_],
        unbarred_limit_m: float,
    ) -> tuple[_Rows, _Floats, _Floats, NDArray[np.bool_]]:
        """Find the nearest segment that each point sees past the bars, else the nearest of all.

        Parameters
        ----------
        x, y, limit_m
            As :meth:`nearest` takes them.
        bars
            Segments that the straight line from a point to its place on the segment must not cross, but for the first
            and last :data:`DRAWN_WITHIN_M` of it.
        is_border
            (B,) which of the bars are the border of an area: one of them may be crossed, two not.
        unbarred_limit_m
            How far to look for another segment when the nearest is barred.

        Returns
        -------
        segment, along, distance_m
            As :meth:`nearest` returns them.
        barred : (M,) bool
            Whether the line to the segment is barred: none that is not was found.
        """
        return _nearest(x, y, limit_m, self.pinned.table, bars.pinned.table, bar_weights(is_border), unbarred_limit_m)

    @cached_property
    def pinned(self) -> Pinned:
        """What a kernel reads of it: ends_m, cell_ptr, items, columns and rows, the corner and the side of a cell."""
        return Pinned(
            frozen(self.ends_m, np.float64),
            frozen(self.cell_ptr, np.int64),
            frozen(self.items, np.int32),
            frozen(np.array([self.columns, self.rows]), np.int64),
            frozen(np.array([*self.origin_m, self.cell_m]), np.float64),
        )


def bar_weights(is_border: NDArray[np.bool_]) -> Int8s:
    """Say (B,) how much each bar bars, as :func:`nearest_to` takes it: two borders of areas as much as one line."""
    return frozen(np.where(is_border, 1, _BARRED), np.int8)


@njit(cache=True, nogil=True)
def _fill(ends: _Floats, cell: float, columns: int, rows: int) -> tuple[_Ptr, _Rows]:
    """Count the segments of each cell, then write them down, in one and the same walk."""
    ptr = np.zeros(columns * rows + 1, np.int64)
    items = np.empty(0, np.int32)
    for counting in (True, False):
        if not counting:
            ptr[1:] = np.cumsum(ptr[1:])
            items = np.empty(ptr[-1], np.int32)
            free = ptr[:-1].copy()
        for s in range(ends.shape[0]):
            left, right = min(ends[s, 0], ends[s, 2]), max(ends[s, 0], ends[s, 2])
            low, high = min(ends[s, 1], ends[s, 3]), max(ends[s, 1], ends[s, 3])
            for row in range(_cell_of(low, cell, rows), _cell_of(high, cell, rows) + 1):
                for column in range(_cell_of(left, cell, columns), _cell_of(right, cell, columns) + 1):
                    q = row * columns + column
                    if counting:
                        ptr[q + 1] += 1
                    else:
                        items[free[q]] = s
                        free[q] += 1
    return ptr, items


@njit(cache=True, nogil=True)
def _cell_of(offset_m: float, cell: float, cells: int) -> int:
    """Row or column of an offset from the origin; beyond the grid, the outermost one."""
    return int(min(max(math.floor(offset_m / cell), 0.0), cells - 1.0))


@njit(cache=True, nogil=True)
def _nearest(
    x: _Floats, y: _Floats, limit_m: float, streets: Int64s, bars: Int64s, weight: Int8s, unbarred_limit_m: float
) -> tuple[_Rows, _Floats, _Floats, NDArray[np.bool_]]:
    segment = np.full(x.size, -1, np.int32)
    along = np.zeros(x.size)
    distance = np.full(x.size, np.nan)
    barred = np.zeros(x.size, np.bool_)
    for i in range(x.size):
        found = nearest_to(x[i], y[i], limit_m, streets, bars, weight, unbarred_limit_m)
        segment[i], along[i], distance[i], barred[i] = found
    return segment, along, distance, barred


@njit(cache=True, nogil=True)
def nearest_to(
    x: float, y: float, limit_m: float, streets: Int64s, bars: Int64s, weight: Int8s, unbarred_limit_m: float
) -> tuple[int, float, float, bool]:
    """Answer for one point what :meth:`SegmentGrid.nearest_unbarred` answers for many."""
    corner = floats(streets, 4)
    px, py = x - corner[0], y - corner[1]
    if not (math.isfinite(px) and math.isfinite(py)):
        return -1, 0.0, math.nan, False
    best, at, squared = _search(px, py, limit_m, streets, bars, weight, False)
    barred = False
    if best >= 0 and _is_barred(px, py, best, at, streets, bars, weight):
        other, at_other, squared_other = _search(px, py, unbarred_limit_m, streets, bars, weight, True)
        barred = other < 0
        if other >= 0:
            best, at, squared = other, at_other, squared_other
    return (best, at, math.sqrt(squared), barred) if best >= 0 else (-1, 0.0, math.nan, False)


@njit(cache=True, nogil=True)
def _search(
    px: float, py: float, limit_m: float, streets: Int64s, bars: Int64s, weight: Int8s, heeding: bool
) -> tuple[int, float, float]:
    """Return the nearest segment, or of those that are not barred, where on it, and its squared distance."""
    best, at, squared = -1, 0.0, limit_m * limit_m
    ends, ptr, items = float_quads(streets, 0), int64s(streets, 1), int32s(streets, 2)
    cell, columns, rows = floats(streets, 4)[2], int64s(streets, 3)[0], int64s(streets, 3)[1]
    column, row = _cell_of(px, cell, columns), _cell_of(py, cell, rows)
    for ring in range(max(columns, rows)):
        if ring > 0 and _beyond_m(px, py, column, row, ring, cell, columns, rows) ** 2 > squared:
            break
        for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
            # the first and last row of a ring are whole, of the others only the two sides are new
            step = 1 if abs(r - row) == ring else 2 * ring
            for c in range(column - ring, column + ring + 1, step):
                if c < 0 or c >= columns:
                    continue
                if ring > 0 and _from_cell_m(px, py, c, r, cell) ** 2 > squared:
                    continue
                q = r * columns + c
                for item in range(ptr[q], ptr[q + 1]):
                    s = items[np.uint64(item)]
                    own = ends[np.uint64(s)]
                    f, d = _to_segment(px, py, own[0], own[1], own[2], own[3])
                    nearer = d < squared or (d == squared and (best < 0 or s < best))
                    if nearer and not (heeding and _is_barred(px, py, s, f, streets, bars, weight)):
                        best, at, squared = s, f, d
    return best, at, squared


@njit(cache=True, nogil=True)
def _is_barred(px: float, py: float, s: int, along: float, streets: Int64s, bars: Int64s, weight: Int8s) -> bool:
    """Whether the line from a point to its place on a segment is barred; coordinates from the streets' origin."""
    ends, corner = float_quads(streets, 0), floats(streets, 4)
    bar_ends, ptr, items, bar_corner = float_quads(bars, 0), int64s(bars, 1), int32s(bars, 2), floats(bars, 4)
    cell, columns, rows = bar_corner[2], int64s(bars, 3)[0], int64s(bars, 3)[1]
    east, north = corner[0] - bar_corner[0], corner[1] - bar_corner[1]
    ax, ay = px + east, py + north
    bx = ends[s, 0] + along * (ends[s, 2] - ends[s, 0]) + east
    by = ends[s, 1] + along * (ends[s, 3] - ends[s, 1]) + north
    metres = math.hypot(bx - ax, by - ay)
    low, high = _cell_of(min(ay, by), cell, rows), _cell_of(max(ay, by), cell, rows)
    left, right = _cell_of(min(ax, bx), cell, columns), _cell_of(max(ax, bx), cell, columns)
    crossed = 0
    for row in range(low, high + 1):
        for column in range(left, right + 1):
            q = row * columns + column
            for slot in range(ptr[q], ptr[q + 1]):
                bar = items[slot]
                share = _crossing(
                    ax, ay, bx, by, bar_ends[bar, 0], bar_ends[bar, 1], bar_ends[bar, 2], bar_ends[bar, 3]
                )
                if not DRAWN_WITHIN_M < share * metres < metres - DRAWN_WITHIN_M:
                    continue
                # a bar that lies in several cells counts in the one in which it is crossed
                at_row = min(max(_cell_of(ay + share * (by - ay), cell, rows), low), high)
                at_column = min(max(_cell_of(ax + share * (bx - ax), cell, columns), left), right)
                if (at_row, at_column) == (row, column):
                    crossed += weight[bar]
                    if crossed >= _BARRED:
                        return True
    return False


@njit(cache=True, nogil=True)
def _crossing(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> float:
    """Share of the way from a to b at which it crosses the bar from c to d, −1 where it does not.

    A bar's end on the line belongs to its left side, so that a corner of a border is crossed once or not at all.
    """
    east, north = bx - ax, by - ay
    from_start = east * (cy - ay) - north * (cx - ax)
    from_end = east * (dy - ay) - north * (dx - ax)
    if (from_start >= 0.0) == (from_end >= 0.0):
        return -1.0
    along_east, along_north = dx - cx, dy - cy
    return float(((cx - ax) * along_north - (cy - ay) * along_east) / (east * along_north - north * along_east))


@njit(cache=True, nogil=True)
def _beyond_m(px: float, py: float, column: int, row: int, ring: int, cell: float, columns: int, rows: int) -> float:
    """Metres from a point to the nearest cell that the rings before this one have left out."""
    nearest = math.inf
    if column - ring >= 0:
        nearest = min(nearest, px - (column - ring + 1) * cell)
    if column + ring < columns:
        nearest = min(nearest, (column + ring) * cell - px)
    if row - ring >= 0:
        nearest = min(nearest, py - (row - ring + 1) * cell)
    if row + ring < rows:
        nearest = min(nearest, (row + ring) * cell - py)
    # a hair less, so that rounding at a cell's border never hides a segment
    return max(nearest - 1e-6, 0.0)


@njit(cache=True, nogil=True)
def _from_cell_m(px: float, py: float, column: int, row: int, cell: float) -> float:
    """Metres from a point to a cell beside its own, along the axis on which it is farther off."""
    across = max(column * cell - px, px - (column + 1) * cell)
    along = max(row * cell - py, py - (row + 1) * cell)
    # a hair less, as beyond the rings
    return max(max(across, along) - 1e-6, 0.0)


@njit(cache=True, nogil=True)
def _to_segment(px: float, py: float, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float]:
    """Place of the nearest point along a segment, and its squared distance.

    At the ends the corner itself is measured, so that all segments of a corner are exactly as far.
    """
    dx, dy = x1 - x0, y1 - y0
    squared = dx * dx + dy * dy
    f = ((px - x0) * dx + (py - y0) * dy) / squared if squared > 0 else 0.0
    if f <= 0:
        return 0.0, (px - x0) ** 2 + (py - y0) ** 2
    if f >= 1:
        return 1.0, (px - x1) ** 2 + (py - y1) ** 2
    return f, (px - x0 - f * dx) ** 2 + (py - y0 - f * dy) ** 2


_NOTHING = SegmentGrid.empty()
_NO_BORDER = np.zeros(0, np.bool_)
