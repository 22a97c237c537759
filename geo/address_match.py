"""How well an entry of the address index answers a query, as a sum of parts that explains itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from geo.address_text import Query, is_kind
from geo.places import Position

__all__ = [
    "Candidate",
    "Fit",
    "House",
    "Match",
    "Part",
    "Slot",
    "Slots",
    "by_rank",
    "fit",
    "match_of",
    "tells",
]

_NAME, _PLACE, _NUMBER, _SAID, _ORDER = 0.40, 0.19, 0.06, 0.30, 0.05
"""Parts of a score, which add up to 1: the name's words, the commune, the house number (which a query without one has
for nothing), how much of the query is explained, and the order of its words."""
_NEAR = 0.05
"""With a point to prefer what is near, this much of the score is nearness; the other parts shrink."""
_UNNAMED_PLACE = 0.6
"""What the part of the commune is worth when the query names none."""
_OTHER_POSTCODE = 0.5
"""What is left of it under another postcode."""
_KIND_TELLS = 0.3
"""``rue`` says less of a street than its name."""
_NEARLY_ALL = 0.9
_AS_WRITTEN = 0.99
"""A word that agrees with a source's spelling alone (``mal`` for ``maréchal``)."""


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
    spread_m: float
    """Metres from the entry's point to its farthest house."""
    category: str
    """Of a service; else empty."""
    cities: tuple[tuple[str, ...], ...]
    """Words of the commune's name, then of those that it once had."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score."""

    name: str
    """``name``, ``place``, ``number``, ``said``, ``order``, ``near``."""
    points: float
    """To four decimals; those of a match add up to its score."""
    most: float
    """What it can be at most."""


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
    """Street or locality, or a service's name; empty for a commune."""
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
    parts: tuple[Part, ...] = field(default=(), compare=False)
    """What the score of a search is made of."""
    spread_m: float | None = None
    """Of a street or a locality: metres from its point to its farthest house, 0 where it has none; else None."""
    category: str = ""
    """Of a service."""
    missing: tuple[str, ...] = ()
    """What an answer that is no address lacks to be one: ``street``, ``housenumber``."""

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
class Slot:
    """One word of a query, and what it may mean."""

    typed: str
    means: Mapping[str, float]
    """Words, the likeliest first, and how well each agrees with what was typed."""
    begun: tuple[str, ...] = ()
    """Beginnings of words that it may be; empty when it is taken as whole."""

    @property
    def weight(self) -> float:
        """How much it says of which entry is meant."""
        return min(tells(self.typed), tells(next(iter(self.means), self.typed)))

    def agrees(self, word: str) -> float:
        """Return how well a word agrees with what was typed, in [0, 1]."""
        known = self.means.get(word, 0.0)
        if self.begun and known < 1.0 and word.startswith(self.begun):
            typed = max(len(begun) for begun in self.begun if word.startswith(begun))
            return max(known, 0.5 + 0.5 * typed / len(word))
        return known


class Slots:
    """The words of a query in their order. What a word of the index has to do with them is found out once.

    Parameters
    ----------
    slots
        May be empty.
    tail
        How many of the last ones stand where a commune is named.
    """

    def __init__(self, slots: Sequence[Slot], tail: int) -> None:
        self.weights = [slot.weight for slot in slots]
        self.total = sum(self.weights)
        self.tail_starts = len(slots) - tail if tail < len(slots) else len(slots)
        self._slots = slots
        self._known: dict[str, tuple[tuple[int, float], ...]] = {}

    def __len__(self) -> int:
        """How many words the query has."""
        return len(self._slots)

    def meant_by(self, word: str) -> tuple[tuple[int, float], ...]:
        """Return the places in the query that may mean a word, each with how well it agrees."""
        known = self._known.get(word)
        if known is None:
            agree = ((place, slot.agrees(word)) for place, slot in enumerate(self._slots))
            known = self._known[word] = tuple(pair for pair in agree if pair[1] > 0.0)
        return known


