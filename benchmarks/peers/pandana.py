"""pandana: the k nearest services of every junction, by contraction hierarchies, one category at a time."""

from __future__ import annotations

import contextlib
import io
from functools import partial
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.clock import Unequal
from benchmarks.contests import Contest, faster
from benchmarks.ground import Ground
from benchmarks.peers import load, named
from geo.hierarchy import travel_arcs
from geo.network import StreetNetwork
from geo.sweeps import LANES, ROW_BITS, Seeds, Sweep

__all__ = ["BOUND_DS", "cheapest_arcs", "race_pandana"]

BOUND_DS = 18_000
"""Half an hour: pandana wants a bound, and without one it does not end."""
_K = 3
_ASKED = (0, 5, 10, 15)
"""Categories that pandana is asked for, from the rarest to the commonest; a sweep has all 16 of them."""


def race_pandana(ground: Ground, reach: float) -> Contest:
    """Time pandana's query alone: neither its preparation nor the placing of the services counts.

    Raises
    ------
    Missing
        pandana is not installed.
    Unequal
        One of its seconds, to its bound, is not ours.
    """
    network = _prepared(ground.network)
    sweep = Sweep(ground.hierarchy, _K)
    labels = sweep.run(ground.at_junctions)[ground.hierarchy.row] >> ROW_BITS
    for lane in _ASKED:
        _place(network, lane, ground.at_junctions[lane])
        found = _query(network, lane)
        different = int((found != np.minimum(labels[:, :, lane], BOUND_DS)).any(axis=1).sum())
        if different:
            raise Unequal(f"pandana and sweep differ at {different} junctions of {ground.name}, category {lane}")
    own_s = min(_timed(partial(sweep.run, ground.at_junctions)) for _ in range(5)) / LANES
    peer_s = sum(min(_timed(partial(_query, network, lane)) for _ in range(2)) for lane in _ASKED) / len(_ASKED)
    work = f"field of a category, k = {_K}, in a batch of {LANES}"
    return faster(work, ground.name, f"{named('pandana')}, query alone, to 30 min", own_s, peer_s, reach)


def cheapest_arcs(network: StreetNetwork) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return the arcs in the direction of travel (tail, head, tenths of a second), of parallel ones the cheapest."""
    tail, head, cost = travel_arcs(network)
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(order.size, np.bool_)
    first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    return tail[first], head[first], cost[first]


def _prepared(network: StreetNetwork) -> Any:
    """Hand pandana the streets. It places services by coordinates: these are numbers, so that it places them right."""
    pandana = load("pandana")
    tail, head, cost = cheapest_arcs(network)
    number = pd.Series(np.arange(network.junctions, dtype=np.float64))
    with contextlib.redirect_stdout(io.StringIO()):
        return pandana.Network(
            number,
            number * 0.0,
            pd.Series(tail.astype(np.int64)),
            pd.Series(head.astype(np.int64)),
            pd.DataFrame({"ds": cost.astype(np.float64)}),
            twoway=False,
        )


def _place(network: Any, lane: int, seeds: Seeds) -> None:
    number = pd.Series(seeds.junction.astype(np.float64))
    network.set_pois(str(lane), float(BOUND_DS), _K, number, number * 0.0)


def _query(network: Any, lane: int) -> NDArray[np.int64]:
    found = network.nearest_pois(float(BOUND_DS), str(lane), num_pois=_K)
    return np.rint(found.to_numpy()).astype(np.int64)


def _timed(run: Any) -> float:
    start = process_time()
    run()
    return process_time() - start
