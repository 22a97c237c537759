"""The sources page as a judge of its own data: what the checks found, what was left out, which sources to look at."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.publication import current_id
from tests.browser.conftest import DESKTOP, PHONE, SMALLEST, Visit, visitor
from tests.browser.test_page import fields, french
from tests.built import environment, serving

REASON = "deux guichets ont fermé"
AT = "2026-11-24T08:00:00Z"


def told(sources: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return findings of each kind, about the sources that there are."""
    first, second = sources[0], sources[1]
    return [
        *({"check": "rows", "subject": s["id"], "outcome": "pass", "text": f"{s['id']}: 1 rows"} for s in sources),
        *(
            {"check": "age", "subject": s["id"], "outcome": "warn", "text": f"{s['id']}: of 2015-09, old before 2025"}
            for s in sources[1:9]
        ),
        {
            "check": "shrunk",
            "subject": first["id"],
            "outcome": "fail",
            "text": f"{first['id']}: 250 rows for 12 places, 4100 for 23 in the snapshot that serves",
        },
        {"check": "rejected", "subject": second["id"], "outcome": "warn", "text": "a sentence of another version"},
        {
            "check": "excluded",
            "subject": "absente",
            "outcome": "warn",
            "text": "absente: left out: https://data.example/x does not answer (it is away) and the mirror lacks it",
        },
    ]


