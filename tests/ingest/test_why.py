"""``alentours why``: the rows behind a service, from a store as a build leaves it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import run as run_command
from geo.errors import InvalidParameter, NoSnapshot
from geo.manifest import SourceLedger, SourceRecord
from geo.places import Licence, Provenance, Service
from ingest.cli import cli
from ingest.conflate import Decision
from ingest.dissent import Dissent
from ingest.store import open_store
from ingest.why import Told, account_for, in_words

OFFICIAL = Provenance("pharmacies", "1", Licence.LO_2_0, "2024-10")
MAPPED = Provenance("osm", "n7", Licence.ODBL_1_0, "2026-01")
TWICE = Provenance("osm", "n8", Licence.ODBL_1_0, "2026-01")
PHARMACY = Service(
    "pharmacies:1", "health.pharmacy", "PHARMACIE DU PRÉ", 4.5, 46.5, "71001", None, (OFFICIAL, MAPPED, TWICE)
)
SECOND = Provenance("finess", "71", Licence.LO_2_0, "2026-05", ("position", "capacity"))
JOINED = replace(PHARMACY, id="pharmacies:2", capacity=4.0, provenance=(replace(OFFICIAL, local_id="2"), SECOND))
DISSENTS = [
    Dissent("pharmacies:1", "name", "osm", "n7", "Pharmacie Dupont"),
    Dissent("pharmacies:1", "capacity", "osm", "n8", "3"),
    Dissent("pharmacies:2", "position", "pharmacies", "2", "4.512000, 46.500000 (locality), 921 m away"),
]
ALONE = replace(PHARMACY, id="osm:n9", name="", insee="", provenance=(replace(MAPPED, local_id="n9"),))
DECISIONS = [
    Decision("osm:n7", "osm:n8", "osm", "n8", "health.pharmacy", "", 4.5002, 46.5, "same name", 9.4),
    Decision(
        "pharmacies:1", "osm:n7", "osm", "n7", "health.pharmacy", "Pharmacie du Pré", 4.5001, 46.5,
        "name; gives capacity", 7.7, 100.0,
    ),
]  # fmt: skip


def record(name: str, licence: Licence) -> SourceRecord:
    return SourceRecord(name, f"Titre de {name}", "P", licence, "", "2024", "", SourceLedger(2, 2, 0, 0, 0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_store(tmp_path / "alentours.sqlite") as store:
        run = store.begin("71")
        licences = {"finess": Licence.LO_2_0, "osm": Licence.ODBL_1_0, "pharmacies": Licence.LO_2_0}
        sources = [record(name, licence) for name, licence in licences.items()]
        store.put(run, sources=sources, services=[ALONE, PHARMACY, JOINED], decisions=DECISIONS, dissents=DISSENTS)
        store.published(run, "abc")
    return tmp_path


def asked(folder: Path, service: str):
    with open_store(folder / "alentours.sqlite") as store:
        return account_for(store, "71", service)


def test_the_rows_come_with_the_reason_of_each(folder):
    account = asked(folder, "pharmacies:1")
    assert account.service == PHARMACY
    assert not account.merged
    assert [(row.id, row.source_title, row.provenance) for row in account.rows] == [
        ("pharmacies:1", "Titre de pharmacies", OFFICIAL),
        ("osm:n7", "Titre de osm", MAPPED),
        ("osm:n8", "Titre de osm", TWICE),
    ]
    assert [row.joined for row in account.rows] == [None, DECISIONS[1], DECISIONS[0]]
    assert (account.rows[1].name, account.rows[1].lon) == ("Pharmacie du Pré", 4.5001)


@pytest.mark.parametrize("merged", ["osm:n7", "osm:n8"])
def test_a_merged_id_leads_to_the_service_that_stands_over_any_steps(folder, merged):
    account = asked(folder, merged)
    assert (account.asked, account.service.id, account.merged) == (merged, "pharmacies:1", True)


def test_a_service_of_one_row_has_one(folder):
    (row,) = asked(folder, "osm:n9").rows
    assert row.joined is None


def test_every_property_has_its_giver_and_those_who_say_otherwise(folder):
    first, second = JOINED.provenance
    assert asked(folder, "pharmacies:2").told == (
        Told("name", "PHARMACIE DU PRÉ", first, ()),
        Told("position", "4.500000, 46.500000 (unknown)", second, (DISSENTS[2],)),
        Told("capacity", "4", second, ()),
    )
    name, position, capacity = asked(folder, "osm:n7").told
    assert (name.giver, name.otherwise) == (OFFICIAL, (DISSENTS[0],))
    assert (position.giver, position.otherwise) == (OFFICIAL, ())
    assert capacity == Told("capacity", "", None, (DISSENTS[1],)), "nobody whose licence allows it says one"


def test_what_the_winner_does_not_give_is_not_shown_as_its_own(folder):
    won, _ = asked(folder, "pharmacies:2").rows
    assert (won.id, won.name, won.lon, won.joined) == ("pharmacies:2", "PHARMACIE DU PRÉ", None, None)


def test_an_unknown_id_is_refused_with_the_nearest(folder):
    with pytest.raises(InvalidParameter, match=r"'pharmacy:1' is unknown.*'pharmacies:1'"):
        asked(folder, "pharmacy:1")
    with open_store(folder / "alentours.sqlite") as store, pytest.raises(NoSnapshot, match="21: nothing is published"):
        account_for(store, "21", "pharmacies:1")


def test_reasons_in_words():
    assert in_words(DECISIONS[1]) == "the names are alike, 8 m apart, names 100 % alike, gives capacity"
    assert (
        in_words(replace(DECISIONS[0], reason="uai 0710001R", distance_m=None)) == "the same identifier (uai 0710001R)"
    )
    assert in_words(DECISIONS[1], "pharmacies:1") == in_words(DECISIONS[1])
    assert in_words(DECISIONS[0], "pharmacies:1") == "the same name twice in one source, 9 m apart, with osm:n7"


def test_the_command_prints_them(folder, monkeypatch):
    monkeypatch.setenv("ALENTOURS_STORE", str(folder))
    shown = CliRunner().invoke(cli, ["why", "osm:n7", "--territory", "71"])
    assert shown.exit_code == 0
    assert shown.output.splitlines()[:2] == [
        "osm:n7 was merged into pharmacies:1",
        "pharmacies:1: PHARMACIE DU PRÉ, health.pharmacy, commune 71001",
    ]
    assert "Titre de osm, row n7, 2026-01, ODbL 1.0" in shown.output
    assert "joined: the names are alike, 8 m apart" in shown.output
    assert shown.output.splitlines()[-6:] == [
        "  what it shows, and who says so",
        "    name: PHARMACIE DU PRÉ [pharmacies 1]",
        "      otherwise: Pharmacie Dupont [osm n7]",
        "    position: 4.500000, 46.500000 (unknown) [pharmacies 1]",
        "    capacity: (none: no row of its licence says)",
        "      otherwise: 3 [osm n8]",
    ]
    nameless = CliRunner().invoke(cli, ["why", "osm:n9", "--territory", "71"])
    assert "osm:n9: (no name), health.pharmacy, commune unknown" in nameless.output


def test_the_command_fails_with_one_sentence(folder, monkeypatch, capsys):
    monkeypatch.setenv("ALENTOURS_STORE", str(folder))
    assert run_command(["why", "osm:n", "--territory", "71"]) == 1
    assert capsys.readouterr().err.startswith(
        "alentours: service: 'osm:n' is unknown, expected a service's id, such as"
    )
