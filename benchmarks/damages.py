"""What happens to files on their way: cut, re-encoded, shuffled, renamed, doubled, filled with rubbish, replaced."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from benchmarks.sheets import Files, Sheet, encoding_of, open_sheet, repack
from ingest.catalogue import Source
from ingest.connectors.table import Wanted
from ingest.connectors.unpack import unpack

__all__ = ["DAMAGES", "Damaged", "Original"]

_RUBBISH = (
    "", "NULL", "#REF!", "∞", "🏠🏡", "\x01\x1b\x7f\x85", "douze virgule cinq", "à " * 5000, "-", "0x1F", "nan",
    "1e400", "99999999999999999999", "=1+1", "'; DROP TABLE services; --", "\u202e12,5", "XII", "²",
)  # fmt: skip
_OBJECTS: tuple[object, ...] = (None, True, [], {}, [1, [2]], {"a": None}, 1e308, -1)
_REPLACED = 0.10
_PAGE = b"""<!DOCTYPE html>
<html lang="fr"><head><title>503 Service indisponible</title></head>
<body><h1>Service momentan\xc3\xa9ment indisponible</h1><p>Veuillez r\xc3\xa9essayer.</p></body></html>
"""


@dataclass(frozen=True)
class Damaged:
    """A file after the damage, and what was done to it."""

    files: Files
    column: str = ""
    """The one that was renamed or dropped."""
    touched: dict[int, frozenset[str]] = field(default_factory=dict)
    """Rows whose cells were replaced → the columns."""


@dataclass(frozen=True)
class Original:
    """A whole file, opened once however often it is damaged."""

    source: Source
    path: Path
    rows: Sequence[int] | None = None
    """Those that damage to the rows is done to, the others being left out; None: all."""

    @cached_property
    def sheet(self) -> Sheet:
        """Its rows."""
        sheet = open_sheet(self.source, self.path)
        return sheet if self.rows is None else replace(sheet, rows=[sheet.rows[row] for row in self.rows])

    @cached_property
    def packed(self) -> bytes:
        """Its bytes."""
        return self.path.read_bytes()

    @cached_property
    def content(self) -> bytes:
        """What is in its container."""
        return unpack(self.source, self.packed, self.path.name).content

    def damaged(self, kind: str, seed: str) -> Damaged | None:
        """Return a damaged copy; None where this kind of damage cannot happen to such a file."""
        return DAMAGES[kind](self, random.Random(seed))

    def rewritten(self) -> Files:
        """Return the file written anew, nothing changed: what the damaged ones are held against."""
        return self.sheet.write(self.sheet.columns, self.sheet.rows)


Damage = Callable[[Original, random.Random], Damaged | None]


def _siblings(path: Path) -> Files:
    """Return the files that belong to a shapefile."""
    if path.suffix != ".shp":
        return {}
    return {p.suffix: p.read_bytes() for p in path.parent.glob(f"{path.stem}.*") if p != path}


def _cut(of: Original, rng: random.Random) -> Damaged:
    content = of.packed
    return Damaged({**_siblings(of.path), "": content[: rng.randrange(len(content))]})


def _cut_inside(of: Original, rng: random.Random) -> Damaged | None:
    """Cut what is in a container, and pack it well."""
    if of.source.reader != "file" or not of.packed.startswith((b"BZh", b"\x1f\x8b")):
        return None
    content = of.content
    return Damaged({"": repack(of.packed, content[: rng.randrange(len(content))])})


def _cut_between_rows(of: Original, rng: random.Random) -> Damaged | None:
    """Leave the last rows out, as a page of results that was the last one to come does."""
    sheet = of.sheet
    if len(sheet.rows) < 2:
        return None
    return Damaged(sheet.write(sheet.columns, sheet.rows[: rng.randrange(1, len(sheet.rows))]))


def _web_page(of: Original, rng: random.Random) -> Damaged:  # noqa: ARG001
    return Damaged({**_siblings(of.path), "": _PAGE})


def _encoding(of: Original, rng: random.Random) -> Damaged | None:  # noqa: ARG001
    """Write in UTF-8 what was written in cp1252, and the other way round."""
    return _reencoded(of, 0.0)


def _two_encodings(of: Original, rng: random.Random) -> Damaged | None:
    """Change the encoding in the middle of the file."""
    return _reencoded(of, rng.random())


def _reencoded(of: Original, start: float) -> Damaged | None:
    if of.source.reader != "file" or not of.sheet.is_text or of.content.isascii():
        return None
    content = of.content
    was = encoding_of(of.source, content)
    new = "cp1252" if was.replace("-", "").lower().startswith("utf8") else "utf-8"
    lines = content.decode(was).splitlines(keepends=True)
    at = int(start * len(lines))
    # What cp1252 cannot write would be lost by the one who wrote it so, before anyone reads it.
    kept = "".join(lines[:at]).encode(was)
    return Damaged({"": repack(of.packed, kept + "".join(lines[at:]).encode(new, errors="replace"))})


def _shuffle_columns(of: Original, rng: random.Random) -> Damaged | None:
    sheet = of.sheet
    order = rng.sample(range(len(sheet.columns)), len(sheet.columns))
    return _columns_as(sheet, order, [sheet.columns[place] for place in order])


def _columns_as(sheet: Sheet, order: Collection[int], names: list[str], column: str = "") -> Damaged:
    rows = [[row[place] for place in order] if len(row) == len(sheet.columns) else row for row in sheet.rows]
    return Damaged(sheet.write(names, rows), column)


def _a_column(source: Source, sheet: Sheet, rng: random.Random) -> int:
    """Choose a column, most often one that the source reads."""
    real = [place for place, name in enumerate(sheet.columns) if not name.startswith("@")]
    wanted = Wanted.by(source)
    declared = [place for place in real if sheet.columns[place] in wanted]
    return rng.choice(declared if declared and rng.random() < 0.8 else real)


def _rename_column(of: Original, rng: random.Random) -> Damaged:
    sheet = of.sheet
    place = _a_column(of.source, sheet, rng)
    names = list(sheet.columns)
    names[place] = "renamed"
    return _columns_as(sheet, range(len(names)), names, sheet.columns[place])


def _drop_column(of: Original, rng: random.Random) -> Damaged:
    sheet = of.sheet
    gone = _a_column(of.source, sheet, rng)
    order = [place for place in range(len(sheet.columns)) if place != gone]
    return _columns_as(sheet, order, [sheet.columns[place] for place in order], sheet.columns[gone])


def _double_rows(of: Original, rng: random.Random) -> Damaged:  # noqa: ARG001
    sheet = of.sheet
    return Damaged(sheet.write(sheet.columns, [row for row in sheet.rows for _ in range(2)]))


def _replace_cells(of: Original, rng: random.Random) -> Damaged:
    sheet = of.sheet
    real = {place for place, name in enumerate(sheet.columns) if not name.startswith("@")}
    rubbish = (*_RUBBISH, *_OBJECTS) if sheet.takes_objects else _RUBBISH
    rows, touched = [], {}
    for number, row in enumerate(sheet.rows):
        places = [place for place in range(len(row)) if place in real and rng.random() < _REPLACED]
        new = list(row)
        for place in places:
            new[place] = rng.choice(rubbish)
        if places:
            touched[number] = frozenset(sheet.columns[place] for place in places)
        rows.append(new)
    return Damaged(sheet.write(sheet.columns, rows), touched=touched)


DAMAGES: dict[str, Damage] = {
    "cut": _cut,
    "cut inside": _cut_inside,
    "cut between rows": _cut_between_rows,
    "web page": _web_page,
    "other encoding": _encoding,
    "two encodings": _two_encodings,
    "columns shuffled": _shuffle_columns,
    "column renamed": _rename_column,
    "column dropped": _drop_column,
    "rows doubled": _double_rows,
    "cells replaced": _replace_cells,
}
