"""The nearest services of addresses where turns are forbidden, by brute force: another road to the same numbers.

A state is not a junction but an edge that one drives in a direction, to its very end, together with the lanes driven
before it: as many as the longest sequence can remember. Between two states there is an arc when the second leaves where
the first ends and no forbidden sequence is completed. No junction is split, nothing is shared with ``geo`` but the
edges; the costs are computed here from the milliseconds, once more, and scipy does the searching.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.fields import ServicePoints
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.snapping import Snap

__all__ = ["Ban", "nearest_edge_based"]

Ban = tuple[int, ...]
"""Lanes that must not follow each other: 2 · edge forward, 2 · edge + 1 backward."""
_Driven = tuple[int, ...]


def nearest_edge_based(
    network: StreetNetwork,
    bans: Sequence[Ban],
    mode: Mode,
    points: ServicePoints,
    addresses: Snap,
    ks: tuple[int, ...],
    cutoff_s: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (seconds (M, C, 5), rows (M, C, 5)) as ``AccessField.at`` should: NaN and −1 where there is nothing.

    ``network`` is taken without its splits; only ``bans`` say what is forbidden.
    """
    graph = _LaneGraph(network, bans, mode)
    reached = graph.seconds(addresses, points.snap, round(cutoff_s * 10))
    seconds = np.full((len(addresses.edge), len(ks), 5), np.nan)
    rows = np.full((len(addresses.edge), len(ks), 5), -1)
    for address in np.flatnonzero(addresses.edge >= 0):
        extra = _walked(addresses.off_m[address], mode) + round(mode.fixed_s * 10)
        for category, k in enumerate(ks):
            own = np.flatnonzero(points.category == category)
            total = reached[address, own] + extra
            best = [at for at in np.lexsort((points.row[own], total))[:k] if total[at] <= round(cutoff_s * 10)]
            seconds[address, category, : len(best)] = total[best] / 10
            rows[address, category, : len(best)] = points.row[own][best]
    return seconds, rows


class _OnStreets:
    """Where the services are."""

    def __init__(self, services: Snap, tail: Sequence[int], mode: Mode) -> None:
        self.on_edge: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self.on_junction: dict[int, list[int]] = defaultdict(list)
        self.off = {}
        for service in np.flatnonzero(services.edge >= 0).tolist():
            edge, share = int(services.edge[service]), float(services.fraction[service])
            self.off[service] = _walked(services.off_m[service], mode)
            self.on_edge[edge].append((service, share))
            if share in (0.0, 1.0):
                self.on_junction[tail[2 * edge + (share == 1.0)]].append(service)


