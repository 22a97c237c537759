"""A draft of a source: what is found in a file that nobody described, and what is asked."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from geo.errors import ConfigurationError
from geo.taxonomy import Taxonomy
from ingest.commands.source import source
from ingest.draft.codes import fitting_map, likely_category
from ingest.draft.draft import draft_source
from ingest.draft.encoding import is_encoding
from ingest.draft.meaning import find_meaning
from ingest.draft.naming import Named, id_of, name_of_address, name_of_file
from ingest.draft.profile import profile_columns
from ingest.draft.write import About, write_draft
from ingest.settings import BuildSettings
from ingest.source_files import parse_source

DATA = Path(__file__).resolve().parents[2] / "data"
ROWS = 40
ABOUT = About("lieux", "Lieux", {}, "lieux.csv", "2024-05", True, "71", "CSV, 40 rows, 9 columns", ROWS)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy.load(DATA / "taxonomy.toml")


def frame(**columns: object) -> pd.DataFrame:
    """A table of `ROWS` rows; a function of the row's number stands for a column."""
    return pd.DataFrame(
        {
            name: [str(value(row)) if callable(value) else value for row in range(ROWS)]
            for name, value in columns.items()
        },
        dtype=object,
    )


def answered(text: str, maps: dict | None = None) -> dict:
    """The draft with the one answer without which nothing is read."""
    with pytest.raises(ConfigurationError, match="licence"):
        parse_source("lieux", tomllib.loads(text), maps or {})
    return tomllib.loads(text) | {"licence": "etalab-2.0"}


def meaning_of(has_shapes: bool = False, **columns: object):
    return find_meaning(profile_columns(frame(**columns)), has_shapes=has_shapes)


def test_a_plain_file_is_read_at_a_glance():
    found = meaning_of(
        **{"Identifiant": lambda i: f"A{i}", "Nom du lieu": lambda i: f"Lieu {i}"},
        Longitude=lambda i: 4.3 + i / 1000,
        Latitude=lambda i: 46.7 + i / 1000,
        code_insee=lambda i: f"71{i:03}",
        date_maj=lambda i: f"{1 + i % 28:02}/05/2024",
    )
    assert found.columns == {
        "key": "Identifiant",
        "name": "Nom du lieu",
        "lon": "Longitude",
        "lat": "Latitude",
        "insee": "code_insee",
        "updated": "date_maj",
    }
    assert (found.crs, found.lost_point, found.questions) == ("", False, ())


@pytest.mark.parametrize(
    ("x", "y", "crs", "columns"),
    [
        (808_000, 6_628_000, "EPSG:2154", {"x": "coord_x", "y": "coord_y"}),
        (760_000, 2_190_000, "EPSG:27572", {"x": "coord_x", "y": "coord_y"}),
        (4.37, 46.8, "", {"lon": "coord_x", "lat": "coord_y"}),
        (6_628_000, 808_000, "EPSG:2154", {"x": "coord_y", "y": "coord_x"}),
        (46.8, 4.37, "", {"lon": "coord_y", "lat": "coord_x"}),
    ],
)
def test_the_system_and_the_axes_are_told_by_the_numbers(x, y, crs, columns):
    found = meaning_of(id=lambda i: i, nom=lambda i: f"Lieu {i}", coord_x=lambda i: x + i / 100, coord_y=lambda i: y)
    assert found.crs == crs
    assert columns.items() <= found.columns.items()
    turned = "coord_x" in (found.columns.get("y"), found.columns.get("lat"))
    assert any("northings" in question for question in found.questions) == turned


def test_a_lost_decimal_point_is_noticed():
    found = meaning_of(
        id=lambda i: i, nom=lambda i: f"L{i}", longitude=lambda i: 44_012 + i, latitude=lambda i: 461_757 + i
    )
    assert found.lost_point
    assert any("decimal point" in question for question in found.questions)


