"""The household's page, as people use it: by keyboard, by mouse, by link."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Ask, Visit

SLOW_MS = 20_000
"""The map draws by software here."""


def french(number: float, decimals: int = 0) -> str:
    """Write a number as the page does."""
    return f"{number:,.{decimals}f}".replace(",", "\u00a0").replace(".", ",")


def points_shown(text: str) -> list[tuple[float, float]]:
    """Read ``15,9 / 18`` wherever it stands in a text."""
    pairs = re.findall(r"(\d+(?:,\d)?) / (\d+(?:,\d)?)", text)
    return [(float(got.replace(",", ".")), float(weight.replace(",", "."))) for got, weight in pairs]


def by_weight(pair: tuple[float, float]) -> tuple[float, float]:
    """Order of pairs of points and weight that rounding cannot change."""
    return round(pair[1], 1), pair[0]


def fields(page: Page) -> dict[str, str]:
    """Read the state that the page keeps in its own address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).fragment).items()}


@pytest.fixture
def address(ask: Ask) -> dict[str, object]:
    """An address of the territory, as the API knows it."""
    feature = ask("/search", q="1 rue", limit=1, type="housenumber")["features"][0]
    lon, lat = feature["geometry"]["coordinates"]
    return {"label": feature["properties"]["label"], "name": feature["properties"]["name"], "lon": lon, "lat": lat}


def link(address: dict[str, object], **more: str) -> str:
    return "/#" + "&".join([f"at={address['lon']},{address['lat']}", *(f"{k}={v}" for k, v in more.items())])


def test_an_address_is_found_and_scored_by_keyboard(visit: Visit, ask: Ask, address: dict[str, object]) -> None:
    page = visit("/")
    box = page.get_by_role("combobox")
    box.press_sequentially(str(address["label"])[:-2], delay=10)
    expect(page.get_by_role("option").first).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="propos")).to_have_count(1)
    box.press("ArrowDown")
    option = page.get_by_role("option", selected=True)
    expect(option).to_have_count(1)
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    box.press("Enter")

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(str(address["name"]))
    expect(heading).to_be_focused()
    expect(page).to_have_title(re.compile(re.escape(str(address["name"]))))
    lon, lat = fields(page)["at"].split(",")
    total = ask("/score", lon=lon, lat=lat, mode="walk", profile="famille")["total"]
    expect(page.get_by_text(re.compile(rf"^{french(round(total))}\s*sur 100$"))).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=f"{french(round(total))} sur 100")).to_have_count(1)


def test_escape_closes_the_suggestions_and_keeps_the_words(visit: Visit) -> None:
    page = visit("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("rue", delay=10)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("rue")


def test_the_bars_are_the_api_s_points(visit: Visit, ask: Ask, address: dict[str, object]) -> None:
    score = ask("/score", lon=address["lon"], lat=address["lat"], mode="walk", profile="famille")
    families: dict[str, list[float]] = {}
    for component in score["components"]:
        sums = families.setdefault(component["family"], [0.0, 0.0, 0.0])
        sums[0] += component["points"] or 0
        sums[1] += component["weight"]
        sums[2] += component["weight"] if component["status"] != "not_covered" else 0
    page = visit(link(address))
    detail = page.get_by_role("region", name="D’où viennent ces points")
    buttons = detail.locator("h3 button")
    expect(buttons).to_have_count(len(families))
    shown = points_shown("\n".join(buttons.all_inner_texts()))
    expected = [(got, weight) for got, weight, covered in families.values() if covered]
    pairs = [pytest.approx(pair, abs=0.051) for pair in sorted(expected, key=by_weight)]
    assert sorted(shown, key=by_weight) == pairs


def test_every_service_counted_stands_in_a_table_with_its_source(
    visit: Visit, ask: Ask, address: dict[str, object]
) -> None:
    score = ask("/score", lon=address["lon"], lat=address["lat"], mode="walk", profile="famille")
    titles = {source["id"]: source["title"] for source in ask("/snapshot")["sources"]}
    page = visit(link(address))
    page.get_by_role("button", name="Tout ouvrir").click()
    rows = page.locator("#app .family table tbody tr")
    expect(rows).to_have_count(sum(len(component["nearest"]) for component in score["components"]))
    texts = "\n".join(rows.all_inner_texts())
    for component in score["components"]:
        for nearest in component["nearest"]:
            assert nearest["name"] in texts
            assert titles[nearest["source"]] in texts


def test_what_is_not_covered_is_said_in_words(visit: Visit, ask: Ask, address: dict[str, object]) -> None:
    score = ask("/score", lon=address["lon"], lat=address["lat"], mode="walk", profile="famille")
    labels = {category["id"]: category["label"]["fr"] for category in ask("/categories")}
    page = visit(link(address))
    missing = page.locator("section").filter(has=page.get_by_role("heading", name="Ce qui manque, et pourquoi"))
    for component in score["components"]:
        if component["status"] != "scored":
            expect(missing).to_contain_text(labels[component["category"]])


def test_mode_and_profile_change_the_score_and_the_link(visit: Visit, ask: Ask, address: dict[str, object]) -> None:
    page = visit(link(address))
    page.get_by_role("radio", name="À pied").press("ArrowRight")
    page.get_by_role("radio", name="À vélo").press("ArrowRight")
    expect(page.get_by_role("radio", name="En voiture")).to_be_checked()
    page.get_by_role("radio", name="Senior").check(force=True)
    total = ask("/score", lon=address["lon"], lat=address["lat"], mode="car", profile="senior")["total"]
    expect(page.get_by_role("heading", name="En voiture, profil Senior")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"^{french(round(total))}\s*sur 100$"))).to_be_visible()
    assert (fields(page)["mode"], fields(page)["profile"]) == ("car", "senior")


