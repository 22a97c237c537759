"""The communes: where their villages stand, how many people live there, which contours enclose them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from ingest.sample import names
from ingest.sample.shapes import Points, roughened
from ingest.sample.terrain import BORDER_X_M, TOWN_XY_M, Terrain

__all__ = ["Commune", "Village", "commune_of", "drawn_communes", "village_of"]

_BOURG_XY_M = ((16_750.0, 14_350.0), (20_700.0, 7_500.0), (6_450.0, 11_350.0))
_BOURG_PEOPLE = (2_640, 1_910, 1_380)
_TOWN_PEOPLE = 11_270
_PARCEL_M = 460.0
"""Mean distance between the seeds of the parcels that communes are made of: their borders' coarseness."""


@dataclass(frozen=True)
class Village:
    """A built-up centre with a church: one for each commune of the former map."""

    name: str
    insee: str
    """The code before mergers."""
    xy_m: tuple[float, float]
    people: int
    rank: str
    """``ville``, ``bourg`` or ``village``."""
    contour: MultiPolygon
    """Board metres; contours of all villages tile the land."""


@dataclass(frozen=True)
class Commune:
    """A commune of today's COG."""

    insee: str
    name: str
    department: str
    postcode: str
    villages: tuple[Village, ...]
    """The seat first; more than one in a commune born of a merger."""

    @property
    def people(self) -> int:
        """Population municipale."""
        return sum(village.people for village in self.villages)

    @property
    def contour(self) -> BaseGeometry:
        """Board metres."""
        return shapely.union_all([village.contour for village in self.villages])


def commune_of(communes: tuple[Commune, ...], xy_m: Points) -> NDArray[np.int64]:
    """Return the row of the commune that holds each point (N, 2), −1 at sea."""
    return _holder([commune.contour for commune in communes], xy_m)


def village_of(communes: tuple[Commune, ...], xy_m: Points) -> NDArray[np.int64]:
    """Return the row of the village that holds each point, counted over the communes in their order; −1 at sea."""
    return _holder([village.contour for commune in communes for village in commune.villages], xy_m)


def _holder(contours: list[BaseGeometry], xy_m: Points) -> NDArray[np.int64]:
    tree = shapely.STRtree(contours)
    points, rows = tree.query(shapely.points(xy_m), predicate="intersects")
    found = np.full(len(xy_m), -1, dtype=np.int64)
    found[points[::-1]] = rows[::-1]
    return found


def drawn_communes(terrain: Terrain, rng: np.random.Generator) -> tuple[Commune, ...]:
    """Place the villages, part the land among them, name and number the communes; sorted by code."""
    here, there = _sites(terrain, rng)
    sites = np.vstack([here, there])
    contours = _contours(terrain, rng, sites, len(here))
    labels = [names.TOWN, *names.BOURGS, *_named(terrain, here[4:]), *names.NEIGHBOURS]
    ranks = ["ville"] + ["bourg"] * 3 + ["village"] * (len(sites) - 4)
    people = [_TOWN_PEOPLE, *_BOURG_PEOPLE]
    people += [int(p) for p in np.clip(rng.lognormal(5.72, 0.55, len(sites) - 4), 74, 1_180)]
    people[labels.index(names.MARKET_TOWN)] = 1_460
    codes = _codes(labels[: len(here)], "00") | _codes(labels[len(here) :], "99")
    villages = [
        Village(label, codes[label], (float(x), float(y)), count, rank, contour)
        for label, (x, y), count, rank, contour in zip(labels, sites, people, ranks, contours, strict=True)
    ]
    return _merged(villages)


def _sites(terrain: Terrain, rng: np.random.Generator) -> tuple[Points, Points]:
    """Spread the village sites: a few rounds of relaxation, then the nearest dry and open spot."""
    land = terrain.mainland.buffer(-420) - shapely.union_all([terrain.wet.buffer(260), *terrain.woods[:1]])
    grid = rng.uniform((1_000.0, 1_500.0), (31_500.0, 18_500.0), (14_000, 2))
    grid = grid[shapely.contains_xy(land, grid)]
    fixed = np.array([TOWN_XY_M, *_BOURG_XY_M])
    west = grid[grid[:, 0] < BORDER_X_M - 500]
    here = _relaxed(west, fixed, len(names.VILLAGES), rng)
    east = grid[(grid[:, 0] > BORDER_X_M + 600) & (grid[:, 0] < 31_000)]
    there = _relaxed(east, np.empty((0, 2)), len(names.NEIGHBOURS), rng)
    return here, there


def _relaxed(spots: Points, fixed: Points, count: int, rng: np.random.Generator) -> Points:
    """Choose `count` spots far from one another and from the fixed ones, which come first in the result."""
    apart = np.full(len(spots), np.inf)
    weight_m = np.where(np.arange(len(fixed)) == 0, 1_500.0, 350.0)
    for site, extra_m in zip(fixed, weight_m, strict=True):
        apart = np.minimum(apart, np.hypot(*(spots - site).T) - extra_m)
    chosen: list[Points] = []
    for _ in range(count):
        site = spots[int(np.argmax(apart * rng.uniform(0.86, 1.0, len(spots))))]
        chosen.append(site)
        apart = np.minimum(apart, np.hypot(*(spots - site).T))
    for _ in range(2):
        centres = np.vstack([fixed, np.array(chosen)])
        near = np.argmin(
            np.hypot(spots[:, None, 0] - centres[None, :, 0], spots[:, None, 1] - centres[None, :, 1])
            - np.concatenate([weight_m, np.zeros(count)])[None, :],
            axis=1,
        )
        middle = [spots[near == len(fixed) + i].mean(axis=0) for i in range(count)]
        chosen = [spots[int(np.argmin(np.hypot(*(spots - m).T)))] for m in middle]
    order = np.lexsort(np.array(chosen).T)
    return np.vstack([fixed, np.array(chosen)[order]])


