"""The island: a few lanes, a path around them, and the ferry that is the only way there."""

from __future__ import annotations

import numpy as np
from shapely import MultiLineString, Point
from shapely.ops import nearest_points

from ingest.sample.drawing import Stroke
from ingest.sample.organic import organic_streets
from ingest.sample.shapes import line_xy, ring_of, smoothed
from ingest.sample.terrain import Terrain

__all__ = ["ISLAND_SITE", "island_lanes"]

ISLAND_SITE = "île"


def island_lanes(terrain: Terrain, roads: MultiLineString, rng: np.random.Generator) -> list[Stroke]:
    """Draw the island's lanes, the ferry that is the only way to them, and the quay where it lands."""
    centre = np.array(terrain.island.centroid.coords[0])
    jetty = np.array(nearest_points(terrain.island.exterior, Point(centre + np.array([350.0, -900.0])))[0].coords[0])
    port = np.array(nearest_points(terrain.mainland.exterior, Point(16_650.0, 15_300.0))[0].coords[0])
    main = Stroke(
        smoothed(
            np.array([jetty, (jetty + centre) / 2 + np.array([40.0, 0.0]), centre, centre + np.array([-420.0, 60.0])]),
            2,
        ),
        "unclassified",
        "Rue du Port",
        built=True,
        site=ISLAND_SITE,
    )
    region = Point(centre).buffer(330).intersection(terrain.island.buffer(-70))
    lanes = organic_streets(
        region, [main.xy_m], lambda xy: np.full(xy.shape[:-1], 105.0), rng, lambda xy: np.full(len(xy), 0.72)
    )
    strokes = [main, *(Stroke(xy, "residential", built=True, site=ISLAND_SITE) for xy in lanes)]
    around = line_xy(ring_of(terrain.island.buffer(-70).simplify(10)))
    strokes.append(Stroke(around, "path", "Tour de l’île"))
    sea = np.array([port, [16_000.0, 16_600.0], [15_300.0, 18_700.0], [12_500.0, 19_500.0], jetty])
    strokes.append(
        Stroke(
            smoothed(sea, 2),
            "",
            "Bac de l’île de Brézan",
            {"route": "ferry", "foot": "yes", "motor_vehicle": "yes", "duration": "00:35"},
            ground=False,
        )
    )
    quay = nearest_points(roads, Point(port))[0]
    strokes.append(Stroke(np.array([port, [quay.x, quay.y]]), "service", "Quai du Bac"))
    return strokes
