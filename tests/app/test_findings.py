"""What a snapshot says of its own checks: as they were told at the build, and nothing more."""

from __future__ import annotations

import csv
import io
import json

import pytest
from pydantic import TypeAdapter

from app.schemas import FindingRow
from tests.app.conftest import Client, Start
from tests.app.town import CODE, FINDINGS, OVERRIDES, Town

ROWS = TypeAdapter(list[FindingRow])
PATH = "/api/v1/findings"


def test_findings_are_told_in_the_order_of_the_checks(client: Client) -> None:
    rows = client.get(PATH).json()
    ROWS.validate_python(rows)
    assert [{name: row[name] for name in FINDINGS[0]} for row in rows] == FINDINGS


def test_only_what_was_accepted_says_so(client: Client) -> None:
    (failed,) = client.get(PATH, outcome="fail").json()
    assert failed["accepted"] == {"reason": OVERRIDES[0]["reason"], "when": OVERRIDES[0]["at"]}
    assert {row["accepted"] for row in client.get(PATH).json() if row["outcome"] != "fail"} == {None}


@pytest.mark.parametrize(("outcome", "count"), [("pass", 2), ("warn", 1), ("fail", 1)])
def test_findings_are_chosen_by_outcome(client: Client, outcome: str, count: int) -> None:
    rows = client.get(PATH, outcome=outcome).json()
    assert [row["outcome"] for row in rows] == [outcome] * count


def test_findings_are_a_table_too(client: Client) -> None:
    answer = client.get(PATH, format="csv", outcome="fail")
    assert answer.headers["content-disposition"] == 'attachment; filename="alentours-00-findings-fail.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row == {
        **FINDINGS[2],
        "accepted_reason": OVERRIDES[0]["reason"],
        "accepted_when": OVERRIDES[0]["at"],
        "snapshot": "one",
    }


@pytest.mark.parametrize(
    ("query", "expected"), [({"outcome": "warning"}, "warn (did you mean it?)"), ({"outcom": "warn"}, "'outcome'?")]
)
def test_a_slip_is_no_empty_list(client: Client, query: dict[str, str], expected: str) -> None:
    answer = client.get(PATH, **query)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/invalid_parameter"
    (error,) = answer.json()["errors"]
    assert error["field"] == next(iter(query))
    assert expected in error["expected"]


def test_the_outcomes_are_described(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"][PATH]["get"]["parameters"]
    (outcome,) = [parameter for parameter in described if parameter["name"] == "outcome"]
    assert outcome["schema"]["enum"] == ["pass", "warn", "fail"]


@pytest.mark.parametrize(
    "run",
    [
        None,
        {},
        {"findings": "none"},
        {"findings": [{"check": "rows"}]},
        {"findings": FINDINGS[:1], "overrides": [{"name": "x"}]},
        {"findings": [{**FINDINGS[0], "outcome": "perhaps"}]},
    ],
)
def test_nothing_is_made_up_where_nothing_whole_was_kept(own_town: Town, start: Start, run: object) -> None:
    path = own_town.root / CODE / "one" / "run.json"
    path.unlink() if run is None else path.write_text(json.dumps(run))
    assert start(own_town).get(PATH).json() == []


def test_who_holds_the_answer_is_not_sent_it_again(client: Client) -> None:
    etag = client.get(PATH).headers["etag"]
    assert client.request("GET", PATH, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(PATH, outcome="warn").headers["etag"] != etag


def test_findings_of_another_build_of_the_same_snapshot_are_other_findings(
    client: Client, own_town: Town, start: Start
) -> None:
    path = own_town.root / CODE / "one" / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "built_at": "2026-11-25T08:00:00Z"}))
    assert start(own_town).get(PATH).headers["etag"] != client.get(PATH).headers["etag"]
