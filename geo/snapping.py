"""From a point to its street: the nearest edge, where on it, on which side, and how many metres away.

Those metres are walked in a straight line. Nobody walks through a river, over a railway or over a motorway: an edge
behind one of them is taken only when there is no other within the limit, and the answer then says so. Who stands in the
water, on a slipway or by a fountain, walks out of it. Near is meant by the straight pieces of an edge: of each piece
the nearest point counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import Floats, Int32s, Int64s, frozen
from geo.network import StreetNetwork
from geo.pinned import Pinned, float_pairs, float_quads, floats, int8s, int32s, tables
from geo.projection import Projection, ground_m
from geo.segment_grid import SegmentGrid, bar_weights, nearest_to

__all__ = ["SNAP_LIMIT_M", "EdgeIndex", "FoundSnap", "Snap", "snap_to"]

SNAP_LIMIT_M = 300.0
"""A place farther than this from every street is off the network."""

_MEASURABLE_M = 0.001
"""An edge shorter than this (nodes drawn on top of each other) says nothing about the scale of the plane."""


@dataclass(frozen=True)
class Snap:
    """Where M places lie on the streets."""

    edge: NDArray[np.int32]
    """(M,) edge of the network; −1 when none lies within the limit."""
    fraction: NDArray[np.float64]
    """(M,) share of the edge's cost from its ``edge_from`` to the point, 0 … 1; NaN off the network."""
    off_m: NDArray[np.float64]
    """(M,) metres on the ground from the place to the point; NaN off the network."""
    xy_m: NDArray[np.float64]
    """(M, 2) the point on the edge, metres of the network's plane; NaN off the network."""

    def __len__(self) -> int:
        """How many places there are."""
        return len(self.edge)

    @property
    def on_network(self) -> NDArray[np.bool_]:
        """(M,) whether the place has an edge."""
        return self.edge >= 0


@dataclass(frozen=True)
class FoundSnap(Snap):
    """A snap as an index found it, with what only the ground tells."""

    side: NDArray[np.int8]
    """(M,) +1: the place lies left of the edge, looking from its ``edge_from`` to its ``edge_to``; −1: right of it;
    0: on the edge or in line with its end, or off the network."""
    crosses: NDArray[np.bool_]
    """(M,) whether the straight line to the edge crosses a river, a railway or a motorway: every edge within the limit
    lies behind one."""


