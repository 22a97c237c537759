"""The commands of ``ingest``, mounted by ``app/cli.py``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.plan import make_plan
from ingest.progress import Advance
from ingest.settings import load_build_settings

__all__ = ["cli"]

cli = typer.Typer(name="ingest", add_completion=False, pretty_exceptions_enable=False)

_STAGES = {
    "sample": "make the sample's files",
    "fetch": "fetch",
    "read": "read, normalise, conflate",
    "store": "store",
    "streets": "read the streets",
    "fields": "networks and fields",
    "basemap": "draw the basemap",
    "publish": "verify and publish",
}


@cli.callback()
def _commands() -> None:
    """Keep ``build`` a command of its own, also while it is the only one."""


@cli.command()
def build(
    territory: Annotated[str, typer.Argument(help="Code of the territory: 00, 71, 2A…")] = "00",
    mirror: Annotated[Path | None, typer.Option(help="Folder of files as their publishers served them.")] = None,
    database_url: Annotated[str | None, typer.Option(help="postgresql+psycopg://… for PostGIS.")] = None,
    accept: Annotated[
        list[str] | None, typer.Option(help="A source that may have lost rows; can be given again.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but warnings.")] = False,
) -> None:
    """Build a territory's snapshot from its sources, and publish it when the gates agree."""
    console = Console(stderr=True, quiet=quiet)
    settings = load_build_settings(mirror=mirror, database_url=database_url)
    start = time.perf_counter()
    with Bars(console) as bars:
        plan = make_plan(territory, settings, bars.stage)
        if plan.unchanged:
            console.print(f"Territory {territory}: nothing changed, snapshot {plan.snapshot_id} serves")
            return
        from ingest.build import Builder  # noqa: PLC0415 - what a build needs takes seconds to load

        built = Builder(settings, progress=bars, accepted=accept or ()).carry_out(plan)
    for text in built.warnings:
        typer.echo(f"warning: {text}", err=True)
    seconds = time.perf_counter() - start
    console.print(f"Territory {territory}: snapshot {built.snapshot_id} published in {seconds:.1f} s")


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
