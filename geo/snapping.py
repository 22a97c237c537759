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
from numpy.typing import NDArray

from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.segment_grid import SegmentGrid

__all__ = ["SNAP_LIMIT_M", "EdgeIndex", "FoundSnap", "Snap"]

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
        self._projection = Projection(network.crs)
        leads_on = np.ones(len(network.vertex_xy_m), bool)
        leads_on[network.vertex_ptr[1:] - 1] = False
        start = np.flatnonzero(leads_on)
        self._edge = np.repeat(np.arange(network.edges, dtype=np.int32), np.diff(network.vertex_ptr) - 1)
        self._ends_m = np.hstack([network.vertex_xy_m[start], network.vertex_xy_m[start + 1]])
        self._share = np.column_stack([network.vertex_share[start], network.vertex_share[start + 1]])
        plane_m = np.hypot(self._ends_m[:, 2] - self._ends_m[:, 0], self._ends_m[:, 3] - self._ends_m[:, 1])
        edge_plane_m = np.bincount(self._edge, weights=plane_m, minlength=network.edges)
        self._ground_per_plane = np.ones(network.edges)
        np.divide(network.length_m, edge_plane_m, out=self._ground_per_plane, where=edge_plane_m > _MEASURABLE_M)
        self._scales = (
            (float(self._ground_per_plane.min()), float(self._ground_per_plane.max())) if network.edges else (1.0, 1.0)
        )
        self._grid = SegmentGrid.over(self._ends_m) if network.edges else None
        barred = network.obstacle_xy_m
        self._obstacles = SegmentGrid.over(barred) if len(barred) else SegmentGrid.empty()
        self._is_shore = network.obstacle_is_shore

    def snap(self, lonlat: NDArray[np.float64], limit_m: float = SNAP_LIMIT_M) -> FoundSnap:
        """Find the nearest edge of each place that no obstacle parts from it, else the nearest of all.

        Parameters
        ----------
        lonlat
            (M, 2) degrees, WGS 84. A place that is NaN, infinite or out of this world is off the network.
        limit_m
            Metres on the ground beyond which a place is off the network.
        """
        lonlat = np.asarray(lonlat, np.float64).reshape(-1, 2)
        edge = np.full(len(lonlat), -1, np.int32)
        fraction, off_m = np.full(len(lonlat), np.nan), np.full(len(lonlat), np.nan)
        xy_m = np.full((len(lonlat), 2), np.nan)
        side, crosses = np.zeros(len(lonlat), np.int8), np.zeros(len(lonlat), np.bool_)
        if self._grid is not None:
            x, y = self._projection.to_xy_m(lonlat[:, 0], lonlat[:, 1])
            least, most = self._scales
            segment, along, distance_m, behind = self._grid.nearest_unbarred(
                x, y, limit_m / least, self._obstacles, self._is_shore, limit_m / most
            )
            ground_m_off = distance_m * self._ground_per_plane[self._edge[segment]]
            found = (segment >= 0) & (ground_m_off <= limit_m)
            segment, along = segment[found], along[found]
            edge[found] = self._edge[segment]
            fraction[found] = _between(self._share[segment, 0], self._share[segment, 1], along)
            off_m[found] = ground_m_off[found]
            xy_m[found] = self._points(segment, along)
            side[found] = _side(self._ends_m[segment], x[found], y[found])
            crosses[found] = behind[found]
        return FoundSnap(edge, fraction, off_m, xy_m, side, crosses)

    def nearest_m(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the metres on the ground (M,) to the street that is nearest in the plane, however far.

        Meant for the words of an error. NaN when the place is no position, or when there is no street at all.
        """
        lon, lat = np.asarray(lonlat, np.float64).reshape(-1, 2).T
        metres = np.full(len(lon), np.nan)
        if self._grid is not None:
            segment, along, _ = self._grid.nearest(*self._projection.to_xy_m(lon, lat), math.inf)
            found = segment >= 0
            x, y = self._points(segment[found], along[found]).T
            metres[found] = ground_m(lon[found], lat[found], *self._projection.to_lonlat(x, y))
        return metres

    def _points(self, segment: NDArray[np.int32], along: NDArray[np.float64]) -> NDArray[np.float64]:
        ends_m = self._ends_m[segment]
        return _between(ends_m[:, :2], ends_m[:, 2:], along[:, None])


def _between(start: NDArray[np.float64], end: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.float64]:
    """Go from start to end, exact at both."""
    return np.where(along >= 1, end, start + along * (end - start))


def _side(ends_m: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return +1 left of the segments' direction, −1 right of it, 0 within a millimetre of their lines."""
    dx, dy = ends_m[:, 2] - ends_m[:, 0], ends_m[:, 3] - ends_m[:, 1]
    area_m2 = dx * (y - ends_m[:, 1]) - dy * (x - ends_m[:, 0])
    return np.where(np.abs(area_m2) > _MEASURABLE_M * np.hypot(dx, dy), np.sign(area_m2), 0.0)
