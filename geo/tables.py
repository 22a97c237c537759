"""The snapshot's records as Arrow files: columns that are read in place, rows that are made when somebody asks.

Every file holds one record batch, so a column is one array over the mapped pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.errors import ConfigurationError
from geo.places import Cell, Commune, Departures, Licence, Precision, Provenance, Service, Standing

__all__ = [
    "CELLS",
    "COMMUNES",
    "SERVICES",
    "CommuneTable",
    "ServiceTable",
    "flags",
    "floats",
    "order_services",
    "read_batch",
    "read_cells",
    "write_batch",
    "write_cells",
    "write_communes",
    "write_services",
]

SERVICES = pa.schema(
    [
        ("id", pa.string()),
        ("category", pa.dictionary(pa.int16(), pa.string())),
        ("name", pa.string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("insee", pa.string()),
        pa.field("capacity", pa.float64(), nullable=True),
        ("confirmed", pa.bool_()),
        ("in_territory", pa.bool_()),
        ("precision", pa.string()),
        ("updated", pa.string()),
        pa.field("weekday_trips", pa.float64(), nullable=True),
        pa.field("evening_trips", pa.float64(), nullable=True),
        pa.field("sunday_trips", pa.float64(), nullable=True),
        ("lines", pa.list_(pa.string())),
        ("entrances", pa.list_(pa.list_(pa.float64(), 2))),
        (
            "provenance",
            pa.list_(
                pa.struct(
                    [
                        ("source", pa.string()),
                        ("local_id", pa.string()),
                        ("licence", pa.string()),
                        ("data_date", pa.string()),
                        ("gives", pa.list_(pa.string())),
                    ]
                )
            ),
        ),
    ]
)

COMMUNES = pa.schema(
    [
        ("insee", pa.string()),
        ("name", pa.string()),
        ("department", pa.string()),
        ("population", pa.int64()),
        ("postcodes", pa.list_(pa.string())),
        ("in_territory", pa.bool_()),
        ("epci", pa.string()),
        ("epci_name", pa.string()),
        pa.field("density", pa.int8(), nullable=True),
        ("geometry", pa.binary()),
        ("loaded_share", pa.float64()),
    ]
)

CELLS = pa.schema(
    [
        ("id", pa.string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("insee", pa.string()),
        ("people", pa.float64()),
        ("people_0_17", pa.float64()),
        ("people_65_plus", pa.float64()),
        ("living_standard_eur", pa.float64()),
        ("in_territory", pa.bool_()),
    ]
)


def order_services(services: Iterable[Service], categories: Sequence[str]) -> list[Service]:
    """Sort services as every part of a snapshot numbers them.

    By category in the order given, confirmed before unconfirmed, then id. Only confirmed services enter the access
    fields, so the row of a service within its category is the same in the field and in the table.

    Raises
    ------
    ConfigurationError
        When a service's category is not in the list, or an id stands twice.
    """
    rank = {category: position for position, category in enumerate(categories)}
    rows = list(services)
    unknown = sorted({s.category for s in rows} - set(rank))
    if unknown:
        raise ConfigurationError(f"services of a category that the taxonomy does not know: {', '.join(unknown)}")
    rows.sort(key=lambda s: (rank[s.category], s.standing is not Standing.CONFIRMED, s.id))
    seen: set[tuple[str, str]] = set()
    for service in rows:
        if (service.category, service.id) in seen:
            raise ConfigurationError(f"service {service.id} stands twice in {service.category}")
        seen.add((service.category, service.id))
    return rows


def write_services(path: Path, services: Sequence[Service], categories: Sequence[str]) -> None:
    """Write the services, ordered by :func:`order_services`."""
    rows = order_services(services, categories)
    rank = {category: position for position, category in enumerate(categories)}
    category = pa.DictionaryArray.from_arrays(
        pa.array([rank[s.category] for s in rows], pa.int16()), pa.array(categories, pa.string())
    )
    provenance = [[_origin(origin) for origin in s.provenance] for s in rows]
    columns = {
        "id": [s.id for s in rows],
        "category": category,
        "name": [s.name for s in rows],
        "lon": [s.lon for s in rows],
        "lat": [s.lat for s in rows],
        "insee": [s.insee for s in rows],
        "capacity": [s.capacity for s in rows],
        "confirmed": [s.standing is Standing.CONFIRMED for s in rows],
        "in_territory": [s.in_territory for s in rows],
        "precision": [s.precision.value for s in rows],
        "updated": [s.updated for s in rows],
        "weekday_trips": [None if s.departures is None else s.departures.weekday for s in rows],
        "evening_trips": [None if s.departures is None else s.departures.evening for s in rows],
        "sunday_trips": [None if s.departures is None else s.departures.sunday for s in rows],
        "lines": [list(s.lines) for s in rows],
        "entrances": [list(s.entrances) for s in rows],
        "provenance": provenance,
    }
    write_batch(path, SERVICES, columns)


def _origin(origin: Provenance) -> dict[str, Any]:
    return {
        "source": origin.source,
        "local_id": origin.local_id,
        "licence": origin.licence.value,
        "data_date": origin.data_date,
        "gives": list(origin.gives),
    }


class ServiceTable:
    """The services of a snapshot, in the order of :func:`order_services`; an index is a row of this table."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.arrow = batch
        codes = np.from_dlpack(batch.column("category").indices)
        self.categories: tuple[str, ...] = tuple(batch.column("category").dictionary.to_pylist())
        edges = np.searchsorted(codes, np.arange(len(self.categories) + 1))
        self.ranges: Mapping[str, range] = {
            category: range(int(edges[i]), int(edges[i + 1])) for i, category in enumerate(self.categories)
        }
        """Rows of each category."""
        self.lon: NDArray[np.float64] = floats(batch, "lon")
        self.lat: NDArray[np.float64] = floats(batch, "lat")
        self.confirmed: NDArray[np.bool_] = flags(batch, "confirmed")
        self.in_territory: NDArray[np.bool_] = flags(batch, "in_territory")
        self._codes = codes
        self._rows: list[Service | None] = [None] * batch.num_rows

    @classmethod
    def open(cls, path: Path) -> ServiceTable:
        """Map the file; nothing is copied but two columns of booleans."""
        return cls(read_batch(path))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Service]:
        return (self.row(index) for index in range(len(self)))

    def row(self, index: int) -> Service:
        """Return the service at a row; made once, then kept."""
        service = self._rows[index]
        if service is None:
            service = self._rows[index] = self._made(index)
        return service

    def count(self, category: str) -> int:
        """Count the confirmed services inside the territory: what ``GET /services`` shows by default."""
        rows = self.ranges[category]
        part = slice(rows.start, rows.stop)
        return int(np.count_nonzero(self.confirmed[part] & self.in_territory[part]))

    def select(
        self,
        categories: Sequence[str] | None = None,
        bbox: tuple[float, float, float, float] | None = None,
        *,
        halo: bool = False,
        unconfirmed: bool = False,
    ) -> NDArray[np.int64]:
        """Find rows (R,), ascending.

        Parameters
        ----------
        categories
            Only these; None = all.
        bbox
            West, south, east, north; WGS 84 degrees, edges included.
        halo, unconfirmed
            Also those outside the territory; also those that no official source confirms.
        """
        keep = np.ones(len(self), dtype=bool)
        if not halo:
            keep &= self.in_territory
        if not unconfirmed:
            keep &= self.confirmed
        if categories is not None:
            keep &= np.isin(self._codes, [self.categories.index(category) for category in categories])
        if bbox is not None:
            west, south, east, north = bbox
            keep &= (self.lon >= west) & (self.lon <= east) & (self.lat >= south) & (self.lat <= north)
        return np.flatnonzero(keep)

    def _made(self, index: int) -> Service:
        row: dict[str, Any] = {name: self.arrow.column(name)[index].as_py() for name in SERVICES.names}
        return Service(
            id=row["id"],
            category=row["category"],
            name=row["name"],
            lon=row["lon"],
            lat=row["lat"],
            insee=row["insee"],
            capacity=row["capacity"],
            provenance=tuple(
                Provenance(p["source"], p["local_id"], Licence(p["licence"]), p["data_date"], tuple(p["gives"]))
                for p in row["provenance"]
            ),
            standing=Standing.CONFIRMED if row["confirmed"] else Standing.UNCONFIRMED,
            in_territory=row["in_territory"],
            precision=Precision(row["precision"]),
            updated=row["updated"],
            departures=None
            if row["weekday_trips"] is None
            else Departures(row["weekday_trips"], row["evening_trips"], row["sunday_trips"]),
            lines=tuple(row["lines"]),
            entrances=tuple((lon, lat) for lon, lat in row["entrances"]),
        )


