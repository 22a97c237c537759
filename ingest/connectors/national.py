"""National files of millions of rows, of which a territory reads its own part.

A source whose rows say their département in a column of their own (``department``) is not read whole: a Parquet file
row group by row group and by the columns asked for, a CSV (in a zip or not) block by block. What is neither of a
département near the territory nor at coordinates near it is counted and goes out of scope without having been kept in
memory.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.delimited import lay_out
from ingest.connectors.table import Table, Wanted, fold, frame_of
from ingest.connectors.text import refuse_web_page
from ingest.connectors.unpack import LIMITS
from ingest.fetch import Fetched
from ingest.ledger import Reject, RejectCode

__all__ = ["Near", "is_national", "read_near"]

_BLOCK_BYTES = 16 << 20
_START_BYTES = 1 << 16
_RAGGED_SHARE = 0.05
_SLICE_ROWS = 1 << 17
_NUMBER = r"^\s*-?\d+(\.\d+)?\s*$"


@dataclass(frozen=True)
class Near:
    """Which rows of a national file concern a territory.

    Parameters
    ----------
    departments
        Codes of the territory and of its neighbours.
    bounds
        West, south, east, north of the territory with its halo, WGS 84 degrees: a row inside is read whatever it says
        of its département.
    """

    departments: frozenset[str]
    bounds: tuple[float, float, float, float]

    def has(self, source: Source, columns: dict[str, pa.Array | pa.ChunkedArray]) -> NDArray[np.bool_]:
        """Tell which rows are near, by the columns of a part of the file (header → values of any type)."""
        folded = {fold(title): column for title, column in columns.items()}

        def of(names: Sequence[str]) -> pa.Array | pa.ChunkedArray | None:
            return next((folded[fold(name)] for name in names if fold(name) in folded), None)

        department = of(source.department)
        assert department is not None  # noqa: S101 - see _require
        codes = pc.utf8_trim_whitespace(_text(department))
        near = pc.fill_null(pc.is_in(codes, pa.array(sorted(self.departments), pa.string())), False)
        lon, lat = (of(source.columns.get(name, ())) for name in ("lon", "lat"))
        found = np.asarray(near.to_numpy(zero_copy_only=False) if isinstance(near, pa.Array) else near.to_numpy())
        if lon is None or lat is None:
            return found.astype(bool)
        west, south, east, north = self.bounds
        x, y = _numbers(lon), _numbers(lat)
        return found.astype(bool) | ((x >= west) & (x <= east) & (y >= south) & (y <= north))


@dataclass
class _Kept:
    """What has been kept of a file so far."""

    parts: list[pa.Table] = field(default_factory=list)
    lines: list[NDArray[np.int64]] = field(default_factory=list)
    ragged: list[tuple[int, int]] = field(default_factory=list)
    """Line and cells of the rows that do not fit the header."""
    rows: int = 0
    """That fit."""
    line: int = 0
    """Of the last of them."""

    def add(self, part: pa.Table, near: NDArray[np.bool_], lines: NDArray[np.int64]) -> None:
        self.rows += len(near)
        if near.any():
            self.parts.append(part.filter(pa.array(near)))
            self.lines.append(lines[near])

    def table(self, source: Source, name: str, titles: Sequence[str], rejects: Sequence[Reject]) -> Table:
        whole = pa.concat_tables(self.parts) if self.parts else pa.table({t: pa.array([], pa.string()) for t in titles})
        texts = {title: _shown(whole.column(title)) for title in titles}
        lines = np.concatenate(self.lines).tolist() if self.lines else []
        frame = frame_of(texts, lines, name)
        found = Table(source.id, frame, (name,), tuple(rejects), beyond=self.rows - len(frame))
        found.blank(source.empty)
        return found


def is_national(source: Source, files: Sequence[Fetched]) -> bool:
    """Tell whether a source is read by its part: it says so, and its one file is of a kind that can be."""
    if not source.department or len(files) != 1 or source.format not in {"", "csv", "parquet"}:
        return False
    with files[0].path.open("rb") as stream:
        start = stream.read(8)
    return not start.startswith((b"BZh", b"\x1f\x8b", b"7z\xbc\xaf"))


def read_near(source: Source, file: Fetched, near: Near) -> Table:
    """Read of a file the rows that concern a territory.

    Returns
    -------
    Table
        As of any file, without the rows that are not near: these are counted (``beyond``).

    Raises
    ------
    SourceMalformed
        As for any file; also when the column of the département is gone.
    """
    name = PurePosixPath(file.origin).name or file.path.name
    wanted = Wanted.by(source)
    with file.path.open("rb") as stream:
        start = stream.read(4)
    try:
        if start == b"PAR1":
            found = _parquet(source, file, name, wanted, near)
        else:
            found = _csv(source, file, name, wanted, near)
    except (pa.ArrowException, OSError, EOFError, ValueError, KeyError, zlib.error, zipfile.BadZipFile) as error:
        raise SourceMalformed(source.id, f"cut off or damaged: {error}", file=name) from error
    found.require(source)
    return found


def _require(source: Source, titles: Sequence[str], name: str) -> None:
    if not any(fold(title) == fold(header) for title in titles for header in source.department):
        detail = (
            f"the column {source.department[0]!r} of the département is gone; the file has: {', '.join(titles[:20])}"
        )
        raise SourceMalformed(source.id, detail, file=name, line=1, column=source.department[0])


def _filtering(source: Source, titles: Sequence[str]) -> list[str]:
    asked = {
        fold(name) for names in (source.department, *map(source.columns.get, ("lon", "lat"))) for name in names or ()
    }
    return [title for title in titles if fold(title) in asked]


# --- Parquet


def _parquet(source: Source, file: Fetched, name: str, wanted: Wanted, near: Near) -> Table:
    kept = _Kept()
    with pyarrow.parquet.ParquetFile(file.path, memory_map=True) as parquet:
        titles = parquet.schema_arrow.names
        _require(source, titles, name)
        asked = [title for title in titles if title in wanted]
        by = _filtering(source, titles)
        for group in range(parquet.num_row_groups):
            sizes = (parquet.metadata.row_group(group).column(n) for n in range(len(titles)))
            if sum(piece.total_uncompressed_size for piece in sizes if piece.path_in_schema in asked) > LIMITS.bytes:
                raise SourceMalformed(source.id, "a row group is refused as a bomb", file=name)
            mask = near.has(source, _columns(parquet.read_row_group(group, columns=by, use_threads=False)))
            lines = np.arange(kept.rows + 1, kept.rows + 1 + len(mask))
            if not mask.any():
                kept.rows += len(mask)
                continue
            at = 0
            for batch in parquet.iter_batches(_SLICE_ROWS, row_groups=[group], columns=asked, use_threads=False):
                here = slice(at, at + batch.num_rows)
                kept.add(pa.Table.from_batches([batch]), mask[here], lines[here])
                at += batch.num_rows
    return kept.table(source, name, asked, ())


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


# --- CSV


def _csv(source: Source, file: Fetched, name: str, wanted: Wanted, near: Near) -> Table:
    with _opened(source, file, name) as stream:
        start = stream.read(_START_BYTES)
    refuse_web_page(source, start, name)
    for encoding in source.encoding:
        try:
            return _in_encoding(source, file, name, wanted, near, encoding, start)
        except UnicodeDecodeError:
            continue
    raise SourceMalformed(source.id, f"not written in {' or '.join(source.encoding)}", file=name)


def _in_encoding(
    source: Source, file: Fetched, name: str, wanted: Wanted, near: Near, encoding: str, start: bytes
) -> Table:
    head = start[: start.rfind(b"\n") + 1] or start
    layout = lay_out(source, head.removeprefix(b"\xef\xbb\xbf").decode(encoding).encode(), name, wanted)
    titles = list(layout.places)
    _require(source, titles, name)
    names = [str(place) for place in range(layout.width)]
    asked = [names[place] for place in layout.places.values()]
    kept = _Kept()

    def leave(row: pyarrow.csv.InvalidRow) -> str:
        kept.ragged.append((row.number or 0, row.actual_columns))
        return "skip"

    with _opened(source, file, name) as stream:
        reader = pyarrow.csv.open_csv(
            stream,
            pyarrow.csv.ReadOptions(
                use_threads=False, block_size=_BLOCK_BYTES, column_names=names, skip_rows=layout.line - 1,
                encoding="utf-8-sig" if encoding == "utf-8" else encoding,
            ),
            pyarrow.csv.ParseOptions(delimiter=layout.separator, invalid_row_handler=leave),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(asked, pa.string()), include_columns=asked, strings_can_be_null=False
            ),
        )  # fmt: skip
        for batch in reader:
            part = pa.Table.from_batches([batch]).rename_columns(titles)
            lines = _lines(kept, layout.line, batch.num_rows)
            kept.add(part, near.has(source, _columns(part)), lines)
    rejects = _few(source, name, kept, layout.width)
    return kept.table(source, name, titles, rejects)


def _lines(kept: _Kept, first: int, rows: int) -> NDArray[np.int64]:
    """Return the lines of the next rows that fit: the ragged ones stand between them, and may have been met before."""
    ragged = np.array([line for line, _ in kept.ragged], dtype=np.int64)
    at = max(first, kept.line + 1)
    lines = np.arange(at, at + rows + len(ragged), dtype=np.int64)
    lines = lines[~np.isin(lines, ragged)][:rows]
    kept.line = int(lines[-1]) if rows else kept.line
    return lines


def _few(source: Source, name: str, kept: _Kept, width: int) -> list[Reject]:
    total = kept.rows + len(kept.ragged)
    if len(kept.ragged) > max(1, total * _RAGGED_SHARE):
        line, cells = kept.ragged[0]
        detail = (
            f"{len(kept.ragged)} of {total} rows do not have the {width} cells of the header (this one has {cells})"
        )
        raise SourceMalformed(source.id, detail, file=name, line=line or None)
    return [
        Reject(source.id, RejectCode.RAGGED_ROW, line, f"{cells} cells instead of {width}", name)
        for line, cells in kept.ragged
    ]


class _Measured(io.RawIOBase):
    """A member of an archive that is refused while it swells."""

    def __init__(self, inner: IO[bytes], packed_bytes: int, refuse: Callable[[], SourceMalformed]) -> None:
        self._inner, self._packed_bytes, self._refuse, self._read = inner, packed_bytes, refuse, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        taken = self._inner.read(len(buffer))
        self._read += len(taken)
        much = self._read > LIMITS.small_bytes and self._read > LIMITS.ratio * self._packed_bytes
        if much or self._read > LIMITS.bytes:
            raise self._refuse()
        buffer[: len(taken)] = taken
        return len(taken)


@contextmanager
def _opened(source: Source, file: Fetched, name: str) -> Iterator[IO[bytes]]:
    """Open a CSV, the one in a zip too."""
    with file.path.open("rb") as plain:
        packed = plain.read(4) == b"PK\x03\x04"
        plain.seek(0)
        if not packed:
            yield plain
            return
        with zipfile.ZipFile(plain) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir() and re.search(source.member, i.filename)]
            if len(infos) != 1:
                detail = f"expected one file in the zip, found {[info.filename for info in infos][:20]}"
                raise SourceMalformed(source.id, detail, file=name)
            bomb = SourceMalformed(source.id, "unpacks to more than any file holds: refused as a bomb", file=name)
            with archive.open(infos[0]) as member:
                yield io.BufferedReader(_Measured(member, infos[0].compress_size, lambda: bomb))


# --- values


def _text(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _shown(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.utf8_trim_whitespace(_text(column)), "")


def _numbers(column: pa.Array | pa.ChunkedArray) -> NDArray[np.float64]:
    """Return numbers, NaN where a cell is none."""
    if pa.types.is_string(column.type) or pa.types.is_dictionary(column.type):
        text = pc.replace_substring(_text(column), ",", ".")
        column = pc.if_else(pc.match_substring_regex(text, _NUMBER), pc.utf8_trim_whitespace(text), None)
    numbers = column.cast(pa.float64())
    return np.asarray(numbers.to_numpy(zero_copy_only=False) if isinstance(numbers, pa.Array) else numbers.to_numpy())
