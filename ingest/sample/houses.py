"""Houses along the streets, their numbers, and how many people live in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ingest.sample.communes import Commune, village_of
from ingest.sample.grounds import Ground
from ingest.sample.island import ISLAND_SITE
from ingest.sample.lots import Lots, marked_lots
from ingest.sample.shapes import Points
from ingest.sample.streets import StreetMap

__all__ = ["Houses", "built_houses"]

_SURVEYED = 6_800
"""Houses along the streets whose numbers OpenStreetMap knows, those of the neighbour included."""


@dataclass(frozen=True)
class _Zone:
    surveyed: float
    """How early mappers come here to note the house numbers; the greater, the earlier."""
    people: float
    """Weight of a house when a village's inhabitants are shared out."""


_ZONES = {
    "centre": _Zone(0.80, 5.2),
    "ville": _Zone(0.50, 3.1),
    "lotissement": _Zone(0.55, 2.5),
    "bourg": _Zone(0.50, 2.3),
    "village": _Zone(0.39, 2.0),
    "hameau": _Zone(0.28, 2.2),
}


@dataclass(frozen=True)
class Houses:
    """One row a house; columns of length H."""

    xy_m: Points
    """(H, 2) board metres."""
    along: Points
    """(H, 2) unit vectors of their street."""
    size_m: Points
    """(H, 2) footprint along and across the street."""
    street_row: NDArray[np.int64]
    commune: NDArray[np.int64]
    """Row of the commune."""
    village: NDArray[np.int64]
    """Row of the village (communes before mergers), in the order of communes and their villages."""
    zone: NDArray[np.str_]
    number: list[str]
    """Empty where OpenStreetMap does not know it."""
    people: NDArray[np.float64]
    on_island: NDArray[np.bool_]

    def corners(self) -> NDArray[np.float64]:
        """Return the footprints (H, 4, 2), board metres."""
        across = np.column_stack([-self.along[:, 1], self.along[:, 0]])
        half = self.along * self.size_m[:, :1] / 2
        deep = across * self.size_m[:, 1:] / 2
        return self.xy_m[:, None] + np.stack([-half - deep, half - deep, half + deep, -half + deep], axis=1)


def built_houses(streets: StreetMap, ground: Ground, communes: tuple[Commune, ...], rng: np.random.Generator) -> Houses:
    """Line the built streets with houses, number them and let people move in."""
    lots = marked_lots(streets, ground, communes, rng)
    wanted = _wanted(communes, village_of(communes, lots.xy_m), lots.zone, rng)
    lots = lots.only(np.flatnonzero(wanted))
    village = village_of(communes, lots.xy_m)
    commune = np.array([row for row, c in enumerate(communes) for _ in c.villages])[village]
    number = _numbers(streets, lots, commune, rng)
    people = _people(communes, village, lots.zone, rng)
    on_island = np.array([streets.strokes[row].site == ISLAND_SITE for row in lots.street_row.tolist()])
    return Houses(
        lots.xy_m, lots.along, lots.size_m, lots.street_row, commune, village, lots.zone, number, people, on_island
    )


def _wanted(
    communes: tuple[Commune, ...], village: NDArray[np.int64], zone: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Leave gaps: a house for every two and a half inhabitants is enough, and for fewer in a town of flats."""
    inhabitants = np.array([v.people for c in communes for v in c.villages], dtype=np.float64)
    stand = np.bincount(village, minlength=len(inhabitants))
    in_town = np.array([v.rank == "ville" for c in communes for v in c.villages])
    share = np.minimum(1.0, inhabitants / np.where(in_town, 1.9, 2.5) / np.maximum(stand, 1))
    return np.asarray((zone == "centre") | (rng.random(len(village)) < share[village]))


def _numbers(streets: StreetMap, lots: Lots, commune: NDArray[np.int64], rng: np.random.Generator) -> list[str]:
    """Give the houses their numbers: odd on one side and even on the other, or by metres along the lanes of hamlets."""
    known = _surveyed(streets, lots, commune, rng)
    chance = rng.random(len(lots.xy_m))
    last: dict[tuple[int, str, str, int], int] = {}
    given: set[tuple[int, str, str, str]] = set()
    numbers = []
    for house, (row, side) in enumerate(zip(lots.street_row.tolist(), lots.side.tolist(), strict=True)):
        stroke = streets.strokes[row]
        street = (int(commune[house]), stroke.site, stroke.name)
        by_metres = lots.zone[house] == "hameau"
        before = last.get((*street, side), -1 if side > 0 else 0)
        number, again = before + (2 if chance[house] < 0.93 else 4), ""
        if by_metres:
            at = shapely.line_locate_point(streets.line(row), shapely.Point(lots.xy_m[house]))
            number = max(before + 2, 2 * int(at // 2) + (1 if side > 0 else 2))
        elif before > 0 and chance[house] > 0.972:
            number, again = before, " bis" if chance[house] < 0.993 else " ter"
        last[*street, side] = number
        text = f"{number}{again}"
        fresh = (*street, text) not in given
        given.add((*street, text))
        numbers.append(text if known[house] and fresh else "")
    return numbers


def _surveyed(
    streets: StreetMap, lots: Lots, commune: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Tell which houses' numbers were mapped: street by street in towns, village by village in the country.

    The mappers stop when about `_SURVEYED` houses are done, wherever they are then.
    """
    group_of: dict[tuple[int, str, str], int] = {}
    member, ease = [], []
    for house, row in enumerate(lots.street_row.tolist()):
        stroke, zone = streets.strokes[row], str(lots.zone[house])
        key = (int(commune[house]), stroke.site, "" if zone in {"village", "hameau"} else stroke.name)
        if key not in group_of:
            group_of[key] = len(group_of)
            ease.append(np.inf if stroke.site == ISLAND_SITE else _ZONES[zone].surveyed)
        member.append(group_of[key])
    size = np.bincount(member)
    order = np.argsort(rng.random(len(ease)) / np.array(ease), kind="stable")
    done = np.empty(len(ease), dtype=np.bool_)
    done[order] = np.cumsum(size[order]) < _SURVEYED
    return np.asarray(done[member] & (rng.random(len(member)) < 0.94))


def _people(
    communes: tuple[Commune, ...], village: NDArray[np.int64], zone: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Share each village's inhabitants among its houses."""
    weight = np.array([_ZONES[z].people for z in zone.tolist()]) * rng.uniform(0.5, 1.5, len(zone))
    total = np.bincount(village, weight, minlength=village.max() + 1)
    inhabitants = np.array([v.people for c in communes for v in c.villages], dtype=np.float64)
    return np.asarray(weight * inhabitants[village] / total[village], dtype=np.float64)
