"""The two stores, under one name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from geo.method import Method
from geo.taxonomy import Taxonomy
from ingest.store import open_store
from ingest.store.shared import SqlStore


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """Each store in turn, shared by a module's tests: each takes a territory of its own."""
    if request.param == "sqlite":
        where = tmp_path_factory.mktemp("store") / "alentours.sqlite"
    else:
        where = request.getfixturevalue("postgis_url")
    with open_store(where) as opened:
        assert isinstance(opened, SqlStore)
        yield opened


@pytest.fixture(scope="session")
def taxonomy(repository: Path) -> Taxonomy:
    """The categories that the project knows."""
    return Taxonomy.load(repository / "data" / "taxonomy.toml")


@pytest.fixture(scope="session")
def method(repository: Path, taxonomy: Taxonomy) -> Method:
    """The method that goes with them."""
    return Method.load(repository / "data" / "method.toml", taxonomy)


_codes = count(100)


@pytest.fixture
def territory() -> str:
    """A territory that no other test of the store uses."""
    return str(next(_codes))
