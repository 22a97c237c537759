"""AccessField: for every junction of one mode, the k nearest services of every category and the seconds to them.

Built once per snapshot by sweeping (``geo.sweeps``), read at an address by merging the two ends of its edge
(``geo.lookup``). A what-if sweeps one category again. Costs are whole tenths of a second; ties go to the lower row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Floats, Int32s, frozen, open_arrays, save_arrays
from geo.audit import faults
from geo.errors import SnapshotCorrupt
from geo.hierarchy import Hierarchy
from geo.label_records import write_records
from geo.lookup import NONE, RANKS, Records, look_up
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.pinned import Pinned
from geo.seeds import EdgeServices, ServicePoints, Streets, refuse_overflow, seeds_of
from geo.snapping import Snap
from geo.splits import Splits
from geo.sweeps import DEPTHS, LANES, MAX_COST_DS, ROW_BITS, Seeds, Sweep

__all__ = ["RANKS", "Access", "AccessField", "ServicePoints"]


@dataclass(frozen=True)
class Access:
    """What M places reach: C categories, ``RANKS`` ranks each; ranks beyond a category's k are empty."""

    seconds: Floats
    """(M, C, RANKS) ascending along the ranks; NaN = none within the cut-off, or the place is off the network.
    Off-road seconds at both ends and the mode's fixed seconds are in it."""
    rows: Int32s
    """(M, C, RANKS) row of the service within its category; −1 where seconds is NaN."""
    edge_s: Floats
    """(M,) seconds to the edge of the loaded streets, counted like ``seconds`` without any cut-off; infinite = never
    (or beyond 6,553 s), NaN = the place is off the network."""


