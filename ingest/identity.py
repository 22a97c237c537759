"""The id of a snapshot: a hash of what it is made from. Same inputs, settings and code, same id and same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from geo.manifest import canonical_json
from ingest.fetch import Fetched

__all__ = ["content_of", "digest_of_files", "snapshot_id"]

_CODE = ("geo", "ingest")
_SUFFIXES = {".py", ".toml", ".lock"}


def snapshot_id(territory: str, fetched: Iterable[Fetched], *, code: Path, data: Path) -> str:
    """Return the id that a build of these inputs has: 16 hexadecimal digits.

    Parameters
    ----------
    fetched
        The files that will be read, in any order.
    code
        The folder that holds ``geo/``, ``ingest/`` and ``requirements/run.lock``.
    data
        The folder of taxonomy, method, modes, profiles and sources.
    """
    inputs = sorted([f.source, f.sha256, f.data_date, f.producer, f.path.name] for f in fetched)
    made_from = {
        "territory": territory,
        "inputs": inputs,
        "code": digest_of_files(code / "requirements" / "run.lock", *(code / name for name in _CODE)),
        "data": digest_of_files(*sorted(path for path in data.iterdir() if path.suffix == ".toml"), *_folders(data)),
    }
    return hashlib.sha256(canonical_json(made_from).encode()).hexdigest()[:16]


def content_of(files: Iterable[Fetched]) -> str:
    """Return one hash of what the files of a source hold: 16 hexadecimal digits."""
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()[:16]


def digest_of_files(*roots: Path) -> str:
    """Return one hash of code and declarative files: their paths below each root, and their bytes."""
    digest = hashlib.sha256()
    for root in roots:
        for path in _files(root):
            name = path.relative_to(root.parent).as_posix()
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _folders(data: Path) -> list[Path]:
    return [data / "profiles", data / "sources"]


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    yield from sorted(path for path in root.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
