"""Routes: the seconds of the field, a line without gaps, legs and steps that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.projection import Projection, ground_m
from geo.route import LegSort, Turn, route
from geo.snapping import EdgeIndex
from geo.travel import UNREACHABLE_DS, Direction, Stops, Travel
from tests.geo.shapes import networks, some_places
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
    assert sum(leg.seconds for leg in found.legs) == pytest.approx(found.seconds)
    street = next(leg for leg in found.legs if leg.sort is LegSort.STREET)
    assert sum(step.seconds for step in found.steps) == pytest.approx(street.seconds)
    assert [found.steps[0].turn, found.steps[-1].turn] == [Turn.DEPART, Turn.ARRIVE]
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
    by_sort = {leg.sort: leg.seconds for leg in found.legs}
    assert by_sort == {
        LegSort.START: 0,
        LegSort.OFF_ROAD_START: pytest.approx(6, abs=0.1),
        LegSort.STREET: pytest.approx(120, abs=0.2),
        LegSort.OFF_ROAD_END: pytest.approx(0, abs=0.1),
        LegSort.END: 0,
    }
    assert [step.turn for step in found.steps] == [Turn.DEPART, Turn.LEFT, Turn.ARRIVE]
    assert [step.metres for step in found.steps] == pytest.approx([40, 120, 0], abs=0.1)
    corner = found.lonlat[found.steps[1].vertex]
    assert corner == pytest.approx(Lattice(5, 5).lonlat((2, 1))[0], abs=1e-7)


def test_a_car_parks_and_drives_around_a_forbidden_turn():
    town = Lattice(5, 5).restrict("no_left_turn", (1, 1), (2, 1), (2, 2))
    straight = between(Lattice(5, 5), CAR, (1.5, 1), (2, 1.5))
    around = between(town, CAR, (1.5, 1), (2, 1.5))
    assert straight.seconds == pytest.approx(CAR.fixed_s + 9.6, abs=0.2)
    assert around.seconds > straight.seconds + 9.6
    assert {leg.sort: leg.seconds for leg in around.legs}[LegSort.END] == CAR.end_s
    assert around.metres > straight.metres


def test_from_a_place_to_itself():
    found = between(Lattice(4, 4), WALK, (1.5, 1), (1.5, 1))
    assert (found.seconds, found.metres) == (pytest.approx(0, abs=0.2), pytest.approx(0, abs=0.1))
    assert [step.turn for step in found.steps] == [Turn.DEPART, Turn.ARRIVE]


def test_no_way_leads_to_an_island():
    town = Lattice(4, 4).island((20, 0), 4, 4)
    network = town.network("walk", ((-1, -1), (5, 5)), ((19, -1), (25, 5)))
    assert between(town, WALK, (1.5, 1), (21.5, 1), network) is None
