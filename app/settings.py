"""What an operator may set about serving: ``ALENTOURS_`` variables (``docs/operations.md``, "Settings")."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geo.errors import ConfigurationError

__all__ = ["Settings", "load_settings"]

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "ALENTOURS_"


class Settings(BaseSettings):
    """Settings of the running service. They are passed on, never read from a module."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    territory: Annotated[str, Field(pattern=r"^([0-9]{2,3}|2[AB])$")] = "00"
    """Code of the territory that is served."""
    snapshots: Path = ROOT / "data" / "snapshots"
    """Folder that holds ``<territory>/CURRENT`` and the snapshots."""
    frontend: Path = ROOT / "frontend" / "dist"
    """Folder of the built pages."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port to listen on; 0 takes a free one."""
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    """Processes that answer; they share the snapshot's mapped pages."""
    verify: bool = True
    """Whether the checksums of a snapshot are verified before it serves."""
    watch_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 2.0
    """Seconds between two looks at ``CURRENT``; 0 never looks again."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins whose pages may read the API: ``https://www.example.fr``, separated by commas, or ``*``."""
    max_places: Annotated[int, Field(ge=1)] = 10_000
    """Places that one ``POST /scores`` may hold."""
    max_body_bytes: Annotated[int, Field(ge=1_000)] = 4_000_000
    """Bytes that the body of a request may hold."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least grave event that is logged."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """One JSON object a line, or lines for a person's eyes; ``auto`` takes these on a terminal alone."""

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            scheme, _, host = origin.partition("://")
            if origin != "*" and (scheme not in {"http", "https"} or not host or "/" in host):
                raise ValueError(f"{origin!r} is no origin such as https://www.example.fr")
        return value


def load_settings(**given: Any) -> Settings:
    """Read the settings from the environment; what is `given` and not None comes first.

    Raises
    ------
    ConfigurationError
        When a variable cannot be what it says; names the variable.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{name} cannot be {first['input']!r}: {first['msg']}") from error
