"""The embedded store: one SQLite file, with an R*Tree of the services. No server, nothing to install."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, create_engine, delete, event, insert, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, IntegrityError

from geo.method import Method
from geo.taxonomy import Taxonomy
from ingest.store.base import StoreError
from ingest.store.models import JUDGEMENTS, PARTITIONED, SCHEMA, SCHEMA_VERSION, Base, RunRow, table_of
from ingest.store.shared import Content, SqlStore

__all__ = ["SqliteStore"]

_METRES_PER_DEGREE = 110_574.0
"""Of latitude, where it is shortest: a box that is drawn with it holds the whole disc."""
_CHUNK = 5_000

# CROSS JOIN fixes the order: with statistics at hand SQLite may start from the services instead of the tree.
_IN_BOX = """
SELECT s.id, s.category, s.name, s.lon, s.lat
FROM service_tree AS t CROSS JOIN service AS s ON s.run = :run AND s.id = t.service
WHERE t.run0 <= :run AND t.run1 >= :run
  AND t.x0 <= :east AND t.x1 >= :west AND t.y0 <= :north AND t.y1 >= :south
"""


class SqliteStore(SqlStore):
    """The store in one SQLite file; its folder is made when it is missing.

    Raises
    ------
    StoreError
        The file is no database of ours, or of another version of the program.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(URL.create("sqlite", database=str(path)))
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        super().__init__(engine.execution_options(schema_translate_map={SCHEMA: None}))
        try:
            self._make_tables(path)
        except DatabaseError as error:
            self.close()
            raise StoreError(f"{path} cannot be the store: {error.orig}") from error
        except StoreError:
            self.close()
            raise

    def _make_tables(self, path: Path) -> None:
        # IMMEDIATE: of two builds that start at once on a new file, one makes the tables and the other waits.
        with self.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version == SCHEMA_VERSION:
                return
            if version != 0 or connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() > 0:
                raise StoreError(
                    f"{path} was made by another version of the program (tables {version}, expected {SCHEMA_VERSION}): "
                    "remove the file, then build again"
                )
            Base.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _load(self, run: int, content: Content) -> None:
        try:
            with self.engine.begin() as connection:
                for model, rows in content.items():
                    for chunk in _chunks(rows, _CHUNK):
                        connection.execute(insert(model), chunk)
                self._mark_loaded(connection, run)
        except IntegrityError as error:
            raise StoreError(f"run {run} breaks a rule of the store: {error.orig}") from error

    def _drop(self, runs: Sequence[int]) -> None:
        with self.engine.begin() as connection:
            # A run at once leaves the tree thirty times faster than service by service through the trigger.
            for run in runs:
                connection.exec_driver_sql("DELETE FROM service_tree WHERE run0 >= ? AND run1 <= ?", (run, run))
            for model in (*JUDGEMENTS, *reversed(PARTITIONED)):
                connection.execute(delete(model).where(table_of(model).c.run.in_(runs)))
            connection.execute(delete(RunRow).where(RunRow.id.in_(runs)))

    def show(self, taxonomy: Taxonomy, method: Method) -> None:  # noqa: ARG002, D102 - nobody opens it but the program
        return

    def _around(
        self, connection: Connection, run: int, lon: float, lat: float, radius_m: float, categories: Sequence[str]
    ) -> Sequence[Any]:
        high = radius_m / _METRES_PER_DEGREE * 1.01
        # Meridians are closest together on the side of the pole.
        polewards = min(89.9, abs(lat) + high)
        wide = high / math.cos(math.radians(polewards))
        return self._in_box(connection, run, (lon - wide, lat - high, lon + wide, lat + high), categories)

    def _in_box(
        self, connection: Connection, run: int, box: tuple[float, float, float, float], categories: Sequence[str]
    ) -> Sequence[Any]:
        values = {"run": run, **dict(zip(("west", "south", "east", "north"), box, strict=True))}
        if not categories:
            return connection.execute(text(_IN_BOX), values).all()
        query = text(_IN_BOX + " AND s.category IN :categories").bindparams(bindparam("categories", expanding=True))
        return connection.execute(query, {**values, "categories": list(categories)}).all()


def _configure(connection: Any, _: object) -> None:
    # Transactions are ours to begin (see "begin" above): the driver would not open one before a CREATE.
    connection.isolation_level = None
    for pragma in ("busy_timeout = 10000", "journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _chunks(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    rest = iter(rows)
    while chunk := list(islice(rest, size)):
        yield chunk
