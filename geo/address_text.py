"""French postal text, made comparable: accents, case, abbreviations, articles, house numbers, and how a query reads.

The same functions prepare the index and the queries, so both sides always agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from geo.address_abbreviations import ANYWHERE, ARTICLES, KINDS, MONTHS, SAME_SUFFIX, SUFFIXES, TYPES, UNITS
from geo.address_noise import without_noise

__all__ = ["HouseNumber", "Query", "house_number", "is_kind", "readings", "spellings", "words"]

_NUMBER = re.compile(r"(\d{1,4})(?:(bis|ter|quater|quinquies)|([a-z]\d{0,3}))?")
_SUFFIX = re.compile(r"[a-z]|[a-z]\d{1,3}|[a-z]{2}")
_RANGE = re.compile(
    r"\b(\d{1,4}(?:\s?(?:bis|ter|quater))?)(?:\s*(?:[-/]|à|a|au|et)\s*\d{1,4}(?:\s?(?:bis|ter|quater))?\b)+",
    re.IGNORECASE,
)
_MOST_WORDS = 16
"""Of a query; a pasted page is read no further."""
_MOST_READINGS = 6


@dataclass(frozen=True, slots=True, order=True)
class HouseNumber:
    """A number in a street, comparable: ``12 bis`` follows ``12``."""

    value: int
    suffix: str = ""

    @property
    def alias(self) -> HouseNumber | None:
        """The other way of writing the same: the national files say ``12 b`` where people say ``12 bis``."""
        other = SAME_SUFFIX.get(self.suffix)
        return HouseNumber(self.value, other) if other else None


@dataclass(frozen=True, slots=True)
class Query:
    """One way of reading what somebody typed."""

    number: HouseNumber | None
    words: tuple[str, ...]
    """Normalised, in the order typed; without number and postcode."""
    tail: tuple[str, ...]
    """The last of ``words`` that stand after the postcode or the last comma: a commune when they name one."""
    postcode: str
    last: str
    """The last word as it was typed, which may still be growing; empty when it was no word of a name."""

    @property
    def without_letter(self) -> Query | None:
        """The query without a last ``d`` or ``l``: the letter of a street, or an article that is still being typed."""
        if len(self.words) < 2 or self.words[-1] not in ARTICLES:
            return None
        return replace(self, words=self.words[:-1], tail=self.tail[:-1], last="")


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """Normalise a name: ``"Av. du Mal Foch"`` and ``"avenue Maréchal-Foch"`` give ``avenue marechal foch``.

    Accents, case and punctuation go, abbreviations are written out, articles are left out unless nothing else is there.
    """
    return tuple(_expanded(_fold(text).replace(",", " ").split()))


@lru_cache(maxsize=65_536)
def spellings(text: str) -> tuple[str, ...]:
    """Return the words of a name as it is written, where they differ from the normalised ones: found while typing."""
    normal = set(words(text))
    raw = _fold(text).replace(",", " ").split()
    return tuple(dict.fromkeys(word for word in raw if word not in normal and word not in ARTICLES))


@lru_cache(maxsize=65_536)
def house_number(text: str) -> HouseNumber:
    """Read the number of a known address: ``"12"``, ``"12 bis"``, ``"12B"``, ``"12-14"`` (its first).

    What holds no digit gets the value 0 and stands in the suffix.
    """
    folded = " ".join(_fold(_RANGE.sub(r"\1", text)).replace(",", " ").split())
    match = re.match(r"(\d+) ?(.*)", folded)
    return HouseNumber(int(match[1]), match[2]) if match else HouseNumber(0, folded)


def is_kind(word: str) -> bool:
    """Whether a word is a kind of street, such as ``rue`` or ``r``: it says little of which."""
    return TYPES.get(word, word).split()[0] in KINDS


def readings(text: str) -> list[Query]:
    """Return the ways of reading an address that somebody typed, the likeliest first.

    A number at the head is first read as the house's, then as part of the name (``4 Chemins``); a number further in is
    read as part of the name, then as the house's (``rue Foch 187``). A day before a month is never a house.
    """
    segments, postcode, tail_starts = _segments(text)
    tokens = [(word, position) for position, segment in enumerate(segments) for word in segment][:_MOST_WORDS]
    found = [_query(tokens, postcode, tail_starts, None)]
    for start in range(len(tokens)):
        number, length = _number_at(tokens, start)
        if number is not None:
            query = _query(tokens[:start] + tokens[start + length :], postcode, tail_starts, number)
            found.insert(0, query) if start == 0 else found.append(query)
            lettered = _lettered(tokens, start, number) if length == 1 else None
            if lettered is not None:
                found.insert(1, _query(tokens[:start] + tokens[start + 2 :], postcode, tail_starts, lettered))
    return list(dict.fromkeys(found))[:_MOST_READINGS]


def _fold(text: str) -> str:
    """Lower case ASCII letters, digits, commas and single spaces."""
    text = text.replace("’", "'").replace("ʼ", "'").replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"\bn\s?[°º]\s?|\bno\.?\s(?=\d)", " ", plain)
    plain = re.sub(r"\bs/s\b\.?", " sous ", plain)
    plain = re.sub(r"\bs/", " sur ", plain)
    plain = re.sub(r"\b[dl]'", " ", plain)
    return re.sub(r"[^a-z0-9,]+", " ", plain).strip()


def _expanded(tokens: Sequence[str]) -> Iterator[str]:
    """Write out abbreviations and dates in letters, and leave out the articles."""
    long = [word for position, token in enumerate(tokens) for word in _written_out(token, position == 0).split()]
    long = list(_dates_in_digits(long))
    last = len(long) - 1
    bare = set(long) <= ARTICLES
    for position, word in enumerate(long):
        if word == "grand" and long[position + 1 : position + 2] == ["rue"]:
            yield "grande"  # Grand'Rue and Grande Rue
        elif bare or word not in ARTICLES or (len(word) == 1 and position == last and position > 0):
            yield word  # a lettered street keeps its letter: rue D


def _written_out(token: str, head: bool) -> str:
    if head and token in TYPES:
        return TYPES[token]
    return "1er" if token in {"premier", "1re", "1ere", "premiere"} else ANYWHERE.get(token, token)


def _dates_in_digits(tokens: Sequence[str]) -> Iterator[str]:
    """Turn ``huit mai`` into ``8 mai`` and ``dix neuf mars`` into ``19 mars``; other numbers in letters stay."""
    position = 0
    while position < len(tokens):
        ahead = tokens[position : position + 3]
        units = [UNITS.get(word, 0) for word in ahead]
        if len(ahead) > 1 and units[0] and ahead[1] in MONTHS:
            yield str(units[0])
            position += 1
        elif len(ahead) > 2 and units[0] in {10, 20} and 0 < units[1] < 10 and ahead[2] in MONTHS:
            yield str(units[0] + units[1])
            position += 2
        else:
            yield ahead[0]
            position += 1


def _segments(text: str) -> tuple[list[list[str]], str, int]:
    """Cut at commas and at the postcode; return the parts, the postcode, and the part where a commune may start."""
    text = re.sub(r"\(\s*\d{2,3}\s*\)\s*$", "", without_noise(text))  # Le Creusot (71)
    folded = _fold(_RANGE.sub(r"\1", text))
    folded = re.sub(r"[ ,]+france$", " ", folded).strip(" ,")
    folded = re.sub(r"\b(\d\d) (0\d\d)\b", r"\1\2", folded)  # 69 003
    postcodes = re.findall(r"\b\d{5}\b", folded)
    postcode = postcodes[-1] if postcodes else ""
    if postcode:
        before, _, after = folded.rpartition(postcode)
        folded = f"{before.rstrip(' ,')},{after}"  # what follows the postcode starts a part of its own
    segments = [part.split() for part in folded.split(",")]
    segments = [segment for segment in segments if segment]
    return segments, postcode, max(len(segments) - 1, 1)


def _number_at(tokens: Sequence[tuple[str, int]], start: int) -> tuple[HouseNumber | None, int]:
    """Read a house number that starts at a token; how many tokens it takes."""
    ahead = [word for word, _ in tokens[start : start + 3]]
    match = _NUMBER.fullmatch(ahead[0])
    following = ahead[1] if len(ahead) > 1 else ""
    before = tokens[start - 1][0] if start else ""
    if match is None or following in MONTHS or before in MONTHS:
        return None, 0
    if match[2] or match[3]:
        return HouseNumber(int(match[1]), match[2] or match[3]), 1
    if following in SUFFIXES:
        return HouseNumber(int(match[1]), following), 2
    article = len(following) == 2 and following in ARTICLES
    if _SUFFIX.fullmatch(following) and not article and len(ahead) > 2 and is_kind(ahead[2]):
        return HouseNumber(int(match[1]), following), 2  # 12 B rue…, but not 12 r Foch
    return HouseNumber(int(match[1])), 1


def _lettered(tokens: Sequence[tuple[str, int]], start: int, number: HouseNumber) -> HouseNumber | None:
    """Read a letter after the number as its suffix although no kind of street follows: ``13 a impass…``."""
    following = tokens[start + 1][0] if start + 2 < len(tokens) else ""
    letter = len(following) == 1 and following.isalpha() and following not in TYPES and following not in ARTICLES
    return HouseNumber(number.value, following) if letter and not number.suffix else None


def _query(tokens: Sequence[tuple[str, int]], postcode: str, tail_starts: int, number: HouseNumber | None) -> Query:
    parts: dict[int, list[str]] = {}
    for word, position in tokens:
        parts.setdefault(position, []).append(word)
    normal = {position: tuple(_expanded(part)) for position, part in parts.items()}
    last = tokens[-1][0] if tokens else ""
    return Query(
        number=number,
        words=tuple(word for part in normal.values() for word in part),
        tail=tuple(word for position, part in normal.items() if position >= tail_starts for word in part),
        postcode=postcode,
        last="" if last in ARTICLES else last,
    )
