"""Streets that obey the restrictions, without those that the restrictions cut off.

A forbidden turn may be the only way into a street, or out of it. Such a street is treated like one outside the main
component: whoever started there could not come back, so no place snaps to it, and its metres count as lost.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Int32s
from geo.contraction import Chains, contract
from geo.splits import LaneSequence, Splits, split_junctions
from geo.streets import RawStreets, Segments
from geo.turn_members import TurnsAsked
from geo.turns import Outcome, TurnReport, TurnRule

__all__ = ["obeying", "open_lanes"]


def obeying(
    raw: RawStreets, segments: Segments, rule: TurnRule | None
) -> tuple[Segments, Chains, list[list[LaneSequence]], TurnReport | None]:
    """Contract the segments so that turns can be restricted, and leave out what the restrictions cut off.

    Parameters
    ----------
    segments
        Of the main components.
    rule
        Which restrictions bind the mode; None: none does.

    Returns
    -------
    segments
        Those that stay.
    chains
        Of these segments.
    bans
        For each restriction that is obeyed, the sequences of lanes that it forbids; a chain's lanes are numbered like
        an edge's.
    report
        None without a rule.
    """
    edges_cut_off = 0
    while True:
        asked = TurnsAsked.of(raw, segments, rule)
        chains = contract(segments, asked.nodes)
        bans = asked.on_lanes(chains)
        streets = _Streets.of(chains)
        splits, left_out = split_junctions(
            len(segments.node_lonlat), streets.edge_from, streets.edge_to, streets.is_open, bans
        )
        stays = streets.connected(splits, segments, chains) if splits.count else np.ones(streets.edge_from.size, bool)
        if stays.all():
            break
        edges_cut_off += int((~stays).sum())
        segments = segments.only(stays[chains.of_segment])
    heeded = [ban for index, ban in enumerate(bans) if index not in left_out]
    if rule is None:
        return segments, chains, heeded, None
    outcomes = Counter(asked.others) + Counter({Outcome.APPLIED: len(heeded), Outcome.NO_WAY_OUT: len(left_out)})
    return segments, chains, heeded, TurnReport.of(outcomes, edges_cut_off)


def open_lanes(forward_ms: NDArray[np.number], backward_ms: NDArray[np.number]) -> NDArray[np.bool_]:
    """Return for each lane (2E,) whether it may be used, from the costs (E,) of both directions."""
    return np.stack([forward_ms >= 0, backward_ms >= 0], axis=1).reshape(-1)


class _Streets(NamedTuple):
    """Chains as edges between nodes."""

    edge_from: Int32s
    edge_to: Int32s
    is_open: NDArray[np.bool_]
    """(2E,) by lane."""

    @classmethod
    def of(cls, chains: Chains) -> _Streets:
        begin, end = chains.vertex_ptr[:-1], chains.vertex_ptr[1:] - 1
        is_open = open_lanes(chains.forward_ms, chains.backward_ms)
        return cls(chains.vertex_node[begin], chains.vertex_node[end], is_open)

    def connected(self, splits: Splits, segments: Segments, chains: Chains) -> NDArray[np.bool_]:
        """Return the edges (E,) that somebody in the main component of their area can get to, and come back from.

        One gets to an edge by any of its lanes that leaves where one can get to, and comes back by any that ends where
        one can come back from, begun on the edge itself.
        """
        # A service that only reads networks starts without scipy.
        from scipy.sparse import coo_array  # noqa: PLC0415
        from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

        lane, tail, head = splits.lane_ends(self.edge_from, self.edge_to)
        may_use = self.is_open[lane]
        lane, tail, head = lane[may_use], tail[may_use], head[may_use]
        size, started = len(segments.node_lonlat) + splits.count, lane.size - self._split_lanes(splits)
        arcs = coo_array((np.ones(lane.size, np.int8), (tail, head)), shape=(size, size)).tocsr()
        _, component = connected_components(arcs, directed=True, connection="strong")
        area = np.zeros(self.edge_from.size, np.int32)
        area[chains.of_segment] = segments.area
        inside = component[tail] == component[head]
        stays = np.zeros(self.edge_from.size, np.bool_)
        for own in range(segments.areas):
            here = inside & (area[lane >> 1] == own)
            if not here.any():
                continue
            weight = np.bincount(component[tail[here]], weights=chains.length_m[lane[here] >> 1])
            main = int(np.flatnonzero(component == weight.argmax())[0])
            can_reach, can_return = _reached(arcs, main), _reached(arcs.T.tocsr(), main)
            into, back = np.zeros_like(stays), np.zeros_like(stays)
            into[lane[can_reach[tail]] >> 1] = True
            back[lane[:started][can_return[head[:started]]] >> 1] = True
            stays |= into & back
        return stays

    def _split_lanes(self, splits: Splits) -> int:
        return int(self.is_open[splits.lane].sum())


def _reached(arcs: Any, start: int) -> NDArray[np.bool_]:
    from scipy.sparse.csgraph import breadth_first_order  # noqa: PLC0415

    reached = np.zeros(arcs.shape[0], np.bool_)
    reached[breadth_first_order(arcs, start, return_predecessors=False)] = True
    return reached
