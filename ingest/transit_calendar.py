"""The week that a timetable shows best: of the full weeks of a feed, the one with the most trips.

School holidays and public holidays thin a timetable out, and a feed says of neither where it lies: the week with the
most trips from Monday to Friday is a week without them. Which service runs on which day is gtfs-kit's to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from geo.errors import SourceMalformed

__all__ = ["DAYS", "Week", "best_week"]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RUNS = "1"
_ADDED, _REMOVED = "1", "2"


@dataclass(frozen=True)
class Week:
    """One week from Monday to Sunday.

    Parameters
    ----------
    monday
        Its first day.
    running
        The services that run on each of its seven days.
    """

    monday: date
    running: Sequence[frozenset[str]]

    @property
    def working_days(self) -> Counter[str]:
        """Of each service: on how many of the days from Monday to Friday it runs."""
        return Counter(service for running in self.running[:5] for service in running)

    @property
    def sunday(self) -> frozenset[str]:
        """The services that run on its Sunday."""
        return self.running[6]


def best_week(
    source: str, trips: Mapping[str, int], calendar: pd.DataFrame | None, exceptions: pd.DataFrame | None
) -> Week | None:
    """Choose the week by which departures are counted.

    Parameters
    ----------
    source
        Id, for error texts.
    trips
        How many trips each service makes on a day on which it runs.
    calendar, exceptions
        ``calendar.txt`` and ``calendar_dates.txt``, text; None where the feed lacks one.

    Returns
    -------
    Week or None
        The most trips from Monday to Friday, then in the whole week; the earliest of equals. None when the feed knows
        no dates, none of its dates make a full week, or nothing runs in any.

    Raises
    ------
    SourceMalformed
        When a date is none: a timetable that runs on other days than it says would mislead.
    """
    from gtfs_kit import Feed  # type: ignore[import-untyped]  # noqa: PLC0415 - a second, folium and all, for few sources

    calendar, exceptions = _calendar(source, calendar), _exceptions(source, exceptions)
    changes = [day for table in (calendar, exceptions) if table is not None for day in _changes(table)]
    if not changes:
        return None
    feed = Feed("km", calendar=calendar, calendar_dates=exceptions)
    best: tuple[tuple[int, int], Week] | None = None
    for monday in _mondays(changes):
        days = [frozenset(feed.get_active_services(_written(monday + timedelta(day)))) for day in range(7)]
        loads = [sum(trips.get(service, 0) for service in active) for active in days]
        rank = (sum(loads[:5]), sum(loads))
        if rank > (best[0] if best else (0, 0)):
            best = rank, Week(monday, days)
    return best[1] if best else None


def _calendar(source: str, table: pd.DataFrame | None) -> pd.DataFrame | None:
    if table is None or table.empty:
        return None
    table = table.astype(str)
    for column in ("start_date", "end_date"):
        _check_dates(source, table, column, "calendar.txt")
    return table.assign(**{day: (table[day] == _RUNS).astype(int) for day in DAYS})


def _exceptions(source: str, table: pd.DataFrame | None) -> pd.DataFrame | None:
    if table is None or table.empty:
        return None
    table = table.astype(str)
    _check_dates(source, table, "date", "calendar_dates.txt")
    wrong = ~table["exception_type"].isin([_ADDED, _REMOVED])
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        detail = f"{table['exception_type'].iloc[row]!r} is no exception: expected 1 (added) or 2 (removed)"
        raise SourceMalformed(source, detail, file="calendar_dates.txt", line=row + 2, column="exception_type")
    # As categories: gtfs-kit asks for every day of the feed which rows are of it.
    return table.assign(date=table["date"].astype("category"), exception_type=table["exception_type"].astype(int))


def _check_dates(source: str, table: pd.DataFrame, column: str, file: str) -> None:
    wrong = pd.to_datetime(table[column], format="%Y%m%d", errors="coerce").isna()
    wrong |= ~table[column].str.fullmatch(r"(19|20)\d{6}")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        detail = f"{table[column].iloc[row]!r} is no date: expected YYYYMMDD"
        raise SourceMalformed(source, detail, file=file, line=row + 2, column=column)


def _changes(table: pd.DataFrame) -> list[date]:
    columns = [column for column in ("start_date", "end_date", "date") if column in table]
    return [_date(text) for column in columns for text in table[column].unique()]


def _mondays(changes: Collection[date]) -> list[date]:
    """Return the Mondays of the full weeks that may differ from the week before them.

    Between two changes of the calendar every week is like the next: a feed that is valid for a century is looked at
    where something begins or ends.
    """
    first, last = min(changes), max(changes)
    weeks = {day - timedelta(day.weekday()) + timedelta(7 * step) for day in changes for step in (-1, 0, 1)}
    return sorted(monday for monday in weeks if first <= monday and monday + timedelta(6) <= last)


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _written(day: date) -> str:
    return f"{day:%Y%m%d}"
