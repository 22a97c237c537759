"""Nobody swims to his street: what lies between a place and an edge, by arithmetic, by shapely, and on real streets."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.segment_grid import DRAWN_WITHIN_M, SegmentGrid
from geo.snapping import SNAP_LIMIT_M, EdgeIndex
from ingest.streets import read_streets
from tests.geo.test_snapping import NO_OBSTACLE
from tests.lattice import MODES, STEP_M, Lattice

MM = 0.001


def snapped(town, *places, mode="walk", **options):
    network = town.network(mode)
    return network, EdgeIndex(network).snap(town.lonlat(*places), **options)


def edges(town, network, *blocks):
    return [town.edge(network, *block) for block in blocks]


# ---------------------------------------------------------------- values by arithmetic


def test_a_place_keeps_to_its_bank():
    """The river runs 24 m north of the second row, 56 m south of the third."""
    town = Lattice(4, 4).obstacle((-1, 1.3), (4, 1.3))
    network, snap = snapped(town, (1.5, 1.35), (1.5, 1.25))
    assert snap.edge.tolist() != edges(town, network, ((1, 1), (2, 1)), ((1, 1), (2, 1)))
    assert snap.edge[1] == town.edge(network, (1, 1), (2, 1))
    assert snap.off_m[1] == pytest.approx(0.25 * STEP_M, abs=MM)
    # of the streets north of it the two that come down to the river are nearer than the third row
    assert snap.edge[0] in edges(town, network, ((1, 1), (1, 2)), ((2, 1), (2, 2)))
    assert snap.off_m[0] == pytest.approx(0.5 * STEP_M, abs=MM)
    assert not snap.crosses.any()


def test_between_two_parallel_streets_the_river_decides():
    town = Lattice(2, 2).remove((0, 0), (0, 1)).remove((1, 0), (1, 1))
    town.street((0, 0), (-4, 0), (-4, 1), (0, 1)).street((1, 0), (5, 0), (5, 1), (1, 1))
    town.obstacle((-3, 0.3), (4, 0.3))
    network, snap = snapped(town, (0.5, 0.35), (0.5, 0.25))
    assert snap.off_m == pytest.approx([0.65 * STEP_M, 0.25 * STEP_M], abs=MM)
    north_m = Projection(network.crs).to_lonlat(*snap.xy_m.T)[1]
    assert north_m == pytest.approx(town.lonlat((0.5, 1), (0.5, 0))[:, 1], abs=1e-7)


def test_a_place_at_the_end_of_a_bridge_takes_the_bridge():
    """The bridge crosses the river; the straight line to it does not."""
    town = Lattice(4, 4).obstacle((-1, 1.5), (4, 1.5))
    network, snap = snapped(town, (1.1, 1.45), (1.1, 1.55))
    assert set(snap.edge.tolist()) == {town.edge(network, (1, 1), (1, 2))}
    assert snap.off_m == pytest.approx([0.1 * STEP_M] * 2, abs=MM)
    assert not snap.crosses.any()


def test_a_street_on_the_obstacle_is_not_behind_it():
    """A quay drawn on the river's bank, or 1 m inside it: within what lines are drawn off."""
    for row in (1.0, 1.0 + 1 / STEP_M, 1.0 - 1 / STEP_M):
        town = Lattice(4, 4).obstacle((-1, row), (4, row))
        network, snap = snapped(town, (1.5, 1.2), (1.5, 0.8))
        assert set(snap.edge.tolist()) == {town.edge(network, (1, 1), (2, 1))}
        assert not snap.crosses.any()


def test_a_line_three_metres_before_the_street_does_part_it():
    town = Lattice(4, 4).obstacle((-1, 1 + 3 / STEP_M), (4, 1 + 3 / STEP_M))
    network, snap = snapped(town, (1.5, 1.2), (1.5, 0.8))
    assert snap.edge[0] != town.edge(network, (1, 1), (2, 1)) == snap.edge[1]


def test_when_every_street_lies_behind_the_nearest_is_taken_and_the_answer_says_so():
    """A moat all round: the mill on its island."""
    town = Lattice(4, 4).obstacle((1.2, 1.2), (1.8, 1.2), (1.8, 1.8), (1.2, 1.8), (1.2, 1.2))
    network, snap = snapped(town, (1.5, 1.4), (1.5, 0.9), (60, 60))
    assert snap.edge[0] == town.edge(network, (1, 1), (2, 1))
    assert snap.off_m[0] == pytest.approx(0.4 * STEP_M, abs=MM)
    assert snap.crosses.tolist() == [True, False, False]
    assert snap.side.tolist()[2] == 0


