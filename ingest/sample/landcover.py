"""What covers the ground between the streets: built-up land, fields, woods, water, beaches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from scipy.spatial import Voronoi
from shapely import LineString, MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from ingest.sample import names
from ingest.sample.facilities import Site
from ingest.sample.grounds import Ground
from ingest.sample.shapes import Points, blob
from ingest.sample.street_names import of_place
from ingest.sample.streets import StreetMap
from ingest.sample.terrain import TOWN_XY_M, Terrain

__all__ = ["Patch", "beaches", "built_up", "fields", "ponds", "promenade", "wooded"]

Patch = tuple[Polygon, dict[str, str]]
"""An area in board metres, and its OpenStreetMap tags."""

_FIELD_M = 640.0
_REACHES_M = (0.0, 10_400.0, 13_900.0, 17_800.0, 21_300.0, 24_500.0, 27_300.0, 29_200.0, 34_000.0)
"""Where the river's area is cut into pieces, as mappers do: the extract's clip then opens only the last."""


def built_up(streets: StreetMap, wet: BaseGeometry) -> list[Polygon]:
    """Return the built-up areas: the surroundings of streets with houses, whole towns in one piece."""
    built = [streets.line(r) for r in streets.street_rows() if streets.strokes[r].built and streets.strokes[r].ground]
    around = shapely.buffer(MultiLineString(built), 58.0, quad_segs=2)
    closed = shapely.buffer(around, -14.0, quad_segs=1).simplify(6.0) - wet
    return [Polygon(part.exterior) for part in shapely.get_parts(closed) if part.area > 6_000]


def wooded(terrain: Terrain, built: BaseGeometry) -> list[Patch]:
    """Return the woods, cleared where people live, most of them with a name."""
    patches: list[Patch] = []
    for number, wood in enumerate(terrain.woods):
        left = wood - shapely.buffer(built, 20)
        part = max(shapely.get_parts(left), key=lambda p: float(p.area), default=Polygon())
        if part.area < 15_000:
            continue
        tags = {"landuse": "forest"} if number % 3 else {"natural": "wood"}
        if number < len(names.WOODS):
            tags["name"] = names.WOODS[number]
        if number % 4 == 0:
            tags["leaf_type"] = "mixed"
        patches.append((Polygon(part.exterior), tags))
    return patches


def ponds(terrain: Terrain, taken: list[BaseGeometry], rng: np.random.Generator) -> list[Patch]:
    """Return the lake, the river, and a few ponds in the fields."""
    patches: list[Patch] = [
        (terrain.lake, {"natural": "water", "water": "lake", "name": names.LAKE}),
    ]
    for west, east in pairwise(_REACHES_M):
        reach = shapely.clip_by_rect(terrain.river, west, 0, east, 25_000)
        patches.append(
            (max(shapely.get_parts(reach), key=lambda p: float(p.area)), {"natural": "water", "water": "river"})
        )
    standing = len(patches)
    shore = terrain.mainland.buffer(-300)
    tree = shapely.STRtree([*taken, terrain.lake, terrain.river])
    while len(patches) < standing + 7:
        pond = blob(
            (float(rng.uniform(3_000, 27_500)), float(rng.uniform(3_500, 17_000))), float(rng.uniform(22, 48)), rng
        )
        if shore.contains(pond) and not len(tree.query(pond, predicate="dwithin", distance=30)):
            patches.append((pond, {"natural": "water", "water": "pond"}))
    return patches


def beaches(terrain: Terrain, sites: list[Site], rng: np.random.Generator) -> list[Patch]:
    """Lay a strand before every village that lies near the sea."""
    coast = LineString(terrain.mainland.exterior)
    patches: list[Patch] = []
    for site in sites:
        here = Point(site.village.xy_m)
        if site.commune.department != "00" or here.distance(coast) > 1_250:
            continue
        middle = shapely.line_locate_point(coast, here)
        half = float(rng.uniform(120, 330))
        strand = substring(coast, max(0.0, middle - half), min(coast.length, middle + half))
        sand = strand.buffer(26, cap_style="flat").intersection(terrain.mainland)
        part = max(shapely.get_parts(sand), key=lambda p: float(p.area), default=Polygon())
        if part.area > 1_500:
            tags = {"natural": "beach", "surface": "sand", "name": f"Plage {of_place(site.village.name)}"}
            patches.append((Polygon(part.exterior), tags))
    return patches


def promenade(terrain: Terrain, ground: Ground) -> list[Patch]:
    """Plant the river's banks in town: lawns between the quays and the water."""
    x, y = TOWN_XY_M
    strip = shapely.clip_by_rect(terrain.river.buffer(42) - terrain.river.buffer(5), x - 980, y - 900, x + 930, y + 200)
    near = ground.lines[ground.tree.query(strip, predicate="dwithin", distance=12)]
    lawn = strip - shapely.union_all(
        [*shapely.buffer(near, 11.0), *(p.buffer(6) for p in ground.taken if p.distance(strip) < 8)]
    )
    parts = sorted((p for p in shapely.get_parts(lawn) if p.area > 2_500), key=lambda p: (-float(p.area), p.bounds))
    labels = (
        "Promenade des Quais",
        "Jardin de l’Écluse",
        "Promenade des Tanneurs",
        "Pré aux Oies",
        "Square du Pont Vieux",
    )
    return [
        (Polygon(part.exterior), {"leisure": "park", "name": label}) for part, label in zip(parts, labels, strict=False)
    ]


def fields(terrain: Terrain, taken: list[BaseGeometry], rng: np.random.Generator) -> list[Patch]:
    """Parcel the open country into fields, meadows, vineyards and orchards; some of it nobody has mapped."""
    steps = np.arange(0, 33_000, _FIELD_M), np.arange(0, 22_000, _FIELD_M * 0.8)
    seeds = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 2)
    seeds = seeds + rng.uniform(-0.46, 0.46, seeds.shape) * _FIELD_M
    voronoi = Voronoi(seeds)
    use = rng.choice(
        ["farmland", "meadow", "vineyard", "orchard", ""], size=len(seeds), p=[0.40, 0.28, 0.06, 0.04, 0.22]
    )
    cells: list[Polygon] = []
    kinds: list[str] = []
    for region, kind in zip(voronoi.point_region, use, strict=True):
        corners = voronoi.regions[region]
        if kind and corners and -1 not in corners:
            cells.append(Polygon(_shrunk(voronoi.vertices[corners])))
            kinds.append(str(kind))
    land = terrain.mainland.buffer(-45).simplify(15)
    tree = shapely.STRtree(taken)
    patches: list[Patch] = []
    for cell, kind in zip(cells, kinds, strict=True):
        if not land.intersects(cell):
            continue
        near = [taken[i] for i in np.sort(tree.query(cell, predicate="intersects")).tolist()]
        left = (cell if land.contains(cell) else cell.intersection(land)) - shapely.union_all(near)
        part = max(shapely.get_parts(left), key=lambda p: float(p.area), default=Polygon())
        if part.geom_type == "Polygon" and part.area > 20_000:
            patches.append((Polygon(part.exterior), {"landuse": kind}))
    return patches


def _shrunk(corners: Points) -> Points:
    middle = corners.mean(axis=0)
    return np.asarray(middle + (corners - middle) * 0.985, dtype=np.float64)
