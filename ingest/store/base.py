"""What a store promises, whichever database keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, Self

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from geo.errors import AlentoursError
from geo.manifest import SourceRecord
from geo.places import Address, Cell, Commune, Service
from ingest.ledger import Reject
from ingest.store.models import RunState

__all__ = ["KEEP_RUNS", "Accounts", "Layer", "Nearby", "RejectCount", "Run", "Store", "StoreError"]

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
    file: str | None
    line: int | None
    """From 1 with the header as line 1; None when no example was given."""
    example: str | None


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
    ) -> None:
        """Fill a run, all or nothing, then prune what is older than the last `KEEP_RUNS`.

        Parameters
        ----------
        run
            From :meth:`begin`, not filled yet.
        sources
            Each with its ledger and its rejects by code. A provenance or an address may name no other source.
        rejects
            The refused rows: the first of each source and code is kept as its example.

        Raises
        ------
        StoreError
            A record breaks a rule of the store (a ledger that does not add up, an id twice, a place off the Earth),
            or the run is unknown or filled already.
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
        """Return the rejects of a run by source and code."""

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
