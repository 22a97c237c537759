"""Departures of every stop of a feed: trips on a working day, in the evening, on a Sunday.

A *site* is what a traveller calls the stop: the parent station where the feed names one, else the stop itself. A trip
counts once at a site, whichever platform it leaves from; not where it ends, not where nobody may board, and not as a
vehicle that comes on demand within a window (nobody knows when). Hours beyond 24:00 belong to the day on which the trip
began. A stop without a time lies between two that have one; where the feed has no hour at all, the trip counts on its
day and not in the evening. Trains are left out: stations are told by their own source.

gtfs-kit says on which day what runs (:mod:`ingest.transit_calendar`). Its counts per stop are not used: they take the
last stop of a trip and a stop for alighting alone for departures, and go over every stop of every day in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.transit_calendar import Week

__all__ = ["CALL_COLUMNS", "OPTIONAL_CALL_COLUMNS", "Calls", "Timetable", "between", "per_site", "seconds"]

CALL_COLUMNS = ("trip_id", "stop_id")
"""Columns that ``stop_times.txt`` must have."""
OPTIONAL_CALL_COLUMNS = (
    "stop_sequence", "departure_time", "arrival_time", "pickup_type", "start_pickup_drop_off_window", "location_id",
    "location_group_id",
)  # fmt: skip
"""Columns that are read where they are there."""
_EVENING_S = 19 * 3600
_NO_BOARDING = "1"
_WORKING_DAYS = 5

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Calls:
    """Trips that leave sites: one row for each trip and site.

    Parameters
    ----------
    site, service
        (N,) numbers of the site and of the service that the trip belongs to.
    runs
        (N,) how often the trip runs on a day of its service: once, or as its frequencies say.
    evening
        (N,) of those, the runs that leave at 19:00 or later.
    """

    site: Integers
    service: Integers
    runs: Integers
    evening: Integers


@dataclass(frozen=True)
class Timetable:
    """What a feed says of the calls of its trips, one row each; ids that the feed does not know are −1.

    Parameters
    ----------
    trip, site
        (N,) numbers of the trip and of the site that is called at.
    order
        (N,) ``stop_sequence``.
    departure_s
        (N,) seconds after midnight of the day on which the trip began, NaN where it is not said.
    boards
        (N,) whether one may board there.
    timed
        (N,) False where a vehicle comes on demand, within a window.
    service_of_trip
        (T,) number of the service of each trip.
    counted
        (T,) False for a train.
    """

    trip: Integers
    site: Integers
    order: Floats
    departure_s: Floats
    boards: Booleans
    timed: Booleans
    service_of_trip: Integers
    counted: Booleans

    @classmethod
    def of(
        cls,
        stop_times: pd.DataFrame,
        trip_numbers: Mapping[str, int],
        site_numbers: Mapping[str, int],
        service_of_trip: Integers,
        counted: Booleans,
    ) -> Timetable:
        """Give numbers to the rows of ``stop_times.txt``.

        Parameters
        ----------
        stop_times
            Categories of text: :data:`CALL_COLUMNS` and :data:`OPTIONAL_CALL_COLUMNS`, ``""`` where the feed
            lacks one.
        trip_numbers, site_numbers
            Number of each ``trip_id``, and of the site of each ``stop_id``.
        """
        departure_s = _by_word(stop_times["departure_time"], seconds)
        departure_s = np.where(np.isnan(departure_s), _by_word(stop_times["arrival_time"], seconds), departure_s)
        boards = stop_times["pickup_type"] != _NO_BOARDING
        timed = stop_times["start_pickup_drop_off_window"] == ""
        return cls(
            _by_word(stop_times["trip_id"], lambda word: trip_numbers.get(word, -1)).astype(np.int64),
            _by_word(stop_times["stop_id"], lambda word: site_numbers.get(word, -1)).astype(np.int64),
            _by_word(stop_times["stop_sequence"], _number),
            departure_s,
            boards.to_numpy(dtype=bool),
            timed.to_numpy(dtype=bool),
            service_of_trip,
            counted,
        )

    @property
    def of_counted_trips(self) -> Booleans:
        """(N,) whether a row is of a trip that is known and no train."""
        return (self.trip >= 0) & self.counted[self.trip]

    def calls(self, frequencies: pd.DataFrame | None = None) -> Calls:
        """Count the runs of each trip that leave each site.

        Parameters
        ----------
        frequencies
            Rows of ``frequencies.txt`` by number: columns ``trip``, ``start_s``, ``end_s``, ``headway_s``. A trip that
            has some runs as they say, and its own times give the minutes between stops alone.
        """
        known = np.flatnonzero(self.of_counted_trips)
        rows = known[np.lexsort((known, self.order[known], self.trip[known]))]
        trip, site = self.trip[rows], self.site[rows]
        departure_s = between(trip, self.departure_s[rows])
        first, last = np.ones(len(rows), dtype=bool), np.ones(len(rows), dtype=bool)
        first[1:] = last[:-1] = trip[1:] != trip[:-1]
        leaves = self.boards[rows] & self.timed[rows] & ~last & (site >= 0)
        since_start_s = departure_s - departure_s[first][np.cumsum(first) - 1]
        runs = pd.DataFrame(
            {
                "trip": trip[leaves],
                "site": site[leaves],
                "runs": 1,
                "evening": (departure_s[leaves] >= _EVENING_S).astype(np.int64),
                "since_start_s": np.nan_to_num(since_start_s[leaves]),
            }
        )
        if frequencies is not None and not frequencies.empty:
            runs = _repeated(runs, frequencies)
        once = runs.groupby(["trip", "site"], sort=True)[["runs", "evening"]].max().reset_index()
        trips = once["trip"].to_numpy(dtype=np.int64)
        return Calls(
            once["site"].to_numpy(dtype=np.int64),
            self.service_of_trip[trips],
            once["runs"].to_numpy(dtype=np.int64),
            once["evening"].to_numpy(dtype=np.int64),
        )


def per_site(calls: Calls, week: Week, services: Sequence[str], sites: int) -> Floats:
    """Return the departures of each site: (sites, 3) trips a working day, of these in the evening, on a Sunday.

    Parameters
    ----------
    week
        By which to count.
    services
        Id of each service's number.
    sites
        How many there are.
    """
    days, sundays = week.working_days, week.sunday
    working = np.array([days[service] for service in services]) / _WORKING_DAYS
    sunday = np.array([float(service in sundays) for service in services])
    found = np.zeros((sites, 3))
    for column, counts in enumerate(
        (
            calls.runs * working[calls.service],
            calls.evening * working[calls.service],
            calls.runs * sunday[calls.service],
        )
    ):
        np.add.at(found[:, column], calls.site, counts)
    return found


def seconds(written: str) -> float:
    """Return the seconds of ``"25:10:00"`` or ``"7:05"``; NaN where it is no time."""
    parts = written.strip().split(":")
    if len(parts) not in {2, 3} or not all(part.isdecimal() for part in parts) or len(parts[0]) > 3:
        return float("nan")
    hours, minutes, *rest = map(int, parts)
    return float(3600 * hours + 60 * minutes + sum(rest))


def between(trip: Integers, time_s: Floats) -> Floats:
    """Fill the times that are missing inside a trip, in even steps between the calls that have one.

    Parameters
    ----------
    trip, time_s
        (N,) rows in the order of the trips' calls.
    """
    rows, known = np.arange(len(trip)), ~np.isnan(time_s)
    before = np.maximum.accumulate(np.where(known, rows, -1))
    behind = np.minimum.accumulate(np.where(known, rows, len(trip))[::-1])[::-1]
    open_rows = np.flatnonzero(~known & (before >= 0) & (behind < len(trip)))
    a, b = before[open_rows], behind[open_rows]
    inside = (trip[a] == trip[open_rows]) & (trip[b] == trip[open_rows])
    a, b, row = a[inside], b[inside], open_rows[inside]
    filled = time_s.copy()
    filled[row] = time_s[a] + (time_s[b] - time_s[a]) * (row - a) / (b - a)
    return filled


def _repeated(runs: pd.DataFrame, frequencies: pd.DataFrame) -> pd.DataFrame:
    """Let the trips that have frequencies run as these say."""
    spans = frequencies.reset_index(names="span")
    times = runs.drop(columns=["runs", "evening"]).merge(spans, on="trip")
    columns = ["start_s", "end_s", "headway_s", "since_start_s"]
    start_s, end_s, headway_s, since_start_s = times[columns].to_numpy(dtype=np.float64).T
    total = np.ceil((end_s - start_s) / headway_s)
    before_evening = np.ceil((_EVENING_S - since_start_s - start_s) / headway_s)
    times["runs"] = total.astype(np.int64)
    times["evening"] = (total - np.clip(before_evening, 0, total)).astype(np.int64)
    # Called at twice in one run, a site has the run once, by the call that leaves latest. Then the spans add up.
    once = times.groupby(["trip", "site", "span"])[["runs", "evening"]].max().groupby(["trip", "site"]).sum()
    others = runs[~runs["trip"].isin(frequencies["trip"])]
    return pd.concat([others, once.reset_index()], ignore_index=True)


def _by_word(column: pd.Series[Any], read: Callable[[str], float]) -> Floats:
    """Read a column of categories: each word once."""
    words = np.array([read(word) for word in column.cat.categories.tolist()], dtype=np.float64)
    codes = np.asarray(column.cat.codes, dtype=np.int64)
    return words[codes] if len(words) else np.empty(0)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")
