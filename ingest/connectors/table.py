"""What every connector hands on: rows whose every value is text, under the publisher's own headers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.ledger import Reject

__all__ = ["FILE", "INSIDE", "LINE", "POINT_LAT", "POINT_LON", "Table", "fold", "wanted_headers"]

LINE, FILE = "@line", "@file"
"""Columns that every frame has: where the row stands."""
INSIDE = ">"
"""``adresse>longitude``: the key of a JSON object inside a cell."""
POINT_LON, POINT_LAT = "@lon", "@lat"
"""Columns of a row that came with a geometry (GeoJSON, OpenStreetMap), WGS 84 degrees as text."""

_POSITIONS = (("lon", "lat"), ("x", "y"), ("point",))
"""The ways in which a file says where a row stands; one of them must be there."""


@dataclass(frozen=True)
class Table:
    """Rows of one source, all text.

    Parameters
    ----------
    source
        Id of the source.
    frame
        One row each, in file order; columns: the headers that the source asks for, as far as the files have them,
        then ``@line`` (int64, from 1 with a CSV's header as line 1) and ``@file`` (text). An absent value is ``""``.
    files
        Names of the files, for error texts.
    rejects
        Rows that could not even be split into cells; they are not in ``frame``.
    geometries
        One for each row of ``frame`` where the file has shapes, else empty; None where a shape cannot be read.
    tags
        One for each row of ``frame`` where the file is OpenStreetMap's, else empty.
    """

    source: str
    frame: pd.DataFrame
    files: tuple[str, ...]
    rejects: tuple[Reject, ...] = ()
    geometries: Sequence[BaseGeometry | None] = ()
    tags: Sequence[Mapping[str, str]] = ()
    _folded: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _cells: dict[tuple[str, ...], list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._folded.update({fold(str(name)): str(name) for name in self.frame.columns})

    @property
    def read(self) -> int:
        """Rows of the files, those that could not be split included."""
        return len(self.frame) + len(self.rejects)

    def has(self, names: Iterable[str]) -> bool:
        """Tell whether the files have a column under one of these headers."""
        return self._find(names) is not None

    def text(self, names: Iterable[str]) -> pd.Series[str]:
        """Return the column under the first of these headers that the files have; ``""`` all along where none does."""
        name = self._find(names)
        if name is None:
            return pd.Series("", index=self.frame.index, dtype=object)
        title, _, key = name.partition(INSIDE)
        column = self.frame[self._folded[fold(title)]]
        return column.map(lambda cell: _inside(cell, key)) if key else column

    def cells(self, names: Sequence[str]) -> list[str]:
        """Return the same as a list, for reading cell by cell."""
        key = tuple(names)
        if key not in self._cells:
            self._cells[key] = self.text(key).tolist()
        return self._cells[key]

    def _find(self, names: Iterable[str]) -> str | None:
        return next((name for name in names if fold(name.partition(INSIDE)[0]) in self._folded), None)

    def require(self, source: Source) -> None:
        """Check that the files have what the source declares.

        Raises
        ------
        SourceMalformed
            When a column vanished. An empty category would look like a place without services: it stops here instead.
        """
        columns = source.columns
        located = [pair for pair in _POSITIONS if all(name in columns and self.has(columns[name]) for name in pair)]
        for name, headers in columns.items():
            if name in source.optional or any(name in pair for pair in _POSITIONS):
                continue
            for header in headers[0].split("+") if len(headers) == 1 else [""]:
                if not self.has([header] if header else headers):
                    self._vanished(header or headers[0], headers)
        asked = [pair for pair in _POSITIONS if any(name in columns for name in pair)]
        if asked and not located and not self.has([POINT_LON]):
            # Half a pair that is there tells which pair was meant.
            half = [pair for pair in asked if any(name in columns and self.has(columns[name]) for name in pair)]
            gone = next(name for name in (half or asked)[0] if name in columns and not self.has(columns[name]))
            self._vanished(columns[gone][0], columns[gone])
        filters = [*source.keep, *source.drop]
        others = [f.column for f in filters if not f.if_present] + [also.column for also in source.also]
        if source.crs is not None and source.crs.column and ("x", "y") in located:
            others.append(source.crs.column)
        for headers in others if not self.tags else []:
            if not self.has(headers):
                self._vanished(headers[0], headers)

    def _vanished(self, column: str, headers: Sequence[str]) -> None:
        there = ", ".join(str(name) for name in self.frame.columns if not str(name).startswith("@"))
        also = f" (nor {', '.join(headers[1:])})" if len(headers) > 1 else ""
        detail = f"the column {column!r}{also} is gone; among those asked for, the file has: {there or 'none'}"
        raise SourceMalformed(self.source, detail, file=", ".join(self.files), line=1, column=column)


def _inside(cell: str, key: str) -> str:
    """Return the text of a key of the JSON object (or of the first of a list of them) that a cell holds."""
    try:
        value = json.loads(cell)
    except ValueError:
        return ""
    first = value[0] if isinstance(value, list) and value else value
    found = first.get(key) if isinstance(first, dict) else None
    return "" if found is None else str(found).strip()


@lru_cache(maxsize=4096)
def fold(header: str) -> str:
    """Bring a header to the form in which vintages agree: case, spaces, ``_``, ``-``, ``#`` and a BOM left aside."""
    return re.sub(r"[^\w@:]+|_+", "_", header.casefold()).strip("_")


def wanted_headers(source: Source) -> set[str]:
    """Return the folded headers that a source reads; the other columns are not kept."""
    names = [name for headers in source.columns.values() for header in headers for name in header.split("+")]
    names += [name for f in (*source.keep, *source.drop) for name in f.column]
    names += [name for also in source.also for name in also.column]
    names += [name for headers in source.links.values() for name in headers]
    names += list(source.crs.column) if source.crs is not None else []
    return {fold(name.partition(INSIDE)[0]) for name in names}
