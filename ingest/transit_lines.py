"""Lines that call at the sites of a feed, by the names under which a traveller knows them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["lines_of_sites", "natural_order"]

_PARTS = re.compile(r"\d+|\D+")


def lines_of_sites(
    site: NDArray[np.int64], trip: NDArray[np.int64], line_of_trip: Sequence[str], sites: int
) -> list[tuple[str, ...]]:
    """Return the names of the lines that call at each site, each once, in :func:`natural_order`.

    Parameters
    ----------
    site, trip
        (N,) numbers of the site and of the trip of each call; a terminus is called at too.
    line_of_trip
        Name of the line of each trip; one that has no name is left out.
    sites
        How many there are.
    """
    names, line = np.unique(np.array(line_of_trip, dtype=object), return_inverse=True)
    pairs = np.unique(site * max(1, len(names)) + line[trip])
    found: list[list[str]] = [[] for _ in range(sites)]
    for place, number in zip(*(part.tolist() for part in np.divmod(pairs, max(1, len(names)))), strict=True):
        if names[number]:
            found[place].append(names[number])
    return [tuple(sorted(lines, key=natural_order)) for lines in found]


def natural_order(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """Return a key that sorts 2 before 10, numbers before letters, and small letters as capitals."""
    parts: list[tuple[bool, int, str]] = []
    for part in _PARTS.findall(name):
        digits = part.lstrip("0")
        parts.append((False, len(digits), digits) if part.isdecimal() else (True, 0, part.casefold()))
    return parts, name
