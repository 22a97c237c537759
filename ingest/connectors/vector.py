"""Maps: shapefiles and GeoPackages, through GDAL."""

from __future__ import annotations

import re
import struct
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyogrio

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.columnar import table_of
from ingest.connectors.table import Table, Wanted
from ingest.connectors.text import mostly_utf8

__all__ = ["beside", "is_map", "read"]

_SHAPEFILE, _SQLITE = b"\x00\x00\x27\x0a", b"SQLite format 3\x00"
_SIBLINGS = (".dbf", ".prj", ".cpg")
"""The index (``.shx``) is made anew from the shapes: a copy of it can only be wrong."""

pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})


def is_map(content: bytes) -> bool:
    """Tell whether a file is a shapefile or a GeoPackage, and not one of the many others that GDAL would follow."""
    return content.startswith((_SHAPEFILE, _SQLITE))


def beside(path: Path) -> dict[str, bytes]:
    """Return the files that lie beside a ``.shp`` and belong to it, by suffix."""
    found = {sibling.suffix.lower(): sibling for sibling in sorted(path.parent.glob(f"{_escaped(path.stem)}.*"))}
    return {suffix: found[suffix].read_bytes() for suffix in _SIBLINGS if suffix in found}


def _escaped(stem: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in stem)


def read(source: Source, content: bytes, siblings: Mapping[str, bytes], name: str, wanted: Wanted) -> Table:
    """Read the layer that ``source.layer`` names, else the first.

    Shapes come out in WGS 84, whatever system the file describes: by its own words where no EPSG code has them.

    Raises
    ------
    SourceMalformed
        When the file is cut off or no map, lacks its attributes or its system, or has no such layer.
    """
    suffix = ".shp" if content.startswith(_SHAPEFILE) else ".gpkg"
    encoding = None
    if suffix == ".shp":
        _check_lengths(source, content, siblings, name)
        if ".cpg" not in siblings:
            encoding, siblings = _in_utf8(siblings)
    with tempfile.TemporaryDirectory(prefix="alentours-map-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fields that have no type of their own in a frame
        path = Path(folder) / f"map{suffix}"
        path.write_bytes(content)
        for other in _SIBLINGS:
            if other in siblings:
                path.with_suffix(other).write_bytes(siblings[other])
        try:
            layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
            if source.layer and source.layer not in layers:
                detail = f"has no layer {source.layer!r}; there are {', '.join(layers)}"
                raise SourceMalformed(source.id, detail, file=name)
            layer = source.layer if suffix == ".gpkg" and source.layer else layers[0]
            titles = [str(title) for title in pyogrio.read_info(path, layer=layer, encoding=encoding)["fields"]]
            kept = [title for title in titles if title in wanted]
            meta, data = pyogrio.read_arrow(path, layer=layer, columns=kept, encoding=encoding)
        except (RuntimeError, ValueError, OSError, IndexError, pa.ArrowException) as error:
            detail = f"cut off or no map: {error}".replace(f"{folder}/", "")
            raise SourceMalformed(source.id, detail, file=name) from error
    shapes = meta["geometry_name"] or "wkb_geometry"
    if shapes not in data.column_names:
        shapes = ""
    elif not meta["crs"]:
        detail = "does not say in which system its shapes are (no .prj beside it)"
        raise SourceMalformed(source.id, detail, file=name)
    return table_of(source, data, name, wanted, shapes=shapes, crs=meta["crs"] or "", headers=titles)


def _check_lengths(source: Source, content: bytes, siblings: Mapping[str, bytes], name: str) -> None:
    """Hold the files against the lengths that they announce."""
    table = siblings.get(".dbf", b"")
    if len(table) < 32:
        raise SourceMalformed(source.id, "the attributes are missing: no .dbf lies beside it", file=name)
    announced = struct.unpack(">i", content[24:28])[0] * 2 if len(content) >= 100 else 100
    for kind, size, whole in ((".shp", len(content), announced), (".dbf", len(table), sum(_rows_of(table)))):
        if size < whole:
            raise SourceMalformed(source.id, f"cut off: the {kind} has {size} of {whole} bytes", file=name)


def _rows_of(table: bytes) -> tuple[int, int]:
    """Return where the rows of a dBase table begin, and their bytes."""
    rows, head, width = struct.unpack("<IHH", table[4:12])
    return head, rows * width


def _in_utf8(siblings: Mapping[str, bytes]) -> tuple[str, Mapping[str, bytes]]:
    """Tell the encoding of a table that does not tell it itself, and replace the bytes that spell nothing in UTF-8.

    Cells have a fixed width, at which publishers' tools cut a letter of two bytes in half.
    """
    table = siblings[".dbf"]
    head = _rows_of(table)[0]
    cells = table[head:]
    if not cells.isascii() and not mostly_utf8(cells):
        return "CP1252", siblings
    mended = re.sub("[\ud800-\udfff]", "?", cells.decode("utf-8", "surrogateescape")).encode()
    return "UTF-8", {**siblings, ".dbf": table[:head] + mended}
