"""The store's layers as GeoDataFrames: for notebooks, exports and whoever thinks in tables."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from geo.places import Cell, Commune, Service

__all__ = ["cells_frame", "communes_frame", "services_frame"]

_CRS = "EPSG:4326"


def services_frame(services: Sequence[Service]) -> gpd.GeoDataFrame:
    """Return one row a service: its fields, and the sources behind it, the winner first, joined by ``;``."""
    table = pd.DataFrame(
        {
            "id": [s.id for s in services],
            "category": [s.category for s in services],
            "name": [s.name for s in services],
            "insee": [s.insee for s in services],
            "capacity": pd.array([s.capacity for s in services], dtype="Float64"),
            "standing": [s.standing.value for s in services],
            "in_territory": pd.array([s.in_territory for s in services], dtype="bool"),
            "precision": [s.precision.value for s in services],
            "updated": [s.updated for s in services],
            "lines": [";".join(s.lines) for s in services],
            "sources": [";".join(p.source for p in s.provenance) for s in services],
            "licences": [";".join(dict.fromkeys(p.licence.value for p in s.provenance)) for s in services],
        }
    )
    points = gpd.points_from_xy([s.lon for s in services], [s.lat for s in services])
    return gpd.GeoDataFrame(table, geometry=points, crs=_CRS)


def communes_frame(communes: Sequence[Commune]) -> gpd.GeoDataFrame:
    """Return one row a commune; the geometry is None where no contour is published."""
    table = pd.DataFrame(
        {
            "insee": [c.insee for c in communes],
            "name": [c.name for c in communes],
            "department": [c.department for c in communes],
            "population": pd.array([c.population for c in communes], dtype="Int64"),
            "postcodes": [" ".join(c.postcodes) for c in communes],
            "in_territory": pd.array([c.in_territory for c in communes], dtype="bool"),
            "epci": [c.epci for c in communes],
            "epci_name": [c.epci_name for c in communes],
            "density": pd.array([c.density for c in communes], dtype="Int64"),
        }
    )
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([c.geometry for c in communes], crs=_CRS), crs=_CRS)


def cells_frame(cells: Sequence[Cell]) -> gpd.GeoDataFrame:
    """Return one row a cell, as its centre."""
    table = pd.DataFrame(
        {
            "id": [c.id for c in cells],
            "insee": [c.insee for c in cells],
            "people": [c.people for c in cells],
            "people_0_17": [c.people_0_17 for c in cells],
            "people_65_plus": [c.people_65_plus for c in cells],
            "living_standard_eur": pd.array([c.living_standard_eur for c in cells], dtype="Float64"),
            "in_territory": pd.array([c.in_territory for c in cells], dtype="bool"),
        }
    )
    points = gpd.points_from_xy([c.lon for c in cells], [c.lat for c in cells])
    return gpd.GeoDataFrame(table, geometry=points, crs=_CRS)
