"""A site with several entrances: reached by the cheapest, counted once. Values by arithmetic on the lattice town."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.snapping import EdgeIndex
from tests.lattice import MODES, STEP_WALK_MS, Lattice

STEP_S = STEP_WALK_MS / 1000
NO_EDGE = np.zeros(0, np.int32)


def field_of(town, sites, k=3, mode="walk"):
    """The field of one category, whose services are given by the places of their entrances."""
    network = town.network(mode)
    row = np.array([number for number, site in enumerate(sites) for _ in site], np.int32)
    snap = EdgeIndex(network).snap(town.lonlat(*(entrance for site in sites for entrance in site)))
    points = ServicePoints(np.zeros(len(row), np.int32), row, snap)
    field = AccessField.build(
        network, Hierarchy.build(network), MODES[mode], points, ("test.site",), (k,), NO_EDGE, 3600
    )
    assert field.edge_inequality_violations(network) == 0
    return network, field


def nearest(town, network, field, *places):
    access = field.at(EdgeIndex(network).snap(town.lonlat(*places)))
    return [
        [(round(float(s) / STEP_S, 2), int(r)) for s, r in zip(seconds, rows, strict=True) if r >= 0]
        for seconds, rows in zip(access.seconds[:, 0], access.rows[:, 0], strict=True)
    ]


def test_each_side_of_a_site_has_its_own_entrance_and_the_site_counts_once():
    """One school over the block between rows 1 and 3, with a gate to the south, one to the north; a second one east."""
    town = Lattice(6, 6)
    network, field = field_of(town, [[(1.5, 1), (1.5, 3)], [(4, 2.5)]])
    south, north, between = nearest(town, network, field, (1.5, 0), (1.5, 4), (2, 2))
    assert south == [(2.0, 0), (5.0, 1)]
    assert north == [(2.0, 0), (4.0, 1)]
    assert between == [(1.5, 0), (2.5, 1)]


def test_two_entrances_on_the_edge_of_the_place_itself():
    town = Lattice(4, 4).street((3, 1), (4, 1), (4, 2), (3, 2))
    network, field = field_of(town, [[(1.2, 1), (1.9, 1)], [(1.6, 1)]])
    (found,) = nearest(town, network, field, (1.75, 1))
    assert found == [(0.15, 0), (0.15, 1)]
    (found,) = nearest(town, network, field, (1.3, 1))
    assert found == [(0.1, 0), (0.3, 1)]


def test_who_may_not_drive_to_the_near_entrance_takes_the_other():
    """Eastwards only past the first; the second stands on the next street, which is open both ways."""
    town = Lattice(5, 5).one_way((1, 1), (2, 1))
    step_s = 9.6
    network, both = field_of(town, [[(1.25, 1), (1.75, 2)]], k=1, mode="car")
    _, first = field_of(town, [[(1.25, 1)]], k=1, mode="car")
    _, second = field_of(town, [[(1.75, 2)]], k=1, mode="car")
    place = EdgeIndex(network).snap(town.lonlat((1.5, 1), (1.1, 1), (3, 3)))
    alone = np.stack([field.at(place).seconds[:, 0, 0] for field in (first, second)])
    assert both.at(place).seconds[:, 0, 0] == pytest.approx(alone.min(axis=0))
    assert alone[0, 0] > alone[1, 0] + step_s
    assert alone[0, 1] < alone[1, 1]


def test_an_entrance_off_the_network_closes_none_of_the_others():
    town = Lattice(4, 4)
    network, field = field_of(town, [[(60, 60), (1.5, 1)]])
    assert nearest(town, network, field, (1.25, 1)) == [[(0.25, 0)]]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_several_entrances_are_the_minimum_over_each_alone(seed):
    random = np.random.default_rng(seed)
    town = Lattice(5, 5, bends=1).one_way((0, 1), (4, 1))
    mode = ("walk", "car")[seed % 2]
    sites = [list(map(tuple, random.uniform(0, 4, (random.integers(1, 4), 2)))) for _ in range(3)]
    network, field = field_of(town, sites, k=3, mode=mode)
    places = EdgeIndex(network).snap(town.lonlat(*map(tuple, random.uniform(-1, 5, (25, 2)))))
    access = field.at(places)
    alone = [
        np.min([field_of(town, [[e]], k=1, mode=mode)[1].at(places).seconds[:, 0, 0] for e in site], axis=0)
        for site in sites
    ]
    assert np.sort(np.column_stack(alone)) == pytest.approx(access.seconds[:, 0, :3], abs=1e-6)
    assert (np.sort(access.rows[:, 0, :3]) == [0, 1, 2]).all()
