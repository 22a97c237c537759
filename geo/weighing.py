"""What each category weighs for a household, and what weights and values add up to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from geo.method import Method, Profile

__all__ = ["total_of", "weights"]


def weights(method: Method, profile: Profile) -> Mapping[str, float]:
    """Weight of every category that a profile weighs, in the order of the method; they sum to 100."""
    return {
        category: profile.weights[row.family] * row.share
        for category, row in method.categories.items()
        if profile.weights.get(row.family, 0.0) > 0.0 and row.share > 0.0
    }


def total_of(weighed: Iterable[tuple[float, float | None]]) -> tuple[float | None, float]:
    """Add up (weight, value) of the categories; a value of None is not covered.

    Returns
    -------
    total
        Σ points / covered_weight, 0 … 100: the only redistribution. None when nothing is covered.
    covered_weight
        Share of the weights whose category is covered, 0 … 1.
    """
    known = [(weight, weight * value) for weight, value in weighed if value is not None]
    covered_weight = math.fsum(weight for weight, _ in known) / 100.0
    return (math.fsum(points for _, points in known) / covered_weight if known else None), covered_weight
