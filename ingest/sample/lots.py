"""Building lots: where houses can stand along the streets, wall to wall in the old town, wide apart in hamlets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ingest.sample.communes import Commune
from ingest.sample.grounds import Ground
from ingest.sample.shapes import Points
from ingest.sample.streets import StreetMap
from ingest.sample.terrain import TOWN_XY_M

__all__ = ["Lots", "marked_lots"]

_STREETS = {"residential", "living_street", "pedestrian", "tertiary", "secondary", "unclassified"}
_OWN_STREET_M, _OTHER_STREET_M, _PLOT_M, _NEIGHBOUR_M = 5.0, 7.6, 6.0, 10.4
"""How near a house's middle may be to the axis of its street, to another's, to a plot, to the next house's middle."""


@dataclass(frozen=True)
class _Pattern:
    """How a zone is built on; metres."""

    step_m: float
    """From one house to the next."""
    off_m: float
    """From the street's axis."""
    wide_m: float
    deep_m: float


_PATTERNS = {
    "centre": _Pattern(13.5, 9.5, 12.5, 9.5),
    "ville": _Pattern(20.0, 13.0, 12.0, 9.0),
    "lotissement": _Pattern(23.0, 14.0, 12.0, 9.0),
    "bourg": _Pattern(21.0, 12.0, 11.0, 9.0),
    "village": _Pattern(27.0, 12.5, 12.0, 9.0),
    "hameau": _Pattern(42.0, 14.0, 15.0, 9.0),
}


@dataclass(frozen=True)
class Lots:
    """One row a lot; columns of length H."""

    xy_m: Points
    """(H, 2) the middle of the house, board metres."""
    along: Points
    """(H, 2) unit vectors of the street."""
    size_m: Points
    """(H, 2) footprint along and across the street."""
    street_row: NDArray[np.int64]
    side: NDArray[np.int64]
    """1 to the left of the street, −1 to its right."""
    zone: NDArray[np.str_]

    def only(self, rows: NDArray[np.int64]) -> Lots:
        """Return some of the lots."""
        return Lots(
            self.xy_m[rows],
            self.along[rows],
            self.size_m[rows],
            self.street_row[rows],
            self.side[rows],
            self.zone[rows],
        )


def marked_lots(streets: StreetMap, ground: Ground, communes: tuple[Commune, ...], rng: np.random.Generator) -> Lots:
    """Mark the lots along all built streets, where nothing else stands."""
    bourgs = {v.name for c in communes for v in c.villages if v.rank == "bourg"}
    parts = [_along(streets, row, bourgs, rng) for row in streets.street_rows() if _builds(streets, row)]
    lots = Lots(
        np.vstack([p.xy_m for p in parts]),
        np.vstack([p.along for p in parts]),
        np.vstack([p.size_m for p in parts]),
        np.concatenate([p.street_row for p in parts]),
        np.concatenate([p.side for p in parts]),
        np.concatenate([p.zone for p in parts]),
    )
    return lots.only(_clear(ground, lots))


def _builds(streets: StreetMap, row: int) -> bool:
    stroke = streets.strokes[row]
    return stroke.built and stroke.ground and stroke.highway in _STREETS and stroke.name != ""


def _zone(site: str, radius_m: float, bourgs: set[str]) -> str:
    if site == "ville":
        return "centre" if radius_m < 445 else "ville"
    for kind in ("lotissement", "hameau"):
        if site.startswith(kind):
            return kind
    return "bourg" if site in bourgs else "village"


def _along(streets: StreetMap, row: int, bourgs: set[str], rng: np.random.Generator) -> Lots:
    """Mark the lots of one street, both sides."""
    line = streets.line(row)
    middle = np.array(line.interpolate(0.5, normalized=True).coords[0])
    zone = _zone(streets.strokes[row].site, float(np.hypot(*(middle - TOWN_XY_M))), bourgs)
    pattern, tight = _PATTERNS[zone], zone == "centre"
    spots, sides = [], []
    for side in (1, -1):
        at = np.arange(9.0 + rng.uniform(0, 4), line.length - 7.0, pattern.step_m)
        spots.append(at + rng.uniform(-0.18, 0.18, len(at)) * (1.0 if tight else pattern.step_m))
        sides.append(np.full(len(at), side, dtype=np.int64))
    at, side_of = np.concatenate(spots), np.concatenate(sides)
    here, ahead, back = (
        shapely.get_coordinates(shapely.line_interpolate_point(line, np.clip(at + shift, 0.0, line.length)))
        for shift in (0.0, 3.0, -3.0)
    )
    along = (ahead - back) / np.maximum(np.hypot(*(ahead - back).T), 1e-9)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]]) * side_of[:, None]
    off = pattern.off_m + rng.uniform(-1.0, 0.4 if tight else 2.5, len(at))
    wide, deep = pattern.wide_m * rng.uniform(0.8, 1.06, len(at)), pattern.deep_m * rng.uniform(0.8, 1.2, len(at))
    return Lots(
        here + across * off[:, None],
        along,
        np.column_stack([wide, deep]),
        np.full(len(at), row, dtype=np.int64),
        side_of,
        np.full(len(at), zone),
    )


def _clear(ground: Ground, lots: Lots) -> NDArray[np.int64]:
    """Return the lots that lie on nothing else: no street, plot, water, nor an earlier lot."""
    points = np.asarray(shapely.points(lots.xy_m))
    good = np.asarray(shapely.contains(ground.land, points) & ~shapely.intersects(ground.water, points))
    found, line = ground.tree.query(points, predicate="dwithin", distance=_OTHER_STREET_M)
    row_of_line = np.array([*ground.rows, *([-1] * (len(ground.lines) - len(ground.rows)))])
    own = row_of_line[line] == lots.street_row[found]
    near = shapely.distance(points[found], ground.lines[line]) < np.where(own, _OWN_STREET_M, _OTHER_STREET_M)
    good[found[near]] = False
    good[shapely.STRtree(ground.taken).query(points, predicate="dwithin", distance=_PLOT_M)[0]] = False
    kept = np.flatnonzero(good)
    pairs = cKDTree(lots.xy_m[kept]).query_pairs(_NEIGHBOUR_M, output_type="ndarray")
    dropped = np.zeros(len(kept), dtype=np.bool_)
    for first, second in pairs[np.lexsort(pairs.T[::-1])]:
        if not dropped[first]:
            dropped[second] = True
    return np.asarray(kept[~dropped])
