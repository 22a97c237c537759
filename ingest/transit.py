"""Stops and zones of GTFS feeds → services with their departures and lines, and areas of transport on demand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from geo.places import Departures, Zone
from ingest.catalogue import Filter, Source
from ingest.connectors.gtfs import EVENING, LINES, STOP_COLUMNS, SUNDAY, USE, WEEKDAY, ZONE_COLUMNS
from ingest.connectors.table import FILE, Table
from ingest.fetch import Fetched
from ingest.ledger import RejectCode
from ingest.normalise import normalise_services
from ingest.results import Draft, Sorter, SourceResult
from ingest.scope import Scope

__all__ = ["normalise_stops", "normalise_zones"]


def normalise_stops(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the stops of a feed into services; what is no stop for a bus, or served by no trip, is out of scope.

    Returns
    -------
    SourceResult
        As of any source of services: the platforms of a station are merged into it.
    """
    # Which columns a feed has is the format's matter and not the publisher's: no declaration has to repeat it.
    only_stops = Filter.model_validate({"column": USE, "in": ["stop"]})
    declared = source.model_copy(
        update={"columns": {**STOP_COLUMNS, **source.columns}, "keep": (*source.keep, only_stops)}
    )
    result = normalise_services(declared, table, fetched, scope)
    counts = [table.cells([column]) for column in (WEEKDAY, EVENING, SUNDAY)]
    lines = table.cells([LINES])
    drafts = tuple(
        _served(draft, [column[draft.row] for column in counts], json.loads(lines[draft.row]))
        for draft in result.drafts
    )
    return replace(result, source=source, drafts=drafts)


def _served(draft: Draft, counts: Sequence[str], lines: Sequence[str]) -> Draft:
    """Say of a stop what leaves it, and which lines call: without a timetable, the lines alone."""
    departures = None if "" in counts else Departures(*map(float, counts))
    return replace(draft, service=replace(draft.service, departures=departures, lines=tuple(lines)))


def normalise_zones(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the rows of a source of zones into those that touch the territory or its halo.

    Returns
    -------
    SourceResult
        Zones in file order; a row whose key was met before is merged into the first.
    """
    columns = {**ZONE_COLUMNS, **source.columns} if source.reader == "gtfs_zones" else source.columns
    sorter = Sorter(source, table)
    keys, names = table.cells(columns["key"]), table.cells(columns.get("name", ()))
    sorter.reject(np.array([key == "" for key in keys], dtype=bool), RejectCode.NO_KEY, table.cells([FILE]))
    areal = np.array(
        [g is not None and g.geom_type in {"Polygon", "MultiPolygon"} for g in table.geometries], dtype=bool
    )
    empty = np.array([g is None or g.is_empty for g in table.geometries], dtype=bool)
    sorter.reject(~areal | empty, RejectCode.BAD_GEOMETRY, keys)
    valid = shapely.make_valid(np.array(table.geometries, dtype=object), method="structure")
    sorter.leave_out(~shapely.intersects(valid, scope.halo))
    agencies, days, texts, phones, urls = (
        table.cells(columns.get(name, ())) for name in ("agency", "days", "text", "phone", "url")
    )
    zones: dict[str, Zone] = {}
    for row in np.flatnonzero(sorter.open).tolist():
        if keys[row] in zones:
            sorter.open[row] = False
            sorter.merged += 1
        else:
            zones[keys[row]] = Zone(
                f"{source.id}:{keys[row]}",
                names[row],
                source.id,
                valid[row],
                agency=agencies[row],
                days=tuple(days[row].split()),
                booking_text=texts[row],
                booking_phone=phones[row],
                booking_url=urls[row],
            )
    return SourceResult(source, tuple(fetched), sorter.ledger(), tuple(sorter.rejects), zones=tuple(zones.values()))
