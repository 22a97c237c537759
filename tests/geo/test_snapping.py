from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import STRtree, distance, linestrings, points

from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.segment_grid import SegmentGrid
from geo.snapping import SNAP_LIMIT_M, EdgeIndex
from ingest.streets import read_streets
from tests.lattice import MODES, STEP_M, Lattice

MM = 0.001
NO_OBSTACLE = {"obstacle_xy_m": np.zeros((0, 4)), "obstacle_is_shore": np.zeros(0, np.bool_)}


def snapped(town, *places, mode="walk", **options):
    network = town.network(mode)
    return network, EdgeIndex(network).snap(town.lonlat(*places), **options)


def fraction_from(town, network, snap, row, start):
    """Share of the edge's cost from its end at `start`, whichever way the edge is drawn."""
    edge = snap.edge[row]
    from_start = network.edge_from[edge] == town.junction(network, start)
    return snap.fraction[row] if from_start else 1 - snap.fraction[row]


# ---------------------------------------------------------------- values by arithmetic


def test_a_place_finds_its_street_the_share_and_the_metres():
    town = Lattice(4, 4)
    network, snap = snapped(town, (1.25, 1.1), (1.25, 0.9), (2.1, 1.5))
    assert snap.edge[0] == snap.edge[1] == town.edge(network, (1, 1), (2, 1))
    assert snap.edge[2] == town.edge(network, (2, 1), (2, 2))
    assert fraction_from(town, network, snap, 0, (1, 1)) == pytest.approx(0.25, abs=1e-5)
    assert fraction_from(town, network, snap, 2, (2, 1)) == pytest.approx(0.5, abs=1e-5)
    assert snap.off_m == pytest.approx([0.1 * STEP_M] * 3, abs=MM)
    assert snap.on_network.all()
    assert len(snap) == 3


def test_metres_are_those_of_the_ground_not_of_the_plane():
    town = Lattice(4, 4)
    network, snap = snapped(town, (1.5, 3 + 250 / STEP_M))
    plane_m = np.hypot(
        *(np.array(Projection(network.crs).to_xy_m(*town.lonlat((1.5, 3 + 250 / STEP_M))[0])) - snap.xy_m[0])
    )
    assert abs(plane_m - 250) > 0.2, "else this test would show nothing"
    assert snap.off_m[0] == pytest.approx(250, abs=MM)


def test_the_share_of_a_bent_edge_is_of_its_whole_cost():
    town = Lattice(4, 4).street((1, 3), (1, 4), (2, 4), (2, 3))
    network, snap = snapped(town, (1.5, 4.1), (0.9, 3.5), (2.1, 3.5))
    assert set(network.length_m[snap.edge].round(3)) == {3 * STEP_M}
    found = [fraction_from(town, network, snap, row, (1, 3)) for row in range(3)]
    assert found == pytest.approx([1 / 2, 1 / 6, 5 / 6], abs=1e-5)


def test_the_share_is_of_time_where_a_chain_changes_pace():
    town = Lattice(4, 4).remove((1, 1), (2, 1))
    town.street((1, 1), (1.5, 1), highway="steps").street((1.5, 1), (2, 1))
    network, snap = snapped(town, (1.25, 1), (1.75, 1))
    assert fraction_from(town, network, snap, 0, (1, 1)) == pytest.approx(30 / 90, abs=1e-5)
    assert fraction_from(town, network, snap, 1, (1, 1)) == pytest.approx(75 / 90, abs=1e-5)


@pytest.mark.parametrize("oneway", ["yes", "-1"])
def test_the_share_counts_from_edge_from_on_a_one_way_street_too(oneway):
    town = Lattice(4, 4).retag((1, 1), (2, 1), oneway=oneway)
    network, snap = snapped(town, (1.25, 1), mode="car")
    assert fraction_from(town, network, snap, 0, (1, 1)) == pytest.approx(0.25, abs=1e-5)


def test_beyond_an_end_the_share_is_exactly_nothing_or_all():
    town = Lattice(4, 4).street((3, 1), (4, 1))
    network, snap = snapped(town, (4.5, 1))
    assert snap.fraction[0] in {0.0, 1.0}
    assert fraction_from(town, network, snap, 0, (4, 1)) == 0
    assert snap.off_m[0] == pytest.approx(0.5 * STEP_M, abs=MM)
    assert (snap.xy_m[0] == network.junction_xy_m[town.junction(network, (4, 1))]).all()


