"""Publication is one step, forwards and back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import NoSnapshot, SnapshotCorrupt
from geo.manifest import Manifest
from geo.publication import current_id
from geo.snapshot import Snapshot
from geo.snapshot_writer import list_snapshots, publish, rollback


@pytest.fixture
def three(tmp_path, written) -> Path:
    """Three snapshots of one territory, nothing published."""
    folder = tmp_path / "territories" / "00"
    folder.mkdir(parents=True)
    for snapshot_id in ("aaa1", "bbb2", "ccc3"):
        shutil.copytree(written, folder / snapshot_id)
        manifest = replace(Manifest.read(written), id=snapshot_id)
        manifest.write(folder / snapshot_id / "manifest.json")
    return folder


def test_publish_and_roll_back(three):
    with pytest.raises(NoSnapshot):
        rollback(three)
    assert current_id(three) is None
    for snapshot_id in ("aaa1", "bbb2", "ccc3"):
        publish(three, snapshot_id)
        assert current_id(three) == snapshot_id
    assert rollback(three) == "bbb2"
    assert rollback(three) == "aaa1"
    with pytest.raises(NoSnapshot):
        rollback(three)
    assert current_id(three) == "aaa1"
    publish(three, "ccc3")  # after a way back, what was left is no step of the new history
    assert rollback(three) == "aaa1"


def test_publishing_again_is_no_step(three):
    publish(three, "aaa1")
    publish(three, "bbb2")
    publish(three, "bbb2")
    assert rollback(three) == "aaa1"


def test_a_damaged_snapshot_is_neither_published_nor_rolled_back_to(three):
    for snapshot_id in ("aaa1", "bbb2"):
        publish(three, snapshot_id)
    (three / "ccc3" / "services.arrow").write_bytes(b"nothing")
    with pytest.raises(SnapshotCorrupt, match=r"services\.arrow"):
        publish(three, "ccc3")
    assert current_id(three) == "bbb2"
    with pytest.raises(NoSnapshot):
        publish(three, "ddd4")
    (three / "aaa1" / "manifest.json").unlink()
    with pytest.raises(NoSnapshot):
        rollback(three)
    assert current_id(three) == "bbb2"


def test_a_damaged_pointer_is_said_and_mended_by_publishing(three):
    (three / "CURRENT").write_text("../../etc\n")
    with pytest.raises(SnapshotCorrupt):
        Snapshot.current(three.parent, "00")
    publish(three, "bbb2")
    assert Snapshot.current(three.parent, "00").id == "bbb2"


def test_snapshots_are_listed_with_what_is_wrong(three):
    publish(three, "bbb2")
    (three / "ccc3" / "manifest.json").write_text("{}")
    (three / ".ddd4.partial").mkdir()
    listed = {info.id: info for info in list_snapshots(three)}
    assert set(listed) == {"aaa1", "bbb2", "ccc3"}
    assert [info.current for info in listed.values()].count(True) == 1
    assert listed["bbb2"].current
    assert listed["bbb2"].built_at == "2026-11-24T08:00:00Z"
    assert listed["bbb2"].bytes > 100_000
    assert not listed["aaa1"].problem
    assert "manifest" in listed["ccc3"].problem
    assert list_snapshots(three / "nothing") == []
