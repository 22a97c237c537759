"""The rules that ship, on real rows whose answer is known (``benchmarks/conflation.py`` measures them all)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.conflation import PAIRS, Found, judge_pairs, judge_schools, read_labels
from benchmarks.conflation_files import FILES
from benchmarks.conflation_schools import read_schools
from ingest.matching import MatchRules

RULES = MatchRules.load(Path(__file__).resolve().parents[2] / "data" / "conflation.toml")


def test_schools_of_two_vintages_find_each_other_without_their_identifier(mirror):
    schools = judge_schools(*read_schools(mirror), RULES)
    everywhere = sum(schools.values(), Found())
    assert everywhere.right + everywhere.missed == 5411
    assert everywhere.precision >= 0.985
    assert everywhere.recall >= 0.90
    # The half of the départements on which no threshold was chosen holds them too.
    untouched = sum((found for n, (_, found) in enumerate(sorted(schools.items())) if n % 2), Found())
    assert untouched.precision >= 0.985
    assert untouched.recall >= 0.90


FLOORS = {
    # category: precision and recall a little below what is reached
    "health.hospital": (0.99, 0.80),
    "health.pharmacy": (0.99, 0.92),
    "public.france_services": (0.99, 0.91),
    "public.police": (0.99, 0.94),
    "public.post": (0.99, 0.91),
    "shop.fuel": (0.99, 0.80),
    "shop.restaurant": (0.99, 0.98),
    "transport.station": (0.99, 0.95),
    "transport.stop": (0.96, 0.82),
}
"""Of the categories with twenty labelled pairs or more: a single pair moves the others too far."""


def test_the_hard_pairs_of_ten_categories(mirror):
    labels = read_labels(PAIRS)
    found = judge_pairs(mirror, labels, RULES)
    together = sum(found.values(), Found())
    assert together.precision >= 0.99
    assert together.recall >= 0.90
    pairs = Counter(label.category for label in labels)
    assert len(found) == len(pairs) == 10
    assert set(FLOORS) == {category for category, number in pairs.items() if number >= 20}
    below = {
        category: found[category]
        for category, (precision, recall) in FLOORS.items()
        if found[category].precision < precision or found[category].recall < recall
    }
    assert below == {}


def test_the_labels_are_pairs_of_rows_and_hold_nothing_else():
    labels = read_labels(PAIRS)
    assert len(labels) >= 400
    assert len({label.category for label in labels}) >= 8
    assert {label.source_a for label in labels} | {label.source_b for label in labels} <= set(FILES)
    keys = [(label.category, label.source_a, label.id_a, label.source_b, label.id_b) for label in labels]
    assert len(set(keys)) == len(keys)
    assert 0.5 < sum(label.same for label in labels) / len(labels) < 0.8
    assert PAIRS.read_text(encoding="utf-8").splitlines()[0] == "category,source_a,id_a,source_b,id_b,same"


def test_a_label_of_a_row_that_is_gone_is_said(mirror):
    (label, *_) = [label for label in read_labels(PAIRS) if label.category == "transport.station"]
    gone = type(label)(label.category, label.source_a, "0", label.source_b, label.id_b, same=True)
    with pytest.raises(KeyError, match="not there"):
        judge_pairs(mirror, [gone], RULES)
