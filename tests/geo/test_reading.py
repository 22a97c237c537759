"""From degrees to what lies within reach in one call: a place alone, among others, and by snap and field apart."""

from __future__ import annotations

import numpy as np
import pytest

from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.pinned import Pinned
from geo.reading import Reader
from geo.snapping import EdgeIndex
from tests.lattice import MODES, Lattice

NOWHERE = [(np.nan, 46.8), (4.4, np.inf), (4.4, 95.0), (0.0, 0.0), (-180.0, -90.0)]


@pytest.fixture(scope="module", params=["walk", "car"])
def town(request):
    lattice = Lattice(9, 9).one_way((0, 3), (8, 3)).remove((4, 4), (5, 4))
    mode, network = MODES[request.param], lattice.network(request.param)
    index = EdgeIndex(network)
    random = np.random.default_rng(7)
    at = lattice.lonlat(*map(tuple, random.uniform(-0.5, 8.5, (40, 2))))
    points = ServicePoints(np.arange(40, dtype=np.int32) % 4, np.arange(40, dtype=np.int32) // 4, index.snap(at))
    field = AccessField.build(
        network,
        Hierarchy.build(network),
        mode,
        points,
        ["test.a", "test.b", "test.c", "test.d", "test.none"],
        [1, 3, 5, 3, 1],
        np.zeros(1, np.int32),
        600,
    )
    places = np.vstack([lattice.lonlat(*map(tuple, random.uniform(-6, 14, (300, 2)))), NOWHERE])
    # on the spot of a service too, where the same edge decides
    return index, field, np.vstack([places, at])


def equal(left, right):
    return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=left.dtype.kind == "f")


def test_a_reading_is_the_snap_and_the_field_at_it(town):
    index, field, places = town
    reading, snap = Reader(index, field).read(places), index.snap(places)
    access = field.at(snap)
    for name in ("edge", "fraction", "off_m", "xy_m", "side", "crosses"):
        assert equal(getattr(reading.snap, name), getattr(snap, name)), name
    for name in ("seconds", "rows", "edge_s"):
        assert equal(getattr(reading.access, name), getattr(access, name)), name
    assert 0 < reading.on_network.sum() < len(places)
    assert np.isfinite(access.seconds[:, 2, 4]).any(), "else five ranks were never filled"


def test_a_place_alone_reads_to_the_last_bit_as_among_others(town):
    index, field, places = town
    reader = Reader(index, field)
    together = reader.read(places)
    for row, (lon, lat) in enumerate(places.tolist()):
        alone = reader.read_one(lon, lat)
        for name in ("marks", "measures", "seconds", "rows"):
            assert equal(getattr(alone, name)[0], getattr(together, name)[row]), (name, row)


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_batches_hold_every_place_once_whatever_their_size(town, most):
    index, field, places = town
    reader = Reader(index, field)
    together, seen = reader.read(places), []
    for rows, reading in reader.batches(places, most):
        assert 1 <= len(rows) <= most
        assert equal(reading.seconds, together.seconds[rows])
        assert equal(reading.marks, together.marks[rows])
        seen += rows.tolist()
    assert sorted(seen) == list(range(len(places)))


def test_neighbours_stand_in_one_batch(town):
    index, field, places = town
    corners = np.repeat(places[:4], 50, axis=0)[np.random.default_rng(3).permutation(200)]
    for rows, _ in Reader(index, field).batches(corners, 50):
        assert len(np.unique(corners[rows], axis=0)) == 1


def test_no_place_reads_nothing(town):
    index, field, _ = town
    reader = Reader(index, field)
    assert reader.read(np.empty((0, 2))).seconds.shape == (0, 5, 5)
    assert list(reader.batches(np.empty((0, 2)), 10)) == []


def test_some_places_of_a_reading(town):
    index, field, places = town
    reading = Reader(index, field).read(places)
    located = reading.only(reading.on_network)
    assert located.on_network.all()
    assert equal(located.seconds, reading.seconds[reading.on_network])


def test_only_what_a_kernel_can_open_is_pinned():
    with pytest.raises(ValueError, match="contiguous"):
        Pinned(np.zeros((4, 4))[:, ::2])
    with pytest.raises(ValueError, match="contiguous"):
        Pinned(np.zeros((1, 1, 1, 1, 1)))
