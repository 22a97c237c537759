"""The coverage page and the sources page: what they show is what the API says."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Ask, Visit
from tests.browser.test_page import SLOW_MS, fields, french

SHARE = re.compile(r"^(\d+(,\d)?)\u00a0%$")


def some_category(ask: Ask) -> tuple[str, str]:
    """Return the id and the label of the category with most services."""
    most = max(ask("/categories"), key=lambda category: category["services"])
    return most["id"], most["label"]["fr"]


def test_the_sentence_is_the_api_s(visit: Visit, ask: Ask) -> None:
    category, label = some_category(ask)
    page = visit(f"/couverture#category={category}")
    territory = ask("/coverage", category=category, mode="walk", minutes=15)["territory"]
    expect(page.get_by_role("heading", level=1)).to_contain_text(label)
    known = round(territory["people"]) - round(territory["not_covered"])
    said = f"soit {french(round(territory['within']))} sur {french(known)}"
    expect(page.get_by_role("status").filter(has_text="habitants")).to_contain_text(said)


def test_another_indicator_another_answer_and_a_link_to_it(visit: Visit, ask: Ask) -> None:
    category, _ = some_category(ask)
    page = visit("/couverture")
    page.get_by_label("Service").select_option(category)
    page.get_by_label("Mode").select_option("car")
    page.get_by_label("En moins de").select_option("10")
    territory = ask("/coverage", category=category, mode="car", minutes=10)["territory"]
    status = page.get_by_role("status").filter(has_text="habitants")
    expect(status).to_contain_text(f"soit {french(round(territory['within']))} sur")
    expect(status).to_contain_text("10 minutes en voiture")
    assert fields(page) == {"category": category, "mode": "car", "minutes": "10"}
    page.reload()
    expect(page.get_by_label("Mode")).to_have_value("car")
    expect(status).to_contain_text("10 minutes en voiture")


def test_the_communes_sort_by_every_column(visit: Visit, ask: Ask) -> None:
    category, _ = some_category(ask)
    page = visit(f"/couverture#category={category}")
    communes = ask("/coverage", category=category, mode="walk", minutes=15)["communes"]
    first = page.locator("#communes tbody tr").first
    head = page.get_by_role("columnheader", name=re.compile("^Habitants"))
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(first).to_contain_text(french(round(max(commune["people"] for commune in communes))))
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(first).to_contain_text(french(round(min(commune["people"] for commune in communes))))
    assert fields(page)["sort"] == "people"


def test_all_communes_are_in_the_table_and_none_without_a_word(visit: Visit, ask: Ask) -> None:
    category, _ = some_category(ask)
    page = visit(f"/couverture#category={category}")
    communes = ask("/coverage", category=category, mode="walk", minutes=15)["communes"]
    page.get_by_role("button", name=re.compile("^Voir les .* communes$")).click()
    rows = page.locator("#communes tbody tr")
    expect(rows).to_have_count(len(communes))
    absent = sum(commune["share"] is None for commune in communes)
    reason = re.compile("rues (non chargées|chargées en partie)|aucun habitant")
    expect(rows.filter(has_text=reason)).to_have_count(absent)


def test_an_incomplete_source_is_the_reason_where_it_is_one(visit: Visit, ask: Ask) -> None:
    partial = next(one["id"] for one in ask("/categories") if one["completeness"] == "partial")
    page = visit(f"/couverture#category={partial}")
    expect(page.get_by_role("status").filter(has_text="Pas de part")).to_contain_text("Source incomplète")
    expect(page.locator("#communes tbody tr").first).to_contain_text("source incomplète\u00a0: pas de part")
    expect(page.locator("figcaption")).to_contain_text("source incomplète\u00a0: pas de part")
    expect(page.get_by_text("rues non chargées")).to_have_count(0)


def test_the_file_holds_what_the_table_shows(visit: Visit, ask: Ask, tmp_path: Path) -> None:
    category, _ = some_category(ask)
    page = visit(f"/couverture#category={category}")
    with page.expect_download() as started:
        page.get_by_role("link", name="Télécharger le tableau (CSV)").click()
    path = tmp_path / "coverage.csv"
    started.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    communes = ask("/coverage", category=category, mode="walk", minutes=15)["communes"]
    assert {row["Code INSEE"] for row in rows} >= {commune["insee"] for commune in communes}


def test_the_map_of_communes_comes_beside_its_table(visit: Visit) -> None:
    page = visit("/couverture")
    expect(page.get_by_role("region", name=re.compile("^Carte des communes"))).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("link", name="Même contenu en tableau").click()
    expect(page.locator("#communes")).to_be_focused()


def test_every_source_shows_where_its_rows_went(visit: Visit, ask: Ask) -> None:
    page = visit("/sources")
    sources = ask("/ledger")
    page.get_by_role("button", name=re.compile(r"Voir les \d+ sources")).click()
    for source in sources:
        section = page.get_by_role("region", name=source["title"], exact=True)
        for count in (source["ledger"]["read"], *source["ledger"].values(), *source["rejects"].values()):
            expect(section).to_contain_text(french(count))
        expect(section).to_contain_text(source["producer"])
    read = sum(source["ledger"]["read"] for source in sources)
    expect(page.get_by_text(f"{french(read)} lignes lues")).to_be_visible()


def test_rejected_rows_are_shown_one_by_one_and_as_a_file(visit: Visit, ask: Ask) -> None:
    page = visit("/sources")
    source = next(source for source in ask("/ledger") if source["ledger"]["rejected"])
    page.get_by_role("button", name=re.compile(r"Voir les \d+ sources")).click()
    section = page.get_by_role("region", name=source["title"], exact=True)
    section.locator("summary").first.click()
    section.get_by_text("Voir les lignes rejetées").click()
    table = section.get_by_role("region", name=f"Lignes rejetées de {source['title']}")
    rows = ask("/rejects", source=source["id"], limit=20)["rejects"]
    expect(table.locator("tbody tr")).to_have_count(len(rows))
    expect(table.locator("tbody tr").first).to_contain_text(rows[0]["example"])
    with page.expect_download() as download:
        section.get_by_role("link", name="Télécharger toutes les lignes rejetées").click()
    lines = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert len(lines) == source["ledger"]["rejected"]
