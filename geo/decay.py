"""Minutes to worth: how much a service counts when it is so many seconds away.

Contract of every decay here: seconds in (≥ 0), a share in [0, 1] out, 1 at 0 s, and more seconds never weigh more.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["logistic"]


def logistic(seconds: ArrayLike, mu_min: ArrayLike, sigma_min: ArrayLike) -> NDArray[np.float64]:
    """Weigh seconds by the logistic decay of R5, scaled so that no distance weighs 1.

    ``w(t) = g(0) / g(t)`` with ``g(x) = 1 + exp((x − μ)·π / (σ·√3))``: the survival function of a logistic
    distribution with mean μ and standard deviation σ, divided by its value at 0.

    Parameters
    ----------
    seconds
        Travel time, seconds ≥ 0; NaN (none found) stays NaN, infinity weighs 0.
    mu_min
        Minutes at which about half is left; broadcasts against ``seconds``.
    sigma_min
        Standard deviation in minutes, > 0; broadcasts against ``seconds``.

    Returns
    -------
    NDArray[float64]
        Weights in [0, 1], of the broadcast shape.
    """
    minutes = np.asarray(seconds, dtype=np.float64) / 60.0
    mu = np.asarray(mu_min, dtype=np.float64)
    slope = math.pi / (np.asarray(sigma_min, dtype=np.float64) * math.sqrt(3.0))
    with np.errstate(over="ignore"):  # exp → ∞ far away is the right answer: a weight of 0
        return np.asarray((1.0 + np.exp(-mu * slope)) / (1.0 + np.exp((minutes - mu) * slope)))
