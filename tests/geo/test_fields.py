from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import geo.label_records
import geo.lookup
import geo.place_sweep
import geo.sweeps
import geo.travel
from geo.errors import LabelOverflow
from geo.fields import RANKS, AccessField
from geo.hierarchy import Hierarchy
from geo.snapping import EdgeIndex, Snap
from tests.geo.shapes import CLOSED, field_of, network_of, place, places, points_of
from tests.lattice import MODES, Lattice

WALK, CAR = MODES["walk"], MODES["car"]


def nearest(field, snap, category=0):
    """[(seconds, row), …] of the first place."""
    access = field.at(snap)
    found = access.rows[0, category] >= 0
    assert (np.isnan(access.seconds[0, category]) == ~found).all()
    return list(zip(access.seconds[0, category, found].tolist(), access.rows[0, category, found].tolist(), strict=True))


# ---------------------------------------------------------------- the lattice town: values by arithmetic


@pytest.fixture(scope="module")
def town():
    """Five by five junctions, a step of 80 m is 60 s on foot; the lowest street is one-way eastwards for cars."""
    return Lattice(5, 5).one_way((0, 1), (4, 1))


def test_minutes_on_foot_are_steps_on_the_lattice(town):
    network = town.network("walk")
    index = EdgeIndex(network)
    services = index.snap(town.lonlat((3, 3), (1, 3), (2.5, 1), (3.25, 2)))
    field = field_of(network, [services], [5])
    # from (1.25, 1): (2.5, 1) 1.25 steps; (1, 3) 2.25; (3.25, 2) 3; (3, 3) 3.75
    found = nearest(field, index.snap(town.lonlat((1.25, 1))))
    assert [row for _, row in found] == [2, 1, 3, 0]
    assert [seconds for seconds, _ in found] == pytest.approx([75, 135, 180, 225], abs=0.2)


def test_metres_off_the_street_are_walked_at_both_ends(town):
    network = town.network("walk")
    index = EdgeIndex(network)
    services = index.snap(town.lonlat((2.5, 1.2), (2.5, 1)))  # 16 m off: 12 s
    field = field_of(network, [services], [3])
    found = nearest(field, index.snap(town.lonlat((2.5, 3.3))))  # 24 m off: 18 s; half a step, two, half a step
    assert found == [(pytest.approx(18 + 180, abs=0.2), 1), (pytest.approx(18 + 180 + 12, abs=0.2), 0)]


def test_cars_keep_to_one_way_streets_walk_off_the_street_and_park(town):
    network = town.network("car")
    index = EdgeIndex(network)
    services = index.snap(town.lonlat((1.5, 1)))
    field = field_of(network, [services], [1], CAR)
    # with the street: one step. against it, from (2.5, 1): on to (3, 1), round by row 2 or 0 to (1, 1), and along
    assert nearest(field, index.snap(town.lonlat((0.5, 1)))) == [(pytest.approx(120 + 9.6, abs=0.2), 0)]
    assert nearest(field, index.snap(town.lonlat((2.5, 1)))) == [(pytest.approx(120 + 9.6 * 5, abs=0.2), 0)]
    # 16 m off: 12 s on foot, not at the speed of a car
    assert nearest(field, index.snap(town.lonlat((0.5, 1.2)))) == [(pytest.approx(132 + 9.6, abs=0.2), 0)]


def test_services_on_the_own_edge_are_compared_directly(town):
    network = town.network("car")
    index = EdgeIndex(network)
    field = field_of(network, [index.snap(town.lonlat((1.75, 1), (1.25, 1)))], [3], CAR)
    found = nearest(field, index.snap(town.lonlat((1.5, 1))))
    # ahead a quarter of a step; behind: half a step on, a step off the street, a step back, another, and a quarter
    assert found == [(pytest.approx(120 + 2.4, abs=0.2), 0), (pytest.approx(120 + 9.6 * 3.75, abs=0.2), 1)]


def test_loops_and_parallel_edges_carry_services_and_addresses():
    lattice = Lattice(4, 4).street((1, 3), (1, 4), (2, 4), (2, 3)).street((3, 1), (4, 1), (4, 2), (3, 1.5), (3, 1))
    network = lattice.network("walk")
    index = EdgeIndex(network)
    loops = network.edge_from == network.edge_to
    assert loops.sum() == 1
    on_loop, on_detour = index.snap(lattice.lonlat((4, 1.5))), index.snap(lattice.lonlat((1.5, 4)))
    assert loops[on_loop.edge[0]]
    field = field_of(network, [on_loop, on_detour], [1, 1])
    # the loop: 1.5 steps in, or the rest of it the other way round
    assert nearest(field, index.snap(lattice.lonlat((3, 1))), 0) == [(pytest.approx(90, abs=0.3), 0)]
    # the detour: half a step to either end, and a step and a half
    assert nearest(field, index.snap(lattice.lonlat((1.5, 3))), 1) == [(pytest.approx(120, abs=0.3), 0)]
    assert nearest(field, on_loop, 0) == [(0.0, 0)]


