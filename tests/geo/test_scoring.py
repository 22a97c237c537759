"""Scores of the hamlet, worked out by arithmetic: a step of its streets is a minute on foot."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.decay import logistic
from geo.errors import InvalidParameter, OffNetwork, UnknownAddress
from geo.evidence import Status
from geo.method import Profile
from geo.scoring import Component, Place, Score, score, weights
from geo.snapshot import Snapshot
from geo.snapshot_writer import write
from tests.geo import hamlet
from tests.geo.hamlet import METHOD, TAXONOMY, lonlat


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Iterator[Snapshot]:
    opened = Snapshot.open(write(tmp_path_factory.mktemp("whole"), hamlet.content()))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def cut(tmp_path_factory) -> Iterator[Snapshot]:
    """The same hamlet, whose streets go on unloaded beyond column 20 of the middle street."""
    opened = Snapshot.open(write(tmp_path_factory.mktemp("cut"), hamlet.content(edge=[(20, 1)])))
    yield opened
    opened.close()


def profile(snapshot: Snapshot, **families: float) -> Profile:
    return snapshot.profiles["famille"].with_weights(families, snapshot.taxonomy)


def asked(snapshot: Snapshot, place: tuple[float, float], mode: str = "walk", **families: float) -> Score:
    families = families or {"health": 50, "school_secondary": 50}
    (answer,) = score(snapshot, [Place(*lonlat(place))], mode, profile(snapshot, **families))
    assert isinstance(answer, Score)
    return answer


def component(answer: Score, category: str) -> Component:
    return next(c for c in answer.components if c.category == category)


def w(minutes: float, mu: float, sigma: float) -> float:
    return float(logistic(minutes * 60, mu, sigma))


def test_a_component_by_arithmetic(snapshot):
    """From (1, 1): pharmacies at 2, 5.5 and 27 minutes; the third lies beyond the cut-off of 20."""
    pharmacy = component(asked(snapshot, (1, 1)), "health.pharmacy")
    assert pharmacy.status is Status.SCORED
    assert pharmacy.weight == pytest.approx(50 * 0.25)
    assert pharmacy.value == pytest.approx(0.6 * w(2, 10, 4) + 0.3 * w(5.5, 10, 4), abs=2e-4)
    assert [round(reach.seconds) for reach in pharmacy.nearest] == [120, 330, 1620]
    assert [reach.counted for reach in pharmacy.nearest] == [True, True, False]
    assert [snapshot.services.row(r.service).id for r in pharmacy.nearest] == [f"registre:p{n}" for n in (1, 2, 3)]


def test_the_total_by_arithmetic(snapshot):
    """Health counts pharmacies alone (no other kind is completely known), secondary school the collège alone."""
    answer = asked(snapshot, (1, 1))
    pharmacy = 0.6 * w(2, 10, 4) + 0.3 * w(5.5, 10, 4)
    college = w(9, 15, 5)
    points = 50 * 0.25 * pharmacy + 50 * 0.60 * college
    assert answer.covered_weight == pytest.approx((50 * 0.25 + 50 * 0.60) / 100)
    assert answer.total == pytest.approx(points / answer.covered_weight, abs=0.05)


def test_the_three_states(snapshot):
    answer = asked(snapshot, (1, 1), shopping=1, leisure=1, transport=1)
    bakery, library, pool = (component(answer, c) for c in ("shop.bakery", "culture.library", "sport.pool"))
    assert (bakery.status, bakery.value, bakery.points) == (Status.NONE_WITHIN_CUTOFF, 0.0, 0.0)
    assert bakery.nearest == ()  # the one that OpenStreetMap alone knows does not count
    assert (library.status, library.value, library.points) == (Status.NOT_COVERED, None, None)
    assert [(round(r.seconds), r.counted) for r in library.nearest] == [(60, False)]  # shown all the same
    assert pool.status is Status.SCORED  # 28 minutes, cut-off 40
    assert component(answer, "transport.station").status is Status.NONE_WITHIN_CUTOFF
    assert component(answer, "transport.stop").nearest == ()  # no source tells of stops


def test_a_true_zero_counts_in_the_total_and_an_unknown_does_not(snapshot):
    answer = asked(snapshot, (1, 1), transport=100)
    assert answer.covered_weight == pytest.approx(0.35)  # the station; stops, car pools and chargers are not known
    assert answer.total == 0.0


def test_nothing_covered_has_no_total(snapshot):
    answer = asked(snapshot, (1, 1), early_childhood=100)
    assert (answer.total, answer.covered_weight) == (None, 0.0)
    assert {c.status for c in answer.components} == {Status.NOT_COVERED}


def test_by_car_every_trip_parks(snapshot):
    walk, car = (
        component(asked(snapshot, (1, 1), mode), "health.pharmacy").nearest[0].seconds for mode in ("walk", "car")
    )
    assert walk == pytest.approx(120, abs=0.2)
    assert car == pytest.approx(2 * 9.6 + 120, abs=0.2)


def test_only_weighed_families_give_components(snapshot):
    answer = asked(snapshot, (1, 1), health=3, transport=1)
    assert {c.family for c in answer.components} == {"health", "transport"}


def test_a_score_says_where_it_comes_from(snapshot):
    place = Place(*lonlat((1.5, 1.1)), id="a7", label="12 Grande Rue", type="housenumber")
    (answer,) = score(snapshot, [place], "walk", snapshot.profiles["senior"])
    assert isinstance(answer, Score)
    assert (answer.snapshot, answer.mode, answer.profile) == ("aaa1", "walk", "senior")
    assert (answer.method_version, answer.profile_version) == ("2.0.0", "1.0.0")
    assert (answer.place.id, answer.place.label, answer.place.insee) == ("a7", "12 Grande Rue", hamlet.WEST)
    assert answer.place.off_m == pytest.approx(8.0, abs=0.01)


# ---------------------------------------------------------------- the edge of the loaded streets


def test_seconds_to_the_edge_are_told(snapshot, cut):
    assert asked(snapshot, (1, 1)).edge_s is None
    assert asked(cut, (15, 1)).edge_s == pytest.approx(300, abs=0.2)


def test_beyond_the_edge_a_rank_is_not_known(cut):
    """From (15, 1): the edge at 5 minutes, the first pharmacy at 8.5. A nearer one may stand on unloaded streets."""
    pharmacy = component(asked(cut, (15, 1)), "health.pharmacy")
    assert (pharmacy.status, pharmacy.value) == (Status.NOT_COVERED, None)
    assert [round(r.seconds) for r in pharmacy.nearest] == [510, 720, 780]
    assert not any(r.counted for r in pharmacy.nearest)


def test_before_the_edge_the_known_ranks_share_the_worth(cut):
    """From (8, 1): pharmacies at 1.5 and 5 minutes, the edge at 12, the third pharmacy behind it at 20."""
    pharmacy = component(asked(cut, (8, 1)), "health.pharmacy")
    assert pharmacy.value == pytest.approx((0.6 * w(1.5, 10, 4) + 0.3 * w(5, 10, 4)) / 0.9, abs=2e-4)
    assert [r.counted for r in pharmacy.nearest] == [True, True, False]


def test_with_the_edge_beyond_the_cutoff_absence_is_a_zero(cut):
    """From (0, 1) the edge is 20 minutes away, the cut-off of what is near by: bakeries are known to be absent."""
    assert component(asked(cut, (0, 1), shopping=1), "shop.bakery").status is Status.NONE_WITHIN_CUTOFF
    assert component(asked(cut, (2, 1), shopping=1), "shop.bakery").status is Status.NOT_COVERED


# ---------------------------------------------------------------- rows that cannot be scored


def test_one_bad_row_never_fails_the_rest(snapshot):
    lon, lat = lonlat((1, 1))
    unknown = UnknownAddress()
    rows = [
        Place(lon, lat),
        Place(999.0, lat),
        unknown,
        Place(lat, lon),
        Place(lon, math.nan),
        Place(*lonlat((70, 1))),
        Place(lon, lat, id="last"),
    ]
    answers = score(snapshot, rows, "walk", snapshot.profiles["famille"])
    kinds = [Score, InvalidParameter, UnknownAddress, InvalidParameter, InvalidParameter, OffNetwork, Score]
    assert [type(answer) for answer in answers] == kinds
    assert answers[2] is unknown
    assert answers[0].total == answers[6].total
    assert answers[6].place.id == "last"


def test_only_bad_rows(snapshot):
    answers = score(snapshot, [Place(999.0, 0.0), UnknownAddress()], "walk", snapshot.profiles["famille"])
    assert [type(answer) for answer in answers] == [InvalidParameter, UnknownAddress]
    assert score(snapshot, [], "walk", snapshot.profiles["famille"]) == []


def test_off_the_network_the_commune_and_the_metres_are_named(snapshot):
    (answer,) = score(snapshot, [Place(*lonlat((70, 1)))], "walk", snapshot.profiles["famille"])
    assert isinstance(answer, OffNetwork)
    assert (answer.place, answer.loaded) == ("Lointaine", False)
    assert answer.off_m == pytest.approx((70 - 29) * 80, rel=0.001)
    assert "the streets of Lointaine are not loaded" in str(answer)


def test_off_the_network_at_sea(snapshot):
    (answer,) = score(snapshot, [Place(-30.0, 45.0)], "walk", snapshot.profiles["famille"])
    assert isinstance(answer, OffNetwork)
    assert answer.place == ""
    assert answer.off_m > 2_000_000


def test_far_from_a_street_inside_the_loaded_area(tmp_path):
    """The streets of the commune are loaded, none of them is near: the sentence does not say the contrary."""
    wide = hamlet.TOWN.polygon((-20, -20), (50, 40))
    opened = Snapshot.open(write(tmp_path, hamlet.content(loaded_area=wide)))
    (answer,) = score(opened, [Place(*lonlat((5, -10)), insee=hamlet.WEST)], "walk", opened.profiles["famille"])
    opened.close()
    assert isinstance(answer, OffNetwork)
    assert answer.loaded
    assert str(answer) == "no loaded street lies near this point of Ponant; the nearest loaded one lies 800 m away"


def test_an_unknown_mode_lists_the_right_ones(snapshot):
    with pytest.raises(InvalidParameter, match="walk, car"):
        score(snapshot, [], "teleport", snapshot.profiles["famille"])


# ---------------------------------------------------------------- what holds for every score

places = st.tuples(st.floats(0, hamlet.COLUMNS - 1), st.floats(0, hamlet.ROWS - 1))


@settings(deadline=None)
@given(places, st.sampled_from(["walk", "car"]), st.sampled_from(["famille", "jeune_actif", "sans_voiture", "senior"]))
def test_the_total_is_what_its_components_say(snapshot, place, mode, profile_id):
    (answer,) = score(snapshot, [Place(*lonlat(place))], mode, snapshot.profiles[profile_id])
    assert isinstance(answer, Score)
    assert math.fsum(c.weight for c in answer.components) == pytest.approx(100.0, abs=1e-9)
    covered = [c for c in answer.components if c.status is not Status.NOT_COVERED]
    assert answer.covered_weight == pytest.approx(sum(c.weight for c in covered) / 100)
    assert 0.0 <= answer.total <= 100.0
    assert answer.total == pytest.approx(
        sum(c.weight * c.value for c in covered) / sum(c.weight for c in covered) * 100
    )
    for c in answer.components:
        seconds = [reach.seconds for reach in c.nearest]
        assert seconds == sorted(seconds)
        assert len(seconds) <= METHOD.categories[c.category].k
        assert {snapshot.services.row(r.service).category for r in c.nearest} <= {c.category}


@settings(deadline=None, max_examples=20)
@given(st.lists(places, min_size=1, max_size=12))
def test_a_batch_is_the_same_as_one_at_a_time(snapshot, batch):
    rows = [Place(*lonlat(place)) for place in batch]
    family = snapshot.profiles["famille"]
    assert score(snapshot, rows, "walk", family) == [score(snapshot, [row], "walk", family)[0] for row in rows]


def test_long_batches_are_cut_and_joined_in_order(snapshot):
    """Places on both sides of where a batch is cut, among rows that have no score."""
    family = snapshot.profiles["famille"]
    rows = [Place(*lonlat((column, 1)), id=str(column)) for column in range(20)]
    answers = score(snapshot, [UnknownAddress()] * 4086 + rows + [UnknownAddress()], "walk", family)
    assert answers[4086:-1] == score(snapshot, rows, "walk", family)
    assert all(isinstance(answer, UnknownAddress) for answer in (*answers[:4086], answers[-1]))


@pytest.mark.parametrize("profile_id", ["famille", "jeune_actif", "sans_voiture", "senior"])
def test_weights_sum_to_a_hundred(snapshot, profile_id):
    assert math.fsum(weights(METHOD, snapshot.profiles[profile_id]).values()) == pytest.approx(100.0, abs=1e-9)


@given(st.dictionaries(st.sampled_from(sorted(TAXONOMY.families)), st.floats(0.001, 1000), min_size=1))
def test_a_readers_own_weights_sum_to_a_hundred(families):
    own = Profile.load(hamlet.DATA / "profiles" / "famille.toml", TAXONOMY).with_weights(families, TAXONOMY)
    assert math.fsum(weights(METHOD, own).values()) == pytest.approx(100.0, abs=1e-9)


def test_the_weights_of_a_reader_change_the_total_and_no_value(snapshot):
    health, school = asked(snapshot, (1, 1), health=1), asked(snapshot, (1, 1), school_secondary=1)
    both = asked(snapshot, (1, 1), health=1, school_secondary=1)
    assert component(both, "health.pharmacy").value == component(health, "health.pharmacy").value
    assert component(both, "education.college").value == component(school, "education.college").value
    assert replace(component(both, "education.college"), weight=60.0) == component(school, "education.college")
