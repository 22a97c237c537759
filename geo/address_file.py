"""The address index's file: one read-only SQLite database, each thread reading through a connection of its own.

Streets, communes and services are *entries*, indexed by their words (FTS5); house numbers are looked up in the street
that was found. Rows stand in the order of kinds (communes, streets and localities, services), in each the most
important first: a range of rows is a kind, and the first rows that answer are the ones worth showing.
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from geo.address_book import Entry, vocabulary
from geo.address_match import Candidate, House
from geo.arrays import Floats, frozen
from geo.errors import SnapshotCorrupt
from geo.places import Position
from geo.spelling import Vocabulary

__all__ = ["AddressFile"]

_FORMAT = 2
_HELD = 50_000
"""Entries that are kept in memory, of those that somebody asked for."""
_LOOKED_AT = 3_000
"""Entries among which the nearest to a point are sought."""

_SCHEMA = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    words TEXT NOT NULL, also TEXT NOT NULL, city_words TEXT NOT NULL, postcodes TEXT NOT NULL, insee TEXT NOT NULL,
    commune TEXT NOT NULL, context TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL, importance REAL NOT NULL,
    numbers INTEGER NOT NULL, spread REAL NOT NULL, category TEXT NOT NULL, old_cities TEXT NOT NULL);
CREATE TABLE number (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL REFERENCES entry (id), value INTEGER NOT NULL,
    suffix TEXT NOT NULL, label TEXT NOT NULL, key TEXT NOT NULL, postcode TEXT NOT NULL, lon REAL NOT NULL,
    lat REAL NOT NULL);
CREATE TABLE word (word TEXT PRIMARY KEY, entries INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE said USING fts5 (words, also, city, postcodes, code, content='', columnsize=0, detail=column,
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
_SAID = "SELECT rowid FROM said WHERE said MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?"
_ENTRY = """id, key, kind, name, words, also, city_words, postcodes, insee, commune, context, lon, lat, importance,
    numbers, spread, category, old_cities"""


class AddressFile:
    """One index, open.

    Raises
    ------
    SnapshotCorrupt
        When the file is missing or no address index of this format.
    """

    def __init__(self, path: Path) -> None:
        self._uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._held: dict[int, Candidate] = {}
        try:
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error as error:
            self.close()
            raise SnapshotCorrupt(f"{path} is not an address index: build the territory again") from error
        if version != _FORMAT:
            self.close()
            raise SnapshotCorrupt(f"{path} is an address index of format {version}, not {_FORMAT}: build it again")

    @staticmethod
    def write(path: Path, found: Sequence[Entry]) -> None:
        """Write entries in their order: equal entries give equal bytes."""
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

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of streets and communes."""
        return Vocabulary(self._connection.execute("SELECT word, entries FROM word ORDER BY word"))

    @cached_property
    def spans(self) -> dict[Position, tuple[int, int]]:
        """First and last row of each kind; streets and localities share theirs."""
        rows = self._connection.execute("SELECT kind, min(id), max(id) FROM entry GROUP BY kind").fetchall()
        return {Position(kind): (first, last) for kind, first, last in rows}

    def saying(
        self, expression: str, span: tuple[int, int], limit: int, near: tuple[float, float] | None = None
    ) -> list[Candidate]:
        """Return the entries of a range of rows that an expression of FTS5 finds, the most important first.

        With a point (lon, lat), those nearest to it among the most important.
        """
        looked_at = limit if near is None else _LOOKED_AT
        rows = [row for (row,) in self._connection.execute(_SAID, (expression, *span, looked_at))]
        if near is not None and len(rows) > limit:
            at = np.array(rows) - 1
            off = self._lonlat[at] - np.array(near)
            square = (off[:, 0] * math.cos(math.radians(near[1]))) ** 2 + off[:, 1] ** 2
            rows = sorted(np.array(rows)[np.argsort(square, kind="stable")[:limit]].tolist())
        return self.entries(rows)

    def entries(self, rows: Sequence[int]) -> list[Candidate]:
        """Return entries by row, in the order asked for."""
        held = self._held
        missing = [row for row in rows if row not in held]
        if missing:
            if len(held) > _HELD:
                held = self._held = {}
                missing = list(rows)
            marks = ", ".join("?" * len(missing))
            for record in self._connection.execute(f"SELECT {_ENTRY} FROM entry WHERE id IN ({marks})", missing):
                held[record[0]] = _candidate(*record)
        return [held[row] for row in rows]

    def municipality(self, insee: str) -> Candidate:
        """Return a commune that the index knows."""
        (row,) = self._connection.execute(
            "SELECT id FROM entry WHERE kind = 'municipality' AND insee = ?", (insee,)
        ).fetchone()
        return self.entries([row])[0]

    def communes_named(self, words: Sequence[str]) -> set[str]:
        """Return the communes whose whole name these words are."""
        if not words:
            return set()
        rows = self._connection.execute(
            "SELECT insee FROM entry WHERE kind = 'municipality' AND city_words = ?", (" ".join(words),)
        )
        return {insee for (insee,) in rows}

    def streets_of(self, insee: str, limit: int) -> list[Candidate]:
        """Return the most important streets and localities of a commune."""
        rows = self._connection.execute(
            "SELECT id FROM entry WHERE insee = ? AND kind IN ('street', 'locality') ORDER BY id LIMIT ?",
            (insee, limit),
        )
        return self.entries([row for (row,) in rows])

    def houses(self, row: int, value: int, suffix: str) -> list[House]:
        """Return the houses of an entry that bear a number."""
        return self._houses("entry = ? AND value = ? AND suffix = ? ORDER BY id", row, value, suffix)

    def houses_near(self, row: int, value: int) -> list[House]:
        """Return five houses of an entry whose numbers come nearest."""
        return self._houses("entry = ? ORDER BY abs(value - ?), value, suffix, id LIMIT 5", row, value)

    def around(self, west: float, east: float, south: float, north: float) -> Iterator[tuple[Candidate, House | None]]:
        """Find houses, and entries that have none, in a box of degrees."""
        for (place,) in self._connection.execute(_NEAR, (east, west, north, south)).fetchall():
            if place % 2:
                yield self.entries([place // 2])[0], None
            else:
                entry, *rest = self._connection.execute(_NUMBER_WITH_ENTRY, (place // 2,)).fetchone()
                yield self.entries([entry])[0], House(*rest)

    @cached_property
    def _lonlat(self) -> Floats:
        """(N, 2) degrees, of row 1 first."""
        rows = self._connection.execute("SELECT lon, lat FROM entry ORDER BY id").fetchall()
        return frozen(np.array(rows, np.float64).reshape(-1, 2), np.float64)

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)  # closed by whoever closes us
            self._local.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    def _houses(self, where: str, *values: object) -> list[House]:
        rows = self._connection.execute(f"SELECT key, label, postcode, lon, lat FROM number WHERE {where}", values)
        return [House(*row) for row in rows]


def _fill(connection: sqlite3.Connection, found: Sequence[Entry]) -> None:
    """Insert the entries in their order: a lower row is more important.

    In the R*Tree number n is 2n, and entry n, where it has no numbers, is 2n + 1. Services stand in it nowhere: they
    are no addresses.
    """
    number_row = 0
    for row, entry in enumerate(found, start=1):
        lists = [" ".join(words) for words in (entry.words, entry.also, entry.city_words, entry.postcodes)]
        old = "|".join(" ".join(words) for words in entry.old_cities)
        connection.execute(
            f"INSERT INTO entry VALUES ({', '.join('?' * 18)})",
            (row, entry.id, entry.kind.value, entry.name, *lists, entry.insee, entry.commune, entry.context, entry.lon,
             entry.lat, entry.importance, len(entry.numbers), entry.spread_m, entry.category, old),
        )  # fmt: skip
        said = (lists[0], lists[1], f"{lists[2]} {old.replace('|', ' ')}", lists[3], entry.insee.lower())
        connection.execute(
            "INSERT INTO said (rowid, words, also, city, postcodes, code) VALUES (?, ?, ?, ?, ?, ?)", (row, *said)
        )
        if not entry.numbers and entry.kind in {Position.STREET, Position.LOCALITY}:
            connection.execute(_INSERT_NEAR, (2 * row + 1, entry.lon, entry.lon, entry.lat, entry.lat))
        houses = list(enumerate(entry.numbers, start=number_row + 1))
        connection.executemany(
            "INSERT INTO number VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((n, row, h.number.value, h.number.suffix, h.label, h.id, h.postcode, h.lon, h.lat) for n, h in houses),
        )
        connection.executemany(_INSERT_NEAR, ((2 * n, h.lon, h.lon, h.lat, h.lat) for n, h in houses))
        number_row += len(houses)
    connection.executemany("INSERT INTO word VALUES (?, ?)", sorted(vocabulary(found).items()))


def _candidate(row: int, key: str, kind: str, name: str, *rest: Any) -> Candidate:
    words, also, city_words, postcodes = (tuple(text.split()) for text in rest[:4])
    insee, commune, context, lon, lat, importance, numbers, spread_m, category, old_cities = rest[4:]
    return Candidate(
        row,
        key,
        Position(kind),
        name,
        words,
        also,
        city_words,
        postcodes,
        insee,
        commune,
        context,
        lon,
        lat,
        importance,
        numbers,
        spread_m,
        category,
        (city_words, *(tuple(old.split()) for old in old_cities.split("|") if old)),
    )
