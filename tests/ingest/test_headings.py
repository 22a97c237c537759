"""The commune in front of a place's name is no part of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.headings import without_headings


def short(*rows, other=()):
    """Names of rows of (name, commune), beside another side's."""
    sides = [([name for name, _ in side], [commune for _, commune in side]) for side in (rows, other)]
    return without_headings(sides)[0]


def test_the_commune_goes_and_the_name_stays():
    rows = [("AIX - Molette", "1"), ("AIX -Couronne", "1"), ("AIX_Place de la Mairie", "1"), ("BEY- Le Pont", "2")]
    assert short(*rows, other=[("BEY - Le Pont", "2")]) == ["Molette", "Couronne", "Place de la Mairie", "Le Pont"]


def test_the_first_hyphen_parts_and_those_inside_words_do_not():
    rows = [("ST-AIX - CHAT - Seugny", "1"), ("SAINT AIX - Blaine", "1"), ("Aix-les-Prés", "1")]
    assert short(*rows) == ["CHAT - Seugny", "Blaine", "Aix-les-Prés"]


def test_one_row_alone_says_nothing_of_what_stands_in_front():
    assert short(("Blum - Lavoisier", "1")) == ["Blum - Lavoisier"]


def test_what_stands_in_front_everywhere_is_a_kind_and_no_commune():
    rows = [(f"Brigade - Ville {n}", str(n)) for n in range(6)]
    assert short(*rows, other=rows) == [name for name, _ in rows]


def test_what_a_few_rows_of_a_commune_bear_is_a_place_in_it():
    rows = [("Gare - Quai A", "1"), ("Gare - Quai B", "1"), ("Zola", "1"), ("Hugo", "1"), ("Gide", "1")]
    assert short(*rows) == [name for name, _ in rows]


def test_without_a_commune_nothing_goes():
    assert short(("AIX - Molette", ""), ("AIX - Couronne", "")) == ["AIX - Molette", "AIX - Couronne"]


rows_ = st.lists(st.tuples(st.text("aé -_1", max_size=9), st.sampled_from(["", "1", "2"])), max_size=8)


@given(rows_, rows_)
def test_what_is_left_ends_the_name(one, other):
    for (name, commune), rest in zip(one, short(*one, other=other), strict=True):
        assert name.endswith(rest)
        assert commune or rest == name
        assert rest or not name
