"""The files of a GTFS feed: a zip as publishers serve it, or its tables side by side, be they scripts; all is text.

gtfs-kit reads feeds too, and is not asked to here: it opens every table (the shapes of a region alone fill the memory),
unpacks without a limit, takes a stop named "nan" for none, and does not say on which line a row stands.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as csv_of_arrow

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.gtfs_scripts import as_table, is_script, table_name
from ingest.connectors.table import FILE, LINE
from ingest.fetch import Fetched
from ingest.ledger import Reject, RejectCode

__all__ = ["GtfsFiles"]

Opener = Callable[[], AbstractContextManager[BinaryIO]]

_LIMIT_BYTES = 2 << 30
"""A table that would unpack to more is refused: the stop times of all France take a third of it."""
_LONGEST_HEADER = 1 << 16
_RAGGED_SHARE = 0.05
"""Beyond this share of rows whose cells do not fit the header, it is the reading that is wrong, not the rows."""


@dataclass(frozen=True)
class GtfsFiles:
    """The tables of one feed by name (``stops.txt``).

    Parameters
    ----------
    source
        Whose feed it is; its ``encoding`` says in which encodings a table may be written.
    openers
        How to open each table.
    """

    source: Source
    openers: Mapping[str, Opener]

    @classmethod
    def of(cls, source: Source, fetched: Sequence[Fetched]) -> GtfsFiles:
        """Look into the files of a source: one zip, or the tables of an unpacked one.

        Raises
        ------
        SourceMalformed
            When the zip is damaged, holds a table twice or one too large, or a web page stands in its place.
        """
        openers: dict[str, Opener] = {}
        for file in fetched:
            name = PurePosixPath(file.origin).name or file.path.name
            with file.path.open("rb") as stream:
                start = stream.read(1024).lstrip().lower()
            if start.startswith(b"pk\x03\x04"):
                found = _members(source, file, name)
            elif start.startswith((b"<!doctype html", b"<html")):
                raise SourceMalformed(source.id, "a web page stands where a GTFS feed is expected", file=name, line=1)
            elif is_script(start):
                content = as_table(source, file.path.read_bytes(), name)
                found = {table_name(name): partial(io.BytesIO, content)}
            else:
                found = {name: partial(_loose, file.path)}
            if twice := set(found) & set(openers):
                raise SourceMalformed(source.id, "the feed holds this table twice", file=min(twice))
            openers.update(found)
        return cls(source, openers)

    def has(self, name: str) -> bool:
        """Tell whether the feed has a table."""
        return name in self.openers

    def content(self, name: str) -> bytes:
        """Return a file's bytes.

        Raises
        ------
        SourceMalformed
            When the feed lacks it, or the zip is damaged there.
        """
        self._require(name)
        try:
            with self.openers[name]() as stream:
                return stream.read()
        except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
            raise SourceMalformed(self.source.id, f"cut off or damaged: {error}", file=name) from error

    def table(
        self, name: str, required: Iterable[str], optional: Iterable[str] = ()
    ) -> tuple[pd.DataFrame, list[Reject]]:
        """Read a long table.

        Returns
        -------
        frame
            In file order, the columns asked for as categories of text: a column of a million calls holds some hundred
            different words. An absent value, and every value of an optional column that is absent, is ``""``.
        rejects
            Rows with more or fewer cells than the header.

        Raises
        ------
        SourceMalformed
            When the feed lacks the table or a required column; when the table is cut off, or more than one row in
            twenty is ragged.
        """
        self._require(name)
        required = list(required)
        header = {title.strip(): title for title in self._header(name)}
        for column in required:
            if column not in header:
                detail = f"the column {column!r} is gone; the file has: {', '.join(header) or 'none'}"
                raise SourceMalformed(self.source.id, detail, file=name, line=1, column=column)
        wanted = [*required, *(column for column in optional if column in header)]
        frame, ragged = self._parsed(name, [header[column] for column in wanted])
        frame.columns = pd.Index(wanted)
        rejects = self._few(name, ragged, len(frame) + len(ragged), len(header))
        for column in optional:
            if column not in frame:
                frame[column] = pd.Categorical.from_codes(np.zeros(len(frame), dtype=np.int64), pd.Index([""]))
        return frame, rejects

    def rows(self, name: str, columns: Iterable[str]) -> tuple[pd.DataFrame, list[Reject]]:
        """Read a short table row by row, each with its line.

        Returns
        -------
        frame
            The columns asked for, as far as the table has them, then ``@line`` and ``@file``.
        rejects
            Rows with more or fewer cells than the header.

        Raises
        ------
        SourceMalformed
            As in :meth:`table`; also when more than one row in twenty is ragged.
        """
        self._require(name)
        reader = csv.reader(io.StringIO(self._text(name), newline=""))
        try:
            header = [title.strip() for title in next(reader, [])]
            records = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
        except csv.Error as error:
            raise SourceMalformed(self.source.id, f"no CSV: {error}", file=name, line=reader.line_num) from error
        if not any(header):
            raise SourceMalformed(self.source.id, "the file is empty", file=name, line=1)
        ragged = [(line, len(row)) for line, row in records if len(row) < len(header) or any(row[len(header) :])]
        rejects = self._few(name, ragged, len(records), len(header))
        bad = {reject.line for reject in rejects}
        good = [(line, row) for line, row in records if line not in bad]
        frame = pd.DataFrame(
            {column: [row[header.index(column)] for _, row in good] for column in columns if column in header},
            dtype="str",
            index=range(len(good)),
        )
        frame[LINE] = pd.Series([line for line, _ in good], dtype="int64", index=frame.index)
        frame[FILE] = name
        return frame, rejects

    def _few(self, name: str, ragged: Sequence[tuple[int, int]], rows: int, width: int) -> list[Reject]:
        """Tell a few bad rows (line, cells) from a table that is cut off or read the wrong way."""
        if ragged and ragged[-1][0] > rows and ragged[-1][1] < width and not self._ends_a_line(name):
            line, cells = ragged[-1]
            detail = f"cut off: its last row has {cells} cells instead of {width}"
            raise SourceMalformed(self.source.id, detail, file=name, line=line)
        if len(ragged) > max(1, rows * _RAGGED_SHARE):
            line, cells = ragged[0]
            detail = f"{len(ragged)} of {rows} rows do not have the {width} cells of the header (this one has {cells})"
            raise SourceMalformed(self.source.id, detail, file=name, line=line)
        return [
            Reject(self.source.id, RejectCode.RAGGED_ROW, line, f"{cells} cells instead of {width}", name)
            for line, cells in ragged
        ]

    def _require(self, name: str) -> None:
        if name not in self.openers:
            there = ", ".join(sorted(self.openers)) or "nothing"
            raise SourceMalformed(self.source.id, f"the feed lacks {name}: it holds {there}", file=name)

    def _text(self, name: str) -> str:
        content = self.content(name)
        for encoding in self.source.encoding:
            try:
                return content.decode(_codec(encoding))
            except UnicodeDecodeError:
                continue
        raise SourceMalformed(self.source.id, f"not written in {' or '.join(self.source.encoding)}", file=name)

    def _ends_a_line(self, name: str) -> bool:
        with self.openers[name]() as stream:
            stream.seek(-1, io.SEEK_END)
            return stream.read(1) == b"\n"

    def _header(self, name: str) -> list[str]:
        try:
            with self.openers[name]() as stream:
                line = stream.readline(_LONGEST_HEADER)
        except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
            raise SourceMalformed(self.source.id, f"cut off or damaged: {error}", file=name) from error
        try:
            return next(csv.reader([line.decode("utf-8-sig", errors="replace")]), [])
        except csv.Error as error:
            raise SourceMalformed(self.source.id, f"its header is no CSV: {error}", file=name, line=1) from error

    def _parsed(self, name: str, wanted: Sequence[str]) -> tuple[pd.DataFrame, list[tuple[int, int]]]:
        """Return the columns of a table, and line and cells of the rows that do not fit its header."""
        ragged: list[tuple[int, int]] = []

        def leave(row: csv_of_arrow.InvalidRow) -> str:
            ragged.append((row.number, row.actual_columns))
            return "skip"

        for encoding in self.source.encoding:
            ragged.clear()
            try:
                with self.openers[name]() as stream:
                    table = csv_of_arrow.read_csv(
                        stream,
                        csv_of_arrow.ReadOptions(use_threads=False, encoding=_codec(encoding)),
                        csv_of_arrow.ParseOptions(invalid_row_handler=leave),
                        csv_of_arrow.ConvertOptions(
                            include_columns=wanted,
                            column_types=dict.fromkeys(wanted, pa.dictionary(pa.int32(), pa.string())),
                            strings_can_be_null=False,
                        ),
                    )
                return table.to_pandas(), ragged
            except (OSError, EOFError, ValueError, KeyError, zlib.error, zipfile.BadZipFile) as error:
                if not isinstance(error, UnicodeDecodeError):
                    raise SourceMalformed(self.source.id, f"cut off or no CSV: {error}", file=name) from error
        raise SourceMalformed(self.source.id, f"not written in {' or '.join(self.source.encoding)}", file=name)


def _codec(encoding: str) -> str:
    """Return a codec that takes a byte order mark, and that Arrow does not take for its own: it would not look."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _members(source: Source, file: Fetched, name: str) -> dict[str, Opener]:
    """Return how to open the files of a zip, by their last name: some publishers put the feed into a folder."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            members = archive.infolist()
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise SourceMalformed(source.id, f"cut off or damaged: {error}", file=name) from error
    found: dict[str, Opener] = {}
    for info in members:
        path = PurePosixPath(info.filename)
        if info.is_dir() or path.parts[0] == "__MACOSX" or path.name.startswith("."):
            continue
        if path.name in found:
            raise SourceMalformed(source.id, "the feed holds this table twice", file=path.name)
        if info.file_size > _LIMIT_BYTES:
            detail = f"would unpack to {info.file_size / 2**30:.0f} GiB, more than any feed holds"
            raise SourceMalformed(source.id, detail, file=path.name)
        found[path.name] = partial(_opened, file.path, info)
    return found


def _loose(path: Path) -> BinaryIO:
    return path.open("rb")


@contextmanager
def _opened(path: Path, info: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """Open a file of a zip, and close both when it has been read."""
    with zipfile.ZipFile(path) as archive, archive.open(info) as stream:
        yield cast("BinaryIO", stream)
