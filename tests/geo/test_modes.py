from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ConfigurationError
from geo.modes import load_modes, tags_of
from tests.lattice import MODES

FILE = Path(__file__).parents[2] / "data" / "modes.toml"
WALK, CAR = MODES["walk"], MODES["car"]


def test_what_a_trip_costs_beside_the_streets():
    assert WALK.off_road_m_per_s == pytest.approx(4.8 / 3.6)
    assert CAR.off_road_m_per_s == pytest.approx(4.8 / 3.6), "from the kerb to the door one walks"
    assert (WALK.fixed_s, CAR.fixed_s) == (0, 120)


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
        ({"highway": "footway"}, 0),
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
        ({"highway": "motorway_link"}, 50, 50),
        ({"highway": "residential", "oneway": "yes", "oneway:motor_vehicle": "no"}, 30, 30),
        ({"highway": "residential", "oneway": "perhaps", "junction": "roundabout"}, 30, 0),
        ({"highway": "secondary", "maxspeed": "80", "maxspeed:backward": "50"}, 64, 40),
    ],
)
def test_by_car_one_way(tags, forward, backward):
    assert tuple(CAR.rules.speeds(tags)) == pytest.approx((forward, backward))


@pytest.mark.parametrize(
    ("tags", "walk", "car"),
    [
        ({"barrier": "bollard"}, True, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True, True),
        ({"barrier": "gate"}, True, True),
        ({"barrier": "gate", "access": "private"}, False, False),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, True, False),
        ({"barrier": "stile"}, True, False),
        ({"barrier": "fence"}, False, False),
        ({"barrier": "something new"}, True, True),
    ],
)
def test_barriers(tags, walk, car):
    assert (WALK.rules.passes(tags), CAR.rules.passes(tags)) == (walk, car)


KEYS = [*tags_of(MODES.values()), "sidewalk", "name", "route"]
VALUES = ["yes", "no", "private", "residential", "steps", "motorway", "30", "FR:urban", "bollard", "-1", "roundabout"]


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES)))
def test_a_mode_reads_no_other_tags_than_it_says(tags):
    for mode in MODES.values():
        kept = {key: value for key, value in tags.items() if key in mode.tags}
        assert mode.rules.speeds(kept) == mode.rules.speeds(tags)
        assert mode.rules.passes(kept) == mode.rules.passes(tags)


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES)))
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


def altered(tmp_path, old, new, count=1):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "modes.toml"
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "speed_kmh = 2.4",
            "sped_kmh = 2.4",
            r"walk\.class no\. 2: 'speed_kmh' is missing: did you mean it by 'sped_kmh'",
        ),
        ("at_most_kmh = 8", "at_most_kmh = 8\nwen = 1", r"car\.slow no\. 1: unknown key 'wen', did you mean 'when'\?"),
        ("speed_kmh = 2.4", "speed_kmh = 0", r"'speed_kmh' is 0, expected 0\.5 to 200"),
        ("speed_kmh = 2.4", 'speed_kmh = "fast"', "'speed_kmh' is 'fast', expected a number"),
        ("speed_kmh = 2.4", "speed_kmh = true", "'speed_kmh' is True, expected a number"),
        ("speed_kmh = 2.4", "speed_kmh = nan", "'speed_kmh' is nan"),
        ("speed_kmh = 2.4", "speed_kmh = 2.4\nof_limit = 0.5", "unknown key 'of_limit'"),
        ('["steps"]', '["path"]', "highway 'path' stands in two classes"),
        ('["steps"]', "[]", "expected a list of texts"),
        ("fixed_s = 120 ", "fixed_sec = 120 ", "'fixed_s' is missing: did you mean it by 'fixed_sec'"),
        ('why = "Loose ground."', "", "'why' is missing"),
        ('why = "Loose ground."', 'why = " "', "'why' is blank"),
        ("[car.barrier]", "[car.bariers]", "'barrier' is missing: did you mean it by 'bariers'"),
        ("[walk.access]", "[walk.access", "modes.toml: "),
    ],
)
def test_a_slip_in_the_file_is_named(tmp_path, old, new, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        load_modes(altered(tmp_path, old, new))


def test_an_absent_or_empty_file_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        load_modes(tmp_path / "none.toml")
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(ConfigurationError, match="no mode"):
        load_modes(tmp_path / "empty.toml")
    (tmp_path / "flat.toml").write_text("walk = 4.8")
    with pytest.raises(ConfigurationError, match=r"walk is 4\.8, expected a table"):
        load_modes(tmp_path / "flat.toml")
