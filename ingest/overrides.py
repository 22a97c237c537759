"""What an operator lets pass of what the gates refuse: each finding by its name, with a reason that is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.errors import ConfigurationError, GateRefused
from ingest.findings import Finding, Outcome

__all__ = ["Accepted"]


@dataclass(frozen=True)
class Accepted:
    """The findings that may be failures all the same.

    Parameters
    ----------
    names
        ``"<check>:<subject>"``, as the refusal says them.
    reason
        Why that is right; never empty where there are names.

    Raises
    ------
    ConfigurationError
        When a name is none, or the reason is missing.
    """

    names: Sequence[str] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        for name in self.names:
            check, _, subject = name.partition(":")
            if not check or not subject:
                raise ConfigurationError(f"{name!r} names no finding: expected CHECK:SUBJECT, such as shrunk:laposte")
        if self.names and not self.reason.strip():
            raise ConfigurationError("what a gate refuses is accepted with a reason: --because '…'")

    def require(self, findings: Sequence[Finding]) -> None:
        """Refuse failures that nobody accepted.

        Raises
        ------
        GateRefused
            Names each failure as it can be accepted.
        """
        failures = [f for f in findings if f.outcome is Outcome.FAIL and f.name not in self.names]
        if failures:
            raise GateRefused([f"{finding.text} [{finding.name}]" for finding in failures])

    def used(self, findings: Sequence[Finding]) -> list[str]:
        """Return the names of the failures that were let pass."""
        failed = {finding.name for finding in findings if finding.outcome is Outcome.FAIL}
        return [name for name in dict.fromkeys(self.names) if name in failed]

    def unused(self, findings: Sequence[Finding]) -> list[str]:
        """Return the names that no failure answered to."""
        used = self.used(findings)
        return [name for name in dict.fromkeys(self.names) if name not in used]
