from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.hierarchy import travel_arcs
from geo.search import StreetSearch
from geo.snapping import EdgeIndex
from geo.sweeps import Seeds
from tests.geo.shapes import CLOSED, network_of, networks, place, places
from tests.lattice import MODES, Lattice


def columns(*entries):
    table = np.array(entries, np.int32).reshape(-1, 3)
    return Seeds(table[:, 0], table[:, 1], table[:, 2])


def by_scipy(network, entries, k, limit):
    """The k smallest (cost, row) of distinct rows, from scipy's distances to every seed."""
    tail, head, cost = travel_arcs(network)
    cheapest = {}
    for a, b, c in zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True):
        cheapest[a, b] = min(c, cheapest.get((a, b), c))
    arcs = sorted(cheapest.items())
    ptr = np.searchsorted([a for (a, _), _ in arcs], np.arange(network.junctions + 1))
    matrix = csr_array(
        (np.array([float(c) for _, c in arcs]), np.array([b for (_, b), _ in arcs], np.int64), ptr),
        shape=(network.junctions, network.junctions),
    )
    distance = dijkstra(matrix)
    costs, rows = np.full((network.junctions, k), -1), np.full((network.junctions, k), -1)
    for junction in range(network.junctions):
        nearest = {}
        for at, row, extra in entries:
            total = distance[junction, at] + extra
            nearest[row] = min(total, nearest.get(row, total))
        best = sorted((total, row) for row, total in nearest.items() if total <= limit)[:k]
        for rank, (total, row) in enumerate(best):
            costs[junction, rank], rows[junction, rank] = total, row
    return costs, rows


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_the_search_equals_scipy(data):
    network = data.draw(networks().filter(lambda n: n.junctions > 0))
    entry = st.tuples(st.integers(0, network.junctions - 1), st.integers(0, 5), st.integers(0, 50))
    entries = data.draw(st.lists(entry, max_size=10))
    k, limit = data.draw(st.integers(1, 5)), data.draw(st.sampled_from([30, 500, 65_534]))
    found = StreetSearch(network).nearest_services(columns(*entries), k, limit)
    for mine, expected in zip(found, by_scipy(network, entries, k, limit), strict=True):
        np.testing.assert_array_equal(mine, expected)


def test_seconds_to_places_by_arithmetic():
    town = Lattice(5, 5)
    network = town.network("walk")
    index = EdgeIndex(network)
    origin = index.snap(town.lonlat((1.25, 1)))
    targets = index.snap(town.lonlat((1.75, 1), (1.0, 1), (2, 1.5), (3.5, 3), (1.75, 1.1), (40, 40)))
    seconds = StreetSearch(network).seconds_to(MODES["walk"], origin, targets, 3600)
    assert seconds[:5] == pytest.approx([30, 15, 75, 255, 36], abs=0.2)
    assert np.isnan(seconds[5])


def test_parking_the_limit_and_a_place_off_the_network():
    town = Lattice(5, 5)
    network = town.network("car")
    index = EdgeIndex(network)
    search = StreetSearch(network)
    near, far = town.lonlat((1, 2)), town.lonlat((4, 2))
    both = index.snap(np.concatenate([near, far]))
    assert MODES["car"].fixed_s == 120
    assert search.seconds_to(MODES["car"], index.snap(near), both, 3600) == pytest.approx([120, 148.8], abs=0.2)
    assert np.isnan(search.seconds_to(MODES["car"], index.snap(near), both, 140)).tolist() == [False, True]
    assert np.isnan(search.seconds_to(MODES["car"], place(-1, 0), both, 3600)).all()


def test_one_way_streets_and_loops_are_gone_round():
    # a ring of three one-way edges, and a loop at its first junction
    network = network_of(
        [(0, 0), (1, 0), (0, 1)],
        [(0, 1, 10_000, CLOSED), (1, 2, 10_000, CLOSED), (2, 0, 10_000, CLOSED), (0, 0, 40_000, CLOSED)],
    )
    search, walk = StreetSearch(network), MODES["walk"]
    targets = places((0, 0.25, 0), (0, 0.75, 0), (1, 0.0, 0), (3, 0.5, 0))
    assert search.seconds_to(walk, place(0, 0.5), targets, 3600).tolist() == [27.5, 2.5, 5.0, 45.0]
    assert search.seconds_to(walk, place(3, 0.75), places((3, 0.5, 0), (3, 1.0, 0)), 3600).tolist() == [30.0, 10.0]
    assert search.seconds_to(walk, place(0, 0.0), places((2, 1.0, 0), (2, 0.5, 0)), 3600).tolist() == [0.0, 25.0]
