"""The lattice town: a grid of streets whose every cost is known by arithmetic.

A place is written (column, row), in steps of 80 m eastwards and northwards; fractions are places too. Junctions stand
at whole numbers, but for the four corners of the grid: two streets meet there, nothing can be chosen, and they become
bends of an edge of 120 s (give a corner a third street to keep it). On foot, at 4.8 km/h, a step costs 60 s exactly; by
car, on an unsigned residential street (30 km/h), 9.6 s. Steps are laid out on the ellipsoid, not in a plane, because
costs are measured there: northwards and eastwards they are exact, and the columns lean so little (1 cm over a
kilometre) that no cost moves by a millisecond; places come back within a millimetre.

    town = Lattice(4, 3)                              # 4 columns, 3 rows of junctions, streets between neighbours
    town.one_way((0, 0), (3, 0))                      # the lowest street, eastwards only
    town.street((0, 2), (0, 3), (1, 3), (1, 2))       # a detour of 3 steps over two bends: a parallel edge
    town.street((3, 2), (4, 2), (4, 3), (3, 2.5), (3, 2))   # a cul-de-sac ring: a self-loop
    town.island((8, 0), 2, 2)                         # streets that nothing joins to the town
    town.obstacle((-1, 1.5), (4, 1.5))                # a river between the second row and the third: a straight line
    town.restrict("no_left_turn", (0, 1), (1, 1), (1, 2))   # who comes from (0, 1) must not turn north at (1, 1)
    network = StreetNetwork.build(town.raw(), walk, Projection("EPSG:2154"))
    town.junction(network, (2, 1))                    # its number in the network
    index.snap(town.lonlat((0.5, 0), (1.25, 0.1)))    # half a step along; 8 m north of a street

The last line's second place is 0.1 steps = 8 m off: 6 s on foot.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
from pyproj import Geod
from shapely import Polygon

from geo.modes import load_modes
from geo.network import RawStreets, StreetNetwork
from geo.projection import Projection
from geo.streets import LoadedArea
from geo.turns import Restriction

__all__ = ["MODES", "STEP_CAR_MS", "STEP_M", "STEP_WALK_MS", "Lattice"]

STEP_M = 80.0
STEP_WALK_MS = 60_000
STEP_CAR_MS = 9_600
MODES = load_modes(Path(__file__).parent.parent / "data" / "modes.toml")

_ELLIPSOID = Geod(ellps="WGS84")
_HOME = (4.43, 46.80)
Place = tuple[float, float]


class Lattice:
    """A town under construction; every method that adds returns the town."""

    def __init__(self, columns: int = 4, rows: int = 4, *, bends: int = 0, **tags: str) -> None:
        """Lay streets between all neighbours, each with ``bends`` nodes of degree 2 on its straight way.

        ``tags`` go on every street; without any, ``highway=residential``.
        """
        self._bends = bends
        self._tags = tags or {"highway": "residential"}
        self._ways: list[tuple[tuple[Place, ...], dict[str, str]]] = []
        self._barriers: dict[Place, dict[str, str]] = {}
        self._restrictions: list[tuple[tuple[Place, ...], dict[str, str]]] = []
        self._obstacles: list[tuple[Place, ...]] = []
        self._shores: list[tuple[Place, ...]] = []
        self._middle = (columns - 1) / 2
        self._grid((0, 0), columns, rows)

    def street(self, *places: Place, **tags: str) -> Lattice:
        """Draw a way through the places; it joins whatever else has a node at one of them."""
        self._ways.append((places, {**self._tags, **tags}))
        return self

    def one_way(self, start: Place, end: Place, **tags: str) -> Lattice:
        """Let the straight street from start to end be used in that direction alone."""
        return self.retag(start, end, oneway="yes", **tags)

    def retag(self, start: Place, end: Place, **tags: str) -> Lattice:
        """Redraw the blocks of the straight street from start to end, in that direction, with more tags."""
        for a, b in self._blocks(start, end):
            self._drop(a, b)
            self.street(*self._straight(a, b), **tags)
        return self

    def remove(self, start: Place, end: Place) -> Lattice:
        """Take the blocks of the straight street from start to end away."""
        for a, b in self._blocks(start, end):
            self._drop(a, b)
        return self

    def island(self, corner: Place, columns: int, rows: int) -> Lattice:
        """Add another grid, its lowest junction at ``corner``; joined to the town only if it touches it."""
        self._grid(corner, columns, rows)
        return self

    def barrier(self, place: Place, **tags: str) -> Lattice:
        """Put a barrier on the node at a place."""
        self._barriers[place] = tags
        return self

    def obstacle(self, *places: Place) -> Lattice:
        """Draw a line through the places that nobody crosses but by a street."""
        self._obstacles.append(places)
        return self

    def shore(self, *places: Place) -> Lattice:
        """Draw the border of water through the places."""
        self._shores.append(places)
        return self

    def restrict(self, value: str, *places: Place, **tags: str) -> Lattice:
        """Restrict the turn over the blocks between the places: from the first block, to the last.

        Between them lies a junction or, with more than three places, further blocks.
        """
        self._restrictions.append((places, {"restriction": value, **tags} if value else tags))
        return self

    def lonlat(self, *places: Place) -> np.ndarray:
        """(M, 2) degrees of places."""
        return np.array([self._lonlat(place) for place in places], dtype=np.float64).reshape(-1, 2)

    def raw(self, *extents: tuple[Place, Place]) -> RawStreets:
        """What an ingest would read; each of ``extents``, as lower left and upper right corner, is a loaded area.

        A way is of the first area that holds its first place, else of the last.
        """
        rows: dict[Place, int] = {}
        start, end, way = [], [], []
        for number, (places, _) in enumerate(self._ways):
            nodes = [rows.setdefault(place, len(rows)) for place in places]
            start += nodes[:-1]
            end += nodes[1:]
            way += [number] * (len(nodes) - 1)
        areas = tuple(LoadedArea(f"area {n}", self.polygon(*extent)) for n, extent in enumerate(extents))
        first = [next((n for n, e in enumerate(extents) if _holds(e, p[0])), len(extents) - 1) for p, _ in self._ways]
        return RawStreets(
            node_lonlat=self.lonlat(*rows),
            segment_from=np.array(start, np.int32),
            segment_to=np.array(end, np.int32),
            segment_way=np.array(way, np.int32),
            way_tags=[dict(tags) for _, tags in self._ways],
            areas=areas,
            segment_area=np.array([first[number] for number in way], np.int32) if extents else None,
            node_tags={rows[place]: tags for place, tags in self._barriers.items()},
            obstacle_lonlat=self.lonlat(
                *(e for o in (*self._obstacles, *self._shores) for e in itertools.chain(*itertools.pairwise(o)))
            ).reshape(-1, 4),
            obstacle_is_shore=np.repeat(
                [False, True], [sum(len(o) - 1 for o in drawn) for drawn in (self._obstacles, self._shores)]
            ),
            restrictions=tuple(self._restriction(places, tags, rows) for places, tags in self._restrictions),
        )

    def polygon(self, corner: Place, opposite: Place) -> Polygon:
        """The rectangle between two corners, WGS 84."""
        (west, south), (east, north) = corner, opposite
        return Polygon(self.lonlat((west, south), (east, south), (east, north), (west, north)))

    def network(self, mode: str = "walk", *extents: tuple[Place, Place]) -> StreetNetwork:
        """The network of a mode, in Lambert-93."""
        return StreetNetwork.build(self.raw(*extents), MODES[mode], Projection("EPSG:2154"))

    def junction(self, network: StreetNetwork, place: Place) -> int:
        """Number of the junction at a place; KeyError when there is none (contracted, or not in the component)."""
        x, y = Projection(network.crs).to_xy_m(*self._lonlat(place))
        away_m = np.hypot(network.junction_xy_m[:, 0] - x, network.junction_xy_m[:, 1] - y)
        nearest = int(away_m.argmin())
        if away_m[nearest] > 0.01:
            raise KeyError(place)
        return nearest

    def edge(self, network: StreetNetwork, start: Place, end: Place) -> int:
        """Lowest edge between two junctions, in either order; KeyError when there is none."""
        ends = {self.junction(network, start), self.junction(network, end)}
        for edge in range(network.edges):
            if {int(network.edge_from[edge]), int(network.edge_to[edge])} == ends:
                return edge
        raise KeyError((start, end))

    def _lonlat(self, place: Place) -> Place:
        column, row = place
        forward = _ELLIPSOID.fwd(*_HOME, 0.0 if row >= 0 else 180.0, abs(row) * STEP_M)
        latitude = math.radians(forward[1])
        across_m = _ELLIPSOID.a / math.sqrt(1 - _ELLIPSOID.es * math.sin(latitude) ** 2) * math.cos(latitude)
        return _HOME[0] + math.degrees((column - self._middle) * STEP_M / across_m), forward[1]

    def _grid(self, corner: Place, columns: int, rows: int) -> None:
        west, south = corner
        for row in range(rows):
            for column in range(columns):
                here = (west + column, south + row)
                if column + 1 < columns:
                    self.street(*self._straight(here, (here[0] + 1, here[1])))
                if row + 1 < rows:
                    self.street(*self._straight(here, (here[0], here[1] + 1)))

    def _straight(self, a: Place, b: Place) -> list[Place]:
        pieces = self._bends + 1
        return [(a[0] + (b[0] - a[0]) * n / pieces, a[1] + (b[1] - a[1]) * n / pieces) for n in range(pieces + 1)]

    def _blocks(self, start: Place, end: Place) -> list[tuple[Place, Place]]:
        steps = round(max(abs(end[0] - start[0]), abs(end[1] - start[1])))
        line = [
            (start[0] + (end[0] - start[0]) * n / steps, start[1] + (end[1] - start[1]) * n / steps)
            for n in range(steps + 1)
        ]
        return list(itertools.pairwise(line))

    def _restriction(self, places: tuple[Place, ...], tags: dict[str, str], rows: dict[Place, int]) -> Restriction:
        number = {frozenset((way[0], way[-1])): row for row, (way, _) in enumerate(self._ways)}
        first, *over, last = (number[frozenset(block)] for block in itertools.pairwise(places))
        via_nodes = () if over else (rows[places[1]],)
        return Restriction(tags, (first,), (last,), via_nodes=via_nodes, via_ways=tuple(over))

    def _drop(self, a: Place, b: Place) -> None:
        before = len(self._ways)
        self._ways = [way for way in self._ways if {way[0][0], way[0][-1]} != {a, b} or len(way[0]) > self._bends + 2]
        if len(self._ways) == before:
            raise KeyError(f"no block between {a} and {b}")


def _holds(extent: tuple[Place, Place], place: Place) -> bool:
    (west, south), (east, north) = extent
    return west <= place[0] <= east and south <= place[1] <= north
