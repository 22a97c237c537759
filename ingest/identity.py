"""The id of a snapshot: a hash of what it is made from. Same inputs, settings and code, same id and same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from geo.manifest import canonical_json
from ingest.catalogue import Source
from ingest.fetch import Fetched
from ingest.tags import TagMap

__all__ = ["code_digest", "content_of", "digest_of_files", "digest_of_inputs", "digest_of_source", "snapshot_id"]

_CODE = ("geo", "ingest")
_SUFFIXES = {".py", ".toml", ".lock"}


def snapshot_id(
    territory: str, fetched: Iterable[Fetched], *, code: Path, data: Path, elevation: Sequence[str] = ()
) -> str:
    """Return the id that a build of these inputs has: 16 hexadecimal digits.

    Parameters
    ----------
    fetched
        The files that will be read, in any order.
    code
        The folder that holds ``geo/``, ``ingest/`` and ``requirements/run.lock``.
    data
        The folder of taxonomy, method, modes, profiles and sources.
    elevation
        Name and hash of the raster of heights; empty: there is none.
    """
    inputs = sorted(digest_of_inputs(fetched))
    made_from = {
        "territory": territory,
        "inputs": inputs,
        "elevation": list(elevation),
        "code": code_digest(code),
        "data": digest_of_files(*sorted(path for path in data.iterdir() if path.suffix == ".toml"), *_folders(data)),
    }
    return hashlib.sha256(canonical_json(made_from).encode()).hexdigest()[:16]


def content_of(files: Iterable[Fetched]) -> str:
    """Return one hash of what the files of a source hold: 16 hexadecimal digits."""
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()[:16]


def code_digest(code: Path) -> str:
    """Return one hash of the program: ``geo/``, ``ingest/`` and the packages that they are locked to."""
    return digest_of_files(code / "requirements" / "run.lock", *(code / name for name in _CODE))


def digest_of_inputs(fetched: Iterable[Fetched]) -> list[list[str]]:
    """Return what files are and stand for, wherever on this machine they lie, in the order given."""
    return [[f.source, f.sha256, f.data_date, f.producer, f.path.name] for f in fetched]


def digest_of_source(source: Source) -> str:
    """Return one hash of how a source is read: its keys, those that it inherits included, and its map."""
    keys = {name: _plain(getattr(source, name)) for name in type(source).model_fields if name != "vintages"}
    return hashlib.sha256(canonical_json(keys).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Bring a value of a source to what JSON can hold, the same in every process (sets have no order of their own)."""
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, TagMap):
        return _plain([{c: [s.text for s in ways] for c, ways in value.categories.items()}, value.accounted,
                       [selector.text for selector in value.ignored]])  # fmt: skip
    if isinstance(value, Mapping):  # in its order, which may decide (the first category is an object's main one)
        return [[str(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, Set):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


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
