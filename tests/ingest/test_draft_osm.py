"""A draft of a file of OpenStreetMap: like the source that ships, with what its tags lead to as questions."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import osmium
import pytest
from typer.testing import CliRunner

from geo.errors import ConfigurationError, SourceMalformed
from geo.taxonomy import Taxonomy
from ingest.commands.source import source
from ingest.draft.draft import draft_source
from ingest.draft.osm import is_osm
from ingest.settings import BuildSettings
from ingest.source_files import find_source
from tests.ingest.test_osm import Town

DATA = Path(__file__).resolve().parents[2] / "data"
SETTINGS = BuildSettings(data=DATA, mirror=None)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Two bakeries and a pharmacy, a bench, a shop that no map knows, two doors, a street and its crossing."""
    town = Town()
    for x_km, shop in enumerate(("bakery", "bakery", "perpetuum_mobile")):
        town.node(x_km, 1, shop=shop)
    town.node(1, 2, amenity="pharmacy", addr__housenumber="3")
    town.node(1, 3, amenity="bench")
    town.node(1, 3, addr__housenumber="5")
    town.node(0, 0, highway="crossing")
    town.way((0, 0), (1, 0), highway="residential")
    return town.write(tmp_path)


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf", ".osm.bz2"])
def test_a_draft_counts_what_the_tags_lead_to(extract, tmp_path, suffix):
    file = tmp_path / f"bourg-2026-05{suffix}"
    if suffix == ".osm":
        shutil.copy(extract, file)
    else:
        with osmium.SimpleWriter(str(file)) as writer:
            for item in osmium.FileProcessor(str(extract)):
                writer.add(item)
    drafted = draft_source(str(file), SETTINGS, name="bourg", territory="71")
    text = drafted.draft.source
    assert "OpenStreetMap, 4 services" in text
    assert "shop.bakery (2), health.pharmacy (1)" in text
    assert "of no use are 1 more" in text
    assert "no map knows shop=perpetuum_mobile (1)" in text
    assert ("2 addresses are in it too" in text, "1 streets are in it too" in text) == (True, True)
    assert "of which date" not in text


@pytest.mark.parametrize("kind", ["services", "addresses", "streets"])
def test_a_draft_reads_once_its_licence_is_named(extract, tmp_path, kind):
    folder = tmp_path / "sources"
    folder.mkdir()
    drafted = draft_source(str(extract), SETTINGS, name="bourg", territory="71", kind=kind)
    path = folder / "bourg.toml"
    path.write_text(drafted.text, encoding="utf-8")
    taxonomy = Taxonomy.load(DATA / "taxonomy.toml")
    with pytest.raises(ConfigurationError, match="licence"):
        find_source(DATA / "sources", str(path), taxonomy)
    path.write_text(drafted.text.replace('licence = ""', 'licence = "ODbL-1.0"'), encoding="utf-8")
    found = find_source(DATA / "sources", str(path), taxonomy)
    assert (found.reader, found.kind, found.official, found.url) == (f"osm_{kind}", kind, False, "")
    assert found.mirror[0].paths == (extract.name,)
    assert found.expect.rows is not None
    assert found.complete == ()
    assert tomllib.loads(drafted.text).keys() >= {"id", "title", "like", "territories"}


def test_what_is_none_of_its_kinds_or_broken_is_refused_in_words(extract, tmp_path):
    with pytest.raises(ConfigurationError, match="gives services, addresses, streets, and no cells"):
        draft_source(str(extract), SETTINGS, kind="cells")
    cut = tmp_path / "cut.osm"
    cut.write_bytes(extract.read_bytes()[:200])
    done = CliRunner().invoke(source, ["draft", str(cut)])
    assert isinstance(done.exception, SourceMalformed)
    assert "cut off or no OpenStreetMap file" in str(done.exception)


def test_other_xml_is_not_taken_for_it(tmp_path):
    other = tmp_path / "lieux.xml"
    other.write_text("<places><place><osmose>1</osmose></place></places>", encoding="utf-8")
    assert not is_osm(other)


def test_the_extract_of_the_scene_is_told_whole(mirror):
    path = mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf"
    text = draft_source(str(path), BuildSettings(data=DATA, mirror=mirror), territory="71").draft.source
    assert "9,563 addresses are in it too" in text
    assert "2,114 streets are in it too" in text
