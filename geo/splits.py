"""Junctions split where turns are restricted, so that every search and sweep obeys without knowing.

A *lane* is an edge in one direction: ``2 · edge`` forward, ``2 · edge + 1`` backward, so that ``lane ^ 1`` turns
round. A restriction is a *sequence* of lanes, each beginning where the one before ends: who has driven all but the last
may not take the last. What somebody still may not do when he arrives depends on the lane that brings him, and on what
he drove before; where that is anything at all, the lane ends not at its junction but at a *split* of it: another
junction at the same place, left by the lanes that stay allowed. A junction itself is where all trips begin that start
there, and where those arrive whom nothing binds. Two arrivals at one junction that are bound alike share a split.

An edge stays one edge, whatever its lanes do: places snap to it as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Int32s, Int64s, open_arrays, save_arrays

__all__ = ["LaneSequence", "Splits", "split_junctions"]

LaneSequence = tuple[int, ...]
_Bound = frozenset[LaneSequence]
"""What somebody may not do any more: the rests of all sequences of which he has driven the beginning."""
_State = tuple[int, _Bound]
"""A junction, and what somebody who arrives there may not do."""
_FREE: _Bound = frozenset()


@dataclass(frozen=True)
class Splits:
    """The split junctions of a network of N junctions and E edges."""

    junction: Int32s
    """(S,) the splits, as junctions of the network: its last ones."""
    of: Int32s
    """(S,) the junction that each is a split of, ascending."""
    arrive_from: Int32s
    """(E,) where somebody who started on the edge arrives at its ``edge_from``: the junction or a split of it."""
    arrive_to: Int32s
    """(E,) where somebody who started on the edge arrives at its ``edge_to``."""
    lane: Int64s
    """(X,) lanes that leave a split, ascending. They cost what their edge costs, and are closed when it is."""
    tail: Int32s
    """(X,) the split that each leaves."""
    head: Int32s
    """(X,) where each arrives: its junction or a split of it."""

    @classmethod
    def none(cls, edge_from: Int32s, edge_to: Int32s) -> Splits:
        """Return what a network without restrictions has: no split, and lanes that end at their junctions (E,)."""
        nothing = np.zeros(0, np.int32)
        return cls(nothing, nothing, edge_from, edge_to, np.zeros(0, np.int64), nothing, nothing)

    def save(self, folder: Path) -> None:
        """Write one ``split_*.npy`` file per array; the same splits give the same bytes."""
        save_arrays(folder, {_PREFIX + name: getattr(self, name) for name in _DTYPES})

    @classmethod
    def open(cls, folder: Path) -> Splits | None:
        """Map what :meth:`save` wrote into a folder; None when it wrote nothing there.

        Raises
        ------
        SnapshotCorrupt
            When a file is missing or unreadable.
        """
        if not any(folder.glob(f"{_PREFIX}*.npy")):
            return None
        arrays = open_arrays(folder, {_PREFIX + name: dtype for name, dtype in _DTYPES.items()})
        return cls(**{name.removeprefix(_PREFIX): array for name, array in arrays.items()})

    def lane_ends(self, edge_from: Int32s, edge_to: Int32s) -> tuple[Int64s, Int32s, Int32s]:
        """Return every lane of the network, open or not, as often as there are junctions that it leaves.

        Parameters
        ----------
        edge_from, edge_to
            (E,) junctions of the network's edges.

        Returns
        -------
        lane, tail, head: (2E + X,) each; all edges forward, all backward, then what leaves the splits.
        """
        forward = 2 * np.arange(edge_from.size, dtype=np.int64)
        lane = np.concatenate([forward, forward + 1, self.lane])
        tail = np.concatenate([edge_from, edge_to, self.tail])
        head = np.concatenate([self.arrive_to, self.arrive_from, self.head])
        return lane, tail, head

    def that_enter(self, lane: Int64s) -> tuple[Int64s, Int32s]:
        """Find the splits from which lanes may be entered, beside the junctions where they begin.

        Parameters
        ----------
        lane
            (M,)

        Returns
        -------
        which, split: (R,) each; ``split`` is one from which ``lane[which]`` may be entered.
        """
        which, at = _in_ranges(self.lane, lane)
        return which, self.tail[at]

    def at(self, junction: Int32s) -> tuple[Int64s, Int32s]:
        """Find the splits of junctions (M,), like :meth:`that_enter`."""
        which, at = _in_ranges(self.of, junction)
        return which, self.junction[at]

    @property
    def count(self) -> int:
        """How many splits there are."""
        return self.of.size

    def belongs_to(self, junctions: int, edges: int) -> bool:
        """Whether the arrays fit each other and a network of so many junctions, splits included, and edges."""
        return (
            self.arrive_from.size == self.arrive_to.size == edges
            and self.lane.size == self.tail.size == self.head.size
            and self.junction.size == self.of.size <= junctions
        )


def _in_ranges(ascending: NDArray[Any], wanted: NDArray[Any]) -> tuple[Int64s, Int64s]:
    """Return all pairs (i, j) with ``ascending[j] == wanted[i]``."""
    first = np.searchsorted(ascending, wanted, "left").astype(np.int64)
    count = np.searchsorted(ascending, wanted, "right") - first
    which = np.repeat(np.arange(len(wanted), dtype=np.int64), count)
    within = np.arange(which.size) - np.repeat(np.cumsum(count) - count, count)
    return which, first[which] + within


_PREFIX = "split_"
_DTYPES: dict[str, type[np.generic]] = {
    field.name: np.int64 if field.name == "lane" else np.int32 for field in fields(Splits)
}


def split_junctions(
    junctions: int,
    edge_from: Int32s,
    edge_to: Int32s,
    is_open: NDArray[np.bool_],
    bans: Sequence[Sequence[LaneSequence]],
) -> tuple[Splits, frozenset[int]]:
    """Split the junctions of a network at which sequences of lanes are forbidden.

    Parameters
    ----------
    junctions
        How many there are, without splits.
    edge_from, edge_to
        (E,) junctions.
    is_open
        (2E,) by lane, whether it may be used.
    bans
        The sequences of each restriction, of two open lanes at least. A restriction that leaves somebody nowhere to go
        is left out; of several that do so together, the last.

    Returns
    -------
    Splits
    frozenset of int
        The restrictions that were left out, as indices.
    """
    left_out: set[int] = set()
    while True:
        heeded = {index: sequences for index, sequences in enumerate(bans) if index not in left_out}
        arrivals = _Arrivals(edge_from, edge_to, is_open, heeded)
        trapping = arrivals.trapping()
        if not trapping:
            return arrivals.splits(junctions), frozenset(left_out)
        left_out |= trapping


@dataclass(frozen=True, slots=True)
class _Departure:
    """A lane that somebody who is bound may take."""

    lane: int
    tail: _State
    head: _State


class _Arrivals:
    """All ways to arrive somewhere bound by a restriction, and the lanes that are open from there."""

    def __init__(
        self,
        edge_from: Int32s,
        edge_to: Int32s,
        is_open: NDArray[np.bool_],
        bans: Mapping[int, Sequence[LaneSequence]],
    ) -> None:
        self._edge_from, self._edge_to, self._bans = edge_from, edge_to, bans
        self._begun: dict[int, set[LaneSequence]] = defaultdict(set)
        for sequences in bans.values():
            for sequence in sequences:
                self._begun[sequence[0]].add(sequence[1:])
        self._open_at = self._open_lanes(is_open)
        self._brought_by: dict[_State, int] = {}
        """Each state that binds, with one of the lanes that lead to it."""
        self._departures = list(self._explore())

    def trapping(self) -> set[int]:
        """Return a restriction for each state from which no lane leads on."""
        left = {departure.tail for departure in self._departures}
        found = set()
        for state, lane in self._brought_by.items():
            if state not in left:
                found.add(max(index for index, own in self._bans.items() if _any_ends(own, lane, state[1])))
        return found

    def splits(self, junctions: int) -> Splits:
        """Give each state that binds a number, and lay everything out."""
        states = sorted(self._brought_by, key=lambda state: (state[0], sorted(state[1])))
        number = {state: junctions + index for index, state in enumerate(states)}
        arrive_from, arrive_to = self._edge_from.copy(), self._edge_to.copy()
        for lane in self._begun:
            arrive = arrive_from if lane & 1 else arrive_to
            arrive[lane >> 1] = number[self._after(lane, _FREE)]
        leaving = sorted((d.lane, number[d.tail], number.get(d.head, d.head[0])) for d in self._departures)
        table = np.array(leaving, np.int64).reshape(-1, 3)
        return Splits(
            junction=np.arange(junctions, junctions + len(states), dtype=np.int32),
            of=np.array([junction for junction, _ in states], np.int32),
            arrive_from=arrive_from,
            arrive_to=arrive_to,
            lane=table[:, 0].copy(),
            tail=table[:, 1].astype(np.int32),
            head=table[:, 2].astype(np.int32),
        )

    def _explore(self) -> Iterator[_Departure]:
        pending: list[_State] = []

        def arrive(lane: int, state: _State) -> None:
            if state[1] and state not in self._brought_by:
                self._brought_by[state] = lane
                pending.append(state)

        for lane in sorted(self._begun):
            arrive(lane, self._after(lane, _FREE))
        while pending:
            tail = pending.pop()
            for lane in self._open_at[tail[0]]:
                if (lane,) not in tail[1]:
                    head = self._after(lane, tail[1])
                    arrive(lane, head)
                    yield _Departure(lane, tail, head)

    def _after(self, lane: int, bound: _Bound) -> _State:
        """Where somebody is, and what binds him there, who takes a lane while he is bound."""
        begun: set[LaneSequence] = self._begun.get(lane, set())
        return self._head(lane), frozenset({rest[1:] for rest in bound if rest[0] == lane} | begun)

    def _head(self, lane: int) -> int:
        return int((self._edge_from if lane & 1 else self._edge_to)[lane >> 1])

    def _open_lanes(self, is_open: NDArray[np.bool_]) -> dict[int, list[int]]:
        """Return the open lanes that leave each junction at which somebody may be bound, ascending."""
        bound_at = {self._head(lane) for sequences in self._bans.values() for s in sequences for lane in s[:-1]}
        tails = np.stack([self._edge_from, self._edge_to], axis=1).reshape(-1)
        lanes = np.flatnonzero(is_open & np.isin(tails, sorted(bound_at)))
        open_at: dict[int, list[int]] = defaultdict(list)
        for lane, tail in zip(lanes.tolist(), tails[lanes].tolist(), strict=True):
            open_at[tail].append(lane)
        return open_at


def _any_ends(sequences: Sequence[LaneSequence], lane: int, bound: _Bound) -> bool:
    """Whether a sequence forbids, to somebody whom a lane has brought, what he may not do."""
    return any(sequence[-2] == lane and sequence[-1:] in bound for sequence in sequences)
