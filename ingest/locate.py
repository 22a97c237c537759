"""Where an address stands, by the territory's own addresses: what rows without usable coordinates are placed by.

Exact matches alone, after the normalisation that the search uses too (:mod:`geo.address_text`): a house number, or else
its street, in a commune that leaves no doubt. What is not found stays so: a wrong place is worse than none.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from geo.address_book import Entry, distinct_addresses, entries
from geo.address_text import HouseNumber, house_number, readings, words
from geo.places import Address, Commune, Licence, Position, Precision

__all__ = ["Asked", "Located", "Locator", "may_place"]

_POST_BOX = re.compile(r"\b(?:bp|b\.p\.|cs|cidex|tsa)\s*\d+\b|\bcedex\b\s*\d*", re.IGNORECASE)
"""What a postman reads and a street map does not: post boxes, and the sorting office of large receivers."""


def may_place(address: Licence, row: Licence) -> bool:
    """Tell whether an address of one licence may give its place to a row of another.

    ODbL asks that what is derived from its rows stay under it: an address of OpenStreetMap places no official row.
    """
    return address is not Licence.ODBL_1_0 or row is Licence.ODBL_1_0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row says of its address; every part may be empty."""

    insee: str = ""
    """Today's code of the commune."""
    postcode: str = ""
    city: str = ""
    line: str = ""
    """Number and street, perhaps with postcode and town."""
    number: str = ""
    street: str = ""

    @property
    def names_a_street(self) -> bool:
        """Whether there is more to look for than a commune."""
        return bool(self.line or self.street)


@dataclass(frozen=True, slots=True)
class Located:
    """Where an address stands."""

    lon: float
    lat: float
    """WGS 84, degrees."""
    precision: Precision
    """``HOUSENUMBER``; or ``STREET``: the house in its middle."""
    insee: str


@dataclass(frozen=True, slots=True)
class _Street:
    entry: Entry
    twice: frozenset[HouseNumber]
    """Numbers that stand at two places: two streets of one name, in a commune that was born of several."""

    def at(self, number: HouseNumber | None) -> Located | None:
        houses = {house.number: house for house in self.entry.numbers}
        for wanted in (number, number.alias) if number else ():
            if wanted in self.twice:
                return None
            if wanted is not None and wanted in houses:
                house = houses[wanted]
                return Located(house.lon, house.lat, Precision.HOUSENUMBER, self.entry.insee)
        return None if self.twice else Located(self.entry.lon, self.entry.lat, Precision.STREET, self.entry.insee)


class Locator:
    """Finds addresses of a territory.

    Parameters
    ----------
    communes
        Of the territory and its halo: they settle what a postcode and a town's name stand for.
    """

    def __init__(self, communes: Iterable[Commune]) -> None:
        self._communes = {commune.insee: commune for commune in communes}
        self._addresses: dict[str, list[list[Address]]] = defaultdict(list)
        self._streets: dict[str, list[dict[tuple[str, ...], _Street]]] = {}
        self._by_postcode: dict[str, list[Commune]] = defaultdict(list)
        for commune in self._communes.values():
            for postcode in commune.postcodes:
                self._by_postcode[postcode].append(commune)

    def add(self, addresses: Iterable[Address]) -> None:
        """Take in the addresses of one source; of two that know a house, the first taken in is believed."""
        by_commune: dict[str, list[Address]] = defaultdict(list)
        for address in addresses:
            by_commune[address.insee].append(address)
        for insee, rows in by_commune.items():
            self._addresses[insee].append(rows)
            self._streets.pop(insee, None)

    def commune_of(self, postcode: str, city: str) -> str:
        """Return the code of the one commune of this postcode and name; empty where there is none, or more than one."""
        sharing = self._by_postcode.get(postcode, ()) if city else ()
        named = [commune.insee for commune in sharing if words(commune.name) == _town(city)]
        return named[0] if len(named) == 1 else ""

    def has_postcode(self, postcode: str) -> bool:
        """Tell whether a commune of the territory or its halo has this postcode."""
        return postcode in self._by_postcode

    def find(self, asked: Asked) -> Located | None:
        """Return the place of an address: of its house number, else of its street; None where either is in doubt."""
        street: Located | None = None
        for insee, name, number in self._meanings(asked):
            for known in self._streets_of(insee):
                if name not in known:
                    continue
                found = known[name].at(number)
                if found is None:
                    break  # what one source knows to be two is not told apart by another that knows one
                if found.precision is Precision.HOUSENUMBER:
                    return found
                street = street or found
        return street

    def _meanings(self, asked: Asked) -> Iterator[tuple[str, tuple[str, ...], HouseNumber | None]]:
        """Yield what a row may mean: commune, words of the street, number; the likeliest first."""
        if asked.street:
            number = house_number(asked.number) if asked.number else None
            insee = asked.insee or self._only(asked.postcode, _town(asked.city))
            if insee:
                yield insee, words(asked.street), number
        if not asked.line:
            return
        for query in readings(_POST_BOX.sub(" ", asked.line)):
            postcode = asked.postcode or query.postcode
            insee = asked.insee or self._only(postcode, _town(asked.city) or query.tail)
            if insee:
                for name in self._without_town(insee, query.words, query.tail):
                    yield insee, name, query.number

    def _only(self, postcode: str, city: tuple[str, ...]) -> str:
        """Return the commune of a postcode: the one that bears the town's name, or that has the postcode alone."""
        sharing = self._by_postcode.get(postcode, [])
        named = [commune for commune in sharing if words(commune.name) == city]
        chosen = named or sharing
        return chosen[0].insee if len(chosen) == 1 else ""

    def _without_town(self, insee: str, said: tuple[str, ...], tail: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return the words of a line as a street's name: whole, without what follows, without the commune's name."""
        commune = self._communes.get(insee)
        ends = [(), tail, words(commune.name) if commune else ()]
        names = [said[: len(said) - len(end)] for end in ends if said[len(said) - len(end) :] == end]
        return [name for name in dict.fromkeys(names) if name]

    def _streets_of(self, insee: str) -> list[dict[tuple[str, ...], _Street]]:
        """Return the streets of a commune by their words, one mapping for each source."""
        if insee not in self._streets:
            sources = [entries(distinct_addresses(rows), (), {}) for rows in self._addresses.get(insee, ())]
            self._streets[insee] = [
                {e.words: _Street(e, _twice(e)) for e in found if e.kind is Position.STREET} for found in sources
            ]
        return self._streets[insee]


def _twice(entry: Entry) -> frozenset[HouseNumber]:
    counts = Counter(house.number for house in entry.numbers)
    return frozenset(number for number, times in counts.items() if times > 1)


@lru_cache(maxsize=65_536)
def _town(city: str) -> tuple[str, ...]:
    return words(_POST_BOX.sub(" ", city))
