"""The report: one file with its map and its equal table, which asks nothing of anybody."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app import french, maps
from app.scores import Point, choose_profile, scores
from geo.errors import ConfigurationError
from geo.evidence import Status
from geo.scoring import Score
from geo.snapshot import Snapshot
from tests.app.town import CODE, COLUMNS, ROWS, Town

BUILT = Path(__file__).parents[2] / "frontend" / "dist"


@pytest.fixture(scope="module")
def snapshot(town: Town) -> Snapshot:
    return Snapshot.current(town.root, CODE)


def scored(snapshot: Snapshot, town: Town, column: float, row: float, mode: str = "walk") -> Score:
    profile = choose_profile(snapshot, "famille", None)
    (result,) = scores(snapshot, [Point(*town.lonlat(column, row))], mode, profile)
    assert isinstance(result, Score)
    return result


@pytest.fixture(scope="module")
def html(snapshot: Snapshot, town: Town) -> str:
    return maps.report(snapshot, scored(snapshot, town, 2.2, 1), maps.LeafletFiles("/*leaflet.js*/", "/*leaflet.css*/"))


def test_the_file_names_no_other_host(html: str) -> None:
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?!#)""", html)
    assert "cdn" not in html
    assert "default-src 'none'" in html
    assert "/*leaflet.js*/" in html
    assert "/*leaflet.css*/" in html


def test_the_table_has_every_component_with_its_evidence(html: str, snapshot: Snapshot, town: Town) -> None:
    score = scored(snapshot, town, 2.2, 1)
    assert html.count("<tbody>") == len(score.components)
    assert "Collège Ada Lovelace" in html
    assert "<td>Registre des services, 2026-03, Licence Ouverte 2.0</td>" in html
    assert "cherchée, aucune à portée" in html
    assert "(à titre indicatif)" in html
    assert "© les contributeurs d’OpenStreetMap" in html
    assert f"{score.total:.0f} sur 100" in html


def test_names_are_text_in_the_page_and_in_the_script(snapshot: Snapshot, town: Town) -> None:
    html = maps.report(snapshot, scored(snapshot, town, 5.2, 1), maps.LeafletFiles("", ""))
    assert "Pharmacie &lt;b&gt;&amp; Fils&lt;/b&gt; `${0}`" in html
    scripts = "".join(re.findall(r"<script>(.*?)</script>", html, re.DOTALL))
    assert "<b>" not in scripts
    assert "Fils" in scripts


def test_every_mark_on_the_map_is_a_number_of_the_table(html: str) -> None:
    marks = {int(n) for n in re.findall(r"html: \"(\d+)\"", html)}
    cells = {int(n) for n in re.findall(r"<td>(\d+)</td><td>", html)}
    assert "imperial: false" in html
    assert marks == cells == set(range(1, len(marks) + 1))


def test_the_nearest_of_each_category_has_a_number(html: str, snapshot: Snapshot, town: Town) -> None:
    components = scored(snapshot, town, 2.2, 1).components
    nearest = [component.nearest[0].service for component in components if component.nearest]
    marks = set(re.findall(r"html: \"(\d+)\"", html))
    assert len(marks) == len({snapshot.services.row(row).id for row in nearest})


def test_a_service_without_a_name_is_what_it_is(snapshot: Snapshot) -> None:
    service = replace(snapshot.services.row(0), name="")
    assert maps.service_name(snapshot, service) == "École maternelle"


def test_streets_are_drawn_around_the_place(town: Town, html: str) -> None:
    (written,) = re.findall(r"L\.polyline\(\s*(\[\[.*?\]\]\]),", html, re.DOTALL)
    drawn = {(round(lat, 4), round(lon, 4)) for line in json.loads(written) for lat, lon in line}
    for column in range(COLUMNS):
        for row in range(ROWS):
            lon, lat = town.lonlat(column, row)
            near = {(round(lat + a, 4), round(lon + b, 4)) for a in (-2e-5, 2e-5) for b in (-2e-5, 2e-5)}
            assert near & drawn


def test_the_same_for_a_car_and_far_from_everything(snapshot: Snapshot, town: Town) -> None:
    score = scored(snapshot, town, 7, 5, "car")
    assert "en voiture" in maps.report(snapshot, score, maps.LeafletFiles("", ""))


def test_of_a_wheelchair_it_says_how_little_is_known(snapshot: Snapshot, town: Town) -> None:
    score = scored(snapshot, town, 7, 5, "wheelchair")
    text = maps.report(snapshot, score, maps.LeafletFiles("", ""))
    assert "en fauteuil roulant (profil indicatif : 100 % des rues sans indication)" in text.replace(
        "\u202f", " "
    ).replace("\u00a0", " ")


def test_without_the_built_pages_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make run"):
        maps.LeafletFiles.find(tmp_path)


def test_a_browser_without_network_draws_it(snapshot: Snapshot, town: Town, browser: Browser, tmp_path: Path) -> None:
    score = scored(snapshot, town, 5.2, 1)
    path = tmp_path / "report.html"
    path.write_text(maps.report(snapshot, score, maps.LeafletFiles.find(BUILT)), encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 375, "height": 800})
    page = context.new_page()
    asked, faults = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.goto(path.as_uri())
    page.wait_for_selector(".leaflet-marker-pane .home")
    assert asked == [path.as_uri()]
    assert faults == []
    numbers = set(re.findall(r"<td>(\d+)</td><td>", path.read_text(encoding="utf-8")))
    assert page.locator(".leaflet-marker-pane .mark").count() == len(numbers)
    assert page.locator("canvas").count() == 1
    said = page.locator(".leaflet-control-attribution")
    assert "© les contributeurs d’OpenStreetMap" in said.inner_text()
    assert said.locator("a").get_attribute("href") == "#sources"
    assert "Leaflet" not in said.inner_text()
    lifted = "marks => marks.map(mark => Number(mark.style.zIndex))"
    (home,) = page.eval_on_selector_all(".home", lifted)
    assert home > max(page.eval_on_selector_all(".mark", lifted))
    assert page.locator(".leaflet-control-scale").inner_text().endswith("m")
    assert page.get_by_title("Pharmacie <b>& Fils</b> `${0}`").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert "Carreville" in page.title()
    context.close()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "moins d’1 min"), (29, "moins d’1 min"), (31, "1 min"), (3569, "59 min"), (3900, "1 h 05")],
)
def test_times_in_french(seconds: float, said: str) -> None:
    assert french.minutes(seconds) == said.replace(" ", french.NO_BREAK).replace("moins\u00a0", "moins ")


def test_numbers_in_french() -> None:
    assert french.number(1046.25, 1) == f"1{french.NO_BREAK}046,2"
    assert french.number(0, 0) == "0"
    assert {french.status_word(status) for status in Status} == {"comptée", "cherchée, aucune à portée", "non couvert"}
