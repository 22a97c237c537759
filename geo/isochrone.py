"""Isochrones: the ground within so many minutes of a place, as polygons.

Every street that a spread reaches is drawn into a raster of seconds, from there one walks off the streets, not far, and
never over an obstacle; lines of equal time through the raster are the polygons. One raster serves all thresholds: time
between two centres of cells is interpolated, so that a longer time always lies around a shorter one.

Polygons are for the eye. To count what lies within, ask by exact times: ``geo.catchment``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from numba import njit
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.antimeridian import cut, side_by_side
from geo.arrays import Floats, Int32s, Int64s, frozen
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.travel import UNREACHABLE_DS, Direction, EdgeReads, Spread, read_end

__all__ = ["OFF_ROAD_M", "Raster", "isochrones", "time_cells"]

OFF_ROAD_M = 50.0
"""How far from a street the ground still counts as reached; a cell and its corners, where cells are larger."""
_CELLS_ACROSS = 250
_FINEST_M, _COARSEST_M = 25.0, 400.0
_DEGREE_DIGITS = 6
_SMOOTHED_DS = 100.0
"""Cells within so many tenths of a second of a limit move its line; farther ones do not matter."""
_Grid = NDArray[np.float32]
_Outlines = tuple[Sequence[Floats], Sequence[NDArray[np.uint32]]]
"""The corners of each polygon, and where its rings begin among them."""


class _Shapes(NamedTuple):
    """The edges' vertices as a kernel reads them."""

    ptr: Int64s
    xy_m: Floats
    share: Floats


class Raster(NamedTuple):
    """Where the cells lie: the centre of the lower left one, in metres of the plane, and their side."""

    left_m: float
    low_m: float
    cell_m: float
    columns: int
    rows: int


@dataclass(frozen=True)
class _Pieces:
    """Straight pieces of streets, with the time at both ends."""

    ends_m: Floats
    """(P, 4)"""
    ends_ds: Floats
    """(P, 2) counted as the spread's."""


def isochrones(
    network: StreetNetwork,
    projection: Projection,
    spread: Spread,
    home_m: NDArray[np.float64],
    off_road_m_per_s: float,
    limits_s: Sequence[float],
) -> list[MultiPolygon]:
    """Draw the ground within each limit.

    Parameters
    ----------
    network
        The streets that the spread was made on.
    projection
        Of the network's plane.
    spread
        Its limit holds the longest of `limits_s`, less what every trip costs.
    home_m
        (2, 2) the place, and the point on its edge, in metres of the plane.
    off_road_m_per_s
        Pace away from the streets.
    limits_s
        Door to door, in any order.

    Returns
    -------
    One valid polygon for each limit, WGS 84, with its holes; empty where the limit is used up before one has moved. A
    longer limit's polygon contains a shorter one's. Ground across the antimeridian is cut there.
    """
    timed = time_cells(network, spread, home_m, off_road_m_per_s, max(limits_s))
    if timed is None:
        return [MultiPolygon() for _ in limits_s]
    cells, raster = timed
    return _contoured(cells, raster, projection, [limit * 10 - spread.extra_ds for limit in limits_s])


def time_cells(
    network: StreetNetwork, spread: Spread, home_m: Floats, off_road_m_per_s: float, limit_s: float
) -> tuple[_Grid, Raster] | None:
    """Draw the times into a raster.

    Parameters
    ----------
    network, spread, home_m, off_road_m_per_s
        As for :func:`isochrones`.
    limit_s
        Door to door.

    Returns
    -------
    The tenths of a second along the streets, (rows, columns) float32, more than the limit where nothing is reached, and
    where the cells lie; None when the limit is used up before one has moved.
    """
    whole_ds = float(limit_s * 10 - spread.extra_ds)
    pieces = _reached_pieces(network, spread, home_m, whole_ds)
    if not len(pieces.ends_m):
        return None
    raster = _raster_over(pieces.ends_m)
    reach_m = max(OFF_ROAD_M, 1.5 * raster.cell_m)
    barred = _barred(frozen(network.obstacle_xy_m, np.float64), raster)
    beyond_ds = 2.0 * whole_ds + 100.0
    cells = _time_cells(pieces.ends_m, pieces.ends_ds, raster, 10.0 / off_road_m_per_s, reach_m, beyond_ds, barred)
    return cells, raster


