"""One place of somebody's own, the whole network: scipy, networkit, rustworkx and igraph, each by its Dijkstra.

Each gets the streets against travel with one node more, the place, joined to the junctions that it is reached from.
The graph is laid out before the clock starts, and each gives its results as it likes. scipy alone can stop
early, where the labels of a field end: that is a row of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import process_time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.clock import ROUNDS, Unequal, race, repeated
from benchmarks.contests import Contest, faster
from benchmarks.ground import Ground
from benchmarks.peers import load, named
from benchmarks.peers.pandana import cheapest_arcs
from geo.place_sweep import UNREACHABLE_DS, PlaceSweep
from geo.sweeps import MAX_COST_DS, Seeds

__all__ = ["race_one_place"]


_TIMES = 5


class _Arcs(NamedTuple):
    """Against travel, the place's own among them."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    ds: NDArray[np.float64]
    place: int
    """Number of the node that is the place, and of the junctions."""


def race_one_place(ground: Ground, rounds: int = ROUNDS, reach: float = 20.0) -> list[Contest]:
    """Time the seconds to one place from everywhere beside every library that is there; the best is the one to beat.

    Raises
    ------
    Unequal
        When one of them finds other seconds.
    """
    seeds = Seeds(*(column[:2] for column in ground.seeds[0]))
    sweep = PlaceSweep(ground.hierarchy)
    own_ds = sweep.ds_to(seeds.junction, seeds.cost_ds)
    arcs = _arcs(ground, seeds)
    peers = {name: make(arcs) for name, make in _PEERS.items() if _is_there(name)}
    for name, run in peers.items():
        _require_same(own_ds, np.asarray(run(), np.float64)[: arcs.place], f"{name}, {ground.name}")
    bounded = _scipy(arcs, float(MAX_COST_DS + 1))
    own = repeated(lambda: sweep.ds_to(seeds.junction, seeds.cost_ds), _TIMES)
    best = race(rounds, 3.0, process_time, own=own, bounded=bounded, **peers)
    quickest = min(peers, key=best.__getitem__)
    row = partial(faster, "one person’s place, the whole network", ground.name)
    rows = [
        row(
            named(name) + ", the best of them" * (name == quickest),
            best["own"] / _TIMES,
            best[name],
            reach if name == quickest else None,
        )
        for name in sorted(peers, key=best.__getitem__)
    ]
    return [*rows, row(f"{named('scipy')}, stopped at 6,553 s", best["own"] / _TIMES, best["bounded"], None)]


def _arcs(ground: Ground, seeds: Seeds) -> _Arcs:
    tail, head, cost = cheapest_arcs(ground.network)
    place = ground.network.junctions
    # A service at a junction costs nothing to reach, and an arc of no cost is none to some: all pay one more.
    own = np.full(seeds.junction.size, place)
    return _Arcs(
        np.concatenate([head, own]).astype(np.int64),
        np.concatenate([tail, seeds.junction]).astype(np.int64),
        np.concatenate([cost, seeds.cost_ds + 1]).astype(np.float64),
        place,
    )


def _require_same(own_ds: NDArray[np.int32], found: NDArray[np.float64], what: str) -> None:
    different = int((np.where(np.isinf(found), UNREACHABLE_DS, found - 1) != own_ds).sum())
    if different:
        raise Unequal(f"the sweep of one place and {what}, differ at {different} junctions")


def _is_there(name: str) -> bool:
    try:
        load(name)
    except Exception as missing:  # noqa: BLE001 — Missing; a peer that breaks at import is none either
        print(f"without {missing}")
        return False
    return True


def _scipy(arcs: _Arcs, limit_ds: float = np.inf) -> Callable[[], object]:
    size = arcs.place + 1
    graph = csr_array((arcs.ds, (arcs.start, arcs.end)), shape=(size, size))
    return partial(dijkstra, graph, indices=arcs.place, limit=limit_ds)


def _networkit(arcs: _Arcs) -> Callable[[], object]:
    networkit = load("networkit")
    networkit.setNumberOfThreads(1)
    triplets = (arcs.ds, (arcs.start, arcs.end))
    graph = networkit.graph.GraphFromCoo(triplets, n=arcs.place + 1, weighted=True, directed=True)

    def run() -> object:
        search = networkit.distance.Dijkstra(graph, arcs.place, storePaths=False)
        return search.run().getDistances()

    return run


def _rustworkx(arcs: _Arcs) -> Callable[[], object]:
    rustworkx = load("rustworkx")
    graph = rustworkx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(range(arcs.place + 1))
    graph.extend_from_weighted_edge_list(
        list(zip(arcs.start.tolist(), arcs.end.tolist(), arcs.ds.tolist(), strict=True))
    )
    run = partial(rustworkx.digraph_dijkstra_shortest_path_lengths, graph, arcs.place, float)

    def in_order() -> object:
        found = np.full(arcs.place + 1, np.inf)
        lengths = run()
        found[list(lengths.keys())] = list(lengths.values())
        return found

    return in_order


def _igraph(arcs: _Arcs) -> Callable[[], object]:
    igraph = load("igraph")
    graph = igraph.Graph(n=arcs.place + 1, edges=np.column_stack([arcs.start, arcs.end]), directed=True)
    weights = arcs.ds.tolist()
    return lambda: graph.distances(source=[arcs.place], weights=weights)[0]


_PEERS = {"scipy": _scipy, "networkit": _networkit, "rustworkx": _rustworkx, "igraph": _igraph}
