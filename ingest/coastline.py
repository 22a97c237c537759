"""The sea of an extract. OpenStreetMap draws no sea, only the coast, with land to its left and water to its right."""

from __future__ import annotations

from itertools import groupby

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
    """Gathers the coastline of one file or several, way by way."""

    def __init__(self) -> None:
        self._ways: dict[int, list[int]] = {}
        self._lonlat: dict[int, tuple[float, float]] = {}

    def add(self, way: osmium.osm.Way) -> None:
        """Add a way of the coast; one that another file has too is taken once, with the nodes that either holds."""
        refs = [node.ref for node in way.nodes]
        if len(refs) > len(self._ways.get(way.id, ())):
            self._ways[way.id] = refs
        for node in way.nodes:
            if node.location.valid():
                self._lonlat.setdefault(node.ref, (node.location.lon, node.location.lat))

    def _pieces(self) -> list[LineString]:
        pieces = []
        for _, refs in sorted(self._ways.items()):
            for held, run in groupby(refs, self._lonlat.__contains__):
                spots = [self._lonlat[ref] for ref in run] if held else []
                pieces += [LineString(spots)] if len(spots) > 1 else []
        return pieces

    def sea(self, extent: Polygon) -> list[Polygon]:
        """Return the sea within an extent, in pieces; nothing where the file has no coast.

        Parameters
        ----------
        extent
            WGS 84: a coast that does not close ends at its edge.
        """
        pieces = self._pieces()
        if not pieces:
            return []
        merged = shapely.line_merge(shapely.multilinestrings(pieces), directed=True)
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
