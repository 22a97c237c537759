"""Services that a source counts by commune without saying where they stand: what they are worth is a check.

A count is no service: nobody can walk to it. It says how many there should be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.places import CommuneCount, Service
from ingest.catalogue import Source
from ingest.codes import read_codes, read_insee
from ingest.connectors.table import Table
from ingest.decimals import read_decimals
from ingest.fetch import Fetched
from ingest.filters import leave_out_filtered
from ingest.ledger import RejectCode
from ingest.results import Sorter, SourceResult
from ingest.scope import Scope
from ingest.tags import OUT_OF_SCOPE

__all__ = ["CountGap", "compare_counts", "normalise_counts"]


@dataclass(frozen=True, slots=True)
class CountGap:
    """A category that a source counts in the territory, beside the services found there."""

    source: str
    category: str
    counted: float
    found: int
    communes: int
    """Communes where at least one is counted."""
    empty: tuple[str, ...]
    """Of these, the codes of those where none is found."""
    short: tuple[tuple[str, float, int], ...]
    """Communes with fewer services than counted, the widest gap first: code, counted, found."""


def normalise_counts(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the rows of a source into one count for each commune of the territory and category.

    A row is about one category (``columns.category``, its code led to ours by the map), or about several, one in each
    column of ``wide``. Counts of one commune and category are added up: of the parts of a commune, of former communes,
    of several codes that lead to one category. A row that only adds to counts of an earlier one counts as merged, and
    so does one that repeats the key of an earlier one, which adds nothing.
    """
    sorter = Sorter(source, table)
    leave_out_filtered(sorter)
    codes = read_codes(table.cells(source.columns["insee"]), read_insee)
    today = [scope.current.get(code, "") for code in codes]
    mine = {commune.insee for commune in scope.communes if commune.in_territory}
    sorter.reject(np.array([code == "" for code in today], dtype=bool), RejectCode.UNKNOWN_COMMUNE, codes)
    sorter.leave_out(np.array([code not in mine for code in today], dtype=bool))
    added = _wide(sorter) if source.wide else _long(sorter)
    _merge_repeated(sorter)
    total: dict[tuple[str, str], float] = defaultdict(float)
    for row in np.flatnonzero(sorter.open).tolist():
        new = False
        for category, count in added[row].items():
            new |= (today[row], category) not in total
            total[(today[row], category)] += count
        if not new:
            sorter.open[row] = False
            sorter.merged += 1
    counts = tuple(
        CommuneCount(source.id, insee, category, count) for (insee, category), count in sorted(total.items())
    )
    return SourceResult(source, tuple(fetched), sorter.ledger(), tuple(sorter.rejects), counts=counts)


def _merge_repeated(sorter: Sorter) -> None:
    """Merge the open rows whose key was met before: a table that was sent twice counts nothing twice."""
    headers = sorter.source.columns.get("key", ())
    if not headers:
        return
    rows = np.flatnonzero(sorter.open)
    repeated = sorter.table.text(headers, joined_by="/").iloc[rows].duplicated().to_numpy(dtype=bool)
    sorter.open[rows[repeated]] = False
    sorter.merged += int(repeated.sum())


def compare_counts(counts: Iterable[CommuneCount], services: Iterable[Service]) -> list[CountGap]:
    """Hold what sources count in the territory against the services found there, by source and category."""
    there = Counter((service.category, service.insee) for service in services if service.in_territory)
    found: Counter[str] = Counter()
    for (category, _), number in there.items():
        found[category] += number
    grouped: dict[tuple[str, str], list[CommuneCount]] = defaultdict(list)
    for count in counts:
        grouped[(count.source, count.category)].append(count)
    gaps = []
    for (source, category), rows in sorted(grouped.items()):
        both = [(row.insee, row.count, there[(category, row.insee)]) for row in rows if row.count > 0]
        gap = CountGap(
            source,
            category,
            counted=sum(row.count for row in rows),
            found=found[category],
            communes=len(both),
            empty=tuple(insee for insee, _, here in both if not here),
            short=tuple(sorted((row for row in both if row[2] < row[1]), key=lambda row: (row[2] - row[1], row[0]))),
        )
        gaps.append(gap)
    return gaps


def _long(sorter: Sorter) -> list[Mapping[str, float]]:
    """Read rows of one category each."""
    source, table = sorter.source, sorter.table
    codes = table.cells(source.columns["category"])
    categories = [source.codes.get(code, "") for code in codes]
    sorter.leave_out(np.array([category == OUT_OF_SCOPE for category in categories], dtype=bool))
    sorter.reject(
        np.array([category == "" for category in categories], dtype=bool), RejectCode.UNMAPPED_CATEGORY, codes
    )
    text = table.text(source.columns["count"])
    numbers = read_decimals(text)
    sorter.reject(~(np.isfinite(numbers) & (numbers >= 0)), RejectCode.BAD_NUMBER, text)
    return [{category: number} for category, number in zip(categories, numbers.tolist(), strict=True)]


def _wide(sorter: Sorter) -> list[Mapping[str, float]]:
    """Read rows with one column a category; an empty cell is no count, and a row without any is out of scope."""
    added: list[dict[str, float]] = [{} for _ in sorter.open]
    for header, category in sorter.source.wide.items():
        text = sorter.table.text([header])
        numbers = read_decimals(text)
        written = (text != "").to_numpy(dtype=bool)
        sorter.reject(written & ~(np.isfinite(numbers) & (numbers >= 0)), RejectCode.BAD_NUMBER, text)
        for row in np.flatnonzero(written).tolist():
            added[row][category] = added[row].get(category, 0.0) + float(numbers[row])
    sorter.leave_out(np.array([not counts for counts in added], dtype=bool))
    return list(added)
