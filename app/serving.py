"""The snapshot that answers: opened once, and replaced by one assignment when another is published.

A request takes ``serving.now()`` once and keeps what it got: a snapshot published meanwhile serves the next request,
and the former one is closed when its last request is done. Every worker looks at ``CURRENT``, one line, every other
second: that needs no signal, so it works for several workers, in a container and on a shared folder alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import AsyncIterator, Callable
from functools import cached_property
from pathlib import Path

import structlog

from app.logs import fault
from app.tiles import TileArchive
from app.warming import warm
from geo.errors import AlentoursError, NoSnapshot, SnapshotCorrupt
from geo.publication import current_id
from geo.snapshot import Snapshot

__all__ = ["Served", "Serving"]


class Served:
    """A snapshot, and the answers that are the same for every request to it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._answers: dict[str, bytes] = {}
        weakref.finalize(self, snapshot.close)

    def once(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return the answer kept under `key`; `make` is called for the first request alone."""
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = make()
        return answer

    @cached_property
    def tiles(self) -> TileArchive | None:
        """The basemap's tiles; None where the snapshot has no basemap."""
        path = self.snapshot.basemap_path
        return None if path is None else TileArchive(path)

    def warm(self) -> None:
        """Open what the first request of each mode would open, and have the kernels loaded, before anybody waits."""
        _ = self.tiles
        warm(self.snapshot)


class Serving:
    """What answers now.

    Parameters
    ----------
    folder
        Folder that holds ``<territory>/CURRENT``.
    territory
        Code of the territory.
    verify
        Whether a snapshot's checksums are verified before it serves.
    """

    def __init__(self, folder: Path, territory: str, *, verify: bool = True) -> None:
        self._folder, self._territory, self._verify = folder, territory, verify
        self._served: Served | None = None
        self._trouble: AlentoursError | None = None
        self._refused: str | None = None
        self._log = structlog.stdlib.get_logger("alentours.serving")

    def now(self) -> Served:
        """Return what answers now; keep it for the whole request.

        Raises
        ------
        NoSnapshot, SnapshotCorrupt
            When nothing serves.
        """
        served = self._served
        if served is not None:
            return served
        # What the operator reads names folders; who asks over HTTP needs none of that.
        if self._trouble is not None:
            raise type(self._trouble)("the published snapshot cannot be opened: the operator finds why in the log")
        raise NoSnapshot(f"nothing is published for territory {self._territory} yet")

    def refresh(self) -> bool:
        """Look at ``CURRENT`` and open what it names, beside what serves; True when another snapshot serves now.

        A snapshot that cannot be opened never takes the place of one that serves: it is logged once, and left alone
        until ``CURRENT`` names another.
        """
        published = None
        try:
            published = current_id(self._folder / self._territory)
            if published == self._serving_id:
                self._refused = None  # what was refused may have been mended meanwhile: it is tried again
            if published in (None, self._refused, self._serving_id):
                return False
            served = Served(Snapshot.open(self._folder / self._territory / str(published), verify=self._verify))
            served.warm()
        except OSError as error:  # written by another version, or taken away meanwhile
            return self._refuse(published, SnapshotCorrupt(f"snapshot {published} cannot be read: {error}"))
        except AlentoursError as error:
            return self._refuse(published, error)
        self._served, self._trouble, self._refused = served, None, None
        self._log.info("snapshot serves", snapshot=published, territory=self._territory)
        return True

    def _refuse(self, published: str | None, error: AlentoursError) -> bool:
        if self._trouble is None or published != self._refused:
            self._log.error("snapshot refused", reason=str(error), serving=self._serving_id)
        self._trouble, self._refused = error, published
        return False

    @property
    def _serving_id(self) -> str | None:
        return None if self._served is None else self._served.snapshot.id

    @contextlib.asynccontextmanager
    async def watched(self, every_s: float) -> AsyncIterator[None]:
        """Open what is published, then look again every so many seconds, as long as the context lasts."""
        await asyncio.to_thread(self.refresh)
        task = asyncio.create_task(self._watch(every_s)) if every_s > 0 else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _watch(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await asyncio.to_thread(self.refresh)
            except Exception as error:  # noqa: BLE001 — the watch must outlive a fault: it is logged, and tried again
                self._log.error("watch failed", **fault(error))
