"""A publisher's file of any format as columns and rows, and the way back: what `benchmarks/damages.py` works on.

Columns whose name begins with ``@`` are the file's own frame (a shape, an element), which no publisher renames.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import tempfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import defusedxml.ElementTree
import openpyxl
import osmium
import pyogrio

from ingest.catalogue import Source
from ingest.connectors import javascript, json_rows
from ingest.connectors.delimited import lay_out
from ingest.connectors.table import Wanted
from ingest.connectors.text import to_utf8
from ingest.connectors.unpack import unpack

__all__ = ["ABSENT", "Sheet", "encoding_of", "open_sheet", "repack"]

ABSENT = object()
"""In the place of a value that an object does not have."""
_GEOMETRY, _ELEMENT = "@geometry", "@element"
_OSM_KEYS = 40

Files = dict[str, bytes]
"""The file itself under ``""``, and those that belong to it by suffix."""
Write = Callable[[Sequence[str], Sequence[Sequence[Any]]], Files]


@dataclass(frozen=True)
class Sheet:
    """The rows of a file."""

    columns: tuple[str, ...]
    rows: list[list[Any]]
    write: Write
    """Columns and rows → the file again, in its encoding and container."""
    is_text: bool = True
    takes_objects: bool = False
    """Whether a cell may hold a list or an object."""


def open_sheet(source: Source, path: Path) -> Sheet:  # noqa: PLR0911 - a way out for each format
    """Open a file as its source reads it."""
    packed = path.read_bytes()
    if source.reader.startswith("osm"):
        return _osm(path)
    if source.reader.startswith("gtfs") and packed.startswith(b"PK\x03\x04"):
        return _gtfs(packed)
    taken = unpack(source, packed, path.name)
    if taken.is_workbook:
        return _workbook(source, packed)
    if path.suffix == ".shp":
        return _shapes(path)
    start = taken.content[:2000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"<"):
        return _xml(source, packed, taken.content)
    encoding = encoding_of(source, taken.content)
    text = to_utf8(source, taken.content, path.name).decode()
    if start.startswith((b"[", b"{")) or javascript.is_script(text[:2000].lstrip()):
        return _json(packed, text, encoding)
    return _csv(source, packed, text, encoding)


def encoding_of(source: Source, content: bytes) -> str:
    """Return the first accepted encoding in which a file reads."""
    for encoding in source.encoding:
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise ValueError(f"{source.id}: written in none of {source.encoding}")


def repack(packed: bytes, content: bytes) -> bytes:
    """Put a content into a container like the one that it was in."""
    if packed.startswith(b"BZh"):
        return bz2.compress(content)
    if packed.startswith(b"\x1f\x8b"):
        return gzip.compress(content, mtime=0)
    if packed.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return _zip({archive.namelist()[0]: content})
    return content


def _zip(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _csv(source: Source, packed: bytes, text: str, encoding: str) -> Sheet:
    content = text.encode()
    layout = lay_out(source, content, "", Wanted(None))
    before = content[: layout.offset].decode().splitlines(keepends=True)
    body = csv.reader(io.StringIO(content[layout.offset :].decode(), newline=""), delimiter=layout.separator)
    rows: list[list[Any]] = [[" ".join(cell.splitlines()) for cell in row] for row in body if row]
    if source.headers:
        titles, kept = list(source.headers), "".join(before)
    else:
        titles = next(csv.reader(before[-1:], delimiter=layout.separator))
        kept = "".join(before[:-1])

    def write(columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Files:
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, delimiter=layout.separator, lineterminator="\r\n" if "\r\n" in text else "\n")
        writer.writerows(cells if source.headers else [columns, *cells])
        return {"": repack(packed, (kept + stream.getvalue()).encode(encoding, errors="replace"))}

    return Sheet(tuple(titles), rows, write)


def _json(packed: bytes, text: str, encoding: str) -> Sheet:
    data = json_rows.parse(text)
    prefix = text[: javascript.opening(text)]
    key = next((k for k in ("features", "records", "results") if isinstance(data, dict) and k in data), "")
    records = data[key] if key else data
    inner = next((k for k in ("properties", "fields") if k in records[0] and key), "")
    flat = [record[inner] if inner else record for record in records]
    titles = list(dict.fromkeys(name for record in flat for name in record))
    rows = [[record.get(title, ABSENT) for title in titles] for record in flat]
    shaped = inner == "properties"
    for row, record in zip(rows, records, strict=True) if shaped else ():
        row.append(record.get("geometry"))

    def write(columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Files:
        made = []
        for row in cells:
            found = {title: cell for title, cell in zip(columns, row, strict=True) if cell is not ABSENT}
            shape = found.pop(_GEOMETRY, None)
            if shaped:
                made.append({"type": "Feature", "geometry": shape, "properties": found})
            else:
                made.append({inner: found, "recordid": ""} if inner else found)
        whole = {**data, key: made} if key else made
        # One row a line, as files with one do: a cut then falls between rows now and then.
        lines = json.dumps(whole, ensure_ascii=False).replace("}, {", "},\n{")
        return {"": repack(packed, (prefix + lines).encode(encoding, errors="replace"))}

    return Sheet((*titles, _GEOMETRY) if shaped else tuple(titles), rows, write, takes_objects=True)


def _xml(source: Source, packed: bytes, content: bytes) -> Sheet:
    root = defusedxml.ElementTree.fromstring(content)
    elements = list(root.iter(source.rows))
    titles = list(dict.fromkeys(child.tag for element in elements for child in element))
    rows: list[list[Any]] = []
    for element in elements:
        found = {child.tag: child.text or "" for child in element}
        rows.append([found.get(title, ABSENT) for title in titles])

    def write(columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Files:
        made = ElementTree.Element(root.tag)
        for row in cells:
            element = ElementTree.SubElement(made, source.rows)
            for title, cell in zip(columns, row, strict=True):
                if cell is not ABSENT:
                    ElementTree.SubElement(element, title).text = "".join(c for c in str(cell) if c >= " ")
        ElementTree.indent(made)
        return {"": repack(packed, ElementTree.tostring(made, encoding="utf-8", xml_declaration=True))}

    return Sheet(tuple(titles), rows, write)


def _workbook(source: Source, packed: bytes) -> Sheet:
    book = openpyxl.load_workbook(io.BytesIO(packed), read_only=True)
    page = book[source.layer] if source.layer else book.worksheets[0]
    lines = [list(row) for row in page.iter_rows(values_only=True)]
    before, header, rows = lines[: source.skip], lines[source.skip], lines[source.skip + 1 :]
    title = page.title

    def write(columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Files:
        made = openpyxl.Workbook(write_only=True)
        sheet = made.create_sheet(title)
        for row in [*before, columns, *cells]:
            sheet.append(["".join(c for c in v if c >= " ") if isinstance(v, str) else v for v in row])
        stream = io.BytesIO()
        made.save(stream)
        return {"": stream.getvalue()}

    return Sheet(tuple("" if name is None else str(name) for name in header), rows, write, is_text=False)


def _shapes(path: Path) -> Sheet:
    frame = pyogrio.read_dataframe(path)
    titles = [str(name) for name in frame.columns if name != "geometry"]
    rows = [list(row) for row in zip(*(frame[title] for title in titles), frame.geometry, strict=True)]
    system = path.with_suffix(".prj").read_bytes()

    def write(columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Files:
        names = {name: [row[place] for row in cells] for place, name in enumerate(columns)}
        points = names.pop(_GEOMETRY)
        made = type(frame)(
            {name: [str(v) for v in values] for name, values in names.items()}, geometry=points, crs=frame.crs
        )
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what does not fit into a field is cut
            out = Path(folder) / "made.shp"
            pyogrio.write_dataframe(made, out)
            files = {"" if p.suffix == ".shp" else p.suffix: p.read_bytes() for p in Path(folder).iterdir()}
        return {**files, ".prj": system}

    return Sheet((*titles, _GEOMETRY), rows, write, is_text=False)


def _gtfs(packed: bytes) -> Sheet:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    lines = list(csv.reader(io.StringIO(members["stops.txt"].decode("utf-8-sig"), newline="")))

    def write(columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Files:
        stream = io.StringIO(newline="")
        csv.writer(stream, lineterminator="\n").writerows([columns, *cells])
        return {"": _zip({**members, "stops.txt": stream.getvalue().encode()})}

    return Sheet(tuple(lines[0]), [list(row) for row in lines[1:]], write, is_text=False)


def _osm(path: Path) -> Sheet:
    elements = [(o.type_str(), o.id, dict(o.tags)) for o in osmium.FileProcessor(path) if len(o.tags)]
    often = Counter(key for _, _, tags in elements for key in tags)
    titles = [key for key, _ in often.most_common(_OSM_KEYS)]
    rows: list[list[Any]] = [
        [*(tags.get(title, ABSENT) for title in titles), (kind, number)] for kind, number, tags in elements
    ]
    others = {(kind, n): {k: v for k, v in tags.items() if k not in titles} for kind, n, tags in elements}

    def write(columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Files:
        found: dict[tuple[str, int], list[dict[str, str]]] = {}
        place = list(columns).index(_ELEMENT)
        for row in cells:
            given = {c: str(v) for c, v in zip(columns, row, strict=True) if v is not ABSENT and c != _ELEMENT}
            # No value of OpenStreetMap is longer than 255 signs.
            found.setdefault(row[place], []).append({**others[row[place]], **{c: v[:255] for c, v in given.items()}})
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / path.name
            header = osmium.io.Header()
            header.add_box(osmium.io.Reader(str(path)).header().box())
            with osmium.SimpleWriter(str(out), header=header) as writer:
                for element in osmium.FileProcessor(path):
                    if isinstance(element, osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation):
                        for tags in found.get((element.type_str(), element.id), [{}]):
                            writer.add(element.replace(tags=tags))
            return {"": out.read_bytes()}

    return Sheet((*titles, _ELEMENT), rows, write, is_text=False)
