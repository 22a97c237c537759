"""When two rows are the same place: distances and names, by category, from ``data/conflation.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.errors import ConfigurationError
from ingest.headings import without_headings
from ingest.likeness import Vocabulary, Wording

__all__ = ["MatchRules", "Pair", "Places", "Rule", "one_to_one"]

_LISTS = ("generic", "apart", "said", "after")
_POINTS_A_PLACE_M = 10.0
"""A point of likeness outweighs so many metres among several candidates."""
_CLEAR = 3.0
"""Where names do not tell, the next candidate of either row is so many times as far."""
_CLEAR_M = 30.0
"""And no nearer than this, or both may be the place."""


@dataclass(frozen=True)
class Rule:
    """The thresholds of one category; metres (0: never), and ratios of 0 … 100."""

    within_m: float
    """Names alike, and no farther apart."""
    in_commune_m: float
    """Names alike, the same commune, and nobody else there whom either could mean."""
    unnamed_m: float
    """One of the names distinguishes nothing; the same commune, and nobody else anywhere near as close."""
    alone_in_commune_m: float
    """The only one of its commune in both sources, with names that do not disagree."""
    alone_m: float
    """Whatever the names, nobody else anywhere near as close."""
    double_m: float
    """Inside one volunteers' source: one place mapped twice under one name."""
    similar: float
    """From here on names are alike."""
    disagree: float
    """Below it names that both say something disagree."""
    generic: frozenset[str]
    apart: tuple[frozenset[str], ...]
    said: frozenset[str]
    after: frozenset[str]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the category."""
        return Vocabulary(self.generic, self.apart, self.said, self.after)

    @property
    def reach_m(self) -> float:
        """Farther apart two rows are never one place."""
        return max(self.across_m, self.in_commune_m, self.unnamed_m, self.alone_in_commune_m)

    @property
    def across_m(self) -> float:
        """Farther apart two rows of different communes are never one place, nor in each other's way."""
        return max(self.within_m, 3 * self.alone_m)


class MatchRules:
    """The rule of each category: its own, over its prefix's, over the default; lists add up."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self._tables = tables
        self._rules: dict[str, Rule] = {}

    def of(self, category: str) -> Rule:
        """Return the rule of a category."""
        if category not in self._rules:
            layers = [self._tables.get(name, {}) for name in ("default", category.partition(".")[0], category)]
            listed = {key: [item for layer in layers for item in layer.get(key, ())] for key in _LISTS}
            plain = {key: value for layer in layers for key, value in layer.items() if key not in _LISTS}
            self._rules[category] = Rule(
                **plain,
                generic=frozenset(listed["generic"]),
                apart=tuple(frozenset(group) for group in listed["apart"]),
                said=frozenset(listed["said"]),
                after=frozenset(listed["after"]),
            )
        return self._rules[category]

    @classmethod
    def load(cls, path: Path) -> MatchRules:
        """Read the file.

        Raises
        ------
        ConfigurationError
            When a key is unknown, or the default leaves one out.
        """
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(f"{path.name}: {error}") from error
        known = {field.name for field in fields(Rule)}
        for name, table in tables.items():
            if not isinstance(table, dict) or (unknown := set(table) - known):
                word = sorted(unknown)[0] if isinstance(table, dict) else name
                raise ConfigurationError(
                    f"{path.name}: unknown key {word!r}, expected one of {', '.join(sorted(known))}"
                )
        if missing := known - set(tables.get("default", {})):
            raise ConfigurationError(f"{path.name}: [default] lacks {sorted(missing)[0]!r}")
        return cls(tables)


@dataclass(frozen=True)
class Places:
    """The rows of one side, of one category."""

    xy_m: NDArray[np.float64]
    """(N, 2) metres of the territory's plane."""
    names: Sequence[str]
    """``""`` when unknown."""
    insee: Sequence[str]
    """Commune; ``""`` when unknown."""
    identifiers: Sequence[frozenset[tuple[str, str]]] = ()
    """Kind and value of what each row is called officially; two values of one kind are two places. Empty: unknown."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Row ``a`` of one side and row ``b`` of the other are the same place."""

    a: int
    b: int
    reason: str
    """``"name"``, ``"name in commune"``, ``"unnamed"``, ``"alone in commune"`` or ``"alone"``."""
    distance_m: float
    similarity: float


