"""The rules by which a mode reads the ways of OpenStreetMap: what is open to it, in which direction, and how fast."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from geo.tag_match import Match, Tags, Values

__all__ = [
    "FASTEST_KMH",
    "AccessRule",
    "Ask",
    "LimitRule",
    "OnewayRule",
    "RoadClass",
    "RoadRules",
    "SlowRule",
    "Speeds",
    "UnsignedLimit",
]

_KMH_IN_A_MILE = 1.609344
_NUMBER = re.compile(r"(\d+(?:\.\d+)?) ?(km/h|kmh|kph|mph)?")
FASTEST_KMH = 200.0
SLOWEST_KMH = 3.0
"""No sign limits to less; a smaller number is a slip that would close the street, or cost more than can be counted."""


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
class SlowRule:
    """Ways that are slower than their class."""

    match: Match
    at_most_kmh: float


@dataclass(frozen=True, slots=True)
class OnewayRule:
    """Which directions are open."""

    keys: tuple[str, ...]
    forward: frozenset[str]
    backward: frozenset[str]
    both: frozenset[str]
    closed: frozenset[str]
    implied: Values
    against: tuple[Match, ...] = ()
    """One-way streets that the mode may follow both ways all the same."""

    def directions(self, tags: Tags) -> tuple[bool, bool]:
        """Return whether (forward, backward) are open. A value that says nothing leaves the word to the next key."""
        directions = self._signed(tags)
        if directions != (True, True) and any(match.holds(tags) for match in self.against):
            return True, True
        return directions

    def _signed(self, tags: Tags) -> tuple[bool, bool]:
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
class UnsignedLimit:
    """The general limit of the law on ways whose own nobody has noted."""

    match: Match
    kmh: float


@dataclass(frozen=True, slots=True)
class LimitRule:
    """The signed limit, or what the law says where there is none."""

    keys: tuple[str, ...]
    named: Mapping[str, float]
    unsigned: tuple[UnsignedLimit, ...] = ()

    def kmh(self, tags: Tags, direction: str) -> float | None:
        """Return the limit that the tags give for ``forward`` or ``backward``; None when none can be told."""
        for key in self.keys:
            for exact in (f"{key}:{direction}", key):
                limit = self._read(tags.get(exact, ""))
                if limit is not None:
                    return limit
        return next((rule.kmh for rule in self.unsigned if rule.match.holds(tags)), None)

    def _read(self, value: str) -> float | None:
        named = self.named.get(value.casefold())
        if named is not None:
            return named
        number = _NUMBER.fullmatch(value.strip())
        if number is None:
            return None
        kmh = float(number[1]) * (_KMH_IN_A_MILE if number[2] == "mph" else 1.0)
        return kmh if SLOWEST_KMH <= kmh <= FASTEST_KMH else None


@dataclass(frozen=True, slots=True)
class Ask:
    """What the mode has to know of some ways before it can be sure of them."""

    match: Match
    of: frozenset[str]
    """Tag keys; a way that carries one of them has told."""


@dataclass(frozen=True, slots=True)
class RoadRules:
    """All that the ways of a street mean to one mode."""

    classes: Mapping[str, RoadClass]
    """By ``highway``; a way of no class is closed."""
    access: AccessRule
    closures: tuple[Match, ...]
    """Ways that are closed for another reason than their class or access."""
    slows: tuple[SlowRule, ...]
    oneway: OnewayRule | None
    """None: every way goes both ways."""
    limit: LimitRule | None
    """None: signed limits do not matter."""
    asks: tuple[Ask, ...] = ()
    through: tuple[Match, ...] = ()
    """Ways that the mode passes along, and on which no trip begins or ends."""

    def speeds(self, tags: Tags) -> Speeds:
        """Return how fast the mode goes along a way with these tags, in each direction."""
        road = self.classes.get(tags.get("highway", ""))
        if road is None or self.access.verdict(tags) is False or any(match.holds(tags) for match in self.closures):
            return _CLOSED
        forward, backward = self.oneway.directions(tags) if self.oneway is not None else (True, True)
        return Speeds(
            self._kmh(road, tags, "forward") if forward else 0.0,
            self._kmh(road, tags, "backward") if backward else 0.0,
        )

    def stops(self, tags: Tags) -> bool:
        """Return whether a trip may begin or end on a way with these tags."""
        return not any(match.holds(tags) for match in self.through)

    def told(self, tags: Tags) -> bool:
        """Return whether a way with these tags says what the mode asks of it."""
        return all(ask.of & tags.keys() for ask in self.asks if ask.match.holds(tags))

    def at_pace(self, pace: float) -> RoadRules:
        """Return the same rules for somebody who is ``pace`` times as fast on every way."""
        classes = {name: replace(road, speed_kmh=road.speed_kmh * pace) for name, road in self.classes.items()}
        slows = tuple(replace(rule, at_most_kmh=rule.at_most_kmh * pace) for rule in self.slows)
        return replace(self, classes=classes, slows=slows)

    def _kmh(self, road: RoadClass, tags: Tags, direction: str) -> float:
        limit = self.limit.kmh(tags, direction) if self.limit is not None else None
        kmh = road.speed_kmh if limit is None or road.of_limit is None else limit * road.of_limit
        return min([kmh, *(rule.at_most_kmh for rule in self.slows if rule.match.holds(tags))])
