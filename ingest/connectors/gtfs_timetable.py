"""From the tables of a GTFS feed to what is served, and how often."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.connectors.gtfs_files import GtfsFiles
from ingest.ledger import Reject, RejectCode
from ingest.transit_calendar import DAYS, best_week
from ingest.transit_departures import CALL_COLUMNS, OPTIONAL_CALL_COLUMNS, Timetable, per_site, seconds
from ingest.transit_lines import lines_of_sites

__all__ = ["LINE_NAMES", "Served", "read_calendars", "read_served"]

LINE_NAMES = ("route_short_name", "route_long_name")
"""Columns that say a line's public name; the format asks for one of them."""

_RAIL = frozenset({"2", *map(str, range(100, 118))})
"""``route_type`` of trains, in the plain and in the extended list."""


@dataclass(frozen=True)
class Served:
    """What a feed says of its sites, each by its number.

    Parameters
    ----------
    by_road, by_rail
        (S,) whether any trip calls there that is no train, and that is one.
    departures
        (S, 3) trips a working day, of these in the evening, on a Sunday; NaN where no timetable is known.
    lines
        (S,) names of the lines that call there, in natural order; trains are none.
    rejects
        Rows that could not be read, and the stops and trips that the timetable names and the feed does not know.
    """

    by_road: NDArray[np.bool_]
    by_rail: NDArray[np.bool_]
    departures: NDArray[np.float64]
    lines: Sequence[tuple[str, ...]]
    rejects: tuple[Reject, ...]


def read_served(
    files: GtfsFiles, site_numbers: Mapping[str, int], sites: int, line_names: Sequence[str] = LINE_NAMES
) -> Served:
    """Read the timetable of a feed.

    Parameters
    ----------
    site_numbers
        Number of the site of each ``stop_id``.
    sites
        How many there are.
    line_names
        Columns of a line's public name: the first that says one.

    Raises
    ------
    SourceMalformed
        When ``trips.txt`` or ``stop_times.txt`` is gone or cannot be read, or a date of the calendar is none.
    """
    trips, bad_trips = _trips(files, line_names)
    numbers = {str(word): number for number, word in enumerate(trips["trip_id"])}
    services, service_of_trip = np.unique(trips["service_id"].to_numpy(dtype=object), return_inverse=True)
    stop_times, bad_calls = files.table("stop_times.txt", CALL_COLUMNS, OPTIONAL_CALL_COLUMNS)
    table = Timetable.of(stop_times, numbers, site_numbers, service_of_trip, ~trips["rail"].to_numpy(dtype=bool))
    frequencies, bad_frequencies = _frequencies(files, numbers)
    by_road, by_rail, timed = (np.zeros(sites, dtype=bool) for _ in range(3))
    there, road = (table.trip >= 0) & (table.site >= 0), table.of_counted_trips
    by_road[table.site[there & road]] = by_rail[table.site[there & ~road]] = True
    timed[table.site[there & road & table.timed]] = True
    by_road[_on_demand(files, stop_times, site_numbers)] = True
    departures = np.full((sites, 3), np.nan)
    daily = np.where(table.counted, _runs(frequencies, len(trips)), 0)
    loads = np.bincount(service_of_trip, weights=daily, minlength=len(services)).astype(int)
    calendar, exceptions, bad_days = read_calendars(files)
    week = best_week(files.source.id, dict(zip(services.tolist(), loads.tolist(), strict=True)), calendar, exceptions)
    if week is not None:
        departures[timed] = per_site(table.calls(frequencies), week, services.tolist(), sites)[timed]
    rejects = (*bad_trips, *bad_calls, *bad_frequencies, *bad_days, *_unknown(files, stop_times, numbers, site_numbers))
    lines = lines_of_sites(table.site[there & road], table.trip[there & road], trips["line"].tolist(), sites)
    return Served(by_road, by_rail, departures, lines, rejects)


def _trips(files: GtfsFiles, line_names: Sequence[str]) -> tuple[pd.DataFrame, list[Reject]]:
    """Return the trips, text, with whether each is a train, and its line's name."""
    trips, rejects = files.table("trips.txt", ("trip_id", "service_id"), ("route_id",))
    trips = trips.astype(object).drop_duplicates("trip_id")
    trips["rail"] = False
    routes = trips[["route_id"]]
    if files.has("routes.txt"):
        names = [name for name in line_names if name != "route_id"]
        routes, bad = files.table("routes.txt", ("route_id", "route_type"), names)
        rejects += bad
        trips["rail"] = trips["route_id"].isin(routes.loc[routes["route_type"].isin(list(_RAIL)), "route_id"])
    names_of_routes = _names(routes.astype(object), line_names)
    trips["line"] = [names_of_routes.get(route, "") for route in trips["route_id"]]
    return trips, rejects


def _names(routes: pd.DataFrame, line_names: Sequence[str]) -> dict[str, str]:
    """Return the public name of each route; ``""`` where none of the columns says one."""
    found = dict.fromkeys(routes["route_id"], "")
    for column in line_names:
        for route, written in zip(routes["route_id"], routes.get(column, ()), strict=False):
            found[route] = found[route] or " ".join(str(written).split())
    return found


