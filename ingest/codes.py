"""Codes of communes and postcodes as spreadsheets leave them → as INSEE and La Poste write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

__all__ = ["departments_of_postcode", "read_codes", "read_insee", "read_postcode"]

_INSEE = re.compile(r"\d{5}|2[AB]\d{3}")
_NUMBER = re.compile(r"(\d+)[.,]0+")
"""A code that went through a column of numbers: ``71153.0``."""


def read_insee(text: str) -> str:
    """Return the code of a commune; empty where the cell holds none.

    Four digits are a code of the départements 01 to 09 that lost its zero: ``7156`` is 07156, never of 71.
    """
    code = _digits(text).upper()
    return code if _INSEE.fullmatch(code) else ""


def read_postcode(text: str) -> str:
    """Return a postcode of five digits, its lost zero put back; empty where the cell holds none."""
    code = _digits(text)
    return code if len(code) == 5 and code.isdecimal() and code.isascii() else ""


def departments_of_postcode(postcode: str) -> frozenset[str]:
    """Return the départements that a postcode's first digits stand for; empty for no postcode.

    A commune may be served from the next département: what is said here is where its post goes.
    """
    head = postcode[:2]
    if head == "20":
        return frozenset({"2A", "2B"})
    if head in {"97", "98"}:
        return frozenset({postcode[:3]})
    return frozenset({head} - {""})


def read_codes(texts: Sequence[str], read: Callable[[str], str]) -> list[str]:
    """Return what ``read`` makes of each; equal cells are read once."""
    known = {text: read(text) for text in set(texts)}
    return [known[text] for text in texts]


def _digits(text: str) -> str:
    text = text.strip()
    number = _NUMBER.fullmatch(text)
    plain = number[1] if number else text
    return plain.zfill(5) if len(plain) == 4 and plain.isdecimal() else plain
