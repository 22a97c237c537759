"""Which snapshot serves: the one-line ``CURRENT``, the history behind it, and the way back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.durable import replace_text
from geo.errors import NoSnapshot, SnapshotCorrupt
from geo.findings import Judged, read_findings
from geo.manifest import Manifest, read_sources, require_id

__all__ = [
    "SnapshotInfo",
    "current_id",
    "list_snapshots",
    "problem_of",
    "prune",
    "publish",
    "read_run",
    "require_whole",
    "rollback",
    "snapshot_info",
]


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """One line of ``alentours snapshots list``."""

    id: str
    current: bool
    built_at: str
    method_version: str
    bytes: int
    problem: str
    """Why it cannot serve; empty when its manifest reads well."""
    data_dates: Mapping[str, str] = field(default_factory=dict)
    """What its sources' files stand for, by source."""
    findings: tuple[Judged, ...] = ()
    """What the gates said when it was built."""


def current_id(territory_folder: Path) -> str | None:
    """Return the id in ``CURRENT``, None when nothing is published.

    Raises
    ------
    SnapshotCorrupt
        When ``CURRENT`` holds something that is no id.
    """
    try:
        return require_id((territory_folder / "CURRENT").read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise SnapshotCorrupt(f"{territory_folder / 'CURRENT'} is not text: publish a snapshot again") from error


def publish(territory_folder: Path, snapshot_id: str) -> None:
    """Let a snapshot serve: one atomic replacement of ``CURRENT``.

    Raises
    ------
    NoSnapshot
        When there is no such snapshot.
    SnapshotCorrupt
        When a file of it is missing or altered; the former one goes on serving.
    """
    target = territory_folder / require_id(snapshot_id)
    require_whole(target)
    try:
        former = current_id(territory_folder)
    except SnapshotCorrupt:  # publishing is what mends a damaged pointer
        former = None
    published = _history(territory_folder)
    if former in published:  # what was rolled back from is no longer a way back
        published = published[: len(published) - published[::-1].index(former)]
    if not published or published[-1] != snapshot_id:
        published.append(snapshot_id)
    # first the history, then the pointer: a crash between the two leaves a longer history and the former snapshot
    replace_text(territory_folder / "HISTORY", "".join(f"{line}\n" for line in published))
    replace_text(territory_folder / "CURRENT", f"{snapshot_id}\n")


def rollback(territory_folder: Path) -> str:
    """Let the snapshot that was published before the current one serve again; returns its id.

    Raises
    ------
    NoSnapshot
        When nothing was published before, or none of it is still there whole.
    """
    snapshot_id = _before(territory_folder)
    if snapshot_id is None:
        raise NoSnapshot(f"there is no earlier whole snapshot in {territory_folder}: build one instead")
    replace_text(territory_folder / "CURRENT", f"{snapshot_id}\n")
    return snapshot_id


def prune(territory_folder: Path, keep: int) -> list[str]:
    """Remove old snapshots; returns their ids.

    The one that serves stays, and so does the one that a rollback would lead to. What builds that were stopped left
    behind is removed as well. The history keeps every id. Servers that have a removed snapshot open go on with it.

    Parameters
    ----------
    keep
        How many of the others stay, the newest.
    """
    now, back = current_id(territory_folder), _before(territory_folder)
    others = [info for info in reversed(list_snapshots(territory_folder)) if info.id not in (now, back)]
    removed = [info.id for info in others[keep:]]
    for name in [*removed, *(path.name for path in territory_folder.glob(".*.partial"))]:
        shutil.rmtree(territory_folder / name, ignore_errors=True)
    return removed


def list_snapshots(territory_folder: Path) -> list[SnapshotInfo]:
    """List the snapshots of a territory, oldest build first."""
    if not territory_folder.is_dir():
        return []
    now = current_id(territory_folder)
    folders = [path for path in sorted(territory_folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    return sorted(
        (snapshot_info(path, path.name == now) for path in folders), key=lambda info: (info.built_at, info.id)
    )


def require_whole(folder: Path) -> None:
    """Hold a snapshot's folder against its manifest.

    Raises
    ------
    NoSnapshot
        When there is no such folder.
    SnapshotCorrupt
        When a file of it is missing or altered.
    """
    if not folder.is_dir():
        raise NoSnapshot(f"there is no snapshot at {folder}: list them with `alentours snapshots list`")
    Manifest.read(folder).verify(folder)


def problem_of(folder: Path) -> str:
    """Return what keeps a snapshot from serving; empty when nothing does."""
    try:
        require_whole(folder)
    except (NoSnapshot, SnapshotCorrupt) as error:
        return str(error)
    return ""


def read_run(path: Path) -> dict[str, Any]:
    """Read the clock times; a snapshot without them still serves, since nothing is computed from them."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return run if isinstance(run, dict) else {}


def _before(territory_folder: Path) -> str | None:
    """Return the last whole snapshot that was published before the one that serves."""
    now = current_id(territory_folder)
    published = _history(territory_folder)
    before = published[: len(published) - 1 - published[::-1].index(now)] if now in published else []
    return next((i for i in reversed(before) if i != now and not problem_of(territory_folder / i)), None)


def _history(territory_folder: Path) -> list[str]:
    path = territory_folder / "HISTORY"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def snapshot_info(folder: Path, current: bool = False) -> SnapshotInfo:
    """Return what is known of the snapshot in a folder.

    Parameters
    ----------
    current
        Whether it serves.
    """
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        manifest = Manifest.read(folder)
        sources = read_sources(folder / "sources.json", {})
    except (SnapshotCorrupt, OSError, ValueError, KeyError, TypeError) as error:
        return SnapshotInfo(folder.name, current, "", "", size, str(error))
    run = read_run(folder / "run.json")
    return SnapshotInfo(
        folder.name,
        current,
        str(run.get("built_at", "")),
        manifest.method_version,
        size,
        "",
        {source.id: source.data_date for source in sources},
        read_findings(run),
    )
