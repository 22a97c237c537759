"""Positions as GeoJSON writes them."""

from __future__ import annotations

from typing import Any

__all__ = ["degrees", "point"]

DEGREE_DIGITS = 6
"""A tenth of a metre."""


def point(lon: float, lat: float) -> dict[str, Any]:
    """Return a GeoJSON point."""
    return {"type": "Point", "coordinates": [degrees(lon), degrees(lat)]}


def degrees(value: float) -> float:
    """Round degrees."""
    return round(value, DEGREE_DIGITS)
