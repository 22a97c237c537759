"""Free ground: plots beside a street for schools, stadiums, supermarkets, parks; what is taken is taken."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from ingest.sample.shapes import Points
from ingest.sample.streets import RAIL, StreetMap
from ingest.sample.terrain import Terrain

__all__ = ["Ground", "Plot"]


@dataclass(frozen=True)
class Plot:
    """A piece of ground with its gate on the street."""

    outline: Polygon
    """Board metres."""
    gate_xy_m: tuple[float, float]
    """On the side towards the street."""

    @property
    def centre_xy_m(self) -> tuple[float, float]:
        """A point well inside."""
        centre = self.outline.centroid
        return float(centre.x), float(centre.y)


@dataclass
class Ground:
    """What is built on, and what is still free."""

    lines: NDArray[np.object_]
    """Centre lines of streets and track."""
    rows: list[int]
    """Row in the street map of each of the streets among them, which come first."""
    tree: shapely.STRtree
    water: BaseGeometry
    land: BaseGeometry
    taken: list[Polygon] = field(default_factory=list)
    """Grow it through `take`."""
    bounds: list[tuple[float, float, float, float]] = field(default_factory=list)

    def take(self, outline: Polygon) -> None:
        """Note that a piece of ground is taken."""
        self.taken.append(outline)
        self.bounds.append(outline.bounds)

    @classmethod
    def of(cls, streets: StreetMap, terrain: Terrain) -> Ground:
        """Survey the ground around all streets."""
        rows = [r for r in streets.street_rows() if streets.strokes[r].highway not in {"path", "footway", "steps"}]
        track = [r for r, s in enumerate(streets.strokes) if s.highway == RAIL]
        lines = np.array([streets.line(row) for row in rows + track])
        land = shapely.union_all([terrain.mainland.buffer(-25), terrain.island.buffer(-25)])
        water = shapely.union_all([terrain.wet.buffer(8), *(b.buffer(7) for b in terrain.brooks)])
        shapely.prepare(land)
        shapely.prepare(water)
        return cls(lines, rows, shapely.STRtree(lines), water, land)

    def _free(self, outline: Polygon) -> bool:
        """Tell whether nothing stands or flows on a piece of ground that no street crosses."""
        if self.bounds:
            west, south, east, north = np.array(self.bounds).T
            x0, y0, x1, y1 = outline.bounds
            near = np.flatnonzero((west < x1) & (east > x0) & (south < y1) & (north > y0))
            if any(outline.intersects(self.taken[row]) for row in near.tolist()):
                return False
        return bool(self.land.contains(outline)) and not self.water.intersects(outline)

    def plot(
        self,
        near: Points,
        within_m: float,
        size_m: tuple[float, float],
        rng: np.random.Generator,
        tries: int = 60,
        clearance_m: float = 7.0,
    ) -> Plot | None:
        """Find a free rectangle along a street near a point; the caller takes it.

        Parameters
        ----------
        near
            (2,) where it is wanted.
        within_m
            How far from there its street may be.
        size_m
            Length along the street and depth.
        tries
            Places to look at before the ground is called full.
        clearance_m
            Metres between its outline and the axis of any street.

        Returns
        -------
        Plot or None
            None where there is no room.
        """
        close = np.sort(self.tree.query(Point(near), predicate="dwithin", distance=within_m))
        close = close[close < len(self.rows)]
        if not len(close):
            return None
        chosen = close[rng.integers(len(close), size=tries)]
        lines = self.lines[chosen]
        at = rng.uniform(0.0, 1.0, tries) * shapely.length(lines)
        outlines, gates = _rectangles(lines, at, size_m, np.where(rng.random(tries) < 0.5, 1.0, -1.0))
        blocked = np.hypot(*(gates - near).T) > within_m
        blocked[self.tree.query(outlines, predicate="dwithin", distance=clearance_m)[0]] = True
        for place in np.flatnonzero(~blocked).tolist():
            if self._free(outlines[place]):
                gate = (float(gates[place, 0]), float(gates[place, 1]))
                return Plot(outlines[place], gate)
        return None


def _rectangles(
    lines: NDArray[np.object_], at: NDArray[np.float64], size_m: tuple[float, float], side: NDArray[np.float64]
) -> tuple[NDArray[np.object_], Points]:
    """Lay a rectangle beside each line, 9 m off its axis; return them and their gates (N, 2)."""
    length = shapely.length(lines)
    here, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, np.clip(at + shift, 0.0, length)))
        for shift in (-4.0, 4.0)
    )
    along = (ahead - here) / np.maximum(np.hypot(*(ahead - here).T), 1e-9)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]]) * side[:, None]
    foot = (here + ahead) / 2 + across * 9.0
    half, deep = along * size_m[0] / 2, across * size_m[1]
    corners = np.stack([foot - half, foot + half, foot + half + deep, foot - half + deep, foot - half], axis=1)
    return np.asarray(shapely.polygons(corners)), foot + across * 2.0
