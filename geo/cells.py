"""Demand: where people live, as points that carry people. From the 200 m grid, or from communes and their addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.places import Address, Cell, Commune
from geo.tables import CommuneTable, floats, read_batch, write_batch

__all__ = ["DEMAND", "Basis", "Demand", "DemandPoint", "points_of_addresses", "points_of_cells", "write_demand"]

DEMAND = pa.schema(
    [
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("insee", pa.string()),
        ("people", pa.float64()),
        ("in_territory", pa.bool_()),
    ]
)


class Basis(StrEnum):
    """What the people of a snapshot were placed by."""

    CELLS = "cells"
    """Cells of the 200 m grid; the people of a commune are those of its cells."""
    ADDRESSES = "addresses"
    """A commune's population in equal parts over its residential addresses."""


@dataclass(frozen=True, slots=True)
class DemandPoint:
    """Some people at one place."""

    lon: float
    lat: float
    """WGS 84, degrees."""
    insee: str
    people: float
    in_territory: bool
    """False in the halo."""


@dataclass(frozen=True)
class Demand:
    """Where people live, in the territory and its halo, and how many live in each commune of the territory.

    What is said of communes is said of the territory alone: those past the border count for whoever can be reached by
    them, never as people of the territory.
    """

    basis: Basis
    lonlat: NDArray[np.float64]
    """(D, 2) degrees, WGS 84."""
    commune: NDArray[np.int32]
    """(D,) row of the commune table, of communes of the territory; −1 where people live in none of them."""
    people: NDArray[np.float64]
    """(D,) people at each point."""
    in_territory: NDArray[np.bool_]
    """(D,) False in the halo."""
    commune_people: NDArray[np.float64]
    """(communes,) people of each commune, placed at a point or not; NaN = unknown, and outside the territory."""
    unplaced: NDArray[np.float64]
    """(communes,) people that stand at no point, because nothing says where in the commune they live."""

    @classmethod
    def open(cls, path: Path, communes: CommuneTable) -> Demand:
        """Read ``demand.arrow``."""
        batch = read_batch(path)
        basis = Basis(batch.schema.metadata[b"basis"].decode())
        inside = np.array(batch.column("in_territory").to_pylist(), dtype=bool)
        rows = [_territory_row(communes, insee) for insee in batch.column("insee").to_pylist()]
        row = np.where(inside, np.array(rows, dtype=np.int32), np.int32(-1))
        lonlat = np.column_stack([floats(batch, "lon"), floats(batch, "lat")])
        people = floats(batch, "people")
        placed = _by_row(row, people, len(communes))
        total = placed if basis is Basis.CELLS else communes.population
        unplaced = np.where((placed > 0) | ~communes.in_territory, 0.0, np.nan_to_num(total))
        return cls(basis, lonlat, row, people, inside, np.where(communes.in_territory, total, np.nan), unplaced)

    def by_commune(self, counted: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Sum the people of the counted points (D,) by row of the commune table; those of the halo have none."""
        return _by_row(self.commune, self.people * counted, self.commune_people.size)


def points_of_cells(cells: Sequence[Cell]) -> list[DemandPoint]:
    """Place the people of each inhabited cell at its centre, in the order of the ids."""
    inhabited = [cell for cell in sorted(cells, key=lambda c: c.id) if cell.people > 0]
    return [DemandPoint(c.lon, c.lat, c.insee, c.people, c.in_territory) for c in inhabited]


def points_of_addresses(
    communes: Sequence[Commune],
    addresses: Sequence[Address],
    loaded_share: Mapping[str, float | None],
    complete_share: float,
) -> list[DemandPoint]:
    """Spread the population of each commune in equal parts over its residential addresses, past the border too.

    Only communes with at least ``complete_share`` of their area inside the loaded streets: otherwise the addresses that
    an extract cuts off would lend their people to those that it holds.
    """
    homes: dict[str, list[Address]] = defaultdict(list)
    for address in addresses:
        if address.residential and address.number:
            homes[address.insee].append(address)
    points = []
    for commune in sorted(communes, key=lambda c: c.insee):
        rows = sorted(homes[commune.insee], key=lambda a: a.id)
        if not (commune.population and rows):
            continue
        if (loaded_share.get(commune.insee) or 0.0) < complete_share:
            continue
        people = commune.population / len(rows)
        points += [DemandPoint(a.lon, a.lat, a.insee, people, commune.in_territory) for a in rows]
    return points


def write_demand(path: Path, points: Sequence[DemandPoint], basis: Basis) -> None:
    """Write the points in the order given, and what they were placed by."""
    columns = {name: [getattr(point, name) for point in points] for name in DEMAND.names}
    write_batch(path, DEMAND.with_metadata({"basis": basis.value}), columns)


def _by_row(row: NDArray[np.int32], people: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Sum people by row; −1 is none."""
    known = row >= 0
    return np.bincount(row[known], weights=people[known], minlength=rows).astype(np.float64)


def _territory_row(communes: CommuneTable, insee: str) -> int:
    row = communes.position(insee)
    return row if row is not None and communes.in_territory[row] else -1
