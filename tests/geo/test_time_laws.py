"""What must hold of times on any network, whatever its shape."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.snapping import Snap
from geo.splits import split_junctions
from geo.turn_reach import open_lanes
from tests.geo.shapes import field_of, network_of, networks, places, some_places
from tests.lattice import MODES

WALK, CAR = MODES["walk"], MODES["car"]
with_edges = networks().filter(lambda network: network.edges > 0)


def times(network, services, addresses, k=5, mode=WALK):
    """(M, k) seconds, infinite where there is nothing; (M, k) rows."""
    access = field_of(network, [services], [k], mode).at(addresses)
    seconds = access.seconds[:, 0, :k]
    return np.where(np.isnan(seconds), np.inf, seconds), access.rows[:, 0, :k]


def some_of(snap, rows):
    return Snap(*(getattr(snap, column.name)[rows] for column in dataclasses.fields(Snap)))


def joined(first, second):
    columns = [column.name for column in dataclasses.fields(Snap)]
    return Snap(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns))


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_another_service_never_raises_a_time(data):
    network = data.draw(with_edges)
    services, more, addresses = (data.draw(some_places(network)) for _ in range(3))
    before, _ = times(network, services, addresses)
    after, _ = times(network, joined(services, more), addresses)
    assert (after <= before).all()
    first_again, rows = times(network, joined(more, services), addresses)
    np.testing.assert_array_equal(first_again, after)
    assert (rows < len(more) + len(services)).all()


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_an_edge_less_never_lowers_a_time(data):
    network = data.draw(with_edges)
    services, addresses = data.draw(some_places(network)), data.draw(some_places(network))
    gone = data.draw(st.integers(0, network.edges - 1))
    services, addresses = (some_of(snap, snap.edge != gone) for snap in (services, addresses))
    before, _ = times(network, services, addresses)
    stays = np.arange(network.edges) != gone
    table = np.column_stack([network.edge_from, network.edge_to, network.forward_ms, network.backward_ms])[stays]
    smaller = network_of(network.junction_xy_m, table)
    moved = [dataclasses.replace(snap, edge=snap.edge - (snap.edge > gone)) for snap in (services, addresses)]
    after, _ = times(smaller, *moved)
    assert (after >= before).all()
    closed = [np.where(stays, costs, -1) for costs in (network.forward_ms, network.backward_ms)]
    shut, _ = times(dataclasses.replace(network, forward_ms=closed[0], backward_ms=closed[1]), services, addresses)
    np.testing.assert_array_equal(shut, after)


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_a_dearer_edge_never_lowers_a_time(data):
    network = data.draw(with_edges)
    services, addresses = data.draw(some_places(network)), data.draw(some_places(network))
    more = np.where(np.arange(network.edges) == data.draw(st.integers(0, network.edges - 1)), 700, 0)
    costs = [np.where(ms < 0, -1, ms + more).astype(np.int32) for ms in (network.forward_ms, network.backward_ms)]
    dearer = dataclasses.replace(network, forward_ms=costs[0], backward_ms=costs[1])
    assert (times(dearer, services, addresses)[0] >= times(network, services, addresses)[0]).all()


@st.composite
def some_turns(draw, network):
    """A few sequences of open lanes that follow each other, each a restriction."""
    is_open = open_lanes(network.forward_ms, network.backward_ms)
    tail = np.stack([network.edge_from, network.edge_to], axis=1).reshape(-1)
    bans = []
    for _ in range(draw(st.integers(0, 4))):
        lanes = [draw(st.sampled_from(np.flatnonzero(is_open).tolist()))]
        for _ in range(draw(st.sampled_from([1, 1, 2]))):
            following = np.flatnonzero(is_open & (tail == tail[lanes[-1] ^ 1])).tolist()
            lanes += [draw(st.sampled_from(following))] if following else []
        bans += [[tuple(lanes)]] if len(lanes) > 1 else []
    return bans


def left_out(network, bans):
    is_open = open_lanes(network.forward_ms, network.backward_ms)
    return split_junctions(network.junctions, network.edge_from, network.edge_to, is_open, bans)[1]


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_turning_all_streets_round_and_going_back_takes_as_long(data):
    network = data.draw(with_edges)
    here, there = data.draw(some_places(network)), data.draw(some_places(network))
    back = dataclasses.replace(network, forward_ms=network.backward_ms, backward_ms=network.forward_ms)
    bans = data.draw(some_turns(network))
    turned = [[tuple(lane ^ 1 for lane in reversed(ban))] for (ban,) in bans]
    assume(not left_out(network, bans) and not left_out(back, turned))
    network, back = network.with_bans(bans), back.with_bans(turned)

    def matrix(on, addresses, services):
        each = [some_of(services, [row]) for row in range(len(services))]
        if not each:
            return np.zeros((len(addresses), 0))
        return field_of(on, each, [1] * len(each), CAR).at(addresses).seconds[:, :, 0]

    np.testing.assert_array_equal(matrix(network, here, there), matrix(back, there, here).T)


def exact_places(network):
    """Places at shares that turning an edge round leaves exact."""
    share = st.integers(0, 64).map(lambda n: n / 64)
    place = st.tuples(st.integers(-1, network.edges - 1), share, st.sampled_from([0.0, 3.0, 55.5]))
    return st.lists(place, max_size=6).map(lambda drawn: places(*drawn))


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_numbers_of_junctions_and_edges_and_which_end_is_which_change_nothing(data):
    network = data.draw(with_edges)
    services, addresses = data.draw(exact_places(network)), data.draw(exact_places(network))
    bans = data.draw(some_turns(network))
    assume(not left_out(network, bans))
    seconds, rows = times(network.with_bans(bans), services, addresses)

    junction = np.array(data.draw(st.permutations(range(network.junctions))))
    order = np.array(data.draw(st.permutations(range(network.edges))))
    flip = np.array(data.draw(st.lists(st.booleans(), min_size=network.edges, max_size=network.edges)))
    ends = np.column_stack([junction[network.edge_from], junction[network.edge_to]])
    costs = np.column_stack([network.forward_ms, network.backward_ms])
    ends[flip], costs[flip] = ends[flip][:, ::-1], costs[flip][:, ::-1]
    xy_m = np.empty_like(network.junction_xy_m)
    xy_m[junction] = network.junction_xy_m
    other = network_of(xy_m, np.column_stack([ends, costs])[order])
    number = np.argsort(order)

    def moved(snap):
        on = snap.edge >= 0
        edge = np.where(on, number[snap.edge], -1).astype(np.int32)
        turned = on & flip[snap.edge]
        return dataclasses.replace(snap, edge=edge, fraction=np.where(turned, 1.0 - snap.fraction, snap.fraction))

    lanes = [[tuple(int(2 * number[lane >> 1] + (lane & 1 ^ flip[lane >> 1])) for lane in ban)] for (ban,) in bans]
    assume(not left_out(other, lanes))
    again_s, again_rows = times(other.with_bans(lanes), moved(services), moved(addresses))
    np.testing.assert_array_equal(again_s, seconds)
    np.testing.assert_array_equal(again_rows, rows)


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_numbers_of_services_settle_ties_and_nothing_else(data):
    network = data.draw(with_edges)
    services, addresses = data.draw(some_places(network, most=9)), data.draw(some_places(network))
    seconds, rows = times(network, services, addresses)
    order = np.array(data.draw(st.permutations(range(len(services)))), np.int64)
    again_s, again_rows = times(network, some_of(services, order), addresses)
    np.testing.assert_array_equal(again_s, seconds)
    for own, own_rows, other_rows in zip(seconds, rows, again_rows, strict=True):
        found = np.isfinite(own)
        labels = list(zip(own[found].tolist(), own_rows[found].tolist(), strict=True))
        assert labels == sorted(set(labels)), "ascending by seconds, then by number; each service once"
        before_the_last = own < own[found].max(initial=0)
        same = order[other_rows[found & before_the_last]].tolist()
        assert sorted(zip(own[found & before_the_last].tolist(), same, strict=True)) == [
            label for label in labels if label[0] < own[found].max(initial=0)
        ]
