"""In which encoding a text is written, where its bytes do not say."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from geo.errors import SourceMalformed
from ingest.connectors.text import mostly_utf8
from ingest.connectors.unpack import unpack
from ingest.connectors.vector import is_map
from ingest.draft.rows import undescribed
from ingest.fetch import Fetched

__all__ = ["Spelling", "is_encoding", "look_at_spelling"]

_USUAL = "cp1252"
"""What every source accepts when a text is no UTF-8."""
_OTHERS = ("cp850", "mac_roman")
"""What spreadsheets of other systems write."""
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FRENCH = frozenset("àâäçèéêëîïôöùûüÿœæÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŸŒÆ’«»…–°€²\u00a0")
_SHARE = 0.9
"""Share of the signs beyond ASCII that are those of French in the encoding of a French text."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Spelling:
    """What was found."""

    encoding: str = ""
    """To be declared; empty where those that every source accepts do."""
    question: str = ""
    """Empty where the bytes themselves say which it is."""


def is_encoding(name: str) -> bool:
    """Tell whether an encoding of texts of this name is known."""
    try:
        "a".encode(name)
    except LookupError:  # said of a codec from bytes to bytes too
        return False
    return True


def look_at_spelling(file: Fetched) -> Spelling:
    """Tell the encoding of a file, and ask where a single-byte one was guessed: each of them reads anything.

    A file of shapes, a workbook or a file that cannot be opened is left to its reader.
    """
    try:
        taken = unpack(undescribed(file.source), file.path.read_bytes(), file.path.name)
    except SourceMalformed:
        return Spelling()
    content = taken.content
    for mark, encoding in _WIDE:
        if content.startswith(mark):
            return Spelling(encoding)
    if taken.is_workbook or is_map(content) or b"\0" in content or _is_utf8(content) or mostly_utf8(content):
        return Spelling()
    usual, *others = ((_french_share(content, encoding), encoding) for encoding in (_USUAL, *_OTHERS))
    best = max(others)
    chosen = best[1] if usual[0] < _SHARE and best[0] > usual[0] else _USUAL
    read = ", ".join(repr(word) for word in _words(content.decode(chosen, errors="replace")))
    question = f"not written in UTF-8, read as {chosen}: are these words spelt right? {read} (else: --encoding)"
    return Spelling("" if chosen == _USUAL else chosen, question)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _french_share(content: bytes, encoding: str) -> float:
    """Return the share of the signs beyond ASCII that French is written with."""
    signs = re.sub(r"[\x00-\x7f]", "", content.decode(encoding, errors="replace"))
    return sum(sign in _FRENCH for sign in signs) / len(signs) if signs else 0.0


def _words(text: str) -> list[str]:
    """Return some different words with a sign beyond ASCII, in the order of the text."""
    return list(dict.fromkeys(re.findall(r"[\w’'-]*[^\x00-\x7f][\w’'-]*", text)))[:_SHOWN]
