"""When somebody last said that a site is there. An interval once leaves out those of which nobody has for long."""

from __future__ import annotations

from collections.abc import Iterable

from geo.places import Service

__all__ = ["is_stale", "month_of", "newest_month"]

_DECEMBER = 12


def month_of(date: str) -> int | None:
    """Count the months up to a date ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None when it says nothing.

    A year alone counts as its last month: what may have been confirmed since is not called old.
    """
    year, _, rest = date.partition("-")
    if not year.isdigit():
        return None
    month = rest.partition("-")[0]
    return int(year) * _DECEMBER + (int(month) if month.isdigit() else _DECEMBER)


def newest_month(dates: Iterable[str]) -> int | None:
    """Return the month of the newest date: the today of a snapshot, which does not age on its shelf."""
    return max((month for month in map(month_of, dates) if month is not None), default=None)


def is_stale(service: Service, today: int | None, months: int) -> bool:
    """Whether nobody confirmed a site for `months` before the month `today`.

    Judged by the day on which its publisher last looked at the row. Where he says none, the age of the whole file is
    all that is known: the gates tell of that, and it is no doubt about one of its sites.
    """
    said = month_of(service.updated)
    return today is not None and said is not None and today - said > months
