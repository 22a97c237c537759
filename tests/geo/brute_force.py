"""The nearest services of addresses by brute force: another road to the numbers of ``AccessField``.

Every service and every address becomes a node of one graph, tied by arcs to the ends of its edge, and an address to
each service on its own edge. Then scipy's Dijkstra runs from every address over the whole graph, in the direction of
travel, and the distances to all services are sorted. No hierarchy, no sweep, no labels, no merging; the costs are
computed here from the milliseconds, once more, in plain Python.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.fields import ServicePoints
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.snapping import Snap

__all__ = ["nearest_by_brute_force"]


def nearest_by_brute_force(
    network: StreetNetwork, mode: Mode, points: ServicePoints, addresses: Snap, ks: tuple[int, ...], cutoff_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return (seconds (M, C, 5), rows (M, C, 5)) as ``AccessField.at`` should: NaN and −1 where there is nothing."""
    graph = _SplitGraph(network, mode, points, addresses)
    cutoff = round(cutoff_s * 10)
    reached = graph.from_addresses(cutoff)
    seconds = np.full((len(addresses.edge), len(ks), 5), np.nan)
    rows = np.full((len(addresses.edge), len(ks), 5), -1)
    members = [np.flatnonzero(points.category == category) for category in range(len(ks))]
    for address in np.flatnonzero(addresses.edge >= 0):
        extra = _walked(addresses.off_m[address], mode) + round(mode.fixed_s * 10)
        for category, k in enumerate(ks):
            total = reached[address, members[category]] + extra
            row = points.row[members[category]]
            best = [at for at in np.lexsort((row, total))[:k] if total[at] <= cutoff]
            seconds[address, category, : len(best)] = total[best] / 10
            rows[address, category, : len(best)] = row[best]
    return seconds, rows


class _SplitGraph:
    """Junctions first, then services, then addresses."""

    def __init__(self, network: StreetNetwork, mode: Mode, points: ServicePoints, addresses: Snap) -> None:
        self.cost: dict[tuple[int, int], int] = {}
        self.mode = mode
        self.first_service = network.junctions
        self.first_address = network.junctions + len(points.row)
        self.size = self.first_address + len(addresses.edge)
        self.edges = [
            (int(start), int(end), _tenths(int(forward)), _tenths(int(backward)))
            for start, end, forward, backward in zip(
                network.edge_from, network.edge_to, network.forward_ms, network.backward_ms, strict=True
            )
        ]
        for start, end, forward, backward in self.edges:
            self.tie(start, end, forward)
            self.tie(end, start, backward)
        for service in np.flatnonzero(points.snap.edge >= 0):
            self.add_service(int(service), points.snap)
        for address in np.flatnonzero(addresses.edge >= 0):
            self.add_address(int(address), addresses, points.snap)

    def tie(self, start: int, end: int, cost: int | None) -> None:
        """Add an arc; of parallel arcs the cheapest stays, None is no arc."""
        if cost is not None:
            self.cost[start, end] = min(cost, self.cost.get((start, end), cost))

    def add_service(self, service: int, services: Snap) -> None:
        start, end, forward, backward = self.edges[services.edge[service]]
        share, off = float(services.fraction[service]), _walked(services.off_m[service], self.mode)
        self.tie(start, self.first_service + service, _part(share, forward, off))
        self.tie(end, self.first_service + service, _part(1.0 - share, backward, off))

    def add_address(self, address: int, addresses: Snap, services: Snap) -> None:
        edge, share, node = addresses.edge[address], float(addresses.fraction[address]), self.first_address + address
        start, end, forward, backward = self.edges[edge]
        self.tie(node, start, _part(share, backward))
        self.tie(node, end, _part(1.0 - share, forward))
        for service in np.flatnonzero(services.edge == edge):
            ahead = float(services.fraction[service]) - share
            off = _walked(services.off_m[service], self.mode)
            self.tie(
                node, self.first_service + int(service), _part(abs(ahead), forward if ahead >= 0 else backward, off)
            )

    def from_addresses(self, limit: int) -> np.ndarray:
        """Return the tenths of a second (M, S) from addresses to services; infinite beyond the limit."""
        arcs = sorted(self.cost.items())  # laid out by hand: scipy would add parallel arcs up; zeros stay, as arcs
        ptr = np.searchsorted([start for (start, _), _ in arcs], np.arange(self.size + 1))
        ends = np.array([end for (_, end), _ in arcs], np.int64)
        matrix = csr_array((np.array([float(cost) for _, cost in arcs]), ends, ptr), shape=(self.size, self.size))
        addresses = np.arange(self.first_address, self.size)
        return dijkstra(matrix, indices=addresses, limit=float(limit))[:, self.first_service : self.first_address]


def _tenths(ms: int) -> int | None:
    return None if ms < 0 else max(1, (ms + 50) // 100)


def _part(share: float, tenths: int | None, more: int = 0) -> int | None:
    """Cost of a share of an edge and `more`; None where the edge is closed and there is something to run."""
    if share == 0.0:
        return more
    return None if tenths is None else math.floor(share * tenths + 0.5) + more


def _walked(off_m: float, mode: Mode) -> int:
    return math.floor(float(off_m) / mode.off_road_m_per_s * 10 + 0.5)
