"""A query as the index is asked it: what each word may mean, and the expressions of FTS5 that find entries by them.

First the words as they stand, the last of which may be growing. Only where these find nothing good, words are mended
(:mod:`geo.spelling`); then, one after the other, left out. Every step looks at a bounded number of entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from geo.address_match import Slot, tells
from geo.address_text import Query, is_kind
from geo.spelling import Vocabulary

__all__ = ["Step", "as_written", "mended", "quoted"]

_POOL = 150
"""Entries that one step looks at, the most important first."""
_SMALL_POOL = 40
"""The same where a word is left out."""
_LEFT_OUT = 5
"""Words, at most, that are left out in turn."""
_BEGINNING = 2
"""Letters from which an unknown word may be the beginning of one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question to the index."""

    query: Query
    slots: tuple[Slot, ...]
    expression: str
    limit: int = _POOL
    as_written: bool = False
    """No word of it was mended."""


def as_written(query: Query, *, growing: bool) -> Iterator[Step]:
    """Ask for the words as they stand, then with a growing last word, then without a postcode that may be wrong."""
    slots = tuple(Slot(word, {word: 1.0}) for word in query.words)
    postcode = [_postcode(query)] if query.postcode else []
    whole = [*map(quoted, query.words), *postcode]
    if whole:
        yield Step(query, slots, " AND ".join(whole), as_written=True)
    if not growing:
        return
    if not query.words:
        if not query.postcode and query.number is not None and len(str(query.number.value)) >= 2:
            yield Step(query, (), f"postcodes : {quoted(str(query.number.value))} *")
        return
    beginnings = tuple(sorted({query.words[-1], query.last} - {""}))
    last = " OR ".join(f"{quoted(word)} *" for word in beginnings)
    grown = (*slots[:-1], replace(slots[-1], begun=beginnings))
    words = [*map(quoted, query.words[:-1]), f"({last})"]
    yield Step(query, grown, " AND ".join([*words, *postcode]), as_written=True)
    if postcode:
        yield Step(query, grown, " AND ".join(words), as_written=True)


def mended(query: Query, vocabulary: Vocabulary) -> Iterator[Step]:
    """Ask for what the words may mean; kinds of streets last, since people mix them up."""
    words = _joined_and_parted(query, vocabulary)
    query = replace(query, words=words, tail=words[len(words) - min(len(query.tail), len(words)) :])
    slots = tuple(_slot(word, place == len(words) - 1, query, vocabulary) for place, word in enumerate(words))
    asked = [slot for slot in slots if slot.means or slot.begun]
    if not asked:
        return
    yield Step(query, slots, " AND ".join(map(_any_of, asked)))
    telling = sorted((slot for slot in asked if not is_kind(slot.typed)), key=lambda slot: _frequency(slot, vocabulary))
    if not telling:
        return
    postcode = [_postcode(query)] if query.postcode else []
    if len(telling) < len(asked):
        yield Step(query, slots, " AND ".join(map(_any_of, telling)))
    if len(telling) > 1:
        for slot in reversed(telling[-_LEFT_OUT:] if len(telling) <= _LEFT_OUT else telling[:_LEFT_OUT]):
            others = [_any_of(other) for other in telling if other is not slot]
            yield Step(query, slots, " AND ".join([*others, *postcode]), _SMALL_POOL)
    elif postcode:
        yield Step(query, slots, " AND ".join([_any_of(telling[0]), *postcode]), _SMALL_POOL)


def _slot(word: str, last: bool, query: Query, vocabulary: Vocabulary) -> Slot:
    known = word in vocabulary
    if known and is_kind(word):
        return Slot(word, {word: 1.0})
    begun = (word,) if (last or not known) and len(word) >= _BEGINNING and vocabulary.begins(word) else ()
    if last and query.last:
        begun = tuple(sorted({*begun, query.last}))
    return Slot(word, dict(vocabulary.meanings(word, growing=last)), begun)


def _joined_and_parted(query: Query, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Write together what is one word (``mar echal``), and apart what is several (``ruefoch``)."""
    found: list[str] = []
    for word in query.words:
        together = found[-1] + word if found else ""
        if together in vocabulary and not (word in vocabulary and found[-1] in vocabulary):
            found[-1] = together
        elif word in vocabulary or vocabulary.begins(word):
            found.append(word)
        else:
            found += vocabulary.parts(word) or (word,)
    return tuple(found)


def _any_of(slot: Slot) -> str:
    meant = [quoted(word) for word in slot.means] + [f"{quoted(word)} *" for word in slot.begun]
    return f"({' OR '.join(meant)})"


def _frequency(slot: Slot, vocabulary: Vocabulary) -> float:
    return sum(vocabulary.count(word) for word in slot.means) / tells(slot.typed)


def _postcode(query: Query) -> str:
    return f"postcodes : {quoted(query.postcode)}"


def quoted(word: str) -> str:
    """Write a word for FTS5; words hold a–z and 0–9 alone, so nothing needs escaping."""
    return f'"{word}"'


def all_of(expressions: Sequence[str]) -> str:
    """Ask for entries that every expression finds."""
    return " AND ".join(f"({expression})" for expression in expressions)
