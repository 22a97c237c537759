"""Nobody gets in or out on a motorway: who lives beside one starts on a street."""

from __future__ import annotations

import numpy as np

from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.snapping import SNAP_LIMIT_M, EdgeIndex
from geo.travel import Direction, Stops, Travel
from ingest.streets import read_streets
from tests.lattice import MODES, Lattice

CAR = MODES["car"]


def beside_a_motorway():
    """A town whose middle row is a motorway, joined at its ends."""
    return Lattice(4, 3).retag((0, 1), (3, 1), highway="motorway", oneway="no")


def test_a_house_by_the_motorway_starts_on_a_street():
    town = beside_a_motorway()
    network = town.network("car")
    house = town.lonlat((1.5, 1.1))
    snap = EdgeIndex(network).snap(house)
    y_m = network.vertex_xy_m[:, 1]
    assert abs(snap.xy_m[0, 1] - y_m.max()) < 1 or abs(snap.xy_m[0, 0] - network.junction_xy_m[:, 0]).min() < 1
    assert snap.off_m[0] > 30, "8 m from the motorway, half a block from the street"
    plain = EdgeIndex(Lattice(4, 3).network("car")).snap(house)
    assert plain.off_m[0] < 10


def test_who_passes_still_takes_the_motorway():
    town = beside_a_motorway()
    network = town.network("car")
    index = EdgeIndex(network)
    begin, end = (Stops.of(index.snap(town.lonlat(place)), CAR) for place in ((0, 0.5), (3, 0.5)))
    spread = Travel(network).spread(begin, Direction.FROM, 0)
    slow = town_without_motorway_s()
    assert spread.door_to_door_ds(end)[0] / 10 < slow


def town_without_motorway_s():
    town = Lattice(4, 3)
    network = town.network("car")
    index = EdgeIndex(network)
    begin, end = (Stops.of(index.snap(town.lonlat(place)), CAR) for place in ((0, 0.5), (3, 0.5)))
    return Travel(network).spread(begin, Direction.FROM, 0).door_to_door_ds(end)[0] / 10


def test_beside_nothing_but_a_motorway_one_is_off_the_network():
    network = Lattice(3, 2, highway="motorway", oneway="no").network("car")
    snap = EdgeIndex(network).snap(Lattice(3, 2).lonlat((1, 0)))
    assert network.edges > 0
    assert not snap.on_network[0]


def test_no_place_of_malta_snaps_to_a_piece_that_is_only_passed(mirror):
    raw = read_streets(mirror / "osm" / "bench-malta" / "malta-latest.osm.pbf", tags_of(MODES.values()))
    network = StreetNetwork.build(raw, CAR, Projection("EPSG:32633"))
    through = network.notes.through
    lonlat = np.column_stack(Projection(network.crs).to_lonlat(*network.vertex_xy_m[through].T))
    snap = EdgeIndex(network).snap(lonlat + 1e-6)
    rows = np.searchsorted(network.vertex_ptr, through, "right") - 1
    one_piece = np.diff(network.vertex_ptr)[rows] == 2
    assert not np.isin(snap.edge, rows[one_piece]).any()
    assert (snap.off_m[snap.on_network] <= SNAP_LIMIT_M).all()
