"""Kill a build with ``kill -9`` wherever it is, and see that the next one ends as if nothing had happened.

A build tells from outside how far it is by what it has laid down: results of its stages, a run of the store, files of
its snapshot. A kill counts when the build died of it; one that came too late is tried again, earlier.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from geo.manifest import Manifest
from geo.publication import current_id, problem_of, publish

__all__ = [
    "FORMER",
    "Kills",
    "Reached",
    "finish",
    "kill_and_finish",
    "killed",
    "killed_in",
    "lay_former",
    "reached",
    "snapshot_bytes",
]

FORMER = "former0"
"""Id of the snapshot that serves while builds are killed."""
TERRITORY = "00"
_COMMAND = Path(sys.executable).with_name("alentours")
_LOOK_S = 0.005
_PATIENCE_S = 600
_TRIES = 5
_LOG = "build.log"
_LAST_RUN = "SELECT state FROM {run} ORDER BY id DESC LIMIT 1"


class Reached(IntEnum):
    """How far a build is, as it can be seen from outside."""

    PLAN = 0
    """Nothing is laid down."""
    READ = 1
    STORE = 2
    """Its run is begun and not loaded."""
    STREETS = 3
    FIELDS = 4
    BASEMAP = 5
    PUBLISH = 6
    """The snapshot is being written, or is written and does not serve."""
    SERVED = 7


@dataclass
class Kills:
    """What killing builds came to."""

    real: Counter[str] = field(default_factory=Counter)
    """Builds that died of it, by where they were."""
    wrong: list[str] = field(default_factory=list)


def lay_former(folder: Path, whole: Path) -> None:
    """Let a copy of a whole snapshot serve from a folder that nothing was built in."""
    territory = folder / "snapshots" / TERRITORY
    shutil.copytree(whole, territory / FORMER)
    replace(Manifest.read(whole), id=FORMER).write(territory / FORMER / "manifest.json")
    publish(territory, FORMER)


def reached(folder: Path, database: str = "") -> Reached:
    """Tell by what it has laid down how far a build is, or was when it died.

    Parameters
    ----------
    database
        URL of the PostGIS that the build fills; empty: the embedded store below `folder`.
    """
    territory, cache = folder / "snapshots" / TERRITORY, folder / "cache" / TERRITORY
    if current_id(territory) != FORMER:
        return Reached.SERVED
    if any(path.is_dir() and path.name != FORMER for path in _below(territory)):
        return Reached.PUBLISH
    if _below(cache / "basemap"):
        return Reached.BASEMAP
    if _below(cache / "network-walk"):
        return Reached.FIELDS
    state = _state_in(database) if database else _state_below(folder)
    if state:
        return Reached.STORE if state == "loading" else Reached.STREETS
    return Reached.READ if _below(cache) else Reached.PLAN


def killed(folder: Path, after: int) -> bool:
    """Start a build and kill it once it has laid down more than `after` things; False when it ended before."""
    return _killed_when(lambda: _traces(folder) > after, folder)


def killed_in(folder: Path, where: Reached, database: str = "") -> Reached | None:
    """Start a build and kill it as soon as it is seen to be so far; returns where it died, None when it ended before.

    Parameters
    ----------
    database
        URL of the PostGIS that the build fills; empty: the embedded store below `folder`.
    """
    died = _killed_when(lambda: reached(folder, database) >= where, folder, database)
    return reached(folder, database) if died else None


def finish(folder: Path, database: str = "") -> str:
    """Build to the end and return the id that serves then.

    Raises
    ------
    AssertionError
        When the build fails; says what it said.
    """
    process = _started(folder, database)
    if process.wait(_PATIENCE_S):
        said = (folder / _LOG).read_text(encoding="utf-8")
        raise AssertionError(f"the build ended with {process.returncode}: {said}")
    served = current_id(folder / "snapshots" / TERRITORY)
    return served or ""


def snapshot_bytes(snapshot: Path) -> dict[str, bytes]:
    """Return every file of a snapshot but its clock times."""
    paths = (path for path in snapshot.rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(snapshot).as_posix(): path.read_bytes() for path in paths}


def kill_and_finish(folder: Path, whole: Path, points: int, seed: int) -> Kills:
    """Kill builds of the sample at random points, each in a folder of its own, and finish them.

    A build that had ended before it could be killed says nothing: another is killed earlier in its stead, and a point
    at which none could be is wrong.

    Parameters
    ----------
    folder
        For the builds; holds ``raw/`` with the sample's files.
    whole
        The snapshot that an undisturbed build made.
    """
    expected, kills = snapshot_bytes(whole), Kills()
    chance = random.Random(seed)
    last = 1 + sum(1 for _ in whole.rglob("*")) + len(list((whole.parents[2] / "cache").glob("*/*/*")))
    for point in range(points):
        after = chance.randrange(last)
        for _ in range(_TRIES):
            own = folder / f"kill-{point}"
            lay_former(own, whole)
            (own / "raw").symlink_to(folder / "raw", target_is_directory=True)
            was_killed = killed(own, after)
            where = reached(own).name.lower() if was_killed else "too late"
            kills.real.update([where] if was_killed else [])
            kills.wrong += [f"after {after} of {last}: {said}" for said in _finished_otherwise(own, whole, expected)]
            print(f"  killed after {after} of {last}: {where}", file=sys.stderr)
            shutil.rmtree(own)
            if was_killed:
                break
            after = chance.randrange(max(1, after))
        else:
            kills.wrong.append(f"point {point}: the build had ended {_TRIES} times before it could be killed")
    return kills


def _finished_otherwise(folder: Path, whole: Path, expected: dict[str, bytes]) -> list[str]:
    """Finish a build that was killed; returns what is wrong."""
    territory, wrong = folder / "snapshots" / TERRITORY, []
    served = current_id(territory)
    if served not in {FORMER, whole.name} or problem_of(territory / str(served)):
        wrong.append(f"{served} serves, and should not")
    if finish(folder) != whole.name or snapshot_bytes(territory / whole.name) != expected:
        wrong.append("another snapshot came of it")
    return wrong


def _killed_when(far_enough: Callable[[], bool], folder: Path, database: str = "") -> bool:
    """Start a build and kill it when it is far enough; False when it ended of itself."""
    process = _started(folder, database)
    deadline = time.monotonic() + _PATIENCE_S
    try:
        while process.poll() is None and not far_enough():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the build does not end in {_PATIENCE_S} s")
            time.sleep(_LOOK_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        ended = process.wait()
    return ended == -signal.SIGKILL


def _traces(folder: Path) -> int:
    """Count what a build has laid down so far."""
    laid = sum(len(_below(stage)) for stage in _below(folder / "cache" / TERRITORY))
    for path in _below(folder / "snapshots" / TERRITORY):
        if path.name.endswith(".partial") or (path.is_dir() and path.name != FORMER):
            laid += 1 + sum(len(folders) + len(files) for _, folders, files in os.walk(path))
    return laid


def _below(folder: Path) -> list[Path]:
    """Return what is in a folder now; nothing when it is not there, or not any more."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _state_below(folder: Path) -> str:
    """Return the state of the last run of the embedded store; empty when there is none, or no looking now."""
    path = folder / "store" / "alentours.sqlite"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            row = connection.execute(_LAST_RUN.format(run="run")).fetchone()
    except sqlite3.OperationalError:
        return ""
    return str(row[0]) if row else ""


def _state_in(database: str) -> str:
    """Return the state of the last run of a PostGIS; empty when there is none."""
    engine = create_engine(database, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return str(connection.execute(text(_LAST_RUN.format(run="alentours.run"))).scalar() or "")
    except DBAPIError:
        return ""


def _started(folder: Path, database: str = "") -> subprocess.Popen[bytes]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ALENTOURS_")}
    places = {f"ALENTOURS_{name.upper()}": str(folder / name) for name in ("raw", "store", "snapshots", "cache")}
    if database:
        places["ALENTOURS_DATABASE_URL"] = database
    command = [str(_COMMAND), "build", TERRITORY, "--quiet"]
    with (folder / _LOG).open("wb") as log:
        return subprocess.Popen(command, env={**ours, **places}, stdout=log, stderr=log, start_new_session=True)
