"""Who is believed, property by property, among the rows of one place: from ``data/precedence.toml``.

The row that won a place gives its id, category, commune and date. Each other property is given by the row that is
believed first for it, among those that say it and bear the winner's licence: rows of different licences are linked,
never mixed. Ways in alone, which belong to the streets, may come from any.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import ConfigurationError
from geo.places import Precision, Provenance, Service
from geo.strict import StrictTable
from ingest.catalogue import Source

__all__ = ["PROPERTIES", "Precedence", "Row", "Settled"]

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "position": ("lon", "lat", "precision"),
    "capacity": ("capacity",),
    "departures": ("departures",),
    "lines": ("lines",),
    "entrances": ("entrances",),
}
"""What another row than the winner may give, and the fields of a service that go with it."""

_UNSAID: tuple[object, ...] = (None, (), "")
_OF_THE_STREETS = frozenset({"entrances"})
"""Given by rows of any licence (docs/adr/0010-entrances-belong-to-the-streets.md). No setting: the licences' law."""
_FARTHEST_M = 50_000.0


@dataclass(frozen=True, eq=False)
class Row:
    """One publisher's row of a place."""

    service: Service
    """As its source alone tells it."""
    source: Source
    xy_m: NDArray[np.float64]
    """(2,) metres of the territory's plane."""

    @property
    def origin(self) -> Provenance:
        """What it is called, and its licence."""
        return self.service.provenance[0]

    def says(self, name: str) -> bool:
        """Tell whether it says anything of a property."""
        return getattr(self.service, PROPERTIES[name][0]) not in _UNSAID

    def says_as(self, name: str, other: Row) -> bool:
        """Tell whether it says of a property what another row says."""
        return all(getattr(self.service, part) == getattr(other.service, part) for part in PROPERTIES[name])

    def metres_to(self, other: Row) -> float:
        """Return how far apart two rows stand."""
        return float(np.hypot(*(self.xy_m - other.xy_m)))


@dataclass(frozen=True)
class Settled:
    """A place whose every property is given by one of its rows."""

    service: Service
    givers: Mapping[str, Row] = field(default_factory=dict)
    """Property → row that gives it; a property that no row says is not there. Empty where one row stands alone."""

    @property
    def gives(self) -> dict[str, list[str]]:
        """Return which properties each row gives beside the winner, by the id that the row would have had."""
        given: dict[str, list[str]] = {}
        for name, row in self.givers.items():
            if row.service.id != self.service.id:
                given.setdefault(row.service.id, []).append(name)
        return given


_Criterion = Callable[["Precedence", Row, Row], int]
"""From a row and the winner: 0 = believed first, more = later."""

_CRITERIA: Mapping[str, _Criterion] = {
    "complete": lambda _, row, winner: int(winner.service.category not in row.source.complete),
    "published": lambda _, row, __: int(not row.source.url),
    "timetable": lambda _, row, __: int(row.service.departures is None),
    "precise": lambda rules, row, _: rules.step[row.service.precision],
    "winner": lambda _, row, winner: int(row is not winner),
}


