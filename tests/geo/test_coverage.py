"""People within minutes, counted on the hamlet: ten people stand at every second junction of its middle street."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.cells import Basis
from geo.coverage import Coverage, coverage
from geo.errors import InvalidParameter
from geo.manifest import Completeness
from geo.snapshot import Snapshot
from geo.snapshot_writer import write
from tests.geo import hamlet
from tests.geo.hamlet import EAST, FAR, WEST


def opened(folder, **parts) -> Snapshot:
    return Snapshot.open(write(folder, hamlet.content(**parts)))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Iterator[Snapshot]:
    with_cells = opened(tmp_path_factory.mktemp("whole"))
    yield with_cells
    with_cells.close()


@pytest.fixture(scope="module")
def cut(tmp_path_factory) -> Iterator[Snapshot]:
    """The streets go on unloaded beyond column 20."""
    with_edge = opened(tmp_path_factory.mktemp("cut"), edge=[(20, 1)])
    yield with_edge
    with_edge.close()


@pytest.fixture(scope="module")
def by_address(tmp_path_factory) -> Iterator[Snapshot]:
    """No grid: 600 people on 12 addresses in the west, 1,000 on 8 in the east, 250 where nothing is loaded."""
    without_cells = opened(tmp_path_factory.mktemp("addresses"), cells=[])
    yield without_cells
    without_cells.close()


def row(answer: Coverage, insee: str):
    return next(commune for commune in answer.communes if commune.insee == insee)


def figures(people) -> tuple:
    return people.people, people.within, people.not_covered, people.share


def test_counts_by_arithmetic(snapshot):
    """Pharmacies at columns 3, 6.5, 28; within 3 minutes: columns 0, 2, 4, 6, 8 in the west; 26, 28 in the east."""
    answer = coverage(snapshot, "health.pharmacy", "walk", 3)
    assert figures(row(answer, WEST)) == (70.0, 50.0, 0.0, pytest.approx(5 / 7))
    assert figures(row(answer, EAST)) == (70.0, 20.0, 0.0, pytest.approx(2 / 7))
    assert figures(row(answer, FAR)) == (100.0, 0.0, 100.0, None)
    assert figures(answer.territory) == (240.0, 70.0, 100.0, pytest.approx(70 / 140))
    assert (answer.category, answer.mode, answer.minutes, answer.snapshot) == ("health.pharmacy", "walk", 3, "aaa1")


def test_exactly_on_the_minute_is_within(snapshot):
    """From column 0 the pharmacy is 3 minutes away."""
    assert row(coverage(snapshot, "health.pharmacy", "walk", 3), WEST).within == 50.0
    assert row(coverage(snapshot, "health.pharmacy", "walk", 2.99), WEST).within == 40.0


def test_every_commune_of_the_territory_is_listed_and_no_other(snapshot):
    answer = coverage(snapshot, "health.pharmacy", "walk", 3)
    assert [(commune.insee, commune.name) for commune in answer.communes] == sorted(hamlet.NAMES.items())


def test_a_category_that_nobody_gives_covers_nobody(snapshot):
    answer = coverage(snapshot, "transport.station", "walk", 60)
    assert figures(answer.territory) == (240.0, 0.0, 100.0, 0.0)


@pytest.mark.parametrize("category", ["culture.library", "transport.stop"])
def test_incomplete_categories_have_no_share(snapshot, category):
    """A library is found at column 2; as others may be missing, no share could be compared with another commune's."""
    answer = coverage(snapshot, category, "walk", 15)
    assert figures(answer.territory) == (240.0, 0.0, 240.0, None)
    assert {commune.share for commune in answer.communes} == {None}
    assert answer.completeness is not Completeness.COMPLETE


def test_behind_the_edge_of_the_streets_nothing_is_known(cut):
    """The swimming pool stands at column 29. Within 6 minutes of the edge at column 20 absence is not known."""
    answer = coverage(cut, "sport.pool", "walk", 6)
    east = row(answer, EAST)  # columns 16 … 28; the pool is within for 24, 26, 28; not known for 16, 18, 20, 22
    assert (east.within, east.not_covered) == (30.0, 40.0)
    assert east.share == 1.0
    west = row(answer, WEST)  # columns 0 … 12: 8 minutes and more from the edge
    assert figures(west) == (70.0, 0.0, 0.0, 0.0)


def test_by_car_parking_counts(snapshot):
    """Two minutes of parking leave nobody within two minutes but those at the door."""
    assert coverage(snapshot, "education.college", "car", 2).territory.within == 10.0
    assert coverage(snapshot, "education.college", "car", 2.7).territory.within == 40.0  # 4 blocks: 6 … 12


# ---------------------------------------------------------------- communes spread over their addresses


