"""How a share that was measured becomes what a check came to."""

from __future__ import annotations

from geo.findings import Finding, Outcome

__all__ = ["Finding", "Outcome", "above"]


def above(share: float, warn: float, fail: float) -> Outcome:
    """Return pass, or what a share beyond a threshold comes to."""
    return Outcome.FAIL if share > fail else Outcome.WARN if share > warn else Outcome.PASS
