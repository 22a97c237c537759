"""The ground within so many minutes, as polygons: ours from degrees to valid polygons, beside Valhalla's isochrone.

Their speeds differ, so that the areas are told and not compared. Both draw lines of equal time through a raster.
"""

from __future__ import annotations

from statistics import median
from time import thread_time

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon
from shapely.geometry import shape

from benchmarks.contests import Contest, faster
from benchmarks.ground import Ground
from benchmarks.peers.valhalla import COSTINGS, Valhalla
from benchmarks.peers.valhalla_rows import lonlat_of
from benchmarks.streets import places_on
from geo.isochrone import isochrones
from geo.projection import Projection
from geo.snapping import EdgeIndex
from geo.travel import Direction, Stops, Travel

__all__ = ["MINUTES", "race_isochrones"]

MINUTES = {"walk": (15, 5.0), "bike": (15, 4.0), "car": (30, 2.0)}
"""By mode: minutes, and how many times as quick as Valhalla's ours shall be."""
_PLACES, _ROUNDS = 12, 3


def race_isochrones(ground: Ground, valhalla: Valhalla) -> Contest:
    """Time one isochrone from each of 12 places: the median of each side."""
    minutes, reach = MINUTES[ground.mode.id]
    network, projection = ground.network, Projection(ground.network.crs)
    travel, index = Travel(network), EdgeIndex(network)
    lonlat = lonlat_of(network, places_on(network, _PLACES, seed=29))
    own, peer, areas = [], [], []
    for place in lonlat:
        rounds = []
        for _ in range(_ROUNDS):
            start = thread_time()
            drawn = _drawn(ground, projection, travel, index, place, minutes * 60.0)
            rounds.append(thread_time() - start)
        own.append(min(rounds))
        question = {
            "locations": [{"lon": float(place[0]), "lat": float(place[1])}],
            "costing": COSTINGS[ground.mode.id],
            "contours": [{"time": minutes}],
            "polygons": True,
        }
        rounds = []
        for _ in range(_ROUNDS):
            before_s = valhalla.cpu_s()
            answer = valhalla.ask("isochrone", question)
            rounds.append(valhalla.cpu_s() - before_s)
        peer.append(min(rounds))
        areas.append(_km2(drawn, projection) / max(1e-6, _km2(shape(answer["features"][0]["geometry"]), projection)))
    return faster(
        f"isochrone, {minutes} min",
        ground.name,
        f"Valhalla 3.9.1, isochrone (its speeds; our areas are {median(areas):.2f} of its)",
        median(own),
        median(peer),
        reach,
    )


def _drawn(
    ground: Ground,
    projection: Projection,
    travel: Travel,
    index: EdgeIndex,
    place: NDArray[np.float64],
    limit_s: float,
) -> MultiPolygon:
    mode = ground.mode
    snap = index.snap(place[None])
    fixed_ds = round(mode.fixed_s * 10)
    spread = travel.spread(Stops.of(snap, mode).only(0), Direction.FROM, fixed_ds, round(limit_s * 10))
    home_m = np.stack([np.concatenate(projection.to_xy_m(place[:1], place[1:])), snap.xy_m[0]])
    return isochrones(travel.network, projection, spread, home_m, mode.off_road_m_per_s, [limit_s])[0]


def _km2(drawn: object, projection: Projection) -> float:
    plane = shapely.transform(drawn, lambda xy: np.column_stack(projection.to_xy_m(xy[:, 0], xy[:, 1])))
    return float(shapely.area(plane)) / 1e6
