"""The sea of an extract. OpenStreetMap draws no sea, only the coast, with land to its left and water to its right."""

from __future__ import annotations

import numpy as np
import osmium
import shapely
from shapely import LineString, Point, Polygon

__all__ = ["Coast"]

_REACH_DEG = 0.02
"""A coast that an extract cut off this near its edge goes on to the edge."""
_ASIDE_DEG = 2e-6
"""So far to the side of the coast, a point is on land or in the water for certain."""


class Coast:
    """Gathers the coastline of a file, way by way."""

    def __init__(self) -> None:
        self._pieces: list[LineString] = []

    def add(self, way: osmium.osm.Way) -> None:
        """Add a way of the coast, as far as the file holds its nodes."""
        run: list[tuple[float, float]] = []
        for node in [*way.nodes, None]:
            if node is not None and node.location.valid():
                run.append((node.location.lon, node.location.lat))
                continue
            if len(run) > 1:
                self._pieces.append(LineString(run))
            run = []

    def sea(self, extent: Polygon) -> list[Polygon]:
        """Return the sea within an extent, in pieces; nothing where the file has no coast.

        Parameters
        ----------
        extent
            WGS 84: a coast that does not close ends at its edge.
        """
        if not self._pieces:
            return []
        merged = shapely.line_merge(shapely.multilinestrings(self._pieces), directed=True)
        coast = [_to_the_edge(line, extent) for line in shapely.get_parts(merged)]
        edges = shapely.union_all([extent.exterior, *shapely.intersection(coast, extent)])
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
        tree = shapely.STRtree(faces)
        wet = np.zeros(len(faces), dtype=np.int64)
        for side, vote in ((-1.0, 1), (1.0, -1)):
            _, hit = tree.query(_beside(coast, side), predicate="within")
            np.add.at(wet, hit, vote)
        return [Polygon(face) for face, votes in zip(faces, wet.tolist(), strict=True) if votes > 0]


def _to_the_edge(line: LineString, extent: Polygon) -> LineString:
    """Lead the loose ends of a coast straight to the extent's edge, where that is near."""
    xy = shapely.get_coordinates(line)
    if line.is_closed:
        return line
    edge = extent.exterior
    for end, row in ((0, 0), (-1, len(xy))):
        spot = Point(xy[end])
        if extent.contains(spot) and edge.distance(spot) < _REACH_DEG:
            foot = edge.interpolate(edge.project(spot))
            xy = np.insert(xy, row if row == 0 else len(xy), [foot.x, foot.y], axis=0)
    return LineString(xy)


def _beside(coast: list[LineString], side: float) -> np.ndarray:
    """Return a point beside the middle of every segment: to its left (1) or its right (−1)."""
    points = []
    for line in coast:
        xy = shapely.get_coordinates(line)
        ahead = np.diff(xy, axis=0)
        length = np.maximum(np.hypot(*ahead.T), 1e-12)[:, None]
        normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / length
        points.append((xy[:-1] + xy[1:]) / 2 + normal * side * _ASIDE_DEG)
    return np.asarray(shapely.points(np.vstack(points)))
