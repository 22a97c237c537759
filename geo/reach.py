"""Where the loaded streets end: beyond it a service may exist that no field knows.

A junction *at the edge* is one from which a way may lead on to streets that are not loaded, or to services that are
not. The seconds from an address to the nearest of them say how far its answer can be trusted.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import Int32s
from geo.network import StreetNetwork
from geo.projection import Projection

__all__ = ["CUT_MARGIN_M", "boundary_junctions"]

CUT_MARGIN_M = 400.0
"""A dead end this near to where an extract was clipped is taken for a street that the clip has cut."""
_STEP_DEG = 0.01
"""Boundaries are straight in degrees, not in metres: they are projected in steps of about a kilometre."""


def boundary_junctions(
    network: StreetNetwork,
    declared_area: BaseGeometry | None,
    extent: BaseGeometry | None,
    projection: Projection,
    margin_m: float = CUT_MARGIN_M,
) -> Int32s:
    """Return the junctions at the edge of the loaded streets.

    Parameters
    ----------
    declared_area
        Where services and streets are meant to be complete (territory and halo), WGS 84; None when it is not
        declared. Junctions outside are at the edge.
    extent
        Where streets are loaded, WGS 84, in one piece or several; None when they were not clipped. Junctions outside
        are at the edge, and so are dead ends within `margin_m` inside its boundary.
    projection
        The plane of the network's metres.

    Returns
    -------
    (B,) int32 junctions, ascending.
    """
    x, y = network.junction_xy_m[:, 0], network.junction_xy_m[:, 1]
    lon, lat = projection.to_lonlat(x, y)
    at_edge = np.zeros(network.junctions, np.bool_)
    for area in (declared_area, extent):
        if area is not None:
            shapely.prepare(area)
            at_edge |= ~shapely.intersects_xy(area, lon, lat)
    if extent is not None:
        ends = _dead_ends(network)
        line = shapely.transform(
            shapely.segmentize(extent.boundary, _STEP_DEG),
            lambda lonlat: np.column_stack(projection.to_xy_m(lonlat[:, 0], lonlat[:, 1])),
        )
        shapely.prepare(line)
        at_edge[ends] |= shapely.dwithin(shapely.points(x[ends], y[ends]), line, margin_m)
    if network.splits is not None:
        at_edge[network.splits.junction] |= at_edge[network.splits.of]
    return np.flatnonzero(at_edge).astype(np.int32)


def _dead_ends(network: StreetNetwork) -> NDArray[np.intp]:
    """Return the junctions at which one edge ends and nothing else; a loop has both its ends there."""
    ends = np.concatenate([network.edge_from, network.edge_to])
    return np.flatnonzero(np.bincount(ends, minlength=network.junctions) == 1)
