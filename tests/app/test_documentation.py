"""What is documented is what is: every example of docs/api.md is run, every operation and problem stands in it."""

from __future__ import annotations

import json
import math
import re
import shlex
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app import errors
from app.schemas import Problem
from tests.app.conftest import Client
from tests.app.town import Town

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
BASE = "http://127.0.0.1:8000"
LON, LAT, ADDRESS, TILE = "-3.99526", "46.46601", "10 avenue de la Mer, Montaubrelle", "14/8010/5798"
GOAL = "-3.985,46.468"
"""Where the examples lie: in the sample territory. The town of the tests has places of its own."""
EXAMPLES = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


def ask(client: Client, town: Town, line: str):
    """Carry out one example as curl would; returns the answer and the status that the line promises."""
    lon, lat = town.lonlat(2.2, 1)
    goal = ",".join(f"{degrees:.6f}" for degrees in town.lonlat(5, 2))
    here = {LON: f"{lon:.6f}", LAT: f"{lat:.6f}", GOAL: goal, ADDRESS: "3 rue du Maréchal Foch", TILE: "0/0/0"}
    for there, ours in here.items():
        line = line.replace(there, ours)
    words = shlex.split(line, comments=True)
    assert words.pop(0) == "curl"
    method, headers, body, query, url = "GET", {}, None, "", ""
    form: dict[str, object] = {}
    while words:
        word = words.pop(0)
        if word == "--json":
            method, body = "POST", words.pop(0)
        elif word == "--data-urlencode":
            name, _, value = words.pop(0).partition("=")
            query = "?" + urlencode({name: value})
        elif word == "-F":
            name, _, value = words.pop(0).partition("=")
            method, form[name] = "POST", (None, value)
        elif word == "<<<":  # what bash writes as $'…', sent as the file that the form takes from there
            form["data"] = ("-", words.pop(0).removeprefix("$").replace("\\n", "\n"))
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-o":
            words.pop(0)
        elif word not in {"--get", "--compressed"}:
            url = word
    assert url.startswith(BASE)
    promised = re.search(r"#\s+(\d{3})$", line)
    sent = {"files": form} if form else {"content": body}
    answer = client.request(method, url.removeprefix(BASE) + query, headers=headers, **sent)
    return answer, int(promised[1]) if promised else 200


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_does_what_it_says(client: Client, town: Town, line: str) -> None:
    answer, promised = ask(client, town, line)
    assert answer.status_code == promised
    if promised >= 400:
        Problem.model_validate(answer.json())


def test_the_examples_lie_in_one_place() -> None:
    """The tile is the one that holds the point: no example is left behind when the others move."""
    text = "\n".join(EXAMPLES)
    assert all(part in text for part in (LON, LAT, ADDRESS, TILE))
    zoom, column, row = map(int, TILE.split("/"))
    assert int((float(LON) + 180) / 360 * 2**zoom) == column
    assert int((1 - math.asinh(math.tan(math.radians(float(LAT)))) / math.pi) / 2 * 2**zoom) == row


def test_there_is_an_example_for_every_operation(client: Client) -> None:
    for path in client.get("/api/v1/openapi.json").json()["paths"]:
        pattern = re.escape(path).replace(r"\{z\}/\{x\}/\{y\}", r"\d+/\d+/\d+")
        assert any(re.search(rf"{pattern}[\"?]", line) for line in EXAMPLES), path


def test_every_problem_is_explained() -> None:
    assert {kind.id for kind in errors.kinds()} == set(re.findall(r"`/problems/(\w+)`", TEXT))
    for kind in errors.kinds():
        (status,) = re.findall(rf"^\|[^|]*`/problems/{kind.id}`[^|]*\| (\d+) \|", TEXT, re.MULTILINE)
        assert int(status) == kind.status


def test_the_description_for_machines_is_whole(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    text = json.dumps(described)
    names = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert names == set(described["components"]["schemas"]), "a shape is named and not described, or the reverse"
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["description"]
        assert operation["summary"]
        assert {"4XX", "5XX"} <= set(operation["responses"])
        for parameter in operation.get("parameters", []):
            assert parameter.get("description") or parameter["in"] == "path", parameter["name"]
