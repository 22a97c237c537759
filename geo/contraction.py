"""Degree-2 contraction: chains of segments that offer no choice become one edge."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.streets import Segments

__all__ = ["Chains", "contract"]

_Rows = NDArray[np.int32]
_Ptr = NDArray[np.int64]
_Flags = NDArray[np.bool_]
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chains:
    """Edges between junctions, each a chain of segments; costs are sums that nobody has rounded yet."""

    forward_ms: NDArray[np.float64]
    """(E,) from the first node of the chain to the last; −1 when forbidden."""
    backward_ms: NDArray[np.float64]
    """(E,) from the last node of the chain to the first; −1 when forbidden."""
    length_m: NDArray[np.float64]
    """(E,) metres on the ground."""
    vertex_ptr: NDArray[np.int64]
    """(E + 1,) where each chain starts in ``vertex_*``."""
    vertex_node: NDArray[np.int32]
    """(V,) the nodes of each chain, its two junctions included."""
    vertex_share: NDArray[np.float64]
    """(V,) share of the chain's cost up to each node: from 0 up to 1."""
    vertex_segment: NDArray[np.int32]
    """(V,) the segment that leads on from each node of a chain; −1 at its last."""
    of_segment: NDArray[np.int32]
    """(S,) the chain that each segment is in."""
    flipped: NDArray[np.bool_]
    """(S,) whether the segment runs against its chain."""


def contract(segments: Segments, junctions: Collection[int] = ()) -> Chains:
    """Join the segments that meet at a node where nothing can be chosen.

    A node is passed through when exactly two segments meet there and traffic flows on: what may come in by one may go
    out by the other, both ways. Where a one-way street begins, the node stays. A ring that touches nothing keeps its
    lowest node. Self-loops (a cul-de-sac ring) and parallel edges stay as they are.

    Parameters
    ----------
    junctions
        Nodes that stay whatever meets there.
    """
    nodes = len(segments.node_lonlat)
    open_forward, open_backward = segments.forward_ms >= 0, segments.backward_ms >= 0
    ptr, incident = _incidence(nodes, segments.start, segments.end)
    through = _passed_through(ptr, incident, segments.start, open_forward, open_backward)
    through[list(junctions)] = False
    chain_ptr, chain, flipped = _walk(ptr, incident, through, segments.start, segments.end)
    return Chains(
        *_accumulate(
            chain_ptr,
            chain,
            flipped,
            segments.start,
            segments.end,
            segments.forward_ms,
            segments.backward_ms,
            segments.length_m,
        ),
        *_whereabouts(chain_ptr, chain, flipped),
    )


def _whereabouts(chain_ptr: _Ptr, chain: _Rows, flipped: _Flags) -> tuple[_Rows, _Rows, _Flags]:
    """Return the segment at each vertex, the chain of each segment, and whether it runs against it."""
    chains = chain_ptr.size - 1
    in_chain = np.repeat(np.arange(chains, dtype=np.int32), np.diff(chain_ptr))
    vertex_segment = np.full(chain.size + chains, -1, np.int32)
    vertex_segment[np.arange(chain.size) + in_chain] = chain
    of_segment, against = np.empty(chain.size, np.int32), np.empty(chain.size, np.bool_)
    of_segment[chain] = in_chain
    against[chain] = flipped
    return vertex_segment, of_segment, against


@njit(cache=True, nogil=True)
def _incidence(nodes: int, start: _Rows, end: _Rows) -> tuple[_Ptr, _Rows]:
    """Segments that touch each node, as rows of a compressed table; ascending at every node."""
    ptr = np.zeros(nodes + 1, np.int64)
    for s in range(start.size):
        ptr[start[s] + 1] += 1
        ptr[end[s] + 1] += 1
    for v in range(nodes):
        ptr[v + 1] += ptr[v]
    free = ptr[:-1].copy()
    incident = np.empty(2 * start.size, np.int32)
    for s in range(start.size):
        for v in (start[s], end[s]):
            incident[free[v]] = s
            free[v] += 1
    return ptr, incident


