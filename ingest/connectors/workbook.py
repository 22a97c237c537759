"""Workbooks (XLSX): the values of one sheet, never its formulas."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.table import Table, Wanted, fold, frame_of

__all__ = ["read"]

_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_UNSAVED = re.compile(rb"</f>\s*(?:<v\s*/>)?\s*</c>|</f>\s*<v>\s*</v>\s*</c>")
_SAVED_EMPTY = re.compile(rb't="str"')
_CHUNK_BYTES, _LAP_BYTES = 1 << 20, 1 << 10
_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    ParseError,
    InvalidFileException,
)


def read(source: Source, content: bytes, name: str, wanted: Wanted) -> Table:
    """Read a sheet: the one that ``source.layer`` names, else the first.

    Raises
    ------
    SourceMalformed
        When the workbook is damaged, has no such sheet, holds entities, or formulas whose values nobody saved.
    """
    try:
        _inspect(source, content, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that do not matter to values
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                sheets = book.sheetnames
                if source.layer and source.layer not in sheets:
                    detail = f"has no sheet {source.layer!r}; there are {', '.join(sheets)}"
                    raise SourceMalformed(source.id, detail, file=name)
                rows = book[source.layer or sheets[0]].iter_rows(values_only=True)
                return _table(source, rows, name, wanted)
            finally:
                book.close()
    except _DAMAGE as error:
        raise SourceMalformed(source.id, f"cut off or no workbook: {error}", file=name) from error


def _table(source: Source, rows: Iterable[Sequence[Any]], name: str, wanted: Wanted) -> Table:
    numbered = _filled(rows, source.skip)
    titles: Sequence[Any] = source.headers or next(numbered, (0, ()))[1]
    places = {_text(title): place for place, title in enumerate(titles) if title is not None and _text(title) in wanted}
    twice = [title for title in places if sum(fold(title) == fold(_text(other)) for other in titles) > 1]
    if twice and wanted.names is not None:
        line = source.skip + 1
        raise SourceMalformed(source.id, "two columns bear the same name", file=name, line=line, column=twice[0])
    lines: list[int] = []
    columns: dict[str, list[str]] = {title: [] for title in places}
    for line, row in numbered:
        lines.append(line)
        for title, place in places.items():
            columns[title].append(_text(row[place]) if place < len(row) else "")
    return Table(source.id, frame_of(columns, lines, name), (name,), headers=list(map(_text, titles)))


def _filled(rows: Iterable[Sequence[Any]], skip: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows that are not blank, with their numbers in the sheet."""
    for line, row in enumerate(rows, 1):
        if line > skip and any(cell is not None for cell in row):
            yield line, row


def _text(value: Any) -> str:
    """Return a cell as text: a code that became a number has no ``.0``, a day no midnight."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def _inspect(source: Source, content: bytes, name: str) -> None:
    """Look for what a workbook may not hold before anything parses it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            if not info.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(info) as stream:
                lap = b""
                while chunk := stream.read(_CHUNK_BYTES):
                    piece = lap + chunk
                    if _DECLARED.search(piece):
                        detail = "declares a document type or entities: refused"
                        raise SourceMalformed(source.id, detail, file=name)
                    if "worksheets/" in info.filename:
                        _refuse_unsaved(source, piece, name)
                    lap = piece[-_LAP_BYTES:]


def _refuse_unsaved(source: Source, piece: bytes, name: str) -> None:
    for match in _UNSAVED.finditer(piece):
        cell = piece[piece.rfind(b"<c ", 0, match.start()) : match.start()]
        if not _SAVED_EMPTY.search(cell):
            where = re.search(rb'r="([A-Z]+)(\d+)"', cell)
            raise SourceMalformed(
                source.id,
                "holds formulas whose values were not saved: open it in a spreadsheet and save it",
                file=name,
                line=int(where[2]) if where else None,
                column=where[1].decode() if where else "",
            )
