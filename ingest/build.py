"""Build a territory: from its sources to a published snapshot, one readable list of stages.

Nothing is published before the gates agree; whatever fails earlier leaves the former snapshot serving.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from shapely.geometry.base import BaseGeometry

from geo.errors import ConfigurationError, GateRefused, SnapshotCorrupt
from geo.manifest import SourceLedger, Territory, source_ledgers
from geo.modes import Mode, tags_of
from geo.network import RawStreets
from geo.places import Commune
from geo.projection import Projection
from geo.publication import current_id, publish
from geo.refusals import Refusal
from geo.snapshot_writer import SnapshotContent, write
from ingest.access import ModeAccess, build_access
from ingest.basemap import write_basemap
from ingest.fetch import Fetched
from ingest.gates import Finding, Outcome, check_access, check_sources
from ingest.gather import Gathered, gather
from ingest.ground_checks import check_ground
from ingest.plan import Plan, make_plan
from ingest.progress import Advance, Progress, Silent
from ingest.settings import BuildSettings
from ingest.store import Store, open_store
from ingest.streets import read_streets
from ingest.territories import Department

__all__ = ["Builder", "Built"]


@dataclass(frozen=True)
class Built:
    """What a build came to."""

    territory: str
    snapshot_id: str
    folder: Path
    unchanged: bool
    """True when this very snapshot served already: nothing was done."""
    findings: tuple[Finding, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By stage, in their order."""

    @property
    def warnings(self) -> list[str]:
        """What the gates let pass, but not in silence."""
        return [finding.text for finding in self.findings if finding.outcome is Outcome.WARN]


