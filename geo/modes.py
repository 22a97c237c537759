"""Modes: which streets each may use and how fast, read from ``data/modes.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from geo.errors import ConfigurationError
from geo.road_rules import FASTEST_KMH, AccessRule, Closure, LimitRule, OnewayRule, RoadClass, RoadRules, SlowRule
from geo.strict import StrictTable
from geo.turns import TurnRule

__all__ = ["Mode", "load_modes", "tags_of"]


@dataclass(frozen=True)
class Mode:
    """One way of getting about."""

    id: str
    off_road_m_per_s: float
    """Pace between a place and its street, at both ends of a trip."""
    fixed_s: float
    """Seconds that every trip costs whatever its length (parking); added when a field is read, never on an edge."""
    tags: tuple[str, ...]
    """Every tag key that the rules read, sorted: what an extract must keep of its ways and barriers."""
    rules: RoadRules
    turns: TurnRule | None = None
    """Which turn restrictions bind the mode; None: none does."""


def load_modes(path: Path) -> Mapping[str, Mode]:
    """Read ``modes.toml``: the modes by id, in the order of the file.

    Raises
    ------
    ConfigurationError
        When the file cannot be read, a key is unknown or missing (the nearest right one is named), a rule has no
        reason, a ``highway`` stands in two classes, or a number is out of range.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error
    if not data:
        raise ConfigurationError(f"{path.name}: no mode")
    return MappingProxyType({id_: _mode(id_, StrictTable(f"{path.name}: {id_}", table)) for id_, table in data.items()})


def tags_of(modes: Iterable[Mode]) -> tuple[str, ...]:
    """Return every tag key that one of the modes reads, sorted."""
    return tuple(sorted({key for mode in modes for key in mode.tags}))


def _mode(id_: str, table: StrictTable) -> Mode:
    read = _KeysRead()
    limit = _limit(table.table("limit"), read) if "limit" in table else None
    rules = RoadRules(
        classes=_classes(table, with_limit=limit is not None),
        access=_access(table.table("access"), read),
        closures=tuple(_closure(row, read) for row in table.tables("close")),
        slows=tuple(_slow(row, read) for row in table.tables("slow")),
        barriers=_barriers(table.table("barrier")),
        oneway=_oneway(table.table("oneway"), read) if "oneway" in table else None,
        limit=limit,
    )
    mode = Mode(
        id=id_,
        off_road_m_per_s=table.number("off_road_kmh", 1, 10) / 3.6,
        fixed_s=table.number("fixed_s", 0, 3600),
        tags=tuple(sorted({"highway", "barrier", *read})),
        rules=rules,
        turns=_turns(table.table("turns")) if "turns" in table else None,
    )
    table.close()
    return mode


class _KeysRead(set[str]):
    """The tag keys that the rules of a mode turn out to read."""

    def matches(self, table: StrictTable, key: str) -> Mapping[str, frozenset[str]]:
        values = table.word_sets(key)
        self.update(values)
        return values

    def keys(self, table: StrictTable) -> tuple[str, ...]:
        keys = table.words("keys")
        self.update(keys)
        return keys


def _reasoned(table: StrictTable) -> None:
    table.text("why")
    table.close()


def _classes(mode: StrictTable, *, with_limit: bool) -> Mapping[str, RoadClass]:
    classes: dict[str, RoadClass] = {}
    for table in mode.tables("class"):
        speed_kmh = table.number("speed_kmh", 0.5, FASTEST_KMH)
        road = RoadClass(speed_kmh, table.number("of_limit", 0.1, 1) if with_limit else None)
        for highway in table.words("highway"):
            if highway in classes:
                raise table.error(f"highway {highway!r} stands in two classes")
            classes[highway] = road
        _reasoned(table)
    if not classes:
        raise mode.error("no [[class]]: the mode could go nowhere")
    return MappingProxyType(classes)


def _access(table: StrictTable, read: _KeysRead) -> AccessRule:
    access = AccessRule(read.keys(table), frozenset(table.words("closed")))
    _reasoned(table)
    return access


def _closure(table: StrictTable, read: _KeysRead) -> Closure:
    closure = Closure(read.matches(table, "when"), read.matches(table, "unless") if "unless" in table else {})
    _reasoned(table)
    return closure


def _slow(table: StrictTable, read: _KeysRead) -> SlowRule:
    slow = SlowRule(read.matches(table, "when"), table.number("at_most_kmh", 0.5, FASTEST_KMH))
    _reasoned(table)
    return slow


def _barriers(table: StrictTable) -> frozenset[str]:
    closed = frozenset(table.words("closed"))
    _reasoned(table)
    return closed


def _oneway(table: StrictTable, read: _KeysRead) -> OnewayRule:
    oneway = OnewayRule(
        keys=read.keys(table),
        forward=frozenset(table.words("forward")),
        backward=frozenset(table.words("backward")),
        both=frozenset(table.words("both")),
        closed=frozenset(table.words("closed")),
        implied=read.matches(table, "implied"),
    )
    _reasoned(table)
    return oneway


def _turns(table: StrictTable) -> TurnRule:
    turns = TurnRule(table.words("keys"), frozenset(table.words("exempt")))
    _reasoned(table)
    return turns


def _limit(table: StrictTable, read: _KeysRead) -> LimitRule:
    keys = read.keys(table)
    read.update(f"{key}:{direction}" for key in keys for direction in ("forward", "backward"))
    named = table.table("named")
    kmh = {name.casefold(): named.number(name, 1, FASTEST_KMH) for name in named.keys()}  # noqa: SIM118
    _reasoned(table)
    return LimitRule(keys, MappingProxyType(kmh))
