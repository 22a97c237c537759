"""The store in PostgreSQL with PostGIS.

Each run is loaded into partitions of its own by COPY, in one transaction that attaches them at its end: before the
commit nobody sees a row of it, after it nobody sees half of it, and no reader waits. Tables and the views for GIS users
live in the schema ``alentours``, the partitions out of the way in ``alentours_runs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, TypeDecorator, create_engine, delete, func, select
from sqlalchemy.exc import DBAPIError, OperationalError

from geo.method import Method
from geo.taxonomy import Taxonomy
from ingest.store import views
from ingest.store.base import StoreError
from ingest.store.columns import WGS84
from ingest.store.migrate import migrate
from ingest.store.models import JUDGEMENTS, PARTITIONED, SCHEMA, Base, RunRow, ServiceRow, table_of
from ingest.store.schema import PARTITIONS
from ingest.store.shared import Content, SqlStore

__all__ = ["PostgisStore"]


class PostgisStore(SqlStore):
    """The store behind one PostgreSQL address; tables, and the extension where it is allowed, are made when missing.

    Raises
    ------
    StoreError
        The database does not answer, lacks PostGIS, or its tables are of another version of the program.
    """

    patience_s: float = 60
    """How long a load waits for another build that is publishing at the same moment."""

    def __init__(self, url: URL) -> None:
        # The planner's just-in-time compiler costs more than any of these queries.
        options = {"application_name": "alentours", "options": "-c jit=off"}
        super().__init__(create_engine(url, connect_args=options))
        try:
            with self.engine.begin() as connection:
                migrate(connection)
        except OperationalError as error:
            self.close()
            raise StoreError(
                f"the database {url.render_as_string()} does not answer ({_said(error.orig)}): start it, "
                "or leave DATABASE_URL out to use the embedded store"
            ) from error
        except DBAPIError as error:
            self.close()
            raise StoreError(
                f"the database {url.render_as_string()} cannot be the store: {_said(error.orig)}"
            ) from error
        except StoreError:
            self.close()
            raise

    # -------------------------------------------------------- filling and pruning

    def _load(self, run: int, content: Content) -> None:
        try:
            with self.engine.begin() as connection:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{round(self.patience_s * 1000)}ms'")
                for model, rows in content.items():
                    _copy(connection, model, run, rows)
                for model in content:
                    _finish(connection, model, run)
                # Only from here on is a lock held that another build would wait for; no reader ever does.
                for model in content:
                    _attach(connection, model, run)
                self._mark_loaded(connection, run)
        except (psycopg.Error, DBAPIError) as error:  # COPY speaks to the driver itself, the rest through SQLAlchemy
            cause = error.orig if isinstance(error, DBAPIError) else error
            broken = isinstance(cause, psycopg.IntegrityError | psycopg.DataError)
            what = "breaks a rule of the store" if broken else "could not be stored"
            raise StoreError(f"run {run} {what}: {_said(cause)}") from error

    def _drop(self, runs: Sequence[int]) -> None:
        try:
            with self.engine.begin() as connection:
                # Detaching locks readers out for an instant: rather leave an old run for the next time than make
                # everybody queue behind a long query.
                connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
                for model in reversed(PARTITIONED):
                    for run in runs:
                        _detach(connection, model, run)
                for judgement in JUDGEMENTS:
                    connection.execute(delete(judgement).where(table_of(judgement).c.run.in_(runs)))
                connection.execute(delete(RunRow).where(RunRow.id.in_(runs)))
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise

    def show(self, taxonomy: Taxonomy, method: Method) -> None:  # noqa: D102 - see base.py
        try:
            with self.engine.begin() as connection:
                views.show(_driver(connection), views.views_of(taxonomy, method))
        except psycopg.errors.LockNotAvailable:
            return  # somebody reads what has to change: the next build tries again
        except psycopg.Error as error:
            raise StoreError(f"the views could not be made: {_said(error)}") from error

    # -------------------------------------------------------- where is what

    def _around(
        self, connection: Connection, run: int, lon: float, lat: float, radius_m: float, categories: Sequence[str]
    ) -> Sequence[Any]:
        here = func.geography(func.ST_SetSRID(func.ST_MakePoint(lon, lat), WGS84))
        # A hair wider than asked: the rim is drawn by the ruler that both stores share.
        near = func.ST_DWithin(func.geography(ServiceRow.geom), here, radius_m * 1.000_001 + 0.01)
        return _services(connection, run, near, categories)

    def _in_box(
        self, connection: Connection, run: int, box: tuple[float, float, float, float], categories: Sequence[str]
    ) -> Sequence[Any]:
        return _services(connection, run, ServiceRow.geom.op("&&")(func.ST_MakeEnvelope(*box, WGS84)), categories)


def _services(connection: Connection, run: int, where: Any, categories: Sequence[str]) -> Sequence[Any]:
    columns = (ServiceRow.id, ServiceRow.category, ServiceRow.name, ServiceRow.lon, ServiceRow.lat)
    query = select(*columns).where(ServiceRow.run == run, where)
    if categories:
        query = query.where(ServiceRow.category.in_(categories))
    return connection.execute(query).all()


def _said(error: BaseException | None) -> str:
    """Return what PostgreSQL said in one line, with the row that it names cut short."""
    detail = error.diag.message_detail if isinstance(error, psycopg.Error) else None
    main = str(error).partition("\n")[0]
    return f"{main} - {detail[:200]}" if detail else main


def _names(model: type[Base], run: int) -> tuple[sql.Identifier, sql.Identifier]:
    """Return the table of all runs, and its partition of one."""
    return sql.Identifier(SCHEMA, model.__tablename__), sql.Identifier(PARTITIONS, f"{model.__tablename__}_{run}")


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the address was made for this driver
    return driver


def _copy(connection: Connection, model: type[Base], run: int, rows: Iterable[dict[str, Any]]) -> None:
    """Make the run's table, with the rules of all runs' table, and pour the rows in."""
    parent, partition = _names(model, run)
    columns = list(table_of(model).c)
    adapt = [column.type.process_bind_param if isinstance(column.type, TypeDecorator) else None for column in columns]
    dialect = connection.dialect
    make = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CHECK (run = {}))")
    pour = sql.SQL("COPY {} ({}) FROM STDIN").format(
        partition, sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    )
    names = [column.name for column in columns]
    with _driver(connection).cursor() as cursor:
        cursor.execute(make.format(partition, parent, sql.Literal(run)))
        with cursor.copy(pour) as copy:
            for row in rows:
                copy.write_row(
                    [row[name] if to is None else to(row[name], dialect) for name, to in zip(names, adapt, strict=True)]
                )


_INDEXES = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = to_regclass(%s) AND NOT indisprimary ORDER BY indexrelid
"""


