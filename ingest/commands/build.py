"""``alentours build``: a territory from its sources to a published snapshot."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from geo.errors import ConfigurationError
from ingest.catalogue import FICTIONAL_TERRITORY
from ingest.commands.bars import Bars
from ingest.overrides import Accepted
from ingest.place import find_place, locate, with_folders_of
from ingest.plan import make_plan
from ingest.settings import load_build_settings
from ingest.territories import Departments

__all__ = ["build"]


def build(
    territory: Annotated[str, typer.Argument(help="Code of the territory: 00, 71, 2A…")] = "00",
    mirror: Annotated[Path | None, typer.Option(help="Folder of files as their publishers served them.")] = None,
    elevation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="GeoTIFF of heights: slopes count. Without it every street is level."),
    ] = None,
    database_url: Annotated[str | None, typer.Option(help="postgresql+psycopg://… for PostGIS.")] = None,
    place: Annotated[
        str, typer.Option(metavar="NAME", help='A small place without an extract, by Overpass: "Pont-de-Veyle, Ain".')
    ] = "",
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHECK:SUBJECT", help="A finding that may fail, as the refusal names it; can be given again."
        ),
    ] = None,
    because: Annotated[str, typer.Option(metavar="REASON", help="Why that is right; it is recorded.")] = "",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="How many sources to fetch, or batches of categories to sweep, at a time.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but warnings.")] = False,
) -> None:
    """Build a territory's snapshot from its sources, and publish it when the gates agree."""
    console = Console(stderr=True, quiet=quiet)
    accepted = _accepted(accept or (), because)
    settings = load_build_settings(mirror=mirror, elevation=elevation, database_url=database_url, jobs=jobs)
    start = time.perf_counter()
    found = None
    if place:
        given = "" if territory == FICTIONAL_TERRITORY else territory
        found = find_place(place, given, Departments.load(settings.data / "territories.toml"), locate)
        territory, settings = found.department.code, with_folders_of(found, settings)
    with Bars(console) as bars:
        plan = make_plan(territory, settings, bars.stage, place=found)
        if plan.unchanged:
            console.print(f"Territory {territory}: nothing changed, snapshot {plan.snapshot_id} serves")
            return
        from ingest.build import Builder  # noqa: PLC0415 - what a build needs takes seconds to load

        built = Builder(settings, progress=bars, accepted=accepted).carry_out(plan)
    for text in built.warnings:
        typer.echo(f"warning: {text}", err=True)
    seconds = time.perf_counter() - start
    console.print(f"Territory {territory}: snapshot {built.snapshot_id} published in {seconds:.1f} s")
    if place:
        console.print(f"To serve it: ALENTOURS_SNAPSHOTS={settings.snapshots} ALENTOURS_TERRITORY={territory}")


def _accepted(names: Sequence[str], reason: str) -> Accepted:
    try:
        return Accepted(names, reason)
    except ConfigurationError as error:
        raise typer.BadParameter(str(error), param_hint="--accept") from error
