"""Houses along the streets, their numbers, and how many people live in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ingest.sample.communes import Commune, commune_of
from ingest.sample.grounds import Ground
from ingest.sample.shapes import Points
from ingest.sample.streets import StreetMap
from ingest.sample.terrain import TOWN_XY_M
from ingest.sample.villages import ISLAND_SITE

__all__ = ["Houses", "built_houses"]

# zone: metres between houses, metres off the axis, footprint along and across, share of streets (in the country: of
# villages) whose numbers OSM knows, weight of people
_ZONES: dict[str, tuple[float, float, float, float, float, float]] = {
    "centre": (13.5, 9.5, 12.5, 9.5, 0.80, 5.2),
    "ville": (20.0, 13.0, 12.0, 9.0, 0.50, 3.1),
    "lotissement": (23.0, 14.0, 12.0, 9.0, 0.55, 2.5),
    "bourg": (21.0, 12.0, 11.0, 9.0, 0.46, 2.3),
    "village": (27.0, 12.5, 12.0, 9.0, 0.33, 2.0),
    "hameau": (42.0, 14.0, 15.0, 9.0, 0.28, 2.2),
}
_STREETS = {"residential", "living_street", "pedestrian", "tertiary", "secondary", "unclassified"}


@dataclass(frozen=True)
class Houses:
    """One row a house; columns of length H."""

    xy_m: Points
    """(H, 2) board metres."""
    along: Points
    """(H, 2) unit vectors of their street."""
    size_m: Points
    """(H, 2) footprint along and across the street."""
    street_row: NDArray[np.int64]
    commune: NDArray[np.int64]
    """Row of the commune."""
    village: NDArray[np.int64]
    """Row of the village (communes before mergers), in the order of communes and their villages."""
    zone: NDArray[np.str_]
    number: list[str]
    """Empty where OpenStreetMap does not know it."""
    people: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.xy_m)

    def corners(self) -> NDArray[np.float64]:
        """Return the footprints (H, 4, 2), board metres."""
        across = np.column_stack([-self.along[:, 1], self.along[:, 0]])
        half = self.along * self.size_m[:, :1] / 2
        deep = across * self.size_m[:, 1:] / 2
        return self.xy_m[:, None] + np.stack([-half - deep, half - deep, half + deep, -half + deep], axis=1)


def built_houses(
    streets: StreetMap, ground: Ground, communes: tuple[Commune, ...], rng: np.random.Generator
) -> Houses:
    """Line the built streets with houses, number them and let people move in."""
    parts = [_along(streets, row, communes, rng) for row in streets.street_rows() if _builds(streets, row)]
    xy = np.vstack([p[0] for p in parts])
    along, size = np.vstack([p[1] for p in parts]), np.vstack([p[2] for p in parts])
    row, side = np.concatenate([p[3] for p in parts]), np.concatenate([p[4] for p in parts])
    zone = np.concatenate([p[5] for p in parts])
    clear = _clear(ground, xy, row)
    xy, along, size, row, side, zone = (a[clear] for a in (xy, along, size, row, side, zone))
    village = commune_of(tuple(_single(c, v) for c in communes for v in c.villages), xy)
    wanted = _wanted(communes, village, zone, rng)
    xy, along, size, row, side, zone, village = (a[wanted] for a in (xy, along, size, row, side, zone, village))
    commune = commune_of(communes, xy)
    number = _numbers(streets, row, side, zone, xy, commune, rng)
    people = _people(communes, village, zone, rng)
    return Houses(xy, along, size, row, commune, village, zone, number, people)


def _single(commune: Commune, village: object) -> Commune:
    return Commune(commune.insee, commune.name, commune.department, commune.postcode, (village,))  # type: ignore[arg-type]


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


def _along(
    streets: StreetMap, row: int, communes: tuple[Commune, ...], rng: np.random.Generator
) -> tuple[Points, Points, Points, NDArray[np.int64], NDArray[np.int64], NDArray[np.str_]]:
    """Place the houses of one street, both sides."""
    line = streets.line(row)
    middle = np.array(line.interpolate(0.5, normalized=True).coords[0])
    bourgs = {v.name for c in communes for v in c.villages if v.rank == "bourg"}
    zone = _zone(streets.strokes[row].site, float(np.hypot(*(middle - TOWN_XY_M))), bourgs)
    step, off, wide, deep, _, _ = _ZONES[zone]
    spots = []
    for side in (1, -1):
        at = np.arange(9.0 + rng.uniform(0, 4), line.length - 7.0, step)
        at = at + rng.uniform(-0.18, 0.18, len(at)) * (step if zone != "centre" else 1.0)
        spots.append((at, np.full(len(at), side)))
    at, side_of = np.concatenate([s[0] for s in spots]), np.concatenate([s[1] for s in spots])
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(at + 3.0, line.length)))
    back = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 3.0, 0.0)))
    along = ahead - back
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]]) * side_of[:, None]
    jitter = rng.uniform(-1.0, 2.5 if zone != "centre" else 0.4, len(at))
    size = np.column_stack([wide * rng.uniform(0.8, 1.06, len(at)), deep * rng.uniform(0.8, 1.2, len(at))])
    xy = here + across * (off + jitter)[:, None]
    return xy, along, size, np.full(len(at), row), side_of.astype(np.int64), np.full(len(at), zone)


def _clear(ground: Ground, xy: Points, row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the houses that stand on nothing else: no street, plot, water, nor an earlier house."""
    points = shapely.points(xy)
    good = shapely.contains(ground.land, points) & ~shapely.intersects(ground.water, points)
    found, line = ground.tree.query(points, predicate="dwithin", distance=7.6)
    own = np.array([*ground.rows, *([-1] * (len(ground.lines) - len(ground.rows)))])[line] == row[found]
    near = shapely.distance(points[found], ground.lines[line]) < np.where(own, 5.0, 7.6)
    good[found[near]] = False
    plots = shapely.STRtree(ground.taken)
    good[plots.query(points, predicate="dwithin", distance=6.0)[0]] = False
    kept = np.flatnonzero(good)
    pairs = cKDTree(xy[kept]).query_pairs(10.4, output_type="ndarray")
    dropped = np.zeros(len(kept), dtype=np.bool_)
    for first, second in pairs[np.lexsort(pairs.T[::-1])]:
        if not dropped[first]:
            dropped[second] = True
    return kept[~dropped]


