"""Records to store: a few by hand, any by hypothesis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import shapely
from hypothesis import strategies as st

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
from ingest.ledger import Reject, RejectCode

FROM_OSM = (Provenance("osm", "n1", Licence.ODBL_1_0, "2026-01"),)


def source(name: str = "osm", **changed: Any) -> SourceRecord:
    """A source whose ledger adds up: 10 = 6 + 2 + 1 + 1."""
    plain: dict[str, Any] = {
        "id": name,
        "title": "OpenStreetMap",
        "producer": "Contributeurs d’OpenStreetMap",
        "licence": Licence.ODBL_1_0,
        "url": "https://example.org",
        "data_date": "2026-01",
        "fetched_at": "2026-02-03T04:05:06+00:00",
        "ledger": SourceLedger(10, 6, 2, 1, 1),
        "rejects": {"no_position": 1},
        "complete": ("food.bakery", "food.market"),
        "attribution": "© contributeurs d’OpenStreetMap",
    }
    return SourceRecord(**plain | changed)


def rejects_of(sources: Iterable[SourceRecord]) -> list[Reject]:
    """As many rejects as the sources count."""
    return [
        Reject(source.id, RejectCode(code), line, f"{code} {line}", f"{source.id}.csv")
        for source in sources
        for code, rows in source.rejects.items()
        for line in range(2, rows + 2)
    ]


def service(key: str, lon: float, lat: float, **changed: Any) -> Service:
    """A bakery."""
    plain: dict[str, Any] = {
        "id": key,
        "category": "food.bakery",
        "name": "Boulangerie",
        "lon": lon,
        "lat": lat,
        "insee": "71153",
        "capacity": None,
        "provenance": FROM_OSM,
    }
    return Service(**plain | changed)


# PostgreSQL keeps no NUL and UTF-8 has no surrogates; neither comes out of a decoded file.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789._", min_size=1, max_size=8)
lons = st.floats(-180, 180)
lats = st.floats(-90, 90)
counts = st.integers(0, 10**9)
amounts = st.floats(0, 1e9)


def _ledger(parts: tuple[int, int, int, int]) -> SourceLedger:
    return SourceLedger(sum(parts), *parts)


small = st.integers(0, 10**6)
sources = st.builds(
    SourceRecord,
    id=words,
    title=texts,
    producer=texts,
    licence=st.sampled_from(Licence),
    url=texts,
    data_date=st.sampled_from(["2026", "2026-01", "2026-01-31"]),
    fetched_at=texts,
    ledger=st.tuples(small, small, small, small).map(_ledger),
    rejects=st.dictionaries(st.sampled_from([code.value for code in RejectCode]), st.integers(1, 3), max_size=3),
    complete=st.lists(words, max_size=3).map(tuple),
    attribution=texts,
    content=texts,
)


def origins(known: list[str]) -> st.SearchStrategy[Provenance]:
    """Provenances from the sources that a run declares."""
    return st.builds(
        Provenance,
        source=st.sampled_from(known),
        local_id=texts,
        licence=st.sampled_from(Licence),
        data_date=st.sampled_from(["2026", "2026-01"]),
        gives=st.lists(words, max_size=2).map(tuple),
    )


def services(known: list[str]) -> st.SearchStrategy[Service]:
    """Services anywhere on Earth."""
    return st.builds(
        Service,
        id=texts,
        category=texts,
        name=texts,
        lon=lons,
        lat=lats,
        insee=texts,
        capacity=st.none() | amounts,
        provenance=st.lists(origins(known), min_size=1, max_size=3).map(tuple),
        standing=st.sampled_from(Standing),
        in_territory=st.booleans(),
        precision=st.sampled_from(Precision),
        updated=texts,
        departures=st.none() | st.builds(Departures, weekday=amounts, evening=amounts, sunday=amounts),
        lines=st.lists(texts, max_size=3).map(tuple),
        entrances=st.lists(st.tuples(lons, lats), max_size=3).map(tuple),
    )


def addresses(known: list[str]) -> st.SearchStrategy[Address]:
    """Addresses anywhere on Earth."""
    return st.builds(
        Address,
        id=texts,
        number=texts,
        street=texts,
        postcode=texts,
        insee=texts,
        commune=texts,
        lon=lons,
        lat=lats,
        position=st.sampled_from([kind for kind in Position if kind is not Position.POI]),
        source=st.sampled_from(known),
        residential=st.booleans(),
    )


def _contour(corners: tuple[float, float, float, float], hole: bool, twice: bool) -> shapely.Geometry:
    x, y, width, height = corners
    outer = shapely.box(x, y, x + width, y + height)
    inner = shapely.box(x + width / 4, y + height / 4, x + width / 2, y + height / 2)
    area = shapely.Polygon(outer.exterior, [inner.exterior]) if hole else outer
    return shapely.MultiPolygon([area, shapely.box(x - 2, y, x - 1, y + 1)]) if twice else area


sides = st.floats(0.001, 1)
contours = st.builds(
    _contour, st.tuples(st.floats(-100, 100), st.floats(-80, 80), sides, sides), st.booleans(), st.booleans()
)
communes = st.builds(
    Commune,
    insee=texts,
    name=texts,
    department=texts,
    population=st.none() | counts,
    postcodes=st.lists(words, max_size=3).map(tuple),
    in_territory=st.booleans(),
    geometry=st.none() | contours,
    epci=texts,
    epci_name=texts,
    density=st.none() | st.integers(1, 7),
)
cells = st.builds(
    Cell,
    id=texts,
    lon=lons,
    lat=lats,
    insee=texts,
    people=amounts,
    people_0_17=amounts,
    people_65_plus=amounts,
    living_standard_eur=st.none() | st.floats(-1e6, 1e6),
    in_territory=st.booleans(),
)


def decisions(known: list[str]) -> st.SearchStrategy[Decision]:
    """Decisions between any rows."""
    return st.builds(
        Decision,
        kept=texts,
        merged=texts,
        source=st.sampled_from(known),
        local_id=texts,
        category=texts,
        name=texts,
        lon=lons,
        lat=lats,
        reason=texts,
        distance_m=st.none() | amounts,
        similarity=st.none() | st.floats(0, 100),
    )


def dissents(known: list[str], service: str) -> st.SearchStrategy[Dissent]:
    """Anything that rows may say otherwise than a service."""
    return st.builds(
        Dissent,
        service=st.just(service),
        property=st.sampled_from(["name", "capacity"]),
        source=st.sampled_from(known),
        local_id=texts,
        value=texts,
    )


def sectors(known: list[str]) -> st.SearchStrategy[Sector]:
    """Sectors with any house numbers that are a range."""
    return st.builds(
        Sector,
        id=texts,
        insee=texts,
        street=texts,
        first=st.none() | st.integers(0, 100),
        last=st.none() | st.integers(100, 10_000),
        parity=st.sampled_from(Parity),
        uai=texts,
        source=st.sampled_from(known),
        exclusive=st.booleans(),
        category=texts,
        geometry=st.none() | contours,
    )


def zones(known: list[str]) -> st.SearchStrategy[Zone]:
    """Areas anywhere."""
    days = st.lists(st.sampled_from(["monday", "tuesday", "sunday"]), unique=True).map(tuple)
    told = dict.fromkeys(("id", "name", "agency", "booking_text", "booking_phone", "booking_url"), texts)
    return st.builds(Zone, source=st.sampled_from(known), geometry=contours, days=days, **told)


def commune_counts(known: list[str]) -> st.SearchStrategy[CommuneCount]:
    """Counts of anything."""
    return st.builds(CommuneCount, source=st.sampled_from(known), insee=texts, category=texts, count=amounts)
