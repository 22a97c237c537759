"""Row → cell: the inhabited squares of 200 m of INSEE's Filosofi, in the vintages' own headers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.exceptions import CRSError

from geo.places import Cell
from ingest.catalogue import Source
from ingest.connectors.table import Table
from ingest.decimals import read_decimals
from ingest.fetch import Fetched
from ingest.ledger import RejectCode
from ingest.results import Sorter, SourceResult
from ingest.scope import Scope

__all__ = ["normalise_cells", "people_by_commune"]

_MOST_PEOPLE = 100_000.0
"""On four hectares live ten thousand at the very most."""
_ID = r"CRS(?P<crs>\d+)RES(?P<side>\d+)mN(?P<north>-?\d+)E(?P<east>-?\d+)"
"""South-west corner: ``CRS3035RES200mN2471000E4022200``."""


def normalise_cells(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the rows of a grid into the cells of the territory and of its halo.

    A cell on a border lists several communes. The one that its centre lies in is taken. A centre in no contour lies in
    a commune whose contour nobody has: the first of those that the cell lists. Otherwise it is the first listed. Past
    the border it may be one that only its code is known of. What lists no commune is of the territory where it lies in.
    """
    sorter = Sorter(source, table)
    ids = table.cells(source.columns["key"])
    lon, lat = _centres(pd.Series(ids, dtype=object).str.extract(_ID))
    sorter.reject(np.array([i == "" for i in ids], dtype=bool), RejectCode.NO_KEY, ids)
    sorter.reject(~(np.isfinite(lon) & np.isfinite(lat)), RejectCode.BAD_POSITION, ids)
    # The grid is the whole country's: what lies beyond the halo goes first.
    sorter.leave_out(~scope.covers(lon, lat))
    near = np.flatnonzero(sorter.open)
    listed = table.text(source.columns["commune"]).iloc[near].tolist()
    insee = dict(zip(near.tolist(), _communes(listed, scope.locate(lon[near], lat[near])[0], scope), strict=True))
    mine = {commune.insee for commune in scope.communes if commune.in_territory}
    inside = dict(zip(near.tolist(), shapely.contains_xy(scope.area, lon[near], lat[near]).tolist(), strict=True))
    people = {name: _total(table, source.columns[name][0]) for name in ("people", "age_0_17", "age_65")}
    income = _total(table, source.columns["living_standard_sum"][0])
    wrong = ~(people["people"] >= 0) | (people["people"] > _MOST_PEOPLE)
    wrong |= (people["age_0_17"] < 0) | (people["age_65"] < 0)
    sorter.reject(wrong, RejectCode.BAD_NUMBER, table.text(source.columns["people"]))
    met: set[str] = set()
    cells = []
    for row in np.flatnonzero(sorter.open).tolist():
        if ids[row] in met:
            sorter.open[row] = False
            sorter.merged += 1
            continue
        met.add(ids[row])
        count, standard = float(people["people"][row]), float(income[row])
        cell = Cell(
            id=ids[row],
            lon=float(lon[row]),
            lat=float(lat[row]),
            insee=insee[row],
            people=count,
            people_0_17=_or_zero(people["age_0_17"][row]),
            people_65_plus=_or_zero(people["age_65"][row]),
            living_standard_eur=standard / count if np.isfinite(standard) and count > 0 else None,
            in_territory=insee[row] in mine if insee[row] else inside[row],
        )
        cells.append(cell)
    return SourceResult(source, tuple(fetched), sorter.ledger(), tuple(sorter.rejects), cells=tuple(cells))


def people_by_commune(cells: Iterable[Cell]) -> dict[str, float]:
    """Add up the people of the cells of each commune of the territory."""
    people: dict[str, float] = defaultdict(float)
    for cell in cells:
        if cell.in_territory:
            people[cell.insee] += cell.people
    return dict(people)


def _centres(parts: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centres of the cells, WGS 84 degrees; NaN where the id cannot be read, or names no plane."""
    numbers = parts.apply(pd.to_numeric, errors="coerce")
    half = numbers["side"].to_numpy(dtype=np.float64) / 2
    east = numbers["east"].to_numpy(dtype=np.float64) + half
    north = numbers["north"].to_numpy(dtype=np.float64) + half
    lon, lat = np.full(len(parts), np.nan), np.full(len(parts), np.nan)
    for crs in sorted(set(parts["crs"].dropna())):
        rows = (parts["crs"] == crs).to_numpy(dtype=bool)
        try:
            transformer = Transformer.from_crs(f"EPSG:{crs}", "EPSG:4326", always_xy=True)
        except CRSError:
            continue
        lon[rows], lat[rows] = transformer.transform(east[rows], north[rows])
    return lon, lat


def _total(table: Table, headers: str) -> NDArray[np.float64]:
    """Add up the columns of ``"a+b+c"``; NaN where one of them is no number."""
    total = np.zeros(len(table.frame))
    for header in headers.split("+"):
        total += read_decimals(table.text([header]))
    return total


def _communes(listed: Sequence[str], drawn: Sequence[str], scope: Scope) -> list[str]:
    with_contour = {commune.insee for commune in scope.communes if commune.geometry is not None}
    chosen = []
    for codes, centre in zip(listed, drawn, strict=True):
        today = [insee for code in re.findall(r".{5}", codes) if (insee := scope.current.get(code))]
        undrawn = [insee for insee in today if insee not in with_contour]
        if centre in today or not today:
            chosen.append(centre)
        else:
            chosen.append(today[0] if centre or not undrawn else undrawn[0])
    return chosen


def _or_zero(number: float) -> float:
    return float(number) if np.isfinite(number) else 0.0
