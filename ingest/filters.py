"""The rows that a source's own declaration leaves out: its ``keep`` and ``drop``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.catalogue import Filter
from ingest.connectors.table import Table
from ingest.results import Sorter

__all__ = ["leave_out_filtered"]


def leave_out_filtered(sorter: Sorter) -> None:
    """Send the rows that a declared filter leaves out, out of scope; a filter on a column that is not there is none."""
    for keep in sorter.source.keep:
        if sorter.table.has(keep.column):
            sorter.leave_out(~_matches(keep, sorter.table))
    for drop in sorter.source.drop:
        if sorter.table.has(drop.column):
            sorter.leave_out(_matches(drop, sorter.table))


def _matches(test: Filter, table: Table) -> NDArray[np.bool_]:
    text = table.text(test.column)
    found = text.isin(list(test.any_of)) if test.any_of else text.str.fullmatch(test.matches)
    return found.to_numpy(dtype=bool)
