"""The way between two places: its line, its legs and its steps, so that a person can check a time.

The seconds are those of the fields: the same integers, added up along the way that gives the least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geo.elimination import UNREACHABLE_DS
from geo.itinerary import Part, Step, Turn, along, plane_m, steps_along
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.street_notes import ExtraSort
from geo.travel import Direction, Spread, Stops, Travel

__all__ = ["Leg", "LegSort", "Route", "route"]


class LegSort(StrEnum):
    """What the seconds of a leg go to."""

    START = "start"
    """Before one moves: to unlock, or to walk to the car."""
    OFF_ROAD_START = "off_road_start"
    STREET = "street"
    """The metres of the streets as if they were level, without waits."""
    SLOPE = ExtraSort.SLOPE
    """What climbs and descents add; below 0 where they save time."""
    SIGNALS = ExtraSort.SIGNALS
    BARRIER = ExtraSort.BARRIER
    TOLL = ExtraSort.TOLL
    KERB = ExtraSort.KERB
    OFF_ROAD_END = "off_road_end"
    END = "end"
    """After one has arrived: to find a place and park."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the time."""

    sort: LegSort
    ds: int
    """Tenths of a second."""
    metres: float

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.ds / 10


@dataclass(frozen=True)
class Route:
    """The quickest way from one place to another."""

    seconds: float
    """Door to door, to the tenth; the sum of the legs, and of the steps."""
    metres: float
    """On the ground; the sum of the legs."""
    lonlat: NDArray[np.float64]
    """(V, 2) WGS 84: from the first place itself to the last."""
    legs: tuple[Leg, ...]
    steps: tuple[Step, ...]
    """In their order, with all that takes time: unlocking, the metres to the street, waits, parking."""


def route(
    travel: Travel,
    projection: Projection,
    mode: Mode,
    places: tuple[Stops, Stops],
    lonlat: tuple[tuple[float, float], tuple[float, float]],
) -> Route | None:
    """Find the quickest way.

    Parameters
    ----------
    travel
        On the mode's streets.
    projection
        Of their plane.
    places
        Where one sets out, one place; and where one wants to go, one or several entrances of it. On the network.
    lonlat
        The same two in degrees, WGS 84.

    Returns
    -------
    None when no way leads there, or none within 6,553 s.
    """
    origin, targets = places
    spread = travel.spread(origin, Direction.FROM, round(mode.fixed_s * 10))
    to_targets_ds = spread.door_to_door_ds(targets)
    best = int(to_targets_ds.argmin())
    if to_targets_ds[best] >= UNREACHABLE_DS:
        return None
    target = targets.only(best)
    parts = list(_parts(travel, spread, target))
    line = [along(travel.network, part) for part in parts]
    if not line:
        # both stand at one point
        line = [_point(travel.network, origin)[None]]
    off_ds = int(origin.off_ds[0]), int(target.off_ds[0])
    return _described(travel.network, projection, mode, parts, line, off_ds, lonlat)


def _parts(travel: Travel, spread: Spread, target: Stops) -> Iterator[Part]:
    """Return the way as shares of edges, each as a field counts it; nothing for what has no length."""
    ends, reached = spread.ends, spread.reached_ds
    own, from_share = int(spread.origin.edge[0]), float(spread.origin.fraction[0])
    edge, to_share = int(target.edge[0]), float(target.fraction[0])
    streets_ds = int(spread.door_to_door_ds(target)[0]) - spread.extra_ds - int(target.off_ds[0])
    if edge == own:
        ahead = to_share - from_share
        whole = int((ends.from_start_ds if ahead >= 0 else ends.from_end_ds)[edge])
        ds = _part_ds(abs(ahead), whole)
        if ds == streets_ds:
            if ahead != 0.0:
                yield Part(edge, from_share, to_share, ds)
            return
    node, last = _last_junction(travel, spread, edge, to_share, streets_ds)
    lanes: list[tuple[int, int]] = []
    while spread.by_arc[node] >= 0:
        arc = int(spread.by_arc[node])
        lanes.append((int(spread.arcs.lane[arc]), int(spread.arcs.cost_ds[arc])))
        node = int(spread.arcs.tail[arc])
    first_ds = int(reached[node])
    for end, run, whole in (
        (0.0, from_share, int(ends.from_end_ds[own])),
        (1.0, 1.0 - from_share, int(ends.from_start_ds[own])),
    ):
        if travel.leaves_by(spread.origin, Direction.FROM, bool(end)) == node and _part_ds(run, whole) == first_ds:
            if run > 0.0:
                yield Part(own, from_share, end, first_ds)
            break
    for lane, ds in reversed(lanes):
        yield Part(lane >> 1, float(lane & 1), float(1 - (lane & 1)), ds)
    if last is not None:
        yield last


