"""``kill -9`` in the middle of a build: the former snapshot goes on serving, and the next build ends as undisturbed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.kills import FORMER, Reached, finish, killed_in, lay_former, snapshot_bytes
from geo.publication import current_id, problem_of
from ingest.store import open_store
from tests.ingest.store.differences import differences

POINTS = (Reached.READ, Reached.STORE, Reached.FIELDS, Reached.BASEMAP, Reached.PUBLISH)
TRIES = 3


def whole_of(sample_folder: Path) -> Path:
    """The snapshot of an undisturbed build."""
    territory = sample_folder / "snapshots" / "00"
    return territory / str(current_id(territory))


def laid(folder: Path, sample_folder: Path) -> Path:
    """A folder in which another snapshot serves, and the sample can be built."""
    folder.mkdir()
    lay_former(folder, whole_of(sample_folder))
    (folder / "raw").symlink_to(sample_folder / "raw", target_is_directory=True)
    return folder


def killed_at_every_point(folder: Path) -> list[Reached | None]:
    """Kill builds one after the other, each further on than the former; ends with the first that came too late."""
    died: list[Reached | None] = []
    for point in POINTS:
        died.append(killed_in(folder, point))
        assert current_id(folder / "snapshots" / "00") == FORMER or died[-1] is not point
        assert problem_of(folder / "snapshots" / "00" / FORMER) == ""
        if died[-1] is not point:
            break
    return died


def test_a_build_that_is_killed_in_every_stage_ends_as_an_undisturbed_one(
    sample_folder: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each of five builds goes on where the former was killed, and is killed further on.

    A build that outran its kill is no kill: the five are then begun anew in another folder.
    """
    whole = whole_of(sample_folder)
    for attempt in range(TRIES):
        folder = laid(tmp_path / str(attempt), sample_folder)
        died = killed_at_every_point(folder)
        if tuple(died) == POINTS:
            break
    record_property("real_kills", len(died))
    sys.stderr.write(f"real kills: {len(died)}, in {', '.join(str(where and where.name.lower()) for where in died)}\n")
    assert tuple(died) == POINTS, "a build could not be killed where it should be"
    own = folder / "snapshots" / "00"
    assert finish(folder) == whole.name
    assert snapshot_bytes(own / whole.name) == snapshot_bytes(whole)
    assert problem_of(own / FORMER) == ""
    assert not list(own.glob(".*.partial"))


def test_a_build_that_is_killed_while_it_fills_postgis_leaves_nothing_of_it(
    sample_folder: Path, tmp_path: Path, empty_postgis_url: str
) -> None:
    """What was read is taken from the undisturbed build: it is the filling that is killed, then done anew."""
    whole = whole_of(sample_folder)
    folder = laid(tmp_path / "postgis", sample_folder)
    shutil.copytree(sample_folder / "cache", folder / "cache", ignore=lambda _, names: {*names} & LATER)
    assert killed_in(folder, Reached.STORE, empty_postgis_url) is Reached.STORE
    with open_store(empty_postgis_url) as store:
        (run,) = store.runs("00")
        assert run.loaded_at is None
        assert store.services(run.id) == []
        assert store.last_published("00") is None
    for stage in LATER:
        shutil.copytree(sample_folder / "cache" / "00" / stage, folder / "cache" / "00" / stage)
    assert finish(folder, empty_postgis_url) == whole.name
    assert snapshot_bytes(folder / "snapshots" / "00" / whole.name) == snapshot_bytes(whole)
    with open_store(sample_folder / "store" / "alentours.sqlite") as one, open_store(empty_postgis_url) as two:
        assert list(differences(one, two, "00")) == []


LATER = {"basemap", "network-walk"}
"""Stages by which a build is seen to be beyond the store."""
