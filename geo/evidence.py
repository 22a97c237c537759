"""From access to values: decay, depth, cut-off, reach and completeness, for any number of places at once.

The rules are those of ``docs/method.md``. Nothing here knows a profile: a value says how good a category is, a weight
(``scoring``) says how much that matters to somebody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.decay import logistic
from geo.manifest import Completeness
from geo.method import CategoryMethod, DecayParameters, Method

__all__ = [
    "NONE_WITHIN_CUTOFF",
    "NOT_COVERED",
    "SCORED",
    "STATUSES",
    "Reached",
    "Rules",
    "Status",
    "Values",
    "evaluate",
]


class Status(StrEnum):
    """What a value says; the three are never merged."""

    SCORED = "scored"
    NONE_WITHIN_CUTOFF = "none_within_cutoff"
    """Searched, and there is none: a true 0."""
    NOT_COVERED = "not_covered"
    """Not known: no number."""


STATUSES = (Status.SCORED, Status.NONE_WITHIN_CUTOFF, Status.NOT_COVERED)
"""Statuses by the code that :class:`Values` holds."""
SCORED, NONE_WITHIN_CUTOFF, NOT_COVERED = np.int8(0), np.int8(1), np.int8(2)


class Reached(Protocol):
    """What :func:`evaluate` needs of ``fields.Access``: M places × C categories × K ranks."""

    @property
    def seconds(self) -> NDArray[np.float64]:
        """(M, C, K) seconds to the nearest services, ascending; NaN = no further one within the fields' cut-off."""

    @property
    def edge_s(self) -> NDArray[np.float64]:
        """(M,) seconds to the edge of the loaded streets; inf = there is none within reach."""


@dataclass(frozen=True)
class Rules:
    """The constants of one mode as arrays over C categories, in the order of a field."""

    categories: tuple[str, ...]
    mu_min: NDArray[np.float64]
    """(C,) minutes."""
    sigma_min: NDArray[np.float64]
    """(C,) minutes."""
    cutoff_s: NDArray[np.float64]
    """(C,) seconds; a service beyond counts as absent."""
    worth: NDArray[np.float64]
    """(C, K) worth of each rank, summing to 1 in a row; 0 beyond the category's k."""
    complete: NDArray[np.bool_]
    """(C,) whether an absence proves anything."""

    @classmethod
    def of(
        cls,
        method: Method,
        mode: str,
        categories: Sequence[str],
        completeness: Mapping[str, Completeness],
        ranks: int = 5,
        cutoffs_min: Mapping[str, float] | None = None,
    ) -> Rules:
        """Lay out the method for one mode and the categories of a field; K = ``ranks``.

        A reader's own cut-off, of a category or of a range, stretches or shrinks the whole curve: μ and σ keep their
        proportion to it, so that the last minute before it weighs as little as it does in the method.
        """
        rows = [method.categories[category] for category in categories]
        decay = [_own_decay(method.decay[mode][row.range], row, cutoffs_min or {}) for row in rows]
        worth = np.zeros((len(rows), ranks))
        for position, row in enumerate(rows):
            worth[position, : row.k] = method.depth[row.k]
        return cls(
            categories=tuple(categories),
            mu_min=np.array([d.mu_min for d in decay], dtype=np.float64),
            sigma_min=np.array([d.sigma_min for d in decay], dtype=np.float64),
            cutoff_s=np.array([d.cutoff_min * 60.0 for d in decay], dtype=np.float64),
            worth=worth,
            complete=np.array([completeness.get(c) == Completeness.COMPLETE for c in categories], dtype=bool),
        )


def _own_decay(decay: DecayParameters, row: CategoryMethod, cutoffs_min: Mapping[str, float]) -> DecayParameters:
    own_min = cutoffs_min.get(row.category, cutoffs_min.get(row.range))
    if own_min is None:
        return decay
    stretch = own_min / decay.cutoff_min
    return DecayParameters(decay.mu_min * stretch, decay.sigma_min * stretch, own_min)


@dataclass(frozen=True)
class Values:
    """How good each category is at each place: M × C."""

    value: NDArray[np.float64]
    """(M, C) in [0, 1]; NaN exactly where the status is ``not_covered``."""
    status: NDArray[np.int8]
    """(M, C) codes of :data:`STATUSES`."""
    counted: NDArray[np.bool_]
    """(M, C, K) whether the service of a rank enters the value."""


def evaluate(access: Reached, rules: Rules) -> Values:
    """Value every category at every place.

    A rank is *known* when its service is found no later than the edge of the loaded streets, or when that edge lies at
    or beyond the cut-off. A known rank weighs ``logistic(seconds)`` when its service is found within the cut-off, and 0
    otherwise; the value is ``Σ worth·weight / Σ worth`` over the known ranks. No known rank, or an incomplete category:
    ``not_covered``. All known and none found within the cut-off: ``none_within_cutoff``.

    Parameters
    ----------
    access
        Seconds of M places × C categories × K ranks, and seconds to the edge.
    rules
        Of the same C categories and K ranks.
    """
    seconds, edge_s = access.seconds, access.edge_s[:, None, None]
    cutoff_s = rules.cutoff_s[None, :, None]
    counts = rules.worth[None] > 0.0
    with np.errstate(invalid="ignore"):  # comparisons with NaN are false, which is what "none found" means here
        found = counts & (seconds <= cutoff_s)
        known = counts & ((seconds <= edge_s) | (edge_s >= cutoff_s))
    counted = found & known & rules.complete[None, :, None]
    weight = np.where(counted, logistic(seconds, rules.mu_min[:, None], rules.sigma_min[:, None]), 0.0)
    known_worth = np.where(known, rules.worth[None], 0.0).sum(axis=2)
    covered = rules.complete[None] & (known_worth > 0.0)
    gained = (rules.worth[None] * weight).sum(axis=2)
    value = np.where(covered, gained / np.where(covered, known_worth, 1.0), np.nan)
    status = np.where(covered, np.where(counted.any(axis=2), SCORED, NONE_WITHIN_CUTOFF), NOT_COVERED)
    return Values(value=np.minimum(value, 1.0), status=status.astype(np.int8), counted=counted)
