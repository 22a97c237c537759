from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ConfigurationError
from geo.projection import Patch, Projection, ground_m

LAMBERT = Projection("EPSG:2154")


def test_the_origin_of_lambert_93_is_where_it_was_laid():
    x, y = LAMBERT.to_xy_m(3.0, 46.5)
    assert (float(x), float(y)) == pytest.approx((700_000, 6_600_000), abs=0.01)


def test_lon_comes_first_and_lon_0_is_a_place():
    x, _ = LAMBERT.to_xy_m([0.0, 4.4], [46.8, 46.8])
    assert x[0] < 700_000 < x[1]


@given(st.floats(-5, 9.5), st.floats(41.5, 51))
def test_there_and_back_again(lon, lat):
    assert np.array(LAMBERT.to_lonlat(*LAMBERT.to_xy_m(lon, lat))) == pytest.approx([lon, lat], abs=1e-9)


def test_what_is_no_position_is_not_finite_and_does_not_raise():
    x, y = LAMBERT.to_xy_m([np.nan, np.inf, 4.4, 4.4], [46.8, 46.8, 95.0, 46.8])
    assert np.isfinite(np.stack([x, y])).all(axis=0).tolist() == [False, False, False, True]


def test_an_array_keeps_its_shape_and_the_callers_stays_as_it_was():
    lon, lat = np.full((2, 3), 4.4), np.full((2, 3), 46.8)
    x, y = LAMBERT.to_xy_m(lon, lat)
    assert x.shape == y.shape == (2, 3)
    assert (lon == 4.4).all()
    assert (lat == 46.8).all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2231", "EPSG:0", "Lambert", ""])
def test_what_is_no_plane_in_metres_is_refused(crs):
    with pytest.raises(ConfigurationError, match="EPSG:2154"):
        Projection(crs)


def test_the_ground_is_an_ellipsoid():
    quarter_m = ground_m([0.0, 0.0], [0.0, 0.0], [0.0, 90.0], [90.0, 0.0])
    assert quarter_m == pytest.approx([10_001_965.729, 10_018_754.171], abs=0.001), "meridian and equator of WGS 84"
    assert float(ground_m(4.4, 46.8, 4.4, 46.8)) == 0
    assert np.isnan(ground_m(4.4, 46.8, np.nan, 46.8))


@pytest.mark.parametrize(
    ("crs", "lon", "lat"),
    [("EPSG:2154", 4.4, 46.8), ("EPSG:2975", 55.5, -21.1), ("EPSG:2972", -53.0, 4.0), ("EPSG:32633", 14.4, 35.9)],
)
@pytest.mark.parametrize("side_m", [500.0, 100_000.0])
def test_a_patch_gives_the_degrees_of_the_projection(crs, lon, lat, side_m):
    plane = Projection(crs)
    x, y = (float(value) for value in plane.to_xy_m(lon, lat))
    patch = Patch(plane, x, y, x + side_m, y + side_m / 2)
    xy_m = np.random.default_rng(5).uniform((x, y), (x + side_m, y + side_m / 2), (500, 2))
    there = np.column_stack(plane.to_lonlat(*xy_m.T))
    assert np.abs(patch.to_lonlat(xy_m, 12) - there).max() < 1e-8
    assert np.abs(patch.to_lonlat(xy_m, 6) - there).max() <= 0.51e-6


def test_degrees_of_a_patch_run_on_beyond_the_antimeridian():
    plane = Projection("EPSG:32760")
    x, y = (float(value) for value in plane.to_xy_m(179.99, -17.0))
    lon = Patch(plane, x, y, x + 5_000, y + 5_000).to_lonlat(np.array([[x, y], [x + 4_000, y]]), 6)[:, 0]
    assert 179.98 < lon[0] < 180 < lon[1] < 180.05


def test_one_position_is_projected_to_the_last_bit_as_many():
    plane = Projection("EPSG:2154")
    lonlat = np.random.default_rng(2).uniform((3, 45), (6, 48), (200, 2))
    lonlat = np.vstack([lonlat, [(np.nan, 46.0), (4.0, 95.0), (400.0, 46.0)]])
    x, y = plane.to_xy_m(*lonlat.T)
    one = np.array([plane.point_to_xy_m(*row) for row in lonlat.tolist()])
    assert np.array_equal(one, np.column_stack([x, y]), equal_nan=True)
