"""Kill a build with ``kill -9`` wherever it is, and see that the next one ends as if nothing had happened.

A build tells from outside how far it is by what it has laid down: results of its stages, files of its snapshot.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from geo.manifest import Manifest
from geo.publication import current_id, problem_of, publish

__all__ = ["FORMER", "finish", "kill_and_finish", "killed", "lay_former", "snapshot_bytes", "traces"]

FORMER = "former0"
"""Id of the snapshot that serves while builds are killed."""
TERRITORY = "00"
_COMMAND = Path(sys.executable).with_name("alentours")
_LOOK_S = 0.01
_PATIENCE_S = 600
_LOG = "build.log"


def lay_former(folder: Path, whole: Path) -> None:
    """Let a copy of a whole snapshot serve from a folder that nothing was built in."""
    territory = folder / "snapshots" / TERRITORY
    shutil.copytree(whole, territory / FORMER)
    replace(Manifest.read(whole), id=FORMER).write(territory / FORMER / "manifest.json")
    publish(territory, FORMER)


def traces(folder: Path) -> int:
    """Count what a build has laid down so far."""
    laid = len(list((folder / "cache").glob("*/*/*")))
    territory = folder / "snapshots" / TERRITORY
    for path in territory.glob("*"):
        if path.name.endswith(".partial") or (path.is_dir() and path.name != FORMER):
            laid += 1 + sum(1 for _ in path.rglob("*"))
    return laid


def killed(folder: Path, after: int) -> bool:
    """Start a build and kill it once it has laid down more than `after` things; False when it ended before."""
    process = _started(folder)
    deadline = time.monotonic() + _PATIENCE_S
    while process.poll() is None:
        if traces(folder) > after:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            raise TimeoutError(f"the build does not end in {_PATIENCE_S} s")
        time.sleep(_LOOK_S)
    return False


def finish(folder: Path) -> str:
    """Build to the end and return the id that serves then.

    Raises
    ------
    AssertionError
        When the build fails; says what it said.
    """
    process = _started(folder)
    if process.wait(_PATIENCE_S):
        said = (folder / _LOG).read_text(encoding="utf-8")
        raise AssertionError(f"the build ended with {process.returncode}: {said}")
    served = current_id(folder / "snapshots" / TERRITORY)
    return served or ""


def snapshot_bytes(snapshot: Path) -> dict[str, bytes]:
    """Return every file of a snapshot but its clock times."""
    paths = (path for path in snapshot.rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(snapshot).as_posix(): path.read_bytes() for path in paths}


def kill_and_finish(folder: Path, whole: Path, points: int, seed: int) -> list[str]:
    """Kill builds of the sample at random points, each in a folder of its own, and finish them; returns what is wrong.

    Parameters
    ----------
    folder
        For the builds; holds ``raw/`` with the sample's files.
    whole
        The snapshot that an undisturbed build made.
    """
    expected, wrong = snapshot_bytes(whole), []
    chance = random.Random(seed)
    last = 1 + sum(1 for _ in whole.rglob("*")) + len(list((whole.parents[2] / "cache").glob("*/*/*")))
    for point in range(points):
        own = folder / f"kill-{point}"
        lay_former(own, whole)
        (own / "raw").symlink_to(folder / "raw", target_is_directory=True)
        after = chance.randrange(last)
        was_killed = killed(own, after)
        territory = own / "snapshots" / TERRITORY
        served = current_id(territory)
        if served not in {FORMER, whole.name} or problem_of(territory / str(served)):
            wrong.append(f"killed after {after} of {last}: {served} serves, and should not")
        if finish(own) != whole.name or snapshot_bytes(territory / whole.name) != expected:
            wrong.append(f"killed after {after} of {last}: another snapshot came of it")
        print(f"  killed after {after} of {last}: {'finished' if was_killed else 'too late'}", file=sys.stderr)
        shutil.rmtree(own)
    return wrong


def _started(folder: Path) -> subprocess.Popen[bytes]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ALENTOURS_")}
    places = {f"ALENTOURS_{name.upper()}": str(folder / name) for name in ("raw", "store", "snapshots", "cache")}
    command = [str(_COMMAND), "build", TERRITORY, "--quiet"]
    with (folder / _LOG).open("wb") as log:
        return subprocess.Popen(command, env={**ours, **places}, stdout=log, stderr=log, start_new_session=True)
