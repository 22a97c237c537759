"""How well an entry of the address index answers a query, as a sum of parts that explains itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.address_text import Query
from geo.places import Position

__all__ = ["Candidate", "Fit", "House", "Match", "by_rank", "fit", "match_of", "nearness"]

_NAME, _PLACE, _NUMBER = 0.5, 0.2, 0.3
"""Parts of a score: the name's words, the commune, the house number (which a query without one has for nothing)."""
_UNNAMED_PLACE = 0.6
"""What the part of the commune is worth when the query names none."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry as the index gives it back."""

    row: int
    id: str
    kind: Position
    name: str
    words: tuple[str, ...]
    also: tuple[str, ...]
    city_words: tuple[str, ...]
    postcodes: tuple[str, ...]
    """Every postcode that leads here."""
    insee: str
    commune: str
    context: str
    lon: float
    lat: float
    importance: float
    numbers: int


@dataclass(frozen=True, slots=True)
class Match:
    """One address or place that answers, with what GeocodeJSON asks of it."""

    id: str
    label: str
    """As on an envelope: ``187 Rue du Maréchal Foch 71200 Le Creusot``."""
    type: Position
    number: str
    """Empty unless the type is ``housenumber``."""
    street: str
    """Street or locality; empty for a commune."""
    postcode: str
    insee: str
    commune: str
    context: str
    """Département, ``"71, Saône-et-Loire"``."""
    lon: float
    lat: float
    score: float
    """How much of the entry the query says, or how near it lies; in [0, 1]. Judge by ``type`` first."""
    importance: float
    """Sort key between equals, in [0, 1]."""
    distance_m: float | None = None
    """Metres from the point that was asked for; None in a search."""

    @property
    def name(self) -> str:
        """The first line: number and street, or the commune."""
        return f"{self.number} {self.street}".strip() or self.commune


@dataclass(frozen=True, slots=True)
class House:
    """One house number as the index gives it back."""

    id: str
    label: str
    postcode: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What of a query an entry explains."""

    name: float
    """Share of the entry's name that the query says, 0 … 1; 0.9 of it when the words stand in another order."""
    place: float
    """Share of the commune's name that the query says, 0 … 1."""
    whole: bool
    """Every word of the name is there, together and in order."""

    def score(self, *, number_found: bool) -> float:
        """Return the entry's score in [0, 1]; 1 is a query that says all of it."""
        place = _UNNAMED_PLACE + (1 - _UNNAMED_PLACE) * self.place
        return _NAME * self.name + _PLACE * place + _NUMBER * number_found


def fit(query: Query, candidate: Candidate, *, growing: bool) -> Fit | None:
    """Hold a query against an entry; None when a word of it stays unexplained.

    Parameters
    ----------
    growing
        Whether the last word may be the beginning of one.
    """
    if not query.words:
        return Fit(1.0, 1.0, whole=True) if candidate.kind is Position.MUNICIPALITY else None
    name = candidate.words or candidate.city_words
    city = candidate.city_words if candidate.words else ()
    known = (*name, *city, *candidate.also)
    complete, quality = _completed(query, known, candidate.postcodes if growing else (), growing=growing)
    if complete is None:
        return None
    said = frozenset(complete)
    place = _share(city, said)
    for start in range(len(complete) - len(name) + 1):
        rest = complete[:start] + complete[start + len(name) :]
        if complete[start : start + len(name)] == name and set(rest) <= {*city, *candidate.also}:
            return Fit(quality, 1.0 if not city else _share(city, frozenset(rest)), whole=True)
    share = _share(name, said)
    if share == 0.0 and not said & frozenset(candidate.also):
        return None  # the commune alone does not ask for each of its streets
    return Fit(0.9 * share * quality, 1.0 if not city else place, whole=False)


def _completed(
    query: Query, known: Sequence[str], postcodes: Sequence[str], *, growing: bool
) -> tuple[tuple[str, ...], float] | tuple[None, float]:
    """Return the query's words with the last one written out as far as the entry knows it, and how much was typed."""
    if not set(query.words[:-1]) <= set(known):
        return None, 0.0
    last = query.words[-1]
    if last in known:
        return query.words, 1.0
    typed = query.last or last
    if any(postcode.startswith(typed) for postcode in postcodes):
        return query.words[:-1], 1.0
    longer = [word for word in known if growing and word.startswith((typed, last))]
    if not longer:
        return None, 0.0
    word = min(longer, key=len)
    return (*query.words[:-1], word), 0.5 + 0.5 * min(len(typed) / len(word), 1.0)


def _share(name: Sequence[str], said: frozenset[str]) -> float:
    return sum(word in said for word in name) / len(name) if name else 0.0


def match_of(
    candidate: Candidate, score: float, *, house: House | None = None, distance_m: float | None = None
) -> Match:
    """Make the answer: an entry, or one of its houses."""
    commune_only = candidate.kind is Position.MUNICIPALITY
    street, number = "" if commune_only else candidate.name, house.label if house else ""
    postcode = (house.postcode if house else "") or (candidate.postcodes[0] if len(candidate.postcodes) == 1 else "")
    first_line = f"{number} {street}".strip()
    return Match(
        id=house.id if house else candidate.id,
        label=" ".join(filter(None, (first_line, "" if commune_only else postcode, candidate.commune))),
        type=Position.HOUSENUMBER if house else candidate.kind,
        number=number,
        street=street,
        postcode=postcode,
        insee=candidate.insee,
        commune=candidate.commune,
        context=candidate.context,
        lon=house.lon if house else candidate.lon,
        lat=house.lat if house else candidate.lat,
        score=score,
        importance=candidate.importance,
        distance_m=distance_m,
    )


def by_rank(match: Match) -> tuple[float, float, str, str, str]:
    """Sort key of answers: the best first, the same order for the same answers."""
    return -match.score, -match.importance, match.label, match.insee, match.id


def nearness(distance_m: float) -> float:
    """Return the score of an address that lies so many metres from the point: 1 on it, a half at 100 m."""
    return 1.0 / (1.0 + distance_m / 100.0)
