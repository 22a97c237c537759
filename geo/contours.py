"""Lines of equal value through a raster, as polygons: what lies below, with its holes (marching squares).

A line crosses the way between two neighbouring centres of cells where the value, interpolated, is 0. It is followed
with the lower side on its left: around what lies below it runs against the clock, around a hole with it. Where the
corners of a square are low and high in turns, the mean of the four decides whether the low ones hang together.

No value may be nearer to 0 than a tenth of the greatest. Then no line comes nearer to a centre than an eleventh of a
cell, no two lines meet, and rings are valid as they are: in a square crossed twice the lines lie an eighth of a cell
apart, far more than rounding moves a corner.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Flags, Floats, Int32s, Int64s

__all__ = ["Outlines", "outlines"]

_Grid = NDArray[np.float32]


class Outlines(NamedTuple):
    """Polygons of a raster; the first ring of each is its shell, the others are its holes."""

    corners: Floats
    """(P, 2) column and row of each corner; every ring ends where it began."""
    rings: Int64s
    """(R + 1,) where each ring begins among the corners."""
    polygons: Int64s
    """(A + 1,) where each polygon begins among the rings."""


class _Traced(NamedTuple):
    """Rings as they were found."""

    corners: Floats
    rings: Int64s
    home: Int32s
    """(R,) a cell inside, by number."""
    is_shell: Flags


def outlines(values: _Grid) -> Outlines:
    """Return the outlines of what is below 0.

    Parameters
    ----------
    values
        (rows, columns) float32, none of them 0; those on the rim above 0, so that every line closes.
    """
    return Outlines(*_outlines(values))


@njit(cache=True, nogil=True)
def _outlines(values: _Grid) -> tuple[Floats, Int64s, Int64s]:
    return _grouped(_trace(values), _parts(values))


@njit(cache=True, nogil=True)
def _hangs_together(values: _Grid, row: int, column: int) -> bool:
    """Whether the low corners of a square, by its lower left one, are joined through its middle."""
    below = float(values[row, column]) + float(values[row, column + 1])
    return below + (float(values[row + 1, column]) + float(values[row + 1, column + 1])) < 0.0


@njit(cache=True, nogil=True)
def _trace(values: _Grid) -> _Traced:
    rows, columns = values.shape
    crossings = 0
    for row in range(rows - 1):
        for column in range(columns - 1):
            inside = values[row, column] < 0.0
            crossings += (inside != (values[row, column + 1] < 0.0)) + (inside != (values[row + 1, column] < 0.0))
    most = crossings // 4  # the least ring goes round one centre
    corners = np.empty((crossings + most, 2))
    rings, home, is_shell = np.zeros(most + 1, np.int64), np.empty(most, np.int32), np.empty(most, np.bool_)
    seen = np.zeros((rows, columns), np.bool_)
    count, ring = 0, 0
    for row in range(rows):
        for column in range(columns - 1):
            # every ring goes up somewhere, between a low cell on its left and a high one
            if values[row, column] < 0.0 and values[row, column + 1] > 0.0 and not seen[row, column]:
                count, is_shell[ring] = _follow(values, row, column, seen, corners, count)
                home[ring] = row * columns + column
                ring += 1
                rings[ring] = count
    return _Traced(corners[:count], rings[: ring + 1], home[:ring], is_shell[:ring])


@njit(cache=True, nogil=True)
def _follow(values: _Grid, row: int, column: int, seen: Flags, corners: Floats, count: int) -> tuple[int, bool]:
    """Write the corners of the ring that passes upwards to the right of a cell; return their number, and its sense."""
    first, twice_area = count, 0.0
    left_row, left_column, right_row, right_column = row, column, row, column + 1
    while True:
        down, across = right_row - left_row, right_column - left_column
        if across == 1:
            if seen[left_row, left_column]:
                break
            seen[left_row, left_column] = True
        low, high = float(values[left_row, left_column]), float(values[right_row, right_column])
        share = low / (low - high)
        corners[count, 0], corners[count, 1] = left_column + share * across, left_row + share * down
        if count > first:
            twice_area += corners[count - 1, 0] * corners[count, 1] - corners[count, 0] * corners[count - 1, 1]
        count += 1
        ahead_row, ahead_column = left_row + across, left_column - down
        beside_row, beside_column = right_row + across, right_column - down
        is_low, beside_low = values[ahead_row, ahead_column] < 0.0, values[beside_row, beside_column] < 0.0
        goes_on = is_low  # or turns to the right; else to the left
        if not is_low and beside_low:
            square_row, square_column = min(left_row, beside_row), min(left_column, beside_column)
            goes_on = _hangs_together(values, square_row, square_column)
        if goes_on and beside_low:
            left_row, left_column = beside_row, beside_column
        elif goes_on:
            left_row, left_column, right_row, right_column = ahead_row, ahead_column, beside_row, beside_column
        else:
            right_row, right_column = ahead_row, ahead_column
    twice_area += corners[count - 1, 0] * corners[first, 1] - corners[first, 0] * corners[count - 1, 1]
    corners[count, 0], corners[count, 1] = corners[first, 0], corners[first, 1]
    return count + 1, twice_area > 0.0


@njit(cache=True, nogil=True)
def _parts(values: _Grid) -> Int32s:
    """Return for each cell below 0 another of the same part, and so from one to the next to the part's own."""
    rows, columns = values.shape
    other = np.arange(rows * columns).astype(np.int32)
    for row in range(1, rows - 1):
        for column in range(1, columns - 1):
            if values[row, column] > 0.0:
                continue
            cell = row * columns + column
            before, below = values[row, column - 1] < 0.0, values[row - 1, column] < 0.0
            if before:
                _join(other, cell, cell - 1)
            if below:
                _join(other, cell, cell - columns)
                continue
            if not before and values[row - 1, column - 1] < 0.0 and _hangs_together(values, row - 1, column - 1):
                _join(other, cell, cell - columns - 1)
            if (
                values[row, column + 1] > 0.0
                and values[row - 1, column + 1] < 0.0
                and _hangs_together(values, row - 1, column)
            ):
                _join(other, cell, cell - columns + 1)
    return other


