"""GTFS feeds of any timetable: shifting weeks, removing services, and gtfs-kit as the second opinion."""

from __future__ import annotations

import math
import tempfile
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import gtfs_kit
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.connectors.gtfs import read_stops
from ingest.transit_departures import between, seconds
from tests.ingest.feeds import (
    DAYS_HEADER,
    FEED,
    departures,
    feed,
    lines,
    read,
    times,
    trip,
)

DATES_HEADER = "service_id,date,exception_type"


SERVICES = ("lv", "dim", "x")
DAYS = st.lists(st.sampled_from("01"), min_size=7, max_size=7).map(",".join)


@st.composite
def timetables(draw):
    """Trips of three services between three stops, with a calendar of five weeks and exceptions."""
    trips, rows = [], []
    for number in range(draw(st.integers(1, 8))):
        places = draw(st.lists(st.sampled_from("ABC"), min_size=2, max_size=5))
        start = draw(st.integers(5 * 60, 24 * 60))
        minutes = [start + 7 * step for step in range(len(places))]
        calls = [f"{m // 60:02}:{m % 60:02} {place}" for m, place in zip(minutes, places, strict=True)]
        trips.append((f"t{number}", draw(st.sampled_from(SERVICES))))
        rows.append(trip(f"t{number}", *calls))
    calendar = {service: draw(DAYS) for service in SERVICES}
    exceptions = draw(
        st.lists(st.tuples(st.sampled_from(SERVICES), st.integers(0, 34), st.sampled_from("12")), max_size=6)
    )
    return trips, rows, calendar, exceptions


def written(timetable, first=date(2026, 1, 5), without=""):
    trips, rows, calendar, exceptions = timetable
    last = first + timedelta(34)
    return {
        "trips": lines("route_id,service_id,trip_id", *(f"bus,{s},{name}" for name, s in trips if s != without)),
        "stop_times": times(*(group for (_, s), group in zip(trips, rows, strict=True) if s != without)),
        "calendar": lines(DAYS_HEADER, *(f"{s},{days},{first:%Y%m%d},{last:%Y%m%d}" for s, days in calendar.items())),
        "calendar_dates": lines(
            DATES_HEADER, *(f"{s},{first + timedelta(day):%Y%m%d},{way}" for s, day, way in exceptions)
        ),
    }


def read_anew(changed):
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), **changed)


@given(timetable=timetables(), weeks=st.integers(-60, 60))
@settings(max_examples=15, deadline=None)
def test_another_week_changes_nothing(timetable, weeks):
    later = date(2026, 1, 5) + timedelta(7 * weeks)
    assert read_anew(written(timetable)) == read_anew(written(timetable, later))


@given(timetable=timetables())
@settings(max_examples=15, deadline=None)
def test_a_service_that_leaves_takes_exactly_its_trips(timetable):
    trips, rows, calendar, _ = timetable
    plain = (trips, rows, calendar, [])  # without exceptions every week is the same, whatever leaves
    working = {service: days.split(",")[:5].count("1") / 5 for service, days in calendar.items()}
    sundays = {service: float(days[-1]) for service, days in calendar.items()}
    expected = {}
    for place in "ABC":
        leaves = [s for (_, s), group in zip(trips, rows, strict=True) if s != "x" and leaves_from(group, place)]
        expected[place] = (sum(working[s] for s in leaves), sum(sundays[s] for s in leaves))
    found = read_anew(written(plain, without="x"))
    for place, counts in found.items():
        if counts is None:  # nothing that is left ever runs
            assert not any(working[s] or calendar[s].split(",")[5] == "1" or sundays[s] for _, s in trips if s != "x")
        else:
            assert (counts[0], counts[2]) == pytest.approx(expected[place])


def leaves_from(group, place):
    return any(row.split(",")[3] == place for row in group[:-1])


@given(timetable=timetables())
@settings(max_examples=10, deadline=None)
def test_days_agree_with_gtfs_kit(timetable):
    with tempfile.TemporaryDirectory() as folder:
        (file,) = feed(Path(folder), **written(timetable))
        found = departures(read_stops(FEED, [file]))
        peer = gtfs_kit.read_feed(file.path, dist_units="km")
        dates = peer.get_dates()
        runs = peer.compute_trip_activity(dates).set_index("trip_id")
    weeks = [runs[dates[start : start + 7]] for start in range(0, 35, 7)]
    best = max(weeks, key=lambda week: (week.iloc[:, :5].to_numpy().sum(), week.to_numpy().sum()))
    for place in found:
        leaving = [
            name for (name, _), group in zip(timetable[0], timetable[1], strict=True) if leaves_from(group, place)
        ]
        mean, sunday = best.loc[leaving].iloc[:, :5].to_numpy().sum() / 5, best.loc[leaving].iloc[:, 6].sum()
        if best.to_numpy().sum():
            assert (found[place][0], found[place][2]) == pytest.approx((mean, sunday))
        else:
            assert found[place] is None


@given(times_s=st.lists(st.one_of(st.none(), st.integers(0, 90_000)), max_size=12), cut=st.integers(0, 12))
def test_times_between_two_calls_lie_between_them_and_others_stay(times_s, cut):
    given_s = np.array([math.nan if time is None else time for time in times_s], dtype=np.float64)
    filled = between((np.arange(len(given_s)) >= cut).astype(np.int64), given_s)
    for part in (slice(0, cut), slice(cut, None)):
        before, after = given_s[part], filled[part]
        known = np.flatnonzero(~np.isnan(before))
        assert np.array_equal(after[known], before[known])
        for a, b in pairwise(known):
            low, high = sorted((before[a], before[b]))
            assert ((after[a : b + 1] >= low - 1e-6) & (after[a : b + 1] <= high + 1e-6)).all()
        outside = np.setdiff1d(np.arange(len(before)), np.arange(known[0], known[-1] + 1) if len(known) else [])
        assert np.isnan(after[outside]).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("08:00:00", 28_800), ("7:05", 25_500), ("25:10:30", 90_630), (" 08:00:00", 28_800), ("0:00:00", 0)],
)
def test_hours(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "-", "8h00", "08:00:00:00", "08:-1:00", "NULL", "99999:00"])
def test_what_is_no_hour(text):
    assert math.isnan(seconds(text))
