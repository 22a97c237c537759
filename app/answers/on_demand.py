"""Transport that comes on demand where somebody lives: evidence beside a score, of no weight in it."""

from __future__ import annotations

from typing import Any

from geo.snapshot import Snapshot

__all__ = ["on_demand_answer"]


def on_demand_answer(snapshot: Snapshot, lon: float, lat: float) -> list[dict[str, Any]]:
    """Tell the areas of transport on demand that a point (WGS 84 degrees) lies in; what nobody says is empty."""
    return [
        {
            "name": zone.name,
            "agency": zone.agency,
            "days": list(zone.days),
            "booking": {"text": zone.booking_text, "phone": zone.booking_phone, "url": zone.booking_url},
            "source": zone.source,
        }
        for zone in snapshot.zones.at(lon, lat)
    ]
