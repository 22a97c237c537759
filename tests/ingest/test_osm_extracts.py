"""OpenStreetMap in several extracts: what two of them hold stands once."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import SourceMalformed
from ingest.addresses import normalise_addresses
from ingest.connectors import osm
from ingest.extracts import once
from ingest.ledger import Ledger
from ingest.normalise import normalise_services
from ingest.reading import normalise
from tests.ingest.test_osm import Town, addresses_source, near, read, services_source
from tests.ingest.world import fetched, scope, source


def in_extracts(towns, folder, of):
    """Write each town to a file of its own."""
    files = []
    for number, town in enumerate(towns):
        (folder / str(number)).mkdir(parents=True)
        files.append(fetched(town.write(folder / str(number)), of, f"extrait{number}.osm"))
    return files


@pytest.mark.parametrize("cut_first", [True, False])
def test_what_two_extracts_hold_is_one_row_kept_and_one_merged(tmp_path, cut_first):
    """A shop whose outline one extract has cut stands where the other has it whole."""
    cut, whole = Town(), Town()
    for town in (cut, whole):
        town.node(1, 1, shop="bakery", name="Au Four")
        town.way((2, 2), (2.2, 2), (2.2, 2.2), (2, 2.2), closed=True, shop="supermarket", name="Marché")
    cut.lose('<node id="4"')
    whole.node(3, 3, shop="bakery", name="Bon Pain")
    of = services_source()
    files = in_extracts([cut, whole] if cut_first else [whole, cut], tmp_path, of)
    made = normalise_services(of, osm.read(of, files), files, scope())
    made.ledger.check(of.id)
    assert made.ledger == Ledger(5, 3, 2, 0, 0)
    found = {draft.service.name: draft for draft in made.drafts}
    assert near(found["Au Four"], 1, 1)
    assert near(found["Marché"], 2.1, 2.1, metres=15)
    assert near(found["Bon Pain"], 3, 3)


def test_a_house_finds_its_street_in_the_other_extract(tmp_path):
    houses, streets = Town(), Town()
    for town in (houses, streets):
        home = town.node(1, 1, addr__housenumber="7")
    streets.relation(("node", home, "house"), type="associatedStreet", name="Rue du Pré")
    of = addresses_source()
    files = in_extracts([houses, streets], tmp_path, of)
    made = normalise_addresses(of, osm.read(of, files), files, scope())
    assert [a.street for a in made.addresses] == ["Rue du Pré"]
    assert made.ledger == Ledger(2, 1, 1, 0, 0)


def test_ways_of_two_extracts_are_counted_once(tmp_path):
    one, other = Town(), Town()
    for town in (one, other):
        town.way((1, 1), (1, 2), highway="residential")
    other.way((1, 1), (2, 2), highway="residential")
    of = source(id="rues", kind="streets", reader="osm_streets", category="", columns={})
    files = in_extracts([one, other], tmp_path, of)
    assert normalise(of, osm.read(of, files), files, scope()).ledger == Ledger(3, 2, 1, 0, 0)


def test_the_extract_that_is_cut_off_is_named(tmp_path):
    town = Town()
    town.node(1, 1, shop="bakery")
    of = services_source()
    files = in_extracts([town, town], tmp_path, of)
    files[1].path.write_bytes(b"")
    with pytest.raises(SourceMalformed) as failed:
        osm.read(of, files)
    assert failed.value.file == "extrait1.osm"


# --- extracts that are sources of their own


def test_an_object_of_two_sources_stands_once(tmp_path):
    """The source that holds a category whole comes first, whatever its id; a bakery that is new stays."""
    shared, more = Town(), Town()
    for town in (shared, more):
        town.node(1, 1, shop="bakery")
        town.way((1, 1), (1, 2), highway="residential")
    more.node(1.001, 1, shop="bakery")
    mine = services_source(id="osm_b").model_copy(update={"complete": ("shop.bakery",)})
    theirs = services_source().model_copy(update={"id": "osm_a"})
    ways = source(id="rues_a", kind="streets", reader="osm_streets", category="", columns={})
    ways_too = ways.model_copy(update={"id": "rues_b"})
    results = []
    for of, town in ((theirs, more), (mine, shared), (ways, shared), (ways_too, more)):
        files = in_extracts([town], tmp_path / of.id, of)
        results.append(normalise(of, osm.read(of, files), files, scope()))
    left = once(results)
    assert [result.source.id for result in left] == ["osm_a", "osm_b", "rues_a", "rues_b"]
    assert [result.ledger for result in left] == [
        Ledger(2, 1, 1, 0, 0),
        Ledger(1, 1, 0, 0, 0),
        Ledger(1, 1, 0, 0, 0),
        Ledger(1, 0, 1, 0, 0),
    ]
    assert [len(result.drafts) for result in left] == [1, 1, 0, 0]
    assert [result.ledger for result in once(left)] == [result.ledger for result in left]


def test_rows_of_streets_are_ways(tmp_path):
    town = Town()
    town.way((1, 1), (1, 2), highway="residential")
    town.way((1, 1), (1, 2), railway="rail")
    town.node(1, 1, highway="crossing")
    of = source(id="rues", kind="streets", reader="osm_streets", category="", columns={})
    assert read(town, tmp_path, of).read == 1


def test_points_are_numbers(tmp_path):
    town = Town()
    town.node(1, 1, shop="bakery")
    frame = read(town, tmp_path).frame
    assert np.isfinite(frame["@lon"].astype(float)).all()