@njit(cache=True, nogil=True)
def _own(other: Int32s, cell: int) -> int:
    while other[cell] != cell:
        other[cell] = other[other[cell]]
        cell = other[cell]
    return cell


@njit(cache=True, nogil=True)
def _join(other: Int32s, cell: int, near: int) -> None:
    one, two = _own(other, cell), _own(other, near)
    other[max(one, two)] = min(one, two)


@njit(cache=True, nogil=True)
def _grouped(traced: _Traced, other: Int32s) -> tuple[Floats, Int64s, Int64s]:
    """Put each hole behind the shell of its part."""
    found = traced.home.size
    polygon_of = np.full(other.size, -1, np.int32)
    shells = 0
    for ring in range(found):
        if traced.is_shell[ring]:
            polygon_of[_own(other, traced.home[ring])] = shells
            shells += 1
    polygons = np.zeros(shells + 1, np.int64)
    for ring in range(found):
        polygons[polygon_of[_own(other, traced.home[ring])] + 1] += 1
    polygons = np.cumsum(polygons)
    free = polygons[:-1] + 1  # the shell's place is kept
    order = np.empty(found, np.int64)
    for ring in range(found):
        polygon = polygon_of[_own(other, traced.home[ring])]
        if traced.is_shell[ring]:
            order[polygons[polygon]] = ring
        else:
            order[free[polygon]] = ring
            free[polygon] += 1
    corners, rings = np.empty_like(traced.corners), np.zeros(found + 1, np.int64)
    for place in range(found):
        begin, end = traced.rings[order[place]], traced.rings[order[place] + 1]
        rings[place + 1] = rings[place] + end - begin
        corners[rings[place] : rings[place + 1]] = traced.corners[begin:end]
    return corners, rings, polygons
