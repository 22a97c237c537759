"""Four real extracts, with places on their streets where a mistake would hide, to hold fields against brute force.

Services and addresses stand, more often than chance would put them, on one edge together, exactly on junctions, in
one-way streets, and beside junctions at which turns are restricted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.modes import Mode, tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.reach import boundary_junctions
from geo.search import StreetSearch
from geo.seeds import EdgeServices, Streets, seeds_of
from geo.snapping import Snap
from geo.streets import RawStreets
from geo.sweeps import DEPTHS, LANES, ROW_BITS, Sweep
from ingest.streets import read_streets
from tests.geo.brute_force import Lanes, nearest_by_brute_force, nearest_of_junctions
from tests.geo.second_reading import OsmFile, lanes_of

__all__ = ["EXTRACTS", "Compared", "Scene", "Town"]

EXTRACTS = {
    "Le Creusot": ("le-creusot-71/Le_Creusot.osm.pbf", "EPSG:2154"),
    "Bondy": ("bondy-93/map.osm", "EPSG:2154"),
    "Pont-de-Veyle": ("pont-de-veyle-01/overpass_pont_de_veyle.osm", "EPSG:2154"),
    "Malta": ("bench-malta/malta-latest.osm.pbf", "EPSG:32633"),
}
"""Path in the mirror's ``osm``, and plane."""
_SIZES, _KS = (1, 2, 5, 20, 60), (1, 3, 5, 3, 5)
CUTOFF_S = 3600.0


class Town:
    """An extract, read twice."""

    def __init__(self, mirror: Path, name: str, modes: Mapping[str, Mode]) -> None:
        path, self.crs = EXTRACTS[name]
        self.name, self.modes = name, modes
        self.raw: RawStreets = read_streets(mirror / "osm" / path, tags_of(modes.values()))
        self.file = OsmFile.read(mirror / "osm" / path)

    def scene(self, mode: str, seed: int) -> Scene:
        network = StreetNetwork.build(self.raw, self.modes[mode], Projection(self.crs))
        lanes = lanes_of(self.file, self.modes[mode], network)
        return Scene(self.modes[mode], network, lanes, np.random.default_rng(seed), self.raw)


@dataclass(frozen=True)
class Compared:
    """What a comparison came to."""

    checks: int
    """Answers compared: one address, one category, all ranks with their seconds and services."""
    wrong: int
    labels: int
    """Labels compared: one junction, one category, one rank."""
    wrong_labels: int
    found: float
    """Share of the answers that hold a service at all."""
    faults: int
    """What the field's own proof finds broken."""

    def __add__(self, other: Compared) -> Compared:
        checks = self.checks + other.checks
        found = (self.found * self.checks + other.found * other.checks) / max(1, checks)
        return Compared(
            checks,
            self.wrong + other.wrong,
            self.labels + other.labels,
            self.wrong_labels + other.wrong_labels,
            found,
            self.faults + other.faults,
        )


