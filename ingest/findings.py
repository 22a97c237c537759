"""What a check before publication came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Outcome", "above"]


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


def above(share: float, warn: float, fail: float) -> Outcome:
    """Return pass, or what a share beyond a threshold comes to."""
    return Outcome.FAIL if share > fail else Outcome.WARN if share > warn else Outcome.PASS
