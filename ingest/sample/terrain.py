"""Land and water of the sample territory: a peninsula, an island without a bridge, a river, a lake and woods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from ingest.sample.shapes import Points, blob, roughened, smoothed

__all__ = ["BORDER_X_M", "TOWN_XY_M", "Terrain"]

TOWN_XY_M = (14_400.0, 9_950.0)
"""The town's market place, on the north bank."""
BORDER_X_M = 24_500.0
"""About where the neighbouring département begins."""

_COAST_KM = (
    (33.5, 19.5), (31.0, 18.2), (28.5, 18.0), (26.2, 17.1), (24.2, 17.3), (22.4, 18.0), (20.6, 17.8), (19.2, 16.7),
    (18.2, 15.5), (17.0, 15.0), (15.9, 15.4), (15.4, 16.6), (14.4, 17.7), (12.2, 18.1), (10.2, 17.4), (8.6, 17.9),
    (7.0, 17.1), (5.3, 16.7), (4.3, 15.5), (2.7, 15.3), (1.5, 14.1), (2.5, 13.1), (4.1, 12.7), (5.0, 11.7),
    (4.4, 10.5), (2.9, 9.9), (1.5, 8.5), (2.0, 7.3), (3.8, 7.0), (5.5, 6.7), (6.7, 6.2), (7.9, 6.75), (8.55, 6.5),
    (8.6, 5.5), (8.8, 4.2), (10.2, 3.3), (12.2, 3.0), (14.2, 2.3), (16.1, 2.7), (18.0, 3.6), (20.1, 3.1), (22.0, 2.3),
    (24.0, 2.7), (26.1, 3.4), (28.2, 2.7), (30.4, 1.9), (33.5, 1.0),
)  # fmt: skip
_ISLAND_KM = ((8.6, 20.0), (9.2, 20.5), (10.2, 20.6), (10.9, 20.2), (10.5, 19.75), (9.6, 19.85), (9.0, 19.6))
_RIVER_KM = (
    (33.5, 12.6), (31.0, 11.7), (29.3, 12.6), (27.5, 12.0), (25.6, 12.4), (24.2, 11.3), (22.6, 12.1), (21.2, 11.2),
    (19.7, 11.5), (18.5, 10.6), (17.2, 10.5), (16.2, 9.6), (15.4, 9.5), (14.4, 9.38), (13.4, 9.5), (12.5, 9.2),
    (11.7, 8.2), (10.6, 8.0), (9.7, 7.3), (8.7, 7.1), (8.15, 6.5),
)  # fmt: skip
_BROOKS_KM = (
    ((17.6, 14.0), (17.2, 14.5), (17.1, 15.2)),
    ((11.2, 14.6), (11.6, 13.2), (12.4, 11.6), (12.6, 10.2), (12.55, 9.15)),
    ((19.6, 5.2), (18.3, 6.6), (17.9, 8.2), (17.4, 9.4), (17.1, 10.4)),
    ((9.0, 12.9), (7.2, 12.4), (5.9, 12.1), (4.9, 11.7)),
    ((22.9, 6.4), (23.1, 4.6), (22.6, 2.2)),
    ((13.0, 6.2), (11.9, 5.2), (11.6, 3.0)),
)


@dataclass(frozen=True)
class Terrain:
    """What nature gave, in board metres."""

    mainland: Polygon
    """Runs past the extract's clip in the east."""
    island: Polygon
    river_line: LineString
    """From the east to the estuary."""
    river: Polygon
    brooks: tuple[LineString, ...]
    lake: Polygon
    woods: tuple[Polygon, ...]
    """The first is the great forest."""

    @property
    def wet(self) -> BaseGeometry:
        """River and lake."""
        return shapely.union_all([self.river, self.lake])

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Terrain:
        """Draw the land: hand-placed outlines, roughened by the seed."""
        coast = roughened(_km(_COAST_KM), rng, 0.13, 2)
        mainland = Polygon(roughened(smoothed(coast, 1), rng, 0.12, 2)).buffer(0)
        island = Polygon(roughened(smoothed(_km(_ISLAND_KM), 1, closed=True), rng, 0.1, 2, closed=True)).buffer(0)
        river_xy = smoothed(roughened(_km(_RIVER_KM), rng, 0.05, 1), 3)
        river_line = LineString(river_xy)
        river = _widening(river_xy)
        brooks = tuple(LineString(smoothed(roughened(_km(b), rng, 0.12, 2), 2)) for b in _BROOKS_KM)
        lake = blob((20_350.0, 14_750.0), 480.0, rng, stretch=2.2, corners=13)
        woods = _woods(rng, mainland, shapely.union_all([river.buffer(60), lake.buffer(-5)]))
        return cls(_largest(mainland), _largest(island), river_line, river, brooks, lake, woods)


def _km(points: tuple[tuple[float, float], ...]) -> Points:
    return np.asarray(points, dtype=np.float64) * 1000.0


def _largest(shape: BaseGeometry) -> Polygon:
    parts = shapely.get_parts(shape)
    return Polygon(parts[int(np.argmax(shapely.area(parts)))])


def _widening(xy: Points) -> Polygon:
    """Give the river its banks: 11 m to each side in the east, 75 m at the mouth."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    half_m = np.interp(along / along[-1], [0.0, 0.45, 0.72, 0.9, 1.0], [11.0, 15.0, 21.0, 34.0, 75.0])
    ahead = np.gradient(xy, axis=0)
    normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None]
    banks = np.vstack([xy + normal * half_m[:, None], (xy - normal * half_m[:, None])[::-1]])
    return _largest(Polygon(banks).buffer(0))


def _woods(rng: np.random.Generator, mainland: Polygon, water: BaseGeometry) -> tuple[Polygon, ...]:
    """Put the great forest beside the lake and some thirty woods anywhere else, none on water nor in the town."""
    shore = mainland.buffer(-150)
    town = shapely.Point(TOWN_XY_M).buffer(2_600)
    woods = [_largest(blob((21_900.0, 14_900.0), 1_350.0, rng, stretch=1.9, corners=17) - water)]
    while len(woods) < 34:
        centre = (float(rng.uniform(2_500, 31_000)), float(rng.uniform(3_000, 17_500)))
        wood = blob(centre, float(rng.uniform(120, 430)), rng, stretch=float(rng.uniform(1.2, 2.4)), corners=12)
        clear = not any(wood.distance(other) < 80 for other in woods) and not wood.intersects(town)
        if clear and shore.contains(wood):
            woods.append(_largest(wood - water))
    return tuple(woods)
