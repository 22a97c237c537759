"""The raw zone: what publishers gave, named by what it holds, with a note of where and when it came from.

``<source>/<sha256><suffix>`` with ``<sha256>.json`` beside it, and ``latest-<request>.json`` for the newest answer to
each request.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Any

from geo.durable import replace_text
from ingest.hosts import shown
from ingest.partial import Partial
from ingest.protocols import Request

__all__ = ["Answer", "RawFolder", "Sidecar", "sha256_of", "stamp"]

_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8})*")
_KEPT_HEADERS = ("content-type", "content-length", "etag", "last-modified", "cache-control", "content-disposition")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What is known of a file of the raw zone."""

    file: str
    sha256: str
    bytes: int
    url: str
    """As it was asked for, without passwords and keys."""
    answered_by: str
    """Where redirects led, the same way."""
    licence: str
    fetched_at: str
    data_date: str
    etag: str
    last_modified: str
    headers: Mapping[str, str]
    """Of the answer, those that say something of the file."""


class RawFolder:
    """The answers to the requests of one source.

    Parameters
    ----------
    folder
        ``data/raw/<source>``; made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def former(self, request: Request) -> Sidecar | None:
        """Return the note of the newest answer; None where its file is gone or damaged: it is then fetched anew."""
        sidecar = _read(self.folder / f"latest-{key_of(request)}.json")
        if sidecar is None:
            return None
        path = self.folder / sidecar.file
        return sidecar if path.is_file() and sha256_of(path) == sidecar.sha256 else None

    def partial(self, request: Request) -> Partial:
        """Open the part that is kept of a request's answer."""
        return Partial(self.folder, key_of(request))

    def keep(self, request: Request, part: Partial, answer: Answer) -> Sidecar:
        """Name a whole answer by what it holds, and note where it came from."""
        digest = part.whole()
        suffix = request.suffix or "".join(PurePosixPath(answer.path).suffixes[-2:]).lower()
        modified = answer.headers.get("last-modified", "")
        sidecar = Sidecar(
            file=digest + (suffix if _SUFFIX.fullmatch(suffix) else ""),
            sha256=digest,
            bytes=part.size,
            url=shown(request.url),
            answered_by=shown(answer.url),
            licence=answer.licence,
            fetched_at=stamp(answer.at),
            data_date=request.dated or _http_date(modified) or f"{answer.at:%Y-%m-%d}",
            etag=answer.headers.get("etag", ""),
            last_modified=modified,
            headers={name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
        )
        part.move(self.folder / sidecar.file)
        text = json.dumps(asdict(sidecar), ensure_ascii=False, indent=1) + "\n"
        replace_text(self.folder / f"{digest}.json", text)
        replace_text(self.folder / f"latest-{key_of(request)}.json", text)
        return sidecar


@dataclass(frozen=True, slots=True)
class Answer:
    """What came with a file."""

    url: str
    """That answered."""
    path: str
    """Of the URL."""
    headers: Mapping[str, str]
    """By lower-case name."""
    licence: str
    at: datetime


def key_of(request: Request) -> str:
    """Return what tells a request from the others of its source."""
    asked = json.dumps([request.url, sorted((request.form or {}).items())])
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def sha256_of(path: Path) -> str:
    """Return the digest of a file; of a shapefile, of all the files that make it up."""
    parts = [path.with_suffix(suffix) for suffix in _SHAPEFILE] if path.suffix == ".shp" else []
    digests = [_digest(part) for part in (path, *parts) if part is path or part.is_file()]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


_SHAPEFILE = (".cpg", ".dbf", ".prj", ".shx")
"""What lies beside a ``.shp``: attributes, their encoding, the system of its coordinates."""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(moment: datetime) -> str:
    """Write an instant (UTC) as the notes do."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _http_date(value: str) -> str:
    try:
        return f"{parsedate_to_datetime(value):%Y-%m-%d}"
    except ValueError:
        return ""


def _read(path: Path) -> Sidecar | None:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Sidecar(**data)
    except (OSError, ValueError, TypeError):
        return None
