"""Names by what distinguishes them, and two lists of rows paired one to one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import thread_time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.likeness import Vocabulary, words
from ingest.matching import MatchRules, Places, _next_m, one_to_one

RULES = MatchRules.load(Path(__file__).resolve().parents[2] / "data" / "conflation.toml")
PLAIN = Vocabulary(frozenset())
PRIMARY = RULES.of("education.ecole_elementaire")


def places(*rows, insee="71001"):
    """Rows of (name, metres east) or (name, metres east, commune)."""
    xy_m = np.array([(row[1], 0.0) for row in rows]).reshape(-1, 2)
    return Places(xy_m, [row[0] for row in rows], [row[2] if len(row) > 2 else insee for row in rows])


def paired(a, b, rule=PRIMARY):
    return [(p.a, p.b, p.reason) for p in one_to_one(rule, a, b)]


def similarity(one, other, vocabulary=PLAIN):
    (alike,) = vocabulary.alike([vocabulary.read(one)], [vocabulary.read(other)])
    return alike


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("École Élémentaire", ("ecole", "elementaire")),
        ("ECOLE ELEM. STE-MARIE", ("ecole", "elementaire", "saint", "marie")),
        ("N.D. / L’Œuvre", ("n", "d", "l", "oeuvre")),
        ("ND DES PRES", ("notre", "dame", "des", "pres")),
        ("L.P. Zola II", ("l", "p", "zola", "2")),
        ("Saint-Cyprien (66)", ("saint", "cyprien")),  # of the départements' Saint-Cyprien, the one of the 66
        ("Ajaccio (2A) 3", ("ajaccio", "3")),
        ("LP Zola3", ("lycee", "professionnel", "zola", "3")),
        ("", ()),
    ],
)
def test_words_are_written_out(name, read):
    assert words(name) == read


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("Ecole Primaire P.Zola", "École élémentaire Paul Zola", 100, 100),  # an initial is the word it begins
        ("École R Zola", "École Paul Zola", 0, 70),
        ("École Zola 1", "École Zola 2", 0, 70),
        ("École Zola 1", "École Zola", 0, 70),
        ("École Zola", "École Émile Zola - Les Pins", 90, 95),  # says all that the other says
        ("École Sainte-Marie", "École Marie Zola", 0, 84),
        ("École Émile Zola", "École Émile Augier", 0, 84),
        ("École publique", "École primaire", 0, 0),
        ("École primaire", "ECOLE PRIMAIRE", 100, 100),
    ],
)
def test_likeness_is_of_what_distinguishes(one, other, low, high):
    assert low <= similarity(one, other, PRIMARY.vocabulary) <= high


def test_a_name_that_its_column_cut_off_goes_on_as_the_other_does():
    assert similarity("Route de Saint-Pierre - La Beauja", "Route de Saint-Pierre - La Beaujarde") == 100
    assert similarity("La Beauja", "La Beaujarde") < 100  # short enough to be whole


def test_what_follows_the_owner_is_the_name():
    hospital = RULES.of("health.hospital").vocabulary
    assert similarity("GRP HOSP DES PRES SITE VERNE APHP", "Hôpital Jules Verne", hospital) >= 90
    assert similarity("CH des Prés site Verne", "CH des Prés site Zola", hospital) < 60
    assert hospital.read("CH des Prés - site").own == hospital.read("CH des Prés").own


names = st.text(alphabet="abéz 12.-", max_size=40)


@given(names, names)
def test_likeness_has_no_direction_and_is_full_for_itself(one, other):
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= 100
    assert similarity(one, one) == (100 if words(one) else 0)


def test_names_alike_near_by_are_one():
    assert paired(places(("École Zola", 0)), places(("ECOLE PRIMAIRE ZOLA", 390))) == [(0, 0, "name")]
    assert paired(places(("École Zola", 0)), places(("École Zola", 390, "71002"))) == [(0, 0, "name")]
    assert paired(places(("École Zola", 0)), places(("École Zola", 900, "71002"))) == []


def test_in_the_commune_a_name_reaches_farther_when_nobody_else_bears_it():
    far = places(("École Zola", 2900))
    assert paired(places(("École Zola", 0)), far) == [(0, 0, "name in commune")]
    assert paired(places(("École Zola", 0), ("École Zola", 500)), far) == []
    assert paired(places(("École Zola", 0)), places(("École Zola", 3100))) == []


def test_a_name_that_says_nothing_goes_to_the_only_one_whom_it_can_mean():
    near = places(("École primaire", 140))
    assert paired(places(("École Zola", 0)), near) == [(0, 0, "unnamed")]
    assert paired(places(("École Zola", 0), ("École Hugo", 30)), near) == []
    # What a name has taken can no more be meant.
    both = places(("École primaire", 140), ("École Hugo", 35))
    assert paired(places(("École Zola", 0), ("École Hugo", 30)), both) == [(1, 1, "name"), (0, 0, "unnamed")]


def test_the_only_one_of_a_commune_unless_the_names_disagree():
    assert paired(places(("École Zola", 0)), places(("École primaire", 1900))) == [(0, 0, "alone in commune")]
    assert paired(places(("École Zola", 0)), places(("École Hugo", 1900))) == []
    assert paired(places(("École Zola", 0), ("École Gide", 5000)), places(("École primaire", 1900))) == []
    unknown = places(("École primaire", 1900), insee="")
    assert paired(places(("École Zola", 0), insee=""), unknown) == []


def test_nearness_alone_needs_an_empty_neighbourhood():
    assert paired(places(("École Zola", 0)), places(("École Hugo", 19))) == [(0, 0, "alone")]
    assert paired(places(("École Zola", 0), ("École Gide", 75)), places(("École Hugo", 19))) == []
    assert paired(places(("École Zola", 0), ("École Gide", 90)), places(("École Hugo", 19))) == [(0, 0, "alone")]
    assert paired(places(("École Zola", 0)), places(("École Hugo", 0)), replace(PRIMARY, alone_m=0)) == []


def test_words_that_exclude_each_other_keep_two_apart():
    one, other = places(("École publique Zola", 0)), places(("École privée Zola", 1))
    assert paired(one, other) == []
    assert paired(places(("École Zola", 0)), other) == [(0, 0, "name")]
    lycee = RULES.of("education.lycee")
    general, pro = places(("Lycée général Zola", 0)), places(("LP Zola", 1))
    assert paired(general, pro, lycee) == []


def test_privately_run_is_said_where_it_is_true():
    assert paired(places(("École primaire", 0)), places(("École privée", 10))) == []


def test_nothing_pairs_with_nothing():
    assert paired(places(), places(("École Zola", 0))) == paired(places(("École Zola", 0)), places()) == []


rows = st.lists(
    st.tuples(
        st.sampled_from(["", "École", "École Zola", "École Hugo", "École E. Zola", "École privée Zola"]),
        st.integers(0, 12).map(lambda n: 45.0 * n),
        st.sampled_from(["", "71001", "71002"]),
    ),
    max_size=8,
    unique=True,
)


@settings(max_examples=150, deadline=None)
@given(rows, rows)
def test_each_row_once_and_the_sides_may_change_places(first, second):
    second = [(name, metres + 7.3 * n, insee) for n, (name, metres, insee) in enumerate(second)]
    away_m = [abs(one[1] - other[1]) for one in first for other in second]
    assume(len({round(metres, 3) for metres in away_m}) == len(away_m))  # between equals the order decides
    a, b = places(*first), places(*second)
    pairs = one_to_one(PRIMARY, a, b)
    assert len({p.a for p in pairs}) == len({p.b for p in pairs}) == len(pairs)
    for pair in pairs:
        assert pair.distance_m == pytest.approx(abs(first[pair.a][1] - second[pair.b][1]))
        assert pair.distance_m <= PRIMARY.reach_m
    assert {(p.b, p.a, p.reason) for p in one_to_one(PRIMARY, b, a)} == {(p.a, p.b, p.reason) for p in pairs}


@settings(max_examples=60, deadline=None)
@given(rows)
def test_a_list_is_paired_with_itself_row_by_row_where_names_and_places_tell(first):
    distinct = [row for n, row in enumerate(first) if words(row[0]) and n == [r[1] for r in first].index(row[1])]
    pairs = one_to_one(PRIMARY, places(*distinct), places(*distinct))
    assert all(pair.a == pair.b for pair in pairs if pair.reason == "name" and pair.distance_m == 0)


def test_a_country_takes_seconds():
    """20,000 beside 20,000 in 8,000 communes, a tenth of them crowded into ten towns."""
    rng = np.random.default_rng(5)
    commune = np.where(rng.random(20_000) < 0.1, rng.integers(0, 10, 20_000), rng.integers(0, 8_000, 20_000))
    middle = rng.uniform(0, 900_000, (8_000, 2))
    spread = rng.normal(0, 900, (20_000, 2))
    names_ = [f"École {a}{b} {n % 50}" for n, (a, b) in enumerate(rng.choice(["Zola", "Hugo", "Gide"], (20_000, 2)))]
    codes = [f"{code:05d}" for code in commune]
    one = Places(middle[commune] + spread, names_, codes)
    other = Places(one.xy_m + rng.normal(0, 60, (20_000, 2)), names_, codes)
    start = thread_time()
    pairs = one_to_one(PRIMARY, one, other)
    assert thread_time() - start < 10
    assert np.mean([pair.a == pair.b for pair in pairs]) > 0.98
    assert len(pairs) > 19_000


@given(st.text(max_size=30))
def test_a_vocabulary_reads_anything(text):
    wording = Vocabulary(frozenset({"le"})).read(text)
    assert sorted(wording.plain.split()) == sorted(words(text))


FUEL = RULES.of("shop.fuel")


@pytest.mark.parametrize(
    ("a_m", "b_m", "linked"),
    [
        ([0], [0, 75], [(0, 0)]),  # the other is farther than it could ever be
        ([0, 75], [2, 76], [(0, 0), (1, 1)]),
        ([0], [20, 55], []),  # not three times as far
        ([0], [20, 65], [(0, 0)]),
        ([0], [0, 25], []),  # both within one forecourt
        ([0, 10], [5], []),
    ],
)
def test_where_names_do_not_tell_the_next_is_three_times_as_far(a_m, b_m, linked):
    pairs = paired(places(*[("", x) for x in a_m]), places(*[("", x) for x in b_m]), FUEL)
    assert sorted((a, b) for a, b, _ in pairs) == linked


distances = st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1e4)), min_size=1, max_size=12)


@given(distances)
def test_how_far_the_next_is(pairs):
    rows, far_m = np.array([row for row, _ in pairs], dtype=np.intp), np.array([m for _, m in pairs])
    next_m = _next_m(rows, far_m)
    for n, row in enumerate(rows):
        others = [m for k, m in enumerate(far_m) if rows[k] == row and k != n]
        assert next_m[n] == min(others, default=np.inf)
