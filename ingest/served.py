"""A glance at the store, without loading what fills it: which snapshot was published from it last."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

__all__ = ["last_published"]

_IN_SQLITE = "SELECT snapshot FROM run WHERE territory = ? AND state = 'published' ORDER BY id DESC LIMIT 1"
_IN_POSTGIS = "SELECT snapshot FROM alentours.run WHERE territory = %s AND state = 'published' ORDER BY id DESC LIMIT 1"


def last_published(store: str | Path, territory: str) -> str | None:
    """Return the id of the snapshot that was published last from a store; None when it cannot be told.

    A store that cannot be read is not complained of here: who opens it to fill it says what is wrong.

    Parameters
    ----------
    store
        As :func:`ingest.store.open_store` takes it.
    """
    if isinstance(store, str) and store.partition(":")[0].partition("+")[0] in {"postgres", "postgresql"}:
        return _from_postgis(store, territory)
    path = Path(store) if isinstance(store, Path) or "://" not in store else Path(store.removeprefix("sqlite:///"))
    return _from_sqlite(path, territory)


def _from_sqlite(path: Path, territory: str) -> str | None:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(_IN_SQLITE, (territory,)).fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


def _from_postgis(url: str, territory: str) -> str | None:
    import psycopg  # noqa: PLC0415 - the embedded store needs no driver

    address = "postgresql:" + url.partition(":")[2]
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            row = connection.execute(_IN_POSTGIS, (territory,)).fetchone()
    except psycopg.Error:
        return None
    return None if row is None else str(row[0])