def write_communes(path: Path, communes: Sequence[Commune], loaded_share: Mapping[str, float | None]) -> None:
    """Write the communes by code, each with the share of its area inside the loaded streets (None = no contour)."""
    rows = sorted(communes, key=lambda c: c.insee)
    columns = {
        "insee": [c.insee for c in rows],
        "name": [c.name for c in rows],
        "department": [c.department for c in rows],
        "population": [c.population for c in rows],
        "postcodes": [list(c.postcodes) for c in rows],
        "in_territory": [c.in_territory for c in rows],
        "epci": [c.epci for c in rows],
        "epci_name": [c.epci_name for c in rows],
        "density": [c.density for c in rows],
        "geometry": [None if c.geometry is None else shapely.to_wkb(c.geometry, byte_order=1) for c in rows],
        "loaded_share": [loaded_share.get(c.insee) for c in rows],
    }
    write_batch(path, COMMUNES, columns)


class CommuneTable(Sequence[Commune]):
    """The communes of the territory and its halo, by INSEE code. Contours are parsed when first asked for."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch
        self.insee: tuple[str, ...] = tuple(batch.column("insee").to_pylist())
        self._position = {insee: i for i, insee in enumerate(self.insee)}
        self.loaded_share: NDArray[np.float64] = floats(batch, "loaded_share")
        """Share of the area inside the loaded streets; NaN where no contour is known."""
        self.in_territory: NDArray[np.bool_] = flags(batch, "in_territory")
        self.population: NDArray[np.float64] = floats(batch, "population")
        """NaN where it is not published."""
        self.density: NDArray[np.float64] = floats(batch, "density")
        """INSEE's class in seven levels; NaN where it is not known."""

    @classmethod
    def open(cls, path: Path) -> CommuneTable:
        """Map the file."""
        return cls(read_batch(path))

    def __len__(self) -> int:
        return len(self.insee)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def position(self, insee: str) -> int | None:
        """Return the row of a commune, None when it is not known here."""
        return self._position.get(insee)

    def get(self, insee: str) -> Commune | None:
        """Return a commune, None when it is not known here."""
        position = self._position.get(insee)
        return None if position is None else self._rows[position]

    def at(self, lon: float, lat: float) -> Commune | None:
        """Return the commune whose contour holds the point; on a common border the smallest code."""
        point = shapely.Point(lon, lat)
        hits = np.sort(self._tree.query(point, predicate="intersects"))
        return self._rows[int(self._with_contour[hits[0]])] if hits.size else None

    @cached_property
    def _rows(self) -> list[Commune]:
        columns = {name: self._batch.column(name).to_pylist() for name in COMMUNES.names}
        contours = shapely.from_wkb(np.array(columns["geometry"], dtype=object))
        columns["postcodes"] = [tuple(codes) for codes in columns["postcodes"]]
        columns["geometry"] = list(contours)
        names = [field.name for field in fields(Commune)]
        return [Commune(*row) for row in zip(*(columns[name] for name in names), strict=True)]

    @cached_property
    def _with_contour(self) -> NDArray[np.int64]:
        return np.flatnonzero([commune.geometry is not None for commune in self._rows])

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([commune.geometry for commune in self._rows if commune.geometry is not None])


