"""All contests of one run: ours against ours, and against every peer that is there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.clock import ROUNDS
from benchmarks.contests import Contest
from benchmarks.departement import race_departement
from benchmarks.field_contests import race_dijkstra, race_floor, race_hierarchy, race_threads
from benchmarks.ground import Ground
from benchmarks.growth import SIDE_FULL, SIDES, Size, growth_contests
from benchmarks.peers import Missing
from benchmarks.peers.cityseer import Agreement, race_cityseer
from benchmarks.peers.one_place import race_one_place
from benchmarks.peers.osmnx import Rules, compare_rules
from benchmarks.peers.pandana import race_pandana
from benchmarks.peers.postgis import race_postgis
from benchmarks.peers.valhalla import Valhalla
from benchmarks.peers.valhalla_distances import Distances, compare_distances
from benchmarks.peers.valhalla_isochrones import race_isochrones
from benchmarks.peers.valhalla_rows import race_matrix
from benchmarks.rural import drawn_country
from benchmarks.streets import MODES, Area

__all__ = ["Against", "measure_against"]

_RACED = ("walk", "car")
_COMPARED = ("walk", "bike", "car")


@dataclass
class Against:
    """What a run found, in the order of the page."""

    contests: list[Contest] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    """A line for each peer that is not there."""
    sizes: list[Size] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    """With cityseer, which is not asked to be equal."""
    distances: list[Distances] = field(default_factory=list)
    """Beside Valhalla's."""
    rules: list[Rules] = field(default_factory=list)
    """Beside osmnx's."""

    def add(self, measure: Callable[[], Contest | Sequence[Contest]]) -> None:
        """Take in what a measurement gives, or the line that says why it gives nothing."""
        try:
            found = measure()
        except Missing as missing:
            if str(missing) not in self.absent:
                self.absent.append(str(missing))
            return
        self.contests += [found] if isinstance(found, Contest) else found


def measure_against(
    areas: Sequence[Area], small: Area | None = None, *, rounds: int = ROUNDS, full: bool = False
) -> Against:
    """Run every contest that this machine can.

    Parameters
    ----------
    areas
        The drawn grid, and real extracts where there is a mirror.
    small
        A place small enough for networkx, of a file that osmnx reads.
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
        for mode in _RACED:
            ground = Ground(area, MODES[mode])
            print(f"→ beside its peers: {ground.name}", file=sys.stderr)
            _fields(against, ground, rounds)
    print("→ a département’s fields and addresses", file=sys.stderr)
    against.add(lambda: race_departement(rural, [MODES[mode] for mode in _COMPARED]))
    against.add(lambda: race_postgis(Ground(rural, MODES["walk"])))
    for area in areas:
        if area.extract is not None:
            print(f"→ beside Valhalla: {area.name}", file=sys.stderr)
            against.add(partial(_valhalla, against, area, area.extract, rounds))
    if small is not None and small.extract is not None:
        print("→ beside osmnx", file=sys.stderr)
        against.add(partial(_osmnx, against, small, small.extract))
    print("→ growth", file=sys.stderr)
    against.sizes, growth = growth_contests((*SIDES, SIDE_FULL) if full else SIDES, rounds)
    against.contests += growth
    return against


def _fields(against: Against, ground: Ground, rounds: int) -> None:
    against.add(lambda: race_dijkstra(ground, rounds))
    against.add(lambda: race_pandana(ground, 1_000.0 if ground.area.name == "Malta" else 4_000.0))
    if ground.mode.id == "walk":
        against.add(lambda: _cityseer(against, ground))
    against.add(lambda: race_floor(ground, rounds))
    against.add(lambda: race_threads(ground, rounds))
    if ground.area.name == "rural":
        against.add(lambda: race_hierarchy(ground, rounds))
        against.add(lambda: race_one_place(ground, rounds))


def _cityseer(against: Against, ground: Ground) -> Contest:
    contest, agreement = race_cityseer(ground)
    against.agreements.append(agreement)
    return contest


def _valhalla(against: Against, area: Area, extract: Path, rounds: int) -> list[Contest]:
    """Ask Valhalla of one extract; of matrices, the one on foot is what a reach is set for."""
    with Valhalla.serving(extract) as valhalla:
        grounds = [Ground(area, MODES[mode]) for mode in _COMPARED]
        against.distances += [compare_distances(ground, valhalla) for ground in grounds]
        reaches = {"walk": 3_000.0}
        matrices = [race_matrix(ground, valhalla, reaches.get(ground.mode.id), rounds) for ground in grounds]
        return [*matrices, *(race_isochrones(ground, valhalla) for ground in grounds)]


def _osmnx(against: Against, area: Area, extract: Path) -> list[Contest]:
    against.rules += [compare_rules(area, extract, MODES[mode]) for mode in _COMPARED]
    return []
