"""Order points along Hilbert's curve, so that what is near on the ground is near in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["hilbert_order"]

_BITS = 16


def hilbert_order(xy_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the permutation that sorts points (N, 2) along the curve; points of one square keep their order.

    The curve fills the square around the points with 2¹⁶ × 2¹⁶ steps: 3 m each for a square of 200 km.
    """
    if len(xy_m) == 0:
        return np.empty(0, np.int64)
    low = xy_m.min(axis=0)
    side = float((xy_m.max(axis=0) - low).max())
    scale = (2**_BITS - 1) / side if side > 0 else 0.0
    steps = ((xy_m - low) * scale).astype(np.int64)
    return np.argsort(_along_curve(steps[:, 0], steps[:, 1]), kind="stable")


def _along_curve(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Distance along the curve of each step; from the coarsest quadrant to the finest, turning as the curve turns."""
    position = np.zeros(len(x), np.int64)
    for bit in range(_BITS - 1, -1, -1):
        side = np.int64(1 << bit)
        right, upper = (x & side) > 0, (y & side) > 0
        position += side * side * ((3 * right) ^ upper)
        x, y = x & (side - 1), y & (side - 1)
        mirrored = ~upper & right
        x, y = np.where(mirrored, side - 1 - x, x), np.where(mirrored, side - 1 - y, y)
        x, y = np.where(upper, x, y), np.where(upper, y, x)
    return position
