"""Coordinates that cannot be are refused in words that name the field."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import require_lonlat
from geo.errors import InvalidParameter

SAONE_ET_LOIRE = (3.62, 46.15, 5.47, 47.16)


@pytest.mark.parametrize(
    ("lon", "lat", "fields"),
    [
        (180.001, 0.0, ["lon"]),
        (0.0, -90.1, ["lat"]),
        (math.nan, 46.8, ["lon"]),
        (4.4, math.inf, ["lat"]),
        (999.0, math.nan, ["lon", "lat"]),
        (46.8, 4.43, ["lon", "lat"]),
    ],
)
def test_what_cannot_be_is_named(lon, lat, fields):
    with pytest.raises(InvalidParameter) as refused:
        require_lonlat(lon, lat, SAONE_ET_LOIRE)
    assert [problem.field for problem in refused.value.problems] == fields


def test_exchanged_coordinates_are_called_so():
    with pytest.raises(InvalidParameter, match="exchanged"):
        require_lonlat(46.8, 4.43, SAONE_ET_LOIRE)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_other_place_of_the_world_is_accepted(lon, lat):
    west, south, east, north = SAONE_ET_LOIRE
    if west <= lat <= east and south <= lon <= north:
        return  # exchanged: refused above
    require_lonlat(lon, lat, SAONE_ET_LOIRE)


def test_greenwich_and_the_equator_are_places():
    require_lonlat(0.0, 0.0, SAONE_ET_LOIRE)
    require_lonlat(180.0, 90.0, SAONE_ET_LOIRE)


def test_near_the_diagonal_both_orders_are_inside_and_nothing_is_said():
    require_lonlat(5.0, 5.5, (4.0, 4.0, 6.0, 6.0))
