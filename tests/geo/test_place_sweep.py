from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geo.hierarchy import Hierarchy, travel_arcs
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.place_sweep import UNREACHABLE_DS, PlaceSweep
from geo.projection import Projection
from ingest.streets import read_streets
from tests.geo.shapes import CLOSED, network_of, networks
from tests.lattice import MODES


def starts(*entries):
    """Where a place is entered, each as (junction, tenths)."""
    table = np.array(entries, np.int32).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


def by_dijkstra(network, junction, first_ds, against_travel):
    """The same by scipy, with a node for the place; parallel arcs are reduced to the cheapest beforehand."""
    tail, head, cost = travel_arcs(network)
    if against_travel:
        tail, head = head, tail
    place = network.junctions
    # scipy drops arcs that cost nothing: the place's own cost one more
    tail, head = np.append(tail, np.full(junction.size, place)), np.append(head, junction)
    cost = np.append(cost.astype(np.float64), first_ds + 1.0)
    order = np.lexsort((-cost, head, tail))
    cheapest = np.append((np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0), True)[: order.size]
    kept = order[cheapest]
    graph = coo_array((cost[kept], (tail[kept], head[kept])), shape=(place + 1, place + 1)).tocsr()
    found = dijkstra(graph, indices=place)[:place] - 1
    return np.where(np.isinf(found), UNREACHABLE_DS, found).astype(np.int64)


def assert_equal_to_dijkstra(network, junction, first_ds):
    sweep = PlaceSweep(Hierarchy.build(network))
    np.testing.assert_array_equal(sweep.ds_to(junction, first_ds), by_dijkstra(network, junction, first_ds, True))
    np.testing.assert_array_equal(sweep.ds_from(junction, first_ds), by_dijkstra(network, junction, first_ds, False))


def test_one_way_streets_tell_the_way_there_from_the_way_back():
    network = network_of([(0, 0), (1, 0), (2, 0)], [(0, 1, 1000, CLOSED), (1, 2, 1000, 2000)])
    sweep = PlaceSweep(Hierarchy.build(network))
    assert sweep.ds_to(*starts((1, 3))).tolist() == [13, 3, 23]
    assert sweep.ds_from(*starts((1, 3))).tolist() == [UNREACHABLE_DS, 3, 13]


def test_the_nearer_of_several_entrances_counts():
    network = network_of([(j, 0) for j in range(5)], [(j, j + 1, 1000, 1000) for j in range(4)])
    sweep = PlaceSweep(Hierarchy.build(network))
    assert sweep.ds_to(*starts((0, 0), (4, 5), (0, 7))).tolist() == [0, 10, 20, 15, 5]


def test_ways_longer_than_a_label_holds_are_found():
    most_ms = 2_147_483_647
    network = network_of([(j, 0) for j in range(4)], [(j, j + 1, most_ms, most_ms) for j in range(3)])
    sweep = PlaceSweep(Hierarchy.build(network))
    assert sweep.ds_from(*starts((0, 0))).tolist() == [0, 21_474_836, 42_949_672, 64_424_508]


def test_a_way_of_more_than_all_that_is_counted_is_none():
    most_ms = 2_147_483_647
    network = network_of([(j, 0) for j in range(40)], [(j, j + 1, most_ms, most_ms) for j in range(39)])
    found = PlaceSweep(Hierarchy.build(network)).ds_to(*starts((0, 0)))
    within = np.minimum(np.arange(40, dtype=np.int64) * 21_474_836, UNREACHABLE_DS)
    assert found.tolist() == within.tolist()


def test_no_junction_and_no_street():
    assert PlaceSweep(Hierarchy.build(network_of([], []))).ds_to(*starts()).tolist() == []
    alone = PlaceSweep(Hierarchy.build(network_of([(0, 0), (1, 1)], [])))
    assert alone.ds_to(*starts((1, 4))).tolist() == [UNREACHABLE_DS, 4]
    assert alone.ds_to(*starts()).tolist() == [UNREACHABLE_DS] * 2


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_equal_to_dijkstra_on_odd_shapes(data):
    network = data.draw(networks())
    if network.junctions:
        entry = st.tuples(st.integers(0, network.junctions - 1), st.sampled_from([0, 1, 7, 65_000, 200_000]))
        assert_equal_to_dijkstra(network, *starts(*data.draw(st.lists(entry, min_size=1, max_size=4))))


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
def test_equal_to_dijkstra_on_real_streets(mirror, mode):
    extract = mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf"
    network = StreetNetwork.build(read_streets(extract, tags_of(MODES.values())), MODES[mode], Projection("EPSG:2154"))
    random = np.random.default_rng(71)
    for _ in range(8):
        junction = random.integers(0, network.junctions, 2)
        assert_equal_to_dijkstra(network, *starts(*zip(junction, random.integers(0, 300, 2), strict=True)))
