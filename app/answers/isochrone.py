"""The ground within so many minutes, with who and what lies within."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from shapely import MultiPolygon, get_coordinates

from app.answers.attribution import attribution
from app.answers.place import place_answer
from app.answers.slope import slope_of
from geo.catchment import Catchment, Counted, catchments
from geo.isochrone import isochrones
from geo.projection import Projection
from geo.snapshot import Snapshot
from geo.standpoint import Standpoint, travel
from geo.travel import Direction

__all__ = ["isochrone_answer"]


def isochrone_answer(
    snapshot: Snapshot, here: Standpoint, mode: str, direction: Direction, minutes: Sequence[float]
) -> dict[str, Any]:
    """Give a polygon and a count for each number of minutes, ascending."""
    rules, network = snapshot.modes[mode], snapshot.networks[mode]
    limits_s = [60.0 * value for value in minutes]
    fixed_ds = round(rules.fixed_s * 10)
    limit_ds = max(0, round(limits_s[-1] * 10) - fixed_ds - int(here.stops.off_ds[0]))
    spread = travel(snapshot, mode).spread(here.stops, direction, fixed_ds, limit_ds)
    projection = snapshot.memo(("projection", network.crs), lambda: Projection(network.crs))
    home_m = np.vstack([np.column_stack(projection.to_xy_m([here.place.lon], [here.place.lat])), here.snap.xy_m])
    polygons = isochrones(network, projection, spread, home_m, rules.off_road_m_per_s, limits_s)
    counted = catchments(Counted.of(snapshot, mode), spread, limits_s)
    found = {category for category, count in counted[-1].services.items() if count}
    return {
        "type": "FeatureCollection",
        "features": [_feature(*row) for row in zip(minutes, polygons, counted, strict=True)],
        "place": place_answer(snapshot, here.place),
        "mode": mode,
        "direction": direction.value,
        "complete": counted[-1].complete,
        "slope": slope_of(snapshot, mode),
        "snapshot": snapshot.id,
        "method_version": snapshot.method.version,
        "attribution": attribution(snapshot, _sources(snapshot, found)),
    }


def _feature(minutes: float, polygon: MultiPolygon, counted: Catchment) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [
                [get_coordinates(ring).tolist() for ring in (part.exterior, *part.interiors)] for part in polygon.geoms
            ],
        },
        "properties": {
            "minutes": minutes,
            "people": round(counted.people, 1),
            "people_in_halo": round(counted.people_in_halo, 1),
            "services": {category: count for category, count in counted.services.items() if count},
            "complete": counted.complete,
        },
    }


def _sources(snapshot: Snapshot, categories: set[str]) -> set[str]:
    """Return the sources that give services of these categories."""
    by_category: dict[str, list[str]] = snapshot.memo("app.sources_by_category", lambda: _by_category(snapshot))
    return {source for category in categories for source in by_category[category]}


def _by_category(snapshot: Snapshot) -> dict[str, list[str]]:
    provenance = snapshot.services.arrow.column("provenance")
    return {
        category: provenance.slice(rows.start, len(rows)).flatten().field("source").unique().to_pylist()
        for category, rows in snapshot.services.ranges.items()
    }