class _LaneGraph:
    """States in the order in which they are met, then services, then addresses."""

    def __init__(self, network: StreetNetwork, bans: Sequence[Ban], mode: Mode) -> None:
        self.mode = mode
        ends = zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True)
        self.tail = [junction for pair in ends for junction in pair]
        costs = zip(network.forward_ms.tolist(), network.backward_ms.tolist(), strict=True)
        self.cost = [_tenths(ms) for pair in costs for ms in pair]
        self.leaving: dict[int, list[int]] = defaultdict(list)
        for lane, cost in enumerate(self.cost):
            if cost is not None:
                self.leaving[self.tail[lane]].append(lane)
        self.bans = set(bans)
        self.memory = max((len(ban) for ban in bans), default=2) - 1
        self.beginnings = {ban[:length] for ban in bans for length in range(1, len(ban))}
        self.state: dict[_Driven, int] = {}
        self.arcs: dict[tuple[int, int], float] = {}

    def end(self, lane: int) -> int:
        """The junction at which a lane ends."""
        return self.tail[lane ^ 1]

    def driven(self, before: _Driven, lane: int) -> _Driven | None:
        """The state after one more lane; None when it is forbidden."""
        lanes = (*before, lane)
        if any(lanes[-length:] in self.bans for length in range(2, len(lanes) + 1)):
            return None
        remembered = lanes[-self.memory :]
        while len(remembered) > 1 and remembered not in self.beginnings:
            remembered = remembered[1:]
        return remembered

    def seconds(self, origins: Snap, targets: Snap, limit: int) -> np.ndarray:
        """The tenths of a second (M, S) from places to services; infinite beyond the limit."""
        for lane in range(len(self.cost)):
            if self.cost[lane] is not None:
                self.explore((lane,))
        on_streets = _OnStreets(targets, self.tail, self.mode)
        first = len(self.state)
        states, size = first + len(targets.edge), first + len(targets.edge) + len(origins.edge)
        for driven, state in list(self.state.items()):
            # a state is the end of its lane: what lies there, and what lies along the lanes that may follow
            self.look_around(state, self.end(driven[-1]), driven, on_streets)
        for origin in np.flatnonzero(origins.edge >= 0):
            self.set_off(states + int(origin), int(origins.edge[origin]), float(origins.fraction[origin]), on_streets)
        arcs = sorted(self.arcs.items())
        ptr = np.searchsorted([start for (start, _), _ in arcs], np.arange(size + 1))
        ends = np.array([end for (_, end), _ in arcs], np.int64)
        matrix = csr_array((np.array([cost for _, cost in arcs]), ends, ptr), shape=(size, size))
        found = dijkstra(matrix, indices=np.arange(states, size), limit=float(limit))
        return found[:, first:states]

    def explore(self, start: _Driven) -> None:
        """Meet every state that follows on one."""
        pending = [start]
        while pending:
            driven = pending.pop()
            if driven not in self.state:
                self.state[driven] = len(self.state)
                following = (self.driven(driven, lane) for lane in self.leaving[self.end(driven[-1])])
                pending += [after for after in following if after is not None]

    def look_around(self, node: int, junction: int, driven: _Driven, services: _OnStreets) -> None:
        """Tie a node at a junction to what can be driven from there, and to what lies on the way."""
        for service in services.on_junction[junction]:
            self.tie(node, len(self.state) + service, services.off[service])
        for lane in self.leaving[junction]:
            after = self.driven(driven, lane)
            if after is not None:
                self.tie(node, self.state[after], self.cost[lane])
                for service, share in services.on_edge[lane >> 1]:
                    run = 1.0 - share if lane & 1 else share
                    self.tie(node, len(self.state) + service, _part(run, self.cost[lane], services.off[service]))

    def set_off(self, node: int, edge: int, share: float, services: _OnStreets) -> None:
        """Tie an address to what it reaches along its edge, and to the ends."""
        for service, own in services.on_edge[edge]:
            ahead = own - share
            cost = _part(abs(ahead), self.cost[2 * edge + (ahead < 0)], services.off[service])
            self.tie(node, len(self.state) + service, cost)
        for lane, run in ((2 * edge, 1.0 - share), (2 * edge + 1, share)):
            if run == 0.0:  # on a junction, come from nowhere
                self.look_around(node, self.end(lane), (), services)
            elif self.cost[lane] is not None:
                self.tie(node, self.state[lane,], _part(run, self.cost[lane]))

    def tie(self, start: int, end: int, cost: int | None) -> None:
        """Add an arc; of parallel arcs the cheapest stays, None is no arc."""
        if cost is not None:
            self.arcs[start, end] = min(float(cost), self.arcs.get((start, end), math.inf))


def _tenths(ms: int) -> int | None:
    return None if ms < 0 else max(1, (ms + 50) // 100)


def _part(share: float, tenths: int | None, more: int = 0) -> int | None:
    if share == 0.0:
        return more
    return None if tenths is None else math.floor(share * tenths + 0.5) + more


def _walked(off_m: float, mode: Mode) -> int:
    return math.floor(float(off_m) / mode.off_road_m_per_s * 10 + 0.5)
