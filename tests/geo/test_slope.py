"""Slopes: what the laws say, and streets on a tilted plane, whose every cost is known by arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.elevation import WINDOW_M, street_heights
from geo.errors import ConfigurationError
from geo.modes import load_modes
from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.slope import is_structure
from geo.streets import RawStreets
from tests.lattice import MODES, STEP_CAR_MS, STEP_M, STEP_WALK_MS, Lattice

if TYPE_CHECKING:
    from pathlib import Path

LAMBERT_93 = Projection("EPSG:2154")
GRADES = st.floats(-0.5, 0.5, allow_nan=False)


def speed(mode: str, grade: float, level_kmh: float | None = None) -> float:
    level = {"walk": 4.8, "bike": 15.0, "wheelchair": 3.6}[mode] if level_kmh is None else level_kmh
    return float(MODES[mode].slope.law.speed_kmh(np.array([level]), np.array([grade]))[0])


def tilted(town: Lattice, east: float, north: float) -> RawStreets:
    """The town on a plane that rises so much a metre eastwards and northwards."""
    raw = town.raw()
    home = raw.node_lonlat[0]
    lon, lat = raw.node_lonlat.T
    x_m = np.sign(lon - home[0]) * ground_m(np.full_like(lon, home[0]), lat, lon, lat)
    y_m = np.sign(lat - home[1]) * ground_m(lon, np.full_like(lat, home[1]), lon, lat)
    return replace(raw, node_height_m=200 + east * x_m + north * y_m, elevation="plane.tif")


def costs_ms(town: Lattice, network: StreetNetwork, start: tuple, end: tuple) -> tuple[int, int]:
    """From start to end, and back."""
    edge = town.edge(network, start, end)
    costs = int(network.forward_ms[edge]), int(network.backward_ms[edge])
    return costs if network.edge_from[edge] == town.junction(network, start) else costs[::-1]


def test_walkers_follow_tobler_and_keep_their_pace_on_the_flat() -> None:
    # exp(−3.5 · (abs(grade + 0.05) − 0.05)) of 4.8 km/h
    assert speed("walk", 0) == pytest.approx(4.8)
    assert speed("walk", 0.10) == pytest.approx(4.8 * math.exp(-0.35))
    assert speed("walk", -0.05) == pytest.approx(4.8 * math.exp(0.175)), "the fastest slope of all"
    assert speed("walk", -0.10) == pytest.approx(4.8), "as fast as the flat"
    assert speed("walk", math.log(2) / 3.5) == pytest.approx(2.4), "half, at 20 %"
    assert speed("walk", 3) == speed("walk", 0.35), "no street is steeper: that is a wall"


def test_riders_do_the_work_that_their_speed_takes() -> None:
    g, rho = 9.81, 1.2

    def watts(grade: float, kmh: float) -> float:
        v, along = kmh / 3.6, 1 / math.hypot(1, grade)
        return v * (90 * g * (0.008 + grade) * along + 0.5 * rho * 0.6 * v * v)

    assert watts(0, 15) == pytest.approx(55.5, abs=0.1)
    assert speed("bike", 0) == pytest.approx(15, abs=1e-3)
    for grade in (0.04, 0.06, 0.10):
        assert watts(grade, speed("bike", grade)) == pytest.approx(130, rel=1e-3), "full effort from 4 % on"
    assert watts(0.02, speed("bike", 0.02)) == pytest.approx((130 + 55.47) / 2, rel=1e-3), "half way to it"
    assert speed("bike", -0.08) == 20, "braked"
    assert speed("bike", 0.30) == 3, "pushed"


def test_a_street_that_holds_a_rider_back_does_so_downhill_too() -> None:
    assert speed("bike", -0.03, 6) == 6, "an aire piétonne"
    assert speed("bike", 0.05, 10) == pytest.approx(10 / 15 * speed("bike", 0.05)), "gravel takes its share uphill"
    assert speed("bike", 0.30, 1.2) == 1.2, "carried up steps, not faster for being steep"


def test_wheelchairs_have_limits_the_same_up_and_down() -> None:
    assert [speed("wheelchair", grade) for grade in (0.049, 0.06, 0.119, 0.121)] == [3.6, 1.8, 1.8, 0]
    assert [speed("wheelchair", -grade) for grade in (0.049, 0.06, 0.119, 0.121)] == [3.6, 1.8, 1.8, 0]


@given(GRADES, GRADES)
def test_no_climb_is_faster_for_being_steeper_and_none_takes_forever(one: float, other: float) -> None:
    for mode in ("walk", "bike"):
        low, high = sorted((abs(one), abs(other)))
        assert speed(mode, low) >= speed(mode, high) - 1e-9
        assert speed(mode, one) >= 1.0


@pytest.mark.parametrize("grade", [0.02, 0.08, -0.05])
def test_a_tilted_town_costs_what_arithmetic_says_up_and_down(grade: float) -> None:
    town = Lattice(4, 4)
    raw = tilted(town, 0.0, grade)
    walk, bike, car = (StreetNetwork.build(raw, MODES[mode], LAMBERT_93) for mode in ("walk", "bike", "car"))
    up, down = costs_ms(town, walk, (1, 1), (1, 2))
    assert up == pytest.approx(STEP_WALK_MS * math.exp(3.5 * (abs(grade + 0.05) - 0.05)), abs=2)
    assert down == pytest.approx(STEP_WALK_MS * math.exp(3.5 * (abs(-grade + 0.05) - 0.05)), abs=2)
    assert costs_ms(town, walk, (1, 1), (2, 1)) == pytest.approx((STEP_WALK_MS, STEP_WALK_MS), abs=2), "along the slope"
    up, down = costs_ms(town, bike, (1, 1), (1, 2))
    assert up == pytest.approx(STEP_M * 3600 / speed("bike", grade), abs=4)
    assert down == pytest.approx(STEP_M * 3600 / speed("bike", -grade), abs=4)
    assert costs_ms(town, car, (1, 1), (1, 2)) == (STEP_CAR_MS, STEP_CAR_MS)
    assert (walk.elevation, walk.sloped_share) == ("plane.tif", 1.0)
    assert (car.elevation, car.sloped_share) == ("", None), "a car is not asked"


def test_a_walker_who_is_slow_is_slow_by_the_same_law() -> None:
    town = Lattice(4, 4)
    network = StreetNetwork.build(tilted(town, 0.10, 0.0), MODES["walk_slow"], LAMBERT_93)
    assert costs_ms(town, network, (1, 1), (2, 1))[0] == pytest.approx(STEP_WALK_MS / 0.75 * math.exp(0.35), abs=3)


def test_what_is_too_steep_for_a_wheelchair_is_closed_unless_somebody_looked() -> None:
    town = Lattice(4, 4).retag((1, 1), (1, 2), wheelchair="yes")
    chair = StreetNetwork.build(tilted(town, 0.0, 0.06), MODES["wheelchair"], LAMBERT_93)
    assert costs_ms(town, chair, (2, 1), (2, 2)) == pytest.approx((160_000, 160_000), abs=3)
    assert costs_ms(town, chair, (1, 1), (1, 2)) == pytest.approx((80_000, 80_000), abs=3)
    steep = StreetNetwork.build(tilted(town, 0.0, 0.13), MODES["wheelchair"], LAMBERT_93)
    assert steep.edges < chair.edges
    with pytest.raises(KeyError):
        town.edge(steep, (2, 1), (2, 2))


def test_steps_hold_their_slope_in_their_speed() -> None:
    town = Lattice(4, 4).retag((1, 1), (1, 2), highway="steps")
    network = StreetNetwork.build(tilted(town, 0.0, 0.30), MODES["walk"], LAMBERT_93)
    assert costs_ms(town, network, (1, 1), (1, 2)) == pytest.approx((120_000, 120_000), abs=2)


def test_without_heights_all_is_level_and_the_network_says_so(tmp_path: Path) -> None:
    town = Lattice(4, 4)
    network = town.network("walk")
    assert (network.elevation, network.sloped_share) == ("", None)
    raw = tilted(town, 0.0, 0.05)
    unknown = replace(raw, node_height_m=np.full(len(raw.node_lonlat), np.nan))
    blind = StreetNetwork.build(unknown, MODES["walk"], LAMBERT_93)
    assert blind.forward_ms.tolist() == network.forward_ms.tolist(), "what is not known counts as level"
    assert (blind.elevation, blind.sloped_share) == ("plane.tif", 0.0), "and is counted"
    StreetNetwork.build(raw, MODES["walk"], LAMBERT_93).save(tmp_path)
    opened = StreetNetwork.open(tmp_path)
    assert (opened.elevation, opened.sloped_share) == ("plane.tif", 1.0)


def line(*steps_m: float, tags: list[dict[str, str]] | None = None, way: list[int] | None = None) -> RawStreets:
    """A straight street northwards of segments of these lengths."""
    lat = 46.8 + np.concatenate([[0.0], np.cumsum(steps_m)]) / 111_160
    return RawStreets(
        node_lonlat=np.column_stack([np.full(len(lat), 4.43), lat]),
        segment_from=np.arange(len(steps_m), dtype=np.int32),
        segment_to=np.arange(1, len(steps_m) + 1, dtype=np.int32),
        segment_way=np.array(way or [0] * len(steps_m), np.int32),
        way_tags=tags or [{"highway": "residential"}],
    )


def test_a_straight_climb_stays_what_it_is_whatever_the_nodes() -> None:
    raw = line(3, 40, 1, 9, 70, 20, 5, 120)
    climb = 100 + (raw.node_lonlat[:, 1] - 46.8) * 8_000
    assert street_heights(raw, climb) == pytest.approx(climb, abs=1e-6)


def test_noise_makes_no_slopes() -> None:
    random = np.random.default_rng(4)
    raw = line(*[5.0] * 200)
    truth = 100 + 0.03 * 5.0 * np.arange(201)
    noisy = truth + random.normal(0, 0.5, 201)
    smooth = street_heights(raw, noisy)
    grade = {name: np.diff(heights) / 5.0 for name, heights in {"noisy": noisy, "smooth": smooth}.items()}
    assert np.std(grade["noisy"]) > 0.12, "12 % up and down on a street of 3 %"
    assert np.std(grade["smooth"]) < 0.012
    climb_kmh = [3.6 * 200 * 5 / (np.full(200, 5.0) * 3.6 / _walk(each)).sum() for each in grade.values()]
    assert climb_kmh[1] == pytest.approx(speed("walk", 0.03), rel=0.005)
    assert climb_kmh[0] < 0.95 * speed("walk", 0.03), "noise would have cost minutes"


def _walk(grade: np.ndarray) -> np.ndarray:
    return MODES["walk"].slope.law.speed_kmh(np.full(len(grade), 4.8), grade)


def test_a_bridge_runs_straight_between_its_ends_over_the_valley() -> None:
    tags = [{"highway": "residential"}, {"highway": "residential", "bridge": "viaduct"}]
    raw = line(100, 100, 60, 60, 80, 100, 100, tags=tags, way=[0, 0, 1, 1, 1, 0, 0])
    ground = np.array([300, 300, 300, 250, 240, 310, 310, 310.0])
    heights = street_heights(raw, ground)
    assert heights == pytest.approx([300, 300, 300, 303, 306, 310, 310, 310], abs=0.01)
    tunnel = replace(raw, way_tags=[tags[0], {"highway": "residential", "tunnel": "yes"}])
    assert street_heights(tunnel, ground + np.array([0, 0, 0, 150, 150, 0, 0, 0])) == pytest.approx(heights)


def test_two_bridges_that_follow_each_other_are_one_and_an_unheld_one_is_not_told() -> None:
    bridge = {"highway": "residential", "bridge": "yes"}
    raw = line(100, 50, 50, 100, tags=[{"highway": "residential"}, bridge, dict(bridge)], way=[0, 1, 2, 0])
    assert street_heights(raw, np.array([300, 300, 0, 310, 310.0])) == pytest.approx(
        [300, 300, 305, 310, 310], abs=0.01
    )
    alone = line(50, 50, tags=[bridge])
    assert np.isnan(street_heights(alone, np.array([1.0, 2.0, 3.0]))).all(), "both ends hang in the air"


def test_the_ends_of_a_bridge_are_not_drawn_down_by_the_river() -> None:
    tags = [{"highway": "residential"}, {"highway": "residential", "bridge": "yes"}]
    raw = line(20, 20, 10, 10, 20, 20, tags=tags, way=[0, 0, 1, 1, 0, 0])
    assert max(20, 10) < WINDOW_M
    ground = np.array([50, 50, 50, 30, 50, 50, 50.0])
    assert street_heights(raw, ground) == pytest.approx(np.full(7, 50.0), abs=1e-9)


def test_a_node_of_unknown_ground_stays_unknown_and_harms_no_other() -> None:
    raw = line(20, 20, 20)
    heights = street_heights(raw, np.array([10, np.nan, 12, 13.0]))
    assert np.isnan(heights).tolist() == [False, True, False, False]
    assert heights[[0, 2, 3]] == pytest.approx([10, 12, 13], abs=0.2)


def test_no_street_no_height() -> None:
    assert street_heights(line(), np.array([4.0])).tolist() == [4.0]


def test_what_leaves_the_ground() -> None:
    assert is_structure({"bridge": "yes"})
    assert is_structure({"tunnel": "culvert"})
    assert not is_structure({"bridge": "no", "tunnel": "building_passage"})
    assert not is_structure({})


WALK = (
    '[walk]\nlabel = {fr = "a", en = "b"}\nphrase = {fr = "a", en = "b"}\noff_road_kmh = 4.8\n'
    '[[walk.class]]\nhighway = ["path"]\nspeed_kmh = 4.8\nwhy = "w"\n'
    '[walk.access]\nkeys = ["foot"]\nclosed = ["no"]\nwhy = "w"\n[walk.barrier]\nclosed = ["wall"]\nwhy = "w"\n'
)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('law = "tobbler"\nwhy = "w"', "'law' is 'tobbler', expected 'tobler', 'power' or 'limit'"),
        ('law = "tobler"', "'why' is missing"),
        ('law = "tobler"\nsteepest = 3\nwhy = "w"', "unknown key 'steepest'"),
        ('law = "limit"\nslow_over_percent = 5\nslow_kmh = 1.8\nwhy = "w"', "'closed_over_percent' is missing"),
    ],
)
def test_a_slip_in_the_table_is_named(tmp_path: Path, table: str, told: str) -> None:
    path = tmp_path / "modes.toml"
    path.write_text(f"{WALK}[walk.slope]\n{table}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        load_modes(path)
