"""Records ↔ rows: the one place that knows both the dataclasses of the house and the columns of the store.

Columns bear the names of the records' fields; what differs (enumerations, points, provenance) is said here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields
from enum import StrEnum
from typing import Any

import shapely

from geo.manifest import SourceLedger, SourceRecord
from geo.places import Address, Cell, Commune, Departures, Licence, Position, Precision, Provenance, Service, Standing
from ingest.ledger import Reject
from ingest.store.base import RejectCount, StoreError

__all__ = [
    "Row",
    "address_of",
    "cell_of",
    "commune_of",
    "commune_rows",
    "place_rows",
    "provenance_of",
    "provenance_rows",
    "reject_of",
    "reject_rows",
    "service_of",
    "source_of",
    "source_rows",
]

Row = dict[str, Any]

_RECORDS = (Service, Address, Cell, Commune, Provenance)
_APART = {"provenance", "departures", "geometry"}
"""Fields that are no column of the same name."""
_FIELDS = {record: tuple(field.name for field in fields(record) if field.name not in _APART) for record in _RECORDS}
_TRIPS = ("weekday_trips", "evening_trips", "sunday_trips")
_LEDGER = tuple(field.name for field in fields(SourceLedger))
_SOURCE = ("id", "title", "producer", "licence", "url", "data_date", "fetched_at", "attribution", "complete", "content")


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _fields_of(record: Any) -> Row:
    row = {name: _plain(getattr(record, name)) for name in _FIELDS[type(record)]}
    if isinstance(record, Service):
        row |= _trips_of(record.departures)
    for name, value in row.items():
        # SQLite would store NaN as NULL, which means unknown, and NUL as it is; PostgreSQL does the contrary.
        if (isinstance(value, float) and math.isnan(value)) or (isinstance(value, str) and "\0" in value):
            raise StoreError(f"{type(record).__name__} {row.get('id', '')!r}: {name} cannot be {value!r}")
    return row


def _trips_of(departures: Departures | None) -> Row:
    counts = (None, None, None) if departures is None else astuple(departures)
    return dict(zip(_TRIPS, counts, strict=True))


def source_rows(run: int, sources: Sequence[SourceRecord]) -> Iterator[Row]:
    """Yield one row a source."""
    for source in sources:
        counts = {name: getattr(source.ledger, name) for name in _LEDGER}
        yield {"run": run, **{name: _plain(getattr(source, name)) for name in _SOURCE}, **counts}


def source_of(row: Any, rejects: Mapping[str, int]) -> SourceRecord:
    """Return the record of a row; `rejects` counts by code."""
    plain = {name: getattr(row, name) for name in _SOURCE} | {"licence": Licence(row.licence)}
    ledger = SourceLedger(**{name: getattr(row, name) for name in _LEDGER})
    return SourceRecord(**plain, ledger=ledger, rejects=rejects)


def reject_rows(run: int, sources: Sequence[SourceRecord], rejects: Iterable[Reject]) -> Iterator[Row]:
    """Yield one row a source and code, with the first reject of that code as its example."""
    first: dict[tuple[str, str], Reject] = {}
    for reject in rejects:
        first.setdefault((reject.source, reject.code.value), reject)
    for source in sources:
        for code, rows in source.rejects.items():
            seen = first.get((source.id, code))
            example = (seen.file, seen.line, seen.example) if seen else (None, None, None)
            yield {"run": run, "source": source.id, "code": code, "rows": rows} | dict(
                zip(("file", "line", "example"), example, strict=True)
            )


def reject_of(row: Any) -> RejectCount:
    """Return the record of a row."""
    return RejectCount(row.source, row.code, row.rows, row.file, row.line, row.example)


def place_rows(run: int, places: Sequence[Service] | Sequence[Address] | Sequence[Cell]) -> Iterator[Row]:
    """Yield one row a place, with its point beside its longitude and latitude."""
    for place in places:
        # −0.0 becomes a plain zero, as SQLite makes it without a word.
        lon, lat = place.lon + 0.0, place.lat + 0.0
        row = _fields_of(place) | {"run": run, "lon": lon, "lat": lat, "geom": shapely.Point(lon, lat)}
        yield row


def provenance_rows(run: int, services: Sequence[Service]) -> Iterator[Row]:
    """Yield one row for each publisher's row behind each service."""
    for service in services:
        for rank, origin in enumerate(service.provenance):
            yield {"run": run, "service": service.id, "rank": rank, **_fields_of(origin)}


def provenance_of(row: Any) -> Provenance:
    """Return the record of a row."""
    return Provenance(row.source, row.local_id, Licence(row.licence), row.data_date)


def service_of(row: Any, provenance: tuple[Provenance, ...]) -> Service:
    """Return the record of a row and of its provenance."""
    plain = {name: getattr(row, name) for name in _FIELDS[Service]}
    plain |= {"standing": Standing(row.standing), "precision": Precision(row.precision)}
    if row.weekday_trips is not None:
        plain["departures"] = Departures(*(getattr(row, name) for name in _TRIPS))
    return Service(**plain, provenance=provenance)


def address_of(row: Any) -> Address:
    """Return the record of a row."""
    plain = {name: getattr(row, name) for name in _FIELDS[Address]}
    return Address(**plain | {"position": Position(row.position)})


def cell_of(row: Any) -> Cell:
    """Return the record of a row."""
    return Cell(**{name: getattr(row, name) for name in _FIELDS[Cell]})


def commune_rows(run: int, communes: Sequence[Commune]) -> Iterator[Row]:
    """Yield one row a commune."""
    for commune in communes:
        yield _fields_of(commune) | {"run": run, "geom": commune.geometry}


def commune_of(row: Any) -> Commune:
    """Return the record of a row."""
    return Commune(**{name: getattr(row, name) for name in _FIELDS[Commune]}, geometry=row.geom)
