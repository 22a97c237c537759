"""How links are counted against labels, on rows that are made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.conflation import Found, Labelled, Quality, _judge, judge_schools
from benchmarks.conflation_page import conflation_section
from benchmarks.conflation_rows import content_id, telephone
from benchmarks.conflation_schools import School
from ingest.matching import MatchRules

RULES = MatchRules.load(Path(__file__).resolve().parents[2] / "data" / "conflation.toml")


def labelled(a, b, same):
    return Labelled("shop.fuel", "one", a, "other", b, same)


@pytest.mark.parametrize(
    ("linked", "found"),
    [
        ({("a", "x")}, Found(1, 0, 0)),
        (set(), Found(0, 0, 1)),
        ({("a", "y")}, Found(0, 1, 1)),  # denied by a label, and elsewhere than its own: one wrong link all the same
        ({("a", "z")}, Found(0, 1, 1)),  # no label speaks of it, but a's own is x
        ({("c", "x")}, Found(0, 1, 1)),
        ({("c", "z")}, Found(0, 0, 1)),  # nothing is known
    ],
)
def test_links_against_labels(linked, found):
    assert _judge([labelled("a", "x", True), labelled("a", "y", False)], linked) == found


def test_schools_are_counted_where_the_newer_row_is():
    new = [
        School("0010001A", "001", "education.college", "Collège Zola", (0.0, 0.0), "01001"),
        School("0020001A", "002", "education.college", "Collège Hugo", (9e4, 0.0), "02001"),
        School("0020009A", "002", "education.college", "Collège Gide", (5e4, 0.0), "02002"),
    ]
    old = [
        School("0010001A", "001", "education.college", "College Emile Zola", (80.0, 0.0), "01001"),
        School("0020002A", "002", "education.college", "Collège Hugo", (9e4, 9.0), "02001"),
        School("0020001A", "002", "education.lycee", "Lycée Hugo", (9e4, 9.0), "02001"),
    ]
    assert judge_schools(new, old, RULES) == {"001": Found(1, 0, 0), "002": Found(0, 1, 1)}


def test_shares_and_the_page():
    quality = Quality(Found(98, 1, 10), Found(1, 1, 0), {"shop.fuel": Found(3, 0, 1)}, {"shop.fuel": Found(1, 0, 1)})
    assert quality.schools == Found(99, 2, 10)
    assert Found().precision == Found().recall == 1
    page = conflation_section(quality)
    assert "| **schools** | 99 | 2 | 10 | 0.980 | 0.908 |" in page
    assert "| `shop.fuel`, open | 3 | 0 | 1 | 1.000 | 0.750 |" in page
    assert "| `shop.fuel`, blind | 1 | 0 | 1 | 1.000 | 0.500 |" in page
    assert "| **labelled pairs, blind half** | 1 | 0 | 1 | 1.000 | 0.500 |" in page


def test_keys_of_rows_without_one():
    assert (
        content_id("Brigade  d’Alpha", "1 rue ") == content_id("Brigade d’Alpha", "1 rue") != content_id("Brigade", "")
    )
    assert len(content_id("a")) == 16


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+33 3 85 00 11 22", "385001122"),
        ("03.85.00.11.22", "385001122"),
        ("3631", ""),
        ("0800 11 22 33", ""),
        ("", ""),
    ],
)
def test_telephone_numbers_tell_one_place_or_nothing(written, read):
    assert telephone(written) == read
