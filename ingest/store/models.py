"""The tables of the store: one set of models for PostGIS and for SQLite.

Every table but ``run`` holds the rows of many runs, keyed by run first: a run is written once and never changed, so a
reader of a former run is never disturbed. In PostgreSQL each run is a partition of its own (``LIST (run)``), which
makes publishing and pruning a matter of attaching and dropping, and text sorts by bytes (``COLLATE "C"``), as it does
in SQLite. Longitudes and latitudes stand as doubles beside the geometry, so that what comes back is what went in, bit
for bit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Table, event, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.places import Licence, Parity, Position, Precision, Standing
from ingest.store.accounts import (
    DecisionRow,
    FindingRow,
    OverrideRow,
    RejectRow,
    RunRow,
    RunState,
    SourceRow,
    of_source,
)
from ingest.store.columns import Geom, Key, Names, Points, Words
from ingest.store.schema import PER_RUN, SCHEMA, SCHEMA_VERSION, Base, on_earth, one_of, table_of

__all__ = [
    "JUDGEMENTS",
    "PARTITIONED",
    "SCHEMA",
    "SCHEMA_VERSION",
    "AddressRow",
    "Base",
    "CellRow",
    "CommuneCountRow",
    "CommuneRow",
    "DecisionRow",
    "DissentRow",
    "FindingRow",
    "OverrideRow",
    "ProvenanceRow",
    "RejectRow",
    "RunRow",
    "RunState",
    "SectorRow",
    "ServiceRow",
    "SourceRow",
    "ZoneRow",
    "table_of",
]


class ServiceRow(Base):
    """One service; :class:`ProvenanceRow` says whose rows stand behind it."""

    __tablename__ = "service"
    __table_args__ = (
        *on_earth(),
        one_of("standing", Standing),
        one_of("precision", Precision),
        CheckConstraint("capacity BETWEEN 0 AND 1e9", name="capacity_plausible"),
        CheckConstraint("weekday_trips >= 0 AND evening_trips >= 0 AND sunday_trips >= 0", name="trips"),
        CheckConstraint(
            "(weekday_trips IS NULL) = (evening_trips IS NULL) AND (weekday_trips IS NULL) = (sunday_trips IS NULL)",
            name="trips_together",
        ),
        Index("service_run_category_ix", "run", "category"),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(ForeignKey(RunRow.id), primary_key=True, autoincrement=False)
    id: Mapped[Key] = mapped_column(primary_key=True)
    number: Mapped[int]
    """From 1 in the order of the ids: what a GIS wants for a key."""
    category: Mapped[str]
    name: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    insee: Mapped[str]
    capacity: Mapped[float | None]
    standing: Mapped[str]
    in_territory: Mapped[bool]
    precision: Mapped[str]
    updated: Mapped[str]
    weekday_trips: Mapped[float | None]
    evening_trips: Mapped[float | None]
    sunday_trips: Mapped[float | None]
    geom: Mapped[Any] = mapped_column(Geom("POINT"), nullable=False)
    lines: Mapped[Any] = mapped_column(Names(), nullable=False)
    entrances: Mapped[Any] = mapped_column(Points(), nullable=True)


class ProvenanceRow(Base):
    """One publisher's row behind a service; rank 0 gives what no other row does."""

    __tablename__ = "provenance"
    __table_args__ = (
        ForeignKeyConstraint(["run", "service"], [ServiceRow.run, ServiceRow.id]),
        of_source("source"),
        one_of("licence", Licence),
        CheckConstraint("rank >= 0", name="rank"),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service: Mapped[Key] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[Key]
    local_id: Mapped[str]
    licence: Mapped[str]
    data_date: Mapped[str]
    gives: Mapped[Any] = mapped_column(Words(), nullable=False)


class DissentRow(Base):
    """What one row behind a service says otherwise than the service shows."""

    __tablename__ = "dissent"
    __table_args__ = (
        ForeignKeyConstraint(["run", "service"], [ServiceRow.run, ServiceRow.id]),
        of_source("source"),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service: Mapped[Key] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, by property and in the order of the rows."""
    property: Mapped[str]
    source: Mapped[Key]
    local_id: Mapped[str]
    value: Mapped[str]


class AddressRow(Base):
    """One address, street or named place."""

    __tablename__ = "address"
    __table_args__ = (
        of_source("source"),
        *on_earth(),
        one_of("position", (kind for kind in Position if kind is not Position.POI)),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[Key] = mapped_column(primary_key=True)
    number: Mapped[str]
    street: Mapped[str]
    postcode: Mapped[str]
    insee: Mapped[str]
    commune: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    position: Mapped[str]
    source: Mapped[Key]
    residential: Mapped[bool]
    geom: Mapped[Any] = mapped_column(Geom("POINT"), nullable=False)


class CommuneRow(Base):
    """One commune of the current COG, with its contour where one is published."""

    __tablename__ = "commune"
    __table_args__ = (
        CheckConstraint("population >= 0", name="population"),
        CheckConstraint("density BETWEEN 1 AND 7", name="density"),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(ForeignKey(RunRow.id), primary_key=True, autoincrement=False)
    insee: Mapped[Key] = mapped_column(primary_key=True)
    number: Mapped[int]
    name: Mapped[str]
    department: Mapped[str]
    population: Mapped[int | None]
    postcodes: Mapped[Any] = mapped_column(Words(), nullable=False)
    in_territory: Mapped[bool]
    epci: Mapped[str]
    epci_name: Mapped[str]
    density: Mapped[int | None]
    geom: Mapped[Any | None] = mapped_column(Geom())


class CellRow(Base):
    """One inhabited cell of the 200 m grid, as its centre."""

    __tablename__ = "cell"
    __table_args__ = (
        *on_earth(),
        CheckConstraint("people >= 0 AND people_0_17 >= 0 AND people_65_plus >= 0", name="people"),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(ForeignKey(RunRow.id), primary_key=True, autoincrement=False)
    id: Mapped[Key] = mapped_column(primary_key=True)
    lon: Mapped[float]
    lat: Mapped[float]
    insee: Mapped[str]
    people: Mapped[float]
    people_0_17: Mapped[float]
    people_65_plus: Mapped[float]
    living_standard_eur: Mapped[float | None]
    geom: Mapped[Any] = mapped_column(Geom("POINT"), nullable=False)
    number: Mapped[int]
    """From 1 in the order of the ids: what a GIS wants for a key."""
    in_territory: Mapped[bool]


class SectorRow(Base):
    """A stretch of street, a commune or an area whose children go to one collège, or to one école."""

    __tablename__ = "sector"
    __table_args__ = (
        of_source("source"),
        one_of("parity", Parity),
        CheckConstraint("first <= last", name="range"),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[Key] = mapped_column(primary_key=True)
    insee: Mapped[str]
    street: Mapped[str]
    first: Mapped[int | None]
    last: Mapped[int | None]
    parity: Mapped[str]
    uai: Mapped[str]
    source: Mapped[Key]
    exclusive: Mapped[bool]
    category: Mapped[str]
    geom: Mapped[Any | None] = mapped_column(Geom())


class ZoneRow(Base):
    """An area in which transport comes on demand."""

    __tablename__ = "zone"
    __table_args__ = (of_source("source"), PER_RUN)
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[Key] = mapped_column(primary_key=True)
    name: Mapped[str]
    source: Mapped[Key]
    geom: Mapped[Any] = mapped_column(Geom(), nullable=False)
    agency: Mapped[str]
    days: Mapped[Any] = mapped_column(Words(), nullable=False)
    booking_text: Mapped[str]
    booking_phone: Mapped[str]
    booking_url: Mapped[str]


class CommuneCountRow(Base):
    """How many services of a category a source counts in a commune without saying where they stand."""

    __tablename__ = "commune_count"
    __table_args__ = (of_source("source"), CheckConstraint("services >= 0", name="services"), PER_RUN)
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[Key] = mapped_column(primary_key=True)
    insee: Mapped[Key] = mapped_column(primary_key=True)
    category: Mapped[Key] = mapped_column(primary_key=True)
    services: Mapped[float]


PARTITIONED = (
    SourceRow,
    RejectRow,
    ServiceRow,
    ProvenanceRow,
    DissentRow,
    DecisionRow,
    AddressRow,
    CommuneRow,
    CellRow,
    SectorRow,
    ZoneRow,
    CommuneCountRow,
)
"""The tables keyed by run and filled at one stroke, referenced ones first."""
JUDGEMENTS = (FindingRow, OverrideRow)
"""The tables keyed by run that grow once it is filled."""


# ---------------------------------------------------------------- spatial indexes: GiST here, R*Tree there


def _after_create(target: Table, dialect: str, statement: str) -> None:
    event.listen(target, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


def _geometry(model: type[Base], *constraints: CheckConstraint) -> None:
    table = table_of(model)
    Index(f"{table.name}_geom_ix", table.c.geom, postgresql_using="gist").ddl_if(dialect="postgresql")
    for constraint in constraints:
        table.append_constraint(constraint.ddl_if(dialect="postgresql"))


for _model in (ServiceRow, AddressRow, CellRow):
    # The doubles and the geometry say the same thing: who edits one of them in a GIS is told.
    _geometry(_model, CheckConstraint("ST_X(geom) = lon AND ST_Y(geom) = lat", name="geom_is_lon_lat"))
for _area in (CommuneRow, SectorRow, ZoneRow):
    _geometry(_area, CheckConstraint("ST_Dimension(geom) = 2", name="geom_is_an_area"))
# geography(), not CAST: a cast with a type modifier would not use the index.
Index("service_geography_ix", func.geography(ServiceRow.geom), postgresql_using="gist").ddl_if(dialect="postgresql")

# The run is a third dimension of the tree (exact up to 2^24), so that a search never wades through former runs.
_IN_TREE = (
    "x0 <= old.lon AND x1 >= old.lon AND y0 <= old.lat AND y1 >= old.lat "
    "AND run0 <= old.run AND run1 >= old.run AND service = old.id"
)
_INSERT = "INSERT INTO service_tree VALUES (NULL, new.lon, new.lon, new.lat, new.lat, new.run, new.run, new.id);"
_DELETE = f"DELETE FROM service_tree WHERE {_IN_TREE};"
for _statement in (
    "CREATE VIRTUAL TABLE service_tree USING rtree(key, x0, x1, y0, y1, run0, run1, +service)",
    f"CREATE TRIGGER service_tree_insert AFTER INSERT ON service BEGIN {_INSERT} END",
    f"CREATE TRIGGER service_tree_delete AFTER DELETE ON service BEGIN {_DELETE} END",
    f"CREATE TRIGGER service_tree_update AFTER UPDATE OF run, id, lon, lat ON service BEGIN {_DELETE} {_INSERT} END",
):
    _after_create(table_of(ServiceRow), "sqlite", _statement)
