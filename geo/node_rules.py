"""The rules by which a mode reads the nodes of a street: what stops it there, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from geo.road_rules import AccessRule
from geo.tag_match import Match, Tags

__all__ = ["Delay", "DelayRule", "NodeRules", "WaitSort"]


class WaitSort(StrEnum):
    """What somebody waits for."""

    SIGNALS = "signals"
    BARRIER = "barrier"
    """A gate to open, something to get over or round."""
    TOLL = "toll"
    KERB = "kerb"


class Delay(NamedTuple):
    """Seconds that it takes to get past a node, beside the way itself."""

    forward_s: float
    """For who follows the way in the direction in which it is drawn."""
    backward_s: float


_NO_DELAY = Delay(0.0, 0.0)
_ONE_DIRECTION = {"forward": (1.0, 0.0), "backward": (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class DelayRule:
    """A wait: a signal, a gate to open."""

    match: Match
    seconds: float
    along: str | None
    """The tag that says for which direction of the way it is: ``forward``, ``backward``, anything else for both."""

    @property
    def sort(self) -> WaitSort:
        """What the wait is for, by the tags that the rule asks for."""
        if "barrier" in self.match.when:
            return WaitSort.TOLL if self.match.when["barrier"] == {"toll_booth"} else WaitSort.BARRIER
        return WaitSort.KERB if "kerb" in self.match.when else WaitSort.SIGNALS

    def delay(self, tags: Tags) -> Delay:
        """Return the wait at a node with these tags."""
        if not self.match.holds(tags):
            return _NO_DELAY
        forward, backward = _ONE_DIRECTION.get(tags.get(self.along, "") if self.along else "", (1.0, 1.0))
        return Delay(self.seconds * forward, self.seconds * backward)


@dataclass(frozen=True, slots=True)
class NodeRules:
    """What the nodes of a street mean to one mode."""

    access: AccessRule
    barriers: frozenset[str]
    """Kinds of barrier that stop the mode, unless the barrier's own access tags let it through."""
    stops: tuple[Match, ...]
    """Nodes that stop the mode whatever access they grant: a stile lets in no wheelchair."""
    delays: tuple[DelayRule, ...]

    def passes(self, tags: Tags) -> bool:
        """Return whether the mode gets past a node with these tags (a gate, a bollard, a kerb)."""
        return self._let_through(tags) and not any(stop.holds(tags) for stop in self.stops)

    def delay(self, tags: Tags) -> Delay:
        """Return the longest wait that a rule asks for at a node with these tags, in each direction."""
        waits = [rule.delay(tags) for rule in self.delays]
        return Delay(max((w.forward_s for w in waits), default=0.0), max((w.backward_s for w in waits), default=0.0))

    def wait_sort(self, tags: Tags) -> WaitSort:
        """Return what the longest wait at a node with these tags is for; of equal ones, the first rule's."""
        return max(self.delays, key=lambda rule: max(rule.delay(tags))).sort

    def _let_through(self, tags: Tags) -> bool:
        if "barrier" not in tags:
            return True  # what a crossing forbids binds those who cross, not those who follow the street
        verdict = self.access.verdict(tags)
        return tags["barrier"] not in self.barriers if verdict is None else verdict
