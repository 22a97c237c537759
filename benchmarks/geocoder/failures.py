"""Every question whose first answer was not the address meant, with the cause as far as words can tell it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from rapidfuzz.distance import OSA

from benchmarks.geocoder.answers import Answer
from benchmarks.geocoder.mistakes import Question, folded, town_of

__all__ = ["Failure", "why", "write_failures"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of the list; ``meant`` and ``got`` are rows of a base, so the list is never committed."""

    ground: str
    engine: str
    kind: str
    query: str
    meant: str
    got: str
    cause: str


def why(question: Question, answer: Answer) -> str:
    """Say in what the answer differs; an answer as near to what was written as the address meant is no fault of it."""
    if not answer.found:
        return "nothing found"
    if _as_near(question, answer):
        return "as near to what was written"
    return _difference(question, answer)


def _difference(question: Question, answer: Answer) -> str:
    meant = question.meant
    if not answer.street:
        return "a commune alone"
    same_town = folded(town_of(answer.town)) == folded(town_of(meant.commune))
    if folded(answer.street) != folded(meant.street):
        return "another street" if same_town else "another street in another commune"
    if not same_town:
        return "the street in another commune"
    if question.says_postcode and answer.postcode != meant.postcode:
        return "another postcode"
    return "another number" if answer.number else "the street without its number"


def write_failures(path: Path, failures: Sequence[Failure]) -> None:
    """Write the list as tab-separated text, by geocoder, kind and ground."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        writer.writerow([field.name for field in fields(Failure)])
        rows = [astuple(failure) for failure in failures]
        writer.writerows([" ".join(cell.split()) for cell in row] for row in sorted(rows, key=_order))


def _order(row: tuple[str, ...]) -> tuple[str, ...]:
    ground, engine, kind, *rest = row
    return engine, kind, ground, *rest


def _as_near(question: Question, answer: Answer) -> bool:
    """Whether the answer, written out like the question, is as few slips away from it as the address meant."""
    meant, written = question.meant, folded(question.text)
    if not answer.number or folded(answer.number) != folded(meant.number):
        return False
    town = "" if question.street else town_of(answer.town)
    answered = folded(f"{answer.number} {answer.street} {answer.postcode * question.says_postcode} {town}")
    town = "" if question.street else town_of(meant.commune)
    asked = folded(f"{meant.number} {meant.street} {meant.postcode * question.says_postcode} {town}")
    if question.kind == "half-typed":
        answered, asked = answered[: len(written)], asked[: len(written)]
    return OSA.distance(written, answered) <= OSA.distance(written, asked)
