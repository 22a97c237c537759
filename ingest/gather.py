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
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import shapely

from geo.errors import ConfigurationError
from geo.manifest import Completeness, SourceLedger, SourceRecord
from geo.places import Address, Cell, Commune, CommuneCount, Sector, Service, Zone
from ingest.address_sources import join_addresses
from ingest.catalogue import Kind, Source
from ingest.conflate import Conflated, Decision, conflate
from ingest.dissent import Dissent
from ingest.extracts import once
from ingest.facts import add_facts
from ingest.fetch import Fetched
from ingest.ground import Ground, lay_ground
from ingest.identity import content_of, digest_of_files, digest_of_inputs, digest_of_source
from ingest.known_places import KnownPlaces
from ingest.ledger import Ledger, Reject, count_codes
from ingest.locate import Locator, may_place
from ingest.matching import MatchRules
from ingest.precedence import Precedence
from ingest.reading import normalise, read_table
from ingest.results import CommuneFact, SourceResult
from ingest.scope import Scope
from ingest.stages import Stages
from ingest.territories import Department

__all__ = ["Gathered", "gather"]

_GROUND: tuple[Kind, ...] = ("communes", "contours", "commune_changes")


@dataclass(frozen=True)
class Gathered:
    """The records of a territory and its halo, and the account of every row behind them."""

    scope: Scope
    services: tuple[Service, ...]
    addresses: tuple[Address, ...]
    communes: tuple[Commune, ...]
    cells: tuple[Cell, ...]
    counts: tuple[CommuneCount, ...]
    sectors: tuple[Sector, ...]
    zones: tuple[Zone, ...]
    facts: tuple[CommuneFact, ...]
    geocoded: Mapping[str, int]
    """Rows kept at the place of their address, by source of services."""
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
    dissents: tuple[Dissent, ...]
    """What rows say otherwise than the services that they stand behind."""
    ground_key: str
    """Stands for everything that the communes depend on."""
    key: str
    """Stands for everything that the records depend on."""

    def completeness(self, categories: Iterable[str]) -> dict[str, Completeness]:
        """Say how much of the world the sources that were read hold of each category.

        ``complete`` where a source declares it; else ``partial`` where one leads to it at all; else ``none``.
        """
        complete = {category for source in self.declared.values() for category in source.complete}
        known = {
            category for source in self.declared.values() if source.kind == "services" for category in source.gives
        }
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
    stages: Stages | None = None,
) -> Gathered:
    """Read the sources of a territory.

    Parameters
    ----------
    sources
        Those that serve the territory.
    fetched
        The files of each source, by its id; a source that has none is excluded, and named as such. So is one whose
        places are in another that has none (``placed_by``).
    data
        The folder of ``conflation.toml`` and ``precedence.toml``.
    advance
        Called once for each source.
    stages
        Where results are kept; None: everything is read anew.

    Raises
    ------
    ConfigurationError
        When the territory has not exactly one COG, or no contours.
    SourceMalformed
        When a file is not what its source declares.
    UnbalancedLedger
        When a row vanished: a defect of ours.
    """
    here, excluded = _to_read(sources, fetched)
    walk = _Walk(here, fetched, department, stages or Stages(), advance)
    ground, scope, results = walk.read()
    results = once(results)
    services = [result for result in results if result.source.kind == "services"]
    places = walk.conflated(services, data)
    addresses, address_ledgers = join_addresses(results)
    rejects = [*ground.rejects, *(reject for result in results for reject in result.rejects)]
    ledgers = {**ground.ledgers, **{r.source.id: r.ledger for r in results}, **places.ledgers, **address_ledgers}
    for name, ledger in ledgers.items():
        ledger.check(name)
    return Gathered(
        scope=scope,
        services=places.services,
        addresses=tuple(addresses),
        communes=scope.communes,
        cells=tuple(cell for result in results for cell in result.cells),
        counts=tuple(count for result in results for count in result.counts),
        sectors=tuple(sector for result in results for sector in result.sectors),
        zones=tuple(zone for result in results for zone in result.zones),
        facts=tuple(fact for result in results for fact in result.facts),
        geocoded={result.source.id: result.geocoded for result in services},
        streets=tuple(file for source in here if source.kind == "streets" for file in fetched[source.id]),
        sources=tuple(_record(source, fetched[source.id], ledgers[source.id], rejects) for source in here),
        declared={source.id: source for source in here},
        excluded=excluded,
        ledgers=ledgers,
        rejects=tuple(rejects),
        decisions=places.decisions,
        dissents=places.dissents,
        ground_key=walk.scope_key,
        key=walk.key,
    )


def _to_read(
    sources: Sequence[Source], fetched: Mapping[str, Sequence[Fetched]]
) -> tuple[list[Source], tuple[Source, ...]]:
    """Return the sources as their vintages read them, and those that cannot be read."""
    there = {source.id for source in sources if fetched.get(source.id)}
    left = tuple(s for s in sources if s.id not in there or (s.placed_by and s.placed_by.source not in there))
    return [s.as_of(fetched[s.id][0].vintage) for s in sources if s not in left], left


