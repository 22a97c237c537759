"""Addresses of a snapshot: search while typing, resolve to one place or refuse, and the address near a point.

A search suggests; only :meth:`AddressIndex.resolve` decides, and it never guesses. The file is
:mod:`geo.address_file`'s, what an answer is worth :mod:`geo.address_match`'s.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from geo.address_book import Entry, distinct_addresses, entries
from geo.address_file import AddressFile
from geo.address_match import Candidate, Fit, House, Match, Part, Slots, by_rank, fit, match_of
from geo.address_queries import Step, all_of, as_written, mended, quoted
from geo.address_resolving import Resolver
from geo.address_text import Query, readings
from geo.places import Address, Commune, Position
from geo.projection import ground_m

__all__ = ["AddressIndex", "Match", "Part", "distinct_addresses"]

_LONGEST_QUERY = 200
_SPARE = 12
"""How many more than asked of the entries that fit best are asked for the house number."""
_REVERSE_RADII_M = (60.0, 250.0, 1000.0, 5000.0)
_FINAL = 0.995
"""With such a score no other reading is tried."""
_MENDED_READINGS = 3
_EXPLAINED = 0.5
"""An entry that explains less of the query is no answer."""
_NEAR_M = 10_000.0
"""Nearness of a preferred point is a half at this distance."""
_STREETS = (Position.HOUSENUMBER, Position.STREET, Position.LOCALITY)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a search is narrowed to."""

    kinds: frozenset[Position] | None
    filters: str
    """An expression of FTS5; empty = none."""
    spans: tuple[tuple[int, int], ...]
    near: tuple[float, float] | None


