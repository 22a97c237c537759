"""Files of rows: every dialect comes out as the same text; what is no such file stops, and says where."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.errors import SourceMalformed
from ingest.connectors import file
from ingest.connectors.table import FILE, LINE
from ingest.ledger import RejectCode
from tests.ingest.world import fetched, source, table

COUNTEREXAMPLES = Path(__file__).resolve().parents[1] / "counterexamples"
ROWS = [["id", "nom", "lon", "lat"], ["1", "Crèche “Été”", "4.5", "46,8"], ["2", "L’Œuf", "", ""]]


def csv(separator=";", end="\n") -> str:
    return "".join(separator.join(f'"{c}"' if separator in c else c for c in row) + end for row in ROWS)


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def read(folder: Path, content: bytes | str, name="essai.csv", **given):
    return table(folder, source(**given), content, name)


def plain(read_table) -> list[list[str]]:
    frame = read_table.frame.drop(columns=[LINE, FILE])
    return [list(frame.columns), *frame.to_numpy().tolist()]


@pytest.mark.parametrize(
    "content",
    [
        csv().encode(),
        csv().encode("utf-8-sig"),
        csv().encode("cp1252"),
        csv(",").encode(),
        csv("\t").encode("cp1252"),
        csv("|").encode(),
        csv(end="\r\n").encode(),
        csv().rstrip("\n").encode(),
        csv("\t").replace("\t", ";").encode(),
        bz2.compress(csv().encode("cp1252")),
        gzip.compress(csv().encode()),
        zipped(("donnees.csv", csv().encode())),
        csv().replace("nom", "nom;inutile").replace("Crèche “Été”", "Crèche “Été”;x").replace("Œuf", "Œuf;y").encode(),
        json.dumps([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]).encode(),
        b"var points = " + json.dumps([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]).encode() + b";\n",
    ],
    ids=["utf-8", "bom", "cp1252", "comma", "tab", "pipe", "crlf", "no last newline", "semicolon", "bz2", "gz", "zip",
         "more columns", "json", "javascript"],
)  # fmt: skip
def test_every_dialect_comes_out_the_same(tmp_path, content):
    assert plain(read(tmp_path, content)) == ROWS


@pytest.mark.parametrize("header", ["ID;Nom;LON;Lat", "#id; nom ;lon;lat", "id;nom;lon;lat"])
def test_headers_agree_whatever_their_case_and_signs(tmp_path, header):
    read_table = read(tmp_path, f"{header}\n1;a;4;46\n")
    assert read_table.cells(["id"]) == ["1"]
    assert read_table.cells(["nom"]) == ["a"]


def test_older_headers_are_read_and_the_first_that_is_there_wins(tmp_path):
    columns = {"key": ["identifiant", "id"], "lon": "lon", "lat": "lat"}
    assert read(tmp_path, csv(), columns=columns).cells(columns["key"]) == ["1", "2"]
    both = "id;identifiant;lon;lat\nold;new;4;46\n"
    assert read(tmp_path, both, columns=columns).cells(columns["key"]) == ["new"]


def test_lines_count_from_the_header_through_cells_of_several_lines_and_blank_ones(tmp_path):
    text = 'id;nom;lon;lat\n1;"deux\nlignes";4;46\n\n2;"un ""mot""";4;46\n'
    read_table = read(tmp_path, text)
    assert read_table.frame[LINE].tolist() == [2, 5]
    assert read_table.cells(["nom"]) == ["deux\nlignes", 'un "mot"']


def test_a_quote_that_nobody_doubled_is_read_as_it_stands(tmp_path):
    assert read(tmp_path, 'id;nom;lon;lat\n1;"le "mot" juste";4;46\n').frame["nom"].tolist() == ['le mot" juste"']


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", 1, "the file is empty"),
        (b"  \n\n", 1, "the file is empty"),
        (b"<!DOCTYPE html>\n<html><body>503</body></html>", 1, "a web page stands where data is expected"),
        (b"\n<html lang='fr'>\n", 1, "a web page"),
        (b'<?xml version="1.0"?><html xmlns="x"></html>', 1, "a web page"),
        (csv().encode("utf-16"), 1, "encoded in UTF-16"),
        (b"id;nom;lon;lat\n1;\0;4;46\n", 2, "no text at all"),
        (csv().encode() + "3;Érable;4;46\n".encode("cp1252"), 4, "not written in utf-8 or cp1252"),
        (csv().encode() + b"3;\x81\x8d;4;46\n", 4, "not written in"),
        (b"id;nom;lon;lat\n1;a;4;46\n2;b;4", 3, "cut off: its last row has 3 cells instead of 4"),
        (b'id;nom;lon;lat\n1;a;4;46\n2;"b;4;46\n', 4, "cut off inside a quoted cell"),
        (b"id;nom;lon;lat\n1;a;4\n2;b;4\n3;c;4\n4;d;5;6\n", 2, "3 of 4 rows do not have the 4 cells of the header"),
        (b"id;nom;lon;nom;lat\n1;a;4;b;46\n", 1, "two columns bear the same name"),
        (b"[]", 1, "the file holds no row"),
        (b"[1, 2]", 1, "neither an array of objects nor a FeatureCollection"),
        (b'{"error": "not found"}', 1, "neither an array of objects nor a FeatureCollection"),
        (b'[{"id": "1",\n "nom": "a"}, {"id"', 2, "cut off or no JSON"),
        (b"var points =\n[{'id': 1}, {'id'", 2, "cut off or no JSON"),
    ],
)
def test_what_is_no_such_file_stops_and_says_where(tmp_path, content, line, said):
    with pytest.raises(SourceMalformed) as failed:
        read(tmp_path, content)
    assert said in failed.value.detail
    assert (failed.value.file, failed.value.line) == ("essai.csv", line)


