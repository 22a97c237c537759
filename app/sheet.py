"""A sheet of comma-separated values that somebody sends: read as it was written, and written back with more columns."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.deps import near
from geo.errors import FieldProblem, InvalidParameter

__all__ = ["Sheet", "read_sheet", "write_sheet"]

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 10_000
_ENCODINGS = ("utf-8-sig", "cp1252")
"""Tried in turn where none is named; what a spreadsheet writes in France is one of the two."""


@dataclass(frozen=True)
class Sheet:
    """Rows of text under a header, and how they were written."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    """Each as long as ``columns``."""
    delimiter: str
    encoding: str

    def position(self, column: str, field: str) -> int:
        """Return where a column stands.

        Raises
        ------
        InvalidParameter
            When the sheet has no such column; names the field that asked for it, and the nearest that there is.
        """
        if column not in self.columns:
            raise InvalidParameter(FieldProblem(field, f"{column[:60]!r} is no column", near(column, self.columns)))
        return self.columns.index(column)

    def first_of(self, names: Iterable[str]) -> int | None:
        """Return where the first of some columns stands that the sheet has."""
        lowered = [column.strip().lower() for column in self.columns]
        return next((lowered.index(name) for name in names if name in lowered), None)


def read_sheet(content: bytes, most_rows: int, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """Read a file.

    Parameters
    ----------
    content
        As sent.
    most_rows
        More are refused.
    encoding
        Its name; None = UTF-8, else the one of Windows.
    delimiter
        One character; None = the one of ``,;`` tabulator and bar that the header holds most of.

    Raises
    ------
    InvalidParameter
        When it is empty, too long, in another encoding, or a row has more cells than the header.
    """
    text, used = _decoded(content, encoding)
    lines = io.StringIO(text.lstrip("\ufeff"), newline="")
    mark = delimiter or _guessed(text)
    if len(mark) != 1 or mark in '"\r\n':
        raise InvalidParameter(FieldProblem("delimiter", f"{mark!r} separates nothing", "one character, such as ;"))
    try:
        head, *rows = (row for row in csv.reader(lines, delimiter=mark) if row)
    except ValueError:
        raise InvalidParameter(
            FieldProblem("data", "is empty", "a header and rows of comma-separated values")
        ) from None
    except csv.Error as error:
        raise InvalidParameter(FieldProblem("data", f"is no CSV: {error}", "comma-separated values")) from error
    if len(rows) > most_rows:
        raise InvalidParameter(FieldProblem("data", f"holds {len(rows)} rows", f"at most {most_rows}"))
    return Sheet(tuple(head), [_filled(row, len(head), number) for number, row in enumerate(rows, start=1)], mark, used)


def write_sheet(sheet: Sheet, more: Sequence[str], found: Iterable[Mapping[str, str]], *, with_bom: bool) -> bytes:
    """Write the sheet with more columns; one that it has already is written over.

    Parameters
    ----------
    more
        Names of columns.
    found
        For each row, in order, what these columns hold; empty where nothing is said.
    with_bom
        Begin with a mark by which a spreadsheet knows UTF-8.
    """
    columns = [*sheet.columns, *(name for name in more if name not in sheet.columns)]
    place = {name: columns.index(name) for name in more}
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=sheet.delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    blank = [""] * (len(columns) - len(sheet.columns))
    for row, answer in zip(sheet.rows, found, strict=True):
        cells = [*row, *blank]
        for name, at in place.items():
            cells[at] = answer.get(name, "")
        writer.writerow(cells)
    written = out.getvalue().encode(sheet.encoding, "replace")
    return codecs.BOM_UTF8 + written if with_bom and sheet.encoding == "utf-8" else written


def _decoded(content: bytes, encoding: str | None) -> tuple[str, str]:
    for name in (encoding,) if encoding else _ENCODINGS:
        try:
            text = content.decode(name)
        except LookupError:
            raise InvalidParameter(FieldProblem("encoding", f"{name[:40]!r} is not known", "utf-8, say")) from None
        except ValueError:
            continue
        return text, "utf-8" if codecs.lookup(name).name in {"utf-8", "utf-8-sig"} else name
    expected = "the name of its encoding in the field encoding, such as latin-1"
    raise InvalidParameter(FieldProblem("data", f"is not {encoding or 'UTF-8'}", expected))


def _guessed(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=lambda mark: (head.count(mark), -_DELIMITERS.index(mark)))


def _filled(row: list[str], width: int, number: int) -> list[str]:
    if len(row) > width:
        problem = f"row {number} has {len(row)} cells, and the header {width}"
        raise InvalidParameter(FieldProblem("data", problem, "as many cells as the header, or quotes around them"))
    if any(len(cell) > _LONGEST_CELL for cell in row):
        raise InvalidParameter(
            FieldProblem("data", f"row {number} has a cell of more than {_LONGEST_CELL} characters", "less")
        )
    return row + [""] * (width - len(row))
