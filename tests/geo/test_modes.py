"""What each mode makes of the tags of OpenStreetMap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.modes import tags_of
from tests.lattice import MODES

WALK, BIKE, CAR, SLOW, WHEELS = (MODES[id_] for id_ in ("walk", "bike", "car", "walk_slow", "wheelchair"))


def test_the_modes_and_their_options():
    assert list(MODES) == ["walk", "bike", "car", "walk_slow", "wheelchair"]
    assert {mode.id: mode.option_of for mode in MODES.values() if mode.option_of} == {
        "walk_slow": "walk",
        "wheelchair": "walk",
    }
    assert [mode.id for mode in MODES.values() if mode.indicative] == ["wheelchair"]
    assert (MODES["walk_slow"].label.fr, MODES["walk_slow"].phrase.en) == ("À pied, pas lent", "on foot, slowly")


def test_what_a_trip_costs_beside_the_streets():
    off_road_kmh = {mode.id: mode.off_road_m_per_s * 3.6 for mode in MODES.values()}
    assert off_road_kmh == pytest.approx({"walk": 4.8, "bike": 4.8, "car": 4.8, "walk_slow": 3.6, "wheelchair": 3.6})
    ends = {mode.id: (mode.start_s, mode.end_s) for mode in MODES.values()}
    assert ends == {"walk": (0, 0), "bike": (30, 30), "car": (30, 90), "walk_slow": (0, 0), "wheelchair": (0, 0)}
    assert (BIKE.fixed_s, CAR.fixed_s) == (60, 120)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "residential"}, 4.8),
        ({"highway": "primary", "sidewalk": "separate"}, 4.8),
        ({"highway": "steps"}, 2.4),
        ({"highway": "cycleway"}, 4.8),
        ({"highway": "cycleway", "foot": "no"}, 0),
        ({"highway": "platform"}, 4.8),
        ({"highway": "construction"}, 0),
        ({"highway": "proposed"}, 0),
        ({"highway": "raceway"}, 0),
        ({"route": "ferry", "foot": "yes"}, 0),
        ({"route": "ferry", "highway": "path"}, 0),
        ({"highway": "motorway"}, 0),
        ({"highway": "trunk"}, 0),
        ({"highway": "trunk", "foot": "yes"}, 4.8),
        ({"highway": "primary", "motorroad": "yes"}, 0),
        ({"highway": "service", "access": "private"}, 0),
        ({"highway": "service", "access": "private", "foot": "yes"}, 4.8),
        ({"highway": "service", "access": "yes", "foot": "private"}, 0),
        ({"highway": "path", "access": "agricultural"}, 4.8),
        ({"highway": "residential", "oneway": "yes"}, 4.8),
        ({"highway": "residential", "maxspeed": "2"}, 4.8),
    ],
)
def test_on_foot(tags, kmh):
    assert tuple(WALK.rules.speeds(tags)) == (kmh, kmh)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "residential"}, 30),
        ({"highway": "residential", "maxspeed": "50"}, 30),
        ({"highway": "residential", "maxspeed": "30"}, 18),
        ({"highway": "secondary", "maxspeed": "80"}, 64),
        ({"highway": "secondary", "maxspeed": "80 km/h"}, 64),
        ({"highway": "secondary", "maxspeed": "50 mph"}, 50 * 1.609344 * 0.8),
        ({"highway": "secondary", "maxspeed": "FR:urban"}, 40),
        ({"highway": "secondary", "maxspeed": "fr:rural"}, 64),
        ({"highway": "secondary", "source:maxspeed": "FR:rural"}, 64),
        ({"highway": "secondary", "maxspeed": "signals", "maxspeed:type": "FR:urban"}, 40),
        ({"highway": "secondary", "maxspeed": "signals"}, 55),
        ({"highway": "secondary", "maxspeed": "0"}, 55),
        ({"highway": "secondary", "maxspeed": "1e400"}, 55),
        ({"highway": "secondary", "maxspeed": "50;30"}, 55),
        ({"highway": "service", "service": "parking_aisle"}, 8),
        ({"highway": "service", "service": "driveway", "maxspeed": "10"}, 5),
        ({"highway": "track", "surface": "gravel", "maxspeed": "80"}, 25),
        ({"highway": "secondary", "lit": "yes"}, 40),
        ({"highway": "secondary", "sidewalk": "right"}, 40),
        ({"highway": "secondary", "lit": "yes", "maxspeed": "70"}, 56),
        ({"highway": "secondary", "zone:traffic": "FR:rural", "lit": "yes"}, 64),
        ({"highway": "residential", "lit": "yes"}, 30),
        ({"highway": "residential", "zone:maxspeed": "FR:30"}, 18),
        ({"highway": "living_street"}, 12),
        ({"highway": "living_street", "maxspeed": "20"}, 12),
        ({"highway": "trunk"}, 90),
        ({"highway": "trunk", "dual_carriageway": "yes"}, 99),
        ({"highway": "trunk", "dual_carriageway": "yes", "maxspeed": "90"}, 81),
        ({"highway": "residential", "width": "1,5 m"}, 0),
        ({"highway": "residential", "width": "Narrow"}, 30),
        ({"highway": "residential", "smoothness": "bad"}, 20),
        ({"highway": "track", "tracktype": "grade5"}, 8),
        ({"highway": "service", "route": "ferry"}, 0),
        ({"highway": "footway"}, 0),
        ({"highway": "cycleway"}, 0),
        ({"highway": "pedestrian"}, 0),
        ({"highway": "residential", "access": "private"}, 0),
        ({"highway": "residential", "access": "destination"}, 30),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, 30),
        ({"highway": "residential", "motor_vehicle": "no"}, 0),
        ({"highway": "residential", "vehicle": "private"}, 0),
        ({"highway": "track", "access": "agricultural;forestry"}, 0),
        ({"highway": "track", "access": "agricultural;customers"}, 12),
        ({"highway": "residential", "oneway": "reversible"}, 0),
        ({"highway": "residential", "oneway": "alternating"}, 30),
        ({"highway": "residential", "oneway": "no", "junction": "roundabout"}, 30),
    ],
)
def test_by_car_both_ways_alike(tags, kmh):
    assert tuple(CAR.rules.speeds(tags)) == pytest.approx((kmh, kmh))


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "residential", "oneway": "yes"}, 30, 0),
        ({"highway": "residential", "oneway": "-1"}, 0, 30),
        ({"highway": "residential", "junction": "roundabout"}, 30, 0),
        ({"highway": "motorway", "maxspeed": "130"}, 117, 0),
        ({"highway": "motorway"}, 117, 0),
        ({"highway": "motorway_link"}, 50, 50),
        ({"highway": "residential", "oneway": "yes", "oneway:motor_vehicle": "no"}, 30, 30),
        ({"highway": "residential", "oneway": "perhaps", "junction": "roundabout"}, 30, 0),
        ({"highway": "secondary", "maxspeed": "80", "maxspeed:backward": "50"}, 64, 40),
    ],
)
def test_by_car_one_way(tags, forward, backward):
    assert tuple(CAR.rules.speeds(tags)) == pytest.approx((forward, backward))


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "residential"}, 15),
        ({"highway": "primary"}, 15),
        ({"highway": "cycleway"}, 15),
        ({"highway": "motorway"}, 0),
        ({"highway": "motorway", "bicycle": "yes"}, 0),
        ({"highway": "trunk"}, 0),
        ({"highway": "trunk", "bicycle": "yes"}, 15),
        ({"highway": "primary", "motorroad": "yes"}, 0),
        ({"highway": "residential", "bicycle": "use_sidepath"}, 0),
        ({"highway": "residential", "vehicle": "no"}, 0),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, 15),
        ({"highway": "residential", "motor_vehicle": "no"}, 15),
        ({"highway": "service", "access": "private"}, 0),
        ({"highway": "pedestrian"}, 6),
        ({"highway": "pedestrian", "bicycle": "no"}, 0),
        ({"highway": "pedestrian", "bicycle": "dismount"}, 4.8),
        ({"highway": "footway"}, 0),
        ({"highway": "footway", "bicycle": "yes"}, 10),
        ({"highway": "footway", "bicycle": "designated"}, 15),
        ({"highway": "footway", "bicycle": "dismount"}, 4.8),
        ({"highway": "steps"}, 1.2),
        ({"highway": "steps", "ramp:bicycle": "yes"}, 2.4),
        ({"highway": "steps", "bicycle": "no"}, 0),
        ({"highway": "path"}, 9),
        ({"highway": "path", "bicycle": "designated"}, 15),
        ({"highway": "path", "bicycle": "designated", "surface": "fine_gravel"}, 13),
        ({"highway": "path", "surface": "asphalt"}, 15),
        ({"highway": "path", "mtb:scale": "2"}, 7),
        ({"highway": "path", "mtb:scale": "4"}, 0),
        ({"highway": "track", "tracktype": "grade1"}, 15),
        ({"highway": "track", "tracktype": "grade2"}, 12),
        ({"highway": "track", "tracktype": "grade3"}, 9),
        ({"highway": "track", "tracktype": "grade5"}, 6),
        ({"highway": "track", "surface": "mud"}, 5),
        ({"highway": "residential", "surface": "sett"}, 10),
        ({"highway": "residential", "smoothness": "horrible"}, 6),
        ({"highway": "bridleway"}, 0),
        ({"highway": "corridor"}, 0),
        ({"highway": "cycleway", "route": "ferry"}, 0),
        ({"highway": "residential", "maxspeed": "80"}, 15),
    ],
)
def test_by_bike_both_ways_alike(tags, kmh):
    assert tuple(BIKE.rules.speeds(tags)) == (kmh, kmh)


STREET = {"highway": "residential", "oneway": "yes"}


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        (STREET, 15, 0),
        ({**STREET, "oneway": "-1"}, 0, 15),
        ({**STREET, "oneway:bicycle": "no"}, 15, 15),
        ({"highway": "residential", "oneway:bicycle": "yes"}, 15, 0),
        ({**STREET, "cycleway": "opposite"}, 15, 15),
        ({**STREET, "cycleway": "opposite_lane"}, 15, 15),
        ({**STREET, "cycleway": "lane"}, 15, 0),
        ({**STREET, "cycleway:left": "opposite_lane"}, 15, 15),
        ({**STREET, "cycleway:left": "lane", "cycleway:left:oneway": "-1"}, 15, 15),
        ({**STREET, "cycleway": "opposite", "oneway:bicycle": "yes"}, 15, 0),
        ({**STREET, "maxspeed": "30"}, 15, 15),
        ({**STREET, "maxspeed": "50"}, 15, 0),
        ({**STREET, "maxspeed": "30", "oneway:bicycle": "yes"}, 15, 0),
        ({**STREET, "maxspeed": "30", "dual_carriageway": "yes"}, 15, 0),
        ({**STREET, "maxspeed": "30", "junction": "roundabout"}, 15, 0),
        ({**STREET, "zone:maxspeed": "FR:30"}, 15, 15),
        ({**STREET, "source:maxspeed": "FR:zone30"}, 15, 15),
        ({**STREET, "maxspeed:type": "FR:zone20"}, 15, 15),
        ({"highway": "living_street", "oneway": "yes"}, 15, 15),
        ({"highway": "living_street", "oneway": "-1"}, 15, 15),
        ({"highway": "secondary_link", "oneway": "yes", "maxspeed": "30"}, 15, 0),
        ({"highway": "secondary", "junction": "roundabout"}, 15, 0),
        ({"highway": "cycleway", "oneway": "yes"}, 15, 0),
    ],
)
def test_by_bike_against_one_way_traffic(tags, forward, backward):
    assert tuple(BIKE.rules.speeds(tags)) == (forward, backward)


@pytest.mark.parametrize(
    ("tags", "kmh", "told"),
    [
        ({"highway": "residential"}, 3.6, False),
        ({"highway": "residential", "surface": "asphalt"}, 3.6, True),
        ({"highway": "residential", "wheelchair": "yes"}, 3.6, True),
        ({"highway": "footway", "wheelchair": "no"}, 0, True),
        ({"highway": "footway", "wheelchair": "limited"}, 1.8, True),
        ({"highway": "footway", "foot": "no", "wheelchair": "yes"}, 0, True),
        ({"highway": "steps"}, 0, False),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, 1.8, False),
        ({"highway": "steps", "ramp": "yes"}, 0, False),
        ({"highway": "footway", "smoothness": "bad"}, 1.8, True),
        ({"highway": "footway", "smoothness": "very_bad"}, 0, True),
        ({"highway": "footway", "smoothness": "very_bad", "wheelchair": "yes"}, 3.6, True),
        ({"highway": "path", "surface": "gravel"}, 1.8, True),
        ({"highway": "path", "surface": "sand"}, 0, True),
        ({"highway": "footway", "surface": "sett"}, 2.7, True),
        ({"highway": "footway", "incline": "4%"}, 3.6, False),
        ({"highway": "footway", "incline": "-8 %"}, 1.8, False),
        ({"highway": "footway", "incline": "10°"}, 0, False),
        ({"highway": "footway", "incline": "15%", "wheelchair": "limited"}, 1.8, True),
        ({"highway": "footway", "incline": "up"}, 3.6, False),
        ({"highway": "footway", "width": "0.5"}, 0, False),
        ({"highway": "footway", "width": "1.4"}, 3.6, False),
        ({"highway": "residential", "width": "0.5"}, 3.6, False),
        ({"highway": "trunk"}, 0, False),
    ],
)
def test_in_a_wheelchair(tags, kmh, told):
    assert tuple(WHEELS.rules.speeds(tags)) == pytest.approx((kmh, kmh))
    assert WHEELS.rules.told(tags) == told


@pytest.mark.parametrize(
    ("tags", "walk", "bike", "car", "wheelchair"),
    [
        ({"barrier": "bollard"}, True, True, False, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True, True, True, True),
        ({"barrier": "gate"}, True, True, True, True),
        ({"barrier": "gate", "access": "private"}, False, False, False, False),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, True, False, False, True),
        ({"barrier": "gate", "wheelchair": "no"}, True, True, True, False),
        ({"barrier": "stile"}, True, True, False, False),
        ({"barrier": "stile", "foot": "yes"}, True, True, False, False),
        ({"barrier": "cycle_barrier"}, True, True, False, False),
        ({"barrier": "cycle_barrier", "wheelchair": "yes"}, True, True, False, True),
        ({"barrier": "fence"}, False, False, False, False),
        ({"barrier": "something new"}, True, True, True, True),
        ({"barrier": "kerb", "kerb": "raised"}, True, True, True, False),
        ({"barrier": "kerb", "kerb": "lowered"}, True, True, True, True),
        ({"kerb": "raised"}, True, True, True, False),
        ({"highway": "crossing", "kerb": "raised"}, True, True, True, True),
        ({"highway": "crossing", "bicycle": "no", "access": "no"}, True, True, True, True),
        ({"highway": "traffic_signals"}, True, True, True, True),
    ],
)
def test_what_stops_a_mode_at_a_node(tags, walk, bike, car, wheelchair):
    passing = tuple(mode.nodes.passes(tags) for mode in (WALK, BIKE, CAR, WHEELS))
    assert passing == (walk, bike, car, wheelchair)


@pytest.mark.parametrize(
    ("tags", "bike_s", "car_s"),
    [
        ({"highway": "traffic_signals"}, (8, 8), (8, 8)),
        ({"highway": "traffic_signals", "traffic_signals:direction": "forward"}, (8, 0), (8, 0)),
        ({"highway": "traffic_signals", "traffic_signals:direction": "backward"}, (0, 8), (0, 8)),
        ({"highway": "traffic_signals", "traffic_signals:direction": "both"}, (8, 8), (8, 8)),
        ({"highway": "crossing", "crossing": "traffic_signals"}, (0, 0), (3, 3)),
        ({"highway": "crossing"}, (0, 0), (0, 0)),
        ({"barrier": "gate"}, (10, 10), (30, 30)),
        ({"barrier": "lift_gate"}, (0, 0), (10, 10)),
        ({"barrier": "toll_booth"}, (0, 0), (15, 15)),
        ({"barrier": "stile"}, (20, 20), (0, 0)),
        (
            {"barrier": "lift_gate", "highway": "traffic_signals", "traffic_signals:direction": "forward"},
            (8, 0),
            (10, 10),
        ),
    ],
)
def test_what_a_mode_waits_for(tags, bike_s, car_s):
    assert (BIKE.nodes.delay(tags), CAR.nodes.delay(tags)) == (bike_s, car_s)
    assert WALK.nodes.delay(tags) == SLOW.nodes.delay(tags) == (0, 0)


KEYS = [*tags_of(MODES.values()), "sidewalk", "name", "route"]
VALUES = [
    *("yes", "no", "private", "residential", "steps", "motorway", "path", "footway", "30", "FR:urban", "bollard", "-1"),
    *("roundabout", "opposite", "traffic_signals", "gate", "raised", "gravel", "grade5", "8%", "forward"),
]
TAGS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))


@given(TAGS)
def test_a_mode_reads_no_other_tags_than_it_says(tags):
    for mode in MODES.values():
        kept = {key: value for key, value in tags.items() if key in mode.tags}
        assert mode.rules.speeds(kept) == mode.rules.speeds(tags)
        assert mode.rules.told(kept) == mode.rules.told(tags)
        assert mode.nodes.passes(kept) == mode.nodes.passes(tags)
        assert mode.nodes.delay(kept) == mode.nodes.delay(tags)


@given(TAGS, TAGS)
def test_no_tag_opens_what_access_closes(tags, more):
    for mode in MODES.values():
        access = mode.rules.access
        own = next((key for key in access.keys if key in tags), None)
        if own is None or tags[own] not in access.closed:
            continue
        before = access.keys[: access.keys.index(own)]
        added = {key: value for key, value in more.items() if key not in before} | {own: tags[own]}
        assert mode.rules.speeds(tags | added) == (0, 0)


@given(TAGS)
def test_who_is_slow_goes_where_a_walker_goes_and_a_wheelchair_nowhere_else(tags):
    walk, slow, wheels = (mode.rules.speeds(tags) for mode in (WALK, SLOW, WHEELS))
    assert tuple(slow) == pytest.approx([0.75 * kmh for kmh in walk])
    assert all(chair <= step + 1e-12 for chair, step in zip(wheels, slow, strict=True))
    assert SLOW.nodes.passes(tags) == WALK.nodes.passes(tags) >= WHEELS.nodes.passes(tags)


@given(TAGS)
def test_a_bike_may_go_wherever_one_way_traffic_lets_it_and_sometimes_against(tags):
    """Less is said of direction: never is another way closed, and no way opened that access closes."""
    free = {key: value for key, value in tags.items() if not key.startswith("oneway") and key != "junction"}
    speeds, unbound = BIKE.rules.speeds(tags), BIKE.rules.speeds(free)
    assert all(bound <= open_ for bound, open_ in zip(speeds, unbound, strict=True))
    assert speeds == (0, 0) or max(speeds) == max(unbound)


@given(TAGS)
def test_waits_are_never_negative_and_bind_one_direction_at_least(tags):
    for mode in MODES.values():
        assert min(mode.nodes.delay(tags)) >= 0
        without = {key: value for key, value in tags.items() if key != "traffic_signals:direction"}
        forward_s, backward_s = mode.nodes.delay(without)
        assert forward_s == backward_s == max(mode.nodes.delay(tags))


@given(TAGS)
def test_turning_a_way_round_turns_its_speeds_round(tags):
    turn = {"yes": "-1", "-1": "yes"}
    turned = {key: turn.get(value, value) if key.startswith("oneway") else value for key, value in tags.items()}
    for key in KEYS:
        if key.endswith(":forward"):
            back = key.replace(":forward", ":backward")
            for one, other in ((key, back), (back, key)):
                turned.pop(one, None)
                if other in tags:
                    turned[one] = tags[other]
    if tags.get("junction") == "roundabout" or tags.get("highway") == "motorway":
        return  # their direction is implied by how they are drawn
    forward, backward = CAR.rules.speeds(tags)
    assert tuple(CAR.rules.speeds(turned)) == (backward, forward)
