"""Checks of the ground against itself: people counted twice, services counted elsewhere, contours of the halo.

They find and warn, and refuse nothing: which of two sources is wrong is for a person to see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from geo.projection import Projection
from ingest.catalogue import FICTIONAL_TERRITORY
from ingest.counts import CountGap, compare_counts
from ingest.facts import PeopleGap, people_gaps, population_gaps
from ingest.findings import Finding, Outcome
from ingest.gather import Gathered
from ingest.population import people_by_commune
from ingest.scope import Scope

__all__ = ["check_ground"]

_PEOPLE_WARN, _PEOPLE_LEAST = 0.10, 100
"""Two censuses of a commune a few years apart differ by less; in a hamlet one family is ten per cent."""
_CELLS_WARN, _CELLS_LEAST = 0.25, 500
"""The grid leaves out who lives in institutions, and puts a house on a border into one of two communes."""
_EMPTY_WARN = 0.10
"""Share of the communes where a service is counted and none is found."""
_BARE_WARN = 0.02
_STEP_M = 2_000.0
"""The halo is looked at in points so far apart."""
_WINDS = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")
_WORST = 3


def check_ground(gathered: Gathered) -> list[Finding]:
    """Compare what sources say of the same ground, and tell where the halo has no contours."""
    code = gathered.scope.department.code
    findings = [_completeness(gap) for gap in compare_counts(gathered.counts, gathered.services)]
    if gaps := population_gaps(gathered.communes, gathered.facts):
        what = "people of the COG and of the second source"
        findings.append(_people("population", code, what, gaps, _PEOPLE_WARN, _PEOPLE_LEAST))
    if gathered.cells and (gaps := people_gaps(gathered.communes, people_by_commune(gathered.cells))):
        what = "people of the COG and of the cells"
        findings.append(_people("cells_by_commune", code, what, gaps, _CELLS_WARN, _CELLS_LEAST))
    return [*findings, *_halo(gathered.scope)]


def _completeness(gap: CountGap) -> Finding:
    share = len(gap.empty) / gap.communes if gap.communes else 0.0
    text = (
        f"{gap.category}: {gap.source} counts {gap.counted:g} in {gap.communes} communes, {gap.found} are found; "
        f"none in {len(gap.empty)} of those communes"
    )
    if gap.empty:
        text += f" ({', '.join(gap.empty[:_WORST])}{', …' if len(gap.empty) > _WORST else ''})"
    return Finding("completeness", gap.category, Outcome.WARN if share > _EMPTY_WARN else Outcome.PASS, text)


def _people(check: str, subject: str, what: str, gaps: Sequence[PeopleGap], warn_share: float, least: float) -> Finding:
    """Compare the total and each commune; ``least`` people make a share worth a warning."""
    apart = [gap for gap in gaps if gap.share > warn_share and max(gap.people, gap.others) >= least]
    ours, theirs = sum(gap.people for gap in gaps), sum(gap.others for gap in gaps)
    worst = ", ".join(f"{gap.name} {gap.people:.0f} and {gap.others:.0f}" for gap in (apart or gaps)[:_WORST])
    text = (
        f"{what}: {ours:.0f} and {theirs:.0f} in {len(gaps)} communes, more than {warn_share:.0%} apart in "
        f"{len(apart)}; the farthest apart: {worst}"
    )
    return Finding(check, subject, Outcome.WARN if apart else Outcome.PASS, text)


def _halo(scope: Scope) -> Iterator[Finding]:
    """Say where services of the halo are kept without a commune, for want of a contour; sea and abroad included."""
    if scope.department.code == FICTIONAL_TERRITORY:
        return
    plane = Projection(scope.department.crs)
    west, south, east, north = scope.bounds
    x, y = plane.to_xy_m([west, east, west, east], [south, south, north, north])
    steps = np.meshgrid(np.arange(x.min(), x.max(), _STEP_M), np.arange(y.min(), y.max(), _STEP_M))
    lon, lat = plane.to_lonlat(steps[0].ravel(), steps[1].ravel())
    belt = scope.covers(lon, lat) & ~shapely.contains_xy(scope.area, lon, lat)
    lon, lat = lon[belt], lat[belt]
    if not lon.size:
        return
    bare = np.array([insee == "" for insee in scope.locate(lon, lat)[0]], dtype=bool)
    middle = scope.area.centroid
    angle = np.arctan2(lat - middle.y, (lon - middle.x) * np.cos(np.radians(middle.y)))
    wind = np.round(angle / (np.pi / 4)).astype(np.int64) % 8
    around, without = Counter(wind.tolist()), Counter(wind[bare].tolist())
    told = [f"{_WINDS[at]} {without[at] / around[at]:.0%}" for at in range(8) if without[at]]
    text = f"{bare.mean():.0%} of the halo lies in no contour"
    if told:
        text += f" ({', '.join(told)}): its services are kept without a commune"
    yield Finding("halo", scope.department.code, Outcome.WARN if bare.mean() > _BARE_WARN else Outcome.PASS, text)
