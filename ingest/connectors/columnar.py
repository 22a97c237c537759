"""Parquet and GeoParquet, and any other table that Arrow holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.nested import columns_of
from ingest.connectors.shapes import lay_points, to_degrees
from ingest.connectors.table import INSIDE, Table, Wanted, fold, frame_of
from ingest.connectors.unpack import LIMITS

__all__ = ["read", "table_of"]

_DEGREES = "OGC:CRS84"


def read(source: Source, content: bytes, name: str, wanted: Wanted) -> Table:
    """Read the wanted columns of a Parquet file, and its shapes where it is GeoParquet.

    Raises
    ------
    SourceMalformed
        When the file is cut off or no Parquet, or comes to more than an archive may.
    """
    try:
        with pyarrow.parquet.ParquetFile(pa.BufferReader(content)) as file:
            told = _told(file.schema_arrow.metadata)
            shape_column = str(told.get("primary_column", ""))
            kept = [title for title in file.schema_arrow.names if title in wanted or title == shape_column]
            _refuse_bomb(source, file.metadata, kept, name)
            data = file.read(columns=kept, use_threads=False)
            headers = file.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise SourceMalformed(source.id, f"cut off or no Parquet: {error}", file=name) from error
    system = _system(told, shape_column)
    return table_of(source, data, name, wanted, shapes=shape_column, crs=system, headers=headers)


def _told(metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    """Return what GeoParquet says of its shapes; nothing where it is plain Parquet."""
    told = json.loads((metadata or {}).get(b"geo", b"{}"))
    return told if isinstance(told, dict) else {}


def _system(told: dict[str, Any], column: str) -> str:
    described = told.get("columns", {}).get(column, {}).get("crs", _DEGREES)
    return described if isinstance(described, str) else json.dumps(described) if described else _DEGREES


def _refuse_bomb(source: Source, metadata: Any, kept: Sequence[str], name: str) -> None:
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    pieces = (group.column(place) for group in groups for place in range(group.num_columns))
    size = sum(piece.total_uncompressed_size for piece in pieces if piece.path_in_schema.split(".")[0] in kept)
    if size > LIMITS.bytes:
        raise SourceMalformed(source.id, f"unpacks to {size} bytes: refused as a bomb", file=name)


def table_of(
    source: Source, data: pa.Table, name: str, wanted: Wanted, *, shapes: str, crs: str, headers: Sequence[str]
) -> Table:
    """Return an Arrow table as texts.

    Parameters
    ----------
    shapes
        Its column of WKB; empty where it has none.
    crs
        In which system they are.
    headers
        Of all columns of the file, those that ``data`` leaves out too.
    """
    columns: dict[str, Sequence[str] | pa.ChunkedArray] = {}
    for title in data.column_names:
        if title != shapes and title in wanted:
            columns.update(_texts(title, data.column(title), wanted))
    frame = frame_of(columns, range(1, data.num_rows + 1), name)
    geometries: Sequence[BaseGeometry | None] = ()
    if shapes:
        written = data.column(shapes)
        if not (pa.types.is_binary(written.type) or pa.types.is_large_binary(written.type)):
            raise SourceMalformed(source.id, "its shapes are not written as WKB", file=name, column=shapes)
        drawn = shapely.from_wkb(written.to_numpy(), on_invalid="ignore")
        geometries = to_degrees(list(drawn), crs, source.id, name)
        lay_points(frame, geometries)
    return Table(source.id, frame, (name,), geometries=geometries, headers=headers)


def _texts(title: str, column: pa.ChunkedArray, wanted: Wanted) -> dict[str, Any]:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_nested(kind) or pa.types.is_map(kind):
        inside = [n for n in wanted.names or () if fold(n.partition(INSIDE)[0]) == fold(title)]
        return columns_of([{title: value} for value in column.to_pylist()], Wanted(tuple(inside) or None))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return {title: [_plain(value) for value in column.to_pylist()]}
    if pa.types.is_dictionary(column.type):
        column = column.cast(kind)
    if pa.types.is_floating(kind) and _integral(column):
        column = column.cast(pa.int64())
    text = column.cast(pa.string())
    return {title: pc.fill_null(pc.utf8_trim_whitespace(text), "")}


def _integral(column: pa.ChunkedArray) -> bool:
    """Tell whether a column of fractions holds none: codes beside empty cells become such in a frame."""
    filled: Iterable[Any] = pc.drop_null(pc.if_else(pc.is_finite(column), column, None))
    return len(filled) > 0 and bool(pc.all(pc.equal(pc.floor(filled), filled)).as_py())  # type: ignore[arg-type]


def _plain(value: bytes | None) -> str:
    return "" if value is None else value.decode("utf-8", "replace").strip()
