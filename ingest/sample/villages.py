"""Villages, hamlets, farms, the tracks and paths between them, and the island's few lanes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from ingest.sample.communes import Village
from ingest.sample.drawing import Stroke
from ingest.sample.organic import organic_streets
from ingest.sample.shapes import Points, bent, line_xy, smoothed
from ingest.sample.terrain import TOWN_XY_M, Terrain

__all__ = [
    "ISLAND_SITE",
    "Hamlet",
    "built_radius_m",
    "coast_path",
    "hamlets",
    "island_lanes",
    "tracks",
    "village_streets",
]


ISLAND_SITE = "île"
GREENWAY = "Voie verte de l’Aubrelle"


@dataclass(frozen=True)
class Hamlet:
    """A few houses away from the village."""

    xy_m: tuple[float, float]
    houses: int


def hamlet_site(xy_m: tuple[float, float]) -> str:
    """Return the site of a hamlet's lanes."""
    return f"hameau {xy_m[0]:.0f} {xy_m[1]:.0f}"


def built_radius_m(people: int) -> float:
    """How far a village's streets reach from its church."""
    return 140.0 + 8.4 * float(np.sqrt(people))


def village_streets(
    village: Village, roads: list[Stroke], keep_off: BaseGeometry, rng: np.random.Generator
) -> list[Stroke]:
    """Grow a village's lanes along the roads that meet there."""
    centre = np.array(village.xy_m)
    radius = built_radius_m(village.people)
    block = 84.0 if village.rank == "village" else 80.0

    def spacing(xy: Points) -> NDArray[np.float64]:
        reach = np.hypot(*np.moveaxis(xy - centre, -1, 0))
        return np.interp(reach, [0, radius], [block, block * 1.35])

    def kept(xy: Points) -> NDArray[np.float64]:
        reach = np.hypot(*(xy - centre).T)
        return np.interp(reach, [0, radius * 0.4, radius], [1.0, 0.86, 0.5])

    angle = np.linspace(0, 2 * np.pi, 9)[:-1]
    edge = np.column_stack([np.cos(angle), np.sin(angle)]) * radius * rng.uniform(0.68, 1.1, 8)[:, None] + centre
    region = shapely.Polygon(smoothed(edge, 2, closed=True)) - keep_off
    near = [s.xy_m for s in roads if s.built and s.line.distance(Point(village.xy_m)) < radius * 0.5]
    if region.is_empty or not near:
        return []
    lanes = organic_streets(region, near, spacing, rng, kept)
    return [Stroke(xy, "residential", built=True, site=village.name) for xy in lanes]


def hamlets(
    terrain: Terrain, villages: list[Village], keep_off: BaseGeometry, roads: MultiLineString, rng: np.random.Generator
) -> tuple[list[Hamlet], list[Stroke]]:
    """Scatter hamlets over the country; each gets a lane to the nearest road, some a second one."""
    land = terrain.mainland.buffer(-130)
    sites = np.array([v.xy_m for v in villages])
    reach = np.array([built_radius_m(v.people) + 330.0 for v in villages])
    reach[[v.rank == "ville" for v in villages]] = 2_350.0
    spots = rng.uniform((1_500.0, 2_000.0), (30_600.0, 18_000.0), (1_500, 2))
    dry = shapely.contains_xy(land, spots) & ~shapely.contains_xy(keep_off, spots)
    apart = np.hypot(spots[:, None, 0] - sites[None, :, 0], spots[:, None, 1] - sites[None, :, 1])
    spots = spots[dry & (apart > reach).all(axis=1)]
    found: list[Hamlet] = []
    strokes: list[Stroke] = []
    shapely.prepare(keep_off)
    shapely.prepare(land)
    for spot in spots:
        if any(np.hypot(spot[0] - h.xy_m[0], spot[1] - h.xy_m[1]) < 560 for h in found):
            continue
        lanes = _lanes(spot, roads, keep_off, land, rng)
        if lanes is None:
            continue
        found.append(Hamlet((float(spot[0]), float(spot[1])), int(rng.integers(3, 10))))
        strokes += lanes
        if len(found) == 132:
            break
    return found, strokes


