"""What a right ingest must find in the sample: the generator knows what it wrote, row by row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

__all__ = ["Fate", "Services", "SourceTruth", "Truth", "counted", "tallied"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one row."""

    way: str
    """``kept``, ``merged``, ``out_of_scope``, or a reject's code."""
    categories: tuple[str, ...] = ()
    """Of the services that it gives when it is kept."""
    in_territory: bool = True
    confirmed: bool = True
    geocoded: bool = False
    """It stands at its address, since its coordinates are none or wrong."""


@dataclass(frozen=True)
class SourceTruth:
    """The ledger of one source; the four ways add up to the rows read."""

    read: int
    kept: int
    merged: int
    out_of_scope: int
    rejected: Mapping[str, int]
    """Rows by code."""
    geocoded: int = 0
    """Of the kept ones, those that stand at their address."""


@dataclass
class Services:
    """How many services of one category there are."""

    confirmed: int = 0
    unconfirmed: int = 0
    halo: int = 0
    """Confirmed ones outside the territory."""
    halo_unconfirmed: int = 0


@dataclass(frozen=True)
class Truth:
    """The counts of the whole sample."""

    seed: int
    sources: Mapping[str, SourceTruth]
    """By the id of the source."""
    services: Mapping[str, Services]
    """By category."""
    addresses: int
    """House numbers of the territory, duplicates left out."""
    communes: int
    """Of the territory."""
    halo_communes: int
    people: int
    """Population municipale of the territory, by the COG."""
    cells: int
    """Of the territory."""
    halo_cells: int
    cell_people: float
    halo_cell_people: float
    departures: Mapping[str, tuple[float, float, float] | None]
    """Of each stop of the bus network that is served: trips a working day, of these in the evening, on a Sunday."""
    lines: Mapping[str, Sequence[str]]
    """Names of the lines that call at each of them, in no order that is promised."""
    colleges: Mapping[str, str]
    """UAI of the collège that the carte scolaire gives to an address (``12 Rue des Potiers, Montaubrelle``)."""
    examples: Mapping[str, str] = field(default_factory=dict)
    """Addresses with a known answer: ``address``, ``ambiguous``, ``island``."""

    def write(self, path: Path) -> None:
        """Write the truth as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def tallied(fates: Iterable[Fate]) -> SourceTruth:
    """Count the rows of one source."""
    rows = list(fates)
    ways = Counter(fate.way for fate in rows)
    kept, merged, far = (ways.pop(way, 0) for way in ("kept", "merged", "out_of_scope"))
    return SourceTruth(len(rows), kept, merged, far, dict(sorted(ways.items())), sum(fate.geocoded for fate in rows))


def counted(fates: Iterable[Fate], services: dict[str, Services]) -> None:
    """Add the services of kept rows to the counts by category."""
    for fate in fates:
        if fate.way != "kept":
            continue
        for category in fate.categories:
            count = services.setdefault(category, Services())
            name = (
                ("confirmed" if fate.confirmed else "unconfirmed")
                if fate.in_territory
                else ("halo" if fate.confirmed else "halo_unconfirmed")
            )
            setattr(count, name, getattr(count, name) + 1)
