"""What the basemap draws: OSM extracts and the communes, in named layers of features in Web Mercator metres."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.places import Commune
from ingest.coastline import Coast
from ingest.extents import extent_of

__all__ = ["LAYERS", "Features", "mercator_m", "read_features"]

EARTH_RADIUS_M = 6_378_137.0
CITY_PEOPLE, TOWN_PEOPLE = 20_000, 2_000
LIMIT_GRID_DEG = 1e-6
"""Contours are laid on this grid (a decimetre) before they are joined, so that a shared limit is one line."""

LAYERS = (
    "landcover",
    "landuse",
    "water",
    "waterway",
    "building",
    "transportation",
    "transportation_name",
    "boundary",
    "place",
)
"""Names and order of the layers; the names are OpenMapTiles', so that its styles fit."""

ROADS = {
    "motorway": "motorway",
    "trunk": "trunk",
    "primary": "primary",
    "secondary": "secondary",
    "tertiary": "tertiary",
    "residential": "minor",
    "unclassified": "minor",
    "living_street": "minor",
    "pedestrian": "minor",
    "road": "minor",
    "service": "service",
    "footway": "path",
    "path": "path",
    "cycleway": "path",
    "bridleway": "path",
    "track": "path",
    "steps": "path",
}
RAILS = ("rail", "light_rail", "tram", "narrow_gauge")
STREAMS = ("river", "canal", "stream")
LANDCOVER = {
    ("natural", "wood"): "wood",
    ("landuse", "forest"): "wood",
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("landuse", "recreation_ground"): "park",
    ("landuse", "village_green"): "park",
    ("landuse", "cemetery"): "park",
    ("landuse", "grass"): "grass",
    ("landuse", "meadow"): "grass",
    ("natural", "grassland"): "grass",
    ("natural", "scrub"): "grass",
    ("natural", "heath"): "grass",
    ("landuse", "farmland"): "farmland",
    ("landuse", "vineyard"): "farmland",
    ("landuse", "orchard"): "farmland",
}
LANDUSE = {
    ("landuse", "residential"): "residential",
    ("landuse", "industrial"): "industrial",
    ("landuse", "commercial"): "commercial",
    ("landuse", "retail"): "commercial",
    ("landuse", "railway"): "industrial",
    ("amenity", "school"): "school",
    ("amenity", "college"): "school",
    ("amenity", "university"): "school",
    ("amenity", "hospital"): "hospital",
}
WATER = {
    ("natural", "water"): "lake",
    ("waterway", "riverbank"): "river",
    ("landuse", "basin"): "lake",
    ("landuse", "reservoir"): "lake",
}
SEATS = ("city", "town", "village")
LOCALITIES = ("suburb", "quarter", "neighbourhood", "hamlet", "locality")

Properties = dict[str, str | int]


@dataclass
class Features:
    """The features of one layer, in drawing order."""

    geometry: list[BaseGeometry] = field(default_factory=list)
    """WGS 84 while they are gathered."""
    properties: list[Properties] = field(default_factory=list)

    def add(self, geometry: BaseGeometry, properties: Properties) -> None:
        """Append one feature."""
        self.geometry.append(geometry)
        self.properties.append(properties)

    def reordered(self, order: Sequence[int] | NDArray[np.int64]) -> Features:
        """Return the features in another order."""
        return Features([self.geometry[i] for i in order], [self.properties[i] for i in order])


