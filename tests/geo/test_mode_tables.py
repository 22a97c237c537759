"""The file of modes is read strictly, and slips in it are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import ConfigurationError
from geo.modes import load_modes
from geo.tag_match import quantity

FILE = Path(__file__).parents[2] / "data" / "modes.toml"


def altered(tmp_path, old, new, count=1):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "modes.toml"
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "speed_kmh = 2.4",
            "sped_kmh = 2.4",
            r"walk\.class no\. 2: 'speed_kmh' is missing: did you mean it by 'sped_kmh'",
        ),
        ("at_most_kmh = 8", "at_most_kmh = 8\nwen = 1", r"car\.slow no\. 1: unknown key 'wen', did you mean 'when'\?"),
        ("speed_kmh = 2.4", "speed_kmh = 0", r"'speed_kmh' is 0, expected 0\.5 to 200"),
        ("speed_kmh = 2.4", 'speed_kmh = "fast"', "'speed_kmh' is 'fast', expected a number"),
        ("speed_kmh = 2.4", "speed_kmh = true", "'speed_kmh' is True, expected a number"),
        ("speed_kmh = 2.4", "speed_kmh = nan", "'speed_kmh' is nan"),
        ("speed_kmh = 2.4", "speed_kmh = 2.4\nof_limit = 0.5", "unknown key 'of_limit'"),
        ('["steps"]', '["path"]', "highway 'path' stands in two classes"),
        ('["steps"]', "[]", "expected a list of texts"),
        ("[car.start]", "[car.star]", r"modes\.toml: car: unknown key 'star', did you mean 'start'\?"),
        ("seconds = 90", "seconds = -1", "'seconds' is -1, expected 0 to 1800"),
        ('label = { fr = "En voiture", en = "By car" }', "", r"car: 'label' is missing"),
        ('fr = "En voiture", en', 'fr = "En voiture", de = "Auto", en', r"car\.label: unknown key 'de'"),
        (
            'like = "walk"',
            'like = "wlak"',
            "'like' names 'wlak', expected a mode that stands above it: walk, bike, car",
        ),
        ('like = "walk"\n', "off_road_kmh = 4\n", "walk_slow: no .*class"),
        ("pace = 0.75", "pace = 75", "'pace' is 75, expected 0.1 to 10"),
        ('option_of = "walk"', 'option_of = "run"', "'option_of' names 'run'"),
        ("over = { incline = 12 }", 'over = { incline = "steep" }', "'incline' is 'steep', expected a number"),
        ("over = { incline = 12 }", "", r"wheelchair\.close no\. 8: says nothing of when it holds"),
        ("[bike.oneway]", "[bike.onway]", r"\[\[against\]\] without \[oneway\]"),
        ("kmh = 110", "kmh = 1100", r"car\.limit\.unsigned no\. 3: 'kmh' is 1100"),
        ('why = "Loose ground."', "", "'why' is missing"),
        ('why = "Loose ground."', 'why = " "', "'why' is blank"),
        ("[car.barrier]", "[car.bariers]", "'barrier' is missing: did you mean it by 'bariers'"),
        ("[walk.access]", "[walk.access", "modes.toml: "),
    ],
)
def test_a_slip_in_the_file_is_named(tmp_path, old, new, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        load_modes(altered(tmp_path, old, new))


def test_an_absent_or_empty_file_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        load_modes(tmp_path / "none.toml")
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(ConfigurationError, match="no mode"):
        load_modes(tmp_path / "empty.toml")
    (tmp_path / "flat.toml").write_text("walk = 4.8")
    with pytest.raises(ConfigurationError, match=r"walk is 4\.8, expected a table"):
        load_modes(tmp_path / "flat.toml")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5%", 5),
        ("-5 %", 5),
        ("1.5", 1.5),
        ("1,5 m", 1.5),
        ("45°", 100),
        ("90°", float("inf")),
        ("up", None),
        ("", None),
        ("3'6\"", None),
        ("1;2", None),
    ],
)
def test_widths_and_inclines_are_read_as_people_write_them(text, number):
    assert quantity(text) == (number if number is None else pytest.approx(number))
