"""What a store promises, whichever database keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, Self

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from geo.errors import AlentoursError
from geo.manifest import SourceRecord
from geo.method import Method
from geo.places import Address, Cell, Commune, CommuneCount, Sector, Service, Zone
from geo.taxonomy import Taxonomy
from ingest.conflate import Decision
from ingest.dissent import Dissent
from ingest.ledger import Reject
from ingest.store.models import RunState

if TYPE_CHECKING:  # the gates look at streets and fields, which whoever reads a ledger need not load
    from ingest.gates import Finding

__all__ = [
    "KEEP_RUNS",
    "Accounts",
    "Layer",
    "Nearby",
    "Override",
    "Refused",
    "RejectCount",
    "Run",
    "Store",
    "StoreError",
]

KEEP_RUNS = 3
"""Filled runs of a territory that are kept; the last published one always is."""

Layer = Literal["services", "communes", "cells"]


class StoreError(AlentoursError):
    """The store cannot be opened or filled; the message says what to do. What was there before is untouched."""


@dataclass(frozen=True, slots=True)
class Run:
    """One filling of the store for one territory."""

    id: int
    territory: str
    state: RunState
    snapshot: str | None
    """Id of the snapshot that was published from it."""
    started_at: datetime
    loaded_at: datetime | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class RejectCount:
    """How many rows of a source were refused with one code; the first of them stands as an example."""

    source: str
    code: str
    rows: int
    file: str
    line: int
    """From 1 with the header as line 1."""
    example: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One row of a source that was refused."""

    source: str
    number: int
    """From 1 in the order in which the source's rows were refused."""
    code: str
    """Of :class:`ingest.ledger.RejectCode`, or of one that a former version of the program had."""
    file: str
    line: int
    example: str


@dataclass(frozen=True, slots=True)
class Override:
    """A gate that somebody let pass, by its name."""

    gate: str
    reason: str
    """Never empty."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where the rows of every source went in one run."""

    run: Run
    sources: tuple[SourceRecord, ...]
    rejects: tuple[RejectCount, ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """One service near a point."""

    id: str
    category: str
    name: str
    lon: float
    lat: float
    distance_m: float
    """Along the WGS 84 ellipsoid, as the crow flies."""


class Store(Protocol):
    """The system of record: every run of every territory, written once and read back in one order.

    A run is begun, filled at one stroke, and marked once its snapshot is published. A run that fails leaves the
    former ones as they were. All lists come sorted by id (communes by insee), by bytes: both stores give the same
    records in the same order, to the last bit.
    """

    def begin(self, territory: str) -> int:
        """Open a run for a territory and return its id."""

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
        """Fill a run, all or nothing, then prune what is older than the last `KEEP_RUNS`.

        Parameters
        ----------
        run
            From :meth:`begin`, not filled yet.
        sources
            Each with its ledger and its rejects by code. A provenance or an address may name no other source.
        rejects
            Every refused row: as many of each code as their source counts.
        findings, overrides
            What the gates found so far; :meth:`judged` adds what they find later.

        Raises
        ------
        StoreError
            A record breaks a rule of the store (a ledger that does not add up, an id twice, a place off the Earth),
            or the run is unknown or filled already.
        """

    def judged(self, run: int, findings: Sequence[Finding], overrides: Sequence[Override] = ()) -> None:
        """Add to a filled run what the gates found, and which of them somebody overrode."""

    def show(self, taxonomy: Taxonomy, method: Method) -> None:
        """Make what GIS users open agree with the categories and families, and with what is published.

        A view, or a comment, that somebody's query holds up is left as it was until the next time. The embedded store
        shows nothing: its geometries are for the program alone.
        """

    def published(self, run: int, snapshot_id: str) -> None:
        """Record that a snapshot made from a filled run is published."""

    def last_published(self, territory: str) -> Run | None:
        """Return the run behind the last snapshot of a territory; None when there is none."""

    def runs(self, territory: str) -> list[Run]:
        """Return the runs of a territory that are kept, the newest first."""

    def ledger(self, territory: str) -> Accounts:
        """Return the accounts of the last published run.

        Raises
        ------
        NoSnapshot
            Nothing is published for the territory.
        """

    def sources(self, run: int) -> list[SourceRecord]:
        """Return the sources of a run with their ledgers and rejects by code."""

    def rejects(self, run: int) -> list[RejectCount]:
        """Count the rejects of a run by source and code, each with the first of them."""

    def refused(self, run: int, source: str = "", code: str = "", limit: int | None = None) -> list[Refused]:
        """Return the refused rows of a run, of one source and code where they are given, at most `limit` of them."""

    def decisions(self, run: int, service: str = "") -> list[Decision]:
        """Return the decisions of a run in their order; of a service, those that joined rows to it, or to those."""

    def dissents(self, run: int, service: str = "") -> list[Dissent]:
        """Return what rows say otherwise than the services of a run show; of one service where it is given."""

    def sectors(self, run: int) -> list[Sector]:
        """Return the sectors of a run."""

    def zones(self, run: int) -> list[Zone]:
        """Return the zones of a run."""

    def counts(self, run: int) -> list[CommuneCount]:
        """Return the counts of a run, by source, commune and category."""

    def findings(self, run: int) -> list[Finding]:
        """Return what the gates found in a run, in the order in which it was recorded."""

    def overrides(self, run: int) -> list[Override]:
        """Return the gates that were overridden in a run, in the order in which it was recorded."""

    def services(self, run: int) -> list[Service]:
        """Return the services of a run, provenance in its order."""

    def addresses(self, run: int) -> list[Address]:
        """Return the addresses of a run."""

    def communes(self, run: int) -> list[Commune]:
        """Return the communes of a run."""

    def cells(self, run: int) -> list[Cell]:
        """Return the cells of a run."""

    def frame(self, run: int, layer: Layer) -> gpd.GeoDataFrame:
        """Return one layer as a GeoDataFrame in WGS 84, in the order of the list of the same name."""

    def near(
        self, run: int, lon: float, lat: float, radius_m: float, categories: Sequence[str] = (), limit: int = 50
    ) -> list[Nearby]:
        """Return the services within `radius_m` metres as the crow flies, nearest first, then by id.

        Parameters
        ----------
        categories
            Only these; all when empty.
        limit
            At most so many.
        """

    def within(self, run: int, area: BaseGeometry) -> list[str]:
        """Return the ids of the services inside an area (WGS 84, its border included), sorted."""

    def close(self) -> None:
        """Let go of the database."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...
