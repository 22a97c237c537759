"""Access fields: one hierarchy and linear sweeps, beside a Dijkstra that carries k labels and beside scipy's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.clock import ROUNDS, Unequal, race
from benchmarks.streets import Area, services_on
from geo.hierarchy import Hierarchy, travel_arcs
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.search import StreetSearch
from geo.seeds import EdgeServices, Streets, seeds_of
from geo.sweeps import DEPTHS, LANES, MAX_COST_DS, NO_LABEL, ROW_BITS, Labels, Seeds, Sweep

__all__ = ["Depth", "FieldTimes", "require_same_costs", "require_same_labels", "time_fields"]


@dataclass(frozen=True)
class Depth:
    """Seconds for 16 categories, each with its k nearest services at every junction."""

    k: int
    sweep_s: float
    search_s: float
    scipy_s: float | None
    """scipy keeps one nearest source: None for k > 1."""
    labels: int
    """Labels that sweep and search gave alike."""


@dataclass(frozen=True)
class FieldTimes:
    """What was measured on one network."""

    area: str
    mode: str
    junctions: int
    edges: int
    prepare_s: float
    """From the network to a hierarchy ready to sweep."""
    customise_s: float
    """The same streets at other costs."""
    depths: tuple[Depth, ...]
    one_place: Depth
    """One place of somebody's own: a single seed, k = 1, the whole network."""


def time_fields(area: Area, mode: Mode, rounds: int = ROUNDS) -> FieldTimes:
    """Time the fields of one network.

    Raises
    ------
    Unequal
        When a contender gives another answer than the others.
    """
    network = area.network(mode)
    hierarchy = Hierarchy.build(network)
    prepared = race(rounds, build=lambda: Hierarchy.build(network), customise=lambda: hierarchy.customised(network))
    services = EdgeServices.of(services_on(network), network.edges, mode.off_road_m_per_s)
    seeds = seeds_of(services, Streets.of(network), LANES)
    alone = [Seeds(*(column[:1] for column in seeds[0]))]
    return FieldTimes(
        area=area.name,
        mode=mode.id,
        junctions=network.junctions,
        edges=network.edges,
        prepare_s=prepared["build"],
        customise_s=prepared["customise"],
        depths=tuple(_time_depth(network, hierarchy, seeds, k, LANES, rounds) for k in DEPTHS),
        one_place=_time_depth(network, hierarchy, alone, 1, 1, rounds),
    )


def _time_depth(
    network: StreetNetwork, hierarchy: Hierarchy, seeds: Sequence[Seeds], k: int, lanes: int, rounds: int
) -> Depth:
    sweep, search = Sweep(hierarchy, k, lanes), StreetSearch(network)
    searched = [search.nearest_services(own, k) for own in seeds]
    labels = sweep.run(seeds)[hierarchy.row]
    require_same_labels(labels, searched)
    contenders: dict[str, Callable[[], object]] = {
        "sweep": lambda: sweep.run(seeds),
        "search": lambda: [search.nearest_services(own, k) for own in seeds],
    }
    if k == 1:
        peer = [_ScipyGraph(network, own) for own in seeds]
        require_same_costs([graph.nearest_ds() for graph in peer], searched)
        contenders["scipy"] = lambda: [graph.nearest_ds() for graph in peer]
    best = race(rounds, **contenders)
    return Depth(k, best["sweep"], best["search"], best.get("scipy"), network.junctions * k * len(seeds))


class _ScipyGraph:
    """The streets as scipy reads them, with a node before the junctions of each seed: laid out before the clock runs.

    Arcs run against travel, from a service to those who reach it. Of parallel arcs the cheapest stays: scipy would add
    them up.
    """

    def __init__(self, network: StreetNetwork, seeds: Seeds) -> None:
        tail, head, cost = travel_arcs(network)
        self.junctions = network.junctions
        self.sources = network.junctions + np.arange(seeds.junction.size)
        start = np.concatenate([head, self.sources])
        end = np.concatenate([tail, seeds.junction])
        cost_ds = np.concatenate([cost, seeds.cost_ds]).astype(np.float64)
        order = np.lexsort((cost_ds, end, start))
        start, end, cost_ds = start[order], end[order], cost_ds[order]
        cheapest = np.ones(order.size, np.bool_)
        cheapest[1:] = (np.diff(start) != 0) | (np.diff(end) != 0)
        start, end, cost_ds = start[cheapest], end[cheapest], cost_ds[cheapest]
        size = network.junctions + seeds.junction.size
        ptr = np.searchsorted(start, np.arange(size + 1))
        self.graph = csr_array((cost_ds, end, ptr), shape=(size, size))

    def nearest_ds(self) -> NDArray[np.float64]:
        """Return the tenths of a second (N,) from every junction to its nearest service; infinite beyond a label."""
        found: NDArray[np.float64] = dijkstra(self.graph, indices=self.sources, min_only=True, limit=float(MAX_COST_DS))
        return found[: self.junctions]


def require_same_labels(labels: Labels, searched: Sequence[tuple[NDArray[np.int32], NDArray[np.int32]]]) -> None:
    """Compare (N, k, lanes) labels with what a search found in each lane: costs and rows (N, k), −1 for none.

    Raises
    ------
    Unequal
        When one differs.
    """
    # 65,535 tenths still fit in a label, though nothing reads them: the search stops one before.
    within = np.where(labels >> ROW_BITS <= MAX_COST_DS, labels, NO_LABEL)
    for lane, (cost_ds, row) in enumerate(searched):
        packed = cost_ds.astype(np.int64) << ROW_BITS | row
        expected = np.where(row < 0, np.int64(NO_LABEL), packed)
        different = int((within[:, :, lane] != expected).sum())
        if different:
            raise Unequal(f"sweep and search differ in {different} of {expected.size} labels of category {lane}")


def require_same_costs(
    found_ds: Sequence[NDArray[np.float64]], searched: Sequence[tuple[NDArray[np.int32], NDArray[np.int32]]]
) -> None:
    """Compare the nearest costs (N,) of a peer, infinite for none, with those of the search.

    Raises
    ------
    Unequal
        When one differs.
    """
    for lane, (peer, (cost_ds, _)) in enumerate(zip(found_ds, searched, strict=True)):
        own = np.where(cost_ds[:, 0] < 0, np.inf, cost_ds[:, 0])
        if not np.array_equal(peer, own):
            raise Unequal(f"scipy and search differ at {int((peer != own).sum())} junctions of category {lane}")
