"""What both stores do in the same words: the life of a run, and reading it back in order."""

# ruff: noqa: D102 - the protocol in base.py says what the methods promise

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, Engine, Select, func, insert, select, update

from geo.errors import NoSnapshot
from geo.manifest import SourceRecord
from geo.places import Address, Cell, Commune, CommuneCount, Provenance, Sector, Service, Zone
from ingest.conflate import Decision
from ingest.dissent import Dissent
from ingest.ledger import Reject
from ingest.store import frames, rows
from ingest.store.base import KEEP_RUNS, Accounts, Layer, Nearby, Override, Refused, RejectCount, Run, StoreError
from ingest.store.models import (
    AddressRow,
    Base,
    CellRow,
    CommuneCountRow,
    CommuneRow,
    DecisionRow,
    DissentRow,
    FindingRow,
    OverrideRow,
    ProvenanceRow,
    RejectRow,
    RunRow,
    RunState,
    SectorRow,
    ServiceRow,
    SourceRow,
    ZoneRow,
    table_of,
)

if TYPE_CHECKING:
    from ingest.gates import Finding

__all__ = ["Content", "SqlStore"]

Content = Mapping[type[Base], Iterable[rows.Row]]
"""Rows by model, referenced tables first."""

_WGS84 = Geod(ellps="WGS84")
"""Agrees with PostGIS's geography to the millimetre; a sphere would be off by half a percent."""


