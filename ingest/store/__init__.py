"""The store: PostGIS or an embedded SQLite file, one set of models, the same answers."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ingest.store.base import Store, StoreError
from ingest.store.postgis import PostgisStore
from ingest.store.sqlite import SqliteStore

__all__ = ["Store", "StoreError", "open_store"]


def open_store(where: str | Path) -> Store:
    """Open the store, and make its tables when it is new.

    Parameters
    ----------
    where
        ``postgresql+psycopg://user@host/base`` (or ``postgresql://``, ``postgres://``), ``sqlite:///path``, or the
        path of an SQLite file.

    Raises
    ------
    StoreError
        The address is none of these, the database does not answer or lacks PostGIS, or its tables are of another
        version of the program.
    """
    if isinstance(where, Path) or "://" not in where:
        return SqliteStore(Path(where))
    try:
        url = make_url(where)
    except ArgumentError as error:
        raise StoreError("the address of the database cannot be read; expected postgresql+psycopg://…") from error
    kind = url.drivername.partition("+")[0]
    if kind in {"postgresql", "postgres"}:
        return PostgisStore(url.set(drivername="postgresql+psycopg"))
    if kind == "sqlite" and url.database:
        return SqliteStore(Path(url.database))
    raise StoreError(f"a database of kind {kind!r} cannot be the store; expected postgresql+psycopg:// or sqlite:///")
