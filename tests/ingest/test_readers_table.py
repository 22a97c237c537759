"""The table that every reader hands on: joined headers, keys inside cells, values that stand for nothing."""

from __future__ import annotations

import pytest

from geo.errors import SourceMalformed
from ingest.connectors.table import Table, Wanted, fold, frame_of
from tests.ingest.world import source


def made(**columns):
    rows = len(next(iter(columns.values())))
    return Table("essai", frame_of(columns, range(2, rows + 2), "essai.csv"), ("essai.csv",))


def refused(table, of):
    with pytest.raises(SourceMalformed) as failed:
        table.require(of)
    return failed.value.detail


def test_words_are_joined_by_one_space_and_empty_parts_are_left_out():
    table = made(numero=["12", "", "3"], voie=["rue  Haute ", "Le Bourg", ""], cp=["71000", "71100", ""])
    assert table.cells(["numero+voie+cp"]) == ["12 rue Haute 71000", "Le Bourg 71100", "3"]


def test_codes_keep_the_place_of_an_empty_part():
    table = made(type=["A", "", "B"], nature=["1", "2", ""])
    assert table.cells(["type+nature"], joined_by="/") == ["A/1", "/2", "B/"]
    assert table.cells(["type+nature"]) == ["A 1", "2", "B"]  # what was joined otherwise is not remembered


def test_a_joined_header_needs_all_its_parts_and_another_variant_may_stand_in():
    table = made(a=["1"], c=["3"])
    assert not table.has(["a+b"])
    assert table.cells(["a+b", "a+c"]) == ["1 3"]
    assert table.cells(["b+d"]) == [""]


def test_a_vanished_part_is_named():
    of = source(columns={"key": "id", "name": "nom+suite", "lon": "lon", "lat": "lat"})
    with pytest.raises(SourceMalformed, match="the column 'suite' is gone") as failed:
        made(id=["1"], nom=["a"], lon=["4"], lat=["46"]).require(of)
    assert failed.value.column == "suite"


def test_an_identifier_that_vanished_is_named_unless_a_vintage_may_lack_it():
    """Without it a source reads well, and joins nothing."""
    columns = {"key": "id", "lon": "lon", "lat": "lat"}
    links = {"uai": ["numero_uai", "RNE"], "siret": "siret"}
    table = made(id=["1"], lon=["4"], lat=["46"], rne=["0710001A"])
    of = source(columns=columns, links=links)
    assert refused(table, of) == "the column 'siret' is gone; the file has: id, lon, lat, rne"
    table.require(source(columns=columns, links=links, optional=["links.siret"]))
    assert refused(made(id=["1"], lon=["4"], lat=["46"]), of).startswith("the column 'numero_uai' (nor RNE) is gone")


def test_the_error_shows_the_file_s_own_header_and_what_is_nearest_in_it():
    frame = frame_of({"id": ["1"]}, [2], "essai.csv")
    others = [f"c{number}" for number in range(30)]
    table = Table("essai", frame, ("essai.csv",), headers=["id", "", "Nom de l’école", *others, "x" * 5000])
    of = source(columns={"key": "id", "name": ["nom_ecole", "appellation"], "lon": "lon", "lat": "lat"})
    said = refused(table, of)
    assert said.startswith("the column 'nom_ecole' (nor appellation) is gone; the file has: id, Nom de l’école, c0, ")
    assert said.endswith("c17 and 13 more; the nearest is 'Nom de l’école'")
    assert "the nearest" not in refused(made(id=["1"]), of), "what is read already stands in for nothing"


def test_a_key_made_of_the_content_and_optional_coordinates_need_no_column():
    of = source(columns={"key": "@content", "name": "nom", "lon": "lon", "lat": "lat"}, optional=["lon", "lat"])
    made(nom=["a"]).require(of)
    assert Wanted.by(of).names == ("nom", "lon", "lat")


def test_keys_inside_keys_of_a_cell_are_read_and_what_is_no_object_is_empty():
    deep = '{"a": [{"b": {"c": 4.5}}, {"b": 0}]}'
    table = made(x=[deep, "[" * 100_000, "{}", '{"a": null}'])
    assert table.cells(["x>a>b>c"]) == ["4.5", "", "", ""]


def test_a_column_under_the_whole_way_is_read_before_the_cell():
    table = made(**{"x": ['{"a": 1}'], "x>a": ["2"]})
    assert table.cells(["x>a"]) == ["2"]
    assert fold("x>a") != fold("x_a")


def test_values_that_stand_for_an_absent_one_are_emptied():
    table = made(a=["NA", "n", ""], b=["NA", "NAN", "-"])
    table.blank(["NA", "-"])
    assert (table.cells(["a"]), table.cells(["b"])) == (["", "n", ""], ["", "NAN", ""])
    assert table.cells(["@file"]) == ["essai.csv"] * 3


def test_what_is_wanted_is_told_by_the_source_or_is_everything():
    wanted = Wanted.by(source(columns={"key": "Code_A+Code B", "lon": "p>x", "lat": "p>y"}, links={"uai": ["RNE"]}))
    assert all(header in wanted for header in ("code a", "CODE-B", "p", "rne"))
    assert "nom" not in wanted
    assert "nom" in Wanted(None)


def test_half_a_position_is_told_by_its_other_half():
    of = source(columns={"key": "id", "lon": "lon"})
    with pytest.raises(SourceMalformed, match="the column 'lat' is gone"):
        made(id=["1"], lon=["4"]).require(of)
