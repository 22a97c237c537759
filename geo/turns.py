"""Turn restrictions as a map holds them, and what one mode makes of them.

A restriction is a relation of OpenStreetMap: who comes *from* one way *via* a node (or over ways) must not turn *to*
another, or must turn to no other. Which vehicles it binds, and when, its tags say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

__all__ = ["NOT_LOADED", "Outcome", "Restriction", "Sense", "TurnReport", "TurnRule"]

NOT_LOADED = -1
"""Stands for a member that no loaded extract has."""

_MOVES = ("left_turn", "right_turn", "straight_on", "u_turn", "entry", "exit")
_TIMES = ("day_on", "day_off", "hour_on", "hour_off")
_ALWAYS = ("24/7", "(24/7)")


class Sense(StrEnum):
    """What a restriction does with the turn that it describes."""

    NO = "no"
    """It forbids it."""
    NO_U_TURN = "no_u_turn"
    """It forbids it; from and to may be one way, which is then left the way one came."""
    ONLY = "only"
    """It forbids all others."""


class Outcome(StrEnum):
    """What became of a restriction in the network of a mode."""

    APPLIED = "applied"
    NOTHING_TO_FORBID = "nothing_to_forbid"
    """The mode cannot come from there, or not turn to there, as it is: one-way, closed, not in the main component."""
    OTHER_VEHICLES = "other_vehicles"
    """It does not bind the mode."""
    NOT_LOADED = "not_loaded"
    """A member lies beyond the loaded streets."""
    TIMED = "timed"
    """It holds at some hours, or under a condition."""
    UNKNOWN_VALUE = "unknown_value"
    INCOMPLETE = "incomplete"
    """A member is missing, or is of a kind that it cannot be."""
    APART = "apart"
    """Its members do not meet."""
    AMBIGUOUS = "ambiguous"
    """A way runs on past the junction: from which side, or to which, is not said."""
    ONLY_OVER_WAYS = "only_over_ways"
    """An obligation over ways: mappers do not agree whether it binds at the first junction or at the last."""
    NO_WAY_OUT = "no_way_out"
    """It contradicts others, or would leave those who come that way nowhere to go."""


_UNDERSTOOD = frozenset({Outcome.APPLIED, Outcome.NOTHING_TO_FORBID})
_NOT_ASKED = frozenset({Outcome.OTHER_VEHICLES, Outcome.NOT_LOADED})


@dataclass(frozen=True, slots=True)
class Restriction:
    """One relation; ways and nodes are rows of the streets that were loaded with it, or ``NOT_LOADED``."""

    tags: Mapping[str, str]
    """``restriction``, ``restriction:<vehicle>`` and their ``:conditional``, ``except``, days and hours."""
    from_ways: tuple[int, ...]
    to_ways: tuple[int, ...]
    via_nodes: tuple[int, ...] = ()
    via_ways: tuple[int, ...] = ()
    """In the order in which they are driven."""


@dataclass(frozen=True)
class TurnRule:
    """Which restrictions bind a mode."""

    keys: tuple[str, ...]
    """Tag keys that bind it, the most exact first."""
    exempt: frozenset[str]
    """Values of ``except`` that exempt it from what the last and most general key says."""

    def read(self, tags: Mapping[str, str]) -> Sense | Outcome:
        """Return the sense of a restriction for this mode, or why it has none."""
        key = next((key for key in self.keys if key in tags), None)
        if key is None:
            return self._conditional(tags)
        exempted = {word.strip() for word in tags.get("except", "").split(";")}
        if key == self.keys[-1] and exempted & self.exempt:
            return Outcome.OTHER_VEHICLES
        if any(name in tags for name in _TIMES):
            return Outcome.TIMED
        return _sense(tags[key])

    def _conditional(self, tags: Mapping[str, str]) -> Sense | Outcome:
        """Read ``no_left_turn @ (Mo-Fr 07:00-09:00)``: what holds always is no condition."""
        value = next((tags[f"{key}:conditional"] for key in self.keys if f"{key}:conditional" in tags), None)
        if value is None:
            return Outcome.OTHER_VEHICLES
        sense, _, condition = value.partition("@")
        return _sense(sense.strip()) if condition.strip() in _ALWAYS else Outcome.TIMED


def _sense(value: str) -> Sense | Outcome:
    sense, _, move = value.partition("_")
    if move not in _MOVES or sense not in {Sense.NO, Sense.ONLY}:
        return Outcome.UNKNOWN_VALUE
    return Sense.NO_U_TURN if value == Sense.NO_U_TURN else Sense(sense)


@dataclass(frozen=True)
class TurnReport:
    """What became of all restrictions in the network of a mode."""

    counts: Mapping[Outcome, int] = field(default_factory=lambda: MappingProxyType({}))
    """Outcomes that occurred."""
    edges_cut_off: int = 0
    """Edges that the restrictions leave without a way in or without a way back: not in the network, and their metres
    not in its ``kept_share``."""

    @classmethod
    def of(cls, outcomes: Counter[Outcome], edges_cut_off: int) -> TurnReport:
        """Count outcomes, in the order in which they are declared."""
        counts = {outcome: outcomes[outcome] for outcome in Outcome if outcomes[outcome]}
        return cls(MappingProxyType(counts), edges_cut_off)

    @property
    def asked(self) -> int:
        """How many restrictions bind the mode within the loaded streets."""
        return sum(count for outcome, count in self.counts.items() if outcome not in _NOT_ASKED)

    @property
    def understood(self) -> int:
        """How many of those are obeyed."""
        return sum(count for outcome, count in self.counts.items() if outcome in _UNDERSTOOD)

    @property
    def understood_share(self) -> float:
        """Share, 0 … 1, of the restrictions asked; 1 when there are none."""
        return self.understood / self.asked if self.asked else 1.0

    def as_json(self) -> dict[str, Any]:
        """Return what :meth:`from_json` reads."""
        return {"counts": dict(self.counts), "edges_cut_off": self.edges_cut_off}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> TurnReport:
        """Read what :meth:`as_json` made.

        Raises
        ------
        KeyError, TypeError, ValueError
            When it is something else.
        """
        counts = {Outcome(name): int(count) for name, count in body["counts"].items()}
        return cls(MappingProxyType(counts), int(body["edges_cut_off"]))
