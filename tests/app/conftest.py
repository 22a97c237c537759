"""A published town, and ways to ask the service about it."""

from __future__ import annotations

import contextlib
import functools
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
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


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """An event loop in a thread of its own: the tests' browser keeps one running in this thread."""
    with start_blocking_portal() as running:
        yield running


class Client:
    """Asks an application from a test that is not asynchronous."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.app, self._portal = app, portal
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://town")

    def request(self, method: str, url: str, **more: object) -> httpx.Response:
        return self._portal.call(functools.partial(self._http.request, method, url, **more))  # type: ignore[arg-type]

    def get(self, url: str, **params: object) -> httpx.Response:
        return self.request("GET", url, params=params or None)

    def post(self, url: str, body: object) -> httpx.Response:
        return self.request("POST", url, content=json.dumps(body))


Start = Callable[..., Client]


@pytest.fixture(scope="session")
def _start_any(portal: BlockingPortal) -> Iterator[Callable[[Settings], Client]]:
    with contextlib.ExitStack() as running:

        def start(settings: Settings) -> Client:
            app = create_app(settings)
            running.enter_context(portal.wrap_async_context_manager(app.router.lifespan_context(app)))
            return Client(app, portal)

        yield start


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
