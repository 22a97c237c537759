"""Trials: the values of places under every assumption that an interval moves, in one evaluation.

Paces: a mode's seconds divided by the pace. Where nothing but legs moves one on, that is what sweeping the streets at
that pace would give, to the rounding of a tenth of a second an edge. Sites: once all, once without those that nobody
confirmed for long (``geo.confirmation``), from a field that was swept without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.evidence import Rules, Values, evaluate
from geo.fields import RANKS, Access
from geo.method import Profile
from geo.reading import Reading
from geo.snapshot import Snapshot

__all__ = ["Trials", "best_of", "rules_of", "try_out"]


@dataclass(frozen=True)
class Trials:
    """Values of M places × C categories under P paces × T states of the sites."""

    values: Values
    """(P · T · M, C …), the first M as they are."""
    shape: tuple[int, int, int]
    """P, T, M."""
    categories: tuple[str, ...]
    """(C,)."""

    @property
    def central(self) -> Values:
        """What is scored: own pace, all sites."""
        places = self.shape[2]
        values = self.values
        return Values(values.value[:places], values.status[:places], values.counted[:places])

    def of(self, categories: Sequence[str]) -> NDArray[np.float64]:
        """Return the values (P, T, M, W) of W categories; NaN of one that no source tells of."""
        columns = [self.categories.index(name) if name in self.categories else -1 for name in categories]
        value = self.values.value[:, columns]
        value[:, [column < 0 for column in columns]] = np.nan
        return value.reshape(*self.shape, len(columns))


def rules_of(snapshot: Snapshot, mode: str, profile: Profile) -> Rules:
    """Return the constants of a mode, with the reader's own cut-offs where he has some."""
    field = snapshot.fields[mode]

    def made() -> Rules:
        return Rules.of(
            snapshot.method, mode, field.categories, snapshot.completeness, RANKS, cutoffs_min=profile.cutoffs_min
        )

    return made() if profile.cutoffs_min else snapshot.memo(("rules", mode), made)


def try_out(snapshot: Snapshot, mode: str, reading: Reading, profile: Profile) -> Trials:
    """Value places under every assumption.

    A place that the mode does not reach from any street near by is valued 0 where the category is known: nobody gets
    anywhere from it by this mode.
    """
    rules = rules_of(snapshot, mode, profile)
    pace = np.array((1.0, *snapshot.method.interval.pace.get(mode, ())))
    states = [reading.access, *_without_stale(snapshot, mode, reading)]
    seconds = np.stack([access.seconds for access in states])
    rows = np.stack([access.rows for access in states])
    shape = len(pace), len(states), len(reading.marks)
    categories, ranks = seconds.shape[2:]
    edge_s = np.broadcast_to(reading.access.edge_s / pace[:, None, None], shape)
    tried = Access(
        (seconds / pace[:, None, None, None, None]).reshape(-1, categories, ranks),
        np.broadcast_to(rows, (len(pace), *rows.shape)).reshape(-1, categories, ranks),
        edge_s.reshape(-1),
    )
    values = evaluate(tried, rules)
    off = ~reading.on_network
    if off.any():
        nowhere = np.where(rules.complete, 0.0, np.nan)
        values.value.reshape(*shape, categories)[:, :, off] = nowhere
    return Trials(values, shape, snapshot.fields[mode].categories)


def best_of(tried: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return for each category the value of its best mode; NaN = not covered.

    One mode's service is known whatever is not known of the others. That there is none is known only when every mode
    says so.

    Parameters
    ----------
    tried
        Of each mode (P, T, M, W); P and T may be 1 where a mode has one pace or one state.
    """
    best, unknown = tried[0], np.isnan(tried[0])
    for other in tried[1:]:
        best, unknown = np.fmax(best, other), unknown | np.isnan(other)
    return np.where((best == 0.0) & unknown, np.nan, best)


def _without_stale(snapshot: Snapshot, mode: str, reading: Reading) -> list[Access]:
    """Return what the places reach without the sites that nobody confirmed for long; empty when all sites count."""
    confirmed = snapshot.fields[mode].confirmed
    if confirmed is None:
        return []
    own, access = confirmed.at(reading.snap), reading.access
    columns = [snapshot.fields[mode].categories.index(name) for name in confirmed.categories]
    seconds, rows = access.seconds.copy(), access.rows.copy()
    seconds[:, columns], rows[:, columns] = own.seconds, own.rows
    return [Access(seconds, rows, access.edge_s)]
