"""Rules of the road: roundabouts at the great crossings, one-way streets in the centre."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ingest.sample.arteries import TRUNK_END_XY_M
from ingest.sample.drawing import Stroke
from ingest.sample.shapes import Points
from ingest.sample.streets import StreetMap
from ingest.sample.terrain import TOWN_XY_M
from ingest.sample.town import GATES

__all__ = ["make_one_ways", "make_roundabouts"]

_ROUNDABOUTS = ((-1_060.0, -20.0), (770.0, 790.0), (1_010.0, 130.0), (30.0, 1_060.0), GATES["N"], GATES["SE"])
"""Town crossings that became roundabouts, metres from the market place."""
_ON_FOOT = {"path", "footway", "steps", "pedestrian", "track", "cycleway"}


def make_roundabouts(streets: StreetMap) -> None:
    """Turn the great crossings into roundabouts, in place."""
    for x, y in _ROUNDABOUTS:
        _roundabout(streets, (TOWN_XY_M[0] + x, TOWN_XY_M[1] + y), 17.0)
    _roundabout(streets, TRUNK_END_XY_M, 26.0)


def _roundabout(streets: StreetMap, near: tuple[float, float], radius_m: float) -> None:
    """Replace the busiest crossing near a point by a circle that is driven anticlockwise."""
    xy = streets.points()
    uses = np.zeros(len(xy), dtype=np.int64)
    for row in streets.street_rows():
        np.add.at(uses, streets.chains[row], 1)
    close = np.hypot(xy[:, 0] - near[0], xy[:, 1] - near[1]) < 60.0
    node = int(np.argmax(np.where(close, uses, -1)))
    if not close[node] or uses[node] < 2:
        return
    _split_at(streets, node)
    centre = xy[node]
    ends = [(row, end) for row in streets.street_rows() for end in (0, -1) if streets.chains[row][end] == node]
    arms = sorted((_trimmed(streets, row, end, centre, radius_m), row, end) for row, end in ends)
    circle = _circle(streets, [angle for angle, _, _ in arms], centre, radius_m)
    for angle, row, end in arms:
        streets.chains[row][end] = min(circle, key=lambda entry: abs(entry[0] - angle))[1]
    ring = [entry[1] for entry in circle]
    secondary = any(streets.strokes[row].highway in {"secondary", "trunk"} for _, row, _ in arms)
    tags = {"junction": "roundabout", "oneway": "yes", "maxspeed": "30"}
    streets.add([*ring, ring[0]], Stroke(xy[:2], "secondary" if secondary else "tertiary", tags=tags))


def _split_at(streets: StreetMap, node: int) -> None:
    """Cut every chain that runs through a node."""
    for row in streets.street_rows():
        chain = streets.chains[row]
        if node in chain[1:-1]:
            at = chain.index(node, 1)
            streets.chains[row] = chain[: at + 1]
            streets.add(chain[at:], streets.strokes[row])


def _trimmed(streets: StreetMap, row: int, end: int, centre: Points, radius_m: float) -> float:
    """Drop an arm's nodes inside the circle; return the bearing at which it enters, 0 … 2π."""
    chain = streets.chains[row] if end == 0 else streets.chains[row][::-1]
    while len(chain) > 2 and np.hypot(*(np.array(streets.xy_m[chain[1]]) - centre)) < radius_m + 5.0:
        chain = [chain[0], *chain[2:]]
    streets.chains[row] = chain if end == 0 else chain[::-1]
    ahead = np.array(streets.xy_m[chain[1]]) - centre
    return float(np.arctan2(ahead[1], ahead[0]) % (2 * np.pi))


def _circle(streets: StreetMap, bearings: list[float], centre: Points, radius_m: float) -> list[tuple[float, int]]:
    """Make the circle's nodes, one for each arm and enough between them to look round; sorted by bearing."""
    angles: list[float] = []
    for bearing in bearings:
        if not angles or bearing - angles[-1] > 0.12:
            angles.append(bearing)
    full = list(angles)
    for a, b in zip(angles, [*angles[1:], angles[0] + 2 * np.pi], strict=True):
        extra = int((b - a) // 0.5)
        full += [(a + (b - a) * (i + 1) / (extra + 1)) for i in range(extra)]
    full = sorted(angle % (2 * np.pi) for angle in full)
    spots = [(float(centre[0] + np.cos(a) * radius_m), float(centre[1] + np.sin(a) * radius_m)) for a in full]
    return [(a, streets.node(spot)) for a, spot in zip(full, spots, strict=True)]


def make_one_ways(streets: StreetMap, rng: np.random.Generator) -> None:
    """Make a third of the centre's streets one-way, then give way wherever cars could no longer come and go."""
    chosen = _candidates(streets, rng)
    while True:
        part = _car_parts(streets, chosen)
        wrong = [row for row in chosen if len({int(part[n]) for n in streets.chains[row]}) > 1]
        if not wrong:
            break
        for row in wrong:
            del chosen[row]
    for number, (row, forward) in enumerate(chosen.items()):
        if not forward and number % 23 == 0:  # a few mappers draw against the traffic
            tags = {"oneway": "-1"}
        else:
            tags = {"oneway": "yes"}
            if not forward:
                streets.chains[row].reverse()
        if number % 3 == 0:
            tags["oneway:bicycle"] = "no"
        streets.strokes[row] = replace(streets.strokes[row], tags=streets.strokes[row].tags | tags)


def _candidates(streets: StreetMap, rng: np.random.Generator) -> dict[int, bool]:
    """Draw rows of the centre, and whether traffic follows their direction."""
    centre = np.array(TOWN_XY_M)
    drawn: dict[int, bool] = {}
    for row in streets.street_rows():
        stroke = streets.strokes[row]
        if stroke.highway in {"residential", "living_street"} and stroke.site == "ville":
            middle = np.array(streets.line(row).interpolate(0.5, normalized=True).coords[0])
            if np.hypot(*(middle - centre)) < 800 and rng.random() < 0.42:
                drawn[row] = bool(rng.random() < 0.5)
    return drawn


def _car_parts(streets: StreetMap, one_way: dict[int, bool]) -> NDArray[np.int32]:
    """Return the strongly connected part of each node, among what cars may use."""
    a: list[int] = []
    b: list[int] = []
    for row in streets.street_rows():
        stroke, chain = streets.strokes[row], streets.chains[row]
        if stroke.highway in _ON_FOOT:
            continue
        pairs = list(pairwise(chain))
        fixed = stroke.tags.get("oneway") == "yes"
        if fixed or one_way.get(row) is not False:
            a += [p for p, _ in pairs]
            b += [q for _, q in pairs]
        if not fixed and one_way.get(row) is not True:
            a += [q for _, q in pairs]
            b += [p for p, _ in pairs]
    size = len(streets.xy_m)
    graph = coo_matrix((np.ones(len(a)), (a, b)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=True, connection="strong")[1], dtype=np.int32)
