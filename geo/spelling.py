"""Words that were meant: a slip of one or two letters, a word that is still growing, two words written as one.

Looked for in the words that the addresses of a territory are made of. Distances are of optimal string alignment: a
letter too many, too few or another counts one, two neighbours that changed places too. They are computed bit by bit
(Hyyrö 2003), one word in some forty operations, so that every word can be looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.address_abbreviations import ARTICLES
from geo.arrays import frozen

__all__ = ["Meaning", "Vocabulary"]

_WIDTH = 24
"""Letters of a word that count; the few longer ones are compared by their first ones."""
_MOST_MEANINGS = 8
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_CODE = {letter: code for code, letter in enumerate(_LETTERS)}
_FAR = 99
_SLIP = 1.3
"""Letters that a slip costs: half of a short word is another word."""

Meaning = tuple[str, float]
"""A word that may be meant, and how well it agrees with what was typed, in ]0, 1]."""


class Vocabulary:
    """The words of an index.

    Parameters
    ----------
    counted
        Each word once, of a–z and 0–9, with the number of entries that hold it.
    """

    def __init__(self, counted: Iterable[tuple[str, int]]) -> None:
        self._counts = dict(sorted(counted))
        self._sorted = list(self._counts)
        letters = np.full((len(self._sorted), _WIDTH), -1, np.int8)
        for row, word in enumerate(self._sorted):
            letters[row, : min(len(word), _WIDTH)] = [_CODE[letter] for letter in word[:_WIDTH]]
        self._letters = frozen(letters, np.int8)
        self._lengths = frozen(np.minimum([len(word) for word in self._sorted], _WIDTH), np.int64)
        self.meanings = lru_cache(maxsize=20_000)(self._meanings)
        self.parts = lru_cache(maxsize=20_000)(self._parts)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def __len__(self) -> int:
        """How many words there are."""
        return len(self._sorted)

    def begins(self, typed: str) -> bool:
        """Tell whether a word begins so."""
        at = bisect_left(self._sorted, typed)
        return at < len(self._sorted) and self._sorted[at].startswith(typed)

    def count(self, word: str) -> int:
        """Return how many entries hold a word."""
        return self._counts.get(word, 0)

    def _meanings(self, typed: str, *, growing: bool = False) -> tuple[Meaning, ...]:
        """Return the words that may be meant, the likeliest first; at most eight.

        Parameters
        ----------
        typed
            A normalised word.
        growing
            Whether it may be the beginning of a word, with its slips.
        """
        if typed.isdigit() or len(typed) < 2 or not self._sorted:
            return ((typed, 1.0),) if typed in self else ()
        most = allowed_slips(typed)
        pattern = np.array([_CODE[letter] for letter in typed[:_WIDTH]], np.int64)
        slips, begun = _distances(pattern, self._letters, self._lengths, most)
        found: dict[int, float] = {}
        for row in np.flatnonzero(slips <= most).tolist():
            found[row] = agreement(typed, self._sorted[row], int(slips[row]))
        if growing and len(typed) >= 4:
            for row in np.flatnonzero((begun <= most) & (self._lengths > len(typed))).tolist():
                share = 0.5 + 0.5 * len(typed) / max(len(self._sorted[row]), len(typed))
                found[row] = max(found.get(row, 0.0), 0.95 * share * agreement(typed, typed, int(begun[row])))
        ranked = sorted(found, key=lambda row: (-found[row], -self.count(self._sorted[row]), row))
        return tuple((self._sorted[row], found[row]) for row in ranked[:_MOST_MEANINGS])

    def _parts(self, typed: str) -> tuple[str, ...]:
        """Return the fewest known words that a word is made of, articles left out; empty when it is not."""
        best: list[tuple[str, ...] | None] = [(), *[None] * len(typed)]
        for end in range(2, len(typed) + 1):
            for start in range(end - 1):
                head, part = best[start], typed[start:end]
                fits = part in ARTICLES or (len(part) > 2 and part in self)
                if head is not None and fits and (best[end] is None or len(head) + 1 < len(best[end] or ())):
                    best[end] = (*head, part)
        found = best[-1] or ()
        told = tuple(part for part in found if part not in ARTICLES)
        return told if len(found) > 1 else ()


def allowed_slips(typed: str) -> int:
    """Return how many slips a word of this length may hold and still be known."""
    return 0 if len(typed) < 2 else 1 if len(typed) < 5 else 2


def agreement(typed: str, meant: str, slips: int) -> float:
    """Return how well two words agree: 1 without a slip, less the shorter they are."""
    return max(1.0 - _SLIP * slips / (max(len(typed), len(meant)) + 1.0), 0.1)


@njit(cache=True, nogil=True)
def _distances(
    pattern: NDArray[np.int64], letters: NDArray[np.int8], lengths: NDArray[np.int64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the slips between a pattern and each word, and those to the best of its beginnings; 99 beyond `most`."""
    words = lengths.size
    whole, begun = np.full(words, _FAR), np.full(words, _FAR)
    held = np.zeros(36, np.int64)
    for place in range(pattern.size):
        held[pattern[place]] |= 1 << place
    top = np.int64(1) << (pattern.size - 1)
    for row in range(words):
        if lengths[row] < pattern.size - most:
            continue
        ahead, behind, diagonal, former = np.int64(-1), np.int64(0), np.int64(0), np.int64(0)
        slips = pattern.size
        for place in range(min(lengths[row], pattern.size + most)):
            here = held[letters[row, place]]
            swapped = (((~diagonal) & here) << 1) & former
            diagonal = (((here & ahead) + ahead) ^ ahead) | here | behind | swapped
            rise, fall = behind | ~(diagonal | ahead), diagonal & ahead
            slips += ((rise & top) != 0) - np.int64((fall & top) != 0)
            rise, fall = (rise << 1) | 1, fall << 1
            ahead, behind = fall | ~(diagonal | rise), rise & diagonal
            former = here
            begun[row] = min(begun[row], slips)
        if lengths[row] <= pattern.size + most:
            whole[row] = slips
    return whole, begun
