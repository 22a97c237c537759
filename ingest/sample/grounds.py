"""Free ground: plots beside a street for schools, stadiums, supermarkets, parks; what is taken is taken."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
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
    row: int
    """Row of the street in the street map."""

    @property
    def centre_xy_m(self) -> tuple[float, float]:
        """A point well inside."""
        centre = self.outline.centroid
        return float(centre.x), float(centre.y)


@dataclass
class Ground:
    """What is built on, and what is still free."""

    lines: np.ndarray
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

    def free(self, outline: Polygon, clearance_m: float = 7.0) -> bool:
        """Tell whether nothing stands, flows or drives on a piece of ground."""
        if len(self.tree.query(outline, predicate="dwithin", distance=clearance_m)):
            return False
        if self.bounds:
            west, south, east, north = np.array(self.bounds).T
            x0, y0, x1, y1 = outline.bounds
            for row in np.flatnonzero((west < x1) & (east > x0) & (south < y1) & (north > y0)).tolist():
                if outline.intersects(self.taken[row]):
                    return False
        return bool(self.land.contains(outline)) and not self.water.intersects(outline)

    def plot(
        self, near: Points, within_m: float, size_m: tuple[float, float], rng: np.random.Generator, tries: int = 60
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

        Returns
        -------
        Plot or None
            None where there is no room.
        """
        close = np.sort(self.tree.query(Point(near), predicate="dwithin", distance=within_m))
        close = close[close < len(self.rows)]
        if not len(close):
            return None
        for _ in range(tries):
            chosen = int(close[int(rng.integers(len(close)))])
            line: LineString = self.lines[chosen]
            row = self.rows[chosen]
            at = float(rng.uniform(0, line.length))
            gate = line.interpolate(at)
            if gate.distance(Point(near)) > within_m:
                continue
            made = _rectangle(line, at, size_m, 1.0 if rng.random() < 0.5 else -1.0)
            if made is not None and self.free(made[0]):
                return Plot(made[0], made[1], row)
        return None


def _rectangle(
    line: LineString, at: float, size_m: tuple[float, float], side: float
) -> tuple[Polygon, tuple[float, float]] | None:
    """Lay a rectangle beside a line, 9 m off its axis."""
    here, ahead = (np.array(line.interpolate(min(line.length, max(0.0, at + d))).coords[0]) for d in (-4.0, 4.0))
    step = ahead - here
    length = float(np.hypot(*step))
    if length < 1.0:
        return None
    along = step / length
    across = np.array([-along[1], along[0]]) * side
    foot = (here + ahead) / 2 + across * 9.0
    half = along * size_m[0] / 2
    corners = [foot - half, foot + half, foot + half + across * size_m[1], foot - half + across * size_m[1]]
    gate = foot + across * 2.0
    return Polygon(corners), (float(gate[0]), float(gate[1]))
