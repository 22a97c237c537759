from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ConfigurationError
from geo.projection import Projection, ground_m

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
