"""Addresses of a snapshot: search while typing, resolve to one place or refuse, and the address near a point.

The index is one read-only SQLite file. Streets are indexed by their words (FTS5), numbers are looked up in the street
that was found. A search suggests; only :meth:`AddressIndex.resolve` decides, and it never guesses.
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from geo.address_book import Entry, distinct_addresses, entries
from geo.address_match import Candidate, Fit, House, Match, by_rank, fit, match_of, nearness
from geo.address_text import HouseNumber, Query, is_kind, readings
from geo.errors import AddressReason, AmbiguousAddress, SnapshotCorrupt, UnknownAddress
from geo.places import Address, Commune, Position
from geo.projection import ground_m

__all__ = ["AddressIndex", "Match", "distinct_addresses"]

_FORMAT = 1
_LONGEST_QUERY = 200
_POOL = 300
"""Entries that one reading of a query looks at, the most important first."""
_SPARE = 40
"""How many more than asked of the entries that fit best are asked for the house number."""
_SUGGESTED = 10
_REVERSE_RADII_M = (60.0, 250.0, 1000.0, 5000.0)

_SCHEMA = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    words TEXT NOT NULL, also TEXT NOT NULL, city_words TEXT NOT NULL, postcodes TEXT NOT NULL, insee TEXT NOT NULL,
    commune TEXT NOT NULL, context TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL, importance REAL NOT NULL,
    numbers INTEGER NOT NULL);
CREATE TABLE number (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL REFERENCES entry (id), value INTEGER NOT NULL,
    suffix TEXT NOT NULL, label TEXT NOT NULL, key TEXT NOT NULL, postcode TEXT NOT NULL, lon REAL NOT NULL,
    lat REAL NOT NULL);
CREATE VIRTUAL TABLE said USING fts5 (words, also, city, postcodes, content='', columnsize=0, detail=column,
    prefix='1 2 3', tokenize='ascii');
CREATE VIRTUAL TABLE near USING rtree (id, west, east, south, north);
"""
_INDEXES = """
CREATE INDEX number_of ON number (entry, value, suffix);
CREATE INDEX entry_of ON entry (insee);
CREATE INDEX commune_of ON entry (city_words) WHERE kind = 'municipality';
"""
_INSERT_NEAR = "INSERT INTO near VALUES (?, ?, ?, ?, ?)"
_NEAR = "SELECT id FROM near WHERE west <= ? AND east >= ? AND south <= ? AND north >= ? ORDER BY id"
_NUMBER_WITH_ENTRY = "SELECT entry, key, label, postcode, lon, lat FROM number WHERE id = ?"
_ENTRY = """entry.id, entry.key, entry.kind, entry.name, entry.words, entry.also, entry.city_words, entry.postcodes,
    entry.insee, entry.commune, entry.context, entry.lon, entry.lat, entry.importance, entry.numbers"""


