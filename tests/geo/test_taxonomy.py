"""The taxonomy: what ships is sound, and what is not is refused with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import ConfigurationError, InvalidParameter
from geo.taxonomy import Taxonomy

SOUND = """
[[family]]
id = "health"
label = { fr = "Santé", en = "Health" }

[[category]]
id = "health.pharmacy"
label = { fr = "Pharmacie", en = "Pharmacy" }
icon = "pharmacy"
"""


def load(tmp_path: Path, text: str) -> Taxonomy:
    path = tmp_path / "taxonomy.toml"
    path.write_text(text, encoding="utf-8")
    return Taxonomy.load(path)


@pytest.fixture(scope="module")
def shipped(repository) -> Taxonomy:
    return Taxonomy.load(repository / "data" / "taxonomy.toml")


def test_the_shipped_taxonomy(shipped):
    assert len(shipped) == 46
    assert len(shipped.families) == 9
    assert all(category.id.count(".") == 1 and category.icon for category in shipped.values())
    assert all(each.label.fr and each.label.en for each in (*shipped.values(), *shipped.families.values()))
    assert all(category.site.fr and category.site.en for category in shipped.values())
    assert len({category.label.fr for category in shipped.values()}) == len(shipped)


def test_the_order_is_the_files(tmp_path):
    more = SOUND + SOUND[SOUND.index("[[category]]") :].replace("pharmacy", "dentist")
    assert list(load(tmp_path, more)) == ["health.pharmacy", "health.dentist"]


def test_a_category_that_is_not_there_lists_those_that_are(shipped):
    assert shipped.require("health.pharmacy").label.en == "Pharmacy"
    with pytest.raises(InvalidParameter, match=r"category: unknown category 'x', expected one of .*health\.pharmacy"):
        shipped.require("x")
    with pytest.raises(InvalidParameter) as refused:
        shipped.require("x", field="places[3].category")
    assert refused.value.problems[0].field == "places[3].category"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t + "[[colour]]\nid = 1\n", "unknown table 'colour'"),
        (lambda t: t.replace('icon = "pharmacy"\n', ""), "icon"),
        (lambda t: t.replace('icon = "pharmacy"', 'icon = "pharmacy"\nweight = 3'), "weight"),
        (lambda t: t.replace(', en = "Pharmacy"', ""), "en"),
        (lambda t: t.replace('id = "health"\n', ""), "id"),
        (lambda t: t + t[t.index("[[category]]") :], "twice"),
        (lambda t: t + t[: t.index("[[category]]")], "twice"),
        (lambda t: t[: t.index("[[category]]")], "category"),
        (lambda t: "family = [", "taxonomy"),
        (lambda t: "family = ['a']\ncategory = []", "taxonomy"),
        (lambda t: "family = 1\ncategory = 2", "taxonomy"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, change, says):
    with pytest.raises(ConfigurationError, match=says):
        load(tmp_path, change(SOUND))


def test_a_file_that_is_missing_or_no_text(tmp_path):
    with pytest.raises(ConfigurationError, match="taxonomy"):
        Taxonomy.load(tmp_path / "nothing.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError):
        Taxonomy.load(tmp_path / "binary.toml")