def mercator_m(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project degrees to Web Mercator metres (EPSG:3857); both arrays are (N, 2)."""
    latitude = np.radians(np.clip(lonlat[:, 1], -85.05, 85.05))
    return np.column_stack(
        [EARTH_RADIUS_M * np.radians(lonlat[:, 0]), EARTH_RADIUS_M * np.log(np.tan(np.pi / 4 + latitude / 2))]
    )


def read_features(extracts: Sequence[Path], communes: Sequence[Commune]) -> Mapping[str, Features]:
    """Sort OSM files and the communes into layers.

    Parameters
    ----------
    extracts
        OSM files with node locations (``.osm.pbf``, ``.osm``). What several hold is drawn once, from the first of them
        in which it is whole.
    communes
        Their contours become the layer ``boundary``, their names the seats of the layer ``place``.

    Returns
    -------
    Mapping
        Layer name → features in WGS 84, every layer of `LAYERS` present, empty or not.
    """
    layers = {name: Features() for name in LAYERS}
    seats: dict[str, list[shapely.Point]] = {}
    coast = Coast()
    drawn: set[tuple[str, int]] = set()
    for extract in extracts:
        _add_objects(extract, layers, seats, coast, drawn)
    for area in _stated_areas(extracts):
        for sea in coast.sea(area):
            layers["water"].add(sea, {"class": "ocean"})
    layers["landcover"] = _largest_first(layers["landcover"])
    layers["landuse"] = _largest_first(layers["landuse"])
    layers["transportation_name"] = _joined_by_name(layers["transportation_name"])
    _add_communes(communes, seats, layers)
    return layers


def _stated_areas(extracts: Sequence[Path]) -> list[shapely.Polygon]:
    """Return where the sea can be told: what the extracts say they cover, those that touch as one."""
    stated = [extent for extract in extracts if (extent := extent_of(extract))]
    parts: NDArray[np.object_] = shapely.get_parts(shapely.union_all(stated))
    return [part for part in parts if not part.is_empty]


def _add_objects(
    extract: Path,
    layers: Mapping[str, Features],
    seats: dict[str, list[shapely.Point]],
    coast: Coast,
    drawn: set[tuple[str, int]],
) -> None:
    """Add what an extract holds and no former one has drawn."""
    wkb = osmium.geom.WKBFactory()
    objects = osmium.FileProcessor(extract).with_locations().with_areas().with_filter(osmium.filter.EmptyTagFilter())
    for item in objects:
        if isinstance(item, osmium.osm.Way) and item.tags.get("natural") == "coastline":
            coast.add(item)
        if (item.type_str(), item.id) in drawn:
            continue
        try:
            if isinstance(item, osmium.osm.Node):
                _add_node(item, layers, seats)
            elif isinstance(item, osmium.osm.Way):
                _add_way(item, layers, wkb.create_linestring)
            elif isinstance(item, osmium.osm.Area):
                _add_area(item, layers, wkb.create_multipolygon)
        except (RuntimeError, osmium.InvalidLocationError):
            continue  # a way whose nodes the extract does not hold, a ring that does not close: nothing to draw
        drawn.add((item.type_str(), item.id))


def _add_node(node: osmium.osm.Node, layers: Mapping[str, Features], seats: dict[str, list[shapely.Point]]) -> None:
    kind, name = node.tags.get("place"), node.tags.get("name")
    if not kind or not name:
        return
    point = shapely.Point(node.location.lon, node.location.lat)
    if kind in SEATS:
        seats.setdefault(name, []).append(point)
    elif kind in LOCALITIES:
        layers["place"].add(point, {"class": kind, "name": name})


def _add_way(way: osmium.osm.Way, layers: Mapping[str, Features], line: Callable[[osmium.osm.Way], str]) -> None:
    tags = way.tags
    road = ROADS.get((tags.get("highway") or "").removesuffix("_link"))
    if road and tags.get("area") != "yes":
        shape = shapely.from_wkb(line(way))
        layers["transportation"].add(shape, {"class": road})
        if "name" in tags:
            layers["transportation_name"].add(shape, {"class": road, "name": tags["name"]})
    elif tags.get("railway") in RAILS:
        kind = "rail_service" if "service" in tags else "rail"
        layers["transportation"].add(shapely.from_wkb(line(way)), {"class": kind})
    elif tags.get("waterway") in STREAMS:
        named = {"name": tags["name"]} if "name" in tags else {}
        layers["waterway"].add(shapely.from_wkb(line(way)), {"class": tags["waterway"], **named})


def _add_area(area: osmium.osm.Area, layers: Mapping[str, Features], polygon: Callable[[osmium.osm.Area], str]) -> None:
    tags = area.tags
    if "building" in tags:
        layers["building"].add(shapely.from_wkb(polygon(area)), {})
        return
    for layer, classes in (("water", WATER), ("landcover", LANDCOVER), ("landuse", LANDUSE)):
        for key in ("natural", "landuse", "leisure", "waterway", "amenity"):
            kind = classes.get((key, tags.get(key) or ""))
            if kind:
                layers[layer].add(shapely.from_wkb(polygon(area)), {"class": kind})
                return


def _largest_first(features: Features) -> Features:
    """Put small areas last, so that a square's lawn is drawn over the wood around it."""
    if not features.geometry:
        return features
    area = shapely.area(np.array(features.geometry, dtype=object))
    return features.reordered(np.argsort(-area, kind="stable"))


def _joined_by_name(features: Features) -> Features:
    """Join the pieces of a street: its name is then written once along it, not once per block or never."""
    pieces: dict[tuple[str, str], list[BaseGeometry]] = {}
    for shape, properties in zip(features.geometry, features.properties, strict=True):
        pieces.setdefault((str(properties["class"]), str(properties["name"])), []).append(shape)
    joined = Features()
    for (kind, name), shapes in sorted(pieces.items(), key=lambda item: item[0]):
        for part in shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapes))):
            joined.add(part, {"class": kind, "name": name})
    return joined


def _add_communes(
    communes: Iterable[Commune], seats: Mapping[str, list[shapely.Point]], layers: Mapping[str, Features]
) -> None:
    largest_first = sorted(communes, key=lambda c: (-(c.population or 0), c.insee))
    drawn = [(c, c.geometry) for c in largest_first if c.geometry is not None and not c.geometry.is_empty]
    for commune, contour in drawn:
        shapely.prepare(contour)
        known = [point for point in seats.get(commune.name, []) if contour.contains(point)]
        people = commune.population or 0
        kind = "city" if people >= CITY_PEOPLE else "town" if people >= TOWN_PEOPLE else "village"
        seat = known[0] if known else contour.representative_point()
        layers["place"].add(seat, {"class": kind, "name": commune.name, "population": people})
    _add_limits(drawn, layers["boundary"])


def _add_limits(drawn: Sequence[tuple[Commune, BaseGeometry]], layer: Features) -> None:
    """Draw each limit once, although two communes share it; the territory's own is of level 6, the others of 8."""
    contours = shapely.set_precision([contour for _, contour in drawn], LIMIT_GRID_DEG)
    inside = [contour for (commune, _), contour in zip(drawn, contours, strict=True) if commune.in_territory]
    outer = shapely.boundary(shapely.union_all(inside)) if inside else shapely.MultiLineString()
    every = shapely.union_all(shapely.boundary(contours))
    for level, lines in ((8, shapely.difference(every, outer)), (6, outer)):
        merged = shapely.line_merge(lines) if lines.geom_type == "MultiLineString" else lines
        for part in shapely.get_parts(merged):
            if not part.is_empty and part.geom_type == "LineString":
                layer.add(part, {"admin_level": level})
