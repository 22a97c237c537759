"""The store's tables in PostgreSQL: made and brought up to date by Alembic, in the caller's transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select

from ingest.store.base import StoreError
from ingest.store.schema import PARTITIONS, SCHEMA

__all__ = ["configuration", "migrate", "revision"]

_LOCK = 0x616C656E
"""Key of the advisory lock under which tables are made and changed: two builds may start at once."""
_FOLDER = Path(__file__).parent / "migrations"


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for a connection; what its commands do is part of the open transaction."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def revision(connection: Connection) -> str | None:
    """Return the revision of a database's tables; None when there are none that Alembic made."""
    return MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA}).get_current_revision()


def migrate(connection: Connection) -> None:
    """Make the tables, or bring them up to date; do nothing, and ask for no right to, when they are.

    Raises
    ------
    StoreError
        The tables are of a later version of the program, or of nobody's who keeps versions.
    """
    config = configuration(connection)
    scripts = ScriptDirectory.from_config(config)
    if revision(connection) == scripts.get_current_head():
        return
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    found = revision(connection)  # another build may have been first
    if found == scripts.get_current_head():
        return
    if found is None:
        _make_room(connection)
    elif not _known(scripts, found):
        raise StoreError(
            f"the schema {SCHEMA} was made by a later version of the program (revision {found}, this one knows "
            f"{scripts.get_current_head()}): use that version, or another database"
        )
    command.upgrade(config, "head")


def _known(scripts: ScriptDirectory, found: str) -> bool:
    try:
        return scripts.get_revision(found) is not None
    except CommandError:
        return False


def _make_room(connection: Connection) -> None:
    """Make what the first migration builds in."""
    if connection.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.run')").scalar_one() is not None:
        raise StoreError(
            f"the schema {SCHEMA} has tables of unknown version: DROP SCHEMA {SCHEMA}, {PARTITIONS} CASCADE, "
            "then build again"
        )
    if connection.exec_driver_sql("SELECT to_regtype('geometry')").scalar_one() is None:
        connection.exec_driver_sql("CREATE EXTENSION postgis")
    for schema in (SCHEMA, PARTITIONS):
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
