"""The accounts add up, or say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ledger import Ledger, Reject, RejectCode, UnbalancedLedger, count_codes

counts = st.integers(0, 10**6)


@given(counts, counts, counts, counts)
def test_what_adds_up_passes(kept, merged, out, rejected):
    ledger = Ledger(kept + merged + out + rejected, kept, merged, out, rejected)
    ledger.check("essai")
    ledger.with_merged(kept).check("essai")


@pytest.mark.parametrize("ledger", [Ledger(3, 1, 0, 0, 1), Ledger(1, 2, 0, 0, -1), Ledger(0, 1, 0, 0, 0)])
def test_a_row_that_vanished_is_a_defect(ledger):
    with pytest.raises(UnbalancedLedger, match="source essai"):
        ledger.check("essai")


def test_more_rows_cannot_be_merged_than_were_kept():
    with pytest.raises(UnbalancedLedger):
        Ledger(3, 1, 0, 2, 0).with_merged(2).check("essai")


def test_rejects_are_counted_by_code():
    rejects = [
        Reject("essai", RejectCode.ZERO_POSITION, 7, "a"),
        Reject("essai", RejectCode.NO_POSITION, 2, "b"),
        Reject("essai", RejectCode.NO_POSITION, 5, "c"),
    ]
    assert list(count_codes(rejects).items()) == [("no_position", 2), ("zero_position", 1)]


def test_every_code_has_its_reason():
    reasons = [code.reason for code in RejectCode]
    assert len(set(reasons)) == len(RejectCode)
    assert all(reason and reason[0].islower() and not reason.endswith(".") for reason in reasons)