def test_a_lake_parts_its_shores_and_not_who_stands_in_it():
    """The lake fills the middle of a block whose southern street is gone: a house, a fountain, a house."""
    town = Lattice(4, 4).remove((1, 1), (2, 1))
    town.shore((0.2, 1.2), (2.8, 1.2), (2.8, 1.8), (0.2, 1.8), (0.2, 1.2))
    network, snap = snapped(town, (1.5, 1.1), (1.5, 1.7), (1.5, 1.9))
    north = town.edge(network, (1, 2), (2, 2))
    assert snap.edge[0] in edges(town, network, ((1, 1), (1, 2)), ((2, 1), (2, 2)))
    assert snap.edge[1:].tolist() == [north, north]
    assert not snap.crosses.any()


def test_to_the_other_shore_there_is_no_way_but_round():
    town = Lattice(2, 2).remove((0, 0), (0, 1)).remove((1, 0), (1, 1))
    town.street((0, 0), (-4, 0), (-4, 1), (0, 1)).street((1, 0), (5, 0), (5, 1), (1, 1))
    town.shore((-3, 0.3), (4, 0.3), (4, 0.4), (-3, 0.4), (-3, 0.3))
    _, snap = snapped(town, (0.5, 0.45), (0.5, 0.35), (0.5, 0.25))
    assert snap.off_m == pytest.approx([0.55 * STEP_M, 0.35 * STEP_M, 0.25 * STEP_M], abs=MM)
    assert not snap.crosses.any()


def test_a_corner_of_the_shore_on_the_line_counts_once():
    street = SegmentGrid.over(np.array([[-20.0, 20.0, 20.0, 20.0]]))
    through = [[-10.0, 5.0, 0.0, 5.0], [0.0, 5.0, 10.0, 5.0]]
    back = [[-10.0, 9.0, 0.0, 9.0], [0.0, 9.0, 10.0, 9.0]]
    for bars, barred in ((through, False), (back, False), (through + back, True)):
        grid, borders = SegmentGrid.over(np.array(bars)), np.ones(len(bars), bool)
        assert street.nearest_unbarred(np.zeros(1), np.zeros(1), 50.0, grid, borders, 50.0)[3] == barred


def test_the_limit_holds_behind_an_obstacle_too():
    """A street on the right side but beyond the limit does not count: 296 m count, 304 m do not."""
    for away_m, crosses in ((296.0, False), (304.0, True)):
        # no street to the east or west comes nearer than the two rows
        town = Lattice(2, 2).remove((0, 0), (0, 1)).remove((1, 0), (1, 1)).remove((0, 1), (1, 1))
        far = 0.5 + away_m / STEP_M
        town.street((0, 0), (-9, 0), (-9, far), (10, far), (10, 0), (1, 0)).obstacle((-8, 0.3), (9, 0.3))
        _, snap = snapped(town, (0.5, 0.5))
        assert snap.crosses[0] == crosses
        assert snap.off_m[0] == pytest.approx(0.5 * STEP_M if crosses else away_m, abs=0.1)


def test_an_obstacle_that_ends_before_or_runs_along_parts_nothing():
    town = Lattice(4, 4).obstacle((1.6, 1.1), (3, 1.1)).obstacle((1.5, 1.1), (1.5, 1.2))
    network, snap = snapped(town, (1.5, 1.3))
    assert snap.edge[0] == town.edge(network, (1, 1), (2, 1))
    assert not snap.crosses[0]


def test_a_bend_of_the_river_on_the_line_is_no_gap():
    town = Lattice(4, 4).obstacle((-1, 1.1), (1.5, 1.1), (4, 1.1))
    network, snap = snapped(town, (1.5, 1.3))
    assert snap.edge[0] != town.edge(network, (1, 1), (2, 1))


def test_left_and_right_follow_the_edge_from_its_start():
    town = Lattice(4, 4)
    network, snap = snapped(town, (1.5, 1.2), (1.5, 0.8), (1.5, 1), (0.8, 1.5), (1.2, 1.5))
    east, north = town.edge(network, (1, 1), (2, 1)), town.edge(network, (1, 1), (1, 2))
    assert snap.edge.tolist() == [east, east, east, north, north]
    corner = town.junction(network, (1, 1))
    eastwards = 1 if network.edge_from[east] == corner else -1
    northwards = 1 if network.edge_from[north] == corner else -1
    assert snap.side.tolist() == [eastwards, -eastwards, 0, northwards, -northwards]
    assert snap.side.dtype == np.int8


# ---------------------------------------------------------------- properties: shapely, every segment tried

