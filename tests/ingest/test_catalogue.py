"""Sources are read strictly: what nobody reads is refused, with the nearest right word."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import ConfigurationError
from geo.places import Licence
from geo.taxonomy import Taxonomy
from ingest.catalogue import Source
from ingest.source_files import load_sources

DATA = Path(__file__).resolve().parents[2] / "data"
PLAIN = """
id = "ecoles"
title = "Écoles"
producer = "Ministère"
licence = "etalab-2.0"
territories = ["71"]
url = "https://example.org/ecoles.csv"
category = "education.college"
columns = { key = "uai", name = "nom", lon = "x", lat = "y" }
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        path = tmp_path / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def load(tmp_path: Path, territory: str = "71", **files: str):
    return load_sources(folder(tmp_path, **files), territory)


def test_a_source_says_all_it_knows(tmp_path):
    (source,) = load(tmp_path, ecoles=PLAIN)
    assert source.licence is Licence.LO_2_0
    assert source.gives == {"education.college"}
    assert source.columns["key"] == ("uai",)
    assert source.credit("Ministère", "2024-05") == "Écoles, Ministère, 2024-05, Licence Ouverte 2.0"
    assert source.official


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('licens = "x"', "unknown key 'licens', did you mean 'licence'"),
        ("expect = { row = [1, 2] }", "unknown key 'expect.row', did you mean 'rows'"),
        ('mirror = [{ data_date = "2020", path = ["a"] }]', "did you mean 'paths'"),
        ('keep = [{ colum = "a", in = ["b"] }]', "did you mean 'column'"),
        ('keep = [{ column = "a" }]', "give either 'in' or 'matches'"),
        ('drop = [{ column = "a", matches = "(" }]', "pattern"),
        ('complete = ["education.lycee"]', "'education.lycee' is no category that its rows lead to"),
        ('mirror = [{ data_date = "mai 2020", paths = ["a"] }]', "'mai 2020' is no date"),
        ('mirror = [{ data_date = "2020", paths = ["../a"] }]', "climbs out of the mirror"),
        ('mirror = [{ data_date = "2020", paths = ["/etc/passwd"] }]', "climbs out of the mirror"),
        ('optional = ["nam"]', "unknown name 'nam', did you mean 'name'"),
        ('links.uai = "rne"\noptional = ["links.uia"]', "unknown name 'links.uia', did you mean 'links.uai'"),
        ('map = "rien"', "no map 'rien'"),
        ('tags = "x"', "unknown key 'tags'"),
    ],
)
def test_a_slip_is_refused_with_the_nearest_right_word(tmp_path, line, said):
    with pytest.raises(ConfigurationError, match=r"ecoles\.toml") as refused:
        load(tmp_path, ecoles=PLAIN + line)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"etalab-2.0"', '"beerware"', "licence"),
        ('url = "https://example.org/ecoles.csv"', "", "neither url nor mirror"),
        ('category = "education.college"', "", "give one of category, categories and map"),
        ('key = "uai", ', "", "columns.key is missing"),
        ("lon =", "longitude =", "unknown name 'longitude', did you mean 'lon'"),
        ('id = "ecoles"', 'id = "ecole"', "is not the file's name"),
        ('id = "ecoles"', 'id = "ecoles', "ecoles.toml"),
    ],
)
def test_what_cannot_be_a_source_is_refused(tmp_path, old, new, said):
    assert old in PLAIN
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, ecoles=PLAIN.replace(old, new))
    assert said in str(refused.value)


def test_a_source_like_another_replaces_whole_keys(tmp_path):
    like = 'id = "fiction"\nlike = "ecoles"\ntitle = "Fiction"\nterritories = ["00"]\ncolumns = { key = "id" }\n'
    (source,) = load(tmp_path, "00", ecoles=PLAIN, sample__fiction=like)
    assert (source.id, source.title, source.producer) == ("fiction", "Fiction", "Ministère")
    assert dict(source.columns) == {"key": ("id",)}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": 'id = "a"\nlike = "ecole"', "ecoles": PLAIN}, "no source, did you mean 'ecoles'"),
        ({"a": 'id = "a"\nlike = "b"', "b": 'id = "b"\nlike = "a"'}, "goes round in a circle"),
        ({"a": 'id = "a"\nlike = "a"'}, "goes round in a circle"),
        ({"ecoles": PLAIN, "sub__ecoles": PLAIN}, "two sources of this id"),
    ],
)
def test_likeness_must_lead_somewhere(tmp_path, files, said):
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, **files)
    assert said in str(refused.value)


