"""``docs/add-a-source.md``, followed to the letter: its file drafted, answered and tried on the sample."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ingest.settings import BuildSettings
from ingest.trial import try_source
from tests.exercise import lay


@pytest.fixture
def settings(tmp_path: Path, sample_data: dict[str, str]) -> BuildSettings:
    raw = Path(sample_data["ALENTOURS_RAW"])
    return BuildSettings(mirror=tmp_path, raw=raw, cache=tmp_path / "cache")


def test_the_page_takes_a_newcomer_there(tmp_path: Path, settings: BuildSettings) -> None:
    draft, toml = lay(tmp_path, settings)
    assert len([line for line in draft.splitlines() if line.startswith("# ?")]) == 3
    assert tomllib.loads(draft)["columns"] == {
        "key": "Identifiant",
        "name": "Nom",
        "lon": "Longitude",
        "lat": "Latitude",
        "address": "Adresse",
        "updated": "Date de mise à jour",
    }
    trial = try_source(str(toml), "00", settings)
    assert (trial.ledger.read, trial.ledger.kept, trial.ledger.rejected) == (4, 2, 2)
    assert sorted(reject.code for reject in trial.rejects) == ["no_position", "swapped_position"]
    assert {(s.name, s.category, s.updated) for s in trial.services} == {
        ("Ludothèque des Tilleuls", "culture.library", "2026-03-12"),
        ("La Toupie", "culture.library", "2025-09-02"),
    }
