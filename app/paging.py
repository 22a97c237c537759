"""Pages of a list: the link to the next one, and the row at which it begins."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlencode

from fastapi import Request

from geo.errors import FieldProblem, InvalidParameter
from geo.snapshot import Snapshot

__all__ = ["next_link", "row_of"]


def next_link(request: Request, snapshot: Snapshot, row: int, media_type: str) -> dict[str, str]:
    """Return the link to the page of the same question that begins at this row."""
    cursor = base64.urlsafe_b64encode(f"{snapshot.id}:{row}".encode()).decode().rstrip("=")
    query = {**request.query_params, "cursor": cursor}
    path = request.scope.get("root_path", "") + request.scope["route"].path
    return {"rel": "next", "href": f"{path}?{urlencode(query)}", "type": media_type}


def row_of(snapshot: Snapshot, cursor: str) -> int:
    """Return the row that a cursor names.

    Raises
    ------
    InvalidParameter
        When it is no cursor, or another snapshot's: pages of two snapshots, put together, would be a list of neither.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        snapshot_id, _, row = text.rpartition(":")
        number = int(row)
    except (binascii.Error, ValueError):
        raise InvalidParameter(FieldProblem("cursor", "is no cursor", "the href of a link with rel=next")) from None
    if snapshot_id != snapshot.id:
        problem = "belongs to another snapshot: a newer one was published meanwhile"
        raise InvalidParameter(FieldProblem("cursor", problem, "the first page again, without cursor"))
    return number
