"""All fields of a département, from its streets: what a build waits for, beside the same by Dijkstra."""

from __future__ import annotations

from collections.abc import Sequence
from time import thread_time

import numpy as np

from benchmarks.clock import Unequal
from benchmarks.contests import Contest, said_s
from benchmarks.streets import Area, services_on
from benchmarks.yardstick import DEPTH, BucketSearch
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.lookup import NONE
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.seeds import EdgeServices, ServicePoints, Streets, seeds_of

__all__ = ["CATEGORIES", "race_departement"]

CATEGORIES = 60


def race_departement(area: Area, modes: Sequence[Mode], reach: float = 5.0, categories: int = CATEGORIES) -> Contest:
    """Time hierarchies, sweeps and records of every category and mode once, and as many searches.

    Raises
    ------
    Unequal
        When a search finds another cost than a field holds.
    """
    own_s = peer_s = 0.0
    held = 0
    for mode in modes:
        network = area.network(mode)
        points = services_on(network, categories)
        start = thread_time()
        hierarchy = Hierarchy.build(network)
        field = _field(network, hierarchy, mode, points, categories)
        own_s += thread_time() - start
        held += sum(array.nbytes for array in vars(hierarchy).values()) + sum(r.nbytes for r in field.records.values())
        peer_s += _searched(network, mode, points, field)
    names = ", ".join(mode.id for mode in modes)
    return Contest(
        f"{categories} categories × {len(modes)} modes ({names}), streets given",
        area.name,
        f"as many by our Dijkstra, k = {DEPTH}, costs and rows alone",
        f"{said_s(own_s)}, {held / 1e6:,.0f} MB",
        said_s(peer_s),
        peer_s / own_s,
        reach,
    )


def _field(
    network: StreetNetwork, hierarchy: Hierarchy, mode: Mode, points: ServicePoints, categories: int
) -> AccessField:
    names = [f"bench.c{number}" for number in range(categories)]
    return AccessField.build(
        network, hierarchy, mode, points, names, [DEPTH] * categories, np.empty(0, np.int32), cutoff_s=6_553
    )


def _searched(network: StreetNetwork, mode: Mode, points: ServicePoints, field: AccessField) -> float:
    """Search each category, compare its costs with the field's, and return the seconds of the searches alone."""
    services = EdgeServices.of(points, network.edges, mode.off_road_m_per_s)
    search, spent_s = BucketSearch(network), 0.0
    for category, seeds in enumerate(seeds_of(services, Streets.of(network), len(field.categories))):
        start = thread_time()
        found = search.nearest_ds(seeds)
        spent_s += thread_time() - start
        held = field.records[DEPTH][:, category, :, 0].astype(np.int64)
        within = np.where(found <= 65_530, found, -1)
        if not np.array_equal(np.where(held == NONE, -1, held), within):
            raise Unequal(f"a search and the field of category {category} differ, {mode.id}")
    return spent_s
