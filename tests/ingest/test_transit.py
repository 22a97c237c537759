"""Stops of a feed as services with departures, and zones in which transport comes on demand."""

from __future__ import annotations

import pytest

from geo.places import Departures
from ingest.connectors.gtfs import read_stops, read_zones
from ingest.ledger import Ledger, RejectCode
from ingest.transit import normalise_stops, normalise_zones
from tests.ingest.feeds import FEED, STOPS_HEADER, TIMES_HEADER, ZONES, feed, lines, square, stop, trip, zones
from tests.ingest.world import lonlat, scope


def stops_of(folder, **changed):
    files = feed(folder, **changed)
    made = normalise_stops(FEED, read_stops(FEED, files), files, scope())
    made.ledger.check("reseau")
    return made


def zones_of(folder, *features):
    files = feed(folder, ZONES, locations=zones(*features))
    made = normalise_zones(ZONES, read_zones(ZONES, files), files, scope())
    made.ledger.check("zones")
    return made


def test_a_stop_says_how_often_it_is_left(tmp_path):
    made = stops_of(tmp_path)
    assert made.source is FEED
    services = [draft.service for draft in made.drafts]
    assert [(s.id, s.category, s.name, s.insee) for s in services] == [
        ("reseau:A", "transport.stop", "Arrêt A", "71001"),
        ("reseau:B", "transport.stop", "Arrêt B", "71001"),
        ("reseau:C", "transport.stop", "Arrêt C", "71001"),
    ]
    assert [s.departures for s in services] == [Departures(2, 0, 0), Departures(2, 1, 1), Departures(0, 0, 1)]
    assert (services[1].lon, services[1].lat) == pytest.approx(lonlat(2, 1), abs=1e-6)


def test_without_a_calendar_a_stop_says_nothing_of_its_frequency(tmp_path):
    made = stops_of(tmp_path, calendar=None)
    assert [draft.service.departures for draft in made.drafts] == [None, None, None]


def test_every_row_of_the_stops_is_accounted_for(tmp_path):
    stops = lines(
        STOPS_HEADER, stop("q1", parent="G"), stop("q2", 1.01, parent="G"), stop("G", 1.005, kind="1"),
        stop("porte", kind="2", parent="G"), stop("loin", 1, 202), stop("seul", 3), stop("B", 2),
        "zero,Arrêt,0,0,,", ",Arrêt,46.7,4.4,,", "nulle,Arrêt,,,,",
    )  # fmt: skip
    calls = [trip("matin", "08:00 q1", "08:10 B", "08:20 loin", "08:30 zero", "08:40 nulle", "08:50 parti", "09:00 q2")]
    made = stops_of(tmp_path, stops=stops, stop_times=lines(TIMES_HEADER, *(row for rows in calls for row in rows)))
    assert [draft.service.id for draft in made.drafts] == ["reseau:G", "reseau:B"]
    assert made.drafts[0].service.departures == Departures(1, 0, 0)
    # G and B are kept; q1 and q2 are G; the door, the stop beyond the halo and the one without a trip are out of scope
    assert made.ledger == Ledger(11, 2, 2, 3, 4)
    assert sorted((reject.code.value, reject.file, reject.line) for reject in made.rejects) == [
        ("no_key", "stops.txt", 10), ("no_position", "stops.txt", 11), ("unknown_service", "stop_times.txt", 7),
        ("zero_position", "stops.txt", 9),
    ]  # fmt: skip


def test_zones_that_touch_the_halo_are_kept(tmp_path):
    bow = {"type": "Polygon", "coordinates": [[lonlat(*xy) for xy in ((0, 0), (4, 4), (4, 0), (0, 4), (0, 0))]]}
    made = zones_of(
        tmp_path, ("nord", square(0, 4, 4, 8)), ("noeud", bow), ("loin", square(0, 190, 4, 194)), ("rien", None),
        ("point", {"type": "Point", "coordinates": lonlat(1, 1)}), ("", square(0, 0, 1, 1)),
        ("nord", square(0, 4, 4, 9)), ("vide", {"type": "Polygon", "coordinates": []}),
    )  # fmt: skip
    assert [(zone.id, zone.name, zone.source) for zone in made.zones] == [
        ("zones:nord", "Zone nord", "zones"), ("zones:noeud", "Zone noeud", "zones"),
    ]  # fmt: skip
    assert all(zone.geometry.is_valid and zone.geometry.area > 0 for zone in made.zones)
    assert made.ledger == Ledger(8, 2, 1, 1, 4)
    assert [(reject.code, reject.line) for reject in made.rejects] == [
        (RejectCode.NO_KEY, 6), (RejectCode.BAD_GEOMETRY, 4), (RejectCode.BAD_GEOMETRY, 5),
        (RejectCode.BAD_GEOMETRY, 8),
    ]  # fmt: skip


def test_no_zone_is_no_error(tmp_path):
    files = feed(tmp_path, ZONES)
    assert normalise_zones(ZONES, read_zones(ZONES, files), files, scope()).ledger == Ledger(0, 0, 0, 0, 0)
