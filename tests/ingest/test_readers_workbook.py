"""Workbooks: values of a sheet as text."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest

from geo.errors import SourceMalformed
from ingest.connectors import workbook
from ingest.connectors.table import FILE, LINE, Wanted
from tests.ingest.world import source, table

ROWS = [
    ["id", "Nom d’usage", "lon", "lat", "ouvert", "depuis"],
    [7156, "Crèche", 4.5, 46.8, True, datetime.date(2024, 5, 1)],
    ["01004", " École ", "4,5", 47.0, None, datetime.datetime.fromisoformat("2024-05-01T08:30")],
]


def book(*sheets, **extra: str) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"Feuille {number}")
        for row in rows:
            sheet.append(row)
    for cell, value in extra.items():
        made.worksheets[0][cell] = value
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def altered(content: bytes, member: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as copy:
        for info in archive.infolist():
            written = archive.read(info)
            copy.writestr(info, written.replace(old, new) if info.filename == member else written)
    return out.getvalue()


def read(content, wanted=None, **given):
    return workbook.read(source(**given), content, "essai.xlsx", Wanted(wanted))


def plain(made):
    frame = made.frame.drop(columns=[LINE, FILE])
    return [list(frame.columns), *frame.to_numpy().tolist()]


def test_values_become_text():
    assert plain(read(book(ROWS))) == [
        ROWS[0],
        ["7156", "Crèche", "4.5", "46.8", "true", "2024-05-01"],
        ["01004", "École", "4,5", "47", "", "2024-05-01T08:30:00"],
    ]


def test_a_workbook_is_told_by_what_it_holds(tmp_path):
    of = source(columns={"key": "id", "name": "nom d'usage", "lon": "lon", "lat": "lat"})
    made = table(tmp_path, of, book(ROWS), "essai.csv")
    assert (made.cells(["id"]), made.frame[LINE].tolist()) == (["7156", "01004"], [2, 3])


def test_lines_before_the_header_and_blank_rows_are_left_aside_and_counted():
    made = read(book([["Titre"], [], *ROWS[:2], [], ROWS[2], [None, None]]), skip=1)
    assert (made.cells(["id"]), made.frame[LINE].tolist()) == (["7156", "01004"], [4, 6])


def test_headers_of_the_source_stand_in_for_the_sheet_s():
    made = read(book(ROWS), headers=["a", "b", "c", "d"], skip=1)
    assert made.cells(["b"]) == ["Crèche", "École"]


def test_a_sheet_is_told_by_its_name():
    two = book([["x"], [1]], ROWS)
    assert list(read(two).frame.columns[:-2]) == ["x"]
    assert len(read(two, layer="Feuille 2").frame) == 2
    with pytest.raises(SourceMalformed, match="no sheet 'Données'; there are Feuille 1, Feuille 2"):
        read(two, layer="Données")


def test_formulas_are_read_by_the_value_that_was_saved():
    content = book(ROWS, A2="=1+1")
    with pytest.raises(SourceMalformed, match="formulas whose values were not saved") as failed:
        read(content)
    assert (failed.value.line, failed.value.column) == (2, "A")
    sheet = "xl/worksheets/sheet1.xml"
    for empty in (b"<f>1+1</f><v />", b"<f>1+1</f><v></v>", b"<f>1+1</f><v/>"):
        content = altered(content, sheet, empty, b"<f>1+1</f><v>2</v>")
    assert read(content).cells(["id"]) == ["2", "01004"]


def test_a_column_that_stands_twice_is_refused_where_it_is_wanted():
    twice = book([["id", "nom", "Nom"], [1, "a", "b"]])
    with pytest.raises(SourceMalformed, match="two columns bear the same name"):
        read(twice, ("id", "nom"))
    assert read(twice, ("id",)).cells(["id"]) == ["1"]


def test_only_wanted_columns_are_kept():
    assert list(read(book(ROWS), ("id", "lat")).frame.columns) == ["id", "lat", LINE, FILE]


def test_entities_in_a_workbook_are_refused():
    bomb = altered(book(ROWS), "xl/worksheets/sheet1.xml", b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "a">]><worksheet')
    with pytest.raises(SourceMalformed, match="document type or entities"):
        read(bomb)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_workbook_that_is_cut_off_is_refused(tmp_path, share):
    content = book(ROWS * 200)
    with pytest.raises(SourceMalformed, match="cut off or damaged"):
        table(tmp_path, source(), content[: int(len(content) * share)], "essai.xlsx")


def test_a_workbook_without_its_sheet_is_damaged():
    with pytest.raises(SourceMalformed, match="cut off or no workbook"):
        read(altered(book(ROWS), "xl/worksheets/sheet1.xml", b"</row>", b"</raw>"))
    with pytest.raises(SourceMalformed, match="cut off or no workbook"):
        read(b"PK\x03\x04")


def test_what_is_said_to_be_a_workbook_must_be_one(tmp_path):
    with pytest.raises(SourceMalformed, match="is no xlsx file"):
        table(tmp_path, source(format="xlsx"), "id;nom;lon;lat\n1;a;4;46\n")
