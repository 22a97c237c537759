"""What holds on every page: for those who cannot see it, on the smallest screen, in both themes and languages."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, SMALLEST, Ask, Visit, visitor

VIEWS = ("home", "score", "unknown", "coverage", "sources")
FIRST_SCREEN_BYTES = 200_000


@pytest.fixture(scope="module", params=[(name, lang) for lang in ("fr", "en") for name in VIEWS], ids="-".join)
def view(request: pytest.FixtureRequest, browser: Browser, served_sample: str, ask: Ask) -> Iterator[Page]:
    """Each view in each language, opened once for the tests of this module."""
    name, lang = request.param
    lon, lat = ask("/search", q="rue", limit=1)["features"][0]["geometry"]["coordinates"]
    path, until = {
        "home": ("/#", "form[role=search]"),
        "score": (f"/#at={lon},{lat}&open=health,shopping", "#detail"),
        "unknown": ("/#q=zzxqv", "[role=alert]"),
        "coverage": ("/couverture#", "#communes tbody tr"),
        "sources": ("/sources#", "section h2"),
    }[name]
    with visitor(browser, served_sample) as opened:
        page = opened(path + (f"&lang={lang}" if lang != "fr" else ""))
        expect(page.locator(until).first).to_be_visible()
        yield page


@pytest.fixture(scope="module")
def axe(repository: Path) -> str:
    return (repository / "frontend/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(view: Page, axe: str, theme: Literal["light", "dark"]) -> None:
    view.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    view.emulate_media(color_scheme=theme)
    view.evaluate(axe)  # by the debugger: the page's own policy would refuse it
    found = view.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


def test_nothing_runs_out_of_the_screen(view: Page) -> None:
    for width, height in (SMALLEST, PHONE, (768, 1024), DESKTOP):
        view.set_viewport_size({"width": width, "height": height})
        assert view.evaluate("document.documentElement.scrollWidth") <= width


def test_a_finger_finds_every_control(view: Page) -> None:
    view.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    small = view.evaluate(
        """() => [...document.querySelectorAll('button, select, label:has(input), [role=combobox], a.btn, nav a')]
          .map((control) => [control.textContent.trim(), control.getBoundingClientRect()])
          .filter(([, box]) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
          .map(([words, box]) => `${words}: ${box.width} x ${box.height}`)"""
    )
    assert small == []


def test_the_skip_link_leads_to_the_content_and_keeps_the_state(view: Page) -> None:
    before = view.url
    skip = view.locator("a[href='#contenu']")
    skip.focus()
    expect(skip).to_be_in_viewport()
    skip.press("Enter")
    expect(view.locator("main")).to_be_focused()
    assert view.url == before


@pytest.mark.parametrize("path", ["/", "/couverture", "/sources"])
def test_each_page_has_one_title_and_one_main(visit: Visit, path: str) -> None:
    page = visit(path)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.locator("nav [aria-current=page]")).to_have_count(1)


def test_english_comes_at_a_press_and_stays(visit: Visit) -> None:
    page = visit("/couverture")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_contain_text("who lives near")
    page.get_by_role("link", name="Sources", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where the data comes from")
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("D’où viennent les données")


@pytest.mark.parametrize(("locale", "lang"), [("en-US", "en"), ("fr-CA", "fr"), ("de-DE", "fr")])
def test_a_page_opens_in_the_language_of_its_browser(visit: Visit, locale: str, lang: str) -> None:
    page = visit("/sources", locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        {"en": "Where the data comes from", "fr": "D’où viennent les données"}[lang]
    )


def test_french_can_be_chosen_in_an_english_browser(visit: Visit) -> None:
    page = visit("/", locale="en-GB")
    expect(page.get_by_text(re.compile("^Trial territory: .*, entirely invented.$"))).to_be_visible()
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_text(re.compile("^Territoire d’essai.*, entièrement inventé.$"))).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_the_counts_of_sources_are_all_in_sight_on_a_phone(visit: Visit) -> None:
    page = visit("/sources", size=PHONE)
    table = page.get_by_role("region", name="Toutes les sources")
    expect(table).to_be_visible()
    assert table.evaluate("(region) => region.scrollWidth <= region.clientWidth")


def test_the_theme_that_was_chosen_is_there_before_the_page(visit: Visit) -> None:
    page = visit("/", theme="light")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Passer au thème sombre").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != light
    page.goto(page.url.split("#")[0] + "sources")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark


def test_the_first_screen_is_light(served_sample: str) -> None:
    def fetched(path: str) -> bytes:
        with urlopen(served_sample + path, timeout=30) as response:
            return bytes(response.read())

    page = fetched("/").decode()
    styles = re.findall(r'href="(/assets/[^"]+\.css)"', page)
    linked = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    fonts = {font for style in styles for font in re.findall(r"url\((/assets/[^)]+\.woff2)\)", fetched(style).decode())}
    assert linked
    assert fonts
    weight = sum(len(gzip.compress(fetched(path))) for path in {"/", *linked, *fonts})
    assert weight <= FIRST_SCREEN_BYTES