@pytest.mark.parametrize("column", ["id", "nom", "lon", "lat"])
def test_a_vanished_column_stops_and_names_it(tmp_path, column):
    with pytest.raises(SourceMalformed, match=f"the column '{column}' is gone") as failed:
        read(tmp_path, csv().replace(column, "autre", 1))
    assert (failed.value.column, failed.value.line) == (column, 1)


def test_a_filter_s_column_may_vanish_only_where_the_source_says_so(tmp_path):
    keep = {"column": ["etat", "état"], "in": ["ouvert"]}
    with pytest.raises(SourceMalformed, match=r"'etat' \(nor état\) is gone"):
        read(tmp_path, csv(), keep=[keep])
    assert read(tmp_path, csv(), keep=[{**keep, "if_present": True}]).read == 2


def test_a_source_that_accepts_one_encoding_is_given_no_other(tmp_path):
    with pytest.raises(SourceMalformed, match="not written in utf-8") as failed:
        read(tmp_path, csv().encode("cp1252"), encoding="utf-8")
    assert failed.value.line == 2


def test_a_file_that_changes_its_encoding_midway_is_refused(tmp_path):
    """Twenty rows in UTF-8 and a thousand in cp1252: both read as cp1252, and one as rubbish."""
    rows = [f"{number};Café d’été;4,4;46,8\n" for number in range(1_000)]
    content = b"id;nom;lon;lat\n" + "".join(rows[:20]).encode() + "".join(rows[20:]).encode("cp1252")
    with pytest.raises(SourceMalformed, match="not written in utf-8 or cp1252") as failed:
        read(tmp_path, content)
    assert failed.value.line == 22
    one = "id;nom;lon;lat\n0;CafÃ©;4;46\n".encode("cp1252") + "".join(rows).encode("cp1252")
    assert read(tmp_path, one).read == 1_001


@pytest.mark.parametrize(("sign", "taken_for"), [("é", "cp1252"), ("œuvre d’été", "cp1252"), ("Ádám", "latin-1")])
def test_what_was_encoded_twice_is_taken_back_once(tmp_path, sign, taken_for):
    once = f"\ufeffid;nom;lon;lat\n1;{sign};4,4;46,8\n2;L'Î;4,5;46,9\n".encode()
    twice = once.decode(taken_for).encode()
    assert read(tmp_path, twice).text(["nom"]).tolist() == [sign, "L'Î"]


@pytest.mark.parametrize(("rows", "is_read"), [(3, True), (30, False)])
def test_a_few_rows_that_were_encoded_twice_are_their_publisher_s(tmp_path, rows, is_read):
    once = "".join(f"{number};Café d’été;4,4;46,8\n" for number in range(100)).encode()
    twice = b"id;nom;lon;lat\n" + once + "900;Été;4,4;46,8\n".encode().decode("latin-1").encode() * rows
    if is_read:
        assert read(tmp_path, twice).read == 103
    else:
        with pytest.raises(SourceMalformed, match="encoded twice") as failed:
            read(tmp_path, twice)
        assert failed.value.line == 102


