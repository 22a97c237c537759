"""Shapes of ways, times and the ground within them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.schemas.places import DeparturesPerDay, Origin
from app.schemas.problems import Problem
from app.schemas.scores import Place, PlaceQuestion
from app.schemas.shape import Label, Latitude, Longitude, Shape

__all__ = ["IsochroneAnswer", "RouteAnswer", "TravelTimesAnswer", "TravelTimesQuestion"]

Position = tuple[Longitude, Latitude]


class AreaGeometry(Shape):
    """GeoJSON polygons with their holes; none where the minutes are used up before one has moved."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[list[Position]]]


class AreaProperties(Shape):
    """Who and what lies within, counted by exact times to each point and not by the polygon."""

    minutes: float
    people: float
    """Past the border too; fractions come from populations that are spread over addresses."""
    people_in_halo: float
    """Of these, those who live past the border, as far as anybody says where (0 where nobody does)."""
    services: dict[str, int]
    """Confirmed services by category; a category without one is left out."""
    complete: bool
    """Whether the minutes end before the edge of the loaded streets; otherwise there may be more ground, people and
    services."""


class AreaFeature(Shape):
    """The ground within so many minutes."""

    type: Literal["Feature"]
    geometry: AreaGeometry
    properties: AreaProperties


class IsochroneAnswer(Shape):
    """A polygon for each number of minutes, ascending; each contains the one before."""

    type: Literal["FeatureCollection"]
    features: list[AreaFeature]
    place: Place
    mode: str
    direction: Literal["from", "to"]
    complete: bool
    """Whether all of them are."""
    slope: str | None
    """Name of the raster of heights by which slopes count; null: every street counts as level."""
    snapshot: str
    method_version: str
    attribution: list[str]


class LineGeometry(Shape):
    """GeoJSON line, from the place itself to the goal itself."""

    type: Literal["LineString"]
    coordinates: list[Position]


class RouteLeg(Shape):
    """What a part of the seconds goes to; the legs add up to the whole."""

    sort: Literal[
        "start", "off_road_start", "street", "signals", "barrier", "toll", "kerb", "slope", "off_road_end", "end"
    ]
    """`street`: the metres as if they were level, without waits; `slope`: what climbs and descents add to that, below 0
    where they save time."""
    label: Label
    seconds: float
    metres: int


class RouteWay(Shape):
    """What sort of way a street is; it is called so where it has no name."""

    sort: str
    label: Label


class RouteStep(Shape):
    """What one does at a point of the line, and how far one then goes on; the steps add up to the whole."""

    turn: Literal[
        "start",
        "to_street",
        "depart",
        "straight",
        "left",
        "right",
        "back",
        "wait",
        "from_street",
        "end",
        "arrive",
    ]
    """`start` and `end`: unlocking, parking; `to_street` and `from_street`: between the doors and the streets."""
    text: Label
    """"À gauche : Rue des Lilas, 210 m, 2 min 38 s (à pied)"."""
    name: str | None
    """Of the street, as it stands on its sign; null where nobody noted one, and for what is no street."""
    ref: str | None
    """Number of the road ("D 980")."""
    way: RouteWay | None
    """Null for what is no street."""
    wait: Literal["signals", "barrier", "toll", "kerb"] | None
    """What one waits for; null where one does not."""
    seconds: float
    slope_seconds: float
    """How many of them are owed to climbs and descents; below 0 where they save time."""
    metres: int
    lon: Longitude
    lat: Latitude


class RouteService(Shape):
    """The service that one goes to, as a score shows it."""

    service: str
    name: str
    lon: Longitude
    lat: Latitude
    source: str
    licence: str
    data_date: str
    departures: DeparturesPerDay | None
    """Of a stop; null where no timetable is known, never 0."""
    lines: list[str]
    """Public names of the lines that call at a stop; empty where none are known."""
    given_by: dict[str, Origin]
    """Property → the row that gives it, where that is not the row of `source`; as in `/services`."""


class RouteProperties(Shape):
    """How long and how far, and why."""

    seconds: float
    """Door to door, to the tenth: what a score rounds."""
    metres: int
    mode: str
    slope: str | None
    """Name of the raster of heights by which slopes count; null: every street counts as level."""
    begin: Place = Field(alias="from")
    to: Place | None
    """Null where one goes to a service."""
    service: RouteService | None
    legs: list[RouteLeg]
    steps: list[RouteStep]


class RouteAnswer(Shape):
    """The quickest way, as a GeoJSON feature."""

    type: Literal["Feature"]
    geometry: LineGeometry
    properties: RouteProperties
    snapshot: str
    method_version: str
    attribution: list[str]


class TravelTimesQuestion(Shape):
    """Homes, and places of one's own."""

    homes: list[PlaceQuestion]
    """At most 1,000."""
    places: list[PlaceQuestion]
    """At most 10."""
    mode: str = "walk"


class TravelPlace(Shape):
    """A home or a place that was found."""

    id: str | int | None
    place: Place


class TravelProblem(Problem):
    """What was wrong with one home or place."""

    id: str | int | None


class TravelTimesAnswer(Shape):
    """The seconds of every pair, both ways."""

    homes: list[TravelPlace | TravelProblem]
    places: list[TravelPlace | TravelProblem]
    seconds_to: list[list[float | None]]
    """A row for each home, in it a number for each place: from the home to the place. Null where one of the two has a
    problem, or no way leads."""
    seconds_back: list[list[float | None]]
    """The same from the place to the home."""
    mode: str
    slope: str | None
    """Name of the raster of heights by which slopes count; null: every street counts as level."""
    snapshot: str
    method_version: str
    attribution: list[str]
