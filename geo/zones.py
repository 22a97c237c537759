"""Areas in which transport comes on demand: their Arrow file, and which of them a place lies in.

They are evidence. Nothing is known of when a vehicle comes, so none enters a field, a value or a total.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geo.places import Zone
from geo.tables import read_batch, write_batch

__all__ = ["ZONES", "ZoneTable", "write_zones"]

ZONES = pa.schema(
    [
        ("id", pa.string()),
        ("name", pa.string()),
        ("source", pa.string()),
        ("geometry", pa.binary()),
        ("agency", pa.string()),
        ("days", pa.list_(pa.string())),
        ("booking_text", pa.string()),
        ("booking_phone", pa.string()),
        ("booking_url", pa.string()),
    ]
)


def write_zones(path: Path, zones: Sequence[Zone]) -> None:
    """Write the zones, ordered by id; equal zones are equal bytes."""
    rows = sorted(zones, key=lambda zone: zone.id)
    columns = {name: [getattr(zone, name) for zone in rows] for name in ZONES.names if name != "geometry"}
    geometry = [shapely.to_wkb(zone.geometry, byte_order=1) for zone in rows]
    write_batch(path, ZONES, {**columns, "days": [list(zone.days) for zone in rows], "geometry": geometry})


class ZoneTable:
    """The zones of a snapshot; their outlines are read when somebody first asks."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch

    @classmethod
    def open(cls, path: Path) -> ZoneTable:
        """Map the file."""
        return cls(read_batch(path))

    def __len__(self) -> int:
        return int(self._batch.num_rows)

    @property
    def sources(self) -> frozenset[str]:
        """Ids of the sources that give a zone."""
        return frozenset(self._batch.column("source").unique().to_pylist())

    def at(self, lon: float, lat: float) -> list[Zone]:
        """Return the zones that a point lies in, ordered by id.

        Parameters
        ----------
        lon, lat
            WGS 84 degrees. A point on an outline lies in the zone, one inside a hole does not.
        """
        if not len(self):
            return []
        hits = np.sort(self._tree.query(shapely.Point(lon, lat), predicate="intersects"))
        return [self._rows[hit] for hit in hits.tolist()]

    @cached_property
    def _rows(self) -> list[Zone]:
        rows = self._batch.to_pylist()
        shapes = shapely.from_wkb(np.array([row.pop("geometry") for row in rows], dtype=object))
        return [
            Zone(**row | {"days": tuple(row["days"])}, geometry=shape) for row, shape in zip(rows, shapes, strict=True)
        ]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([zone.geometry for zone in self._rows])
