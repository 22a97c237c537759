"""A published town, and ways to ask the service about it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.app.town import Town, build_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town's published snapshots; nobody changes them."""
    return build_town(tmp_path_factory.mktemp("town") / "snapshots")


@pytest.fixture
def own_town(town: Town, tmp_path: Path) -> Town:
    """A copy of the town for a test that publishes, rolls back or breaks."""
    shutil.copytree(town.root, tmp_path / "snapshots")
    return Town(tmp_path / "snapshots", town.ids, town.lattice)


class Client:
    """Asks an application, its lifespan running, from a test that is not asynchronous."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner) -> None:
        self.app, self._runner = app, runner
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://town"
        )

    def request(self, method: str, url: str, **more: object) -> httpx.Response:
        return self._runner.run(self._http.request(method, url, **more))  # type: ignore[arg-type]

    def get(self, url: str, **params: object) -> httpx.Response:
        return self.request("GET", url, params=params or None)

    def post(self, url: str, body: object) -> httpx.Response:
        return self.request("POST", url, content=json.dumps(body))

    def run(self, call: object) -> object:
        return self._runner.run(call)  # type: ignore[arg-type]


Start = Callable[..., Client]


@pytest.fixture(scope="session")
def _start_any() -> Iterator[Callable[[Settings], Client]]:
    with asyncio.Runner() as runner:
        contexts = []

        def start(settings: Settings) -> Client:
            app = create_app(settings)
            context = app.router.lifespan_context(app)
            runner.run(context.__aenter__())
            contexts.append(context)
            return Client(app, runner)

        yield start
        for context in contexts:
            runner.run(context.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def start(_start_any: Callable[[Settings], Client], tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Start an application, ``start(town, cors_origins=…)``, over a small stand-in for the front end's build."""
    built = tmp_path_factory.mktemp("built")
    for name in ("index.html", "couverture.html", "sources.html", "favicon.svg"):
        (built / name).write_text(f"<!doctype html><title>{name}</title>")
    for path in ("assets/page-1a2b.js", "docs/swagger-ui-bundle.js", "docs/swagger-ui.css"):
        (built / path).parent.mkdir(exist_ok=True)
        (built / path).write_text(f"/* {path} */")

    def starting(town: Town, **more: object) -> Client:
        values = {"snapshots": town.root, "frontend": built, "watch_s": 0.0, **more}
        return _start_any(Settings(**values))  # type: ignore[arg-type]

    return starting


@pytest.fixture(scope="session")
def client(town: Town, start: Start) -> Client:
    """The service over the town."""
    return start(town)
