"""Which lines call at a stop: by their public names, and from a network whose tables are scripts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceMalformed
from ingest.connectors.gtfs import read_stops
from ingest.ledger import RejectCode
from ingest.transit import normalise_stops
from ingest.transit_lines import lines_of_sites, natural_order
from tests.ingest.feeds import FEED, feed, lines, stop, times, trip
from tests.ingest.world import fetched, lonlat, scope, source

ROUTES = "route_id,route_short_name,route_long_name,route_type"
TRIPS = "route_id,service_id,trip_id"


def called(folder: Path, **changed: str | bytes | None) -> dict[str, list[str]]:
    """Names of the lines of every stop that is in use."""
    frame = read_stops(FEED, feed(folder, **changed)).frame
    used = frame[frame["@use"] == "stop"]
    return {name: json.loads(text) for name, text in zip(used["stop_id"], used["@lines"], strict=True)}


def test_a_stop_names_the_lines_that_call_there_a_terminus_too(tmp_path):
    found = called(
        tmp_path,
        routes=lines(ROUTES, "r10,10,Gare – Port,3", "r2,2,,3", "r2bis,2,,3", "nav,,Navette  du Port,3", "ter,T,,2"),
        trips=lines(TRIPS, "r10,lv,a", "r2,lv,b", "r2bis,lv,c", "nav,lv,d", "ter,lv,e", "perdue,lv,f"),
        stop_times=times(
            trip("a", "08:00 A", "08:10 B"),
            trip("b", "08:00 B", "08:10 A"),
            trip("c", "09:00 B", "09:10 A"),
            trip("d", "09:00 B", "09:10 C"),
            trip("e", "09:00 B", "09:10 C"),
            trip("f", "09:00 B", "09:10 C"),
        ),
    )
    # two routes of one name are one line; a train is none; a route that no table knows has no name
    assert found == {"A": ["2", "10"], "B": ["2", "10", "Navette du Port"], "C": ["Navette du Port"]}


def test_a_station_has_the_lines_of_its_platforms(tmp_path):
    found = called(
        tmp_path,
        stops=lines(
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station",
            stop("S", kind="1"),
            stop("A", parent="S"),
            stop("B", 2, parent="S"),
            stop("C", 3),
        ),
        routes=lines(ROUTES, "x,X,,3", "y,Y,,3"),
        trips=lines(TRIPS, "x,lv,a", "y,lv,b"),
        stop_times=times(trip("a", "08:00 A", "08:10 C"), trip("b", "08:00 B", "08:10 C")),
    )
    assert found == {name: ["X", "Y"] for name in "SABC"}


def test_a_feed_without_names_says_none(tmp_path):
    assert called(tmp_path) == {"A": [], "B": [], "C": []}
    assert called(tmp_path / "alone", routes=None) == {"A": [], "B": [], "C": []}


def test_lines_are_sorted_as_a_traveller_lists_them():
    names = ["N", "10", "A", "2", "b", "LR12", "LR7", "1", "007", "9" * 5_000, "Navette 2", "Navette 10"]
    assert sorted(names, key=natural_order) == [
        "1", "2", "007", "10", "9" * 5_000, "A", "b", "LR7", "LR12", "N", "Navette 2", "Navette 10",
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=20),
    st.lists(st.sampled_from(["", "1", "2", "10", "A"]), min_size=5, max_size=5),
)
def test_every_call_gives_its_line_and_no_other_does(calls, names):
    site, trip_ = (np.array([call[place] for call in calls], dtype=np.int64) for place in (0, 1))
    found = lines_of_sites(site, trip_, names, 4)
    assert [set(of) for of in found] == [{names[t] for s, t in calls if s == place} - {""} for place in range(4)]
    assert all(len(set(of)) == len(of) for of in found)


CARS = source(
    id="cars",
    reader="gtfs_stops",
    category="transport.stop",
    columns={"insee": "stop_desc", "line": "route_id"},
    links={"pole": "stop_id"},
)


def scripts(folder: Path, **changed: str) -> list:
    """A network whose tables a page keeps as scripts, without calendar or hours."""
    (west, south), (east, north) = lonlat(1, 1), lonlat(2, 1)
    tables = {
        "stops": f"""data.stops=[
            {{'stop_id' : 1, 'stop_name' : 'L\\'Étang', 'stop_desc' : '', 'stop_lat' : '{south}', 'stop_lon' : {west}}},
            {{'stop_id' : 2, 'stop_name' : 'Le Pont', 'stop_desc' : NULL, 'stop_lat' : {north}, 'stop_lon' : {east}}},
        ];""",
        "trips": "data.trips=[{'trip_id' : 7, 'route_id' : 'LR10', 'service_id' : 5},"
        "{'trip_id' : 8, 'route_id' : 'LR7', 'service_id' : 5}]",
        "stop_times": """data.stop_times=[
            {'trip_id' : 7, 'stop_id' : 1, 'arrival_time' : NULL, 'departure_time' : '-', 'stop_sequence' : 1},
            {'trip_id' : 7, 'stop_id' : 2, 'arrival_time' : NULL, 'departure_time' : '-', 'stop_sequence' : 2},
            {'trip_id' : 8, 'stop_id' : 2, 'arrival_time' : NULL, 'departure_time' : '-', 'stop_sequence' : 1},
            {'trip_id' : 8, 'stop_id' : 3, 'arrival_time' : NULL, 'departure_time' : '-', 'stop_sequence' : 2}
        ];""",
    } | changed
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return [fetched(folder / f"{name}.js", CARS) for name in tables]


def test_tables_in_scripts_give_stops_and_lines_and_no_frequency(tmp_path):
    files = scripts(tmp_path)
    result = normalise_stops(CARS, read_stops(CARS, files), files, scope())
    found = {draft.service.name: draft.service for draft in result.drafts}
    assert {name: service.lines for name, service in found.items()} == {
        "L'Étang": ("LR10",), "Le Pont": ("LR7", "LR10"),
    }  # fmt: skip
    assert {service.departures for service in found.values()} == {None}
    assert [(r.code, r.example) for r in result.rejects] == [(RejectCode.UNKNOWN_SERVICE, "stop_id 3")]
    assert (result.ledger.read, result.ledger.kept, result.ledger.rejected) == (3, 2, 1)


@pytest.mark.parametrize("name", ["stops", "trips", "stop_times"])
def test_a_script_that_is_cut_off_is_refused(tmp_path, name):
    whole = (scripts(tmp_path), (tmp_path / f"{name}.js").read_text(encoding="utf-8"))[1]
    files = scripts(tmp_path, **{name: whole[: len(whole) // 2]})
    with pytest.raises(SourceMalformed, match=rf"{name}\.js"):
        read_stops(CARS, files)


def test_a_column_that_the_source_reads_and_the_feed_lost_is_named(tmp_path):
    files = scripts(tmp_path)
    stops = (tmp_path / "stops.js").read_text(encoding="utf-8").replace("stop_desc", "stop_insee")
    (tmp_path / "stops.js").write_text(stops, encoding="utf-8")
    with pytest.raises(SourceMalformed, match=r"the column 'stop_desc' is gone"):
        read_stops(CARS, files)


def test_columns_of_lines_are_a_timetable_s_alone():
    with pytest.raises(ValueError, match=r"only the stops of a timetable"):
        source(columns={"key": "id", "line": "ligne"})
