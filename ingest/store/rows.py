"""Records ↔ rows: the one place that knows both the dataclasses of the house and the columns of the store.

Columns bear the names of the records' fields; what differs (enumerations, points, provenance) is said here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import shapely

from geo.manifest import SourceLedger, SourceRecord
from geo.places import (
    Address,
    Cell,
    Commune,
    CommuneCount,
    Departures,
    Licence,
    Parity,
    Position,
    Precision,
    Provenance,
    Sector,
    Service,
    Standing,
    Zone,
)
from ingest.conflate import Decision
from ingest.dissent import Dissent
from ingest.ledger import Reject
from ingest.store.base import Override, Refused, StoreError

if TYPE_CHECKING:
    from ingest.gates import Finding

__all__ = [
    "Row",
    "address_of",
    "cell_of",
    "cell_rows",
    "commune_of",
    "commune_rows",
    "count_of",
    "count_rows",
    "decision_of",
    "decision_rows",
    "dissent_of",
    "dissent_rows",
    "finding_of",
    "finding_rows",
    "override_of",
    "override_rows",
    "place_rows",
    "provenance_of",
    "provenance_rows",
    "refused_of",
    "reject_rows",
    "sector_of",
    "sector_rows",
    "service_of",
    "service_rows",
    "source_of",
    "source_rows",
    "zone_of",
    "zone_rows",
]

Row = dict[str, Any]

_RECORDS = (Service, Address, Cell, Commune, Provenance, Decision, Dissent, Sector, Zone, CommuneCount)
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
        texts = value if isinstance(value, tuple) else (value,)
        if (isinstance(value, float) and math.isnan(value)) or any(isinstance(t, str) and "\0" in t for t in texts):
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
    """Yield one row for each row that was refused.

    Raises
    ------
    StoreError
        At the end, when a source counts other rejects than were given: one of the two lost a row.
    """
    seen: dict[str, Counter[str]] = {source.id: Counter() for source in sources}
    for reject in rejects:
        codes = seen.setdefault(reject.source, Counter())
        codes[reject.code.value] += 1
        plain = {"source": reject.source, "code": reject.code.value, "line": reject.line}
        yield {
            "run": run,
            "number": codes.total(),
            **plain,
            "file": _said(reject.file),
            "example": _said(reject.example),
        }
    for source in sources:
        if dict(seen[source.id]) != dict(source.rejects):
            given = dict(sorted(seen[source.id].items()))
            raise StoreError(f"source {source.id} counts {dict(source.rejects)} rejected rows, and gave {given}")


def _said(text: str) -> str:
    """Return what a file said in characters that a database keeps: what was refused may hold anything."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode("utf-8")


def refused_of(row: Any) -> Refused:
    """Return the record of a row."""
    return Refused(row.source, row.number, row.code, row.file, row.line, row.example)


def decision_rows(run: int, decisions: Sequence[Decision]) -> Iterator[Row]:
    """Yield one row a decision."""
    for number, decision in enumerate(decisions, start=1):
        yield _fields_of(decision) | {"run": run, "number": number}


def decision_of(row: Any) -> Decision:
    """Return the record of a row."""
    return Decision(**{name: getattr(row, name) for name in _FIELDS[Decision]})


def sector_rows(run: int, sectors: Sequence[Sector]) -> Iterator[Row]:
    """Yield one row a sector."""
    for sector in sectors:
        yield _fields_of(sector) | {"run": run, "geom": sector.geometry}


def sector_of(row: Any) -> Sector:
    """Return the record of a row."""
    plain = {name: getattr(row, name) for name in _FIELDS[Sector]} | {"parity": Parity(row.parity)}
    return Sector(**plain, geometry=row.geom)


def zone_rows(run: int, zones: Sequence[Zone]) -> Iterator[Row]:
    """Yield one row a zone."""
    for zone in zones:
        yield _fields_of(zone) | {"run": run, "geom": zone.geometry}


def zone_of(row: Any) -> Zone:
    """Return the record of a row."""
    return Zone(**{name: getattr(row, name) for name in _FIELDS[Zone]}, geometry=row.geom)


