"""Addresses as GeocodeJSON."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from app.answers.attribution import base_attribution
from app.answers.geometry import point
from geo.geocoding import Match
from geo.projection import Projection
from geo.snapshot import Snapshot

__all__ = ["geocode_collection"]

_NATIONAL = ("ban", "bal")
"""Sources whose rows bear the national base's keys."""


def geocode_collection(
    snapshot: Snapshot, found: Sequence[Match], limit: int, query: str | None = None, *, explain: bool = False
) -> dict[str, Any]:
    """Give addresses as GeocodeJSON, in the national geocoder's words."""
    plane = _projection(snapshot.territory.crs)
    answer: dict[str, Any] = {
        "type": "FeatureCollection",
        "version": "draft",
        "features": [_geocoded(match, plane, explain=explain) for match in found],
        "attribution": "; ".join(base_attribution(snapshot)),
        "licence": ", ".join(sorted({source.licence.value for source in snapshot.sources})),
        "limit": limit,
    }
    if query is not None:
        answer["query"] = query
    return answer


@lru_cache(maxsize=8)
def _projection(crs: str) -> Projection:
    return Projection(crs)


def _geocoded(match: Match, plane: Projection, *, explain: bool) -> dict[str, Any]:
    x_m, y_m = plane.point_to_xy_m(match.lon, match.lat)
    properties: dict[str, Any] = {
        "label": match.label,
        "score": round(match.score, 4),
        "id": match.id,
        "type": match.type.value,
        "name": match.name,
        "postcode": match.postcode,
        "citycode": match.insee,
        "city": match.commune,
        "context": match.context,
        "importance": round(match.importance, 4),
        "x": round(x_m, 2),
        "y": round(y_m, 2),
    }
    source, mark, key = match.id.partition(":")
    if mark and source in _NATIONAL:
        properties["banId"] = key
    if match.number:
        properties["housenumber"] = match.number
    if match.street:
        properties["street"] = match.street
    if match.category:
        properties["category"] = match.category
    if match.missing:
        properties["missing"] = list(match.missing)
    if match.distance_m is not None:
        properties["distance"] = round(match.distance_m)
    if explain:
        parts = [{"name": part.name, "points": part.points, "most": part.most} for part in match.parts]
        properties["explanation"] = parts
    return {"type": "Feature", "geometry": point(match.lon, match.lat), "properties": properties}
