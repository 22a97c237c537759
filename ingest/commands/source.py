"""``alentours source draft`` and ``alentours source check``: take in a dataset without a line of Python."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from ingest.catalogue import COLUMNS, Kind
from ingest.settings import load_build_settings

__all__ = ["source"]

source = typer.Typer(help="Describe a new dataset, and try the description.", no_args_is_help=True)

Mirror = Annotated[Path | None, typer.Option(help="Folder of files as their publishers served them.")]


@source.command()
def draft(
    file: Annotated[str, typer.Argument(help="A file, or the address of one.", metavar="FILE-or-URL")],
    name: Annotated[str, typer.Option("--id", help="Id of the source.", show_default="from the file's name")] = "",
    title: Annotated[str, typer.Option(help="As its publisher calls it.")] = "",
    territory: Annotated[str, typer.Option(help="Code of the département, or * for all.")] = "*",
    kind: Annotated[str, typer.Option(help="What its rows are: services, addresses, commune_facts…")] = "services",
    encoding: Annotated[
        str, typer.Option(help="In which it is written: utf-8, cp1252, cp850…", show_default="found out")
    ] = "",
    mirror: Mirror = None,
    write: Annotated[bool, typer.Option("--write", help="Into data/sources/ instead of the terminal.")] = False,
) -> None:
    """Look at a file that nobody has described, and write the TOML that reads it, open questions as comments."""
    from ingest.draft.draft import draft_source  # noqa: PLC0415 - so that the other commands start at once
    from ingest.draft.encoding import is_encoding  # noqa: PLC0415

    settings = load_build_settings(mirror=mirror)
    if kind not in COLUMNS:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(sorted(COLUMNS))}", param_hint="--kind")
    if encoding and not is_encoding(encoding):
        raise typer.BadParameter(f"{encoding!r} is no encoding that is known", param_hint="--encoding")
    told = {"name": name, "title": title, "territory": territory, "encoding": encoding}
    made = draft_source(file, settings, kind=cast("Kind", kind), **told)
    if not write:
        typer.echo(made.text, nl=False)
        return
    for path in made.save(settings.data / "sources"):
        typer.echo(f"{path} is written")


@source.command()
def check(
    name: Annotated[str, typer.Argument(help="Id of a source, or the path of its TOML.", metavar="SOURCE")],
    territory: Annotated[
        str, typer.Option(help="Code of the territory that it is tried on; * for anywhere in metropolitan France.")
    ] = "71",
    mirror: Mirror = None,
    rows: Annotated[int, typer.Option(min=0, help="Rows to show.")] = 10,
) -> None:
    """Run one source through the whole ingest of a territory: its account, its rejects, and some of its rows."""
    from ingest.trial import try_source  # noqa: PLC0415 - what it needs takes a second to load

    try_source(name, territory, load_build_settings(mirror=mirror)).show(rows)
