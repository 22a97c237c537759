"""``alentours diff``: what differs between two snapshots, the world's changes apart from the data's."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.settings import load_build_settings

__all__ = ["diff"]


def diff(
    before: Annotated[str, typer.Argument(help="Id of a snapshot, or its first characters.")],
    after: Annotated[str, typer.Argument(help="Id of the other snapshot.")],
    territory: Annotated[str, typer.Option(help="Code of the territory: 00, 71, 2A…")] = "00",
    category: Annotated[str, typer.Option(help="Of this category alone.")] = "",
    examples: Annotated[int, typer.Option(min=0, help="Services to name for each category.")] = 3,
    as_csv: Annotated[bool, typer.Option("--csv", help="Every change on a line, for a spreadsheet.")] = False,
) -> None:
    """Tell what changed between two snapshots: in the world, or in what is known of it."""
    from ingest.differences import Differences  # noqa: PLC0415 - so that the other commands start at once

    found = Differences(load_build_settings().snapshots / territory, before, after, category)
    if as_csv:
        found.write_csv()
    else:
        found.show(examples)
