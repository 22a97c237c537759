"""A place that a question was about."""

from __future__ import annotations

from typing import Any

from app.answers.geometry import degrees
from geo.snapshot import Snapshot
from geo.standpoint import Standpoint

__all__ = ["standpoint_answer"]


def standpoint_answer(snapshot: Snapshot, here: Standpoint) -> dict[str, Any]:
    """Name a place: its address, else its commune, else its coordinates."""
    place = here.place
    commune = snapshot.communes.get(place.insee)
    return {
        "label": place.label or (commune.name if commune else f"{degrees(place.lon)}, {degrees(place.lat)}"),
        "type": place.type,
        "id": place.id or None,
        "lon": degrees(place.lon),
        "lat": degrees(place.lat),
        "insee": place.insee or None,
        "off_m": None if place.off_m is None else round(place.off_m),
    }
