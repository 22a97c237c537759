"""Modes: which streets each may use and how fast, read from ``data/modes.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from geo.errors import ConfigurationError
from geo.mode_tables import RuleReader, reasoned
from geo.node_rules import NodeRules
from geo.road_rules import RoadRules
from geo.slope import Slope
from geo.strict import StrictTable
from geo.taxonomy import Label
from geo.turns import TurnRule

__all__ = ["Mode", "load_modes", "tags_of"]

_KMH_IN_M_PER_S = 3.6
_LONGEST_AT_AN_END_S = 1800


@dataclass(frozen=True)
class Mode:
    """One way of getting about."""

    id: str
    label: Label
    """What a choice of modes calls it."""
    phrase: Label
    """The same within a sentence: "à pied"."""
    option_of: str | None
    """The mode of which this is another pace or another need; None when it stands for itself. Who looks for the best of
    all modes leaves options out: nobody chooses between walking and walking slowly."""
    indicative: bool
    """Whether too little is told of the streets for its answers to be more than an indication."""
    off_road_m_per_s: float
    """Pace between a place and its street, at both ends of a trip."""
    start_s: float
    """Seconds before one moves (to unlock), whatever the length of the trip."""
    end_s: float
    """Seconds after one has arrived (to find a place and park)."""
    tags: tuple[str, ...]
    """Every tag key that the rules read, sorted: what an extract must keep of its ways and nodes."""
    rules: RoadRules
    nodes: NodeRules
    turns: TurnRule | None = None
    """Which turn restrictions bind the mode; None: none does."""
    slope: Slope | None = None
    """What slopes do to its speed, where heights are known; None: nothing."""

    @property
    def fixed_s(self) -> float:
        """Seconds that every trip costs whatever its length; added when a field is read, never on an edge."""
        return self.start_s + self.end_s


def load_modes(path: Path) -> Mapping[str, Mode]:
    """Read ``modes.toml``: the modes by id, in the order of the file.

    Raises
    ------
    ConfigurationError
        When the file cannot be read, a key is unknown or missing (the nearest right one is named), a rule has no
        reason, a ``highway`` stands in two classes, a number is out of range, or a mode is like one that does not stand
        above it.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error
    if not data:
        raise ConfigurationError(f"{path.name}: no mode")
    modes: dict[str, Mode] = {}
    for id_, table in data.items():
        modes[id_] = _mode(id_, StrictTable(f"{path.name}: {id_}", table), modes)
    return MappingProxyType(modes)


def tags_of(modes: Iterable[Mode]) -> tuple[str, ...]:
    """Return every tag key that one of the modes reads, sorted."""
    return tuple(sorted({key for mode in modes for key in mode.tags}))


def _mode(id_: str, table: StrictTable, above: Mapping[str, Mode]) -> Mode:
    like = _named(table, "like", above)
    option_of = _named(table, "option_of", above)
    pace = table.number("pace", 0.1, 10) if "pace" in table else 1.0
    reader = RuleReader(table)
    rules = reader.roads(like.rules.at_pace(pace) if like else None)
    nodes = reader.nodes(like.nodes if like else None, rules.access)
    if like is None or "off_road_kmh" in table:
        off_road_m_per_s = table.number("off_road_kmh", 1, 10) / _KMH_IN_M_PER_S
    else:
        off_road_m_per_s = like.off_road_m_per_s * pace
    slope = reader.slope(like.slope if like else None)
    mode = Mode(
        id=id_,
        label=_words_of(table, "label"),
        phrase=_words_of(table, "phrase"),
        option_of=option_of.id if option_of else None,
        indicative=_indicative(table),
        off_road_m_per_s=off_road_m_per_s,
        start_s=_seconds(table, "start", like.start_s if like else 0.0),
        end_s=_seconds(table, "end", like.end_s if like else 0.0),
        tags=tuple(sorted({*reader.keys, *(like.tags if like else ())})),
        rules=rules,
        nodes=nodes,
        turns=reader.turns(like.turns if like else None),
        slope=slope,
    )
    if "pace" in table and like is None:
        raise table.error("'pace' is of another mode's speeds: name it by 'like'")
    if like is not None:
        table.text("why")
    table.close()
    return mode


def _named(table: StrictTable, key: str, above: Mapping[str, Mode]) -> Mode | None:
    if key not in table:
        return None
    name = table.text(key)
    if name not in above:
        raise table.error(f"{key!r} names {name!r}, expected a mode that stands above it: {', '.join(above) or 'none'}")
    return above[name]


def _words_of(table: StrictTable, key: str) -> Label:
    words = table.table(key)
    label = Label(words.text("fr"), words.text("en"))
    words.close()
    return label


def _indicative(table: StrictTable) -> bool:
    """Return whether the table says why the mode only indicates."""
    if "indicative" not in table:
        return False
    reasoned(table.table("indicative"))
    return True


def _seconds(table: StrictTable, key: str, otherwise: float) -> float:
    if key not in table:
        return otherwise
    end = table.table(key)
    seconds = end.number("seconds", 0, _LONGEST_AT_AN_END_S)
    reasoned(end)
    return seconds
