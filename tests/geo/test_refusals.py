"""The refused rows of a snapshot: what is written comes back, in one order, and is found by source and code."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.refusals import Refusal, RefusalTable, write_refusals

_ROWS = st.lists(
    st.builds(
        Refusal,
        source=st.sampled_from(["a", "b"]),
        code=st.sampled_from(["no_key", "no_position"]),
        file=st.sampled_from(["", "x.csv"]),
        line=st.integers(0, 2**40),
        example=st.text(max_size=5),
    ),
    max_size=12,
)


@given(_ROWS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_comes_back(tmp_path, rows):
    path = tmp_path / "refusals.arrow"
    write_refusals(path, rows)
    table = RefusalTable.open(path)
    back = list(table.rows(table.select().tolist()))
    assert back == sorted(rows, key=lambda r: (r.source, r.code, r.file, r.line, r.example))
    for source in ("a", "b", "c"):
        found = list(table.rows(table.select(source=source, code="no_key").tolist()))
        assert found == [row for row in back if (row.source, row.code) == (source, "no_key")]
