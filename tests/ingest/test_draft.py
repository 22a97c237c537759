"""A draft of a source: what is found in a file that nobody described, and what is asked."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from geo.errors import ConfigurationError
from geo.taxonomy import Taxonomy
from ingest.draft.codes import fitting_map, likely_category
from ingest.draft.meaning import find_meaning
from ingest.draft.profile import profile_columns
from ingest.draft.write import About, id_of, write_draft
from ingest.source_files import parse_source

DATA = Path(__file__).resolve().parents[2] / "data"
ROWS = 40
ABOUT = About("lieux", "Lieux", {}, "lieux.csv", "2024-05", True, "CSV, 40 rows, 9 columns", ROWS, "", "71")


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
