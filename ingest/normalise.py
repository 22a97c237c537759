"""Row → service, or a reject with a code. All rows of a source at once; the rows that remain, one by one.

Every row takes exactly one way out, in this order: left out by a declared filter; without the publisher's key; without
a usable position; beyond the halo; of a code that leads to no category; the same site as an earlier row; kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.places import Precision, Provenance, Service
from ingest.catalogue import Source
from ingest.connectors.osm import KEY
from ingest.connectors.table import FILE, Table
from ingest.fetch import Fetched
from ingest.filters import leave_out_filtered
from ingest.ledger import RejectCode
from ingest.positions import Positions, read_positions
from ingest.results import Draft, Sorter, SourceResult
from ingest.scope import Scope
from ingest.tags import OUT_OF_SCOPE

__all__ = ["normalise_services"]


def normalise_services(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the rows of a source into services of the territory and its halo.

    Returns
    -------
    SourceResult
        Drafts in file order; the ledger's kept rows are those with at least one draft.
    """
    sorter = Sorter(source, table)
    leave_out_filtered(sorter)
    keys = table.cells([KEY] if table.tags else source.columns["key"])
    sorter.reject(np.array([key == "" for key in keys], dtype=bool), RejectCode.NO_KEY, table.cells([FILE]))
    positions = read_positions(source, table, scope)
    _place(sorter, positions, keys, scope)
    categories = _categories(sorter)
    _same_site(sorter, keys, categories)
    drafts = _drafts(sorter, keys, positions, categories, fetched, scope)
    return SourceResult(source, tuple(fetched), sorter.ledger(), tuple(sorter.rejects), drafts)


def _place(sorter: Sorter, positions: Positions, keys: Sequence[str], scope: Scope) -> None:
    """Leave out what lies beyond the halo; a row without position too, when its commune code says that it is far."""
    nowhere = positions.problem == RejectCode.NO_POSITION
    if "insee" in sorter.source.columns:
        codes = sorter.table.text(sorter.source.columns["insee"])
        sorter.leave_out(nowhere & codes.map(scope.is_far).to_numpy(dtype=bool))
    sorter.reject(nowhere, RejectCode.NO_POSITION, keys)
    for code in (RejectCode.BAD_POSITION, RejectCode.ZERO_POSITION, RejectCode.SWAPPED_POSITION):
        sorter.reject(positions.problem == code, code, positions.written)
    sorter.leave_out(~scope.covers(positions.lon, positions.lat))


def _categories(sorter: Sorter) -> dict[int, tuple[str, ...]]:
    """Return the categories of each row that is still open, its main one first."""
    source, table = sorter.source, sorter.table
    rows = [int(row) for row in np.flatnonzero(sorter.open)]
    codes = table.cells(source.columns.get("category", ()))
    main: dict[int, tuple[str, ...]] = {}
    unmapped, useless = np.zeros(len(table.frame), dtype=bool), np.zeros(len(table.frame), dtype=bool)
    shown = list(codes)
    for row in rows:
        if source.tags is not None:
            found = source.tags.of(table.tags[row])
            shown[row] = source.tags.accounts_for(table.tags[row])
            useless[row] = not found and source.tags.ignores(table.tags[row])
        else:
            category = source.category or source.codes.get(codes[row], "")
            useless[row] = category == OUT_OF_SCOPE
            found = (category,) if category and not useless[row] else ()
        unmapped[row] = not found and not useless[row]
        main[row] = found
    sorter.reject(unmapped, RejectCode.UNMAPPED_CATEGORY, shown)
    sorter.leave_out(useless)
    return {row: _also(source, table, row, main[row]) for row in rows if sorter.open[row]}


def _also(source: Source, table: Table, row: int, found: tuple[str, ...]) -> tuple[str, ...]:
    more = [
        also.category
        for also in source.also
        if re.fullmatch(also.matches, table.cells(also.column)[row]) and also.category not in found
    ]
    return (*found, *more)


def _same_site(sorter: Sorter, keys: Sequence[str], categories: dict[int, tuple[str, ...]]) -> None:
    """Merge the rows whose key and categories were met before in this source."""
    met: set[tuple[str, str]] = set()
    for row in list(categories):
        fresh = tuple(c for c in categories[row] if (keys[row], c) not in met)
        met.update((keys[row], category) for category in fresh)
        if fresh:
            categories[row] = fresh
        else:
            del categories[row]
            sorter.open[row] = False
            sorter.merged += 1


def _drafts(
    sorter: Sorter,
    keys: Sequence[str],
    positions: Positions,
    categories: Mapping[int, tuple[str, ...]],
    fetched: Sequence[Fetched],
    scope: Scope,
) -> tuple[Draft, ...]:
    source, table = sorter.source, sorter.table
    rows = list(categories)
    lon, lat = positions.lon[rows], positions.lat[rows]
    communes, inside = scope.locate(lon, lat)
    reader = _Reader(source, table, min(file.data_date for file in fetched))
    drafts: list[Draft] = []
    main_keys: set[str] = set()
    for place, row in enumerate(rows):
        key = keys[row]
        for category in categories[row]:
            # The plain id is the key's first service. Where a key names a site of several, each says which it is.
            plain = not source.sites and key not in main_keys
            main_keys.add(key)
            local = key if plain else f"{key}~{category.partition('.')[2]}"
            service = Service(
                id=f"{source.id}:{local}",
                category=category,
                name=reader.name(row),
                lon=float(lon[place]),
                lat=float(lat[place]),
                insee=communes[place],
                capacity=reader.capacity(row),
                provenance=(Provenance(source.id, key, source.licence, reader.data_date),),
                in_territory=inside[place],
                precision=reader.precision(row),
            )
            drafts.append(Draft(service, row, reader.links(row)))
    return tuple(drafts)


@dataclass(frozen=True)
class _Reader:
    """Reads what a service says beside its place."""

    source: Source
    table: Table
    data_date: str

    def _text(self, name: str, row: int) -> str:
        return self.table.cells(self.source.columns.get(name, ()))[row]

    def name(self, row: int) -> str:
        if self.table.tags:
            tags = self.table.tags[row]
            return next((tags[key] for key in ("name", "brand", "operator") if key in tags), "")
        return " ".join(self._text("name", row).split())

    def capacity(self, row: int) -> float | None:
        """Return the number of places; None when it is not said, or said as 0 by a file that fills its blanks."""
        written = self.table.tags[row].get("capacity", "") if self.table.tags else self._text("capacity", row)
        try:
            number = float(written.replace(",", "."))
        except ValueError:
            return None
        return number if np.isfinite(number) and number > 0 else None

    def precision(self, row: int) -> Precision:
        return self.source.precision.get(self._text("precision", row), Precision.UNKNOWN)

    def links(self, row: int) -> tuple[tuple[str, str], ...]:
        values = ((kind, self.table.cells(columns)[row]) for kind, columns in self.source.links.items())
        return tuple((kind, value.upper()) for kind, value in values if value)
