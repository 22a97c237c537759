"""The sample drawn and read back by the ingest of the real files, once for all tests of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import pytest

from geo.taxonomy import Taxonomy
from ingest.fetch import Fetcher
from ingest.gather import Gathered, gather
from ingest.sample import Truth, generate
from ingest.sample.frame import lonlat_to_lambert93
from ingest.source_files import load_sources
from ingest.territories import Departments

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY / "data"
OSM = "osm/territoire.osm.pbf"


def read_back(folder: Path, raw: Path) -> Gathered:
    """Read a sample with the ingest of the real files."""
    sources = load_sources(DATA / "sources", "00", Taxonomy.load(DATA / "taxonomy.toml"))
    fetcher = Fetcher(raw, mirror=folder)
    department = Departments.load(DATA / "territories.toml")["00"]
    return gather(sources, {source.id: fetcher.get(source, "00") for source in sources}, department, DATA)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("sample")
    return folder, generate(folder)


@pytest.fixture(scope="session")
def gathered(made: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    return read_back(made[0], tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="session")
def ways(made: tuple[Path, Truth]) -> list[tuple[dict[str, str], np.ndarray]]:
    """Tags and Lambert-93 metres (n, 2) of every way, as far as the file holds its nodes."""
    found = []
    for way in osmium.FileProcessor(str(made[0] / OSM)).with_locations():
        if isinstance(way, osmium.osm.Way):
            there = [(n.location.lon, n.location.lat) for n in way.nodes if n.location.valid()]
            found.append(({tag.k: tag.v for tag in way.tags}, lonlat_to_lambert93(np.array(there).reshape(-1, 2))))
    return found
