"""The hamlet, written once as a snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.snapshot_writer import SnapshotContent, write
from tests.geo import hamlet


@pytest.fixture(scope="session")
def content() -> SnapshotContent:
    """What the hamlet's snapshot holds."""
    return hamlet.content()


@pytest.fixture(scope="session")
def written(tmp_path_factory, content) -> Path:
    """The hamlet's snapshot; only read it."""
    return write(tmp_path_factory.mktemp("snapshots") / "00", content)
