"""The constants of the score, read from ``data/method.toml`` and ``data/profiles/*.toml`` and checked on reading."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geo.errors import ConfigurationError, FieldProblem, InvalidParameter, one_of
from geo.taxonomy import Label, Taxonomy

__all__ = ["CategoryMethod", "DecayParameters", "Method", "Profile", "load_profiles"]


@dataclass(frozen=True, slots=True)
class DecayParameters:
    """Logistic decay of one mode and range; minutes."""

    mu_min: float
    sigma_min: float
    cutoff_min: float


@dataclass(frozen=True, slots=True)
class CategoryMethod:
    """How one category counts."""

    category: str
    family: str
    share: float
    """Of its family; the shares of a family sum to 1."""
    k: int
    """How many nearest sites count: 1, 3 or 5."""
    range: str
    """INSEE gamme: ``proximite``, ``intermediaire`` or ``superieure``."""


@dataclass(frozen=True, slots=True)
class Method:
    """Everything of the score but the reader's weights."""

    version: str
    cutoff_s: int
    complete_share: float
    decay: Mapping[str, Mapping[str, DecayParameters]]
    """By mode, then range."""
    depth: Mapping[int, tuple[float, ...]]
    """Worth of each rank, by k; each sums to 1."""
    categories: Mapping[str, CategoryMethod]

    @property
    def modes(self) -> tuple[str, ...]:
        """Modes that the method can score."""
        return tuple(self.decay)

    @classmethod
    def load(cls, path: Path, taxonomy: Taxonomy) -> Method:
        """Read ``method.toml``.

        Raises
        ------
        ConfigurationError
            When a key is unknown, a sum is not 1, or a category or family is not in the taxonomy.
        """
        data = _read(path)
        _only(path, data, {"version", "cutoff_s", "complete_share", "decay", "depth", "family"})
        try:
            decay = _decay(data["decay"])
            categories = {
                category: CategoryMethod(category, family, **row)
                for family, rows in data["family"].items()
                for category, row in rows.items()
            }
            method = cls(
                version=data["version"],
                cutoff_s=data["cutoff_s"],
                complete_share=data["complete_share"],
                decay=MappingProxyType(decay),
                depth=MappingProxyType({int(k): tuple(v) for k, v in data["depth"].items()}),
                categories=MappingProxyType(categories),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError(f"{path.name} is not a method: {error}") from error
        method._check(path, taxonomy)
        return method

    def _check(self, path: Path, taxonomy: Taxonomy) -> None:
        """Refuse what cannot be scored with, in the order in which a person would mend it."""
        for problem in (*self._category_problems(taxonomy), *self._sum_problems(), *self._cutoff_problems()):
            raise ConfigurationError(f"{path.name}: {problem}")

    def _category_problems(self, taxonomy: Taxonomy) -> Iterator[str]:
        differing = sorted(set(self.categories) ^ set(taxonomy))
        if differing:
            yield f"categories differ from the taxonomy: {', '.join(differing)}"
        for row in self.categories.values():
            if row.family not in taxonomy.families:
                yield f"unknown family {row.family!r}"
            if row.k not in self.depth:
                yield f"{row.category}: no depth weights for k = {row.k}"
            for mode, ranges in self.decay.items():
                if row.range not in ranges:
                    yield f"{row.category}: no range {row.range!r} for {mode}"

    def _sum_problems(self) -> Iterator[str]:
        families: dict[str, float] = {}
        for row in self.categories.values():
            families[row.family] = families.get(row.family, 0.0) + row.share
        for family, total in families.items():
            if not math.isclose(total, 1.0, abs_tol=1e-9):
                yield f"the shares of {family} sum to {total:g}, not 1"
        for k, worth in self.depth.items():
            if len(worth) != k or not math.isclose(sum(worth), 1.0, abs_tol=1e-9):
                yield f"depth {k} needs {k} numbers that sum to 1"

    def _cutoff_problems(self) -> Iterator[str]:
        for mode, ranges in self.decay.items():
            for name, parameters in ranges.items():
                if parameters.cutoff_min * 60 > self.cutoff_s:
                    yield f"decay.{mode}.{name}: the cut-off lies beyond the fields' {self.cutoff_s} s"


@dataclass(frozen=True, slots=True)
class Profile:
    """A household's weights by family, with who proposed them and why."""

    id: str
    version: str
    label: Label
    author: str
    date: str
    rationale: str
    weights: Mapping[str, float]
    """By family, summing to 100."""

    @classmethod
    def load(cls, path: Path, taxonomy: Taxonomy) -> Profile:
        """Read one profile file.

        Raises
        ------
        ConfigurationError
            When a key or family is unknown, or the weights do not sum to 100.
        """
        data = _read(path)
        try:
            label, weights, date = Label(**data.pop("label")), dict(data.pop("weights")), str(data.pop("date"))
            profile = cls(label=label, weights=MappingProxyType(weights), date=date, **data)
        except (KeyError, TypeError) as error:
            raise ConfigurationError(f"{path.name} is not a profile: {error}") from error
        for family, weight in weights.items():
            if family not in taxonomy.families:
                raise ConfigurationError(f"{path.name}: unknown family {family!r}")
            if not 0 < weight <= 100:
                raise ConfigurationError(f"{path.name}: the weight of {family} lies outside ]0, 100]")
        if not math.isclose(sum(weights.values()), 100.0, abs_tol=1e-6):
            raise ConfigurationError(f"{path.name}: the weights sum to {sum(weights.values()):g}, not 100")
        return profile

    def with_weights(self, weights: Mapping[str, float], taxonomy: Taxonomy) -> Profile:
        """Return the profile with the reader's own family weights, brought to a sum of 100.

        Raises
        ------
        InvalidParameter
            When a family is unknown, a weight is not a number ≥ 0, or all are 0.
        """
        for family, weight in weights.items():
            if family not in taxonomy.families:
                expected = one_of(family, taxonomy.families)
                raise InvalidParameter(FieldProblem("weights", f"unknown family {family!r}", expected))
            if not (math.isfinite(weight) and weight >= 0):
                raise InvalidParameter(FieldProblem("weights", f"{family} weighs {weight}", "a number from 0"))
        total = sum(weights.values())
        if not (math.isfinite(total) and total > 0):
            raise InvalidParameter(FieldProblem("weights", "no family weighs anything", "a sum above 0"))
        scaled = {family: 100.0 * weight / total for family, weight in weights.items() if weight > 0}
        return Profile(
            id=self.id,
            version=f"{self.version}+own",
            label=self.label,
            author=self.author,
            date=self.date,
            rationale=self.rationale,
            weights=MappingProxyType(scaled),
        )


def load_profiles(folder: Path, taxonomy: Taxonomy) -> Mapping[str, Profile]:
    """Read every profile of a folder, by id, in the order of the file names.

    Raises
    ------
    ConfigurationError
        When a file is no profile, or its id is not its name.
    """
    profiles = {}
    for path in sorted(folder.glob("*.toml")):
        profile = Profile.load(path, taxonomy)
        if profile.id != path.stem:
            raise ConfigurationError(f"{path.name}: the id {profile.id!r} is not the file's name")
        profiles[profile.id] = profile
    if not profiles:
        raise ConfigurationError(f"{folder}: no profile")
    return MappingProxyType(profiles)


def _decay(tables: Mapping[str, Any]) -> dict[str, Mapping[str, DecayParameters]]:
    """Read the decay of every mode; ``like`` alone in a table takes that of another, which stands above it."""
    decay: dict[str, Mapping[str, DecayParameters]] = {}
    for mode, ranges in tables.items():
        if set(ranges) == {"like"}:
            if ranges["like"] not in decay:
                raise ValueError(f"decay.{mode} is like {ranges['like']!r}, which does not stand above it")
            decay[mode] = decay[ranges["like"]]
        else:
            decay[mode] = MappingProxyType({name: DecayParameters(**row) for name, row in ranges.items()})
    return decay


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # no TOML, or no text at all
        raise ConfigurationError(f"{path.name}: {error}") from error


def _only(path: Path, data: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise ConfigurationError(f"{path.name}: unknown key {unknown[0]!r}, expected one of {', '.join(sorted(known))}")
