"""The accounts as tables: one line a source, a refused row, a finding of the checks before publication."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, fields
from typing import Any

from geo.findings import Judged
from geo.refusals import Refusal
from geo.snapshot import Snapshot

__all__ = ["finding_csv", "finding_rows", "ledger_csv", "reject_csv", "reject_page"]

_COUNTS = ("read", "kept", "merged", "out_of_scope", "rejected")
_SOURCE = ("id", "title", "producer", "licence", "data_date")
_FINDING = ("check", "subject", "outcome", "text", "accepted_reason", "accepted_when")
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


def finding_rows(findings: Iterable[Judged]) -> list[dict[str, Any]]:
    """Give what the checks found, and why a failure was accepted."""
    return [
        {
            "check": judged.finding.check,
            "subject": judged.finding.subject,
            "outcome": judged.finding.outcome.value,
            "text": judged.finding.text,
            "accepted": judged.accepted and {"reason": judged.accepted.reason, "when": judged.accepted.at},
        }
        for judged in findings
    ]


def finding_csv(snapshot: Snapshot, findings: Iterable[Judged]) -> str:
    """Give the same as a table, why a failure was accepted in cells of its own."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow((*_FINDING, "snapshot"))
    for row in finding_rows(findings):
        accepted = row.pop("accepted") or {"reason": "", "when": ""}
        table.writerow((*row.values(), accepted["reason"], accepted["when"], snapshot.id))
    return text.getvalue()
