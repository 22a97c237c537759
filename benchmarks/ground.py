"""What every contest needs of one network: its hierarchy, and services along its edges or at its junctions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.streets import Area, services_on
from geo.hierarchy import Hierarchy
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.seeds import EdgeServices, Streets, seeds_of
from geo.sweeps import LANES, Seeds

__all__ = ["Ground"]


@dataclass(frozen=True)
class Ground:
    """One network, ready to sweep."""

    area: Area
    mode: Mode

    @property
    def name(self) -> str:
        """As the page calls it."""
        return f"{self.area.name}, {self.mode.id}"

    @cached_property
    def network(self) -> StreetNetwork:
        """The streets of the mode."""
        return self.area.network(self.mode)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """Their hierarchy."""
        return Hierarchy.build(self.network)

    @cached_property
    def seeds(self) -> list[Seeds]:
        """16 categories of services along the edges, up to 40 m off them."""
        services = EdgeServices.of(services_on(self.network), self.network.edges, self.mode.off_road_m_per_s)
        return seeds_of(services, Streets.of(self.network), LANES)

    @cached_property
    def at_junctions(self) -> list[Seeds]:
        """As many services of each category, each at a junction of its own: all that some peers can be told."""
        rng = np.random.default_rng(17)
        found = []
        for seeds in self.seeds:
            count = np.unique(seeds.row).size
            junction = np.sort(rng.choice(self.network.junctions, count, replace=False)).astype(np.int32)
            found.append(Seeds(junction, np.arange(count, dtype=np.int32), np.zeros(count, np.int32)))
        return found
