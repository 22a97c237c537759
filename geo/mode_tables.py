"""Reads the rules of one mode out of its table in ``data/modes.toml``: strictly, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from geo.node_rules import DelayRule, NodeRules
from geo.road_rules import (
    FASTEST_KMH,
    AccessRule,
    Ask,
    LimitRule,
    OnewayRule,
    RoadClass,
    RoadRules,
    SlowRule,
    UnsignedLimit,
)
from geo.slope import STRUCTURE_KEYS, Slope
from geo.slope_tables import read_slope_law
from geo.strict import StrictTable
from geo.tag_match import Match, Values
from geo.turns import TurnRule

__all__ = ["RuleReader", "reasoned"]

_LONGEST_DELAY_S = 600


class RuleReader:
    """Reads the rules of a mode, on top of those of the mode that it is like.

    Attributes
    ----------
    keys
        The tag keys that the rules turn out to read.
    """

    def __init__(self, table: StrictTable) -> None:
        self._table = table
        self.keys: set[str] = {"highway", "barrier"}

    def roads(self, like: RoadRules | None) -> RoadRules:
        """Read the rules of ways; where the table says nothing, and in lists before what it adds, those of `like`."""
        table = self._table
        limit = self._limit() if "limit" in table else like.limit if like else None
        classes = self._classes(with_limit=limit is not None)
        closures = tuple(self._alone(row) for row in table.tables("close"))
        slows = tuple(self._slow(row) for row in table.tables("slow"))
        asks = tuple(self._ask(row) for row in table.tables("ask"))
        through = tuple(self._alone(row) for row in table.tables("through"))
        if like is None:
            if not classes:
                raise table.error("no [[class]]: the mode could go nowhere")
            return RoadRules(classes, self._access(), closures, slows, self._oneway(None), limit, asks, through)
        return replace(
            like,
            classes=MappingProxyType({**like.classes, **classes}),
            access=self._access() if "access" in table else like.access,
            closures=(*like.closures, *closures),
            slows=(*like.slows, *slows),
            oneway=self._oneway(like.oneway),
            limit=limit,
            asks=(*like.asks, *asks),
            through=(*like.through, *through),
        )

    def nodes(self, like: NodeRules | None, access: AccessRule) -> NodeRules:
        """Read the rules of nodes; a barrier lets through whom `access` lets in."""
        table = self._table
        stops = tuple(self._alone(row) for row in table.tables("stop"))
        delays = tuple(self._delay(row) for row in table.tables("delay"))
        if like is None:
            return NodeRules(access, self._barriers(), stops, delays)
        barriers = self._barriers() if "barrier" in table else like.barriers
        return NodeRules(access, barriers, (*like.stops, *stops), (*like.delays, *delays))

    def turns(self, like: TurnRule | None) -> TurnRule | None:
        """Read which turn restrictions bind the mode."""
        if "turns" not in self._table:
            return like
        table = self._table.table("turns")
        turns = TurnRule(table.words("keys"), frozenset(table.words("exempt")))
        reasoned(table)
        return turns

    def slope(self, like: Slope | None) -> Slope | None:
        """Read what slopes do to the speed of the mode; a table that is given again replaces the other's."""
        if "slope" not in self._table:
            return like
        table = self._table.table("slope")
        law = read_slope_law(table)
        unless = tuple(self._alone(row) for row in table.tables("unless"))
        reasoned(table)
        self.keys.update(STRUCTURE_KEYS)
        return Slope(law, unless)

    def _match(self, table: StrictTable) -> Match:
        match = Match(
            when=self._values(table, "when"),
            unless=self._values(table, "unless"),
            over=self._numbers(table, "over"),
            under=self._numbers(table, "under"),
        )
        if not (match.when or match.over or match.under):
            raise table.error("says nothing of when it holds: give 'when', 'over' or 'under'")
        return match

    def _values(self, table: StrictTable, name: str) -> Values:
        values = table.word_sets(name) if name in table else {}
        self.keys.update(values)
        return values

    def _numbers(self, table: StrictTable, name: str) -> Mapping[str, float]:
        if name not in table:
            return MappingProxyType({})
        numbers = table.table(name)
        limits = {key: numbers.number(key, 0, 1000) for key in numbers.keys()}  # noqa: SIM118
        self.keys.update(limits)
        return MappingProxyType(limits)

    def _words(self, table: StrictTable, name: str) -> tuple[str, ...]:
        words = table.words(name)
        self.keys.update(words)
        return words

    def _alone(self, table: StrictTable) -> Match:
        match = self._match(table)
        reasoned(table)
        return match

    def _classes(self, *, with_limit: bool) -> Mapping[str, RoadClass]:
        classes: dict[str, RoadClass] = {}
        for table in self._table.tables("class"):
            speed_kmh = table.number("speed_kmh", 0.5, FASTEST_KMH)
            road = RoadClass(speed_kmh, table.number("of_limit", 0.1, 1) if with_limit else None)
            for highway in table.words("highway"):
                if highway in classes:
                    raise table.error(f"highway {highway!r} stands in two classes")
                classes[highway] = road
            reasoned(table)
        return MappingProxyType(classes)

    def _access(self) -> AccessRule:
        table = self._table.table("access")
        access = AccessRule(self._words(table, "keys"), frozenset(table.words("closed")))
        reasoned(table)
        return access

    def _slow(self, table: StrictTable) -> SlowRule:
        slow = SlowRule(self._match(table), table.number("at_most_kmh", 0.5, FASTEST_KMH))
        reasoned(table)
        return slow

    def _ask(self, table: StrictTable) -> Ask:
        ask = Ask(self._match(table), frozenset(self._words(table, "of")))
        reasoned(table)
        return ask

    def _barriers(self) -> frozenset[str]:
        table = self._table.table("barrier")
        closed = frozenset(table.words("closed"))
        reasoned(table)
        return closed

    def _delay(self, table: StrictTable) -> DelayRule:
        match, seconds = self._match(table), table.number("seconds", 0, _LONGEST_DELAY_S)
        along = table.text("along") if "along" in table else None
        if along is not None:
            self.keys.add(along)
        reasoned(table)
        return DelayRule(match, seconds, along)

    def _oneway(self, like: OnewayRule | None) -> OnewayRule | None:
        against = tuple(self._alone(row) for row in self._table.tables("against"))
        if "oneway" not in self._table:
            if against and like is None:
                raise self._table.error("[[against]] without [oneway]: there is nothing to go against")
            return replace(like, against=(*like.against, *against)) if like is not None else None
        table = self._table.table("oneway")
        oneway = OnewayRule(
            keys=self._words(table, "keys"),
            forward=frozenset(table.words("forward")),
            backward=frozenset(table.words("backward")),
            both=frozenset(table.words("both")),
            closed=frozenset(table.words("closed")),
            implied=self._values(table, "implied"),
            against=against,
        )
        reasoned(table)
        return oneway

    def _limit(self) -> LimitRule:
        table = self._table.table("limit")
        keys = self._words(table, "keys")
        self.keys.update(f"{key}:{direction}" for key in keys for direction in ("forward", "backward"))
        named = table.table("named")
        kmh = {name.casefold(): named.number(name, 1, FASTEST_KMH) for name in named.keys()}  # noqa: SIM118
        unsigned = tuple(self._unsigned(row) for row in table.tables("unsigned"))
        reasoned(table)
        return LimitRule(keys, MappingProxyType(kmh), unsigned)

    def _unsigned(self, table: StrictTable) -> UnsignedLimit:
        unsigned = UnsignedLimit(self._match(table), table.number("kmh", 1, FASTEST_KMH))
        reasoned(table)
        return unsigned


def reasoned(table: StrictTable) -> None:
    """Take the reason of a rule, without which none is read, and close its table."""
    table.text("why")
    table.close()
