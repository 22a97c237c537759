"""Spreads from and to one place, against the fields and the plain search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.hierarchy import Hierarchy
from geo.place_sweep import PlaceSweep
from geo.search import StreetSearch
from geo.snapping import EdgeIndex
from geo.travel import UNREACHABLE_DS, Direction, Stops, Travel
from tests.geo.shapes import field_of, networks, some_places
from tests.geo.test_splits import one, some_bans
from tests.lattice import MODES, Lattice

with_edges = networks().filter(lambda network: network.edges > 0)
WALK, CAR = MODES["walk"], MODES["car"]


def between(network, mode, origin, targets, direction):
    """Seconds between one place and others; NaN for never."""
    stops = Stops.of(targets, mode)
    spread = Travel(network).spread(Stops.of(origin, mode), direction, round(mode.fixed_s * 10))
    ds = spread.door_to_door_ds(stops)
    swept = Travel(network).sweep(
        PlaceSweep(Hierarchy.build(network)), Stops.of(origin, mode), direction, round(mode.fixed_s * 10)
    )
    far = swept.door_to_door_ds(stops)
    np.testing.assert_array_equal(np.where(ds < UNREACHABLE_DS, far, UNREACHABLE_DS), ds)
    assert (far[ds == UNREACHABLE_DS] > 65_534).all()
    seconds = spread.door_to_door_s(stops)
    np.testing.assert_array_equal(seconds, np.where(ds < UNREACHABLE_DS, ds / 10, np.nan))
    return seconds


@given(st.data(), st.sampled_from([WALK, CAR]))
@settings(deadline=None, max_examples=150)
def test_both_directions_equal_the_field_to_the_tenth(data, mode):
    network = data.draw(with_edges)
    network = network.with_bans(data.draw(some_bans(network)))
    services, homes = data.draw(some_places(network)), data.draw(some_places(network))
    field_s = field_of(network, [services], [1], mode).at(homes).seconds[:, 0, 0]
    to, back = (
        [
            between(network, mode, one(places, row), others, direction)
            for row in range(len(places.edge))
            if places.edge[row] >= 0
        ]
        for places, others, direction in ((services, homes, Direction.TO), (homes, services, Direction.FROM))
    )
    nearest_s = np.fmin.reduce([np.full(len(homes.edge), np.nan), *to])
    np.testing.assert_array_equal(np.where(nearest_s <= 3600, nearest_s, np.nan), field_s)
    from_home = iter(back)
    for home in range(len(homes.edge)):
        if homes.edge[home] >= 0:
            nearest = np.fmin.reduce(next(from_home), initial=np.nan)
            np.testing.assert_equal(nearest if nearest <= 3600 else np.nan, field_s[home])


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_limit_leaves_the_nearer_as_they_are(data):
    network = data.draw(with_edges)
    origin = data.draw(some_places(network).filter(lambda snap: len(snap.edge) and snap.edge[0] >= 0))
    travel, stops = Travel(network), Stops.of(origin, WALK)
    limit_ds = data.draw(st.integers(0, 200))
    for direction in Direction:
        whole = travel.spread(stops.only(0), direction, 0)
        part = travel.spread(stops.only(0), direction, 0, limit_ds)
        near = whole.reached_ds <= limit_ds
        np.testing.assert_array_equal(part.reached_ds, np.where(near, whole.reached_ds, UNREACHABLE_DS))
        assert sorted(part.settled.tolist()) == np.flatnonzero(near).tolist()
        assert (np.diff(part.reached_ds[part.settled]) >= 0).all()


def test_one_way_streets_are_driven_one_way_in_both_directions():
    town = Lattice(5, 5).one_way((0, 1), (4, 1))
    network = town.network("car")
    index = EdgeIndex(network)
    here, there = index.snap(town.lonlat((0.5, 1))), index.snap(town.lonlat((1.5, 1)))
    assert between(network, CAR, here, there, Direction.FROM) == pytest.approx([120 + 9.6], abs=0.2)
    assert between(network, CAR, there, here, Direction.TO) == pytest.approx([120 + 9.6], abs=0.2)
    assert between(network, CAR, there, here, Direction.FROM) == pytest.approx([120 + 9.6 * 5], abs=0.2)
    search = StreetSearch(network).seconds_to(CAR, there, here, 3600)
    np.testing.assert_array_equal(between(network, CAR, there, here, Direction.FROM), search)


def test_walking_is_as_long_there_as_back():
    town = Lattice(5, 5)
    network = town.network("walk")
    homes = EdgeIndex(network).snap(town.lonlat((0.5, 0.1), (3.3, 2), (2, 3.75)))
    for row in range(3):
        there = between(network, WALK, one(homes, row), homes, Direction.FROM)
        np.testing.assert_array_equal(there, between(network, WALK, one(homes, row), homes, Direction.TO))
        assert there[row] == 2 * (6.0 if row == 0 else 0.0)
