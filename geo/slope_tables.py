"""Reads the law of slopes of one mode out of its table in ``data/modes.toml``."""

from __future__ import annotations

from geo.road_rules import FASTEST_KMH
from geo.slope import PowerLaw, SlopeLaw, SlopeLimit, ToblerLaw
from geo.strict import StrictTable

__all__ = ["read_slope_law"]


def read_slope_law(table: StrictTable) -> SlopeLaw:
    """Take the law that the table names, and its numbers.

    Raises
    ------
    ConfigurationError
        When there is no such law, or a number of it is missing or out of range.
    """
    law = table.text("law")
    if law == "tobler":
        return ToblerLaw()
    if law == "power":
        return PowerLaw(
            level_kmh=table.number("level_kmh", 5, 40),
            mass_kg=table.number("mass_kg", 30, 300),
            cda_m2=table.number("cda_m2", 0.1, 2),
            crr=table.number("crr", 0.001, 0.1),
            climbing_w=table.number("climbing_w", 20, 1000),
            full_effort=_per_cent(table, "full_effort_percent", 0.5),
            top_kmh=table.number("top_kmh", 5, FASTEST_KMH),
            push_kmh=table.number("push_kmh", 0.5, 6),
        )
    if law == "limit":
        return SlopeLimit(
            slow_over=_per_cent(table, "slow_over_percent", 0),
            slow_kmh=table.number("slow_kmh", 0.5, FASTEST_KMH),
            closed_over=_per_cent(table, "closed_over_percent", 0),
        )
    raise table.error(f"'law' is {law!r}, expected 'tobler', 'power' or 'limit'")


def _per_cent(table: StrictTable, key: str, low: float) -> float:
    return table.number(key, low, 100) / 100
