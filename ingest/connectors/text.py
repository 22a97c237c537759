"""Encodings: the bytes of a text file → UTF-8, or why not."""

from __future__ import annotations

import re
from contextlib import suppress

from geo.errors import SourceMalformed
from ingest.catalogue import Source

__all__ = ["mostly_utf8", "refuse_web_page", "to_utf8"]

_BOM = b"\xef\xbb\xbf"
_START_BYTES = 2000
_SLIPS, _SLIP_SHARE = 4, 0.002
_TWICE_SHARE = 0.05
"""Of the signs beyond ASCII: single rows that were encoded twice stand in many a file, and are their publisher's."""
_TWICE = rb"\xc3\x83[\xc2-\xe2]|\xc3\xa2\xe2\x82\xac"
"""``Ã`` before another sign beyond ASCII, ``â€``."""


def refuse_web_page(source: Source, content: bytes, name: str) -> None:
    """Refuse what is no data at all.

    Raises
    ------
    SourceMalformed
        When the file is empty or blank, or a web page: an error page answers 200 often enough.
    """
    start = content[:_START_BYTES].removeprefix(_BOM).lstrip().lower()
    if not start and not content[_START_BYTES:].strip():
        raise SourceMalformed(source.id, "the file is empty", file=name, line=1)
    if start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<") and b"<html" in start):
        raise SourceMalformed(source.id, "a web page stands where data is expected", file=name, line=1)


def to_utf8(source: Source, content: bytes, name: str) -> bytes:
    """Return the text in UTF-8 without BOM, read in the first accepted encoding that fits.

    A single-byte encoding reads anything, so it is refused where the bytes are mostly UTF-8 pairs, or where a part of
    them is: a UTF-8 file with a damaged spot, or one that changes its encoding midway, would otherwise turn its accents
    into rubbish.

    Raises
    ------
    SourceMalformed
        When no accepted encoding fits, or the bytes are no text. Names the line.
    """
    wide = any(encoding.startswith("utf-16") for encoding in source.encoding)
    if not wide and (content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content):
        line = content.split(b"\0", 1)[0].count(b"\n") + 1
        detail = f"encoded in UTF-16, or no text at all; expected {' or '.join(source.encoding)}"
        raise SourceMalformed(source.id, detail, file=name, line=line)
    failed_at = 0
    for encoding in source.encoding:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            failed_at = failed_at or error.start
            continue
        except LookupError as error:
            raise SourceMalformed(source.id, f"encoding: no such encoding as {encoding!r}", file=name) from error
        if encoding.replace("_", "-").lower() in {"utf-8", "utf8", "utf-8-sig"}:
            return _encoded_once(source, content, text, name)
        if not (mostly_utf8(content) or _partly_utf8(content)):
            return text.removeprefix("\ufeff").encode()
    line = content[:failed_at].count(b"\n") + 1
    raise SourceMalformed(source.id, f"not written in {' or '.join(source.encoding)}", file=name, line=line)


def _encoded_once(source: Source, content: bytes, text: str, name: str) -> bytes:
    """Undo what happens when UTF-8 is taken for cp1252 and encoded once more: ``é`` has become ``Ã©``."""
    pairs = len(re.findall(_TWICE, content)) if b"\xc3\x83" in content else 0
    signs = len(re.findall(rb"[\xc2-\xf4]", content)) if pairs else 0
    mostly = 4 * pairs >= max(1, signs)
    if not mostly and pairs <= _TWICE_SHARE * signs:
        return content.removeprefix(_BOM)
    for taken_for in ("cp1252", "latin-1") if mostly else ():
        with suppress(UnicodeError):
            return text.removeprefix("\ufeff").encode(taken_for).decode().removeprefix("\ufeff").encode()
    line = content[: content.find(b"\xc3\x83")].count(b"\n") + 1
    raise SourceMalformed(
        source.id, "encoded twice, all of it or a part: its accents are rubbish", file=name, line=line
    )


def _partly_utf8(content: bytes) -> bool:
    """Tell whether some of the accents are written as UTF-8 writes French ones: more than a slip in a cell or two."""
    pairs = len(re.findall(rb"\xc3[\xa0-\xbf]|\xe2\x80[\x93-\x9e]|\xc5\x93", content))
    return pairs > _SLIPS and pairs > _SLIP_SHARE * len(re.findall(rb"[\x80-\xff]+", content))


def mostly_utf8(content: bytes) -> bool:
    """Tell whether most bytes beyond ASCII make pairs or triples as UTF-8 does: by chance they hardly ever do."""
    high = sum(map(len, re.findall(rb"[\x80-\xff]+", content)))
    pairs = sum(map(len, re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", content)))
    return high > 0 and pairs > high / 2
