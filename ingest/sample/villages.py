"""Villages, hamlets and farms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points, substring

from ingest.sample.communes import Village
from ingest.sample.drawing import Stroke
from ingest.sample.organic import organic_streets
from ingest.sample.shapes import Points, bent, line_xy, smoothed
from ingest.sample.terrain import Terrain

__all__ = ["Hamlet", "built_radius_m", "hamlet_site", "hamlets", "village_streets"]


@dataclass(frozen=True)
class Hamlet:
    """A few houses away from the village."""

    xy_m: tuple[float, float]


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
        return np.asarray(np.interp(reach, [0, radius], [block, block * 1.35]), dtype=np.float64)

    def kept(xy: Points) -> NDArray[np.float64]:
        reach = np.hypot(*(xy - centre).T)
        return np.asarray(np.interp(reach, [0, radius * 0.4, radius], [1.0, 0.86, 0.5]), dtype=np.float64)

    angle = np.linspace(0, 2 * np.pi, 9)[:-1]
    edge = np.column_stack([np.cos(angle), np.sin(angle)]) * radius * rng.uniform(0.68, 1.1, 8)[:, None] + centre
    region = shapely.Polygon(smoothed(edge, 2, closed=True)) - keep_off
    near = [s.xy_m for s in roads if s.built and s.site == village.name]
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
        found.append(Hamlet((float(spot[0]), float(spot[1]))))
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
    built = substring(line, max(0.0, line.length - 120), line.length)
    approach = substring(line, 0, max(0.0, line.length - 120))
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
