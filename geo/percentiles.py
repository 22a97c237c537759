"""Where a total stands among those of the people who live in the territory, and among those of places alike.

A village is no town: 18 of 100 may be more than most villages have. So a total is placed among the people of the
territory, and among those who live in communes of the same INSEE class of density. Both come from the inhabited cells
of the 200 m grid; where no grid is published, no percentile is given.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from geo.cells import Basis
from geo.evidence import evaluate
from geo.manifest import Completeness
from geo.method import Profile
from geo.places import Commune
from geo.snapshot import Snapshot
from geo.trials import best_of, rules_of

__all__ = ["Percentile", "Percentiles", "Ranking"]

_CHUNK = 2048
_OWN_KEPT = 32
"""Rankings of readers' own weights that are kept: the latest."""
_DIGITS = 9
"""Totals closer than this many decimals are equal: the same place, added up in another order."""


@dataclass(frozen=True, slots=True)
class Percentile:
    """The share of people who live at a lower total, 0 to 100; those at the same total count half."""

    territory: float | None = None
    """Among everybody whose total is known."""
    density: float | None = None
    """Among those in communes of the place's class of density."""
    density_class: int | None = None
    """INSEE's class in seven levels; None = unknown."""
    people: float = 0.0
    """Whom the territory's percentile is among."""
    density_people: float = 0.0
    reason: str = ""
    """Why there is no number: ``no_cells``, ``own_cutoffs``, ``outside_territory``, ``no_total``; empty where there is
    one."""


class Ranking:
    """People by total.

    Parameters
    ----------
    total
        (D,) of each cell; NaN = nothing is covered there.
    people
        (D,) who live there.
    density
        (D,) class of each cell's commune; 0 = unknown.
    """

    def __init__(self, total: NDArray[np.float64], people: NDArray[np.float64], density: NDArray[np.int8]) -> None:
        known = ~np.isnan(total)
        order = np.argsort(total[known], kind="stable")
        self._total, self._people = np.round(total[known][order], _DIGITS), people[known][order]
        self._density = density[known][order]

    def place(self, total: float | None, commune: Commune | None) -> Percentile:
        """Place a total of somewhere in the territory."""
        if total is None or not self._total.size:
            return Percentile(reason="no_total" if total is None else "no_cells")
        level = commune.density if commune else None
        among, people = self._whole
        alike, alike_people = self._alike.get(level or 0, (among[:0], people[:0]))
        return Percentile(
            _share_below(total, among, people),
            _share_below(total, alike, alike_people) if level and alike.size else None,
            level,
            float(people[-1]),
            float(alike_people[-1]) if level and alike.size else 0.0,
        )

    @cached_property
    def _whole(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._total, np.cumsum(self._people)

    @cached_property
    def _alike(self) -> Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """By class: the totals of its cells, ascending, and the people up to each."""
        classes = np.unique(self._density[self._density > 0])
        rows = {int(level): self._density == level for level in classes}
        return {level: (self._total[row], np.cumsum(self._people[row])) for level, row in rows.items()}


def _share_below(total: float, among: NDArray[np.float64], people: NDArray[np.float64]) -> float:
    """Return the share of people below, 0 … 100; `people` is their running sum."""
    asked = round(total, _DIGITS)
    first, last = np.searchsorted(among, asked, "left"), np.searchsorted(among, asked, "right")
    below, up_to = (float(people[at - 1]) if at else 0.0 for at in (first, last))
    return 100.0 * (below + up_to) / 2.0 / float(people[-1])


class Percentiles:
    """The rankings of a snapshot: those of its profiles kept for ever, those of own weights for a while.

    Parameters
    ----------
    snapshot
        Its cells in the territory count; people of the halo never do.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        demand = snapshot.demand
        self._snapshot = snapshot
        self._known = demand.basis is Basis.CELLS and bool(demand.in_territory.any())
        own = demand.in_territory
        self._lonlat, self._people = demand.lonlat[own], demand.people[own]
        levels = np.append(np.nan_to_num(snapshot.communes.density), 0.0).astype(np.int8)
        self._density = levels[demand.commune[own]]
        method = snapshot.method
        self._categories = tuple(
            name
            for name, row in method.categories.items()
            if row.share > 0.0 and snapshot.completeness[name] is Completeness.COMPLETE
        )
        self._kept: OrderedDict[tuple[object, ...], Ranking] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def of(cls, snapshot: Snapshot) -> Percentiles:
        """Return the rankings of a snapshot, made when first asked for."""
        return snapshot.memo("percentiles", lambda: cls(snapshot))

    def place(
        self, modes: tuple[str, ...], profile: Profile, total: float | None, commune: Commune | None
    ) -> Percentile:
        """Place a total of one mode, or of the best of several, among the people of the territory."""
        if not self._known:
            return Percentile(reason="no_cells")
        if profile.cutoffs_min:
            return Percentile(reason="own_cutoffs")
        if commune is None or not commune.in_territory:
            return Percentile(reason="outside_territory")
        return self.ranking(modes, profile).place(total, commune)

    def ranking(self, modes: tuple[str, ...], profile: Profile) -> Ranking:
        """Return the people by their best total among the modes."""
        if self._snapshot.profiles.get(profile.id) is profile:
            key = ("percentiles.ranking", modes, profile.id)
            return self._snapshot.memo(key, lambda: self._ranking(modes, profile))
        own = (modes, *profile.weights.items())
        with self._lock:
            if own in self._kept:
                self._kept.move_to_end(own)
                return self._kept[own]
        made = self._ranking(modes, profile)
        with self._lock:
            self._kept[own] = made
            while len(self._kept) > _OWN_KEPT:
                self._kept.popitem(last=False)
        return made

    def _ranking(self, modes: tuple[str, ...], profile: Profile) -> Ranking:
        method = self._snapshot.method
        counts = [method.categories[name] for name in self._categories]
        weight = np.array([profile.weights.get(row.family, 0.0) * row.share for row in counts])
        values = self._best(modes)
        gained, covered = np.nan_to_num(values) @ weight, ~np.isnan(values) @ weight
        with np.errstate(invalid="ignore", divide="ignore"):
            total = np.where(covered > 0.0, 100.0 * gained / covered, np.nan)
        return Ranking(total, self._people, self._density)

    def _best(self, modes: tuple[str, ...]) -> NDArray[np.float64]:
        """Value every category (D, W) of every cell by its best mode; NaN where no street of any is near."""
        return self._snapshot.memo(("percentiles.best", modes), lambda: self._made(modes))

    def _made(self, modes: tuple[str, ...]) -> NDArray[np.float64]:
        read = [self._values(mode) for mode in modes]
        best = best_of([values for values, _ in read])
        best[~np.logical_or.reduce([on for _, on in read])] = np.nan
        return best

    def _values(self, mode: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Value every category (D, W) of every cell by one mode, and say which cells (D,) lie near its streets."""
        return self._snapshot.memo(("percentiles.values", mode), lambda: self._read(mode))

    def _read(self, mode: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        snapshot = self._snapshot
        known = snapshot.fields[mode].categories
        rules = rules_of(snapshot, mode, next(iter(snapshot.profiles.values())))
        columns = [known.index(name) for name in self._categories]
        values, on = np.empty((len(self._lonlat), len(columns))), np.empty(len(self._lonlat), np.bool_)
        for rows, reading in snapshot.readers[mode].batches(self._lonlat, _CHUNK):
            value = evaluate(reading.access, rules).value[:, columns]
            value[~reading.on_network] = 0.0
            values[rows], on[rows] = value, reading.on_network
        return values, on
