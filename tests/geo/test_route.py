"""Routes: the seconds of the field, a line without gaps, legs and steps that add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.itinerary import Turn
from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.route import LegSort, route
from geo.snapping import EdgeIndex
from geo.street_notes import ExtraSort
from geo.travel import UNREACHABLE_DS, Direction, Stops, Travel
from tests.geo.shapes import networks, some_places
from tests.geo.test_contraction import raw_streets
from tests.geo.test_splits import one, some_bans
from tests.lattice import MODES, STEP_M, Lattice

with_edges = networks().filter(lambda network: network.edges > 0)
WALK, CAR = MODES["walk"], MODES["car"]
PLANE = Projection("EPSG:2154")


def between(town, mode, start, end, network=None):
    network = network or town.network(mode.id)
    index = EdgeIndex(network)
    lonlat = town.lonlat(start, end)
    places = tuple(Stops.of(index.snap(lonlat[row : row + 1]), mode) for row in (0, 1))
    return route(Travel(network), PLANE, mode, places, tuple(map(tuple, lonlat)))


@given(st.data(), st.sampled_from([WALK, CAR]))
@settings(deadline=None, max_examples=150)
def test_a_route_is_as_long_as_its_spread_says_and_has_no_gaps(data, mode):
    network = data.draw(with_edges)
    network = network.with_bans(data.draw(some_bans(network)))
    origin, targets = (data.draw(some_places(network).filter(lambda s: (s.edge >= 0).any())) for _ in range(2))
    origin, targets = (one(snap, int(np.flatnonzero(snap.edge >= 0)[0])) for snap in (origin, targets))
    travel, places = Travel(network), (Stops.of(origin, mode), Stops.of(targets, mode))
    spread = travel.spread(places[0], Direction.FROM, round(mode.fixed_s * 10))
    seconds = spread.door_to_door_ds(places[1])[0]
    found = route(travel, PLANE, mode, places, ((0.0, 0.0), (0.0, 0.0)))
    if seconds >= UNREACHABLE_DS:
        assert found is None
        return
    assert found is not None
    assert found.seconds == seconds / 10
    assert sum(leg.ds for leg in found.legs) == seconds
    assert sum(step.ds for step in found.steps) == seconds
    assert found.steps[-1].turn is Turn.ARRIVE
    assert [step.turn for step in found.steps].count(Turn.DEPART) == 1
    assert np.isfinite(found.lonlat).all()


@given(st.floats(0, 4), st.integers(0, 4), st.integers(0, 4), st.floats(0, 4), st.sampled_from([WALK, CAR]))
@settings(deadline=None, max_examples=60)
def test_the_line_of_a_route_follows_the_streets(x, y, column, row, mode):
    town = Lattice(5, 5).one_way((0, 1), (4, 1))
    found = between(town, mode, (x, y), (column, row), network=_networks(town, mode))
    lon, lat = found.lonlat.T
    line_m = ground_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert line_m.sum() == pytest.approx(found.metres, rel=1e-6, abs=0.05)
    assert line_m.max(initial=0) < STEP_M * 1.01, "no jump is longer than a block"
    if mode is WALK:
        assert found.metres == pytest.approx(STEP_M * (abs(x - column) + abs(y - row)), abs=2 * STEP_M * 1.01)
        assert found.seconds == pytest.approx(found.metres / (4.8 / 3.6), abs=0.5)


_made = {}


def _networks(town, mode):
    if mode.id not in _made:
        _made[mode.id] = town.network(mode.id)
    return _made[mode.id]


def test_legs_and_steps_by_arithmetic():
    # half a step east along row 1, then a step and a half north along column 2; 8 m off at the start
    found = between(Lattice(5, 5), WALK, (1.5, 1.1), (2, 2.5))
    assert found.seconds == pytest.approx(6 + 30 + 90, abs=0.2)
    assert found.metres == pytest.approx(8 + 40 + 120, abs=0.1)
    assert {leg.sort: leg.seconds for leg in found.legs} == {
        LegSort.START: 0,
        LegSort.OFF_ROAD_START: pytest.approx(6, abs=0.1),
        LegSort.STREET: pytest.approx(120, abs=0.2),
        LegSort.OFF_ROAD_END: pytest.approx(0, abs=0.1),
        LegSort.END: 0,
    }
    assert [step.turn for step in found.steps] == [Turn.TO_STREET, Turn.DEPART, Turn.LEFT, Turn.ARRIVE]
    assert [step.metres for step in found.steps] == pytest.approx([8, 40, 120, 0], abs=0.1)
    assert [step.seconds for step in found.steps] == pytest.approx([6, 30, 90, 0], abs=0.2)
    assert sum(step.metres for step in found.steps) == pytest.approx(found.metres)
    corner = found.lonlat[found.steps[2].vertex]
    assert corner == pytest.approx(Lattice(5, 5).lonlat((2, 1))[0], abs=1e-7)


def test_a_car_parks_and_drives_around_a_forbidden_turn():
    town = Lattice(5, 5).restrict("no_left_turn", (1, 1), (2, 1), (2, 2))
    straight = between(Lattice(5, 5), CAR, (1.5, 1), (2, 1.5))
    around = between(town, CAR, (1.5, 1), (2, 1.5))
    assert straight.seconds == pytest.approx(CAR.fixed_s + 9.6, abs=0.2)
    assert around.seconds > straight.seconds + 9.6
    assert {leg.sort: leg.seconds for leg in around.legs}[LegSort.END] == CAR.end_s
    assert around.metres > straight.metres
    turns = [step.turn for step in around.steps]
    assert (turns[0], turns[-2:]) == (Turn.START, [Turn.END, Turn.ARRIVE])
    assert (around.steps[0].seconds, around.steps[-2].seconds) == (CAR.start_s, CAR.end_s)
    assert sum(step.ds for step in around.steps) == round(around.seconds * 10)


def called(found):
    return [(step.title.called or str(step.title.sort), round(step.metres)) for step in found.steps if step.title]


def test_a_street_is_one_step_whatever_it_is_made_of():
    town = Lattice(6, 3).retag((0, 1), (3, 1), name="Rue des Lilas").retag((3, 1), (5, 1), ref="D 980")
    assert called(between(town, WALK, (0.5, 1), (4.5, 1))) == [("Rue des Lilas", 200), ("D 980", 120)]
    bent = Lattice(6, 3).retag((0, 1), (3, 1), name="Rue A").retag((3, 1), (3, 2), name="Rue A")
    assert called(between(bent, WALK, (0.5, 1), (3, 1.5))) == [("Rue A", 240)], "although it turns"


def test_a_name_changes_between_two_junctions():
    town = Lattice(2, 1).retag((0, 0), (1, 0), name="Rue A", oneway="no")
    town.street((1, 0), (2, 0), name="Rue B").street((2, 0), (2, 2), (0, 2), (0, 0), highway="path")
    found = between(town, WALK, (0.25, 0), (1.5, 0))
    assert called(found) == [("Rue A", 60), ("Rue B", 40)]
    assert [step.turn for step in found.steps][:2] == [Turn.DEPART, Turn.STRAIGHT]
    assert found.lonlat[found.steps[1].vertex] == pytest.approx(town.lonlat((1, 0))[0], abs=1e-7)
    back = between(town, WALK, (1.5, 0), (0.25, 0))
    assert called(back) == [("Rue B", 40), ("Rue A", 60)]


def test_a_way_without_a_name_is_told_by_its_sort():
    town = Lattice(4, 2).retag((0, 0), (1, 0), highway="steps").retag((1, 0), (3, 0), highway="path")
    assert called(between(town, WALK, (0.5, 0), (2.5, 0))) == [("steps", 40), ("path", 120)]


def test_a_roundabout_is_one_step():
    town = Lattice(4, 2).remove((0, 0), (0, 1))
    for a, b in (((1, 0), (2, 0)), ((2, 0), (2, 1)), ((2, 1), (1, 1)), ((1, 1), (1, 0))):
        town.retag(a, b, junction="roundabout")
    assert called(between(town, CAR, (0.5, 0), (0.5, 1)))[1] == ("roundabout", 240)


def test_a_light_is_a_step_of_its_own():
    town = Lattice(4, 3).barrier((2, 1), highway="traffic_signals")
    passed = between(town, CAR, (1, 1), (3, 1.25))
    wait = next(step for step in passed.steps if step.turn is Turn.WAIT)
    assert (wait.wait, wait.seconds) == (ExtraSort.SIGNALS, 8)
    assert passed.lonlat[wait.vertex] == pytest.approx(town.lonlat((2, 1))[0], abs=1e-7)
    assert {leg.sort: leg.seconds for leg in passed.legs}[LegSort.SIGNALS] == 8
    assert sum(step.ds for step in passed.steps) == round(passed.seconds * 10)
    free = between(Lattice(4, 3), CAR, (1, 1), (3, 1.25))
    assert passed.seconds == pytest.approx(free.seconds + 8, abs=0.2)
    streets = {leg.sort: leg.seconds for leg in passed.legs}[LegSort.STREET]
    assert streets == pytest.approx({leg.sort: leg.seconds for leg in free.legs}[LegSort.STREET], abs=0.2)


def test_half_a_wait_is_no_step_for_who_does_not_reach_it():
    town = Lattice(4, 3).barrier((2, 1), highway="traffic_signals")
    short = between(town, CAR, (2.25, 1), (2.75, 1))
    assert [step.turn for step in short.steps] == [Turn.START, Turn.DEPART, Turn.END, Turn.ARRIVE]
    assert {leg.sort for leg in short.legs if leg.ds} == {LegSort.START, LegSort.STREET, LegSort.END}


def test_a_gate_and_a_slope_are_told_apart():
    town = Lattice(5, 2).barrier((2, 0), barrier="gate")
    raw = town.raw()
    heights = (raw.node_lonlat[:, 0] - raw.node_lonlat[:, 0].min()) * 76_000 * 0.06  # up to the east
    bike = MODES["bike"]
    raw = replace(raw, node_height_m=heights, elevation="made.tif")
    network = StreetNetwork.build(raw, bike, PLANE)
    up, down = (between(town, bike, a, b, network) for a, b in (((1, 0), (3, 0)), ((3, 0), (1, 0))))
    for found, sign in ((up, 1), (down, -1)):
        legs = {leg.sort: leg.ds for leg in found.legs}
        assert legs[LegSort.BARRIER] == 100
        assert legs[LegSort.SLOPE] * sign > 0
        assert legs[LegSort.STREET] / 10 == pytest.approx(160 / (15 / 3.6), rel=0.02)
        assert sum(legs.values()) == sum(step.ds for step in found.steps) == round(found.seconds * 10)
        assert sum(step.slope_ds for step in found.steps) == legs[LegSort.SLOPE]


@given(raw_streets(), st.sampled_from(["walk", "bike", "car"]), st.data())
@settings(deadline=None, max_examples=100)
def test_nothing_is_lost_between_steps_whatever_waits_on_the_way(raw, mode, data):
    network = StreetNetwork.build(raw, MODES[mode], PLANE)
    if not network.edges:
        return
    places = [data.draw(some_places(network).filter(lambda s: (s.edge >= 0).any())) for _ in range(2)]
    places = tuple(Stops.of(one(snap, int(np.flatnonzero(snap.edge >= 0)[0])), MODES[mode]) for snap in places)
    found = route(Travel(network), PLANE, MODES[mode], places, ((4.4, 46.8), (4.4, 46.8)))
    if found is not None:
        total = round(found.seconds * 10)
        assert sum(step.ds for step in found.steps) == sum(leg.ds for leg in found.legs) == total
        assert all(step.ds >= 0 for step in found.steps)
        assert [step.vertex for step in found.steps] == sorted(step.vertex for step in found.steps)


def test_from_a_place_to_itself():
    found = between(Lattice(4, 4), WALK, (1.5, 1), (1.5, 1))
    assert (found.seconds, found.metres) == (pytest.approx(0, abs=0.2), pytest.approx(0, abs=0.1))
    assert [step.turn for step in found.steps] == [Turn.DEPART, Turn.ARRIVE]


def test_no_way_leads_to_an_island():
    town = Lattice(4, 4).island((20, 0), 4, 4)
    network = town.network("walk", ((-1, -1), (5, 5)), ((19, -1), (25, 5)))
    assert between(town, WALK, (1.5, 1), (21.5, 1), network) is None
