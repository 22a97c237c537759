"""What a terminal shows of a build's stages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.progress import Advance

__all__ = ["Bars"]

_STAGES = {
    "sample": "make the sample's files",
    "fetch": "fetch",
    "read": "read, normalise, conflate",
    "store": "store",
    "streets": "read the streets",
    "elevation": "read the heights",
    "fields": "networks and fields",
    "basemap": "draw the basemap",
    "publish": "verify and publish",
}


class Bars:
    """One bar a stage, that stays with its seconds when the stage is done."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bars.stop()

    @contextmanager
    def stage(self, name: str, steps: int) -> Iterator[Advance]:
        """Show a stage."""
        task = self._bars.add_task(_STAGES.get(name, name), total=steps)
        yield lambda: self._bars.advance(task)
        self._bars.stop_task(task)
