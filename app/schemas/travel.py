"""Shapes of ways, times and the ground within them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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
    snapshot: str
    method_version: str
    attribution: list[str]


class LineGeometry(Shape):
    """GeoJSON line, from the place itself to the goal itself."""

    type: Literal["LineString"]
    coordinates: list[Position]


class RouteLeg(Shape):
    """What a part of the seconds goes to; the legs add up to the whole."""

    sort: Literal["start", "off_road_start", "street", "off_road_end", "end"]
    label: Label
    seconds: float
    metres: int


class RouteStep(Shape):
    """What one does at a point of the line, and how far one then goes on."""

    turn: Literal["depart", "left", "right", "back", "arrive"]
    text: Label
    seconds: float
    metres: int
    lon: Longitude
    lat: Latitude


class RouteService(Shape):
    """The service that one goes to."""

    service: str
    name: str
    lon: Longitude
    lat: Latitude
    source: str
    licence: str
    data_date: str


class RouteProperties(Shape):
    """How long and how far, and why."""

    seconds: float
    """Door to door, to the tenth: what a score rounds."""
    metres: int
    mode: str
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
    snapshot: str
    method_version: str
    attribution: list[str]
