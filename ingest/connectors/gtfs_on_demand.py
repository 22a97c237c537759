"""Who comes to the zones of a feed on demand, on which days, and how one books (GTFS-Flex).

The timetable names zones by ``location_id`` (older feeds in the place of a stop's), its trips lead to a route and an
agency and to days, its calls to a booking rule. What no table says stays empty.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ingest.connectors.gtfs_files import GtfsFiles
from ingest.connectors.gtfs_timetable import read_calendars
from ingest.ledger import Reject, RejectCode
from ingest.transit_calendar import DAYS, best_week

__all__ = ["Offer", "read_offers"]

_CALLS, _TRIPS, _RULES = "stop_times.txt", "trips.txt", "booking_rules.txt"
_RULE_IDS = ("pickup_booking_rule_id", "drop_off_booking_rule_id")
_MESSAGES = ("message", "pickup_message", "drop_off_message")
_LINKS = ("booking_url", "info_url")
_WEB = ("https://", "http://")
_BETWEEN = " / "


@dataclass(frozen=True, slots=True)
class Offer:
    """What a feed says of the transport in one zone; where several networks or rules differ, all, ``/`` between them.

    Parameters
    ----------
    agency
        Names of those who run it.
    days
        Of the week, ``monday`` first: those of the full week in which most of its trips run. Empty where no calendar
        tells.
    text
        Messages of the booking rules, and the addresses for which ``url`` has no place.
    phone
        As the publisher writes it.
    url
        Where one books, else where one reads about it; ``""`` unless the rules agree on one web address.
    """

    agency: str = ""
    days: tuple[str, ...] = ()
    text: str = ""
    phone: str = ""
    url: str = ""


def read_offers(files: GtfsFiles, zones: Collection[str]) -> tuple[dict[str, Offer], list[Reject]]:
    """Read what the timetable of a feed says of its zones.

    Parameters
    ----------
    zones
        Their ids.

    Returns
    -------
    offers
        By zone; without those that no trip serves.
    rejects
        Rows that could not be read, and the trips and booking rules that a call at a zone names and the feed does not
        know: each where it is first named.

    Raises
    ------
    SourceMalformed
        When a table is damaged or lacks a required column, or a date of the calendar is none.
    """
    if not zones or not (files.has(_CALLS) and files.has(_TRIPS)):
        return {}, []
    calls, rejects = _calls(files, zones)
    trips, bad_trips = files.table(_TRIPS, ("trip_id", "service_id"), ("route_id",))
    trips = trips.astype(object).drop_duplicates("trip_id").set_index("trip_id")
    rules, bad_rules = _rules(files)
    agencies, bad_agencies = _agencies(files)
    calendar, exceptions, bad_days = read_calendars(files)
    rejects += [*bad_trips, *bad_rules, *bad_agencies, *bad_days, *_unknown(files, calls, trips.index, rules)]
    weeks: dict[frozenset[str], tuple[str, ...]] = {}
    offers = {}
    for zone, rows in calls.groupby("zone", sort=False):
        known = trips.loc[[trip for trip in dict.fromkeys(rows["trip_id"]) if trip in trips.index]]
        services = frozenset(known["service_id"])
        if services not in weeks:
            week = best_week(files.source.id, dict.fromkeys(services, 1), calendar, exceptions)
            running = week.running if week else ()
            weeks[services] = tuple(day for day, runs in zip(DAYS, running, strict=False) if runs & services)
        named = (rules[rule] for rule in _words(rows[list(_RULE_IDS)].to_numpy().ravel()) if rule in rules)
        agency = _said(agencies.get(route, "") for route in known["route_id"])
        offers[str(zone)] = Offer(agency, weeks[services], *_booking(list(named)))
    return offers, rejects


def _calls(files: GtfsFiles, zones: Collection[str]) -> tuple[pd.DataFrame, list[Reject]]:
    """Return the calls at zones, in file order, with their line."""
    calls, rejects = files.table(_CALLS, ("trip_id",), ("location_id", "stop_id", *_RULE_IDS))
    at_zone, at_stop = calls["location_id"].isin(zones), calls["stop_id"].isin(zones)
    found = calls[at_zone | at_stop].astype(object)
    found["zone"] = found["location_id"].where(at_zone, found["stop_id"])
    found["line"] = found.index + 2
    return found, rejects


def _rules(files: GtfsFiles) -> tuple[dict[str, Mapping[Hashable, Any]], list[Reject]]:
    """Return the booking rules by id; the first of an id counts."""
    if not files.has(_RULES):
        return {}, []
    columns = ("booking_rule_id", *_MESSAGES, "phone_number", *_LINKS)
    table, rejects = files.table(_RULES, columns[:1], columns[1:])
    return {str(row["booking_rule_id"]): row for row in table.iloc[::-1].to_dict("records")}, rejects


def _agencies(files: GtfsFiles) -> tuple[dict[str, str], list[Reject]]:
    """Return the name of the agency of each route; a feed of one agency need not name it in its routes."""
    if not (files.has("agency.txt") and files.has("routes.txt")):
        return {}, []
    agencies, rejects = files.table("agency.txt", ("agency_name",), ("agency_id",))
    routes, bad_routes = files.table("routes.txt", ("route_id",), ("agency_id",))
    names = dict(zip(agencies["agency_id"], agencies["agency_name"], strict=True))
    if len(agencies) == 1:
        names[""] = agencies["agency_name"].iloc[0]
    found = {route: names.get(agency, "") for route, agency in zip(*(routes[c] for c in routes), strict=True)}
    return found, [*rejects, *bad_routes]


def _unknown(files: GtfsFiles, calls: pd.DataFrame, trips: Collection[str], rules: Collection[str]) -> list[Reject]:
    """Reject each trip and booking rule that a call at a zone names and the feed does not know."""
    rejects: dict[str, Reject] = {}
    for column, known in (("trip_id", trips), *((name, rules) for name in _RULE_IDS)):
        for word, line in zip(calls[column], calls["line"], strict=True):
            shown = f"{'trip_id' if column == 'trip_id' else 'booking_rule_id'} {word}"
            if word not in known and shown not in rejects and (word or column == "trip_id"):
                rejects[shown] = Reject(files.source.id, RejectCode.UNKNOWN_SERVICE, line, shown, _CALLS)
    return sorted(rejects.values(), key=lambda reject: reject.line)


def _booking(rules: Sequence[Mapping[Hashable, Any]]) -> tuple[str, str, str]:
    """Return text, phone and web address of the booking rules of a zone."""
    messages = [_said((rule[name] for name in _MESSAGES), " ") for rule in rules]
    links = _words(next((rule[name] for name in _LINKS if rule[name]), "") for rule in rules)
    # Only a web address is fit to be followed from a page; the rest is there to be read.
    url = links[0] if len(links) == 1 and links[0].lower().startswith(_WEB) else ""
    return _said([*messages, *(links if not url else ())]), _said(rule["phone_number"] for rule in rules), url


def _said(texts: Iterable[object], between: str = _BETWEEN) -> str:
    return between.join(_words(texts))


def _words(texts: Iterable[object]) -> list[str]:
    """Return the texts that say something, each once, with plain blanks."""
    return list(dict.fromkeys(filter(None, (" ".join(str(text).split()) for text in texts))))
