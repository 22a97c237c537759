"""The key of a row: its publisher's identifier, or what the row says of itself where the publisher gives none."""

from __future__ import annotations

import hashlib

import pandas as pd

from ingest.catalogue import CONTENT_KEY, Source
from ingest.connectors.osm import KEY
from ingest.connectors.table import POINT_LAT, POINT_LON, Table

__all__ = ["names_nobody", "read_keys"]

_CONTENT = (
    "name", "category", "lon", "lat", "x", "y", "point",
    "address", "number", "repetition", "street", "postcode", "city", "insee",
)  # fmt: skip
_BYTES = 8
"""Of a hash: two of a million rows meet by accident once in a million builds of as many."""


def read_keys(source: Source, table: Table) -> pd.Series[str]:
    """Return the key of every row; empty where the publisher's own is.

    With ``columns.key = "@content"`` it is a hash of the row's name, category, position and address as written: the
    same in every run and at any place in the file. Rows that agree in all of them are the same row twice.
    """
    headers = [KEY] if table.tags else source.columns.get("key", (KEY,))
    if tuple(headers) != (CONTENT_KEY,):
        return table.text(headers, joined_by=" ")
    columns = [table.text(source.columns[name], joined_by=" ") for name in _CONTENT if name in source.columns]
    columns += [table.text([name]) for name in (POINT_LON, POINT_LAT) if table.has([name])]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    keys = [_hash("\x1f".join(" ".join(cell.split()) for cell in row)) for row in rows]
    return pd.Series(keys, index=table.frame.index, dtype=object)


def names_nobody(source: Source) -> bool:
    """Tell whether a key can be shown of a row that is refused: one that is made of names may be a person's."""
    key, name = ({part for text in source.columns.get(of, ()) for part in text.split("+")} for of in ("key", "name"))
    return not key & name


def _hash(said: str) -> str:
    return hashlib.blake2b(said.encode(), digest_size=_BYTES).hexdigest()