class Builder:
    """Builds territories.

    Parameters
    ----------
    settings
        Where things are.
    transport
        Stands in for the network (tests); None: the network.
    progress
        Who is told of the stages.
    accepted
        Ids of sources that may have lost rows since the snapshot that serves.
    """

    def __init__(
        self,
        settings: BuildSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        progress: Progress | None = None,
        accepted: Collection[str] = (),
    ) -> None:
        self.settings = settings
        self._transport = transport
        self._accepted = accepted
        self._progress: Progress = progress or Silent()
        self._seconds: dict[str, float] = {}

    def build(self, territory: str) -> Built:
        """Build and publish a territory; do nothing when what it would be made from has not changed.

        Raises
        ------
        InvalidParameter
            When there is no such territory.
        SourceError
            When a source's file is missing or is not what its source declares.
        GateRefused
            When the result is not fit to be published.
        """
        self._seconds = {}
        plan = make_plan(territory, self.settings, self._stage, self._transport)
        if plan.unchanged:
            folder = plan.folder / plan.snapshot_id
            return Built(territory, plan.snapshot_id, folder, True, seconds=self._seconds)
        return self.carry_out(plan)

    def carry_out(self, plan: Plan) -> Built:
        """Build and publish what was planned.

        Raises
        ------
        SourceError
            When a file is not what its source declares.
        GateRefused
            When the result is not fit to be published.
        """
        territory, identity, folder = plan.department.code, plan.snapshot_id, plan.folder
        gathered = self._gather(plan)
        findings = check_sources(gathered, plan.method, _served_sources(folder), self._accepted)
        findings = self._pass_gates([*findings, *check_ground(gathered)])
        with open_store(self.settings.store_target) as store, tempfile.TemporaryDirectory() as scratch:
            run = self._store(store, territory, gathered)
            content, access = self._content(plan, store, run, gathered, Path(scratch))
            findings += self._pass_gates(check_access(access, content.services, content.loaded_area))
            with self._stage("publish", 2) as advance:
                write(folder, content)
                advance()
                publish(folder, identity)
                store.published(run, identity)
                advance()
        return Built(territory, identity, folder / identity, False, tuple(findings), self._seconds)

    def _gather(self, plan: Plan) -> Gathered:
        with self._stage("read", len(plan.sources)) as advance:
            return gather(plan.sources, plan.fetched, plan.department, self.settings.data, advance)

    def _store(self, store: Store, territory: str, gathered: Gathered) -> int:
        with self._stage("store", 1) as advance:
            run = store.begin(territory)
            store.put(
                run,
                sources=gathered.sources,
                rejects=gathered.rejects,
                services=gathered.services,
                addresses=gathered.addresses,
                communes=gathered.communes,
                cells=gathered.cells,
            )
            advance()
        return run

    def _content(
        self, plan: Plan, store: Store, run: int, gathered: Gathered, scratch: Path
    ) -> tuple[SnapshotContent, dict[str, ModeAccess]]:
        """Derive the snapshot from the store, and from the streets' own file."""
        services, communes = store.services(run), store.communes(run)
        department, scope = plan.department, gathered.scope
        raw = self._streets(gathered.streets, plan.modes)
        access = build_access(
            raw,
            plan.modes,
            services,
            plan.taxonomy,
            plan.method,
            Projection(department.crs),
            scope.halo,
            self._stage,
        )
        return SnapshotContent(
            snapshot_id=plan.snapshot_id,
            territory=_territory(department, scope.area),
            config=self.settings.data,
            sources=store.sources(run),
            services=services,
            communes=communes,
            cells=store.cells(run),
            addresses=store.addresses(run),
            networks={mode: built.network for mode, built in access.items()},
            hierarchies={mode: built.hierarchy for mode, built in access.items()},
            fields={mode: built.field for mode, built in access.items()},
            excluded={source.id: source.title for source in gathered.excluded},
            completeness=gathered.completeness(plan.taxonomy),
            loaded_area=_loaded_area(raw, scope.halo),
            basemap=self._basemap(gathered.streets, communes, scratch),
            run={"built_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"},
            departments=plan.departments.names,
            refusals=[Refusal(r.source, r.code, r.file, r.line, r.example) for r in store.refused(run)],
        ), access

    def _streets(self, files: Sequence[Fetched], modes: Mapping[str, Mode]) -> RawStreets:
        with self._stage("streets", 1) as advance:
            file = _only_extract(files)
            raw = read_streets(file.path, tags_of(modes.values()), source=file.source)
            advance()
        return raw

    def _basemap(self, files: Sequence[Fetched], communes: Sequence[Commune], folder: Path) -> Path:
        with self._stage("basemap", 1) as advance:
            path = folder / "basemap.pmtiles"
            write_basemap(_only_extract(files).path, path, communes)
            advance()
        return path

    def _pass_gates(self, findings: Sequence[Finding]) -> list[Finding]:
        failures = [finding.text for finding in findings if finding.outcome is Outcome.FAIL]
        if failures:
            raise GateRefused(failures)
        return list(findings)

    @contextmanager
    def _stage(self, name: str, steps: int) -> Iterator[Advance]:
        start = time.perf_counter()
        with self._progress.stage(name, steps) as advance:
            yield advance
        self._seconds[name] = time.perf_counter() - start


def _served_sources(folder: Path) -> dict[str, SourceLedger]:
    """Ledgers of the sources behind the snapshot that serves; none when it cannot be read."""
    try:
        served = current_id(folder)
        return {} if served is None else source_ledgers(folder / served)
    except SnapshotCorrupt:  # what cannot serve has nothing to lose
        return {}


def _only_extract(files: Sequence[Fetched]) -> Fetched:
    """One extract is one area with one main component; several would need to be joined first."""
    if len(files) != 1:
        names = ", ".join(file.path.name for file in files) or "none"
        raise ConfigurationError(f"a territory's streets come from one extract, found {names}")
    return files[0]


def _territory(department: Department, area: BaseGeometry) -> Territory:
    west, south, east, north = (round(degrees, 6) for degrees in area.bounds)
    return Territory(department.code, department.name, department.crs, (west, south, east, north))


def _loaded_area(raw: RawStreets, halo: BaseGeometry) -> BaseGeometry:
    """Where streets are loaded and services are too."""
    return halo if raw.extent is None else raw.extent.intersection(halo)