def test_seconds_to_the_edge_of_the_loaded_streets(town):
    network = town.network("car")
    index = EdgeIndex(network)
    end = town.junction(network, (4, 1))
    snap = index.snap(town.lonlat((2.5, 1), (3, 1.2), (60, 60)))
    field = field_of(network, [index.snap(town.lonlat((1, 1)))], [1], CAR, edge_seeds=[end, end])
    edge_s = field.at(snap).edge_s
    assert edge_s[0] == pytest.approx(120 + 9.6 * 1.5, abs=0.2)
    assert edge_s[1] == pytest.approx(120 + 12 + 9.6, abs=9.6 * 2.5)
    assert np.isnan(edge_s[2]), "nothing is known off the network"
    assert np.isposinf(field_of(network, [snap], [1], CAR).at(snap).edge_s[:2]).all(), "without an edge: never"


# ---------------------------------------------------------------- rules, one by one


def line(forward_ms=10_000, backward_ms=10_000):
    """Four junctions in a row; edges 0, 1, 2."""
    return network_of([(0, 0), (1, 0), (2, 0), (3, 0)], [(j, j + 1, forward_ms, backward_ms) for j in range(3)], "walk")


def test_a_service_at_the_end_of_a_one_way_edge_stands_on_its_junction():
    ring = network_of([(0, 0), (1, 0), (1, 1)], [(j, (j + 1) % 3, 10_000, CLOSED) for j in range(3)])
    field = field_of(ring, [place(0, 1.0)], [1])
    assert nearest(field, place(1, 0.0)) == [(0.0, 0)]
    assert nearest(field, place(1, 0.5)) == [(25.0, 0)]
    assert nearest(field_of(ring, [place(1, 0.0)], [1]), place(0, 1.0)) == [(0.0, 0)]


def test_an_address_at_the_start_of_a_one_way_edge_may_leave_by_it():
    both = [(0, 1, 10_000, CLOSED), (2, 1, CLOSED, 10_000), (2, 0, 10_000, CLOSED), (0, 3, 5_000, 5_000)]
    network = network_of([(0, 0), (1, 0), (1, 1), (9, 9)], both)
    field = field_of(network, [place(3, 1.0)], [1])
    assert nearest(field, place(0, 0.0)) == [(5.0, 0)], "straight away, not round the ring"
    assert nearest(field, place(0, 0.5)) == [(5.0 + 20.0 + 5.0, 0)]
    assert nearest(field, place(1, 0.0)) == [(10.0 + 5.0, 0)], "an edge drawn against its direction"


def test_one_service_known_at_two_junctions_takes_one_rank():
    field = field_of(line(), [places((1, 0.5, 0), (2, 1.0, 0))], [5])
    assert nearest(field, place(0, 0.0)) == [(15.0, 0), (30.0, 1)]


def test_services_at_one_place_are_all_kept_in_the_order_of_their_rows():
    field = field_of(line(), [places((1, 0.5, 0), (1, 0.5, 0), (1, 0.5, 0), (1, 0.5, 0))], [3])
    assert nearest(field, place(0, 0.0)) == [(15.0, 0), (15.0, 1), (15.0, 2)]
    assert nearest(field, place(1, 0.5)) == [(0.0, 0), (0.0, 1), (0.0, 2)]


def test_nothing_lies_beyond_the_cut_off():
    network = line(10_000, 10_000)
    field = field_of(network, [place(2, 1.0)], [1], cutoff_s=30)
    assert nearest(field, place(0, 0.0)) == [(30.0, 0)]
    assert nearest(field, place(0, 0.0, off_m=1.0)) == []
    assert nearest(field_of(network, [place(0, 1.0)], [1], CAR, cutoff_s=131), place(0, 0.0)) == [(130.0, 0)]
    assert nearest(field_of(network, [place(0, 1.0)], [1], CAR, cutoff_s=129), place(0, 0.0)) == []


def test_costs_that_no_label_holds_are_beyond_and_not_near():
    network = network_of([(0, 0), (1, 0), (2, 0)], [(0, 1, 2_147_483_647, 6_553_600), (1, 2, 10_000, 10_000)])
    field = field_of(network, [places((1, 1.0, 0), (0, 0.5, 0)), place(0, 0.0, off_m=1e9)], [3, 1], edge_seeds=[2])
    access = field.at(places((0, 0.0, 0), (0, 1.0, 0), (0, 0.999999, 0)))
    assert access.rows[0].max() == -1
    assert access.seconds[1, 0, :2].tolist() == [10.0, 3276.8]
    assert access.seconds[2, 0, 0] == pytest.approx(10.0 + 2.1, abs=0.1)
    assert access.edge_s.tolist()[:2] == [np.inf, 10.0]


def test_off_the_network_nothing_is_known_and_services_there_are_never_reached():
    field = field_of(line(), [places((-1, 0, 0), (0, 0.5, 0))], [3])
    assert nearest(field, place(0, 0.5)) == [(0.0, 1)]
    access = field.at(places((-1, 0, 0)))
    assert np.isnan(access.seconds).all()
    assert (access.rows == -1).all()
    assert np.isnan(access.edge_s).all()