def test_options_of_a_mode_stand_beneath_it_and_say_what_they_know(
    visit: Visit, ask: Ask, address: dict[str, object]
) -> None:
    page = visit(link(address))
    rolling = page.get_by_role("button", name="En fauteuil roulant")
    rolling.click()
    expect(rolling).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("radio", name="À pied")).to_be_checked()
    expect(page.get_by_role("heading", name="En fauteuil roulant, profil Famille")).to_be_visible()
    (told,) = [mode for mode in ask("/snapshot")["mode_details"] if mode["indicative"]]
    assert told["untold_share"] > 0.5
    expect(page.get_by_text(re.compile(r"Profil indicatif\s: \d+(,\d)?\s% des rues sans indication"))).to_be_visible()
    assert fields(page)["mode"] == "wheelchair"
    rolling.click()
    expect(page.get_by_role("heading", name="À pied, profil Famille", exact=True)).to_be_visible()
    page.get_by_role("radio", name="À vélo").check(force=True)
    expect(rolling).to_have_count(0)


def test_a_family_opens_closes_and_stays_so_in_the_link(visit: Visit, address: dict[str, object]) -> None:
    page = visit(link(address, open="health"))
    health = page.get_by_role("button", name=re.compile("^Santé"))
    expect(health).to_have_attribute("aria-expanded", "true")
    shopping = page.get_by_role("button", name=re.compile("^Courses"))
    shopping.press("Enter")
    expect(shopping).to_have_attribute("aria-expanded", "true")
    assert set(fields(page)["open"].split(",")) == {"health", "shopping"}
    page.reload()
    expect(shopping).to_have_attribute("aria-expanded", "true")
    health.press(" ")
    expect(health).to_have_attribute("aria-expanded", "false")


def test_one_map_serves_the_whole_visit(visit: Visit, address: dict[str, object]) -> None:
    page = visit("/")
    expect(page.get_by_role("button", name="Zoomer", exact=True)).to_be_visible(timeout=SLOW_MS)
    page.evaluate("document.querySelector('canvas').dataset.kept = 'yes'")
    page.get_by_role("combobox").fill(str(address["label"]))
    page.get_by_role("combobox").press("Enter")
    expect(page.get_by_role("region", name="D’où viennent ces points")).to_be_visible()
    expect(page.locator("canvas")).to_have_attribute("data-kept", "yes")


def test_back_and_forward(visit: Visit, address: dict[str, object]) -> None:
    page = visit("/")
    page.get_by_role("combobox").fill(str(address["label"]))
    page.get_by_role("combobox").press("Enter")
    expect(page.get_by_role("region", name="D’où viennent ces points")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ici ou là")
    page.go_forward()
    expect(page.get_by_role("region", name="D’où viennent ces points")).to_be_visible()


def test_a_click_on_the_map_asks_for_a_score(visit: Visit, address: dict[str, object]) -> None:
    page = visit(link(address, open="-"))
    canvas = page.get_by_role("region", name=re.compile("^Carte des services"))
    expect(canvas).to_be_visible(timeout=SLOW_MS)
    before = fields(page)["at"]
    box = canvas.bounding_box()
    assert box
    canvas.click(position={"x": box["width"] / 2 + 40, "y": box["height"] / 2 + 40})
    expect(page).not_to_have_url(re.compile(re.escape(before)))
    expect(page.get_by_role("heading", level=1)).not_to_have_text(str(address["name"]))


def test_one_choice_on_the_map_after_another_raises_nothing(visit: Visit) -> None:
    page = visit("/")
    expect(page.get_by_role("button", name="Zoomer", exact=True)).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="Choisir sur la carte").click()
    figure = page.locator("figure.map")
    expect(figure.get_by_role("status")).to_have_text(
        "Cliquez sur le point voulu, ou centrez-le et appuyez sur Entrée."
    )
    canvas = page.locator("canvas")
    box = canvas.bounding_box()
    assert box
    for right in (40, 80):  # `visit` fails on an exception of the page
        before = page.url
        canvas.click(position={"x": box["width"] / 2 + right, "y": box["height"] / 2 + 40})
        expect(page).not_to_have_url(before)
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("Ici ou là")
        expect(figure.get_by_role("status")).to_have_count(0)
    page.evaluate("document.querySelector('canvas').focus()")
    page.go_back()
    page.get_by_role("link", name="Sources", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("D’où viennent les données")


def test_a_street_without_a_number_is_asked_for_it(visit: Visit, ask: Ask) -> None:
    street = ask("/search", q="rue", limit=1, type="street")["features"][0]["properties"]["label"]
    page = visit("/")
    page.get_by_role("combobox").fill(street)
    page.get_by_role("combobox").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"« {street} » est une rue : ajoutez un numéro.")
    page.get_by_role("alert").get_by_role("button", name=street).click()
    expect(page.get_by_role("region", name="D’où viennent ces points")).to_be_visible()


