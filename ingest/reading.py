"""One source from files to records: the one place that sends it to the reader and normaliser of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from geo.errors import SourceMalformed
from ingest.addresses import normalise_addresses
from ingest.catalogue import Source
from ingest.connectors import file as file_connector
from ingest.connectors import gtfs as gtfs_connector
from ingest.connectors import osm as osm_connector
from ingest.connectors.national import Near, is_national, read_near
from ingest.connectors.table import Table
from ingest.counts import normalise_counts
from ingest.facts import normalise_facts
from ingest.fetch import Fetched
from ingest.known_places import KnownPlaces
from ingest.ledger import Ledger
from ingest.locate import Locator
from ingest.normalise import normalise_services
from ingest.population import normalise_cells
from ingest.results import SourceResult
from ingest.scope import Scope
from ingest.sectors import normalise_sectors
from ingest.transit import normalise_stops, normalise_zones

__all__ = ["normalise", "read_table"]

Reader = Callable[[Source, Sequence[Fetched]], Table]
Normaliser = Callable[[Source, Table, Sequence[Fetched], Scope], SourceResult]


def read_table(source: Source, files: Sequence[Fetched], scope: Scope | None = None) -> Table:
    """Read the files of a source into one table of texts.

    Parameters
    ----------
    scope
        What the rows are read for: of a national file that says the département of each, only those near it are kept.

    Raises
    ------
    SourceMalformed
        When a file is not what its source declares.
    """
    if scope is not None and source.reader == "file" and is_national(source, files):
        near = Near(frozenset(commune.department for commune in scope.communes), scope.bounds)
        return read_near(source, files[0], near)
    return _READERS[source.reader](source, files)


def normalise(
    source: Source,
    table: Table,
    files: Sequence[Fetched],
    scope: Scope,
    locator: Locator | None = None,
    known: KnownPlaces | None = None,
    asked: Sequence[str] = (),
) -> SourceResult:
    """Turn the rows of a source into records, rejects and an account of all.

    Codes of communes are read as on the day that the files stand for, and led forward to today.

    Parameters
    ----------
    locator
        The territory's addresses, for services without usable coordinates; None: none are known.
    known
        Where the rows of the source stand that this one is ``placed_by``.
    asked
        Identifiers by which other sources are placed by this one.

    Raises
    ------
    SourceMalformed
        When the table holds nothing that such a source must hold.
    """
    scope = scope.as_of(min(file.data_date for file in files))
    if source.kind == "services" and source.reader != "gtfs_stops":
        return normalise_services(source, table, files, scope, locator, known, asked)
    return _NORMALISERS[source.kind](source, table, files, scope)


def _streets(source: Source, table: Table, files: Sequence[Fetched], scope: Scope) -> SourceResult:  # noqa: ARG001
    """Keep every way: what a mode may use of them is the mode's business."""
    if not table.read:
        raise SourceMalformed(source.id, "holds no street (no way with a highway tag)", file=", ".join(table.files))
    ways = tuple(table.frame[osm_connector.KEY])
    return SourceResult(source, tuple(files), Ledger(table.read, len(ways), table.doubled, 0, 0), ways=ways)


_READERS: Mapping[str, Reader] = {
    "file": file_connector.read,
    "osm_services": osm_connector.read,
    "osm_addresses": osm_connector.read,
    "osm_streets": osm_connector.read,
    "gtfs_stops": gtfs_connector.read_stops,
    "gtfs_zones": gtfs_connector.read_zones,
}
_NORMALISERS: Mapping[str, Normaliser] = {
    "services": normalise_stops,
    "addresses": normalise_addresses,
    "cells": normalise_cells,
    "commune_facts": normalise_facts,
    "counts": normalise_counts,
    "sectors": normalise_sectors,
    "streets": _streets,
    "zones": normalise_zones,
}
