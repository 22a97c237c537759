"""Eight files that no shipped source names, taken in by eight TOMLs alone: each drafted, then answered by a person.

``drafted/*.toml`` are the answers: category, producer, licence, date. Everything else of them is what the draft said.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from geo.taxonomy import Taxonomy
from ingest.draft.draft import draft_source
from ingest.settings import BuildSettings
from ingest.source_files import find_source, load_sources
from ingest.trial import ANYWHERE, try_source

HERE = Path(__file__).parent / "drafted"
DATA = Path(__file__).resolve().parents[2] / "data"
ANSWERED = {"trisacs_nantes": {"category"}, "annuaire_hautes_alpes": {"key", "name", "category", "address"}}
"""Columns that the person chose otherwise than the draft."""
TAKEN_IN = {
    "arrets_anciens": ("71", 2751, 2738, 0, 13),
    "communes_71": ("71", 563, 563, 0, 0),
    "epci_ain": ("71", 406, 171, 7, 2),
    "cantons_71": ("71", 29, 29, 0, 0),
    "arrondissements_71": ("71", 5, 5, 0, 0),
    "ecoles_44": (ANYWHERE, 1616, 1399, 0, 0),
    "trisacs_nantes": (ANYWHERE, 119, 16, 0, 0),
    "annuaire_hautes_alpes": (ANYWHERE, 1, 1, 0, 0),
}
"""Territory on which it is tried; rows read, kept, merged and rejected."""


@pytest.fixture(scope="module")
def settings(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildSettings:
    folder = tmp_path_factory.mktemp("drafted")
    return BuildSettings(mirror=mirror, raw=folder / "raw", cache=folder / "cache")


@pytest.mark.parametrize("name", sorted(TAKEN_IN))
def test_the_answers_begin_with_the_draft(name: str, mirror: Path, settings: BuildSettings) -> None:
    answered = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
    path = mirror / answered["mirror"][0]["paths"][0]
    kind = answered.get("kind", "services")
    draft = draft_source(str(path), settings, name=name, territory=answered["territories"][0], kind=kind)
    drafted = tomllib.loads(draft.draft.source)
    assert {key: drafted.get(key) for key in ("id", "kind", "rows", "expect", "crs")} == {
        key: answered.get(key) for key in ("id", "kind", "rows", "expect", "crs")
    }
    chosen = ANSWERED.get(name, set())
    assert {k: v for k, v in drafted["columns"].items() if k not in chosen} == {
        k: v for k, v in answered["columns"].items() if k not in chosen
    }
    assert drafted["mirror"][0]["paths"] == answered["mirror"][0]["paths"]
    assert "# ?" in draft.text


@pytest.mark.parametrize("name", sorted(TAKEN_IN))
def test_the_file_is_taken_in_by_its_toml_alone(name: str, settings: BuildSettings) -> None:
    territory, *counts = TAKEN_IN[name]
    trial = try_source(str(HERE / f"{name}.toml"), territory, settings)
    ledger = trial.ledger
    ledger.check(name)
    assert [ledger.read, ledger.kept, ledger.merged, ledger.rejected] == counts
    assert len(trial.rejects) == ledger.rejected
    assert len(trial.services) + trial.others == ledger.kept > 0


def test_no_shipped_source_names_these_files() -> None:
    taxonomy = Taxonomy.load(DATA / "taxonomy.toml")
    named = {
        path
        for territory in ("71", "01", "44", "93")
        for source in load_sources(DATA / "sources", territory, taxonomy)
        for vintage in source.mirror
        for path in vintage.paths
    }
    for name in TAKEN_IN:
        source = find_source(DATA / "sources", str(HERE / f"{name}.toml"), taxonomy)
        assert not named & set(source.mirror[0].paths), name
