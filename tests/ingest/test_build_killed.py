"""``kill -9`` in the middle of a build: the former snapshot goes on serving, and the next build ends as undisturbed."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.kills import FORMER, finish, killed, lay_former, snapshot_bytes, traces
from geo.publication import current_id, problem_of

KILLS, SEED = 5, 20261124


def test_a_build_that_is_killed_again_and_again_ends_as_an_undisturbed_one(sample_folder: Path, tmp_path: Path) -> None:
    """Each of five builds goes on where the former was killed, and is killed further on."""
    territory = sample_folder / "snapshots" / "00"
    whole = territory / str(current_id(territory))
    lay_former(tmp_path, whole)
    (tmp_path / "raw").symlink_to(sample_folder / "raw", target_is_directory=True)
    last = traces(sample_folder) - traces(tmp_path)
    points = sorted(random.Random(SEED).sample(range(last), KILLS))
    own = tmp_path / "snapshots" / "00"
    for point in points:
        assert killed(tmp_path, max(point, traces(tmp_path))), f"the build ended before it could be killed at {point}"
        served = current_id(own)
        assert served in {FORMER, whole.name}
        assert problem_of(own / served) == ""
    assert finish(tmp_path) == whole.name
    assert snapshot_bytes(own / whole.name) == snapshot_bytes(whole)
    assert problem_of(own / FORMER) == ""
    assert not list(own.glob(".*.partial"))
