from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.elimination import UNREACHABLE_DS
from geo.errors import SnapshotCorrupt
from geo.hierarchy import Hierarchy, cost_ds, travel_arcs
from geo.ordering import contraction_order, neighbour_lists
from geo.search import StreetSearch
from geo.sweeps import MAX_COST_DS, Seeds, Sweep
from tests.geo.shapes import CLOSED, network_of, networks
from tests.lattice import Lattice


def grid(side, cost_ms=1000):
    """A square of junctions 80 m apart, joined to their neighbours."""
    xy_m = [(80.0 * (j % side), 80.0 * (j // side)) for j in range(side * side)]
    right = [(j, j + 1, cost_ms, cost_ms) for j in range(side * side) if (j + 1) % side]
    up = [(j, j + side, cost_ms, cost_ms) for j in range(side * (side - 1))]
    return network_of(xy_m, right + up)


def labels_from(hierarchy, junction, k=1):
    """Labels by junction of one service at a junction."""
    one = np.array([junction], np.int32)
    return Sweep(hierarchy, k, 1).run([Seeds(one, one * 0, one * 0)])[hierarchy.row, :, 0].copy()


def with_costs(network, forward_ms, backward_ms):
    return dataclasses.replace(
        network, forward_ms=np.array(forward_ms, np.int32), backward_ms=np.array(backward_ms, np.int32)
    )


# ---------------------------------------------------------------- costs and arcs


def test_milliseconds_are_rounded_to_tenths_and_never_to_nothing():
    assert cost_ds(np.array([1, 49, 149, 150, 60_000, 2**31 - 1], np.int32)).tolist() == [1, 1, 1, 2, 600, 21_474_836]


def test_arcs_leave_out_loops_and_forbidden_directions_and_keep_parallels():
    network = network_of(
        [(0, 0), (1, 0)], [(0, 1, 100, CLOSED), (0, 1, 200, 300), (1, 1, 500, 500), (1, 0, CLOSED, 700)]
    )
    tail, head, cost = travel_arcs(network)
    assert sorted(zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True)) == [
        (0, 1, 1),
        (0, 1, 2),
        (0, 1, 7),
        (1, 0, 3),
    ]


# ---------------------------------------------------------------- the order


def test_neighbours_are_distinct_symmetric_and_never_oneself():
    ptr, neighbours = neighbour_lists(3, np.array([0, 1, 0, 2, 0], np.int32), np.array([1, 0, 1, 2, 2], np.int32))
    lists = [sorted(neighbours[ptr[j] : ptr[j + 1]].tolist()) for j in range(3)]
    assert lists == [[1, 2], [0], [0]]


def test_the_last_junctions_separate_a_large_grid():
    network = grid(40)
    tail, head, _ = travel_arcs(network)
    ptr, neighbours = neighbour_lists(network.junctions, tail, head)
    place = contraction_order(ptr, neighbours, network.junction_xy_m)
    low = place < network.junctions - 70
    kept = low[tail] & low[head]
    matrix = coo_array((np.ones(kept.sum()), (tail[kept], head[kept])), shape=(place.size, place.size))
    _, component = connected_components(matrix, directed=False)
    assert np.bincount(component[low]).max() <= 0.75 * network.junctions


def test_the_hierarchy_of_a_grid_stays_small():
    hierarchy = Hierarchy.build(grid(60))
    arcs = 2 * 2 * 60 * 59
    assert hierarchy.upper.size < 6 * arcs, "the order is bad: contraction fills the graph"
    assert hierarchy.push_arcs.size // 2 < 4 * arcs


@given(networks())
@settings(deadline=None, max_examples=60)
def test_every_hierarchy_is_whole(network):
    hierarchy = Hierarchy.build(network)
    junctions = network.junctions
    assert sorted(hierarchy.place.tolist()) == list(range(junctions))
    assert sorted(hierarchy.row.tolist()) == list(range(junctions))
    for place in range(junctions):
        upper = hierarchy.upper[hierarchy.upper_ptr[place] : hierarchy.upper_ptr[place + 1]]
        assert (np.diff(upper) > 0).all()
        assert (upper > place).all()
    for ptr, arcs in ((hierarchy.push_ptr, hierarchy.push_arcs), (hierarchy.pull_ptr, hierarchy.pull_arcs)):
        own = np.repeat(np.arange(junctions), np.diff(ptr))
        upper_row, cost = arcs.reshape(-1, 2).T
        assert (upper_row < own).all(), "an arc leads up, to a row swept before"
        assert (cost >= 1).all()
        assert (cost < UNREACHABLE_DS).all()
        assert (np.diff(cost)[np.diff(own) == 0] >= 0).all(), "a sweep stops at the first arc that costs too much"


@given(networks())
@settings(deadline=None, max_examples=60)
def test_every_arc_that_is_kept_is_a_shortest_way(network):
    hierarchy = Hierarchy.build(network)
    junction_at = np.argsort(hierarchy.row)
    search = StreetSearch(network)
    for ptr, arcs, up in (
        (hierarchy.push_ptr, hierarchy.push_arcs, True),
        (hierarchy.pull_ptr, hierarchy.pull_arcs, False),
    ):
        own = junction_at[np.repeat(np.arange(network.junctions), np.diff(ptr))]
        for junction, (upper_row, cost) in zip(own.tolist(), arcs.reshape(-1, 2).tolist(), strict=True):
            upper = int(junction_at[upper_row])
            source, target = (junction, upper) if up else (upper, junction)
            at_source = np.array([source], np.int32)
            found, _ = search.nearest_services(Seeds(at_source, at_source * 0, at_source * 0), 1)
            assert found[target, 0] == (cost if cost <= MAX_COST_DS else -1), "a search stops where a label is full"


def test_the_same_streets_give_the_same_hierarchy():
    network = Lattice(9, 7).one_way((0, 3), (8, 3)).network("car")
    first, second = Hierarchy.build(network), Hierarchy.build(network)
    for field in dataclasses.fields(Hierarchy):
        assert getattr(first, field.name).tobytes() == getattr(second, field.name).tobytes()


def test_streets_that_cost_the_same_both_ways_share_one_array():
    town = Lattice(5, 5).one_way((0, 2), (4, 2))
    walk, car = Hierarchy.build(town.network("walk")), Hierarchy.build(town.network("car"))
    assert walk.pull_arcs is walk.push_arcs
    assert car.pull_arcs is not car.push_arcs


# ---------------------------------------------------------------- other costs on the same streets


@given(networks(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_customised_again_it_is_as_if_built_anew(network, random):
    def other(costs):
        return [cost if cost < 0 else random.choice([100, 700, 2_000, 6_553_500]) for cost in costs.tolist()]

    hierarchy = Hierarchy.build(network)
    changed = with_costs(network, other(network.forward_ms), other(network.backward_ms))
    again, anew = hierarchy.customised(changed), Hierarchy.build(changed)
    for field in dataclasses.fields(Hierarchy):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(anew, field.name))


def test_a_closed_street_is_gone_round():
    network = grid(3)
    closed = with_costs(
        network,
        np.where((network.edge_from == 0) & (network.edge_to == 1), CLOSED, network.forward_ms),
        np.where((network.edge_from == 0) & (network.edge_to == 1), CLOSED, network.backward_ms),
    )
    hierarchy = Hierarchy.build(network)
    assert labels_from(hierarchy, 0)[1, 0] >> 16 == 10
    assert labels_from(hierarchy.customised(closed), 0)[1, 0] >> 16 == 30


def test_other_streets_need_another_hierarchy():
    hierarchy = Hierarchy.build(grid(3))
    with pytest.raises(ValueError, match="build its hierarchy anew"):
        hierarchy.customised(grid(4))
    crossed = network_of([(0, 0)] * 9, [(0, 8, 100, 100)])
    with pytest.raises(ValueError, match="build its hierarchy anew"):
        hierarchy.customised(crossed)


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_a_saved_hierarchy_opens_as_it_was(tmp_path, mode):
    hierarchy = Hierarchy.build(Lattice(6, 5).one_way((0, 2), (5, 2)).network(mode))
    hierarchy.save(tmp_path / "one")
    opened = Hierarchy.open(tmp_path / "one")
    for field in dataclasses.fields(Hierarchy):
        np.testing.assert_array_equal(getattr(opened, field.name), getattr(hierarchy, field.name))
        assert not getattr(opened, field.name).flags.writeable
    np.testing.assert_array_equal(labels_from(opened, 3), labels_from(hierarchy, 3))
    opened.save(tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)


def test_an_empty_hierarchy_can_be_saved(tmp_path):
    Hierarchy.build(network_of([], [])).save(tmp_path)
    assert Hierarchy.open(tmp_path).junctions == 0


def test_damaged_files_are_named(tmp_path):
    hierarchy = Hierarchy.build(grid(4))
    hierarchy.save(tmp_path)
    (tmp_path / "upper.npy").unlink()
    with pytest.raises(SnapshotCorrupt, match=r"upper\.npy"):
        Hierarchy.open(tmp_path)
    hierarchy.save(tmp_path)
    (tmp_path / "row.npy").write_bytes(b"not an array")
    with pytest.raises(SnapshotCorrupt, match=r"row\.npy"):
        Hierarchy.open(tmp_path)
    hierarchy.save(tmp_path)
    np.save(tmp_path / "row.npy", hierarchy.row.astype(np.int64))
    with pytest.raises(SnapshotCorrupt, match="int64"):
        Hierarchy.open(tmp_path)
    hierarchy.save(tmp_path)
    np.save(tmp_path / "row.npy", hierarchy.row[:-1])
    with pytest.raises(SnapshotCorrupt, match="different builds"):
        Hierarchy.open(tmp_path)
