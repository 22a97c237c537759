"""The page on rejects is what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.ledger import RejectCode
from ingest.reject_page import EXPLANATIONS, page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rejects.md"


def test_the_page_is_as_the_code_writes_it():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m ingest.reject_page"


@pytest.mark.parametrize("code", RejectCode)
def test_every_code_is_explained_in_both_languages(code):
    told = EXPLANATIONS[code]
    assert f"### `{code}`" in page()
    assert code.reason
    assert told.french.endswith(".")
    assert told.remedy_french.endswith(".")
    assert not told.example.endswith(".")
    assert not told.remedy.endswith(".")
