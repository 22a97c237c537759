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
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.travel import Direction, Spread, Stops, Travel

__all__ = ["Leg", "LegSort", "Route", "Step", "Turn", "route"]

_STRAIGHT_DEG = 30.0
_SHARP_DEG = 150.0


class LegSort(StrEnum):
    """What the seconds of a leg go to."""

    START = "start"
    """Before one moves: to unlock, or to walk to the car."""
    OFF_ROAD_START = "off_road_start"
    STREET = "street"
    OFF_ROAD_END = "off_road_end"
    END = "end"
    """After one has arrived: to find a place and park."""


class Turn(StrEnum):
    """What one does where a step begins."""

    DEPART = "depart"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"
    ARRIVE = "arrive"


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the time."""

    sort: LegSort
    seconds: float
    metres: float


@dataclass(frozen=True, slots=True)
class Step:
    """What one does, and how far one then goes on."""

    turn: Turn
    seconds: float
    metres: float
    vertex: int
    """Row of the line where the step begins."""


@dataclass(frozen=True)
class Route:
    """The quickest way from one place to another."""

    seconds: float
    """Door to door, to the tenth; the sum of the legs."""
    metres: float
    """On the ground; the sum of the legs."""
    lonlat: NDArray[np.float64]
    """(V, 2) WGS 84: from the first place itself to the last."""
    legs: tuple[Leg, ...]
    steps: tuple[Step, ...]
    """The first departs, the last arrives."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A share of an edge, run in one direction."""

    edge: int
    begin: float
    end: float
    ds: int


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
    line = [_along(travel.network, part) for part in parts]
    if not line:
        # both stand at one point
        line = [_point(travel.network, origin)[None]]
    off_ds = int(origin.off_ds[0]), int(target.off_ds[0])
    return _described(projection, mode, parts, line, [_metres(travel.network, p) for p in parts], off_ds, lonlat)


def _parts(travel: Travel, spread: Spread, target: Stops) -> Iterator[_Part]:
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
                yield _Part(edge, from_share, to_share, ds)
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
                yield _Part(own, from_share, end, first_ds)
            break
    for lane, ds in reversed(lanes):
        yield _Part(lane >> 1, float(lane & 1), float(1 - (lane & 1)), ds)
    if last is not None:
        yield last


def _last_junction(
    travel: Travel, spread: Spread, edge: int, share: float, streets_ds: int
) -> tuple[int, _Part | None]:
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
            return node, _Part(edge, 0.0 if start else 1.0, share, ds) if run > 0.0 else None
    raise AssertionError("a spread and its ways disagree")


def _part_ds(share: float, whole_ds: int) -> int:
    """Return the cost of a share of an edge as a field counts it; −1 where it is closed."""
    if share == 0.0:
        return 0
    return int(share * whole_ds + 0.5) if whole_ds >= 0 else -1


def _along(network: StreetNetwork, part: _Part) -> NDArray[np.float64]:
    """Return the vertices (V, 2) of a share of an edge, in metres of the plane, in the direction of travel."""
    rows = slice(int(network.vertex_ptr[part.edge]), int(network.vertex_ptr[part.edge + 1]))
    share, xy_m = np.asarray(network.vertex_share[rows]), np.asarray(network.vertex_xy_m[rows])
    low, high = min(part.begin, part.end), max(part.begin, part.end)
    within = (share > low) & (share < high)
    line = np.vstack([_at(share, xy_m, low), xy_m[within], _at(share, xy_m, high)])
    return line if part.begin < part.end else line[::-1]


def _at(share: NDArray[np.float64], xy_m: NDArray[np.float64], wanted: float) -> NDArray[np.float64]:
    return np.array([np.interp(wanted, share, xy_m[:, 0]), np.interp(wanted, share, xy_m[:, 1])])


def _point(network: StreetNetwork, stops: Stops) -> NDArray[np.float64]:
    edge = int(stops.edge[0])
    rows = slice(int(network.vertex_ptr[edge]), int(network.vertex_ptr[edge + 1]))
    return _at(network.vertex_share[rows], network.vertex_xy_m[rows], float(stops.fraction[0]))


def _metres(network: StreetNetwork, part: _Part) -> float:
    """Return the metres on the ground of a share of an edge."""
    whole = _plane_m(_along(network, _Part(part.edge, 0.0, 1.0, 0)))
    length = float(network.length_m[part.edge])
    return length * _plane_m(_along(network, part)) / whole if whole > 0 else length * abs(part.end - part.begin)


def _plane_m(line: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _described(
    projection: Projection,
    mode: Mode,
    parts: Sequence[_Part],
    line: Sequence[NDArray[np.float64]],
    metres: Sequence[float],
    off_ds: tuple[int, int],
    lonlat: tuple[tuple[float, float], tuple[float, float]],
) -> Route:
    xy_m = np.concatenate([line[0], *(own[1:] for own in line[1:])])
    streets = np.column_stack(projection.to_lonlat(xy_m[:, 0], xy_m[:, 1]))
    whole = np.vstack([lonlat[0], streets, lonlat[1]])
    off_m = [float(ground_m(*whole[a], *whole[b])) for a, b in ((0, 1), (-2, -1))]
    legs = (
        Leg(LegSort.START, mode.start_s, 0.0),
        Leg(LegSort.OFF_ROAD_START, off_ds[0] / 10, off_m[0]),
        Leg(LegSort.STREET, sum(part.ds for part in parts) / 10, sum(metres)),
        Leg(LegSort.OFF_ROAD_END, off_ds[1] / 10, off_m[1]),
        Leg(LegSort.END, mode.end_s, 0.0),
    )
    steps = tuple(_steps(parts, line, metres))
    total_ds = round(mode.fixed_s * 10) + sum(off_ds) + sum(part.ds for part in parts)
    arrival = Step(Turn.ARRIVE, 0.0, 0.0, len(whole) - 1)
    return Route(total_ds / 10, sum(leg.metres for leg in legs), whole, legs, (*steps, arrival))


def _steps(parts: Sequence[_Part], line: Sequence[NDArray[np.float64]], metres: Sequence[float]) -> Iterator[Step]:
    """Join the parts between two turns."""
    turn, ds, far_m, begin, vertex = Turn.DEPART, 0, 0.0, 1, 1
    for row, part in enumerate(parts):
        bend = _bend(line[row - 1], line[row]) if row else None
        if bend is not None:
            yield Step(turn, ds / 10, far_m, begin)
            turn, ds, far_m, begin = bend, 0, 0.0, vertex
        ds, far_m = ds + part.ds, far_m + metres[row]
        vertex += len(line[row]) - 1
    yield Step(turn, ds / 10, far_m, begin)


def _bend(before: NDArray[np.float64], after: NDArray[np.float64]) -> Turn | None:
    """Say whether one turns between two parts; None for who goes straight on."""
    degrees = np.degrees(_heading(after) - _heading(before[::-1]) - np.pi) % 360.0
    if degrees < _STRAIGHT_DEG or degrees > 360.0 - _STRAIGHT_DEG:
        return None
    if _SHARP_DEG < degrees < 360.0 - _SHARP_DEG:
        return Turn.BACK
    return Turn.LEFT if degrees < 180.0 else Turn.RIGHT


def _heading(line: NDArray[np.float64]) -> float:
    """Return the angle, counterclockwise from the east, at which a line sets out over its first ten metres."""
    away = np.hypot(*(line - line[0]).T)
    ahead = line[int(np.argmax(away >= min(10.0, away.max())))] - line[0]
    return float(np.arctan2(ahead[1], ahead[0]))
