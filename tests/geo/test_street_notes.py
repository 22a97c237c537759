"""Notes on streets: what each piece is called, what waits and slopes cost on it, where nobody gets out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SnapshotCorrupt
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.street_notes import ExtraSort
from geo.way_titles import Title, WaySort, title_of
from ingest.streets import read_streets
from tests.geo.test_contraction import raw_streets
from tests.lattice import MODES, Lattice

PLANE = Projection("EPSG:2154")


@pytest.mark.parametrize(
    ("tags", "title"),
    [
        ({"highway": "residential", "name": " Rue  des Lilas "}, Title("Rue des Lilas", "", WaySort.STREET)),
        ({"highway": "secondary", "ref": "D 980"}, Title("", "D 980", WaySort.ROAD)),
        ({"highway": "footway", "footway": "sidewalk"}, Title(sort=WaySort.PAVEMENT)),
        ({"highway": "footway", "footway": "crossing"}, Title(sort=WaySort.CROSSING)),
        ({"highway": "footway"}, Title(sort=WaySort.FOOTPATH)),
        ({"highway": "service", "service": "parking_aisle"}, Title(sort=WaySort.PARKING_AISLE)),
        ({"highway": "tertiary", "junction": "roundabout"}, Title(sort=WaySort.ROUNDABOUT)),
        ({"highway": "primary_link"}, Title(sort=WaySort.RAMP)),
        ({"highway": "steps"}, Title(sort=WaySort.STEPS)),
        ({"highway": "unclassified"}, Title(sort=WaySort.ROAD)),
    ],
)
def test_a_way_is_called_by_its_name_else_by_its_sort(tags, title):
    assert title_of(tags) == title
    assert title.called == (title.name or title.ref)


def test_a_name_is_kept_although_its_chain_has_another(tmp_path):
    # a lane of two names without a junction between them
    town = Lattice(2, 1).retag((0, 0), (1, 0), name="Rue A", oneway="no")
    town.street((1, 0), (2, 0), name="Rue B").street((2, 0), (2, 1), (0, 0), ref="D 1")
    network = town.network("walk")
    network.save(tmp_path)
    for each in (network, StreetNetwork.open(tmp_path)):
        pieces = [v for v in range(len(each.vertex_share)) if v + 1 not in each.vertex_ptr]
        called = [each.notes.title(piece).called for piece in pieces]
        assert sorted(set(called)) == ["D 1", "Rue A", "Rue B"]


@given(raw_streets(), st.sampled_from(["walk", "bike", "car"]))
@settings(deadline=None, max_examples=150)
def test_the_waits_of_pieces_are_what_the_edges_cost_more(raw, mode):
    """Each edge costs its metres at its speed, and besides what the notes say."""
    network = StreetNetwork.build(raw, MODES[mode], PLANE)
    calm = StreetNetwork.build(replace(raw, node_tags={}), MODES[mode], PLANE)
    if network.edges != calm.edges or not (network.vertex_xy_m == calm.vertex_xy_m).all():
        return  # a node that stops the mode cut the streets
    of_edge = np.repeat(np.arange(network.edges), np.diff(network.vertex_ptr))
    for direction, name in ((0, "forward_ms"), (1, "backward_ms")):
        extra_ms = np.bincount(
            of_edge[network.notes.extra_piece],
            weights=network.notes.extra_ms[:, direction],
            minlength=network.edges,
        )
        both = getattr(network, name), getattr(calm, name)
        open_ = both[1] >= 0
        assert np.abs(both[0] - both[1] - extra_ms)[open_].max(initial=0) <= 2
        assert not extra_ms[~open_].any()


def test_a_wait_lies_half_on_each_side_and_says_what_it_is_for():
    town = Lattice(3, 2).barrier((1, 0), highway="traffic_signals")
    notes = town.network("car").notes
    found = [extra for piece in notes.extra_piece for extra in notes.extras(int(piece))]
    assert len(found) == 3, "three blocks meet there"
    assert {(e.sort, e.forward_ms, e.backward_ms) for e in found} == {(ExtraSort.SIGNALS, 4_000, 4_000)}
    assert not town.network("walk").notes.extra_piece.size
    gate = Lattice(3, 2).barrier((1, 0), barrier="gate").network("car").notes
    assert {e.sort for piece in gate.extra_piece for e in gate.extras(int(piece))} == {ExtraSort.BARRIER}


def test_slopes_are_noted_up_and_down():
    raw = Lattice(3, 2).raw()
    heights = (raw.node_lonlat[:, 0] - raw.node_lonlat[:, 0].min()) * 76_000 * 0.05  # 5 % up to the east
    sloped = StreetNetwork.build(replace(raw, node_height_m=heights, elevation="made.tif"), MODES["walk"], PLANE)
    level = StreetNetwork.build(raw, MODES["walk"], PLANE)
    of_edge = np.repeat(np.arange(level.edges), np.diff(level.vertex_ptr))
    assert set(sloped.notes.extra_sort.tolist()) == {list(ExtraSort).index(ExtraSort.SLOPE)}
    for direction, name in ((0, "forward_ms"), (1, "backward_ms")):
        extra_ms = np.bincount(
            of_edge[sloped.notes.extra_piece], weights=sloped.notes.extra_ms[:, direction], minlength=level.edges
        )
        assert getattr(sloped, name) - getattr(level, name) == pytest.approx(extra_ms, abs=2)
    assert (sloped.notes.extra_ms > 0).any()
    assert (sloped.notes.extra_ms < 0).any()


def test_pieces_of_a_motorway_are_passed_through():
    network = Lattice(3, 2).retag((0, 0), (2, 0), highway="motorway", oneway="no").network("car")
    xy_m = network.vertex_xy_m[network.notes.through]
    assert len(xy_m) == 2
    assert not Lattice(3, 2).retag((0, 0), (2, 0), highway="trunk").network("car").notes.through.size


def test_notes_of_another_network_are_refused(tmp_path):
    Lattice(3, 3).network("walk").save(tmp_path)
    np.save(tmp_path / "note_run_vertex.npy", np.array([0, 10_000], np.int64))
    with pytest.raises(SnapshotCorrupt, match="different builds"):
        StreetNetwork.open(tmp_path)


def test_real_streets_have_names(mirror):
    extract = mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf"
    raw = read_streets(extract, tags_of(MODES.values()))
    network = StreetNetwork.build(raw, MODES["walk"], PLANE)
    notes = network.notes
    held = sum(getattr(notes, name).nbytes for name in notes.__dataclass_fields__)
    assert held / network.edges < 16, "bytes an edge"
    rows = np.random.default_rng(1).choice(network.vertex_ptr[:-1], 400, replace=False)
    named = [notes.title(int(row)).called for row in rows]
    assert np.mean([bool(name) for name in named]) > 0.3
