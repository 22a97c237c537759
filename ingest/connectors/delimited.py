"""CSV in any dialect, twice: in one sweep where the file is plain, record by record where it is not.

A file is plain when it has as many records as lines and every record has the cells of the header; both ways then give
the same table. Cells of several lines, blank lines, rows that do not fit, quotes that nobody closed: those are read
with Python's own reader, which is asked where it stands after each record.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.table import Table, Wanted, fold, frame_of
from ingest.ledger import Reject, RejectCode

__all__ = ["Layout", "lay_out", "read", "read_carefully", "read_plainly"]

_SEPARATORS = ";,|\t"
_RAGGED_SHARE = 0.05
"""Beyond this share of rows whose cells do not fit the header, it is the reading that is wrong, not the rows."""
_BLOCK_BYTES = 8 << 20
_LONGEST_CELL = 1 << 28
_SPACES = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
"""What ``str.strip`` takes away."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a CSV file is laid out."""

    separator: str
    titles: Sequence[str]
    """The whole header."""
    places: Mapping[str, int]
    """Of the columns that are wanted: header → place in the row."""
    offset: int
    """Bytes before the first row."""
    line: int
    """On which the first row stands, from 1."""

    @property
    def width(self) -> int:
        """Cells of a row."""
        return len(self.titles)


def read(source: Source, content: bytes, name: str, wanted: Wanted) -> Table:
    """Read a CSV file.

    Parameters
    ----------
    content
        UTF-8 without BOM.

    Raises
    ------
    SourceMalformed
        When it is cut off, when two wanted columns bear one name, or when many rows do not fit the header.
    """
    layout = lay_out(source, content, name, wanted)
    table = read_plainly(source, content, name, layout)
    return read_carefully(source, content, name, layout) if table is None else table


def lay_out(source: Source, content: bytes, name: str, wanted: Wanted) -> Layout:
    """Find separator and header; ``source.headers`` stands in for one that is shifted or absent."""
    before: list[str] = []
    stream = _lines(content)
    lines = _noted(stream, before)
    for _ in range(source.skip):
        next(lines, "")
    first = next((line for line in lines if line.strip()), "")
    separator = source.separator or _find_separator(first)
    del before[len(before) - bool(first) :]
    titles: Sequence[str] = source.headers
    if not titles:
        header = csv.reader(_noted(chain([first], stream), before), delimiter=separator)
        try:
            titles = next(header, [])
        except csv.Error as error:
            raise SourceMalformed(source.id, f"no CSV: {error}", file=name, line=len(before)) from error
    places = {title: place for place, title in enumerate(titles) if title in wanted}
    twice = [title for title in places if sum(fold(title) == fold(other) for other in titles) > 1]
    if twice and wanted.names is not None:
        line = max(1, len(before))
        raise SourceMalformed(source.id, "two columns bear the same name", file=name, line=line, column=twice[0])
    offset = sum(len(line.encode()) for line in before)
    return Layout(separator, titles, places, offset, len(before) + 1)


def _lines(content: bytes, offset: int = 0) -> Iterator[str]:
    stream = io.BytesIO(content)
    stream.seek(offset)
    return io.TextIOWrapper(stream, encoding="utf-8", newline="")


def _noted(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line


def _find_separator(line: str) -> str:
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_SEPARATORS, key=bare.count)


# --- the plain way


def read_plainly(source: Source, content: bytes, name: str, layout: Layout) -> Table | None:
    """Read a plain file in one sweep; None where it is not plain."""
    start, names = layout.offset, [str(place) for place in range(layout.width)]
    ends = content.count(b"\n", start) + (not content.endswith(b"\n"))
    if not layout.places or content.count(b"\r", start) != content.count(b"\r\n", start):
        return None
    kept = [names[place] for place in layout.places.values()]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(content).slice(start)),
            pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES, column_names=names),
            pyarrow.csv.ParseOptions(delimiter=layout.separator, newlines_in_values=content.find(b'"', start) >= 0),
            pyarrow.csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(kept, pa.string()),
                strings_can_be_null=False,
                include_columns=kept,
            ),
        )
    except pa.ArrowInvalid:
        return None
    # Cells of several lines and blank lines both make fewer records than lines.
    if table.num_rows != ends or _open_at_end(content, layout):
        return None
    columns = {
        title: pc.utf8_trim(column, characters=_SPACES)
        for title, column in zip(layout.places, table.columns, strict=True)
    }
    lines = range(layout.line, layout.line + table.num_rows)
    return Table(source.id, frame_of(columns, lines, name), (name,), headers=layout.titles)


