"""Every error the domain can raise; each is mapped once to an HTTP status (``app/errors.py``) and once to an exit code.

::

    AlentoursError
    ├── InvalidParameter          what was asked cannot be: names the field, the problem and what would be right
    ├── UnknownAddress            no address answers to these words
    ├── AmbiguousAddress          several do; carries the candidates, never chooses
    ├── OffNetwork                a point without loaded streets; carries the place's name and the metres
    ├── NoSnapshot                nothing is published for this territory
    ├── SnapshotCorrupt           a published file is missing or not what its manifest says
    ├── LabelOverflow             a category, a cost or a number of streets is too large: the build refuses
    ├── ConfigurationError        a declarative file (taxonomy, method, profile, source, settings) is wrong
    ├── SourceError               a source's file cannot be used; names file, line and column
    │   ├── SourceUnavailable     neither the publisher nor the mirror gives the file
    │   └── SourceMalformed       truncated, empty, a web page, another encoding, a vanished column
    └── GateRefused               the checks before publication failed; the former snapshot goes on serving
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "AddressReason",
    "AlentoursError",
    "AmbiguousAddress",
    "ConfigurationError",
    "FieldProblem",
    "GateRefused",
    "InvalidParameter",
    "LabelOverflow",
    "NoSnapshot",
    "NoWay",
    "OffNetwork",
    "SnapshotCorrupt",
    "SourceError",
    "SourceMalformed",
    "SourceUnavailable",
    "UnknownAddress",
    "one_of",
]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one input: where it is, what is wrong, what would be right."""

    field: str
    problem: str
    expected: str


def one_of(given: str, known: Iterable[str]) -> str:
    """Say what would be right instead of `given`: the one that it resembles first, then the others."""
    names = list(known)
    like = difflib.get_close_matches(given, names, n=1)
    if not like:
        return f"one of {', '.join(names)}"
    others = [name for name in names if name != like[0]]
    return f"one of {like[0]} (did you mean it?)" + "".join(f", {name}" for name in others)


class AlentoursError(Exception):
    """Root of the tree. ``str(error)`` is one sentence that a person can act on."""


class InvalidParameter(AlentoursError):
    """One or several inputs cannot be accepted.

    Parameters
    ----------
    problems
        Never empty; each names its field.
    """

    def __init__(self, *problems: FieldProblem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.field}: {p.problem}, expected {p.expected}" for p in problems))


AddressReason = Literal["no_such_number", "municipality", "street", "not_loaded", "street_in_several_places", "unknown"]
"""Why words are no address, for a program: the street has no such number, they name a commune alone, or a street
without its number, the commune's addresses are not loaded, streets of one name answer in several places; ``unknown`` is
everything else."""


class UnknownAddress(AlentoursError):
    """No address answers to these words. The words are not kept: an address is personal data.

    Parameters
    ----------
    candidates
        What comes near (``geo.geocoding.Match``), best first; may be empty.
    detail
        What is known of the reason, such as the commune whose addresses are not loaded.
    reason
        The same for a program. ``not_loaded`` has the commune as its one candidate.
    """

    def __init__(self, candidates: Sequence[Any] = (), detail: str = "", *, reason: AddressReason = "unknown") -> None:
        self.candidates, self.reason = tuple(candidates), reason
        super().__init__(detail or "no address of the loaded territory answers to these words")


class AmbiguousAddress(AlentoursError):
    """Several addresses answer equally well.

    Parameters
    ----------
    candidates
        The addresses that answer (``geo.geocoding.Match``), best first; at least one.
    reason
        Why there are several, for a program.
    """

    def __init__(self, candidates: Sequence[Any], detail: str = "", *, reason: AddressReason = "unknown") -> None:
        self.candidates, self.reason = tuple(candidates), reason
        super().__init__(detail or f"{len(self.candidates)} addresses answer to these words: choose one")


class OffNetwork(AlentoursError):
    """The point lies beyond the loaded streets, so nothing can be said of its minutes.

    Parameters
    ----------
    place
        Name of the commune where the point lies; empty when it lies in none that is known.
    off_m
        Metres to the nearest loaded street; None when there is none within the search.
    loaded
        True when the streets around the point are loaded, and none of them is near.
    """

    def __init__(self, place: str = "", off_m: float | None = None, *, loaded: bool = False) -> None:
        self.place = place
        self.off_m = off_m
        self.loaded = loaded
        if place and not loaded:
            sentence = f"the streets of {place} are not loaded here"
        else:
            sentence = "no loaded street lies near this point" + (f" of {place}" if place else "")
        if off_m is not None:
            away = f"{off_m:.0f} m" if off_m < 10_000 else f"{off_m / 1000:.0f} km"
            sentence += f"; the nearest loaded one lies {away} away"
        super().__init__(sentence)


class NoWay(AlentoursError):
    """No way leads from one place to another, or none within what can be counted. No zero, and no infinity.

    Parameters
    ----------
    mode
        How one would go (``geo.modes.Mode``).
    most_minutes
        Beyond which there is no way.
    """

    def __init__(self, mode: Any, most_minutes: int) -> None:
        self.french = f"aucun chemin n’y mène {mode.phrase.fr}, en {most_minutes} minutes au plus"
        self.english = f"no way leads there {mode.phrase.en}, within {most_minutes} minutes"
        super().__init__(self.english)


class NoSnapshot(AlentoursError):
    """Nothing is published for this territory."""


class SnapshotCorrupt(AlentoursError):
    """A file of the snapshot is missing, or its checksum is not the manifest's."""


class LabelOverflow(AlentoursError):
    """A category has more services, an edge more seconds, or the streets more rows than can be numbered."""


class ConfigurationError(AlentoursError):
    """A declarative file is wrong: an unknown key, a sum that does not add up, a value out of range."""


class SourceError(AlentoursError):
    """A source's file cannot be used.

    Parameters
    ----------
    source
        Id of the source.
    detail
        What is wrong, and what would be right.
    file, line, column
        Where, as far as it is known; ``line`` counts from 1 with the header as line 1.
    """

    def __init__(self, source: str, detail: str, *, file: str = "", line: int | None = None, column: str = "") -> None:
        self.source, self.detail, self.file, self.line, self.column = source, detail, file, line, column
        where = ", ".join(
            part for part in (file, f"line {line}" if line else "", f"column {column!r}" if column else "") if part
        )
        super().__init__(f"source {source}: {detail}" + (f" ({where})" if where else ""))


class SourceUnavailable(SourceError):
    """Neither the publisher nor the mirror gives the file."""


class SourceMalformed(SourceError):
    """The file was read, and it is not what the source declares."""


class GateRefused(AlentoursError):
    """A check before publication failed. Nothing was published; the former snapshot goes on serving."""

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = tuple(failures)
        super().__init__("publication refused: " + "; ".join(self.failures))
