"""Isochrones: the ground within so many minutes of a place, as polygons.

Every street that a spread reaches is drawn into a raster of seconds, from there one walks off the streets, not far, and
never over an obstacle; lines of equal time through the raster are the polygons. One raster serves all thresholds: time
between two centres of cells is interpolated, so that a longer time always lies around a shorter one.

Polygons are for the eye. To count what lies within, ask by exact times: ``geo.catchment``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.antimeridian import cut
from geo.arrays import Flags, Floats, Int32s, Int64s, frozen
from geo.contours import outlines
from geo.network import StreetNetwork
from geo.projection import Patch, Projection
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
    right_m, high_m = raster.left_m + raster.cell_m * raster.columns, raster.low_m + raster.cell_m * raster.rows
    patch = Patch(projection, raster.left_m, raster.low_m, right_m, high_m)
    return [_polygon(cells, limit * 10 - spread.extra_ds, raster, patch) for limit in limits_s]


def time_cells(
    network: StreetNetwork, spread: Spread, home_m: Floats, off_road_m_per_s: float, limit_s: float
) -> tuple[_Grid, Raster] | None:
    """Draw the times into a raster; the arguments are those of :func:`isochrones`.

    Returns
    -------
    The tenths of a second along the streets, (rows, columns) float32, more than the limit where nothing is reached, and
    where the cells lie; None when the limit is used up before one has moved.
    """
    whole_ds = float(limit_s * 10 - spread.extra_ds)
    pieces = _reached_pieces(network, spread, home_m, whole_ds)
    if not len(pieces.ends_m):
        return None
    raster = _raster_over(*_extent(pieces.ends_m))
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


def _raster_over(low_m: Floats, high_m: Floats) -> Raster:
    cell = min(max(float((high_m - low_m).max()) / _CELLS_ACROSS, _FINEST_M), _COARSEST_M)
    margin = math.ceil(OFF_ROAD_M / cell) + 2
    # on round metres, so that two answers about one place can be laid on each other
    left, bottom = ((math.floor(float(low) / cell) - margin) * cell for low in low_m)
    columns, rows = (
        math.ceil((float(high) - begin) / cell) + margin + 1 for high, begin in zip(high_m, (left, bottom), strict=True)
    )
    return Raster(left, bottom, cell, columns, rows)


def _polygon(cells: _Grid, limit_ds: float, raster: Raster, patch: Patch) -> MultiPolygon:
    corners, rings, polygons = outlines(_beside(cells, limit_ds))
    if not len(corners):
        return MultiPolygon()
    degrees = patch.to_lonlat(corners * raster.cell_m + [raster.left_m, raster.low_m], _DEGREE_DIGITS)
    whole = np.array([0, len(polygons) - 1])
    (polygon,) = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, degrees, (rings, polygons, whole))
    return cut(cast("MultiPolygon", polygon))


@njit(cache=True, nogil=True)
def _beside(cells: _Grid, limit_ds: float) -> _Grid:
    """Say how far each cell lies within a limit (below 0) or beyond, so that no line comes near a cell's centre.

    What is near the limit moves a tenth away from it and what is far counts as 1 (``geo.contours`` says why): of two
    limits, the longer gives no cell the higher number, so its polygon contains the other's.
    """
    beyond = np.empty_like(cells)
    for row in range(cells.shape[0]):
        for column in range(cells.shape[1]):
            value = (cells[row, column] - np.float32(limit_ds)) * np.float32(1.0 / _SMOOTHED_DS)
            low = max(min(value, np.float32(-0.1)), np.float32(-1.0))
            high = min(max(value, np.float32(0.1)), np.float32(1.0))
            beyond[row, column] = high if value > np.float32(0.0) else low
    return beyond


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
        a, b = np.uint64(a), np.uint64(b)  # never counted from the end
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
        x, y = shapes.xy_m[a, 0], shapes.xy_m[a, 1]
        dx, dy = shapes.xy_m[b, 0] - x, shapes.xy_m[b, 1] - y
        ends_m[count, 0], ends_m[count, 1] = x + cut_a * dx, y + cut_a * dy
        ends_m[count, 2], ends_m[count, 3] = x + cut_b * dx, y + cut_b * dy
        ends_ds[count, 0], ends_ds[count, 1] = t_a + cut_a * (t_b - t_a), t_a + cut_b * (t_b - t_a)
        count += 1
    return count


@njit(cache=True, nogil=True)
def _extent(ends_m: Floats) -> tuple[Floats, Floats]:
    """Return the least and the greatest x and y of pieces (P, 4)."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for piece in range(ends_m.shape[0]):
        for axis in range(2):
            low[axis] = min(low[axis], ends_m[piece, axis], ends_m[piece, axis + 2])
            high[axis] = max(high[axis], ends_m[piece, axis], ends_m[piece, axis + 2])
    return low, high


