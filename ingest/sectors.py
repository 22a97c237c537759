"""Row → sector: which collège or école the children of a stretch of street or of an area go to (carte scolaire)."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.address_text import words
from geo.places import Parity, Sector
from geo.sectors import COLLEGE
from ingest.catalogue import Source
from ingest.codes import read_codes, read_insee
from ingest.connectors.table import FILE, LINE, Table
from ingest.decimals import read_decimals
from ingest.fetch import Fetched
from ingest.filters import leave_out_filtered
from ingest.ledger import RejectCode
from ingest.results import Sorter, SourceResult
from ingest.scope import Scope

__all__ = ["normalise_sectors", "overlaps"]

_PARITIES = {"I": Parity.ODD, "P": Parity.EVEN, "PI": Parity.BOTH, "IP": Parity.BOTH, "": Parity.BOTH}
_NO_END = 9999
"""How the publisher writes a street's last number when it means every number."""
_LAST_NUMBER = 99_999
"""No door bears more."""
_UAI = re.compile(r"\d{7}[A-Z]")
_AREAL = {"Polygon", "MultiPolygon"}


def normalise_sectors(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the rows of a carte scolaire into the sectors of the territory; those of elsewhere are out of scope.

    A row without a street is about the whole commune. A range is refused when its ends are no numbers or stand the
    wrong way round, or when no number of it has the parity that the row gives. The rows of a file of shapes are areas:
    no street and no range is read of them.
    """
    if table.geometries:
        return _areas(source, table, fetched, scope)
    sorter = Sorter(source, table)
    leave_out_filtered(sorter)
    cells = {name: table.cells(source.columns.get(name, ())) for name in ("street", "parity", "uai", "exclusive")}
    codes = read_codes(table.cells(source.columns.get("insee", ())), read_insee)
    today = [scope.current.get(code, "") for code in codes]
    mine = {commune.insee for commune in scope.communes if commune.in_territory}
    first, last, bad = _ranges(source, table, cells["parity"])
    sorter.reject(np.array([code == "" for code in today], dtype=bool), RejectCode.UNKNOWN_COMMUNE, codes)
    sorter.leave_out(np.array([code not in mine for code in today], dtype=bool))
    unnamed = np.array([_UAI.fullmatch(uai.upper()) is None for uai in cells["uai"]], dtype=bool)
    sorter.reject(unnamed, RejectCode.NO_KEY, table.cells([FILE]))
    sorter.reject(bad, RejectCode.BAD_RANGE, _shown(source, table))
    _merge_repeated(sorter, [today, *cells.values(), first, last])
    lines, files = table.frame[LINE].tolist(), table.cells([FILE])
    place = [f"{file}:{line}" for file, line in zip(files, lines, strict=True)] if len(table.files) > 1 else lines
    sectors = tuple(
        Sector(
            id=f"{source.id}:{place[row]}",
            insee=today[row],
            street=" ".join(cells["street"][row].split()),
            first=first[row],
            last=last[row],
            parity=_PARITIES[cells["parity"][row].upper()],
            uai=cells["uai"][row].upper(),
            source=source.id,
            exclusive=cells["exclusive"][row].upper() != "N",
            category=source.category or COLLEGE,
        )
        for row in np.flatnonzero(sorter.open).tolist()
    )
    return SourceResult(source, tuple(fetched), sorter.ledger(), tuple(sorter.rejects), sectors=sectors)


def _areas(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn shapes into the areas that touch the territory."""
    sorter = Sorter(source, table)
    leave_out_filtered(sorter)
    uais, keys = table.cells(source.columns["uai"]), table.cells([FILE])
    shapes = np.array([*table.geometries, None], dtype=object)[:-1]
    bad = np.array([g is None or g.is_empty or g.geom_type not in _AREAL for g in shapes], dtype=bool)
    sorter.reject(np.array([_UAI.fullmatch(uai.upper()) is None for uai in uais], dtype=bool), RejectCode.NO_KEY, keys)
    sorter.reject(bad, RejectCode.BAD_GEOMETRY, uais)
    valid = shapely.make_valid(shapes, method="structure")
    sorter.leave_out(~shapely.intersects(valid, scope.area))
    lines = table.frame[LINE].tolist()
    sectors = tuple(
        Sector(
            id=f"{source.id}:{keys[row]}:{lines[row]}" if len(table.files) > 1 else f"{source.id}:{lines[row]}",
            insee="",
            street="",
            first=None,
            last=None,
            parity=Parity.BOTH,
            uai=uais[row].upper(),
            source=source.id,
            category=source.category or COLLEGE,
            geometry=valid[row],
        )
        for row in np.flatnonzero(sorter.open).tolist()
    )
    return SourceResult(source, tuple(fetched), sorter.ledger(), tuple(sorter.rejects), sectors=sectors)


def _merge_repeated(sorter: Sorter, said: Sequence[Sequence[object]]) -> None:
    """Merge the open rows that say what an earlier one said; `said` holds the columns."""
    met: set[tuple[object, ...]] = set()
    for row in np.flatnonzero(sorter.open).tolist():
        says = tuple(column[row] for column in said)
        if says in met:
            sorter.open[row] = False
            sorter.merged += 1
        met.add(says)


def overlaps(sectors: Iterable[Sector]) -> list[tuple[Sector, Sector]]:
    """Return the pairs that send one house number of one street to different collèges."""
    streets: dict[tuple[str, tuple[str, ...]], list[Sector]] = defaultdict(list)
    for sector in sectors:
        if sector.geometry is not None:
            continue
        streets[(sector.insee, words(sector.street))].append(sector)
    return [
        (one, other)
        for rows in streets.values()
        for one, other in combinations(rows, 2)
        if one.uai != other.uai and one.category == other.category and _share_a_number(one, other)
    ]


def _ranges(
    source: Source, table: Table, parity: Sequence[str]
) -> tuple[list[int | None], list[int | None], NDArray[np.bool_]]:
    """Return the first and the last number of each row (None: without bound), and which rows hold no range."""
    text = {name: table.text(source.columns.get(name, ())) for name in ("first", "last")}
    number = {name: read_decimals(column) for name, column in text.items()}
    bad = np.zeros(len(parity), dtype=bool)
    for name, column in text.items():
        whole = np.isin(number[name], range(_LAST_NUMBER + 1))
        bad |= (column != "").to_numpy(dtype=bool) & ~whole
    first, last = (
        [None if math.isnan(value) or hidden else int(value) for value, hidden in zip(number[name], bad, strict=True)]
        for name in text
    )
    last = [None if end is not None and end >= _NO_END else end for end in last]
    for row, side in enumerate(parity):
        known = _PARITIES.get(side.upper())
        bad[row] |= known is None or not _has_a_number(first[row], last[row], known)
    return first, last, bad


def _shown(source: Source, table: Table) -> list[str]:
    columns = [table.cells(source.columns.get(name, ())) for name in ("first", "last", "parity")]
    return [f"{first or '?'} to {last or '?'} ({parity or '?'})" for first, last, parity in zip(*columns, strict=True)]


def _has_a_number(first: int | None, last: int | None, parity: Parity) -> bool:
    if last is None:
        return True
    low = first or 0
    if parity is not Parity.BOTH and low % 2 != (parity is Parity.ODD):
        low += 1
    return low <= last


def _share_a_number(one: Sector, other: Sector) -> bool:
    sides = {one.parity, other.parity} - {Parity.BOTH}
    if len(sides) == 2:
        return False
    first = max(one.first or 0, other.first or 0)
    ends = [sector.last for sector in (one, other) if sector.last is not None]
    return _has_a_number(first, min(ends, default=None), sides.pop() if sides else Parity.BOTH)
