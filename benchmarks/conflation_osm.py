"""The things of OpenStreetMap's extracts, as rows of a category."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium

from benchmarks.conflation_rows import Rows, of_degrees, telephone

__all__ = ["EXTRACTS", "of_extract"]

EXTRACTS = {
    # name: (path below the mirror, contours that say in which commune a thing lies, else all of them in one)
    "osm_le_creusot": ("osm/le-creusot-71/Le_Creusot.osm.pbf", "contours/71/communes-71-saone-et-loire.geojson"),
    "osm_bondy": ("osm/bondy-93/map.osm", "93010"),
    "osm_pont_de_veyle": (
        "osm/pont-de-veyle-01/overpass_pont_de_veyle.osm",
        "contours/voisins-71/communes-01-ain.geojson",
    ),
}

_TAGS: Mapping[str, tuple[Sequence[tuple[str, str]], str]] = {
    # category: (tags of which one is enough, the tag that tells who it is)
    "health.pharmacy": ([("amenity", "pharmacy"), ("healthcare", "pharmacy")], "ref:FR:FINESS"),
    "health.hospital": ([("amenity", "hospital")], "ref:FR:FINESS"),
    "public.post": ([("amenity", "post_office")], "ref:FR:LaPoste"),
    "public.townhall": ([("amenity", "townhall")], "phone"),
    "public.police": ([("amenity", "police")], "phone"),
    "shop.fuel": ([("amenity", "fuel")], "ref:FR:prix-carburants"),
    "shop.restaurant": (
        [("amenity", kind) for kind in ("restaurant", "cafe", "fast_food", "bar", "pub")],
        "phone",
    ),
    "transport.station": ([("railway", "station"), ("railway", "halt")], "uic_ref"),
    "transport.stop": ([("highway", "bus_stop")], "ref:FR:CG71"),
}


@dataclass(frozen=True, slots=True)
class _Thing:
    id: str
    lon: float
    lat: float
    tags: Mapping[str, str]


@lru_cache(maxsize=4)
def _things(path: Path) -> list[_Thing]:
    """Read the nodes and ways of an extract that are of a category; a way stands at the mean of its nodes."""
    keys = {pair for wanted, _ in _TAGS.values() for pair in wanted}
    things = []
    for thing in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations():
        tags = dict(thing.tags)
        if not any(tags.get(key) == value for key, value in keys):
            continue
        points = [thing.location] if thing.is_node() else [node.location for node in thing.nodes]
        degrees = [(point.lon, point.lat) for point in points if point.valid()]
        if degrees:
            lon, lat = np.mean(degrees, axis=0).tolist()
            things.append(_Thing(f"{'n' if thing.is_node() else 'w'}{thing.id}", lon, lat, tags))
    return things


def of_extract(name: str) -> Callable[[Path, str], Rows]:
    """Return what reads an extract's rows of a category."""
    path, contours = EXTRACTS[name]

    def read(mirror: Path, category: str) -> Rows:
        wanted, telling = _TAGS[category]
        found = [thing for thing in _things(mirror / path) if any(thing.tags.get(k) == v for k, v in wanted)]
        named = [next((t.tags[key] for key in ("name", "brand", "operator") if key in t.tags), "") for t in found]
        said = [thing.tags.get(telling) or thing.tags.get("contact:" + telling, "") for thing in found]
        lon, lat = [str(thing.lon) for thing in found], [str(thing.lat) for thing in found]
        told = [telephone(number) for number in said] if telling == "phone" else said
        return of_degrees([thing.id for thing in found], named, (lon, lat), _inside(mirror, contours, lon, lat), told)

    return read


def _inside(mirror: Path, contours: str, lon: Sequence[str], lat: Sequence[str]) -> list[str]:
    if not contours.endswith(".geojson"):
        return [contours] * len(lon)
    shapes = gpd.read_file(mirror / contours)
    points = gpd.GeoSeries.from_xy([float(x) for x in lon], [float(y) for y in lat])
    row, shape = shapes.sindex.query(points, predicate="within")
    codes = dict(zip(row.tolist(), shapes["code"].iloc[shape].tolist(), strict=True))
    return [codes.get(n, "") for n in range(len(lon))]
