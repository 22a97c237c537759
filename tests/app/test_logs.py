"""Logs say what happened, and neither where anybody lives nor who asked."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app import logs
from tests.app.conftest import Client, Start
from tests.app.town import Town


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the process logs, as JSON lines; logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("info", "json", stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(log: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.fixture
def logged(town: Town, start: Start, log: io.StringIO) -> Client:
    """A service that logs into `log`."""
    return start(town)


def test_no_address_and_no_coordinate_is_logged(logged: Client, town: Town, log: io.StringIO) -> None:
    lon, lat = town.lonlat(2.2, 1)
    logged.get("/api/v1/score", address="3 rue du Maréchal Foch")
    logged.get("/api/v1/score", lon=lon, lat=lat)
    logged.get("/api/v1/score", lon=lat, lat=lon)
    logged.get("/api/v1/search", q="rue du Maréchal")
    logged.get("/api/v1/reverse", lon=lon, lat=lat)
    logged.post("/api/v1/scores", {"places": [{"address": "3 rue du Maréchal Foch"}, {"lon": lon, "lat": lat}]})
    logged.get("/tiles/14/8393/5777.mvt")
    logged.get(f"/api/v1/Foch/{lon}/{lat}")
    said = log.getvalue()
    for private in ("Foch", "foch", "rue", "Mar", f"{lon:.2f}", f"{lat:.2f}", "8393", "5777", "127.0.0.1"):
        assert private not in said
    assert len([line for line in lines(log) if line["event"] == "request"]) == 8


def test_a_line_says_the_route_the_status_and_the_time(logged: Client, town: Town, log: io.StringIO) -> None:
    response = logged.get("/api/v1/score", **town.at(2, 2))
    logged.request("HEAD", "/tiles/0/0/0.mvt")
    logged.get("/api/v1/nothing")
    score, tile, nothing = (line for line in lines(log) if line["event"] == "request")
    assert score["request_id"] == response.headers["x-request-id"]
    assert (score["method"], score["route"], score["status"]) == ("GET", "/api/v1/score", 200)
    assert score["ms"] > 0
    assert score["bytes"] > 500
    assert score["level"] == "info"
    assert "timestamp" in score
    assert (tile["method"], tile["route"], tile["bytes"]) == ("HEAD", "/tiles/{z}/{x}/{y}.mvt", 0)
    assert (nothing["route"], nothing["status"]) == (None, 404)


def test_a_bug_is_logged_by_its_place_and_without_its_words(logged: Client, log: io.StringIO) -> None:
    @logged.app.get("/api/v1/bug")
    async def bug() -> None:
        try:
            {}["12 rue des Lilas"]
        except KeyError as error:
            raise RuntimeError("cannot find 12 rue des Lilas") from error

    response = logged.get("/api/v1/bug")
    (line,) = (line for line in lines(log) if line["event"] == "request")
    assert "Lilas" not in log.getvalue()
    assert line["level"] == "error"
    assert line["error"] == ["RuntimeError", "KeyError"]
    assert line["where"][-1].endswith("bug")
    assert line["request_id"] in response.json()["detail"]


def test_what_other_libraries_log_is_json_too(log: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Started %s", "server")
    logging.getLogger("uvicorn.access").info("GET /score?address=12+rue+des+Lilas")
    (line,) = lines(log)
    assert (line["event"], line["level"]) == ("Started server", "info")


def test_the_level_holds(log: io.StringIO) -> None:
    logs.configure("warning", "json", log)
    structlog.stdlib.get_logger("alentours").info("small")
    structlog.stdlib.get_logger("alentours").warning("large")
    assert [line["event"] for line in lines(log)] == ["large"]


def test_lines_for_a_person(log: io.StringIO) -> None:
    logs.configure("info", "console", log)
    structlog.stdlib.get_logger("alentours").info("snapshot serves", territory="00")
    assert "snapshot serves" in log.getvalue()
    assert "territory=00" in log.getvalue()


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "is_json"), [(Terminal(), False), (io.StringIO(), True)])
def test_lines_are_for_a_person_on_a_terminal_alone(log: io.StringIO, stream: io.StringIO, is_json: bool) -> None:
    logs.configure("info", "auto", stream)
    structlog.stdlib.get_logger("alentours").info("snapshot serves")
    assert "snapshot serves" in stream.getvalue()
    assert stream.getvalue().startswith("{") == is_json


def test_where_uvicorn_listens_is_not_said_again(log: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s://%s:%d", "http", "127.0.0.1", 8000)
    assert log.getvalue() == ""
