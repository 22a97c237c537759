"""Networks straight from junctions and edges, and random ones of odd shapes for hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.snapping import Snap
from tests.lattice import MODES

__all__ = ["CLOSED", "Edge", "field_of", "network_of", "networks", "place", "places", "points_of", "some_places"]

Edge = tuple[int, int, int, int]
"""From, to, forward ms, backward ms; −1 = forbidden."""

CLOSED = -1


def network_of(xy_m: Sequence[tuple[float, float]], edges: Sequence[Edge], mode: str = "walk") -> StreetNetwork:
    """A network of straight edges; nothing is contracted, and it need not hang together."""
    junction_xy_m = np.array(xy_m, dtype=np.float64).reshape(-1, 2)
    table = np.array(edges, dtype=np.int32).reshape(-1, 4)
    vertex_xy_m = junction_xy_m[table[:, :2]].reshape(-1, 2)
    return StreetNetwork(
        mode=mode,
        crs="EPSG:2154",
        junction_xy_m=junction_xy_m,
        edge_from=table[:, 0].copy(),
        edge_to=table[:, 1].copy(),
        forward_ms=table[:, 2].copy(),
        backward_ms=table[:, 3].copy(),
        length_m=np.ones(len(table)),
        vertex_ptr=np.arange(len(table) + 1, dtype=np.int64) * 2,
        vertex_xy_m=vertex_xy_m,
        vertex_share=np.tile([0.0, 1.0], len(table)),
        kept_share=1.0,
        kept_by_area=(1.0,),
    )


def places(*at: tuple[int, float, float]) -> Snap:
    """Places on the streets, each as (edge, fraction, metres off)."""
    table = np.array(at, dtype=np.float64).reshape(-1, 3)
    off = table[:, 0] < 0
    return Snap(
        edge=table[:, 0].astype(np.int32),
        fraction=np.where(off, np.nan, table[:, 1]),
        off_m=np.where(off, np.nan, table[:, 2]),
        xy_m=np.full((len(table), 2), np.nan),
    )


def place(edge: int, fraction: float, off_m: float = 0.0) -> Snap:
    """One place."""
    return places((edge, fraction, off_m))


def points_of(services: Sequence[Snap]) -> ServicePoints:
    """Services given as one Snap per category."""
    counts = [len(snap.edge) for snap in services]
    rows = [np.arange(count, dtype=np.int32) for count in counts]
    columns = [[getattr(snap, column.name) for snap in services] for column in fields(Snap)]
    return ServicePoints(
        category=np.repeat(np.arange(len(services), dtype=np.int32), counts),
        row=np.concatenate([np.zeros(0, np.int32), *rows]),
        snap=Snap(
            *(
                np.concatenate([getattr(places(), column.name), *parts])
                for column, parts in zip(fields(Snap), columns, strict=True)
            )
        ),
    )


def field_of(
    network: StreetNetwork,
    services: Sequence[Snap],
    ks: Sequence[int],
    mode: Mode = MODES["walk"],
    edge_seeds: Sequence[int] = (),
    cutoff_s: float = 3600,
) -> AccessField:
    """The field of services given as one Snap per category; categories are named ``test.0``, ``test.1``…"""
    categories = [f"test.{number}" for number in range(len(services))]
    seeds = np.array(edge_seeds, np.int32)
    hierarchy = Hierarchy.build(network)
    return AccessField.build(network, hierarchy, mode, points_of(services), categories, ks, seeds, cutoff_s)


# Costs are few and small, so that ties abound, with some that no label can hold.
_COSTS_MS = st.one_of(
    st.integers(1, 5).map(lambda tenths: 100 * tenths),
    st.integers(1, 4_000),
    st.sampled_from([3_000_000, 6_553_400, 6_553_500, 9_000_000]),
)


@st.composite
def networks(draw: st.DrawFn) -> StreetNetwork:
    """Trees, stars, grids, rings, cliques, chance, several apart; loops, parallel edges; none or one junction."""
    pairs: list[tuple[int, int]] = []
    junctions = 0
    for _ in range(draw(st.integers(0, 3))):
        size = draw(st.integers(1, 12))
        shape = draw(st.sampled_from(["tree", "path", "star", "ring", "grid", "clique", "chance", "alone"]))
        pairs += [(junctions + a, junctions + b) for a, b in _shape(draw, shape, size)]
        junctions += size
    if junctions:
        any_junction = st.integers(0, junctions - 1)
        pairs += draw(st.lists(any_junction.map(lambda j: (j, j)), max_size=2))
        pairs += draw(st.lists(st.sampled_from(pairs), max_size=4)) if pairs else []
    edges = [_edge(draw, a, b) for a, b in pairs]
    coordinate = st.integers(0, 9).map(float)  # coarse: junctions may lie on top of each other
    xy_m = draw(st.lists(st.tuples(coordinate, coordinate), min_size=junctions, max_size=junctions))
    return network_of(xy_m, edges)


@st.composite
def some_places(draw: st.DrawFn, network: StreetNetwork, most: int = 6) -> Snap:
    """Places on the edges of a network, many of them on junctions or on each other, some off the network."""
    share = st.one_of(st.sampled_from([0.0, 1.0, 0.5]), st.floats(0, 1))
    edge = st.integers(-1, network.edges - 1)
    return places(*draw(st.lists(st.tuples(edge, share, st.sampled_from([0.0, 3.0, 55.5])), max_size=most)))


def _edge(draw: st.DrawFn, start: int, end: int) -> Edge:
    forward, backward = draw(_COSTS_MS), draw(_COSTS_MS)
    return draw(
        st.sampled_from(
            [
                (start, end, forward, forward),
                (start, end, forward, backward),
                (start, end, forward, CLOSED),
                (end, start, CLOSED, backward),
            ]
        )
    )


def _shape(draw: st.DrawFn, shape: str, size: int) -> list[tuple[int, int]]:
    junction, width = st.integers(0, size - 1), max(1, int(size**0.5))
    edges = {
        "tree": lambda: [(draw(st.integers(0, j - 1)), j) for j in range(1, size)],
        "path": lambda: [(j - 1, j) for j in range(1, size)],
        "star": lambda: [(0, j) for j in range(1, size)],
        "ring": lambda: [(j, (j + 1) % size) for j in range(size)],
        "grid": lambda: [(j, j + step) for j in range(size) for step in (1, width) if _in_grid(j, step, width, size)],
        "clique": lambda: list(combinations(range(min(size, 7)), 2)),
        "chance": lambda: draw(st.lists(st.tuples(junction, junction), max_size=3 * size)),
        "alone": list,
    }
    return edges[shape]()


def _in_grid(junction: int, step: int, width: int, size: int) -> bool:
    return junction + step < size and (step == width or (junction + 1) % width > 0)
