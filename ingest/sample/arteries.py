"""The railway and the trunk road: laid before anything else, and everything else keeps its distance."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Point

from ingest.sample.drawing import Stroke, cut_at
from ingest.sample.shapes import Points, line_xy, roughened, smoothed

__all__ = ["HALTS", "TRUNK_END_XY_M", "interchange", "rail_line", "trunk_axis", "trunk_strokes"]

_RAIL_KM = (
    (33.5, 8.7), (31.0, 8.4), (28.5, 9.1), (26.0, 8.3), (24.0, 8.1), (22.2, 7.25), (20.7, 7.05), (19.1, 7.5),
    (17.4, 8.5), (16.0, 8.9), (15.0, 8.93), (14.2, 8.93), (13.4, 8.93), (12.6, 8.9), (11.9, 9.0), (10.9, 9.9),
    (9.6, 10.5), (8.2, 11.15), (7.4, 11.2), (6.75, 11.12),
)  # fmt: skip
_TRUNK_KM = (
    (33.5, 14.1), (31.0, 13.9), (28.5, 13.3), (26.2, 13.5), (24.3, 12.9), (22.2, 13.35), (20.0, 12.75), (18.2, 12.6),
    (16.6, 12.05), (15.2, 11.9), (13.9, 11.95), (12.9, 11.5), (12.2, 10.8), (11.75, 10.06),
)  # fmt: skip
TRUNK_END_XY_M = (11_750.0, 10_060.0)
"""The roundabout where the trunk road ends, west of the town."""
HALTS = (
    ("Montaubrelle", (14_560.0, 8_931.0)),
    ("Saint-Elvin-la-Gare", (20_700.0, 7_080.0)),
    ("Grandgrève", (6_780.0, 11_122.0)),
    ("Montsorvenne-Corvenne", (28_500.0, 9_080.0)),
)
"""Stations, with about where they stand; the last lies in the neighbouring département."""
_MOTORWAY_FROM_X_M = 23_600.0
_HALF_GAP_M = 11.0


def rail_line(rng: np.random.Generator) -> LineString:
    """Draw the single track, from the east to its end by the western beach."""
    track = smoothed(roughened(np.array(_RAIL_KM) * 1000.0, rng, 0.02, 1), 3)
    return LineString(track)


def trunk_axis(rng: np.random.Generator) -> LineString:
    """Draw the middle of the dual carriageway, from the east to its last roundabout."""
    return LineString(smoothed(roughened(np.array(_TRUNK_KM) * 1000.0, rng, 0.02, 1), 3))


def trunk_strokes(axis: LineString, crossings: list[Point]) -> list[Stroke]:
    """Lay both carriageways, with a bridge wherever a road passes under.

    Right-hand traffic: westward lies north of the axis, which itself runs westward, so to its right.
    """
    strokes: list[Stroke] = []
    for side, forward in ((-1.0, True), (1.0, False)):
        lane = shapely.offset_curve(axis.segmentize(120.0), side * _HALF_GAP_M)
        xy = line_xy(lane)
        xy[-1] = TRUNK_END_XY_M
        tags = {"oneway": "yes", "lanes": "2", "ref": "N 700"}
        carriage = Stroke(xy if forward else xy[::-1], "trunk", tags=tags | {"maxspeed": "110"}, ground=False)
        stops = [shapely.line_locate_point(carriage.line, point) for point in crossings]
        border = shapely.line_locate_point(carriage.line, axis.interpolate(_at_x(axis, _MOTORWAY_FROM_X_M)))
        pieces = cut_at(carriage, [border, *(s + d for s in stops for d in (-16.0, 16.0))])
        strokes += [_dressed(piece, crossings) for piece in pieces]
    return strokes


def _at_x(axis: LineString, x_m: float) -> float:
    xy = line_xy(axis)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    return float(np.interp(-x_m, -xy[:, 0], along))


def _dressed(piece: Stroke, crossings: list[Point]) -> Stroke:
    """Turn a piece of carriageway into motorway in the east, and into a bridge above the roads."""
    middle = shapely.line_interpolate_point(piece.line, 0.5, normalized=True)
    tags, highway = dict(piece.tags), "trunk"
    if middle.x > _MOTORWAY_FROM_X_M:
        highway, tags = "motorway", tags | {"ref": "A 700", "maxspeed": "130"}
    if any(middle.distance(point) < _HALF_GAP_M + 6.0 for point in crossings):
        tags |= {"bridge": "yes", "layer": "1"}
    return Stroke(piece.xy_m, highway, tags=tags, ground=False)


def interchange(axis: LineString, road: LineString, at: Point) -> list[Stroke]:
    """Join the trunk road and a road that passes under it by four ramps (a diamond)."""
    along = shapely.line_locate_point(axis, at)
    ramps: list[Stroke] = []
    for side in (-1.0, 1.0):
        for reach in (-290.0, 290.0):
            far = _beside(axis, along + reach, side * (_HALF_GAP_M + 0.0))
            bend = _beside(axis, along + reach * 0.3, side * 52.0)
            foot = _on_road(axis, road, at, side)
            t = np.linspace(0.0, 1.0, 9)[:, None]
            xy = far * (1 - t) ** 2 + 2 * bend * t * (1 - t) + foot * t**2
            # the axis runs westward: north of it (side −1) traffic runs along the axis, south of it against
            leaves = (reach < 0) == (side < 0)
            tags = {"oneway": "yes", "maxspeed": "70"}
            ramps.append(Stroke(xy if leaves else xy[::-1], "trunk_link", tags=tags, ground=False))
    return ramps


def _beside(axis: LineString, along: float, offset_m: float) -> Points:
    here, ahead = (np.array(axis.interpolate(along + d).coords[0]) for d in (0.0, 1.0))
    step = ahead - here
    return np.asarray(here + np.array([-step[1], step[0]]) * offset_m, dtype=np.float64)


def _on_road(axis: LineString, road: LineString, at: Point, side: float) -> Points:
    """Find the road's point about 75 m from the axis on one side."""
    middle = shapely.line_locate_point(road, at)
    ends = [road.interpolate(middle + d) for d in (-75.0, 75.0)]
    left = shapely.line_locate_point(axis, at)
    probe = Point(_beside(axis, left, side * 75.0))
    best = min(ends, key=lambda end: end.distance(probe))
    return np.array([best.x, best.y])