def write_cells(path: Path, cells: Sequence[Cell]) -> None:
    """Write the demand cells, ordered by id."""
    rows = sorted(cells, key=lambda c: c.id)
    write_batch(path, CELLS, {name: [getattr(cell, name) for cell in rows] for name in CELLS.names})


def read_cells(path: Path) -> list[Cell]:
    """Read the demand cells back."""
    return [Cell(**row) for row in read_batch(path).to_pylist()]


def write_batch(path: Path, schema: pa.Schema, columns: Mapping[str, Any]) -> None:
    """Write one record batch as an Arrow IPC file."""
    arrays = [_array(columns[field.name], field.type) for field in schema]
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


def read_batch(path: Path) -> pa.RecordBatch:
    """Map an Arrow IPC file and return its one record batch."""
    return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)


def floats(batch: pa.RecordBatch, name: str) -> NDArray[np.float64]:
    """Return a column (R,) of numbers; NaN where it is null. Mapped in place when nothing has to be converted.

    Through DLPack, because Arrow's own way to an array imports pandas where that is installed.
    """
    column = batch.column(name).cast(pa.float64())
    if not column.null_count:
        return np.asarray(np.from_dlpack(column), dtype=np.float64)
    known = np.from_dlpack(column.is_valid().cast(pa.uint8())).astype(np.bool_)
    values = np.frombuffer(column.buffers()[1], dtype=np.float64)[column.offset : column.offset + len(column)]
    return np.where(known, values, np.nan)


def flags(batch: pa.RecordBatch, name: str) -> NDArray[np.bool_]:
    """Return a column (R,) of booleans without nulls; a copy, since Arrow keeps eight in a byte."""
    return np.from_dlpack(batch.column(name).cast(pa.uint8())).astype(np.bool_)


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, kind)