@dataclass(frozen=True, slots=True)
class Fit:
    """What of a query an entry explains; each in [0, 1]."""

    name: float
    place: float
    said: float
    order: float
    whole: bool
    """Every word of the name is said exactly, together and in order, and the others name the commune."""
    city: float
    """Share of the commune's name that the query says."""
    complete: bool = True
    """Every word of the query has something to do with the entry."""

    def settles(self, *, housed: bool) -> bool:
        """Whether nothing better is to be expected of mending words: all is explained, in order, up to the house."""
        return self.complete and self.order == 1.0 and (housed or self.name * self.city > _NEARLY_ALL)

    def score(self, *, number: float, near: float | None = None) -> float:
        """Return the entry's score in [0, 1]; 1 is a query that says all of it."""
        values = (self.name, self.place, number, self.said, self.order)
        score = sum(most * value for most, value in zip(_MOST.values(), values, strict=True))
        return score if near is None else score * (1 - _NEAR) + _NEAR * near

    def parts(self, *, number: float, near: float | None = None) -> tuple[Part, ...]:
        """Return the score's parts."""
        values = (self.name, self.place, number, self.said, self.order)
        shrunk = 1.0 if near is None else 1 - _NEAR
        found = [
            Part(name, round(shrunk * most * value, 4), shrunk * most)
            for (name, most), value in zip(_MOST.items(), values, strict=True)
        ]
        return tuple(found if near is None else [*found, Part("near", round(_NEAR * near, 4), _NEAR)])


_MOST = {"name": _NAME, "place": _PLACE, "number": _NUMBER, "said": _SAID, "order": _ORDER}


@lru_cache(maxsize=65_536)
def tells(word: str) -> float:
    """Return how much a word says of which entry is meant."""
    return _KIND_TELLS if is_kind(word) else 1.0


def fit(slots: Slots, query: Query, candidate: Candidate) -> Fit:
    """Say how well an entry answers; each word of its name stands for one of the query at most."""
    if not len(slots):
        return Fit(1.0, _place(0.0, query, candidate), 1.0, 1.0, whole=True, city=0.0)
    if not candidate.words:
        return max((_fit_commune(slots, query, candidate, city) for city in candidate.cities), key=lambda f: f.name)
    in_city = _best(slots, [word for words in candidate.cities for word in words])
    told, at, free = _told(slots, candidate.words, in_city)
    said = [0.0] * len(slots)
    for place, part in zip(at, told, strict=True):
        if place >= 0:
            said[place] = part
    for place in free:
        said[place] = in_city[place]
    said = [max(one, _AS_WRITTEN * other) for one, other in zip(said, _best(slots, candidate.also), strict=True)]
    city = max(_share_of(slots, words, free) for words in candidate.cities)
    return _fit(slots, query, candidate, _Told(candidate.words, told, at, said, city))


def _best(slots: Slots, words: Sequence[str]) -> list[float]:
    """Return of each word of the query how well the best of these agrees with it."""
    best = [0.0] * len(slots)
    for word in words:
        for place, agrees in slots.meant_by(word):
            best[place] = max(best[place], agrees)
    return best


def _fit_commune(slots: Slots, query: Query, candidate: Candidate, city: Sequence[str]) -> Fit:
    told, at, _ = _told(slots, city, [0.0] * len(slots))
    said = [0.0] * len(slots)
    for place, part in zip(at, told, strict=True):
        if place >= 0:
            said[place] = part
    said = [max(one, _AS_WRITTEN * other) for one, other in zip(said, _best(slots, candidate.also), strict=True)]
    return _fit(slots, query, candidate, _Told(city, told, at, said, 0.0))


@dataclass(frozen=True, slots=True)
class _Told:
    """What was found of a name in a query."""

    words: Sequence[str]
    parts: Sequence[float]
    """Of each word of the name, how well it is said."""
    at: Sequence[int]
    """Where; −1 = nowhere."""
    said: Sequence[float]
    """Of each word of the query, how well it is explained."""
    city: float


def _fit(slots: Slots, query: Query, candidate: Candidate, told: _Told) -> Fit:
    together = _in_order(told.at)
    explained = sum(weight * part for weight, part in zip(slots.weights, told.said, strict=True))
    exact = all(part >= _AS_WRITTEN for part in told.said)
    return Fit(
        name=_weighed(told.words, told.parts),
        place=_place(told.city, query, candidate),
        said=explained / slots.total,
        order=1.0 if together else 0.5,
        whole=exact and together and all(part == 1.0 for part in told.parts),
        city=told.city,
        complete=all(part > 0.0 for part in told.said),
    )


