"""Where rows stand: coordinates as publishers write them → WGS 84 degrees, or why not.

Told apart: absent, no numbers, (0, 0), exchanged; read in the system of the row where that varies; decimal commas, and
decimal points that a spreadsheet lost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from ingest.catalogue import Source
from ingest.connectors.table import POINT_LAT, POINT_LON, Table
from ingest.decimals import read_decimals
from ingest.ledger import RejectCode
from ingest.scope import Scope

__all__ = ["Positions", "read_positions", "restore_point"]

_WGS84 = "EPSG:4326"
_NOWHERE_DEG = 0.01
"""Nobody serves a household so near to (0, 0), in the Gulf of Guinea: it stands for unknown, or for lost digits."""
_FARTHEST_M = 20_100_000.0
"""No place on earth is farther from the origin of a plane; PROJ takes such a one to a pole, as if it were there."""
_POINT = r"^\W*(-?\d+(?:[.,]\d+)?)\s*[,; ]\s*(-?\d+(?:[.,]\d+)?)\W*$"
"""``"46.8, 4.4"``: latitude first, as every portal writes it."""


@dataclass(frozen=True)
class Positions:
    """One position for each row of a table."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    """WGS 84 degrees; NaN where there is a problem."""
    problem: NDArray[np.object_]
    """``RejectCode`` or None."""
    exchanged: Mapping[int, tuple[float, float]]
    """Of each row that is ``SWAPPED_POSITION``: where it stands (lon, lat) once they are exchanged."""
    first: pd.Series[str]
    second: pd.Series[str]
    """What the row says."""

    @property
    def written(self) -> Sequence[str]:
        """What each row says, for examples."""
        return _Written(self)

    def is_written(self, row: int) -> bool:
        """Tell whether a row says anything of its position."""
        return bool(self.first.iloc[row] or self.second.iloc[row])

    def written_at(self, rows: NDArray[np.int64]) -> list[str]:
        """Return what some rows say."""
        pairs = zip(self.first.iloc[rows].tolist(), self.second.iloc[rows].tolist(), strict=True)
        return [f"{one}, {other}" for one, other in pairs]


class _Written(Sequence[str]):
    """Both coordinates as a row writes them; made for the rows that are shown alone."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions

    def __len__(self) -> int:
        return len(self._positions.first)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        rows = np.arange(len(self))[row]
        return self._positions.written_at(rows) if isinstance(row, slice) else self._positions.written_at(rows[None])[0]


def read_positions(source: Source, table: Table, scope: Scope) -> Positions:
    """Read the position of every row.

    Parameters
    ----------
    source
        Its ``columns`` say where coordinates are: ``lon`` and ``lat``, else ``x`` and ``y`` (in ``crs``), else
        ``point``, else the shapes of the file.
    scope
        Its bounds settle where a lost decimal point goes, and whether exchanged coordinates would fit.
    """
    first, second, planar = _columns(source, table)
    missing = ((first == "") | (second == "")).to_numpy(dtype=bool)
    a, b = _numbers(source, first, scope, axis=0), _numbers(source, second, scope, axis=1)
    problem = np.full(len(first), None, dtype=object)
    bad = ~missing & ~(np.isfinite(a) & np.isfinite(b))
    zero = (np.abs(a) < _NOWHERE_DEG) & (np.abs(b) < _NOWHERE_DEG)
    usable = ~(missing | bad | zero)
    lon, lat = (a, b) if not planar else _to_degrees(source, table, a, b, usable)
    outside = usable & ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if planar:
        outside |= usable & ~((np.abs(a) <= _FARTHEST_M) & (np.abs(b) <= _FARTHEST_M))
    swapped = _in_bounds(lat, lon, scope) & usable & ~_in_bounds(lon, lat, scope)
    swapped[swapped] = scope.covers(lat[swapped], lon[swapped])
    problem[missing] = RejectCode.NO_POSITION
    problem[bad | outside] = RejectCode.BAD_POSITION
    problem[zero] = RejectCode.ZERO_POSITION
    problem[swapped] = RejectCode.SWAPPED_POSITION
    fine = usable & ~outside & ~swapped
    exchanged = {row: (float(lat[row]), float(lon[row])) for row in np.flatnonzero(swapped).tolist()}
    return Positions(np.where(fine, lon, np.nan), np.where(fine, lat, np.nan), problem, exchanged, first, second)


