"""The tables in PostgreSQL: made by migrations, the same as the models say, there and back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from geo.method import Method
from geo.places import Cell
from geo.taxonomy import Taxonomy
from ingest.store import StoreError, open_store
from ingest.store.migrate import configuration, migrate, revision
from ingest.store.models import PARTITIONED, Base
from ingest.store.postgis import PostgisStore
from tests.ingest.store.records import rejects_of, service, source


@pytest.fixture
def engine(empty_postgis_url: str) -> Iterator[Engine]:
    engine = sqlalchemy.create_engine(empty_postgis_url)
    yield engine
    engine.dispose()


def filled(url: str) -> None:
    with open_store(url) as store:
        run = store.begin("71")
        store.put(run, sources=[source()], rejects=rejects_of([source()]), services=[service("osm:1", 4.0, 46.0)])
        store.published(run, "abc")


_DEFINITIONS = {
    "columns": (
        "SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname, "
        "pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "LEFT JOIN pg_collation l ON l.oid = a.attcollation "
        "LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum "
        "WHERE c.relnamespace = 'alentours'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0"
    ),
    "constraints": (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'alentours'::regnamespace"
    ),
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'alentours'",
    "partitioned by": ("SELECT partrelid::regclass::text, pg_get_partkeydef(partrelid) FROM pg_partitioned_table"),
}


def definitions(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """What PostgreSQL knows of the tables, checks and collations included: Alembic compares neither."""
    return {
        what: sorted(
            (tuple(row) for row in connection.exec_driver_sql(query) if row[0].split(".")[-1] != "alembic_version"),
            key=str,
        )
        for what, query in _DEFINITIONS.items()
    }


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        migrate(connection)
        migrated = definitions(connection)
        connection.rollback()
        connection.exec_driver_sql("CREATE SCHEMA alentours")
        Base.metadata.create_all(connection)
        declared = definitions(connection)
    assert len(declared["partitioned by"]) == len(PARTITIONED)
    for what, rows in declared.items():
        assert migrated[what] == rows, what


def test_upgrade_downgrade_and_check_are_clean_on_a_filled_database(engine: Engine, empty_postgis_url: str) -> None:
    filled(empty_postgis_url)
    with engine.begin() as connection:
        command.check(configuration(connection))
    with engine.begin() as connection:
        command.downgrade(configuration(connection), "base")
        assert revision(connection) is None
        left = connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relnamespace::regnamespace::text ~ '^alentours'"
        ).scalars()
        assert {name for name in left if not name.startswith("alembic_version")} == set()
    filled(empty_postgis_url)
    with engine.begin() as connection:
        assert revision(connection) == ScriptDirectory.from_config(configuration(connection)).get_current_head()
        command.check(configuration(connection))


def test_the_command_line_does_the_same(engine: Engine, empty_postgis_url: str, repository: Path) -> None:
    filled(empty_postgis_url)

    def alembic(*arguments: str) -> str:
        command_ = [sys.executable, "-m", "alembic", "-c", "ingest/store/migrations/alembic.ini", *arguments]
        given = {**os.environ, "ALENTOURS_DATABASE_URL": empty_postgis_url}
        done = subprocess.run(command_, cwd=repository, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "(head)" in alembic("current")
    assert "No new upgrade operations detected" in alembic("check")
    alembic("downgrade", "-1")
    alembic("upgrade", "head")
    with engine.connect() as connection:
        assert revision(connection) is not None
        assert connection.exec_driver_sql("SELECT count(*) FROM alentours.run").scalar_one() == 1
    alembic("downgrade", "base")
    alembic("upgrade", "head")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alentours.run").scalar_one() == 0


def test_a_filled_database_of_a_former_version_keeps_its_runs(
    engine: Engine, empty_postgis_url: str, taxonomy: Taxonomy, method: Method
) -> None:
    filled(empty_postgis_url)
    with open_store(empty_postgis_url) as store:
        store.show(taxonomy, method)
    with engine.begin() as connection:
        command.downgrade(configuration(connection), "0001")
    with open_store(empty_postgis_url) as store:
        former = store.last_published("71")
        assert former is not None
        assert [s.lines for s in store.services(former.id)] == [()]
        run = store.begin("71")
        stop = service("osm:2", 4.0, 46.0, lines=("2", "10", "Navette; « A, B »"))
        store.put(run, sources=[source()], rejects=rejects_of([source()]), services=[stop])
        store.published(run, "def")
        store.show(taxonomy, method)
        assert store.services(run) == [stop]
    with engine.connect() as connection:
        shown = connection.exec_driver_sql("SELECT lines FROM alentours.published_service").scalars().all()
    assert shown == [["2", "10", "Navette; « A, B »"]]


def test_cells_of_a_former_version_are_all_of_the_territory(engine: Engine, empty_postgis_url: str) -> None:
    ours = [Cell(f"c{n}", 4.0, 46.0, "71001", n + 0.5, 0.0, 0.0, None) for n in (10, 9, 2)]
    past = Cell("c1", 4.1, 46.1, "", 30.0, 0.0, 0.0, None, in_territory=False)
    with open_store(empty_postgis_url) as store:
        run = store.begin("71")
        store.put(run, sources=[source()], rejects=rejects_of([source()]), services=[], cells=[*ours, past])
        assert store.cells(run) == sorted([past, *ours], key=lambda cell: cell.id)
    numbered = "SELECT id, number, in_territory FROM alentours.cell ORDER BY number"
    with engine.begin() as connection:
        command.downgrade(configuration(connection), "0003")
        assert connection.exec_driver_sql("SELECT count(*) FROM alentours.cell").scalar_one() == 3
    with open_store(empty_postgis_url) as store:
        assert store.cells(run) == sorted(ours, key=lambda cell: cell.id)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(numbered).all()
    assert [tuple(row) for row in rows] == [("c10", 1, True), ("c2", 2, True), ("c9", 3, True)]


def test_a_later_version_is_refused_in_words_and_left_alone(engine: Engine, empty_postgis_url: str) -> None:
    filled(empty_postgis_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alentours.alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"later version of the program \(revision 9999, this one knows \d+\)"):
        open_store(empty_postgis_url)
    with engine.begin() as connection:
        assert revision(connection) == "9999"


def test_tables_of_nobodys_version_are_refused(engine: Engine, empty_postgis_url: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA alentours")
        connection.exec_driver_sql("CREATE TABLE alentours.run (id int)")
    with pytest.raises(StoreError, match=r"unknown version: DROP SCHEMA"):
        open_store(empty_postgis_url)


def test_who_may_not_create_opens_what_is_up_to_date(engine: Engine, empty_postgis_url: str) -> None:
    filled(empty_postgis_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS looker")
        connection.exec_driver_sql("CREATE ROLE looker LOGIN")
        connection.exec_driver_sql("GRANT USAGE ON SCHEMA alentours TO looker")
        connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA alentours TO looker")
    looker = sqlalchemy.make_url(empty_postgis_url).set(username="looker").render_as_string()
    try:
        with open_store(looker) as store:
            assert isinstance(store, PostgisStore)
            run = store.last_published("71")
            assert run is not None
            assert [s.id for s in store.services(run.id)] == ["osm:1"]
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY looker")
            connection.exec_driver_sql("DROP ROLE looker")
