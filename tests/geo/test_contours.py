"""Outlines of a raster: the area that arithmetic says, and rings that hold by themselves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from contourpy import FillType, contour_generator
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geo.contours import outlines


def drawn(values):
    corners, rings, polygons = outlines(np.asarray(values, np.float32))
    whole = np.array([0, len(polygons) - 1])
    return shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, corners, (rings, polygons, whole))[0]


def raster(*lines):
    """High around; `#` is low, `.` high, `o` only just low."""
    level = {"#": -1.0, ".": 1.0, "o": -0.1, "'": 0.1}
    rows = ["." * (len(lines[0]) + 2), *(f".{line}." for line in reversed(lines)), "." * (len(lines[0]) + 2)]
    return np.array([[level[sign] for sign in row] for row in rows], np.float32)


def test_one_cell_is_a_diamond_half_a_cell_wide():
    shape = drawn(raster("#"))
    assert shape.equals(shapely.MultiPolygon([shapely.Polygon([(1.5, 1), (1, 1.5), (0.5, 1), (1, 0.5)])]))


def test_the_line_lies_where_the_value_is_nothing():
    assert drawn(raster("o")).bounds == pytest.approx((1 - 1 / 11, 1 - 1 / 11, 1 + 1 / 11, 1 + 1 / 11))


def test_nothing_low_is_nothing():
    assert drawn(raster("...", "...")).is_empty


def test_a_hole_belongs_to_its_own_ring_and_may_hold_an_island():
    shape = drawn(
        raster("#######", "#.....#", "#.#.#.#", "#.....#", "#######", ".......", "###....", "#.#....", "###....")
    )
    assert shape.is_valid
    holes = sorted((len(part.interiors), round(part.area, 1)) for part in shape.geoms)
    assert [count for count, _ in holes] == [0, 0, 1, 1]
    assert shape.contains(shapely.Point(3, 7))
    assert not shape.contains(shapely.Point(4, 7))


def test_shells_run_against_the_clock_and_holes_with_it():
    (part,) = drawn(raster("###", "#.#", "###")).geoms
    assert part.exterior.is_ccw
    assert not part.interiors[0].is_ccw


def test_the_mean_of_a_square_joins_its_low_corners_or_parts_them():
    assert len(drawn(raster("#'", "'#")).geoms) == 1
    assert len(drawn(raster("o.", ".o")).geoms) == 2
    assert len(drawn(raster("'#", "#'")).geoms) == 1
    joined = drawn(raster("#####", "#'###", "##'##", "#####"))
    assert [len(part.interiors) for part in joined.geoms] == [2]


# no four of them make nothing, so that both programs judge every square alike
LEVELS = np.array([-1.0, -0.71, -0.33, -0.1, 0.13, 0.29, 0.67, 0.96], np.float32)

towns = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    elements=st.sampled_from(list(LEVELS)),
)


@given(towns)
@settings(deadline=None, max_examples=300)
def test_any_raster_gives_valid_polygons_as_another_program_draws_them(middle):
    values = np.pad(middle, 1, constant_values=np.float32(1.0))
    shape = drawn(values)
    assert shape.is_valid, shapely.is_valid_reason(shape)
    degrees = shapely.transform(shape, lambda xy: np.round(xy * 25 / 110_000, 6))
    assert degrees.is_valid, "cells of 25 m survive rounding to a tenth of a metre"
    points, offsets = contour_generator(z=values, name="serial", fill_type=FillType.OuterOffset).filled(-2.0, 0.0)
    theirs = [
        shapely.Polygon(own[ring[0] : ring[1]], [own[a:b] for a, b in itertools.pairwise(ring[1:])])
        for own, ring in zip(points, offsets, strict=True)
    ]
    assert shape.symmetric_difference(shapely.MultiPolygon(theirs)).area == pytest.approx(0, abs=1e-5)
    for row, column in np.argwhere(values < 0):
        assert shape.contains(shapely.Point(column, row))


@given(towns, st.data())
@settings(deadline=None, max_examples=100)
def test_lower_values_never_take_ground_away(middle, data):
    values = np.pad(middle, 1, constant_values=np.float32(1.0))
    down = data.draw(arrays.arrays(np.int64, middle.shape, elements=st.integers(0, 3)))
    lower = np.pad(LEVELS[np.maximum(np.searchsorted(LEVELS, middle) - down, 0)], 1, constant_values=np.float32(1.0))
    assert drawn(values).difference(drawn(lower)).area == pytest.approx(0, abs=1e-9)
