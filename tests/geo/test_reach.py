from __future__ import annotations

import numpy as np
import pytest
from shapely import Polygon, box

from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.reach import boundary_junctions
from ingest.streets import read_streets
from tests.lattice import MODES, Lattice

PLANE = Projection("EPSG:2154")


@pytest.fixture(scope="module")
def town():
    """Six by five junctions with a dead end of three steps to the east and one of a step to the north."""
    return Lattice(6, 5).street((5, 2), (6, 2), (7, 2), (8, 2)).street((2, 4), (2, 5))


def at_edge(town, network, area=None, extent=None, **options):
    return set(boundary_junctions(network, area, extent, PLANE, **options).tolist())


def test_without_an_area_or_an_extent_there_is_no_edge(town):
    found = boundary_junctions(town.network(), None, None, PLANE)
    assert found.dtype == np.int32
    assert found.size == 0


def test_junctions_outside_the_declared_area(town):
    network = town.network()
    inside = town.polygon((-1, -1), (3.5, 6))
    expected = {
        junction
        for column, row in [(4, 0), (4, 1), (4, 2), (4, 3), (4, 4), (5, 1), (5, 2), (5, 3), (8, 2)]
        for junction in [town.junction(network, (column, row))]
    }
    assert at_edge(town, network, inside) == expected
    hole = Polygon(town.polygon((-9, -9), (20, 20)).exterior, [town.polygon((1.5, 1.5), (2.5, 2.5)).exterior])
    assert at_edge(town, network, hole) == {town.junction(network, (2, 2))}


def test_dead_ends_near_the_cut_but_no_other_junction_near_it(town):
    network = town.network()
    dead_end = town.junction(network, (8, 2))
    other = town.junction(network, (2, 5))
    # the cut runs 399 m beyond the eastern dead end, and far from the northern one
    cut = town.polygon((-20, -20), (8 + 399 / 80, 30))
    assert at_edge(town, network, extent=cut) == {dead_end}
    assert at_edge(town, network, extent=town.polygon((-20, -20), (8 + 401 / 80, 30))) == set()
    assert at_edge(town, network, extent=town.polygon((-20, -20), (8 + 401 / 80, 30)), margin_m=402) == {dead_end}
    # close to every street: dead ends alone count while nothing lies outside
    assert at_edge(town, network, extent=town.polygon((-1, -1), (9, 6))) == {dead_end, other}


def test_junctions_outside_the_extent_are_at_the_edge_whatever_they_join(town):
    network = town.network()
    cut = town.polygon((-20, 0.5), (40, 40))
    below = {town.junction(network, (column, 0)) for column in (1, 2, 3, 4)}
    dead_ends = {town.junction(network, place) for place in ((8, 2), (2, 5))}  # 120 m and 360 m from the cut
    assert at_edge(town, network, extent=cut, margin_m=100) == below
    assert at_edge(town, network, extent=cut) == below | dead_ends


def test_in_two_pieces_each_has_its_edge(town):
    """Two extents: dead ends inside the boundary of either, and junctions in neither."""
    towns = Lattice(6, 5).street((5, 2), (6, 2), (7, 2), (8, 2)).street((2, 4), (2, 5)).island((40, 0), 4, 3)
    towns.street((43, 1), (44, 1))
    pieces = (((-20, -20), (8 + 399 / 80, 30)), ((41 - 399 / 80 - 3, -20), (44 + 399 / 80, 20)))
    network = towns.network("walk", *pieces)
    extent = towns.raw(*pieces).extent
    assert extent.geom_type == "MultiPolygon"
    assert at_edge(towns, network, extent=extent) == {towns.junction(network, place) for place in ((8, 2), (44, 1))}
    between = (((-20, -20), (8.5, 30)), ((41.5, -20), (60, 20)))
    assert {towns.junction(network, (41, 1))} <= at_edge(towns, network, extent=towns.raw(*between).extent)


def test_where_two_extents_touch_there_is_no_edge(town):
    one, other = town.polygon((-20, -20), (2.5, 30)), town.polygon((2.5, -20), (60, 30))
    assert at_edge(town, town.network(), extent=one | other) == set()
    assert at_edge(town, town.network(), extent=one) != set()


def test_a_loop_is_no_dead_end():
    town = Lattice(4, 4).street((3, 1), (4, 1), (4, 2), (3, 1.5), (3, 1))
    network = town.network()
    assert at_edge(town, network, extent=town.polygon((-1, -1), (5, 5))) == set()


def test_a_corner_where_a_one_way_street_begins_is_no_dead_end():
    town = Lattice(4, 4).one_way((0, 0), (3, 0))
    network = town.network("car")
    ends = np.concatenate([network.edge_from, network.edge_to])
    assert (ends == town.junction(network, (0, 0))).sum() == 2, "else this test would show nothing"
    assert at_edge(town, network, extent=town.polygon((-1, -1), (5, 5))) == set()


def test_an_area_and_an_extent_add_up(town):
    network = town.network()
    area, extent = town.polygon((-1, -1), (4.5, 6)), town.polygon((-1, -1), (9, 6))
    assert at_edge(town, network, area, extent) == at_edge(town, network, area) | at_edge(town, network, None, extent)


def test_an_empty_network_has_no_edge():
    assert boundary_junctions(Lattice(1, 1).network(), None, box(4, 46, 5, 47), PLANE).size == 0


def test_the_extract_of_le_creusot_ends_where_it_was_cut(mirror):
    raw = read_streets(mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf", tags_of(MODES.values()))
    assert raw.extent is not None
    network = StreetNetwork.build(raw, MODES["car"], PLANE)
    found = boundary_junctions(network, None, raw.extent, PLANE)
    degree = np.bincount(np.concatenate([network.edge_from, network.edge_to]))
    lon, lat = PLANE.to_lonlat(*network.junction_xy_m[found].T)
    west, south, east, north = raw.extent.bounds
    inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    assert 10 <= found.size < network.junctions / 5
    assert (degree[found][inside] == 1).all()
