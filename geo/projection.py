"""WGS 84 ↔ metres, one metric CRS per territory, and the length of a line on the ground."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from geo.antimeridian import side_by_side
from geo.arrays import frozen
from geo.errors import ConfigurationError

__all__ = ["Patch", "Projection", "ground_m"]

_ELLIPSOID = Geod(ellps="WGS84")
_NODES = np.cos(np.pi * (np.arange(5) + 0.5) / 5)
"""Where a polynomial through five points, of −1 … 1, follows a curve best (Chebyshev)."""
_POWERS = np.linalg.inv(np.vander(_NODES, increasing=True))
"""From values at the nodes to the shares of the powers."""


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


class Patch:
    """Degrees of many points of a small rectangle of the plane, to a thousandth of a millimetre.

    A projection is so smooth that a polynomial through a few of its points cannot be told from it: over 100 km it is
    off by less than 1e-9 degrees.

    Parameters
    ----------
    projection
        Of the plane.
    left_m, low_m, right_m, high_m
        The rectangle, in metres of the plane.
    """

    def __init__(self, projection: Projection, left_m: float, low_m: float, right_m: float, high_m: float) -> None:
        self._middle_m = np.array([left_m + right_m, low_m + high_m]) / 2.0
        self._half_m = np.maximum(np.array([right_m - left_m, high_m - low_m]) / 2.0, 1.0)
        x, y = (self._middle_m[:, None] + self._half_m[:, None] * _NODES)[:, :, None].repeat(len(_NODES), axis=2)
        lon, lat = projection.to_lonlat(x.ravel(), y.T.ravel())
        degrees = np.stack([side_by_side(lon), lat]).reshape(2, len(_NODES), len(_NODES))
        self._share = frozen(_POWERS @ degrees @ _POWERS.T, np.float64)

    def to_lonlat(self, xy_m: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
        """Return degrees (M, 2), rounded to so many digits, of points (M, 2) in the rectangle.

        Where the rectangle lies across the antimeridian, longitudes run on beyond 180.
        """
        return _degrees(xy_m, self._middle_m, self._half_m, self._share, 10.0**digits)


@njit(cache=True, nogil=True)
def _degrees(
    xy_m: NDArray[np.float64],
    middle_m: NDArray[np.float64],
    half_m: NDArray[np.float64],
    share: NDArray[np.float64],
    scale: float,
) -> NDArray[np.float64]:
    """Evaluate both polynomials by Horner's rule: ``share`` is (2, powers of x, powers of y)."""
    found = np.empty((xy_m.shape[0], 2))
    for point in range(xy_m.shape[0]):
        u, v = (xy_m[point, 0] - middle_m[0]) / half_m[0], (xy_m[point, 1] - middle_m[1]) / half_m[1]
        for which in range(2):
            own = share[which]
            value = _along(own[4], v)
            for power in range(3, -1, -1):
                value = value * u + _along(own[np.uint64(power)], v)
            found[point, which] = np.rint(value * scale) / scale
    return found


@njit(cache=True, nogil=True)
def _along(share: NDArray[np.float64], v: float) -> float:
    return float((((share[4] * v + share[3]) * v + share[2]) * v + share[1]) * v + share[0])


def ground_m(lon_from: Any, lat_from: Any, lon_to: Any, lat_to: Any) -> NDArray[np.float64]:
    """Metres between positions in degrees, along the ellipsoid of WGS 84 (what PostGIS calls ``geography``).

    Takes scalars or arrays of one shape; a NaN on either side gives a NaN.
    """
    _, _, metres = _ELLIPSOID.inv(_array(lon_from), _array(lat_from), _array(lon_to), _array(lat_to))
    return _array(metres)


def _array(values: Any) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
