"""The shapes of the answers, for ``/docs`` and for the tests.

No answer passes through these models: it is built as plain values (``answers.py``) and written by orjson, six times
faster. The tests hold every kind of answer against its model here, so that what is documented is what is sent.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "CategoryRow",
    "CommuneCollection",
    "CoverageAnswer",
    "GeocodeCollection",
    "Health",
    "LedgerRow",
    "Problem",
    "ProblemRow",
    "ProfileRow",
    "ScoreAnswer",
    "ScoreRow",
    "ScoresAnswer",
    "ScoresQuestion",
    "ServiceCollection",
    "SnapshotAnswer",
]

Longitude = Annotated[float, Field(description="Degrees, WGS 84.")]
Latitude = Annotated[float, Field(description="Degrees, WGS 84.")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Label(_Shape):
    """A name in French and in English."""

    fr: str
    en: str


class Link(_Shape):
    """A link to follow."""

    rel: str
    href: str
    type: str


class Point(_Shape):
    """GeoJSON point."""

    type: Literal["Point"]
    coordinates: tuple[Longitude, Latitude]


# ---------------------------------------------------------------- meta


class Health(_Shape):
    """The service answers, from this snapshot."""

    status: Literal["ok"]
    snapshot: str


class Ledger(_Shape):
    """Where the rows of a source went; the last four add up to the first."""

    read: int
    kept: int
    merged: int
    out_of_scope: int
    rejected: int


class Source(_Shape):
    """One publisher's data behind the snapshot."""

    id: str
    title: str
    producer: str
    licence: str
    url: str
    data_date: str
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`: what the publisher's file stands for."""
    fetched_at: str | None
    ledger: Ledger
    attribution: str


class LedgerRow(Source):
    """One source, where its rows went, and why rows were rejected."""

    rejects: dict[str, int]
    """Rejected rows by code."""


class TerritoryRow(_Shape):
    """The territory that is served."""

    code: str
    name: str
    bbox: tuple[float, float, float, float]
    """West, south, east, north; degrees."""


class SnapshotAnswer(_Shape):
    """What the service answers from."""

    id: str
    territory: TerritoryRow
    built_at: str | None
    method_version: str
    modes: list[str]
    sources: list[Source]


class CategoryRow(_Shape):
    """One kind of service."""

    id: str
    family: str
    label: Label
    range: Literal["proximite", "intermediaire", "superieure"]
    k: int
    """How many nearest sites count."""
    icon: str
    services: int
    """Confirmed services inside the territory."""
    completeness: Literal["complete", "partial", "none"]
    """Only complete categories are scored; a partial one shows its evidence."""


class ProfileRow(_Shape):
    """A household's weights."""

    id: str
    label: Label
    version: str
    author: str
    date: str
    rationale: str
    weights: dict[str, float]
    """By family, summing to 100."""


# ---------------------------------------------------------------- places


class Origin(_Shape):
    """One publisher's row behind a service."""

    source: str
    local_id: str
    licence: str
    data_date: str


class ServiceProperties(_Shape):
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
    provenance: list[Origin]
    """The first gave the fields."""


class ServiceFeature(_Shape):
    """A service as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: ServiceProperties


class ServiceCollection(_Shape):
    """One page of services."""

    type: Literal["FeatureCollection"]
    features: list[ServiceFeature]
    numberMatched: int  # noqa: N815 — the word of OGC API Features
    numberReturned: int  # noqa: N815
    links: list[Link]
    """`rel=next` leads to the next page; absent on the last."""
    snapshot: str
    attribution: list[str]


class CommuneProperties(_Shape):
    """What is known of a commune."""

    insee: str
    name: str
    population: int | None


class CommuneFeature(_Shape):
    """A commune as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: CommuneProperties


class CommuneCollection(_Shape):
    """The communes of the territory, their borders simplified for a map."""

    type: Literal["FeatureCollection"]
    features: list[CommuneFeature]
    snapshot: str
    attribution: list[str]


class GeocodeProperties(_Shape):
    """An address in the national geocoder's words."""

    label: str
    score: float
    """0 to 1; 1 is a full match."""
    id: str
    type: Literal["housenumber", "street", "locality", "municipality"]
    name: str
    housenumber: str | None = None
    street: str | None = None
    postcode: str
    citycode: str
    city: str
    context: str
    importance: float
    distance: int | None = None
    """Metres from the point asked for; in `/reverse` alone."""


class GeocodeFeature(_Shape):
    """An address as a GeoJSON feature."""

    type: Literal["Feature"]
    geometry: Point
    properties: GeocodeProperties


class GeocodeCollection(_Shape):
    """GeocodeJSON, best first."""

    type: Literal["FeatureCollection"]
    version: str
    features: list[GeocodeFeature]
    attribution: str
    licence: str
    query: str | None = None
    limit: int


# ---------------------------------------------------------------- scores


class Place(_Shape):
    """The place that was scored."""

    label: str
    type: str
    id: str | None
    lon: Longitude
    lat: Latitude
    insee: str | None
    off_m: int
    """Metres between the place and its street."""


class Nearest(_Shape):
    """A service that counts, with its evidence."""

    service: str
    name: str
    lon: Longitude
    lat: Latitude
    seconds: int
    counted: bool
    """Whether it enters the value: not beyond the cut-off, nor where the category is not completely known."""
    source: str
    licence: str
    data_date: str


class ComponentRow(_Shape):
    """One category's part of the score."""

    category: str
    family: str
    mode: str
    weight: float
    """Out of 100 over all components."""
    status: Literal["scored", "none_within_cutoff", "not_covered"]
    value: float | None
    """0 to 1; 0 when searched and none found, null when not known."""
    points: float | None
    """weight × value."""
    nearest: list[Nearest]


class ScoreAnswer(_Shape):
    """A score and what it is made of."""

    place: Place
    mode: str
    profile: str
    total: float | None
    """0 to 100: the points over the covered weight; null when nothing is covered."""
    interval: tuple[float, float] | None
    """Null in this version."""
    covered_weight: float
    """Share of the weights whose answer is known, 0 to 1."""
    components: list[ComponentRow]
    headlines: dict[str, Any] | None
    """Null in this version."""
    snapshot: str
    method_version: str
    profile_version: str
    attribution: list[str]


class FieldError(_Shape):
    """One thing wrong with one input."""

    field: str
    problem: str
    expected: str


class Candidate(_Shape):
    """An address that may be meant."""

    id: str
    label: str
    type: str
    lon: Longitude
    lat: Latitude
    insee: str
    score: float


class Problem(_Shape):
    """RFC 9457 problem document (`application/problem+json`)."""

    type: str
    """`/problems/<kind>`; opening it explains the kind."""
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
    candidates: list[Candidate] | None = None
    place: str | None = None
    """`off_network` alone: the commune where the point lies."""
    off_m: int | None = None
    """`off_network` alone: metres to the nearest loaded street."""


class ScoreRow(ScoreAnswer):
    """A score in a batch."""

    id: str | int | None
    """The id that the row was sent with."""


class ProblemRow(Problem):
    """What was wrong with one row of a batch."""

    id: str | int | None


class PlaceQuestion(_Shape):
    """A place to score: `lon` and `lat`, or `address`."""

    id: str | int | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    address: str | None = None


class ScoresQuestion(_Shape):
    """Places to score together."""

    places: list[PlaceQuestion]
    mode: str = "walk"
    profile: str = "famille"
    weights: dict[str, float] | None = None
    """Own weights by family, instead of the profile's."""
    nearest: Annotated[int, Field(ge=0, le=5)] = 5
    """How many of the nearest services each component shows."""


class ScoresAnswer(_Shape):
    """Scores in the order of the places; a place that has none has its problem there."""

    results: list[ScoreRow | ProblemRow]


# ---------------------------------------------------------------- coverage


class TerritoryCoverage(_Shape):
    """People of the territory."""

    people: float
    within: float
    not_covered: float
    """People whose answer is not known."""
    share: float | None
    """within / (people − not_covered)."""


class CommuneCoverage(_Shape):
    """People of one commune."""

    insee: str
    name: str
    people: float | None
    """Null where the population is not published."""
    within: float
    not_covered: float
    share: float | None
    """Null as well where less than 90 % of the commune lies inside the loaded streets."""


class CoverageAnswer(_Shape):
    """People who reach a service of the category within so many minutes."""

    category: str
    mode: str
    minutes: float
    completeness: Literal["complete", "partial", "none"]
    """Everybody is `not_covered` unless the category is complete."""
    territory: TerritoryCoverage
    communes: list[CommuneCoverage]
    snapshot: str
    attribution: list[str]
