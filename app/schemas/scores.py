"""Shapes of scores."""

from __future__ import annotations

from typing import Annotated, Literal

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


class Percentile(Shape):
    """The share of people who live at a lower total, 0 to 100; those at the same count half.

    Part des habitants dont le total est plus bas, de 0 à 100 ; ceux à égalité comptent pour moitié.
    """

    territory: float | None
    density: float | None
    """Among those in communes of the same INSEE class of density / parmi ceux des communes de même densité (INSEE)."""
    density_class: int | None
    people: int
    """Whom `territory` is among."""
    density_people: int
    reason: Literal["no_cells", "own_cutoffs", "outside_territory", "no_total"] | None
    """Why there is no number / pourquoi il n’y a pas de rang."""


class Headline(Shape):
    """The total of the best of several modes, category by category."""

    total: float | None
    interval: tuple[float, float] | None
    covered_weight: float
    percentile: Percentile
    modes: dict[str, str]
    """Category → the mode that brings most; of categories with a service within reach."""


class Sentence(Shape):
    """One sentence in both languages."""

    fr: str
    en: str


class Explanation(Shape):
    """A score in sentences."""

    summary: Sentence
    components: dict[str, Sentence]
    """By category."""
    best: list[str]
    """The three categories that bring the most points."""
    worst: list[str]
    """The three that leave the most points lying."""


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
    """Least and greatest total when weights (±25 %), walking pace (3.6 to 5.4 km/h) and the sites that nobody confirmed
    for 24 months are moved; two homes whose intervals overlap are equivalent / total le plus bas et le plus haut quand
    on fait varier les poids (±25 %), l’allure à pied (3,6 à 5,4 km/h) et les lieux que personne n’a confirmés depuis 24
    mois ; deux logements dont les intervalles se recouvrent sont équivalents."""
    percentile: Percentile
    """Where the total stands among the people of the territory / rang du total parmi les habitants du territoire."""
    covered_weight: float
    """Share of the weights whose answer is known, 0 to 1."""
    components: list[ComponentRow]
    edge_seconds: int | None
    """Seconds to the edge of the loaded streets, beyond which nothing is known; null when none is near / secondes
    jusqu’au bord des rues chargées, au-delà duquel rien n’est connu ; null quand il n’est pas proche."""
    headlines: dict[str, Headline]
    """`any`: of each category the best mode; `without_car`: the best without a car / `any` : le meilleur mode de chaque
    catégorie ; `without_car` : le meilleur sans voiture."""
    explanation: Explanation | None
    """The score in sentences, with `explain=true`; else null / la note en phrases, avec `explain=true`."""
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
    cutoffs: dict[str, float] | None = None
    """Own cut-offs in minutes (1 to 60) by category or range: how far one goes at most / ses propres durées maximales,
    en minutes (1 à 60), par catégorie ou par gamme."""
    explain: bool = False
    """Whether each score is also said in sentences / dire aussi chaque note en phrases."""
    nearest: Annotated[int, Field(ge=0, le=5)] = 5
    """How many of the nearest services each component shows."""


class ScoresAnswer(Shape):
    """Scores in the order of the places; a place that has none has its problem there."""

    results: list[ScoreRow | ProblemRow]
