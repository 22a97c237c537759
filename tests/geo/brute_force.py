"""The nearest services by brute force over lanes: another road to the numbers of ``AccessField``.

A *lane* is an edge in one direction. A node of the graph is somebody at the end of a lane that he has just driven, and
of so many lanes before as a forbidden sequence can remember; an arc is one more lane, where no sequence forbids it.
Beside these stand the junctions (somebody who has driven nothing yet), every service and every address. scipy's
Dijkstra runs from every address over the whole graph, in the direction of travel, and the distances to all services are
sorted. No hierarchy, no sweep, no labels, no merging, no split junction; the costs are computed here from the
milliseconds, once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import dijkstra

from geo.fields import ServicePoints
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.snapping import Snap

__all__ = ["Ban", "LaneTurns", "Lanes", "nearest_by_brute_force", "nearest_of_junctions"]

Ban = tuple[int, ...]
"""Lanes that must not follow each other."""
_AT_A_TIME = 32


@dataclass(frozen=True)
class Lanes:
    """Edges in both directions: lane 2 · e and 2 · e + 1, which is ``lane ^ 1``, are edge e."""

    tail: np.ndarray
    """(2E,) junction where each begins."""
    head: np.ndarray
    """(2E,) junction where it ends."""
    ms: np.ndarray
    """(2E,) −1 = forbidden."""
    bans: tuple[Ban, ...]

    @classmethod
    def of(cls, network: StreetNetwork) -> Lanes:
        """The edges of a network, whose splits are not looked at: no turn is forbidden."""
        tail = np.stack([network.edge_from, network.edge_to], axis=1).reshape(-1).astype(np.int64)
        head = np.stack([network.edge_to, network.edge_from], axis=1).reshape(-1).astype(np.int64)
        return cls(tail, head, np.stack([network.forward_ms, network.backward_ms], axis=1).reshape(-1), ())

    @property
    def junctions(self) -> int:
        return int(max(self.tail.max(initial=-1), self.head.max(initial=-1))) + 1

    @property
    def tenths(self) -> np.ndarray:
        """(2E,) −1 = forbidden."""
        return np.where(self.ms < 0, -1, np.maximum(1, (self.ms.astype(np.int64) + 50) // 100))

    def obeying(self, restrictions: Sequence[Sequence[Ban]]) -> Lanes:
        """Forbid what restrictions forbid, but those that leave somebody nowhere to go: of several the last."""
        left = dict(enumerate(restrictions))
        while True:
            lanes = replace(self, bans=tuple(dict.fromkeys(ban for bans in left.values() for ban in bans)))
            stuck = LaneTurns(lanes).stuck()
            trapping = {
                max(number for number, bans in left.items() if any(state[-len(ban) + 1 :] == ban[:-1] for ban in bans))
                for state in stuck
            }
            if not trapping:
                return lanes
            left = {number: bans for number, bans in left.items() if number not in trapping}

    def reordered(self, order: np.ndarray, tail: np.ndarray) -> Lanes:
        """The same lanes by other numbers; `tail` says what their junctions are to be called."""
        number = np.empty(order.size, np.int64)
        number[order] = np.arange(order.size)
        name = dict(zip(self.tail[order].tolist(), tail.tolist(), strict=True))
        assert [name[junction] for junction in self.tail[order].tolist()] == tail.tolist(), "junctions run together"
        head = np.array([name[junction] for junction in self.head[order].tolist()])
        bans = tuple(tuple(int(number[lane]) for lane in ban) for ban in self.bans)
        return Lanes(tail.astype(np.int64), head, self.ms[order], bans)


class LaneTurns:
    """Which lane may follow on which: states, and arcs between them.

    The first 2E states are the lanes, driven after nothing that matters; behind them come the longer beginnings of
    forbidden sequences.
    """

    def __init__(self, lanes: Lanes) -> None:
        self._bans, self._open = set(lanes.bans), lanes.ms >= 0
        longer = sorted({ban[:n] for ban in lanes.bans for n in range(2, len(ban))})
        self._driven = longer
        self._number = {driven: lanes.tail.size + at for at, driven in enumerate(longer)}
        self.lane = np.concatenate([np.arange(lanes.tail.size), np.array([d[-1] for d in longer], np.int64)])
        """(S,) the lane that a state has driven last."""
        first = {ban[0] for ban in lanes.bans}
        bound = np.isin(self.lane, sorted(first)) | (np.arange(self.lane.size) >= lanes.tail.size)
        self._bound = bound.nonzero()[0].tolist()
        self._leaving: dict[int, list[int]] = defaultdict(list)
        for lane in self._open.nonzero()[0].tolist():
            self._leaving[int(lanes.tail[lane])].append(lane)
        self._head = lanes.head
        before, after = _joined(lanes.head, lanes.tail)
        plain = self._open[before] & self._open[after] & ~bound[before]
        arcs = [
            (state, self._state((*self._path(state), lane)), lane) for state in self._bound for lane in self._on(state)
        ]
        table = np.array(arcs, np.int64).reshape(-1, 3)
        self.before = np.concatenate([before[plain], table[:, 0]])
        """(T,) state."""
        self.after = np.concatenate([after[plain], table[:, 1]])
        """(T,) the state that follows on it."""
        self.by = np.concatenate([after[plain], table[:, 2]])
        """(T,) the lane that is driven meanwhile."""

    @property
    def states(self) -> int:
        return self.lane.size

    def stuck(self) -> list[Ban]:
        """What those have driven who may go nowhere for all that is forbidden to them."""
        return [self._path(state) for state in self._bound if self._open[self.lane[state]] and not self._on(state)]

    def _path(self, state: int) -> Ban:
        longer = state - (self.lane.size - len(self._driven))
        return self._driven[longer] if longer >= 0 else (state,)

    def _on(self, state: int) -> list[int]:
        path = self._path(state)
        if not self._open[path[-1]]:
            return []
        return [lane for lane in self._leaving[int(self._head[path[-1]])] if not self._forbidden((*path, lane))]

    def _forbidden(self, path: Ban) -> bool:
        return any(path[-n:] in self._bans for n in range(2, len(path) + 1))

    def _state(self, path: Ban) -> int:
        """The state that remembers most of a path."""
        return next((self._number[path[n:]] for n in range(len(path) - 1) if path[n:] in self._number), path[-1])


class _Graph:
    """States first, then junctions, services and addresses."""

    def __init__(self, lanes: Lanes, junctions: int, mode: Mode, services: Snap, addresses: Snap) -> None:
        self.lanes, self.mode, self.turns = lanes, mode, LaneTurns(lanes)
        self.first_junction = self.turns.states
        self.first_service = self.first_junction + junctions
        self.first_address = self.first_service + len(services.edge)
        self.size = self.first_address + len(addresses.edge)
        self.arcs: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        tenths = lanes.tenths
        self.tie(self.turns.before, self.turns.after, tenths[self.turns.by])
        (usable,) = (tenths >= 0).nonzero()
        self.tie(self.first_junction + lanes.tail[usable], usable, tenths[usable])
        self.entering = csc_array(
            (np.ones(self.turns.by.size), (self.turns.before, self.turns.by)), (self.turns.states, lanes.tail.size)
        )
        self.add_services(services)
        self.add_addresses(addresses, services)

    def tie(self, start: np.ndarray, end: np.ndarray, cost: np.ndarray) -> None:
        self.arcs.append((start, end, np.broadcast_to(cost, start.shape).astype(np.float64)))

    def add_services(self, services: Snap) -> None:
        on = np.flatnonzero(services.edge >= 0)
        share, off = services.fraction[on], _walked(services.off_m[on], self.mode)
        for side, run in ((0, share), (1, 1.0 - share)):
            lane = 2 * services.edge[on].astype(np.int64) + side
            there, cost, begins = self.first_service + on, self.part(run, lane) + off, self.lanes.tail[lane]
            tied = (run == 0.0) | (self.lanes.ms[lane] >= 0)
            self.tie(self.first_junction + begins[tied], there[tied], cost[tied])
            stands, runs = (run == 0.0).nonzero()[0], ((run != 0.0) & tied).nonzero()[0]
            state, which = _joined(self.lanes.head[self.turns.lane], begins[stands])
            self.tie(state, there[stands[which]], cost[stands[which]])
            enter = self.entering[:, lane[runs]].tocoo()
            self.tie(enter.row, there[runs[enter.col]], cost[runs[enter.col]])

    def add_addresses(self, addresses: Snap, services: Snap) -> None:
        on = np.flatnonzero(addresses.edge >= 0)
        edge, share, here = addresses.edge[on].astype(np.int64), addresses.fraction[on], self.first_address + on
        for lane, run in ((2 * edge, 1.0 - share), (2 * edge + 1, share)):
            stands, runs = run == 0.0, (run != 0.0) & (self.lanes.ms[lane] >= 0)
            self.tie(here[stands], self.first_junction + self.lanes.head[lane[stands]], np.zeros(int(stands.sum())))
            self.tie(here[runs], lane[runs], self.part(run[runs], lane[runs]))
        which, service = _joined(edge, np.where(services.edge >= 0, services.edge, -1))
        ahead = services.fraction[service] - share[which]
        lane = 2 * edge[which] + (ahead < 0)
        tied = (ahead == 0) | (self.lanes.ms[lane] >= 0)
        cost = self.part(np.abs(ahead), lane) + _walked(services.off_m[service], self.mode)
        self.tie(here[which[tied]], self.first_service + service[tied], cost[tied])

    def part(self, share: np.ndarray, lane: np.ndarray) -> np.ndarray:
        """Cost of a share of lanes; nothing where there is nothing to run."""
        return np.floor(share * np.maximum(self.lanes.tenths[lane], 0) + 0.5)

    def matrix(self) -> csr_array:
        """Of parallel arcs the cheapest; laid out by hand, since scipy adds parallel arcs up. Zeros stay, as arcs."""
        start, end, cost = (np.concatenate(column) for column in zip(*self.arcs, strict=True))
        order = np.lexsort((cost, end, start))
        start, end, cost = start[order], end[order], cost[order]
        first = np.ones(start.size, bool)
        first[1:] = (np.diff(start) != 0) | (np.diff(end) != 0)
        ptr = np.searchsorted(start[first], np.arange(self.size + 1))
        return csr_array((cost[first], end[first], ptr), shape=(self.size, self.size))


def nearest_by_brute_force(
    lanes: Lanes, mode: Mode, points: ServicePoints, addresses: Snap, ks: Sequence[int], cutoff_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return (seconds (M, C, 5), rows (M, C, 5)) as ``AccessField.at`` should: NaN and −1 where there is nothing."""
    graph = _Graph(lanes, lanes.junctions, mode, points.snap, addresses)
    matrix, cutoff = graph.matrix(), round(cutoff_s * 10)
    seconds = np.full((len(addresses.edge), len(ks), 5), np.nan)
    rows = np.full((len(addresses.edge), len(ks), 5), -1)
    members = [np.flatnonzero(points.category == category) for category in range(len(ks))]
    on = np.flatnonzero(addresses.edge >= 0)
    for at in range(0, on.size, _AT_A_TIME):
        some = on[at : at + _AT_A_TIME]
        found = dijkstra(matrix, indices=graph.first_address + some, limit=float(cutoff))
        found = found[:, graph.first_service : graph.first_address]
        for address, reached in zip(some.tolist(), found, strict=True):
            extra = int(_walked(addresses.off_m[address], mode)) + round(mode.fixed_s * 10)
            for category, k in enumerate(ks):
                total, row = _sooner(reached[members[category]] + extra, points.row[members[category]])
                best = [i for i in np.lexsort((row, total))[:k] if total[i] <= cutoff]
                seconds[address, category, : len(best)] = total[best] / 10
                rows[address, category, : len(best)] = row[best]
    return seconds, rows


