"""Rows that hold rows: objects of JSON and XML → columns of text.

``rows`` of a source leads to the rows (``structures>sites``); a header leads to a value inside one
(``adresse>longitude``, ``position>0``). The values of the objects around a row are reached by the way to them:
``structures>nom``; those of the object that the first step is taken from, by ``@around``: ``@around>nom``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pyarrow as pa

from ingest.connectors.table import INSIDE, Wanted, fold

__all__ = ["AROUND", "Gathered", "columns_of", "follow"]

AROUND = "@around"
"""Stands for the name of what the first step of a way is taken from, which has none: ``@around>nom``."""
_DEPTH = 6
"""How deep objects are spread into columns where every column is wanted."""
_BATCH = 4096
"""Objects that are in memory together."""
_FIRST = 100
"""Objects whose keys stand for those of all when an error tells what a file has."""


def follow(data: Any, way: str) -> list[Any]:
    """Return the rows at the end of a way, each with the objects around it under the way to them.

    A list on the way stands for all its items, and what lacks a key of the way has no rows.
    """
    steps = way.split(INSIDE)
    return list(_walk(data, steps, ())) if way else _listed(data)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _walk(data: Any, steps: Sequence[str], around: tuple[tuple[str, Mapping[str, Any]], ...]) -> Iterator[Any]:
    for item in _listed(data):
        if not steps:
            yield _within(item, around) if isinstance(item, dict) else item
        elif isinstance(item, dict) and steps[0] in item:
            yield from _walk(item[steps[0]], steps[1:], (*around, (steps[0], item)))


def _within(row: dict[str, Any], around: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Hang the objects around a row into it: of ``a>b``, the object that ``b`` was taken from under ``a``."""
    if not around:
        return row
    holder: dict[str, Any] = {}
    for (key, _), (step, parent) in reversed(list(pairwise(around))):
        holder = {key: {**_without(parent, step), **holder}}
    outermost = _without(around[0][1], around[0][0])
    return {**({AROUND: outermost} if outermost else {}), **holder, **row}


def _without(parent: Mapping[str, Any], step: str) -> dict[str, Any]:
    """Return an object without the row's neighbours."""
    return {name: value for name, value in parent.items() if name != step}


def columns_of(records: Sequence[Mapping[str, Any]], wanted: Wanted) -> dict[str, list[str]]:
    """Return the wanted columns of objects: header → texts, one for each.

    A header that no object has is left out; what an object lacks is ``""``.
    """
    columns: dict[str, list[str]] = {}
    names = _all_names(records) if wanted.names is None else wanted.names
    for name in names:
        steps = name.split(INSIDE)
        title, values = _taken(records, steps[0])
        for step in steps[1:]:
            values = None if values is None else _taken(list(map(_opened, values)), step)[1]
        if values is not None:
            columns[name if len(steps) > 1 else title] = [
                value.strip() if isinstance(value, str) else _text(value) for value in values
            ]
    return columns


def _taken(values: Sequence[Any], step: str) -> tuple[str, list[Any] | None]:
    """Return the key that was meant by a step, and its value in each object; None where no object has it."""
    if step.isdecimal() and any(isinstance(value, list) for value in values):
        place = int(step)
        return step, [v[place] if isinstance(v, list) and len(v) > place else None for v in values]
    objects = [_first(value) for value in values]
    keys = dict.fromkeys(key for value in objects if isinstance(value, Mapping) for key in value)
    titles = [key for key in keys if fold(key) == fold(step)]
    if not titles:
        return step, None
    if len(titles) == 1:
        only = titles[0]
        return only, [value.get(only) if isinstance(value, Mapping) else None for value in objects]
    return titles[0], [_any_of(value, titles) for value in objects]


def _any_of(value: Any, titles: Iterable[str]) -> Any:
    """Return the value of the first of several keys that mean the same, as vintages put together have them."""
    found = (value.get(title) for title in titles) if isinstance(value, Mapping) else ()
    return next((item for item in found if item is not None), None)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _opened(value: Any) -> Any:
    """Open JSON that stands as text inside JSON, as portals export it."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value


class Gathered:
    """The wanted columns of objects that come one after the other; the objects themselves are let go of."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._waiting: list[Mapping[str, Any]] = []
        self._chunks: dict[str, list[pa.Array]] = {}
        self._titles: dict[str, str] = {}
        self._settled = 0
        self.headers: Sequence[str] = ()
        """The ways to the values of the first objects, for error texts."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Take in an object."""
        self._waiting.append(record)
        if len(self._waiting) == _BATCH:
            self._settle()

    def columns(self) -> dict[str, pa.ChunkedArray]:
        """Return header → texts, one for each object; a header that no object has is left out.

        Raises
        ------
        UnicodeEncodeError
            When a text holds half of a character.
        """
        self._settle()
        return {self._titles[form]: pa.chunked_array(chunks, pa.string()) for form, chunks in self._chunks.items()}

    def _settle(self) -> None:
        if not self._waiting:
            return
        if not self._settled:
            self.headers = _all_names(self._waiting[:_FIRST])
        for title, texts in columns_of(self._waiting, self._wanted).items():
            form = fold(title)
            self._titles.setdefault(form, title)
            chunks = self._chunks.setdefault(form, [_blank(self._settled)])
            if sum(map(len, chunks)) == self._settled:  # two spellings of one header are one column
                chunks.append(pa.array(texts, pa.string()))
        self._settled += len(self._waiting)
        self._waiting = []
        for chunks in self._chunks.values():
            chunks.append(_blank(self._settled - sum(map(len, chunks))))


def _blank(rows: int) -> pa.Array:
    return pa.repeat(pa.scalar("", pa.string()), rows)


def _all_names(records: Sequence[Mapping[str, Any]], before: str = "", depth: int = 0) -> list[str]:
    """Return every way to a value, objects inside objects spread."""
    names: dict[str, None] = {}
    inside: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        for key, value in record.items() if isinstance(record, Mapping) else ():
            if isinstance(value, Mapping) and value and depth < _DEPTH:
                inside.setdefault(key, []).append(value)
            else:
                names.setdefault(before + key)
    for key, objects in inside.items():
        names.update(dict.fromkeys(_all_names(objects, before + key + INSIDE, depth + 1)))
    return list(names)


def _text(value: Any) -> str:
    """Return a value as text; a list of scalars as ``a|b``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return "|".join(map(_text, value))
    return json.dumps(value, ensure_ascii=False)
