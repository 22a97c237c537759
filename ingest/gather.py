"""From files to records: everything that a build reads of the world, streets aside.

The steps, in the order of :func:`gather`:

1. *read* every source's files, all text, and check that they have what the source declares;
2. *lay the ground*: COG and contours give today's communes, the territory and its halo;
3. *normalise*: each row becomes a service, an address or a cell, is left out, or is rejected with a code;
4. *conflate*: the same place in several rows and sources becomes one service that lists them all;
5. *account*: kept + merged + out of scope + rejected = read, for every source, or the build stops here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import ConfigurationError, SourceMalformed
from geo.manifest import Completeness, SourceLedger, SourceRecord
from geo.places import Address, Cell, Commune, Service
from ingest.addresses import normalise_addresses
from ingest.catalogue import Kind, Source
from ingest.conflate import Decision, conflate
from ingest.connectors import file as file_connector
from ingest.connectors import osm as osm_connector
from ingest.connectors.table import Table
from ingest.fetch import Fetched
from ingest.ground import lay_ground
from ingest.identity import content_of
from ingest.ledger import Ledger, Reject, count_codes
from ingest.locate import Locator
from ingest.matching import MatchRules
from ingest.normalise import normalise_services
from ingest.population import normalise_cells
from ingest.results import SourceResult
from ingest.scope import Scope
from ingest.territories import Department

__all__ = ["Gathered", "gather"]


@dataclass(frozen=True)
class Gathered:
    """The records of a territory and its halo, and the account of every row behind them."""

    scope: Scope
    services: tuple[Service, ...]
    addresses: tuple[Address, ...]
    communes: tuple[Commune, ...]
    cells: tuple[Cell, ...]
    streets: tuple[Fetched, ...]
    """Files of streets, for :func:`ingest.streets.read_streets`."""
    sources: tuple[SourceRecord, ...]
    declared: Mapping[str, Source]
    """The sources that were read, by id."""
    excluded: tuple[Source, ...]
    """Sources of the territory whose files nobody gave."""
    ledgers: Mapping[str, Ledger]
    rejects: tuple[Reject, ...]
    decisions: tuple[Decision, ...]
    """Which service was merged into which, and why."""

    def completeness(self, categories: Iterable[str]) -> dict[str, Completeness]:
        """Say how much of the world the sources that were read hold of each category.

        ``complete`` where a source declares it; else ``partial`` where one leads to it at all; else ``none``.
        """
        complete = {category for source in self.declared.values() for category in source.complete}
        known = {category for source in self.declared.values() for category in source.gives}
        return {
            category: Completeness.COMPLETE
            if category in complete
            else Completeness.PARTIAL
            if category in known
            else Completeness.NONE
            for category in categories
        }


def gather(
    sources: Sequence[Source],
    fetched: Mapping[str, Sequence[Fetched]],
    department: Department,
    data: Path,
    advance: Callable[[], None] = lambda: None,
) -> Gathered:
    """Read the sources of a territory.

    Parameters
    ----------
    sources
        Those that serve the territory.
    fetched
        The files of each source, by its id; a source that has none is excluded, and named as such.
    data
        The folder of ``conflation.toml``.
    advance
        Called once for each source.

    Raises
    ------
    ConfigurationError
        When the territory has not exactly one COG, or no contours.
    SourceMalformed
        When a file is not what its source declares.
    UnbalancedLedger
        When a row vanished: a defect of ours.
    """
    rules = MatchRules.load(data / "conflation.toml")
    here = [source.as_of(fetched[source.id][0].vintage) for source in sources if fetched.get(source.id)]
    cog, contours = (_only(here, kind, department) for kind in ("communes", "contours"))
    ground = lay_ground(department, (cog, _read(cog, fetched)), (contours, _read(contours, fetched)))
    advance()
    advance()
    results: list[SourceResult] = []
    locator = Locator(ground.scope.communes)
    # Addresses first: they place the services that come without usable coordinates.
    for source in sorted(here, key=lambda source: source.kind != "addresses"):
        if source not in (cog, contours):
            results.append(_normalise(source, fetched[source.id], ground.scope, locator))
            locator.add(results[-1].addresses)
            advance()
    places = conflate([r for r in results if r.source.kind == "services"], rules, department.crs)
    rejects = [*ground.rejects, *(reject for result in results for reject in result.rejects)]
    ledgers = {**ground.ledgers, **{r.source.id: r.ledger for r in results}, **places.ledgers}
    for name, ledger in ledgers.items():
        ledger.check(name)
    return Gathered(
        scope=ground.scope,
        services=places.services,
        addresses=tuple(address for result in results for address in result.addresses),
        communes=ground.scope.communes,
        cells=tuple(cell for result in results for cell in result.cells),
        streets=tuple(file for source in here if source.kind == "streets" for file in fetched[source.id]),
        sources=tuple(_record(source, fetched[source.id], ledgers[source.id], rejects) for source in here),
        declared={source.id: source for source in here},
        excluded=tuple(source for source in sources if not fetched.get(source.id)),
        ledgers=ledgers,
        rejects=tuple(rejects),
        decisions=places.decisions,
    )


def _only(sources: Sequence[Source], kind: Kind, department: Department) -> Source:
    found = [source for source in sources if source.kind == kind]
    if len(found) != 1:
        names = ", ".join(source.id for source in found) or "none"
        raise ConfigurationError(
            f"{department.name} ({department.code}) needs one source of kind {kind}: found {names}"
        )
    return found[0]


def _read(source: Source, fetched: Mapping[str, Sequence[Fetched]]) -> Table:
    if source.reader == "file":
        return file_connector.read(source, fetched[source.id])
    return osm_connector.read(source, fetched[source.id])


def _normalise(source: Source, files: Sequence[Fetched], scope: Scope, locator: Locator) -> SourceResult:
    table = _read(source, {source.id: files})
    if source.kind == "services":
        return normalise_services(source, table, files, scope, locator)
    if source.kind == "addresses":
        return normalise_addresses(source, table, files, scope)
    if source.kind == "cells":
        return normalise_cells(source, table, files, scope)
    # The rows of a source of streets are its ways. All are kept: what a mode may use of them is the mode's business.
    if not table.read:
        raise SourceMalformed(source.id, "holds no street (no way with a highway tag)", file=", ".join(table.files))
    return SourceResult(source, tuple(files), Ledger(table.read, table.read, 0, 0, 0))


def _record(source: Source, files: Sequence[Fetched], ledger: Ledger, rejects: Iterable[Reject]) -> SourceRecord:
    producer, data_date = files[0].producer, min(file.data_date for file in files)
    return SourceRecord(
        id=source.id,
        title=source.title,
        producer=producer,
        licence=source.licence,
        url=source.page or source.url,
        data_date=data_date,
        fetched_at=max(file.fetched_at for file in files),
        ledger=SourceLedger(ledger.read, ledger.kept, ledger.merged, ledger.out_of_scope, ledger.rejected),
        rejects=count_codes(reject for reject in rejects if reject.source == source.id),
        complete=source.complete,
        attribution=source.credit(producer, data_date),
        content=content_of(files),
    )