@pytest.mark.parametrize("compress", [bz2.compress, gzip.compress, lambda b: zipped(("a.csv", b))])
def test_a_container_that_is_cut_off_is_refused(tmp_path, compress):
    whole = compress(csv().encode() * 50)
    with pytest.raises(SourceMalformed, match="cut off or damaged"):
        read(tmp_path, whole[: len(whole) // 2])


def test_the_file_of_a_zip_is_told_by_its_pattern(tmp_path):
    content = zipped(("lisez-moi.txt", b"?"), ("a/donnees.csv", csv().encode()))
    assert read(tmp_path, content, member=r"\.csv$").read == 2
    with pytest.raises(SourceMalformed, match="expected one file alone in the zip"):
        read(tmp_path, content)


def test_a_few_ragged_rows_are_rejects_with_their_lines(tmp_path):
    lines = [f"{n};a;4;46" for n in range(60)]
    lines[7], lines[9] = "7;a;b;4;46", "9;a;4;46;;"
    read_table = read(tmp_path, "id;nom;lon;lat\n" + "\n".join(lines) + "\n")
    (reject,) = read_table.rejects
    assert (reject.code, reject.line, reject.file) == (RejectCode.RAGGED_ROW, 9, "essai.csv")
    assert (read_table.read, len(read_table.frame)) == (60, 59)  # empty cells too many are no harm


def test_geojson_gives_its_point_or_one_inside_its_shape(tmp_path):
    shapes = [
        {"type": "Point", "coordinates": [4.5, 46.8]},
        {"type": "Polygon", "coordinates": [[[4, 46], [5, 46], [5, 47], [4, 46]]]},
        None,
        {"type": "Polygon", "coordinates": "?"},
    ]
    features = [{"type": "Feature", "properties": {"id": n, "nom": None, "x": {"a": [1]}}, "geometry": shape}
                for n, shape in enumerate(shapes)]  # fmt: skip
    of = source(columns={"key": "id", "name": "nom"}, optional=["name"])
    read_table = table(tmp_path, of, json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    assert read_table.cells(["id"]) == ["0", "1", "2", "3"]
    assert read_table.cells(["nom"]) == [""] * 4
    assert [(lon, lat) for lon, lat in zip(read_table.cells(["@lon"]), read_table.cells(["@lat"]), strict=True)][
        2:
    ] == [("", "")] * 2
    assert read_table.cells(["@lon"])[0] == "4.5"
    assert read_table.geometries[1].contains(read_table.geometries[1].representative_point())


def test_json_values_become_text(tmp_path):
    row = {"id": 7156, "nom": True, "lon": 4.5, "lat": ["a", 1], "autre": {"b": None}}
    columns = {"key": "id", "name": "nom", "lon": "lon", "lat": "lat", "capacity": "autre"}
    read_table = table(tmp_path, source(columns=columns), json.dumps([row]), "a.json")
    assert read_table.frame.iloc[0].tolist()[:5] == ["7156", "true", "4.5", "a|1", '{"b": null}']


def test_a_key_inside_a_cell_of_json_is_read(tmp_path):
    columns = {"key": "id", "category": "pivot>type", "lon": "adresse>longitude", "lat": "adresse>latitude"}
    of = source(columns=columns, categories={"mairie": "public.townhall"})
    rows = [
        ("1", '[{"type":"mairie"}]', '[{"longitude":"4.5","latitude":"46.8"},{"longitude":"9"}]'),
        ("2", '{"type":null}', "[]"),
        ("3", "mairie", ""),
    ]
    text = "id\tpivot\tadresse\n" + "".join("\t".join(row).replace('"', "''") + "\n" for row in rows)
    read_table = table(tmp_path, of, text.replace("''", '"'))
    assert read_table.cells(columns["category"].split("|")) == ["mairie", "", ""]
    assert read_table.cells([columns["lon"]]) == ["4.5", "", ""]


def test_several_files_make_one_table_and_each_must_be_whole(tmp_path):
    for name, text in (("a.csv", csv()), ("b.csv", csv(","))):
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [fetched(tmp_path / name, source()) for name in ("a.csv", "b.csv")]
    both = file.read(source(), files)
    assert both.cells([FILE]) == ["a.csv", "a.csv", "b.csv", "b.csv"]
    assert both.frame[LINE].tolist() == [2, 3, 2, 3]
    (tmp_path / "b.csv").write_text("id;nom;lon\n1;a;4\n", encoding="utf-8")
    with pytest.raises(SourceMalformed, match="'lat' is gone") as failed:
        file.read(source(), files)
    assert failed.value.file == "b.csv"


def _spells_utf8(content: bytes) -> bool:
    return bool(re.search(rb"[\xc2-\xf4][\x80-\xbf]", content))


texts = st.text(st.characters(codec="cp1252", exclude_characters="\r\n\0"), max_size=12).map(str.strip)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(texts.filter(bool), texts, texts), min_size=1, max_size=20),
    separator=st.sampled_from(";,|\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
)
def test_what_is_written_is_read(tmp_path_factory, rows, separator, encoding):
    import csv as writer

    out = io.StringIO()
    writer.writer(out, delimiter=separator, lineterminator="\n").writerows([["id", "lon", "lat"], *rows])
    content = out.getvalue().encode(encoding)
    columns = {"key": "id", "lon": "lon", "lat": "lat"}
    name = "0.csv"
    high = any(not text.isascii() for row in rows for text in row)
    assume(not (encoding == "cp1252" and high and _spells_utf8(content)))  # then no reader can know
    assume(b"\xc3\x83" not in content)  # what UTF-8 encoded twice begins with: nobody writes it on purpose
    read_table = table(tmp_path_factory.getbasetemp(), source(columns=columns), content, name)
    assert [tuple(row[:3]) for row in read_table.frame.to_numpy().tolist()] == rows


def test_the_counterexamples_say_what_they_are():
    told = (COUNTEREXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in COUNTEREXAMPLES.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in told, path.name