def _lanes(
    spot: Points, roads: MultiLineString, keep_off: BaseGeometry, land: BaseGeometry, rng: np.random.Generator
) -> list[Stroke] | None:
    """Join a hamlet to the road, with its own little lanes; None where water or the railway is in the way."""
    here = Point(spot)
    road = nearest_points(roads, here)[0]
    gap = road.distance(here)
    if not 90 < gap < 1_100:
        return None
    foot = np.array([road.x, road.y])
    xy = bent(foot, spot, rng, share=0.07)
    line = LineString(xy)
    if line.intersects(keep_off) or not land.contains(line):
        return None
    built = shapely.ops.substring(line, max(0.0, line.length - 120), line.length)
    approach = shapely.ops.substring(line, 0, max(0.0, line.length - 120))
    site = hamlet_site((float(spot[0]), float(spot[1])))
    strokes = [Stroke(line_xy(built), "unclassified", built=True, site=site)]
    if approach.length > 1:
        strokes.append(Stroke(line_xy(approach), "unclassified"))
    onward = (spot - foot) / gap
    for turn in (-1.0, 1.0):
        if rng.random() < 0.75:
            angle = turn * rng.uniform(0.5, 1.2)
            step = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) @ onward
            end = spot + step * rng.uniform(60, 130)
            if land.contains(Point(end)) and not keep_off.intersects(LineString([spot, end])):
                private = rng.random() < 0.35
                tags = {"service": "driveway", "access": "private"} if private else {}
                lane = bent(spot, end, rng, share=0.06)
                strokes.append(
                    Stroke(lane, "service" if private else "unclassified", tags=tags, built=not private, site=site)
                )
    return strokes


def tracks(
    found: list[Hamlet], roads: MultiLineString, woods: list[shapely.Polygon], keep_off: BaseGeometry,
    land: BaseGeometry, rng: np.random.Generator,
) -> list[Stroke]:  # fmt: skip
    """Draw farm tracks onward from hamlets to another road, and rides through the greater woods."""
    strokes: list[Stroke] = []
    for hamlet in found:
        here = np.array(hamlet.xy_m)
        for bearing in rng.uniform(0, 2 * np.pi, 3):
            ray = LineString([here, here + np.array([np.cos(bearing), np.sin(bearing)]) * 1_300])
            ahead = shapely.difference(ray, Point(here).buffer(250))
            hit = shapely.intersection(ahead, roads)
            if hit.is_empty:
                continue
            target = nearest_points(hit, Point(here))[0]
            xy = bent(here, np.array([target.x, target.y]), rng, share=0.08)
            line = LineString(xy)
            if line.intersects(keep_off) or not land.contains(line):
                continue
            grade = str(rng.choice(["grade2", "grade3", "grade4"]))
            strokes.append(Stroke(xy, "track", tags={"tracktype": grade, "surface": "gravel"}))
            break
    for wood in woods:
        if wood.area < 250_000:
            continue
        rides = organic_streets(wood.buffer(-40), [], lambda xy: np.full(xy.shape[:-1], 430.0), rng,
                                lambda xy: np.full(len(xy), 0.9))  # fmt: skip
        for xy in rides:
            kind = "track" if rng.random() < 0.6 else "path"
            strokes.append(Stroke(xy, kind, tags={"tracktype": "grade3"} if kind == "track" else {}))
    return strokes


