"""Intervals: the extremes are those of every corner of the box, whatever is covered."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.confirmation import is_stale, month_of, newest_month
from geo.intervals import bounds, equivalent, interval_of, widened
from geo.places import Licence, Provenance, Service

COVERED = st.floats(0.0, 1.0)
VALUE = st.one_of(COVERED, st.just(float("nan")))


def total(values: np.ndarray, weight: np.ndarray, factor: np.ndarray) -> float:
    """Σ points / covered weight by the definition, in plain Python."""
    known = [(v, w * x) for v, w, x in zip(values, weight, factor, strict=True) if not math.isnan(v)]
    return 100.0 * sum(v * w for v, w in known) / sum(w for _, w in known) if known else float("nan")


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_the_bounds_are_those_of_every_corner(data):
    families = data.draw(st.integers(1, 5))
    family = np.array(data.draw(st.lists(st.integers(0, families - 1), min_size=1, max_size=8)), np.int32)
    weight = np.array(data.draw(st.lists(st.floats(0.1, 30.0), min_size=family.size, max_size=family.size)))
    scenes, places = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    size = scenes * places * family.size
    values = np.array(data.draw(st.lists(VALUE, min_size=size, max_size=size)))
    values = values.reshape(scenes, places, family.size)
    share = data.draw(st.sampled_from([0.0, 0.25, 0.9]))
    low, high = bounds(values, weight, family, share)
    corners = [np.array(c) for c in product((1.0 - share, 1.0 + share), repeat=int(family.max()) + 1)]
    for place in range(places):
        reached = [total(values[s, place], weight, corner[family]) for s in range(scenes) for corner in corners]
        known = [t for t in reached if not math.isnan(t)]
        if known:
            assert low[place] == pytest.approx(min(known), abs=1e-9)
            assert high[place] == pytest.approx(max(known), abs=1e-9)
        else:
            assert np.isnan(low[place])
            assert np.isnan(high[place])


def test_two_families_by_hand():
    # 60 points of a family at 1 and 40 of one at 0: 0.75 × 60 / (0.75 × 60 + 1.25 × 40), and the other way round
    low, high = bounds(np.array([[[1.0, 0.0]]]), np.array([60.0, 40.0]), np.array([0, 1], np.int32), 0.25)
    assert low[0] == pytest.approx(100 * 45 / 95)
    assert high[0] == pytest.approx(100 * 75 / 105)


def test_equal_values_leave_no_doubt_of_weights():
    low, high = bounds(np.full((1, 1, 3), 0.4), np.array([20.0, 30.0, 50.0]), np.array([0, 1, 2], np.int32), 0.25)
    assert low[0] == pytest.approx(40.0)
    assert high[0] == pytest.approx(40.0)


def test_a_total_lies_in_its_interval_to_the_last_bit():
    assert interval_of(70.0, 70.0, 70.00000000000001) == (70.0, 70.00000000000001)
    assert interval_of(60.0, 70.0, None) is None
    assert interval_of(float("nan"), float("nan"), 5.0) is None


def test_other_positions_widen_the_place_that_they_are_of():
    low, high = np.array([10.0, 50.0, 5.0, np.nan]), np.array([20.0, 60.0, 15.0, np.nan])
    least, greatest = widened(low, high, np.array([0, 1]), 2)
    assert least.tolist() == [5.0, 50.0]
    assert greatest.tolist() == [20.0, 60.0]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [((1.0, 2.0), (2.0, 3.0), True), ((1.0, 2.0), (2.1, 3.0), False), (None, (1.0, 2.0), None)],
)
def test_homes_are_equivalent_when_their_intervals_touch(one, other, equal):
    assert equivalent(one, other) is equal
    assert equivalent(other, one) is equal


# ---------------------------------------------------------------- who confirmed a site, and when


@pytest.mark.parametrize(("date", "month"), [("2026", 12), ("2026-03", 3), ("2026-03-31", 3)])
def test_a_date_counts_as_the_last_month_that_it_may_mean(date, month):
    assert month_of(date) == 2026 * 12 + month


def test_what_says_no_date_has_no_month():
    assert month_of("") is None
    assert newest_month(["", "2020", "2024-05"]) == 2024 * 12 + 5
    assert newest_month([]) is None


@pytest.mark.parametrize(("updated", "stale"), [("2023-10", True), ("2023-11", False), ("2025", False), ("", False)])
def test_a_site_is_doubted_by_its_own_date_alone(updated, stale):
    row = Provenance("s", "1", Licence.LO_2_0, "2010")  # the file is old: the gates tell of that
    site = Service("s:1", "shop.bakery", "", 4.4, 46.8, "71153", None, (row,), updated=updated)
    assert is_stale(site, month_of("2025-11"), 24) is stale
    assert not is_stale(site, None, 24)