def test_shapes_and_types_of_an_answer():
    field = field_of(line(), [place(0, 0.5), place(1, 0.5), place(2, 0.5)], [5, 1, 3])
    access = field.at(places((0, 0.1, 3), (1, 0.2, 4)))
    assert access.seconds.shape == access.rows.shape == (2, 3, RANKS)
    assert (access.seconds.dtype, access.rows.dtype, access.edge_s.dtype) == (np.float64, np.int32, np.float64)
    assert access.edge_s.shape == (2,)
    assert field.at(places()).seconds.shape == (0, 3, RANKS)
    assert {k: records.shape for k, records in field.records.items()} == {k: (4, 1, k, 2) for k in (1, 3, 5)}


@pytest.mark.parametrize(
    "network",
    [network_of([], []), network_of([(0, 0)], []), network_of([(0, 0)], [(0, 0, 700, 900)])],
    ids=["nothing", "one junction", "one loop"],
)
def test_networks_of_next_to_nothing(network, tmp_path):
    field = field_of(network, [places((-1, 0, 0)), places()], [3, 1])
    assert nearest(field, place(-1, 0)) == []
    assert field.edge_inequality_violations(network) == 0
    field.save(tmp_path)
    assert AccessField.open(tmp_path).edge_ds.size == network.junctions


def test_round_a_loop_with_a_service_on_it():
    loop = network_of([(0, 0)], [(0, 0, 8_000, CLOSED)])
    field = field_of(loop, [place(0, 0.25)], [1])
    assert nearest(field, place(0, 0.0)) == [(2.0, 0)]
    assert nearest(field, place(0, 0.5)) == [(6.0, 0)]


def test_a_field_without_categories():
    field = field_of(line(), [], [])
    assert field.at(place(0, 0.5)).seconds.shape == (1, 0, RANKS)


# ---------------------------------------------------------------- what is refused


def test_a_category_larger_than_a_label_is_refused_in_plain_words():
    network = line()
    count = 65_535
    snap = Snap(np.zeros(count, np.int32), np.full(count, 0.5), np.zeros(count), np.zeros((count, 2)))
    with pytest.raises(LabelOverflow, match=r"'test\.1' has more than 65,534 services"):
        field_of(network, [place(0, 0.5), snap], [1, 1])
    one_less = Snap(*(getattr(snap, column.name)[1:] for column in dataclasses.fields(Snap)))
    assert nearest(field_of(network, [one_less], [1]), place(0, 0.5)) == [(0.0, 0)]


def test_an_unknown_depth_or_cut_off_is_refused():
    with pytest.raises(ValueError, match="one k for each category"):
        field_of(line(), [place(0, 0.5)], [2])
    with pytest.raises(ValueError, match="one k for each category"):
        field_of(line(), [place(0, 0.5)], [1, 1])
    with pytest.raises(ValueError, match="does not fit a label"):
        field_of(line(), [place(0, 0.5)], [1], cutoff_s=7000)


# ---------------------------------------------------------------- what-ifs


def test_one_category_is_swept_again_and_the_field_stays():
    network = line()
    field = field_of(network, [place(0, 0.5), place(2, 0.5), place(1, 0.5)], [3, 3, 1])
    moved = field.swept(Hierarchy.build(network), "test.1", places((0, 0.0, 0), (1, 1.0, 4.0)))
    assert nearest(moved, place(0, 0.5), 1) == [(5.0, 0), (18.0, 1)]
    assert nearest(moved, place(1, 1.0), 1) == [(3.0, 1), (20.0, 0)]
    for category in (0, 2):
        assert nearest(moved, place(0, 0.5), category) == nearest(field, place(0, 0.5), category)
    assert nearest(field, place(0, 0.5), 1) == [(20.0, 0)]
    assert moved.edge_inequality_violations(network) == 0
    with pytest.raises(ValueError, match="no category 'unknown'"):
        field.swept(Hierarchy.build(network), "unknown", places())


def test_several_threads_build_the_same_field():
    network = network_of([(float(j), 0.0) for j in range(40)], [(j, j + 1, 900 + j, 800) for j in range(39)])
    points = points_of([place(number % 39, 0.25) for number in range(70)])
    build = (network, Hierarchy.build(network), WALK, points, [f"test.{number}" for number in range(70)])
    ks = [1, 3] * 35
    alone, together = (AccessField.build(*build, ks, np.zeros(0, np.int32), jobs=jobs) for jobs in (1, 3))
    for k in (1, 3, 5):
        np.testing.assert_array_equal(alone.records[k], together.records[k])


@pytest.mark.parametrize("module", [geo.sweeps, geo.place_sweep, geo.lookup, geo.label_records, geo.travel])
def test_kernels_leave_the_interpreter_to_the_other_threads(module):
    """A thread's own seconds cannot tell whether it waited for its turn."""
    kernels = [value for value in vars(module).values() if isinstance(value, Dispatcher)]
    assert kernels
    assert [kernel.__name__ for kernel in kernels if not kernel.targetoptions.get("nogil")] == []
