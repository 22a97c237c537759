"""Row → service, or a reject with a code: by columns while it is about all rows, by objects for those that remain.

Every row takes exactly one way out, in this order: left out by a declared filter; without the publisher's key; of a
code that is out of scope, wherever it stands; beyond the halo; of a code that leads to no category; without a usable
place (:mod:`ingest.placing`); the same site as an earlier row; kept.

A code that nobody has mapped counts in every row that stands here or may, one without a place too: it is said before
what is wrong with the place, so that its count is whole. Only what is known to be beyond the halo is left out first: of
a national file, each territory counts its own rows, not the country's.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import starmap

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.places import Provenance, Service, Standing
from ingest.catalogue import Source
from ingest.connectors.table import FILE, Table
from ingest.fetch import Fetched
from ingest.filters import leave_out_filtered
from ingest.keys import names_nobody, read_keys
from ingest.known_places import KnownPlaces
from ingest.ledger import RejectCode
from ingest.locate import Locator
from ingest.mapping import map_categories
from ingest.placing import POSITION_CODES, Placed, place_rows
from ingest.results import Draft, Sorter, SourceResult
from ingest.said import Said, describe
from ingest.scope import Scope

__all__ = ["normalise_services"]


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
    asked_for = sorter.open.copy()
    mapped = map_categories(sorter)
    placed = place_rows(source, table, scope, locator, asked_for if asked else sorter.open, known)
    places = _places(sorter, placed, asked_for, scope, asked) if asked else None
    sorter.leave_out(placed.far | ~(placed.covered | placed.failed))
    sorter.reject(mapped.unmapped, RejectCode.UNMAPPED_CATEGORY, mapped.shown)
    _reject_unplaced(sorter, placed, keys)
    drafts = _distinct(sorter, keys, mapped.categories)
    rows = np.flatnonzero(sorter.open)
    geocoded = sum(row in placed.geocoded for row in rows.tolist()) if placed.geocoded else 0
    made = _drafts(sorter, drafts, placed, fetched, scope, known)
    return SourceResult(
        source, tuple(fetched), sorter.ledger(), tuple(sorter.rejects), drafts=made, geocoded=geocoded, places=places
    )


def _places(
    sorter: Sorter, placed: Placed, rows_asked: NDArray[np.bool_], scope: Scope, asked: Sequence[str]
) -> KnownPlaces:
    """Return where the rows stand that have a key and pass the filters, whatever their category."""
    rows = np.flatnonzero(rows_asked & placed.covered & ~placed.failed & ~placed.far)
    name, precision = describe(Said(sorter.source, sorter.table, rows), placed, rows, scope, None)
    stand = {"lon": placed.lon[rows], "lat": placed.lat[rows], "insee": placed.insee[rows]}
    problem = placed.problem.copy()
    problem[~rows_asked | placed.far] = None
    usable = pd.DataFrame({**stand, "name": name, "precision": precision}, index=rows)
    return KnownPlaces.of(sorter.source, sorter.table, asked, problem, usable)


def _reject_unplaced(sorter: Sorter, placed: Placed, keys: pd.Series[str]) -> None:
    """Reject the rows that have no usable place, each with what is wrong with it."""
    failed = np.flatnonzero(sorter.open & placed.failed)
    if not failed.size:
        return
    codes = placed.problem[failed]
    shown = np.full(len(keys), "", dtype=object)
    shown[failed] = placed.examples(failed)
    for code in POSITION_CODES:
        where = np.zeros(len(keys), dtype=bool)
        where[failed[codes == code]] = True
        is_key = code is RejectCode.NO_POSITION and names_nobody(sorter.source)
        sorter.reject(where, code, keys if is_key else pd.Series(shown))


def _distinct(sorter: Sorter, keys: pd.Series[str], found: pd.DataFrame) -> pd.DataFrame:
    """Merge the open rows whose key and categories were met before in this source.

    Parameters
    ----------
    found
        Columns ``row`` and ``category``, in file order, the main category of a row first; of rows that were left out
        or rejected since too.

    Returns
    -------
    DataFrame
        What is left, with ``key`` and the ``local`` id of each service.
    """
    found = found[sorter.open[found["row"]]]
    found = found.assign(key=keys.to_numpy(dtype=object)[found["row"]])
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
    said = Said(source, sorter.table, rows)
    name, precision = describe(said, placed, rows, scope, known)
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
    entered = (replace(s, entrances=at) if at else s for s, at in zip(services, said.entrances(), strict=True))
    return tuple(map(Draft, entered, rows.tolist(), said.links()))
