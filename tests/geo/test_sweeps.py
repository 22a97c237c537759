from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.hierarchy import Hierarchy
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.search import StreetSearch
from geo.sweeps import DEPTHS, LANES, MAX_COST_DS, MAX_ROW, NO_LABEL, Seeds, Sweep
from ingest.streets import read_streets
from tests.geo.shapes import CLOSED, network_of, networks
from tests.lattice import MODES


def seeds(*entries):
    """Seeds of one category, each as (junction, row, cost in tenths)."""
    table = np.array(entries, np.int32).reshape(-1, 3)
    return Seeds(*(table[:, column].copy() for column in range(3)))


def swept(network, batch, k, lanes=LANES):
    """Costs and rows by junction: two (N, k, lanes) arrays, −1 where there is none."""
    hierarchy = Hierarchy.build(network)
    labels = Sweep(hierarchy, k, lanes).run(batch)[hierarchy.row]
    cost, row = (labels >> 16).astype(np.int64), (labels & 0xFFFF).astype(np.int64)
    found = cost <= MAX_COST_DS
    return np.where(found, cost, -1), np.where(found, row, -1)


def road(*costs_ms):
    """Junctions in a row, joined by edges of these costs both ways."""
    xy_m = [(float(j), 0.0) for j in range(len(costs_ms) + 1)]
    return network_of(xy_m, [(j, j + 1, cost, cost) for j, cost in enumerate(costs_ms)])


# ---------------------------------------------------------------- values by arithmetic


def test_labels_flow_from_services_to_those_who_can_go_there():
    one_way = network_of([(0, 0), (1, 0), (2, 0)], [(0, 1, 1000, CLOSED), (1, 2, 1000, 2000)])
    cost, _ = swept(one_way, [seeds((0, 0, 0)), seeds((2, 0, 5))], 1)
    assert cost[:, 0, 0].tolist() == [0, -1, -1], "nobody can go back to 0"
    assert cost[:, 0, 1].tolist() == [25, 15, 5]


def test_the_nearest_services_stand_in_order_and_each_once():
    network = road(1000, 1000, 1000)
    batch = [seeds((0, 7, 0), (3, 4, 2), (1, 9, 50), (2, 7, 3))]
    cost, row = swept(network, batch, 3)
    assert cost[1, :, 0].tolist() == [10, 22, 50]
    assert row[1, :, 0].tolist() == [7, 4, 9]
    cost, row = swept(network, batch, 5)
    assert cost[0, :, 0].tolist() == [0, 32, 60, -1, -1]
    assert row[0, :, 0].tolist() == [7, 4, 9, -1, -1]


def test_a_tie_goes_to_the_lower_row():
    _, row = swept(road(1000, 1000), [seeds((0, 5, 0), (2, 3, 0), (1, 8, 10))], 1)
    assert row[1, 0, 0] == 3
    _, row = swept(road(1000, 1000), [seeds((0, 5, 0), (2, 3, 0), (1, 8, 10))], 3)
    assert row[1, :, 0].tolist() == [3, 5, 8]


def test_the_cheaper_of_parallel_edges_counts():
    network = network_of([(0, 0), (1, 0)], [(0, 1, 5000, 5000), (0, 1, 3000, 9000), (0, 0, 100, 100)])
    cost, _ = swept(network, [seeds((1, 0, 0)), seeds((0, 0, 0))], 1)
    assert cost[0, 0, 0] == 30
    assert cost[1, 0, 1] == 50


@pytest.mark.parametrize("k", DEPTHS)
def test_costs_beyond_a_label_saturate_and_never_wrap(k):
    network = road(6_553_300, 100, 100, 2_000_000, 6_000_000, 2_147_483_647)
    cost, _ = swept(network, [seeds((0, MAX_ROW, 0)), seeds((0, 0, MAX_COST_DS - 65_533))], k)
    assert cost[:, 0, 0].tolist() == [0, 65_533, 65_534, -1, -1, -1, -1]
    assert cost[:, 0, 1].tolist() == [1, 65_534, -1, -1, -1, -1, -1]


def test_a_seed_may_cost_all_that_a_label_holds():
    cost, row = swept(road(100), [seeds((0, MAX_ROW, MAX_COST_DS))], 3)
    assert (cost[0, 0, 0], row[0, 0, 0]) == (MAX_COST_DS, MAX_ROW)
    assert cost[1, 0, 0] == -1


def test_seeds_may_come_in_any_order():
    """More than are asked for ahead of their turn, and several of one lane at one junction."""
    rng = np.random.default_rng(3)
    network = road(*rng.integers(100, 9000, 60).tolist())
    batch = [Seeds(*np.stack([rng.integers(0, 61, 40), np.arange(40), rng.integers(0, 900, 40)]).astype(np.int32))]
    mixed = rng.permutation(40)
    shuffled = [Seeds(*(column[mixed] for column in batch[0]))]
    for k in DEPTHS:
        for one, other in zip(swept(network, batch, k), swept(network, shuffled, k), strict=True):
            assert np.array_equal(one, other)


