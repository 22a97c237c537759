"""The ground within so many minutes: valid, nested, with its holes, and never across what nobody crosses."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.isochrone import OFF_ROAD_M, isochrones
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.snapping import EdgeIndex
from geo.streets import RawStreets
from geo.travel import Direction, Stops, Travel
from tests.lattice import MODES, STEP_M, Lattice

WALK, CAR = MODES["walk"], MODES["car"]
PLANE = Projection("EPSG:2154")
TOWN = Lattice(12, 12).one_way((0, 3), (11, 3)).remove((4, 4), (5, 4))
NETWORKS = {mode: TOWN.network(mode) for mode in ("walk", "car")}


def drawn(place, minutes, mode=WALK, network=None, direction=Direction.FROM):
    network = network or NETWORKS[mode.id]
    lonlat = TOWN.lonlat(place)
    snap = EdgeIndex(network).snap(lonlat)
    stops, limits_s = Stops.of(snap, mode), [60 * value for value in minutes]
    fixed_ds = round(mode.fixed_s * 10)
    most_ds = max(0, round(max(limits_s) * 10) - fixed_ds - int(stops.off_ds[0]))
    spread = Travel(network).spread(stops, direction, fixed_ds, most_ds)
    home_m = np.vstack([np.column_stack(PLANE.to_xy_m(*lonlat.T)), snap.xy_m])
    return isochrones(network, PLANE, spread, home_m, mode.off_road_m_per_s, limits_s)


def point(column, row):
    return shapely.Point(*TOWN.lonlat((column, row))[0])


@given(st.floats(0, 11), st.integers(0, 11), st.sampled_from([WALK, CAR]), st.sampled_from(Direction))
@settings(deadline=None, max_examples=60)
def test_polygons_are_valid_and_lie_within_each_other(column, row, mode, direction):
    areas = drawn((column, row), [3, 4, 5, 10, 15], mode, direction=direction)
    assert all(area.is_valid and not area.is_empty for area in areas)
    for inner, outer in itertools.pairwise(areas):
        assert outer.covers(inner)


def test_the_ground_ends_where_the_minutes_do():
    (area,) = drawn((5, 6), [3])
    # three steps along the streets; a cell is 25 m, and the last street is left by less than that
    for column, row in ((5, 6), (7.5, 6), (5, 3.5), (6, 7), (6.5, 7), (4, 7.4)):
        assert area.covers(point(column, row)), (column, row)
    for column, row in ((8.6, 6), (5, 2.4), (7.6, 7.6), (2, 2)):
        assert not area.covers(point(column, row)), (column, row)


def test_a_block_that_no_street_enters_stays_a_hole():
    town = Lattice(6, 6)
    town.remove((1, 2), (4, 2)).remove((1, 3), (4, 3)).remove((2, 1), (2, 4)).remove((3, 1), (3, 4))
    (area,) = drawn((0.5, 1), [30], network=town.network("walk"))
    middle = shapely.Point(*TOWN.lonlat((2.5 + 3, 2.5))[0])  # both towns stand on the same meridian, by their middle
    holes = [shapely.Polygon(ring) for part in area.geoms for ring in part.interiors]
    assert any(hole.covers(middle) for hole in holes)
    assert len(holes) == 1


def test_ground_beyond_a_river_is_not_reached_from_the_bank():
    network = Lattice(12, 4).network("walk")
    north = Lattice(12, 4)
    x, y = PLANE.to_xy_m(*north.lonlat((-1, 3.25), (12, 3.25)).T)  # 20 m north of the highest street
    river = np.array([[x[0], y[0], x[1], y[1]]])
    beyond = shapely.Point(*north.lonlat((5, 3 + 40 / STEP_M))[0])
    (free,) = drawn((5, 3), [10], network=network)
    (parted,) = drawn((5, 3), [10], network=replace(network, obstacle_xy_m=river))
    assert OFF_ROAD_M >= 40
    assert free.covers(beyond)
    assert not parted.covers(beyond)
    assert parted.covers(shapely.Point(*north.lonlat((5, 2.5))[0]))


def test_a_car_follows_one_way_streets_there_and_back():
    there, back = (drawn((5.5, 3), [2.4], CAR, direction=direction)[0] for direction in Direction)
    ahead, behind = point(7.2, 3), point(3.8, 3)
    assert there.covers(ahead)
    assert not there.covers(behind)
    assert back.covers(behind)
    assert not back.covers(ahead)


def test_parking_takes_all_of_a_minute():
    one, three = drawn((5, 5), [1, 3], CAR)
    assert one.is_empty
    assert one.geom_type == "MultiPolygon"
    assert not three.is_empty


def test_the_door_itself_is_within():
    (area,) = drawn((5.5, 6.4), [1])
    assert area.covers(point(5.5, 6.4)), "32 m off the street"


@pytest.mark.parametrize("minutes", [[5, 15], [15, 5]])
def test_minutes_may_come_in_any_order(minutes):
    areas = dict(zip(minutes, drawn((5, 5), minutes), strict=True))
    assert areas[15].area > areas[5].area


def test_ground_across_the_antimeridian_is_cut_there():
    plane, half_m = Projection("EPSG:32760"), 300.0
    x, y = (float(value) for value in plane.to_xy_m(180.0, -16.8))
    lonlat = np.column_stack(plane.to_lonlat(x + np.linspace(-half_m, half_m, 3), np.full(3, y)))
    raw = RawStreets(lonlat, np.array([0, 1]), np.array([1, 2]), np.zeros(2, np.int32), [{"highway": "residential"}])
    network = StreetNetwork.build(raw, WALK, plane)
    snap = EdgeIndex(network).snap(lonlat[1:2])
    spread = Travel(network).spread(Stops.of(snap, WALK), Direction.FROM, 0)
    home_m = np.vstack([[x, y], snap.xy_m])
    near, far = isochrones(network, plane, spread, home_m, WALK.off_road_m_per_s, [90, 600])
    for ground in (near, far):
        assert ground.is_valid
        west, east = (shapely.clip_by_rect(ground, *box) for box in ((179, -17, 180, -16), (-180, -17, -179, -16)))
        assert west.area + east.area == pytest.approx(ground.area), "nothing lies elsewhere"
        assert west.area == pytest.approx(east.area, rel=0.2), "as much on one side as on the other"
    assert far.covers(near)
