"""Bring the files of every source here: from a mirror when it has them, else from their publishers.

A mirror is a folder of files as their publishers served them. With one, a build opens no connection as long as the
mirror has the files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from geo.errors import SourceUnavailable
from ingest.catalogue import Source, Vintage
from ingest.download import Downloader, Limits
from ingest.hosts import Hosts
from ingest.protocols import Request, answered, steps_of
from ingest.raw_zone import RawFolder, Sidecar, sha256_of, stamp

__all__ = ["Fetched", "Fetcher", "Limits"]

_BESIDE_A_MIRROR_S = 5.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file of a source, on this machine."""

    source: str
    path: Path
    sha256: str
    origin: str
    """Address it came from (without passwords and keys), or its path below the mirror."""
    fetched_at: str
    """UTC, ``YYYY-MM-DDTHH:MM:SSZ``; of a mirror's file, when it was laid there (so that two builds agree)."""
    data_date: str
    """What the file stands for: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""
    producer: str
    vintage: int | None = None
    """Of a mirror: the place of its vintage in the source's ``mirror``; None: the publisher's feed."""


class Fetcher:
    """Gives the files of sources.

    Parameters
    ----------
    raw_folder
        ``data/raw`` (:mod:`ingest.raw_zone`).
    mirror
        Folder laid out as the sources' ``mirror`` paths say; None: no mirror. What it lacks is asked of the publisher
        once, and quickly: a build from a mirror is most often one without a network.
    transport
        Stands in for the network (tests); None: the network.
    hosts
        Whom it may ask; None: every public host, whose names are looked up where no transport stands in.
    now
        The clock, UTC.
    limits
        How long, how much, how often.
    """

    def __init__(
        self,
        raw_folder: Path,
        mirror: Path | None = None,
        transport: httpx.BaseTransport | None = None,
        *,
        hosts: Hosts | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: Limits | None = None,
    ) -> None:
        self.raw_folder, self.mirror = raw_folder, mirror
        limits = limits or Limits()
        if mirror is not None:
            limits = replace(limits, attempts=1, connect_s=min(limits.connect_s, _BESIDE_A_MIRROR_S))
        hosts = hosts or (Hosts() if transport is None else Hosts(None))
        self._downloader = Downloader(hosts, limits, transport, now=now)

    def get_all(
        self, sources: Sequence[Source], territory: str, jobs: int = 1, advance: Callable[[], None] = lambda: None
    ) -> dict[str, list[Fetched] | SourceUnavailable]:
        """Return the files of every source, or why there are none, by id in the order given.

        Sources that read the same feed (services, addresses and streets of one extract) fetch it once.

        Parameters
        ----------
        jobs
            How many sources are fetched at a time.
        advance
            Called once for each source.

        Raises
        ------
        SourceMalformed
            When a publisher's answer is cut off, larger than the limit or no data; of the first source that has one.
        """
        feeds: dict[object, Source] = {}
        for source in sources:
            feeds.setdefault(self._feed(source, territory), source)
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            waiting = {key: pool.submit(self._attempt, source, territory) for key, source in feeds.items()}
            found: dict[str, list[Fetched] | SourceUnavailable] = {}
            try:
                for source in sources:
                    files = waiting[self._feed(source, territory)].result()
                    found[source.id] = _of(source, files)
                    advance()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return found

    def _attempt(self, source: Source, territory: str) -> list[Fetched] | SourceUnavailable:
        try:
            return self.get(source, territory)
        except SourceUnavailable as error:
            return error

    def _feed(self, source: Source, territory: str) -> object:
        if self._vintage(source, territory) is not None:
            return source.id
        return (
            (source.protocol, source.url, source.dataset, source.resource, source.format) if source.url else source.id
        )

    def get(self, source: Source, territory: str = "") -> list[Fetched]:
        """Return the files of a source, in the order in which they are to be read.

        Raises
        ------
        SourceUnavailable
            When neither the mirror nor the publisher gives them.
        SourceMalformed
            When the publisher's answer is cut off, larger than the limit or no data.
        """
        vintage = self._vintage(source, territory)
        if vintage is not None:
            return [self._from_mirror(source, vintage, path) for path in _paths(source.mirror[vintage], territory)]
        if source.url:
            return self._from_publisher(source, territory)
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
        return Fetched(source.id, path, sha256_of(path), relative, stamp(laid), vintage.data_date, producer, number)

    def _from_publisher(self, source: Source, territory: str) -> list[Fetched]:
        raw = RawFolder(self.raw_folder / source.id)
        notes: dict[Path, Sidecar] = {}

        def ask(request: Request) -> Path:
            note = self._downloader.get(source, request, raw)
            notes[raw.folder / note.file] = note
            return raw.folder / note.file

        try:
            answers = [(request, path) for request, path in answered(steps_of(source, territory), ask)]
        except SourceUnavailable as error:
            beside = "no mirror is given" if self.mirror is None else "the mirror lacks it"
            raise SourceUnavailable(source.id, f"{error.detail} and {beside}", file=error.file) from error
        return [_described(source, path, notes[path]) for request, path in answers if not request.listing]


def _described(source: Source, path: Path, note: Sidecar) -> Fetched:
    return Fetched(source.id, path, note.sha256, note.url, note.fetched_at, note.data_date, source.producer)


def _of(source: Source, files: list[Fetched] | SourceUnavailable) -> list[Fetched] | SourceUnavailable:
    """Give a source what another one of the same feed fetched."""
    if isinstance(files, SourceUnavailable):
        return files if files.source == source.id else SourceUnavailable(source.id, files.detail, file=files.file)
    return [
        file if file.source == source.id else replace(file, source=source.id, producer=source.producer)
        for file in files
    ]


def _paths(vintage: Vintage, territory: str) -> list[str]:
    return [path.replace("{territory}", territory) for path in vintage.paths]
