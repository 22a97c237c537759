"""What every connector hands on: rows whose every value is text, under the publisher's own headers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

import pandas as pd
import pyarrow as pa
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from ingest.catalogue import CONTENT_KEY, Source
from ingest.ledger import Reject

__all__ = [
    "FILE",
    "INSIDE",
    "JOINED",
    "LINE",
    "POINT_LAT",
    "POINT_LON",
    "Table",
    "Wanted",
    "fold",
    "frame_of",
]

LINE, FILE = "@line", "@file"
"""Columns that every frame has: where the row stands."""
INSIDE = ">"
"""``adresse>longitude``: the key of a JSON object inside a cell."""
JOINED = "+"
"""``voie+commune``: several columns that make one text."""
POINT_LON, POINT_LAT = "@lon", "@lat"
"""Columns of a row that came with a geometry (GeoJSON, OpenStreetMap), WGS 84 degrees as text."""

_POSITIONS = (("lon", "lat"), ("x", "y"), ("point",))
"""The ways in which a file says where a row stands; one of them must be there."""
_SHOWN, _SHOWN_CHARACTERS = 20, 60
"""Headers of a file that an error shows, and how much of each."""


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
    doubled
        Rows that stand in several files alike; they are in ``frame`` once.
    beyond
        Rows of a national file that do not concern the territory, which were counted and not kept.
    headers
        What the file calls its columns, wanted or not, for error texts; empty: those of ``frame``.
    """

    source: str
    frame: pd.DataFrame
    files: tuple[str, ...]
    rejects: tuple[Reject, ...] = ()
    geometries: Sequence[BaseGeometry | None] = ()
    tags: Sequence[Mapping[str, str]] = ()
    doubled: int = 0
    beyond: int = 0
    headers: Sequence[str] = ()
    _folded: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _cells: dict[tuple[str, ...], list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._folded.update({fold(str(name)): str(name) for name in self.frame.columns})

    @property
    def read(self) -> int:
        """Rows of the files, those that could not be split, that stand twice or were not kept included."""
        return len(self.frame) + len(self.rejects) + self.doubled + self.beyond

    def has(self, names: Iterable[str]) -> bool:
        """Tell whether the files have a column under one of these headers (all parts of one that is joined)."""
        return self._find(names) is not None

    def text(self, names: Iterable[str], joined_by: str = " ") -> pd.Series[str]:
        """Return the column under the first of these headers that the files have; ``""`` all along where none does.

        Parameters
        ----------
        names
            Variants of one header. ``a+b`` stands for two columns that make one text.
        joined_by
            What stands between the parts. A space joins words: empty parts are left out. Anything else joins codes:
            empty parts keep their place.
        """
        name = self._find(names)
        if name is None:
            return pd.Series("", index=self.frame.index, dtype="str")
        first, *others = [self._column(part) for part in name.split(JOINED)]
        if not others:
            return first
        joined = first.str.cat(pd.concat(others, axis=1), sep=joined_by)
        return joined.str.replace(r"\s+", " ", regex=True).str.strip() if joined_by == " " else joined

    def cells(self, names: Sequence[str], joined_by: str = " ") -> list[str]:
        """Return the same as a list, for reading cell by cell."""
        key = (*names, joined_by)
        if key not in self._cells:
            self._cells[key] = self.text(names, joined_by).tolist()
        return self._cells[key]

    def _column(self, name: str) -> pd.Series[str]:
        whole = self._folded.get(fold(name))
        if whole is not None:
            return self.frame[whole]
        title, *keys = name.split(INSIDE)
        return self.frame[self._folded[fold(title)]].map(lambda cell: _inside(cell, keys))

    def _find(self, names: Iterable[str]) -> str | None:
        return next((name for name in names if not self._missing(name)), None)

    def _missing(self, name: str) -> list[str]:
        """Return the parts of a header that the files do not have."""
        return [part for part in name.split(JOINED) if not self._holds(part)]

    def _holds(self, part: str) -> bool:
        """Tell whether the files have a column, or one whose cells are objects where a key inside is asked for."""
        title, *keys = part.split(INSIDE)
        if fold(part) in self._folded or fold(title) not in self._folded:
            return fold(part) in self._folded
        cells = self.frame[self._folded[fold(title)]]
        filled = cells[cells != ""]
        return not keys or filled.empty or bool(filled.str.startswith(("{", "[")).any())

    def blank(self, values: Collection[str]) -> None:
        """Empty the cells that hold one of these values, which stand for an absent one."""
        for name in self.frame.columns if values else ():
            if not str(name).startswith("@"):
                self.frame[name] = self.frame[name].mask(self.frame[name].isin(list(values)), "")

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
            if name in source.optional or any(name in pair for pair in _POSITIONS) or CONTENT_KEY in headers:
                continue
            if not self.has(headers):
                raise self._vanished(source, headers)
        needed = {name for name in columns if name not in source.optional}
        asked = [pair for pair in _POSITIONS if needed & set(pair)]
        if asked and not located and not self.has([POINT_LON]):
            # Half a pair that is there tells which pair was meant.
            half = [pair for pair in asked if any(name in columns and self.has(columns[name]) for name in pair)]
            headers = next((columns.get(n, (n,)) for n in (half or asked)[0] if not self.has(columns.get(n, ()))), ())
            raise self._vanished(source, headers)
        filters = [*source.keep, *source.drop]
        others = [f.column for f in filters if not f.if_present] + [also.column for also in source.also]
        if source.crs is not None and source.crs.column and ("x", "y") in located:
            others.append(source.crs.column)
        others += [(header,) for header in source.wide]
        others += [headers for kind, headers in source.links.items() if f"links.{kind}" not in source.optional]
        for headers in others if not self.tags else []:
            if not self.has(headers):
                raise self._vanished(source, headers)

    def _vanished(self, source: Source, headers: Sequence[str]) -> SourceMalformed:
        """Return the error that names a column, what the file has instead, and which of that it may have become."""
        column = self._missing(headers[0])[0]
        there = [str(name) for name in self.headers or self.frame.columns if name and not str(name).startswith("@")]
        shown = ", ".join(name[:_SHOWN_CHARACTERS] for name in there[:_SHOWN])
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        also = f" (nor {', '.join(headers[1:])})" if len(headers) > 1 else ""
        free = [name for name in there if name not in Wanted.by(source)]
        gone = [part for name in headers for part in self._missing(name)]
        near = f"; the nearest is {_nearest(gone, free)[:_SHOWN_CHARACTERS]!r}" if free else ""
        detail = f"the column {column!r}{also} is gone; the file has: {shown or 'none'}{more}{near}"
        return SourceMalformed(self.source, detail, file=", ".join(self.files), line=1, column=column)


def _nearest(gone: Iterable[str], free: Iterable[str]) -> str:
    """Return the one of a file's free headers that is most like one that is gone."""
    pairs = ((SequenceMatcher(None, fold(lost), fold(name)).ratio(), name) for name in free for lost in gone)
    return max(pairs, key=lambda pair: pair[0])[1]


def _inside(cell: str, keys: Sequence[str]) -> str:
    """Return the text of a key (or of a key's key) of the JSON object that a cell holds; of a list, its first."""
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return ""
    for key in keys:
        first = value[0] if isinstance(value, list) and value else value
        value = first.get(key) if isinstance(first, dict) else None
    return "" if value is None else str(value).strip()


@lru_cache(maxsize=4096)
def fold(header: str) -> str:
    """Bring a header to the form in which vintages agree: case, spaces, ``_``, ``-``, ``#`` and a BOM left aside."""
    return re.sub(r"[^\w@:>]+|_+", "_", header.casefold()).strip("_")


@dataclass(frozen=True)
class Wanted:
    """Which columns of a file are kept."""

    names: tuple[str, ...] | None
    """Headers as a source writes them, parts of joined ones each by itself; None: every column."""
    _folded: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forms = [form for name in self.names or () for form in (fold(name), fold(name.partition(INSIDE)[0]))]
        object.__setattr__(self, "_folded", frozenset(forms))

    @classmethod
    def by(cls, source: Source) -> Wanted:
        """Return what a source reads."""
        groups = [*source.columns.values(), *(f.column for f in (*source.keep, *source.drop))]
        groups += [*(also.column for also in source.also), *source.links.values(), tuple(source.wide)]
        groups += [source.department, source.crs.column if source.crs is not None else ()]
        parts = [part for names in groups for name in names for part in name.split(JOINED)]
        return cls(tuple(name for name in dict.fromkeys(parts) if name != CONTENT_KEY))

    def __contains__(self, header: str) -> bool:
        return self.names is None or fold(header) in self._folded


def frame_of(columns: Mapping[str, Sequence[str] | pa.ChunkedArray], lines: Sequence[int], file: str) -> pd.DataFrame:
    """Return the frame of a file's rows.

    Parameters
    ----------
    columns
        The publisher's header → texts, one for each row.
    lines
        On which line of the file each row begins.
    """
    texts = {
        title: column if isinstance(column, pa.ChunkedArray) else pa.array(column, pa.string())
        for title, column in columns.items()
    }
    frame = pa.table(texts).to_pandas() if texts else pd.DataFrame(index=range(len(lines)))
    frame[LINE] = pd.Series(lines, dtype="int64", index=frame.index)
    frame[FILE] = pd.Series(file, dtype="str", index=frame.index)
    return frame