def one_to_one(rule: Rule, a: Places, b: Places) -> list[Pair]:
    """Pair two sides of one category, each row at most once, the surest pairs first.

    Five passes, each over the rows that those before it left: names alike near by; alike and unique in the commune; a
    name that says nothing; the only one of the commune; the only one near. The order of rows decides between equals
    alone.
    """
    if not len(a.xy_m) or not len(b.xy_m):
        return []
    return _Candidates(rule, a, b).pair()


class _Candidates:
    """All pairs of rows that are near enough, as columns, and who is still free."""

    def __init__(self, rule: Rule, a: Places, b: Places) -> None:
        self.rule = rule
        codes_a, codes_b = np.array(a.insee, dtype=object), np.array(b.insee, dtype=object)
        self.a, self.b = _near(a.xy_m, b.xy_m, rule.reach_m)
        self.distance_m = np.hypot(*(a.xy_m[self.a] - b.xy_m[self.b]).T)
        same = (codes_a[self.a] == codes_b[self.b]) & (codes_a[self.a] != "")
        # Across communes no rule reaches as far as inside one: what is left aside here need not be read.
        rows = same | (self.distance_m <= rule.across_m)
        self.a, self.b, self.distance_m, self.same_commune = (x[rows] for x in (self.a, self.b, self.distance_m, same))
        one, other = _wordings(rule.vocabulary, a, b)
        first, second = [one[row] for row in self.a.tolist()], [other[row] for row in self.b.tolist()]
        self.alike = rule.vocabulary.alike(first, second)
        self.blank = _flags(not x.own or not y.own for x, y in zip(first, second, strict=True))
        apart = _flags(x.groups != y.groups and bool(x.groups and y.groups) for x, y in zip(first, second, strict=True))
        self.possible = ~(apart | self._called_otherwise(a, b))
        self.unsaid = _flags(x.said != y.said for x, y in zip(first, second, strict=True))
        self.only = self.same_commune & _single(codes_a)[self.a] & _single(codes_b)[self.b]
        self.free_a, self.free_b = np.ones(len(a.xy_m), dtype=bool), np.ones(len(b.xy_m), dtype=bool)
        self.pairs: list[Pair] = []

    def _called_otherwise(self, a: Places, b: Places) -> NDArray[np.bool_]:
        if not a.identifiers or not b.identifiers:
            return np.zeros(len(self.a), dtype=bool)
        sides = zip(self.a.tolist(), self.b.tolist(), strict=True)
        return _flags(_contradict(a.identifiers[x], b.identifiers[y]) for x, y in sides)

    def pair(self) -> list[Pair]:
        rule = self.rule
        named = ~self.blank & (self.alike >= rule.similar)
        equal = self.blank & (self.alike >= rule.similar)
        agreed = ~self.unsaid & (self.blank | (self.alike >= rule.disagree))
        self._take("name", named & self._within(rule.within_m))
        self._take("name in commune", named & self.same_commune & self._within(rule.in_commune_m), unique=True)
        silent = self.blank & ~self.unsaid & self.same_commune & self._within(rule.unnamed_m)
        self._take("unnamed", silent | (equal & self._within(rule.within_m)), clear=True)
        self._take("alone in commune", self.only & agreed & self._within(rule.alone_in_commune_m))
        near = ~self.unsaid & self._within(_CLEAR * rule.alone_m)
        self._take("alone", near, within_m=rule.alone_m, clear=True)
        return self.pairs

    def _within(self, limit_m: float) -> NDArray[np.bool_]:
        within: NDArray[np.bool_] = (self.distance_m <= limit_m) & (limit_m > 0)
        return within

    def _take(
        self,
        reason: str,
        where: NDArray[np.bool_],
        *,
        unique: bool = False,
        within_m: float = np.inf,
        clear: bool = False,
    ) -> None:
        """Pair the free rows of `where`.

        With `unique` those alone that could mean nobody else; with `clear` those alone whose rows have no other
        candidate anywhere near as close.
        """
        rows = np.flatnonzero(where & self.possible & self.free_a[self.a] & self.free_b[self.b])
        if unique:
            meant_a = np.bincount(self.a[rows], minlength=len(self.free_a))
            meant_b = np.bincount(self.b[rows], minlength=len(self.free_b))
            rows = rows[(meant_a[self.a[rows]] == 1) & (meant_b[self.b[rows]] == 1)]
        if clear:
            far_m = self.distance_m[rows]
            next_m = np.minimum(_next_m(self.a[rows], far_m), _next_m(self.b[rows], far_m))
            rows = rows[next_m > np.maximum(_CLEAR * far_m, _CLEAR_M)]
        rows = rows[self.distance_m[rows] <= within_m]
        worth = self.distance_m[rows] / _POINTS_A_PLACE_M - self.alike[rows]
        for row in rows[np.lexsort((self.b[rows], self.a[rows], self.distance_m[rows], worth))].tolist():
            a, b = int(self.a[row]), int(self.b[row])
            if self.free_a[a] and self.free_b[b]:
                self.free_a[a] = self.free_b[b] = False
                self.pairs.append(Pair(a, b, reason, float(self.distance_m[row]), float(self.alike[row])))


