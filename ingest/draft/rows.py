"""Reads a file that nobody described: every column, and the way to its rows where they lie inside other things."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from geo.errors import SourceMalformed
from geo.places import Licence
from ingest.catalogue import CONTENT_KEY, Source
from ingest.connectors import file as file_connector
from ingest.connectors import json_rows
from ingest.connectors.table import Table
from ingest.connectors.text import to_utf8
from ingest.connectors.unpack import unpack
from ingest.fetch import Fetched
from ingest.tags import OUT_OF_SCOPE

__all__ = ["read_undescribed", "undescribed"]

_DEPTH = 4
_FEWEST = 2
"""A list of one object is more often a heading than the rows."""


def read_undescribed(file: Fetched, encoding: str = "") -> tuple[Table, str]:
    """Read a file of rows.

    Parameters
    ----------
    encoding
        In which it is written; empty: in one of those that every source accepts.

    Returns
    -------
    Table
        With every column that the file has.
    str
        What ``rows`` of its source has to say; empty where the rows lie where they are looked for.

    Raises
    ------
    SourceMalformed
        When it is no file of rows.
    """
    told = {"encoding": (encoding,)} if encoding else {}
    source = undescribed(file.source, **told)
    try:
        return file_connector.read_every_column(source, [file]), ""
    except SourceMalformed:
        for way in _ways(file, source):
            try:
                return file_connector.read_every_column(undescribed(file.source, rows=way, **told), [file]), way
            except SourceMalformed:
                continue
        raise


def undescribed(name: str, **more: Any) -> Source:
    """Return a source that says nothing of its file, but what is given."""
    return Source(
        id=name,
        title=name,
        producer="",
        licence=Licence.LO_2_0,
        url=f"file:{name}",
        territories=(),
        category=OUT_OF_SCOPE,
        columns={"key": (CONTENT_KEY,)},
        **more,
    )


def _ways(file: Fetched, source: Source) -> list[str]:
    """Return the ways that may lead to rows, the one with most rows first."""
    content = unpack(source, file.path.read_bytes(), file.path.name).content
    counts: Counter[str] = Counter()
    if content.lstrip().startswith(b"<"):
        counts.update(_elements(content))
    else:
        try:
            counts.update(dict(_lists(json_rows.parse(to_utf8(source, content, file.path.name).decode()), ())))
        except (ValueError, RecursionError):
            return []
    return [way for way, rows in counts.most_common() if rows >= _FEWEST]


def _lists(data: Any, steps: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield the way to each list of objects below an object, and its length."""
    if isinstance(data, dict) and len(steps) < _DEPTH:
        for key, value in data.items():
            yield from _lists(value, (*steps, str(key)))
    elif isinstance(data, list) and steps and data and all(isinstance(item, dict) for item in data):
        yield ">".join(steps), len(data)


def _elements(content: bytes) -> Iterator[str]:
    """Yield the name of every element that holds others; the root aside."""
    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if event == "end" and depth > 0 and len(element):
                yield element.tag.rpartition("}")[2]
    except (DefusedXmlException, ParseError):
        return
