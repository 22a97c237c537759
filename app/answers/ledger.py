"""Where every row went, as tables: one line a source, and one line a refused row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, fields
from typing import Any

from geo.refusals import Refusal
from geo.snapshot import Snapshot

__all__ = ["ledger_csv", "reject_csv", "reject_page"]

_COUNTS = ("read", "kept", "merged", "out_of_scope", "rejected")
_SOURCE = ("id", "title", "producer", "licence", "data_date")
_REJECT = tuple(field.name for field in fields(Refusal))


def ledger_csv(snapshot: Snapshot) -> str:
    """Give the account of each source on a line, the codes of its rejects in the last cell (RFC 4180)."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow((*_SOURCE, *_COUNTS, "rejects", "snapshot"))
    for source in snapshot.sources:
        said = (source.id, source.title, source.producer, source.licence.value, source.data_date)
        codes = "; ".join(f"{code} {count}" for code, count in source.rejects.items())
        table.writerow((*said, *(getattr(source.ledger, name) for name in _COUNTS), codes, snapshot.id))
    return text.getvalue()


def reject_page(snapshot: Snapshot, rows: Iterable[Refusal], total: int) -> dict[str, Any]:
    """Give some of the refused rows."""
    rejects = [{name: getattr(row, name) for name in _REJECT} for row in rows]
    return {"rejects": rejects, "total": total, "links": [], "snapshot": snapshot.id}


def reject_csv(snapshot: Snapshot, rows: Iterable[Refusal]) -> str:
    """Give refused rows as a table, for the people who keep the source."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow((*_REJECT, "snapshot"))
    table.writerows((*astuple(row), snapshot.id) for row in rows)
    return text.getvalue()