segment = st.tuples(*[st.integers(-400, 400)] * 4).filter(lambda s: s[:2] != s[2:])
place = st.tuples(st.integers(-500, 500), st.integers(-500, 500))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(segment, min_size=1, max_size=12),
    st.lists(st.tuples(segment, st.booleans()), max_size=8),
    st.lists(place, min_size=1, max_size=10),
    st.sampled_from([80.0, SNAP_LIMIT_M, np.inf]),
    st.integers(0, 2**32 - 1),
)
def test_no_line_is_barred_while_another_within_the_limit_is_not(streets, bars, places, limit_m, seed):
    """Whole metres, shaken a little: nothing meets exactly, and shapely's answer is the only one."""
    random = np.random.default_rng(seed)
    ends_m, bar_m, xy_m = (
        np.array(given, float).reshape(-1, width) + random.uniform(-0.4, 0.4, (len(given), width))
        for given, width in ((streets, 4), ([bar for bar, _ in bars], 4), (places, 2))
    )
    is_border = np.array([border for _, border in bars], bool)
    grid = SegmentGrid.over(bar_m) if bars else SegmentGrid.empty()
    found, _, distance_m, barred = SegmentGrid.over(ends_m).nearest_unbarred(*xy_m.T, limit_m, grid, is_border, limit_m)
    lines, rivers = (shapely.linestrings(ends.reshape(-1, 2, 2)) for ends in (ends_m, bar_m))
    for i, here in enumerate(shapely.points(xy_m)):
        to = [shapely.shortest_line(here, line) for line in lines]
        away_m = np.array([line.length for line in to])
        behind = np.array([_behind(line, rivers, is_border) for line in to])
        near = away_m <= limit_m
        if not near.any():
            assert found[i] == -1
            continue
        choice = near & ~behind if (near & ~behind).any() else near
        assert barred[i] == (not (near & ~behind).any())
        assert distance_m[i] == pytest.approx(away_m[choice].min(), abs=1e-6)
        assert away_m[found[i]] == pytest.approx(distance_m[i], abs=1e-6)


def _behind(line, rivers, is_border):
    """Whether one river or two borders cross the line farther than `DRAWN_WITHIN_M` from its ends."""
    if line.length <= 2 * DRAWN_WITHIN_M or not len(rivers):
        return False
    middle = shapely.ops.substring(line, DRAWN_WITHIN_M, line.length - DRAWN_WITHIN_M)
    over = shapely.intersects(rivers, middle)
    return bool((over & ~is_border).any() or (over & is_border).sum() > 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_without_anything_between_an_obstacle_changes_nothing(seed):
    random = np.random.default_rng(seed)
    town = Lattice(4, 4)
    places = town.lonlat(*map(tuple, random.uniform(-3, 6, (60, 2))))
    far = Lattice(4, 4).obstacle((-50, -50), (-40, 60)).obstacle((50, -50), (40, 60))
    one, other = (EdgeIndex(each.network()).snap(places) for each in (town, far))
    for column in dataclasses.fields(one):
        assert np.array_equal(getattr(one, column.name), getattr(other, column.name), equal_nan=True)


# ---------------------------------------------------------------- files and real streets


def test_obstacles_come_back_with_the_network(tmp_path):
    town = Lattice(4, 4).obstacle((-1, 1.1), (1.5, 1.1), (4, 1.1))
    town.network().save(tmp_path)
    opened = StreetNetwork.open(tmp_path)
    assert opened.obstacle_xy_m.shape == (2, 4)
    assert opened.obstacle_is_shore.tolist() == [False, False]
    places = town.lonlat((1.5, 1.3))
    assert EdgeIndex(opened).snap(places).edge == EdgeIndex(town.network()).snap(places).edge


@pytest.mark.parametrize(
    ("file", "crs", "fewest"),
    [("le-creusot-71/Le_Creusot.osm.pbf", "EPSG:2154", 0.01), ("bench-malta/malta-latest.osm.pbf", "EPSG:32633", 0.0)],
)
def test_no_real_place_jumps_while_another_street_is_near(mirror, file, crs, fewest):
    raw = read_streets(mirror / "osm" / file, tags_of(MODES.values()))
    network = StreetNetwork.build(raw, MODES["walk"], Projection(crs))
    assert len(network.obstacle_xy_m) > 1000
    random = np.random.default_rng(71)
    # beside the obstacles, where it matters
    row = random.integers(0, len(network.obstacle_xy_m), 4000)
    x, y = network.obstacle_xy_m[row, :2].T + random.uniform(-80, 80, (2, 4000))
    lonlat = np.column_stack(Projection(crs).to_lonlat(x, y))
    index = EdgeIndex(network)
    snap, plain = index.snap(lonlat), EdgeIndex(dataclasses.replace(network, **NO_OBSTACLE)).snap(lonlat)
    assert (snap.on_network == plain.on_network).all(), "an obstacle never takes a place off the network"
    changed = snap.edge != plain.edge
    assert changed.mean() > fewest
    assert (snap.off_m[changed] >= plain.off_m[changed] - MM).all()
    rivers = shapely.linestrings(network.obstacle_xy_m.reshape(-1, 2, 2))
    tree = shapely.STRtree(rivers)
    on = np.flatnonzero(snap.on_network)
    for i, line in zip(
        on, shapely.linestrings(np.stack([np.column_stack([x, y]), snap.xy_m], axis=1)[on]), strict=True
    ):
        near = tree.query(line)
        assert snap.crosses[i] == _behind(line, rivers[near], network.obstacle_is_shore[near])
