"""Shapes of scores."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from app.schemas.places import DeparturesPerDay, Origin
from app.schemas.problems import Problem
from app.schemas.shape import Latitude, Longitude, Shape

__all__ = [
    "ComponentRow",
    "Nearest",
    "Place",
    "PlaceQuestion",
    "ProblemRow",
    "ScoreAnswer",
    "ScoreRow",
    "ScoresAnswer",
    "ScoresQuestion",
]


class Place(Shape):
    """The place that was scored."""

    label: str
    type: str
    id: str | None
    lon: Longitude
    lat: Latitude
    insee: str | None
    off_m: int
    """Metres between the place and its street."""
    crosses: bool
    """Whether these metres lead over a river, a railway or a motorway: no street lies on this side within 300 m, so
    that the minutes may be too few / vrai quand ces mètres franchissent une rivière, une voie ferrée ou une autoroute,
    faute de rue de ce côté : les minutes peuvent être sous-estimées."""


class Booking(Shape):
    """How one books, in its publisher’s words; empty where they are not known / comment réserver, vide si non dit."""

    text: str
    phone: str
    url: str
    """A web address, or empty."""


class OnDemand(Shape):
    """An area of transport on demand that the place lies in, of no weight in the score.

    Une zone de transport à la demande où se trouve le lieu, d’aucun poids dans la note.
    """

    name: str
    agency: str
    """Who runs it, empty where it is not known / qui l’exploite, vide si non dit."""
    days: list[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]]
    """On which it comes; empty where no calendar tells / les jours où il vient, vide si non dits."""
    booking: Booking
    source: str


class Nearest(Shape):
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
    departures: DeparturesPerDay | None
    """Of a stop; null where no timetable is known, never 0."""
    lines: list[str]
    """Public names of the lines that call at a stop; empty where none are known."""
    given_by: dict[str, Origin]
    """Property → the row that gives it, where that is not the row of `source`; as in `/services` / propriété → la ligne
    qui la donne, quand ce n’est pas celle de `source` ; comme dans `/services`."""


class ComponentRow(Shape):
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


class ScoreAnswer(Shape):
    """A score and what it is made of."""

    place: Place
    on_demand: list[OnDemand]
    """Evidence beside the score; empty where the place lies in no known area, which does not say that none is there."""
    mode: str
    slope: str | None
    """Name of the raster of heights by which slopes count; null: every street counts as level."""
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


class ScoreRow(ScoreAnswer):
    """A score in a batch."""

    id: str | int | None
    """The id that the row was sent with."""


class ProblemRow(Problem):
    """What was wrong with one row of a batch."""

    id: str | int | None


class PlaceQuestion(Shape):
    """A place to score: `lon` and `lat`, or `address`."""

    id: str | int | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    address: str | None = None


class ScoresQuestion(Shape):
    """Places to score together."""

    places: list[PlaceQuestion]
    mode: str = "walk"
    profile: str = "famille"
    weights: dict[str, float] | None = None
    """Own weights by family, instead of the profile's."""
    nearest: Annotated[int, Field(ge=0, le=5)] = 5
    """How many of the nearest services each component shows."""


class ScoresAnswer(Shape):
    """Scores in the order of the places; a place that has none has its problem there."""

    results: list[ScoreRow | ProblemRow]
