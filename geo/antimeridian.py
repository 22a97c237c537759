"""Ground on both sides of 180°: drawn in one piece, then cut there, as GeoJSON asks (RFC 7946 § 3.1.9)."""

from __future__ import annotations

import shapely
from shapely import MultiPolygon

from geo.arrays import Floats

__all__ = ["cut", "side_by_side"]

_HALF_TURN, _TURN = 180.0, 360.0


def side_by_side(lon: Floats) -> Floats:
    """Let longitudes that lie on both sides of the antimeridian run on beyond 180.

    Parameters
    ----------
    lon
        (M,) degrees, of ground much narrower than half the earth.

    Returns
    -------
    (M,) degrees, −180 … 180; where they are farther than half a turn apart, 0 … 360.
    """
    if not lon.size or lon.max() - lon.min() <= _HALF_TURN:
        return lon
    return lon + _TURN * (lon < 0)


def cut(ground: MultiPolygon) -> MultiPolygon:
    """Bring what lies beyond 180 degrees back to the other side, cut at the antimeridian."""
    if ground.is_empty or ground.bounds[2] <= _HALF_TURN:
        return ground
    west = shapely.intersection(ground, shapely.box(-_HALF_TURN, -90, _HALF_TURN, 90))
    east = shapely.intersection(ground, shapely.box(_HALF_TURN, -90, _HALF_TURN + _TURN, 90))
    east = shapely.transform(east, lambda lonlat: lonlat - (_TURN, 0))
    parts = [part for side in (west, east) for part in shapely.get_parts(side) if part.geom_type == "Polygon"]
    return MultiPolygon(parts)