def _frequencies(files: GtfsFiles, numbers: Mapping[str, int]) -> tuple[pd.DataFrame, list[Reject]]:
    """Return the rows of ``frequencies.txt`` by trip number, seconds; without the rows that make no runs."""
    empty = pd.DataFrame({"trip": [], "start_s": [], "end_s": [], "headway_s": []}, dtype=np.float64)
    if not files.has("frequencies.txt"):
        return empty, []
    table, rejects = files.table("frequencies.txt", ("trip_id", "start_time", "end_time", "headway_secs"))
    table = table.astype(object)
    found = pd.DataFrame(
        {
            "trip": table["trip_id"].map(lambda word: numbers.get(word, -1)).astype(np.int64),
            "start_s": table["start_time"].map(seconds).astype(np.float64),
            "end_s": table["end_time"].map(seconds).astype(np.float64),
            "headway_s": pd.to_numeric(table["headway_secs"], errors="coerce").astype(np.float64),
        }
    )
    good = (found["headway_s"] > 0) & (found["end_s"] > found["start_s"])
    for row in np.flatnonzero(~good).tolist():
        shown = ", ".join(map(str, table.iloc[row]))
        rejects.append(Reject(files.source.id, RejectCode.BAD_NUMBER, row + 2, shown, "frequencies.txt"))
    return found[good & (found["trip"] >= 0)], rejects


def _runs(frequencies: pd.DataFrame, trips: int) -> NDArray[np.float64]:
    """(T,) how often each trip runs on a day of its service."""
    runs = np.ones(trips)
    if not frequencies.empty:
        trip = frequencies["trip"].to_numpy(dtype=np.int64)
        runs[trip] = 0
        start_s, end_s, headway_s = frequencies[["start_s", "end_s", "headway_s"]].to_numpy(dtype=np.float64).T
        np.add.at(runs, trip, np.ceil((end_s - start_s) / headway_s))
    return runs


def read_calendars(files: GtfsFiles) -> tuple[pd.DataFrame | None, pd.DataFrame | None, list[Reject]]:
    """Return ``calendar.txt`` and ``calendar_dates.txt``, None where the feed lacks one, and their ragged rows."""
    found: list[pd.DataFrame | None] = []
    rejects: list[Reject] = []
    for name, columns in (
        ("calendar.txt", ("service_id", *DAYS, "start_date", "end_date")),
        ("calendar_dates.txt", ("service_id", "date", "exception_type")),
    ):
        table, bad = files.table(name, columns) if files.has(name) else (None, [])
        found.append(table)
        rejects += bad
    return found[0], found[1], rejects


def _on_demand(files: GtfsFiles, stop_times: pd.DataFrame, site_numbers: Mapping[str, int]) -> list[int]:
    """Return the sites that belong to a group of stops which a vehicle serves on demand (GTFS-Flex)."""
    if not files.has("location_group_stops.txt"):
        return []
    groups, _ = files.table("location_group_stops.txt", ("location_group_id", "stop_id"))
    called = groups["location_group_id"].isin(stop_times["location_group_id"].unique()).to_numpy(dtype=bool)
    return [site_numbers[stop] for stop in groups.loc[called, "stop_id"] if stop in site_numbers]


def _unknown(
    files: GtfsFiles, stop_times: pd.DataFrame, trips: Mapping[str, int], stops: Mapping[str, int]
) -> list[Reject]:
    """Reject each trip and each stop that the timetable names and the feed does not know, where it is first named."""
    elsewhere = (stop_times["location_id"] != "") | (stop_times["location_group_id"] != "")
    areas = _areas(files)
    rejects = []
    for column, known in (("trip_id", trips.keys()), ("stop_id", stops.keys() | areas)):
        rows = np.flatnonzero(~elsewhere.to_numpy(dtype=bool)) if column == "stop_id" else np.arange(len(stop_times))
        words = stop_times[column].cat.categories.tolist()
        codes, first = np.unique(np.asarray(stop_times[column].cat.codes)[rows], return_index=True)
        for code, row in zip(codes.tolist(), rows[first].tolist(), strict=True):
            if words[code] not in known:
                shown = f"{column} {words[code]}"
                rejects.append(Reject(files.source.id, RejectCode.UNKNOWN_SERVICE, row + 2, shown, "stop_times.txt"))
    return sorted(rejects, key=lambda reject: reject.line)


def _areas(files: GtfsFiles) -> set[str]:
    """Return the ids of areas and groups, which older feeds write in the place of a stop's."""
    found: set[str] = set()
    for name, column in (("stop_areas.txt", "area_id"), ("location_groups.txt", "location_group_id")):
        if files.has(name):
            found.update(files.table(name, (column,))[0][column])
    if files.has("locations.geojson"):
        found.update(zone_ids(files))
    return found


def zone_ids(files: GtfsFiles) -> Iterable[str]:
    """Return the ids of the zones of ``locations.geojson``; none where it cannot be read: its own reader says so."""
    try:
        features = json.loads(files.content("locations.geojson")).get("features")
    except (ValueError, AttributeError):
        return []
    return [str(feature.get("id", "")) for feature in features or [] if isinstance(feature, dict)]
