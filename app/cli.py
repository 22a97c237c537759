"""The command line: what people meet, mounted beside what ``ingest`` offers. The work is done elsewhere.

Exit codes: 0 done; 1 failed, with one sentence on standard error; 2 the command was not understood; 3 a gate refused to
publish.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.settings import Settings, load_settings
from geo.errors import AlentoursError, GateRefused
from ingest.cli import cli as ingest_cli

__all__ = ["cli", "main", "run"]

cli = typer.Typer(
    name="alentours",
    help="What lies around a home, and how many minutes away.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
snapshots_cli = typer.Typer(
    help="List what is published; publish a snapshot, go back, or remove old ones.", no_args_is_help=True
)
cli.add_typer(snapshots_cli, name="snapshots")
cli.registered_commands += ingest_cli.registered_commands  # build…
cli.registered_groups += ingest_cli.registered_groups

Territory = Annotated[str | None, typer.Option(help="Code of the territory: 00, 71, 2A…", show_default="00")]
TerritoryName = Annotated[str, typer.Argument(help="Code of the territory: 00, 71, 2A…")]
Mode = Annotated[str, typer.Option(help="How one goes: walk, car.")]
ProfileName = Annotated[str | None, typer.Option(help="Whose weights count.", show_default="famille")]
Address = Annotated[str | None, typer.Argument(help="An address in words; or give --lon and --lat.")]
Lon = Annotated[float | None, typer.Option(help="Longitude, degrees.")]
Lat = Annotated[float | None, typer.Option(help="Latitude, degrees.")]


@cli.command()
def serve(
    territory: Territory = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="8000")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer.", show_default="1")] = None,
) -> None:
    """Serve the published snapshot: the pages at /, the API at /api/v1, its documentation at /docs."""
    from app.server import serve as serving  # noqa: PLC0415 — so that the other commands start at once

    serving(load_settings(territory=territory, host=host, port=port, workers=workers))


@cli.command()
def score(
    address: Address = None,
    lon: Lon = None,
    lat: Lat = None,
    territory: Territory = None,
    mode: Mode = "walk",
    profile: ProfileName = None,
    as_json: Annotated[bool, typer.Option("--json", help="As the API answers.")] = False,
) -> None:
    """Score one place, with the services that make the score."""
    from app import terminal  # noqa: PLC0415

    snapshot, found = terminal.scored(load_settings(territory=territory), lon, lat, address, mode, profile)
    if as_json:
        terminal.write_json(snapshot, found)
    else:
        terminal.show_score(snapshot, found)


@cli.command()
def report(
    address: Address = None,
    lon: Lon = None,
    lat: Lat = None,
    territory: Territory = None,
    mode: Mode = "walk",
    profile: ProfileName = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")] = Path("report.html"),
) -> None:
    """Write one place's score, its map and its table to a single file that needs no network."""
    from app import maps, terminal  # noqa: PLC0415 — folium is slow to import, and only a report needs it

    settings = load_settings(territory=territory)
    leaflet = maps.LeafletFiles.find(settings.frontend)
    snapshot, found = terminal.scored(settings, lon, lat, address, mode, profile)
    output.write_text(maps.report(snapshot, found, leaflet), encoding="utf-8")
    typer.echo(f"{output} is written: open it in a browser")


@cli.command()
def ledger(
    territory: Annotated[str | None, typer.Argument(help="Code of the territory.", show_default="00")] = None,
) -> None:
    """Account for every row of every source of the published snapshot."""
    from app import terminal  # noqa: PLC0415

    terminal.show_ledger(terminal.published(load_settings(territory=territory)))


@snapshots_cli.command("list")
def list_(
    territory: TerritoryName = "00",
    findings: Annotated[bool, typer.Option("--findings", help="Also what the gates said of each.")] = False,
) -> None:
    """List the snapshots of a territory, with the dates of their sources; the one that serves is marked."""
    from app import terminal  # noqa: PLC0415

    terminal.show_snapshots(_folder(territory), findings=findings)


@snapshots_cli.command()
def publish(territory: TerritoryName, snapshot: Annotated[str, typer.Argument(help="Id of the snapshot.")]) -> None:
    """Let this snapshot serve; running services take it up by themselves."""
    from geo.publication import publish as publishing  # noqa: PLC0415

    publishing(_folder(territory), snapshot)
    typer.echo(f"{snapshot} serves {territory} now")


@snapshots_cli.command()
def rollback(territory: TerritoryName) -> None:
    """Let the snapshot that served before serve again."""
    from geo.publication import rollback as rolling_back  # noqa: PLC0415

    typer.echo(f"{rolling_back(_folder(territory))} serves {territory} again")


@snapshots_cli.command()
def prune(
    territory: TerritoryName,
    keep: Annotated[
        int,
        typer.Option(min=0, envvar="ALENTOURS_KEEP_SNAPSHOTS", help="How many others stay, the newest."),
    ] = 3,
) -> None:
    """Remove old snapshots, but never the one that serves, nor the one before it."""
    from geo.publication import prune as pruning  # noqa: PLC0415

    removed = pruning(_folder(territory), keep)
    typer.echo(f"removed: {', '.join(removed) or 'none'}")


def _folder(territory: str) -> Path:
    settings: Settings = load_settings(territory=territory)
    return settings.snapshots / settings.territory


def run(arguments: list[str]) -> int:
    """Carry out one command and return its exit code; an error of ours is one sentence on standard error."""
    try:
        cli(arguments, prog_name="alentours")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    except GateRefused as error:
        return _say(error, 3)
    except AlentoursError as error:
        return _say(error, 1)
    except OSError as error:  # a disk that is full, a folder that may not be written: said, not traced
        return _say(error, 1)
    return 0


def _say(error: Exception, code: int) -> int:
    typer.echo(f"alentours: {error}", err=True)
    return code


def main() -> None:
    """Entry point of ``alentours``."""
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:  # 130 is what a shell expects of a command that Ctrl-C ended
        sys.exit(130)
