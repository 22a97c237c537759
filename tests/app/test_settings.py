"""Settings come from the environment, are checked, and each is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.settings import PREFIX, Settings, load_settings
from geo.errors import ConfigurationError

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def documented() -> dict[str, str]:
    """Settings that the table of docs/operations.md explains, with their defaults."""
    section = OPERATIONS.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(ALENTOURS_\w+)` \| ([^|]*?) \|", section, re.MULTILINE))


def test_every_setting_has_its_row() -> None:
    assert {PREFIX + name.upper() for name in Settings.model_fields} <= set(documented())


@pytest.mark.parametrize(
    "name", ["territory", "host", "port", "workers", "watch_s", "max_places", "max_body_bytes", "log_level"]
)
def test_the_documented_default_is_the_default(name: str) -> None:
    default = Settings.model_fields[name].default
    assert documented()[PREFIX + name.upper()] == f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALENTOURS_TERRITORY", "2A")
    monkeypatch.setenv("ALENTOURS_SNAPSHOTS", str(tmp_path))
    monkeypatch.setenv("ALENTOURS_CORS_ORIGINS", "https://a.example, http://localhost:5173")
    monkeypatch.setenv("ALENTOURS_VERIFY", "false")
    monkeypatch.setenv("ALENTOURS_MIRROR", "/somewhere")  # the build's, not ours
    settings = load_settings(port=9000, host=None)
    assert (settings.territory, settings.snapshots, settings.port, settings.verify) == ("2A", tmp_path, 9000, False)
    assert settings.cors_origins == ("https://a.example", "http://localhost:5173")
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TERRITORY", "Saône-et-Loire"),
        ("TERRITORY", "../71"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("WORKERS", "0"),
        ("WATCH_S", "nan"),
        ("WATCH_S", "-1"),
        ("MAX_PLACES", "0"),
        ("LOG_LEVEL", "loud"),
        ("CORS_ORIGINS", "a.example"),
        ("CORS_ORIGINS", "https://a.example/path"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(ConfigurationError, match=PREFIX + name):
        load_settings()
