"""A real server, as an operator starts it: answers over a socket, takes publications up, stops when asked."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from geo.publication import publish
from tests.app.town import CODE, Town

ALENTOURS = Path(sys.executable).with_name("alentours")
PATIENCE_S = 60


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(town: Town, log: Path, **settings: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run ``alentours serve`` over the town; gives its address and its process."""
    port = free_port()
    variables = {"ALENTOURS_SNAPSHOTS": str(town.root), "ALENTOURS_WATCH_S": "0.1", **settings}
    with log.open("wb") as said:
        process = subprocess.Popen(
            [ALENTOURS, "serve", "--port", str(port)], env={**os.environ, **variables}, stdout=said, stderr=said
        )
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def until(condition, what: str):
    """Return what `condition` gives as soon as it gives something."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    pytest.fail(f"in {PATIENCE_S} s no {what}")


def healthy(url: str) -> str | None:
    try:
        answer = httpx.get(f"{url}/api/v1/healthz", timeout=5)
    except httpx.TransportError:
        return None
    return answer.json()["snapshot"] if answer.status_code == 200 else None


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_served_town(own_town: Town, tmp_path: Path, workers: str) -> None:
    log = tmp_path / "log"
    with served(own_town, log, ALENTOURS_WORKERS=workers) as (url, process):
        assert until(lambda: healthy(url), "answer") == "one"
        where = own_town.at(2.2, 1)
        one = httpx.get(f"{url}/api/v1/score", params=where).json()
        many = httpx.post(f"{url}/api/v1/scores", json={"places": [where] * 300}, timeout=30).json()["results"]
        assert [row["total"] for row in many] == [one["total"]] * 300
        for path in ("/api/v1/score", "/api/v1/snapshot", "/tiles/0/0/0.mvt"):
            read, head = (
                ask(f"{url}{path}", params=where if path.endswith("score") else None) for ask in (httpx.get, httpx.head)
            )
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers.get("content-length") == read.headers.get("content-length")
        assert "server" not in httpx.get(f"{url}/").headers
        publish(own_town.root / CODE, "two")
        until(lambda: {healthy(url) for _ in range(8)} == {"two"}, "second snapshot")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE_S) in (0, -signal.SIGINT)
    said = log.read_text()
    assert [line for line in said.splitlines() if "http://" in line and "{" not in line] == [
        f"Alentours serves territory {CODE} on {url} (Ctrl+C stops it)"
    ]
    assert "running on" not in said
    assert f"{where['lon']:.3f}" not in said
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {"request", "snapshot serves"} <= {event["event"] for event in events}
    assert [event for event in events if event["level"] not in ("info", "warning")] == []
    assert ("HEAD", "/api/v1/score") in {(event.get("method"), event.get("route")) for event in events}


def test_the_address_is_said_when_it_answers(own_town: Town, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(own_town, log) as (url, _):
        until(lambda: url in log.read_text(), "announcement")
        assert healthy(url) == "one"


def test_a_browser_reads_the_documentation_from_this_host_alone(
    own_town: Town, tmp_path: Path, browser: Browser
) -> None:
    with served(own_town, tmp_path / "log") as (url, _):
        until(lambda: healthy(url), "answer")
        page = browser.new_context().new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        asked, faults = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(f"{url}/docs")
        page.get_by_text("/api/v1/coverage").wait_for()
        page.get_by_text("/api/v1/coverage").click()
        page.get_by_text("Count the people who reach a service").wait_for()
        assert faults == []
        assert {request.split("/")[2] for request in asked if not request.startswith("data:")} == {url.split("/")[2]}
        page.context.close()


def test_a_port_that_is_taken_is_said(own_town: Town, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [ALENTOURS, "serve", "--port", str(taken.getsockname()[1])],
            env={**os.environ, "ALENTOURS_SNAPSHOTS": str(own_town.root)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert done.returncode == 1
    assert "Address already in use" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
