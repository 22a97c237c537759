"""``docs/add-a-source.md``, followed to the letter: its file drafted, answered and tried on the sample."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from geo.errors import ConfigurationError, SourceUnavailable
from geo.taxonomy import Taxonomy
from ingest.fetch import Fetched
from ingest.settings import BuildSettings
from ingest.source_files import load_sources
from ingest.territories import Departments
from ingest.trial import require_ground, try_source
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


def test_a_territory_without_outlines_is_told_what_to_lay_where(tmp_path: Path) -> None:
    data = BuildSettings().data
    sources = {one.id: one for one in load_sources(data / "sources", "21", Taxonomy.load(data / "taxonomy.toml"))}
    around = [sources["cog"], sources["contours"]]
    found: dict[str, list[Fetched] | SourceUnavailable] = {
        "cog": [],
        "contours": SourceUnavailable("contours", "https://x.example/ does not answer"),
    }
    department = Departments.load(data / "territories.toml").require("21")
    with pytest.raises(ConfigurationError) as told:
        require_ground(sources["finess"], around, found, department, tmp_path)
    for part in (
        "finess cannot be tried on Côte-d’Or (21): the outlines of its communes are missing",
        "'contours' (data/sources/contours.toml) reads them, and https://x.example/ does not answer",
        f"lay its file into {tmp_path}",
        '[[mirror]] territories = ["21"]',
        '--territory "*"',
    ):
        assert part in str(told.value)
    require_ground(sources["finess"], around[:1], found, department, tmp_path)
