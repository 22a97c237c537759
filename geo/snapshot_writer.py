"""Write a snapshot so that a reader never meets half of one, publish it, and go back.

A snapshot is written to ``.<id>.partial/``, synced to the disk and renamed; nothing serves it until ``CURRENT``, one line
beside it, is replaced in one step. Whatever fails before that leaves the former snapshot serving.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import shapely
from shapely.geometry.base import BaseGeometry

from geo.cells import Basis, points_of_addresses, points_of_cells, write_demand
from geo.errors import ConfigurationError, NoSnapshot, SnapshotCorrupt
from geo.geocoding import AddressIndex, distinct_addresses
from geo.manifest import (
    Completeness,
    FileRecord,
    Manifest,
    SourceRecord,
    Territory,
    canonical_json,
    require_id,
    write_sources,
)
from geo.method import Method, load_profiles
from geo.places import Address, Cell, Commune, Service
from geo.snapshot import Snapshot, current_id
from geo.tables import write_cells, write_communes, write_services
from geo.taxonomy import Taxonomy

__all__ = ["SnapshotContent", "SnapshotInfo", "list_snapshots", "publish", "rollback", "write"]


class Saved(Protocol):
    """What can lay itself down in a folder: a network, a hierarchy."""

    def save(self, folder: Path) -> None:
        """Write the files."""


class SavedField(Saved, Protocol):
    """An access field."""

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that it knows."""


@dataclass(frozen=True)
class SnapshotContent:
    """Everything that a build puts into a snapshot."""

    snapshot_id: str
    territory: Territory
    config: Path
    """A folder with ``taxonomy.toml``, ``method.toml``, ``modes.toml`` and ``profiles/``: copied as they are."""
    sources: Sequence[SourceRecord]
    services: Sequence[Service]
    """Territory and halo, confirmed and unconfirmed, in any order."""
    communes: Sequence[Commune]
    """Territory and halo."""
    cells: Sequence[Cell]
    """Empty where no grid is published: the populations are then spread over the addresses."""
    addresses: Sequence[Address]
    networks: Mapping[str, Saved]
    """By mode; ``hierarchies`` and ``fields`` have the same modes."""
    hierarchies: Mapping[str, Saved]
    fields: Mapping[str, SavedField]
    completeness: Mapping[str, Completeness]
    """By category; what is left out is ``none``."""
    loaded_area: BaseGeometry
    """Where streets are loaded, WGS 84."""
    basemap: Path | None = None
    """A PMTiles file, copied."""
    run: Mapping[str, Any] = field(default_factory=dict)
    """Clock times (``built_at`` and the like): to ``run.json``, in no checksum."""
    departments: Mapping[str, str] = field(default_factory=dict)
    """Names of the départements by code, for the addresses' context line."""


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


def write(folder: Path, content: SnapshotContent) -> Path:
    """Write a snapshot beside the others of its territory; does not publish it.

    Parameters
    ----------
    folder
        ``snapshots/<territory>``; made when it is missing.
    content
        What to write.

    Returns
    -------
    Path
        The snapshot's folder. When a snapshot of this id stands there whole, it is returned as it is: the same id means
        the same bytes.

    Raises
    ------
    ConfigurationError
        When the content contradicts itself: a category nobody knows, a mode without a field.
    """
    final = folder / require_id(content.snapshot_id)
    partial = folder / f".{content.snapshot_id}.partial"
    if final.is_dir() and not _problem(final):
        return final
    shutil.rmtree(partial, ignore_errors=True)  # what a killed build left
    partial.mkdir(parents=True)
    _write_files(partial, content)
    _sync(partial)
    if final.exists():  # of this id, but damaged: out of the way, never mixed
        shutil.rmtree(final)
    partial.rename(final)
    _sync_folder(folder)
    return final


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
    _require_whole(target)
    former = current_id(territory_folder)
    published = _history(territory_folder)
    if former in published:  # what was rolled back from is no longer a way back
        published = published[: len(published) - published[::-1].index(former)]
    if not published or published[-1] != snapshot_id:
        published.append(snapshot_id)
    # first the history, then the pointer: a crash between the two leaves a longer history and the former snapshot
    _replace_text(territory_folder / "HISTORY", "".join(f"{line}\n" for line in published))
    _replace_text(territory_folder / "CURRENT", f"{snapshot_id}\n")


def rollback(territory_folder: Path) -> str:
    """Let the snapshot that was published before the current one serve again; returns its id.

    Raises
    ------
    NoSnapshot
        When nothing was published before, or none of it is still there whole.
    """
    now = current_id(territory_folder)
    published = _history(territory_folder)
    before = published[: len(published) - 1 - published[::-1].index(now)] if now in published else []
    for snapshot_id in reversed(before):
        if snapshot_id != now and not _problem(territory_folder / snapshot_id):
            _replace_text(territory_folder / "CURRENT", f"{snapshot_id}\n")
            return snapshot_id
    raise NoSnapshot(f"there is no earlier whole snapshot in {territory_folder}: build one instead")


def list_snapshots(territory_folder: Path) -> list[SnapshotInfo]:
    """List the snapshots of a territory, oldest build first."""
    if not territory_folder.is_dir():
        return []
    now = current_id(territory_folder)
    folders = [path for path in sorted(territory_folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    return sorted((_info(path, path.name == now) for path in folders), key=lambda info: (info.built_at, info.id))
