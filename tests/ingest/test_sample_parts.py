"""The rooms of the sample's generator, each by itself."""

from __future__ import annotations

from dataclasses import astuple
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ingest.sample.bus_network import bus_network
from ingest.sample.drawing import Stroke, bridged
from ingest.sample.frame import Frame
from ingest.sample.osm_draft import OsmDraft
from ingest.sample.planar import noded
from ingest.sample.stops import Stop
from ingest.sample.street_names import of_place
from ingest.sample.terrain import TOWN_XY_M
from ingest.sample.truth import Fate, tallied


@lru_cache(maxsize=1)
def frame() -> Frame:
    return Frame.drawn(np.random.default_rng(71))


@given(x=st.floats(0, 33_000), y=st.floats(0, 22_000))
def test_the_warp_can_be_undone_and_never_folds(x: float, y: float) -> None:
    spots = np.array([[x, y], [x + 1.0, y], [x, y + 1.0]])
    warped = frame().to_lambert93(spots)
    assert frame().to_flat(warped) == pytest.approx(spots, abs=1e-3)
    (a, b), (c, d) = warped[1] - warped[0], warped[2] - warped[0]
    assert a * d - b * c > 0.2


def test_lines_that_cross_meet_and_a_bridge_meets_nobody_below() -> None:
    flat = np.array([[-100.0, 0.0], [100.0, 0.0]])
    upright = np.array([[0.0, -100.0], [0.0, 100.0]])
    level = noded([flat, upright], np.array([True, True]))
    assert [len(chain) for chain in level.chains] == [3, 3]
    assert level.chains[0][1] == level.chains[1][1]
    above = noded([flat, upright], np.array([True, False]))
    assert [len(chain) for chain in above.chains] == [2, 2]
    assert not set(above.chains[0]) & set(above.chains[1])


def test_a_loose_end_reaches_the_street_that_it_nearly_touches() -> None:
    street = np.array([[-100.0, 0.0], [100.0, 0.0]])
    near, far = np.array([[0.0, 9.0], [0.0, 80.0]]), np.array([[50.0, 30.0], [50.0, 80.0]])
    planar = noded([street, near, far], np.array([True, True, True]))
    assert set(planar.chains[0]) & set(planar.chains[1])
    assert not set(planar.chains[0]) & set(planar.chains[2])


def test_a_road_over_water_is_cut_into_bank_bridge_bank() -> None:
    road = Stroke(np.array([[0.0, 0.0], [100.0, 0.0]]), "tertiary", built=True)
    pieces = bridged(road, shapely.box(40.0, -10.0, 60.0, 10.0))
    assert [piece.tags.get("bridge") for piece in pieces] == [None, "yes", None]
    assert [round(piece.line.length) for piece in pieces] == [34, 32, 34]
    assert [piece.ground for piece in pieces] == [True, False, True]


def test_an_object_whose_fate_nobody_knows_is_refused(tmp_path: Path) -> None:
    draft = OsmDraft()
    draft.node((14_400.0, 9_950.0), {"shop": "bakery"})
    with pytest.raises(ValueError, match="nobody said what becomes of n1"):
        draft.write(tmp_path / "any.osm.pbf", frame())


def test_a_place_has_the_poles_of_both_sides_and_counts_what_leaves_it() -> None:
    x, y = TOWN_XY_M
    spots = (("Port", 400, 0), ("Lande", 0, 300), ("Grève", 0, 600), ("Ferme", 0, -5_000), ("Bois", -4_000, 0))
    stops = [Stop("Halle", (x, y)), Stop("Halle", (x + 9, y), twin=True)]
    stops += [Stop(name, (x + east, y + north)) for name, east, north in (*spots, ("Mare", 0, 9_000))]
    network = bus_network(stops, {"Ferme", "Bois", "Mare"})
    assert [place.id for place in network.places] == ["S0000", "P0001", "P0002", "P0003", "P0004", "P0005", "P0006"]
    assert network.places[0].rows == (0, 1)
    found = network.departures()
    # line 1 has 10 + 14 + 16 runs a way, of which 4 leave the Halle from 19:00 on, and the port as many; 4 night buses
    assert found["S0000"] == found["P0001"] == (40 + 4, 4 + 4, 0)
    # line 2 in both directions between two places: 13 + 2 runs leave each of them, and 4 on Sundays
    assert found["P0002"] == found["P0003"] == (15, 0, 4)
    assert [name for name, counts in found.items() if counts is None] == ["P0004", "P0005"]
    lines = network.lines_at()
    assert lines["P0001"] == ["1", "N"]
    assert lines["P0002"] == ["2", "D"]
    assert lines["P0004"] == lines["P0005"] == []
    assert network.served_rows() == {0, 1, 2, 3, 4, 5, 6}


def test_fates_add_up() -> None:
    placed = Fate("kept", geocoded=True)
    book = tallied([Fate("kept"), placed, Fate("merged"), Fate("no_key"), Fate("no_key"), Fate("out_of_scope")])
    assert astuple(book) == (6, 2, 1, 1, {"no_key": 2}, 1)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Valmorin", "de Valmorin"),
        ("Ambrolles", "d’Ambrolles"),
        ("Échardelles", "d’Échardelles"),
        ("Les Essartons", "des Essartons"),
        ("La Borde", "de la Borde"),
        ("Le Gué", "du Gué"),
    ],
)
def test_french_prepositions(place: str, expected: str) -> None:
    assert of_place(place) == expected
