"""Reading a field at addresses, beside what a field saves: a search from each address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmarks.clock import ROUNDS, Unequal, race
from benchmarks.streets import Area, places_on, services_on
from geo.fields import RANKS, AccessField
from geo.hierarchy import Hierarchy
from geo.modes import Mode
from geo.search import StreetSearch
from geo.seeds import ServicePoints
from geo.snapping import Snap
from geo.sweeps import LANES

__all__ = ["LookupTimes", "time_lookups"]

K = 3
CUTOFF_S = 3600.0
GATHERED = 10_000
SEARCHED = 12


@dataclass(frozen=True)
class LookupTimes:
    """What was measured on one network, 16 categories with k = 3."""

    area: str
    mode: str
    field_s: float
    """Seeds, sweep and records of 16 categories, from services already snapped."""
    proof_s: float
    """Every arc looked at once: the field is exact."""
    gather_s: float
    """One address, of 10,000 in a batch."""
    search_s: float
    """One address, by a search that stops at the field's cut-off; nearest services taken out of it."""


def time_lookups(area: Area, mode: Mode, rounds: int = ROUNDS) -> LookupTimes:
    """Time a field's making, its proof and its reading.

    Raises
    ------
    Unequal
        When the field breaks its proof, or a search finds other seconds.
    """
    network = area.network(mode)
    hierarchy = Hierarchy.build(network)
    points = services_on(network)
    categories = [f"bench.c{number}" for number in range(LANES)]

    def build() -> AccessField:
        return AccessField.build(
            network, hierarchy, mode, points, categories, [K] * LANES, np.empty(0, np.int32), CUTOFF_S
        )

    field = build()
    violations = field.edge_inequality_violations(network)
    if violations:
        raise Unequal(f"the field of {area.name}, {mode.id}, breaks its proof {violations} times")
    search = StreetSearch(network)
    places = places_on(network, GATHERED, seed=5)
    few = [_rows(places, slice(row, row + 1)) for row in range(SEARCHED)]

    def searched() -> list[np.ndarray]:
        return [_nearest(search, mode, place, points) for place in few]

    gathered = field.at(places).seconds
    for row, found in enumerate(searched()):
        if not np.array_equal(found, gathered[row], equal_nan=True):
            raise Unequal(f"field and search differ at address {row} of {area.name}, {mode.id}")
    best = race(
        rounds,
        field=build,
        proof=lambda: field.edge_inequality_violations(network),
        gather=lambda: field.at(places),
        search=searched,
    )
    return LookupTimes(
        area.name, mode.id, best["field"], best["proof"], best["gather"] / GATHERED, best["search"] / SEARCHED
    )


def _nearest(search: StreetSearch, mode: Mode, place: Snap, points: ServicePoints) -> np.ndarray:
    """Return (C, RANKS) seconds as a field gives them; NaN where there is none."""
    seconds = search.seconds_to(mode, place, points.snap, CUTOFF_S)
    nearest = np.full((LANES, RANKS), np.nan)
    for category, members in enumerate(_members(points)):
        best = np.sort(seconds[members])[:K]  # NaN comes last
        nearest[category, : best.size] = best
    return nearest


def _members(points: ServicePoints) -> Sequence[slice]:
    """Return the services of each category, which stand in order."""
    bounds = np.searchsorted(points.category, np.arange(LANES + 1))
    return [slice(int(low), int(high)) for low, high in pairwise(bounds)]


def _rows(snap: Snap, rows: slice) -> Snap:
    return Snap(snap.edge[rows], snap.fraction[rows], snap.off_m[rows], snap.xy_m[rows])
