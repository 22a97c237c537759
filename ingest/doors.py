"""What stands on a door: house numbers as they are written, and whether somebody may live behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["door", "house_number", "is_home"]

_NUMBER = re.compile(r"(\d{1,6}(?:\s*[-/,;]\s*\d{1,6})*)\s*([A-Za-z]{1,8}\d?)?")
_SUFFIX = re.compile(r"[A-Za-z0-9]{1,9}")
_REPETITIONS = {"bis", "ter", "quater", "quinquies"}
_NO_NUMBER = {"", "9999", "99999"}
"""How a Base Adresse Locale writes a street or a locality without numbers."""
_WORKPLACES = ("amenity", "shop", "office", "craft", "healthcare", "tourism", "leisure", "club", "industrial")
"""Keys of an object that is a business or a service: the number is where it receives, not where somebody lives."""
_NO_HOMES = {
    "industrial",
    "commercial",
    "retail",
    "warehouse",
    "garage",
    "garages",
    "shed",
    "school",
    "hospital",
    "church",
}


def house_number(text: str) -> str:
    """Return a house number as a door bears it: ``"12"``, ``"5 B"``, ``"12 bis"``, ``"173-175"``; ``""`` if it is none.

    A single letter stays a letter: ``5 B`` may be *bis* or the second of A, B, C, and only the street knows.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return ""
    numbers, suffix = re.sub(r"\s*[-/,;]\s*", "-", match[1]), match[2] or ""
    return f"{numbers} {_suffix(suffix)}" if suffix else numbers


def door(number: str, repetition: str) -> str | None:
    """Return the number of a row of the BAN or a BAL, whose repetition (``b``, ``ter``, ``a1``) stands apart.

    Returns
    -------
    str | None
        Empty for a street or a locality (no number, 9999 or 99999); None where the number is none. Decimals that a
        spreadsheet added (``163,000``) are taken away, and so are zeros at the head.
    """
    whole = re.sub(r"[.,]0+$", "", number.strip())
    if whole in _NO_NUMBER:
        return ""
    digits = whole.lstrip("0") or "0" if whole.isdecimal() else whole
    suffix = repetition.strip()
    if re.fullmatch(r"\d{1,6}", digits) and _SUFFIX.fullmatch(suffix):
        return f"{digits} {_suffix(suffix)}"
    return house_number(f"{digits} {suffix}") or None


def is_home(tags: Mapping[str, str]) -> bool:
    """Tell whether somebody may live there: False for a business's own number and for buildings without homes."""
    return not any(key in tags for key in _WORKPLACES) and tags.get("building", "") not in _NO_HOMES


def _suffix(text: str) -> str:
    return text.lower() if text.lower() in _REPETITIONS else text.upper()