class EdgeIndex:
    """Finds the edge of a place. A corner, as near to several edges, belongs to the lowest of them.

    Nearest is decided in the plane, which near a place has the same scale in every direction; metres are then brought
    to the ground by the ratio of the edge's true length to its length in the plane.
    """

    def __init__(self, network: StreetNetwork) -> None:
        self.projection = Projection(network.crs)
        leads_on = np.ones(len(network.vertex_xy_m), bool)
        leads_on[network.vertex_ptr[1:] - 1] = False
        start = np.flatnonzero(leads_on)
        edge = np.repeat(np.arange(network.edges, dtype=np.int32), np.diff(network.vertex_ptr) - 1)
        ends_m = np.hstack([network.vertex_xy_m[start], network.vertex_xy_m[start + 1]])
        share = np.column_stack([network.vertex_share[start], network.vertex_share[start + 1]])
        plane_m = np.hypot(ends_m[:, 2] - ends_m[:, 0], ends_m[:, 3] - ends_m[:, 1])
        edge_plane_m = np.bincount(edge, weights=plane_m, minlength=network.edges)
        scale = np.ones(network.edges)
        np.divide(network.length_m, edge_plane_m, out=scale, where=edge_plane_m > _MEASURABLE_M)
        if network.notes is not None:
            # nobody gets in or out on a motorway
            stops = ~np.isin(start, network.notes.through)
            edge, ends_m, share = edge[stops], ends_m[stops], share[stops]
        self._grid = SegmentGrid.over(ends_m) if len(ends_m) else SegmentGrid.empty()
        barred = network.obstacle_xy_m
        bars = SegmentGrid.over(barred) if len(barred) else SegmentGrid.empty()
        self._ends_m = frozen(ends_m, np.float64)
        self.pinned = Pinned(
            self._grid.pinned,
            bars.pinned,
            bar_weights(network.obstacle_is_shore),
            frozen(edge, np.int32),
            self._ends_m,
            frozen(share, np.float64),
            frozen(scale, np.float64),
            frozen(np.array([scale.min(), scale.max()] if network.edges else [1.0, 1.0]), np.float64),
        )

    def snap(self, lonlat: NDArray[np.float64], limit_m: float = SNAP_LIMIT_M) -> FoundSnap:
        """Find the nearest edge of each place that no obstacle parts from it, else the nearest of all.

        Parameters
        ----------
        lonlat
            (M, 2) degrees, WGS 84. A place that is NaN, infinite or out of this world is off the network.
        limit_m
            Metres on the ground beyond which a place is off the network.
        """
        lon, lat = np.asarray(lonlat, np.float64).reshape(-1, 2).T
        x, y = self.projection.to_xy_m(lon, lat)
        return FoundSnap(*_snap_all(x, y, float(limit_m), self.pinned.table))

    def nearest_m(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the metres on the ground (M,) to the street that is nearest in the plane, however far.

        Meant for the words of an error. NaN when the place is no position, or when there is no street at all.
        """
        lon, lat = np.asarray(lonlat, np.float64).reshape(-1, 2).T
        metres = np.full(len(lon), np.nan)
        segment, along, _ = self._grid.nearest(*self.projection.to_xy_m(lon, lat), math.inf)
        found = segment >= 0
        ends_m, share = self._ends_m[segment[found]], along[found, None]
        x, y = np.where(share >= 1, ends_m[:, 2:], ends_m[:, :2] + share * (ends_m[:, 2:] - ends_m[:, :2])).T
        metres[found] = ground_m(lon[found], lat[found], *self.projection.to_lonlat(x, y))
        return metres


_Found = tuple[Int32s, Floats, Floats, NDArray[np.float64], NDArray[np.int8], NDArray[np.bool_]]


@njit(cache=True, nogil=True)
def _snap_all(x: Floats, y: Floats, limit_m: float, streets: Int64s) -> _Found:
    edge, side, crosses = np.empty(x.size, np.int32), np.empty(x.size, np.int8), np.empty(x.size, np.bool_)
    fraction, off_m, xy_m = np.empty(x.size), np.empty(x.size), np.empty((x.size, 2))
    for place in range(x.size):
        found = snap_to(x[place], y[place], limit_m, streets)
        edge[place], fraction[place], off_m[place], xy_m[place, 0], xy_m[place, 1], side[place], crosses[place] = found
    return edge, fraction, off_m, xy_m, side, crosses


@njit(cache=True, nogil=True)
def snap_to(x: float, y: float, limit_m: float, streets: Int64s) -> tuple[int, float, float, float, float, int, bool]:
    """Put one place of the plane on the streets: what a :class:`FoundSnap` says of it, in the order of its fields."""
    grid, bars, weight, scales = tables(streets, 0), tables(streets, 1), int8s(streets, 2), floats(streets, 7)
    segment, along, plane_m, crosses = nearest_to(x, y, limit_m / scales[0], grid, bars, weight, limit_m / scales[1])
    if segment < 0:
        return -1, math.nan, math.nan, math.nan, math.nan, 0, False
    edge = int32s(streets, 3)[segment]
    off_m = plane_m * floats(streets, 6)[edge]
    if not off_m <= limit_m:
        return -1, math.nan, math.nan, math.nan, math.nan, 0, False
    ends, share = float_quads(streets, 4), float_pairs(streets, 5)
    x0, y0, x1, y1 = ends[segment, 0], ends[segment, 1], ends[segment, 2], ends[segment, 3]
    return (
        edge,
        _between(share[segment, 0], share[segment, 1], along),
        off_m,
        _between(x0, x1, along),
        _between(y0, y1, along),
        _side(x, y, x0, y0, x1, y1),
        crosses,
    )


@njit(cache=True, nogil=True)
def _between(start: float, end: float, along: float) -> float:
    """Go from start to end, exact at both."""
    return end if along >= 1.0 else start + along * (end - start)


@njit(cache=True, nogil=True)
def _side(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> int:
    """Return +1 left of a segment's direction, −1 right of it, 0 within a millimetre of its line."""
    dx, dy = x1 - x0, y1 - y0
    area_m2 = dx * (y - y0) - dy * (x - x0)
    if abs(area_m2) <= _MEASURABLE_M * math.hypot(dx, dy):
        return 0
    return 1 if area_m2 > 0.0 else -1
