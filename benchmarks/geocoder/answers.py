"""What a geocoder answers first, and whether it is the address that was meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.geocoder.mistakes import Question, folded, town_of
from geo.places import Address
from geo.projection import ground_m

__all__ = ["Answer", "Judge"]

_Door = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The first answer to a question, and what it took."""

    ms: float
    """Of the processor."""
    found: bool
    key: str = ""
    """Of the base's row."""
    number: str = ""
    street: str = ""
    town: str = ""
    postcode: str = ""
    lon: float = float("nan")
    lat: float = float("nan")

    @property
    def label(self) -> str:
        """One line, for a list of failures."""
        return f"{self.number} {self.street} {self.postcode} {self.town}".strip() if self.found else ""


class Judge:
    """Holds answers against a base, by spelling alone: it knows nothing of how either geocoder reads."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._doors: Mapping[_Door, list[Address]] = defaultdict(list)
        for address in addresses:
            self._doors[_door(address.number, address.street, address.commune)].append(address)

    def right(self, question: Question, answer: Answer) -> bool:
        """Whether the answer is the address meant, or another that the words of the question fit as well."""
        meant = question.meant
        if answer.found and answer.key == meant.id:
            return True
        if not answer.found or _plain(answer.number) != _plain(meant.number):
            return False
        if question.street is not None:
            return folded(answer.street).startswith(question.street)
        if question.says_postcode and answer.postcode != meant.postcode:
            return False
        same_town = folded(town_of(answer.town)) == folded(town_of(meant.commune))
        return same_town and folded(answer.street) == folded(meant.street)

    def off_m(self, answer: Answer) -> float:
        """Return the metres from an answer to where the base has it; infinite where the base has no such address."""
        rows = self._doors.get(_door(answer.number, answer.street, answer.town), [])
        return min((float(ground_m(answer.lon, answer.lat, a.lon, a.lat)) for a in rows), default=float("inf"))


def _door(number: str, street: str, town: str) -> _Door:
    return _plain(number), folded(street), folded(town_of(town))


def _plain(number: str) -> str:
    return folded(number).replace(" ", "")