def _open_at_end(content: bytes, layout: Layout) -> bool:
    """Tell whether a quote stands open in the last line, which the sweep would close in silence."""
    last = content[content.rfind(b"\n", 0, len(content) - 1) + 1 :].decode()
    try:
        return not list(csv.reader([last], delimiter=layout.separator, strict=True))
    except csv.Error:
        return True


# --- the careful way


@dataclass(slots=True)
class _Records:
    """What the careful way collects."""

    cells: list[tuple[str, ...]] = field(default_factory=list)
    """Of the wanted columns, of the rows that fit."""
    lines: list[int] = field(default_factory=list)
    ragged: list[tuple[int, int]] = field(default_factory=list)
    """Line and number of cells of the rows that do not."""
    last: tuple[int, int] = (0, 0)


def read_carefully(source: Source, content: bytes, name: str, layout: Layout) -> Table:
    """Read any file record by record."""
    records = _split(source, content, name, layout)
    _check_ragged(source, content, name, layout, records)
    rejects = [
        Reject(source.id, RejectCode.RAGGED_ROW, line, f"{cells} cells instead of {layout.width}", name)
        for line, cells in records.ragged
    ]
    cells = list(zip(*records.cells, strict=True)) or [()] * len(layout.places)
    columns = {title: [cell.strip() for cell in column] for title, column in zip(layout.places, cells, strict=True)}
    return Table(source.id, frame_of(columns, records.lines, name), (name,), tuple(rejects), headers=layout.titles)


def _split(source: Source, content: bytes, name: str, layout: Layout) -> _Records:
    try:
        return _collect(content, layout, strict=True)
    except csv.Error as error:
        if "end of data" in str(error):
            line = content.count(b"\n") + 1
            raise SourceMalformed(source.id, "cut off inside a quoted cell", file=name, line=line) from error
    try:
        # A quote inside a quoted cell that nobody doubled: read it as the publisher's own tools do.
        return _collect(content, layout, strict=False)
    except csv.Error as error:
        raise SourceMalformed(source.id, f"no CSV: {error}", file=name) from error


def _collect(content: bytes, layout: Layout, *, strict: bool) -> _Records:
    records, places = _Records(), tuple(layout.places.values())
    for line, row in _rows(content, layout, strict=strict):
        records.last = (line, len(row))
        if _fits(row, layout):
            records.cells.append(tuple([row[place] for place in places]))
            records.lines.append(line)
        else:
            records.ragged.append(records.last)
    return records


def _rows(content: bytes, layout: Layout, *, strict: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank, and the line on which it begins.

    A quote too many swallows the lines up to the next one. Where the record of several lines then does not fit, or the
    file is known to misquote and each of the lines fits by itself, they are taken line by line.
    """
    csv.field_size_limit(_LONGEST_CELL)
    held: list[str] = []
    line = layout.line
    for row in csv.reader(_noted(_lines(content, layout.offset), held), delimiter=layout.separator, strict=strict):
        rows = [row]
        if len(held) > 1:
            alone = [_alone(physical, layout) for physical in held]
            if not _fits(row, layout) or (not strict and all(_fits(one, layout) for one in alone)):
                rows = alone
        yield from ((number, row) for number, row in enumerate(rows, line) if row)
        line += len(held)
        held.clear()


def _alone(line: str, layout: Layout) -> list[str]:
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        row: list[str] = next(csv.reader([line], delimiter=layout.separator, quoting=quoting), [])
        if _fits(row, layout):
            break
    return row


def _fits(row: Sequence[str], layout: Layout) -> bool:
    """Tell whether a row has the cells of the header; empty ones too many do no harm."""
    return len(row) == layout.width or (len(row) > layout.width and not any(row[layout.width :]))


def _check_ragged(source: Source, content: bytes, name: str, layout: Layout, records: _Records) -> None:
    """Tell a few bad rows (rejects) from a file that is cut off or read the wrong way (an error)."""
    if not records.ragged:
        return
    line, cells = records.ragged[-1]
    if records.ragged[-1] == records.last and cells < layout.width and not content.endswith((b"\n", b"\r")):
        detail = f"cut off: its last row has {cells} cells instead of {layout.width}"
        raise SourceMalformed(source.id, detail, file=name, line=line)
    rows = len(records.lines) + len(records.ragged)
    if len(records.ragged) > max(1, rows * _RAGGED_SHARE):
        line, cells = records.ragged[0]
        detail = (
            f"{len(records.ragged)} of {rows} rows do not have the {layout.width} cells of the header "
            f"(this one has {cells})"
        )
        raise SourceMalformed(source.id, detail, file=name, line=line)
