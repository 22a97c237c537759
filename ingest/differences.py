"""What ``alentours diff`` shows: a table by category with examples, or every change on a line of CSV."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from geo.changes import Cause, Change, Inventory, Tally, compare, tally
from geo.errors import NoSnapshot
from geo.publication import list_snapshots
from geo.tables import CommuneTable

__all__ = ["Differences"]

_COLUMNS = ("category", "insee", "commune", "before", "after", "world", "data", "service", "name", "cause", "reason")


class Differences:
    """What differs between two snapshots.

    Parameters
    ----------
    snapshots
        The territory's folder.
    before, after
        Ids, or as much of their beginning as only one snapshot has.
    category
        Of this category alone; empty: of all.

    Raises
    ------
    NoSnapshot
        When an id names no snapshot, or several.
    """

    def __init__(self, snapshots: Path, before: str, after: str, category: str = "") -> None:
        one, other = (_folder(snapshots, given) for given in (before, after))
        self._sides = Inventory.read(one), Inventory.read(other)
        self._title = f"{one.name} → {other.name}"
        rows = tally(*self._sides, compare(*self._sides))
        self._rows = [row for row in rows if category in ("", row.category)]
        self._names = _names(one) | _names(other)

    def show(self, examples: int) -> None:
        """Print a table by category, and the communes in which most differs."""
        console = Console()
        if not self._rows:
            console.print(f"{self._title}: no service differs")
            return
        table = Table(title=self._title)
        table.add_column("category")
        for heading in ("before", "after", "world", "data", "communes"):
            table.add_column(heading, justify="right")
        table.add_column("why (services)")
        for category in sorted({row.category for row in self._rows}):
            table.add_row(category, *self._line(category))
        console.print(table)
        for row in _worst(self._rows, examples):
            change, where = row.changes[0], self._names.get(row.insee, row.insee)
            console.print(f"{row.category}, {where}: {_named(change)}: {change.reason.words}", soft_wrap=True)

    def _line(self, category: str) -> list[str]:
        own = [row for row in self._rows if row.category == category]
        distinct = {id(change): change for row in own for change in row.changes}
        why = Counter(change.reason.value for change in distinct.values())
        return [
            *(str(side.counts()[category]) for side in self._sides),
            *(f"{sum(getattr(row, cause.value) for row in own):+d}" for cause in (Cause.WORLD, Cause.DATA)),
            str(len(own)),
            ", ".join(f"{reason} {count}" for reason, count in why.most_common()),
        ]

    def write_csv(self) -> None:
        """Write every change on a line; a move from one commune to another stands in both."""
        writer = csv.writer(sys.stdout)
        writer.writerow(_COLUMNS)
        for row in self._rows:
            place = (
                row.category,
                row.insee,
                self._names.get(row.insee, ""),
                row.before,
                row.after,
                row.world,
                row.data,
            )
            for change in row.changes:
                shown = change.shown
                writer.writerow((*place, shown.id, shown.name, change.reason.cause.value, change.reason.value))


def _folder(snapshots: Path, given: str) -> Path:
    """Return the snapshot's folder; its id may be shortened as far as it stays the only one."""
    known = [info.id for info in list_snapshots(snapshots)]
    found = [name for name in known if name == given] or [name for name in known if given and name.startswith(given)]
    if len(found) != 1:
        what = "several snapshots begin" if found else "no snapshot begins"
        there = ", ".join(found or known) or "none"
        raise NoSnapshot(f"{what} with {given!r} in {snapshots}: there is {there} (--territory names another)")
    return snapshots / found[0]


def _names(folder: Path) -> dict[str, str]:
    communes = CommuneTable.open(folder / "communes.arrow")
    return {commune.insee: commune.name for commune in communes}


def _worst(rows: Sequence[Tally], examples: int) -> Iterable[Tally]:
    """Choose for each category the communes in which most differs."""
    for category in sorted({row.category for row in rows}):
        own = sorted((r for r in rows if r.category == category), key=lambda r: (-len(r.changes), r.insee))
        yield from own[:examples]


def _named(change: Change) -> str:
    service = change.shown
    return f"{service.name} ({service.id})" if service.name else service.id
