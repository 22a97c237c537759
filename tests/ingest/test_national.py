"""National files, of which a territory reads its own part, and counts the rest."""

from __future__ import annotations

import io
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo.errors import SourceMalformed
from ingest.connectors import file as file_connector
from ingest.connectors.national import Near, is_national, read_near
from ingest.connectors.table import LINE
from ingest.ledger import RejectCode
from tests.ingest.world import fetched, source

OF = source(
    id="pays", department="DEP", empty=["_Z"],
    columns={"key": "ID", "name": "NOM", "lon": "LONGITUDE", "lat": "LATITUDE"},
)  # fmt: skip
NEAR = Near(frozenset({"71", "01"}), (3.5, 46.0, 5.5, 47.5))
HEADER = "ID;NOM;LONGITUDE;LATITUDE;DEP;SANS_INTERET"
ROWS = (
    ("1", "Boulangerie Été", "4.5", "46.5", "71", "x"),
    ("2", "Au loin", "2.35", "48.85", "75", "x"),
    ("3", "_Z", "", "", "01", "x"),  # without coordinates: its département says where
    ("4", "De Côte-d’Or, tout près", "4.9", "47.2", "21", "x"),  # of another département, inside the halo
    ("5", "Nulle part", "_Z", "_Z", "2A", "x"),
)


def lines(rows=ROWS):
    return "\n".join([HEADER, *(";".join(row) for row in rows)]) + "\n"


def parquet(rows=ROWS, *, group=2, numbers=False):
    columns = list(zip(*rows, strict=True))
    made = {name: list(cells) for name, cells in zip(HEADER.split(";"), columns, strict=True)}
    if numbers:
        for name in ("LONGITUDE", "LATITUDE"):
            made[name] = [float(cell) if cell[:1].isdigit() else None for cell in made[name]]
    sink = io.BytesIO()
    pq.write_table(pa.table(made), sink, row_group_size=group)
    return sink.getvalue()


def zipped(content, name="BPE25.csv"):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return sink.getvalue()


@pytest.fixture
def part(tmp_path):
    def read(content, of=OF, near=NEAR, name="pays.csv"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        file = fetched(tmp_path / name, of)
        assert is_national(of, [file])
        return read_near(of, file, near), file

    return read


@pytest.mark.parametrize(
    "content",
    [
        lines(), lines().encode("cp1252"), b"\xef\xbb\xbf" + lines().encode(), zipped(lines()),
        lines().replace("\n", "\r\n"), parquet(), parquet(group=1, numbers=True), parquet(group=99),
    ],
    ids=["csv", "cp1252", "bom", "zip", "crlf", "parquet", "parquet of numbers", "one row group"],
)  # fmt: skip
def test_what_is_near_is_read_as_the_whole_file_is_and_the_rest_is_counted(part, content):
    table, file = part(content)
    assert table.cells(["ID"]) == ["1", "3", "4"]
    assert (table.beyond, table.read) == (2, 5)
    whole = file_connector.read(OF, [file])
    rows = [0, 2, 3]
    for column in ("ID", "NOM", "LONGITUDE", "LATITUDE", LINE):
        assert table.frame[column].tolist() == [whole.frame[column].iloc[row] for row in rows], column
    assert table.cells(["NOM"])[:2] == ["Boulangerie Été", ""]
    assert "SANS_INTERET" not in table.frame


def test_without_coordinates_the_departement_alone_tells(part):
    of = source(
        id="pays",
        department="DEP",
        columns={"key": "ID", "x": "LONGITUDE", "y": "LATITUDE"},
        crs={"default": "EPSG:2154"},
    )
    table, _ = part(lines(), of)
    assert (table.cells(["ID"]), table.beyond) == (["1", "3"], 3)


@pytest.mark.parametrize("content", [lines(), parquet()], ids=["csv", "parquet"])
def test_nothing_near_is_a_table_without_rows(part, content):
    table, _ = part(content, near=Near(frozenset({"976"}), (45.0, -13.1, 45.4, -12.6)))
    assert (len(table.frame), table.beyond, table.read) == (0, 5, 5)
    assert table.cells(["NOM"]) == []


def test_a_ragged_row_is_a_reject_on_its_line_and_moves_none_after_it(part):
    rows = [";".join(row) for row in ROWS * 20]
    rows[1] += ";de trop"
    table, _ = part("\n".join([HEADER, *rows]) + "\n")
    (reject,) = table.rejects
    assert (reject.code, reject.example) == (RejectCode.RAGGED_ROW, "7 cells instead of 6")
    assert table.read == 100
    assert (table.frame[LINE].tolist()[0], table.frame[LINE].tolist()[-1]) == (2, 100)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lines().replace(";DEP;", ";AUTRE;"), "the column 'DEP' of the département is gone"),
        (lines().replace("LATITUDE", "AUTRE"), "the column 'LATITUDE' is gone"),
        (parquet()[:200], "cut off or damaged"),
        (zipped(lines())[:-30], "cut off or damaged"),
        ("<!doctype html><html>perdu</html>", "a web page"),
        ("\n".join([HEADER, *["1;2"] * 30]), "do not have the 6 cells"),
        (zipped(b"ID;DEP\n" + b"1;71\n" * (20 << 20)), "refused as a bomb"),
    ],
    ids=["département", "column", "parquet cut", "zip cut", "page", "ragged", "bomb"],
)
def test_what_is_no_such_file_is_refused(part, content, says):
    with pytest.raises(SourceMalformed, match=says):
        part(content)


@pytest.mark.parametrize("members", [0, 2])
def test_a_zip_of_several_files_is_refused(part, members):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.mkdir("vide")
        for number in range(members):
            archive.writestr(f"{number}.csv", lines())
    with pytest.raises(SourceMalformed, match="expected one file in the zip"):
        part(sink.getvalue())


def test_only_a_source_that_names_its_departements_is_read_so(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("ID;DEP\n")
    assert not is_national(source(id="pays"), [fetched(path, OF)])
    assert is_national(OF, [fetched(path, OF)])
    path.write_bytes(b"\x1f\x8b\x08")
    assert not is_national(OF, [fetched(path, OF)])
