"""What a build reads when some of it is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from geo.errors import SourceUnavailable
from ingest.plan import make_plan
from ingest.progress import Silent
from tests.built import build_settings

NEIGHBOUR = """
id = "sample_osm_streets_voisin"
like = "sample_osm_streets"
mirror = [{ data_date = "2026-01", paths = ["osm/voisin.osm.pbf"] }]
"""


@pytest.fixture
def settings(sample_folder: Path, tmp_path: Path):
    """The sample, whose streets go on in an extract of the neighbour's."""
    data = tmp_path / "data"
    given = build_settings(sample_folder)
    shutil.copytree(given.data, data, ignore=shutil.ignore_patterns("raw", "store", "snapshots", "cache"))
    (data / "sources" / "sample" / "sample_osm_streets_voisin.toml").write_text(NEIGHBOUR, encoding="utf-8")
    shutil.copytree(sample_folder / "raw", tmp_path / "raw")
    return build_settings(tmp_path, data=data)


def planned(settings):
    def no_network(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("there is no network here", request=request)

    return make_plan("00", settings, Silent().stage, httpx.MockTransport(no_network))


def test_one_extract_of_several_may_be_missing_and_is_named(settings):
    plan = planned(settings)
    assert "sample_osm_streets" in plan.fetched
    assert "sample_osm_streets_voisin" not in plan.fetched
    assert "voisin.osm.pbf" in plan.absent["sample_osm_streets_voisin"]


def test_all_extracts_of_streets_may_not(settings):
    (found,) = settings.raw.rglob("territoire.osm.pbf")
    found.unlink()
    with pytest.raises(SourceUnavailable, match="name a mirror"):
        planned(settings)
