"""Services as GeoJSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.answers.attribution import attribution
from app.answers.geometry import point
from geo.places import Provenance, Service
from geo.snapshot import Snapshot

__all__ = ["givers_of", "origin_of", "service_collection"]


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


def origin_of(row: Provenance) -> dict[str, str]:
    """Name a publisher's row behind a service."""
    return {
        "source": row.source,
        "local_id": row.local_id,
        "licence": row.licence.value,
        "data_date": row.data_date,
    }


def givers_of(service: Service) -> dict[str, dict[str, str]]:
    """Name the rows that give a property in place of the service's first."""
    return {name: origin_of(row) for name, row in service.given_by.items()}


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
            "provenance": [origin_of(row) for row in service.provenance],
            "given_by": givers_of(service),
        },
    }