@pytest.fixture(scope="module")
def judged(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Address of a service on the sample as if its checks had found something, and what they found."""
    folder = tmp_path_factory.mktemp("judged")
    shutil.copytree(sample_folder / "snapshots", folder / "snapshots")
    territory = folder / "snapshots" / "00"
    snapshot = territory / str(current_id(territory))
    findings = told(json.loads((snapshot / "sources.json").read_text(encoding="utf-8")))
    run = json.loads((snapshot / "run.json").read_text(encoding="utf-8"))
    overrides = [
        {"name": f"shrunk:{f['subject']}", "reason": REASON, "at": AT} for f in findings if f["check"] == "shrunk"
    ]
    (snapshot / "run.json").write_text(
        json.dumps({**run, "findings": findings, "overrides": overrides}), encoding="utf-8"
    )
    with serving(environment(folder), "00", folder / "log") as home:
        yield home, findings


@pytest.fixture
def look(browser: Browser, judged: tuple[str, list[dict[str, str]]]) -> Iterator[Visit]:
    """Open pages of that service."""
    with visitor(browser, judged[0]) as opened:
        yield opened


@pytest.fixture
def findings(judged: tuple[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return judged[1]


def checks(page: Page) -> Any:
    return page.get_by_role("region", name=re.compile("^(Contrôles avant publication|Checks before publication)$"))


def summary(page: Page) -> Any:
    return page.get_by_role("region", name="Toutes les sources")


def test_the_checks_are_counted_in_words(look: Visit, findings: list[dict[str, str]]) -> None:
    count = {name: sum(f["outcome"] == name for f in findings) for name in ("pass", "warn", "fail")}
    said = f"{french(len(findings))} contrôles\u00a0: {count['pass']} réussis, {count['warn']} avertissements"
    expect(checks(look("/sources"))).to_contain_text(f"{said}, 1 échec accepté")


def test_what_was_accepted_is_told_with_its_reason(look: Visit) -> None:
    accepted = checks(look("/sources")).get_by_role("list", name="Échecs acceptés")
    expect(accepted).to_contain_text("250 lignes pour 12 lieux")
    expect(accepted).to_contain_text(f"«\u00a0{REASON}\u00a0»")
    expect(accepted).to_contain_text("24\u00a0nov.\u00a02026")


def test_a_source_that_was_left_out_is_told_with_the_reason(look: Visit) -> None:
    expect(checks(look("/sources"))).to_contain_text("data.example n’a pas donné ses fichiers")


def test_warnings_are_one_table_that_opens_by_keyboard(look: Visit, findings: list[dict[str, str]]) -> None:
    page = look("/sources")
    table = checks(page).get_by_role("table", name=re.compile("^Avertissements"))
    old = sum(f["check"] == "age" for f in findings)
    rows = table.locator("tbody", has_text="Données anciennes").locator("tr:not(.check)", has=page.locator("th"))
    more = table.get_by_role("button", name=re.compile(f"^Voir les {old}"))
    assert rows.count() < old
    more.focus()
    more.press("Enter")
    expect(rows).to_have_count(old)
    expect(rows.first).to_contain_text("Données de sept.\u00a02015")
    expect(table.get_by_role("button", expanded=True)).to_have_count(1)


def test_a_sentence_that_has_no_french_says_its_language(look: Visit) -> None:
    english = checks(look("/sources")).locator("[lang=en]")
    expect(english).to_have_count(1)
    expect(english).to_have_text("a sentence of another version")


def test_in_english_the_sentences_are_the_checks_own(look: Visit) -> None:
    page = look("/sources#lang=en")
    expect(checks(page)).to_contain_text("of 2015-09, old before 2025")
    expect(checks(page)).to_contain_text("Old data")


def test_an_old_source_wears_a_word(look: Visit, findings: list[dict[str, str]]) -> None:
    page = look("/sources", size=DESKTOP)
    page.get_by_role("button", name=re.compile(r"^Voir les \d+ sources$")).click()
    flag = summary(page).locator("th.beside .flag", has_text=re.compile(r"ancien \(\d{4}\)"))
    expect(flag).to_have_count(sum(f["check"] == "age" for f in findings))


def test_sources_are_found_by_word_and_by_what_was_told_of_them(look: Visit, findings: list[dict[str, str]]) -> None:
    page = look("/sources")
    rows = summary(page).locator("tbody tr:not(.title)")
    expect(rows.first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Voir les \d+ sources$")).click()
    everything = rows.count()
    page.get_by_label("Avec avertissements").check(force=True)
    warned = len({f["subject"] for f in findings if f["outcome"] != "pass"} - {"absente"})
    expect(rows).to_have_count(warned)
    expect(page.get_by_role("status").filter(has_text=f"{warned} sources sur {everything}")).to_be_visible()
    assert fields(page) == {"show": "warnings"}
    page.reload()
    expect(rows).to_have_count(warned)
    page.get_by_label("Nom ou producteur").fill("zzxqv")
    page.get_by_role("button", name="Montrer toutes les sources").click()
    expect(rows).to_have_count(everything)
    assert fields(page) == {}


def test_sources_are_sorted_and_the_table_says_how(look: Visit) -> None:
    page = look("/sources")
    page.get_by_label("Trier par").select_option("read")
    page.get_by_role("button", name=re.compile(r"^Voir les \d+ sources$")).click()
    head = summary(page).get_by_role("columnheader", name="Lues")
    expect(head).to_have_attribute("aria-sort", "descending")
    cells = summary(page).locator("tbody tr:not(.title) td:nth-child(3)").all_inner_texts()
    counts = [int(re.sub(r"\D", "", text)) for text in cells]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) > 1


def test_a_source_says_what_it_holds_whole(look: Visit, judged: tuple[str, object]) -> None:
    page = look("/sources")
    ledger = page.request.get(f"{judged[0]}/api/v1/ledger").json()
    labels = {one["id"]: one["label"]["fr"] for one in page.request.get(f"{judged[0]}/api/v1/categories").json()}
    source = next(source for source in ledger if source["complete"])
    page.get_by_label("Nom ou producteur").fill(source["id"])
    section = page.get_by_role("region", name=source["title"], exact=True)
    expect(section).to_contain_text(", ".join(labels[category] for category in source["complete"]))


def test_links_on_the_page_lead_there_and_leave_the_address(look: Visit) -> None:
    page = look("/sources#show=rejects")
    page.get_by_role("navigation", name="Sur cette page").get_by_role("link", name=re.compile("^Contrôles")).click()
    expect(page.locator("#checks")).to_be_focused()
    summary(page).locator("th.beside a").first.click()
    page.get_by_role("link", name="Retour à la liste des sources").click()
    expect(page.locator("#summary")).to_be_focused()
    assert fields(page) == {"show": "rejects"}


def test_a_source_is_folded_until_it_is_asked_for(look: Visit) -> None:
    page = look("/sources")
    link = summary(page).locator("th.beside a").first
    folded = page.locator("section.source details").first
    expect(folded.locator("table").first).to_be_hidden()
    link.focus()
    link.press("Enter")
    expect(folded.locator("table").first).to_be_visible()
    expect(page.locator("section.source h3").first).to_be_focused()


def test_sources_with_much_to_tell_come_first_and_the_others_on_demand(look: Visit) -> None:
    page = look("/sources", size=PHONE)
    rows = summary(page).locator("tbody tr:not(.title)")
    expect(rows).to_have_count(10)
    expect(summary(page).locator("tr.title").first.locator(".flag").first).to_be_visible()
    more = page.get_by_role("button", name=re.compile(r"^Voir les \d+ sources$"))
    expect(more).to_have_attribute("aria-expanded", "false")
    more.focus()
    more.press("Enter")
    assert rows.count() > 10
    expect(page.get_by_role("button", name="Voir moins de sources")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollHeight") < 14_000


def test_the_checks_are_a_file_too(look: Visit, findings: list[dict[str, str]]) -> None:
    page = look("/sources")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger les contrôles (CSV)").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert [row["check"] for row in rows] == [finding["check"] for finding in findings]


@pytest.mark.parametrize("size", [SMALLEST, PHONE, (768, 1024), DESKTOP])
def test_nothing_runs_out_of_the_screen_with_much_to_tell(look: Visit, size: tuple[int, int]) -> None:
    page = look("/sources", size=size)
    expect(summary(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert summary(page).evaluate("(region) => region.scrollWidth <= region.clientWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_with_much_to_tell(look: Visit, repository: Path, theme: str) -> None:
    page = look("/sources", theme=theme)
    expect(checks(page)).to_be_visible()
    page.evaluate((repository / "frontend/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


def test_a_snapshot_that_tells_nothing_is_given_no_verdict(look: Visit) -> None:
    page = look("/sources")
    page.route("**/api/v1/findings", lambda route: route.fulfill(json=[]))
    page.reload()
    expect(checks(page)).to_contain_text("Cet instantané ne dit pas ce que ses contrôles ont trouvé")
    expect(checks(page)).not_to_contain_text("réussi")
    expect(page.locator(".flag")).to_have_count(0)