def nearest_of_junctions(
    lanes: Lanes, junctions: int, mode: Mode, services: Snap, row: np.ndarray, k: int, cutoff_s: float
) -> np.ndarray:
    """Return the records (N, k, 2) of one category at each junction, where somebody sets off; 65,535 = none.

    One Dijkstra from every way into a service, against the direction of travel; `row` is the service that it leads to.
    """
    nowhere = Snap(*(np.zeros(shape, dtype) for shape, dtype in ((0, int), (0, float), (0, float), ((0, 2), float))))
    graph = _Graph(lanes, junctions, mode, services, nowhere)
    matrix, cutoff = graph.matrix().T.tocsr(), round(cutoff_s * 10)
    nearest = np.full((junctions, int(row.max(initial=-1)) + 1 + k), np.inf)
    for way_in, service in enumerate(row.tolist()):
        cost = dijkstra(matrix, indices=graph.first_service + way_in, limit=float(cutoff))
        label = cost[graph.first_junction : graph.first_service] * 65_536 + service
        nearest[:, service] = np.minimum(nearest[:, service], label)
    nearest = np.sort(nearest, axis=1)[:, :k]
    found = np.isfinite(nearest)
    whole = np.where(found, nearest, 0).astype(np.int64)
    return np.where(found[..., None], np.stack([whole >> 16, whole & 65_535], axis=-1), 65_535).astype(np.uint16)


def _sooner(total: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of several ways into a service the soonest: each row once."""
    order = np.lexsort((total, row))
    first = order[np.diff(row[order], prepend=-1) != 0]
    return total[first], row[first]


def _joined(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs (i, j) with ``left[i] == right[j]``, but for −1."""
    order = np.argsort(right, kind="stable")
    low, high = (np.searchsorted(right[order], left, side) for side in ("left", "right"))
    count = np.where(left >= 0, high - low, 0)
    which = np.repeat(np.arange(left.size), count)
    within = np.arange(which.size) - np.repeat(np.cumsum(count) - count, count)
    return which, order[low[which] + within]


def _walked(off_m: np.ndarray, mode: Mode) -> np.ndarray:
    return np.floor(off_m / mode.off_road_m_per_s * 10 + 0.5)