@njit(cache=True, nogil=True)
def _passed_through(ptr: _Ptr, incident: _Rows, start: _Rows, open_forward: _Flags, open_backward: _Flags) -> _Flags:
    """Whether each node offers no choice: two segments, and each lets out what the other lets in."""
    through = np.zeros(ptr.size - 1, np.bool_)
    for v in range(through.size):
        if ptr[v + 1] - ptr[v] != 2:
            continue
        p, q = incident[ptr[v]], incident[ptr[v] + 1]
        p_out, p_in = (open_forward[p], open_backward[p]) if start[p] == v else (open_backward[p], open_forward[p])
        q_out, q_in = (open_forward[q], open_backward[q]) if start[q] == v else (open_backward[q], open_forward[q])
        through[v] = p_in == q_out and q_in == p_out
    return through


@njit(cache=True, nogil=True)
def _walk(ptr: _Ptr, incident: _Rows, through: _Flags, start: _Rows, end: _Rows) -> tuple[_Ptr, _Rows, _Flags]:
    """Follow every chain once: first from the junctions, then the rings that have none; lowest node first."""
    chain_ptr = np.zeros(start.size + 1, np.int64)
    chain = np.empty(start.size, np.int32)
    flipped = np.empty(start.size, np.bool_)
    used = np.zeros(start.size, np.bool_)
    chains = 0
    steps = 0
    for rings in (False, True):
        for origin in range(through.size):
            if through[origin] != rings:
                continue
            for i in range(ptr[origin], ptr[origin + 1]):
                s = incident[i]
                if used[s]:
                    continue
                v = origin
                while True:
                    used[s] = True
                    chain[steps] = s
                    flipped[steps] = start[s] != v
                    v = start[s] if flipped[steps] else end[s]
                    steps += 1
                    if v == origin or not through[v]:
                        break
                    s = incident[ptr[v]] if incident[ptr[v]] != s else incident[ptr[v] + 1]
                chains += 1
                chain_ptr[chains] = steps
    return chain_ptr[: chains + 1], chain, flipped


@njit(cache=True, nogil=True)
def _accumulate(
    chain_ptr: _Ptr,
    chain: _Rows,
    flipped: _Flags,
    start: _Rows,
    end: _Rows,
    forward_ms: _Floats,
    backward_ms: _Floats,
    length_m: _Floats,
) -> tuple[_Floats, _Floats, _Floats, _Ptr, _Rows, _Floats]:
    """Sum costs and metres along each chain, and lay out its nodes with their share of the cost."""
    chains = chain_ptr.size - 1
    forward = np.zeros(chains)
    backward = np.zeros(chains)
    metres = np.zeros(chains)
    vertex_ptr = np.zeros(chains + 1, np.int64)
    node = np.empty(chain.size + chains, np.int32)
    share = np.empty(chain.size + chains)
    for c in range(chains):
        first = chain_ptr[c] + c
        node[first] = end[chain[chain_ptr[c]]] if flipped[chain_ptr[c]] else start[chain[chain_ptr[c]]]
        share[first] = 0.0
        for i in range(chain_ptr[c], chain_ptr[c + 1]):
            s = chain[i]
            ahead, back = (backward_ms[s], forward_ms[s]) if flipped[i] else (forward_ms[s], backward_ms[s])
            # the pattern is the same all along a chain: one forbidden segment means that all are
            forward[c] = forward[c] + ahead if ahead >= 0 else -1.0
            backward[c] = backward[c] + back if back >= 0 else -1.0
            metres[c] += length_m[s]
            node[i + c + 1] = start[s] if flipped[i] else end[s]
            share[i + c + 1] = forward[c] if ahead >= 0 else backward[c]
        last = chain_ptr[c + 1] + c
        total = share[last]
        for i in range(first, last):
            # a chain without extent (nodes at one place) is shared out by count: shares stay defined and ascending
            share[i] = share[i] / total if total > 0 else (i - first) / (last - first)
        share[last] = 1.0
        vertex_ptr[c + 1] = last + 1
    return forward, backward, metres, vertex_ptr, node, share
