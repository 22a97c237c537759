"""The sectors of a snapshot (carte scolaire): their Arrow file, and to which collège or école an address leads.

What is said of a street comes before what is said of an area, and that before what is said of a whole commune. Streets
are compared by the words that the geocoder compares them by (``geo.address_text``). Nothing is guessed: an address that
the published rows do not name is *unknown*, a commune of which no row is published is *not published*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geo.address_text import house_number, words
from geo.places import Parity, Sector
from geo.tables import read_batch, write_batch

__all__ = [
    "COLLEGE",
    "MOST_POSSIBLE",
    "SectorFound",
    "SectorStatus",
    "SectorTable",
    "holds",
    "write_sectors",
]

COLLEGE = "education.college"
MOST_POSSIBLE = 5
"""Where more are possible, which one is as good as not known."""

SECTORS = pa.schema(
    [
        ("id", pa.string()),
        ("insee", pa.string()),
        ("street", pa.string()),
        ("first", pa.int32()),
        ("last", pa.int32()),
        ("parity", pa.string()),
        ("uai", pa.string()),
        ("source", pa.string()),
        ("exclusive", pa.bool_()),
        ("category", pa.string()),
        ("geometry", pa.binary()),
    ]
)

_Street = tuple[str, str, tuple[str, ...]]
"""Category, commune and words."""


class SectorStatus(StrEnum):
    """What the published sectors say of an address."""

    RESOLVED = "resolved"
    """One establishment."""
    SEVERAL = "several"
    """One of a few: the rows overlap, or the number is not known."""
    UNKNOWN = "unknown"
    """Rows of the commune are published, and none names the address."""
    NOT_PUBLISHED = "not_published"
    """No row of the commune is published."""


@dataclass(frozen=True, slots=True)
class SectorFound:
    """The answer for one address."""

    status: SectorStatus
    uais: tuple[str, ...] = ()
    """Ascending; empty unless resolved or several."""
    source: str = ""
    """Id of the source that says it; empty where none does."""
    nearby: bool = False
    """Whether it is the nearest address that was looked up: the place is a bare point."""


def holds(sector: Sector, number: int) -> bool:
    """Tell whether a house number lies in the range and on the side of a sector."""
    low, high = sector.first or 0, sector.last
    if number < low or (high is not None and number > high):
        return False
    return sector.parity is Parity.BOTH or number % 2 == (sector.parity is Parity.ODD)


def write_sectors(path: Path, sectors: Iterable[Sector]) -> None:
    """Write the sectors, ordered by id; equal sectors are equal bytes."""
    rows = sorted(sectors, key=lambda sector: sector.id)
    columns = {name: [getattr(sector, name) for sector in rows] for name in SECTORS.names if name != "geometry"}
    shapes = [None if row.geometry is None else shapely.to_wkb(row.geometry, byte_order=1) for row in rows]
    write_batch(path, SECTORS, {**columns, "parity": [row.parity.value for row in rows], "geometry": shapes})


class SectorTable:
    """The sectors of a snapshot; they are gathered by street when somebody first asks."""

    def __init__(self, sectors: Sequence[Sector]) -> None:
        self._sectors: Sequence[Sector] | None = sectors
        self._batch: pa.RecordBatch | None = None

    @classmethod
    def open(cls, path: Path) -> SectorTable:
        """Map the file."""
        table = cls(())
        table._sectors, table._batch = None, read_batch(path)
        return table

    def __len__(self) -> int:
        return len(self._sectors) if self._batch is None else int(self._batch.num_rows)  # type: ignore[arg-type]

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories of which sectors are published."""
        return frozenset(row.category for row in self.rows)

    @cached_property
    def sources(self) -> frozenset[str]:
        """Ids of the sources that give a sector."""
        return frozenset(row.source for row in self.rows)

    @cached_property
    def rows(self) -> Sequence[Sector]:
        """Every sector."""
        if self._sectors is not None:
            return self._sectors
        made = []
        for row in self._batch.to_pylist():  # type: ignore[union-attr]
            shape = row.pop("geometry")
            parity = Parity(row.pop("parity"))
            made.append(Sector(**row, parity=parity, geometry=None if shape is None else shapely.from_wkb(shape)))
        return made

    def needs_street(self, category: str, insee: str) -> bool:
        """Tell whether the street decides in a commune."""
        return (category, insee) in self._split

    def find(self, category: str, insee: str, street: str, number: str, lon: float, lat: float) -> SectorFound:
        """Return to which establishments an address leads.

        Parameters
        ----------
        insee, street, number
            Of the address; an empty street: none is known, an empty number: any of the street.
        lon, lat
            Of the address, WGS 84 degrees: an area holds it or not.
        """
        rows = self._of_street(category, insee, street, number) if street else []
        rows = rows or self._areas_at(category, lon, lat) or self._whole.get((category, insee), [])
        if not rows:
            everywhere = self._communes.get((category, insee), [])
            if not everywhere:
                return SectorFound(SectorStatus.NOT_PUBLISHED)
            if len({row.uai for row in everywhere}) > 1:
                return SectorFound(SectorStatus.UNKNOWN, source=everywhere[0].source)
            rows = everywhere
        uais = tuple(sorted({row.uai for row in rows}))
        if len(uais) > MOST_POSSIBLE:
            return SectorFound(SectorStatus.UNKNOWN, source=rows[0].source)
        status = SectorStatus.RESOLVED if len(uais) == 1 else SectorStatus.SEVERAL
        return SectorFound(status, uais, rows[0].source)

    def _of_street(self, category: str, insee: str, street: str, number: str) -> list[Sector]:
        rows = self._streets.get((category, insee, _street_words(street)), [])
        value = house_number(number).value if number else 0
        return [row for row in rows if holds(row, value)] if value else rows

    def _areas_at(self, category: str, lon: float, lat: float) -> list[Sector]:
        if not self._areas:
            return []
        hits = np.sort(self._tree.query(shapely.Point(lon, lat), predicate="intersects"))
        return [self._areas[hit] for hit in hits.tolist() if self._areas[hit].category == category]

    @cached_property
    def _streets(self) -> dict[_Street, list[Sector]]:
        found: dict[_Street, list[Sector]] = defaultdict(list)
        for row in self.rows:
            if row.street:
                found[(row.category, row.insee, _street_words(row.street))].append(row)
        return dict(found)

    @cached_property
    def _split(self) -> frozenset[tuple[str, str]]:
        leading = {key: {row.uai for row in rows} for key, rows in self._communes.items()}
        return frozenset((name, insee) for name, insee, _ in self._streets if len(leading[name, insee]) > 1)

    @cached_property
    def _communes(self) -> dict[tuple[str, str], list[Sector]]:
        """Every row but the areas, by commune."""
        found: dict[tuple[str, str], list[Sector]] = defaultdict(list)
        for row in self.rows:
            if row.geometry is None:
                found[(row.category, row.insee)].append(row)
        return dict(found)

    @cached_property
    def _whole(self) -> dict[tuple[str, str], list[Sector]]:
        return {
            key: whole for key, rows in self._communes.items() if (whole := [row for row in rows if not row.street])
        }

    @cached_property
    def _areas(self) -> list[Sector]:
        return [row for row in self.rows if row.geometry is not None]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([area.geometry for area in self._areas if area.geometry is not None])


def _street_words(street: str) -> tuple[str, ...]:
    """Return the words of a street or a locality, without the words that say that it is one."""
    normal = words(street)
    return normal[2:] if normal[:2] == ("lieu", "dit") and len(normal) > 2 else normal
