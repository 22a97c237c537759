"""The decay against its published check values, and its contract."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.decay import logistic
from geo.method import Method
from geo.taxonomy import Taxonomy

# mode, range, minutes, weight: worked out by hand from w(t) = (1 + e^(−μs)) / (1 + e^((t − μ)s)), s = π / (σ√3)
CHECKS = [
    ("walk", "proximite", 5, 0.92),
    ("walk", "proximite", 10, 0.51),
    ("walk", "proximite", 15, 0.09),
    ("walk", "intermediaire", 10, 0.86),
    ("walk", "intermediaire", 15, 0.50),
    ("walk", "intermediaire", 20, 0.14),
    ("car", "proximite", 5, 0.78),
    ("car", "proximite", 7, 0.51),
    ("car", "proximite", 10, 0.14),
    ("car", "intermediaire", 10, 0.68),
    ("car", "intermediaire", 12, 0.51),
    ("car", "intermediaire", 20, 0.05),
    ("car", "superieure", 15, 0.79),
    ("car", "superieure", 20, 0.50),
    ("car", "superieure", 30, 0.07),
]


@pytest.fixture(scope="module")
def method(repository) -> Method:
    data = repository / "data"
    return Method.load(data / "method.toml", Taxonomy.load(data / "taxonomy.toml"))


@pytest.mark.parametrize(("mode", "gamme", "minutes", "weight"), CHECKS)
def test_the_shipped_constants_give_the_check_values(method, mode, gamme, minutes, weight):
    decay = method.decay[mode][gamme]
    assert logistic(minutes * 60.0, decay.mu_min, decay.sigma_min) == pytest.approx(weight, abs=0.005)


def test_at_the_cutoff_little_is_left(method):
    """A later service counts as absent: a step that nobody should notice."""
    for ranges in method.decay.values():
        for decay in ranges.values():
            assert logistic(decay.cutoff_min * 60, decay.mu_min, decay.sigma_min) <= 0.011


def test_no_distance_weighs_one_and_none_found_stays_none():
    weights = logistic(np.array([0.0, np.nan, np.inf]), 10, 4)
    assert weights[0] == 1.0
    assert np.isnan(weights[1])
    assert weights[2] == 0.0


def test_shapes_broadcast():
    seconds = np.zeros((5, 3, 2))
    assert logistic(seconds, np.ones((3, 1)), np.ones((3, 1))).shape == (5, 3, 2)


@given(
    st.lists(st.floats(0, 1e7), min_size=2, max_size=2),
    st.floats(1, 60),
    st.floats(0.5, 20),
)
def test_more_seconds_never_weigh_more_and_weights_stay_between_0_and_1(seconds, mu_min, sigma_min):
    near, far = logistic(np.array(sorted(seconds)), mu_min, sigma_min)
    assert 0.0 <= far <= near <= 1.0
