"""The benchmark of addresses found by words judges as it says: on a small drawn ground, where no time counts."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.geocoder.answers import Answer, Judge
from benchmarks.geocoder.drawn import draw_departement
from benchmarks.geocoder.engines import Ours
from benchmarks.geocoder.failures import why, write_failures
from benchmarks.geocoder.fuzz import fuzzed, time_fuzz
from benchmarks.geocoder.grounds import Ground
from benchmarks.geocoder.measuring import GeocoderResults, ask_ground
from benchmarks.geocoder.mistakes import KINDS, Question, folded, question, town_of
from benchmarks.geocoder.section import geocoder_section
from benchmarks.geocoder.sheet import time_sheet
from geo.address_book import distinct_addresses
from geo.places import Address, Position

HOUSE = Address(
    "a", "12 bis", "Rue de l’Église", "38100", "38001", "Saint-Just", 5.0, 45.0, Position.HOUSENUMBER, "ban"
)


@pytest.fixture(scope="module")
def ground() -> Ground:
    addresses, communes = draw_departement(4_000)
    return Ground("small", distinct_addresses(addresses), communes)


def written(kind: str, seed: int = 1) -> str:
    return question(kind, HOUSE, random.Random(seed)).text


def answered(address: Address, **more: object) -> Answer:
    found = Answer(
        1.0, True, "other", address.number, address.street, address.commune, address.postcode, address.lon, address.lat
    )
    return replace(found, **more)  # type: ignore[arg-type]


def test_the_kinds_of_error_are_what_they_are_called() -> None:
    assert written("exact") == "12 bis Rue de l’Église 38100 Saint-Just"
    assert written("no postcode") == "12 bis rue de l eglise saint just"
    for seed in range(40):
        assert question("abbreviated", HOUSE, random.Random(seed)).text.split()[-2] in {"st", "st."}
        for kind, most in (("one typo", 1), ("two typos", 2)):
            text = question(kind, HOUSE, random.Random(seed)).text
            assert text != written("no postcode")
            assert abs(len(text) - len(written("no postcode"))) <= most
        half = question("half-typed", HOUSE, random.Random(seed))
        assert written("no postcode").startswith(half.text)
        swapped = question("swapped", HOUSE, random.Random(seed)).text
        assert sorted(swapped.split()) == sorted(written("no postcode").split())
        assert folded("38100 Saint-Just") in folded(question("pasted", HOUSE, random.Random(seed)).text)


def test_questions_are_drawn_from_a_seed() -> None:
    assert [written(kind, 7) for kind in KINDS] == [written(kind, 7) for kind in KINDS]


def test_a_district_is_written_as_its_town() -> None:
    assert town_of("Lyon 3e Arrondissement") == "Lyon"
    assert town_of("Saint-Just") == "Saint-Just"


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ({}, None),
        ({"number": "12bis"}, None),
        ({"number": ""}, "the street without its number"),
        ({"number": "14"}, "another number"),
        ({"street": "Rue du Four"}, "another street"),
        ({"town": "Vaulx"}, "the street in another commune"),
        ({"postcode": "38200"}, "another postcode"),
        ({"street": "", "number": ""}, "a commune alone"),
        ({"found": False}, "nothing found"),
    ],
)
def test_an_answer_is_right_or_its_fault_is_named(more: dict[str, object], cause: str | None) -> None:
    asked = Question("exact", written("exact"), HOUSE, says_postcode=True)
    answer = answered(HOUSE, **more)
    assert Judge([HOUSE]).right(asked, answer) is (cause is None)
    if cause:
        assert why(asked, answer) == cause


def test_another_house_that_the_words_fit_is_right() -> None:
    asked = Question("half-typed", "12 bis rue de l egl", HOUSE, street="rue de l egl")
    assert Judge([HOUSE]).right(asked, answered(HOUSE, town="Vaulx"))


def test_an_answer_as_near_to_the_question_is_told_apart() -> None:
    asked = Question("one typo", "12 bis rue des eglise saint just", HOUSE)
    assert why(asked, answered(HOUSE, street="Rue des Églises")) == "as near to what was written"


def test_metres_are_those_to_the_base() -> None:
    judge = Judge([HOUSE])
    assert judge.off_m(answered(HOUSE)) == 0.0
    assert 110 < judge.off_m(answered(HOUSE, lat=45.001)) < 112
    assert judge.off_m(answered(HOUSE, number="14")) == float("inf")


def test_a_run_asks_every_kind_and_the_page_says_so(ground: Ground, tmp_path: Path) -> None:
    results = GeocoderResults()
    with Ours.over(ground) as engine:
        ask_ground(results, ground, "ours", engine, 6)
        results.fuzz = time_fuzz(engine.index, ground, 40)
        results.sheet = time_sheet(engine.index, ground, 20)
    results.sizes.append((ground.name, len(ground.addresses), {"ours": engine.index_s}))
    results.absent["addok"] = "addok: it is not installed here"
    assert [(t.kind, t.asked) for t in results.kinds] == [(kind, 6) for kind in KINDS]
    exact = results.kinds[0]
    assert (exact.right, exact.near) == (6, 6)
    assert results.sheet.answered > 15
    page = geocoder_section(results)
    assert all(f"| {kind} |" in page for kind in KINDS)
    assert "Not asked: addok: it is not installed here." in page
    write_failures(tmp_path / "list" / "failures.tsv", results.failures)
    assert (tmp_path / "list" / "failures.tsv").read_text().count("\n") == 1 + len(results.failures)


def test_fuzzed_texts_are_of_every_kind(ground: Ground) -> None:
    texts = list(fuzzed(ground, 80))
    assert texts == list(fuzzed(ground, 80))
    assert max(map(len, texts)) > 2_000
    assert any("NEAR(" in text or '"' in text for text in texts)
    assert not all(text.isascii() for text in texts)
