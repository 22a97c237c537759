"""Ask both geocoders the same questions over each ground, and count what came first, where, and what it took."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.geocoder.answers import Answer, Judge
from benchmarks.geocoder.engines import Addok, Engine, Ours
from benchmarks.geocoder.failures import Failure, why
from benchmarks.geocoder.fuzz import FuzzTimes, time_fuzz
from benchmarks.geocoder.grounds import Ground, grounds
from benchmarks.geocoder.mistakes import KINDS, Question, question
from benchmarks.geocoder.sheet import SheetTimes, time_sheet
from benchmarks.peers import Missing

__all__ = [
    "ENGINES",
    "QUESTIONS",
    "GeocoderResults",
    "Keystrokes",
    "KindTimes",
    "ask_ground",
    "measure_geocoder",
    "percentile",
]

QUESTIONS = 400
"""Of each kind over each ground."""
_TYPED = 40
"""Addresses that are typed letter by letter over each ground."""
_SEED = 2026
_NEAR_M = 50.0
_FEWEST_LETTERS = 3
ENGINES: Mapping[str, Callable[[Ground], AbstractContextManager[Engine]]] = {"ours": Ours.over, "addok": Addok.over}


@dataclass(frozen=True)
class KindTimes:
    """What one geocoder made of one kind of question over one ground."""

    ground: str
    engine: str
    kind: str
    asked: int
    right: int
    near: int
    """Of those right, within 50 m of where the base has them."""
    ms: Sequence[float]


@dataclass(frozen=True)
class Keystrokes:
    """Milliseconds of the processor for each letter typed, from the third."""

    ground: str
    engine: str
    ms: Sequence[float]


@dataclass
class GeocoderResults:
    """All of one run."""

    sizes: list[tuple[str, int, dict[str, float]]] = field(default_factory=list)
    """Ground, its addresses, seconds by the clock from rows to the first answer of each geocoder."""
    kinds: list[KindTimes] = field(default_factory=list)
    keystrokes: list[Keystrokes] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    """Geocoder → why it could not be asked."""
    fuzz: FuzzTimes | None = None
    sheet: SheetTimes | None = None

    def causes(self, engine: str) -> Counter[str]:
        """Count the failures of a geocoder by cause."""
        return Counter(failure.cause for failure in self.failures if failure.engine == engine)


def measure_geocoder(
    mirror: Path | None, engines: Sequence[str] = tuple(ENGINES), questions: int = QUESTIONS, least: str = ""
) -> GeocoderResults:
    """Measure over every ground that is there.

    Parameters
    ----------
    mirror
        Folder of real bases; None = the drawn département alone.
    engines
        Of ``ENGINES``.
    questions
        Of each kind over each ground.
    least
        Only grounds with this in their name.
    """
    results = GeocoderResults()
    for ground in grounds(mirror):
        if least not in ground.name:
            continue
        print(f"→ addresses of {ground.name}: {len(ground.addresses):,}", file=sys.stderr)
        took = {}
        for engine in engines:
            try:
                with ENGINES[engine](ground) as asked:
                    took[engine] = asked.index_s
                    ask_ground(results, ground, engine, asked, questions)
            except Missing as error:
                results.absent[engine] = str(error)
        results.sizes.append((ground.name, len(ground.addresses), took))
    return results


def ask_ground(results: GeocoderResults, ground: Ground, name: str, engine: Engine, questions: int) -> None:
    """Ask one geocoder over one ground, and add to the results."""
    judge = Judge(ground.addresses)
    asked = list(_questions(ground, questions))
    answers = engine.ask([q.text for q in asked])
    for kind in KINDS:
        pairs = [(q, a) for q, a in zip(asked, answers, strict=True) if q.kind == kind]
        results.kinds.append(_count(ground, name, kind, pairs, judge))
        results.failures += [
            Failure(ground.name, name, kind, q.text, _line(q), a.label, why(q, a))
            for q, a in pairs
            if not judge.right(q, a)
        ]
    typed = [answer.ms for answer in engine.ask(list(_typed(ground)))]
    results.keystrokes.append(Keystrokes(ground.name, name, typed))
    if isinstance(engine, Ours) and ground.name.startswith("drawn"):
        results.fuzz = time_fuzz(engine.index, ground)
        results.sheet = time_sheet(engine.index, ground)


def percentile(ms: Sequence[float], share: float) -> float:
    """Return the milliseconds that a share (percent) of the questions stays within."""
    return float(np.percentile(ms, share))


def _questions(ground: Ground, each: int) -> Iterator[Question]:
    rng = random.Random(f"{_SEED} {ground.name}")
    housed = ground.housed
    for kind in KINDS:
        for _ in range(each):
            yield question(kind, rng.choice(housed), rng)


def _typed(ground: Ground) -> Iterator[str]:
    rng = random.Random(f"{_SEED} typed {ground.name}")
    for _ in range(_TYPED):
        text = question("no postcode", rng.choice(ground.housed), rng).text
        yield from (text[:length] for length in range(_FEWEST_LETTERS, len(text) + 1))


def _count(ground: Ground, engine: str, kind: str, pairs: Sequence[tuple[Question, Answer]], judge: Judge) -> KindTimes:
    right = [answer for q, answer in pairs if judge.right(q, answer)]
    near = sum(judge.off_m(answer) <= _NEAR_M for answer in right)
    return KindTimes(ground.name, engine, kind, len(pairs), len(right), near, [answer.ms for _, answer in pairs])


def _line(asked: Question) -> str:
    meant = asked.meant
    return f"{meant.number} {meant.street} {meant.postcode} {meant.commune}"