@pytest.mark.parametrize("k", DEPTHS)
def test_a_service_met_again_leaves_room_for_no_third(k):
    """Both ends hold the same services in opposite orders, so that every rank meets its own service at another."""
    network = road(300)
    near = [(0, row, 10 * row) for row in range(5)]
    far = [(1, row, 10 * (4 - row)) for row in range(5)]
    cost, row = swept(network, [seeds(*near, *far)], k)
    every = sorted((min(10 * r, 3 + 10 * (4 - r)), r) for r in range(5))
    assert list(zip(cost[0, :, 0].tolist(), row[0, :, 0].tolist(), strict=True)) == every[:k]


def test_nothing_of_one_run_is_left_in_the_next():
    hierarchy = Hierarchy.build(road(1000, 1000, 1000))
    sweep = Sweep(hierarchy, 3)
    sweep.run([seeds((0, 1, 0), (1, 2, 0))] * LANES)
    labels = sweep.run([seeds(), seeds((3, 0, 0))])[hierarchy.row]
    assert (labels[:, :, 0] == NO_LABEL).all()
    assert (labels[:, :, 2:] == NO_LABEL).all()
    assert (labels[:, 0, 1] >> 16).tolist() == [30, 20, 10, 0]


@pytest.mark.parametrize(("k", "lanes"), [(1, 1), (1, LANES), (3, LANES), (5, LANES)])
def test_no_junction_one_junction_and_no_edge(k, lanes):
    cost, _ = swept(network_of([], []), [seeds()], k, lanes)
    assert cost.shape == (0, k, lanes)
    cost, _ = swept(network_of([(0, 0)], [(0, 0, 100, 100)]), [seeds((0, 3, 4))], k, lanes)
    assert cost[0, :, 0].tolist() == [4] + [-1] * (k - 1)
    cost, _ = swept(network_of([(0, 0), (1, 1)], []), [seeds((1, 0, 0))], k, lanes)
    assert cost[:, 0, 0].tolist() == [-1, 0]


def test_what_does_not_fit_is_refused():
    hierarchy = Hierarchy.build(road(1000))
    with pytest.raises(ValueError, match="no sweep of 2 × 16"):
        Sweep(hierarchy, 2)
    with pytest.raises(ValueError, match="17 categories do not fit 16 lanes"):
        Sweep(hierarchy, 1).run([seeds()] * 17)


# ---------------------------------------------------------------- against the plain Dijkstra, at every node and rank


@st.composite
def batches(draw, network):
    """Up to 16 categories with services in random places, known at one or several junctions."""
    if network.junctions == 0:
        return [seeds()]
    entry = st.tuples(
        st.integers(0, network.junctions - 1), st.integers(0, 6), st.one_of(st.integers(0, 40), st.just(65_000))
    )
    unique = st.lists(entry, max_size=12, unique_by=lambda e: e[:2])
    return [seeds(*entries) for entries in draw(st.lists(unique, min_size=1, max_size=LANES))]


def assert_equal_to_search(network, batch, k, lanes):
    search = StreetSearch(network)
    cost, row = swept(network, batch, k, lanes)
    for lane, own in enumerate(batch):
        expected_cost, expected_row = search.nearest_services(own, k)
        np.testing.assert_array_equal(cost[:, :, lane], expected_cost)
        np.testing.assert_array_equal(row[:, :, lane], expected_row)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_sweeps_equal_the_search_on_odd_shapes(data):
    network = data.draw(networks())
    batch = data.draw(batches(network))
    for k in DEPTHS:
        assert_equal_to_search(network, batch, k, LANES)
    assert_equal_to_search(network, batch[:1], 1, 1)


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_sweeps_equal_the_search_on_real_streets(mirror, mode):
    extract = mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf"
    network = StreetNetwork.build(read_streets(extract, tags_of(MODES.values())), MODES[mode], Projection("EPSG:2154"))
    random = np.random.default_rng(71)
    batch = []
    for category in range(LANES):
        services = [1, 2, 4, 30, 150][category % 5]
        ends = random.integers(0, network.edges, services)
        junction = np.concatenate([network.edge_from[ends], network.edge_to[ends]])
        row = np.tile(np.arange(services), 2)
        _, first = np.unique(np.column_stack([junction, row]), axis=0, return_index=True)
        cost = random.integers(0, 300, 2 * services)
        batch.append(seeds(*np.column_stack([junction, row, cost])[first]))
    for k in DEPTHS:
        assert_equal_to_search(network, batch, k, LANES)
    assert_equal_to_search(network, batch[3:4], 1, 1)