def _reached_pieces(network: StreetNetwork, spread: Spread, home_m: Floats, whole_ds: float) -> _Pieces:
    shapes = _Shapes(
        frozen(network.vertex_ptr, np.int64),
        frozen(network.vertex_xy_m, np.float64),
        frozen(network.vertex_share, np.float64),
    )
    edge, share = int(spread.origin.edge[0]), float(spread.origin.fraction[0])
    ends_m, ends_ds = _collect(
        spread.reached_ds,
        spread.settled,
        spread.arcs.ptr,
        spread.arcs.lane,
        spread.arcs.cost_ds,
        shapes,
        spread.direction is Direction.FROM,
        whole_ds,
        edge,
        share,
        spread.ends,
    )
    off_ds = float(spread.origin.off_ds[0])
    if whole_ds > -off_ds:
        home = np.asarray(home_m, np.float64)
        walked = min(1.0, (whole_ds + off_ds) / off_ds) if off_ds > 0 else 1.0
        line = np.concatenate([home[0], home[0] + walked * (home[1] - home[0])])
        ends_m = np.concatenate([ends_m, line[None]])
        ends_ds = np.concatenate([ends_ds, [[-off_ds, min(0.0, whole_ds)]]])
    return _Pieces(frozen(ends_m, np.float64), frozen(ends_ds, np.float64))


def _raster_over(ends_m: Floats) -> Raster:
    low, high = ends_m.reshape(-1, 2).min(axis=0), ends_m.reshape(-1, 2).max(axis=0)
    cell = float(np.clip((high - low).max() / _CELLS_ACROSS, _FINEST_M, _COARSEST_M))
    margin = int(np.ceil(OFF_ROAD_M / cell)) + 2
    # on round metres, so that two answers about one place can be laid on each other
    left, bottom = (np.floor(low / cell) - margin) * cell
    columns, rows = (np.ceil((high - [left, bottom]) / cell) + margin + 1).astype(int)
    return Raster(float(left), float(bottom), cell, int(columns), int(rows))


def _contoured(cells: _Grid, raster: Raster, projection: Projection, limits_ds: Sequence[float]) -> list[MultiPolygon]:
    x = raster.left_m + raster.cell_m * np.arange(raster.columns)
    y = raster.low_m + raster.cell_m * np.arange(raster.rows)
    polygons = []
    for limit_ds in limits_ds:
        lines = contour_generator(x, y, _beside(cells, limit_ds), name="serial", fill_type=FillType.OuterOffset)
        polygons.append(_polygon(*cast("_Outlines", lines.filled(-2.0, 0.0)), projection))
    return polygons


def _beside(cells: _Grid, limit_ds: float) -> _Grid:
    """Say how far each cell lies within a limit (below 0) or beyond, so that no line comes near a cell's centre.

    A line through a centre, or a hair beside it, would draw corners on top of each other. What is near the limit moves
    a tenth away from it and what is far counts as 1: of two limits, the longer gives no cell the higher number, so its
    polygon contains the other's.
    """
    beyond = np.clip((cells - np.float32(limit_ds)) / np.float32(_SMOOTHED_DS), -1.0, 1.0)
    return np.asarray(np.where(beyond > 0, np.maximum(beyond, 0.1), np.minimum(beyond, -0.1)), np.float32)


def _polygon(points: Sequence[Floats], offsets: Sequence[NDArray[np.uint32]], projection: Projection) -> MultiPolygon:
    if not points:
        return MultiPolygon()
    lon, lat = projection.to_lonlat(*np.concatenate(points).T)
    degrees = np.round(np.column_stack([side_by_side(lon), lat]), _DEGREE_DIGITS)
    first = np.cumsum([0, *(len(part) for part in points)])
    rings = np.concatenate([[0], *(own[1:] + begin for own, begin in zip(offsets, first, strict=False))])
    parts = np.cumsum([0, *(len(own) - 1 for own in offsets)])
    whole = np.array([0, len(points)])
    (polygon,) = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, degrees, (rings, parts, whole))
    if not shapely.is_valid(polygon):
        # rounding may bring two corners together
        polygon = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    areas = [part for part in shapely.get_parts(polygon) if part.geom_type == "Polygon" and not part.is_empty]
    return cut(MultiPolygon(areas))


