"""When two rows are the same place: distances and names, by category, from ``data/conflation.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from scipy.spatial import cKDTree

from geo.errors import ConfigurationError

__all__ = ["MatchRules", "Pair", "Rule", "one_to_one", "similarity", "words"]


@dataclass(frozen=True, slots=True)
class Rule:
    """The thresholds of one category; metres, and a ratio of 0 … 100."""

    within_m: float
    similar: float
    alone_m: float
    alone_in_commune_m: float
    double_m: float
    generic: frozenset[str]


class MatchRules:
    """The rule of each category: its own, over its prefix's, over the default."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self._tables = tables
        self._rules: dict[str, Rule] = {}

    def of(self, category: str) -> Rule:
        """Return the rule of a category."""
        if category not in self._rules:
            layers = [self._tables.get(name, {}) for name in ("default", category.partition(".")[0], category)]
            generic = frozenset(word for layer in layers for word in layer.get("generic", ()))
            merged = {key: value for layer in layers for key, value in layer.items() if key != "generic"}
            self._rules[category] = Rule(**merged, generic=generic)
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


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    return tuple(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).casefold()))


def similarity(one: str, other: str, generic: frozenset[str] = frozenset()) -> float:
    """Return how alike two names are, 0 … 100, by what distinguishes them.

    Names without a distinguishing word ("École primaire") are alike only when they are equal; a name that is missing
    is like no other.
    """
    a, b = words(one), words(other)
    if not a or not b:
        return 0.0
    own_a, own_b = [w for w in a if w not in generic], [w for w in b if w not in generic]
    if not own_a or not own_b:
        return 100.0 if sorted(a) == sorted(b) else 0.0
    return float(fuzz.token_sort_ratio(" ".join(own_a), " ".join(own_b)))


@dataclass(frozen=True, slots=True)
class Pair:
    """Row ``a`` of one list and row ``b`` of the other are the same place."""

    a: int
    b: int
    distance_m: float
    similarity: float


def one_to_one(
    rule: Rule,
    xy_a: NDArray[np.float64],
    names_a: Sequence[str],
    insee_a: Sequence[str],
    xy_b: NDArray[np.float64],
    names_b: Sequence[str],
    insee_b: Sequence[str],
) -> list[Pair]:
    """Pair two lists of one category, each row at most once, the surest pairs first.

    Parameters
    ----------
    xy_a, xy_b
        (A, 2) and (B, 2) metres of one plane.
    names_a, names_b, insee_a, insee_b
        Name and commune of each row; ``""`` when unknown.
    """
    if not len(xy_a) or not len(xy_b):
        return []
    tree_a, tree_b = cKDTree(xy_a), cKDTree(xy_b)
    reach = max(rule.within_m, rule.alone_m, rule.alone_in_commune_m)
    candidates = []
    for b, near in enumerate(tree_a.query_ball_point(xy_b, reach)):
        for a in near:
            distance = float(np.hypot(*(xy_a[a] - xy_b[b])))
            alike = similarity(names_a[a], names_b[b], rule.generic)
            alone_there = insee_a[a] == insee_b[b] != "" and insee_a.count(insee_a[a]) == insee_b.count(insee_b[b]) == 1
            if (
                (alike >= rule.similar and distance <= rule.within_m)
                or (alone_there and 0 < rule.alone_in_commune_m >= distance)
                or _alone(rule, tree_a, tree_b, xy_a[a], xy_b[b], distance)
            ):
                candidates.append(Pair(a, b, distance, alike))
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    pairs = []
    for pair in sorted(candidates, key=lambda p: (p.similarity < rule.similar, p.distance_m, -p.similarity, p.a, p.b)):
        if pair.a not in taken_a and pair.b not in taken_b:
            taken_a.add(pair.a)
            taken_b.add(pair.b)
            pairs.append(pair)
    return pairs


def _alone(
    rule: Rule, tree_a: cKDTree, tree_b: cKDTree, a: NDArray[np.float64], b: NDArray[np.float64], distance: float
) -> bool:
    """Tell whether two near rows have nobody else near them who could be meant instead."""
    if not 0 < rule.alone_m >= distance:
        return False
    around = 3 * rule.alone_m
    return bool(
        tree_a.query_ball_point(b, around, return_length=True) == 1
        and tree_b.query_ball_point(a, around, return_length=True) == 1
    )
