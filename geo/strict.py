"""A declarative table, read strictly: a wrong key is refused with the nearest right one, never passed over."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from geo.errors import ConfigurationError

__all__ = ["StrictTable"]


class StrictTable:
    """One table of a declarative file. Take what should be there, then :meth:`close`: what is left over is refused.

    Parameters
    ----------
    where
        How an error names the table: the file, then the path in it.
    data
        What the file holds there.
    """

    def __init__(self, where: str, data: Any) -> None:
        if not isinstance(data, dict):
            raise ConfigurationError(f"{where} is {data!r}, expected a table")
        self.where = where
        self._data: dict[str, Any] = data
        self._known: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        """Whether the key stands in the table; to ask makes the key a known one."""
        self._known[key] = None
        return key in self._data

    def error(self, what: str) -> ConfigurationError:
        """Return the error to raise about this table."""
        return ConfigurationError(f"{self.where}: {what}")

    def keys(self) -> tuple[str, ...]:
        """Return the keys that stand in the table; for tables whose keys are data. All become known."""
        self._known.update(dict.fromkeys(self._data))
        return tuple(self._data)

    def number(self, key: str, low: float, high: float) -> float:
        """Take a number within [low, high]."""
        value = float(self._take(key, (int, float), "a number"))
        if not (math.isfinite(value) and low <= value <= high):
            raise self.error(f"{key!r} is {value:g}, expected {low:g} to {high:g}")
        return value

    def text(self, key: str) -> str:
        """Take a text that is not blank."""
        value: str = self._take(key, str, "a text")
        if not value.strip():
            raise self.error(f"{key!r} is blank")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Take a list of texts, not empty."""
        values = self._take(key, list, "a list of texts")
        if not values or not all(isinstance(value, str) and value for value in values):
            raise self.error(f"{key!r} is {values!r}, expected a list of texts")
        return tuple(values)

    def table(self, key: str) -> StrictTable:
        """Take a table."""
        return StrictTable(f"{self.where}.{key}", self._take(key, dict, "a table"))

    def tables(self, key: str) -> list[StrictTable]:
        """Take the tables of ``[[key]]``; none when the key is absent."""
        rows = self._take(key, list, f"tables, [[{key}]]") if key in self else []
        return [StrictTable(f"{self.where}.{key} no. {n}", row) for n, row in enumerate(rows, 1)]

    def word_sets(self, key: str) -> Mapping[str, frozenset[str]]:
        """Take a table whose values are lists of texts."""
        table = self.table(key)
        return MappingProxyType({name: frozenset(table.words(name)) for name in table.keys()})  # noqa: SIM118

    def close(self) -> None:
        """Refuse the keys that nobody took.

        Raises
        ------
        ConfigurationError
            Names the first of them, and the right key that it most resembles.
        """
        for key in self._data:
            if key not in self._known:
                near = difflib.get_close_matches(key, list(self._known), 1)
                hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(sorted(self._known))}"
                raise self.error(f"unknown key {key!r}, {hint}")

    def _take(self, key: str, kind: type | tuple[type, ...], meant: str) -> Any:
        if key not in self:
            near = difflib.get_close_matches(key, [other for other in self._data if other not in self._known], 1)
            raise self.error(f"{key!r} is missing" + (f": did you mean it by {near[0]!r}?" if near else ""))
        value = self._data[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"{key!r} is {value!r}, expected {meant}")
        return value
