"""People within so many minutes: by commune, in the territory, as JSON and as a table."""

from __future__ import annotations

import csv
import io

import pytest

from app.schemas import CoverageAnswer
from tests.app.conftest import Client


def ask(client: Client, **query: object) -> dict:
    answer = client.get("/api/v1/coverage", **query).json()
    CoverageAnswer.model_validate(answer)
    return answer


def test_people_by_arithmetic(client: Client) -> None:
    """Cells stand half a step east of each junction of rows 0, 2 and 4; cell n holds 10 + n people.

    The collège is at (5, 2.5), on the street that leads north from (5, 2). Within a minute: the cells at (4.5, 2) and
    (5.5, 2), 0.5 + 0.5 steps away. Within two: those at (3.5, 2) and (6.5, 2), 1.5 + 0.5 steps, and at (4.5, 4) and
    (5.5, 4), 0.5 + 1.5 steps. Cell (column, row) is number 7 · row / 2 + column.
    """
    answer = ask(client, category="education.college", minutes=2)
    within = {row["insee"]: row["within"] for row in answer["communes"]}
    cells = [10 + 7 * row // 2 + column for column, row in ((4, 2), (5, 2), (3, 2), (6, 2), (4, 4), (5, 4))]
    assert within == {"00001": 0, "00002": sum(cells), "00003": 0}
    one_minute = ask(client, category="education.college", minutes=1)
    assert one_minute["territory"]["within"] == sum(cells[:2])


def test_people_without_streets_are_counted_apart(client: Client) -> None:
    answer = ask(client, category="shop.bakery", minutes=60)
    far = answer["communes"][-1]
    assert far == {"insee": "00003", "name": "Lointaine", "people": 300, "within": 0, "not_covered": 300, "share": None}
    assert answer["territory"] == {"people": 720, "within": 420, "not_covered": 300, "share": 1}


def test_a_category_that_is_not_complete_covers_nobody(client: Client) -> None:
    answer = ask(client, category="culture.library", minutes=60)
    assert answer["completeness"] == "partial"
    assert answer["territory"] == {"people": 720, "within": 0, "not_covered": 720, "share": None}


def test_more_minutes_never_reach_fewer(client: Client) -> None:
    for mode in ("walk", "car"):
        within = [
            ask(client, category="public.post", mode=mode, minutes=minutes)["territory"]["within"]
            for minutes in (0.5, 1, 2, 3.5, 5, 8, 60)
        ]
        assert within == sorted(within)
        assert within[-1] == 420


def test_a_table_has_the_same_figures(client: Client) -> None:
    question = {"category": "shop.bakery", "minutes": 3}
    answer = ask(client, **question)
    response = client.request("GET", "/api/v1/coverage", params=question, headers={"Accept": "text/csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["vary"] == "Accept"
    assert 'filename="alentours-00-shop.bakery-walk-3min.csv"' in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["insee"] for row in rows] == [row["insee"] for row in answer["communes"]]
    for row, commune in zip(rows, answer["communes"], strict=True):
        assert {k: float(row[k]) for k in ("people", "within", "not_covered")} == {
            k: commune[k] for k in ("people", "within", "not_covered")
        }
        assert (row["snapshot"], row["attribution"]) == (answer["snapshot"], " · ".join(answer["attribution"]))
        assert row["share"] == ("" if commune["share"] is None else str(commune["share"]))


def test_a_french_spreadsheet_has_the_same_figures(client: Client) -> None:
    question = {"category": "shop.bakery", "minutes": 3}
    answer = ask(client, **question)
    response = client.get("/api/v1/coverage", **question, format="csv-fr")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbfCode INSEE;Commune;")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][-2:] == ["Instantané", "Mention des sources"]
    for row, commune in zip(rows[1:], answer["communes"], strict=True):
        assert row[:2] == [commune["insee"], commune["name"]]
        assert not any("." in cell for cell in row[2:6])
        assert row[6:] == [answer["snapshot"], " · ".join(answer["attribution"])]
        for cell, name in zip(row[2:6], ("people", "within", "not_covered", "share"), strict=True):
            assert cell.replace(",", ".") == ("" if commune[name] is None else str(commune[name]))


@pytest.mark.parametrize(
    ("accept", "form", "is_table"),
    [
        ("text/csv", None, True),
        ("application/json", None, False),
        ("*/*", None, False),
        ("text/csv;q=0.9, application/json;q=0.1", None, True),
        ("text/csv;q=0.1, application/json", None, False),
        ("text/csv;q=x", None, False),
        ("application/json", "csv", True),
        ("text/csv", "json", False),
    ],
)
def test_who_asks_chooses_the_form(client: Client, accept: str, form: str | None, is_table: bool) -> None:
    params = {"category": "shop.bakery"} | ({"format": form} if form else {})
    response = client.request("GET", "/api/v1/coverage", params=params, headers={"Accept": accept})
    assert response.headers["content-type"].startswith("text/csv" if is_table else "application/json")


def test_a_table_and_its_json_have_tags_of_their_own(client: Client) -> None:
    tags = {
        client.get("/api/v1/coverage", category="shop.bakery", format=form).headers["etag"]
        for form in ("json", "csv", "csv-fr")
    }
    assert len(tags) == 3
