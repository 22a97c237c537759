"""Split junctions against brute force over lanes, on odd shapes with turns forbidden at random."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.errors import SnapshotCorrupt
from geo.fields import AccessField
from geo.hierarchy import Hierarchy, travel_arcs
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.reach import boundary_junctions
from geo.search import StreetSearch
from geo.seeds import EdgeServices, Streets, seeds_of
from geo.snapping import Snap
from geo.splits import split_junctions
from geo.sweeps import ROW_BITS, Sweep
from geo.turn_reach import open_lanes
from tests.geo.edge_based import nearest_edge_based
from tests.geo.shapes import CLOSED, field_of, network_of, networks, place, points_of, some_places
from tests.lattice import MODES

CAR = MODES["car"]
with_edges = networks().filter(lambda network: network.edges > 0)


def one(snap, row):
    return Snap(*(getattr(snap, column.name)[[row]] for column in dataclasses.fields(Snap)))


def split(network, bans):
    """The splits, and the bans that are heeded."""
    is_open = open_lanes(network.forward_ms, network.backward_ms)
    splits, left_out = split_junctions(network.junctions, network.edge_from, network.edge_to, is_open, bans)
    return splits, [ban for index, ban in enumerate(bans) if index not in left_out]


@st.composite
def some_bans(draw, network, most=6):
    """Restrictions of one or two sequences each: turns, and walks over up to three edges before the forbidden one."""
    tails = np.stack([network.edge_from, network.edge_to], axis=1).reshape(-1)
    usable = np.flatnonzero(open_lanes(network.forward_ms, network.backward_ms)).tolist()
    leaving = {j: [lane for lane in usable if tails[lane] == j] for j in set(tails.tolist())}

    def sequence():
        lanes = [draw(st.sampled_from(usable))]
        for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
            ahead = leaving[tails[lanes[-1] ^ 1]]
            if not ahead:
                break
            lanes.append(draw(st.sampled_from(ahead)))
        return tuple(lanes)

    bans = [[sequence() for _ in range(draw(st.integers(1, 2)))] for _ in range(draw(st.integers(0, most)))]
    return [whole for whole in ([s for s in ban if len(s) > 1] for ban in bans) if whole]


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_fields_equal_brute_force_over_lanes(data):
    network = data.draw(with_edges)
    bans = data.draw(some_bans(network))
    restricted = network.with_bans(bans)
    _, heeded = split(network, bans)
    ks = (1, 3, 5)
    services = [data.draw(some_places(network)) for _ in ks]
    addresses = data.draw(some_places(network, most=10))
    field = field_of(restricted, services, ks, CAR)
    sequences = [sequence for ban in heeded for sequence in ban]
    seconds, rows = nearest_edge_based(network, sequences, CAR, points_of(services), addresses, ks, 3600)
    access = field.at(addresses)
    np.testing.assert_array_equal(access.seconds, seconds)
    np.testing.assert_array_equal(access.rows, rows)
    assert field.edge_inequality_violations(restricted) == 0
    search = StreetSearch(restricted)
    for address in range(len(addresses.edge)):
        to_services = search.seconds_to(CAR, one(addresses, address), services[0], 3600)
        nearest = np.nan if np.isnan(to_services).all() else np.nanmin(to_services)
        np.testing.assert_equal(seconds[address, 0, 0], nearest)


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_sweeps_equal_the_search_at_every_split(data):
    network = data.draw(with_edges)
    restricted = network.with_bans(data.draw(some_bans(network)))
    services = data.draw(some_places(network, most=12))
    points = points_of([services])
    (seeds,) = seeds_of(EdgeServices.of(points, network.edges, CAR.off_road_m_per_s), Streets.of(restricted), 1)
    hierarchy = Hierarchy.build(restricted)
    for k in (1, 3, 5):
        labels = Sweep(hierarchy, k).run([seeds])[hierarchy.row][:, :, 0].astype(np.int64)
        cost_ds, row = StreetSearch(restricted).nearest_services(seeds, k)
        found = cost_ds >= 0
        assert ((labels >> ROW_BITS <= 65_534) == found).all()
        np.testing.assert_array_equal(labels[found], (cost_ds.astype(np.int64) << ROW_BITS | row)[found])


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_lifting_a_restriction_never_raises_a_time(data):
    network = data.draw(with_edges)
    bans = data.draw(some_bans(network).filter(bool))
    _, heeded = split(network, bans)
    assume(heeded == bans)
    services, addresses = data.draw(some_places(network)), data.draw(some_places(network, most=10))
    bound = field_of(network.with_bans(bans), [services], [5], CAR).at(addresses).seconds
    lifted = data.draw(st.integers(0, len(bans) - 1))
    freer = field_of(network.with_bans(bans[:lifted] + bans[lifted + 1 :]), [services], [5], CAR).at(addresses).seconds
    free = field_of(network, [services], [5], CAR).at(addresses).seconds
    never = np.inf
    assert (np.nan_to_num(free, nan=never) <= np.nan_to_num(freer, nan=never)).all()
    assert (np.nan_to_num(freer, nan=never) <= np.nan_to_num(bound, nan=never)).all()


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_the_order_of_restrictions_changes_nothing(data):
    network = data.draw(with_edges)
    bans = data.draw(some_bans(network))
    _, heeded = split(network, bans)
    assume(heeded == bans)
    shuffled = data.draw(st.permutations(bans))
    mine, expected = split(network, shuffled)[0], split(network, bans)[0]
    for column in dataclasses.fields(mine):
        np.testing.assert_array_equal(getattr(mine, column.name), getattr(expected, column.name))


# ---------------------------------------------------------------- values by arithmetic

#        3
#        |           edges 0: 0 – 1, 1: 1 – 2, 2: 1 – 3, 3: 2 – 3, of 10 s each, both ways
#    0 – 1 – 2
CROSS = network_of(
    [(0, 0), (1, 0), (2, 0), (1, 1)],
    [(0, 1, 10_000, 10_000), (1, 2, 10_000, 10_000), (1, 3, 10_000, 10_000), (2, 3, 10_000, 10_000)],
)
LEFT = (0, 4)
"""From 0 to 1, then to 3."""


def seconds(network, origin, target, mode=MODES["walk"]):
    return float(field_of(network, [target], [1], mode).at(origin).seconds[0, 0, 0])


def test_a_forbidden_turn_costs_the_way_round():
    bound = CROSS.with_bans([[LEFT]])
    assert bound.junctions == 5
    assert bound.splits.of.tolist() == [1]
    assert seconds(CROSS, place(0, 0), place(2, 1)) == 20
    assert seconds(bound, place(0, 0), place(2, 1)) == 30, "over 2"
    assert seconds(bound, place(2, 1), place(0, 0)) == 20, "the other way round nothing is forbidden"
    assert seconds(bound, place(1, 0.5), place(2, 1)) == 15


def test_places_on_the_very_edges_of_a_turn():
    bound = CROSS.with_bans([[LEFT]])
    assert seconds(bound, place(0, 0.5), place(2, 0.5)) == 5 + 20 + 5, "over 2 and 3, for a U-turn at 2 costs 35"
    assert seconds(bound, place(0, 0.5), place(2, 0.25)) == 5 + 10 + 10 + 2.5, "there and back to 1 is sooner"
    assert seconds(bound, place(0, 0.5), place(0, 0.75)) == 2.5
    assert seconds(bound, place(2, 0.5), place(0, 0.5)) == 10


def test_who_stands_on_the_junction_may_leave_as_he_likes():
    bound = CROSS.with_bans([[LEFT]])
    assert seconds(bound, place(0, 1), place(2, 1)) == 10
    assert seconds(bound, place(2, 0), place(2, 1)) == 10
    almost = seconds(bound, place(0, 0.999), place(2, 1))
    assert almost == 20, "who has still to drive there is bound"
    assert seconds(bound, place(0, 0), place(0, 1)) == seconds(bound, place(0, 0), place(2, 0)) == 10


def test_a_u_turn_alone_may_be_forbidden():
    back = CROSS.with_bans([[LEFT], [(2, 3)]])
    assert seconds(back, place(0, 0.5), place(2, 0.25)) == 5 + 10 + 10 + 7.5, "over 2 and 3"
    assert seconds(back, place(1, 0.5), place(0, 0.5)) == 10, "a street is left either way"


def test_two_restrictions_at_one_junction():
    both = CROSS.with_bans([[LEFT], [(3, 4)]])
    assert seconds(CROSS, place(1, 1), place(2, 0.25)) == 12.5
    assert seconds(both, place(1, 1), place(2, 0.25)) == 17.5, "over 3"
    assert seconds(both, place(0, 0), place(2, 0.25)) == 10 + 10 + 10 + 7.5
    same_arrival = CROSS.with_bans([[LEFT], [(0, 1)]])
    assert same_arrival.splits.of.tolist() == [1]
    assert same_arrival.splits.lane.tolist() == [2], "the one way left leads to 2"


def test_arrivals_that_are_bound_alike_share_a_split():
    both = CROSS.with_bans([[LEFT], [(3, 4)]])
    assert both.splits.of.tolist() == [1]
    assert both.splits.arrive_to[0] == both.splits.arrive_from[1] == 4


def test_a_restriction_that_leaves_no_way_out_is_left_out():
    _, heeded = split(CROSS, [[LEFT], [(0, 1), (0, 2)]])
    assert heeded == [[LEFT]], "of two that trap together, the last"
    assert split(CROSS, [[(0, 1), (0, 2), LEFT]])[1] == []


def test_over_a_way_only_who_came_from_there_is_bound():
    over = CROSS.with_bans([[(0, 2, 6)]])
    assert seconds(CROSS, place(0, 0), place(3, 0.25)) == 22.5
    assert seconds(over, place(0, 0), place(3, 0.25)) == 27.5, "over 3"
    assert seconds(over, place(1, 0.5), place(3, 0.25)) == 7.5, "who set off on the way itself may turn"


def test_turning_round_by_a_loop_frees():
    loop = network_of(
        [(0, 0), (1, 0), (2, 0), (1, 1)],
        [(0, 1, 10_000, CLOSED), (1, 2, 10_000, CLOSED), (1, 3, 10_000, 10_000), (1, 1, 4_000, CLOSED)],
    )
    bound = loop.with_bans([[(0, 4)]])
    assert seconds(bound, place(0, 0), place(2, 1)) == 24


def test_a_closed_street_closes_its_lanes_from_splits_too():
    bound = CROSS.with_bans([[LEFT]])
    closed = dataclasses.replace(bound, forward_ms=np.where(np.arange(4) == 1, -1, bound.forward_ms))
    tail, head, _ = travel_arcs(closed)
    assert not ((tail == 4) & (head == 2)).any()
    assert np.isnan(seconds(closed, place(0, 0), place(2, 1)))


def test_restricting_twice_is_refused():
    with pytest.raises(ValueError, match="restricted already"):
        CROSS.with_bans([[LEFT]]).with_bans([[(3, 4)]])


def test_bans_without_effect_change_nothing():
    assert CROSS.with_bans([]) is CROSS
    assert CROSS.with_bans([[]]) is CROSS


def test_splits_are_at_the_edge_of_the_streets_where_their_junction_is():
    lambert = Projection("EPSG:2154")
    home_m = np.column_stack(lambert.to_xy_m(np.array([4.43]), np.array([46.8])))
    bound = dataclasses.replace(CROSS, junction_xy_m=CROSS.junction_xy_m + home_m).with_bans([[LEFT]])
    assert boundary_junctions(bound, shapely.box(0, 0, 1, 1), None, lambert).tolist() == [0, 1, 2, 3, 4]


# ---------------------------------------------------------------- files


def test_splits_come_back_from_their_files(tmp_path):
    bound = CROSS.with_bans([[LEFT], [(0, 2, 6)]])
    bound.save(tmp_path / "network")
    opened = StreetNetwork.open(tmp_path / "network")
    field = field_of(bound, [place(2, 1)], [1])
    field.save(tmp_path / "field")
    field_opened = AccessField.open(tmp_path / "field")
    for splits in (opened.splits, field_opened.streets.splits):
        for column in dataclasses.fields(splits):
            np.testing.assert_array_equal(getattr(splits, column.name), getattr(bound.splits, column.name))
    assert field_opened.at(place(0, 0)).seconds[0, 0, 0] == 40
    again = field_opened.swept(Hierarchy.build(opened), "test.0", place(2, 0.25))
    assert again.at(place(0, 0.5)).seconds[0, 0, 0] == 27.5
    for folder in ("network", "field"):
        (tmp_path / folder / "split_tail.npy").unlink()
    for open_ in (lambda: StreetNetwork.open(tmp_path / "network"), lambda: AccessField.open(tmp_path / "field")):
        with pytest.raises(SnapshotCorrupt, match=r"split_tail\.npy"):
            open_()


def test_splits_of_another_network_are_found(tmp_path):
    CROSS.with_bans([[LEFT]]).save(tmp_path)
    np.save(tmp_path / "split_arrive_to.npy", np.zeros(3, np.int32))
    with pytest.raises(SnapshotCorrupt, match="different builds"):
        StreetNetwork.open(tmp_path)


def test_streets_without_restrictions_have_no_file_of_splits(tmp_path):
    CROSS.save(tmp_path)
    field_of(CROSS, [place(2, 1)], [1]).save(tmp_path)
    assert not list(tmp_path.glob("split_*"))
