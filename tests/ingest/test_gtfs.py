"""GTFS feeds: departures known by arithmetic, and every dialect of the calendar."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import gtfs_kit
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SourceMalformed
from ingest.connectors.gtfs import read_stops, read_zones
from ingest.ledger import RejectCode
from ingest.transit_departures import seconds
from tests.ingest.feeds import (
    DAILY,
    DAYS_HEADER,
    FEED,
    FREQUENCIES_HEADER,
    PLAIN,
    STOPS_HEADER,
    SUNDAYS,
    TIMES_HEADER,
    WORKDAYS,
    ZONES,
    departures,
    feed,
    lines,
    read,
    square,
    stop,
    times,
    trip,
    zones,
)
from tests.ingest.world import fetched

DATES_HEADER = "service_id,date,exception_type"


def test_the_plain_feed_counts_what_its_docstring_says(tmp_path):
    assert read(tmp_path) == {"A": (2, 0, 0), "B": (2, 1, 1), "C": (0, 0, 1)}


def test_an_unpacked_feed_reads_like_its_zip(tmp_path):
    packed, loose = (read_stops(FEED, feed(tmp_path / name, packed=name == "zip")) for name in ("zip", "folder"))
    pd.testing.assert_frame_equal(packed.frame, loose.frame)


def test_a_feed_in_a_folder_of_its_zip_is_found(tmp_path):
    with zipfile.ZipFile(tmp_path / "deep.zip", "w") as archive:
        archive.writestr("__MACOSX/reseau/._stops.txt", b"\0")
        archive.mkdir("reseau")
        for name, text in PLAIN.items():
            archive.writestr(f"reseau/{name}", text)
    assert departures(read_stops(FEED, [fetched(tmp_path / "deep.zip", FEED)]))["B"] == (2, 1, 1)


# --- which trips leave a stop


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        # the last call is no departure, wherever the rows stand
        (("08:00 A", "08:10 B"), {"A": (1, 0, 0), "B": (0, 0, 0)}),
        # nobody may board; on the phone (2) or by hailing the driver (3) one may
        (("08:00 A", "08:10 B 1", "08:20 C"), {"A": (1, 0, 0), "B": (0, 0, 0), "C": (0, 0, 0)}),
        (("08:00 A 2", "08:10 B 3", "08:20 C"), {"A": (1, 0, 0), "B": (1, 0, 0), "C": (0, 0, 0)}),
        # beyond midnight it is still the evening of the day on which the trip began
        (("23:50 A", "24:10 B", "25:00 C"), {"A": (1, 1, 0), "B": (1, 1, 0), "C": (0, 0, 0)}),
        # 19:00 is the evening, a minute before is not
        (("18:59 A", "19:00 B", "19:01 C"), {"A": (1, 0, 0), "B": (1, 1, 0), "C": (0, 0, 0)}),
        # between 18:40 and 19:20 lies 19:00
        (("18:40 A", "- B", "19:20 C"), {"A": (1, 0, 0), "B": (1, 1, 0), "C": (0, 0, 0)}),
        # no hour at all: a departure, of no evening
        (("- A", "- B", "- C"), {"A": (1, 0, 0), "B": (1, 0, 0), "C": (0, 0, 0)}),
        # round and back: one trip, that leaves A once and C in the evening
        (("18:30 A", "18:50 C", "19:10 B", "19:30 C", "19:50 A"), {"A": (1, 0, 0), "B": (1, 1, 0), "C": (1, 1, 0)}),
    ],
)
def test_a_departure_is_where_somebody_may_leave(tmp_path, calls, expected):
    trips = lines("route_id,service_id,trip_id", "bus,lv,t")
    assert read(tmp_path, trips=trips, stop_times=times(trip("t", *calls))) == expected


def test_rows_of_a_trip_may_stand_in_any_order(tmp_path):
    rows = trip("t", *(f"{8 + hour // 6:02}:{hour % 6}0 {'ABC'[hour % 3]}" for hour in range(12)))
    trips = lines("route_id,service_id,trip_id", "bus,lv,t")
    assert read(tmp_path / "a", trips=trips, stop_times=times(rows)) == read(
        tmp_path / "b", trips=trips, stop_times=times(rows[::-1])
    )


def test_platforms_share_the_departures_of_their_station(tmp_path):
    stops = lines(
        STOPS_HEADER, stop("q1", parent="G"), stop("q2", 1.01, parent="G"), stop("G", 1.005, kind="1"), stop("C", 3),
        stop("porte", kind="2", parent="G"), stop("palier", kind="3", parent="G"), stop("orphelin", parent="parti"),
    )  # fmt: skip
    calls = times(
        trip("matin", "08:00 q1", "08:05 q2", "08:20 C"), trip("soir", "19:00 q2", "19:15 C"),
        trip("dimanche", "10:00 C", "10:10 orphelin", "10:20 q2"),
    )  # fmt: skip
    table = read_stops(FEED, feed(tmp_path, stops=stops, stop_times=calls))
    # a trip that calls at two platforms leaves the station once
    assert departures(table) == {
        "G": (2, 1, 0),
        "q1": (2, 1, 0),
        "q2": (2, 1, 0),
        "C": (0, 0, 1),
        "orphelin": (0, 0, 1),
    }
    assert table.frame["@site"].tolist() == ["G", "G", "G", "C", "porte", "palier", "orphelin"]
    assert table.frame["@use"].tolist() == ["stop"] * 4 + ["inside"] * 2 + ["stop"]
    assert table.frame["@line"].tolist() == [4, 2, 3, 5, 6, 7, 8]


@pytest.mark.parametrize("train", ["2", "106"])
def test_trains_are_no_buses(tmp_path, train):
    table = read_stops(
        FEED,
        feed(
            tmp_path,
            routes=lines("route_id,route_type", "bus,3", f"ter,{train}"),
            trips=lines("route_id,service_id,trip_id", "ter,lv,matin", "bus,lv,soir", "ter,dim,dimanche"),
            stop_times=times(trip("matin", "08:00 A", "08:10 C"), trip("soir", "18:00 A", "19:00 B")),
        ),
    )
    assert departures(table) == {"A": (1, 0, 0), "B": (0, 0, 0)}
    assert table.frame["@use"].tolist() == ["stop", "stop", "rail"]


def test_a_stop_that_no_trip_names_is_not_served(tmp_path):
    table = read_stops(FEED, feed(tmp_path, stop_times=times(trip("matin", "08:00 A", "08:10 B"))))
    assert table.frame["@use"].tolist() == ["stop", "stop", "unserved"]


# --- on which days


@pytest.mark.parametrize(
    ("calendar", "dates", "weekday", "sunday"),
    [
        ([WORKDAYS, SUNDAYS], None, 2.0, 1.0),
        ([DAILY.replace("tous", "lv"), DAILY.replace("tous", "dim")], None, 3.0, 3.0),
        # only exceptions: eight days of one week and a day
        (None, [f"lv,202601{day:02},1" for day in range(5, 13)], 2.0, 2.0),
        # Wednesdays only
        (["lv,0,0,1,0,0,0,0,20260105,20260118"], None, 0.4, 0.0),
        # a Monday without service thins the first week: the second is told of
        ([WORKDAYS, SUNDAYS], ["lv,20260105,2"], 2.0, 1.0),
        # both weeks lack a day: four fifths
        ([WORKDAYS, SUNDAYS], ["lv,20260105,2", "lv,20260116,2"], 1.6, 1.0),
        # a holiday on which Sunday's service runs counts in its week, and that week has fewer trips
        ([WORKDAYS, SUNDAYS], ["lv,20260106,2", "dim,20260106,1"], 2.0, 1.0),
        # added and removed on the same day: removed
        ([WORKDAYS, SUNDAYS], [f"lv,202601{day:02},{way}" for day in (7, 14) for way in (1, 2)], 1.6, 1.0),
        # of equal working days the week with more trips in all
        ([WORKDAYS], ["dim,20260118,1"], 2.0, 1.0),
    ],
)
def test_the_week_with_the_most_trips_tells(tmp_path, calendar, dates, weekday, sunday):
    changed = {
        "calendar": lines(DAYS_HEADER, *calendar) if calendar else None,
        "stop_times": times(*(trip(name, "08:00 B", "08:10 C") for name in ("matin", "soir", "dimanche"))),
    }
    if dates:
        changed["calendar_dates"] = lines(DATES_HEADER, *dates)
    assert read(tmp_path, **changed)["B"] == (weekday, 0, sunday)


@pytest.mark.parametrize(
    "changed",
    [
        {"calendar": None},
        {"calendar": lines(DAYS_HEADER)},
        {"calendar": lines(DAYS_HEADER, "lv,1,1,1,1,1,0,0,20260105,20260109")},  # no full week
        {"calendar": lines(DAYS_HEADER, "autre,1,1,1,1,1,1,1,20260105,20260130")},  # of no trip
        {"calendar": lines(DAYS_HEADER, "lv,0,0,0,0,0,0,0,20260105,20260130")},
    ],
)
def test_without_a_week_nothing_is_known_of_frequency_and_the_stops_stay(tmp_path, changed):
    assert read(tmp_path, **changed) == {"A": None, "B": None, "C": None}


def test_a_calendar_valid_for_a_century_is_looked_at_where_it_changes(tmp_path):
    calendar = lines(DAYS_HEADER, "lv,1,1,1,1,1,0,0,19000101,20991231", "dim,0,0,0,0,0,0,1,20260105,20260118")
    assert read(tmp_path, calendar=calendar)["B"] == (2, 1, 1)


@pytest.mark.parametrize(
    ("table", "content", "line", "column"),
    [
        ("calendar", lines(DAYS_HEADER, WORKDAYS, "dim,0,0,0,0,0,0,1,2026-01-05,20260118"), 3, "start_date"),
        ("calendar", lines(DAYS_HEADER, "lv,1,1,1,1,1,0,0,20260105,20261332"), 2, "end_date"),
        ("calendar_dates", lines(DATES_HEADER, "lv,00010101,1"), 2, "date"),
        ("calendar_dates", lines(DATES_HEADER, "lv,20260105,1", "lv,20260106,3"), 3, "exception_type"),
    ],
)
def test_a_date_that_is_none_is_no_calendar(tmp_path, table, content, line, column):
    with pytest.raises(SourceMalformed) as caught:
        read(tmp_path, **{table: content})
    assert (caught.value.file, caught.value.line, caught.value.column) == (f"{table}.txt", line, column)


# --- frequencies


def test_frequencies_repeat_a_trip_and_its_own_hour_does_not_count(tmp_path):
    # from 18:00 to 20:00 every quarter of an hour: 8 runs; A at 19:00 and later 4, B twenty minutes on 5
    found = read(
        tmp_path,
        trips=lines("route_id,service_id,trip_id", "bus,lv,t"),
        stop_times=times(trip("t", "06:00 A", "- B", "06:40 C")),
        frequencies=lines(
            FREQUENCIES_HEADER, "t,18:00:00,20:00:00,900", "t,05:00:00,06:00:01,3600", "autre,1:00,2:00,9"
        ),
    )
    assert found == {"A": (10, 4, 0), "B": (10, 5, 0), "C": (0, 0, 0)}


def test_a_frequency_that_makes_no_run_is_refused(tmp_path):
    rows = ("matin,18:00:00,20:00:00,0", "matin,20:00:00,18:00:00,600", "matin,tôt,18:00:00,600")
    table = read_stops(FEED, feed(tmp_path, frequencies=lines(FREQUENCIES_HEADER, *rows)))
    assert [(reject.code, reject.file, reject.line) for reject in table.rejects] == [
        (RejectCode.BAD_NUMBER, "frequencies.txt", line) for line in (2, 3, 4)
    ]
    assert departures(table)["A"] == (2, 0, 0)


@given(
    spans=st.lists(
        st.tuples(st.integers(0, 1500), st.integers(1, 300), st.integers(1, 90)), min_size=1, max_size=3
    ),
    first=st.integers(0, 1300), ride=st.integers(1, 120),
)  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_frequencies_agree_with_gtfs_kit(spans, first, ride):
    def clock(minutes):
        return f"{minutes // 60:02}:{minutes % 60:02}:00"

    rows = [f"t,{clock(start)},{clock(start + long)},{60 * step}" for start, long, step in spans]
    calls = [f"t,{clock(first)},{clock(first)},A,0,", f"t,{clock(first + ride)},{clock(first + ride)},B,1,",
             f"t,{clock(first + ride + 1)},{clock(first + ride + 1)},C,2,"]  # fmt: skip
    changed = {
        "trips": lines("route_id,service_id,trip_id", "bus,lv,t"),
        "stop_times": lines(TIMES_HEADER, *calls),
        "frequencies": lines(FREQUENCIES_HEADER, *rows),
    }
    with tempfile.TemporaryDirectory() as folder:
        (file,) = feed(Path(folder), **changed)
        found = departures(read_stops(FEED, [file]))
        expanded = gtfs_kit.read_feed(file.path, dist_units="km").expand_frequencies()
    leaves_s = expanded.stop_times.assign(s=lambda calls: calls["departure_time"].map(seconds))
    for place in ("A", "B"):
        there = leaves_s.loc[leaves_s["stop_id"] == place, "s"]
        assert found[place] == (len(there), int((there >= 19 * 3600).sum()), 0)


# --- on demand


def test_stops_on_demand_are_served_without_a_timetable(tmp_path):
    flex = "trip_id,stop_id,stop_sequence,location_group_id,location_id,start_pickup_drop_off_window,departure_time"
    table = read_stops(
        FEED,
        feed(
            tmp_path,
            stop_times=lines(
                flex,
                "matin,A,1,,,,08:00:00",
                "matin,B,2,,,,08:10:00",
                "soir,,1,groupe,,08:00:00,",
                "soir,,2,,zone,08:00:00,",
            ),
            location_groups=lines("location_group_id", "groupe"),
            location_group_stops=lines("location_group_id,stop_id", "groupe,C", "groupe,inconnu", "autre,A"),
            locations=zones(("zone", square(0, 0, 1, 1))),
        ),
    )
    assert table.rejects == ()
    assert departures(table) == {"A": (1, 0, 0), "B": (0, 0, 0), "C": None}


def test_zones_are_read_with_what_they_say(tmp_path):
    table = read_zones(ZONES, feed(tmp_path, ZONES, locations=zones(("nord", square(0, 4, 4, 8)), ("trou", None))))
    assert table.frame[["@id", "stop_name", "@line"]].to_numpy().tolist() == [
        ["nord", "Zone nord", 1], ["trou", "Zone trou", 2],
    ]  # fmt: skip
    assert [g is not None for g in table.geometries] == [True, False]


def test_a_feed_without_zones_has_none(tmp_path):
    assert read_zones(ZONES, feed(tmp_path)).read == 0


@pytest.mark.parametrize("content", ["{", "[]", '{"features": 3}', '{"features": [3]}', "<html>"])
def test_zones_that_are_none_are_refused(tmp_path, content):
    with pytest.raises(SourceMalformed):
        read_zones(ZONES, feed(tmp_path, ZONES, locations=content))
