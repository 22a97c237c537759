"""How alike two names are, by what distinguishes them.

``"ECOLE ELEM. P. GUTH"`` and ``"École élémentaire publique Paul Guth"`` are the same words once case, accents and
abbreviations are set aside, what every school is called is left out, and an initial is taken for the word it begins.
Numbers are never alike: ``"Jaurès 1"`` is not ``"Jaurès 2"``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

__all__ = ["Vocabulary", "Wording", "words"]

_WRITTEN_OUT = {
    "st": "saint", "ste": "saint", "sts": "saint", "stes": "saint", "sainte": "saint", "saints": "saint",
    "saintes": "saint", "nd": "notre dame", "av": "avenue", "bd": "boulevard", "pl": "place", "dr": "docteur",
    "gal": "general", "mal": "marechal", "gs": "groupe scolaire", "elem": "elementaire", "mat": "maternelle",
    "lp": "lycee professionnel", "ch": "centre hospitalier", "chu": "centre hospitalier universitaire",
    "pmi": "protection maternelle infantile", "coll": "college", "rte": "route", "grp": "groupe", "hop": "hopital",
    "ii": "2", "iii": "3",
}  # fmt: skip
"""Of each abbreviation, the words; Saint and Sainte are one, since files abbreviate both alike."""
_CONTAINED = 90.0
"""Likeness at least of "Jean Jaurès" and "Jean Jaurès - Les Pins": one says all that the other says, and more."""
_LESS_MORE = 0.05
"""What a point of likeness of the whole names adds to that: the less one says more, the surer."""
_OTHER_NUMBER = 70.0
"""Likeness at most when numbers, or single letters that are no initials, differ."""
_CUT = 30
"""A name of so many characters may have been cut off where its publisher's column ends, amid a word."""
_DEPARTMENT = re.compile(r"\((?:\d{2,3}|2[AB])\)")
"""``"Saint-Cyprien (66)"``: which of several towns, and no number of the place."""
_SETTLE = 60.0
"""Below it two names differ whatever their initials stand for."""


@lru_cache(maxsize=262_144)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and punctuation, abbreviations written out."""
    name = _DEPARTMENT.sub(" ", name)
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    found = re.findall(r"[a-z]+|[0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).casefold())
    return tuple(word for short in found for word in _WRITTEN_OUT.get(short, short).split())


@dataclass(frozen=True, slots=True)
class Wording:
    """What a name says."""

    plain: str
    """All its words, sorted."""
    own: str
    """Those that distinguish it, in its order; empty for "École primaire"."""
    marks: frozenset[str]
    """Its numbers and single letters."""
    groups: frozenset[int]
    """To which of the vocabulary's sets of excluding words it belongs."""
    said: bool
    """Whether it has a word that is always said where it is true."""
    cut: bool = False
    """Whether its last word may be the beginning of one."""


class Vocabulary:
    """The words of one category.

    Parameters
    ----------
    generic
        Words that distinguish nothing.
    apart
        Sets of words; names with words of two different sets are never of one place.
    said
        Words that a name leaves out only where they are not true (``"privé"``).
    after
        Words behind which a place's own name follows that of its owner (``"GHU Paris-Est site Foch"``).
    """

    def __init__(
        self,
        generic: frozenset[str],
        apart: Sequence[frozenset[str]] = (),
        said: frozenset[str] = frozenset(),
        after: frozenset[str] = frozenset(),
    ) -> None:
        self._generic, self._apart, self._said, self._after = generic, tuple(apart), said, after
        self._read: dict[str, Wording] = {}

    def read(self, name: str) -> Wording:
        """Return what a name says."""
        wording = self._read.get(name)
        if wording is None:
            found = words(name)
            own = [word for word in self._behind(found) if word not in self._generic]
            wording = Wording(
                plain=" ".join(sorted(found)),
                own=" ".join(own),
                marks=frozenset(word for word in own if word.isdigit() or len(word) == 1),
                groups=frozenset(n for n, group in enumerate(self._apart) if group.intersection(found)),
                said=not self._said.isdisjoint(found),
                cut=len(name) >= _CUT,
            )
            self._read[name] = wording
        return wording

    def _behind(self, found: Sequence[str]) -> Sequence[str]:
        """Return the words behind the last of those after which a name follows, all where there is none."""
        last = max((n for n, word in enumerate(found) if word in self._after), default=-1)
        behind = found[last + 1 :]
        return behind if any(word not in self._generic for word in behind) else found

    def alike(self, one: Sequence[Wording], other: Sequence[Wording]) -> NDArray[np.float64]:
        """Return the likeness of pairs, 0 … 100; two (P,) lists.

        A name without a distinguishing word is like none but its equal, one that is missing not even that.
        """
        a = [_whole(x, y) for x, y in zip(one, other, strict=True)]
        b = [_whole(y, x) for x, y in zip(one, other, strict=True)]
        in_all: NDArray[np.float64] = process.cpdist(a, b, scorer=fuzz.token_sort_ratio).astype(np.float64)
        in_common = process.cpdist(a, b, scorer=fuzz.token_set_ratio).astype(np.float64)
        # "Mc Donald's" and "McDonald's": what one writes apart the other writes together.
        joined = process.cpdist(
            [own.replace(" ", "") for own in a], [own.replace(" ", "") for own in b], scorer=fuzz.ratio
        )
        in_all = np.maximum(in_all, joined.astype(np.float64))
        alike = np.maximum(in_all, np.minimum(in_common, _CONTAINED + _LESS_MORE * in_all))
        for row, (x, y) in enumerate(zip(one, other, strict=True)):
            if not x.own or not y.own:
                alike[row] = 100.0 if x.plain and x.plain == y.plain else 0.0
            elif x.marks != y.marks and alike[row] >= _SETTLE:
                alike[row] = _by_initials(x, y, alike[row])
        return alike


def _whole(name: Wording, other: Wording) -> str:
    """Return the distinguishing words, the last of a name that may be cut as the other name has it."""
    if not name.cut or not name.own:
        return name.own
    *before, last = name.own.split()
    begun = [word for word in other.own.split() if word.startswith(last)]
    return " ".join([*before, last if last in begun else next(iter(begun), last)])


def _by_initials(one: Wording, other: Wording, alike: float) -> float:
    """Take single letters for the words of the other name that they begin; what is left over are numbers."""
    a, b = one.own.split(), other.own.split()
    a, b = _spelt(a, b), _spelt(b, a)
    marks = [{word for word in words_ if word.isdigit() or len(word) == 1} for words_ in (a, b)]
    if marks[0] != marks[1]:
        return min(alike, _OTHER_NUMBER)
    in_all = fuzz.token_sort_ratio(" ".join(a), " ".join(b))
    in_common = fuzz.token_set_ratio(" ".join(a), " ".join(b))
    return float(max(in_all, min(in_common, _CONTAINED + _LESS_MORE * in_all)))


def _spelt(own: Sequence[str], other: Sequence[str]) -> list[str]:
    def longer(letter: str) -> str:
        return next((word for word in other if len(word) > 1 and word.startswith(letter)), letter)

    return [longer(word) if len(word) == 1 and word.isalpha() else word for word in own]
