"""The raw zone: what a publisher gave, named by what it holds, with a note of where and when it came from.

A mirror (a folder of files as their publishers served them) stands before the network: a build from a mirror opens no
connection as long as the mirror has the files.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import httpx
import stamina

from geo.errors import SourceMalformed, SourceUnavailable
from ingest.catalogue import Source, Vintage

__all__ = ["Fetched", "Fetcher"]

stamina.instrumentation.set_on_retry_hooks([])  # what a retry cannot mend is said once, in a sentence of ours

_CHUNK_BYTES = 1 << 20
_AGENT = "alentours (open-source finder of the services around a home)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file of a source, on this machine."""

    source: str
    path: Path
    sha256: str
    origin: str
    """Address it came from, or its path below the mirror."""
    fetched_at: str
    """UTC, ``YYYY-MM-DDTHH:MM:SSZ``; of a mirror's file, when it was laid there (so that two builds agree)."""
    data_date: str
    """What the file stands for: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""
    producer: str
    vintage: int | None = None
    """Of a mirror: the place of its vintage in the source's ``mirror``; None: the publisher's feed."""


@dataclass(frozen=True, slots=True)
class _Sidecar:
    """What is known of a file of the raw zone; stands beside it as JSON, and as ``latest.json`` for the newest."""

    file: str
    sha256: str
    bytes: int
    url: str
    licence: str
    fetched_at: str
    data_date: str
    etag: str
    last_modified: str
    content_type: str


class _Busy(Exception):
    """The publisher asks to come again (429, 5xx); ``wait_s`` when it said after how long."""

    def __init__(self, status: int, wait_s: float | None) -> None:
        self.wait_s = wait_s
        super().__init__(f"HTTP {status}")


class Fetcher:
    """Gives the files of a source: from the mirror when it has them, else from the publisher.

    Parameters
    ----------
    raw_folder
        ``data/raw``: ``<source>/<sha256><suffix>``, a sidecar ``.json`` beside each.
    mirror
        Folder laid out as the sources' ``mirror`` paths say; None: no mirror.
    transport
        Stands in for the network (tests); None: the network.
    now
        The clock, UTC.
    timeout_s
        For a connection and between two pieces of an answer.
    attempts, wait_s, wait_max_s
        Tries in all, first pause and longest pause between them; a publisher's ``Retry-After`` is respected up to the
        longest pause.
    limit_bytes
        A larger answer is refused.
    """

    def __init__(
        self,
        raw_folder: Path,
        mirror: Path | None = None,
        transport: httpx.BaseTransport | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_s: float = 30.0,
        attempts: int = 4,
        wait_s: float = 1.0,
        wait_max_s: float = 60.0,
        limit_bytes: int = 4 << 30,
    ) -> None:
        self.raw_folder, self.mirror = raw_folder, mirror
        self._transport, self._now = transport, now
        self._timeout_s, self._attempts = timeout_s, attempts
        self._wait_s, self._wait_max_s, self._limit_bytes = wait_s, wait_max_s, limit_bytes

    def get(self, source: Source, territory: str = "") -> list[Fetched]:
        """Return the files of a source, in the order in which they are to be read.

        Raises
        ------
        SourceUnavailable
            When neither the mirror nor the publisher gives them.
        SourceMalformed
            When the publisher's answer is cut off or larger than the limit.
        """
        vintage = self._vintage(source, territory)
        if vintage is not None:
            return [self._from_mirror(source, vintage, path) for path in _paths(source.mirror[vintage], territory)]
        if source.url:
            return [self._from_publisher(source, source.url.replace("{territory}", territory))]
        raise SourceUnavailable(source.id, self._absent(source, territory))

    def _vintage(self, source: Source, territory: str) -> int | None:
        """Return the place of the newest vintage about the territory of which the mirror has every file."""
        if self.mirror is None:
            return None
        root = self.mirror
        whole = (
            number
            for number, vintage in enumerate(source.mirror)
            if territory in (vintage.territories or (territory,))
            and all((root / path).is_file() for path in _paths(vintage, territory))
        )
        return max(whole, key=lambda number: source.mirror[number].data_date, default=None)

    def _absent(self, source: Source, territory: str) -> str:
        wanted = ", ".join(path for vintage in source.mirror for path in _paths(vintage, territory))
        where = "no mirror is given" if self.mirror is None else "the mirror lacks some of its files"
        return f"{where} ({wanted}) and the source has no address to fetch from"

    def _from_mirror(self, source: Source, number: int, relative: str) -> Fetched:
        assert self.mirror is not None  # noqa: S101 - a vintage comes from a mirror
        path, vintage = self.mirror / relative, source.mirror[number]
        laid = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        producer = vintage.producer or source.producer
        return Fetched(source.id, path, _sha256(path), relative, _stamp(laid), vintage.data_date, producer, number)

    def _from_publisher(self, source: Source, url: str) -> Fetched:
        folder = self.raw_folder / source.id
        folder.mkdir(parents=True, exist_ok=True)
        former = _read_sidecar(folder / "latest.json")
        if former is not None and not (former.url == url and _intact(folder / former.file, former)):
            former = None
        try:
            with httpx.Client(
                transport=self._transport,
                timeout=self._timeout_s,
                follow_redirects=True,
                headers={"User-Agent": _AGENT},
            ) as client:
                sidecar = self._download(client, source, url, folder, former)
        except (httpx.HTTPError, httpx.InvalidURL, _Busy) as error:
            detail = (
                f"{url} does not answer ({str(error) or type(error).__name__}) and {self._mirror_word()}: "
                "look at the network, or name a mirror by MIRROR=<folder>"
            )
            raise SourceUnavailable(source.id, detail) from error
        path = folder / sidecar.file
        return Fetched(source.id, path, sidecar.sha256, url, sidecar.fetched_at, sidecar.data_date, source.producer)

    def _mirror_word(self) -> str:
        return "no mirror is given" if self.mirror is None else "the mirror lacks it"

    def _download(
        self, client: httpx.Client, source: Source, url: str, folder: Path, former: _Sidecar | None
    ) -> _Sidecar:
        """Ask again only for what changed; try again what may pass."""
        headers: dict[str, str] = {}
        if former is not None:
            conditions = {"If-None-Match": former.etag, "If-Modified-Since": former.last_modified}
            headers = {name: value for name, value in conditions.items() if value}
        for attempt in stamina.retry_context(
            on=self._worth_another_try,
            attempts=self._attempts,
            timeout=None,
            wait_initial=self._wait_s,
            wait_max=self._wait_max_s,
            wait_jitter=0,
        ):
            with attempt:
                target, dated = self._resolve(client, source, url)
                with client.stream("GET", target, headers=headers) as response:
                    if response.status_code == httpx.codes.NOT_MODIFIED and former is not None:
                        return former
                    _raise_for_status(response)
                    return self._write(source, url, folder, response, dated)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _worth_another_try(self, error: Exception) -> bool | float:
        if isinstance(error, _Busy):
            return True if error.wait_s is None else min(error.wait_s, self._wait_max_s)
        return isinstance(error, httpx.TransportError)

    def _resolve(self, client: httpx.Client, source: Source, url: str) -> tuple[str, str]:
        """Return the address of the file and its date: data.gouv.fr changes them with every release."""
        if not source.resource:
            return url, ""
        response = client.get(url)
        _raise_for_status(response)
        wanted = re.compile(source.resource)
        try:
            resources = [
                r for r in response.json()["resources"] if wanted.search(r["title"]) or wanted.search(r["url"])
            ]
            newest = max(resources, key=lambda resource: str(resource["last_modified"]))
        except (KeyError, TypeError, ValueError) as error:
            raise SourceUnavailable(source.id, f"{url} lists no resource that matches {source.resource!r}") from error
        return str(newest["url"]), str(newest["last_modified"])[:10]

    def _write(self, source: Source, url: str, folder: Path, response: httpx.Response, dated: str) -> _Sidecar:
        """Write to a temporary name; the file takes its own name once it is whole."""
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".partial-")
        try:
            with os.fdopen(handle, "wb") as out:
                sha256, size = self._copy(source, url, response, out)
            _check_length(source, url, response, size)
            sidecar = self._describe(source, url, response, sha256, size, dated)
            Path(temporary).replace(folder / sidecar.file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        text = json.dumps(asdict(sidecar), ensure_ascii=False, indent=1)
        _replace_text(folder / f"{sidecar.sha256}.json", text)
        _replace_text(folder / "latest.json", text)
        return sidecar

    def _copy(self, source: Source, url: str, response: httpx.Response, out: BinaryIO) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        for chunk in response.iter_bytes(_CHUNK_BYTES):
            size += len(chunk)
            if size > self._limit_bytes:
                raise SourceMalformed(source.id, f"larger than {self._limit_bytes} bytes", file=url)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
        return digest.hexdigest(), size

    def _describe(
        self, source: Source, url: str, response: httpx.Response, sha256: str, size: int, dated: str
    ) -> _Sidecar:
        modified = response.headers.get("last-modified", "")
        suffix = "".join(PurePosixPath(response.url.path).suffixes[-2:])
        return _Sidecar(
            file=sha256 + (suffix if re.fullmatch(r"(\.[a-z0-9]{1,8})*", suffix) else ""),
            sha256=sha256,
            bytes=size,
            url=url,
            licence=source.licence.value,
            fetched_at=_stamp(self._now()),
            data_date=dated or _http_date(modified) or f"{self._now():%Y-%m-%d}",
            etag=response.headers.get("etag", ""),
            last_modified=modified,
            content_type=response.headers.get("content-type", ""),
        )


def _paths(vintage: Vintage, territory: str) -> list[str]:
    return [path.replace("{territory}", territory) for path in vintage.paths]


def _raise_for_status(response: httpx.Response) -> None:
    """Tell an answer that may pass (429, 5xx) from one that will not."""
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
        raise _Busy(response.status_code, _retry_after_s(response.headers))
    response.raise_for_status()


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    return float(value) if value.isdigit() else None


def _check_length(source: Source, url: str, response: httpx.Response, size: int) -> None:
    """Refuse an answer that ended before the length it announced (which speaks of the bytes before decoding)."""
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and "content-encoding" not in response.headers and size != int(announced):
        raise SourceMalformed(source.id, f"cut off after {size} of {announced} bytes", file=url)


def _http_date(value: str) -> str:
    try:
        return f"{parsedate_to_datetime(value):%Y-%m-%d}"
    except ValueError:
        return ""


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _intact(path: Path, sidecar: _Sidecar) -> bool:
    return path.is_file() and _sha256(path) == sidecar.sha256


def _read_sidecar(path: Path) -> _Sidecar | None:
    """Return the note, or None where there is none that can be read: the file is then fetched anew."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return _Sidecar(**data)
    except (OSError, ValueError, TypeError):
        return None


def _replace_text(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)