def _in_bounds(lon: NDArray[np.float64], lat: NDArray[np.float64], scope: Scope) -> NDArray[np.bool_]:
    west, south, east, north = scope.bounds
    inside: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _columns(source: Source, table: Table) -> tuple[pd.Series[str], pd.Series[str], bool]:
    """Return the texts of the first and the second coordinate, and whether they are metres of a plane."""
    columns = source.columns
    for pair, planar in ((("lon", "lat"), False), (("x", "y"), True)):
        if all(name in columns and table.has(columns[name]) for name in pair):
            return table.text(columns[pair[0]]), table.text(columns[pair[1]]), planar
    if "point" in columns and table.has(columns["point"]):
        parts = table.text(columns["point"]).str.extract(_POINT)
        written = table.text(columns["point"])
        # What is no pair of numbers is kept as written, so that it is refused as such and not as absent.
        return parts[1].where(parts[1].notna(), written), parts[0].where(parts[0].notna(), written), False
    return table.text([POINT_LON]), table.text([POINT_LAT]), False


def _numbers(source: Source, text: pd.Series[str], scope: Scope, axis: int) -> NDArray[np.float64]:
    """Read French or English decimals; NaN where the text is no number."""
    numbers = read_decimals(text)
    if not source.lost_point:
        return numbers
    low, high = scope.bounds[axis], scope.bounds[axis + 2]
    lost = np.isfinite(numbers) & ~((numbers >= low) & (numbers <= high)) & (numbers != 0)
    for row in np.flatnonzero(lost):
        numbers[row] = restore_point(text.iloc[row], low, high)
    return numbers


def restore_point(text: str, low: float, high: float) -> float:
    """Put a lost decimal point back: ``"461757"`` is 46.1757 where latitudes run from 45.9 to 47.4.

    A point that went too far to the left comes back too: ``"0.000461757"`` (divided once too often) is the same place.

    Returns
    -------
    float
        The one reading with one to three digits before the point that lies in [low, high]; NaN when there is none, or
        more than one.
    """
    sign, digits = (-1.0, text[1:]) if text.startswith("-") else (1.0, text)
    digits = _significant(digits.removesuffix(".0"))
    if not digits.isdecimal():
        return math.nan
    readings = {sign * float(f"{digits[:before]}.{digits[before:]}") for before in (1, 2, 3) if before <= len(digits)}
    fitting = [value for value in readings if low <= value <= high]
    return fitting[0] if len(fitting) == 1 else math.nan


def _significant(text: str) -> str:
    """Return the digits of a number near nought, without its zeros; of any other, the text."""
    try:
        number = float(text)
    except ValueError:
        return text
    if not 0 < number < _NOWHERE_DEG:
        return text
    return f"{number:.15e}".partition("e")[0].replace(".", "").rstrip("0")


def _to_degrees(
    source: Source, table: Table, x: NDArray[np.float64], y: NDArray[np.float64], usable: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transform metres to degrees, each row from its own system."""
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    systems = _systems(source, table)
    for system in sorted(set(systems[usable])):
        rows = usable & (systems == system)
        transformer = Transformer.from_crs(system, _WGS84, always_xy=True)
        lon[rows], lat[rows] = transformer.transform(x[rows], y[rows])
    return lon, lat


def _systems(source: Source, table: Table) -> NDArray[np.object_]:
    crs = source.crs
    if crs is None:
        return np.full(len(table.frame), _WGS84, dtype=object)
    systems = np.full(len(table.frame), crs.default, dtype=object)
    if crs.column:
        told_by, prefixes = table.cells(crs.column), tuple(crs.prefixes)
        for row in [row for row, text in enumerate(told_by) if text.startswith(prefixes)]:
            systems[row] = next(system for prefix, system in crs.prefixes.items() if told_by[row].startswith(prefix))
    return systems
