"""Coverage: how many people have a service within so many minutes, by commune and in the territory.

People, not area. Whose answer is not known (no loaded street, an edge of the loaded streets nearer than the minutes, a
category that no source knows completely) is counted apart and in no share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import FieldProblem, InvalidParameter
from geo.manifest import Completeness
from geo.snapshot import Snapshot

__all__ = ["CommuneCoverage", "Coverage", "People", "coverage"]

_CHUNK = 4096
"""Demand points looked up at once."""


@dataclass(frozen=True, slots=True)
class People:
    """Counts of people; fractions of persons where populations are spread over addresses."""

    people: float | None
    """Everybody; None when the population is not published."""
    within: float
    """Who has a service within the minutes, for certain."""
    not_covered: float
    """Whose answer is not known."""
    share: float | None
    """within / (people − not_covered), 0 … 1; None when nothing is left to divide by, and where the commune lies so far
    outside the loaded streets that a share would speak of a part of it."""


@dataclass(frozen=True, slots=True)
class CommuneCoverage(People):
    """One commune of the territory."""

    insee: str
    name: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The answer for one category, mode and number of minutes."""

    category: str
    mode: str
    minutes: float
    completeness: Completeness
    """Everybody is ``not_covered`` unless the category is complete."""
    territory: People
    """Sums over the communes."""
    communes: tuple[CommuneCoverage, ...]
    """Every commune of the territory, by code."""
    snapshot: str


@dataclass(frozen=True)
class _Nearest:
    """The nearest service of every category from every demand point, in one mode."""

    seconds: NDArray[np.float64]
    """(D, C) NaN = none within the fields' cut-off, or no loaded street."""
    edge_s: NDArray[np.float64]
    """(D,) seconds to the edge of the loaded streets; −inf where no street is loaded, so that nothing is known."""


@dataclass(frozen=True)
class _Counted:
    """People by row of the commune table."""

    within: NDArray[np.float64]
    known: NDArray[np.float64]
    unknown: NDArray[np.float64]


def coverage(snapshot: Snapshot, category: str, mode: str, minutes: float) -> Coverage:
    """Count the people who reach a service of a category within so many minutes.

    A person is *within* when the nearest service is found in time, known not to be when the edge of the loaded streets
    lies at or beyond the minutes, and ``not_covered`` otherwise. More minutes never bring fewer people within.

    Parameters
    ----------
    category
        Id of a category.
    mode
        A mode of the snapshot.
    minutes
        Above 0, at most what the fields hold (60).

    Raises
    ------
    InvalidParameter
        Unknown category or mode, or minutes out of range.
    """
    snapshot.taxonomy.require(category)
    snapshot.require_mode(mode)
    longest = snapshot.method.cutoff_s / 60.0
    if not (math.isfinite(minutes) and 0.0 < minutes <= longest):
        raise InvalidParameter(FieldProblem("minutes", f"{minutes:g} cannot be counted", f"above 0, up to {longest:g}"))
    within, known = _reached(snapshot, category, mode, minutes * 60.0)
    counted = _Counted(
        snapshot.demand.by_commune(within),
        snapshot.demand.by_commune(known),
        snapshot.demand.by_commune(~known) + snapshot.demand.unplaced,
    )
    rows = np.flatnonzero(snapshot.communes.in_territory)
    communes = tuple(_commune(snapshot, int(row), counted) for row in rows)
    return Coverage(
        category,
        mode,
        minutes,
        snapshot.completeness[category],
        _summed(communes, float(counted.known[rows].sum())),
        communes,
        snapshot.id,
    )


def _reached(
    snapshot: Snapshot, category: str, mode: str, limit_s: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say of each demand point (D,) whether it is within the limit, and whether that is known."""
    field = snapshot.fields[mode]
    if snapshot.completeness[category] is not Completeness.COMPLETE or category not in field.categories:
        nobody = np.zeros(len(snapshot.demand.people), dtype=bool)
        return nobody, nobody
    nearest = snapshot.memo(("coverage.nearest", mode), lambda: _nearest(snapshot, mode))
    with np.errstate(invalid="ignore"):  # comparisons with NaN are false: none found
        within = nearest.seconds[:, field.categories.index(category)] <= limit_s
    return within, within | (nearest.edge_s >= limit_s)


def _nearest(snapshot: Snapshot, mode: str) -> _Nearest:
    """Look every demand point up, once for a snapshot and mode."""
    lonlat = snapshot.demand.lonlat
    seconds = np.empty((len(lonlat), len(snapshot.fields[mode].categories)))
    edge_s = np.empty(len(lonlat))
    for rows, reading in snapshot.readers[mode].batches(lonlat, _CHUNK):
        seconds[rows] = reading.seconds[:, :, 0]
        edge_s[rows] = np.where(reading.on_network, reading.access.edge_s, -np.inf)
    return _Nearest(seconds, edge_s)


def _commune(snapshot: Snapshot, row: int, counted: _Counted) -> CommuneCoverage:
    people, known = float(snapshot.demand.commune_people[row]), float(counted.known[row])
    whole = snapshot.communes.loaded_share[row] >= snapshot.method.complete_share  # false where it is not known
    return CommuneCoverage(
        people=None if math.isnan(people) else people,
        within=float(counted.within[row]),
        not_covered=float(counted.unknown[row]),
        share=min(float(counted.within[row]) / known, 1.0) if whole and known > 0.0 else None,
        insee=snapshot.communes.insee[row],
        name=snapshot.communes[row].name,
    )


def _summed(communes: tuple[CommuneCoverage, ...], known: float) -> People:
    within = math.fsum(c.within for c in communes)
    return People(
        people=math.fsum(c.people for c in communes if c.people is not None),
        within=within,
        not_covered=math.fsum(c.not_covered for c in communes),
        share=min(within / known, 1.0) if known > 0.0 else None,
    )
