"""Where rows stand: coordinates as publishers write them → WGS 84 degrees, or why not.

Told apart: absent, no numbers, (0, 0), exchanged; read in the system of the row where that varies; decimal commas, and
decimal points that a spreadsheet lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from ingest.catalogue import Source
from ingest.connectors.table import POINT_LAT, POINT_LON, Table
from ingest.ledger import RejectCode
from ingest.scope import Scope

__all__ = ["Positions", "read_positions", "restore_point"]

_WGS84 = "EPSG:4326"
_SPACES = r"[\s\u00a0\u202f]"
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
    written: list[str]
    """What the row says, for examples."""


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
    missing = ((first == "") | (second == "")).to_numpy()
    a, b = _numbers(source, first, scope, axis=0), _numbers(source, second, scope, axis=1)
    problem = np.full(len(first), None, dtype=object)
    bad = ~missing & ~(np.isfinite(a) & np.isfinite(b))
    zero = (a == 0) & (b == 0)
    usable = ~(missing | bad | zero)
    lon, lat = (a, b) if not planar else _to_degrees(source, table, a, b, usable)
    outside = usable & ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    swapped = usable & ~scope.covers(lon, lat) & scope.covers(lat, lon)
    problem[missing] = RejectCode.NO_POSITION
    problem[bad | outside] = RejectCode.BAD_POSITION
    problem[zero] = RejectCode.ZERO_POSITION
    problem[swapped] = RejectCode.SWAPPED_POSITION
    fine = problem == None  # noqa: E711 - elementwise
    written = [f"{one}, {other}" for one, other in zip(first, second, strict=True)]
    return Positions(np.where(fine, lon, np.nan), np.where(fine, lat, np.nan), problem, written)


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
    numbers = np.array(pd.to_numeric(text, errors="coerce"), dtype=np.float64)
    french = np.isnan(numbers) & (text != "").to_numpy()
    if french.any():
        plain = text[french].str.replace(",", ".", regex=False).str.replace(_SPACES, "", regex=True)
        numbers[french] = pd.to_numeric(plain, errors="coerce")
    if not source.lost_point:
        return numbers
    low, high = scope.bounds[axis], scope.bounds[axis + 2]
    lost = np.isfinite(numbers) & ~((numbers >= low) & (numbers <= high)) & (numbers != 0)
    for row in np.flatnonzero(lost):
        numbers[row] = restore_point(text.iloc[row], low, high)
    return numbers


def restore_point(text: str, low: float, high: float) -> float:
    """Put a lost decimal point back: ``"461757"`` is 46.1757 where latitudes run from 45.9 to 47.4.

    Returns
    -------
    float
        The one reading with one to three digits before the point that lies in [low, high]; NaN when there is none, or
        more than one.
    """
    sign, digits = (-1.0, text[1:]) if text.startswith("-") else (1.0, text)
    digits = digits.removesuffix(".0")
    if not digits.isdecimal():
        return float("nan")
    readings = {sign * float(f"{digits[:before]}.{digits[before:]}") for before in (1, 2, 3) if before <= len(digits)}
    fitting = [value for value in readings if low <= value <= high]
    return fitting[0] if len(fitting) == 1 else float("nan")


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
