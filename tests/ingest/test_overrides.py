"""What an operator lets pass: by its name, and with a reason."""

from __future__ import annotations

import pytest

from geo.errors import ConfigurationError, GateRefused
from ingest.findings import Finding, Outcome
from ingest.overrides import Accepted


def test_a_failure_is_accepted_by_its_name_and_with_a_reason():
    bad, worse = (Finding("shrunk", name, Outcome.FAIL, f"{name}: lost") for name in ("a", "b"))
    fine = Finding("rows", "a", Outcome.PASS, "a: 3 rows")
    with pytest.raises(GateRefused, match=r"a: lost \[shrunk:a\]; b: lost \[shrunk:b\]"):
        Accepted().require([bad, worse, fine])
    accepted = Accepted(["shrunk:a", "rows:a", "shrunk:a"], "the publisher tidied up")
    with pytest.raises(GateRefused) as refused:
        accepted.require([bad, worse, fine])
    assert refused.value.failures == ("b: lost [shrunk:b]",)
    accepted.require([bad, fine])
    assert accepted.used([bad, fine]) == ["shrunk:a"]
    assert accepted.unused([bad, fine]) == ["rows:a"]


@pytest.mark.parametrize("names", [["laposte"], [":laposte"], ["shrunk:"], [""]])
def test_what_names_no_finding_is_refused(names):
    with pytest.raises(ConfigurationError, match="names no finding: expected CHECK:SUBJECT"):
        Accepted(names, "why not")


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_accepted_without_a_reason(reason):
    with pytest.raises(ConfigurationError, match="with a reason"):
        Accepted(["shrunk:a"], reason)