@njit(cache=True, nogil=True)
def _collect(
    reached: Int32s,
    settled: Int32s,
    arc_ptr: Int64s,
    arc_lane: Int64s,
    arc_ds: Int32s,
    shapes: _Shapes,
    outwards: bool,
    limit_ds: float,
    own_edge: int,
    own_share: float,
    ends: EdgeReads,
) -> tuple[Floats, Floats]:
    """Return the pieces (P, 4) of all streets within the limit, cut there, and the times (P, 2) at their ends.

    A street that is run from both sides is cut where the two meet.
    """
    most = shapes.ptr[own_edge + 1] - shapes.ptr[own_edge]
    most *= 2
    for at in settled:
        for arc in range(arc_ptr[at], arc_ptr[at + 1]):
            edge = arc_lane[arc] >> 1
            most += shapes.ptr[edge + 1] - shapes.ptr[edge] - 1
    ends_m = np.empty((most, 4))
    ends_ds = np.empty((most, 2))
    count = 0
    for at in settled:
        for arc in range(arc_ptr[at], arc_ptr[at + 1]):
            lane = arc_lane[arc]
            # along the edge's drawing: who leaves by a lane forward, or comes to its end by one backward
            up = (lane & 1 == 0) == outwards
            edge, whole = lane >> 1, arc_ds[arc]
            back_ds = ends.from_end_ds[edge] if up else ends.from_start_ds[edge]
            last_ds = limit_ds
            if back_ds >= 0:
                other_ds = read_end(reached, ends, edge, not up)
                if other_ds < UNREACHABLE_DS:
                    last_ds = min(
                        limit_ds, reached[at] + whole * (other_ds - reached[at] + back_ds) / (whole + back_ds)
                    )
            begin = 0.0 if up else 1.0
            count = _run_along(edge, begin, up, reached[at], whole, shapes, last_ds, ends_m, ends_ds, count)
    for up in (True, False):
        whole = ends.from_start_ds[own_edge] if up else ends.from_end_ds[own_edge]
        if whole >= 0:
            count = _run_along(own_edge, own_share, up, 0, whole, shapes, limit_ds, ends_m, ends_ds, count)
    return ends_m[:count], ends_ds[:count]


@njit(cache=True, nogil=True)
def _run_along(
    edge: int,
    begin: float,
    up: bool,
    at_ds: float,
    whole_ds: float,
    shapes: _Shapes,
    limit_ds: float,
    ends_m: Floats,
    ends_ds: Floats,
    count: int,
) -> int:
    """Write the pieces of an edge from a share on, in one direction, up to the limit."""
    low, high = shapes.ptr[edge], shapes.ptr[edge + 1]
    for step in range(high - low - 1):
        a, b = (low + step, low + step + 1) if up else (high - 1 - step, high - 2 - step)
        run_a = (shapes.share[a] - begin) if up else (begin - shapes.share[a])
        run_b = (shapes.share[b] - begin) if up else (begin - shapes.share[b])
        if run_b <= 0.0 and run_b < run_a:
            continue
        if run_b <= 0.0 and begin > 0.0 and begin < 1.0:
            continue
        t_a, t_b = at_ds + run_a * whole_ds, at_ds + run_b * whole_ds
        if t_a > limit_ds:
            break
        cut_a = -run_a / (run_b - run_a) if run_a < 0.0 else 0.0
        cut_b = (limit_ds - t_a) / (t_b - t_a) if t_b > limit_ds else 1.0
        if cut_b < cut_a:
            break
        dx, dy = shapes.xy_m[b, 0] - shapes.xy_m[a, 0], shapes.xy_m[b, 1] - shapes.xy_m[a, 1]
        ends_m[count, 0], ends_m[count, 1] = shapes.xy_m[a, 0] + cut_a * dx, shapes.xy_m[a, 1] + cut_a * dy
        ends_m[count, 2], ends_m[count, 3] = shapes.xy_m[a, 0] + cut_b * dx, shapes.xy_m[a, 1] + cut_b * dy
        ends_ds[count, 0], ends_ds[count, 1] = t_a + cut_a * (t_b - t_a), t_a + cut_b * (t_b - t_a)
        count += 1
    return count


