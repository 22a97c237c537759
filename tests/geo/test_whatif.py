"""What-ifs equal a field built anew, bit for bit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.streets import places_on
from geo import whatif
from geo.errors import LabelOverflow
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.snapping import EdgeIndex
from geo.travel import Stops
from ingest.streets import read_streets
from tests.geo.edits import EDITS, Ground, differences
from tests.geo.shapes import field_of, networks, points_of, some_places
from tests.geo.test_splits import some_bans
from tests.lattice import MODES, Lattice

WALK, CAR = MODES["walk"], MODES["car"]
with_edges = networks().filter(lambda network: network.edges > 0)


@given(st.data(), st.sampled_from(EDITS), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=150)
def test_an_edit_equals_building_anew_on_odd_shapes(data, edit, seed):
    network = data.draw(with_edges)
    network = network.with_bans(data.draw(some_bans(network)))
    ground = Ground(network, CAR, [data.draw(some_places(network)) for _ in range(3)], [1, 3, 5], np.zeros(1, np.int32))
    assert differences(*ground.edited(edit, np.random.default_rng(seed))) == []


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_edits_of_a_town_equal_building_anew(mode):
    network = Lattice(9, 8).one_way((0, 3), (8, 3)).restrict("no_left_turn", (3, 4), (4, 4), (4, 5)).network(mode)
    services = [places_on(network, count, seed=count) for count in (3, 9, 20)]
    ground = Ground(network, MODES[mode], services, [1, 3, 5], np.array([0, 5], np.int32))
    rng = np.random.default_rng(71)
    for edit, _ in itertools.product(EDITS, range(6)):
        found, anew = ground.edited(edit, rng)
        assert differences(found, anew) == [], edit
        assert found is not ground.field


def test_a_closed_bridge_costs_the_way_round():
    # two towns of 3 × 3, joined by two streets: row 1 and row 3 (through (3, 3))
    town = Lattice(3, 4).island((5, 0), 3, 4).street((2, 1), (5, 1)).street((2, 2), (5, 2))
    network = town.network("walk")
    index = EdgeIndex(network)
    service, home = index.snap(town.lonlat((5.5, 1))), index.snap(town.lonlat((1.5, 1)))
    field = field_of(network, [service], [1])
    ground = Ground(network, WALK, [service], [1], np.zeros(0, np.int32))
    bridge = np.array([town.edge(network, (2, 1), (5, 1))], np.int32)
    shut, hierarchy = whatif.streets_closed(network, ground.hierarchy, bridge)
    assert field.at(home).seconds[0, 0, 0] == pytest.approx(60 * 4, abs=0.4)
    assert field.on(shut, hierarchy).at(home).seconds[0, 0, 0] == pytest.approx(60 * 6, abs=0.4)
    assert field.at(home).seconds[0, 0, 0] == pytest.approx(60 * 4, abs=0.4), "the field itself stays"


def test_who_walks_slower_takes_longer_in_proportion():
    town = Lattice(5, 5)
    network = town.network("walk")
    index = EdgeIndex(network)
    service, home = index.snap(town.lonlat((3, 3))), index.snap(town.lonlat((0.5, 1.1)))
    ground = Ground(network, WALK, [service], [1], np.zeros(0, np.int32))
    slow = whatif.at_pace(ground.field, network, ground.hierarchy, WALK, points_of([service]), 0.75)
    ratio = slow.at(home).seconds[0, 0, 0] / ground.field.at(home).seconds[0, 0, 0]
    assert ratio == pytest.approx(4 / 3, rel=1e-3)


def test_edits_that_cannot_be_are_refused():
    town = Lattice(4, 4)
    network = town.network("walk")
    service = EdgeIndex(network).snap(town.lonlat((1, 1.5), (2, 2.5)))
    ground = Ground(network, WALK, [service], [1], np.zeros(0, np.int32))
    stops = Stops.of(service, WALK)
    with pytest.raises(ValueError, match="no category 'x'"):
        whatif.opened(ground.field, ground.hierarchy, "x", 2, stops)
    with pytest.raises(ValueError, match="up to number 1"):
        whatif.opened(ground.field, ground.hierarchy, "test.0", 1, stops)
    with pytest.raises(LabelOverflow, match="65,534"):
        whatif.opened(ground.field, ground.hierarchy, "test.0", 65_533, stops)
    with pytest.raises(ValueError, match="a new name"):
        whatif.with_category(ground.field, ground.hierarchy, "test.0", 1, stops)
    with pytest.raises(ValueError, match="a new name"):
        whatif.with_category(ground.field, ground.hierarchy, "mine", 2, stops)


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_three_hundred_edits_of_real_streets_equal_building_anew(mirror, mode):
    raw = read_streets(mirror / "osm/le-creusot-71/Le_Creusot.osm.pbf", tags_of(MODES.values()))
    network = StreetNetwork.build(raw, MODES[mode], Projection("EPSG:2154"))
    services = [places_on(network, count, seed=count) for count in (5, 12, 30, 80, 8, 25)]
    ground = Ground(network, MODES[mode], services, [1, 3, 5, 3, 1, 5], np.array([0, 17, 900], np.int32))
    rng = np.random.default_rng(71)
    for number, edit in zip(range(300), itertools.cycle(EDITS), strict=False):
        assert differences(*ground.edited(edit, rng)) == [], (number, edit)
