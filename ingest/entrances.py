"""Where one gets into a site: nodes on its outline that somebody mapped as a way in.

In this order, and of the first kind that is there all of them: doors named as the main one or simply as a door; other
doors open to whoever comes; gates in the fence; the house number of the site, where it stands on its outline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["ENTRANCE_KEYS", "Entrances", "as_points", "as_text"]

ENTRANCE_KEYS = ("entrance", "barrier", "addr:housenumber")
"""A node without any of these is no way in."""

_Point = tuple[float, float]

_FOR_EVERYBODY = frozenset({"main", "yes"})
_NOT_FOR_VISITORS = frozenset(
    {"service", "emergency", "exit", "fire_exit", "garage", "delivery", "home", "private", "no", "closed"}
)
_GATES = frozenset(
    {
        "gate",
        "entrance",
        "kissing_gate",
        "swing_gate",
        "lift_gate",
        "sliding_gate",
        "wicket_gate",
        "turnstile",
        "full-height_turnstile",
        "cycle_barrier",
        "bollard",
    }
)
_CLOSED = frozenset({"no", "private", "emergency", "delivery"})


def _rank(tags: Mapping[str, str]) -> int | None:
    """Return how a node comes into question, the best first; None when it does not."""
    if tags.get("access") in _CLOSED or tags.get("foot") in _CLOSED:
        return None
    entrance = tags.get("entrance", "")
    if entrance:
        return 0 if entrance in _FOR_EVERYBODY else None if entrance in _NOT_FOR_VISITORS else 1
    if tags.get("barrier") in _GATES:
        return 2
    return 3 if tags.get("addr:housenumber") else None


@dataclass
class Entrances:
    """The ways in that a file has, by the number of their node."""

    met: dict[int, tuple[int, float, float]] = field(default_factory=dict)

    def take(self, node: int, tags: Mapping[str, str], lon: float, lat: float) -> None:
        """Keep a node when it is a way in."""
        rank = _rank(tags)
        if rank is not None:
            self.met[node] = (rank, lon, lat)

    def on(self, outline: Iterable[int]) -> tuple[_Point, ...]:
        """Return the ways in on an outline given by its nodes, in their order, as (lon, lat); empty: none is mapped."""
        found = {node: self.met[node] for node in outline if node in self.met}
        best = min((rank for rank, _, _ in found.values()), default=0)
        return tuple((lon, lat) for rank, lon, lat in found.values() if rank == best)


def as_text(points: Iterable[_Point]) -> str:
    """Write points into a cell."""
    return ";".join(f"{lon!r} {lat!r}" for lon, lat in points)


def as_points(cell: str) -> tuple[_Point, ...]:
    """Read the points that :func:`as_text` wrote."""
    pairs = (pair.split() for pair in cell.split(";") if pair)
    return tuple((float(lon), float(lat)) for lon, lat in pairs)
