"""Gates of what the records of a territory add up to: communes, people in cells, places that stand twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import shapely

from geo.places import Service
from ingest.findings import Finding, Outcome, above
from ingest.gather import Gathered
from ingest.likeness import words

__all__ = ["check_totals"]

_LOST_PEOPLE_WARN, _LOST_PEOPLE_FAIL = 0.05, 0.50
"""Share of a territory's people whom the cells do not show (the grid leaves out who lives in institutions)."""
_OUTSIDE_WARN, _OUTSIDE_FAIL = 0.001, 0.05
"""Share of the territory's people whose cell is in none of its communes; those past the border are not asked."""
_TWICE_WARN = 0.02
"""Share of a category's services that seem to stand twice; a stop has a pole on each side of its street."""
_TWICE_M = 100.0
_EARTH_M_PER_DEG = 111_320.0


def check_totals(gathered: Gathered) -> list[Finding]:
    """Check communes, people and duplicates of what was gathered."""
    return [
        *_communes(gathered),
        *_cells(gathered),
        *_twice(gathered.services),
    ]


def _communes(gathered: Gathered) -> Iterator[Finding]:
    code = gathered.scope.department.code
    mine = [commune for commune in gathered.communes if commune.in_territory]
    uncounted = sum(commune.population is None for commune in mine)
    undrawn = sum(commune.geometry is None for commune in mine)
    text = f"{len(mine)} communes, {uncounted} without population, {undrawn} without contour"
    outcome = Outcome.FAIL if undrawn > len(mine) / 10 else Outcome.WARN if uncounted or undrawn else Outcome.PASS
    yield Finding("communes", code, outcome, text)


def _cells(gathered: Gathered) -> Iterator[Finding]:
    if not gathered.cells:
        return
    code = gathered.scope.department.code
    mine = {commune.insee: commune for commune in gathered.communes if commune.in_territory}
    people = sum(commune.population or 0 for commune in mine.values())
    own = [cell for cell in gathered.cells if cell.in_territory]
    shown = sum(cell.people for cell in own)
    share = 1 - shown / people if people else 1.0
    text = f"the cells show {shown:.0f} of {people} people ({share:.1%} missing)"
    yield Finding("cells", code, above(abs(share), _LOST_PEOPLE_WARN, _LOST_PEOPLE_FAIL), text)
    outside = sum(cell.people for cell in own if cell.insee not in mine)
    share = outside / shown if shown else 0.0
    text = f"{outside:.0f} of {shown:.0f} people live in cells outside any commune of the territory ({share:.1%})"
    yield Finding("outside", code, above(share, _OUTSIDE_WARN, _OUTSIDE_FAIL), text)


def _twice(services: Iterable[Service]) -> Iterator[Finding]:
    """Look for places of one category and name that stand within 100 m of each other."""
    named: dict[tuple[str, tuple[str, ...]], list[Service]] = defaultdict(list)
    total: dict[str, int] = defaultdict(int)
    for service in services:
        total[service.category] += 1
        if service.name:
            named[service.category, words(service.name)].append(service)
    doubled: dict[str, int] = defaultdict(int)
    for (category, _), same in named.items():
        if len(same) > 1:
            doubled[category] += _near_a_former(same)
    for category, count in sorted(total.items()):
        share = doubled[category] / count
        text = f"{category}: {doubled[category]} of {count} stand within {_TWICE_M:.0f} m of one of the same name"
        yield Finding("twice", category, Outcome.WARN if share > _TWICE_WARN else Outcome.PASS, text)


def _near_a_former(same: list[Service]) -> int:
    lonlat = np.array([(service.lon, service.lat) for service in same])
    lon_m = _EARTH_M_PER_DEG * np.cos(np.radians(lonlat[:, 1].mean()))
    tree = shapely.STRtree(shapely.points(lonlat * (lon_m, _EARTH_M_PER_DEG)))
    first, second = tree.query(tree.geometries, predicate="dwithin", distance=_TWICE_M)
    return len(set(first[second < first].tolist()))
