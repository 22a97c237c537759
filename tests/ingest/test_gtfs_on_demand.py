"""Who comes to a zone on demand, on which days, and how one books: what the timetable of a feed says, and no more."""

from __future__ import annotations

import pytest

from geo.errors import SourceMalformed
from ingest.connectors.gtfs import read_zones
from ingest.connectors.gtfs_files import GtfsFiles
from ingest.connectors.gtfs_on_demand import Offer, read_offers
from ingest.ledger import RejectCode
from ingest.transit import normalise_zones
from tests.ingest.feeds import DAILY, DAYS_HEADER, SUNDAYS, WORKDAYS, ZONES, feed, lines, square, zones
from tests.ingest.world import scope

CALLS = "trip_id,location_id,stop_id,pickup_booking_rule_id,drop_off_booking_rule_id"
RULES = "booking_rule_id,message,pickup_message,phone_number,info_url,booking_url"
AGENCIES = lines("agency_id,agency_name", "a,Réseau", "b,Les  minibus")
WORKING = ("monday", "tuesday", "wednesday", "thursday", "friday")
AREAS = zones(("nord", square(0, 4, 4, 8)), ("sud", square(0, 0, 4, 4)))


def on_demand(folder, *calls, **changed):
    """Files of a feed whose two zones are served by these calls; ``bus`` is of agency a, ``car`` of b."""
    told = {
        "agency": AGENCIES,
        "routes": lines("route_id,agency_id,route_type", "bus,a,3", "car,b,3", "seul,,3"),
        "trips": lines("route_id,service_id,trip_id", "bus,lv,semaine", "car,dim,dimanche", "seul,jamais,rien"),
        "stop_times": lines(CALLS, *calls),
        "locations": AREAS,
    }
    return feed(folder, ZONES, **told | changed)


def offers(folder, *calls, **changed):
    files = on_demand(folder, *calls, **changed)
    return read_offers(GtfsFiles.of(ZONES, files), {"nord", "sud"})


def test_a_zone_has_the_agency_the_days_and_the_booking_of_its_trips(tmp_path):
    rules = lines(RULES, "r,Appelez la veille.,,03 53 01 00 01,,https://x.example/r")
    found, rejects = offers(tmp_path, "semaine,nord,,r,", "semaine,,A,,", booking_rules=rules)
    url = "https://x.example/r"
    assert found == {"nord": Offer("Réseau", WORKING, "Appelez la veille.", "03 53 01 00 01", url)}
    assert rejects == []


def test_what_no_table_says_stays_empty(tmp_path):
    assert offers(tmp_path, "rien,nord,,,") == ({"nord": Offer()}, [])  # of no agency, on no known day


@pytest.mark.parametrize("gone", ["agency", "routes", "calendar", "booking_rules"])
def test_a_table_that_is_not_there_leaves_its_part_empty(tmp_path, gone):
    given = {"booking_rules": lines(RULES, "r,Appelez.,,,,")} | {gone: None}
    rule = "r" if gone != "booking_rules" else ""
    if gone == "booking_rules":
        del given[gone]
    found, rejects = offers(tmp_path, f"semaine,nord,,{rule},", **given)
    agency = "" if gone in {"agency", "routes"} else "Réseau"
    assert found == {"nord": Offer(agency, () if gone == "calendar" else WORKING, "Appelez." if rule else "")}
    assert rejects == []


@pytest.mark.parametrize("gone", ["stop_times", "trips"])
def test_zones_without_a_timetable_are_zones_all_the_same(tmp_path, gone):
    table = read_zones(ZONES, on_demand(tmp_path, **{gone: None}))
    assert table.frame[["@id", "@agency", "@days", "@text", "@phone", "@url"]].to_numpy().tolist() == [
        ["nord", "", "", "", "", ""], ["sud", "", "", "", "", ""],
    ]  # fmt: skip


def test_an_agency_that_is_alone_need_not_be_named_by_its_routes(tmp_path):
    alone = {"agency": lines("agency_name", "Réseau"), "routes": lines("route_id,route_type", "seul,3")}
    assert offers(tmp_path, "rien,nord,,,", **alone)[0] == {"nord": Offer("Réseau")}


def test_older_feeds_name_a_zone_in_the_place_of_a_stop(tmp_path):
    assert offers(tmp_path, "semaine,,sud,,")[0] == {"sud": Offer("Réseau", WORKING)}


