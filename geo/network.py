"""StreetNetwork: the streets of one mode as junctions and edges with costs in integer milliseconds.

The way from tags to edges: every segment between two consecutive nodes of a way gets its length on the ground and,
from the mode, a speed per direction; what the mode may not use falls away; of the rest the largest strongly connected
part is kept (whoever starts on it can reach every corner of it and come back); chains of nodes that no choice hangs on
become one edge. Milliseconds are summed as floats along the chain and rounded once per edge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from geo.errors import SnapshotCorrupt

__all__ = ["RawStreets", "StreetNetwork"]


@dataclass(frozen=True)
class RawStreets:
    """The streets of one loaded area, before any mode has looked at them."""

    node_lonlat: NDArray[np.float64]
    """(N, 2) degrees, WGS 84."""
    segment_from: NDArray[np.int32]
    """(S,) row of the node where the segment starts, in the direction of its way."""
    segment_to: NDArray[np.int32]
    """(S,) row of the node where it ends; consecutive nodes of the way."""
    segment_way: NDArray[np.int32]
    """(S,) row in ``way_tags``."""
    way_tags: list[dict[str, str]]
    """The tags of each way that the modes ask about, no others."""
    extent: Polygon | None
    """Where the extract was clipped, WGS 84; None when the file does not say."""
    node_tags: Mapping[int, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """By node row, for the few nodes with a barrier: the tags that the modes ask about."""


@dataclass(frozen=True)
class StreetNetwork:
    """The streets of one mode: immutable, strongly connected, perhaps memory-mapped.

    Edges may run in parallel and may end where they start. ``−1`` in a cost means that the direction is forbidden;
    never both. In the plane (``_xy_m``) metres are those of ``crs``; ``length_m`` and the costs are true on the ground.
    """

    mode: str
    crs: str
    junction_xy_m: NDArray[np.float64]
    """(N, 2) metres of the plane; in Hilbert order, so that neighbours on the ground are neighbours in memory."""
    edge_from: NDArray[np.int32]
    """(E,) junction."""
    edge_to: NDArray[np.int32]
    """(E,) junction."""
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
    """Share, 0 … 1, of the mode's street metres that the kept component holds."""

    @property
    def junctions(self) -> int:
        """How many junctions there are."""
        return len(self.junction_xy_m)

    @property
    def edges(self) -> int:
        """How many edges there are, each counted once whatever its directions."""
        return len(self.edge_from)

    def save(self, folder: Path) -> None:
        """Write one ``.npy`` per array and ``meta.json`` into ``folder``; the same network gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        meta = {"crs": self.crs, "kept_share": self.kept_share, "mode": self.mode}
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
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS}
            network = cls(mode=meta["mode"], crs=meta["crs"], kept_share=meta["kept_share"], **arrays)
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise SnapshotCorrupt(f"the street network in {folder.name} cannot be opened: {error}") from error
        per_edge = {len(arrays[name]) for name in ("edge_from", "edge_to", "forward_ms", "backward_ms", "length_m")}
        vertices = len(network.vertex_xy_m)
        if per_edge != {len(network.vertex_ptr) - 1} or {len(network.vertex_share), int(network.vertex_ptr[-1])} != {
            vertices
        }:
            raise SnapshotCorrupt(f"the street network in {folder.name} holds arrays of different builds")
        return network


_ARRAYS = tuple(f.name for f in fields(StreetNetwork) if f.name not in {"mode", "crs", "kept_share"})
