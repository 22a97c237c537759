"""French postal text: what people write is what the index holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.address_text import HouseNumber, house_number, is_kind, readings, spellings, words


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Rue du Maréchal Foch", "rue marechal foch"),
        ("R. DU MAL FOCH", "rue marechal foch"),
        ("rue du marechal-foch", "rue marechal foch"),
        ("Av. de l’Église", "avenue eglise"),
        ("avenue de l'Eglise", "avenue eglise"),
        ("Bd St-Michel", "boulevard saint michel"),
        ("Pl. de la République", "place republique"),
        ("Imp. Ste Thérèse", "impasse sainte therese"),
        ("Che des Sts Pères", "chemin saints peres"),
        ("Rte de Chalon s/ Saône", "route chalon sur saone"),
        ("All. du Dr Calmette", "allee docteur calmette"),
        ("Gde Rue", "grande rue"),
        ("Grand'Rue", "grande rue"),
        ("Grande Rue", "grande rue"),
        ("Sq. du Gal de Gaulle", "square general gaulle"),
        ("Rue du Huit Mai 1945", "rue 8 mai 1945"),
        ("Rue du 8 mai 1945", "rue 8 mai 1945"),
        ("Rue du Dix-Neuf Mars 1962", "rue 19 mars 1962"),
        ("Rue du Onze Novembre", "rue 11 novembre"),
        ("Rue des Deux Ponts", "rue deux ponts"),
        ("Rue du Pont Neuf", "rue pont neuf"),
        ("Rue du Premier Mai", "rue 1er mai"),
        ("Rue du 1er mai", "rue 1er mai"),
        ("Rue D", "rue d"),
        ("La Croix d'en Haut", "croix en haut"),
        ("Les", "les"),
        ("Cœur-de-Loup", "coeur loup"),
        ("Rue du Col", "rue colonel"),  # both sides read it so: a little wide, never a miss
        ("ZA des Prés", "zone artisanale pres"),
        ("Rue Pl", "rue pl"),  # the short kinds count at the head alone
        ("   ", ""),
    ],
)
def test_names_are_normalised(written, normal):
    assert " ".join(words(written)) == normal


def test_words_as_they_are_written_are_kept_beside():
    assert spellings("Bd du Mal Leclerc") == ("bd", "mal")
    assert spellings("Rue du Huit Mai") == ("huit",)
    assert spellings("Rue Neuve") == ()


@given(st.text(max_size=60))
def test_normal_words_are_plain_whatever_is_written(text):
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words(text))


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("12", HouseNumber(12)),
        ("12 bis", HouseNumber(12, "bis")),
        ("12bis", HouseNumber(12, "bis")),
        ("12 B", HouseNumber(12, "b")),
        ("12-14", HouseNumber(12)),
        ("12/14", HouseNumber(12)),
        ("0", HouseNumber(0)),
        ("A", HouseNumber(0, "a")),
        ("1234567", HouseNumber(1234567)),
        ("12 Ter A", HouseNumber(12, "ter a")),
    ],
)
def test_numbers_of_known_addresses(label, number):
    assert house_number(label) == number


def test_numbers_are_in_order():
    labels = ["2", "10", "1 ter", "1", "1 bis"]
    assert sorted(labels, key=house_number) == ["1", "1 bis", "1 ter", "2", "10"]


@pytest.mark.parametrize(("suffix", "alias"), [("bis", "b"), ("b", "bis"), ("ter", "t"), ("q", "quater")])
def test_a_letter_and_its_word_are_one_suffix(suffix, alias):
    assert HouseNumber(12, suffix).alias == HouseNumber(12, alias)


def test_other_numbers_have_no_second_writing():
    assert HouseNumber(12).alias is None
    assert HouseNumber(12, "a").alias is None


@pytest.mark.parametrize(
    ("typed", "number", "name", "tail", "postcode"),
    [
        ("187 rue du Maréchal Foch, Le Creusot", HouseNumber(187), "rue marechal foch creusot", "creusot", ""),
        (
            "187bis r. du mal foch 71200 Le Creusot",
            HouseNumber(187, "bis"),
            "rue marechal foch creusot",
            "creusot",
            "71200",
        ),
        ("12 B rue Foch", HouseNumber(12, "b"), "rue foch", "", ""),
        ("12 r Foch", HouseNumber(12), "rue foch", "", ""),
        ("23 bv Bd de Charonne", HouseNumber(23, "bv"), "boulevard charonne", "", ""),
        ("10P1 rue Borel", HouseNumber(10, "p1"), "rue borel", "", ""),
        ("12 le chemin vert", HouseNumber(12), "chemin vert", "", ""),
        ("12, rue Foch", HouseNumber(12), "rue foch", "rue foch", ""),
        ("n° 12 rue Foch", HouseNumber(12), "rue foch", "", ""),
        ("12-14 rue Foch", HouseNumber(12), "rue foch", "", ""),
        ("8 mai 1945, Torcy", None, "8 mai 1945 torcy", "torcy", ""),
        ("8 place du 8 mai 1945", HouseNumber(8), "place 8 mai 1945", "", ""),
        ("3 rue X 71200 Le Creusot Cedex 2, France", HouseNumber(3), "rue x creusot", "creusot", "71200"),
        ("Grande Rue, Montcenis (71)", None, "grande rue montcenis", "montcenis", ""),
        ("71200", None, "", "", "71200"),
        ("", None, "", "", ""),
    ],
)
def test_the_likeliest_reading(typed, number, name, tail, postcode):
    query = readings(typed)[0]
    assert (query.number, " ".join(query.words), " ".join(query.tail), query.postcode) == (number, name, tail, postcode)


def test_a_number_is_read_both_ways():
    assert [(q.number, " ".join(q.words)) for q in readings("4 chemins")] == [
        (HouseNumber(4), "chemins"),
        (None, "4 chemins"),
    ]
    assert [(q.number, " ".join(q.words)) for q in readings("rue Foch 187")] == [
        (None, "rue foch 187"),
        (HouseNumber(187), "rue foch"),
    ]


@pytest.mark.parametrize("typed", ["rue du 8 mai 1945", "place du 11 novembre 1918", "rue du 19 mars 1962"])
def test_dates_are_no_numbers(typed):
    assert [query.number for query in readings(typed)] == [None]


def test_the_word_that_may_still_grow():
    assert readings("rue st")[0].last == "st"
    assert readings("rue de la")[0].last == ""
    assert readings("12 rue, 71200")[0].last == "rue"


@given(st.text(max_size=200))
def test_whatever_is_typed_can_be_read(text):
    found = readings(text)
    assert found
    for query in found:
        assert all(word.isascii() and word.isalnum() for word in query.words)


def test_kinds_of_streets_say_little():
    assert is_kind("rue")
    assert is_kind("av")
    assert not is_kind("foch")
