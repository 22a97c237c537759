"""Sheets of addresses and points: the national geocoder's form, its columns, and what cannot be read."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sheet import read_sheet, write_sheet
from app.sheet_geocoding import REVERSE_COLUMNS, SEARCH_COLUMNS
from geo.errors import InvalidParameter
from tests.app.conftest import Client, Start
from tests.app.town import Town

SHEET = "nom;voie;code;ville\nUn;3 r. du Mal Foch;00100;Maillebourg\nDeux;;;\nTrois;zzxqv;00100;\n"


def send(
    client: Client, operation: str, content: bytes | str, fields: list[tuple[str, str]] | None = None, query: str = ""
):
    data: dict[str, list[str]] = {}
    for name, value in fields or []:
        data.setdefault(name, []).append(value)
    file = content.encode() if isinstance(content, str) else content
    return client.request(
        "POST", f"/api/v1/{operation}/csv{query}", data=data, files={"data": ("mes adresses.csv", file, "text/csv")}
    )


def rows_of(answer, delimiter: str = ";") -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text), delimiter=delimiter))


def errors_of(answer) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [problem["field"] for problem in answer.json()["errors"]]


def test_each_row_comes_back_with_its_answer(client: Client, town: Town) -> None:
    answer = send(client, "search", SHEET, [("columns", "voie"), ("columns", "ville")])
    found, skipped, missed = rows_of(answer)
    assert list(found) == ["nom", "voie", "code", "ville", *SEARCH_COLUMNS]
    lon, lat = town.lonlat(1.25, 1)
    assert (float(found["longitude"]), float(found["latitude"])) == pytest.approx((lon, lat), abs=1e-6)
    assert {name: found[name] for name in found if name.startswith("result_") and "score" not in name} == {
        "result_label": "3 Rue du Maréchal Foch 00100 Maillebourg",
        "result_type": "housenumber",
        "result_id": "00001_0001_00003",
        "result_housenumber": "3",
        "result_name": "3 Rue du Maréchal Foch",
        "result_street": "Rue du Maréchal Foch",
        "result_postcode": "00100",
        "result_city": "Maillebourg",
        "result_context": "00, Treillis",
        "result_citycode": "00001",
        "result_status": "ok",
    }
    assert (skipped["nom"], skipped["result_status"]) == ("Deux", "skipped")
    assert (missed["result_status"], missed["result_label"]) == ("not-found", "")
    assert "mes%20adresses.geocoded.csv" in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


def test_columns_of_the_sheet_narrow_the_answer(client: Client) -> None:
    sheet = "voie,insee,sorte\nrue du marechal foch,00001,street\nrue du marechal foch,00009,\nrue,,castle\n"
    wanted = [("columns", "voie"), ("citycode", "insee"), ("type", "sorte")]
    first, other, odd = rows_of(send(client, "search", sheet, wanted), ",")
    assert (first["result_type"], first["result_citycode"]) == ("street", "00001")
    assert (other["result_status"], odd["result_status"]) == ("not-found", "error")


def test_a_row_may_say_where_to_look(client: Client, town: Town) -> None:
    lon, lat = town.lonlat(1, 1)
    sheet = f"voie,x,y\nrue du marechal foch,{lon},{lat}\nrue,{lon},nord\nrue,999,{lat}\n"
    first, *odd = rows_of(send(client, "search", sheet, [("columns", "voie"), ("lon", "x"), ("lat", "y")]), ",")
    assert first["result_status"] == "ok"
    assert [row["result_status"] for row in odd] == ["error", "error"]


def test_the_address_of_the_operation_may_name_columns_too(client: Client) -> None:
    (found, *_) = rows_of(
        send(client, "search", SHEET, query="?columns=voie&columns=ville&result_columns=result_label")
    )
    assert list(found) == ["nom", "voie", "code", "ville", "result_label"]


def test_points_get_their_nearest_address(client: Client, town: Town) -> None:
    lon, lat = town.lonlat(1.25, 1.1)
    sheet = f"id,lat,lon\na,{lat},{lon}\nb,,\nc,0,0\nd,nord,est\n"
    answers = rows_of(send(client, "reverse", sheet), ",")
    assert list(answers[0]) == ["id", "lat", "lon", *REVERSE_COLUMNS]
    assert answers[0]["result_label"] == "3 Rue du Maréchal Foch 00100 Maillebourg"
    assert answers[0]["result_distance"] == "8"
    assert [row["result_status"] for row in answers] == ["ok", "skipped", "not-found", "error"]


def test_a_spreadsheet_of_windows_comes_back_as_it_came(client: Client) -> None:
    sheet = "adresse;montant\n3 rue du Maréchal Foch;12 €\n".encode("cp1252")
    answer = send(client, "search", sheet, [("columns", "adresse")])
    assert answer.headers["content-type"] == "text/csv; charset=cp1252"
    assert answer.content.decode("cp1252").splitlines()[1].startswith("3 rue du Maréchal Foch;12 €;")


def test_a_mark_for_spreadsheets_on_request(client: Client) -> None:
    assert send(client, "search", "\ufeffadresse\nrue\n", [("with_bom", "true")]).content.startswith(
        b"\xef\xbb\xbfadresse"
    )
    assert not send(client, "search", "\ufeffadresse\nrue\n").content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("content", "fields", "expected"),
    [
        ("", [], ["data"]),
        ("a,b\n1,2,3\n", [], ["data"]),
        ("a\n" + "x" * 20_000 + "\n", [], ["data"]),
        (SHEET, [("columns", "rue")], ["columns"]),
        (SHEET, [("citycode", "insee")], ["citycode"]),
        (SHEET, [("colums", "voie")], ["colums"]),
        (SHEET, [("postcode", "code"), ("postcode", "code")], ["postcode"]),
        (SHEET, [("result_columns", "result_moon")], ["result_columns"]),
        (SHEET, [("delimiter", ";;")], ["delimiter"]),
        (SHEET, [("encoding", "klingon")], ["encoding"]),
        (SHEET, [("encoding", "base64")], ["encoding"]),
        ("é\n", [("encoding", "ascii")], ["data"]),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused_in_words(
    client: Client, content: str, fields: list[tuple[str, str]], expected: list[str]
) -> None:
    assert errors_of(send(client, "search", content, fields)) == expected


def test_points_need_their_columns(client: Client) -> None:
    assert errors_of(send(client, "reverse", "a,b\n1,2\n")) == ["data"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nno header at all\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="data"\r\n\r\na\r\n1\r\n'),
        ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\n\r\n" * 300 + b"--x--"),
    ],
)
def test_what_is_no_form_is_refused(client: Client, kind: str, body: bytes) -> None:
    answer = client.request("POST", "/api/v1/search/csv", content=body, headers={"content-type": kind})
    assert errors_of(answer) == ["body"]


def test_a_form_without_a_file_is_refused(client: Client) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="columns"\r\n\r\na\r\n--x--\r\n'
    answer = client.request(
        "POST", "/api/v1/search/csv", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert errors_of(answer) == ["data"]


def test_too_many_rows_and_too_many_bytes(town: Town, start: Start) -> None:
    small = start(town, max_places=2, max_body_bytes=2_000)
    assert errors_of(send(small, "search", "a\nrue\nrue\nrue\n")) == ["data"]
    assert send(small, "search", "a\n" + "x" * 3_000).status_code == 413


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6)))
def test_what_is_written_is_what_was_read(rows: list[list[str]]) -> None:
    """A sheet goes through unharmed: quotes, line feeds, empty cells and all."""
    width = len(rows[0]) if rows else 1
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([[f"c{n}" for n in range(width)], *rows])
    sheet = read_sheet(out.getvalue().encode(), 10, delimiter=";")
    back = read_sheet(
        write_sheet(sheet, ["more"], [{"more": "x"}] * len(sheet.rows), with_bom=False), 10, delimiter=";"
    )
    assert [row[:-1] for row in back.rows] == [list(row) for row in sheet.rows]
    assert [row[-1] for row in back.rows] == ["x"] * len(sheet.rows)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    try:
        sheet = read_sheet(content, 100)
    except InvalidParameter:
        return
    assert all(len(row) == len(sheet.columns) for row in sheet.rows)
