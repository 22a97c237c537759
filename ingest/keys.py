"""The key of a row: its publisher's identifier, or what the row says of itself where the publisher gives none."""

from __future__ import annotations

import hashlib
import re

import pandas as pd

from ingest.catalogue import CONTENT_KEY, Source
from ingest.connectors.osm import KEY
from ingest.connectors.table import POINT_LAT, POINT_LON, Table

__all__ = ["names_nobody", "read_keys", "shared_identifiers"]

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


_FORMS = {
    "evse": re.compile(r"(FR[0-9A-Z]{3}P.+)"),  # a station's; a plug's (E in the place of P) says nothing of it
    "siret": re.compile(r"(\d{14})"),  # nine digits are the firm's, not the establishment's
    "uic": re.compile(r"(\d{7})\d?"),  # the eighth is a check digit, which OpenStreetMap leaves out as often as not
}
"""What is compared of an identifier, by kind. One that is written otherwise joins nothing and keeps nothing apart."""


def shared_identifiers(kind: str, cell: str) -> list[str]:
    """Return the identifiers of a kind that a cell holds, as two sources can compare them.

    Several are separated by semicolons; spaces, and the stars and hyphens that only group digits, are no part of them.
    """
    parts = "".join(cell.upper().split()).split(";")
    if kind in {"evse", "rnb"}:
        parts = [part.replace("*", "").replace("-", "") for part in parts]
    if form := _FORMS.get(kind):
        parts = [match[1] if (match := form.fullmatch(part)) else "" for part in parts]
    return [part for part in dict.fromkeys(parts) if part]


def _hash(said: str) -> str:
    return hashlib.blake2b(said.encode(), digest_size=_BYTES).hexdigest()