@njit(cache=True, nogil=True)
def _barred(obstacles_m: Floats, raster: Raster) -> Flags:
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
    barred: Flags,
) -> _Grid:
    """Return the tenths of a second (rows, columns) at the centres of the cells; `beyond_ds` elsewhere.

    A cell through which a street passes is reached when the street is, not after a walk to its centre: a car would seem
    to crawl.
    """
    time = np.full((raster.rows, raster.columns), np.float32(beyond_ds), np.float32)
    off = np.zeros((raster.rows, raster.columns), np.float32)
    per_cell = 1.0 / raster.cell_m
    for piece in range(ends_m.shape[0]):
        x0, y0 = ends_m[piece, 0], ends_m[piece, 1]
        x1, y1 = ends_m[piece, 2], ends_m[piece, 3]
        steps = int(max(abs(x1 - x0), abs(y1 - y0)) * per_cell) + 1
        # a piece that goes on where another ended has drawn its first point
        joined = piece > 0 and x0 == ends_m[piece - 1, 2] and y0 == ends_m[piece - 1, 3]
        for step in range(1 if joined else 0, steps + 1):
            along = step / steps
            x = (x0 + (x1 - x0) * along - raster.left_m) * per_cell
            y = (y0 + (y1 - y0) * along - raster.low_m) * per_cell
            column, row = np.uint64(x + 0.5), np.uint64(y + 0.5)
            on_street_ds = ends_ds[piece, 0] + (ends_ds[piece, 1] - ends_ds[piece, 0]) * along
            if on_street_ds >= time[row, column]:
                continue
            away = math.sqrt((x - column) ** 2 + (y - row) ** 2) * raster.cell_m
            ds = on_street_ds + max(0.0, away - 0.5 * raster.cell_m) * ds_per_m
            if ds < time[row, column]:
                time[row, column] = ds
                off[row, column] = away
    for backwards in (False, True):
        _walk_off(time, off, barred, backwards, raster.cell_m, ds_per_m, reach_m)
    return time


@njit(cache=True, nogil=True)
def _walk_off(
    time: _Grid, off: _Grid, barred: Flags, backwards: bool, cell_m: float, ds_per_m: float, reach_m: float
) -> None:
    """Walk to each cell from those of its neighbours that this pass has been at, where nothing bars the way."""
    rows, columns = time.shape
    side = -1 if backwards else 1
    flat, flat_off, flat_barred = time.reshape(-1), off.reshape(-1), barred.reshape(-1)
    straight_m, diagonal_m = np.float32(cell_m), np.float32(1.4142135623730951 * cell_m)
    straight_ds, diagonal_ds = np.float32(straight_m * ds_per_m), np.float32(diagonal_m * ds_per_m)
    for step in range(1, rows):
        row = rows - 1 - step if backwards else step
        for place in range(1, columns - 1):
            here = row * columns + (columns - 1 - place if backwards else place)
            below, before = here - side * columns, here - side
            left, right = below - side, below + side
            here_ds = flat[np.uint64(here)]
            # most cells are reached no sooner from anywhere: only for the others all the rest is looked at
            straight = min(flat[np.uint64(below)], flat[np.uint64(before)])
            diagonal = min(flat[np.uint64(left)], flat[np.uint64(right)])
            if straight + straight_ds >= here_ds and diagonal + diagonal_ds >= here_ds:
                continue
            if flat_barred[np.uint64(here)]:
                continue
            # of a way across a corner, the two cells beside it must be free
            for near, one, other, metres, metres_ds in (
                (below, below, here, straight_m, straight_ds),
                (before, before, here, straight_m, straight_ds),
                (left, below, before, diagonal_m, diagonal_ds),
                (right, below, here + side, diagonal_m, diagonal_ds),
            ):
                there_m, there_ds = flat_off[np.uint64(near)] + metres, flat[np.uint64(near)] + metres_ds
                if there_ds >= flat[np.uint64(here)] or there_m > reach_m:
                    continue
                if not (flat_barred[np.uint64(near)] or flat_barred[np.uint64(one)] or flat_barred[np.uint64(other)]):
                    flat[np.uint64(here)] = there_ds
                    flat_off[np.uint64(here)] = there_m
