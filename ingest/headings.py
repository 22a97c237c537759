"""The name of a commune in front of a place's: no part of what distinguishes it there.

``"LE CREUSOT - Molette"`` is the stop Molette of Le Creusot, ``"MIGENNES_Place de la Mairie"`` a plug on a square. What
stands in front is known as the commune's by its rows: half of them or more begin with it, and hardly a row elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest.likeness import words

__all__ = ["without_headings"]

_HEADED = re.compile(r"\s*(.+?)(?:\s+[-–]\s*|\s*[-–]\s+|_)(.*\w.*)")
_MOST = 0.5
"""Share of a commune's names that begin with its heading, and at least two of them."""
_ELSEWHERE = 0.2
"""Share of the rows with a heading that may lie in other communes (a row on the border, a misplaced one)."""

_Heading = tuple[str, ...]


def without_headings(sides: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[list[str]]:
    """Return the names of several sides without the commune's in front.

    Parameters
    ----------
    sides
        Of each its names and, row by row, their communes (``""``: unknown; such rows keep their names).
    """
    parted = [[_part(name) for name in names] for names, _ in sides]
    rows: dict[str, Counter[int]] = defaultdict(Counter)
    headed: Counter[tuple[str, int, _Heading]] = Counter()
    for side, (_, communes) in enumerate(sides):
        for commune, (heading, _) in zip(communes, parted[side], strict=True):
            rows[commune][side] += 1
            headed[commune, side, heading] += bool(heading)
    everywhere: Counter[_Heading] = Counter()
    there: Counter[tuple[str, _Heading]] = Counter()
    for (commune, _, heading), number in headed.items():
        everywhere[heading] += number
        there[commune, heading] += number

    def is_heading(commune: str, side: int, heading: _Heading) -> bool:
        here = there[commune, heading]
        return (
            bool(commune and heading)
            and here >= max(2, (1 - _ELSEWHERE) * everywhere[heading])
            and headed[commune, side, heading] >= _MOST * rows[commune][side]
        )

    return [
        [
            rest if is_heading(commune, side, heading) else name
            for name, commune, (heading, rest) in zip(names, communes, parted[side], strict=True)
        ]
        for side, (names, communes) in enumerate(sides)
    ]


def _part(name: str) -> tuple[_Heading, str]:
    """Return the words in front of the first hyphen between spaces, or underscore, and what follows."""
    found = _HEADED.fullmatch(name)
    return (words(found[1]), found[2]) if found else ((), name)
