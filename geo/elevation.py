"""Heights of the nodes of streets: off the ground over bridges and through tunnels, and smooth along the ways.

A raster's heights carry noise, and a street is smoother than the ground around it. Taken as they are, two nodes a few
metres apart would make slopes that nobody climbs: every height is therefore the value at the node of a straight line
laid through the heights of its way nearby. A straight climb stays exactly what it is.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from geo.projection import ground_m
from geo.slope import is_structure
from geo.streets import RawStreets

__all__ = ["WINDOW_M", "street_heights"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOW_M = 50.0
"""Along the way, on either side of a node: what lies nearer counts more."""


def street_heights(raw: RawStreets, ground_height_m: Floats) -> Floats:
    """Return (N,) metres: the heights of the streets' nodes; NaN where none can be told.

    A node that bridges or tunnels alone touch stands between the ends of these, in proportion to the way to them.

    Parameters
    ----------
    ground_height_m
        (N,) heights of the ground at the nodes, NaN where unknown.
    """
    length_m = _lengths_m(raw)
    off_ground = np.array([is_structure(tags) for tags in raw.way_tags], np.bool_)[raw.segment_way]
    inner = np.zeros(len(raw.node_lonlat), np.bool_)
    inner[raw.segment_from[off_ground]] = inner[raw.segment_to[off_ground]] = True
    inner[raw.segment_from[~off_ground]] = inner[raw.segment_to[~off_ground]] = False
    known_m = np.where(inner, np.nan, ground_height_m)
    # Bridges first are left out, then laid between the smoothed ends.
    smooth_m = _smoothed(raw, np.where(off_ground, np.inf, length_m), known_m)
    return _between(raw, length_m, off_ground, inner, smooth_m)


def _lengths_m(raw: RawStreets) -> Floats:
    (lon_from, lat_from), (lon_to, lat_to) = raw.node_lonlat[raw.segment_from].T, raw.node_lonlat[raw.segment_to].T
    return ground_m(lon_from, lat_from, lon_to, lat_to)


def _smoothed(raw: RawStreets, length_m: Floats, height_m: Floats) -> Floats:
    """Smooth along runs of consecutive segments of a way; a length of infinity parts two runs."""
    joined = np.zeros(len(length_m), np.bool_)
    joined[1:] = (
        (raw.segment_way[1:] == raw.segment_way[:-1])
        & (raw.segment_from[1:] == raw.segment_to[:-1])
        & np.isfinite(length_m[1:])
        & np.isfinite(length_m[:-1])
    )
    total, weight = _fit(
        raw.segment_from.astype(np.int64), raw.segment_to.astype(np.int64), joined, length_m, height_m, WINDOW_M
    )
    # A node of which no run says anything (the end of a bridge that nothing joins) keeps the ground's height.
    return np.divide(total, weight, out=height_m.copy(), where=weight > 0)


@numba.njit(cache=True)
def _fit(
    start: Ints, end: Ints, joined: NDArray[np.bool_], length_m: Floats, height_m: Floats, window_m: float
) -> tuple[Floats, Floats]:
    """Add up at each node what the lines through each run say of its height, and what they weigh.

    A run weighs as many metres as its line is laid through: a stub says less than a street.
    """
    total, weight = np.zeros(len(height_m)), np.zeros(len(height_m))
    node, along_m = np.empty(len(start) + 1, np.int64), np.empty(len(start) + 1, np.float64)
    first = 0
    while first < len(start):
        node[0], along_m[0] = start[first], 0.0
        count, segment = 1, first
        while segment < len(start) and (segment == first or joined[segment]):
            if length_m[segment] < np.inf:
                node[count], along_m[count] = end[segment], along_m[count - 1] + length_m[segment]
                count += 1
            segment += 1
        first = segment
        low = 0
        for here in range(count if count > 1 else 0):
            while along_m[here] - along_m[low] >= window_m:
                low += 1
            s0 = s1 = s2 = h0 = h1 = 0.0
            nearest, farthest = np.inf, -np.inf
            other = low
            while other < count and along_m[other] - along_m[here] < window_m:
                away_m, metres = along_m[other] - along_m[here], height_m[node[other]]
                if not np.isnan(metres):
                    near = 1.0 - abs(away_m) / window_m
                    s0 += near
                    s1 += near * away_m
                    s2 += near * away_m * away_m
                    h0 += near * metres
                    h1 += near * metres * away_m
                    nearest, farthest = min(nearest, away_m), max(farthest, away_m)
                other += 1
            own_m = height_m[node[here]]
            if np.isnan(own_m):
                continue
            spread = s0 * s2 - s1 * s1
            value = (h0 * s2 - h1 * s1) / spread if spread > 1e-6 * s0 * s0 else own_m
            metres_told = max(farthest - nearest, 1.0)
            total[node[here]] += metres_told * value
            weight[node[here]] += metres_told
    return total, weight


def _between(
    raw: RawStreets, length_m: Floats, off_ground: NDArray[np.bool_], inner: NDArray[np.bool_], height_m: Floats
) -> Floats:
    """Lay the nodes within bridges and tunnels between the ends of these: each is the mean of its neighbours."""
    if not inner.any():
        return height_m
    # Streets without bridges, and a service that only reads networks, do without scipy.
    from scipy.sparse import coo_array, diags_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415
    from scipy.sparse.linalg import spsolve  # noqa: PLC0415

    rows = off_ground & (inner[raw.segment_from] | inner[raw.segment_to]) & (raw.segment_from != raw.segment_to)
    start, end = raw.segment_from[rows], raw.segment_to[rows]
    conductance = 1.0 / np.maximum(length_m[rows], 0.01)
    known = np.isfinite(height_m)
    nodes = np.unique(np.concatenate([start, end]))
    a, b = np.searchsorted(nodes, start), np.searchsorted(nodes, end)
    size = len(nodes)
    _, piece = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(size, size)), directed=False)
    open_ = ~known[nodes]
    anchored = np.isin(piece, piece[~open_])
    solve = open_ & anchored
    if not solve.any():
        return height_m
    pairs = coo_array(
        (np.concatenate([conductance, conductance]), (np.concatenate([a, b]), np.concatenate([b, a]))),
        shape=(size, size),
    ).tocsr()
    # An end on the ground whose height is not known holds nothing up: it follows the bridge.
    laplacian = (diags_array(pairs.sum(axis=1)) - pairs).tocsr()
    right = -laplacian[solve][:, ~open_] @ height_m[nodes[~open_]]
    filled_m = height_m.copy()
    filled_m[nodes[solve]] = spsolve(laplacian[solve][:, solve].tocsc(), right)
    return filled_m