def test_without_identifier_the_content_is_the_key_and_somebody_is_asked():
    found = meaning_of(nom=lambda i: f"Lieu {i % 7}", position=lambda i: f"46.{700 + i}, 4.{300 + i}")
    assert found.columns == {"key": "@content", "name": "nom", "point": "position"}
    assert any("identifies" in question for question in found.questions)


def test_shapes_need_no_coordinates_and_the_geocoders_columns_are_not_the_publishers():
    found = meaning_of(
        has_shapes=True,
        gid=lambda i: i,
        nom=lambda i: f"Lieu {i}",
        result_type=lambda i: ("housenumber", "street")[i % 2],
        result_name=lambda i: f"Rue {i}",
    )
    assert found.columns == {"key": "gid", "name": "nom", "precision": "result_type"}


def test_codes_lead_to_a_map_that_ships_or_to_a_name_that_resembles(taxonomy):
    maps = {"natures": {"101": "a.b", "151": "a.c", "340": "a.d"}, "others": {"x": "a.b"}}
    assert fitting_map(["101", "340", "999"], maps) == "natures"
    assert fitting_map(["999", "998"], maps) == ""
    assert likely_category("Bibliothèque municipale", taxonomy) == "culture.library"
    assert likely_category("PISCINE", taxonomy) == "sport.pool"
    assert likely_category("Conteneur à verre", taxonomy) == "out_of_scope"


def test_a_draft_is_a_source_that_the_schema_accepts(taxonomy):
    table = frame(
        id=lambda i: i,
        nom=lambda i: f"Lieu « {i} »",
        type=lambda i: ("Piscine", "Patinoire \\ glace", 'Salle "A"')[i % 3],
        x=lambda i: 808_000 + i,
        y=lambda i: 6_628_000 + i,
    )
    profiles = profile_columns(table)
    draft = write_draft(ABOUT, profiles, find_meaning(profiles), taxonomy, {})
    source = parse_source("lieux", answered(draft.source), {})
    assert source.columns["x"] == ("x",)
    assert source.crs is not None
    assert source.codes == {"Piscine": "sport.pool", "Patinoire \\ glace": "out_of_scope", 'Salle "A"': "out_of_scope"}
    assert source.expect.rows == (32, 61)
    assert "# ? which categories do the codes lead to? 2 of 3" in draft.source
    assert draft.map == ""


def test_many_codes_become_a_map_of_their_own(taxonomy):
    profiles = profile_columns(
        pd.DataFrame(
            {
                "id": [str(i) for i in range(800)],
                "type": [f"Type {i % 16}" for i in range(800)],
                "lieu": ["46.8, 4.4"] * 800,
            },
            dtype=object,
        )
    )
    draft = write_draft(ABOUT, profiles, find_meaning(profiles), taxonomy, {})
    maps = {"lieux": tomllib.loads(draft.map)}
    assert len(parse_source("lieux", answered(draft.source, maps), maps).codes) == 16


def test_an_id_is_made_of_a_files_name():
    assert id_of("Liste des lieux-20240801.csv.gz") == "liste_des_lieux"
    assert id_of("20240801.csv") == "source"


def test_a_dozen_rows_have_kinds_too(taxonomy):
    table = pd.DataFrame(
        {
            "nom": [f"Lieu {n}" for n in range(12)],
            "Type": ["Piscine", "Crèche", "Ludothèque", ""] * 3,
            "ville": [f"Bourg {n}" for n in range(12)],
            "position": [f"46.{n + 10}, 4.{n + 10}" for n in range(12)],
        },
        dtype=object,
    )
    profiles = profile_columns(table)
    meaning = find_meaning(profiles)
    assert meaning.columns["category"] == "Type"
    assert [p.sorts for p in profiles] == [False, True, False, False]
    codes = tomllib.loads(write_draft(ABOUT, profiles, meaning, taxonomy, {}).source)["categories"]
    assert codes == {"Piscine": "sport.pool", "Crèche": "childcare.creche", "Ludothèque": "out_of_scope"}


