"""Whether slopes count in an answer, and by which raster."""

from __future__ import annotations

from typing import Any

from geo.snapshot import Snapshot

__all__ = ["slope_of", "slope_row"]


def slope_of(snapshot: Snapshot, mode: str) -> str | None:
    """Name the raster by which slopes count for a mode, or for the best of all; None: every street counts as level."""
    networks = [snapshot.networks[mode]] if mode in snapshot.networks else list(snapshot.networks.values())
    return next((network.elevation for network in networks if network.elevation), None)


def slope_row(snapshot: Snapshot, mode: str) -> dict[str, Any] | None:
    """Tell the raster, and of what share of the street metres it has the slope."""
    network = snapshot.networks[mode]
    if not network.elevation or network.sloped_share is None:
        return None
    return {"raster": network.elevation, "known_share": round(network.sloped_share, 4)}
