"""Publication is one step, forwards and back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import NoSnapshot, SnapshotCorrupt
from geo.findings import Acceptance, Finding, Judged, Outcome
from geo.manifest import Manifest
from geo.publication import current_id, list_snapshots, prune, publish, rollback
from geo.snapshot import Snapshot


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


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir()}


@pytest.mark.parametrize(
    ("published", "keep", "left"),
    [
        (["aaa1", "bbb2", "ccc3"], 0, {"bbb2", "ccc3"}),  # the one that serves, and the way back
        (["aaa1", "bbb2", "ccc3"], 1, {"aaa1", "bbb2", "ccc3"}),
        (["ccc3", "aaa1"], 0, {"ccc3", "aaa1"}),
        (["aaa1"], 0, {"aaa1"}),
        (["aaa1"], 1, {"aaa1", "ccc3"}),  # of those that were built at one time, the last by name
        ([], 0, set()),
    ],
)
def test_old_snapshots_go_but_never_the_one_that_serves_nor_the_way_back(three, published, keep, left):
    for snapshot_id in published:
        publish(three, snapshot_id)
    (three / ".ddd4.partial").mkdir()
    served = current_id(three)
    removed = prune(three, keep)
    assert names(three) == left
    assert set(removed) == {"aaa1", "bbb2", "ccc3"} - left
    assert current_id(three) == served
    if len(published) > 1:
        assert rollback(three) == published[-2]


def test_the_way_back_leads_past_what_is_gone(three):
    for snapshot_id in ("aaa1", "bbb2", "ccc3"):
        publish(three, snapshot_id)
    shutil.rmtree(three / "bbb2")
    assert prune(three, 0) == []
    assert rollback(three) == "aaa1"


def test_what_the_gates_said_stands_beside_a_snapshot(three):
    run = json.loads((three / "aaa1" / "run.json").read_text())
    said = {"check": "shrunk", "subject": "laposte", "outcome": "fail", "text": "laposte: 3 rows"}
    let = {"name": "shrunk:laposte", "reason": "three are left", "at": "2026-11-24T08:00:00Z"}
    (three / "aaa1" / "run.json").write_text(json.dumps({**run, "findings": [said], "overrides": [let]}))
    (three / "bbb2" / "sources.json").write_text("{}")
    listed = {info.id: info for info in list_snapshots(three)}
    finding = Finding("shrunk", "laposte", Outcome.FAIL, "laposte: 3 rows")
    assert listed["aaa1"].findings == (Judged(finding, Acceptance("three are left", "2026-11-24T08:00:00Z")),)
    assert listed["aaa1"].data_dates
    assert listed["ccc3"].findings == ()