class _Walk:
    """The sources in the order in which one needs another: ground, facts of communes, addresses, all others.

    Of these, the ones that are placed by another come last.
    """

    def __init__(
        self,
        here: Sequence[Source],
        fetched: Mapping[str, Sequence[Fetched]],
        department: Department,
        stages: Stages,
        advance: Callable[[], None],
    ) -> None:
        self._here, self._fetched, self._department = here, fetched, department
        self._stages, self._advance = stages, advance
        self._keys: dict[str, str] = {}
        self._places: dict[str, KnownPlaces] = {}
        self._locators: dict[tuple[str, ...], Locator] = {}
        self.scope_key = self.key = ""

    def read(self) -> tuple[Ground, Scope, list[SourceResult]]:
        """Return the ground, the scope, and what each other source gave in the order of the sources."""
        ground, scope = self._ground()
        kinds = [source.kind for source in self._here]
        results: dict[str, SourceResult] = {}
        for source in self._of("commune_facts"):
            results[source.id] = self._result(source, scope, [self.scope_key])
        if "commune_facts" in kinds:
            scope = add_facts(scope, (fact for result in results.values() for fact in result.facts))
            self.scope_key = self._stages.key("scope", self.scope_key, [self._keys[name] for name in results])
        for source in self._of("addresses"):
            results[source.id] = self._result(source, scope, [self.scope_key])
        for source in sorted(self._here, key=lambda source: source.placed_by is not None):
            if source.kind == "services":
                lent = [a for a in self._of("addresses") if may_place(a.licence, source.licence)]
                needs = [self.scope_key, [self._keys[a.id] for a in lent]]
                locator = self._locator(scope, [results[a.id] for a in lent])
                results[source.id] = self._result(source, scope, needs, locator)
            elif source.kind not in {*_GROUND, "commune_facts", "addresses"}:
                results[source.id] = self._result(source, scope, [self.scope_key])
        return ground, scope, [results[source.id] for source in self._here if source.id in results]

    def _locator(self, scope: Scope, lent: Sequence[SourceResult]) -> Locator:
        """Return the addresses that sources of one licence are placed by; made once for each set of them."""
        names = tuple(result.source.id for result in lent)
        if names not in self._locators:
            self._locators[names] = Locator(scope.communes)
            for result in lent:
                self._locators[names].add(result.addresses)
        return self._locators[names]

    def _of(self, kind: Kind) -> list[Source]:
        return [source for source in self._here if source.kind == kind]

    def _ground(self) -> tuple[Ground, Scope]:
        department = self._department
        cog, contours = (_only(self._here, kind, department) for kind in ("communes", "contours"))
        changes = [_only(self._here, "commune_changes", department)] if self._of("commune_changes") else []
        drawn = min(file.data_date for file in self._fetched[contours.id])

        def lay() -> Ground:
            tables = [(source, read_table(source, self._fetched[source.id])) for source in (cog, contours, *changes)]
            history = tables[2] if changes else None
            return lay_ground(department, tables[0], tables[1], changes=history, contours_date=drawn)

        inputs = [[digest_of_source(source), self._inputs(source)] for source in (cog, contours, *changes)]
        self.scope_key = self._stages.key("ground", asdict(department), inputs)
        ground = self._stages.value("ground", self.scope_key, lay)
        shapely.prepare(ground.scope.halo)  # a geometry that was kept has lost its preparation
        for _ in inputs:
            self._advance()
        return ground, ground.scope

    def _result(
        self, source: Source, scope: Scope, needs: Sequence[object], locator: Locator | None = None
    ) -> SourceResult:
        files = self._fetched[source.id]
        stage = f"read-{source.id}"
        asked = sorted({o.placed_by.link for o in self._here if o.placed_by and o.placed_by.source == source.id})
        known, placing = None, [*asked]
        if source.placed_by is not None:
            known, placing = self._places[source.placed_by.source], [*asked, self._keys[source.placed_by.source]]
        key = self._stages.key(stage, digest_of_source(source), self._inputs(source), needs, placing)
        result = self._stages.value(
            stage, key, lambda: normalise(source, read_table(source, files, scope), files, scope, locator, known, asked)
        )
        self._keys[source.id] = key
        if result.places is not None:
            self._places[source.id] = result.places
        self._advance()
        return replace(result, source=source, fetched=tuple(files), places=None)

    def _inputs(self, source: Source) -> list[list[str]]:
        return digest_of_inputs(self._fetched[source.id])

    def conflated(self, services: Sequence[SourceResult], data: Path) -> Conflated:
        """Return the places behind the rows of all sources."""
        rules, precedence = data / "conflation.toml", data / "precedence.toml"
        crs = self._department.crs
        keys = [self._keys[result.source.id] for result in services]
        key = self._stages.key("conflate", digest_of_files(rules, precedence), crs, keys)
        self.key = self._stages.key("gathered", self.scope_key, key, sorted(self._keys.items()))
        return self._stages.value(
            "conflate", key, lambda: conflate(services, MatchRules.load(rules), Precedence.load(precedence), crs)
        )


def _only(sources: Sequence[Source], kind: Kind, department: Department) -> Source:
    found = [source for source in sources if source.kind == kind]
    if len(found) != 1:
        names = ", ".join(source.id for source in found) or "none"
        raise ConfigurationError(
            f"{department.name} ({department.code}) needs one source of kind {kind}: found {names}"
        )
    return found[0]


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
