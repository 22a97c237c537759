"""Draw a junction where a turn is forbidden: as the map has it, and split as the network has it."""

from __future__ import annotations

import math

import numpy as np

from geo.network import StreetNetwork
from geo.projection import Projection
from geo.route import Route, route
from geo.snapping import EdgeIndex
from geo.splits import Splits
from geo.travel import Stops, Travel
from scripts.drawings.sheet import Point, Sheet
from scripts.drawings.village import Frame, Place, junction_places, lattice_of
from tests.lattice import MODES, Lattice

__all__ = ["draw_split"]

_WEST, _MIDDLE, _NORTH = (0, 1), (1, 1), (1, 2)
_DOOR: Place = (0.5, 1.0)
_GOAL: Place = (1.0, 1.5)
_CAR = MODES["car"]
_ARMS: dict[Place, Point] = {(0, 1): (440, 182), (2, 1): (806, 182), (1, 0): (622, 336), (1, 2): (622, 42)}
"""Where on the right half each neighbour of the middle is."""
_ARM_NAMES: dict[Place, str] = {(0, 1): "west", (2, 1): "east", (1, 0): "south", (1, 2): "north"}
_JUNCTION, _SPLIT = (648.0, 160.0), (592.0, 210.0)


def draw_split() -> Sheet:
    """Draw both halves."""
    sheet = Sheet(
        860,
        380,
        "A split junction",
        "Left, a crossing where who comes from the west must not turn left to the north, and the way that a car takes "
        "instead. Right, the crossing as two nodes: the lane from the west ends at the violet one, from which no lane "
        "leads to the north.",
    )
    town = Lattice(3, 3).restrict("no_left_turn", _WEST, _MIDDLE, _NORTH)
    network = town.network("car")
    _draw_streets(sheet, town, network)
    _draw_lanes(sheet, town, network)
    return sheet


def _draw_streets(sheet: Sheet, town: Lattice, network: StreetNetwork) -> None:
    frame = Frame((56, 290), 124, 124)
    for column_or_row in range(3):
        sheet.line([frame((column_or_row, 0)), frame((column_or_row, 2))], "street")
        sheet.line([frame((0, column_or_row)), frame((2, column_or_row))], "street")
    driven, allowed = _driven(town, network), _driven(Lattice(3, 3), Lattice(3, 3).network("car"))
    places = lattice_of(junction_places(town, network, 3, 3), network.junction_xy_m)
    driven_xy_m = np.column_stack(Projection(network.crs).to_xy_m(*driven.lonlat.T))
    line = [frame(places(point)) for point in driven_xy_m]
    sheet.line(line, "bold", colour="accent", arrow=True)
    (x, y), (goal_x, goal_y) = frame(_DOOR), frame(_GOAL)
    sheet.curve(
        (x + 20, y - 12), (goal_x - 12, y - 12), (goal_x - 12, goal_y + 8), "bold dashed", colour="stop", arrow=True
    )
    for at, words in ((frame(_DOOR), "from"), (frame(_GOAL), "to")):
        sheet.box(at, 46, 22, colour="ink")
        sheet.text((at[0], at[1] + 4.5), words, "strong")
    street_s = [way.seconds - _CAR.fixed_s for way in (allowed, driven)]
    sheet.text((56, 328), f"Forbidden: {street_s[0]:.1f} s of driving.", colour="stop", anchor="start")
    sheet.text((56, 350), f"Driven: {street_s[1]:.1f} s.", colour="accent", anchor="start")


def _driven(town: Lattice, network: StreetNetwork) -> Route:
    index = EdgeIndex(network)
    lonlat = town.lonlat(_DOOR, _GOAL)
    origin, target = (Stops.of(index.snap(lonlat[row : row + 1]), _CAR) for row in (0, 1))
    ends = (float(lonlat[0, 0]), float(lonlat[0, 1])), (float(lonlat[1, 0]), float(lonlat[1, 1]))
    way = route(Travel(network), Projection(network.crs), _CAR, (origin, target), ends)
    if way is None:
        raise AssertionError("the drawing's car does not arrive")
    return way


def _draw_lanes(sheet: Sheet, town: Lattice, network: StreetNetwork) -> None:
    if network.splits is None:
        raise AssertionError("the drawing's restriction splits nothing")
    places = junction_places(town, network, 3, 3)
    splits = {int(split) for split in network.splits.junction}
    for tail, head in _lanes_of_the_middle(network.splits, network, places):
        bound = bool(splits.intersection((tail, head)))
        ends = [
            (_SPLIT if node in splits else _JUNCTION) if places[node] == _MIDDLE else _ARMS[places[node]]
            for node in (tail, head)
        ]
        start, end = _beside(*ends)
        sheet.line([start, end], "bold" if bound else "thin", colour="accent" if bound else "quiet", arrow=True)
    for place, centre in _ARMS.items():
        sheet.circle(centre, 12)
        below = (centre[0] + 20, centre[1] + 5) if place[0] == 1 else (centre[0], centre[1] + 32)
        sheet.text(below, _ARM_NAMES[place], "small fill-quiet", anchor="start" if place[0] == 1 else "middle")
    sheet.circle(_JUNCTION, 13)
    sheet.circle(_SPLIT, 13, colour="accent")
    sheet.text((_JUNCTION[0] + 22, _JUNCTION[1] - 14), "junction", "small", anchor="start")
    sheet.text((_SPLIT[0] - 16, _SPLIT[1] + 26), "split", "small strong", colour="accent", anchor="end")


def _lanes_of_the_middle(splits: Splits, network: StreetNetwork, places: tuple[Place, ...]) -> list[tuple[int, int]]:
    _, tails, heads = splits.lane_ends(network.edge_from, network.edge_to)
    ends = zip(tails.tolist(), heads.tolist(), strict=True)
    return [(tail, head) for tail, head in ends if _MIDDLE in (places[tail], places[head])]


def _beside(start: Point, end: Point) -> tuple[Point, Point]:
    """Keep to the right, and begin and end outside the circles."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    along, right = (dx / length, dy / length), (-dy / length, dx / length)
    first, last = (
        (at[0] + right[0] * 5 + along[0] * sign * 15, at[1] + right[1] * 5 + along[1] * sign * 15)
        for at, sign in ((start, 1), (end, -1))
    )
    return first, last
