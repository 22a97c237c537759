"""What the checks before publication came to, and which failures somebody accepted.

A build writes it into ``run.json``, beside the snapshot and in no hash: nothing is computed from it, it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Acceptance", "Finding", "Judged", "Outcome", "read_findings"]


class Outcome(StrEnum):
    """What a check came to."""

    PASS = "pass"  # noqa: S105 - the outcome, no password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check."""

    check: str
    """``"rows"``, ``"age"``, ``"ledger"``, ``"rejected"``, ``"category"``…; the name by which a person speaks of it."""
    subject: str
    """Source, category or mode."""
    outcome: Outcome
    text: str
    """One sentence with the numbers."""

    @property
    def name(self) -> str:
        """By which a person speaks of it: ``shrunk:laposte``."""
        return f"{self.check}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a failure was let pass."""

    reason: str
    at: str
    """ISO 8601 instant."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding as the snapshot was published with it."""

    finding: Finding
    accepted: Acceptance | None
    """None unless the finding is a failure that somebody accepted."""


def read_findings(run: Mapping[str, Any]) -> tuple[Judged, ...]:
    """Read the findings from what stands in ``run.json``, in the order of the checks.

    Half an account would pass for a whole one: when a part of it cannot be read, nothing is given, as for a snapshot
    that was built before findings were kept.
    """
    try:
        accepted = {row["name"]: Acceptance(str(row["reason"]), str(row["at"])) for row in run.get("overrides", ())}
        findings = [
            Finding(str(row["check"]), str(row["subject"]), Outcome(row["outcome"]), str(row["text"]))
            for row in run.get("findings", ())
        ]
    except (KeyError, TypeError, ValueError):
        return ()
    return tuple(
        Judged(finding, accepted.get(finding.name) if finding.outcome is Outcome.FAIL else None) for finding in findings
    )