def test_every_real_territory_is_served_by_a_star_and_the_fictional_one_never(tmp_path):
    star = PLAIN.replace('["71"]', '["*"]')
    assert [s.id for s in load(tmp_path, "2A", ecoles=star)] == ["ecoles"]
    assert load(tmp_path, "00", ecoles=star) == []


def test_a_map_names_categories_that_the_taxonomy_must_know(tmp_path):
    mapped = PLAIN.replace('category = "education.college"', 'map = "natures"')
    natures = '[codes]\n340 = "education.colege"\n'
    path = folder(tmp_path, ecoles=mapped, maps__natures=natures)
    assert load_sources(path, "71")[0].codes == {"340": "education.colege"}
    with pytest.raises(ConfigurationError, match=r"did you mean 'education\.college'"):
        load_sources(path, "71", Taxonomy.load(DATA / "taxonomy.toml"))


def test_a_vintage_reads_as_it_differs_and_is_held_against_the_schema(tmp_path):
    mirror = """
[[mirror]]
data_date = "2020"
paths = ["old.csv"]
differs.separator = "|"
differs.columns = { key = "code", name = "nom", x = "X", y = "Y" }
differs.crs.default = "EPSG:2154"
[[mirror]]
data_date = "2024"
paths = ["new.csv"]
"""
    (source,) = load(tmp_path, ecoles=PLAIN + mirror)
    old = source.as_of(0)
    assert (old.separator, old.columns["key"], old.crs.default) == ("|", ("code",), "EPSG:2154")
    assert source.as_of(1) is source
    assert source.as_of(None) is source
    wrong = mirror.replace("separator", "seperator")
    with pytest.raises(ConfigurationError, match="unknown key 'seperator', did you mean 'separator'"):
        load(tmp_path, ecoles=PLAIN + wrong)


@pytest.mark.parametrize("text", ["[codex]\na = 'b'", "[categories]\n'a.b' = ['shop']", "accounted = 3", ""])
def test_a_map_that_is_none_is_refused(tmp_path, text):
    mapped = PLAIN.replace('category = "education.college"', 'map = "natures"')
    with pytest.raises(ConfigurationError, match="natures"):
        load(tmp_path, ecoles=mapped, maps__natures=text)


@pytest.mark.parametrize("territory", ["71", "00", "01"])
def test_the_shipped_sources_are_right(territory):
    sources = load_sources(DATA / "sources", territory, Taxonomy.load(DATA / "taxonomy.toml"))
    kinds = [source.kind for source in sources]
    assert territory == "01" or {"communes", "contours", "streets", "addresses", "services"} <= set(kinds)
    for source in sources:
        assert source.expect.rows is not None, source.id
        # What its publisher gives no more has no feed: a mirror may still hold it.
        assert territory == "00" or source.url.startswith("https://") or (source.mirror and not source.url), source.id
        assert territory == "00" or source.page.startswith("https://"), source.id


def test_the_page_on_sources_names_each_of_them_with_its_licence():
    page = (DATA.parent / "docs" / "sources.md").read_text(encoding="utf-8")
    for source in load_sources(DATA / "sources", "71"):
        (row,) = [line for line in page.splitlines() if line.startswith(f"| [`{source.id}`]")]
        assert f"]({source.page})" in row, source.id
        assert f"| {source.producer} | {source.licence.label} |" in row, source.id
        newest = max((vintage.data_date for vintage in source.mirror), default="")
        assert f"| {newest} |" in row, source.id
        assert all(f"`{category}`" in row.split("|")[-2] for category in source.complete), source.id


def test_the_page_on_sources_explains_every_key():
    page = (DATA.parent / "docs" / "sources.md").read_text(encoding="utf-8")
    for key in set(Source.model_fields) - {"codes", "tags", "vintages"}:
        assert f"| `{key}` |" in page, key


def test_a_source_fits_a_screen():
    for path in (DATA / "sources").glob("*.toml"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len(lines) <= 30, path.name
