"""GTFS feeds: the stops with their departures, and the zones in which transport comes on demand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from shapely import GEOSException
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.gtfs_files import GtfsFiles
from ingest.connectors.gtfs_on_demand import Offer, read_offers
from ingest.connectors.gtfs_timetable import LINE_NAMES, Served, read_served
from ingest.connectors.table import FILE, LINE, Table, Wanted
from ingest.fetch import Fetched

__all__ = [
    "EVENING",
    "LINES",
    "SITE",
    "STOP_COLUMNS",
    "SUNDAY",
    "USE",
    "WEEKDAY",
    "ZONE_COLUMNS",
    "read_stops",
    "read_zones",
]

SITE, USE, LINES = "@site", "@use", "@lines"
WEEKDAY, EVENING, SUNDAY = "@weekday", "@evening", "@sunday"
STOP_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "key": (SITE,), "name": ("stop_name",), "lon": ("stop_lon",), "lat": ("stop_lat",)
}  # fmt: skip
"""Where a feed's stops say what a service says: the format is the same for every publisher."""
ZONE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "key": ("@id",), "name": ("stop_name",), "agency": ("@agency",), "days": ("@days",), "text": ("@text",),
    "phone": ("@phone",), "url": ("@url",),
}  # fmt: skip
"""Where its zones say what is to be said of them."""

_REQUIRED = ("stop_id", "stop_name", "stop_lat", "stop_lon")
_OPTIONAL = ("location_type", "parent_station")
_STOP, _STATION = ("", "0"), "1"
"""``location_type``: a place where one boards, and what several of them belong to."""


def read_stops(source: Source, fetched: Sequence[Fetched]) -> Table:
    """Read the stops of a feed and count what leaves them.

    A *site* is the parent station where there is one, with the departures of all its platforms; else the stop itself:
    a publisher who does not join the two sides of a street has two stops, and each keeps its own departures.

    Returns
    -------
    Table
        One row for each row of ``stops.txt``, stations before their platforms, so that a site stands where its station
        does: the publisher's columns, ``@site`` (the key), ``@use`` (``stop``; else why the row is out of scope:
        ``inside`` a station, ``rail`` alone, ``unserved``), ``@weekday``, ``@evening``, ``@sunday`` (trips of the
        site, ``""`` where no timetable is known) and ``@lines`` (names of the lines that call there, a JSON array).
        Rejects are rows without the cells of their header, and stops and trips that the timetable names and the feed
        does not know: one for each, where it is first named.

    Raises
    ------
    SourceMalformed
        When the feed is damaged, lacks ``stops.txt``, ``trips.txt`` or ``stop_times.txt`` or one of their required
        columns, or its calendar holds what is no date.
    """
    files = GtfsFiles.of(source, fetched)
    own = source.model_copy(update={"columns": {n: c for n, c in source.columns.items() if n != "line"}})
    titles = dict.fromkeys((*_REQUIRED, *_OPTIONAL, *(Wanted.by(own).names or ())))
    frame, rejects = files.rows("stops.txt", titles)
    for column in _REQUIRED:
        if column not in frame:
            there = ", ".join(str(title) for title in frame.columns if not str(title).startswith("@")) or "none"
            detail = f"the column {column!r} is gone; among those asked for, the file has: {there}"
            raise SourceMalformed(source.id, detail, file="stops.txt", line=1, column=column)
    for column in _OPTIONAL:
        if column not in frame:
            frame[column] = ""
    _join_sites(frame)
    names = list(dict.fromkeys(frame[SITE]))
    numbers = {name: number for number, name in enumerate(names)}
    site_of_row = frame[SITE].map(numbers).to_numpy(dtype=np.int64)
    site_numbers = {stop: site for stop, site in zip(frame["stop_id"], site_of_row.tolist(), strict=True) if stop}
    served = read_served(files, site_numbers, len(names), source.columns.get("line", LINE_NAMES))
    _describe(frame, served, site_of_row)
    frame = frame.iloc[np.argsort((frame["location_type"] != _STATION).to_numpy(), kind="stable")]
    table = Table(source.id, frame.reset_index(drop=True), ("stops.txt",), (*rejects, *served.rejects))
    table.require(own)
    return table


