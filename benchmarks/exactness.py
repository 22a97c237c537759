"""Fields held against brute force on four real extracts, in full: the part of ``make soak`` that trusts no kernel.

Each extract is read twice: by the project, and by ``tests/geo/second_reading.py``, which strings its own edges and
finds its own forbidden turns; they must agree edge by edge, to the millisecond. Then, for each mode, the answers of a
field are compared with Dijkstra over lanes from every address, its labels with Dijkstra from every service, the labels
of bare sweeps with the project's own plain Dijkstra, and the field is asked for its proof.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.damage import find_mirror
from geo.modes import load_modes
from ingest.settings import ROOT
from tests.geo.scenes import EXTRACTS, Compared, Town

__all__ = ["Held", "hold_all", "tell"]

MODES = ("walk", "bike", "car")
ADDRESSES, ROUNDS = 700, 5
"""Of each extract and mode: so many addresses, by five categories a round; 210,000 answers in all."""


class Held(NamedTuple):
    """One extract and mode, and what holding it against brute force came to."""

    extract: str
    mode: str
    edges: int
    one_way: int
    """Edges that are closed in one direction."""
    turns: int
    """Forbidden sequences of lanes."""
    came_to: Compared
    swept: int
    """Labels of bare sweeps that were compared with the plain Dijkstra's."""
    wrong_swept: int
    seconds: float

    @property
    def wrong(self) -> int:
        """Whatever differs."""
        return self.came_to.wrong + self.came_to.wrong_labels + self.came_to.faults + self.wrong_swept


def hold_all(mirror: Path, addresses: int = ADDRESSES, rounds: int = ROUNDS, seed: int = 20261124) -> list[Held]:
    """Hold every extract and mode against brute force.

    Raises
    ------
    AssertionError
        When the two readings of an extract do not agree on an edge.
    """
    modes = load_modes(ROOT / "data" / "modes.toml")
    held = []
    for extract in EXTRACTS:
        town = Town(mirror, extract, modes)
        for number, mode in enumerate(MODES):
            start = time.perf_counter()
            scene = town.scene(mode, seed + number)
            came_to = scene.compare(addresses, rounds)
            swept, wrong_swept = scene.sweeps_against_search()
            closed = (scene.lanes.ms.reshape(-1, 2) < 0).any(axis=1)
            held.append(
                Held(
                    extract,
                    mode,
                    edges=scene.network.edges,
                    one_way=int(closed.sum()),
                    turns=len(scene.lanes.bans),
                    came_to=came_to,
                    swept=swept,
                    wrong_swept=wrong_swept,
                    seconds=time.perf_counter() - start,
                )
            )
            print(_line(held[-1]), file=sys.stderr)
    return held


def tell(held: list[Held]) -> int:
    """Print the table; 1 when anything differs."""
    print(_HEAD)
    for one in held:
        print(_line(one))
    checks = sum(one.came_to.checks for one in held)
    labels = sum(one.came_to.labels + one.swept for one in held)
    wrong = sum(one.wrong for one in held)
    print(f"answers held against brute force: {checks:,}; labels: {labels:,}; different: {wrong}")
    return int(wrong > 0)


_HEAD = (
    f"{'extract':<15}{'mode':<6}{'edges':>8}{'one-way':>9}{'turns':>7}{'answers':>9}{'found':>7}{'labels':>11}"
    f"{'swept':>11}{'wrong':>7}{'s':>6}"
)


def _line(one: Held) -> str:
    of = one.came_to
    return (
        f"{one.extract:<15}{one.mode:<6}{one.edges:>8,}{one.one_way:>9,}{one.turns:>7}{of.checks:>9,}{of.found:>7.0%}"
        f"{of.labels:>11,}{one.swept:>11,}{one.wrong:>7}{one.seconds:>6.0f}"
    )


def main() -> int:
    """Run by itself; 1 when anything differs, or without a mirror."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exactness", description=__doc__)
    parser.add_argument("--addresses", type=int, default=ADDRESSES, help=f"per extract and mode ({ADDRESSES})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of five categories ({ROUNDS})")
    parser.add_argument("--seed", type=int, default=20261124, help="of the places")
    asked = parser.parse_args()
    mirror = find_mirror()
    if mirror is None:
        print("no mirror of real files: docs/sources.md says how to get one", file=sys.stderr)
        return 1
    return tell(hold_all(mirror, asked.addresses, asked.rounds, asked.seed))


if __name__ == "__main__":
    sys.exit(main())
