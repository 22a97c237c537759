"""Streets, track, water lines and coast as ways of the OpenStreetMap file."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Polygon

from ingest.sample import names
from ingest.sample.drawing import Stroke
from ingest.sample.osm_draft import OsmDraft, Tags
from ingest.sample.paths import GREENWAY
from ingest.sample.shapes import line_xy
from ingest.sample.streets import RAIL, StreetMap
from ingest.sample.terrain import Terrain
from ingest.sample.truth import Fate

__all__ = ["draw_streets", "draw_water"]

_STEP_M = 62.0
"""The warp bends what is straight on the board: no segment is longer than this."""
_DOUBLE_M = 300.0
"""Pieces of one greenway whose middles lie this close are one place (``nature`` in ``data/conflation.toml``)."""


def draw_streets(draft: OsmDraft, streets: StreetMap, stations: list[tuple[str, int]]) -> dict[int, int]:
    """Write all streets and the track; return the way of each row of the street map."""
    used = sorted({node for chain in streets.chains for node in chain})
    named = dict(stations_by_node(stations))
    number = {}
    for node in used:
        tags = dict(streets.node_tags.get(node, {}))
        fate = None
        if node in named:
            tags |= {"railway": "station", "name": named[node], "public_transport": "station", "operator": "SNR"}
            fate = Fate("merged", ("transport.station",))
        number[node] = draft.node(streets.xy_m[node], tags, fate)
    ways: dict[int, int] = {}
    greenway: list[tuple[float, float]] = []
    for row, (stroke, chain) in enumerate(zip(streets.strokes, streets.chains, strict=True)):
        refs = _bent_refs(draft, streets, chain, number)
        fate = None
        if stroke.name == GREENWAY:
            middle = draft.node_xy_m[refs[len(refs) // 2] - 1]
            near = any(np.hypot(middle[0] - x, middle[1] - y) <= _DOUBLE_M for x, y in greenway)
            fate = Fate("merged" if near else "kept", ("nature.path",))
            if not near:
                greenway.append(middle)
        ways[row] = draft.way(refs, _tags(stroke), fate)
    return ways


def stations_by_node(stations: list[tuple[str, int]]) -> list[tuple[int, str]]:
    """Turn (name, node) pairs round."""
    return [(node, name) for name, node in stations]


def _bent_refs(draft: OsmDraft, streets: StreetMap, chain: list[int], number: dict[int, int]) -> list[int]:
    """Return a chain's node numbers, with nodes of its own between those that lie far apart."""
    refs = [number[chain[0]]]
    for a, b in pairwise(chain):
        here, there = np.array(streets.xy_m[a]), np.array(streets.xy_m[b])
        parts = int(np.hypot(*(there - here)) // _STEP_M) + 1
        refs += [draft.node(tuple((here + (there - here) * i / parts).tolist())) for i in range(1, parts)]
        refs.append(number[b])
    return refs


def _tags(stroke: Stroke) -> Tags:
    if stroke.highway == RAIL:
        return {"railway": "rail", "gauge": "1435", "usage": "branch", **stroke.tags}
    tags: Tags = {"highway": stroke.highway} if stroke.highway else {}
    if stroke.name:
        tags["name"] = stroke.name
    return tags | stroke.tags


def draw_water(draft: OsmDraft, terrain: Terrain) -> None:
    """Write the coast (land to its left), the river's and the brooks' lines."""
    for land in (terrain.mainland, terrain.island):
        ring = line_xy(shapely.orient_polygons(Polygon(land.exterior)).exterior)[:-1]
        first = draft.node(tuple(ring[0].tolist()))
        refs = [first, *(draft.node((float(x), float(y))) for x, y in ring[1:]), first]
        for a in range(0, len(refs) - 1, 400):
            draft.way(refs[a : a + 401], {"natural": "coastline"})
    _line(draft, terrain.river_line, {"waterway": "river", "name": names.RIVER})
    for brook in terrain.brooks:
        _line(draft, brook, {"waterway": "stream"})


def _line(draft: OsmDraft, line: LineString, tags: Tags) -> None:
    xy = line_xy(line.segmentize(80.0))
    draft.way([draft.node((float(x), float(y))) for x, y in xy], tags)