def _join_sites(frame: pd.DataFrame) -> None:
    """Write for each row which site it belongs to."""
    stations = frame.loc[frame["location_type"] == _STATION, "stop_id"]
    joined = frame["location_type"].isin(_STOP) & frame["parent_station"].isin(stations) & (frame["stop_id"] != "")
    frame[SITE] = frame["stop_id"].where(~joined, frame["parent_station"])


def _describe(frame: pd.DataFrame, served: Served, site: np.ndarray[Any, np.dtype[np.int64]]) -> None:
    """Write for each row whether it is a stop, and the departures and lines of its site."""
    nameless = (frame["stop_id"] == "").to_numpy()  # to be refused as such, not left out
    inside = ~frame["location_type"].isin([*_STOP, _STATION]).to_numpy()
    ways = [(nameless, "stop"), (inside, "inside"), (served.by_road[site], "stop"), (served.by_rail[site], "rail")]
    frame[USE] = np.select([way for way, _ in ways], [use for _, use in ways], default="unserved")
    for place, column in enumerate((WEEKDAY, EVENING, SUNDAY)):
        counts = served.departures[site, place]
        frame[column] = ["" if np.isnan(count) else f"{count:.1f}" for count in counts.tolist()]
    frame[LINES] = [json.dumps(served.lines[number]) for number in site.tolist()]


def read_zones(source: Source, fetched: Sequence[Fetched]) -> Table:
    """Read the zones of a feed in which transport comes on demand (``locations.geojson`` of GTFS-Flex).

    Returns
    -------
    Table
        One row for each zone: ``@id``, ``stop_name``, its shape; and what the timetable says of it, ``""`` where it is
        silent: ``@agency``, ``@days`` (names of days, blanks between them), and of the booking ``@text``, ``@phone``,
        ``@url``. No row where the feed has no zones. Rejects are those of :func:`read_offers`.

    Raises
    ------
    SourceMalformed
        When the feed is damaged, the file is no FeatureCollection, or a date of the calendar is none.
    """
    name = "locations.geojson"
    files = GtfsFiles.of(source, fetched)
    features: list[Any] = []
    if files.has(name):
        try:
            data = json.loads(files.content(name))
        except ValueError as error:
            raise SourceMalformed(source.id, f"cut off or no JSON: {error}", file=name) from error
        features = data.get("features") if isinstance(data, dict) else None  # type: ignore[assignment]
        if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
            raise SourceMalformed(source.id, "no FeatureCollection", file=name, line=1)
    ids = [str(feature.get("id", "")).strip() for feature in features]
    offers, rejects = read_offers(files, set(ids) - {""})
    said = [offers.get(zone, Offer()) for zone in ids]
    frame = pd.DataFrame(
        {
            "@id": ids,
            "stop_name": [_name(feature.get("properties")) for feature in features],
            "@days": [" ".join(offer.days) for offer in said],
            **{f"@{name}": [getattr(offer, name) for offer in said] for name in ("agency", "text", "phone", "url")},
        },
        dtype="str",
        index=range(len(features)),
    )
    frame[LINE] = pd.Series(range(1, len(features) + 1), dtype="int64", index=frame.index)
    frame[FILE] = name
    return Table(source.id, frame, (name,), tuple(rejects), geometries=[_shape(feature) for feature in features])


def _name(properties: Any) -> str:
    return str(properties.get("stop_name") or "").strip() if isinstance(properties, dict) else ""


def _shape(feature: Mapping[str, Any]) -> BaseGeometry | None:
    """Return the zone's shape; None where it cannot be read."""
    try:
        return shape(feature["geometry"])
    except (GEOSException, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
