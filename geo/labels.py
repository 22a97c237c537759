"""A label: what a service is worth to a junction, in one integer.

It is ``cost << 16 | row``: the cost in tenths of a second and the row of the service within its category. Comparing
labels compares (cost, row), so every tie is settled and every result is the same on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Int32s

__all__ = ["MAX_COST_DS", "MAX_ROW", "NO_LABEL", "ROW_BITS", "Labels", "Seeds"]

ROW_BITS = 16
MAX_COST_DS = 65_534
"""Largest cost that a label carries: 6,553 s."""
MAX_ROW = 65_533
"""Largest service row: a category holds 65,534 services at most."""
NO_LABEL = np.uint32(0xFFFFFFFF)

Labels = NDArray[np.uint32]


class Seeds(NamedTuple):
    """Where the labels of one category start; at most one entry per junction and service."""

    junction: Int32s
    """(S,)"""
    row: Int32s
    """(S,) service within its category, 0 … ``MAX_ROW``."""
    cost_ds: Int32s
    """(S,) from the junction to the service, 0 … ``MAX_COST_DS``."""

    def require_fit(self) -> None:
        """Refuse seeds that a label cannot carry.

        Raises
        ------
        ValueError
            When a service row or a cost is negative or too large.
        """
        for what, values, most in (("service row", self.row, MAX_ROW), ("cost", self.cost_ds, MAX_COST_DS)):
            if values.size and not 0 <= int(values.min()) <= int(values.max()) <= most:
                worst = int(values.min()) if values.min() < 0 else int(values.max())
                raise ValueError(f"a {what} of {worst} does not fit a label: 0 to {most}")
