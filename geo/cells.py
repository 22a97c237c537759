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

DEMAND = pa.schema([("lon", pa.float64()), ("lat", pa.float64()), ("insee", pa.string()), ("people", pa.float64())])


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


@dataclass(frozen=True)
class Demand:
    """Everybody of the territory: the points that people were placed at, and the people of each commune."""

    basis: Basis
    lonlat: NDArray[np.float64]
    """(D, 2) degrees, WGS 84."""
    commune: NDArray[np.int32]
    """(D,) row of the commune table; only communes of the territory."""
    people: NDArray[np.float64]
    """(D,) people at each point."""
    commune_people: NDArray[np.float64]
    """(communes,) people of each commune, placed at a point or not; NaN = unknown, and outside the territory."""
    unplaced: NDArray[np.float64]
    """(communes,) people that stand at no point, because nothing says where in the commune they live."""

    @classmethod
    def open(cls, path: Path, communes: CommuneTable) -> Demand:
        """Read ``demand.arrow``. Points of communes outside the territory are left out."""
        batch = read_batch(path)
        basis = Basis(batch.schema.metadata[b"basis"].decode())
        row = np.array([_territory_row(communes, insee) for insee in batch.column("insee").to_pylist()], dtype=np.int32)
        kept = row >= 0
        lonlat = np.column_stack([floats(batch, "lon"), floats(batch, "lat")])[kept]
        people, row = floats(batch, "people")[kept], row[kept]
        placed = np.bincount(row, weights=people, minlength=len(communes)).astype(np.float64)
        total = placed if basis is Basis.CELLS else communes.population
        unplaced = np.where((placed > 0) | ~communes.in_territory, 0.0, np.nan_to_num(total))
        return cls(basis, lonlat, row, people, np.where(communes.in_territory, total, np.nan), unplaced)

    def by_commune(self, counted: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Sum the people of the counted points (D,) by row of the commune table."""
        sums = np.bincount(self.commune, weights=self.people * counted, minlength=self.commune_people.size)
        return sums.astype(np.float64)


def points_of_cells(cells: Sequence[Cell]) -> list[DemandPoint]:
    """Place the people of each inhabited cell at its centre, in the order of the ids."""
    return [DemandPoint(c.lon, c.lat, c.insee, c.people) for c in sorted(cells, key=lambda c: c.id) if c.people > 0]


def points_of_addresses(
    communes: Sequence[Commune],
    addresses: Sequence[Address],
    loaded_share: Mapping[str, float | None],
    complete_share: float,
) -> list[DemandPoint]:
    """Spread the population of each commune of the territory in equal parts over its residential addresses.

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
        if not (commune.in_territory and commune.population and rows):
            continue
        if (loaded_share.get(commune.insee) or 0.0) < complete_share:
            continue
        people = commune.population / len(rows)
        points += [DemandPoint(a.lon, a.lat, a.insee, people) for a in rows]
    return points


def write_demand(path: Path, points: Sequence[DemandPoint], basis: Basis) -> None:
    """Write the points in the order given, and what they were placed by."""
    columns = {name: [getattr(point, name) for point in points] for name in DEMAND.names}
    write_batch(path, DEMAND.with_metadata({"basis": basis.value}), columns)


def _territory_row(communes: CommuneTable, insee: str) -> int:
    row = communes.position(insee)
    return row if row is not None and communes.in_territory[row] else -1
