"""Row → change: INSEE's list of what became of each commune since 1943, read once for the ground."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from ingest.catalogue import Source
from ingest.codes import read_codes, read_insee
from ingest.commune_history import CommuneChange
from ingest.connectors.table import FILE, Table
from ingest.dates import read_dates
from ingest.filters import leave_out_filtered
from ingest.ledger import Ledger, Reject, RejectCode
from ingest.results import Sorter

__all__ = ["Changes", "read_changes"]


@dataclass(frozen=True)
class Changes:
    """The list, and what became of its rows."""

    changes: tuple[CommuneChange, ...]
    """In the order of their days."""
    rejects: tuple[Reject, ...]
    _ledger: Ledger

    def ledger(self, current: Mapping[str, str], here: Collection[str]) -> Ledger:
        """Account for the rows: a change that has nothing to do with the communes ``here`` is out of scope."""
        near = sum(
            any(code in here or current.get(code) in here for code in (change.before, change.after))
            for change in self.changes
        )
        counted = self._ledger
        far = counted.out_of_scope + counted.kept - near
        return Ledger(counted.read, near, counted.merged, far, counted.rejected)


def read_changes(source: Source, table: Table) -> Changes:
    """Read the list of changes: one row for each commune before and after, several for a merger or a division."""
    sorter = Sorter(source, table)
    leave_out_filtered(sorter)
    days = read_dates(table.cells(source.columns["day"]))
    codes = [read_codes(table.cells(source.columns[name]), read_insee) for name in ("before", "after")]
    rows = list(zip(days, *codes, strict=True))
    sorter.reject(
        np.array([len(day) < 10 or not all(pair) for day, *pair in rows]), RejectCode.NO_KEY, table.cells([FILE])
    )
    met: set[CommuneChange] = set()
    for row in np.flatnonzero(sorter.open).tolist():
        change = CommuneChange(*rows[row])
        if change in met:
            sorter.open[row] = False
            sorter.merged += 1
        met.add(change)
    return Changes(tuple(sorted(met)), tuple(sorter.rejects), sorter.ledger())