def test_a_search_leaves_its_words_and_gives_the_result_the_focus(visit: Visit, address: dict[str, object]) -> None:
    page = visit("/")
    for _ in range(2):  # from the empty page, then beside a result
        box = page.get_by_role("combobox")
        box.fill(str(address["label"]))
        box.press("Enter")
        expect(page.get_by_role("region", name="D’où viennent ces points")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        expect(page.get_by_role("combobox")).to_have_value(str(address["label"]))


def test_the_map_is_worked_by_keyboard(visit: Visit, address: dict[str, object]) -> None:
    page = visit(link(address, open="-"))
    canvas = page.get_by_role("region", name=re.compile("^Carte des services"))
    expect(canvas).to_be_visible(timeout=SLOW_MS)
    canvas.focus()
    before = fields(page)["at"]
    canvas.press("ArrowRight")
    canvas.press("Enter")
    expect(page).not_to_have_url(re.compile(re.escape(before)))
    described = canvas.get_attribute("aria-describedby")
    expect(page.locator(f"[id='{described}']")).to_contain_text("Entrée")


def test_a_service_pointed_at_in_its_table_stands_out_on_the_map(visit: Visit, address: dict[str, object]) -> None:
    page = visit(link(address))
    expect(page.get_by_role("button", name="Zoomer", exact=True)).to_be_visible(timeout=SLOW_MS)
    button = page.get_by_role("button", name=re.compile("Montrer .* sur la carte$")).first
    name = button.inner_text().partition("Montrer ")[2].removesuffix(" sur la carte")
    button.press("Enter")
    expect(page.locator(".map-plate")).to_contain_text(name)


def test_an_unknown_address_is_said_and_the_words_are_kept(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("combobox").fill("zzxqv 999999 qqq")
    page.get_by_role("combobox").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Aucune adresse ne correspond à «\u00a0zzxqv 999999 qqq\u00a0»."
    )
    expect(page.get_by_role("combobox")).to_have_value("zzxqv 999999 qqq")


def test_a_commune_is_no_address_and_its_streets_are_offered(visit: Visit, ask: Ask) -> None:
    street = ask("/search", q="rue", limit=1)["features"][0]["properties"]
    page = visit("/")
    page.get_by_role("combobox").fill(street["city"])
    page.get_by_role("combobox").press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("est une commune\u00a0: ajoutez une rue et un numéro.")
    expect(heading).to_be_focused()
    page.get_by_role("alert").get_by_role("listitem").get_by_role("button").first.click()
    expect(page.get_by_role("region", name="D’où viennent ces points")).to_be_visible()


def test_a_number_that_the_street_lacks_is_said_with_those_next_to_it(visit: Visit, ask: Ask) -> None:
    house = next(
        feature["properties"]
        for feature in ask("/search", q="1 rue", limit=10)["features"]
        if feature["properties"]["type"] == "housenumber"
    )
    words = re.sub(r"^1\b", "9876", house["label"])
    page = visit("/")
    page.get_by_role("combobox").fill(words)
    page.get_by_role("combobox").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ce numéro n’existe pas dans cette rue")
    expect(page.get_by_role("alert").get_by_role("listitem").first).to_be_visible()


def test_a_point_without_streets_has_no_score(visit: Visit) -> None:
    page = visit("/#at=-30,45")
    expect(page.get_by_role("alert")).to_contain_text("Ce n’est pas un zéro.")
    expect(page.get_by_text("sur 100")).to_have_count(0)


def test_a_link_that_cannot_be_read_is_said(visit: Visit) -> None:
    page = visit("/#at=here")
    expect(page.get_by_role("status").filter(has_text="Ce lien n’est pas complet")).to_be_visible()
    expect(page.get_by_role("combobox")).to_be_visible()


def test_the_server_gone_takes_nothing_away(visit: Visit, address: dict[str, object]) -> None:
    page = visit(link(address))
    detail = page.get_by_role("region", name="D’où viennent ces points")
    expect(detail).to_be_visible()
    expect(page.get_by_role("button", name="Zoomer", exact=True)).to_be_visible(timeout=SLOW_MS)
    page.context.set_offline(True)
    page.get_by_role("radio", name="En voiture").check(force=True)
    expect(page.get_by_role("alert")).to_contain_text("Le service ne répond pas.")
    expect(detail).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_role("heading", name="En voiture, profil Famille")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_empty_page_shows_a_named_example(visit: Visit) -> None:
    page = visit("/", size=PHONE)
    caption = page.locator("figcaption")
    expect(caption).to_contain_text("Exemple")
    caption.get_by_role("link", name="Voir le détail").click()
    expect(page.get_by_role("region", name="D’où viennent ces points")).to_be_visible()
