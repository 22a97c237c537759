"""From words to the one address that they name, or to why there is none: nothing is mended, nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from geo.address_file import AddressFile
from geo.address_match import Candidate, Fit, House, Match, Slots, by_rank, fit, match_of
from geo.address_queries import as_written, mended
from geo.address_text import HouseNumber, Query, is_kind, readings
from geo.errors import AddressReason, AmbiguousAddress, UnknownAddress
from geo.places import Position

__all__ = ["Resolver"]

_POOL = 300
_SUGGESTED = 10
_ADDRESSES = (1, 1 << 62)


class Resolver:
    """Decides over one index.

    Parameters
    ----------
    file
        The index, open.
    """

    def __init__(self, file: AddressFile) -> None:
        self._file = file

    def resolve(self, text: str, precision: Position = Position.HOUSENUMBER) -> Match:
        """Return the one address that the words name.

        A commune is not an address. A street is one only where it has no house numbers, or on request, and then says
        how far its houses lie from its point.

        Parameters
        ----------
        text
            What was typed.
        precision
            The coarsest answer that will do: ``HOUSENUMBER`` or ``STREET``.

        Raises
        ------
        UnknownAddress
            When no entry explains every word, or the street has no such number; the candidates come near.
        AmbiguousAddress
            When several streets or places answer, or the words name a commune or a street only; carries them.
        """
        outcomes = []
        for query in readings(text):
            chosen = self._chosen(query)
            if chosen:
                hits = [match for c in chosen for match in self._housed(query, *c)]
                whole = all(found.whole for _, found in chosen)
                outcomes.append(((not whole, bool(query.number) and not hits), query, chosen, hits))
        if not outcomes:
            self._refuse(text)
        _, query, chosen, hits = min(outcomes, key=lambda outcome: outcome[0])
        if len(chosen) > 1 or len(hits) > 1:
            places = [match for c in chosen for match in self._answers(query, *c)]
            several = sorted(hits + [m for m in places if m not in hits], key=by_rank)[:_SUGGESTED]
            raise AmbiguousAddress(several, reason=_why_several([c for c, _ in chosen]))
        candidate, found = chosen[0]
        if candidate.kind is Position.MUNICIPALITY:
            self._refuse_commune(candidate)
        if query.number is None:
            if candidate.numbers and precision is Position.HOUSENUMBER:
                self._refuse_street(candidate, found)
            return match_of(candidate, 0.0, parts=found.parts(number=1.0))
        if not hits:
            raise UnknownAddress(*self._nearest_numbers(query.number, candidate, found), reason="no_such_number")
        return hits[0]

    def houses(self, number: HouseNumber | None, candidate: Candidate) -> list[House]:
        """Return the houses of an entry that bear a number, in the other writing of its suffix where in none."""
        if number is None or not candidate.numbers:
            return []
        for written in filter(None, (number, number.alias)):
            found = self._file.houses(candidate.row, written.value, written.suffix)
            if found:
                return found
        return []

    def _chosen(self, query: Query) -> list[tuple[Candidate, Fit]]:
        """Return the entries that answer a query best; several when nothing in its words decides between them."""
        found = list(self._candidates(query))
        named = self._file.communes_named(query.tail)
        if named:  # "…, Torcy" asks for Torcy, whatever streets elsewhere are called after it
            found = [c for c in found if c[0].insee in named]
            found = [c for c in found if c[1].city == 1.0] or found
        found = [c for c in found if c[1].whole] or found
        if any(fitted.city == 1.0 for _, fitted in found):
            found = [c for c in found if c[1].city in {0.0, 1.0}]
        return found

    def _candidates(self, query: Query) -> Iterator[tuple[Candidate, Fit]]:
        """Find the entries that explain every word of a query."""
        for step in as_written(query, growing=False):
            slots = Slots(step.slots, len(step.query.tail))
            for candidate in self._file.saying(step.expression, _ADDRESSES, step.limit):
                found = fit(slots, step.query, candidate)
                named = found.name > 0.0 or not step.slots  # the commune alone does not ask for each of its streets
                if candidate.kind is not Position.POI and named and (step.slots or not candidate.words):
                    yield candidate, found

    def _answers(self, query: Query, candidate: Candidate, found: Fit) -> list[Match]:
        number = float(query.number is None)
        return self._housed(query, candidate, found) or [match_of(candidate, 0.0, parts=found.parts(number=number))]

    def _housed(self, query: Query, candidate: Candidate, found: Fit) -> list[Match]:
        parts = found.parts(number=1.0)
        return [match_of(candidate, 0.0, house=h, parts=parts) for h in self.houses(query.number, candidate)]

    def _nearest_numbers(self, number: HouseNumber, candidate: Candidate, found: Fit) -> tuple[list[Match], str]:
        """Return what to say to somebody who asks for a number that the street lacks."""
        parts = found.parts(number=0.0)
        rows = self._file.houses_near(candidate.row, number.value)
        if rows:
            matches = [match_of(candidate, 0.0, house=house, parts=parts) for house in rows]
            return matches, "the street is known, but not this number: choose one that it has"
        place = [match_of(candidate, 0.0, parts=parts)]
        return place, "the place is known, but none of its house numbers: ask without a number"

    def _refuse(self, text: str) -> NoReturn:
        """Say that nothing answers, which commune is not loaded when that is why, and what comes near."""
        for query in readings(text):
            for start in range(len(query.words)):
                for insee in self._file.communes_named(query.words[start:]):
                    if not self._file.streets_of(insee, 1):
                        self._refuse_unloaded(insee)
        raise UnknownAddress(self._near_words(text))

    def _refuse_unloaded(self, insee: str) -> NoReturn:
        commune = self._file.municipality(insee)
        detail = f"no address of {commune.commune} is loaded here"
        raise UnknownAddress([match_of(commune, 0.0)], detail, reason="not_loaded")

    def _refuse_commune(self, candidate: Candidate) -> NoReturn:
        streets = self._file.streets_of(candidate.insee, _SUGGESTED)
        if not streets:
            self._refuse_unloaded(candidate.insee)
        raise AmbiguousAddress(
            [match_of(street, 0.0) for street in streets],
            f"{candidate.commune} is a commune, not an address: add a street and a number",
            reason="municipality",
        )

    def _refuse_street(self, candidate: Candidate, found: Fit) -> NoReturn:
        raise AmbiguousAddress(
            [match_of(candidate, 0.0, parts=found.parts(number=0.0))],
            f"{candidate.name} is a street of {candidate.numbers} house numbers, not an address: add the number, or "
            "ask for the street's own score",
            reason="street",
        )

    def _near_words(self, text: str) -> list[Match]:
        """Return entries that explain at least half of the words, for somebody who mistyped the others."""
        query = readings(text)[0]
        if all(is_kind(word) for word in query.words):
            return []
        near: dict[str, Match] = {}
        for step in mended(query, self._file.vocabulary):
            slots = Slots(step.slots, len(step.query.tail))
            for candidate in self._file.saying(step.expression, _ADDRESSES, step.limit):
                found = fit(slots, step.query, candidate)
                if candidate.words and candidate.kind is not Position.POI and found.said >= 0.5:
                    match = match_of(candidate, 0.0, parts=found.parts(number=0.0))
                    near.setdefault(match.id, match)
            if near:
                break
        return sorted(near.values(), key=by_rank)[:5]


def _why_several(chosen: Sequence[Candidate]) -> AddressReason:
    if all(candidate.kind is Position.MUNICIPALITY for candidate in chosen):
        return "municipality"
    return "street_in_several_places" if len({candidate.words for candidate in chosen}) == 1 else "unknown"
