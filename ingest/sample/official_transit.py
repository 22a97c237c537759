"""The bus network's feed: a GTFS zip with its demand-responsive zone, slips included."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import shapely

from ingest.sample.arteries import HALTS
from ingest.sample.bus_network import EVERY_DAY, SCHOOL_DAYS, SUNDAYS, Line, Network, Place
from ingest.sample.communes import Commune, commune_of
from ingest.sample.frame import Frame
from ingest.sample.sheets import FAR, Spots
from ingest.sample.truth import Fate

__all__ = ["write_transit"]

_FIRST, _LAST = date(2026, 1, 5), date(2026, 4, 30)
_EASTER_MONDAY = date(2026, 4, 6)
_HOLIDAYS = (date(2026, 2, 16), date(2026, 2, 28))
_STAMP = (2026, 1, 2, 0, 0, 0)
"""Of every file of the zip: the same bytes whenever it is written."""
_TIMED_EVERY = 3
"""Of a line without headways, the calls that the timetable prints; the others lie between."""
_MARGIN_M = 700.0
_ZONES = {"COUCHANT": "Hameaux du couchant", "VALLON": "Hameaux du vallon", "LEVANT": "Hameaux du levant"}
_BOOKING = "Réservation douze heures à l’avance au plus tard."
_SILENT = "VALLON"
"""The zone of which the feed does not say how to book."""

Rows = list[Sequence[object]]


def write_transit(
    path: Path, network: Network, communes: tuple[Commune, ...], frame: Frame, spots: Spots
) -> tuple[list[Fate], list[Fate]]:
    """Write the feed; return the fates of its stops and of its zones."""
    stops, fates = _stops(network, communes, frame, spots)
    zones, zone_fates = _zones(network, frame, spots)
    tables: dict[str, Rows] = {
        "agency.txt": [
            ("agency_id", "agency_name", "agency_url", "agency_timezone", "agency_lang"),
            ("AUB", "Aubrelle Mobilités", "https://aubrelle.example/", "Europe/Paris", "fr"),
        ],
        "feed_info.txt": [
            ("feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_start_date", "feed_end_date"),
            ("Aubrelle Mobilités", "https://aubrelle.example/", "fr", _day(_FIRST), _day(_LAST)),
        ],
        "stops.txt": stops,
        **_timetable(network),
        **_calendar(),
        "location_groups.txt": [("location_group_id", "location_group_name"), ("TAD", "Hameaux")],
        "location_group_stops.txt": [
            ("location_group_id", "stop_id"), *(("TAD", pole) for p in network.on_demand for pole in _poles(p)),
        ],
        "booking_rules.txt": [
            ("booking_rule_id", "booking_type", "prior_notice_duration_min", "message", "phone_number", "booking_url"),
            ("VEILLE", "1", "720", _BOOKING, "03 53 01 00 71", "https://aubrelle.example/reserver"),
        ],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in tables.items():
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\r\n").writerows(rows)
            archive.writestr(_entry(name), text.getvalue().encode("utf-8-sig"), zipfile.ZIP_DEFLATED)
        archive.writestr(_entry("locations.geojson"), json.dumps(zones, ensure_ascii=False), zipfile.ZIP_DEFLATED)
    return fates, zone_fates


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _STAMP)


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}:00"


def _poles(place: Place) -> list[str]:
    """Return the ids of the rows at which vehicles call."""
    return [place.id] if len(place.poles_xy_m) == 1 else [f"{place.id}:{pole}" for pole in "AB"]


def _stops(network: Network, communes: tuple[Commune, ...], frame: Frame, spots: Spots) -> tuple[Rows, list[Fate]]:
    header = ("stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station")
    rows: Rows = [header]
    fates: list[Fate] = []
    served = network.departures()
    middles = np.array([np.mean(place.poles_xy_m, axis=0) for place in network.places])
    inside = [communes[row].department == "00" for row in commune_of(communes, middles).tolist()]

    def add(name: str, title: str, lonlat: Iterable[float], fate: Fate, kind: str = "", parent: str = "") -> None:
        lon, lat = lonlat
        rows.append((name, title, f"{lat:.6f}", f"{lon:.6f}", kind, parent))
        fates.append(fate)

    for place, middle, own in zip(network.places, frame.to_lonlat(middles), inside, strict=True):
        used = place.id in served
        fate = Fate("kept", ("transport.stop",), own) if used else FAR
        paired = len(place.poles_xy_m) > 1
        if paired:  # the station behind its platforms, as many publishers have it
            for pole, spot in zip(_poles(place), frame.to_lonlat(np.array(place.poles_xy_m)), strict=True):
                add(pole, place.name, spot, Fate("merged") if used else FAR, "0", place.id)
        add(place.id, place.name, middle, fate, "1" if paired else "0")
    door = next(place for place in network.places if len(place.poles_xy_m) > 1)
    add("ENTREE", door.name, frame.to_lonlat(np.array(door.poles_xy_m))[0], FAR, "2", door.id)
    for number, spot in enumerate(frame.to_lonlat(np.array([xy for _, xy in HALTS]))):
        add(f"GARE{number}", HALTS[number][0], spot, FAR, "0")  # a train's: told by the file of stations
    lon, lat = frame.to_lonlat(np.array([network.places[0].poles_xy_m[0]]))[0]
    add("ESSAI0", "Essai", (0.0, 0.0), Fate("zero_position"))
    add("ESSAI1", "Essai", (lat, lon), Fate("swapped_position"))
    add("ESSAI2", "Essai", spots.far_lonlat(), FAR)
    add("", "Essai", (lon, lat), Fate("no_key"))
    rows.append(("ESSAI3", "Essai", "", "", "0", ""))
    rows.append(("ESSAI4", "Essai", f"{lat:.6f}", f"{lon:.6f}"))
    fates += [Fate("no_position"), Fate("ragged_row")]
    fates += [Fate("unknown_service")] * 3  # ESSAI4, whose row is cut, a stop and a trip that were withdrawn
    return rows, fates


def _timetable(network: Network) -> dict[str, Rows]:
    routes: Rows = [("route_id", "agency_id", "route_short_name", "route_long_name", "route_type")]
    trips: Rows = [("route_id", "service_id", "trip_id", "direction_id")]
    calls: Rows = [
        ("trip_id", "arrival_time", "departure_time", "stop_id", "location_group_id", "location_id", "stop_sequence",
         "start_pickup_drop_off_window", "end_pickup_drop_off_window", "pickup_type", "drop_off_type",
         "pickup_booking_rule_id"),
    ]  # fmt: skip
    frequencies: Rows = [("trip_id", "start_time", "end_time", "headway_secs", "exact_times")]
    for line in network.lines:
        route = line.route
        if not line.back:
            routes.append((route, "AUB", route, line.name, "3"))
        runs = line.starts[:1] if line.headways else line.starts
        for number, (service, start) in enumerate(runs):
            trip = f"{line.id}-{number:02}"
            trips.append((route, service, trip, int(line.back)))
            calls += _calls(line, trip, start)
            frequencies += [(trip, _clock(first), _clock(end), 60 * step, 1) for first, end, step in line.headways]
    routes += [("TER", "AUB", "TER", "Train", "2"), ("TAD", "AUB", "TAD", "Transport à la demande", "3")]
    trips += [("TER", EVERY_DAY, "TER-0", 0), ("TAD", EVERY_DAY, "TAD-0", 0), ("1", EVERY_DAY, "ESSAI-0", 0)]
    calls += [_call("TER-0", 480 + 10 * number, f"GARE{number}", number) for number in range(len(HALTS))]
    window = ("07:00:00", "19:00:00", 2, 2)
    calls.append(("TAD-0", "", "", "", "TAD", "", 0, *window, "VEILLE"))
    for number, zone in enumerate(_ZONES):
        calls.append(("TAD-0", "", "", "", "", zone, 1 + number, *window, "" if zone == _SILENT else "VEILLE"))
    calls += [_call("ESSAI-0", 600 + number, f"ESSAI{number}", number) for number in range(5)]
    calls += [_call("ESSAI-0", 610, "RETIRE", 5), _call("RETIREE", 620, network.lines[0].calls[0].id, 0)]
    tables = {"routes": routes, "trips": trips, "stop_times": calls, "frequencies": frequencies}
    return {f"{name}.txt": rows for name, rows in tables.items()}


def _calls(line: Line, trip: str, start: int) -> Rows:
    rows: Rows = []
    for number, place in enumerate(line.calls):
        poles = _poles(place)
        last = number == len(line.calls) - 1
        printed = line.headways or last or number % _TIMED_EVERY == 0
        minute = start + number * line.minutes if printed else None
        rows.append(_call(trip, minute, poles[-1] if line.back else poles[0], number, place is line.set_down))
    return rows


def _call(trip: str, minute: int | None, stop: str, number: int, set_down: bool = False) -> Sequence[object]:
    time = "" if minute is None else _clock(minute)
    return (trip, time, time, stop, "", "", number, "", "", int(set_down), 0, "")


def _calendar() -> dict[str, Rows]:
    span = (_day(_FIRST), _day(_LAST))
    days = [_FIRST + timedelta(number) for number in range((_LAST - _FIRST).days + 1)]
    free = [day for day in days if _HOLIDAYS[0] <= day <= _HOLIDAYS[1] and day.weekday() < 5]
    exceptions: Rows = [("service_id", "date", "exception_type")]
    exceptions += [(SCHOOL_DAYS, _day(day), 2) for day in (*free, _EASTER_MONDAY)]
    exceptions += [(EVERY_DAY, _day(_EASTER_MONDAY), 2)]
    exceptions += [(SUNDAYS, _day(day), 1) for day in days if day.weekday() == 6 or day == _EASTER_MONDAY]
    return {
        "calendar.txt": [
            ("service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "start_date",
             "end_date"),
            (SCHOOL_DAYS, 1, 1, 1, 1, 1, 0, 0, *span),
            (EVERY_DAY, 1, 1, 1, 1, 1, 1, 0, *span),
        ],
        "calendar_dates.txt": exceptions,
    }  # fmt: skip


def _zones(network: Network, frame: Frame, spots: Spots) -> tuple[dict[str, object], list[Fate]]:
    """Draw the areas of the minibus from west to east, one far away, and one that nobody finished."""
    lon, lat = spots.far_lonlat()
    far = [[lon, lat], [lon + 0.02, lat], [lon + 0.02, lat + 0.02], [lon, lat]]
    eastward = sorted(network.on_demand, key=lambda place: (place.poles_xy_m[0][0], place.number))
    thirds = [eastward[start * len(eastward) // 3 : (start + 1) * len(eastward) // 3] for start in range(3)]
    drawn = [
        *((name, title, [_around(part, frame)]) for (name, title), part in zip(_ZONES.items(), thirds, strict=True)),
        ("LOIN", "Autre réseau", [far]),
        ("BROUILLON", "", [far[:2]]),
    ]
    features = [
        {
            "type": "Feature",
            "id": name,
            "properties": {"stop_name": title},
            "geometry": {"type": "Polygon", "coordinates": rings},
        }
        for name, title, rings in drawn
    ]
    fates = [*(Fate("kept") for _ in thirds), FAR, Fate("bad_geometry")]
    return {"type": "FeatureCollection", "features": features}, fates


def _around(places: Sequence[Place], frame: Frame) -> list[list[float]]:
    points = shapely.multipoints([xy for place in places for xy in place.poles_xy_m])
    area = shapely.segmentize(shapely.convex_hull(points).buffer(_MARGIN_M, quad_segs=4), 900.0)
    ring: list[list[float]] = frame.to_lonlat(shapely.get_coordinates(area)).tolist()
    return ring
