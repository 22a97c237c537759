from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from geo.errors import LabelOverflow, SnapshotCorrupt
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.hilbert import hilbert_order
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.seeds import ServicePoints
from geo.snapping import EdgeIndex
from ingest.streets import read_streets
from tests.lattice import MODES, STEP_CAR_MS, STEP_M, STEP_WALK_MS, Lattice

LAMBERT = Projection("EPSG:2154")


def costs(network, edge):
    return int(network.forward_ms[edge]), int(network.backward_ms[edge])


def cost(town, network, start, end):
    """Cost of the edge from start to end in that direction."""
    edge = town.edge(network, start, end)
    forward, backward = costs(network, edge)
    return forward if network.edge_from[edge] == town.junction(network, start) else backward


# ---------------------------------------------------------------- values by arithmetic


@pytest.mark.parametrize("bends", [0, 1, 6])
@pytest.mark.parametrize(("mode", "step_ms"), [("walk", STEP_WALK_MS), ("car", STEP_CAR_MS)])
def test_every_block_costs_its_step_whatever_bends_it_has(bends, mode, step_ms):
    network = Lattice(5, 4, bends=bends).network(mode)
    blocks = 5 * 3 + 4 * 4
    assert network.junctions == 5 * 4 - 4, "the four corners are bends"
    assert network.edges == blocks - 4
    assert sorted(network.forward_ms) == [step_ms] * (blocks - 8) + [2 * step_ms] * 4
    assert (network.forward_ms == network.backward_ms).all()
    assert network.length_m.sum() == pytest.approx(blocks * STEP_M, abs=1e-4)
    assert network.kept_share == 1.0


def test_milliseconds_are_rounded_once_per_edge():
    seventh_ms = STEP_WALK_MS / 7
    assert 7 * round(seventh_ms) != STEP_WALK_MS, "else this test would show nothing"
    assert set(Lattice(4, 4, bends=6).network().forward_ms) == {STEP_WALK_MS, 2 * STEP_WALK_MS}


def test_a_one_way_street_binds_the_car_and_not_the_walker():
    town = Lattice(4, 4, bends=2).one_way((0, 1), (3, 1))
    car, walk = town.network("car"), town.network("walk")
    assert cost(town, car, (1, 1), (2, 1)) == STEP_CAR_MS
    assert cost(town, car, (2, 1), (1, 1)) == -1
    assert cost(town, walk, (2, 1), (1, 1)) == STEP_WALK_MS
    forbidden = np.stack([car.forward_ms, car.backward_ms]) == -1
    assert forbidden.sum() == 3, "three blocks, each closed one way"
    assert not forbidden.all(axis=0).any()


def test_minus_one_is_the_other_direction():
    one, other = Lattice(4, 4), Lattice(4, 4)
    one.one_way((0, 1), (3, 1))
    other.retag((3, 1), (0, 1), oneway="-1")
    for start, end in (((1, 1), (2, 1)), ((2, 1), (1, 1))):
        assert cost(one, one.network("car"), start, end) == cost(other, other.network("car"), start, end)


def test_a_roundabout_goes_round_once():
    ring = [(1, 1), (2, 1), (2, 2), (1, 2), (1, 1)]
    town = Lattice(4, 4)
    for a, b in pairwise(ring):
        town.remove(a, b)
    network = town.street(*ring, junction="roundabout").network("car")
    assert [cost(town, network, a, b) for a, b in pairwise(ring)] == [STEP_CAR_MS] * 4
    assert [cost(town, network, b, a) for a, b in pairwise(ring)] == [-1] * 4


def test_a_node_where_a_one_way_begins_is_kept():
    town = Lattice(4, 4).remove((1, 1), (2, 1))
    town.street((1, 1), (1.5, 1), oneway="yes").street((1.5, 1), (2, 1))
    car, walk = town.network("car"), town.network("walk")
    assert cost(town, car, (1, 1), (1.5, 1)) == STEP_CAR_MS // 2
    assert cost(town, car, (1.5, 1), (1, 1)) == -1
    assert cost(town, car, (1.5, 1), (2, 1)) == cost(town, car, (2, 1), (1.5, 1)) == STEP_CAR_MS // 2
    assert cost(town, walk, (1, 1), (2, 1)) == STEP_WALK_MS
    with pytest.raises(KeyError):
        town.junction(walk, (1.5, 1))


