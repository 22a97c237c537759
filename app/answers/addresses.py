"""Addresses as GeocodeJSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.answers.attribution import base_attribution
from app.answers.geometry import point
from geo.geocoding import Match
from geo.snapshot import Snapshot

__all__ = ["geocode_collection"]


def geocode_collection(
    snapshot: Snapshot, found: Sequence[Match], limit: int, query: str | None = None
) -> dict[str, Any]:
    """Give addresses as GeocodeJSON, in the national geocoder's words."""
    answer: dict[str, Any] = {
        "type": "FeatureCollection",
        "version": "draft",
        "features": [_geocoded(match) for match in found],
        "attribution": "; ".join(base_attribution(snapshot)),
        "licence": ", ".join(sorted({source.licence.value for source in snapshot.sources})),
        "limit": limit,
    }
    if query is not None:
        answer["query"] = query
    return answer


def _geocoded(match: Match) -> dict[str, Any]:
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
    }
    if match.number:
        properties["housenumber"] = match.number
    if match.street:
        properties["street"] = match.street
    if match.distance_m is not None:
        properties["distance"] = round(match.distance_m)
    return {"type": "Feature", "geometry": point(match.lon, match.lat), "properties": properties}
