"""Kinds of columns that PostgreSQL and SQLite keep each in its own way, and give back alike."""

# ruff: noqa: ARG002 - the signatures are SQLAlchemy's

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import shapely
from geoalchemy2 import Geometry, WKBElement
from shapely.geometry.base import BaseGeometry
from sqlalchemy import DateTime, Dialect, LargeBinary, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["WGS84", "Geom", "Instant", "Key", "Names", "Points", "Words"]

WGS84 = 4326
"""EPSG code of the longitudes and latitudes."""
Key = Annotated[str, mapped_column(Text().with_variant(postgresql.TEXT(collation="C"), "postgresql"))]
"""A text that rows are sorted by: by its bytes, on every machine."""


class Geom(TypeDecorator[BaseGeometry]):
    """A shapely geometry in WGS 84: PostGIS geometry by GeoAlchemy2, WKB in SQLite.

    Parameters
    ----------
    kind
        PostGIS geometry type, such as ``"POINT"`` or ``"GEOMETRY"``.
    """

    impl = LargeBinary
    cache_ok = True
    # GeoAlchemy2's DDL hooks read these on the decorator itself; the indexes are declared below instead.
    spatial_index = False
    use_N_D_index = False  # noqa: N815 - its name in GeoAlchemy2
    management = False

    def __init__(self, kind: str = "GEOMETRY") -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        """Choose the column's type; GeoAlchemy2's hooks ask with None."""
        if dialect is None:
            return LargeBinary()
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Geometry(self.kind, srid=WGS84, spatial_index=False))
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> str | bytes | None:
        """Shapely → hexadecimal EWKB or WKB."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return shapely.to_wkb(shapely.set_srid(value, WGS84), hex=True, include_srid=True)
        return shapely.to_wkb(value)

    def process_result_value(self, value: WKBElement | bytes | None, dialect: Dialect) -> BaseGeometry | None:
        """WKB → shapely, without an SRID: the house's geometries are WGS 84 by convention."""
        if value is None:
            return None
        raw = value.data if isinstance(value, WKBElement) else value
        return shapely.set_srid(shapely.from_wkb(raw if isinstance(raw, str) else bytes(raw)), 0)


class Points(TypeDecorator[tuple[tuple[float, float], ...]]):
    """Some points in their order, (lon, lat) in WGS 84: one MULTIPOINT, NULL where there is none."""

    impl = LargeBinary
    cache_ok = True
    spatial_index = False  # as Geom's
    use_N_D_index = False  # noqa: N815 - its name in GeoAlchemy2
    management = False
    _shape = Geom("MULTIPOINT")

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        """Choose the column's type; GeoAlchemy2's hooks ask with None."""
        return self._shape.load_dialect_impl(dialect)

    def process_bind_param(self, value: tuple[tuple[float, float], ...] | None, dialect: Dialect) -> str | bytes | None:
        """Tuple → hexadecimal EWKB or WKB."""
        # −0.0 becomes a plain zero, as it does in the other columns
        points = shapely.multipoints([(lon + 0.0, lat + 0.0) for lon, lat in value]) if value else None
        return self._shape.process_bind_param(points, dialect)

    def process_result_value(
        self, value: WKBElement | bytes | None, dialect: Dialect
    ) -> tuple[tuple[float, float], ...]:
        """WKB → tuple."""
        points = self._shape.process_result_value(value, dialect)
        return () if points is None else tuple((x, y) for x, y in shapely.get_coordinates(points).tolist())


class Words(TypeDecorator[tuple[str, ...]]):
    """A few words without blanks (postcodes, category ids), in one text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        """Tuple → text."""
        return " ".join(value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Text → tuple."""
        return tuple((value or "").split())


class Names(TypeDecorator[tuple[str, ...]]):
    """Names that may hold any character, in their order: an array of text in PostgreSQL, JSON in SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        return dialect.type_descriptor(postgresql.ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> list[str] | str:
        """Tuple → list or JSON."""
        names = list(value or ())
        return names if dialect.name == "postgresql" else json.dumps(names, ensure_ascii=False)

    def process_result_value(self, value: list[str] | str | None, dialect: Dialect) -> tuple[str, ...]:
        """List or JSON → tuple."""
        return tuple(json.loads(value) if isinstance(value, str) else value or ())


class Instant(TypeDecorator[datetime]):
    """A point in time with its zone; SQLite keeps none, so UTC goes in and comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Any zone → UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back the zone that SQLite forgot."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