def test_a_chain_of_two_speeds_shares_its_cost_by_time_not_by_length():
    town = Lattice(4, 4).remove((1, 1), (2, 1))
    town.street((1, 1), (1.5, 1), highway="steps").street((1.5, 1), (2, 1))
    network = town.network()
    edge = town.edge(network, (1, 1), (2, 1))
    assert costs(network, edge) == (90_000, 90_000), "half a step at half the pace, half at the whole"
    share = network.vertex_share[network.vertex_ptr[edge] : network.vertex_ptr[edge + 1]]
    from_steps = network.edge_from[edge] == town.junction(network, (1, 1))
    assert share == pytest.approx([0, 2 / 3, 1] if from_steps else [0, 1 / 3, 1])


def test_parallel_edges_and_self_loops_are_kept():
    town = Lattice(4, 4).street((1, 3), (1, 4), (2, 4), (2, 3)).street((3, 2), (4, 2), (4, 3), (3.5, 2.5), (3, 2))
    network = town.network()
    ends = {town.junction(network, (1, 3)), town.junction(network, (2, 3))}
    parallel = [e for e in range(network.edges) if {network.edge_from[e], network.edge_to[e]} == ends]
    assert sorted(costs(network, e) for e in parallel) == [(60_000, 60_000), (180_000, 180_000)]
    loops = np.flatnonzero(network.edge_from == network.edge_to)
    assert [network.edge_from[e] for e in loops] == [town.junction(network, (3, 2))]
    diagonal_ms = STEP_WALK_MS / 2**0.5
    assert costs(network, loops[0])[0] == pytest.approx(2 * STEP_WALK_MS + 2 * diagonal_ms, abs=2)
    xy_m = network.vertex_xy_m[network.vertex_ptr[loops[0]] : network.vertex_ptr[loops[0] + 1]]
    assert (xy_m[0] == xy_m[-1]).all()


def test_a_ring_that_touches_nothing_keeps_one_node():
    town = Lattice(1, 1).street((0, 0), (1, 0), (1, 1), (0, 1), (0, 0), highway="footway")
    network = town.network()
    assert (network.junctions, network.edges) == (1, 1)
    assert costs(network, 0) == (4 * STEP_WALK_MS, 4 * STEP_WALK_MS)
    assert network.vertex_share == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_two_ways_round_between_the_same_two_bends_is_a_ring():
    town = Lattice(1, 1).street((0, 0), (1, 0), highway="footway").street((1, 0), (1, 1), (0, 0), highway="footway")
    assert (town.network().junctions, town.network().edges) == (1, 1)


def test_an_island_falls_away_and_is_owned_up_to():
    town = Lattice(4, 4).island((10, 0), 2, 2)
    network = town.network()
    assert network.kept_share == pytest.approx(24 / 28)
    with pytest.raises(KeyError):
        town.junction(network, (10, 0))


def test_the_main_component_is_that_of_most_metres_not_of_most_nodes():
    far_apart = Lattice(4, 4).island((10, 0), 2, 2).street((11, 1), (90, 1))
    assert far_apart.network().kept_share == pytest.approx((4 + 79) / (24 + 4 + 79))


TOWN_AND_FAR = (((-1, -1), (5, 4)), ((9, -1), (20, 4)))
"""Extents of a town of four by four and of what stands ten steps to the east of it."""


def test_each_loaded_area_keeps_its_own_main_component():
    """Ten steps apart, nothing between: with one extent for both, the smaller town would be an island."""
    towns = Lattice(4, 4).island((10, 0), 3, 2).island((15, 0), 2, 2)
    network = towns.network("walk", *TOWN_AND_FAR)
    assert towns.junction(network, (1, 1)) >= 0
    assert towns.junction(network, (11, 0)) >= 0
    with pytest.raises(KeyError):
        towns.junction(network, (15, 0))  # two islands of the second extent: its larger one stands
    assert network.kept_by_area == pytest.approx((1.0, 7 / 11))
    assert network.kept_share == pytest.approx((24 + 7) / (24 + 11))
    assert towns.network().kept_by_area == (pytest.approx(24 / 35),)


