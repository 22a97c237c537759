"""The drawing of all streets, in the order in which a country grows: arteries, roads, towns, villages, farms, paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from ingest.sample import arteries, names
from ingest.sample.communes import Commune, Village
from ingest.sample.drawing import Stroke, bridged, cut_at, with_vertex
from ingest.sample.island import island_lanes
from ingest.sample.paths import coast_path, greenway, tracks
from ingest.sample.roads import joined_roads, village_pieces
from ingest.sample.terrain import TOWN_XY_M, Terrain
from ingest.sample.town import GATES, estates, main_streets, town_region, town_streets
from ingest.sample.villages import Hamlet, built_radius_m, hamlets, village_streets

__all__ = ["Plan", "drawn_plan"]


@dataclass(frozen=True)
class Plan:
    """Everything drawn, before lines are joined."""

    strokes: list[Stroke]
    rail: LineString
    hamlets: list[Hamlet]


def drawn_plan(
    terrain: Terrain, communes: tuple[Commune, ...], rail: LineString, trunk: LineString, rng: np.random.Generator
) -> Plan:
    """Draw the streets, roads, tracks and paths of the peninsula."""
    villages = [v for c in communes for v in c.villages]
    villages.sort(key=lambda v: (("ville", "bourg", "village").index(v.rank), v.insee))
    country = villages[1:]
    roads = _country_roads(terrain, country, rng)
    mains = main_streets(rng, terrain)
    arteries_zone = shapely.union_all([rail.buffer(26), trunk.buffer(70)])
    region = town_region(terrain, rail, trunk)
    small = town_streets(rng, mains, region, rail)
    wet = shapely.union_all([terrain.wet.buffer(22), *(b.buffer(12) for b in terrain.brooks)])
    hard = shapely.union_all([wet, arteries_zone])
    dry = terrain.mainland.buffer(-60)
    lanes = [lane for v in country for lane in _lanes(v, roads, hard, dry, rng)]
    strokes = [*roads, *mains, *small, *lanes]
    strokes += _suburbs(strokes, country, hard, rng)
    net = MultiLineString([s.line for s in strokes if s.ground and s.highway not in {"", "pedestrian"}])
    found, farm_lanes = hamlets(terrain, villages, hard, net, rng)
    strokes += farm_lanes
    strokes += greenway(terrain)
    net = MultiLineString([s.line for s in strokes if s.ground])
    strokes += tracks(found, net, list(terrain.woods), hard, terrain.mainland.buffer(-40), rng)
    strokes += coast_path(terrain, net, rng)
    strokes += island_lanes(terrain, net, rng)
    strokes = _trunk(strokes, trunk)
    return Plan(strokes, rail, found)


def _country_roads(terrain: Terrain, country: list[Village], rng: np.random.Generator) -> list[Stroke]:
    labels = [v.name for v in country] + [names.TOWN] * len(GATES) + [names.NEIGHBOUR] * 3
    built = [built_radius_m(v.people) for v in country] + [0.0] * (len(GATES) + 3)
    roads = joined_roads(terrain, np.array([v.xy_m for v in country]), rng)
    pieces = [piece for road in roads for piece in village_pieces(road, labels, built)]
    return [part for piece in pieces for part in bridged(piece, terrain.river)]


def _lanes(
    village: Village, roads: list[Stroke], hard: BaseGeometry, dry: BaseGeometry, rng: np.random.Generator
) -> list[Stroke]:
    x, y = village.xy_m
    around = (x - 900, y - 900, x + 900, y + 900)
    sea = shapely.box(*around) - shapely.clip_by_rect(dry, *around)
    return village_streets(village, roads, shapely.union_all([shapely.clip_by_rect(hard, *around), sea]), rng)


def _suburbs(
    strokes: list[Stroke], country: list[Village], hard: BaseGeometry, rng: np.random.Generator
) -> list[Stroke]:
    """Put housing estates around the town, and one or two at the edge of each bourg."""
    near = MultiLineString([s.line for s in strokes if s.site != "" or s.highway == "secondary"])
    taken = shapely.union_all([hard, shapely.buffer(near, 22, quad_segs=2)])
    drawn: list[Stroke] = []
    grounds: list[Polygon] = []
    town = Point(TOWN_XY_M)
    places = [(town, 30, (850.0, 2_350.0), "ville")]
    places += [(Point(v.xy_m), 3, (150.0, 520.0), v.name) for v in country if v.rank == "bourg"]
    for centre, count, reach, site in places:
        avenues = [
            s for s in strokes if s.highway in {"secondary", "tertiary", "unclassified"} and s.ground and s.site == site
        ]
        streets, found = estates(rng, avenues, centre, shapely.union_all([taken, *grounds]), count, reach)
        drawn += streets
        grounds += found
    return drawn


def _trunk(strokes: list[Stroke], axis: LineString) -> list[Stroke]:
    """Bridge the trunk road over whatever passes under it, and join it to three of these roads; return all strokes."""
    under = [row for row, s in enumerate(strokes) if s.ground and s.line.intersects(axis)]
    spots = {row: shapely.get_parts(shapely.intersection(strokes[row].line, axis)).tolist() for row in under}
    end = Point(arteries.TRUNK_END_XY_M)
    joins = [
        (row, p)
        for row in under
        for p in spots[row]
        if strokes[row].highway in {"secondary", "tertiary"} and p.distance(end) > 500
    ]
    ramps: list[Stroke] = []
    for x_m in (TOWN_XY_M[0], 20_500.0, 27_000.0):
        row, spot = min(joins, key=lambda join: abs(join[1].x - x_m))
        for ramp in arteries.interchange(axis, strokes[row].line, spot):
            foot = min(ramp.xy_m[0], ramp.xy_m[-1], key=lambda xy: strokes[row].line.distance(Point(xy)))
            strokes[row] = with_vertex(strokes[row], foot)
            ramps.append(ramp)
    laid = arteries.trunk_strokes(axis, [p for row in under for p in spots[row]])
    for ramp in ramps:
        heads = [(s.line.distance(Point(xy)), row, xy) for row, s in enumerate(laid) for xy in ramp.xy_m[[0, -1]]]
        _, row, head = min(heads, key=lambda found: found[0])
        laid[row : row + 1] = cut_at(laid[row], [shapely.line_locate_point(laid[row].line, Point(head))])
    return [*strokes, *laid, *ramps]
