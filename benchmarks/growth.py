"""Growth: drawn grids from three thousand junctions to millions, since a grid is the hardest country of any size."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.clock import ROUNDS, race
from benchmarks.contests import Contest, said_s, short
from benchmarks.ground import Ground
from benchmarks.streets import MODES, Area, drawn_grid
from geo.sweeps import LANES, Sweep

__all__ = ["SIDES", "SIDE_FULL", "growth_contests", "growth_section"]

SIDES = (57, 178, 390, 850)
SIDE_FULL = 2_690
"""Seven million junctions: minutes of preparing and 10 GB."""
_K = 3
_BASE = 1
"""The second size, 30,000 junctions, is what growth is told from: below it all lies in the nearest cache."""


@dataclass(frozen=True)
class Size:
    """One grid."""

    junctions: int
    build_s: float
    sweep_s: float
    hierarchy_bytes: int
    label_bytes: int

    @property
    def bytes_a_junction(self) -> float:
        """Of the hierarchy and of one batch of labels."""
        return (self.hierarchy_bytes + self.label_bytes) / self.junctions


def growth_contests(sides: tuple[int, ...] = SIDES, rounds: int = ROUNDS) -> tuple[list[Size], list[Contest]]:
    """Measure grids of growing size, and hold the largest against the one of 30,000 junctions."""
    sizes = [_measured(side, rounds) for side in sides]
    base, last = sizes[_BASE], sizes[-1]
    streets = f"drawn grid, walk, {base.junctions:,} to {last.junctions:,} junctions"
    own_s, base_s = (size.sweep_s / LANES / size.junctions for size in (last, base))
    time = Contest(
        "growth of a sweep’s time a junction",
        streets,
        "the smaller grid",
        f"{short(own_s * 1e9)} ns",
        f"{short(base_s * 1e9)} ns",
        own_s / base_s,
        2.5,
        at_most=True,
    )
    size = Contest(
        "growth of the bytes a junction, hierarchy and labels",
        streets,
        "the smaller grid",
        f"{last.bytes_a_junction:,.0f} B",
        f"{base.bytes_a_junction:,.0f} B",
        last.bytes_a_junction / base.bytes_a_junction,
        1.25,
        at_most=True,
    )
    return sizes, [time, size]


def _measured(side: int, rounds: int) -> Size:
    ground = Ground(Area("drawn grid", drawn_grid(side), "EPSG:2154"), MODES["walk"])
    build_s = race(1, build=lambda: ground.hierarchy)["build"]
    sweep = Sweep(ground.hierarchy, _K)
    labels = sweep.run(ground.seeds)
    sweep_s = race(rounds, sweep=lambda: sweep.run(ground.seeds))["sweep"]
    hierarchy = ground.hierarchy
    arrays = {id(array): array.nbytes for array in vars(hierarchy).values()}  # both directions may share theirs
    return Size(ground.network.junctions, build_s, sweep_s, sum(arrays.values()), labels.nbytes)


def growth_section(sizes: list[Size]) -> str:
    """Return the table of all sizes."""
    rows = [
        f"| {s.junctions:,} | {said_s(s.build_s)} | {said_s(s.sweep_s / LANES)} "
        f"| {short(s.sweep_s / LANES / s.junctions * 1e9)} | {s.hierarchy_bytes / s.junctions:,.0f} "
        f"| {s.label_bytes / s.junctions:,.0f} |"
        for s in sizes
    ]
    heads = ["junctions", "hierarchy", "sweep, a category", "ns a junction", "bytes a junction, hierarchy", "labels"]
    table = "\n".join([f"| {' | '.join(heads)} |", "| ---: | ---: | ---: | ---: | ---: | ---: |", *rows])
    return (
        "## Growth\n\nDrawn grids on foot, k = 3, a batch of 16 categories. Seven million junctions are measured by "
        f"`make bench FULL=1`.\n\n{table}"
    )
