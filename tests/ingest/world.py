"""A small made-up corner of France for the tests of ingest: squares of 4 km, whose every answer is plain.

::

    y km 8 ┌───────┬───────┬───────┐
           │ 71003 │ 71003 │ 21001 │     71003 was born of 71903 (west) and 71904 (east): the contours still show both
         4 ├───────┼───────┤       │     21001 is the neighbour's, in the halo
           │ 71001 │ 71002 │       │     75001 lies 200 km north
         0 └───────┴───────┴───────┘
           0       4       8      12 km
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyproj import Transformer

from ingest.catalogue import Source
from ingest.connectors import file
from ingest.connectors.table import Table
from ingest.fetch import Fetched
from ingest.ground import Ground, lay_ground
from ingest.scope import Scope
from ingest.territories import Department

ORIGIN_X_M, ORIGIN_Y_M = 808_000.0, 6_628_000.0
"""South-west corner of the world in Lambert-93: near Montceau-les-Mines."""
CRS = "EPSG:2154"
SAONE_ET_LOIRE = Department("71", "Saône-et-Loire", CRS)
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)

COG: list[dict[str, Any]] = [
    {"code": "71001", "nom": "Alpha", "departement": "71", "type": "commune-actuelle", "population": 1200,
     "codesPostaux": ["71100"]},
    {"code": "71002", "nom": "Bêta", "departement": "71", "type": "commune-actuelle", "population": 300,
     "codesPostaux": ["71200", "71210"]},
    {"code": "71003", "nom": "Gamma-les-Deux", "departement": "71", "type": "commune-actuelle", "population": 450,
     "codesPostaux": ["71300"], "anciensCodes": ["71904"]},
    {"code": "71903", "nom": "Gamma", "departement": "71", "type": "commune-deleguee", "chefLieu": "71003"},
    {"code": "71904", "nom": "Gamma-Est", "departement": "71", "type": "commune-deleguee", "chefLieu": "71003"},
    {"code": "21001", "nom": "Delta", "departement": "21", "type": "commune-actuelle", "population": 90,
     "codesPostaux": ["21000"]},
    {"code": "75001", "nom": "Oméga", "departement": "75", "type": "commune-actuelle", "population": 9,
     "codesPostaux": ["75000"]},
]  # fmt: skip
SQUARES_KM: Mapping[str, tuple[float, float, float, float]] = {
    "71001": (0, 0, 4, 4), "71002": (4, 0, 8, 4), "71903": (0, 4, 4, 8), "71904": (4, 4, 8, 8),
    "21001": (8, 0, 12, 8), "75001": (0, 200, 4, 204),
}  # fmt: skip


def lonlat(x_km: float, y_km: float) -> tuple[float, float]:
    """Degrees of a place of the world."""
    lon, lat = _TO_DEGREES.transform(ORIGIN_X_M + 1000 * x_km, ORIGIN_Y_M + 1000 * y_km)
    return float(lon), float(lat)


def contours(squares: Mapping[str, Sequence[float]] = SQUARES_KM) -> dict[str, Any]:
    """The squares as GeoJSON."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "nom": code},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[lonlat(*corner) for corner in ((w, s), (e, s), (e, n), (w, n), (w, s))]],
                },
            }
            for code, (w, s, e, n) in squares.items()
        ],
    }


def source(**given: Any) -> Source:
    """A source of one category with the fewest words; ``given`` replaces or adds."""
    plain = {
        "id": "essai",
        "title": "Essai",
        "producer": "Producteur",
        "licence": "etalab-2.0",
        "territories": ["71"],
        "mirror": [{"data_date": "2024-05", "paths": ["essai.csv"]}],
        "category": "health.pharmacy",
        "columns": {"key": "id", "name": "nom", "lon": "lon", "lat": "lat"},
    }
    if {"categories", "map"} & set(given):
        plain.pop("category")
    return Source.model_validate({"codes": given.get("categories", {}), **plain, **given})


def fetched(path: Path, of: Source, origin: str = "") -> Fetched:
    return Fetched(of.id, path, "0" * 64, origin or path.name, "2024-05-06T07:08:09Z", "2024-05", of.producer)


def table(folder: Path, of: Source, content: str | bytes, name: str = "essai.csv") -> Table:
    """Write a file and read it back as the source's."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return file.read(of, [fetched(path, of)])


def cog_source() -> Source:
    names = {"key": "code", "name": "nom", "department": "departement", "population": "population",
             "postcodes": "codesPostaux", "old_codes": "anciensCodes", "seat": "chefLieu", "type": "type"}  # fmt: skip
    return source(id="cog", kind="communes", columns=names, category="", optional=["seat", "type", "old_codes"])


def contour_source() -> Source:
    return source(id="contours", kind="contours", columns={"key": "code", "name": "nom"}, category="")


def ground(cog: Any = None, shapes: Any = None, **given: Any) -> Ground:
    """Lay the ground from lists like `COG` and `contours()`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        register = table(folder, cog_source(), json.dumps(COG if cog is None else cog), "communes.json")
        drawn = table(folder, contour_source(), json.dumps(shapes or contours()), "contours.geojson")
    return lay_ground(SAONE_ET_LOIRE, (cog_source(), register), (contour_source(), drawn), **given)


@lru_cache(maxsize=1)
def scope() -> Scope:
    """The scope of the world, with the halo of 30 km."""
    return ground().scope
