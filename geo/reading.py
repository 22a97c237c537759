"""From degrees to what lies within reach, in one compiled call: the snap and the look-up of every category.

One place and a million go through the same kernel, so that what is said of a place alone is what is said of it among
others. Alone it must be quick: its arrays are handed over as one table (``geo.pinned``). Among others it is read after
its neighbours, whose part of the streets and of the field is then near at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Floats, Int32s, Int64s
from geo.fields import Access, AccessField
from geo.lookup import RANKS, look_up_place
from geo.snapping import SNAP_LIMIT_M, EdgeIndex, FoundSnap, snap_to

__all__ = ["Reader", "Reading"]

_CELL_M = 50.0
"""Places of one square of this side are read one after the other."""


@dataclass(frozen=True)
class Reading:
    """What M places are near to and reach, as the kernel wrote it."""

    marks: Int32s
    """(M, 3) edge, side, whether the line to it crosses an obstacle."""
    measures: Floats
    """(M, 5) fraction, metres off the edge, x and y of the point on it, seconds to the edge of the loaded streets."""
    seconds: Floats
    """(M, C, RANKS) as :class:`geo.fields.Access` has them."""
    rows: Int32s
    """(M, C, RANKS) the same."""

    @property
    def on_network(self) -> NDArray[np.bool_]:
        """(M,) whether the place has an edge."""
        return self.marks[:, 0] >= 0

    def only(self, rows: NDArray[np.bool_]) -> Reading:
        """Return the reading of the places at which `rows` (M,) is true."""
        return self if rows.all() else Reading(*(getattr(self, part.name)[rows] for part in fields(self)))

    @cached_property
    def snap(self) -> FoundSnap:
        """Where the places lie on the streets."""
        edge, side, crosses = self.marks.T
        fraction, off_m, _, _, _ = self.measures.T
        return FoundSnap(edge, fraction, off_m, self.measures[:, 2:4], side.astype(np.int8), crosses.astype(np.bool_))

    @cached_property
    def access(self) -> Access:
        """What they reach."""
        return Access(self.seconds, self.rows, self.measures[:, 4])


class Reader:
    """Reads the field of a mode at degrees.

    Parameters
    ----------
    index, field
        Of the same streets.
    """

    def __init__(self, index: EdgeIndex, field: AccessField) -> None:
        self._projection = index.projection
        self._categories = len(field.categories)
        self._streets, self._field = index.pinned, field.pinned

    def read_one(self, lon: float, lat: float) -> Reading:
        """Read one place, WGS 84 degrees: what :meth:`read` says of it, sooner."""
        reading = self._empty(1)
        x, y = self._projection.point_to_xy_m(lon, lat)
        _read_one(
            self._streets.table,
            self._field.table,
            x,
            y,
            SNAP_LIMIT_M,
            reading.marks,
            reading.measures,
            reading.seconds,
            reading.rows,
        )
        return reading

    def read(self, lonlat: NDArray[np.float64]) -> Reading:
        """Read places (M, 2), WGS 84 degrees; one without a street within the limit reaches nothing."""
        lon, lat = np.asarray(lonlat, np.float64).reshape(-1, 2).T
        return self._read(*self._projection.to_xy_m(lon, lat))

    def batches(self, lonlat: NDArray[np.float64], most: int) -> Iterator[tuple[Int64s, Reading]]:
        """Read many places, neighbours together.

        Parameters
        ----------
        lonlat
            (M, 2) degrees.
        most
            Places of one batch.

        Yields
        ------
        rows : (B,) int64
            Which of the places; each comes once.
        reading
            Of those, in that order.
        """
        lon, lat = np.asarray(lonlat, np.float64).reshape(-1, 2).T
        x, y = self._projection.to_xy_m(lon, lat)
        order = np.argsort(_squares(x, y))
        x, y = x[order], y[order]
        for first in range(0, len(order), most):
            part = slice(first, first + most)
            yield order[part], self._read(x[part], y[part])

    def _read(self, x: Floats, y: Floats) -> Reading:
        reading = self._empty(x.size)
        _read_all(
            self._streets.table,
            self._field.table,
            x,
            y,
            SNAP_LIMIT_M,
            reading.marks,
            reading.measures,
            reading.seconds,
            reading.rows,
        )
        return reading

    def _empty(self, places: int) -> Reading:
        shape = places, self._categories, RANKS
        return Reading(
            np.empty((places, 3), np.int32), np.empty((places, 5)), np.empty(shape), np.empty(shape, np.int32)
        )


@njit(cache=True, nogil=True)
def _squares(x: Floats, y: Floats) -> NDArray[np.uint32]:
    """Give places the numbers of their squares of the plane, near numbers to near squares (Morton)."""
    number = np.zeros(x.size, np.uint32)
    west, south = np.inf, np.inf
    for place in range(x.size):
        if np.isfinite(x[place]) and np.isfinite(y[place]):
            west, south = min(west, x[place]), min(south, y[place])
    for place in range(x.size):
        if np.isfinite(x[place]) and np.isfinite(y[place]):
            column = np.uint32(min((x[place] - west) / _CELL_M, 65_535.0))
            row = np.uint32(min((y[place] - south) / _CELL_M, 65_535.0))
            number[place] = _spaced(column) | _spaced(row) << np.uint32(1)
    return number


@njit(cache=True, nogil=True)
def _spaced(bits: np.uint32) -> np.uint32:
    """Put a 0 before each of 16 bits."""
    spaced = bits
    spaced = (spaced | spaced << np.uint32(8)) & np.uint32(0x00FF00FF)
    spaced = (spaced | spaced << np.uint32(4)) & np.uint32(0x0F0F0F0F)
    spaced = (spaced | spaced << np.uint32(2)) & np.uint32(0x33333333)
    return (spaced | spaced << np.uint32(1)) & np.uint32(0x55555555)


@njit(cache=True, nogil=True)
def _read_one(
    streets: Int64s, field: Int64s, x: float, y: float, limit_m: float,
    marks: Int32s, measures: Floats, seconds: Floats, rows: Int32s,
) -> None:  # fmt: skip
    _read_place(streets, field, x, y, limit_m, marks[0], measures[0], seconds[0], rows[0])


@njit(cache=True, nogil=True)
def _read_all(
    streets: Int64s, field: Int64s, x: Floats, y: Floats, limit_m: float,
    marks: Int32s, measures: Floats, seconds: Floats, rows: Int32s,
) -> None:  # fmt: skip
    for place in range(x.size):
        _read_place(
            streets, field, x[place], y[place], limit_m, marks[place], measures[place], seconds[place], rows[place]
        )


@njit(cache=True, nogil=True)
def _read_place(
    streets: Int64s, field: Int64s, x: float, y: float, limit_m: float,
    marks: Int32s, measures: Floats, seconds: Floats, rows: Int32s,
) -> None:  # fmt: skip
    edge, fraction, off_m, point_x, point_y, side, crosses = snap_to(x, y, limit_m, streets)
    marks[0], marks[1], marks[2] = edge, side, crosses
    measures[0], measures[1], measures[2], measures[3] = fraction, off_m, point_x, point_y
    measures[4] = look_up_place(edge, fraction, off_m, field, seconds, rows)