def _contours(terrain: Terrain, rng: np.random.Generator, sites: Points, here: int) -> list[MultiPolygon]:
    """Part the land: parcels around random seeds go to the nearest village; shared borders share their vertices."""
    steps = np.arange(-1_500.0, 36_000.0, _PARCEL_M), np.arange(-1_500.0, 23_000.0, _PARCEL_M)
    seeds = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 2)
    seeds += rng.uniform(-0.45, 0.45, seeds.shape) * _PARCEL_M
    reach = np.hypot(seeds[:, None, 0] - sites[None, :, 0], seeds[:, None, 1] - sites[None, :, 1])
    reach -= np.where(np.arange(len(sites)) == 0, 900.0, 0.0)
    east_site = np.arange(len(sites)) >= here
    reach[(seeds[:, 0] > BORDER_X_M)[:, None] != east_site[None, :]] = np.inf
    owner = np.argmin(reach, axis=1)
    voronoi = Voronoi(seeds)
    ridges = np.asarray(voronoi.ridge_points)
    ends = np.asarray(voronoi.ridge_vertices)
    border = (owner[ridges[:, 0]] != owner[ridges[:, 1]]) & (ends >= 0).all(axis=1)
    lines = [LineString(roughened(voronoi.vertices[pair], rng, 0.09, 2)) for pair in ends[border]]
    inland = shapely.intersection(shapely.union_all(lines), terrain.mainland)
    faces = shapely.get_parts(shapely.polygonize([*shapely.get_parts(_noded(inland, terrain.mainland)).tolist()]))
    inside = shapely.point_on_surface(faces)
    dry = shapely.contains(terrain.mainland, inside)
    tree = cKDTree(seeds)
    face_owner = owner[tree.query(shapely.get_coordinates(inside))[1]]
    parts: list[list[Polygon]] = [[] for _ in sites]
    for face, village, land in zip(faces, face_owner, dry, strict=True):
        if land:
            parts[int(village)].append(face)
    parts[1].append(terrain.island)
    return [_multi(shapely.union_all(faces)) for faces in parts]


def _noded(borders: BaseGeometry, land: Polygon) -> BaseGeometry:
    return shapely.union_all([borders, land.exterior], grid_size=0.01)


def _multi(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def _named(terrain: Terrain, sites: Points) -> list[str]:
    """Hand the names out: those that speak of the river or the forest to the villages nearest to it."""
    waiting = list(names.VILLAGES)
    given: dict[int, str] = {}
    hints = (
        ("Aubrelle", terrain.river_line),
        ("Bois", terrain.woods[0]),
        ("Forêt", terrain.woods[0]),
        ("Brézan", Point(_BOURG_XY_M[0])),
    )
    for word, feature in hints:
        for label in [name for name in waiting if word in name]:
            free = [i for i in range(len(sites)) if i not in given]
            given[min(free, key=lambda i: feature.distance(Point(sites[i])))] = label
            waiting.remove(label)
    stride = 17  # scatters the alphabet over the map
    rest = [waiting[(i * stride) % len(waiting)] for i in range(len(waiting))]
    free = [i for i in range(len(sites)) if i not in given]
    return [given.get(i) or rest[free.index(i)] for i in range(len(sites))]


def _codes(labels: list[str], department: str) -> dict[str, str]:
    """Give the communes their numbers in the order of their names, as INSEE did."""
    return {label: f"{department}{rank:03d}" for rank, label in enumerate(sorted(labels, key=_sort_key), start=1)}


def _sort_key(label: str) -> str:
    return label.replace("É", "E").replace("é", "e").replace("è", "e").replace("-", " ").upper()


def _merged(villages: list[Village]) -> tuple[Commune, ...]:
    """Join the villages around a new commune's seat: one for the first, two for the second."""
    seats = [next(v for v in villages if v.name == seat) for seat in names.MERGED]
    joined: dict[str, list[Village]] = {seat.insee: [seat] for seat in seats}
    taken = {seat.insee for seat in seats}
    for seat, extra in zip(seats, (1, 2), strict=True):
        touching = [
            v
            for v in villages
            if v.rank == "village"
            and v.insee[:2] == "00"
            and v.insee not in taken
            and shapely.length(shapely.intersection(v.contour, seat.contour)) > 300
        ]
        touching.sort(key=lambda v: Point(v.xy_m).distance(Point(seat.xy_m)))
        joined[seat.insee] += touching[:extra]
        taken |= {v.insee for v in touching[:extra]}
    communes = []
    for village in villages:
        if village.insee in taken and village.insee not in joined:
            continue
        parts = tuple(joined.get(village.insee, [village]))
        department = village.insee[:2]
        communes.append(
            Commune(village.insee, names.MERGED.get(village.name, village.name), department, _postcode(village), parts)
        )
    return tuple(sorted(communes, key=lambda commune: commune.insee))


def _postcode(village: Village) -> str:
    """Give the town its own code and each quarter of the country another."""
    if village.rank == "ville":
        return "00100"
    x, y = village.xy_m
    quarter = (1 if y > TOWN_XY_M[1] else 3) + (1 if x > TOWN_XY_M[0] else 0)
    return f"{village.insee[:2]}{quarter * 100 + 10:03d}"
