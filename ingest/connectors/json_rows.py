"""JSON: arrays, FeatureCollections, records of a portal, one object a line, rows inside rows, wrapped in a script."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors import javascript
from ingest.connectors.nested import columns_of, follow, headers_of
from ingest.connectors.shapes import lay_points, to_degrees
from ingest.connectors.table import Table, Wanted, frame_of

__all__ = ["parse", "read"]

_LISTS = ("features", "records", "results")
"""Where GeoJSON and the portals keep their rows."""
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
    text = content.decode()
    try:
        data, records, lines = _records(source, text, name)
    except json.JSONDecodeError as error:
        raise SourceMalformed(source.id, f"cut off or no JSON: {error.msg}", file=name, line=error.lineno) from error
    except RecursionError as error:
        raise SourceMalformed(source.id, "objects nested too deep", file=name) from error
    except ValueError as error:
        raise SourceMalformed(source.id, f"no JSON: {error}", file=name) from error
    if not all(isinstance(record, dict) for record in records):
        raise SourceMalformed(source.id, _NO_ROWS, file=name, line=1)
    if not records:
        raise SourceMalformed(source.id, "the file holds no row", file=name, line=1)
    said = [_flat(record) for record in records]
    frame = frame_of(columns_of(said, wanted), lines, name)
    geometries: Sequence[BaseGeometry | None] = []
    if any("geometry" in record for record in records):
        geometries = [_shape(record) for record in records]
        if crs := _system(data):
            geometries = to_degrees(geometries, crs, source.id, name)
        lay_points(frame, geometries)
    return Table(source.id, frame, (name,), geometries=geometries, headers=headers_of(said))


_NO_ROWS = "neither an array of objects nor a FeatureCollection"


def _records(source: Source, text: str, name: str) -> tuple[Any, list[Any], Sequence[int]]:
    """Return what the file holds, its rows, and the line (else the number) of each."""
    if source.format == "jsonl" or (not source.format and _is_lines(text)):
        return (None, *_lines(source, text))
    data = parse(text)
    if source.rows:
        rows = follow(data, source.rows)
    elif isinstance(data, dict):
        alone = [data if data.get("type") == "Feature" else None]
        rows = next((data[key] for key in _LISTS if isinstance(data.get(key), list)), alone)
    else:
        rows = data
    if not isinstance(rows, list):
        raise SourceMalformed(source.id, _NO_ROWS, file=name, line=1)
    return data, rows, range(1, len(rows) + 1)


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


def _is_lines(text: str) -> bool:
    """Tell whether each line is an object: the first one is whole, and another follows."""
    first, _, rest = text.lstrip().partition("\n")
    if not (first.lstrip("\x1e").startswith("{") and rest.lstrip().lstrip("\x1e").startswith("{")):
        return False
    try:
        _DECODER.decode(first.lstrip("\x1e"))
    except ValueError:
        return False
    return True


def _lines(source: Source, text: str) -> tuple[list[Any], list[int]]:
    records, lines = [], []
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip().lstrip("\x1e")
        if not bare:
            continue
        try:
            rows = follow(_DECODER.decode(bare), source.rows)
        except json.JSONDecodeError as error:
            raise _moved(error, number - 1) from error
        records += rows
        lines += [number] * len(rows)
    return records, lines


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
    named = data.get("crs") if isinstance(data, dict) else None
    code = re.search(r"EPSG:+(?:[\d.]*:)?(\d+)", json.dumps(named)) if named else None
    return f"EPSG:{code[1]}" if code else ""