@dataclass(frozen=True)
class Precedence:
    """The rules of every property."""

    believe: Mapping[str, tuple[str, ...]]
    """Property → names of criteria, the one that decides first first."""
    step: Mapping[Precision, int]
    """How exact each precision is taken for; 0 = finest. Within a step no position is better than another."""
    move_m: Mapping[Precision, float]
    """How far a position may move from the winner's, by the winner's precision; one that is not there never moves."""
    entered_m: float
    """How far from the position shown the row may stand whose entrances become the place's."""

    def settle(self, rows: Sequence[Row]) -> Settled:
        """Let every property of a place be given by the row that is believed first for it.

        Parameters
        ----------
        rows
            The row that won the place, then those joined to it in the order of their sources; never empty.

        Returns
        -------
        Settled
            The service with the provenance of all rows, each row once, which says what each of them gives.
        """
        winner = rows[0]
        if len(rows) == 1:
            return Settled(winner.service)
        givers: dict[str, Row] = {}
        for name in PROPERTIES:
            found = self._giver(name, rows, givers.get("position", winner))
            if found is not None:
                givers[name] = found
        fields = {
            part: getattr(row.service, part)
            for name, row in givers.items()
            if row is not winner
            for part in PROPERTIES[name]
        }
        return Settled(replace(winner.service, **fields, provenance=_provenance(rows, givers)), givers)

    def _giver(self, name: str, rows: Sequence[Row], placed: Row) -> Row | None:
        """Return the row that is believed first; None when no row that may give the property says it."""
        winner = rows[0]
        asked = [row for row in rows if row.says(name) and self._may_give(name, row, winner, placed)]
        criteria = [_CRITERIA[word] for word in self.believe[name]]
        # min() takes the first of several that draw, and rows come in the order of their sources
        believed = min(asked, key=lambda row: [rank(self, row, winner) for rank in criteria], default=None)
        agreed = winner in asked and believed is not None and winner.says_as(name, believed)
        return winner if agreed else believed

    def _may_give(self, name: str, row: Row, winner: Row, placed: Row) -> bool:
        if name in _OF_THE_STREETS:
            return row.metres_to(placed) <= self.entered_m
        if row is winner:
            return True
        if row.origin.licence is not winner.origin.licence:
            return False
        return name != "position" or self._may_place(row, winner)

    def _may_place(self, row: Row, winner: Row) -> bool:
        """Tell whether a place may move to where another row has it: the commune stays the winner's."""
        within_m = self.move_m.get(winner.service.precision, 0.0)
        same_commune = row.service.insee == winner.service.insee != ""
        return same_commune and row.metres_to(winner) <= within_m

    @classmethod
    def load(cls, path: Path) -> Precedence:
        """Read the file.

        Raises
        ------
        ConfigurationError
            When a property, key, criterion or precision is unknown, or one is left out.
        """
        try:
            root = StrictTable(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(f"{path.name}: {error}") from error
        tables = {name: root.table(name) for name in PROPERTIES}
        root.close()
        believe = {name: _known(table, table.words("believe"), _CRITERIA) for name, table in tables.items()}
        position, entrances = tables["position"], tables["entrances"]
        step = _steps(position)
        within_m = position.table("within_m")
        words = _known(within_m, within_m.keys(), Precision)
        rules = cls(
            believe,
            step,
            {Precision(word): within_m.number(word, 0.0, _FARTHEST_M) for word in words},
            entrances.number("within_m", 0.0, _FARTHEST_M),
        )
        for table in tables.values():
            table.close()
        return rules


def _steps(position: StrictTable) -> dict[Precision, int]:
    """Read how exact each precision is: each once, the finest step first."""
    listed = [(word, number) for number, text in enumerate(position.words("steps")) for word in text.split()]
    words = _known(position, [word for word, _ in listed], Precision)
    if sorted(words) != sorted(Precision):
        raise position.error(f"'steps' has to name each of {', '.join(Precision)} once")
    return {Precision(word): number for word, number in listed}


def _known(table: StrictTable, words: Sequence[str], known: Any) -> tuple[str, ...]:
    """Refuse a word that is none of the known ones."""
    for word in words:
        if word not in list(known):
            raise table.error(f"{word!r} is unknown, expected one of {', '.join(known)}")
    return tuple(words)


def _provenance(rows: Sequence[Row], givers: Mapping[str, Row]) -> tuple[Provenance, ...]:
    """Return every row once, the winner's first, each with what it gives in place of the winner."""
    found: dict[tuple[str, str], Provenance] = {}
    for origin in (origin for row in rows for origin in row.service.provenance):
        found.setdefault((origin.source, origin.local_id), origin)
    first = rows[0].origin
    gives: dict[tuple[str, str], list[str]] = {}
    for name, row in givers.items():
        gives.setdefault((row.origin.source, row.origin.local_id), []).append(name)
    gives.pop((first.source, first.local_id), None)
    return tuple(replace(origin, gives=tuple(gives.get(key, ()))) for key, origin in found.items())
