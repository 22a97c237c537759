"""Files of rows: CSV in any dialect, JSON arrays and GeoJSON, plain or in bz2, gz and zip. Everything is text first."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from shapely import GEOSException
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.table import POINT_LAT, POINT_LON, Table, Wanted, fold, frame_of
from ingest.fetch import Fetched
from ingest.ledger import Reject, RejectCode

__all__ = ["read"]

_SEPARATORS = ";,|\t"
_RAGGED_SHARE = 0.05
"""Beyond this share of rows whose cells do not fit the header, it is the reading that is wrong, not the rows."""
_Row = dict[str, Any]


def read(source: Source, fetched: Sequence[Fetched]) -> Table:
    """Read the files of a source, one after the other, into one table.

    Raises
    ------
    SourceMalformed
        When a file is empty, cut off, a web page, in an encoding that the source does not accept, or without a column
        that it declares. Names file, line and column as far as they are known.
    """
    tables = [_read_one(source, file) for file in fetched]
    for table in tables:
        table.require(source)
        table.blank(source.empty)
    if len(tables) == 1:
        return tables[0]
    return Table(
        source.id,
        pd.concat([table.frame for table in tables], ignore_index=True).fillna(""),
        tuple(name for table in tables for name in table.files),
        tuple(reject for table in tables for reject in table.rejects),
        [geometry for table in tables for geometry in table.geometries],
    )


def _read_one(source: Source, file: Fetched) -> Table:
    name = PurePosixPath(file.origin).name or file.path.name
    content = _unpack(source, file.path.read_bytes(), name)
    text = _decode(source, content, name)
    start = text[:2000].lstrip().lower()
    if start.startswith(("<!doctype html", "<html")) or (start.startswith("<") and "<html" in start):
        raise SourceMalformed(source.id, "a web page stands where data is expected", file=name, line=1)
    if not start:
        raise SourceMalformed(source.id, "the file is empty", file=name, line=1)
    if (source.format or _sniff(start)) == "csv":
        return _read_csv(source, text, name)
    return _read_json(source, text, name)


def _sniff(start: str) -> str:
    return "json" if start[0] in "[{" or _WRAPPED.match(start) else "csv"


# --- containers and encodings


def _unpack(source: Source, content: bytes, name: str) -> bytes:
    """Open bz2, gz and zip by what they begin with, not by their name."""
    if not content:
        raise SourceMalformed(source.id, "the file is empty", file=name, line=1)
    try:
        if content.startswith(b"BZh"):
            return bz2.decompress(content)
        if content.startswith(b"\x1f\x8b"):
            return gzip.decompress(content)
        if content.startswith(b"PK\x03\x04"):
            return _member(source, content, name)
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        raise SourceMalformed(source.id, f"cut off or damaged: {error}", file=name) from error
    return content


def _member(source: Source, content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = [info.filename for info in archive.infolist() if not info.is_dir()]
        chosen = [file for file in files if not source.member or re.search(source.member, file)]
        if len(chosen) != 1:
            wanted = f"that matches {source.member!r}" if source.member else "alone"
            raise SourceMalformed(source.id, f"expected one file {wanted} in the zip, found {files}", file=name)
        return archive.read(chosen[0])


def _decode(source: Source, content: bytes, name: str) -> str:
    """Decode in the first accepted encoding that fits.

    A single-byte encoding reads anything, so it is refused where the bytes are mostly UTF-8 pairs: a UTF-8 file with a
    damaged spot would otherwise turn all its accents into rubbish.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        line = content.split(b"\0", 1)[0].count(b"\n") + 1
        detail = f"encoded in UTF-16, or no text at all; expected {' or '.join(source.encoding)}"
        raise SourceMalformed(source.id, detail, file=name, line=line)
    failed_at = 0
    for encoding in source.encoding:
        try:
            text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        except UnicodeDecodeError as error:
            failed_at = failed_at or error.start
            continue
        if encoding == "utf-8" or not _mostly_utf8(content):
            return text
    line = content[:failed_at].count(b"\n") + 1
    raise SourceMalformed(source.id, f"not written in {' or '.join(source.encoding)}", file=name, line=line)


