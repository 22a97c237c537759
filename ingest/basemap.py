"""Vector tiles of the territory, made at build time from its own OSM files: no tile server, no outside request.

One PMTiles file of gzipped Mapbox Vector Tiles, zooms 6 to 14; the same inputs give the same bytes. Communes (limits
and names) reach far beyond the loaded streets, so they stand in zooms 6 to 11 only: a style draws them from a second
source over the same tiles whose ``maxzoom`` is 11, which the map stretches.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.places import Commune
from ingest.basemap_layers import EARTH_RADIUS_M, SEATS, Features, Properties, mercator_m, read_features

__all__ = ["LIMITS_MAX_ZOOM", "MAX_ZOOM", "MIN_ZOOM", "write_basemap"]

MIN_ZOOM, MAX_ZOOM = 6, 14
LIMITS_MAX_ZOOM = 11
EXTENT = 4096
BUFFER = 64
"""Tile units drawn beyond a tile's edge, so that lines and halos do not stop at it."""
WORLD_M = 2 * np.pi * EARTH_RADIUS_M
SMALLEST_AREA = 16.0
"""Square tile units below which an area is not drawn, except at the last zoom."""

FIRST_ZOOM = {"building": 13, "transportation_name": 13, "waterway": 10, "landuse": 9, "landcover": 9, "water": 9}
FIRST_ZOOM_OF_CLASS = {
    "tertiary": 11,
    "rail_service": 13,
    "minor": 12,
    "service": 13,
    "path": 13,
    "stream": 12,
    "residential": 9,
    "suburb": 11,
    "quarter": 12,
    "neighbourhood": 13,
    "hamlet": 12,
    "locality": 13,
}


@dataclass(frozen=True)
class _Drawn:
    """One layer as one zoom draws it: filtered and simplified, in metres, with an index."""

    name: str
    geometry: NDArray[np.object_]
    properties: list[Properties]
    tree: shapely.STRtree


def write_basemap(extracts: Sequence[Path], out: Path, communes: Sequence[Commune]) -> None:
    """Write one basemap of OSM extracts and the communes as PMTiles.

    Parameters
    ----------
    extracts
        OSM files with node locations (``.osm.pbf``, ``.osm``); what several hold is drawn once.
    out
        The file to write (``basemap.pmtiles``); replaced when it exists.
    communes
        Their contours and names are drawn, also where no street is loaded.

    Raises
    ------
    ValueError
        When there is nothing at all to draw.
    """
    layers = {
        name: (shapely.transform(np.array(features.geometry, dtype=object), mercator_m), features)
        for name, features in read_features(extracts, communes).items()
        if features.geometry
    }
    if not layers:
        names = ", ".join(extract.name for extract in extracts)
        raise ValueError(f"{names} holds nothing that a map could draw, and no commune has a contour")
    tiles = {
        zxy_to_tileid(zoom, column, row): data
        for zoom in range(MIN_ZOOM, MAX_ZOOM + 1)
        for column, row, data in _tiles_of_zoom(zoom, layers)
    }
    with out.open("wb") as file:
        writer: Any = Writer(file)  # type: ignore[no-untyped-call]  # the library has no types
        for tile_id in sorted(tiles):
            writer.write_tile(tile_id, tiles[tile_id])
        writer.finalize(_header(layers), _metadata(layers))


Layers = Mapping[str, tuple[NDArray[np.object_], Features]]


def _tiles_of_zoom(zoom: int, layers: Layers) -> Iterator[tuple[int, int, bytes]]:
    size_m = WORLD_M / 2**zoom
    unit_m = size_m / EXTENT
    drawn = [d for name, (shapes, features) in layers.items() if (d := _draw(name, shapes, features, zoom, unit_m))]
    for column, row in _columns_and_rows(drawn, size_m):
        west, north = column * size_m - WORLD_M / 2, WORLD_M / 2 - row * size_m
        margin = BUFFER * unit_m
        box = (west - margin, north - size_m - margin, west + size_m + margin, north + margin)
        encoded = [layer for d in drawn if (layer := _tile_layer(d, box, west, north, unit_m))]
        if encoded:
            options = {"extents": EXTENT, "y_coord_down": True, "check_winding_order": False}
            yield column, row, gzip.compress(mapbox_vector_tile.encode(encoded, default_options=options), mtime=0)


def _first_zoom(layer: str, properties: Properties) -> int:
    return max(FIRST_ZOOM.get(layer, MIN_ZOOM), FIRST_ZOOM_OF_CLASS.get(str(properties.get("class", "")), MIN_ZOOM))


