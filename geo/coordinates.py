"""Coordinates that somebody typed: refused in words when they cannot be a place of this territory's world."""

from __future__ import annotations

import math
from collections.abc import Iterator

from geo.errors import FieldProblem, InvalidParameter

__all__ = ["require_lonlat"]

BBox = tuple[float, float, float, float]


def require_lonlat(lon: float, lat: float, territory_bbox: BBox) -> None:
    """Accept a position in WGS 84 degrees, or say what is wrong with it.

    Parameters
    ----------
    lon, lat
        Degrees; 0.0 is a place.
    territory_bbox
        West, south, east, north. A point outside that would fall inside with lon and lat exchanged was typed in the
        wrong order.

    Raises
    ------
    InvalidParameter
        Names ``lon``, ``lat`` or both: not a finite number, outside WGS 84, or exchanged.
    """
    problems = [*_out_of_range("lon", lon, 180.0), *_out_of_range("lat", lat, 90.0)]
    if _inside(lat, lon, territory_bbox) and not _inside(lon, lat, territory_bbox):
        # said instead of the range: a longitude such as 46.8 is within ±180, and 4.4 within ±90
        problems = [
            FieldProblem("lon", f"{lon:g} reads like the latitude", "longitude first: lon and lat seem exchanged"),
            FieldProblem("lat", f"{lat:g} reads like the longitude", "latitude second: lon and lat seem exchanged"),
        ]
    if problems:
        raise InvalidParameter(*problems)


def _out_of_range(field: str, value: float, limit: float) -> Iterator[FieldProblem]:
    expected = f"degrees from {-limit:g} to {limit:g} (WGS 84)"
    if not math.isfinite(value):
        yield FieldProblem(field, f"{value} is not a finite number", expected)
    elif not -limit <= value <= limit:
        yield FieldProblem(field, f"{value:g} lies outside WGS 84", expected)


def _inside(lon: float, lat: float, bbox: BBox) -> bool:
    west, south, east, north = bbox
    return west <= lon <= east and south <= lat <= north