def _told(
    slots: Slots, words: Sequence[str], elsewhere: Sequence[float]
) -> tuple[list[float], list[int], Sequence[int]]:
    """Give each word of a name the place in the query that means it best, unless that means the commune better.

    Returns
    -------
    tuple
        How well each word is said, where, and the places that are left.
    """
    pairs = []
    for index, word in enumerate(words):
        for place, agrees in slots.meant_by(word):
            other = elsewhere[place]
            if agrees > other or (agrees == other and place < slots.tail_starts):
                pairs.append((-agrees, place, index))
    told, at = [0.0] * len(words), [-1] * len(words)
    free = set(range(len(slots)))
    if len(pairs) > 1:
        pairs.sort()
    for agrees, place, index in pairs:
        if place in free and at[index] < 0:
            told[index], at[index] = -agrees, place
            free.discard(place)
    return told, at, sorted(free)


def _share_of(slots: Slots, words: Sequence[str], free: Sequence[int]) -> float:
    """Return how much of a name the free places say, each word by the one that agrees best."""
    told = [max((agrees for place, agrees in slots.meant_by(word) if place in free), default=0.0) for word in words]
    return _weighed(words, told)


def _weighed(words: Sequence[str], told: Sequence[float]) -> float:
    weights = [tells(word) for word in words]
    return sum(weight * part for weight, part in zip(weights, told, strict=True)) / sum(weights) if weights else 0.0


def _in_order(at: Sequence[int]) -> bool:
    """Whether the words that were found follow each other in the query as they do in the name."""
    found = [place for place in at if place >= 0]
    return all(after == before + 1 for before, after in pairwise(found))


def _place(city: float, query: Query, candidate: Candidate) -> float:
    same = bool(query.postcode) and query.postcode in candidate.postcodes
    if candidate.kind is Position.MUNICIPALITY and not query.postcode:
        return 1.0
    value = _UNNAMED_PLACE + (1 - _UNNAMED_PLACE) * max(city, float(same))
    return value * _OTHER_POSTCODE if query.postcode and not same else value


def match_of(
    candidate: Candidate,
    score: float,
    *,
    house: House | None = None,
    distance_m: float | None = None,
    parts: tuple[Part, ...] = (),
) -> Match:
    """Make the answer: an entry, or one of its houses. Where parts are given, the score is their sum."""
    kind = Position.HOUSENUMBER if house else candidate.kind
    commune_only = kind is Position.MUNICIPALITY
    street, number = "" if commune_only else candidate.name, house.label if house else ""
    postcode = (house.postcode if house else "") or (candidate.postcodes[0] if len(candidate.postcodes) == 1 else "")
    first_line = f"{number} {street}".strip()
    return Match(
        id=house.id if house else candidate.id,
        label=" ".join(filter(None, (first_line, "" if commune_only else postcode, candidate.commune))),
        type=kind,
        number=number,
        street=street,
        postcode=postcode,
        insee=candidate.insee,
        commune=candidate.commune,
        context=candidate.context,
        lon=house.lon if house else candidate.lon,
        lat=house.lat if house else candidate.lat,
        score=round(math.fsum(part.points for part in parts), 4) if parts else score,
        importance=candidate.importance,
        distance_m=distance_m,
        parts=parts,
        spread_m=candidate.spread_m if kind in {Position.STREET, Position.LOCALITY} else None,
        category=candidate.category,
        missing=_missing(kind, candidate),
    )


def _missing(kind: Position, candidate: Candidate) -> tuple[str, ...]:
    if kind is Position.MUNICIPALITY:
        return "street", "housenumber"
    return ("housenumber",) if candidate.numbers and kind in {Position.STREET, Position.LOCALITY} else ()


def by_rank(match: Match) -> tuple[float, float, str, str, str]:
    """Sort key of answers: the best first, the same order for the same answers."""
    return -match.score, -match.importance, match.label, match.insee, match.id
