"""The accounts, and the rows that were refused: as JSON that pages, and as tables."""

from __future__ import annotations

import csv
import io

import pytest
from pydantic import TypeAdapter

from app.schemas import LedgerRow, RejectPage
from tests.app.conftest import Client
from tests.app.town import COMPLETE, REFUSALS


def test_ledgers_add_up(client: Client) -> None:
    rows = TypeAdapter(list[LedgerRow]).validate_python(client.get("/api/v1/ledger").json())
    for row in rows:
        ledger = row.ledger
        assert ledger.read == ledger.kept + ledger.merged + ledger.out_of_scope + ledger.rejected
        assert sum(row.rejects.values()) == ledger.rejected
    assert rows[0].rejects == {"no_position": 2, "unmapped_category": 1}
    assert rows[0].complete == list(COMPLETE)
    assert rows[1].fetched_at is None
    assert "OpenStreetMap" in rows[1].attribution  # a source that asks for no line of its own is named all the same


def test_the_accounts_are_a_table_too(client: Client) -> None:
    answer = client.get("/api/v1/ledger", format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="alentours-00-ledger.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    for row in rows:
        assert int(row["read"]) == sum(int(row[n]) for n in ("kept", "merged", "out_of_scope", "rejected"))
    assert rows[0]["rejects"] == "no_position 2; unmapped_category 1"
    assert {row["snapshot"] for row in rows} == {"one"}


def test_every_refused_row_is_listed_in_order(client: Client) -> None:
    page = RejectPage.model_validate(client.get("/api/v1/rejects").json())
    assert [(row.code, row.line) for row in page.rejects] == [
        ("no_position", 5),
        ("no_position", 12),
        ("unmapped_category", 9),
    ]
    assert (page.total, page.links, page.snapshot) == (3, [], "one")


def test_refused_rows_page_and_filter(client: Client) -> None:
    first = client.get("/api/v1/rejects", source="registre", code="no_position", limit=1).json()
    assert ([row["line"] for row in first["rejects"]], first["total"]) == ([5], 2)
    (link,) = first["links"]
    second = client.get(link["href"]).json()
    assert ([row["line"] for row in second["rejects"]], second["links"]) == ([12], [])
    assert client.get("/api/v1/rejects", source="carte").json()["total"] == 0


def test_refused_rows_are_a_table_whose_cells_hold_anything(client: Client) -> None:
    answer = client.get("/api/v1/rejects", source="registre", format="csv")
    assert 'filename="alentours-00-rejects-registre.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert sorted((row["code"], row["example"]) for row in rows) == sorted((r.code, r.example) for r in REFUSALS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"source": "registr"}, "registre"),
        ({"code": "no_positions"}, "no_position"),
        ({"cursor": "x"}, "href of a link"),
        ({"format": "xml"}, "csv"),
        ({"limit": 0}, "1"),
    ],
)
def test_a_slip_is_no_empty_list(client: Client, query: dict[str, object], expected: str) -> None:
    answer = client.get("/api/v1/rejects", **query)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == next(iter(query))
    assert expected in error["expected"]