class SqlStore(ABC):
    """A store behind one SQLAlchemy engine; see :class:`ingest.store.base.Store` for what the methods promise."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # -------------------------------------------------------- what the two do differently

    @abstractmethod
    def _load(self, run: int, content: Content) -> None:
        """Write the rows and mark the run as loaded, all or nothing."""

    @abstractmethod
    def _drop(self, runs: Sequence[int]) -> None:
        """Remove runs with all their rows."""

    @abstractmethod
    def _around(
        self, connection: Connection, run: int, lon: float, lat: float, radius_m: float, categories: Sequence[str]
    ) -> Sequence[Any]:
        """Return at least every service of the disc: rows of id, category, name, lon, lat."""

    @abstractmethod
    def _in_box(
        self, connection: Connection, run: int, box: tuple[float, float, float, float], categories: Sequence[str]
    ) -> Sequence[Any]:
        """Return at least every service of the box (west, south, east, north)."""

    # -------------------------------------------------------- the life of a run

    def begin(self, territory: str) -> int:
        with self.engine.begin() as connection:
            values = {"territory": territory, "state": RunState.LOADING.value, "started_at": datetime.now(UTC)}
            return int(connection.execute(insert(RunRow).values(values).returning(RunRow.id)).scalar_one())

    def put(
        self,
        run: int,
        *,
        sources: Sequence[SourceRecord],
        rejects: Iterable[Reject] = (),
        services: Sequence[Service] = (),
        addresses: Sequence[Address] = (),
        communes: Sequence[Commune] = (),
        cells: Sequence[Cell] = (),
        decisions: Sequence[Decision] = (),
        dissents: Sequence[Dissent] = (),
        sectors: Sequence[Sector] = (),
        zones: Sequence[Zone] = (),
        counts: Sequence[CommuneCount] = (),
        findings: Sequence[Finding] = (),
        overrides: Sequence[Override] = (),
    ) -> None:
        territory = self._require(run, RunState.LOADING).territory
        content: Content = {
            SourceRow: rows.source_rows(run, sources),
            RejectRow: rows.reject_rows(run, sources, rejects),
            ServiceRow: rows.service_rows(run, services),
            ProvenanceRow: rows.provenance_rows(run, services),
            DissentRow: rows.dissent_rows(run, dissents),
            DecisionRow: rows.decision_rows(run, decisions),
            AddressRow: rows.place_rows(run, addresses),
            CommuneRow: rows.commune_rows(run, communes),
            CellRow: rows.cell_rows(run, cells),
            SectorRow: rows.sector_rows(run, sectors),
            ZoneRow: rows.zone_rows(run, zones),
            CommuneCountRow: rows.count_rows(run, counts),
        }
        self._load(run, content)
        self.judged(run, findings, overrides)
        self._prune(territory)

    def judged(self, run: int, findings: Sequence[Finding], overrides: Sequence[Override] = ()) -> None:
        self._require(run, RunState.LOADED, RunState.PUBLISHED)
        with self.engine.begin() as connection:
            for model, records in (
                (FindingRow, rows.finding_rows(findings)),
                (OverrideRow, rows.override_rows(overrides)),
            ):
                former = select(func.count()).select_from(model).where(table_of(model).c.run == run)
                first = connection.execute(former).scalar_one() + 1
                numbered = [{"run": run, "number": first + i, **row} for i, row in enumerate(records)]
                if numbered:
                    connection.execute(insert(model), numbered)

    def published(self, run: int, snapshot_id: str) -> None:
        self._require(run, RunState.LOADED, RunState.PUBLISHED)
        values = {"state": RunState.PUBLISHED.value, "snapshot": snapshot_id, "published_at": datetime.now(UTC)}
        with self.engine.begin() as connection:
            connection.execute(update(RunRow).where(RunRow.id == run).values(values))

    def last_published(self, territory: str) -> Run | None:
        return next((run for run in self.runs(territory) if run.state is RunState.PUBLISHED), None)

    def runs(self, territory: str) -> list[Run]:
        query = select(*table_of(RunRow).c).where(RunRow.territory == territory).order_by(RunRow.id.desc())
        with self.engine.connect() as connection:
            return [_run_of(row) for row in connection.execute(query)]

    def ledger(self, territory: str) -> Accounts:
        run = self.last_published(territory)
        if run is None:
            raise NoSnapshot(f"nothing is published for territory {territory}: run `alentours build {territory}`")
        return Accounts(run, tuple(self.sources(run.id)), tuple(self.rejects(run.id)))

    def _require(self, run: int, *states: RunState) -> Run:
        with self.engine.connect() as connection:
            row = connection.execute(select(*table_of(RunRow).c).where(RunRow.id == run)).one_or_none()
        if row is None:
            raise StoreError(f"the store knows no run {run}")
        if row.state not in states:
            raise StoreError(f"run {run} is {row.state}, not {' or '.join(states)}")
        return _run_of(row)

    @staticmethod
    def _mark_loaded(connection: Connection, run: int) -> None:
        values = {"state": RunState.LOADED.value, "loaded_at": datetime.now(UTC)}
        connection.execute(update(RunRow).where(RunRow.id == run).values(values))

    def _prune(self, territory: str) -> None:
        runs = self.runs(territory)
        newest = [run.id for run in runs if run.state is not RunState.LOADING][:KEEP_RUNS]
        published = self.last_published(territory)
        # Younger runs that are still loading belong to another build: only what is older goes.
        old = [run.id for run in runs if run.id < min(newest) and (published is None or run.id != published.id)]
        if old:
            self._drop(old)

    # -------------------------------------------------------- reading back

    def sources(self, run: int) -> list[SourceRecord]:
        counts: dict[str, dict[str, int]] = {}
        for reject in self.rejects(run):
            counts.setdefault(reject.source, {})[reject.code] = reject.rows
        return [rows.source_of(row, counts.get(row.id, {})) for row in self._read(SourceRow, run)]

    def rejects(self, run: int) -> list[RejectCount]:
        table = table_of(RejectRow)
        group = (table.c.source, table.c.code)
        counted = (
            select(*group, func.count().label("rows"), func.min(table.c.number).label("number"))
            .where(table.c.run == run)
            .group_by(*group)
            .subquery()
        )
        first = (table.c.run == run) & (table.c.source == counted.c.source) & (table.c.number == counted.c.number)
        columns = (*group, counted.c.rows, table.c.file, table.c.line, table.c.example)
        with self.engine.connect() as connection:
            found = connection.execute(select(*columns).select_from(counted.join(table, first)).order_by(*group))
            return [RejectCount(*row) for row in found]

    def refused(self, run: int, source: str = "", code: str = "", limit: int | None = None) -> list[Refused]:
        table = table_of(RejectRow)
        wanted = [column == value for column, value in ((table.c.source, source), (table.c.code, code)) if value]
        return [rows.refused_of(row) for row in self._read(RejectRow, run, *wanted, limit=limit)]

    def decisions(self, run: int, service: str = "") -> list[Decision]:
        if not service:
            return [rows.decision_of(row) for row in self._read(DecisionRow, run)]
        found: dict[int, Decision] = {}
        asked = [service]
        while asked:  # a row that was joined to this one may have had others joined to it before
            new = {
                row.number: rows.decision_of(row)
                for i in range(0, len(asked), 500)
                for row in self._read(DecisionRow, run, table_of(DecisionRow).c.kept.in_(asked[i : i + 500]))
                if row.number not in found
            }
            found |= new
            asked = [decision.merged for decision in new.values()]
        return [found[number] for number in sorted(found)]

    def dissents(self, run: int, service: str = "") -> list[Dissent]:
        wanted = [table_of(DissentRow).c.service == service] if service else []
        return [rows.dissent_of(row) for row in self._read(DissentRow, run, *wanted)]

    def sectors(self, run: int) -> list[Sector]:
        return [rows.sector_of(row) for row in self._read(SectorRow, run, geometry=True)]

    def zones(self, run: int) -> list[Zone]:
        return [rows.zone_of(row) for row in self._read(ZoneRow, run, geometry=True)]

    def counts(self, run: int) -> list[CommuneCount]:
        return [rows.count_of(row) for row in self._read(CommuneCountRow, run)]

    def findings(self, run: int) -> list[Finding]:
        return [rows.finding_of(row) for row in self._read(FindingRow, run)]

    def overrides(self, run: int) -> list[Override]:
        return [rows.override_of(row) for row in self._read(OverrideRow, run)]

    def services(self, run: int) -> list[Service]:
        provenance: dict[str, list[Provenance]] = {}
        for row in self._read(ProvenanceRow, run):
            provenance.setdefault(row.service, []).append(rows.provenance_of(row))
        return [rows.service_of(row, tuple(provenance.get(row.id, ()))) for row in self._read(ServiceRow, run)]

    def addresses(self, run: int) -> list[Address]:
        return [rows.address_of(row) for row in self._read(AddressRow, run)]

    def communes(self, run: int) -> list[Commune]:
        return [rows.commune_of(row) for row in self._read(CommuneRow, run, geometry=True)]

    def cells(self, run: int) -> list[Cell]:
        return [rows.cell_of(row) for row in self._read(CellRow, run)]

    def frame(self, run: int, layer: Layer) -> gpd.GeoDataFrame:
        match layer:
            case "services":
                return frames.services_frame(self.services(run))
            case "communes":
                return frames.communes_frame(self.communes(run))
            case "cells":
                return frames.cells_frame(self.cells(run))

    def _read(
        self,
        model: type[Base],
        run: int,
        *wanted: ColumnElement[bool],
        geometry: bool = False,
        limit: int | None = None,
    ) -> Iterator[Any]:
        """Yield the rows of a run in the order of the table's key; keys sort by bytes in both databases."""
        table = table_of(model)
        columns = [column for column in table.c if geometry or column.name != "geom"]
        query: Select[Any] = select(*columns).where(table.c.run == run, *wanted).order_by(*table.primary_key)
        query = query.limit(limit)
        with self.engine.connect() as connection:
            yield from connection.execution_options(yield_per=10_000).execute(query)

    # -------------------------------------------------------- where is what

    def near(
        self, run: int, lon: float, lat: float, radius_m: float, categories: Sequence[str] = (), limit: int = 50
    ) -> list[Nearby]:
        with self.engine.connect() as connection:
            found = self._around(connection, run, lon, lat, radius_m, categories)
        if not found:
            return []
        # One ruler for both databases: ties and the rim of the disc then fall alike.
        lons, lats = np.array([row.lon for row in found]), np.array([row.lat for row in found])
        _, _, metres = _WGS84.inv(np.full(len(found), lon), np.full(len(found), lat), lons, lats)
        ids = np.array([row.id for row in found])
        order = [i for i in np.lexsort((ids, metres)) if metres[i] <= radius_m][:limit]
        return [
            Nearby(row.id, row.category, row.name, row.lon, row.lat, float(metres[i]))
            for i, row in ((i, found[i]) for i in order)
        ]

    def within(self, run: int, area: BaseGeometry) -> list[str]:
        if area.is_empty:
            return []
        with self.engine.connect() as connection:
            found = self._in_box(connection, run, area.bounds, ())
        shapely.prepare(area)
        inside = shapely.covers(area, shapely.points([(row.lon, row.lat) for row in found])) if found else []
        return sorted(row.id for row, within in zip(found, inside, strict=True) if within)

    # -------------------------------------------------------- opening and closing

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _run_of(row: Any) -> Run:
    return Run(
        id=row.id,
        territory=row.territory,
        state=RunState(row.state),
        snapshot=row.snapshot,
        started_at=row.started_at,
        loaded_at=row.loaded_at,
        published_at=row.published_at,
    )
