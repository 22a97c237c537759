"""The commands of ``ingest``, mounted by ``app/cli.py``: each has its room in :mod:`ingest.commands`.

A command imports what it needs when it is called, so that the others start at once. A group of commands
(``alentours source draft``) is a ``typer.Typer`` of its own room, added by ``cli.add_typer(group, name="source")``.
"""

from __future__ import annotations

import typer

from ingest.commands.build import build
from ingest.commands.diff import diff
from ingest.commands.source import source
from ingest.commands.why import why

__all__ = ["cli"]

cli = typer.Typer(name="ingest", add_completion=False, pretty_exceptions_enable=False)
cli.command()(build)
cli.command()(diff)
cli.command()(why)
cli.add_typer(source, name="source")


@cli.callback()
def _commands() -> None:
    """Keep ``build`` a command of its own, also while it is the only one."""
