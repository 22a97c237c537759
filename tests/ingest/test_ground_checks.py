"""What sources say of the same ground, held against one another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.places import Cell, CommuneCount
from ingest.findings import Outcome
from ingest.ground_checks import check_ground
from ingest.results import CommuneFact
from tests.ingest.test_gates import Files
from tests.ingest.world import lonlat


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    return Files(tmp_path_factory.mktemp("files")).lay().gather()


def findings(gathered, **given):
    return {finding.check: finding for finding in check_ground(replace(gathered, **given))}


def cell(insee, people):
    lon, lat = lonlat(1, 1)
    return Cell(f"c{insee}", lon, lat, insee, people, 0.0, 0.0, None)


def test_only_the_halo_is_told_where_nothing_is_counted_twice(gathered):
    assert list(findings(gathered)) == ["halo"]


def test_the_halo_says_in_which_winds_it_has_no_contours(gathered):
    halo = findings(gathered)["halo"]
    assert halo.outcome is Outcome.WARN
    assert halo.subject == "71"
    assert halo.text.startswith("99% of the halo lies in no contour (east 9")
    assert "west 100%" in halo.text


def test_counts_that_nothing_answers_warn(gathered):
    told = [CommuneCount("bpe", code, "health.pharmacy", 1) for code in ("71001", "71002")]
    there = findings(gathered, counts=told)["completeness"]
    assert there.outcome is Outcome.PASS
    assert there.text == ("health.pharmacy: bpe counts 2 in 2 communes, 2 are found; none in 0 of those communes")
    lacking = findings(gathered, counts=[*told, CommuneCount("bpe", "71003", "health.pharmacy", 2)])["completeness"]
    assert lacking.outcome is Outcome.WARN
    assert lacking.text == (
        "health.pharmacy: bpe counts 4 in 3 communes, 2 are found; none in 1 of those communes (71003)"
    )


@pytest.mark.parametrize(
    ("alpha", "outcome"), [(1200, Outcome.PASS), (1090, Outcome.PASS), (1070, Outcome.WARN), (1350, Outcome.WARN)]
)
def test_a_second_population_far_from_the_first_warns(gathered, alpha, outcome):
    told = [CommuneFact("71001", population=alpha), CommuneFact("71002", population=300)]
    found = findings(gathered, facts=told)["population"]
    assert found.outcome is outcome
    assert f"1500 and {alpha + 300} in 2 communes" in found.text
    assert f"Alpha 1200 and {alpha}" in found.text


@pytest.mark.parametrize(("alpha", "outcome"), [(1150.5, Outcome.PASS), (850, Outcome.WARN), (0, Outcome.WARN)])
def test_cells_that_lose_the_people_of_a_commune_warn(gathered, alpha, outcome):
    found = findings(gathered, cells=[cell("71001", alpha), cell("71002", 10)])["cells_by_commune"]
    assert found.outcome is outcome
    assert "people of the COG and of the cells" in found.text
