"""JSON: arrays, FeatureCollections, records of a portal, one object a line, rows inside rows, wrapped in a script."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors import javascript, json_stream
from ingest.connectors.nested import AROUND, Gathered, follow
from ingest.connectors.shapes import lay_points, to_degrees
from ingest.connectors.table import INSIDE, Table, Wanted, frame_of

__all__ = ["parse", "read"]

_LISTS = ("features", "records", "results")
"""Where GeoJSON and the portals keep their rows."""
_CRS = "crs"
_BLANKS = re.compile(rb"[\s\x1e]*")
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None)


def read(source: Source, content: bytes, name: str, wanted: Wanted) -> Table:
    """Read a JSON file.

    Parameters
    ----------
    content
        UTF-8 without BOM.

    Raises
    ------
    SourceMalformed
        When it is cut off, no JSON, nested beyond reason, or holds no list of objects.
    """
    gathered, lines = Gathered(wanted), []
    geometries: list[BaseGeometry | None] = []
    drawn = False
    try:
        data, rows = _rows(source, content, name, wanted)
        for line, record in rows:
            if not isinstance(record, dict):
                raise SourceMalformed(source.id, _NO_ROWS, file=name, line=1)
            gathered.add(_flat(record))
            lines.append(line)
            geometries.append(_shape(record))
            drawn |= "geometry" in record
        columns = gathered.columns()
    except json.JSONDecodeError as error:
        raise SourceMalformed(source.id, f"cut off or no JSON: {error.msg}", file=name, line=error.lineno) from error
    except RecursionError as error:
        raise SourceMalformed(source.id, "objects nested too deep", file=name) from error
    except ValueError as error:
        raise SourceMalformed(source.id, f"no JSON: {error}", file=name) from error
    if not lines:
        raise SourceMalformed(source.id, "the file holds no row", file=name, line=1)
    frame = frame_of(columns, lines, name)
    shapes: Sequence[BaseGeometry | None] = geometries if drawn else ()
    if drawn:
        if crs := _system(data):
            shapes = to_degrees(geometries, crs, source.id, name)
        lay_points(frame, shapes)
    return Table(source.id, frame, (name,), geometries=shapes, headers=gathered.headers)


_NO_ROWS = "neither an array of objects nor a FeatureCollection"


def _rows(source: Source, content: bytes, name: str, wanted: Wanted) -> tuple[Any, Iterable[tuple[int, Any]]]:
    """Return what the file says beside its rows, and each row after its line (else its number).

    What is beside them is whole once the last row was taken.
    """
    if source.format == "jsonl" or (not source.format and _is_lines(content)):
        return None, _lines(source, content)
    if _can_stream(source, content, wanted):
        beside: dict[str, Any] = {}
        return beside, enumerate(_streamed(content, source.rows, beside), 1)
    data = parse(content.decode())
    if source.rows:
        rows = follow(data, source.rows)
    elif isinstance(data, dict):
        alone = [data if data.get("type") == "Feature" else None]
        rows = next((data[key] for key in _LISTS if isinstance(data.get(key), list)), alone)
    else:
        rows = data
    if not isinstance(rows, list):
        raise SourceMalformed(source.id, _NO_ROWS, file=name, line=1)
    return data, enumerate(rows, 1)


def _can_stream(source: Source, content: bytes, wanted: Wanted) -> bool:
    """Tell whether the rows can be read without the whole: those of an array, and those that a way leads to.

    Not where the row wants what stands around the first step of its way, which may come after it.
    """
    start = _byte(content, 0)
    if start == b"[":
        return True
    around = wanted.names is None or any(title.startswith(AROUND) for title in wanted.names)
    return start == b"{" and bool(source.rows) and not around


def _streamed(content: bytes, way: str, beside: dict[str, Any]) -> Iterator[Any]:
    first = way.partition(INSIDE)[0]
    for key, item in json_stream.items(content):
        if not key:
            yield from follow(item, way) if way else [item]
        elif key == first:
            yield from follow({key: [item]}, way)
        elif key == _CRS:
            beside[key] = item


def parse(text: str) -> Any:
    """Return what a JSON text holds, taken out of the script around it where there is one.

    Raises
    ------
    json.JSONDecodeError
        With the line in the whole text.
    """
    start = javascript.opening(text)
    body = text[start:] if start else text.lstrip()
    before = text.count("\n", 0, start if start else len(text) - len(body))
    try:
        data, end = _DECODER.raw_decode(body)
    except json.JSONDecodeError as error:
        if not start:
            raise _moved(error, before) from error
        body = javascript.to_json(body)
        try:
            data, end = _DECODER.raw_decode(body)
        except json.JSONDecodeError as second:
            raise _moved(second, before) from second
    rest = body[end:]
    if not (javascript.rest_is_idle(rest) if start else not rest.strip()):
        raise _moved(json.JSONDecodeError("something follows the data", body, end), before)
    return data


def _moved(error: json.JSONDecodeError, lines: int) -> json.JSONDecodeError:
    error.lineno += lines
    return error


def _is_lines(content: bytes) -> bool:
    """Tell whether each line is an object: the first one is whole, and another follows."""
    start = _after_blanks(content, 0)
    end = content.find(b"\n", start)
    if end < 0 or _byte(content, start) != b"{" or _byte(content, end) != b"{":
        return False
    try:
        _DECODER.decode(content[start:end].decode())
    except ValueError:
        return False
    return True


def _lines(source: Source, content: bytes) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(io.BytesIO(content), 1):
        bare = line.decode().strip().lstrip("\x1e")
        if not bare:
            continue
        try:
            rows = follow(_DECODER.decode(bare), source.rows)
        except json.JSONDecodeError as error:
            raise _moved(error, number - 1) from error
        yield from ((number, row) for row in rows)


def _byte(content: bytes, at: int) -> bytes:
    """Return the first byte from a place on that is no blank, and no mark of RFC 7464."""
    start = _after_blanks(content, at)
    return content[start : start + 1]


def _after_blanks(content: bytes, at: int) -> int:
    blanks = _BLANKS.match(content, at)
    return blanks.end() if blanks else at


def _flat(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a feature, or a record of Opendatasoft's first API, says of itself."""
    if isinstance(record.get("properties"), dict) or record.get("type") == "Feature":
        return record.get("properties") or {}
    if isinstance(record.get("fields"), dict) and ("recordid" in record or "datasetid" in record):
        return {"recordid": record.get("recordid"), **record["fields"]}
    return record


def _shape(record: Mapping[str, Any]) -> BaseGeometry | None:
    """Return the row's shape; None where it has none, or one that cannot be read (a reject later, if it counts)."""
    geometry = record.get("geometry")
    if not isinstance(geometry, dict):
        return None
    try:
        return shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None


def _system(data: Any) -> str:
    """Return the system that older GeoJSON may name; empty: WGS 84."""
    named = data.get(_CRS) if isinstance(data, dict) else None
    code = re.search(r"EPSG:+(?:[\d.]*:)?(\d+)", json.dumps(named)) if named else None
    return f"EPSG:{code[1]}" if code else ""
