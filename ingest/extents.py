"""Where extracts of OpenStreetMap were clipped, and which of them make one loaded area."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import osmium
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

__all__ = ["areas_of", "extent_of"]


def extent_of(osm_path: Path) -> Polygon | None:
    """Return the box that an OSM file says it covers, WGS 84; None where it says nothing."""
    reader = osmium.io.Reader(str(osm_path), osmium.osm.osm_entity_bits.NOTHING)
    try:
        box = reader.header().box()
    finally:
        reader.close()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)


def areas_of(extents: Sequence[BaseGeometry]) -> list[int]:
    """Return for each extent the number of its loaded area: extents that touch or overlap are one area.

    Areas are numbered in the order in which their first extent stands.
    """
    area = list(range(len(extents)))
    for number, extent in enumerate(extents):
        joined = {area[other] for other in range(number) if extent.intersects(extents[other])} | {number}
        area = [min(joined) if a in joined else a for a in area]
    return [sorted(set(area)).index(a) for a in area]
