"""Tracks, rides, the path along the coast and the greenway on the old towpath."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points, substring

from ingest.sample.drawing import Stroke
from ingest.sample.organic import organic_streets
from ingest.sample.shapes import bent, line_xy, ring_of
from ingest.sample.terrain import TOWN_XY_M, Terrain
from ingest.sample.villages import Hamlet

__all__ = ["GREENWAY", "coast_path", "greenway", "tracks"]

GREENWAY = "Voie verte de l’Aubrelle"
_BESIDE_M = 18.0


def tracks(
    found: list[Hamlet],
    roads: MultiLineString,
    woods: list[shapely.Polygon],
    keep_off: BaseGeometry,
    land: BaseGeometry,
    rng: np.random.Generator,
) -> list[Stroke]:
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
            beside = line.interpolate(70).distance(roads) < _BESIDE_M  # it would only double the road
            if beside or line.intersects(keep_off) or not land.contains(line):
                continue
            grade = str(rng.choice(["grade2", "grade3", "grade4"]))
            strokes.append(Stroke(xy, "track", tags={"tracktype": grade, "surface": "gravel"}))
            break
    for wood in woods:
        if wood.area < 250_000:
            continue
        rides = organic_streets(
            wood.buffer(-40), [], lambda xy: np.full(xy.shape[:-1], 430.0), rng, lambda xy: np.full(len(xy), 0.9)
        )
        for xy in rides:
            kind = "track" if rng.random() < 0.6 else "path"
            strokes.append(Stroke(xy, kind, tags={"tracktype": "grade3"} if kind == "track" else {}))
    return strokes


def coast_path(terrain: Terrain, roads: MultiLineString, rng: np.random.Generator) -> list[Stroke]:
    """Walk the customs officers' path around the peninsula, and reach it from the nearest roads."""
    ring = ring_of(terrain.mainland.buffer(-70).simplify(12))
    away = terrain.river.buffer(60)
    on_land = shapely.intersection(ring, shapely.box(0, 0, 30_400, 25_000)) - away
    strokes: list[Stroke] = []
    merged = shapely.line_merge(on_land)
    for part in shapely.get_parts(merged):
        if part.length < 400:
            continue
        stops = np.linspace(0, part.length, max(2, int(part.length // 3_200) + 1))
        for a, b in pairwise(stops):
            xy = line_xy(substring(part, a, b))
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
    return [Stroke(line_xy(substring(line, a, b)), "cycleway", GREENWAY, tags) for a, b in pairwise(stops)]
