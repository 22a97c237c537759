"""Hierarchy: the streets of one mode, ordered and shortcut so that a field is swept over them instead of searched.

Labels travel from a service to the addresses that can go there, against the direction of travel. One upward sweep
carries them from each junction to those contracted later, one downward sweep brings them back: together they find
every shortest way (contraction hierarchies, customised as in CCH; swept as in PHAST).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from geo.arrays import Int32s, Int64s, frozen, open_arrays, save_arrays
from geo.elimination import UNREACHABLE_DS, customise, pack_arcs, prune, sweep_rows, upper_links
from geo.errors import SnapshotCorrupt
from geo.network import StreetNetwork
from geo.ordering import contraction_order, neighbour_lists
from geo.splits import Splits

__all__ = ["Hierarchy", "cost_ds", "travel_arcs"]


@dataclass(frozen=True)
class Hierarchy:
    """A contracted network, ready to sweep. Immutable; the arrays may be memory-mapped.

    ``place``, ``upper_ptr`` and ``upper`` depend on the streets alone; the rest on their costs.
    """

    place: Int32s
    """(N,) place of each junction in the order of contraction."""
    upper_ptr: Int64s
    """(N + 1,) by place."""
    upper: Int32s
    """(L,) upper neighbours of each place, as places, ascending."""
    row: Int32s
    """(N,) row of each junction in a sweep; row 0 is the top."""
    push_ptr: Int64s
    """(N + 1,) by row."""
    push_arcs: Int32s
    """(2A,) pairs (upper row, cost in ds): labels go from the row up to the upper row."""
    pull_ptr: Int64s
    """(N + 1,) by row."""
    pull_arcs: Int32s
    """(2B,) pairs (upper row, cost in ds): labels come down from the upper row."""

    @property
    def junctions(self) -> int:
        """How many junctions the network has."""
        return self.place.size

    @classmethod
    def build(cls, network: StreetNetwork) -> Hierarchy:
        """Order and contract the junctions, then customise. Deterministic; any network will do, even an empty one."""
        tail, head, _ = travel_arcs(network)
        ptr, neighbours = neighbour_lists(network.junctions, tail, head)
        place = contraction_order(ptr, neighbours, network.junction_xy_m)
        upper_ptr, upper = upper_links(ptr, neighbours, place)
        return _customised(network, place, upper_ptr, upper)

    def customised(self, network: StreetNetwork) -> Hierarchy:
        """Return the hierarchy of the same streets at other costs (a street closed, another speed).

        Raises
        ------
        ValueError
            When the network has other junctions, or joins two that were not joined: build it anew.
        """
        if network.junctions != self.junctions:
            raise ValueError("another network: build its hierarchy anew")
        return _customised(network, self.place, self.upper_ptr, self.upper)

    def save(self, folder: Path) -> None:
        """Write one ``.npy`` file per array; the same hierarchy gives the same bytes."""
        arrays = {name: getattr(self, name) for name in _DTYPES}
        if self.pull_arcs is self.push_arcs:
            del arrays["pull_ptr"], arrays["pull_arcs"]
        save_arrays(folder, arrays)

    @classmethod
    def open(cls, folder: Path) -> Hierarchy:
        """Map what :meth:`save` wrote.

        Raises
        ------
        SnapshotCorrupt
            When a file is missing or unreadable, or the arrays do not belong together.
        """
        symmetric = not (folder / "pull_arcs.npy").exists()
        names = {name: dtype for name, dtype in _DTYPES.items() if not (symmetric and name.startswith("pull"))}
        arrays = open_arrays(folder, names)
        if symmetric:
            arrays |= {"pull_ptr": arrays["push_ptr"], "pull_arcs": arrays["push_arcs"]}
        hierarchy = cls(**arrays)
        ends = [(hierarchy.upper_ptr, hierarchy.upper.size)]
        ends += [
            (hierarchy.push_ptr, hierarchy.push_arcs.size // 2),
            (hierarchy.pull_ptr, hierarchy.pull_arcs.size // 2),
        ]
        same_size = hierarchy.row.size == hierarchy.junctions
        if not same_size or any(ptr.size != hierarchy.junctions + 1 or ptr[-1] != end for ptr, end in ends):
            raise SnapshotCorrupt(f"the hierarchy in {folder.name} holds arrays of different builds")
        return hierarchy


_DTYPES: dict[str, type[np.generic]] = {
    field.name: np.int64 if field.name.endswith("_ptr") else np.int32 for field in fields(Hierarchy)
}


def cost_ds(cost_ms: Int32s) -> Int32s:
    """Round the milliseconds of allowed arcs (A,) to tenths of a second (A,), at least 1: the unit of every label."""
    return np.maximum(1, (cost_ms.astype(np.int64) + 50) // 100).astype(np.int32)


def travel_arcs(network: StreetNetwork) -> tuple[Int32s, Int32s, Int32s]:
    """Return every allowed arc between two junctions, splits included, in the direction of travel.

    Self-loops are left out, parallel arcs are kept.

    Returns
    -------
    tail, head, cost in ds: (A,) int32 each.
    """
    edge_from, edge_to = np.asarray(network.edge_from), np.asarray(network.edge_to)
    splits = network.splits if network.splits is not None else Splits.none(edge_from, edge_to)
    lane, tail, head = splits.lane_ends(edge_from, edge_to)
    cost_ms = np.stack([network.forward_ms, network.backward_ms], axis=1).reshape(-1)[lane]
    allowed = (cost_ms >= 0) & (tail != head)
    return tail[allowed].astype(np.int32), head[allowed].astype(np.int32), cost_ds(cost_ms[allowed])


def _customised(network: StreetNetwork, place: Int32s, upper_ptr: Int64s, upper: Int32s) -> Hierarchy:
    place, upper_ptr, upper = frozen(place, np.int32), frozen(upper_ptr, np.int64), frozen(upper, np.int32)
    tail, head, cost = travel_arcs(network)
    cost = np.minimum(cost, UNREACHABLE_DS).astype(np.int32)
    # Where every edge costs the same both ways (walking), one array serves both directions: half the work and memory.
    symmetric = network.splits is None and bool(np.array_equal(network.forward_ms, network.backward_ms))
    up = np.empty(upper.size, np.int32)
    down = up if symmetric else np.empty(upper.size, np.int32)
    source, target = place[head], place[tail]  # labels flow against the direction of travel
    if customise(upper_ptr, upper, source, target, cost, symmetric, up, down):
        raise ValueError("the network joins junctions that were not joined: build its hierarchy anew")
    keep_up, keep_down = prune(upper_ptr, upper, up, down, symmetric)
    rows = sweep_rows(upper_ptr, upper)
    push = pack_arcs(upper_ptr, upper, up, keep_up, rows)
    push_ptr, push_arcs = frozen(push[0], np.int64), frozen(push[1], np.int32)
    pull_ptr, pull_arcs = push_ptr, push_arcs
    if not symmetric:
        pull = pack_arcs(upper_ptr, upper, down, keep_down, rows)
        pull_ptr, pull_arcs = frozen(pull[0], np.int64), frozen(pull[1], np.int32)
    return Hierarchy(place, upper_ptr, upper, frozen(rows[place], np.int32), push_ptr, push_arcs, pull_ptr, pull_arcs)
