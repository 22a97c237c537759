"""Opening a store: the address, the tables, and every way in which they can be wrong."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy

from ingest.store import StoreError, open_store
from ingest.store.postgis import PostgisStore
from ingest.store.schema import SCHEMA_VERSION
from ingest.store.sqlite import SqliteStore


def test_the_address_chooses_the_store(tmp_path: Path, postgis_url: str) -> None:
    file = tmp_path / "new folder" / "store.sqlite"
    for where in (file, str(file), f"sqlite:///{file}"):
        with open_store(where) as store:
            assert isinstance(store, SqliteStore)
    for where in (postgis_url, postgis_url.replace("postgresql+psycopg:", "postgresql:")):
        with open_store(where) as store:
            assert isinstance(store, PostgisStore)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("mysql://user@host/base", "'mysql' cannot be the store; expected postgresql"),
        ("sqlite://", "'sqlite' cannot be the store"),
        ("://", "cannot be read"),
        ("postgresql+psycopg://nobody:secret@/base?host=/nonexistent", "does not answer .* or leave DATABASE_URL out"),
    ],
)
def test_a_wrong_address_is_said_in_words_and_without_its_password(where: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as raised:
        open_store(where)
    assert "secret" not in str(raised.value)


def test_a_file_that_is_no_database_is_refused_and_untouched(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, and dear to somebody\n" * 50)
    with pytest.raises(StoreError, match=r"notes\.txt cannot be the store"):
        open_store(file)
    assert file.read_text().startswith("not a database")


def test_a_foreign_database_is_refused_and_untouched(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE song (title)")
    other.close()
    with pytest.raises(StoreError, match=rf"another version of the program \(tables 0, expected {SCHEMA_VERSION}\): "):
        open_store(file)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    open_store(file).close()
    with sqlite3.connect(file) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(StoreError, match="tables 99"):
        open_store(file)


def test_a_database_without_postgis_gets_it_or_says_why_not(empty_postgis_url: str) -> None:
    engine = sqlalchemy.create_engine(empty_postgis_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP EXTENSION postgis")
        connection.exec_driver_sql("DROP ROLE IF EXISTS guest")
        connection.exec_driver_sql("CREATE ROLE guest LOGIN")
    guest = sqlalchemy.make_url(empty_postgis_url).set(username="guest").render_as_string()
    with pytest.raises(StoreError, match="cannot be the store: permission denied to create extension"):
        open_store(guest)
    with open_store(empty_postgis_url) as store:
        assert store.runs("71") == []
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP ROLE guest")
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgis"])
def test_two_builds_may_open_a_new_store_at_once(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    where = tmp_path / "s.sqlite" if kind == "sqlite" else request.getfixturevalue("empty_postgis_url")
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [where] * 4))
    assert sorted(store.begin("71") for store in stores) == [1, 2, 3, 4]
    for store in stores:
        store.close()
