"""The constants of the score, read from ``data/method.toml`` and ``data/profiles/*.toml`` and checked on reading."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geo.errors import ConfigurationError, FieldProblem, InvalidParameter, one_of
from geo.taxonomy import Label, Taxonomy

__all__ = ["CategoryMethod", "DecayParameters", "IntervalMethod", "Method", "Profile", "load_profiles"]

_LONGEST_CUTOFF_MIN = 60.0
_KEYS = {"version", "cutoff_s", "complete_share", "decay", "depth", "family", "interval", "headlines"}


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
class IntervalMethod:
    """How far the assumptions of a score are moved to say how much it hangs on them."""

    weight_share: float
    """Each family's weight is moved by up to this share, up and down, independently of the others."""
    stale_months: int
    """A site that nobody confirmed for as long is once counted and once left out."""
    pace: Mapping[str, tuple[float, ...]]
    """By mode: other paces, as multiples of its own. A mode that is not named keeps its pace."""


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
    interval: IntervalMethod
    headlines: Mapping[str, tuple[str, ...]]
    """By headline, the modes that it leaves out, beside all options of modes."""

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
        _only(path, data, _KEYS)
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
                interval=_interval(data["interval"]),
                headlines=MappingProxyType({name: tuple(modes) for name, modes in data["headlines"].items()}),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError(f"{path.name} is not a method: {error}") from error
        method._check(path, taxonomy)
        return method

    def _check(self, path: Path, taxonomy: Taxonomy) -> None:
        """Refuse what cannot be scored with, in the order in which a person would mend it."""
        problems = (
            self._category_problems(taxonomy),
            self._sum_problems(),
            self._cutoff_problems(),
            self._trial_problems(),
        )
        for problem in chain.from_iterable(problems):
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

    def _trial_problems(self) -> Iterator[str]:
        if not 0.0 <= self.interval.weight_share < 1.0:
            yield "interval: weight_share lies outside [0, 1["
        if self.interval.stale_months < 1:
            yield "interval: stale_months is below 1"
        for mode, paces in self.interval.pace.items():
            if not all(0.5 <= pace <= 2.0 for pace in paces):
                yield f"interval: a pace of {mode} lies outside [0.5, 2]"
        named = {mode for modes in self.headlines.values() for mode in modes} | set(self.interval.pace)
        for mode in sorted(named - set(self.decay)):
            yield f"no decay for mode {mode!r}"


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
    cutoffs_min: Mapping[str, float] = field(default_factory=dict)
    """The reader's own cut-offs in minutes, by category or by range; what is not named keeps the method's."""

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
        return replace(self, version=_own(self.version), weights=MappingProxyType(scaled))

    def with_cutoffs(self, cutoffs_min: Mapping[str, float], method: Method) -> Profile:
        """Return the profile with the reader's own cut-offs: how many minutes he would go at most, in any mode.

        Raises
        ------
        InvalidParameter
            When a key is neither a category nor a range of the method, or a number does not lie in [1, 60] minutes.
        """
        ranges = {name for table in method.decay.values() for name in table}
        for name, minutes in cutoffs_min.items():
            if name not in method.categories and name not in ranges:
                expected = one_of(name, [*sorted(ranges), *method.categories])
                raise InvalidParameter(FieldProblem("cutoffs", f"unknown category or range {name!r}", expected))
            if not (math.isfinite(minutes) and 1.0 <= minutes <= _LONGEST_CUTOFF_MIN):
                raise InvalidParameter(FieldProblem("cutoffs", f"{name} ends at {minutes:g}", "1 to 60 minutes"))
        return replace(self, version=_own(self.version), cutoffs_min=MappingProxyType(dict(cutoffs_min)))


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


def _interval(table: Mapping[str, Any]) -> IntervalMethod:
    pace = {mode: tuple(float(factor) for factor in paces) for mode, paces in table["pace"].items()}
    known = {key: value for key, value in table.items() if key != "pace"}
    return IntervalMethod(**known, pace=MappingProxyType(pace))


def _own(version: str) -> str:
    """Mark a profile's version as one that a reader changed, once."""
    return version if version.endswith("+own") else f"{version}+own"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # no TOML, or no text at all
        raise ConfigurationError(f"{path.name}: {error}") from error


def _only(path: Path, data: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise ConfigurationError(f"{path.name}: unknown key {unknown[0]!r}, expected one of {', '.join(sorted(known))}")
