"""From restrictions to the segments that they speak of: which stretch of street leads up to a turn, which leads on.

A *stride* is a segment in one direction: ``2 · segment`` from its start to its end, ``2 · segment + 1`` back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.contraction import Chains
from geo.splits import LaneSequence
from geo.streets import RawStreets, Segments
from geo.turns import NOT_LOADED, Outcome, Restriction, Sense, TurnRule

__all__ = ["TurnsAsked"]

_Strides = tuple[int, ...]


@dataclass(frozen=True)
class TurnsAsked:
    """What the restrictions forbid on the segments of a mode."""

    bans: Sequence[Sequence[_Strides]] = ()
    """For each restriction with an effect, the strides that must not follow each other: the first leads up to the turn,
    the last leads on; between them those over via ways."""
    nodes: Sequence[int] = ()
    """Where the turns begin and end: nodes that stay junctions."""
    others: Mapping[Outcome, int] = field(default_factory=dict)
    """How many restrictions have no effect, and why."""

    @classmethod
    def of(cls, raw: RawStreets, segments: Segments, rule: TurnRule | None) -> TurnsAsked:
        """Read every restriction for a mode; none where it has no rule."""
        if rule is None or not raw.restrictions:
            return cls()
        members = _Members(raw, segments)
        bans, nodes, others = [], set(), Counter[Outcome]()
        for restriction in raw.restrictions:
            sense = rule.read(restriction.tags)
            found = members.ban(restriction, sense) if isinstance(sense, Sense) else sense
            if isinstance(found, Outcome):
                others[found] += 1
            else:
                bans.append(found.sequences)
                nodes |= {found.begin, found.end}
        return cls(bans, sorted(nodes), others)

    def on_lanes(self, chains: Chains) -> list[list[LaneSequence]]:
        """Return the bans as lanes of edges; each chain is an edge of its own number."""
        return [[_lanes(strides, chains) for strides in sequences] for sequences in self.bans]


@dataclass(frozen=True)
class _Ban:
    sequences: Sequence[_Strides]
    begin: int
    end: int


class _Members:
    """Finds the strides of the members of restrictions."""

    def __init__(self, raw: RawStreets, segments: Segments) -> None:
        self._segments = segments
        ways = {way for r in raw.restrictions for way in (*r.from_ways, *r.to_ways, *r.via_ways)}
        nodes = {node for r in raw.restrictions for node in r.via_nodes}
        self._drawn = _rows_by_way(raw.segment_way, ways)
        self._from, self._to = raw.segment_from, raw.segment_to
        self._rows = _rows_by_way(segments.way, ways)
        at_node = np.isin(segments.start, sorted(nodes)) | np.isin(segments.end, sorted(nodes))
        self._at_node: dict[int, list[int]] = defaultdict(list)
        for row in np.flatnonzero(at_node).tolist():
            for node in (int(segments.start[row]), int(segments.end[row])):
                self._at_node[node].append(row)

    def ban(self, restriction: Restriction, sense: Sense) -> _Ban | Outcome:
        """Return what a restriction forbids, or why nothing."""
        path = self._path(restriction, sense)
        if isinstance(path, Outcome):
            return path
        begin, end = path[0], path[-1]
        leading_up = [self._strides(self._rows[way], begin, arriving=True) for way in restriction.from_ways]
        leading_on = [self._strides(self._rows[way], end, arriving=False) for way in restriction.to_ways]
        if sense is Sense.NO_U_TURN and restriction.from_ways == restriction.to_ways and begin == end:
            pairs: list[_Strides] = [(stride, stride ^ 1) for strides in leading_up for stride in strides]
            sequences = [pair for pair in pairs if pair[1] in leading_on[0]]
        elif any(len(strides) > 1 for strides in (*leading_up, *leading_on)):
            return Outcome.AMBIGUOUS
        else:
            before, after = {s for found in leading_up for s in found}, {s for found in leading_on for s in found}
            if sense is Sense.ONLY:
                if before and not after:
                    return Outcome.NO_WAY_OUT
                after = set(self._strides(self._at_node[begin], begin, arriving=False)) - after
            between = self._over(restriction.via_ways, path)
            sequences = [(b, *between, a) for b in sorted(before) for a in sorted(after)] if between is not None else []
        return _Ban(sequences, begin, end) if sequences else Outcome.NOTHING_TO_FORBID

    def _path(self, restriction: Restriction, sense: Sense) -> list[int] | Outcome:
        """Return the nodes from where the turn begins to where it ends: one, or all along the via ways."""
        ways, nodes = restriction.via_ways, restriction.via_nodes
        if not restriction.from_ways or not restriction.to_ways or (len(nodes) != 1 if nodes else not ways):
            return Outcome.INCOMPLETE
        if nodes and ways:
            return Outcome.INCOMPLETE
        if NOT_LOADED in (*restriction.from_ways, *restriction.to_ways, *ways, *nodes):
            return Outcome.NOT_LOADED
        if ways and sense is Sense.ONLY:
            return Outcome.ONLY_OVER_WAYS
        path = list(nodes) if nodes else self._along(ways, restriction.from_ways[0], restriction.to_ways[0])
        begins = path and all(self._touches(way, path[0]) for way in restriction.from_ways)
        if begins and all(self._touches(way, path[-1]) for way in restriction.to_ways):
            return path
        return Outcome.APART

    def _along(self, ways: Sequence[int], from_way: int, to_way: int) -> list[int]:
        """Return the nodes of via ways laid end to end, from one way to the other; empty where they do not meet."""
        first = self._nodes(ways[0])
        for begun in (first, first[::-1]):
            path = begun if begun and self._touches(from_way, begun[0]) else []
            for way in ways[1:]:
                nodes = self._nodes(way)
                ahead = next((n for n in (nodes, nodes[::-1]) if n[:1] == path[-1:]), [])
                path = path + ahead[1:] if path and ahead else []
            if path and self._touches(to_way, path[-1]):
                return path
        return []

    def _nodes(self, way: int) -> list[int]:
        """Return the nodes of a way in order; empty where it is interrupted."""
        rows = self._drawn[way]
        whole = all(self._to[a] == self._from[b] for a, b in pairwise(rows))
        return [int(self._from[rows[0]]), *(int(self._to[row]) for row in rows)] if rows and whole else []

    def _touches(self, way: int, node: int) -> bool:
        return any(node in (self._from[row], self._to[row]) for row in self._drawn[way])

    def _strides(self, rows: Iterable[int], node: int, *, arriving: bool) -> list[int]:
        """Return the open strides of some segments that arrive at a node, or leave it."""
        segments, found = self._segments, []
        for row in rows:
            at_start, at_end = segments.start[row] == node, segments.end[row] == node
            if segments.forward_ms[row] >= 0 and (at_end if arriving else at_start):
                found.append(2 * row)
            if segments.backward_ms[row] >= 0 and (at_start if arriving else at_end):
                found.append(2 * row + 1)
        return found

    def _over(self, ways: Sequence[int], path: Sequence[int]) -> _Strides | None:
        """Return the strides along a path of nodes; None where one is closed."""
        rows = [row for way in ways for row in self._rows[way]]
        between = []
        for a, b in pairwise(path):
            strides = set(self._strides(rows, a, arriving=False)) & set(self._strides(rows, b, arriving=True))
            if not strides:
                return None
            between.append(min(strides))
        return tuple(between)


def _rows_by_way(way_of: NDArray[np.int32], ways: set[int]) -> dict[int, list[int]]:
    """Return the rows of some ways, ascending; an empty list for a way that has none."""
    rows: dict[int, list[int]] = {way: [] for way in ways}
    for row in np.flatnonzero(np.isin(way_of, sorted(ways))).tolist():
        rows[int(way_of[row])].append(row)
    return rows


def _lanes(strides: _Strides, chains: Chains) -> LaneSequence:
    """Return the lanes that strides run along; a lane over several of the via strides counts once."""
    lanes = [2 * int(chains.of_segment[s >> 1]) + (s & 1 ^ int(chains.flipped[s >> 1])) for s in strides]
    via = [lane for at, lane in enumerate(lanes[1:-1]) if at == 0 or lane != lanes[at]]
    return (lanes[0], *via, lanes[-1])