def _wanted(
    communes: tuple[Commune, ...], village: NDArray[np.int64], zone: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Leave gaps: a house for every two and a half inhabitants is enough, and for fewer in a town of flats."""
    inhabitants = np.array([v.people for c in communes for v in c.villages], dtype=np.float64)
    stand = np.bincount(village, minlength=len(inhabitants))
    in_town = np.array([v.rank == "ville" for c in communes for v in c.villages])
    share = np.minimum(1.0, inhabitants / np.where(in_town, 1.9, 2.5) / np.maximum(stand, 1))
    return np.asarray((zone == "centre") | (rng.random(len(village)) < share[village]))


def _numbers(
    streets: StreetMap, row: NDArray[np.int64], side: NDArray[np.int64], zone: NDArray[np.str_], xy: Points,
    commune: NDArray[np.int64], rng: np.random.Generator,
) -> list[str]:  # fmt: skip
    """Number the houses: odd on one side and even on the other, or by metres along the lanes of hamlets."""
    known = _surveyed(streets, row, zone, commune, rng)
    bis = rng.random(len(row))
    last: dict[tuple[int, str, str, int], int] = {}
    numbers = []
    for house in range(len(row)):
        stroke = streets.strokes[int(row[house])]
        key = (int(commune[house]), stroke.site, stroke.name, int(side[house]))
        first = 1 if side[house] > 0 else 2
        if zone[house] == "hameau":
            at = shapely.line_locate_point(streets.line(int(row[house])), shapely.Point(xy[house]))
            number = max(last.get(key, first - 2) + 2, 2 * int(at // 2) + first)
        else:
            number = last.get(key, first - 2) + (2 if bis[house] < 0.93 else 4)
        text = str(number)
        if key in last and bis[house] > 0.972 and zone[house] != "hameau":
            number = last[key]
            text = f"{number} {'bis' if bis[house] < 0.993 else 'ter'}"
        last[key] = number
        numbers.append(text if known[house] else "")
    seen: set[tuple[int, str, str, str]] = set()
    for house, text in enumerate(numbers):
        stroke = streets.strokes[int(row[house])]
        where = (int(commune[house]), stroke.site, stroke.name, text)
        if text and where in seen:
            numbers[house] = ""
        seen.add(where)
    return numbers


def _surveyed(
    streets: StreetMap, row: NDArray[np.int64], zone: NDArray[np.str_], commune: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:  # fmt: skip
    """Tell which houses' numbers were mapped: street by street in towns, village by village in the country."""
    drawn: dict[tuple[int, str, str], bool] = {}
    mapped = []
    for house in range(len(row)):
        stroke = streets.strokes[int(row[house])]
        rural = zone[house] in {"village", "hameau"}
        key = (int(commune[house]), stroke.site, "" if rural else stroke.name)
        if key not in drawn:
            drawn[key] = stroke.site == ISLAND_SITE or bool(rng.random() < _ZONES[zone[house]][4])
        mapped.append(drawn[key])
    return np.asarray(np.array(mapped) & (rng.random(len(row)) < 0.94))


def _people(
    communes: tuple[Commune, ...], village: NDArray[np.int64], zone: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Share each village's inhabitants among its houses."""
    weight = np.array([_ZONES[z][5] for z in zone]) * rng.uniform(0.5, 1.5, len(zone))
    total = np.bincount(village, weight, minlength=village.max() + 1)
    inhabitants = np.array([v.people for c in communes for v in c.villages], dtype=np.float64)
    return np.asarray(weight * inhabitants[village] / total[village], dtype=np.float64)