def coast_path(terrain: Terrain, roads: MultiLineString, rng: np.random.Generator) -> list[Stroke]:
    """Walk the customs officers' path around the peninsula, and reach it from the nearest roads."""
    shore = shapely.Polygon(terrain.mainland.buffer(-70).simplify(12).exterior)
    ring = LineString(shore.exterior)
    away = terrain.river.buffer(60)
    on_land = shapely.intersection(ring, shapely.box(0, 0, 30_400, 25_000)) - away
    strokes: list[Stroke] = []
    merged = shapely.line_merge(on_land)
    for part in shapely.get_parts(merged):
        if part.length < 400:
            continue
        stops = np.linspace(0, part.length, max(2, int(part.length // 3_200) + 1))
        for a, b in zip(stops, stops[1:], strict=False):
            xy = line_xy(shapely.ops.substring(part, a, b))
            strokes.append(Stroke(xy, "path", "Sentier des Douaniers", {"foot": "designated", "sac_scale": "hiking"}))
        for at in np.arange(rng.uniform(300, 900), part.length, 1_450):
            spot = part.interpolate(float(at))
            road = nearest_points(roads, spot)[0]
            if 60 < road.distance(spot) < 1_000:
                xy = bent(np.array([road.x, road.y]), np.array([spot.x, spot.y]), rng, share=0.06)
                if terrain.mainland.contains(LineString(xy)) and not LineString(xy).intersects(terrain.wet):
                    kind = "track" if rng.random() < 0.5 else "path"
                    strokes.append(Stroke(xy, kind, "Chemin de la Grève" if kind == "track" else ""))
    return strokes


def greenway(terrain: Terrain) -> list[Stroke]:
    """Follow the river's north bank from the town to the country bridge, on the old towpath."""
    towpath = shapely.offset_curve(terrain.river_line, 52.0)
    if not towpath.distance(Point(TOWN_XY_M)) < terrain.river_line.distance(Point(TOWN_XY_M)):
        towpath = shapely.offset_curve(terrain.river_line, -52.0)
    stretch = shapely.intersection(towpath, shapely.box(TOWN_XY_M[0] + 1_060, 0, 21_900, 20_000))
    line = max(shapely.get_parts(shapely.line_merge(stretch)), key=lambda part: float(part.length))
    stops = np.linspace(0, line.length, 5)
    tags = {"foot": "designated", "bicycle": "designated", "surface": "compacted"}
    return [Stroke(line_xy(shapely.ops.substring(line, a, b)), "cycleway", GREENWAY, tags)
            for a, b in zip(stops, stops[1:], strict=False)]  # fmt: skip


def island_lanes(terrain: Terrain, roads: MultiLineString, rng: np.random.Generator) -> list[Stroke]:
    """Draw the island's lanes, the ferry that is the only way to them, and the quay where it lands."""
    centre = np.array(terrain.island.centroid.coords[0])
    jetty = np.array(nearest_points(terrain.island.exterior, Point(centre + [350.0, -900.0]))[0].coords[0])
    port = np.array(nearest_points(terrain.mainland.exterior, Point(16_650.0, 15_300.0))[0].coords[0])
    main = Stroke(smoothed(np.array([jetty, (jetty + centre) / 2 + [40, 0], centre, centre + [-420.0, 60.0]]), 2),
                  "unclassified", "Rue du Port", built=True, site=ISLAND_SITE)  # fmt: skip
    region = Point(centre).buffer(330).intersection(terrain.island.buffer(-70))
    lanes = organic_streets(region, [main.xy_m], lambda xy: np.full(xy.shape[:-1], 105.0), rng,
                            lambda xy: np.full(len(xy), 0.72))  # fmt: skip
    strokes = [main, *(Stroke(xy, "residential", built=True, site=ISLAND_SITE) for xy in lanes)]
    around = line_xy(terrain.island.buffer(-70).simplify(10).exterior)
    strokes.append(Stroke(around, "path", "Tour de l’île"))
    sea = np.array([port, [16_000.0, 16_600.0], [15_300.0, 18_700.0], [12_500.0, 19_500.0], jetty])
    strokes.append(Stroke(smoothed(sea, 2), "", "Bac de l’île de Brézan", {"route": "ferry", "foot": "yes",
                          "motor_vehicle": "yes", "duration": "00:35"}, ground=False))  # fmt: skip
    quay = nearest_points(roads, Point(port))[0]
    strokes.append(Stroke(np.array([port, [quay.x, quay.y]]), "service", "Quai du Bac"))
    return strokes
