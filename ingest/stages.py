"""What the stages of a build came to, kept so that nothing is done twice.

``data/cache/<territory>/<stage>/<key>/``: the key is a hash of everything that the result depends on, so that an entry
is right or is not found. An entry is written beside, brought to the disk and renamed; a build that is killed leaves
whole entries and drafts, and the next one goes on from the whole ones. An entry that was damaged is made again.

Records are kept as pickles: this is a private folder of our own results, never a place for files from elsewhere
(docs/adr/0006-stages-are-kept-by-their-inputs.md).
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from geo.durable import sync_folder, sync_tree
from geo.manifest import FileRecord, canonical_json

__all__ = ["Stages"]

Made = TypeVar("Made")

_SEAL = "entry.json"
"""Sizes and checksums of an entry's files; written last."""
_VALUE = "value.pickle"
_KEEP_S = 14 * 86_400.0
_DRAFT_S = 3_600.0
_KEEP_UNUSED = 2


class Stages:
    """The kept results of one territory.

    Parameters
    ----------
    folder
        ``data/cache/<territory>``; None: nothing is kept, every value is made.
    code
        Digest of the program: another version has other results.
    """

    def __init__(self, folder: Path | None = None, code: str = "") -> None:
        self._folder, self._code = folder, code
        self._used: set[Path] = set()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def key(self, stage: str, *inputs: Any) -> str:
        """Return the key of a result that depends on these inputs (values that JSON can hold) and on the program."""
        return hashlib.sha256(canonical_json([self._code, stage, inputs]).encode()).hexdigest()[:32]

    def value(self, stage: str, key: str, make: Callable[[], Made]) -> Made:
        """Return a result: the kept one, or a new one that is kept."""
        if self._folder is None:
            return make()
        kept = self._whole(stage, key)
        if kept is not None:
            with suppress(Exception):  # whatever a pickle of ours cannot be read for: it is made again
                return cast("Made", pickle.loads((kept / _VALUE).read_bytes()))  # noqa: S301 - our own private folder
        return self.put(stage, key, make())

    def put(self, stage: str, key: str, made: Made) -> Made:
        """Keep a result in the place of any former one, and return it."""
        if self._folder is not None:
            self._write(stage, key, lambda draft: (draft / _VALUE).write_bytes(pickle.dumps(made, protocol=5)))
        return made

    def folder(self, stage: str, key: str, fill: Callable[[Path], object]) -> Path:
        """Return a folder of files: the kept one, or a new one that `fill` fills. Only read it."""
        return self._whole(stage, key) or self._write(stage, key, fill)

    def prune(self) -> None:
        """Remove drafts, and results that this build had no use for: all but the newest few, and what is old."""
        if self._folder is None:
            return
        for stage in sorted(path for path in self._folder.iterdir() if path.is_dir()):
            unused = sorted((entry for entry in stage.iterdir() if entry not in self._used), key=_age_s)
            drafts = [entry for entry in unused if entry.name.startswith(".")]
            results = [entry for entry in unused if entry not in drafts]
            old = [entry for entry in results[:_KEEP_UNUSED] if _age_s(entry) > _KEEP_S]
            left = [entry for entry in drafts if _age_s(entry) > _DRAFT_S]  # a younger one may be another build's
            for entry in [*results[_KEEP_UNUSED:], *old, *left]:
                shutil.rmtree(entry, ignore_errors=True)

    def _whole(self, stage: str, key: str) -> Path | None:
        """Return an entry whose files are all as they were written."""
        if self._folder is None:
            return None
        entry = self._folder / stage / key
        try:
            seal = json.loads((entry / _SEAL).read_text(encoding="utf-8"))
            records = {name: FileRecord(**record) for name, record in seal.items()}
            if all(FileRecord.of(entry / name) == record for name, record in records.items()):
                os.utime(entry)
                self._used.add(entry)
                return entry
        except (OSError, ValueError, TypeError, AttributeError):
            pass
        shutil.rmtree(entry, ignore_errors=True)
        return None

    def _write(self, stage: str, key: str, fill: Callable[[Path], object]) -> Path:
        assert self._folder is not None  # noqa: S101 - a build has a folder for its stages
        final = self._folder / stage / key
        draft = self._folder / stage / f".{key}.{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            fill(draft)
            records = {name: {"bytes": r.bytes, "sha256": r.sha256} for name, r in _records(draft)}
            (draft / _SEAL).write_text(canonical_json(records), encoding="utf-8")
            sync_tree(draft)
            shutil.rmtree(final, ignore_errors=True)
            draft.rename(final)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        sync_folder(final.parent)
        self._used.add(final)
        return final


def _records(folder: Path) -> Iterator[tuple[str, FileRecord]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), FileRecord.of(path)


def _age_s(entry: Path) -> float:
    try:
        return time.time() - entry.stat().st_mtime
    except OSError:
        return 0.0
