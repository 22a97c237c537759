"""A JSON text read item by item: what a national register holds is never in memory as objects all at once."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["items"]

_CHUNK = 1 << 20
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
_TORN = 2
"""Characters at the end of a chunk that may go on a number: ``1``, ``1.``, ``1e+``."""
_BLANK = re.compile(r"[ \t\n\r]*")


def items(content: bytes, chunk_bytes: int = _CHUNK) -> Iterator[tuple[str, Any]]:
    """Yield the items of the array that a text is, or of the arrays that are values of the object that it is.

    Parameters
    ----------
    content
        UTF-8 without BOM.
    chunk_bytes
        How much of it is taken at a time; an item that is longer is read in chunks that double.

    Yields
    ------
    tuple
        The key that an item stands under (empty where the text is an array itself) and the item. A value of the object
        that is no array is an item by itself.

    Raises
    ------
    json.JSONDecodeError
        With the line in the whole text, where the text is cut off or no JSON.
    """
    text = _Text(content, chunk_bytes)
    start = text.next()
    if start == "[":
        yield from (("", item) for item in _array(text))
    elif start == "{":
        yield from _members(text)
    else:
        raise text.error("Expecting value")
    if text.next():
        raise text.error("something follows the data")


def _array(text: _Text) -> Iterator[Any]:
    text.skip()
    if text.next() == "]":
        text.skip()
        return
    while True:
        yield text.value()
        if not _goes_on(text, "]"):
            return


def _members(text: _Text) -> Iterator[tuple[str, Any]]:
    text.skip()
    if text.next() == "}":
        text.skip()
        return
    while True:
        if text.next() != '"':
            raise text.error("Expecting property name enclosed in double quotes")
        key = text.value()
        if text.next() != ":":
            raise text.error("Expecting ':' delimiter")
        text.skip()
        if text.next() == "[":
            yield from ((key, item) for item in _array(text))
        else:
            yield key, text.value()
        if not _goes_on(text, "}"):
            return


def _goes_on(text: _Text, end: str) -> bool:
    """Pass the comma before another item, or the end after the last."""
    following = text.next()
    if following not in {",", end} or not following:
        raise text.error("Expecting ',' delimiter")
    text.skip()
    return following == ","


class _Text:
    """The part of a text that is being read, and how many lines came before it."""

    def __init__(self, content: bytes, chunk_bytes: int) -> None:
        self._content, self._taken, self._chunk_bytes = memoryview(content), 0, chunk_bytes
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._text, self._at, self._lines = "", 0, 0

    def next(self) -> str:
        """Return the next character that is no blank, without passing it; empty at the end."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        """Pass one character."""
        self._at += 1

    def value(self) -> Any:
        """Return the value that comes next, and pass it."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._more():  # it may go on in what was not taken yet
                    continue
                raise self.error(error.msg, error.pos) from error
            if end >= len(self._text) - _TORN and self._more():
                continue
            self._at = end
            return value

    def error(self, message: str, at: int | None = None) -> json.JSONDecodeError:
        """Return an error that names the line in the whole text."""
        error = json.JSONDecodeError(message, self._text, self._at if at is None else at)
        error.lineno += self._lines
        return error

    def _more(self) -> bool:
        """Take the next chunk, and let go of what was read; False at the end."""
        if self._taken == len(self._content):
            return False
        size = max(self._chunk_bytes, len(self._text) - self._at)
        chunk = self._content[self._taken : self._taken + size]
        self._taken += len(chunk)
        self._lines += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + self._decode(chunk, self._taken == len(self._content))
        self._at = 0
        return True
