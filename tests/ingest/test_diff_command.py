"""``alentours diff`` as a person runs it, on two snapshots' tables."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geo.errors import NoSnapshot
from geo.manifest import SourceLedger, SourceRecord, write_sources
from geo.places import Commune, Licence, Provenance, Service
from geo.tables import write_communes, write_services
from ingest.cli import cli

CATEGORIES = ("education.college",)


def write_snapshot(folder: Path, date: str, keys: str) -> None:
    folder.mkdir(parents=True)
    services = [
        Service(
            f"annuaire:{key}", CATEGORIES[0], f"Collège {key}", 4.4, 46.8, "71001", None,
            (Provenance("annuaire", key, Licence.LO_2_0, date),),
        )
        for key in keys
    ]  # fmt: skip
    write_services(folder / "services.arrow", services, CATEGORIES)
    write_communes(folder / "communes.arrow", [Commune("71001", "Alpha", "71", 1, (), True, None)], {})
    ledger = SourceLedger(len(keys), len(keys), 0, 0, 0)
    record = SourceRecord("annuaire", "Annuaire", "P", Licence.LO_2_0, "", date, "", ledger, content=date)
    write_sources(folder / "sources.json", (record,))


@pytest.fixture
def snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALENTOURS_SNAPSHOTS", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    write_snapshot(tmp_path / "71" / "aaaa01", "2023", "AB")
    write_snapshot(tmp_path / "71" / "abab02", "2024", "BCD")
    return tmp_path


def said(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["diff", *arguments, "--territory", "71"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_table_says_what_opened_and_closed(snapshots):
    text = " ".join(said("aaaa01", "abab02").split())
    assert "education.college │ 2 │ 3 │ +1 │ +0 │ 1 │ opened 2, closed 1" in text
    assert "education.college, Alpha: Collège A (annuaire:A): no longer in the newer file" in text


def test_a_spreadsheet_gets_every_change(snapshots):
    rows = list(csv.DictReader(io.StringIO(said("aa", "ab", "--csv"))))
    assert [(row["service"], row["cause"], row["reason"]) for row in rows] == [
        ("annuaire:A", "world", "closed"),
        ("annuaire:C", "world", "opened"),
        ("annuaire:D", "world", "opened"),
    ]
    assert {row["commune"] for row in rows} == {"Alpha"}


def test_the_same_snapshot_differs_in_nothing(snapshots):
    assert "no service differs" in said("aaaa01", "aaaa01")


@pytest.mark.parametrize(("given", "problem"), [("x", "no snapshot begins"), ("a", "several snapshots begin")])
def test_an_id_must_name_one_snapshot(snapshots, given, problem):
    with pytest.raises(NoSnapshot, match=problem):
        said(given, "abab02")
