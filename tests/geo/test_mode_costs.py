"""The seconds of every mode on the lattice town, by arithmetic: ways against one-way traffic, waits, steps, kerbs.

A step is 80 m: 60 s on foot, 80 s at a slow pace or in a wheelchair, 19.2 s by bike, 9.6 s by car.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from geo.modes import tags_of
from geo.road_rules import RoadRules
from geo.snapping import EdgeIndex
from geo.streets import Segments
from ingest.streets import read_streets
from tests.geo.shapes import field_of
from tests.lattice import MODES, Lattice

STEP_MS = {"walk": 60_000, "bike": 19_200, "car": 9_600, "walk_slow": 80_000, "wheelchair": 80_000}
CLOSED = -1


def cost_ms(town, mode, start, end):
    """Milliseconds along the street between two junctions, both ways."""
    network = town.network(mode)
    edge = town.edge(network, start, end)
    costs = int(network.forward_ms[edge]), int(network.backward_ms[edge])
    return costs if network.edge_from[edge] == town.junction(network, start) else costs[::-1]


def block_ms(mode, *, node=None, **tags):
    """Milliseconds along a block eastwards and westwards, perhaps with a node in its middle; None when it is closed."""
    town = Lattice(4, 4, bends=1).retag((1, 1), (2, 1), **tags)
    if node is not None:
        town.barrier((1.5, 1), **node)
    try:
        return cost_ms(town, mode, (1, 1), (2, 1))
    except KeyError:
        return None


def both(step_ms):
    return None if step_ms is None else (step_ms, step_ms)


@pytest.mark.parametrize("mode", MODES)
def test_a_block_of_an_ordinary_street(mode):
    assert block_ms(mode) == both(STEP_MS[mode])


@pytest.mark.parametrize(
    ("tags", "walk", "bike", "car", "walk_slow", "wheelchair"),
    [
        ({"highway": "steps"}, 120_000, 240_000, None, 160_000, None),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, 120_000, 240_000, None, 160_000, 160_000),
        ({"highway": "pedestrian"}, 60_000, 48_000, None, 80_000, 80_000),
        ({"highway": "footway"}, 60_000, None, None, 80_000, 80_000),
        ({"highway": "path", "bicycle": "designated"}, 60_000, 19_200, None, 80_000, 80_000),
        ({"highway": "track", "tracktype": "grade5"}, 60_000, 48_000, 36_000, 80_000, None),
        ({"surface": "gravel"}, 60_000, 28_800, 11_520, 80_000, 160_000),
        ({"maxspeed": "30"}, 60_000, 19_200, 16_000, 80_000, 80_000),
        ({"highway": "trunk"}, None, None, 3_200, None, None),
        ({"access": "private"}, None, None, None, None, None),
        ({"route": "ferry"}, None, None, None, None, None),
    ],
)
def test_a_block_of_another_kind(tags, walk, bike, car, walk_slow, wheelchair):
    found = {mode: block_ms(mode, **tags) for mode in MODES}
    expected = {"walk": walk, "bike": bike, "car": car, "walk_slow": walk_slow, "wheelchair": wheelchair}
    assert found == {mode: both(ms) for mode, ms in expected.items()}


@pytest.mark.parametrize(
    ("tags", "bike", "car"),
    [
        ({}, (19_200, CLOSED), (9_600, CLOSED)),
        ({"oneway:bicycle": "no"}, (19_200, 19_200), (9_600, CLOSED)),
        ({"cycleway": "opposite_lane"}, (19_200, 19_200), (9_600, CLOSED)),
        ({"maxspeed": "30"}, (19_200, 19_200), (16_000, CLOSED)),
        ({"maxspeed": "30", "oneway:bicycle": "yes"}, (19_200, CLOSED), (16_000, CLOSED)),
        ({"highway": "living_street"}, (19_200, 19_200), (24_000, CLOSED)),
    ],
)
def test_a_one_way_block(tags, bike, car):
    one_way = {"oneway": "yes", **tags}
    assert block_ms("bike", **one_way) == bike
    assert block_ms("car", **one_way) == car
    assert block_ms("walk", **one_way) == both(60_000)


@pytest.mark.parametrize(
    ("node", "walk_s", "bike_s", "car_s", "wheelchair_s"),
    [
        ({"highway": "traffic_signals"}, (0, 0), (8, 8), (8, 8), (0, 0)),
        ({"highway": "traffic_signals", "traffic_signals:direction": "forward"}, (0, 0), (8, 0), (8, 0), (0, 0)),
        ({"highway": "traffic_signals", "traffic_signals:direction": "backward"}, (0, 0), (0, 8), (0, 8), (0, 0)),
        ({"highway": "crossing", "crossing": "traffic_signals"}, (0, 0), (0, 0), (3, 3), (0, 0)),
        ({"barrier": "gate"}, (0, 0), (10, 10), (30, 30), (10, 10)),
        ({"barrier": "lift_gate"}, (0, 0), (0, 0), (10, 10), (0, 0)),
        ({"barrier": "gate", "access": "private"}, None, None, None, None),
        ({"barrier": "bollard"}, (0, 0), (0, 0), None, (0, 0)),
        ({"barrier": "stile"}, (0, 0), (20, 20), None, None),
        ({"barrier": "kerb", "kerb": "raised"}, (0, 0), (0, 0), (0, 0), None),
        ({"barrier": "kerb", "kerb": "rolled"}, (0, 0), (0, 0), (0, 0), (10, 10)),
        ({"highway": "crossing", "kerb": "raised"}, (0, 0), (0, 0), (0, 0), (0, 0)),
    ],
)
def test_a_node_in_the_middle_of_a_block_is_passed_once(node, walk_s, bike_s, car_s, wheelchair_s):
    waits = {"walk": walk_s, "bike": bike_s, "car": car_s, "walk_slow": walk_s, "wheelchair": wheelchair_s}
    for mode, wait in waits.items():
        expected = None if wait is None else tuple(STEP_MS[mode] + 1000 * seconds for seconds in wait)
        assert block_ms(mode, node=node) == expected, mode


@pytest.mark.parametrize("mode", ["bike", "car"])
def test_a_signal_on_a_junction_is_paid_once_whichever_way_one_turns(mode):
    """Half of it lies on each street there; a street between two signals holds a half of either."""
    lights = {"highway": "traffic_signals"}
    town = Lattice(5, 5).barrier((1, 1), **lights).barrier((2, 1), **lights)
    into, out = [cost_ms(town, mode, place, (1, 1)) for place in ((0, 1), (1, 2))]
    assert into == out == both(STEP_MS[mode] + 4_000)
    assert into[0] + out[1] == 2 * STEP_MS[mode] + 8_000
    assert cost_ms(town, mode, (1, 1), (2, 1)) == both(STEP_MS[mode] + 8_000)
    assert cost_ms(town, mode, (2, 2), (3, 2)) == both(STEP_MS[mode])


@pytest.mark.parametrize(
    ("mode", "seconds"),
    [
        ("walk", 6 + 2.5 * 60),
        ("walk_slow", 8 + 2.5 * 80),
        ("wheelchair", 8 + 2.5 * 80),
        ("bike", 6 + 2.5 * 19.2 + 8 + 30 + 30),
        ("car", 6 + 2.5 * 9.6 + 8 + 30 + 90),
    ],
)
def test_door_to_door(mode, seconds):
    """8 m off the street to it, half a block and two, past a signal, with what the mode costs at its ends."""
    town = Lattice(5, 5).barrier((2, 1), highway="traffic_signals")
    network = town.network(mode)
    index = EdgeIndex(network)
    field = field_of(network, [index.snap(town.lonlat((3, 1)))], [1], MODES[mode])
    access = field.at(index.snap(town.lonlat((0.5, 1.1))))
    assert access.seconds[0, 0, 0] == pytest.approx(seconds, abs=0.2)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_a_trip_that_begins_on_the_way_to_a_signal_pays_half_of_it_in_proportion(share):
    """The half that lies on a block is spread over it, so a part of the block costs that part of it."""
    town = Lattice(5, 5).barrier((2, 1), highway="traffic_signals")
    network = town.network("car")
    index = EdgeIndex(network)
    field = field_of(network, [index.snap(town.lonlat((3, 1)))], [1], MODES["car"])
    found_s = field.at(index.snap(town.lonlat((1 + share, 1)))).seconds[0, 0, 0]
    assert found_s == pytest.approx((1 - share) * (9.6 + 4) + (4 + 9.6) + 120, abs=0.2)


def test_what_is_not_told_is_counted_by_metres_and_passed():
    town = Lattice(4, 4).retag((0, 0), (3, 0), surface="asphalt").retag((0, 1), (1, 1), smoothness="good")
    network = town.network("wheelchair")
    assert network.untold_share == pytest.approx(1 - 4 / 24)
    assert network.kept_share == 1
    assert town.network("walk").untold_share is None, "it asks nothing"
    assert town.network("bike").untold_share == 0, "it asks of paths and tracks alone"
    assert town.retag((1, 1), (2, 1), highway="path").network("bike").untold_share == pytest.approx(1 / 24)


def test_the_share_is_kept_with_the_network(tmp_path):
    for mode in ("walk", "wheelchair"):
        network = Lattice(4, 4).network(mode)
        network.save(tmp_path / mode)
        assert type(network).open(tmp_path / mode).untold_share == network.untold_share


# ---------------------------------------------------------------- real extracts


def reason(rules: RoadRules, tags: dict[str, str]) -> str:
    """Why a way is closed, by the first rule that closes it."""
    if tags["highway"] not in rules.classes:
        return "class"
    if rules.access.verdict(tags) is False:
        return "access"
    if any(match.holds(tags) for match in rules.closures):
        return "close"
    return "oneway"


CREUSOT = {
    "walk": (0.96, 0.99, {"access": 45, "class": 6}),  # private yards; the class is a race track
    "bike": (0.84, 0.87, {"access": 45, "class": 6, "close": 252}),  # 252 of 266 footways let no rider in
    "car": (0.81, 0.85, {"access": 36, "class": 318}),  # footways, paths, steps
    "walk_slow": (0.96, 0.99, {"access": 45, "class": 6}),
    "wheelchair": (0.95, 0.98, {"access": 45, "class": 6, "close": 19}),  # and 18 flights of steps, one muddy track
}
MALTA = {
    "walk": (0.97, 0.98, {"access": 259, "class": 7, "close": 253}),  # 167 ramps, 86 fast, wide or dark trunk roads
    "bike": (0.88, 0.91, {"access": 326, "class": 8, "close": 1_800}),  # 1,555 footways, 244 trunk roads and ramps
    "car": (0.85, 0.88, {"access": 285, "class": 2_598, "close": 2}),  # footways, paths, steps, pedestrian streets
    "walk_slow": (0.97, 0.98, {"access": 259, "class": 7, "close": 253}),
    "wheelchair": (0.95, 0.97, {"access": 259, "class": 7, "close": 612}),  # and 279 flights of steps
}
"""Share of the ways that are open, at least and at most, and how many are closed for which reason."""


@pytest.mark.parametrize(
    ("extract", "expected"),
    [("le-creusot-71/Le_Creusot.osm.pbf", CREUSOT), ("bench-malta/malta-latest.osm.pbf", MALTA)],
    ids=["le_creusot", "malta"],
)
def test_ways_of_a_real_place_are_open_and_closed_for_a_reason(mirror, extract, expected):
    raw = read_streets(mirror / "osm" / extract, tags_of(MODES.values()))
    for name, (low, high, reasons) in expected.items():
        mode = MODES[name]
        closed = [tags for tags in raw.way_tags if not any(mode.rules.speeds(tags))]
        assert low < 1 - len(closed) / len(raw.way_tags) < high, name
        assert Counter(reason(mode.rules, tags) for tags in closed) == reasons, name


def test_le_creusot_says_little_of_what_a_wheelchair_needs(mirror):
    raw = read_streets(mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf", tags_of(MODES.values()))
    of = {name: Segments.of(raw, mode).untold_share for name, mode in MODES.items()}
    assert of["walk"] is of["walk_slow"] is None
    assert 0.9 < of["wheelchair"] < 1, "113 of 2,114 ways have a surface"
    assert of["bike"] < 0.15
    assert 0.2 < of["car"] < 0.6, "roads between places without a limit"
    signals = [tags for tags in raw.node_tags.values() if tags.get("highway") == "traffic_signals"]
    waits = np.array([MODES["car"].nodes.delay(tags) for tags in signals])
    assert len(signals) == 22
    assert Counter(map(tuple, waits)) == {(8, 8): 9, (8, 0): 6, (0, 8): 7}
