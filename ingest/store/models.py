"""The tables of the store: one set of models for PostGIS and for SQLite.

Every table but ``run`` holds the rows of many runs, keyed by run first: a run is written once and never changed, so a
reader of a former run is never disturbed. In PostgreSQL each run is a partition of its own (``LIST (run)``), which
makes publishing and pruning a matter of attaching and dropping, and text sorts by bytes (``COLLATE "C"``), as it does
in SQLite. Longitudes and latitudes stand as doubles beside the geometry, so that what comes back is what went in, bit
for bit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    Text,
    event,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from geo.places import Licence, Position, Precision, Standing
from ingest.store.columns import Geom, Instant, Key, Words

__all__ = [
    "PARTITIONED",
    "SCHEMA",
    "SCHEMA_VERSION",
    "AddressRow",
    "Base",
    "CellRow",
    "CommuneRow",
    "ProvenanceRow",
    "RejectRow",
    "RunRow",
    "RunState",
    "ServiceRow",
    "SourceRow",
    "table_of",
]

SCHEMA = "alentours"
SCHEMA_VERSION = 2
"""Raised with every change of a table: a store of another version is refused in words, not misread."""


class RunState(StrEnum):
    """How far a run went."""

    LOADING = "loading"
    LOADED = "loaded"
    PUBLISHED = "published"


class Base(DeclarativeBase):
    """Root of the models."""

    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "pk": "%(table_name)s_pk",
            "fk": "%(table_name)s_%(column_0_N_name)s_fk",
            "ix": "%(table_name)s_%(column_0_N_name)s_ix",
            "ck": "%(table_name)s_%(constraint_name)s",
        },
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text(), float: Double()}


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _on_earth() -> tuple[CheckConstraint, ...]:
    # NaN is greater than every number in PostgreSQL and NULL in SQLite: it passes neither.
    return (
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon_on_earth"),
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat_on_earth"),
    )


PER_RUN = {"postgresql_partition_by": "LIST (run)"}


class RunRow(Base):
    """One filling of the store for one territory."""

    __tablename__ = "run"
    __table_args__ = (
        _one_of("state", RunState),
        CheckConstraint("(state = 'published') = (snapshot IS NOT NULL)", name="published_with_snapshot"),
        # SQLite gives the number of a deleted last row again unless told otherwise; a run's number is never reused.
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    territory: Mapped[Key] = mapped_column(index=True)
    state: Mapped[str]
    snapshot: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(Instant())
    loaded_at: Mapped[datetime | None] = mapped_column(Instant())
    published_at: Mapped[datetime | None] = mapped_column(Instant())


class SourceRow(Base):
    """One source in one run, with its four counts: a row that vanished cannot be stored."""

    __tablename__ = "source"
    __table_args__ = (
        CheckConstraint("read = kept + merged + out_of_scope + rejected", name="adds_up"),
        CheckConstraint("kept >= 0 AND merged >= 0 AND out_of_scope >= 0 AND rejected >= 0", name="counts"),
        _one_of("licence", Licence),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(ForeignKey(RunRow.id), primary_key=True, autoincrement=False)
    id: Mapped[Key] = mapped_column(primary_key=True)
    title: Mapped[str]
    producer: Mapped[str]
    licence: Mapped[str]
    url: Mapped[str]
    data_date: Mapped[str]
    fetched_at: Mapped[str]
    attribution: Mapped[str]
    complete: Mapped[Any] = mapped_column(Words(), nullable=False)
    read: Mapped[int]
    kept: Mapped[int]
    merged: Mapped[int]
    out_of_scope: Mapped[int]
    rejected: Mapped[int]


def _of_source(column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["run", column], [SourceRow.run, SourceRow.id])


class RejectRow(Base):
    """How many rows of a source were refused with one code, and the first of them."""

    __tablename__ = "reject"
    __table_args__ = (_of_source("source"), CheckConstraint("rows > 0", name="some"), PER_RUN)
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[Key] = mapped_column(primary_key=True)
    code: Mapped[Key] = mapped_column(primary_key=True)
    rows: Mapped[int]
    file: Mapped[str | None]
    line: Mapped[int | None]
    example: Mapped[str | None]


class ServiceRow(Base):
    """One service; :class:`ProvenanceRow` says whose rows stand behind it."""

    __tablename__ = "service"
    __table_args__ = (
        *_on_earth(),
        _one_of("standing", Standing),
        _one_of("precision", Precision),
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


class ProvenanceRow(Base):
    """One publisher's row behind a service; rank 0 gave the fields."""

    __tablename__ = "provenance"
    __table_args__ = (
        ForeignKeyConstraint(["run", "service"], [ServiceRow.run, ServiceRow.id]),
        _of_source("source"),
        _one_of("licence", Licence),
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


class AddressRow(Base):
    """One address, street or named place."""

    __tablename__ = "address"
    __table_args__ = (_of_source("source"), *_on_earth(), _one_of("position", Position), PER_RUN)
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
        *_on_earth(),
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


PARTITIONED = (SourceRow, RejectRow, ServiceRow, ProvenanceRow, AddressRow, CommuneRow, CellRow)
"""The tables keyed by run, referenced ones first."""


# ---------------------------------------------------------------- spatial indexes: GiST here, R*Tree there


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    return Base.metadata.tables[f"{SCHEMA}.{model.__tablename__}"]


def _after_create(target: Table | MetaData, dialect: str, statement: str) -> None:
    event.listen(target, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


def _geometry(model: type[Base], *constraints: CheckConstraint) -> None:
    table = table_of(model)
    Index(f"{table.name}_geom_ix", table.c.geom, postgresql_using="gist").ddl_if(dialect="postgresql")
    for constraint in constraints:
        table.append_constraint(constraint.ddl_if(dialect="postgresql"))


for _model in (ServiceRow, AddressRow, CellRow):
    # The doubles and the geometry say the same thing: who edits one of them in a GIS is told.
    _geometry(_model, CheckConstraint("ST_X(geom) = lon AND ST_Y(geom) = lat", name="geom_is_lon_lat"))
_geometry(CommuneRow, CheckConstraint("ST_Dimension(geom) = 2", name="geom_is_an_area"))
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

# ---------------------------------------------------------------- for QGIS: what is published, and nothing about runs

for _layer, _key in (("service", "id"), ("commune", "insee")):
    _after_create(
        Base.metadata,
        "postgresql",
        f"CREATE OR REPLACE VIEW {SCHEMA}.published_{_layer} AS "
        f"SELECT run.territory || '/' || {_layer}.{_key} AS key, run.territory, {_layer}.* "
        f"FROM {SCHEMA}.{_layer} JOIN {SCHEMA}.run ON run.id = {_layer}.run WHERE run.id IN "
        f"(SELECT max(id) FROM {SCHEMA}.run WHERE state = 'published' GROUP BY territory)",
    )