def _mostly_utf8(content: bytes) -> bool:
    high = sum(map(len, re.findall(rb"[\x80-\xff]+", content)))
    pairs = sum(map(len, re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", content)))
    return high > 0 and pairs > high / 2


# --- CSV


def _read_csv(source: Source, text: str, name: str) -> Table:
    rows, lines = _split(source, text, source.separator or _find_separator(text), name)
    header, width = rows[0], len(rows[0])
    wanted = Wanted.by(source)
    places = {title: place for place, title in enumerate(header) if title in wanted}
    twice = [title for title in places if sum(fold(title) == fold(other) for other in header) > 1]
    if twice:
        raise SourceMalformed(source.id, "two columns bear the same name", file=name, line=1, column=twice[0])
    uneven = [number for number, row in enumerate(rows) if len(row) != width]
    ragged = [number for number in uneven if len(rows[number]) < width or any(rows[number][width:])]
    _check_ragged(source, text, name, [(lines[number], len(rows[number])) for number in ragged], lines, width)
    rejects = [
        Reject(source.id, RejectCode.RAGGED_ROW, lines[number], f"{len(rows[number])} cells instead of {width}", name)
        for number in ragged
    ]
    for number in reversed([0, *ragged]):
        del rows[number], lines[number]
    columns = {title: [row[place].strip() for row in rows] for title, place in places.items()}
    frame = frame_of(columns, lines, name)
    return Table(source.id, frame, (name,), tuple(rejects))


def _find_separator(text: str) -> str:
    header = re.sub(r'"[^"]*"', "", text[: text.find("\n")] if "\n" in text else text)
    return max(_SEPARATORS, key=header.count)


def _split(source: Source, text: str, separator: str, name: str) -> tuple[list[list[str]], list[int]]:
    """Return the cells of each record that is not blank, the header first, and the line on which each begins."""
    try:
        return _records(text, separator, strict=True)
    except csv.Error as error:
        if "end of data" in str(error):
            line = text.count("\n") + 1
            raise SourceMalformed(source.id, "cut off inside a quoted cell", file=name, line=line) from error
    try:
        # A quote inside a quoted cell that nobody doubled: read it as the publisher's own tools do.
        return _records(text, separator, strict=False)
    except csv.Error as error:
        raise SourceMalformed(source.id, f"no CSV: {error}", file=name) from error


def _records(text: str, separator: str, *, strict: bool) -> tuple[list[list[str]], list[int]]:
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict))
    ends = text.count("\n") + (not text.endswith("\n"))
    if len(rows) == ends and all(rows):
        return rows, list(range(1, len(rows) + 1))
    # Cells of several lines, or blank lines: the reader has to be asked where it stands after each record.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    starts, line = [], 1
    for _ in reader:
        starts.append(line)
        line = reader.line_num + 1
    filled = [number for number, row in enumerate(rows) if row]
    return [rows[number] for number in filled], [starts[number] for number in filled]


def _check_ragged(
    source: Source, text: str, name: str, ragged: list[tuple[int, int]], lines: list[int], width: int
) -> None:
    """Tell a few bad rows (rejects) from a file that is cut off or read the wrong way (an error)."""
    if not ragged:
        return
    line, cells = ragged[-1]
    if line == lines[-1] and cells < width and not text.endswith("\n"):
        detail = f"cut off: its last row has {cells} cells instead of {width}"
        raise SourceMalformed(source.id, detail, file=name, line=line)
    rows = len(lines) - 1
    if len(ragged) > max(1, rows * _RAGGED_SHARE):
        line, cells = ragged[0]
        detail = f"{len(ragged)} of {rows} rows do not have the {width} cells of the header (this one has {cells})"
        raise SourceMalformed(source.id, detail, file=name, line=line)


# --- JSON, GeoJSON

_WRAPPED = re.compile(r"\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]*\s*=\s*(?=[\[{])")
"""``var points = {…}``: a publisher's page kept its data so."""


def _read_json(source: Source, text: str, name: str) -> Table:
    wrapping = _WRAPPED.match(text)
    body = text[wrapping.end() :].rstrip().rstrip(";") if wrapping else text
    skipped = text.count("\n", 0, wrapping.end()) if wrapping else 0
    try:
        data = json.loads(body)
    except json.JSONDecodeError as error:
        line = error.lineno + skipped
        raise SourceMalformed(source.id, f"cut off or no JSON: {error.msg}", file=name, line=line) from error
    features = data.get("features") if isinstance(data, dict) else None
    rows = [_flat(row) for row in features] if isinstance(features, list) else data
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceMalformed(source.id, "neither an array of objects nor a FeatureCollection", file=name, line=1)
    if not rows:
        raise SourceMalformed(source.id, "the file holds no row", file=name, line=1)
    wanted = Wanted.by(source)
    titles = [title for title in dict.fromkeys(title for row in rows for title in row) if title in wanted]
    columns = {title: _texts(row.get(title) for row in rows) for title in titles}
    frame = frame_of(columns, range(1, len(rows) + 1), name)
    geometries: list[BaseGeometry | None] = []
    if features is not None:
        geometries = [_shape(feature) for feature in features]
        points = [None if g is None or g.is_empty else g.point_on_surface() for g in geometries]
        frame[POINT_LON] = ["" if point is None else repr(point.x) for point in points]
        frame[POINT_LAT] = ["" if point is None else repr(point.y) for point in points]
    return Table(source.id, frame, (name,), geometries=geometries)


def _flat(feature: Any) -> _Row | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else ({} if isinstance(feature, dict) else None)


def _shape(feature: Mapping[str, Any]) -> BaseGeometry | None:
    """Return the feature's shape; None where it has none, or one that cannot be read (a reject later, if it counts)."""
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return None
    try:
        return shape(geometry)
    except (GEOSException, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None


def _texts(values: Iterable[Any]) -> list[str]:
    return [value.strip() if isinstance(value, str) else _text(value) for value in values]


def _text(value: Any) -> str:
    """Return a JSON value as text; a list of scalars as ``a|b``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return "|".join(map(_text, value))
    return json.dumps(value, ensure_ascii=False)
