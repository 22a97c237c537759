"""The place that a question was about."""

from __future__ import annotations

from typing import Any

from app.answers.geometry import degrees
from geo.scoring import Place
from geo.snapshot import Snapshot

__all__ = ["place_answer", "place_label"]


def place_answer(snapshot: Snapshot, place: Place) -> dict[str, Any]:
    """Tell what a place is called, and where it is."""
    return {
        "label": place_label(snapshot, place),
        "type": place.type,
        "id": place.id or None,
        "lon": degrees(place.lon),
        "lat": degrees(place.lat),
        "insee": place.insee or None,
        "off_m": None if place.off_m is None else round(place.off_m),
        "crosses": place.crosses,
    }


def place_label(snapshot: Snapshot, place: Place) -> str:
    """Name a place: its address, else its commune, else its coordinates."""
    commune = snapshot.communes.get(place.insee)
    return place.label or (commune.name if commune else f"{degrees(place.lon)}, {degrees(place.lat)}")
