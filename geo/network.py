"""StreetNetwork: the streets of one mode as junctions and edges with costs in integer milliseconds.

The way from tags to edges: every segment between two consecutive nodes of a way gets its length on the ground and,
from the mode, a speed per direction; what the mode may not use falls away; of the rest the largest strongly connected
part of each loaded area is kept (whoever starts on it can reach every corner of it and come back); chains of nodes that
no choice hangs on become one edge. Milliseconds are summed as floats along the chain and rounded once per edge.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Int64s, open_arrays, require_rows, save_arrays
from geo.contraction import Chains
from geo.errors import ConfigurationError, LabelOverflow, SnapshotCorrupt
from geo.hilbert import hilbert_order
from geo.modes import Mode
from geo.projection import Projection
from geo.splits import LaneSequence, Splits, split_junctions
from geo.street_notes import StreetNotes
from geo.streets import RawStreets, Segments
from geo.turn_reach import obeying, open_lanes
from geo.turns import TurnReport

__all__ = ["RawStreets", "StreetNetwork"]


@dataclass(frozen=True)
class StreetNetwork:
    """The streets of one mode: immutable, strongly connected in each loaded area, perhaps memory-mapped.

    Edges may run in parallel and may end where they start. ``−1`` in a cost means that the direction is forbidden;
    never both. In the plane (``_xy_m``) metres are those of ``crs``; ``length_m`` and the costs are true on the ground.
    """

    mode: str
    crs: str
    junction_xy_m: NDArray[np.float64]
    """(N, 2) metres of the plane; in Hilbert order, so that neighbours on the ground are neighbours in memory. Behind
    them come the splits, if any."""
    edge_from: NDArray[np.int32]
    """(E,) junction; edges ascend by ``(edge_from, edge_to)``, so that they too follow Hilbert's curve."""
    edge_to: NDArray[np.int32]
    """(E,) junction. Which end is which says nothing: a one-way street may run either way."""
    forward_ms: NDArray[np.int32]
    """(E,) cost from ``edge_from`` to ``edge_to``: ≥ 1, or −1 when forbidden."""
    backward_ms: NDArray[np.int32]
    """(E,) cost from ``edge_to`` to ``edge_from``: ≥ 1, or −1 when forbidden."""
    length_m: NDArray[np.float64]
    """(E,) metres on the ground."""
    vertex_ptr: NDArray[np.int64]
    """(E + 1,) the vertices of edge e are rows ``vertex_ptr[e]:vertex_ptr[e + 1]``; at least two."""
    vertex_xy_m: NDArray[np.float64]
    """(V, 2) metres of the plane; the first vertex of an edge is its ``edge_from``, the last its ``edge_to``."""
    vertex_share: NDArray[np.float64]
    """(V,) share of the edge's cost (forward where allowed, else backward) up to each vertex: from 0 up to 1."""
    kept_share: float
    """Share, 0 … 1, of the mode's street metres that the kept components hold."""
    kept_by_area: tuple[float, ...]
    """The same for each loaded area, in the order of :attr:`RawStreets.areas`; one at least."""
    untold_share: float | None = None
    """Share, 0 … 1, of the kept metres whose ways carry no tag that says what the mode asks of them; None: it asks
    nothing."""

    elevation: str = ""
    """Name of the raster by which slopes count; empty: all streets count as level for this mode."""
    sloped_share: float | None = None
    """Share, 0 … 1, of the kept metres whose slope that raster tells; the others count as level. None: no raster."""
    obstacle_xy_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))
    """(O, 4) x and y of both ends, in the plane, of what nobody crosses between a place and its street:
    :attr:`geo.streets.RawStreets.obstacle_lonlat`."""
    obstacle_is_shore: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    """(O,) which of them are the border of water, of which one may be crossed."""
    splits: Splits | None = None
    """Junctions split where turns are restricted, which are the last of all; None where no turn is."""
    turns: TurnReport | None = None
    """What became of the restrictions of turns; None: the mode asks for none."""
    notes: StreetNotes | None = None
    """Titles, waits and slopes of the ways, and where no trip ends; None: nothing is known of them."""

    @property
    def junctions(self) -> int:
        """How many junctions there are, splits included."""
        return len(self.junction_xy_m)

    @property
    def edges(self) -> int:
        """How many edges there are, each counted once whatever its directions."""
        return len(self.edge_from)

    @classmethod
    def build(cls, raw: RawStreets, mode: Mode, projection: Projection) -> StreetNetwork:
        """Make the network of one mode from loaded streets; the same streets give the same bytes.

        When nothing is left (no street for the mode, or no way back from any) the network is empty.

        Raises
        ------
        ConfigurationError
            When the plane cannot hold one of the streets.
        LabelOverflow
            When one edge costs more than an int32 of milliseconds holds (25 days): a node lies astray. When there are
            more nodes or segments than an int32 numbers.
        """
        require_rows(len(raw.node_lonlat), "nodes of streets")
        require_rows(len(raw.segment_from), "segments of streets")
        main, kept_share, kept_by_area = Segments.of(raw, mode).main_components()
        segments, chains, bans, turns = obeying(raw, main, mode.turns)
        if len(segments.start) < len(main.start):
            kept_share *= _metres(segments) / _metres(main)
            each = zip(kept_by_area, range(main.areas), strict=True)
            kept_by_area = tuple(kept and kept * _metres(segments, a) / _metres(main, a) for kept, a in each)
        edges, vertices, arrays = _in_memory_order(chains, segments.node_lonlat, projection)
        obstacle_xy_m, obstacle_is_shore = _obstacles(raw, projection)
        network = cls(
            mode=mode.id,
            crs=projection.crs,
            kept_share=kept_share,
            kept_by_area=kept_by_area,
            untold_share=segments.untold_share,
            elevation="" if segments.sloped is None else raw.elevation,
            sloped_share=segments.sloped_share,
            obstacle_xy_m=obstacle_xy_m,
            obstacle_is_shore=obstacle_is_shore,
            splits=None,
            turns=turns,
            notes=StreetNotes.of(raw, segments, mode, chains.vertex_segment[vertices], chains.flipped),
            **arrays,
        )
        return network.with_bans(_on_edges(bans, edges)) if bans else network

    def with_bans(self, bans: Sequence[Sequence[LaneSequence]]) -> StreetNetwork:
        """Return these streets, on which lanes of open edges must not follow each other.

        Parameters
        ----------
        bans
            As :func:`geo.splits.split_junctions` takes them; a ban that would leave somebody nowhere to go is left out.

        Raises
        ------
        ValueError
            When turns are restricted already.
        """
        if self.splits is not None:
            raise ValueError("the turns of this network are restricted already")
        is_open = open_lanes(self.forward_ms, self.backward_ms)
        splits, _ = split_junctions(self.junctions, self.edge_from, self.edge_to, is_open, bans)
        if not splits.count:
            return self
        junction_xy_m = np.concatenate([self.junction_xy_m, self.junction_xy_m[splits.of]])
        return replace(self, junction_xy_m=junction_xy_m, splits=splits)

    def save(self, folder: Path) -> None:
        """Write one ``.npy`` per array and ``meta.json`` into ``folder``; the same network gives the same bytes."""
        save_arrays(folder, {name: getattr(self, name) for name in _ARRAYS})
        if self.splits is not None:
            self.splits.save(folder)
        if self.notes is not None:
            self.notes.save(folder)
        meta = {name: getattr(self, name) for name in _META}
        if self.turns is not None:
            meta["turns"] = self.turns.as_json()
        (folder / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> StreetNetwork:
        """Open what :meth:`save` wrote, memory-mapped and read-only.

        Raises
        ------
        SnapshotCorrupt
            When a file is missing or unreadable, or the arrays do not belong together.
        """
        try:
            arrays = open_arrays(folder, _ARRAYS)
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            kept_by_area = tuple(map(float, meta["kept_by_area"]))
            network = cls(
                mode=meta["mode"],
                crs=meta["crs"],
                kept_share=meta["kept_share"],
                kept_by_area=kept_by_area,
                untold_share=meta["untold_share"],
                elevation=meta["elevation"],
                sloped_share=meta["sloped_share"],
                splits=Splits.open(folder),
                turns=TurnReport.from_json(meta["turns"]) if "turns" in meta else None,
                notes=StreetNotes.open(folder),
                **arrays,
            )
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise SnapshotCorrupt(f"the street network in {folder.name} cannot be opened: {error}") from error
        per_edge = {len(arrays[name]) for name in ("edge_from", "edge_to", "forward_ms", "backward_ms", "length_m")}
        vertices = len(network.vertex_xy_m)
        if (
            per_edge != {len(network.vertex_ptr) - 1}
            or {len(network.vertex_share), int(network.vertex_ptr[-1])} != {vertices}
            or len(network.obstacle_xy_m) != len(network.obstacle_is_shore)
            or (network.splits is not None and not network.splits.belongs_to(network.junctions, network.edges))
            or (network.notes is not None and not network.notes.belongs_to(vertices))
        ):
            raise SnapshotCorrupt(f"the street network in {folder.name} holds arrays of different builds")
        return network


_META = ("crs", "elevation", "kept_by_area", "kept_share", "mode", "sloped_share", "untold_share")
_ARRAYS: dict[str, type[np.generic]] = {
    "junction_xy_m": np.float64,
    "edge_from": np.int32,
    "edge_to": np.int32,
    "forward_ms": np.int32,
    "backward_ms": np.int32,
    "length_m": np.float64,
    "vertex_ptr": np.int64,
    "vertex_xy_m": np.float64,
    "vertex_share": np.float64,
    "obstacle_xy_m": np.float64,
    "obstacle_is_shore": np.bool_,
}


def _in_memory_order(
    chains: Chains, node_lonlat: NDArray[np.float64], projection: Projection
) -> tuple[Int64s, Int64s, dict[str, NDArray[Any]]]:
    """Renumber junctions along Hilbert's curve and edges by their junctions; lay the arrays out in that order.

    Returns
    -------
    edges
        (E,) the chain that each edge is.
    vertices
        (V,) the vertex of the chains that each vertex is.
    arrays
        By name.
    """
    first, last = chains.vertex_node[chains.vertex_ptr[:-1]], chains.vertex_node[chains.vertex_ptr[1:] - 1]
    nodes = np.unique(np.concatenate([first, last]))
    junction_xy_m = _project(node_lonlat[nodes], projection)
    order = hilbert_order(junction_xy_m)
    rank = np.empty(len(nodes), np.int32)
    rank[order] = np.arange(len(nodes), dtype=np.int32)
    edge_from, edge_to = rank[np.searchsorted(nodes, first)], rank[np.searchsorted(nodes, last)]
    edges = np.lexsort((edge_to, edge_from))
    count = np.diff(chains.vertex_ptr)[edges]
    vertex_ptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
    vertices = np.arange(vertex_ptr[-1]) + np.repeat(chains.vertex_ptr[:-1][edges] - vertex_ptr[:-1], count)
    return (
        edges,
        vertices,
        {
            "junction_xy_m": junction_xy_m[order],
            "edge_from": edge_from[edges],
            "edge_to": edge_to[edges],
            "forward_ms": _whole_ms(chains.forward_ms[edges]),
            "backward_ms": _whole_ms(chains.backward_ms[edges]),
            "length_m": chains.length_m[edges],
            "vertex_ptr": vertex_ptr,
            "vertex_xy_m": _project(node_lonlat[chains.vertex_node[vertices]], projection),
            "vertex_share": chains.vertex_share[vertices],
        },
    )


def _on_edges(bans: Sequence[Sequence[LaneSequence]], edges: Int64s) -> list[list[LaneSequence]]:
    """Turn lanes of chains into lanes of edges; `edges` are the chains in the order of the edges."""
    edge_of = np.empty(edges.size, np.int64)
    edge_of[edges] = np.arange(edges.size)
    return [[tuple(2 * int(edge_of[lane >> 1]) + (lane & 1) for lane in lanes) for lanes in ban] for ban in bans]


def _metres(segments: Segments, area: int | None = None) -> float:
    return float(segments.length_m[slice(None) if area is None else segments.area == area].sum())


def _obstacles(raw: RawStreets, projection: Projection) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Draw the obstacles in the plane; what it cannot hold is no obstacle."""
    lon, lat = raw.obstacle_lonlat.reshape(-1, 2).T
    xy_m = np.column_stack(projection.to_xy_m(lon, lat)).reshape(-1, 4)
    held = np.isfinite(xy_m).all(axis=1)
    return xy_m[held], raw.obstacle_is_shore[held]


def _project(lonlat: NDArray[np.float64], projection: Projection) -> NDArray[np.float64]:
    xy_m = np.column_stack(projection.to_xy_m(lonlat[:, 0], lonlat[:, 1]))
    beyond = ~np.isfinite(xy_m).all(axis=1)
    if beyond.any():
        lon, lat = lonlat[beyond][0].tolist()
        raise ConfigurationError(f"{projection.crs} cannot hold a street at lon {lon}, lat {lat}: a node lies astray")
    return xy_m


def _whole_ms(cost_ms: NDArray[np.float64]) -> NDArray[np.int32]:
    """Round to the millisecond, once; an edge that may be used costs one at least, −1 stays."""
    if np.any(cost_ms > np.iinfo(np.int32).max):
        raise LabelOverflow(
            f"a street without junction costs {cost_ms.max() / 86_400_000:.0f} days: a node lies astray"
        )
    return np.where(cost_ms >= 0, np.maximum(np.rint(cost_ms), 1), -1).astype(np.int32)