def test_a_corner_belongs_to_its_lowest_edge():
    town = Lattice(4, 4)
    network = town.network()
    corner = town.junction(network, (1, 1))
    at_corner = np.flatnonzero((network.edge_from == corner) | (network.edge_to == corner))
    assert len(at_corner) == 4
    x, y = network.junction_xy_m[corner]
    snap = EdgeIndex(network).snap(np.column_stack(Projection(network.crs).to_lonlat([x], [y])))
    assert snap.off_m[0] == pytest.approx(0, abs=1e-6)
    ends = np.stack(
        [network.vertex_xy_m[network.vertex_ptr[e] : network.vertex_ptr[e + 1]][[0, -1]] for e in range(network.edges)]
    )
    grid = SegmentGrid.over(np.concatenate([ends[:, 0], ends[:, 1]], axis=1))
    segment, _, distance_m = grid.nearest(np.array([x]), np.array([y]), 10.0)
    assert (segment[0], distance_m[0]) == (at_corner.min(), 0.0)


def test_of_equally_near_segments_the_lowest_is_taken_whatever_cell_it_lies_in():
    left, right = [0.0, -400, 0, 400], [300.0, -400, 300, 400]
    for segments in ([left, right], [right, left]):
        grid = SegmentGrid.over(np.array(segments))
        segment, along, distance_m = grid.nearest(np.array([150.0]), np.array([0.0]), 1e9)
        assert (segment[0], along[0], distance_m[0]) == (0, 0.5, 150.0)


def test_the_limit_is_on_the_ground_and_inclusive_of_what_is_nearer():
    town = Lattice(4, 4)
    near, far = (1.5, 3 + (SNAP_LIMIT_M - 0.05) / STEP_M), (1.5, 3 + (SNAP_LIMIT_M + 0.05) / STEP_M)
    _, snap = snapped(town, near, far)
    assert snap.on_network.tolist() == [True, False]
    assert np.isnan([snap.fraction[1], snap.off_m[1], *snap.xy_m[1]]).all()
    _, wider = snapped(town, far, limit_m=400.0)
    assert wider.off_m[0] == pytest.approx(SNAP_LIMIT_M + 0.05, abs=MM)


def test_streets_that_fell_away_are_not_snapped_to():
    town = Lattice(4, 4).island((8, 0), 2, 2)
    assert not snapped(town, (8.5, 0))[1].on_network[0]


NOWHERE = [
    (np.nan, 46.8),
    (4.4, np.nan),
    (np.inf, 46.8),
    (4.4, 95.0),
    (400.0, 46.8),
    (0.0, 0.0),
    (46.8, 4.4),
    (-180.0, -90.0),
]


def test_what_is_no_position_near_the_town_is_off_the_network():
    town = Lattice(4, 4)
    places = np.vstack([NOWHERE, town.lonlat((1.5, 1))])
    snap = EdgeIndex(town.network()).snap(places)
    assert snap.edge[:-1].tolist() == [-1] * len(NOWHERE)
    assert np.isnan(snap.off_m[:-1]).all()
    assert snap.on_network[-1]
    assert (snap.edge.dtype, snap.fraction.dtype, snap.off_m.dtype) == (np.int32, np.float64, np.float64)


def test_no_place_and_no_street():
    empty = EdgeIndex(Lattice(3, 3, highway="footway").network("car"))
    assert not empty.snap(np.array([[4.43, 46.8]])).on_network[0]
    assert np.isnan(empty.nearest_m(np.array([[4.43, 46.8]])))
    index = EdgeIndex(Lattice(3, 3).network())
    assert len(index.snap(np.empty((0, 2)))) == 0
    assert index.snap(np.empty((0, 2))).xy_m.shape == (0, 2)
    assert len(index.nearest_m(np.empty((0, 2)))) == 0


def test_the_words_of_an_error_know_the_metres_however_far():
    town = Lattice(4, 4)
    places = np.vstack([town.lonlat((1.5, 3.5), (3 + 5000 / STEP_M, 1.0)), [[2.35, 48.86], [np.nan, 46.8]]])
    metres = EdgeIndex(town.network()).nearest_m(places)
    assert metres[0] == pytest.approx(40, abs=MM)
    assert metres[1] == pytest.approx(5000, abs=2)
    assert metres[2] == pytest.approx(float(ground_m(2.35, 48.86, 4.43, 46.8)), rel=0.005)
    assert np.isnan(metres[3])


def test_a_node_astray_does_not_swell_the_grid():
    away = np.array([[0.0, 0.0, 50.0, 0.0], [50.0, 0.0, 4e6, 5e6]])
    grid = SegmentGrid.over(away)
    assert grid.columns * grid.rows < 1000
    assert grid.nearest(np.array([25.0]), np.array([10.0]), 300.0)[2][0] == pytest.approx(10.0)


# ---------------------------------------------------------------- properties: shapely, every segment tried


