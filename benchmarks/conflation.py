"""Conflation: how many of the pairs that ingest links are right, and how many of the right ones it links.

Two sets of true answers. *Schools*: those of Occitanie in the ministry's files of 2024 and 2015, whose shared
identifier is hidden from the rules and then tells who is who. *Pairs*: those of ``pairs``, labelled one by one, hard
cases first, in an open half and a blind one that no rule is chosen on; only ids are kept there, the rows stay in the
mirror. Both sets go through :func:`ingest.matching.one_to_one` with the rules that ship.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.conflation_files import read_rows
from benchmarks.conflation_schools import School, read_schools
from ingest.matching import MatchRules, Places, one_to_one

__all__ = [
    "BLIND",
    "PAIRS",
    "Found",
    "Labelled",
    "Quality",
    "judge_pairs",
    "judge_schools",
    "measure_conflation",
    "read_labels",
]

PAIRS = Path(__file__).with_name("pairs") / "pairs.csv"
BLIND = PAIRS.with_name("blind.csv")
_RULES = Path(__file__).resolve().parents[1] / "data" / "conflation.toml"


@dataclass(frozen=True)
class Found:
    """What came of one set."""

    right: int = 0
    """True pairs that were linked."""
    wrong: int = 0
    """Links between two places."""
    missed: int = 0
    """True pairs that were not linked."""

    @property
    def precision(self) -> float:
        """Share of the links that are right; 1 where there is none."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that are linked; 1 where there is none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def __add__(self, other: Found) -> Found:
        return Found(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


@dataclass(frozen=True)
class Quality:
    """Precision and recall of both sets."""

    tuned: Found
    """Schools of every other département, on which the thresholds were chosen."""
    untouched: Found
    """Schools of the others; their errors were looked at once before the thresholds were settled."""
    pairs: Mapping[str, Found]
    """Of each category of the labelled pairs, those that the rules were chosen on."""
    blind: Mapping[str, Found]
    """Of each category, those that were labelled before any rule had seen them."""

    @property
    def schools(self) -> Found:
        """All schools."""
        return self.tuned + self.untouched

    @property
    def all_pairs(self) -> Found:
        """All labelled pairs of the open half."""
        return sum(self.pairs.values(), Found())

    @property
    def all_blind(self) -> Found:
        """All labelled pairs of the blind half."""
        return sum(self.blind.values(), Found())


@dataclass(frozen=True, slots=True)
class Labelled:
    """One judged pair."""

    category: str
    source_a: str
    id_a: str
    source_b: str
    id_b: str
    same: bool


def measure_conflation(mirror: Path) -> Quality:
    """Judge both sets with the rules that ship."""
    rules = MatchRules.load(_RULES)
    schools = judge_schools(*read_schools(mirror), rules)
    halves = [[found for n, (_, found) in enumerate(sorted(schools.items())) if n % 2 == half] for half in (0, 1)]
    pairs, blind = (judge_pairs(mirror, read_labels(path), rules) for path in (PAIRS, BLIND))
    return Quality(sum(halves[0], Found()), sum(halves[1], Found()), pairs, blind)


def judge_schools(new: Sequence[School], old: Sequence[School], rules: MatchRules) -> dict[str, Found]:
    """Link two vintages category by category, and count by the département of the newer row.

    A pair is true where both vintages have a position for the identifier, whatever category either gives it.
    """
    department = {school.uai: school.department for school in new}
    true = set(department) & {school.uai for school in old}
    right: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    for category in sorted({school.category for school in new} & {school.category for school in old}):
        a, b = ([s for s in side if s.category == category] for side in (new, old))
        for pair in one_to_one(rules.of(category), _places(a), _places(b)):
            count = right if a[pair.a].uai == b[pair.b].uai else wrong
            count[a[pair.a].department] += 1
    expected: dict[str, int] = defaultdict(int)
    for uai in true:
        expected[department[uai]] += 1
    return {
        code: Found(right[code], wrong[code], expected[code] - right[code]) for code in sorted(set(department.values()))
    }


def _places(schools: Sequence[School]) -> Places:
    xy_m = np.array([school.xy_m for school in schools]).reshape(-1, 2)
    return Places(xy_m, [school.name for school in schools], [school.insee for school in schools])


def read_labels(path: Path) -> list[Labelled]:
    """Read the labelled pairs."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Labelled(*row[:5], row[5] == "1") for row in list(csv.reader(lines))[1:]]


def judge_pairs(mirror: Path, labels: Iterable[Labelled], rules: MatchRules) -> dict[str, Found]:
    """Link the sources that labels speak of, all their rows at once, and see what came of the labelled ones.

    Wrong is a link that a label denies, and one that takes either row of a true pair elsewhere.

    Raises
    ------
    KeyError
        A label names a row that its file does not hold.
    """
    groups: dict[tuple[str, str, str], list[Labelled]] = defaultdict(list)
    for label in labels:
        groups[(label.category, label.source_a, label.source_b)].append(label)
    found: dict[str, Found] = defaultdict(Found)
    for (category, source_a, source_b), group in sorted(groups.items()):
        a, b = read_rows(mirror, source_a, category), read_rows(mirror, source_b, category)
        known_a, known_b = set(a.ids), set(b.ids)
        for label in group:
            if label.id_a not in known_a or label.id_b not in known_b:
                raise KeyError(f"{label} names a row that is not there")
        linked = {(a.ids[p.a], b.ids[p.b]) for p in one_to_one(rules.of(category), a.places, b.places)}
        found[category] += _judge(group, linked)
    return dict(sorted(found.items()))


def _judge(labels: Sequence[Labelled], linked: set[tuple[str, str]]) -> Found:
    to_a, to_b = dict(linked), {b: a for a, b in linked}
    true = {(label.id_a, label.id_b) for label in labels if label.same}
    denied = {(label.id_a, label.id_b) for label in labels if not label.same}
    elsewhere = {(a, to_a[a]) for a, b in true if to_a.get(a, b) != b}
    elsewhere |= {(to_b[b], b) for a, b in true if to_b.get(b, a) != a}
    return Found(len(true & linked), len((denied & linked) | elsewhere), len(true - linked))
