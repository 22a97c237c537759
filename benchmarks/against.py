"""All contests of one run: ours against ours, and against every peer that is there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.clock import ROUNDS
from benchmarks.contests import Contest
from benchmarks.field_contests import race_dijkstra, race_floor, race_hierarchy, race_threads
from benchmarks.ground import Ground
from benchmarks.growth import SIDE_FULL, SIDES, Size, growth_contests
from benchmarks.peers import Missing
from benchmarks.peers.pandana import race_pandana
from benchmarks.rural import drawn_country
from benchmarks.streets import MODES, Area

__all__ = ["Against", "measure_against"]

_MODES = ("walk", "car")


@dataclass
class Against:
    """What a run found, in the order of the page."""

    contests: list[Contest] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    """A line for each peer that is not there."""
    sizes: list[Size] = field(default_factory=list)

    def add(self, measure: Callable[[], Contest | Sequence[Contest]]) -> None:
        """Take in what a measurement gives, or the line that says why it gives nothing."""
        try:
            found = measure()
        except Missing as missing:
            if str(missing) not in self.absent:
                self.absent.append(str(missing))
            return
        self.contests += [found] if isinstance(found, Contest) else found


def measure_against(areas: Sequence[Area], *, rounds: int = ROUNDS, full: bool = False) -> Against:
    """Run every contest that this machine can.

    Parameters
    ----------
    areas
        The drawn grid, and real extracts where there is a mirror.
    full
        Grow to seven million junctions.

    Raises
    ------
    Unequal
        When two sides give different answers to the same question.
    """
    against = Against()
    rural = Area("rural", drawn_country(), "EPSG:2154")
    malta = [area for area in areas if area.name == "Malta"]
    for area in (*malta, rural):
        for mode in _MODES:
            ground = Ground(area, MODES[mode])
            print(f"→ beside its peers: {ground.name}", file=sys.stderr)
            _fields(against, ground, rounds)
    print("→ growth", file=sys.stderr)
    against.sizes, growth = growth_contests((*SIDES, SIDE_FULL) if full else SIDES, rounds)
    against.contests += growth
    return against


def _fields(against: Against, ground: Ground, rounds: int) -> None:
    against.add(lambda: race_dijkstra(ground, rounds))
    against.add(lambda: race_pandana(ground, 1_000.0 if ground.area.name == "Malta" else 4_000.0))
    against.add(lambda: race_floor(ground, rounds))
    against.add(lambda: race_threads(ground, rounds))
    if ground.area.name == "rural":
        against.add(lambda: race_hierarchy(ground, rounds))
