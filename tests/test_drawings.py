"""The drawings of the documentation are those that the code draws now, and can be read by whoever reads them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from scripts.drawings import DRAWINGS
from scripts.drawings.sheet import Sheet, minutes
from tests.documented import PAGES, ROOT

IMAGES = ROOT / "docs" / "images"
SVG = "{http://www.w3.org/2000/svg}"
LEAST_CONTRAST = 4.5
"""Of text on its ground, by the accessibility guidelines (WCAG 2.2, AA)."""


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_what_the_code_draws(name):
    drawn = DRAWINGS[name]().render()
    kept = (IMAGES / f"{name}.svg").read_text(encoding="utf-8")
    assert kept == drawn, "the code draws another picture now: python -m scripts.drawings, and look at it"


def test_no_drawing_is_left_over():
    assert {path.stem for path in IMAGES.glob("*.svg")} == set(DRAWINGS)


def test_every_image_stands_on_a_page_with_words_for_who_does_not_see_it():
    shown = {}
    for page in PAGES:
        for words, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            shown[(page.parent / path).resolve()] = words
    assert set(shown) == {path for path in IMAGES.iterdir() if path.is_file()}
    assert [path.name for path, words in shown.items() if len(words.split()) < 8] == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_stays_on_its_paper_and_asks_for_nothing_else(name):
    text = (IMAGES / f"{name}.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    width, height = (float(value) for value in root.attrib["viewBox"].split()[2:])
    for shape in root.iter(f"{SVG}text"):
        assert 0 <= float(shape.attrib["x"]) <= width
        assert 10 <= float(shape.attrib["y"]) <= height
    assert root.find(f"{SVG}title").text
    assert len(root.find(f"{SVG}desc").text.split()) > 10
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert set(re.findall(r"var\(--(\w+)\)", text)) <= set(re.findall(r"--(\w+):", text))


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_words_are_legible_by_day_and_by_night():
    style = Sheet(10, 10, "", "").render()
    schemes = [dict(re.findall(r"--(\w+):(#\w+);", rules)) for rules in re.findall(r":root\{([^}]+)\}", style)]
    assert len(schemes) == 2
    for scheme in schemes:
        for ground in ("paper", "card"):
            for words in ("ink", "quiet", "accent", "stop", "blue", "orange", "green"):
                assert contrast(scheme[words], scheme[ground]) >= LEAST_CONTRAST, (words, ground, scheme)


@pytest.mark.parametrize(
    ("tenths", "written"), [(0, "0:00"), (4, "0:00"), (5, "0:01"), (900, "1:30"), (35_994, "59:59")]
)
def test_minutes_are_written_as_on_a_watch(tenths, written):
    assert minutes(tenths) == written
