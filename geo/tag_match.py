"""When a rule of a mode holds: a condition on the tags of a way or a node of OpenStreetMap."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Match", "Tags", "Values", "quantity"]

Tags = Mapping[str, str]
Values = Mapping[str, frozenset[str]]
"""Tag keys, each with the values that are meant."""

_QUANTITY = re.compile(r"[+-]?(\d{1,6}(?:[.,]\d{1,6})?) ?(%|°|m)?")


@dataclass(frozen=True, slots=True)
class Match:
    """A condition: every part of it holds, and nothing of ``unless``."""

    when: Values
    """Each key carries one of its values."""
    unless: Values = field(default_factory=dict)
    """None of these keys carries one of its values."""
    over: Mapping[str, float] = field(default_factory=dict)
    """Each key carries a number above this one; a text that is no number is not."""
    under: Mapping[str, float] = field(default_factory=dict)
    """Each key carries a number below this one."""

    def holds(self, tags: Tags) -> bool:
        """Return whether the condition holds of these tags."""
        return (
            all(tags.get(key) in values for key, values in self.when.items())
            and all(self._number(tags, key, -math.inf) > limit for key, limit in self.over.items())
            and all(self._number(tags, key, math.inf) < limit for key, limit in self.under.items())
            and not any(tags.get(key) in values for key, values in self.unless.items())
        )

    @staticmethod
    def _number(tags: Tags, key: str, otherwise: float) -> float:
        number = quantity(tags.get(key, ""))
        return otherwise if number is None else number


def quantity(value: str) -> float | None:
    """Read a width or an incline, without its sign: metres as metres, per cent as such, degrees as per cent.

    Returns
    -------
    float or None
        None when the text holds something else (``up``, ``Narrow``, feet and inches).
    """
    match = _QUANTITY.fullmatch(value.strip())
    if match is None:
        return None
    number = float(match[1].replace(",", "."))
    if match[2] != "°":
        return number
    return math.tan(math.radians(number)) * 100 if number < 90 else math.inf