def assert_as_near_as_shapely(network, snap, lonlat):
    lines = linestrings(network.vertex_xy_m, indices=np.repeat(np.arange(network.edges), np.diff(network.vertex_ptr)))
    there = points(np.column_stack(Projection(network.crs).to_xy_m(*lonlat.T)))
    nearest_m = STRtree(lines).query_nearest(there, all_matches=False, return_distance=True)[1]
    found = snap.on_network
    assert found[nearest_m < SNAP_LIMIT_M - 1].all()
    assert not found[nearest_m > SNAP_LIMIT_M + 1].any()
    on_edge = points(snap.xy_m[found])
    assert distance(there[found], on_edge) == pytest.approx(nearest_m[found], abs=1e-6)
    assert (distance(lines[snap.edge[found]], on_edge) < 1e-6).all(), "the point lies on the edge that is named"
    assert (snap.off_m[found] / np.maximum(nearest_m[found], 1) < 1.01).all()


segment = st.tuples(*[st.floats(-900, 900)] * 4)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(segment, min_size=1, max_size=30),
    st.lists(st.tuples(st.floats(-1500, 1500), st.floats(-1500, 1500)), min_size=1, max_size=20),
    st.sampled_from([50.0, 300.0, np.inf]),
)
def test_the_grid_finds_what_trying_every_segment_finds(segments, places, limit_m):
    ends_m = np.array(segments)
    x, y = np.array(places).T
    found, along, distance_m = SegmentGrid.over(ends_m).nearest(x, y, limit_m)
    step = ends_m[:, 2:] - ends_m[:, :2]
    squared = np.maximum((step**2).sum(axis=1), 1e-300)
    from_start = np.stack([x, y], axis=1)[:, None] - ends_m[None, :, :2]
    nearest = np.clip((from_start * step).sum(axis=2) / squared, 0, 1)
    truth_m = np.linalg.norm(from_start - nearest[:, :, None] * step, axis=2)
    near = truth_m.min(axis=1)
    hit = found >= 0
    assert hit[near < limit_m - 1e-6].all()
    assert not hit[near > limit_m + 1e-6].any()
    assert np.isnan(distance_m[~hit]).all()
    assert distance_m[hit] == pytest.approx(near[hit], abs=1e-6)
    assert truth_m[hit, found[hit]] == pytest.approx(near[hit], abs=1e-6)
    assert ((along >= 0) & (along <= 1)).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_snapping_equals_shapely_on_a_crooked_town(seed):
    random = np.random.default_rng(seed)
    town = Lattice(4, 4)
    for _ in range(4):
        places = [(int(random.integers(4)), int(random.integers(4))), *random.uniform(-2, 6, (3, 2)).tolist()]
        town.street(*[tuple(place) for place in places])
    network = town.network()
    lonlat = town.lonlat(*map(tuple, random.uniform(-7, 11, (60, 2))))
    assert_as_near_as_shapely(network, EdgeIndex(network).snap(lonlat), lonlat)


# ---------------------------------------------------------------- the real extract


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_snapping_equals_shapely_in_le_creusot(mirror, mode):
    raw = read_streets(mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf", tags_of(MODES.values()))
    network = replace(StreetNetwork.build(raw, MODES[mode], Projection("EPSG:2154")), **NO_OBSTACLE)
    west, south, east, north = raw.extent.bounds
    random = np.random.default_rng(71)
    lonlat = random.uniform((west - 0.01, south - 0.01), (east + 0.01, north + 0.01), (20_000, 2))
    snap = EdgeIndex(network).snap(lonlat)
    assert_as_near_as_shapely(network, snap, lonlat)
    again = EdgeIndex(network).snap(lonlat[::-1])
    assert (again.edge[::-1] == snap.edge).all(), "an answer does not depend on its neighbours"
    share = snap.fraction[snap.on_network]
    assert ((share >= 0) & (share <= 1)).all()
    assert 0.01 < ((share == 0) | (share == 1)).mean() < 0.5, "dead ends and outer corners"
    first = network.vertex_ptr[:-1]
    middle = (network.vertex_xy_m[first] + network.vertex_xy_m[first + 1]) / 2
    at_home = EdgeIndex(network).snap(np.column_stack(Projection(network.crs).to_lonlat(*middle.T)))
    assert at_home.off_m.max() < MM
    assert (at_home.edge == np.arange(network.edges)).mean() > 0.98, "but for streets drawn on top of each other"
    share_there = network.vertex_share[first + 1] / 2
    same = at_home.edge == np.arange(network.edges)
    assert at_home.fraction[same] == pytest.approx(share_there[same], abs=1e-3)
