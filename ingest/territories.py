"""The territories that can be built, from ``data/territories.toml``."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from geo.errors import ConfigurationError, FieldProblem, InvalidParameter

__all__ = ["Department", "Departments"]


@dataclass(frozen=True, slots=True)
class Department:
    """One département."""

    code: str
    """``"01"``, ``"2A"``, ``"971"``; ``"00"`` is the fictional one."""
    name: str
    crs: str
    """Its plane in metres, as ``"EPSG:2154"``."""


class Departments(Mapping[str, Department]):
    """The départements by code."""

    def __init__(self, departments: Mapping[str, Department]) -> None:
        self._departments = MappingProxyType(dict(departments))

    def __getitem__(self, code: str) -> Department:
        return self._departments[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._departments)

    def __len__(self) -> int:
        return len(self._departments)

    @property
    def names(self) -> dict[str, str]:
        """Names by code."""
        return {code: department.name for code, department in self.items()}

    def require(self, code: str) -> Department:
        """Return the département.

        Raises
        ------
        InvalidParameter
            When there is none of this code; says the nearest that there is.
        """
        if code in self:
            return self[code]
        near = difflib.get_close_matches(code, list(self), n=1, cutoff=0.0)
        hint = f"a code of two or three characters, such as {near[0]!r} ({self[near[0]].name})"
        raise InvalidParameter(FieldProblem("territory", f"unknown territory {code!r}", hint))

    @classmethod
    def load(cls, path: Path) -> Departments:
        """Read the file.

        Raises
        ------
        ConfigurationError
            When it is no such file, or names a CRS for a territory that has no name.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            crs, names = dict(data.pop("crs")), dict(data.pop("names"))
            default = str(crs.pop("default"))
        except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(f"{path.name} is no list of territories: {error}") from error
        if unknown := [*data, *(set(crs) - set(names))]:
            raise ConfigurationError(f"{path.name}: unknown {unknown[0]!r}")
        return cls({code: Department(code, name, str(crs.get(code, default))) for code, name in names.items()})
