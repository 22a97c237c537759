"""Encodings: the bytes of a text file → UTF-8, or why not."""

from __future__ import annotations

import re

from geo.errors import SourceMalformed
from ingest.catalogue import Source

__all__ = ["mostly_utf8", "refuse_web_page", "to_utf8"]

_BOM = b"\xef\xbb\xbf"
_START_BYTES = 2000


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

    A single-byte encoding reads anything, so it is refused where the bytes are mostly UTF-8 pairs: a UTF-8 file with a
    damaged spot would otherwise turn all its accents into rubbish.

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
            return content.removeprefix(_BOM)
        if not mostly_utf8(content):
            return text.removeprefix("\ufeff").encode()
    line = content[:failed_at].count(b"\n") + 1
    raise SourceMalformed(source.id, f"not written in {' or '.join(source.encoding)}", file=name, line=line)


def mostly_utf8(content: bytes) -> bool:
    """Tell whether most bytes beyond ASCII make pairs or triples as UTF-8 does: by chance they hardly ever do."""
    high = sum(map(len, re.findall(rb"[\x80-\xff]+", content)))
    pairs = sum(map(len, re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", content)))
    return high > 0 and pairs > high / 2
