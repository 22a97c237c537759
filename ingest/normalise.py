"""Row → service, or a reject with a code: by columns while it is about all rows, by objects for those that remain.

Every row takes exactly one way out, in this order: left out by a declared filter; without the publisher's key; without
a usable place (:mod:`ingest.placing`); beyond the halo; of a code that leads to no category; the same site as an
earlier row; kept.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, starmap

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.places import Precision, Provenance, Service, Standing
from ingest.catalogue import Source
from ingest.coarse import stands_for_commune
from ingest.connectors.table import FILE, Table
from ingest.dates import read_dates
from ingest.decimals import read_decimals
from ingest.fetch import Fetched
from ingest.filters import leave_out_filtered
from ingest.keys import names_nobody, read_keys, shared_identifiers
from ingest.known_places import KnownPlaces
from ingest.ledger import RejectCode
from ingest.locate import Locator
from ingest.mapping import map_categories
from ingest.placing import POSITION_CODES, Placed, place_rows
from ingest.results import Draft, Sorter, SourceResult
from ingest.scope import Scope

__all__ = ["normalise_services"]

_NAME_TAGS = ("name", "brand", "operator")
_LABEL = ("address", "number", "repetition", "street")


def normalise_services(
    source: Source,
    table: Table,
    fetched: Sequence[Fetched],
    scope: Scope,
    locator: Locator | None = None,
    known: KnownPlaces | None = None,
    asked: Sequence[str] = (),
) -> SourceResult:
    """Turn the rows of a source into services of the territory and its halo.

    Parameters
    ----------
    locator
        The territory's addresses, for rows without usable coordinates; None: none are known.
    known
        Where the rows of the source stand that this one is ``placed_by``.
    asked
        Identifiers by which other sources are placed by this one.

    Returns
    -------
    SourceResult
        Drafts in file order; the ledger's kept rows are those with at least one draft.
    """
    with _uncollected():
        return _normalise(source, table, fetched, scope, locator or Locator(scope.communes), known, asked)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking over the records again and again while they are made: none is a cycle."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _normalise(
    source: Source,
    table: Table,
    fetched: Sequence[Fetched],
    scope: Scope,
    locator: Locator,
    known: KnownPlaces | None,
    asked: Sequence[str],
) -> SourceResult:
    sorter = Sorter(source, table)
    leave_out_filtered(sorter)
    keys = read_keys(source, table)
    sorter.reject((keys == "").to_numpy(dtype=bool), RejectCode.NO_KEY, table.text([FILE]))
    placed = place_rows(source, table, scope, locator, sorter.open, known)
    refused = sorter.open & placed.failed & ~placed.far
    _leave_out_unplaced(sorter, placed, keys)
    places = _places(sorter, placed, refused, scope, asked) if asked else None
    drafts = _distinct(sorter, keys, map_categories(sorter))
    rows = np.flatnonzero(sorter.open)
    geocoded = sum(row in placed.geocoded for row in rows.tolist()) if placed.geocoded else 0
    made = _drafts(sorter, drafts, placed, fetched, scope, known)
    return SourceResult(
        source, tuple(fetched), sorter.ledger(), tuple(sorter.rejects), drafts=made, geocoded=geocoded, places=places
    )


def _places(
    sorter: Sorter, placed: Placed, refused: NDArray[np.bool_], scope: Scope, asked: Sequence[str]
) -> KnownPlaces:
    """Return where the rows stand that are still open, whatever their category."""
    rows = np.flatnonzero(sorter.open)
    name, precision = _describe(_Said(sorter.source, sorter.table, rows), placed, rows, scope, None)
    stand = {"lon": placed.lon[rows], "lat": placed.lat[rows], "insee": placed.insee[rows]}
    problem = placed.problem.copy()
    problem[~refused] = None
    usable = pd.DataFrame({**stand, "name": name, "precision": precision}, index=rows)
    return KnownPlaces.of(sorter.source, sorter.table, asked, problem, usable)


def _leave_out_unplaced(sorter: Sorter, placed: Placed, keys: pd.Series[str]) -> None:
    """Reject what has no usable place, unless it says that it is beyond the halo, and leave out what lies there."""
    sorter.leave_out(placed.far)
    failed = np.flatnonzero(sorter.open & placed.failed)
    if failed.size:
        codes = placed.problem[failed]
        shown = np.full(len(keys), "", dtype=object)
        shown[failed] = placed.examples(failed)
        for code in POSITION_CODES:
            where = np.zeros(len(keys), dtype=bool)
            where[failed[codes == code]] = True
            is_key = code is RejectCode.NO_POSITION and names_nobody(sorter.source)
            sorter.reject(where, code, keys if is_key else pd.Series(shown))
    sorter.leave_out(~placed.covered)


def _distinct(sorter: Sorter, keys: pd.Series[str], found: pd.DataFrame) -> pd.DataFrame:
    """Merge the rows whose key and categories were met before in this source.

    Parameters
    ----------
    found
        Columns ``row`` and ``category``, in file order, the main category of a row first.

    Returns
    -------
    DataFrame
        What is left, with ``key`` and the ``local`` id of each service.
    """
    found["key"] = keys.to_numpy(dtype=object)[found["row"]]
    fresh = found[~found.duplicated(["key", "category"])]
    kept = np.zeros(len(sorter.open), dtype=bool)
    kept[fresh["row"]] = True
    sorter.merged += int((sorter.open & ~kept).sum())
    sorter.open &= kept
    # The plain id is the key's first service. Where a key names a site of several, each says which it is.
    plain = ~fresh.duplicated("key").to_numpy() & (not sorter.source.sites)
    kinds = {category: f"~{category.partition('.')[2]}" for category in fresh["category"].unique()}
    ends = np.where(plain, "", fresh["category"].map(kinds).to_numpy(dtype=object))
    return fresh.assign(local=fresh["key"].to_numpy(dtype=object) + ends)


def _describe(
    said: _Said, placed: Placed, rows: NDArray[np.int64], scope: Scope, known: KnownPlaces | None
) -> tuple[list[str], list[Precision]]:
    """Return the name of some rows, and how exactly they are placed."""
    name, precision = said.names(), said.precisions()
    numbers = rows.tolist()
    taken = {place: placed.taken[row] for place, row in enumerate(numbers) if row in placed.taken}
    told = known.usable.loc[list(taken.values())] if known is not None and taken else None
    if told is not None:
        for place, other in zip(taken, told["name"], strict=True):
            name[place] = name[place] or other
    coarse = stands_for_commune(placed.lon[rows], placed.lat[rows], placed.insee[rows], said.labels(name), scope)
    for place in np.flatnonzero(coarse).tolist():
        precision[place] = Precision.LOCALITY if precision[place] is Precision.UNKNOWN else precision[place]
    if placed.geocoded:
        precision = [placed.geocoded.get(row, given) for row, given in zip(numbers, precision, strict=True)]
    if told is not None:
        for place, other in zip(taken, told["precision"], strict=True):
            precision[place] = other
    return name, precision


def _drafts(
    sorter: Sorter,
    drafts: pd.DataFrame,
    placed: Placed,
    fetched: Sequence[Fetched],
    scope: Scope,
    known: KnownPlaces | None,
) -> tuple[Draft, ...]:
    if drafts.empty:
        return ()
    source, rows = sorter.source, drafts["row"].to_numpy()
    said = _Said(source, sorter.table, rows)
    name, precision = _describe(said, placed, rows, scope, known)
    insee = placed.insee[rows]
    lon, lat = placed.lon[rows], placed.lat[rows]
    inside = {commune.insee: commune.in_territory for commune in scope.communes}
    data_date = min(file.data_date for file in fetched)
    keys = drafts["key"].tolist()
    provenances = [(Provenance(source.id, key, source.licence, data_date),) for key in keys]
    services = starmap(
        Service,
        zip(
            [f"{source.id}:{local}" for local in drafts["local"].tolist()],
            drafts["category"].tolist(),
            name,
            lon.tolist(),
            lat.tolist(),
            insee.tolist(),
            said.capacities(),
            provenances,
            [Standing.CONFIRMED] * len(rows),
            [inside.get(code, False) for code in insee.tolist()],
            precision,
            said.updates(),
            strict=True,
        ),
    )
    return tuple(map(Draft, services, rows.tolist(), said.links()))


class _Said:
    """What the rows that are kept say beside their place."""

    def __init__(self, source: Source, table: Table, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        self._source, self._table, self._rows = source, table, rows

    def _text(self, name: str) -> pd.Series[str] | None:
        headers = self._source.columns.get(name, ())
        return self._table.text(headers).iloc[self._rows] if headers else None

    def _tag(self, *names: str) -> list[str]:
        tags = [self._table.tags[row] for row in self._rows.tolist()]
        return [next((given[name] for name in names if name in given), "") for given in tags]

    def names(self) -> list[str]:
        if self._table.tags:
            return self._tag(*_NAME_TAGS)
        text = self._text("name")
        return [""] * len(self._rows) if text is None else [" ".join(name.split()) for name in text.tolist()]

    def labels(self, names: list[str]) -> list[str]:
        """Return what tells their places apart: the address, or the name where the source gives none."""
        columns = [text.tolist() for text in map(self._text, _LABEL) if text is not None]
        return [" ".join(parts) for parts in zip(*columns, strict=True)] if columns else names

    def capacities(self) -> list[float | None]:
        """Return the number of places; None when it is not said, or said as 0 by a file that fills its blanks."""
        text = pd.Series(self._tag("capacity")) if self._table.tags else self._text("capacity")
        if text is None:
            return [None] * len(self._rows)
        numbers = read_decimals(text)
        known = np.isfinite(numbers) & (numbers > 0)
        return [number if is_known else None for number, is_known in zip(numbers.tolist(), known.tolist(), strict=True)]

    def precisions(self) -> list[Precision]:
        text = self._text("precision")
        if text is None:
            return [Precision.UNKNOWN] * len(self._rows)
        return [self._source.precision.get(word, Precision.UNKNOWN) for word in text.tolist()]

    def updates(self) -> list[str]:
        text = self._text("updated")
        return [""] * len(self._rows) if text is None else read_dates(text.tolist())

    def links(self) -> list[tuple[tuple[str, str], ...]]:
        """Return the identifiers that each row shares with other sources."""
        if not self._source.links:
            return [()] * len(self._rows)
        columns = [
            [[(kind, value) for value in shared_identifiers(kind, cell)] if cell else [] for cell in cells]
            for kind, cells in (
                (kind, self._table.text(names).iloc[self._rows]) for kind, names in self._source.links.items()
            )
        ]
        return [tuple(chain.from_iterable(found)) for found in zip(*columns, strict=True)]
