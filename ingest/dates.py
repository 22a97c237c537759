"""Dates as publishers write them → ``YYYY-MM-DD``, or as much of it as is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

__all__ = ["read_date", "read_dates"]

_TIME = r"(?:[T ]+\d{1,2}[:hH].*)?"
_FORMS = tuple(
    re.compile(form + _TIME)
    for form in (
        r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})",
        r"(?P<d>\d{1,2})([-/.])(?P<m>\d{1,2})\2(?P<y>\d{4})",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<y>\d{4})[-/](?P<m>\d{1,2})",
        r"(?P<m>\d{1,2})[-/](?P<y>\d{4})",
        r"(?P<y>\d{4})",
    )
)
"""Day before month, as in France. A year of two digits is refused: ``01-02-03`` is three dates."""
_DAY_NUMBER = re.compile(r"([2-6]\d{4})(?:[.,]\d+)?")
"""A spreadsheet's: 20000 is of 1954, 69999 of 2091."""
_DAY_ZERO = date(1899, 12, 30)
_YEARS = range(1000, 2200)


def read_date(text: str) -> str:
    """Return the date that a cell says; empty where it says none that a calendar has.

    Examples
    --------
    ``31/12/2024``, ``2024-12-31T08:00:00+01:00``, ``20241231`` and the day number ``45657`` are ``2024-12-31``;
    ``12/2024`` is ``2024-12``, ``2024`` is ``2024``; ``31-12-24`` is none.
    """
    text = text.strip()
    number = _DAY_NUMBER.fullmatch(text)
    if number is not None:
        return (_DAY_ZERO + timedelta(days=int(number[1]))).isoformat()
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            return _written(**found.groupdict())
    return ""


def read_dates(texts: Sequence[str]) -> list[str]:
    """Return :func:`read_date` of each; equal cells are read once."""
    known = {text: read_date(text) for text in set(texts)}
    return [known[text] for text in texts]


def _written(y: str, m: str = "", d: str = "") -> str:
    try:
        day = date(int(y), int(m or 1), int(d or 1))
    except ValueError:
        return ""
    if day.year not in _YEARS:
        return ""
    return day.isoformat()[: 10 if d else 7 if m else 4]
