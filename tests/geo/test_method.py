"""The method and the profiles: what ships adds up, and what does not is refused with its reason."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.decay import logistic
from geo.errors import ConfigurationError, InvalidParameter
from geo.method import Method, Profile, load_profiles
from geo.taxonomy import Taxonomy
from tests.lattice import MODES

DATA = Path(__file__).parents[2] / "data"
TAXONOMY = Taxonomy.load(DATA / "taxonomy.toml")
METHOD_TEXT = (DATA / "method.toml").read_text(encoding="utf-8")
PROFILE_TEXT = (DATA / "profiles" / "famille.toml").read_text(encoding="utf-8")


def method(tmp_path: Path, text: str) -> Method:
    path = tmp_path / "method.toml"
    path.write_text(text, encoding="utf-8")
    return Method.load(path, TAXONOMY)


def profile(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "famille.toml"
    path.write_text(text, encoding="utf-8")
    return Profile.load(path, TAXONOMY)


def test_the_shipped_method(tmp_path):
    shipped = method(tmp_path, METHOD_TEXT)
    assert shipped.version == "2.0.0"
    assert shipped.modes == ("walk", "bike", "car", "walk_slow", "wheelchair")
    assert (shipped.cutoff_s, shipped.complete_share) == (3600, 0.9)
    assert set(shipped.categories) == set(TAXONOMY)
    assert shipped.categories["education.college"].family == "school_secondary"


def test_the_cutoffs_of_the_contract(tmp_path):
    shipped = method(tmp_path, METHOD_TEXT)
    minutes = {
        mode: [decay[name].cutoff_min for name in ("proximite", "intermediaire", "superieure")]
        for mode, decay in shipped.decay.items()
    }
    on_foot = [20, 30, 40]
    expected = {"walk": on_foot, "bike": [20, 30, 50], "car": [15, 25, 40]}
    assert minutes == {**expected, "walk_slow": on_foot, "wheelchair": on_foot}
    assert set(minutes) == set(MODES), "every mode can be scored"


def test_half_is_left_at_mu(tmp_path):
    """μ is what a reader can say: half of people would still go."""
    for ranges in method(tmp_path, METHOD_TEXT).decay.values():
        for decay in ranges.values():
            assert logistic(decay.mu_min * 60, decay.mu_min, decay.sigma_min) == pytest.approx(0.5, abs=0.015)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t + "\n[colour]\nred = 1\n", "unknown key 'colour'"),
        (lambda t: t.replace("share = 0.55, k = 3", "share = 0.50, k = 3"), "early_childhood sum to 0.95"),
        (lambda t: t.replace('"health.pharmacy"', '"health.drugstore"'), "health.drugstore, health.pharmacy"),
        (lambda t: t.replace("[family.health]", "[family.wealth]"), "unknown family 'wealth'"),
        (lambda t: t.replace("3 = [0.6, 0.3, 0.1]", "3 = [0.6, 0.3]"), "depth 3 needs 3 numbers"),
        (lambda t: t.replace("3 = [0.6, 0.3, 0.1]", "3 = [0.6, 0.3, 0.2]"), "depth 3"),
        (lambda t: t.replace("5 = [0.4, 0.2, 0.2, 0.1, 0.1]\n", ""), "no depth weights for k = 5"),
        (lambda t: t.replace("cutoff_min = 50", "cutoff_min = 61"), "bike.superieure: the cut-off lies beyond"),
        (lambda t: t.replace('k = 1, range = "superieure"', 'k = 1, range = "lunaire"'), "lunaire"),
        (lambda t: t.replace("mu_min = 7, ", ""), "mu_min"),
        (lambda t: t.replace('like = "walk"', 'like = "wlak"'), "decay.walk_slow is like 'wlak'"),
        (lambda t: t.replace('version = "2.0.0"\n', ""), "version"),
        (lambda t: t[:300], "method.toml"),
        (lambda t: t.replace("[family.health]", "[family]\nhealth = 1\n[other]"), "method.toml"),
    ],
)
def test_a_method_that_does_not_add_up_is_refused(tmp_path, change, says):
    assert change(METHOD_TEXT) != METHOD_TEXT
    with pytest.raises(ConfigurationError, match=says):
        method(tmp_path, change(METHOD_TEXT))


def test_the_shipped_profiles():
    profiles = load_profiles(DATA / "profiles", TAXONOMY)
    assert list(profiles) == ["famille", "jeune_actif", "sans_voiture", "senior", "teletravail"]
    for each in profiles.values():
        assert math.fsum(each.weights.values()) == pytest.approx(100)
        assert each.author
        assert len(each.rationale) > 40
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", each.date)
    assert "school_primary" not in profiles["senior"].weights
    assert all("nature" not in each.weights for each in profiles.values())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace("shopping = 16", "shopping = 15"), "sum to 99"),
        (lambda t: t.replace("shopping = 16", "chopping = 16"), "unknown family 'chopping'"),
        (lambda t: t.replace("shopping = 16", "shopping = -16"), "outside"),
        (lambda t: t.replace("shopping = 16", "shopping = 16\nnature = 0"), "outside"),
        (lambda t: t.replace("author = ", "auteur = "), "auteur"),
        (lambda t: t[: t.index("[weights]")], "weights"),
    ],
)
def test_a_profile_that_does_not_add_up_is_refused(tmp_path, change, says):
    with pytest.raises(ConfigurationError, match=says):
        profile(tmp_path, change(PROFILE_TEXT))


def test_a_profile_is_named_after_its_file(tmp_path):
    shutil.copy(DATA / "profiles" / "famille.toml", tmp_path / "autre.toml")
    with pytest.raises(ConfigurationError, match="not the file's name"):
        load_profiles(tmp_path, TAXONOMY)
    with pytest.raises(ConfigurationError, match="no profile"):
        load_profiles(tmp_path / "nowhere", TAXONOMY)


families = st.dictionaries(st.sampled_from(sorted(TAXONOMY.families)), st.floats(0, 1e6), min_size=1)


@given(families.filter(lambda weights: sum(weights.values()) > 1e-6))
def test_a_readers_weights_are_brought_to_a_hundred(weights):
    own = Profile.load(DATA / "profiles" / "famille.toml", TAXONOMY).with_weights(weights, TAXONOMY)
    assert math.fsum(own.weights.values()) == pytest.approx(100)
    assert own.version == "1.0.0+own"
    assert set(own.weights) <= {family for family, weight in weights.items() if weight > 0}


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ({"chopping": 1.0}, "chopping"),
        ({"health": -1.0}, "health weighs"),
        ({"health": math.nan}, "health weighs"),
        ({"health": math.inf}, "health weighs"),
        ({"health": 0.0}, "no family weighs"),
        ({}, "no family weighs"),
    ],
)
def test_weights_that_cannot_be_are_named(weights, says):
    shipped = Profile.load(DATA / "profiles" / "famille.toml", TAXONOMY)
    with pytest.raises(InvalidParameter, match=says) as refused:
        shipped.with_weights(weights, TAXONOMY)
    assert refused.value.problems[0].field == "weights"


# ---------------------------------------------------------------- the page that explains it


def table_after(text: str, first_cell: str) -> list[list[str]]:
    """The rows of the Markdown table whose header starts with a cell."""
    lines = text[text.index(f"| {first_cell} |") :].splitlines()
    rows = []
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


@pytest.fixture(scope="module")
def page() -> str:
    return (DATA.parent / "docs" / "method.md").read_text(encoding="utf-8")


def test_the_page_shows_the_constants_of_the_decay(page, tmp_path):
    shipped = method(tmp_path, METHOD_TEXT)
    rows = table_after(page, "range")
    assert len(rows) == 3
    for name, *modes, _ in rows:
        for mode, cell in zip(("walk", "bike", "car"), modes, strict=True):
            decay = shipped.decay[mode][name]
            assert [float(number) for number in cell.split(",")] == [decay.mu_min, decay.sigma_min, decay.cutoff_min]


def test_the_page_shows_the_worth_of_the_ranks(page, tmp_path):
    shown = {int(k): tuple(map(float, worth.split())) for k, worth, _ in table_after(page, "k")}
    assert shown == dict(method(tmp_path, METHOD_TEXT).depth)


def test_the_page_shows_the_profiles(page):
    columns = ("school_primary", "school_secondary", "shopping", "health", "leisure", "transport", "early_childhood")
    for name, *cells in table_after(page, "profile"):
        weights = load_profiles(DATA / "profiles", TAXONOMY)[name].weights
        assert [float(cell) for cell in cells] == [weights.get(f, 0.0) for f in (*columns, "public_services")]


def test_the_page_shows_the_check_values_that_are_tested(page):
    tested = (DATA.parent / "tests" / "geo" / "test_decay.py").read_text(encoding="utf-8")
    weights = re.findall(r'"\w+", \d+, 0(\.\d\d)\)', tested)
    paragraph = page[page.index("Check values") :].split("\n\n")[0]
    assert re.findall(r"(?<!\d)\.\d\d", paragraph) == weights


def test_the_worked_example_adds_up(page, tmp_path):
    shipped = method(tmp_path, METHOD_TEXT)
    family = load_profiles(DATA / "profiles", TAXONOMY)["famille"]
    covered = gained = 0.0
    for category, weight, value, points in table_after(page, "category"):
        row = shipped.categories[category]
        assert float(weight) == pytest.approx(family.weights[row.family] * row.share)
        assert float(points) == pytest.approx(float(weight) * float(value), abs=0.006)
        covered += float(weight)
        gained += float(weight) * float(value)
    said = re.search(r"\*\*Total = ([\d.]+) / ([\d.]+) = ([\d.]+)\.\*\*", page)
    points, share, total = map(float, said.groups())
    assert covered / 100 == pytest.approx(share)
    assert gained == pytest.approx(points, abs=0.01)
    assert gained / (covered / 100) == pytest.approx(total, abs=0.01)
