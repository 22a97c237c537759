"""Services as GeoJSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.answers.attribution import attribution
from app.answers.geometry import point
from geo.places import Service
from geo.snapshot import Snapshot

__all__ = ["service_collection"]


def service_collection(snapshot: Snapshot, rows: Sequence[int], matched: int) -> dict[str, Any]:
    """Give services as GeoJSON; the links are the route's to add."""
    services = [snapshot.services.row(int(row)) for row in rows]
    return {
        "type": "FeatureCollection",
        "features": [_feature(service) for service in services],
        "numberMatched": matched,
        "numberReturned": len(services),
        "links": [],
        "snapshot": snapshot.id,
        "attribution": attribution(snapshot, {origin.source for s in services for origin in s.provenance}),
    }


def _feature(service: Service) -> dict[str, Any]:
    return {
        "type": "Feature",
        # One site may give services of two categories (a school that is maternelle and élémentaire): an id for each.
        "id": f"{service.category}/{service.id}",
        "geometry": point(service.lon, service.lat),
        "properties": {
            "id": service.id,
            "category": service.category,
            "name": service.name,
            "insee": service.insee,
            "capacity": service.capacity,
            "standing": service.standing.value,
            "in_territory": service.in_territory,
            "precision": service.precision.value,
            "updated": service.updated or None,
            "departures": None if service.departures is None else asdict(service.departures),
            "lines": list(service.lines),
            "provenance": [
                {
                    "source": origin.source,
                    "local_id": origin.local_id,
                    "licence": origin.licence.value,
                    "data_date": origin.data_date,
                }
                for origin in service.provenance
            ],
        },
    }
