"""The village that the drawings show, built by the same code as every territory: streets, hierarchy, field.

Its streets are a lattice of 80 m with gaps: a minute on foot from corner to corner. A river parts its two quarters; one
bridge joins them. Three pharmacies, A, B and C.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.network import StreetNetwork
from geo.seeds import seeds_of
from geo.snapping import EdgeIndex, FoundSnap
from geo.sweeps import Seeds
from scripts.drawings.sheet import Point, Sheet
from tests.lattice import MODES, Lattice

__all__ = [
    "COLUMNS",
    "NAMES",
    "ROWS",
    "SERVICES",
    "Frame",
    "Place",
    "Village",
    "junction_places",
    "lattice_of",
    "village",
]

Place = tuple[float, float]
"""Column and row."""

COLUMNS, ROWS = 6, 4
NAMES = "ABC"
SERVICES: tuple[Place, ...] = ((0.4, 2.0), (2.0, 0.3), (4.0, 2.6))
_RIVER_COLUMN, _BRIDGE_ROW = 2, 1
_GAPS = (((3, 2), (3, 3)), ((4, 1), (5, 1)), ((0, 1), (0, 2)))


@dataclass(frozen=True)
class Frame:
    """Where on a sheet a part of the lattice lies: the lower left corner of it, and pixels a step."""

    origin: Point
    step_x: float
    step_y: float

    def __call__(self, place: Place) -> Point:
        """Return the pixels of a place."""
        return self.origin[0] + place[0] * self.step_x, self.origin[1] - place[1] * self.step_y


@dataclass(frozen=True)
class Village:
    """The village on foot."""

    lattice: Lattice
    network: StreetNetwork
    hierarchy: Hierarchy
    snapped: FoundSnap
    field: AccessField
    """Of one category with k = 3, its services in the order of ``NAMES``."""
    junctions: tuple[Place, ...]
    """Where each junction is."""

    @property
    def seeds(self) -> Seeds:
        """Where the labels of the pharmacies start."""
        return seeds_of(self.field.services, self.field.streets, 1)[0]

    def edge_places(self) -> list[tuple[Place, ...]]:
        """Return the vertices of every edge, on the lattice."""
        to_lattice = lattice_of(self.junctions, self.network.junction_xy_m)
        ptr = self.network.vertex_ptr
        return [tuple(to_lattice(xy_m) for xy_m in self.network.vertex_xy_m[begin:end]) for begin, end in pairwise(ptr)]

    def draw_ground(self, sheet: Sheet, frame: Frame, left_out: frozenset[int] = frozenset()) -> None:
        """Draw the river, then the streets over it; those that end at one of the junctions left out are faint."""
        river = _RIVER_COLUMN + 0.5
        sheet.line([frame((river, -0.3)), frame((river, ROWS - 0.7))], "water")
        ends = zip(self.network.edge_from, self.network.edge_to, strict=True)
        for vertices, junctions in zip(self.edge_places(), ends, strict=True):
            is_faint = not left_out.isdisjoint(map(int, junctions))
            sheet.line([frame(place) for place in vertices], "street faint" if is_faint else "street")


@cache
def village() -> Village:
    """Build it."""
    lattice = Lattice(COLUMNS, ROWS)
    for row in range(ROWS):
        if row != _BRIDGE_ROW:
            lattice.remove((_RIVER_COLUMN, row), (_RIVER_COLUMN + 1, row))
    for start, end in _GAPS:
        lattice.remove(start, end)
    network = lattice.network("walk")
    hierarchy = Hierarchy.build(network)
    snapped = EdgeIndex(network).snap(lattice.lonlat(*SERVICES))
    count = len(SERVICES)
    points = ServicePoints(np.zeros(count, np.int32), np.arange(count, dtype=np.int32), snapped)
    nowhere = np.zeros(0, np.int32)
    field = AccessField.build(network, hierarchy, MODES["walk"], points, ["pharmacy"], [3], nowhere)
    return Village(lattice, network, hierarchy, snapped, field, junction_places(lattice, network, COLUMNS, ROWS))


def junction_places(lattice: Lattice, network: StreetNetwork, columns: int, rows: int) -> tuple[Place, ...]:
    """Return the whole place of every junction; splits are at that of their junction."""
    splits = network.splits
    here: dict[int, Place] = {}
    for place in [(column, row) for column in range(columns) for row in range(rows)]:
        try:
            here[lattice.junction(network, place)] = place
        except KeyError:  # a bend
            continue
    if splits is not None:
        here |= {int(split): here[int(of)] for split, of in zip(splits.junction, splits.of, strict=True)}
    return tuple(here[junction] for junction in range(network.junctions))


def lattice_of(places: Sequence[Place], xy_m: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], Place]:
    """Return what brings metres of the plane back to the lattice, to a tenth of a step.

    Parameters
    ----------
    places, xy_m
        The same junctions (N, 2), on the lattice and in the plane.
    """
    columns = np.column_stack([xy_m, np.ones(len(xy_m))])
    solution, *_ = np.linalg.lstsq(columns, np.array(places, float), rcond=None)

    def to_lattice(point_m: NDArray[np.float64]) -> Place:
        column, row = np.append(point_m, 1.0) @ solution
        return round(float(column), 1) + 0.0, round(float(row), 1) + 0.0

    return to_lattice