def count_rows(run: int, counts: Sequence[CommuneCount]) -> Iterator[Row]:
    """Yield one row a count."""
    for record in counts:
        row = {"run": run, "services": record.count, **_fields_of(record)}
        del row["count"]  # a row that is read back has a method of that name
        yield row


def count_of(row: Any) -> CommuneCount:
    """Return the record of a row."""
    return CommuneCount(row.source, row.insee, row.category, row.services)


def finding_rows(findings: Sequence[Finding]) -> Iterator[Row]:
    """Yield what each gate found, without its run and number."""
    for finding in findings:
        plain = {"check": finding.check, "subject": finding.subject}
        yield plain | {"outcome": finding.outcome.value, "text": finding.text}


def finding_of(row: Any) -> Finding:
    """Return the record of a row."""
    from ingest.gates import Finding, Outcome  # noqa: PLC0415 - they bring the streets along

    return Finding(row.check, row.subject, Outcome(row.outcome), row.text)


def override_rows(overrides: Sequence[Override]) -> Iterator[Row]:
    """Yield each gate that was overridden, without its run and number."""
    for override in overrides:
        yield {"gate": override.gate, "reason": override.reason, "at": override.at}


def override_of(row: Any) -> Override:
    """Return the record of a row."""
    return Override(row.gate, row.reason, row.at)


def place_rows(run: int, places: Sequence[Service] | Sequence[Address] | Sequence[Cell]) -> Iterator[Row]:
    """Yield one row a place, with its point beside its longitude and latitude."""
    for place in places:
        # −0.0 becomes a plain zero, as SQLite makes it without a word.
        lon, lat = place.lon + 0.0, place.lat + 0.0
        yield _fields_of(place) | {"run": run, "lon": lon, "lat": lat, "geom": shapely.Point(lon, lat)}


def service_rows(run: int, services: Sequence[Service]) -> Iterator[Row]:
    """Yield one row a service, numbered by id."""
    yield from _numbered(run, services)


def _numbered(run: int, places: Sequence[Service] | Sequence[Cell]) -> Iterator[Row]:
    ordered: list[Any] = sorted(places, key=lambda place: place.id)
    for number, row in enumerate(place_rows(run, ordered), start=1):
        yield row | {"number": number}


def provenance_rows(run: int, services: Sequence[Service]) -> Iterator[Row]:
    """Yield one row for each publisher's row behind each service."""
    for service in services:
        for rank, origin in enumerate(service.provenance):
            yield {"run": run, "service": service.id, "rank": rank, **_fields_of(origin)}


def provenance_of(row: Any) -> Provenance:
    """Return the record of a row."""
    return Provenance(row.source, row.local_id, Licence(row.licence), row.data_date, row.gives)


def dissent_rows(run: int, dissents: Iterable[Dissent]) -> Iterator[Row]:
    """Yield one row for what each row behind a service says otherwise, numbered within the service."""
    seen: Counter[str] = Counter()
    for dissent in dissents:
        seen[dissent.service] += 1
        yield {"run": run, "number": seen[dissent.service], **_fields_of(dissent)}


def dissent_of(row: Any) -> Dissent:
    """Return the record of a row."""
    return Dissent(**{name: getattr(row, name) for name in _FIELDS[Dissent]})


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


def cell_rows(run: int, cells: Sequence[Cell]) -> Iterator[Row]:
    """Yield one row a cell, numbered by id."""
    yield from _numbered(run, cells)


def cell_of(row: Any) -> Cell:
    """Return the record of a row."""
    return Cell(**{name: getattr(row, name) for name in _FIELDS[Cell]})


def commune_rows(run: int, communes: Sequence[Commune]) -> Iterator[Row]:
    """Yield one row a commune."""
    for number, commune in enumerate(sorted(communes, key=lambda c: c.insee), start=1):
        yield _fields_of(commune) | {"run": run, "number": number, "geom": commune.geometry}


def commune_of(row: Any) -> Commune:
    """Return the record of a row."""
    return Commune(**{name: getattr(row, name) for name in _FIELDS[Commune]}, geometry=row.geom)
