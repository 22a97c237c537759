"""What a code of a commune meant on a day, led to the communes of today by INSEE's list of changes.

A commune may take in others, be divided again, or move to another département; its code then means another ground than
it did. Without the list a code has its latest meaning; with it, what a file of a date says is led forward from that
date, change by change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["CommuneChange", "meanings_on"]


@dataclass(frozen=True, order=True, slots=True)
class CommuneChange:
    """One commune that became another, or a part of it, or stayed what it was while it took in or gave away."""

    day: str
    """``YYYY-MM-DD``, the first day on which it was so."""
    before: str
    after: str


def meanings_on(date: str, changes: Sequence[CommuneChange], current: Mapping[str, str]) -> Mapping[str, str]:
    """Return today's commune of every code, as a file of a date means it.

    Parameters
    ----------
    date
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; of a year or a month, its first day. Empty: the latest meaning.
    changes
        All of them, in any order.
    current
        Today's commune of every code in its latest meaning; it is returned as it is where nothing has changed since.

    Returns
    -------
    Mapping
        Of a code that was no commune on that day, the latest meaning. A commune that was divided since is none where
        nothing is left of its code, and ``""`` where its code is one of today: only a place can tell which part is
        meant. One that was taken in and given back since is itself.
    """
    first = f"{date}-01-01"[:10] if len(date) < 7 else f"{date}-01"[:10]
    since = [change for change in changes if change.day > first] if date else []
    if not since:
        return current
    steps = _steps(since)
    led = dict(current)
    for code in steps:
        ends = {current.get(end, "") for end in _ends(code, first, steps)}
        if len(ends) == 1:
            led[code] = ends.pop() or current.get(code, "")
        elif current.get(code) == code:
            led[code] = ""
        else:
            led.pop(code, None)
    return {code: today for code, today in led.items() if today or current.get(code) == code}


_Steps = Mapping[str, Sequence[tuple[str, frozenset[str]]]]
"""Commune → the days on which something became of it, ascending, and what."""


def _steps(changes: Sequence[CommuneChange]) -> _Steps:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for change in changes:
        found[change.before, change.day].add(change.after)
    steps: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for (code, day), after in sorted(found.items()):
        steps[code].append((day, frozenset(after)))
    return steps


def _ends(origin: str, day: str, steps: _Steps, code: str = "") -> set[str]:
    """Return the codes at which a commune has arrived, from a day on."""
    code = code or origin
    own = steps.get(code, ())
    at = bisect_right(own, day, key=lambda step: step[0])
    if at == len(own):
        return {code}
    then, after = own[at]
    if code != origin and origin in after:  # given back
        return _ends(origin, then, steps)
    return set().union(*(_ends(origin, then, steps, next_) for next_ in after))
