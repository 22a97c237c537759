"""Snapping: the project's grid of segments, beside shapely's STRtree over the same segments."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.clock import ROUNDS, Unequal, race
from benchmarks.streets import Area
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.snapping import EdgeIndex

__all__ = ["PLACES", "SnapTimes", "time_snapping"]

PLACES = 20_000
_REACH_M = 120.0
_TOLERANCE_M = 1e-6


@dataclass(frozen=True)
class SnapTimes:
    """Seconds for making an index, and for one place."""

    area: str
    mode: str
    segments: int
    build_s: float
    tree_build_s: float
    snap_s: float
    tree_snap_s: float


def time_snapping(area: Area, mode: Mode, places: int = PLACES, rounds: int = ROUNDS) -> SnapTimes:
    """Time the nearest street of places; both begin with degrees, and so with the projection.

    Ours also returns the share of the edge and the metres on the ground; the tree only the segment and metres in the
    plane.

    Raises
    ------
    Unequal
        When the two find different distances.
    """
    # The tree knows of no river or railway between a place and its street.
    network = replace(area.network(mode), obstacle_xy_m=np.zeros((0, 4)))
    projection = Projection(area.crs)
    lonlat = _near_streets(network, projection, places)
    segments = _segments(network)
    index, tree = EdgeIndex(network), shapely.STRtree(segments)

    def by_tree() -> NDArray[np.float64]:
        x, y = projection.to_xy_m(lonlat[:, 0], lonlat[:, 1])
        _, away_m = tree.query_nearest(shapely.points(x, y), return_distance=True, all_matches=False)
        found: NDArray[np.float64] = away_m
        return found

    x, y = projection.to_xy_m(lonlat[:, 0], lonlat[:, 1])
    own = index.snap(lonlat)
    own_m = np.hypot(own.xy_m[:, 0] - x, own.xy_m[:, 1] - y)
    worst_m = float(np.abs(own_m - by_tree()).max())
    if not worst_m <= _TOLERANCE_M:
        raise Unequal(f"grid and STRtree differ by {worst_m} m on {area.name}, {mode.id}")
    best = race(
        rounds,
        build=lambda: EdgeIndex(network),
        tree_build=lambda: shapely.STRtree(segments),
        snap=lambda: index.snap(lonlat),
        tree_snap=by_tree,
    )
    return SnapTimes(
        area.name,
        mode.id,
        len(segments),
        best["build"],
        best["tree_build"],
        best["snap"] / places,
        best["tree_snap"] / places,
    )


def _near_streets(network: StreetNetwork, projection: Projection, places: int) -> NDArray[np.float64]:
    """Return (M, 2) degrees of places up to 120 m from a vertex of a street, in no order."""
    rng = np.random.default_rng(11)
    vertex = network.vertex_xy_m[rng.integers(0, len(network.vertex_xy_m), places)]
    angle, away_m = rng.uniform(0, 2 * np.pi, places), rng.uniform(0, _REACH_M, places)
    lon, lat = projection.to_lonlat(vertex[:, 0] + away_m * np.cos(angle), vertex[:, 1] + away_m * np.sin(angle))
    return np.column_stack([lon, lat])


def _segments(network: StreetNetwork) -> NDArray[np.object_]:
    """Every straight piece of every edge as a line: what the grid holds too."""
    leads_on = np.ones(len(network.vertex_xy_m), bool)
    leads_on[network.vertex_ptr[1:] - 1] = False
    start = np.flatnonzero(leads_on)
    ends_m = np.stack([network.vertex_xy_m[start], network.vertex_xy_m[start + 1]], axis=1)
    return np.asarray(shapely.linestrings(ends_m))
