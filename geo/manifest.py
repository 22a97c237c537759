"""What a snapshot says of itself: territory, sources, completeness, and the checksum of each of its files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from geo.errors import ConfigurationError, SnapshotCorrupt
from geo.places import Licence

__all__ = [
    "FORMAT",
    "Completeness",
    "FileRecord",
    "Manifest",
    "SourceLedger",
    "SourceRecord",
    "Territory",
    "canonical_json",
    "read_sources",
    "require_id",
    "source_ledgers",
    "write_sources",
]

FORMAT = 9
"""Version of the folder's layout; a reader refuses any other."""

_PLAIN_FIELDS = ("id", "title", "producer", "licence", "url", "data_date", "complete", "attribution", "content")
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")


class Completeness(StrEnum):
    """How much of the world a territory's sources hold for a category. Only complete categories are scored."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """Something is known, and it is shown; what is absent proves nothing."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Territory:
    """What one snapshot is about."""

    code: str
    """``"01"``, ``"2A"``, ``"71"``; ``"00"`` is the fictional sample."""
    name: str
    crs: str
    """The metric CRS of its streets, such as ``"EPSG:2154"``."""
    bbox: tuple[float, float, float, float]
    """West, south, east, north of the territory without its halo; WGS 84 degrees."""


@dataclass(frozen=True, slots=True)
class SourceLedger:
    """Where each row of a source went; the last four add up to the first."""

    read: int
    kept: int
    merged: int
    out_of_scope: int
    rejected: int

    def __post_init__(self) -> None:
        if self.read != self.kept + self.merged + self.out_of_scope + self.rejected:
            raise ConfigurationError(f"a ledger does not add up: {self}")


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One source as it stands behind a snapshot."""

    id: str
    title: str
    producer: str
    licence: Licence
    url: str
    data_date: str
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: what the publisher's file stands for."""
    fetched_at: str
    """ISO 8601 instant, empty when unknown; a clock time, so it lives in ``run.json`` and in no hash."""
    ledger: SourceLedger
    rejects: Mapping[str, int] = field(default_factory=dict)
    """Rejected rows by code."""
    complete: tuple[str, ...] = ()
    """Categories for which the source declares itself complete."""
    attribution: str = ""
    """The line that its licence asks to show."""
    content: str = ""
    """Hash of the files that were read: two snapshots with the same were made from the same files; empty = unknown."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size and checksum of one file."""

    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileRecord:
        """Read the file once and record it."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(bytes=path.stat().st_size, sha256=digest)


@dataclass(frozen=True, slots=True)
class Manifest:
    """``manifest.json``: the root that every other file of a snapshot hangs from."""

    id: str
    territory: Territory
    modes: tuple[str, ...]
    method_version: str
    completeness: Mapping[str, Completeness]
    """Of every category of the taxonomy."""
    files: Mapping[str, FileRecord]
    """By path below the snapshot's folder, with forward slashes."""

    def write(self, path: Path) -> None:
        """Write canonical JSON that carries the digest of its own other lines."""
        body = {
            "format": FORMAT,
            "id": self.id,
            "territory": asdict(self.territory),
            "modes": self.modes,
            "method_version": self.method_version,
            "completeness": dict(self.completeness),
            "files": {name: asdict(row) for name, row in self.files.items()},
        }
        path.write_text(canonical_json({**body, "digest": _digest(body)}), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a snapshot's folder and hold it against its own digest.

        Raises
        ------
        SnapshotCorrupt
            When it is missing, unreadable, altered, of another format, or another snapshot's.
        """
        path = folder / "manifest.json"
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            if body["format"] != FORMAT:
                raise SnapshotCorrupt(
                    f"{path} has format {body['format']!r}, this version reads {FORMAT}: build the territory again"
                )
            if body.pop("digest") != _digest(body):
                raise SnapshotCorrupt(f"{path} was altered after it was written: build the territory again")
            territory = dict(body["territory"])
            west, south, east, north = territory.pop("bbox")
            manifest = cls(
                id=body["id"],
                territory=Territory(bbox=(west, south, east, north), **territory),
                modes=tuple(body["modes"]),
                method_version=body["method_version"],
                completeness={k: Completeness(v) for k, v in body["completeness"].items()},
                files={name: FileRecord(**row) for name, row in body["files"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SnapshotCorrupt(f"{path} is not a manifest ({error}): build the territory again") from error
        if manifest.id != folder.name.removeprefix(".").removesuffix(".partial"):
            raise SnapshotCorrupt(f"{path} belongs to snapshot {manifest.id}, not to its folder")
        return manifest

    def verify(self, folder: Path) -> None:
        """Hold every file against its record.

        Raises
        ------
        SnapshotCorrupt
            Names the first file, in the order of the manifest, that is missing or differs.
        """
        with ThreadPoolExecutor(max_workers=2) as pool:  # hashing runs outside the interpreter's lock
            for problem in pool.map(lambda item: _file_problem(folder / item[0], item[1]), self.files.items()):
                if problem:
                    raise SnapshotCorrupt(problem)


def require_id(snapshot_id: str) -> str:
    """Return the id when it can name a folder.

    Raises
    ------
    SnapshotCorrupt
        When it could lead out of the folder of snapshots.
    """
    if not _ID.fullmatch(snapshot_id):
        raise SnapshotCorrupt(f"{snapshot_id[:80]!r} is not a snapshot's id")
    return snapshot_id


def canonical_json(value: Any) -> str:
    """Write JSON so that equal values are equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def write_sources(path: Path, sources: tuple[SourceRecord, ...]) -> None:
    """Write the sources without their clock times, in the order given."""
    rows = []
    for source in sources:
        row = {name: getattr(source, name) for name in _PLAIN_FIELDS}
        rows.append({**row, "ledger": asdict(source.ledger), "rejects": dict(source.rejects)})
    path.write_text(canonical_json(rows), encoding="utf-8")


def read_sources(path: Path, fetched_at: Mapping[str, str]) -> tuple[SourceRecord, ...]:
    """Read the sources back, each with its clock time from ``run.json``."""
    return tuple(_sources(json.loads(path.read_text(encoding="utf-8")), fetched_at))


def source_ledgers(folder: Path) -> dict[str, SourceLedger]:
    """Return the ledgers of the sources behind the snapshot in a folder, by source id.

    Raises
    ------
    SnapshotCorrupt
        When its list of sources cannot be read.
    """
    try:
        rows = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
        return {row["id"]: SourceLedger(**row["ledger"]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotCorrupt(f"{folder / 'sources.json'} is no list of sources: {error}") from error


def _sources(rows: list[dict[str, Any]], fetched_at: Mapping[str, str]) -> Iterator[SourceRecord]:
    for row in rows:
        yield SourceRecord(
            fetched_at=fetched_at.get(row["id"], ""),
            licence=Licence(row.pop("licence")),
            ledger=SourceLedger(**row.pop("ledger")),
            complete=tuple(row.pop("complete")),
            **row,
        )


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(body).encode()).hexdigest()


def _file_problem(path: Path, record: FileRecord) -> str:
    if not path.is_file():
        return f"{path} is missing: build the territory again"
    if path.stat().st_size != record.bytes:
        return f"{path} has {path.stat().st_size} bytes, the manifest says {record.bytes}: build the territory again"
    if FileRecord.of(path) != record:
        return f"{path} is not what the manifest says (checksum): build the territory again"
    return ""