def test_an_area_that_hangs_together_with_another_is_kept_once_and_whole():
    joined = Lattice(4, 4).island((10, 0), 3, 2).street((3, 1), (10, 1))
    assert same(joined.network("walk", *TOWN_AND_FAR), joined.network())
    assert joined.network("walk", *TOWN_AND_FAR).kept_by_area == (1.0, 1.0)


def test_an_area_without_a_way_back_keeps_nothing_and_says_so():
    network = Lattice(4, 4).street((10, 0), (11, 0), oneway="yes").network("car", *TOWN_AND_FAR)
    assert network.kept_by_area == (1.0, 0.0)
    assert network.kept_share == pytest.approx(24 / 25)
    assert Lattice(3, 3, highway="footway").network("car", *TOWN_AND_FAR).kept_by_area == (0.0, 0.0)


def test_fields_of_two_areas_do_not_meet():
    """What is in one town is beyond reach from the other, whatever the seconds; each finds its own."""
    towns = Lattice(4, 4).island((10, 0), 3, 2)
    network = towns.network("walk", *TOWN_AND_FAR)
    snap = EdgeIndex(network).snap(towns.lonlat((1.5, 1), (10.5, 1)))
    points = ServicePoints(np.array([0, 1], np.int32), np.array([0, 0], np.int32), snap)
    none = np.zeros(0, np.int32)
    field = AccessField.build(
        network, Hierarchy.build(network), MODES["walk"], points, ("near.a", "near.b"), (1, 1), none
    )
    seconds = field.at(EdgeIndex(network).snap(towns.lonlat((1.5, 2), (11.5, 1)))).seconds[:, :, 0]
    assert seconds[0, 0] == pytest.approx(120, abs=0.2)
    assert seconds[1, 1] == pytest.approx(60, abs=0.2)
    assert not np.isfinite(seconds[0, 1])
    assert not np.isfinite(seconds[1, 0])
    assert field.edge_inequality_violations(network) == 0


def test_a_street_without_return_is_no_street_for_a_car():
    town = Lattice(4, 4).street((3, 1), (4, 1), oneway="yes")
    assert town.network("car").kept_share == pytest.approx(24 / 25)
    assert town.network("walk").kept_share == 1.0


def test_a_bollard_cuts_the_car_and_leaves_both_stumps():
    town = Lattice(4, 4, bends=1).barrier((1.5, 1), barrier="bollard")
    car, walk = town.network("car"), town.network("walk")
    assert cost(town, walk, (1, 1), (2, 1)) == STEP_WALK_MS
    with pytest.raises(KeyError):
        town.edge(car, (1, 1), (2, 1))
    middle = np.column_stack(LAMBERT.to_xy_m(*town.lonlat((1.5, 1)).T))
    stumps = np.flatnonzero(np.hypot(*(car.junction_xy_m - middle).T) < 0.01)
    assert len(stumps) == 2, "one dead end on either side"
    ends = np.concatenate([car.edge_from, car.edge_to])
    assert [int((ends == stump).sum()) for stump in stumps] == [1, 1]


def test_a_bollard_on_a_junction_cuts_every_street_there():
    town = Lattice(5, 5).barrier((2, 2), barrier="bollard")
    car = town.network("car")
    assert car.junctions == 25 - 4 + 3, "one node has become four"
    assert car.edges == town.network("walk").edges


def test_an_edge_costs_a_millisecond_at_least():
    network = Lattice(4, 4).street((1, 1), (1 + 1e-7, 1)).network()
    assert network.forward_ms.min() == network.backward_ms.min() == 1


def test_nodes_drawn_on_one_place_keep_ascending_shares():
    raw = Lattice(4, 4).street((1, 1), (1 + 1e-13, 1), (1 + 2e-13, 1)).raw()
    network = StreetNetwork.build(raw, MODES["walk"], LAMBERT)
    assert np.isfinite(network.vertex_share).all()
    shares = np.split(network.vertex_share, network.vertex_ptr[1:-1])
    assert all(share[0] == 0 and share[-1] == 1 and (np.diff(share) >= 0).all() for share in shares)


def test_a_network_with_a_broken_description_is_corrupt(tmp_path):
    Lattice(4, 4).network().save(tmp_path)
    for damage in ("", "[]", '{"mode": "walk"}'):
        (tmp_path / "meta.json").write_text(damage)
        with pytest.raises(SnapshotCorrupt):
            StreetNetwork.open(tmp_path)


