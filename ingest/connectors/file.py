"""Files of rows in any format: a file is opened, told by what it begins with, and read by the room that knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

import pandas as pd

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors import columnar, delimited, javascript, json_rows, markup, vector, workbook
from ingest.connectors.table import Table, Wanted
from ingest.connectors.text import refuse_web_page, to_utf8
from ingest.connectors.unpack import unpack
from ingest.fetch import Fetched

__all__ = ["read", "read_every_column"]

_Room = Callable[[Source, bytes, str, Wanted], Table]
_TEXTS: Mapping[str, _Room] = {
    "csv": delimited.read,
    "json": json_rows.read,
    "jsonl": json_rows.read,
    "geojson": json_rows.read,
}


def read(source: Source, fetched: Sequence[Fetched]) -> Table:
    """Read the files of a source, one after the other, into one table.

    Raises
    ------
    SourceMalformed
        When a file is empty, cut off, a web page, in an encoding that the source does not accept, or without a column
        that it declares. Names file, line and column as far as they are known.
    """
    tables = [_read_one(source, file, Wanted.by(source)) for file in fetched]
    for table in tables:
        table.require(source)
    return _joined(source, tables)


def read_every_column(source: Source, fetched: Sequence[Fetched]) -> Table:
    """Read the same with every column, those that the source does not declare too: to see what a file holds."""
    return _joined(source, [_read_one(source, file, Wanted(None)) for file in fetched])


def _joined(source: Source, tables: Sequence[Table]) -> Table:
    if len(tables) == 1:
        return tables[0]
    return Table(
        source.id,
        pd.concat([table.frame for table in tables], ignore_index=True).fillna(""),
        tuple(name for table in tables for name in table.files),
        tuple(reject for table in tables for reject in table.rejects),
        [geometry for table in tables for geometry in table.geometries],
    )


def _read_one(source: Source, file: Fetched, wanted: Wanted) -> Table:
    name = PurePosixPath(file.origin).name or file.path.name
    content = file.path.read_bytes()
    siblings = vector.beside(file.path) if vector.is_map(content) else {}
    table = _read_content(source, content, siblings, name, wanted)
    table.blank(source.empty)
    return table


def _read_content(source: Source, packed: bytes, siblings: Mapping[str, bytes], name: str, wanted: Wanted) -> Table:
    taken = unpack(source, packed, name)
    content = taken.content
    if taken.is_workbook:
        return workbook.read(source, content, name, wanted)
    if vector.is_map(content):
        return vector.read(source, content, taken.beside or siblings, name, wanted)
    if content.startswith(b"PAR1"):
        return columnar.read(source, content, name, wanted)
    refuse_web_page(source, content, name)
    if source.format in {"xlsx", "parquet", "vector"}:
        raise SourceMalformed(source.id, f"is no {source.format} file", file=name, line=1)
    kind = source.format or _sniff(content)
    if kind == "xml":
        return markup.read(source, content, name, wanted)
    return _TEXTS[kind](source, to_utf8(source, content, name), name, wanted)


def _sniff(content: bytes) -> str:
    start = content[:2000].decode("latin-1").removeprefix("ï»¿").lstrip()
    if start.startswith(("[", "{", "\x1e")) or javascript.is_script(start):
        return "json"
    return "xml" if start.startswith("<") else "csv"