def _last_zoom(layer: str, properties: Properties) -> int:
    of_communes = layer == "boundary" or (layer == "place" and properties["class"] in SEATS)
    return LIMITS_MAX_ZOOM if of_communes else MAX_ZOOM


def _draw(name: str, shapes: NDArray[np.object_], features: Features, zoom: int, unit_m: float) -> _Drawn | None:
    kept = np.array([_first_zoom(name, p) <= zoom <= _last_zoom(name, p) for p in features.properties], dtype=bool)
    if shapely.get_dimensions(shapes[0]) > 0:
        shapes = shapely.simplify(shapes, unit_m * (1.0 if zoom == MAX_ZOOM else 4.0), preserve_topology=False)
        kept &= ~shapely.is_empty(shapes)
    if shapely.get_dimensions(shapes[0]) == 2 and zoom < MAX_ZOOM:
        kept &= shapely.area(shapes) >= SMALLEST_AREA * unit_m**2
    if not kept.any():
        return None
    chosen = shapes[kept]
    return _Drawn(name, chosen, [features.properties[i] for i in np.flatnonzero(kept)], shapely.STRtree(chosen))


def _columns_and_rows(drawn: Sequence[_Drawn], size_m: float) -> list[tuple[int, int]]:
    """Return the tiles that some feature touches, in (column, row)."""
    found: set[tuple[int, int]] = set()
    for layer in drawn:
        west, south, east, north = shapely.bounds(layer.geometry).T
        first_column, last_column = ((x + WORLD_M / 2) // size_m for x in (west, east))
        first_row, last_row = ((WORLD_M / 2 - y) // size_m for y in (north, south))
        spans = np.column_stack([first_column, last_column, first_row, last_row]).astype(np.int64)
        for c0, c1, r0, r1 in np.unique(spans, axis=0).tolist():
            found.update((column, row) for column in range(c0, c1 + 1) for row in range(r0, r1 + 1))
    return sorted(found)


def _tile_layer(
    layer: _Drawn, box: tuple[float, float, float, float], west: float, north: float, unit_m: float
) -> dict[str, object] | None:
    """Cut one layer to one tile, in whole tile units with y downwards; None when nothing of it is there."""
    found = np.sort(layer.tree.query(shapely.box(*box)))
    if not len(found):
        return None
    cut = shapely.clip_by_rect(layer.geometry[found], *box)
    origin = np.array([west, north])
    cut = shapely.transform(cut, lambda xy: np.rint((xy - origin) / unit_m * (1, -1)))
    cut = _without_specks(cut)
    features = [
        {"geometry": shape, "properties": layer.properties[i]}
        for shape, i in zip(cut, found.tolist(), strict=True)
        if not shape.is_empty
    ]
    return {"name": layer.name, "features": features} if features else None


def _without_specks(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Leave out what rounding to tile units has flattened, and turn rings the way tiles want them.

    The specification asks for exterior rings that run clockwise on the screen, that is with y downwards: of positive
    area in tile units, hence counter-clockwise to shapely.
    """
    areas = shapely.get_dimensions(shapes) == 2
    if areas.any():
        shapes[areas] = shapely.orient_polygons(shapes[areas])
        flat = areas & (shapely.area(shapes) == 0)
        shapes[flat] = shapely.Polygon()
    lines = shapely.get_dimensions(shapes) == 1
    shapes[lines & (shapely.length(shapes) == 0)] = shapely.LineString()
    return shapes


def _bounds(layers: Layers) -> tuple[float, float, float, float]:
    """West, south, east, north of everything drawn, in degrees."""
    every = [shape for _, features in layers.values() for shape in features.geometry]
    west, south, east, north = shapely.total_bounds(np.array(every, dtype=object)).tolist()
    return west, south, east, north


def _header(layers: Layers) -> dict[str, object]:
    west, south, east, north = (round(degrees * 1e7) for degrees in _bounds(layers))
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 12,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(layers: Layers) -> dict[str, object]:
    """Describe the layers as a TileJSON does. Whose data they are, the snapshot's sources say."""
    described = [
        {
            "id": name,
            "minzoom": FIRST_ZOOM.get(name, MIN_ZOOM),
            "maxzoom": LIMITS_MAX_ZOOM if name == "boundary" else MAX_ZOOM,
            "fields": {
                key: "Number" if isinstance(value, int) else "String"
                for properties in features.properties
                for key, value in properties.items()
            },
        }
        for name, (_, features) in layers.items()
    ]
    return {"name": "Alentours", "vector_layers": described}