def test_no_street_for_the_mode_gives_an_empty_network(tmp_path):
    network = Lattice(3, 3, highway="footway").network("car")
    assert (network.junctions, network.edges, network.kept_share) == (0, 0, 0.0)
    network.save(tmp_path)
    assert StreetNetwork.open(tmp_path).edges == 0


def test_a_node_astray_is_refused_in_plain_words():
    with pytest.raises(LabelOverflow, match="a node lies astray"):
        Lattice(4, 4).street((1, 1), (1, -45_000)).network()


# ---------------------------------------------------------------- order and files


def test_hilbert_walks_a_grid_from_neighbour_to_neighbour():
    grid = np.stack(np.meshgrid(np.arange(16.0), np.arange(16.0)), axis=-1).reshape(-1, 2)
    walked = grid[hilbert_order(grid)]
    assert (np.abs(np.diff(walked, axis=0)).sum(axis=1) == 1).all()
    assert len(np.unique(walked, axis=0)) == 256


def test_hilbert_keeps_the_order_of_points_at_one_place():
    assert hilbert_order(np.full((5, 2), 7.0)).tolist() == [0, 1, 2, 3, 4]
    assert hilbert_order(np.empty((0, 2))).tolist() == []


def same(one, other):
    arrays = [name for name, value in vars(one).items() if isinstance(value, np.ndarray)]
    assert len(arrays) == 11
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays)


def test_a_network_comes_back_from_its_files_read_only(tmp_path):
    network = Lattice(6, 5, bends=1).one_way((0, 2), (5, 2)).network("car")
    network.save(tmp_path)
    opened = StreetNetwork.open(tmp_path)
    assert same(network, opened)
    assert (opened.mode, opened.crs, opened.kept_share) == ("car", "EPSG:2154", 1.0)
    assert opened.kept_by_area == (1.0,)
    with pytest.raises(ValueError, match="read-only"):
        opened.forward_ms[0] = 1


def test_the_same_streets_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        Lattice(6, 5, bends=1).island((9, 9), 3, 2).network("car").save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 22, "the notes on streets are ten of them"
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_network_with_a_broken_file_is_corrupt(tmp_path):
    Lattice(4, 4).network().save(tmp_path)
    whole = (tmp_path / "edge_to.npy").read_bytes()
    for damage in (whole[:-8], b"", b"<html>"):
        (tmp_path / "edge_to.npy").write_bytes(damage)
        with pytest.raises(SnapshotCorrupt):
            StreetNetwork.open(tmp_path)
    np.save(tmp_path / "edge_to.npy", np.zeros(3, np.int32))
    with pytest.raises(SnapshotCorrupt, match="different builds"):
        StreetNetwork.open(tmp_path)
    np.save(tmp_path / "edge_to.npy", np.zeros(3, np.int64))
    with pytest.raises(SnapshotCorrupt, match="int64"):
        StreetNetwork.open(tmp_path)
    (tmp_path / "edge_to.npy").unlink()
    with pytest.raises(SnapshotCorrupt):
        StreetNetwork.open(tmp_path)


# ---------------------------------------------------------------- the real extract


@pytest.fixture(scope="module")
def le_creusot(mirror):
    return read_streets(mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf", tags_of(MODES.values()))


def test_le_creusot_has_plausible_networks(le_creusot):
    walk, car = (StreetNetwork.build(le_creusot, MODES[mode], LAMBERT) for mode in ("walk", "car"))
    assert 2_800 < walk.junctions < 3_100
    assert car.junctions < walk.junctions
    assert walk.kept_share > 0.97
    assert car.kept_share > 0.97
    assert 380_000 < walk.length_m.sum() < 450_000
    pace_kmh = walk.length_m.sum() / walk.forward_ms.sum() * 3600
    assert 4.7 < pace_kmh < 4.8, "all at 4.8 but a few steps"
    one_way = (car.forward_ms == -1) | (car.backward_ms == -1)
    assert 0.05 < one_way.mean() < 0.25
    drive_ms = np.where(car.forward_ms > 0, car.forward_ms, car.backward_ms)
    assert 18 < car.length_m.sum() / drive_ms.sum() * 3600 < 40
    assert len(walk.vertex_share) > 4 * walk.junctions, "contraction pays"
