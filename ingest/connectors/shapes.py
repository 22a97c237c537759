"""Shapes of rows: into WGS 84, and one point for each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from ingest.connectors.table import POINT_LAT, POINT_LON

__all__ = ["lay_points", "to_degrees"]

_WGS84 = "EPSG:4326"


def lay_points(frame: pd.DataFrame, geometries: Sequence[BaseGeometry | None]) -> None:
    """Give each row the point of its shape (degrees, as text): itself, or one inside; ``""`` where there is none."""
    points = _points(np.array([*geometries, None], dtype=object)[:-1])
    points[shapely.is_empty(points)] = None
    x, y = shapely.get_x(points), shapely.get_y(points)
    for title, degrees in ((POINT_LON, x), (POINT_LAT, y)):
        texts = ["" if np.isnan(value) else repr(float(value)) for value in degrees]
        frame[title] = pd.Series(texts, dtype="str", index=frame.index)


def _points(shapes: NDArray[Any]) -> NDArray[Any]:
    try:
        return np.array(shapely.point_on_surface(shapes), dtype=object)
    except shapely.GEOSException:
        return np.array([_point(shape) for shape in shapes] + [None], dtype=object)[:-1]


def _point(shape: BaseGeometry | None) -> BaseGeometry | None:
    """Return the point of one shape; None where its outline makes no sense."""
    try:
        return None if shape is None else shape.point_on_surface()
    except shapely.GEOSException:
        return None


def to_degrees(
    shapes: Sequence[BaseGeometry | None], crs: str, source: str, file: str
) -> Sequence[BaseGeometry | None]:
    """Transform shapes from the system that their file names, by EPSG code, WKT or PROJJSON.

    Raises
    ------
    SourceMalformed
        When nobody knows the system.
    """
    try:
        if _is_degrees(crs):
            return shapes
        transformer = pyproj.Transformer.from_crs(crs, _WGS84, always_xy=True)
    except pyproj.exceptions.ProjError as error:
        detail = f"its shapes are in a system that nobody knows: {crs[:80]!r}"
        raise SourceMalformed(source, detail, file=file) from error
    array = np.array([*shapes, None], dtype=object)[:-1]

    def turn(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return list(shapely.transform(array, turn))


@lru_cache(maxsize=64)
def _is_degrees(crs: str) -> bool:
    """Tell whether a system is WGS 84 (or ETRS89, RGF93: the same to a metre), longitude first or not."""
    system = pyproj.CRS.from_user_input(crs)
    return bool(system.is_geographic) and system.to_epsg() in {4326, 4258, 4171, 4979, None}