class AddressIndex:
    """The address index of one snapshot. Each thread reads through a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._file = AddressFile(path)
        self._resolver = Resolver(self._file)

    @classmethod
    def open(cls, path: Path) -> AddressIndex:
        """Open the file, read-only.

        Raises
        ------
        SnapshotCorrupt
            When it is missing or no address index of this format.
        """
        return cls(path)

    @staticmethod
    def write(
        path: Path,
        addresses: Iterable[Address],
        communes: Sequence[Commune],
        departments: Mapping[str, str] | None = None,
        former_names: Mapping[str, Sequence[str]] | None = None,
        services: Sequence[Entry] = (),
    ) -> None:
        """Write the index: equal addresses give equal bytes, in whatever order they come.

        Parameters
        ----------
        path
            A file that does not exist yet.
        addresses
            Any; each is kept once (:func:`distinct_addresses`).
        communes
            Territory and halo.
        departments
            Names by code, for the context line.
        former_names
            By code of a commune, the names of what it was made of.
        services
            What is found by name and is no address (:func:`geo.address_services.service_entries`).
        """
        found = entries(distinct_addresses(addresses), communes, departments or {}, former_names)
        AddressFile.write(path, [*found, *services])

    def close(self) -> None:
        """Close the connections of every thread."""
        self._file.close()

    def search(
        self,
        q: str,
        limit: int = 5,
        kinds: Sequence[Position] | None = None,
        *,
        postcode: str | None = None,
        citycode: str | None = None,
        near: tuple[float, float] | None = None,
    ) -> list[Match]:
        """Suggest addresses for words that may still be typed: the last one may be the beginning of a word.

        Parameters
        ----------
        q
            What was typed; accents, case, the usual abbreviations and one or two slips do not matter. Its first 200
            characters and 16 words count.
        limit
            At most so many.
        kinds
            Only these; None = all.
        postcode, citycode
            Only entries with this postcode, of the commune with this code.
        near
            (lon, lat): what is near comes first among equals.

        Returns
        -------
        list[Match]
            The best first; equal queries give equal lists. Each says what its score is made of. A house number that
            its street lacks gives the street. Services stand behind addresses that answer as well.
        """
        asked = self._narrowed(kinds, postcode, citycode, near)
        best: dict[str, Match] = {}
        read = readings(q[:_LONGEST_QUERY])
        settled = False
        for query in (*read, *filter(None, (query.without_letter for query in read))):
            settled |= self._gather(as_written(query, growing=True), asked, limit, best)
            if settled and max((match.score for match in best.values()), default=0.0) >= _FINAL:
                break
        if not settled:
            for query in read[:_MENDED_READINGS]:
                if self._gather(mended(query, self._file.vocabulary), asked, limit, best):
                    break
        return sorted(best.values(), key=by_rank)[:limit]

    def resolve(self, text: str, *, precision: Position = Position.HOUSENUMBER) -> Match:
        """Return the one address that the words name, without mending them; see :meth:`Resolver.resolve`."""
        return self._resolver.resolve(text[:_LONGEST_QUERY], precision)

    def reverse(self, lon: float, lat: float, limit: int = 1) -> list[Match]:
        """Return the addresses nearest to a point (WGS 84 degrees), within 5 km; ``score`` falls with the metres.

        House numbers, and streets and localities that have none.
        """
        rows: list[Match] = []
        for radius_m in _REVERSE_RADII_M:
            rows = [match for match in self._around(lon, lat, radius_m) if (match.distance_m or 0.0) <= radius_m]
            if len(rows) >= limit:
                break
        return sorted(rows, key=lambda match: (match.distance_m, match.id))[:limit]

    def _narrowed(
        self,
        kinds: Sequence[Position] | None,
        postcode: str | None,
        citycode: str | None,
        near: tuple[float, float] | None,
    ) -> _Asked:
        wanted = None if kinds is None else frozenset(kinds)
        streets = [self._file.spans[kind] for kind in (Position.STREET, Position.LOCALITY) if kind in self._file.spans]
        spans = []
        if Position.MUNICIPALITY in self._file.spans and (wanted is None or Position.MUNICIPALITY in wanted):
            spans.append(self._file.spans[Position.MUNICIPALITY])
        if streets and (wanted is None or wanted & set(_STREETS)):
            spans.append((min(first for first, _ in streets), max(last for _, last in streets)))
        if Position.POI in self._file.spans and (wanted is None or Position.POI in wanted):
            spans.append(self._file.spans[Position.POI])
        if spans and all(after == before + 1 for (_, before), (after, _) in pairwise(spans)):
            spans = [(spans[0][0], spans[-1][1])]
        filters = [
            f"{column} : {quoted(value)}"
            for column, value in (("postcodes", postcode), ("code", citycode and citycode.lower()))
            if value and value.isascii() and value.isalnum()
        ]
        return _Asked(wanted, " AND ".join(filters), tuple(spans), near)

    def _gather(self, steps: Iterator[Step], asked: _Asked, limit: int, best: dict[str, Match]) -> bool:
        """Add the answers of steps until one of them settles what is asked; return whether one does."""
        seen: set[int] = set()
        for step in steps:
            settled = False
            for candidate, found in self._fits(step, asked, seen)[: limit + _SPARE]:
                housed = step.query.number is None or step.as_written
                for match in self._answers(step.query, candidate, found, asked.near):
                    housed |= bool(match.number)
                    if asked.kinds is not None and match.type not in asked.kinds:
                        continue
                    if match.id not in best or best[match.id].score < match.score:
                        best[match.id] = match
                settled |= found.settles(housed=housed)
            if settled:
                return True
        return False

    def _fits(self, step: Step, asked: _Asked, seen: set[int]) -> list[tuple[Candidate, Fit]]:
        """Return the entries that a step finds and none before it did, the one that fits best first."""
        slots = Slots(step.slots, len(step.query.tail))
        fits = []
        for candidate in self._candidates(step, asked):
            if candidate.row not in seen:
                seen.add(candidate.row)
                found = fit(slots, step.query, candidate)
                if found.said >= _EXPLAINED:
                    fits.append((candidate, found))
        return sorted(fits, key=lambda pair: -pair[1].score(number=1.0))

    def _candidates(self, step: Step, asked: _Asked) -> Iterator[Candidate]:
        expression = all_of([step.expression, asked.filters]) if asked.filters else step.expression
        for span in asked.spans:
            yield from self._file.saying(expression, span, step.limit, asked.near)

    def _answers(
        self, query: Query, candidate: Candidate, found: Fit, near: tuple[float, float] | None
    ) -> Iterator[Match]:
        """Return the house numbers that were asked for, or else the entry itself."""
        nearby = None if near is None else _nearby(near, candidate)
        houses = self._resolver.houses(query.number, candidate)
        for house in houses:
            yield match_of(candidate, 0.0, house=house, parts=found.parts(number=1.0, near=nearby))
        if not houses:
            number = float(query.number is None and candidate.kind is not Position.POI)
            yield match_of(candidate, 0.0, parts=found.parts(number=number, near=nearby))

    def _around(self, lon: float, lat: float, radius_m: float) -> Iterator[Match]:
        tall = radius_m / 110_000.0  # degrees; a little wide, the metres are measured after
        wide = tall / max(math.cos(math.radians(lat)), 0.01)
        for candidate, house in self._file.around(lon - wide, lon + wide, lat - tall, lat + tall):
            place: Candidate | House = house or candidate
            distance_m = float(ground_m(lon, lat, place.lon, place.lat))
            yield match_of(candidate, _nearness(distance_m), house=house, distance_m=distance_m)


def _nearby(near: tuple[float, float], candidate: Candidate) -> float:
    wide = math.cos(math.radians(near[1]))
    off_deg = math.hypot((candidate.lon - near[0]) * wide, candidate.lat - near[1])
    return 1.0 / (1.0 + off_deg * 111_000.0 / _NEAR_M)


def _nearness(distance_m: float) -> float:
    """Return the score of an address that lies so many metres from the point: 1 on it, a half at 100 m."""
    return 1.0 / (1.0 + distance_m / 100.0)
