"""Relations of an extract that restrict turns, as they come by in the pass that reads the streets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.turns import NOT_LOADED, Restriction

__all__ = ["Restrictions"]

_TYPE = "restriction"
_KEYS = ("except", "day_on", "day_off", "hour_on", "hour_off")


@dataclass
class Restrictions:
    """What the passes have met so far, by number."""

    met: dict[int, _Relation] = field(default_factory=dict)

    def take(self, relation: Any) -> None:
        """Keep a relation of libosmium when it restricts turns; of two versions the first."""
        kind = relation.tags.get("type", "")
        if kind != _TYPE and not kind.startswith(f"{_TYPE}:"):
            return
        tags = {tag.k: tag.v for tag in relation.tags if tag.k.startswith(_TYPE) or tag.k in _KEYS}
        if kind != _TYPE and _TYPE in tags:  # an older way to name the vehicles
            tags[kind] = tags.pop(_TYPE)
        members = tuple((member.role, member.type, member.ref) for member in relation.members)
        self.met.setdefault(relation.id, _Relation(tags, members))

    def rows(self, way_row: Mapping[int, int], node_row: Mapping[int, int]) -> tuple[Restriction, ...]:
        """Return the restrictions, their members given by row instead of number."""
        return tuple(relation.on(way_row, node_row) for _, relation in sorted(self.met.items()))


@dataclass(frozen=True, slots=True)
class _Relation:
    tags: dict[str, str]
    members: tuple[tuple[str, str, int], ...]
    """Role, ``n`` or ``w`` or ``r``, number."""

    def on(self, way_row: Mapping[int, int], node_row: Mapping[int, int]) -> Restriction:
        return Restriction(
            tags=self.tags,
            from_ways=self._rows("from", "w", way_row),
            to_ways=self._rows("to", "w", way_row),
            via_nodes=self._rows("via", "n", node_row),
            via_ways=self._rows("via", "w", way_row),
        )

    def _rows(self, role: str, kind: str, row: Mapping[int, int]) -> tuple[int, ...]:
        return tuple(row.get(ref, NOT_LOADED) for own, of, ref in self.members if (own, of) == (role, kind))
