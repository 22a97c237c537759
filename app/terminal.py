"""What the commands show on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import orjson
import typer
from rich.console import Console
from rich.table import Table

from app.answers.scores import score_answer
from app.scores import asked_of, choose_profile, scores
from app.settings import Settings
from geo.errors import AlentoursError, AmbiguousAddress, NoSnapshot, UnknownAddress
from geo.findings import Outcome
from geo.publication import list_snapshots
from geo.scoring import Score
from geo.snapshot import Snapshot

__all__ = ["published", "scored", "show_ledger", "show_score", "show_snapshots", "write_json"]


_PIPE_WIDTH = 160


def published(settings: Settings) -> Snapshot:
    """Open the snapshot that serves.

    Raises
    ------
    NoSnapshot, SnapshotCorrupt
    """
    return Snapshot.current(settings.snapshots, settings.territory, verify=settings.verify)


def scored(
    settings: Settings, lon: float | None, lat: float | None, address: str | None, mode: str, profile: str | None
) -> tuple[Snapshot, Score]:
    """Score one place of the published snapshot.

    Raises
    ------
    AlentoursError
        When there is no score; an address that is not clear shows its candidates first.
    """
    snapshot = published(settings)
    asked = asked_of(snapshot, lon, lat, address)
    (result,) = scores(snapshot, [asked], snapshot.require_mode(mode).id, choose_profile(snapshot, profile, None))
    if isinstance(result, AmbiguousAddress | UnknownAddress):
        for match in result.candidates:
            print(f"  {match.label}", file=sys.stderr)  # noqa: T201
    if isinstance(result, AlentoursError):
        raise result
    return snapshot, result


def write_json(snapshot: Snapshot, score: Score) -> None:
    """Write the score as the API answers it."""
    sys.stdout.buffer.write(orjson.dumps(score_answer(snapshot, score), option=orjson.OPT_INDENT_2) + b"\n")


def _show(table: Table) -> None:
    """Print a table. Names are data: what looks like rich's markup in them is not; a pipe gets whole columns."""
    Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(table)


def show_score(snapshot: Snapshot, score: Score) -> None:
    """Show the score, and what it is made of."""
    answer = score_answer(snapshot, score)
    total = "nothing is covered here" if answer["total"] is None else f"{answer['total']:.1f} of 100"
    table = Table(title=f"{answer['place']['label']}: {total} ({score.profile}, {score.mode})")
    for heading, right in (("category", 0), ("weight", 1), ("value", 1), ("points", 1), ("nearest", 0), ("min", 1)):
        table.add_column(heading, justify="right" if right else "left")
    for row in answer["components"]:
        nearest = row["nearest"][0] if row["nearest"] else None
        table.add_row(
            snapshot.taxonomy[row["category"]].label.en,
            f"{row['weight']:.1f}",
            row["status"].replace("_", " ") if row["status"] != "scored" else f"{row['value']:.2f}",
            "" if row["points"] is None else f"{row['points']:.1f}",
            nearest["name"] if nearest else "",
            f"{nearest['seconds'] / 60:.0f}" if nearest else "",
        )
    ground = f"Slopes by {answer['slope']}" if answer["slope"] else "Streets count as level"
    covered = f"{answer['covered_weight']:.0%} of the weight is covered"
    table.caption = ". ".join([covered, ground, *answer["attribution"]])
    _show(table)


def show_ledger(snapshot: Snapshot) -> None:
    """Show where the rows of each source went."""
    table = Table(title=f"{snapshot.territory.name}: where every row went (snapshot {snapshot.id})")
    table.add_column("source")
    for heading in ("read", "kept", "merged", "out of scope", "rejected"):
        table.add_column(heading, justify="right")
    table.add_column("rejected because")
    for source in snapshot.sources:
        row = source.ledger
        why = ", ".join(f"{code} {count}" for code, count in sorted(source.rejects.items(), key=lambda item: -item[1]))
        table.add_row(
            source.id, *(f"{n}" for n in (row.read, row.kept, row.merged, row.out_of_scope, row.rejected)), why
        )
    _show(table)
    for name, title in snapshot.excluded.items():
        typer.echo(f"left out: {name} ({title}): neither the mirror nor the publisher gave its files")
    for judged in snapshot.findings:
        if judged.accepted is not None:
            typer.echo(f"accepted though a gate refused it: {judged.finding.name}: {judged.accepted.reason}")


def show_snapshots(folder: Path, *, findings: bool = False) -> None:
    """Show the snapshots of a territory.

    Parameters
    ----------
    findings
        Whether to show what the gates warned of, and what was accepted, of each.

    Raises
    ------
    NoSnapshot
        When there is none.
    """
    found = list_snapshots(folder)
    if not found:
        raise NoSnapshot(f"there is no snapshot in {folder}: run `alentours build {folder.name}` first")
    table = Table()
    for heading in ("", "id", "built", "method", "MB", "sources", "of", "warnings", "accepted", ""):
        table.add_column(heading)
    for info in found:
        dates = sorted(set(info.data_dates.values()))
        warned = sum(judged.finding.outcome is Outcome.WARN for judged in info.findings)
        table.add_row(
            "serves" if info.current else "",
            info.id,
            info.built_at,
            info.method_version,
            f"{info.bytes / 1e6:.1f}",
            f"{len(info.data_dates)}",
            f"{dates[0]} … {dates[-1]}" if dates else "",
            f"{warned}" if info.findings else "",
            ", ".join(judged.finding.name for judged in info.findings if judged.accepted),
            info.problem,
        )
    _show(table)
    for info in found if findings else ():
        for judged in info.findings:
            finding, accepted = judged.finding, judged.accepted
            if finding.outcome is not Outcome.PASS:
                typer.echo(f"{info.id} {finding.outcome}: {finding.text} [{finding.name}]")
            if accepted is not None:
                typer.echo(f"{info.id} accepted {finding.name}: {accepted.reason}")