def _finish(connection: Connection, model: type[Base], run: int) -> None:
    """Index and measure the run's table while nobody else knows it, so that it has only to be attached."""
    parent, partition = _names(model, run)
    keys = sql.SQL(", ").join(sql.Identifier(column.name) for column in table_of(model).primary_key)
    _execute(connection, sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(partition, keys))
    of_all = parent.as_string(_driver(connection))
    for definition in connection.exec_driver_sql(_INDEXES, (of_all,)).scalars().all():
        how = sql.SQL(definition.partition(" USING ")[2])
        _execute(connection, sql.SQL("CREATE INDEX ON {} USING {}").format(partition, how))
    _execute(connection, sql.SQL("ANALYZE {}").format(partition))


def _attach(connection: Connection, model: type[Base], run: int) -> None:
    parent, partition = _names(model, run)
    attach = sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})")
    _execute(connection, attach.format(parent, partition, sql.Literal(run)))


def _detach(connection: Connection, model: type[Base], run: int) -> None:
    parent, partition = _names(model, run)
    name = partition.as_string(_driver(connection))
    if connection.exec_driver_sql("SELECT to_regclass(%s)", (name,)).scalar_one() is not None:
        _execute(connection, sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(parent, partition))
        _execute(connection, sql.SQL("DROP TABLE {}").format(partition))


def _execute(connection: Connection, statement: sql.Composed) -> None:
    connection.exec_driver_sql(statement.as_string(_driver(connection)))
