"""What came of a download that broke off: kept beside the raw zone's files, so that the next attempt asks for the rest.

A rest is asked for only under the very version (``ETag``, or a date of change) that the first part was of.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["NoRest", "Partial"]

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class NoRest(Exception):
    """The kept part is of no use: ask for the whole."""


class Partial:
    """The file that a download writes to, locked against a second build's.

    Parameters
    ----------
    folder
        Of the source in the raw zone.
    key
        Names the request; at most one part is kept of each.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.path = folder / f".partial-{key}"
        self._note = folder / f".partial-{key}.json"
        self.out = self._open(folder)
        self.size = 0
        self._digest = hashlib.sha256()

    def _open(self, folder: Path) -> BinaryIO:
        """Open the kept part; where another build holds it, a file of our own."""
        out = self.path.open("ab+")
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self.path.stat().st_ino == os.fstat(out.fileno()).st_ino:
                return out
        except OSError:
            pass
        out.close()
        handle, name = tempfile.mkstemp(dir=folder, prefix=".partial-")
        self.path, self._note = Path(name), Path(f"{name}.json")
        return os.fdopen(handle, "wb+")

    def conditions(self, url: str) -> dict[str, str]:
        """Return the headers that ask for the rest; none where the part is of no known version, or of another URL."""
        note = _read(self._note)
        there = os.fstat(self.out.fileno()).st_size
        if not there or note.get("url") != url or not note.get("version"):
            return {}
        return {"Range": f"bytes={there}-", "If-Range": note["version"], "Accept-Encoding": "identity"}

    def begin(self, url: str, status: int, headers: Mapping[str, str]) -> int | None:
        """Make ready for an answer: after what is there when it is the rest of it, else from the start.

        Returns
        -------
        int | None
            Bytes that the whole will have; None where the publisher does not say.

        Raises
        ------
        NoRest
            When the answer is another part than the one that was asked for.
        """
        match = _RANGE.fullmatch(headers.get("content-range", "")) if status == 206 else None
        there = os.fstat(self.out.fileno()).st_size
        if match and int(match[1]) == there and there:
            self.out.seek(0)
            self._digest, self.size = hashlib.sha256(), 0
            while piece := self.out.read(1 << 20):
                self._digest.update(piece)
                self.size += len(piece)
            return None if match[2] == "*" else int(match[2])
        if status == 206:
            raise NoRest
        self.out.seek(0)
        self.out.truncate()
        self._digest, self.size = hashlib.sha256(), 0
        version = _version(headers)
        if version:
            self._note.write_text(json.dumps({"url": url, "version": version}), encoding="utf-8")
        else:
            self._note.unlink(missing_ok=True)
        announced = headers.get("content-length", "")
        # the length speaks of the bytes before decoding
        return int(announced) if announced.isdigit() and "content-encoding" not in headers else None

    def write(self, piece: bytes) -> None:
        """Add what came."""
        self.size += len(piece)
        self._digest.update(piece)
        self.out.write(piece)

    def whole(self) -> str:
        """Bring it to the disk and return its sha256."""
        self.out.flush()
        os.fsync(self.out.fileno())
        return self._digest.hexdigest()

    def move(self, target: Path) -> None:
        """Give the whole file its name."""
        self.path.replace(target)
        self._note.unlink(missing_ok=True)
        self.out.close()

    def drop(self) -> None:
        """Forget the part: it is of no use."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        self.out.close()

    def leave(self) -> None:
        """Close; what is there is kept when its rest can be asked for."""
        if self.out.closed:
            return
        self.out.flush()
        if self.size and _read(self._note).get("version"):
            self.out.close()
        else:
            self.drop()


def _version(headers: Mapping[str, str]) -> str:
    """Return what ``If-Range`` may hold: a strong tag, or a date; none of an answer that was encoded on the way."""
    if "content-encoding" in headers or headers.get("accept-ranges", "").casefold() == "none":
        return ""
    tag = headers.get("etag", "")
    return tag if tag and not tag.startswith("W/") else "" if tag else headers.get("last-modified", "")


def _read(path: Path) -> dict[str, Any]:
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
