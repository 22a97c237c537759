"""The page on categories is what taxonomy, method and sources say."""

from __future__ import annotations

from pathlib import Path

from ingest.category_page import shipped_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "categories.md"


def test_the_page_is_as_the_code_writes_it():
    assert PAGE.read_text(encoding="utf-8") == shipped_page(), "run: .venv/bin/python -m ingest.category_page"


def test_the_page_says_what_one_site_is_and_which_codes_lead_there():
    page = PAGE.read_text(encoding="utf-8")
    section = page[page.index("### `education.college`") :].partition("###")[2].partition("###")[0]
    assert "one collège (one UAI), its sections included" in section
    assert "- `education_annuaire`: `340`, `350`, `352`, **complete**" in section
    assert "- `osm_services` (71): `amenity=school&school:FR~collège|secondaire`" in section
