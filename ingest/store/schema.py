"""What all models hang from: the schema, its version, and the rules that several tables share."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Double, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase

__all__ = ["PARTITIONS", "PER_RUN", "SCHEMA", "SCHEMA_VERSION", "Base", "on_earth", "one_of", "table_of"]

SCHEMA = "alentours"
PARTITIONS = "alentours_runs"
"""PostgreSQL's schema of the partitions, out of the users' way."""
SCHEMA_VERSION = 9
"""Of the embedded store, raised with every change of a table: a file of another version is refused in words, not
misread. PostGIS has migrations instead."""
PER_RUN = {"postgresql_partition_by": "LIST (run)"}
"""Argument of a table of which every run is a partition."""


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


def one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """Return the rule that a column holds one of some values of an enumeration."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def on_earth() -> tuple[CheckConstraint, ...]:
    """Return the rules of the columns ``lon`` and ``lat``."""
    # NaN is greater than every number in PostgreSQL and NULL in SQLite: it passes neither.
    return (
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon_on_earth"),
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat_on_earth"),
    )


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    return Base.metadata.tables[f"{SCHEMA}.{model.__tablename__}"]
