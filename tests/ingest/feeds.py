"""Tiny GTFS feeds for the tests of transit: two weeks of January 2026, whose every departure is plain."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.catalogue import Source
from ingest.connectors.gtfs import read_stops
from ingest.connectors.table import Table
from ingest.fetch import Fetched
from tests.ingest.world import fetched, lonlat, source

FEED = source(id="reseau", reader="gtfs_stops", category="transport.stop", columns={})
ZONES = source(id="zones", kind="zones", reader="gtfs_zones", category="", columns={})
STOPS_HEADER = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station"
TIMES_HEADER = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type"
DAYS_HEADER = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date"


def stop(name: str, x_km: float = 1, y_km: float = 1, kind: str = "", parent: str = "") -> str:
    """A row of stops.txt in the made-up world."""
    lon, lat = lonlat(x_km, y_km)
    return f"{name},Arrêt {name},{lat:.7f},{lon:.7f},{kind},{parent}"


def trip(name: str, *calls: str) -> list[str]:
    """Rows of stop_times.txt: ``"08:00 A"`` leaves A at eight; ``"- A"`` has no time; a third word is pickup_type."""
    rows = []
    for number, call in enumerate(calls):
        time, place, *pickup = call.split(" ")
        time = "" if time == "-" else f"{time}:00"
        rows.append(f"{name},{time},{time},{place},{number},{''.join(pickup)}")
    return rows


def lines(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


WORKDAYS = "lv,1,1,1,1,1,0,0,20260105,20260118"
SUNDAYS = "dim,0,0,0,0,0,0,1,20260105,20260118"
DAILY = "tous,1,1,1,1,1,1,1,20260105,20260118"

PLAIN: Mapping[str, str] = {
    "agency.txt": lines("agency_id,agency_name,agency_url,agency_timezone", "a,Réseau,https://x.example,Europe/Paris"),
    "stops.txt": lines(STOPS_HEADER, stop("A"), stop("B", 2), stop("C", 3)),
    "routes.txt": lines("route_id,route_type", "bus,3"),
    "trips.txt": lines("route_id,service_id,trip_id", "bus,lv,matin", "bus,lv,soir", "bus,dim,dimanche"),
    "stop_times.txt": lines(
        TIMES_HEADER,
        *trip("matin", "08:00 A", "08:10 B", "08:20 C"),
        *trip("soir", "18:55 A", "19:05 B", "19:15 C"),
        *trip("dimanche", "10:00 C", "10:10 B", "10:20 A"),
    ),
    "calendar.txt": lines(DAYS_HEADER, WORKDAYS, SUNDAYS),
}
"""A and B are left twice a working day, B once of it in the evening, C and B once on Sundays."""


def feed(folder: Path, of: Source = FEED, *, packed: bool = True, **changed: str | bytes | None) -> list[Fetched]:
    """Write the plain feed with other tables (``stops="…"``); None leaves one out."""
    tables: dict[str, str | bytes] = dict(PLAIN)
    for name, content in changed.items():
        file = "locations.geojson" if name == "locations" else f"{name}.txt"
        if content is None:
            del tables[file]
        else:
            tables[file] = content
    folder.mkdir(parents=True, exist_ok=True)
    if packed:
        with zipfile.ZipFile(folder / "feed.zip", "w") as archive:
            for file, content in tables.items():
                archive.writestr(file, content)
        return [fetched(folder / "feed.zip", of)]
    for file, content in tables.items():
        (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    return [fetched(folder / file, of) for file in tables]


def departures(table: Table) -> dict[str, tuple[float, ...] | None]:
    """Trips a working day, in the evening and on Sunday of every stop that is in use, by the id of its row."""
    found: dict[str, tuple[float, ...] | None] = {}
    for row in table.frame[table.frame["@use"] == "stop"].to_dict("records"):
        counts = [row["@weekday"], row["@evening"], row["@sunday"]]
        found[row["stop_id"]] = None if "" in counts else tuple(map(float, counts))
    return found


def read(folder: Path, **changed: str | bytes | None) -> dict[str, tuple[float, ...] | None]:
    """The departures of the plain feed with other tables."""
    return departures(read_stops(FEED, feed(folder, **changed)))


def zones(*features: tuple[str, Any]) -> str:
    """A locations.geojson of ids and geometries."""
    rows = [
        {"type": "Feature", "id": name, "properties": {"stop_name": f"Zone {name}"}, "geometry": geometry}
        for name, geometry in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows})


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A polygon in the made-up world, km."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[lonlat(*corner) for corner in corners]]}


FREQUENCIES_HEADER = "trip_id,start_time,end_time,headway_secs"


def times(*rows):
    return lines(TIMES_HEADER, *(row for group in rows for row in group))
