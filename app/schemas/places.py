"""Shapes of services, communes and addresses."""

from __future__ import annotations

from typing import Any, Literal

from app.schemas.shape import Link, Point, Shape

__all__ = [
    "CommuneCollection",
    "CommuneFeature",
    "CommuneProperties",
    "DeparturesPerDay",
    "GeocodeCollection",
    "GeocodeFeature",
    "GeocodeProperties",
    "Origin",
    "ScorePart",
    "ServiceCollection",
    "ServiceFeature",
    "ServiceProperties",
]


class Origin(Shape):
    """One publisher's row behind a service."""

    source: str
    local_id: str
    licence: str
    data_date: str


class DeparturesPerDay(Shape):
    """How often something leaves a stop: trips a day."""

    weekday: float
    """On a working day outside school holidays, the mean of Monday to Friday."""
    evening: float
    """Of those, at 19:00 or later."""
    sunday: float
    """On a Sunday or public holiday."""


class ServiceProperties(Shape):
    """What is known of a service."""

    id: str
    category: str
    name: str
    insee: str
    capacity: float | None
    """Places, beds, pupils; null is unknown, never 0."""
    standing: Literal["confirmed", "unconfirmed"]
    in_territory: bool
    precision: str
    updated: str | None
    """When its publisher last looked at this row (`YYYY-MM-DD`, or as much of it as is said); null is not said."""
    departures: DeparturesPerDay | None
    """Of a stop; null where no timetable is known, never 0."""
    lines: list[str]
    """Public names of the lines that call at a stop; empty where none are known."""
    provenance: list[Origin]
    """The first gives id, category, commune, date, and every property that `given_by` does not name / la première donne
    l’identifiant, la catégorie, la commune, la date, et toute propriété que `given_by` ne nomme pas."""
    given_by: dict[str, Origin]
    """Property (`name`, `position`, `capacity`, `departures`, `lines`) → the other row that gives it, always of the
    first row's licence; and `entrances`, which belong to the streets, of OpenStreetMap's / propriété → l’autre ligne
    qui la donne, toujours de la licence de la première ; et `entrances`, les entrées, qui sont de la voirie
    d’OpenStreetMap."""


class ServiceFeature(Shape):
    """A service as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: ServiceProperties


class ServiceCollection(Shape):
    """One page of services."""

    type: Literal["FeatureCollection"]
    features: list[ServiceFeature]
    numberMatched: int  # noqa: N815 — the word of OGC API Features
    numberReturned: int  # noqa: N815
    links: list[Link]
    """`rel=next` leads to the next page; absent on the last."""
    snapshot: str
    attribution: list[str]


class CommuneProperties(Shape):
    """What is known of a commune."""

    insee: str
    name: str
    population: int | None


class CommuneFeature(Shape):
    """A commune as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: CommuneProperties


class CommuneCollection(Shape):
    """The communes of the territory, their borders simplified for a map."""

    type: Literal["FeatureCollection"]
    features: list[CommuneFeature]
    snapshot: str
    attribution: list[str]


class ScorePart(Shape):
    """One part of an address's score."""

    name: str
    points: float
    """Those of an answer add up to its score."""
    most: float


class GeocodeProperties(Shape):
    """An address in the national geocoder's words."""

    label: str
    score: float
    """0 to 1; 1 is a full match."""
    id: str
    banId: str | None = None  # noqa: N815 - the national geocoder's word
    """Key of the row of the national base, where the address is one of its."""
    type: Literal["housenumber", "street", "locality", "municipality", "poi"]
    """`poi` is a service by its name: a place, and no address."""
    name: str
    housenumber: str | None = None
    street: str | None = None
    postcode: str
    citycode: str
    city: str
    context: str
    importance: float
    x: float
    y: float
    """Metres in the legal projection of the territory."""
    category: str | None = None
    """Of a service."""
    missing: list[Literal["street", "housenumber"]] | None = None
    """What the answer lacks to be an address."""
    explanation: list[ScorePart] | None = None
    """With `explain=true`."""
    distance: int | None = None
    """Metres from the point asked for; in `/reverse` alone."""


class GeocodeFeature(Shape):
    """An address as a GeoJSON feature."""

    type: Literal["Feature"]
    geometry: Point
    properties: GeocodeProperties


class GeocodeCollection(Shape):
    """GeocodeJSON, best first."""

    type: Literal["FeatureCollection"]
    version: str
    features: list[GeocodeFeature]
    attribution: str
    licence: str
    query: str | None = None
    limit: int
