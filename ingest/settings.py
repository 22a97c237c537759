"""What an operator may set about building: ``ALENTOURS_`` variables (``docs/operations.md``, "Settings")."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geo.errors import ConfigurationError

__all__ = ["BuildSettings", "load_build_settings"]

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "ALENTOURS_"


def _words(value: Any) -> Any:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


class BuildSettings(BaseSettings):
    """Settings of a build. They are passed on, never read from a module."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    mirror: Path | None = None
    """Folder of files as their publishers served them; without it they are fetched from the publishers."""
    elevation: Path | None = None
    """GeoTIFF of the ground's heights, by which slopes count; without it every street counts as level."""
    database_url: str = ""
    """``postgresql+psycopg://…`` keeps the data in PostGIS; empty: in an embedded SQLite file below ``store``."""
    data: Path = ROOT / "data"
    """Folder of taxonomy, method, modes, profiles and sources."""
    raw: Path = ROOT / "data" / "raw"
    """Folder of the files that were fetched, and of the sample's."""
    store: Path = ROOT / "data" / "store"
    """Folder of the embedded store."""
    snapshots: Path = ROOT / "data" / "snapshots"
    """Folder that holds ``<territory>/CURRENT`` and the snapshots."""
    cache: Path = ROOT / "data" / "cache"
    """Folder of the stages' results: what a build that was stopped, or has new inputs, need not do again."""
    jobs: Annotated[int, Field(ge=1)] = min(os.cpu_count() or 1, 4)
    """How many sources are fetched, or batches of categories are swept, at a time."""
    keep_snapshots: Annotated[int, Field(ge=0)] = 3
    """How many snapshots are kept beside the one that serves and the one before it."""
    internal_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = ()
    """Hosts that may have a private address: an operator's own server; separated by commas."""

    overpass_url: str = "https://overpass-api.de/api/interpreter"
    """Overpass server that is asked for a place (``--place``)."""

    @property
    def store_target(self) -> str | Path:
        """Where the data is kept: a database's URL, or a file's path."""
        return self.database_url or self.store / "alentours.sqlite"


def load_build_settings(**given: Any) -> BuildSettings:
    """Read the settings from the environment; what is `given` and not None comes first.

    Raises
    ------
    ConfigurationError
        When a variable cannot be what it says; names the variable. Its value is not repeated: it may hold a password.
    """
    try:
        settings = BuildSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{name}: {first['msg']}") from error
    if settings.mirror is not None and not settings.mirror.is_dir():
        raise ConfigurationError(f"{PREFIX}MIRROR names {settings.mirror}, which is not a folder")
    if settings.elevation is not None and not settings.elevation.is_file():
        raise ConfigurationError(f"{PREFIX}ELEVATION names {settings.elevation}, which is not a file")
    return settings