def test_two_networks_in_one_zone_are_both_said(tmp_path):
    rules = lines(
        RULES,
        "r,Appelez la veille.,,03 53 01 00 01,,https://x.example/r",
        "s,,Appelez le jour même.,03 53 01 00 02,,https://x.example/s",
    )
    found, _ = offers(tmp_path, "dimanche,nord,,s,", "semaine,nord,,r,s", "semaine,sud,,,r", booking_rules=rules)
    assert found["nord"] == Offer(
        "Les minibus / Réseau",
        (*WORKING, "sunday"),
        "Appelez le jour même. / Appelez la veille. / https://x.example/s / https://x.example/r",
        "03 53 01 00 02 / 03 53 01 00 01",
    )
    assert found["sud"].url == "https://x.example/r"


@pytest.mark.parametrize(
    ("info", "booking", "url", "text"),
    [
        ("https://x.example/i", "", "https://x.example/i", ""),
        ("https://x.example/i", "HTTP://x.example/r", "HTTP://x.example/r", ""),
        ("", "x.example", "", "x.example"),
        ("", "javascript:alert(1)", "", "javascript:alert(1)"),
    ],
)
def test_only_a_web_address_is_one_to_follow(tmp_path, info, booking, url, text):
    rules = lines(RULES, f"r,,,,{info},{booking}")
    found, _ = offers(tmp_path, "semaine,nord,,r,", booking_rules=rules)
    assert (found["nord"].url, found["nord"].text) == (url, text)


def test_days_are_those_of_the_fullest_week_of_the_zone_itself(tmp_path):
    summer = "ete,0,1,0,1,0,0,0,20260112,20260118"
    calendar = lines(DAYS_HEADER, WORKDAYS, SUNDAYS, DAILY, summer)
    once = lines(
        "service_id,date,exception_type", "lv,20260110,1", "lv,20260107,2"
    )  # a Saturday more, a Wednesday less
    trips = lines("route_id,service_id,trip_id", "bus,ete,semaine", "bus,lv,dimanche")
    found, _ = offers(
        tmp_path, "semaine,nord,,,", "dimanche,sud,,,", trips=trips, calendar=calendar, calendar_dates=once
    )
    assert found["nord"].days == ("tuesday", "thursday")
    assert found["sud"].days == WORKING  # neither the Saturday of one week, nor its Wednesday off


def test_trips_and_rules_that_nobody_knows_are_named_once(tmp_path):
    calls = ("semaine,nord,,x,", "perdu,nord,,,x", "perdu,sud,,,y", "inconnu,,A,z,")
    files = on_demand(tmp_path, *calls, booking_rules=lines(RULES, "r,,,,,", "trop,court"))
    made = normalise_zones(ZONES, read_zones(ZONES, files), files, scope())
    made.ledger.check("zones")
    assert [(reject.code, reject.file, reject.line, reject.example) for reject in made.rejects] == [
        (RejectCode.RAGGED_ROW, "booking_rules.txt", 3, "2 cells instead of 6"),
        (RejectCode.UNKNOWN_SERVICE, "stop_times.txt", 2, "booking_rule_id x"),
        (RejectCode.UNKNOWN_SERVICE, "stop_times.txt", 3, "trip_id perdu"),
        (RejectCode.UNKNOWN_SERVICE, "stop_times.txt", 4, "booking_rule_id y"),
    ]
    assert (made.ledger.read, made.ledger.kept) == (6, 2)
    assert [(zone.agency, zone.days) for zone in made.zones] == [("Réseau", WORKING), ("", ())]


def test_a_table_that_is_cut_off_is_refused(tmp_path):
    with pytest.raises(SourceMalformed, match="booking_rule_id"):
        read_zones(ZONES, on_demand(tmp_path, "semaine,nord,,r,", booking_rules=lines("message", "Appelez.")))


def test_zones_carry_it_to_the_store(tmp_path):
    rules = lines(RULES, "r,Appelez.,,03 53 01 00 01,,https://x.example/r")
    files = on_demand(tmp_path, "semaine,nord,,r,", booking_rules=rules)
    north, south = normalise_zones(ZONES, read_zones(ZONES, files), files, scope()).zones
    assert (north.agency, north.days, north.booking_text) == ("Réseau", WORKING, "Appelez.")
    assert (north.booking_phone, north.booking_url) == ("03 53 01 00 01", "https://x.example/r")
    assert (south.agency, south.days, south.booking_text, south.booking_phone, south.booking_url) == (
        "",
        (),
        "",
        "",
        "",
    )
