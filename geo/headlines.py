"""Two headlines beside a mode's own total: of each category the best of all modes, and the best without a car.

Options of modes (another pace, another need) stay out: nobody chooses between walking and walking slowly. The best is
taken category by category, as a household does: on foot to the école, by car to the hospital.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.intervals import Interval, bounds, interval_of, widened
from geo.method import Profile
from geo.percentiles import Percentile, Percentiles
from geo.places import Commune
from geo.snapshot import Snapshot
from geo.trials import Trials, best_of
from geo.weighing import total_of, weights

__all__ = ["Headline", "Outcomes", "View", "headline_modes"]


@dataclass(frozen=True, slots=True)
class Headline:
    """The total of the best of several modes."""

    total: float | None
    """0 … 100; None when nothing is covered."""
    covered_weight: float
    """Share of the weights that is covered by at least one of the modes, 0 … 1."""
    interval: Interval | None
    percentile: Percentile
    modes: Mapping[str, str]
    """For each category that has a service within reach, the mode that brings most; at a tie the first."""


def headline_modes(snapshot: Snapshot) -> Mapping[str, tuple[str, ...]]:
    """Return for each headline the modes of the snapshot that it takes the best of."""
    rivals = [mode.id for mode in snapshot.modes.values() if mode.option_of is None]
    return {
        name: tuple(mode for mode in rivals if mode not in left_out)
        for name, left_out in snapshot.method.headlines.items()
    }


@dataclass(frozen=True)
class View:
    """What is asked of places: a mode, a household, and what follows from them."""

    mode: str
    profile: Profile
    headlines: Mapping[str, tuple[str, ...]]
    modes: tuple[str, ...]
    """Every mode that has to be read: the one asked for, and those of the headlines."""
    categories: tuple[str, ...]
    """(W,) that the profile weighs."""
    weight: NDArray[np.float64]
    """(W,)."""
    family: NDArray[np.int32]
    """(W,) number of each category's family."""

    @classmethod
    def of(cls, snapshot: Snapshot, mode: str, profile: Profile) -> View:
        """Look at a snapshot as a household would."""
        headlines = headline_modes(snapshot)
        weighed = weights(snapshot.method, profile)
        families = [snapshot.method.categories[name].family for name in weighed]
        numbers = {family: number for number, family in enumerate(dict.fromkeys(families))}
        return cls(
            mode,
            profile,
            headlines,
            tuple(dict.fromkeys((mode, *(name for modes in headlines.values() for name in modes)))),
            tuple(weighed),
            np.array(list(weighed.values()), np.float64),
            np.array([numbers[family] for family in families], np.int32),
        )

    def outcomes(
        self, snapshot: Snapshot, trials: Mapping[str, Trials], owner: NDArray[np.int64], places: int
    ) -> Outcomes:
        """Work out the intervals and the headlines of the first `places` rows.

        The rows after them, D, are other positions of the places that `owner` (D,) int64 names.
        """
        share = snapshot.method.interval.weight_share
        tried = {mode: trial.of(self.categories) for mode, trial in trials.items()}

        def spread(values: NDArray[np.float64]) -> tuple[list[float], list[float]]:
            low, high = bounds(values.reshape(-1, *values.shape[2:]), self.weight, self.family, share)
            least, greatest = widened(low, high, owner, places)
            return least.tolist(), greatest.tolist()

        best = {}
        for name, modes in self.headlines.items():
            if modes:
                values = best_of([tried[mode] for mode in modes])
                central = values[0, 0, :places]
                by = np.stack([tried[mode][0, 0, :places] for mode in modes]) == central
                best[name] = _Best(central.tolist(), by.argmax(axis=0).tolist(), *spread(values))
        return Outcomes(self, best, *spread(tried[self.mode]))


@dataclass(frozen=True)
class _Best:
    """One headline of M places."""

    value: Sequence[Sequence[float]]
    """(M, W); NaN = not covered."""
    by: Sequence[Sequence[int]]
    """(M, W) number of the mode that brings it."""
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Outcomes:
    """Intervals and headlines of M places."""

    view: View
    best: Mapping[str, _Best]
    low: Sequence[float]
    """(M,) least total of the asked mode; NaN = none."""
    high: Sequence[float]

    def interval(self, row: int, total: float | None) -> Interval | None:
        """Return the interval around a place's total in the asked mode."""
        return interval_of(self.low[row], self.high[row], total)

    def headlines(self, snapshot: Snapshot, row: int, commune: Commune | None) -> dict[str, Headline]:
        """Return the headlines of a place; one without any mode in the snapshot is left out."""
        return {name: self._headline(snapshot, name, row, commune) for name in self.best}

    def _headline(self, snapshot: Snapshot, name: str, row: int, commune: Commune | None) -> Headline:
        view, best = self.view, self.best[name]
        values = [None if math.isnan(value) else value for value in best.value[row]]
        total, covered_weight = total_of(zip(view.weight.tolist(), values, strict=True))
        modes = view.headlines[name]
        return Headline(
            total,
            covered_weight,
            interval_of(best.low[row], best.high[row], total),
            Percentiles.of(snapshot).place(modes, view.profile, total, commune),
            {
                category: modes[by]
                for category, value, by in zip(view.categories, values, best.by[row], strict=True)
                if value
            },
        )