def test_populations_are_spread_over_residential_addresses(by_address):
    assert by_address.demand.basis is Basis.ADDRESSES
    answer = coverage(by_address, "education.college", "walk", 2)  # at column 10: addresses at 8.5, 9.5, 10.5, 11.5
    assert figures(row(answer, WEST)) == (600.0, pytest.approx(4 * 50), 0.0, pytest.approx(4 / 12))
    assert figures(row(answer, EAST)) == (1000.0, 0.0, 0.0, 0.0)
    assert figures(row(answer, FAR)) == (250.0, 0.0, 250.0, None)
    assert figures(answer.territory) == (1850.0, pytest.approx(200), 250.0, pytest.approx(200 / 1600))


def test_shops_are_no_homes(tmp_path):
    homes = [replace(a, residential=a.id in {"w08", "w00"}) for a in hamlet.addresses()]
    snapshot = opened(tmp_path, cells=[], addresses=homes)
    west = row(coverage(snapshot, "education.college", "walk", 2), WEST)
    assert figures(west) == (600.0, 300.0, 0.0, 0.5)
    east = row(coverage(snapshot, "education.college", "walk", 2), EAST)  # nobody is said to live there
    assert figures(east) == (1000.0, 0.0, 1000.0, None)
    snapshot.close()


@pytest.mark.parametrize("cells", [[], hamlet.cells()])
def test_a_commune_cut_by_the_edge_of_the_loaded_streets_has_no_share(tmp_path, cells):
    loaded = hamlet.TOWN.polygon((-1, -1), (26, 3))  # 11.5 of 15.5 columns of the eastern commune
    snapshot = opened(tmp_path, cells=cells, loaded_area=loaded)
    answer = coverage(snapshot, "health.pharmacy", "walk", 60)
    east = row(answer, EAST)
    assert east.share is None
    assert row(answer, WEST).share == 1.0
    # the grid still says who lives where; a population cannot be spread over the addresses of a part
    assert (east.within, east.not_covered) == ((70.0, 0.0) if cells else (0.0, 1000.0))
    snapshot.close()


def test_an_unknown_population_is_not_nobody(tmp_path):
    communes = [replace(c, population=None) if c.insee == WEST else c for c in hamlet.communes()]
    snapshot = opened(tmp_path, cells=[], communes=communes)
    answer = coverage(snapshot, "education.college", "walk", 2)
    assert figures(row(answer, WEST)) == (None, 0.0, 0.0, None)
    assert answer.territory.people == 1250.0
    snapshot.close()


def test_cells_outside_the_territory_do_not_count(tmp_path):
    strangers = [
        hamlet.cell(500, (5, 1), 1000.0, "99001", in_territory=False),
        hamlet.cell(501, (6, 1), 1000.0, "", in_territory=False),
        hamlet.cell(502, (7, 1), 1000.0, WEST, in_territory=False),
    ]
    snapshot = opened(tmp_path, cells=[*hamlet.cells(), *strangers])
    answer = coverage(snapshot, "health.pharmacy", "walk", 3)
    assert figures(row(answer, WEST)) == (70.0, 50.0, 0.0, pytest.approx(5 / 7))
    assert figures(answer.territory) == (240.0, 70.0, 100.0, pytest.approx(70 / 140))
    snapshot.close()


# ---------------------------------------------------------------- what is refused, and what always holds


@pytest.mark.parametrize(
    ("category", "mode", "minutes", "field"),
    [
        ("education.dragons", "walk", 10, "category"),
        ("health.pharmacy", "teleport", 10, "mode"),
        ("health.pharmacy", "walk", 0, "minutes"),
        ("health.pharmacy", "walk", -5, "minutes"),
        ("health.pharmacy", "walk", 60.1, "minutes"),
        ("health.pharmacy", "walk", math.nan, "minutes"),
        ("health.pharmacy", "walk", math.inf, "minutes"),
    ],
)
def test_what_cannot_be_counted_is_named(snapshot, category, mode, minutes, field):
    with pytest.raises(InvalidParameter) as refused:
        coverage(snapshot, category, mode, minutes)
    assert [problem.field for problem in refused.value.problems] == [field]


questions = st.tuples(st.sampled_from([*hamlet.COMPLETE, "culture.library"]), st.sampled_from(["walk", "car"]))


@settings(deadline=None)
@given(questions, st.floats(0.1, 60), st.floats(0.1, 60))
def test_more_minutes_never_reach_fewer_people(snapshot, cut, by_address, question, a, b):
    for place in (snapshot, cut, by_address):
        less, more = (coverage(place, *question, minutes) for minutes in sorted([a, b]))
        assert less.territory.within <= more.territory.within
        for few, many in zip(less.communes, more.communes, strict=True):
            assert few.within <= many.within


@settings(deadline=None)
@given(questions, st.floats(0.1, 60))
def test_the_territory_is_the_sum_of_its_communes(snapshot, cut, by_address, question, minutes):
    for place in (snapshot, cut, by_address):
        answer = coverage(place, *question, minutes)
        for name in ("people", "within", "not_covered"):
            total = getattr(answer.territory, name)
            assert total == pytest.approx(sum(getattr(commune, name) for commune in answer.communes))
        for people in (answer.territory, *answer.communes):
            assert people.within >= 0.0
            assert people.within + people.not_covered <= people.people + 1e-6
            assert people.share is None or 0.0 <= people.share <= 1.0