@njit(cache=True, nogil=True)
def _barred(obstacles_m: Floats, raster: Raster) -> NDArray[np.bool_]:
    """Mark the cells (rows, columns) that an obstacle passes through."""
    barred = np.zeros((raster.rows, raster.columns), np.bool_)
    right = raster.left_m + raster.cell_m * raster.columns
    high = raster.low_m + raster.cell_m * raster.rows
    for i in range(obstacles_m.shape[0]):
        x0, y0, x1, y1 = obstacles_m[i]
        if max(x0, x1) < raster.left_m or min(x0, x1) > right or max(y0, y1) < raster.low_m or min(y0, y1) > high:
            continue
        steps = int(max(abs(x1 - x0), abs(y1 - y0)) / raster.cell_m * 4.0) + 1
        for step in range(steps + 1):
            column = int((x0 + (x1 - x0) * step / steps - raster.left_m) / raster.cell_m + 0.5)
            row = int((y0 + (y1 - y0) * step / steps - raster.low_m) / raster.cell_m + 0.5)
            if 0 <= column < raster.columns and 0 <= row < raster.rows:
                barred[row, column] = True
    return barred


@njit(cache=True, nogil=True)
def _time_cells(
    ends_m: Floats,
    ends_ds: Floats,
    raster: Raster,
    ds_per_m: float,
    reach_m: float,
    beyond_ds: float,
    barred: NDArray[np.bool_],
) -> _Grid:
    """Return the tenths of a second (rows, columns) at the centres of the cells; `beyond_ds` elsewhere.

    A cell through which a street passes is reached when the street is, not after a walk to its centre: a car would seem
    to crawl.
    """
    time = np.full((raster.rows, raster.columns), np.float32(beyond_ds), np.float32)
    off = np.zeros((raster.rows, raster.columns), np.float32)
    for piece in range(ends_m.shape[0]):
        x0, y0, x1, y1 = ends_m[piece]
        steps = int(max(abs(x1 - x0), abs(y1 - y0)) / raster.cell_m) + 1
        # a piece that goes on where another ended has drawn its first point
        joined = piece > 0 and x0 == ends_m[piece - 1, 2] and y0 == ends_m[piece - 1, 3]
        for step in range(1 if joined else 0, steps + 1):
            along = step / steps
            x = (x0 + (x1 - x0) * along - raster.left_m) / raster.cell_m
            y = (y0 + (y1 - y0) * along - raster.low_m) / raster.cell_m
            column, row = int(x + 0.5), int(y + 0.5)
            away = np.hypot(x - column, y - row) * raster.cell_m
            ds = (
                ends_ds[piece, 0]
                + (ends_ds[piece, 1] - ends_ds[piece, 0]) * along
                + max(0.0, away - 0.5 * raster.cell_m) * ds_per_m
            )
            if ds < time[row, column]:
                time[row, column] = ds
                off[row, column] = away
    for row in range(1, raster.rows):
        for column in range(1, raster.columns - 1):
            _from_neighbours(time, off, barred, row, column, 1, raster.cell_m, ds_per_m, reach_m)
    for row in range(raster.rows - 2, -1, -1):
        for column in range(raster.columns - 2, 0, -1):
            _from_neighbours(time, off, barred, row, column, -1, raster.cell_m, ds_per_m, reach_m)
    return time


@njit(cache=True, nogil=True)
def _from_neighbours(
    time: _Grid,
    off: _Grid,
    barred: NDArray[np.bool_],
    row: int,
    column: int,
    side: int,
    cell_m: float,
    ds_per_m: float,
    reach_m: float,
) -> None:
    """Walk to a cell from those of its neighbours that this pass has been at, where nothing bars the way."""
    if barred[row, column]:
        return
    for down, across, metres in ((1, 0, 1.0), (0, 1, 1.0), (1, 1, 1.4142135623730951), (1, -1, 1.4142135623730951)):
        near_row, near_column = row - side * down, column - side * across
        if barred[near_row, near_column] or barred[near_row, column] or barred[row, near_column]:
            continue
        there_m = off[near_row, near_column] + metres * cell_m
        there_ds = time[near_row, near_column] + metres * cell_m * ds_per_m
        if there_m <= reach_m and there_ds < time[row, column]:
            time[row, column] = there_ds
            off[row, column] = there_m
