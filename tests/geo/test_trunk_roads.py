"""Trunk roads and motorways: who may walk or ride along one, and that no trip ends there."""

from __future__ import annotations

import pytest

from tests.lattice import MODES

WALK, BIKE, CAR = (MODES[name] for name in ("walk", "bike", "car"))


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "trunk", "oneway": "yes", "maxspeed": "110"}, 0),
        ({"highway": "trunk", "oneway": "yes", "lit": "yes"}, 4.8),
        ({"highway": "trunk", "lit": "yes", "foot": "no"}, 0),
        ({"highway": "trunk", "lit": "yes", "motorroad": "yes"}, 0),
        ({"highway": "trunk", "lit": "yes", "expressway": "yes"}, 0),
        ({"highway": "trunk", "lit": "yes", "maxspeed": "50"}, 4.8),
        ({"highway": "trunk", "lit": "yes", "maxspeed": "70"}, 0),
        ({"highway": "trunk", "lit": "yes", "maxspeed": "50", "lanes": "4"}, 0),
        ({"highway": "trunk", "lit": "yes", "tunnel": "yes"}, 0),
        ({"highway": "trunk", "sidewalk": "right", "maxspeed": "70", "lanes": "4"}, 4.8),
        ({"highway": "trunk", "sidewalk": "both", "motorroad": "yes"}, 0),
        ({"highway": "trunk_link", "lit": "yes"}, 0),
    ],
)
def test_a_trunk_road_on_foot(tags, kmh):
    assert tuple(WALK.rules.speeds(tags)) == (kmh, kmh)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "trunk", "oneway": "yes", "maxspeed": "110"}, 0),
        ({"highway": "trunk", "lit": "yes"}, 15),
        ({"highway": "trunk", "lit": "yes", "bicycle": "use_sidepath"}, 0),
        ({"highway": "trunk", "lit": "yes", "maxspeed": "90"}, 0),
        ({"highway": "trunk", "cycleway:right": "lane", "maxspeed": "70"}, 15),
        ({"highway": "trunk_link", "lit": "yes"}, 0),
    ],
)
def test_a_trunk_road_by_bike(tags, kmh):
    assert max(BIKE.rules.speeds(tags)) == kmh


@pytest.mark.parametrize(
    ("tags", "stops"),
    [
        ({"highway": "motorway"}, False),
        ({"highway": "motorway_link"}, False),
        ({"highway": "trunk", "motorroad": "yes"}, False),
        ({"highway": "trunk"}, True),
        ({"highway": "service"}, True),
    ],
)
def test_no_trip_begins_or_ends_on_a_motorway(tags, stops):
    assert CAR.rules.stops(tags) is stops
    assert any(CAR.rules.speeds(tags)), "it passes there"
    assert WALK.rules.stops(tags)