@pytest.mark.parametrize("text", ["Centre", "centres", "Maison", "Salle", "Point", "Service"])
def test_a_word_that_begins_many_names_resembles_none(text, taxonomy):
    assert likely_category(text, taxonomy) == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "category"),
    [("Centre social", "culture.club"), ("Salle de sport", "sport.gym"), ("Gares", "transport.station")],
)
def test_a_whole_name_resembles_its_category(text, category, taxonomy):
    assert likely_category(text, taxonomy) == category


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Médiathèques d’Œuvre.csv", Named("mediatheques_d_oeuvre", "Médiathèques d’Œuvre")),
        ("ludotheques_20240801.csv.gz", Named("ludotheques", "ludotheques")),
        ("Centre.csv", Named("centre_00", "Centre (00)", says_little=True)),
        ("data-2024.json", Named("data_00", "data (00)", says_little=True)),
        ("20240801.csv", Named("source_00", "20240801 (00)", says_little=True)),
        ("gites/export1.csv", Named("gites_export1_00", "gites – export1 (00)", says_little=True)),
        ("data/gites/export1.csv", Named("gites_export1_00", "gites – export1 (00)", says_little=True)),
    ],
)
def test_a_file_is_named_by_what_tells_it_from_others(name, found, tmp_path):
    assert name_of_file(tmp_path / name, tmp_path, "00") == found


def test_folders_of_this_machine_alone_name_nothing(tmp_path):
    assert name_of_file(tmp_path / "Centre.csv", None, "*") == Named("centre", "Centre", says_little=True)


@pytest.mark.parametrize(
    ("address", "dataset", "found"),
    [
        ("https://data.example.fr/files/Gîtes%20ruraux.csv?a=b", "", Named("gites_ruraux", "Gîtes ruraux")),
        (
            "https://data.example.fr/explore/dataset/gites-ruraux/export/",
            "gites-ruraux",
            Named("gites_ruraux", "gites ruraux"),
        ),
        ("https://data.example.fr/v1/export.csv", "", Named("example_export", "example – export", says_little=True)),
        ("https://www.example.fr/", "", Named("example", "example")),
    ],
)
def test_an_address_names_its_dataset_or_its_host(address, dataset, found):
    assert name_of_address(address, dataset, "*") == found


TOWNS = "nom;ville;lat;lon\n" + "".join(f"Crèche n° {n};Mâcon-lès-Évêchés;46,{n:02};4,{n:02}\n" for n in range(10, 40))


@pytest.mark.parametrize(
    ("written", "declared", "asked"),
    [
        ("utf-8", None, False),
        ("utf-8-sig", None, False),
        ("cp1252", None, True),
        ("cp850", ["cp850"], True),
        ("mac_roman", ["mac_roman"], True),
        ("utf-16", ["utf-16"], False),
    ],
)
def test_an_encoding_that_was_guessed_is_asked_for(written, declared, asked, tmp_path):
    file = tmp_path / "creches.csv"
    file.write_bytes(TOWNS.encode(written))
    draft = draft_source(str(file), BuildSettings(data=DATA, mirror=None), territory="00").draft.source
    assert tomllib.loads(draft).get("encoding") == declared
    questions = [line for line in draft.splitlines() if line.startswith("# ? not written in UTF-8")]
    assert [("'Crèche'" in line and "'Mâcon-lès-Évêchés'" in line) for line in questions] == [True] * asked


def test_an_encoding_that_was_told_is_not_asked_for(tmp_path):
    file = tmp_path / "creches.csv"
    file.write_bytes(TOWNS.encode("cp1252"))
    settings = BuildSettings(data=DATA, mirror=None)
    draft = draft_source(str(file), settings, territory="00", encoding="iso8859-15").draft.source
    assert tomllib.loads(draft)["encoding"] == ["iso8859-15"]
    assert "not written in UTF-8" not in draft


def test_an_encoding_that_nobody_knows_is_refused():
    told = CliRunner().invoke(source, ["draft", "creches.csv", "--encoding", "cp12522"], env={"COLUMNS": "200"})
    assert told.exit_code == 2
    assert "'cp12522' is no encoding" in told.output
    assert not is_encoding("rot13")