def _last_junction(travel: Travel, spread: Spread, edge: int, share: float, streets_ds: int) -> tuple[int, Part | None]:
    """Return the junction or split from which the target is reached, and the last share of an edge up to it."""
    ends, reached = spread.ends, spread.reached_ds
    for start, run, whole in (
        (True, share, int(ends.from_start_ds[edge])),
        (False, 1.0 - share, int(ends.from_end_ds[edge])),
    ):
        if run > 0.0 and whole < 0:
            continue
        ds = _part_ds(run, whole)
        nodes = travel.enters_from(edge, start, stands=run == 0.0)
        node = min(nodes, key=lambda n: int(reached[n]))
        if int(reached[node]) + ds == streets_ds:
            return node, Part(edge, 0.0 if start else 1.0, share, ds) if run > 0.0 else None
    raise AssertionError("a spread and its ways disagree")


def _part_ds(share: float, whole_ds: int) -> int:
    """Return the cost of a share of an edge as a field counts it; −1 where it is closed."""
    if share == 0.0:
        return 0
    return int(share * whole_ds + 0.5) if whole_ds >= 0 else -1


def _at(share: NDArray[np.float64], xy_m: NDArray[np.float64], wanted: float) -> NDArray[np.float64]:
    return np.array([np.interp(wanted, share, xy_m[:, 0]), np.interp(wanted, share, xy_m[:, 1])])


def _point(network: StreetNetwork, stops: Stops) -> NDArray[np.float64]:
    edge = int(stops.edge[0])
    rows = slice(int(network.vertex_ptr[edge]), int(network.vertex_ptr[edge + 1]))
    return _at(network.vertex_share[rows], network.vertex_xy_m[rows], float(stops.fraction[0]))


def _metres(network: StreetNetwork, part: Part) -> float:
    """Return the metres on the ground of a share of an edge."""
    whole = plane_m(along(network, Part(part.edge, 0.0, 1.0, 0)))
    length = float(network.length_m[part.edge])
    return length * plane_m(along(network, part)) / whole if whole > 0 else length * abs(part.end - part.begin)


def _described(
    network: StreetNetwork,
    projection: Projection,
    mode: Mode,
    parts: Sequence[Part],
    line: Sequence[NDArray[np.float64]],
    off_ds: tuple[int, int],
    lonlat: tuple[tuple[float, float], tuple[float, float]],
) -> Route:
    xy_m = np.concatenate([line[0], *(own[1:] for own in line[1:])])
    streets = np.column_stack(projection.to_lonlat(xy_m[:, 0], xy_m[:, 1]))
    whole = np.vstack([lonlat[0], streets, lonlat[1]])
    off_m = [float(ground_m(*whole[a], *whole[b])) for a, b in ((0, 1), (-2, -1))]
    metres = [_metres(network, part) for part in parts]
    streets_steps = steps_along(network, parts, line, metres) or (Step(Turn.DEPART, 0, 0.0, 1),)
    start_ds = round(mode.fixed_s * 10) - round(mode.end_s * 10)
    ends = (
        (
            Step(Turn.START, start_ds, 0.0, 0),
            Step(Turn.TO_STREET, off_ds[0], off_m[0], 0),
        ),
        (
            Step(Turn.FROM_STREET, off_ds[1], off_m[1], len(whole) - 2),
            Step(Turn.END, round(mode.end_s * 10), 0.0, len(whole) - 1),
        ),
    )
    legs = (
        Leg(LegSort.START, ends[0][0].ds, 0.0),
        Leg(LegSort.OFF_ROAD_START, off_ds[0], off_m[0]),
        *_street_legs(streets_steps, sum(metres)),
        Leg(LegSort.OFF_ROAD_END, off_ds[1], off_m[1]),
        Leg(LegSort.END, ends[1][1].ds, 0.0),
    )
    before, after = ([step for step in steps if step.ds] for steps in ends)
    arrival = Step(Turn.ARRIVE, 0, 0.0, len(whole) - 1)
    total_ds = sum(leg.ds for leg in legs)
    return Route(
        total_ds / 10, sum(leg.metres for leg in legs), whole, legs, (*before, *streets_steps, *after, arrival)
    )


def _street_legs(steps: Sequence[Step], metres: float) -> Iterator[Leg]:
    """Part the time on the streets by what it is owed to."""
    slope_ds = sum(step.slope_ds for step in steps)
    yield Leg(LegSort.STREET, sum(step.ds for step in steps if step.wait is None) - slope_ds, metres)
    for sort in ExtraSort:
        ds = slope_ds if sort is ExtraSort.SLOPE else sum(step.ds for step in steps if step.wait is sort)
        if ds:
            yield Leg(LegSort(sort), ds, 0.0)
