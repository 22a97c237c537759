"""What stands in the columns of a file: how full they are, how many values differ, what the values look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

__all__ = ["Kind", "Profile", "profile_columns"]

Kind = Literal["empty", "number", "date", "point", "insee", "postcode", "siret", "uai", "text"]
"""What nine in ten of a column's values look like."""

_MOSTLY = 0.9
_ALONE = 0.98
_GROUPS, _CODES = 60, 400
"""Most values that sort the rows of a short file, and of a long one."""
_KINDS = 12
"""So few values sort the rows of a handful, where a quarter of the rows would be one or two."""
_NUMBER = r"[-+]?\s*\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
_LOOKS: tuple[tuple[Kind, str], ...] = (
    ("siret", r"\d{14}"),
    ("uai", r"\d{7}[A-Za-z]"),
    ("date", r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}/\d{1,2}/\d{4}(?: .*)?|\d{4}/\d{2}/\d{2}(?: .*)?"),
    ("point", r"\W*-?\d+\.\d+\s*[,; ]\s*-?\d+\.\d+\W*"),
    ("number", _NUMBER),
)
_INSEE = r"(?:\d{2}|2[ABab])\d{3}|\d{4}"
"""A code of Ain … Ariège that passed through a spreadsheet has lost its zero."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One column."""

    header: str
    rows: int
    filled: int
    """Cells that are not empty."""
    distinct: int
    """Different values among them."""
    kind: Kind
    middle: float
    """Median of the numbers; NaN where the column holds none."""
    values: tuple[tuple[str, int], ...]
    """Its most frequent values and how often each stands; none where nearly every value is another."""

    @property
    def identifies(self) -> bool:
        """Tell whether nearly every row has a value of its own: a file may hold a row twice."""
        return self.rows > 0 and self.filled == self.rows and self.distinct >= _ALONE * self.rows

    @property
    def sorts(self) -> bool:
        """Tell whether the values sort the rows into a few groups, as the codes of a nomenclature do."""
        return bool(self.values)


def profile_columns(frame: pd.DataFrame) -> list[Profile]:
    """Look at every column of a table of texts.

    Parameters
    ----------
    frame
        All text, ``""`` for an absent value. Columns that begin with ``@`` are the reader's own and left aside.
    """
    return [_profile(str(name), frame[name]) for name in frame.columns if not str(name).startswith("@")]


def _profile(header: str, column: pd.Series[str]) -> Profile:
    filled = column[column != ""]
    counts = filled.value_counts()
    groups = max(2, min(_KINDS, len(filled) * 2 // 3), min(_GROUPS, len(filled) // 4))
    few = len(counts) <= max(groups, min(_CODES, len(filled) // 50))
    values = tuple((str(value), int(count)) for value, count in counts.items()) if few else ()
    numbers = pd.to_numeric(
        filled.str.replace(r"[ \u00a0\u202f]", "", regex=True).str.replace(",", ".", regex=False), errors="coerce"
    )
    middle = float(np.nanmedian(numbers)) if numbers.notna().any() else float("nan")
    return Profile(header, len(column), len(filled), len(counts), _kind(header, filled), middle, values)


def _kind(header: str, filled: pd.Series[str]) -> Kind:
    if filled.empty:
        return "empty"
    low = header.casefold()
    # Codes of communes and postcodes look alike: the header tells which, where it says anything.
    if _share(filled, _INSEE) >= _MOSTLY and any(
        word in low for word in ("insee", "citycode", "depcom", "codgeo", "numcom")
    ):
        return "insee"
    if _share(filled, r"\d{4,5}") >= _MOSTLY and any(word in low for word in ("postal", "postcode", "codpos", "cp")):
        return "postcode"
    if _share(filled, _INSEE) >= _MOSTLY and "commune" in low and "code" in low:
        return "insee"
    return next((kind for kind, look in _LOOKS if _share(filled, look) >= _MOSTLY), "text")


def _share(filled: pd.Series[str], pattern: str) -> float:
    return float(filled.str.fullmatch(pattern).mean())
