"""A visitor in a real browser, who notices what no page may do: ask another host, break its own policy, or fail."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

DESKTOP, PHONE, SMALLEST = (1440, 900), (375, 812), (320, 640)

Visit = Callable[..., Page]
Ask = Callable[..., Any]

# Kept in the page: a violation of the policy is reported nowhere else.
_WITNESS = """
window.violations = [];
addEventListener('securitypolicyviolation', (e) => violations.push(`${e.violatedDirective}: ${e.blockedURI}`));
"""


@contextlib.contextmanager
def visitor(browser: Browser, home: str) -> Iterator[Visit]:
    """Open pages: ``visit("/couverture", size=PHONE, theme="dark")``; what they did wrong is raised at the end."""
    wrong: list[str] = []
    pages: list[Page] = []
    host = urlsplit(home).netloc

    def heard(message: ConsoleMessage) -> None:
        # A refusal that the page explains to its reader is logged by the browser as a failed resource.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            wrong.append(message.text)

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != host:
            wrong.append(f"asked another host: {url}")

    def opened(path: str, *, size: tuple[int, int] = DESKTOP, theme: str = "light", locale: str = "fr-FR") -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
            locale=locale,
            reduced_motion="reduce",
        )
        context.add_init_script(_WITNESS)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: asked(request.url))
        page.goto(home + path)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        wrong += page.evaluate("window.violations")
        page.context.close()
    assert wrong == []


@pytest.fixture
def visit(browser: Browser, served_sample: str) -> Iterator[Visit]:
    """Open pages of the served sample, as `visitor` does; one that misbehaves fails the test."""
    with visitor(browser, served_sample) as opened:
        yield opened


@pytest.fixture(scope="session")
def ask(served_sample: str) -> Ask:
    """Ask the API itself: ``ask("/score", lon=4.4, lat=46.8)`` gives the answer's JSON."""

    def answer(path: str, **parameters: object) -> Any:
        query = f"?{urlencode(parameters)}" if parameters else ""
        with urlopen(f"{served_sample}/api/v1{path}{query}", timeout=30) as response:
            return json.load(response)

    return answer
