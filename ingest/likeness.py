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
    "pmi": "protection maternelle infantile", "ii": "2", "iii": "3",
}  # fmt: skip
"""Of each abbreviation, the words; Saint and Sainte are one, since files abbreviate both alike."""
_CONTAINED = 90.0
"""Likeness at least of "Jean Jaurès" and "Jean Jaurès - Les Pins": one says all that the other says, and more."""
_LESS_MORE = 0.05
"""What a point of likeness of the whole names adds to that: the less one says more, the surer."""
_OTHER_NUMBER = 70.0
"""Likeness at most when numbers, or single letters that are no initials, differ."""
_SETTLE = 60.0
"""Below it two names differ whatever their initials stand for."""


@lru_cache(maxsize=262_144)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and punctuation, abbreviations written out."""
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
    """

    def __init__(
        self, generic: frozenset[str], apart: Sequence[frozenset[str]] = (), said: frozenset[str] = frozenset()
    ) -> None:
        self._generic, self._apart, self._said = generic, tuple(apart), said
        self._read: dict[str, Wording] = {}

    def read(self, name: str) -> Wording:
        """Return what a name says."""
        wording = self._read.get(name)
        if wording is None:
            found = words(name)
            own = [word for word in found if word not in self._generic]
            wording = Wording(
                plain=" ".join(sorted(found)),
                own=" ".join(own),
                marks=frozenset(word for word in own if word.isdigit() or len(word) == 1),
                groups=frozenset(n for n, group in enumerate(self._apart) if group.intersection(found)),
                said=not self._said.isdisjoint(found),
            )
            self._read[name] = wording
        return wording

    def alike(self, one: Sequence[Wording], other: Sequence[Wording]) -> NDArray[np.float64]:
        """Return the likeness of pairs, 0 … 100; two (P,) lists.

        A name without a distinguishing word is like none but its equal, one that is missing not even that.
        """
        a, b = [w.own for w in one], [w.own for w in other]
        in_all: NDArray[np.float64] = process.cpdist(a, b, scorer=fuzz.token_sort_ratio).astype(np.float64)
        in_common = process.cpdist(a, b, scorer=fuzz.token_set_ratio).astype(np.float64)
        # "Mc Donald's" and "McDonald's": what one writes apart the other writes together.
        joined = process.cpdist([w.replace(" ", "") for w in a], [w.replace(" ", "") for w in b], scorer=fuzz.ratio)
        in_all = np.maximum(in_all, joined.astype(np.float64))
        alike = np.maximum(in_all, np.minimum(in_common, _CONTAINED + _LESS_MORE * in_all))
        for row, (x, y) in enumerate(zip(one, other, strict=True)):
            if not x.own or not y.own:
                alike[row] = 100.0 if x.plain and x.plain == y.plain else 0.0
            elif x.marks != y.marks and alike[row] >= _SETTLE:
                alike[row] = _by_initials(x, y, alike[row])
        return alike


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
