"""The rules by which a mode reads the tags of OpenStreetMap: what is open to it, in which direction, and how fast."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "FASTEST_KMH",
    "AccessRule",
    "Closure",
    "LimitRule",
    "OnewayRule",
    "RoadClass",
    "RoadRules",
    "SlowRule",
    "Speeds",
    "Tags",
]

Tags = Mapping[str, str]
_KMH_IN_A_MILE = 1.609344
_NUMBER = re.compile(r"(\d+(?:\.\d+)?) ?(km/h|kmh|kph|mph)?")
FASTEST_KMH = 200.0


class Speeds(NamedTuple):
    """Speeds of a way, in km/h; 0 where that direction is closed to the mode."""

    forward_kmh: float
    """In the direction in which the way is drawn."""
    backward_kmh: float


_CLOSED = Speeds(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class RoadClass:
    """How fast one sort of way is."""

    speed_kmh: float
    of_limit: float | None


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Whom a way lets in."""

    keys: tuple[str, ...]
    closed: frozenset[str]

    def verdict(self, tags: Tags) -> bool | None:
        """Return what the most exact key says: open, closed, or nothing."""
        for key in self.keys:
            if key in tags:
                # "agricultural;forestry": open as soon as one of several values is
                return not {value.strip() for value in tags[key].split(";")} <= self.closed
        return None


@dataclass(frozen=True, slots=True)
class Closure:
    """Ways that are closed for another reason than their class or access."""

    when: Mapping[str, frozenset[str]]
    unless: Mapping[str, frozenset[str]]

    def holds(self, tags: Tags) -> bool:
        """Return whether the way is closed."""
        return _all_match(self.when, tags) and not any(tags.get(key) in values for key, values in self.unless.items())


@dataclass(frozen=True, slots=True)
class SlowRule:
    """Ways that are slower than their class."""

    when: Mapping[str, frozenset[str]]
    at_most_kmh: float


@dataclass(frozen=True, slots=True)
class OnewayRule:
    """Which directions are open."""

    keys: tuple[str, ...]
    forward: frozenset[str]
    backward: frozenset[str]
    both: frozenset[str]
    closed: frozenset[str]
    implied: Mapping[str, frozenset[str]]

    def directions(self, tags: Tags) -> tuple[bool, bool]:
        """Return whether (forward, backward) are open. A value that says nothing leaves the word to the next key."""
        for key in self.keys:
            value = tags.get(key)
            for values, verdict in (
                (self.forward, (True, False)),
                (self.backward, (False, True)),
                (self.both, (True, True)),
                (self.closed, (False, False)),
            ):
                if value in values:
                    return verdict
        return True, not any(tags.get(key) in values for key, values in self.implied.items())


@dataclass(frozen=True, slots=True)
class LimitRule:
    """The signed limit."""

    keys: tuple[str, ...]
    named: Mapping[str, float]

    def kmh(self, tags: Tags, direction: str) -> float | None:
        """Return the limit that the tags give for ``forward`` or ``backward``; None when none can be read."""
        for key in self.keys:
            for exact in (f"{key}:{direction}", key):
                limit = self._read(tags.get(exact, ""))
                if limit is not None:
                    return limit
        return None

    def _read(self, value: str) -> float | None:
        named = self.named.get(value.casefold())
        if named is not None:
            return named
        number = _NUMBER.fullmatch(value.strip())
        if number is None:
            return None
        kmh = float(number[1]) * (_KMH_IN_A_MILE if number[2] == "mph" else 1.0)
        return kmh if 0 < kmh <= FASTEST_KMH else None


@dataclass(frozen=True, slots=True)
class RoadRules:
    """All rules of one mode."""

    classes: Mapping[str, RoadClass]
    """By ``highway``; a way of no class is closed."""
    access: AccessRule
    closures: tuple[Closure, ...]
    slows: tuple[SlowRule, ...]
    barriers: frozenset[str]
    """Kinds of barrier that stop the mode."""
    oneway: OnewayRule | None
    """None: every way goes both ways."""
    limit: LimitRule | None
    """None: signed limits do not matter."""

    def speeds(self, tags: Tags) -> Speeds:
        """Return how fast the mode goes along a way with these tags, in each direction."""
        road = self.classes.get(tags.get("highway", ""))
        if road is None or self.access.verdict(tags) is False or any(rule.holds(tags) for rule in self.closures):
            return _CLOSED
        forward, backward = self.oneway.directions(tags) if self.oneway is not None else (True, True)
        return Speeds(
            self._kmh(road, tags, "forward") if forward else 0.0,
            self._kmh(road, tags, "backward") if backward else 0.0,
        )

    def passes(self, node_tags: Tags) -> bool:
        """Return whether the mode gets past a node with these tags (a gate, a bollard)."""
        if "barrier" not in node_tags:
            return True  # what a crossing forbids binds those who cross, not those who follow the street
        verdict = self.access.verdict(node_tags)
        return node_tags.get("barrier") not in self.barriers if verdict is None else verdict

    def _kmh(self, road: RoadClass, tags: Tags, direction: str) -> float:
        limit = self.limit.kmh(tags, direction) if self.limit is not None else None
        kmh = road.speed_kmh if limit is None or road.of_limit is None else limit * road.of_limit
        return min([kmh, *(rule.at_most_kmh for rule in self.slows if _all_match(rule.when, tags))])


def _all_match(when: Mapping[str, frozenset[str]], tags: Tags) -> bool:
    return all(tags.get(key) in values for key, values in when.items())
