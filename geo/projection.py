"""WGS 84 ↔ metres, one metric CRS per territory, and the length of a line on the ground."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from geo.errors import ConfigurationError

__all__ = ["Projection", "ground_m"]

_ELLIPSOID = Geod(ellps="WGS84")


class Projection:
    """The metric plane of a territory.

    Planar metres differ from metres on the ground by the projection's scale (Lambert-93: up to 0.1 % in mainland
    France): lengths and costs are therefore measured with :func:`ground_m`, and the plane serves shapes and searches.

    Parameters
    ----------
    crs
        What names a projected CRS in metres: ``"EPSG:2154"`` for mainland France.

    Raises
    ------
    ConfigurationError
        When ``crs`` is unknown, or is not a plane in metres.
    """

    def __init__(self, crs: str) -> None:
        try:
            plane = CRS.from_user_input(crs)
        except CRSError as error:
            raise ConfigurationError(f"crs {crs!r} is unknown: give a projected one, such as 'EPSG:2154'") from error
        if not plane.is_projected or any(axis.unit_name != "metre" for axis in plane.axis_info):
            raise ConfigurationError(f"crs {crs!r} is not a plane in metres: give a projected one, such as 'EPSG:2154'")
        self.crs = crs
        self._to_plane = Transformer.from_crs("EPSG:4326", plane, always_xy=True)

    def to_xy_m(self, lon: Any, lat: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Project degrees (WGS 84) to metres of the plane.

        Takes scalars or arrays of one shape and returns two float64 arrays of that shape. A NaN stays a NaN; a position
        that the plane cannot hold (latitude 95) becomes infinite: neither raises.
        """
        x, y = self._to_plane.transform(_array(lon), _array(lat))
        return _array(x), _array(y)

    def point_to_xy_m(self, lon: float, lat: float) -> tuple[float, float]:
        """Project one position, to the last digit as :meth:`to_xy_m` does."""
        x, y = self._to_plane.transform(lon, lat)
        return x, y

    def to_lonlat(self, x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bring metres of the plane back to degrees (WGS 84); shapes, NaN and infinities as in :meth:`to_xy_m`."""
        lon, lat = self._to_plane.transform(_array(x), _array(y), direction="INVERSE")
        return _array(lon), _array(lat)


def ground_m(lon_from: Any, lat_from: Any, lon_to: Any, lat_to: Any) -> NDArray[np.float64]:
    """Metres between positions in degrees, along the ellipsoid of WGS 84 (what PostGIS calls ``geography``).

    Takes scalars or arrays of one shape; a NaN on either side gives a NaN.
    """
    _, _, metres = _ELLIPSOID.inv(_array(lon_from), _array(lat_from), _array(lon_to), _array(lat_to))
    return _array(metres)


def _array(values: Any) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
