"""Intervals: the least and the greatest total when what nobody knows exactly is moved. Min to max, never a guess.

A total is Σ x·gained / Σ x·covered over the families, x the factor on each family's weight. Over a box of factors such
a ratio has its extremes at corners, and the families whose own rate lies above the extreme stand at one end of theirs,
the others at the other: with the families sorted by their rates, one of F + 1 cuts is the extreme, exactly. Nothing is
drawn at random, and the interval of a place is the same whenever it is asked for.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Floats, Int32s

__all__ = ["Interval", "bounds", "equivalent", "interval_of", "widened"]

Interval = tuple[float, float]
"""Least and greatest total, 0 … 100."""


def equivalent(one: Interval | None, other: Interval | None) -> bool | None:
    """Say whether two homes are as good as each other as far as anybody can tell: their intervals overlap.

    None when one of them has no interval.
    """
    if one is None or other is None:
        return None
    return one[0] <= other[1] and other[0] <= one[1]


def bounds(
    values: NDArray[np.float64], weight: NDArray[np.float64], family: NDArray[np.int32], share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the greatest total of M places.

    Parameters
    ----------
    values
        (S, M, W) values of W categories under S assumptions, in [0, 1]; NaN = not covered.
    weight
        (W,) of the categories, > 0.
    family
        (W,) number of each category's family, from 0.
    share
        How far the weight of each family is moved, in [0, 1[.

    Returns
    -------
    low, high : (M,) float64
        0 … 100; NaN where nothing is covered under any assumption.
    """
    places = values.shape[1]
    low, high = np.full(places, np.nan), np.full(places, np.nan)
    families = int(family.max()) + 1 if family.size else 0
    _bounds(
        np.ascontiguousarray(values, np.float64),
        np.ascontiguousarray(weight, np.float64),
        np.ascontiguousarray(family, np.int32),
        families,
        share,
        low,
        high,
    )
    return low, high


def interval_of(low: float, high: float, total: float | None) -> Interval | None:
    """Return the interval around a total, None where there is no total.

    The total is one of the assumptions; that it lies within, to the last bit, is seen to here.
    """
    if total is None or math.isnan(low):
        return None
    return min(low, total), max(high, total)


def widened(
    low: NDArray[np.float64], high: NDArray[np.float64], owner: NDArray[np.int64], places: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the bounds of the first `places` rows, widened by those of the others, which are other positions of them.

    Parameters
    ----------
    low, high
        (places + D,) bounds.
    owner
        (D,) the place whose other position each further row is.
    """
    least, greatest = low[:places].copy(), high[:places].copy()
    np.fmin.at(least, owner, low[places:])
    np.fmax.at(greatest, owner, high[places:])
    return least, greatest


@njit(cache=True, nogil=True)
def _bounds(
    values: Floats, weight: Floats, family: Int32s, families: int, share: float, low: Floats, high: Floats
) -> None:
    gained, covered = np.empty(families), np.empty(families)
    order = np.empty(families, np.int64)
    for place in range(values.shape[1]):
        for assumed in range(values.shape[0]):
            gained[:], covered[:] = 0.0, 0.0
            for column in range(weight.size):
                value = values[assumed, place, column]
                if not np.isnan(value):
                    gained[family[column]] += weight[column] * value
                    covered[family[column]] += weight[column]
            known = _by_rate(gained, covered, order)
            if known == 0:
                continue
            least, greatest = _extremes(gained, covered, order[:known], 1.0 - share, 1.0 + share)
            low[place] = np.fmin(low[place], 100.0 * least)
            high[place] = np.fmax(high[place], 100.0 * greatest)


@njit(cache=True, nogil=True)
def _by_rate(gained: Floats, covered: Floats, order: NDArray[np.int64]) -> int:
    """Sort the families that are covered by gained / covered, the best first; return how many there are."""
    known = 0
    for one in range(gained.size):
        if covered[one] > 0.0:
            at = known
            while at > 0 and gained[order[at - 1]] * covered[one] < gained[one] * covered[order[at - 1]]:
                order[at] = order[at - 1]
                at -= 1
            order[at] = one
            known += 1
    return known


@njit(cache=True, nogil=True)
def _extremes(
    gained: Floats, covered: Floats, order: NDArray[np.int64], small: float, large: float
) -> tuple[float, float]:
    """Return the least and the greatest ratio over the cuts of the sorted families."""
    least, greatest = np.inf, -np.inf
    for cut in range(order.size + 1):
        up_gained, up_covered, down_gained, down_covered = 0.0, 0.0, 0.0, 0.0
        for rank in range(order.size):
            one = order[rank]
            up, down = (large, small) if rank < cut else (small, large)
            up_gained += up * gained[one]
            up_covered += up * covered[one]
            down_gained += down * gained[one]
            down_covered += down * covered[one]
        greatest = max(greatest, up_gained / up_covered)
        least = min(least, down_gained / down_covered)
    return least, greatest
