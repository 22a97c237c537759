"""The rules of value, one by one and against a second reading of them in plain Python."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.decay import logistic
from geo.evidence import STATUSES, Rules, Status, evaluate
from geo.manifest import Completeness
from tests.geo.hamlet import METHOD

PHARMACY, COLLEGE, RESTAURANT = "health.pharmacy", "education.college", "shop.restaurant"  # k = 3, 1, 5
INF, NONE = math.inf, math.nan


@dataclass(frozen=True)
class Access:
    """What a field would say."""

    seconds: np.ndarray
    edge_s: np.ndarray


def value_of(category: str, seconds: list[float], edge_s: float = INF, completeness: str = "complete"):
    """Evaluate one category at one place: status, value, counted ranks."""
    rules = Rules.of(METHOD, "walk", [category], {category: Completeness(completeness)})
    ranks = np.full((1, 1, 5), np.nan)
    ranks[0, 0, : len(seconds)] = seconds
    values = evaluate(Access(ranks, np.array([edge_s])), rules)
    return STATUSES[values.status[0, 0]], float(values.value[0, 0]), values.counted[0, 0].tolist()


def weight(minutes: float, mu: float = 10, sigma: float = 4) -> float:
    return float(logistic(minutes * 60, mu, sigma))


def test_ranks_are_weighed_by_depth():
    status, value, counted = value_of(PHARMACY, [300, 600, 900])
    assert status is Status.SCORED
    assert value == pytest.approx(0.6 * weight(5) + 0.3 * weight(10) + 0.1 * weight(15), abs=1e-12)
    assert counted == [True, True, True, False, False]


def test_at_the_door_a_single_right_place_is_worth_everything():
    assert value_of(COLLEGE, [0]) == (Status.SCORED, 1.0, [True, False, False, False, False])


def test_a_service_beyond_the_cutoff_counts_as_absent():
    status, value, counted = value_of(PHARMACY, [300, 1201])  # the cut-off on foot nearby is 20 minutes
    assert (status, counted[:2]) == (Status.SCORED, [True, False])
    assert value == pytest.approx(0.6 * weight(5))
    assert value_of(PHARMACY, [1200])[0] is Status.SCORED
    assert value_of(PHARMACY, [1201])[:2] == (Status.NONE_WITHIN_CUTOFF, 0.0)


def test_none_found_is_a_true_zero_when_the_edge_is_far():
    assert value_of(PHARMACY, [], edge_s=1200)[:2] == (Status.NONE_WITHIN_CUTOFF, 0.0)


def test_none_found_before_the_edge_is_not_known():
    status, value, counted = value_of(PHARMACY, [], edge_s=1199)
    assert status is Status.NOT_COVERED
    assert math.isnan(value)
    assert not any(counted)


def test_only_ranks_found_before_the_edge_are_known():
    """The first is nearer than the edge; where the second really is, nobody can say: its worth is left out."""
    status, value, counted = value_of(PHARMACY, [300, 700], edge_s=600)
    assert status is Status.SCORED
    assert value == pytest.approx(weight(5))
    assert counted[:2] == [True, False]


def test_a_service_exactly_at_the_edge_is_known():
    assert value_of(PHARMACY, [600], edge_s=600)[:2] == (Status.SCORED, pytest.approx(weight(10)))


def test_a_service_behind_the_edge_gives_no_number():
    assert value_of(PHARMACY, [700], edge_s=600)[0] is Status.NOT_COVERED


@pytest.mark.parametrize("completeness", ["partial", "none"])
def test_an_incomplete_category_gives_no_number_whatever_is_found(completeness):
    status, value, counted = value_of(PHARMACY, [60, 120, 180], completeness=completeness)
    assert status is Status.NOT_COVERED
    assert math.isnan(value)
    assert not any(counted)


def expected(category: str, seconds: list[float], edge_s: float, complete: bool) -> tuple[Status, float | None]:
    """The contract's rules in its own order, a rank at a time."""
    row = METHOD.categories[category]
    decay = METHOD.decay["walk"][row.range]
    cutoff_s = decay.cutoff_min * 60
    gained = known = 0.0
    found = False
    for rank, worth in enumerate(METHOD.depth[row.k]):
        at = seconds[rank] if rank < len(seconds) else None
        if not ((at is not None and at <= edge_s) or edge_s >= cutoff_s):
            continue
        known += worth
        if at is not None and at <= cutoff_s:
            found = True
            gained += worth * float(logistic(at, decay.mu_min, decay.sigma_min))
    if not complete or known == 0.0:
        return Status.NOT_COVERED, None
    return (Status.SCORED, gained / known) if found else (Status.NONE_WITHIN_CUTOFF, 0.0)


seconds_of_ranks = st.lists(st.integers(0, 36_000).map(lambda ds: ds / 10), max_size=5).map(sorted)
edges = st.one_of(st.just(INF), st.integers(0, 36_000).map(lambda ds: ds / 10))
categories = st.sampled_from([PHARMACY, COLLEGE, RESTAURANT])


@given(categories, seconds_of_ranks, edges, st.booleans())
def test_two_readings_of_the_rules_agree(category, seconds, edge_s, complete):
    seconds = seconds[: METHOD.categories[category].k]
    status, value, _ = value_of(category, seconds, edge_s, "complete" if complete else "partial")
    wanted, number = expected(category, seconds, edge_s, complete)
    assert status is wanted
    assert math.isnan(value) if number is None else value == pytest.approx(number, abs=1e-12)


@given(categories, seconds_of_ranks, st.integers(0, 4), st.floats(0, 600))
def test_a_service_farther_away_never_raises_the_value(category, seconds, rank, more):
    later = sorted([*seconds[:rank], *(s + more for s in seconds[rank : rank + 1]), *seconds[rank + 1 :]])
    assert value_of(category, later)[1] <= value_of(category, seconds)[1] + 1e-12


@given(categories, seconds_of_ranks, st.integers(0, 3600))
def test_one_more_service_never_lowers_the_value(category, seconds, new):
    k = METHOD.categories[category].k
    assert value_of(category, sorted([*seconds, new])[:k])[1] >= value_of(category, seconds[:k])[1] - 1e-12


@given(categories, seconds_of_ranks, edges)
def test_values_lie_between_0_and_1_and_statuses_say_which_number(category, seconds, edge_s):
    status, value, counted = value_of(category, seconds, edge_s)
    assert (status is Status.NOT_COVERED) == math.isnan(value)
    assert (status is Status.SCORED) == any(counted)
    assert math.isnan(value) or 0.0 <= value <= 1.0
    assert status is not Status.NONE_WITHIN_CUTOFF or value == 0.0


def test_many_places_are_the_same_as_one_at_a_time():
    generator = np.random.default_rng(7)
    rules = Rules.of(METHOD, "car", tuple(METHOD.categories), dict.fromkeys(METHOD.categories, Completeness.COMPLETE))
    seconds = np.sort(generator.uniform(0, 4000, (50, len(rules.categories), 5)), axis=2)
    edge_s = generator.choice([300.0, 900.0, INF], 50)
    together = evaluate(Access(seconds, edge_s), rules)
    for row in range(50):
        alone = evaluate(Access(seconds[row : row + 1], edge_s[row : row + 1]), rules)
        np.testing.assert_array_equal(alone.value[0], together.value[row])
        np.testing.assert_array_equal(alone.status[0], together.status[row])