def _wordings(vocabulary: Vocabulary, a: Places, b: Places) -> tuple[list[Wording], list[Wording]]:
    """Read the names of both sides: what distinguishes them without their commune's in front, their kind with it."""
    sides = []
    for place, short in zip((a, b), without_headings([(a.names, a.insee), (b.names, b.insee)]), strict=True):
        whole = [vocabulary.read(name) for name in place.names]
        rest = [vocabulary.read(name) for name in short]
        sides.append([replace(y, groups=x.groups, said=x.said, cut=x.cut) for x, y in zip(whole, rest, strict=True)])
    return sides[0], sides[1]


def _next_m(rows: NDArray[np.intp], far_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return of each pair how far the nearest other pair of its row is; (P,) metres, infinite where there is none."""
    order = np.lexsort((far_m, rows))
    starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
    counts = np.diff(starts, append=len(rows))
    nearest_m = far_m[order][starts]
    several = counts > 1
    sorted_m = np.repeat(nearest_m, counts)
    sorted_m[starts] = np.inf
    sorted_m[starts[several]] = far_m[order][starts[several] + 1]
    next_m = np.empty_like(sorted_m)
    next_m[order] = sorted_m
    return next_m


def _near(
    xy_a: NDArray[np.float64], xy_b: NDArray[np.float64], reach_m: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    found = cKDTree(xy_a).query_ball_tree(cKDTree(xy_b), reach_m)
    counts = [len(rows) for rows in found]
    a = np.repeat(np.arange(len(xy_a), dtype=np.intp), counts)
    return a, np.array([row for rows in found for row in rows], dtype=np.intp)


def _single(codes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell of each row whether no other has its code."""
    _, where, counts = np.unique(codes.astype(str), return_inverse=True, return_counts=True)
    single: NDArray[np.bool_] = counts[where] == 1
    return single


def _contradict(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> bool:
    """Tell whether two rows bear different identifiers of one kind."""
    if not one or not other or one & other:
        return False
    return not {kind for kind, _ in one}.isdisjoint(kind for kind, _ in other)


def _flags(values: Any) -> NDArray[np.bool_]:
    return np.fromiter(values, dtype=bool)