@dataclass(frozen=True)
class Scene:
    """The streets of one mode in a town, as the project has them and as the second reading has them."""

    mode: Mode
    network: StreetNetwork
    lanes: Lanes
    random: np.random.Generator
    raw: RawStreets

    @cached_property
    def hierarchy(self) -> Hierarchy:
        return Hierarchy.build(self.network)

    def places(self, count: int, beside: Snap | None = None) -> Snap:
        """Places of every kind; a fifth on edges of `beside`, some of these at the very same point."""
        kind = self.random.integers(0, 5, count)
        edge = self._any(np.arange(self.network.edges), count)
        edge = np.where(kind == 1, self._any(self._one_way, count), edge)
        edge = np.where(kind == 2, self._any(self._at_restrictions, count), edge)
        ends = self.random.random(count) < 0.15
        share = np.where(ends, self.random.integers(0, 2, count), self.random.random(count))
        if beside is not None and len(beside):
            other = self.random.integers(0, len(beside), count)
            edge = np.where(kind == 3, beside.edge[other], edge)
            share = np.where((kind == 3) & (self.random.random(count) < 0.3), beside.fraction[other], share)
        off_m = np.where(self.random.random(count) < 0.2, 0.0, self.random.random(count) * 100)
        return Snap(edge.astype(np.int32), share.astype(np.float64), off_m, np.full((count, 2), np.nan))

    def compare(self, addresses: int, rounds: int) -> Compared:
        """Hold a field against brute force: `addresses` places by five categories a round."""
        places = self.places(addresses)
        points, ks = self.services(_SIZES * rounds, places), _KS * rounds
        field = self.field(points, ks)
        access = field.at(places)
        seconds, rows = nearest_by_brute_force(self.lanes, self.mode, points, places, ks, CUTOFF_S)
        same = ((access.seconds == seconds) | (np.isnan(access.seconds) & np.isnan(seconds))) & (access.rows == rows)
        labels, wrong_labels = self._labels(field, points, ks)
        return Compared(
            checks=addresses * len(ks),
            wrong=int((~same.all(axis=2)).sum()),
            labels=labels,
            wrong_labels=wrong_labels,
            found=float(np.isfinite(seconds[:, :, 0]).mean()),
            faults=field.edge_inequality_violations(self.network),
        )

    def services(self, sizes: Sequence[int], beside: Snap | None = None) -> ServicePoints:
        """So many services in each category; one in four has more than one way in."""
        rows = [np.repeat(np.arange(size), self.random.choice([1, 1, 1, 2, 4, 1, 1, 1], size)) for size in sizes]
        category = np.repeat(np.arange(len(sizes)), [row.size for row in rows]).astype(np.int32)
        return ServicePoints(category, np.concatenate(rows).astype(np.int32), self.places(category.size, beside))

    def field(self, points: ServicePoints, ks: Sequence[int]) -> AccessField:
        """The field of services, as a build makes it."""
        at_edge = boundary_junctions(self.network, None, self.raw.extent, Projection(self.network.crs))
        names = [f"test.{number}" for number in range(len(ks))]
        return AccessField.build(self.network, self.hierarchy, self.mode, points, names, ks, at_edge, cutoff_s=CUTOFF_S)

    def _labels(self, field: AccessField, points: ServicePoints, ks: Sequence[int]) -> tuple[int, int]:
        """Hold every label of the first categories against brute force: how many, and how many are wrong."""
        compared = wrong = 0
        junctions = self.lanes.junctions
        for category in range(len(_SIZES)):
            k = ks[category]
            own = points.category == category
            snap = Snap(*(getattr(points.snap, column)[own] for column in ("edge", "fraction", "off_m", "xy_m")))
            expected = nearest_of_junctions(self.lanes, junctions, self.mode, snap, points.row[own], k, CUTOFF_S)
            mine = field.records[k][:junctions, list(ks[:category]).count(k)]
            compared += junctions * k
            wrong += int((mine != expected).any(axis=2).sum())
        return compared, wrong

    def sweeps_against_search(self) -> tuple[int, int]:
        """Sweep 16 categories to every depth, far beyond any cut-off; how many labels differ from the plain Dijkstra's.

        Splits are junctions here.
        """
        points = self.services((0, 1, 2, 4, 30, 150, 7, 11) * 2)
        of_edges = EdgeServices.of(points, self.network.edges, self.mode.off_road_m_per_s)
        seeds = seeds_of(of_edges, Streets.of(self.network), LANES)
        search, compared, wrong = StreetSearch(self.network), 0, 0
        for k in DEPTHS:
            labels = Sweep(self.hierarchy, k, LANES).run(seeds)[self.hierarchy.row].astype(np.int64)
            for lane, own in enumerate(seeds):
                cost, row = search.nearest_services(own, k)
                none = cost < 0
                expected = np.where(none, 65_535, cost).astype(np.int64) << ROW_BITS | np.where(none, 0, row)
                mine = np.where(labels[:, :, lane] >> ROW_BITS == 65_535, 65_535 << ROW_BITS, labels[:, :, lane])
                compared += expected.size
                wrong += int((mine != expected).sum())
        return compared, wrong

    def _any(self, edges: np.ndarray, count: int) -> np.ndarray:
        some = edges if edges.size else np.arange(self.network.edges)
        return some[self.random.integers(0, some.size, count)]

    @cached_property
    def _one_way(self) -> np.ndarray:
        closed = self.lanes.ms.reshape(-1, 2) < 0
        return np.flatnonzero(closed.any(axis=1))

    @cached_property
    def _at_restrictions(self) -> np.ndarray:
        """Edges of which a forbidden turn speaks, and those that touch them."""
        spoken = np.array(sorted({lane for ban in self.lanes.bans for lane in ban}), np.int64)
        touched = np.isin(self.lanes.tail, np.concatenate([self.lanes.tail[spoken], self.lanes.head[spoken]]))
        return np.unique(np.flatnonzero(touched) >> 1)