@dataclass(frozen=True)
class AccessField:
    """The nearest services of every junction. Immutable; the arrays may be memory-mapped."""

    mode: str
    categories: tuple[str, ...]
    ks: tuple[int, ...]
    """How many nearest services each category keeps: 1, 3 or 5."""
    cutoff_s: float
    off_road_m_per_s: float
    fixed_s: float
    records: Mapping[int, Records]
    """By k, (N, categories of this k in order, k, 2) uint16: (tenths of a second, row), both 65,535 where there is
    none within the cut-off. Off-road seconds of the service are in it, the mode's fixed seconds are not."""
    edge_ds: NDArray[np.uint16]
    """(N,) tenths of a second from each junction to the edge of the loaded streets; 65,535 = never."""
    streets: Streets
    services: EdgeServices
    confirmed: AccessField | None = None
    """The categories that hold sites which nobody confirmed for long, swept without these; None where there are none,
    and where nobody asked. Its rows are those of this field."""

    @classmethod
    def build(
        cls,
        network: StreetNetwork,
        hierarchy: Hierarchy,
        mode: Mode,
        points: ServicePoints,
        categories: Sequence[str],
        ks: Sequence[int],
        edge_seeds: NDArray[np.int32],
        cutoff_s: float = 3600,
        jobs: int = 1,
    ) -> AccessField:
        """Sweep every category.

        Parameters
        ----------
        points
            The services; ``points.category`` indexes `categories`.
        ks
            For each category how many nearest services are kept: 1, 3 or 5.
        edge_seeds
            (B,) junctions at the edge of the loaded streets (``geo.reach.boundary_junctions``).
        cutoff_s
            Nothing beyond is kept; at most 6,553 s.
        jobs
            Threads, each with its own 16 categories; the field is the same whatever their number.

        Raises
        ------
        LabelOverflow
            When a category has more than 65,534 services.
        ValueError
            When a k has no kernel or the cut-off does not fit a label.
        """
        if len(ks) != len(categories) or not set(ks) <= set(DEPTHS):
            raise ValueError(f"one k for each category, each one of {DEPTHS}")
        if not 0 < cutoff_s * 10 <= MAX_COST_DS:
            raise ValueError(f"a cut-off of {cutoff_s} s does not fit a label: at most {MAX_COST_DS // 10} s")
        refuse_overflow(points, categories)
        streets = Streets.of(network)
        services = EdgeServices.of(points, network.edges, mode.off_road_m_per_s)
        seeds = seeds_of(services, streets, len(categories))
        records = {
            k: _swept_records(hierarchy, k, [seeds[c] for c, own in enumerate(ks) if own == k], _ds(cutoff_s), jobs)
            for k in DEPTHS
        }
        return cls(
            mode=mode.id,
            categories=tuple(categories),
            ks=tuple(int(k) for k in ks),
            cutoff_s=float(cutoff_s),
            off_road_m_per_s=mode.off_road_m_per_s,
            fixed_s=mode.fixed_s,
            records=records,
            edge_ds=_swept_edge(hierarchy, edge_seeds),
            streets=streets,
            services=services,
        )

    def at(self, snap: Snap) -> Access:
        """Read the field at places; thread-safe, and without the interpreter's lock."""
        places, categories = len(snap.edge), len(self.categories)
        seconds = np.empty((places, categories, RANKS))
        rows = np.empty((places, categories, RANKS), np.int32)
        edge_s = np.empty(places)
        edge, fraction = frozen(snap.edge, np.int32), frozen(snap.fraction, np.float64)
        look_up(edge, fraction, frozen(snap.off_m, np.float64), self.pinned.table, seconds, rows, edge_s)
        return Access(seconds, rows, edge_s)

    def swept(self, hierarchy: Hierarchy, category: str, snap: Snap) -> AccessField:
        """Return the field with other services in one category: those at `snap`, numbered in its order.

        Everything else is shared with this field, which stays as it is.

        Raises
        ------
        LabelOverflow
            When there are more than 65,534 services.
        ValueError
            When the field has no such category.
        """
        if category not in self.categories:
            raise ValueError(f"the field has no category {category!r}")
        index = self.categories.index(category)
        count = len(snap.edge)
        points = ServicePoints(np.full(count, index, np.int32), np.arange(count, dtype=np.int32), snap)
        refuse_overflow(points, self.categories)
        edges = self.streets.edge_from.size
        return self.swept_with(hierarchy, category, EdgeServices.of(points, edges, self.off_road_m_per_s))

    def swept_with(self, hierarchy: Hierarchy, category: str, own: EdgeServices) -> AccessField:
        """Return the field with other services in one category, already on their edges and numbered."""
        index = self.categories.index(category)
        seeds = seeds_of(own, self.streets, len(self.categories))[index]
        k = self.ks[index]
        records = self.records[k].copy()
        records[:, self._layout[1][index]] = _swept_records(hierarchy, k, [seeds], _ds(self.cutoff_s))[:, 0]
        return replace(
            self,
            confirmed=None,
            records={**self.records, k: frozen(records, np.uint16)},
            services=self.services.with_category(index, own),
        )

    def on(self, network: StreetNetwork, hierarchy: Hierarchy) -> AccessField:
        """Return the field of the same services on the same streets at other costs.

        Parameters
        ----------
        network, hierarchy
            With the junctions and edges of this field's own; the hierarchy customised for the costs
            (:meth:`Hierarchy.customised`).
        """
        streets = Streets.of(network)
        seeds = seeds_of(self.services, streets, len(self.categories))
        return replace(
            self,
            confirmed=None,
            records={
                k: _swept_records(
                    hierarchy, k, [s for s, own in zip(seeds, self.ks, strict=True) if own == k], _ds(self.cutoff_s)
                )
                for k in DEPTHS
            },
            edge_ds=_swept_edge(hierarchy, np.flatnonzero(self.edge_ds == 0).astype(np.int32)),
            streets=streets,
        )

    def edge_inequality_violations(self, network: StreetNetwork) -> int:
        """Prove the field against the streets, without searching: 0 says that every label is exact.

        Every arc u → v of the network and every rank satisfies ``field[u] ≤ cost + field[v]`` over distinct services,
        every service is known at the ends of its edge, and every label is a service's own or is passed on by an arc.
        Takes one pass over the arcs; counts what breaks one of the three, ``edge_ds`` included.
        """
        seeds = seeds_of(self.services, Streets.of(network), len(self.categories))
        broken = sum(
            faults(network, self.records[k], [s for s, own in zip(seeds, self.ks, strict=True) if own == k], limit_ds)
            for k, limit_ds in ((k, _ds(self.cutoff_s)) for k in DEPTHS)
        )
        at_edge = np.flatnonzero(self.edge_ds == 0).astype(np.int32)
        nothing = np.zeros(at_edge.size, np.int32)
        to_edge = np.stack([self.edge_ds, np.where(self.edge_ds == NONE, NONE, 0)], axis=-1).astype(np.uint16)
        records = frozen(to_edge.reshape(-1, 1, 1, 2), np.uint16)
        return broken + faults(network, records, [Seeds(at_edge, nothing, nothing)], MAX_COST_DS)

    def save(self, folder: Path) -> None:
        """Write one ``.npy`` file per array and ``meta.json``; the same field gives the same bytes."""
        arrays = {f"k{k}": records for k, records in self.records.items()}
        streets = {name: getattr(self.streets, name) for name in _STREETS}
        save_arrays(folder, arrays | {"edge_ds": self.edge_ds} | streets)
        if self.streets.splits is not None:
            self.streets.splits.save(folder)
        save_arrays(folder, {f"service_{name}": array for name, array in self.services._asdict().items()})
        meta = {name: getattr(self, name) for name in _META}
        (folder / "meta.json").write_text(json.dumps(meta, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        if self.confirmed is not None:
            self.confirmed.save(folder / _CONFIRMED)

    @classmethod
    def open(cls, folder: Path) -> AccessField:
        """Map what :meth:`save` wrote.

        Raises
        ------
        SnapshotCorrupt
            When a file is missing or unreadable, or the arrays do not belong together.
        """
        try:
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            meta = {name: meta[name] for name in _META}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SnapshotCorrupt(f"the access field in {folder.name} cannot be opened: {error}") from error
        meta |= {"categories": tuple(meta["categories"]), "ks": tuple(meta["ks"])}
        arrays = open_arrays(folder, {f"k{k}": np.uint16 for k in DEPTHS} | {"edge_ds": np.uint16})
        streets = open_arrays(folder, dict.fromkeys(_STREETS, np.int32))
        services = open_arrays(folder, {f"service_{name}": dtype for name, dtype in _SERVICE_DTYPES.items()})
        field = cls(
            records={k: arrays[f"k{k}"] for k in DEPTHS},
            edge_ds=arrays["edge_ds"],
            streets=Streets(**streets, splits=Splits.open(folder)),
            services=EdgeServices(**{name: services[f"service_{name}"] for name in EdgeServices._fields}),
            confirmed=cls.open(folder / _CONFIRMED) if (folder / _CONFIRMED).is_dir() else None,
            **meta,
        )
        if not field._is_whole():
            raise SnapshotCorrupt(f"the access field in {folder.name} holds arrays of different builds")
        return field

    def _is_whole(self) -> bool:
        junctions = self.edge_ds.size
        shapes = all(self.records[k].shape == (junctions, self.ks.count(k), k, 2) for k in DEPTHS)
        edges, splits = self.streets.edge_from.size, self.streets.splits
        return shapes and self.services.ptr.size == edges + 1 and (not splits or splits.belongs_to(junctions, edges))

    @cached_property
    def pinned(self) -> Pinned:
        """What a look-up reads of it (``geo.lookup`` opens the arrays by these numbers)."""
        services = self.services
        return Pinned(
            *(frozen(array, np.int32) for array in self.streets.ends),  # 0 … 5
            frozen(services.ptr, np.int64),
            frozen(services.category, np.int32),
            frozen(services.row, np.int32),
            *(frozen(self.records[k], np.uint16) for k in DEPTHS),  # 9 … 11
            *self._layout,
            frozen(self.edge_ds, np.uint16),
            frozen(np.array([10.0 / self.off_road_m_per_s]), np.float64),
            frozen(np.array([_ds(self.fixed_s), _ds(self.cutoff_s)]), np.int64),
            frozen(services.fraction, np.float64),  # 17
            frozen(services.off_ds, np.int32),
        )

    @cached_property
    def _layout(self) -> tuple[Int32s, Int32s]:
        """For each category its k, and its column in the records of that k."""
        column = [self.ks[:category].count(k) for category, k in enumerate(self.ks)]
        return frozen(np.array(self.ks, np.int32), np.int32), frozen(np.array(column, np.int32), np.int32)


_META = ("mode", "categories", "ks", "cutoff_s", "off_road_m_per_s", "fixed_s")
_CONFIRMED = "confirmed"
_STREETS = ("edge_from", "edge_to", "forward_ds", "backward_ds")
_SERVICE_DTYPES: dict[str, type[np.generic]] = {
    "ptr": np.int64,
    "category": np.int32,
    "row": np.int32,
    "fraction": np.float64,
    "off_ds": np.int32,
}


def _ds(seconds: float) -> int:
    return round(seconds * 10)


def _swept_records(hierarchy: Hierarchy, k: int, seeds: Sequence[Seeds], cutoff_ds: int, jobs: int = 1) -> Records:
    """Sweep the categories of one k, 16 at a time, in several threads: kernels do without the interpreter's lock."""
    records = np.empty((hierarchy.junctions, len(seeds), k, 2), np.uint16)
    lanes = 1 if k == 1 and len(seeds) == 1 else LANES
    batches = range(0, len(seeds), lanes)
    threads = max(1, min(jobs, len(batches)))

    def sweep_every(thread: int) -> None:
        sweep = Sweep(hierarchy, k, lanes)
        for first in batches[thread::threads]:
            batch = seeds[first : first + lanes]
            write_records(sweep.run(batch), hierarchy.row, first, len(batch), cutoff_ds, records)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(sweep_every, range(threads)))
    return frozen(records, np.uint16)


def _swept_edge(hierarchy: Hierarchy, edge_seeds: NDArray[np.int32]) -> NDArray[np.uint16]:
    junction = np.unique(np.asarray(edge_seeds)).astype(np.int32)
    nothing = np.zeros(junction.size, np.int32)
    labels = Sweep(hierarchy, 1, 1).run([Seeds(junction, nothing, nothing)])
    return frozen((labels[hierarchy.row, 0, 0] >> ROW_BITS).astype(np.uint16), np.uint16)
