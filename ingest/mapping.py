"""A source's own codes → categories. A code that leads nowhere is a reject with its value, never a default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.results import Sorter
from ingest.tags import OUT_OF_SCOPE

__all__ = ["Mapped", "map_categories"]


@dataclass(frozen=True)
class Mapped:
    """What the codes of a table's rows lead to."""

    categories: pd.DataFrame
    """Columns ``row`` (place in the table) and ``category``, in file order, the main category of a row first."""
    unmapped: NDArray[np.bool_]
    """Rows whose code leads nowhere: rejects, unless they lie beyond the halo."""
    shown: Sequence[str] | pd.Series[str]
    """The code of each row, for examples."""


def map_categories(sorter: Sorter) -> Mapped:
    """Find the categories of the rows that are still open, and leave out those whose code is out of scope."""
    mapped = _by_tags(sorter) if sorter.source.tags is not None else _by_codes(sorter)
    found = mapped.categories
    more = [_also(sorter, place, found) for place in range(len(sorter.source.also))]
    if more:
        found = pd.concat([found.assign(rank=-1), *more], ignore_index=True)
        found = found.sort_values(["row", "rank"], kind="stable", ignore_index=True)
        found = found.drop_duplicates(["row", "category"], ignore_index=True)
    return Mapped(found[["row", "category"]], mapped.unmapped, mapped.shown)


def _by_codes(sorter: Sorter) -> Mapped:
    source = sorter.source
    if source.category == OUT_OF_SCOPE:  # a draft that nobody has given a category yet
        sorter.leave_out(sorter.open)
    if source.category:
        rows = np.flatnonzero(sorter.open)
        found = pd.DataFrame({"row": rows, "category": np.full(len(rows), source.category, dtype=object)})
        return Mapped(found, np.zeros(len(sorter.open), dtype=bool), ())
    codes = sorter.table.text(source.columns.get("category", ()), joined_by="/")
    rows = np.flatnonzero(sorter.open)
    leads = {code: source.codes.get(code, "") for code in codes.iloc[rows].unique()}
    category = np.full(len(codes), OUT_OF_SCOPE, dtype=object)
    category[rows] = codes.iloc[rows].map(leads).to_numpy(dtype=object)
    sorter.leave_out(category == OUT_OF_SCOPE)
    unmapped = np.array(category == "", dtype=bool)
    rows = np.flatnonzero(sorter.open & ~unmapped)
    return Mapped(pd.DataFrame({"row": rows, "category": category[rows]}), unmapped, codes)


def _by_tags(sorter: Sorter) -> Mapped:
    """Ask the tag map of each object."""
    tag_map, tags = sorter.source.tags, sorter.table.tags
    assert tag_map is not None  # noqa: S101 - see map_categories
    given: list[tuple[int, str]] = []
    shown = [""] * len(tags)
    unmapped, useless = np.zeros(len(tags), dtype=bool), np.zeros(len(tags), dtype=bool)
    for row in np.flatnonzero(sorter.open).tolist():
        found = tag_map.of(tags[row])
        given += [(row, category) for category in found]
        if not found:
            useless[row] = tag_map.ignores(tags[row])
            unmapped[row] = not useless[row]
            shown[row] = tag_map.accounts_for(tags[row])
    sorter.leave_out(useless)
    categories = pd.DataFrame(given, columns=["row", "category"]).astype({"row": np.int64, "category": object})
    return Mapped(categories, unmapped, shown)


def _also(sorter: Sorter, place: int, found: pd.DataFrame) -> pd.DataFrame:
    """Return the second category of the rows that a column says it of."""
    also = sorter.source.also[place]
    rows = found["row"].unique()
    says = sorter.table.text(also.column).iloc[rows].str.fullmatch(also.matches).to_numpy(dtype=bool)
    return pd.DataFrame({"row": rows[says], "category": also.category, "rank": place})