class AddressIndex:
    """The address index of one snapshot. Each thread reads through a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error as error:
            self.close()
            raise SnapshotCorrupt(f"{path} is not an address index: build the territory again") from error
        if version != _FORMAT:
            self.close()
            raise SnapshotCorrupt(f"{path} is an address index of format {version}, not {_FORMAT}: build it again")

    @classmethod
    def open(cls, path: Path) -> AddressIndex:
        """Open the file, read-only.

        Raises
        ------
        SnapshotCorrupt
            When it is missing or no address index of this format.
        """
        return cls(path)

    @staticmethod
    def write(
        path: Path,
        addresses: Iterable[Address],
        communes: Sequence[Commune],
        departments: Mapping[str, str] | None = None,
    ) -> None:
        """Write the index: equal addresses give equal bytes, in whatever order they come.

        Parameters
        ----------
        path
            A file that does not exist yet.
        addresses
            Any; each is kept once (:func:`distinct_addresses`).
        communes
            Territory and halo.
        departments
            Names by code, for the context line.
        """
        found = entries(distinct_addresses(addresses), communes, departments or {})
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            connection.execute("BEGIN")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
            _fill(connection, found)
            for statement in filter(str.strip, _INDEXES.split(";")):
                connection.execute(statement)
            connection.execute("INSERT INTO said (said) VALUES ('optimize')")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
            connection.execute("COMMIT")
            connection.execute("VACUUM")

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    def search(self, q: str, limit: int = 5, kinds: Sequence[Position] | None = None) -> list[Match]:
        """Suggest addresses for words that may still be typed: the last one may be the beginning of a word.

        Parameters
        ----------
        q
            What was typed; accents, case and the usual abbreviations do not matter.
        limit
            At most so many.
        kinds
            Only these; None = all.

        Returns
        -------
        list[Match]
            The best first; equal queries give equal lists. A house number that its street lacks gives the street.
        """
        best: dict[str, Match] = {}
        read = readings(q[:_LONGEST_QUERY])
        for query in (*read, *filter(None, (query.without_letter for query in read))):
            fits = sorted(self._candidates(query, growing=True), key=lambda c: -c[1].score(number_found=True))
            for candidate, found in fits[: limit + _SPARE]:
                for match in self._answers(query, candidate, found):
                    if (kinds is None or match.type in kinds) and not _beaten(match, best):
                        best[match.id] = match
        return sorted(best.values(), key=by_rank)[:limit]

    def resolve(self, text: str) -> Match:
        """Return the one address that the words name.

        A street without a number is an answer of type ``street``, flagged by it; a commune is not an address.

        Raises
        ------
        UnknownAddress
            When no entry explains every word, or the street has no such number; the candidates come near.
        AmbiguousAddress
            When several streets or places answer, or the words name a commune only; carries them.
        """
        outcomes = []
        for query in readings(text[:_LONGEST_QUERY]):
            chosen = self._chosen(query)
            if chosen:
                hits = [match for c in chosen for match in self._housed(query, *c)] if query.number else []
                whole = all(found.whole for _, found in chosen)
                outcomes.append(((not whole, bool(query.number) and not hits), query, chosen, hits))
        if not outcomes:
            self._refuse(text)
        _, query, chosen, hits = min(outcomes, key=lambda outcome: outcome[0])
        if len(chosen) > 1 or len(hits) > 1:
            places = [match for c in chosen for match in self._answers(query, *c)]
            several = sorted(hits + [m for m in places if m not in hits], key=by_rank)[:_SUGGESTED]
            raise AmbiguousAddress(several, reason=_why_several([c for c, _ in chosen]))
        candidate, found = chosen[0]
        if candidate.kind is Position.MUNICIPALITY:
            self._refuse_commune(candidate)
        if query.number is None:
            return match_of(candidate, found.score(number_found=True))
        if not hits:
            raise UnknownAddress(*self._nearest_numbers(query.number, candidate, found), reason="no_such_number")
        return hits[0]

    def reverse(self, lon: float, lat: float, limit: int = 1) -> list[Match]:
        """Return the addresses nearest to a point (WGS 84 degrees), within 5 km; ``score`` falls with the metres.

        House numbers, and streets and localities that have none.
        """
        rows: list[Match] = []
        for radius_m in _REVERSE_RADII_M:
            rows = [match for match in self._around(lon, lat, radius_m) if (match.distance_m or 0.0) <= radius_m]
            if len(rows) >= limit:
                break
        return sorted(rows, key=lambda match: (match.distance_m, match.id))[:limit]

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)  # closed by whoever closes us
            self._local.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    def _candidates(self, query: Query, *, growing: bool) -> Iterator[tuple[Candidate, Fit]]:
        """Find the entries that explain every word of a query: first those that hold the whole last word."""
        seen: set[int] = set()
        for expression in _expressions(query, growing=growing):
            for candidate in self._entries("said MATCH ? ORDER BY said.rowid LIMIT ?", expression, _POOL):
                if candidate.row in seen:
                    continue
                seen.add(candidate.row)
                found = fit(query, candidate, growing=growing)
                if found:
                    yield candidate, found

    def _chosen(self, query: Query) -> list[tuple[Candidate, Fit]]:
        """Return the entries that answer a query best; several when nothing in its words decides between them."""
        found = list(self._candidates(query, growing=False))
        named = self._communes_named(query.tail)
        if named:  # "…, Torcy" asks for Torcy, whatever streets elsewhere are called after it
            found = [c for c in found if c[0].insee in named]
            found = [c for c in found if c[1].place == 1.0] or found
        found = [c for c in found if c[1].whole] or found
        if any(fitted.place == 1.0 for _, fitted in found):
            found = [c for c in found if c[1].place in {0.0, 1.0}]
        return found

    def _answers(self, query: Query, candidate: Candidate, found: Fit) -> list[Match]:
        """Return the house numbers that were asked for, or else the entry itself."""
        return self._housed(query, candidate, found) or [
            match_of(candidate, found.score(number_found=query.number is None))
        ]

    def _housed(self, query: Query, candidate: Candidate, found: Fit) -> list[Match]:
        if query.number is None or not candidate.numbers:
            return []
        for number in filter(None, (query.number, query.number.alias)):
            where = "entry = ? AND value = ? AND suffix = ? ORDER BY id"
            rows = self._numbers(candidate, found.score(number_found=True), where, number.value, number.suffix)
            if rows:
                return rows
        return []

    def _nearest_numbers(self, number: HouseNumber, candidate: Candidate, found: Fit) -> tuple[list[Match], str]:
        """Return what to say to somebody who asks for a number that the street lacks."""
        where = "entry = ? ORDER BY abs(value - ?), value, suffix, id LIMIT 5"
        score = found.score(number_found=False)
        rows = self._numbers(candidate, score, where, number.value)
        if rows:
            return rows, "the street is known, but not this number: choose one that it has"
        return [match_of(candidate, score)], "the place is known, but none of its house numbers: ask without a number"

    def _refuse(self, text: str) -> NoReturn:
        """Say that nothing answers, which commune is not loaded when that is why, and what comes near."""
        for query in readings(text[:_LONGEST_QUERY]):
            for start in range(len(query.words)):
                for insee in self._communes_named(query.words[start:]):
                    if not self._streets_of(insee):
                        self._refuse_unloaded(insee)
        raise UnknownAddress(self._near_words(text))

    def _refuse_unloaded(self, insee: str) -> NoReturn:
        (commune,) = self._entries("entry.kind = 'municipality' AND entry.insee = ?", insee)
        detail = f"no address of {commune.commune} is loaded here"
        raise UnknownAddress([match_of(commune, 0.0)], detail, reason="not_loaded")

    def _refuse_commune(self, candidate: Candidate) -> NoReturn:
        streets = self._streets_of(candidate.insee)
        if not streets:
            self._refuse_unloaded(candidate.insee)
        raise AmbiguousAddress(
            [match_of(street, 0.0) for street in streets],
            f"{candidate.commune} is a commune, not an address: add a street and a number",
            reason="municipality",
        )

    def _near_words(self, text: str) -> list[Match]:
        """Return entries that explain at least half of the words, for somebody who mistyped the others."""
        query = readings(text[:_LONGEST_QUERY])[0]
        telling = [word for word in query.words if not is_kind(word)]
        if not telling:
            return []
        asked = set(query.words)
        named = f"{{words also}} : ({' OR '.join(map(_quoted, telling))})"
        pool = self._entries("said MATCH ? ORDER BY said.rowid LIMIT ?", named, _POOL)
        shares = [(len(asked & {*c.words, *c.city_words, *c.also}) / len(asked), c) for c in pool if c.words]
        near = [match_of(candidate, 0.5 * share) for share, candidate in shares if share >= 0.5]
        return sorted(near, key=by_rank)[:5]

    def _communes_named(self, words: Sequence[str]) -> set[str]:
        """Return the communes whose whole name these words are."""
        if not words:
            return set()
        rows = self._connection.execute(
            "SELECT insee FROM entry WHERE kind = 'municipality' AND city_words = ?", (" ".join(words),)
        )
        return {insee for (insee,) in rows}

    def _streets_of(self, insee: str) -> list[Candidate]:
        where = "entry.insee = ? AND entry.kind <> 'municipality' ORDER BY entry.id LIMIT ?"
        return self._entries(where, insee, _SUGGESTED)

    def _entries(self, where: str, *values: object) -> list[Candidate]:
        tables = "said CROSS JOIN entry ON entry.id = said.rowid" if where.startswith("said") else "entry"
        rows = self._connection.execute(f"SELECT {_ENTRY} FROM {tables} WHERE {where}", values)
        return [_candidate(*row) for row in rows]

    def _numbers(self, candidate: Candidate, score: float, where: str, *values: object) -> list[Match]:
        rows = self._connection.execute(
            f"SELECT key, label, postcode, lon, lat FROM number WHERE {where}", (candidate.row, *values)
        )
        return [match_of(candidate, score, house=House(*row)) for row in rows]

    def _around(self, lon: float, lat: float, radius_m: float) -> Iterator[Match]:
        tall = radius_m / 110_000.0  # degrees; a little wide, the metres are measured after
        wide = tall / max(math.cos(math.radians(lat)), 0.01)
        box = (lon + wide, lon - wide, lat + tall, lat - tall)
        ids = [row for (row,) in self._connection.execute(_NEAR, box)]
        for row in ids:
            if row % 2:
                (candidate,) = self._entries("entry.id = ?", row // 2)
                house = None
            else:
                entry, *rest = self._connection.execute(_NUMBER_WITH_ENTRY, (row // 2,)).fetchone()
                (candidate,) = self._entries("entry.id = ?", entry)
                house = House(*rest)
            place = house or candidate
            distance_m = float(ground_m(lon, lat, place.lon, place.lat))
            yield match_of(candidate, nearness(distance_m), house=house, distance_m=distance_m)


def _why_several(chosen: Sequence[Candidate]) -> AddressReason:
    if all(candidate.kind is Position.MUNICIPALITY for candidate in chosen):
        return "municipality"
    return "street_in_several_places" if len({candidate.words for candidate in chosen}) == 1 else "unknown"


def _fill(connection: sqlite3.Connection, found: Sequence[Entry]) -> None:
    """Insert the entries in their order: a lower row is more important.

    In the R*Tree number n is 2n, and entry n, where it has no numbers, is 2n + 1.
    """
    number_row = 0
    for row, entry in enumerate(found, start=1):
        lists = [" ".join(words) for words in (entry.words, entry.also, entry.city_words, entry.postcodes)]
        connection.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row, entry.id, entry.kind.value, entry.name, *lists, entry.insee, entry.commune, entry.context, entry.lon,
             entry.lat, entry.importance, len(entry.numbers)),
        )  # fmt: skip
        connection.execute(
            "INSERT INTO said (rowid, words, also, city, postcodes) VALUES (?, ?, ?, ?, ?)", (row, *lists)
        )
        if not entry.numbers and entry.words:
            connection.execute(_INSERT_NEAR, (2 * row + 1, entry.lon, entry.lon, entry.lat, entry.lat))
        houses = list(enumerate(entry.numbers, start=number_row + 1))
        connection.executemany(
            "INSERT INTO number VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((n, row, h.number.value, h.number.suffix, h.label, h.id, h.postcode, h.lon, h.lat) for n, h in houses),
        )
        connection.executemany(_INSERT_NEAR, ((2 * n, h.lon, h.lon, h.lat, h.lat) for n, h in houses))
        number_row += len(houses)


def _expressions(query: Query, *, growing: bool) -> Iterator[str]:
    """Write a query in FTS5's words: whole, with a growing last word, then without a postcode that may be wrong."""
    postcode = [f"postcodes : {_quoted(query.postcode)}"] if query.postcode else []
    whole = [*map(_quoted, query.words), *postcode]
    if whole:
        yield " AND ".join(whole)
    if not growing or not query.words:
        return
    beginnings = sorted({query.words[-1], query.last} - {""})
    last = " OR ".join(f"{_quoted(word)} *" for word in beginnings)
    growing_words = [*map(_quoted, query.words[:-1]), f"({last})"]
    yield " AND ".join([*growing_words, *postcode])
    if postcode:
        yield " AND ".join(growing_words)


def _quoted(word: str) -> str:
    return f'"{word}"'  # words hold a–z and 0–9 alone, so nothing needs escaping


def _beaten(match: Match, best: Mapping[str, Match]) -> bool:
    return match.id in best and best[match.id].score >= match.score


def _candidate(row: int, key: str, kind: str, name: str, *rest: Any) -> Candidate:
    words, also, city_words, postcodes = (tuple(text.split()) for text in rest[:4])
    return Candidate(row, key, Position(kind), name, words, also, city_words, postcodes, *rest[4:])
