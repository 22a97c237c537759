"""Heights of the ground at positions, from a raster (GeoTIFF) of any reference system."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from geo.errors import SourceMalformed
from ingest.elevation_credit import SOURCE

__all__ = ["ground_heights"]

Floats = NDArray[np.float64]

_TILE = 1024
"""Pixels read at a time, each way: a raster of a département need not fit into memory."""
_LOWEST_M, _HIGHEST_M = -500.0, 9_000.0
"""Beyond, a number is a nodata that nobody declared (−9999, −99999, 3.4e38), or no metre."""
# Only what the file itself says, whose hash stands for it: no sidecar, no other file, no other format.
_ENVIRONMENT = {"GDAL_PAM_ENABLED": "NO", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}


def ground_heights(path: Path, lonlat: Floats) -> Floats:
    """Return (N,) metres of the ground, bilinear between the centres of pixels; NaN where the raster knows none.

    With one of the four pixels around a position unknown, the plane through the other three is taken; with more, the
    height is unknown. The outer half of the outermost pixels is told by the line through them and their neighbours.

    Parameters
    ----------
    path
        A GeoTIFF whose first band holds heights in metres.
    lonlat
        (N, 2) degrees, WGS 84.

    Raises
    ------
    SourceMalformed
        When the file is no GeoTIFF or breaks off, does not say where it lies, has no pixels to interpolate between, or
        has a height for none of the positions.
    """
    try:
        with rasterio.Env(**_ENVIRONMENT), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # refused below, in words
            with rasterio.open(path, driver="GTiff") as raster:
                heights_m = _read(raster, path.name, lonlat)
    except RasterioError as error:
        raise SourceMalformed(SOURCE, f"no GeoTIFF that can be read: {error}", file=path.name) from error
    if len(lonlat) and not np.isfinite(heights_m).any():
        detail = "it has a height for none of the streets: name a raster of this territory"
        raise SourceMalformed(SOURCE, detail, file=path.name)
    return heights_m


def _read(raster: Any, name: str, lonlat: Floats) -> Floats:
    if raster.crs is None or raster.transform.is_identity:
        detail = (
            "it does not say where it lies (no reference system or no origin): write both into it by gdal_translate"
        )
        raise SourceMalformed(SOURCE, f"{detail} -a_srs EPSG:2154 -a_ullr …", file=name)
    if min(raster.width, raster.height) < 2:
        detail = f"{raster.width} × {raster.height} pixels: nothing lies between them"
        raise SourceMalformed(SOURCE, detail, file=name)
    column, row = _pixels(raster, name, lonlat)
    heights_m = np.full(len(lonlat), np.nan)
    # Positions count from the centres of pixels: −0.5 is the outer border of the first.
    within = (column >= -0.5) & (column <= raster.width - 0.5) & (row >= -0.5) & (row <= raster.height - 0.5)
    inside = np.flatnonzero(within)
    left = np.clip(np.floor(column[inside]), 0, raster.width - 2).astype(np.int64)
    top = np.clip(np.floor(row[inside]), 0, raster.height - 2).astype(np.int64)
    tile = (top // _TILE) * (raster.width // _TILE + 1) + left // _TILE
    order = np.argsort(tile, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(tile[order])) + 1):
        if not rows.size:
            continue
        west, north = int(left[rows[0]] // _TILE * _TILE), int(top[rows[0]] // _TILE * _TILE)
        values = _metres(raster, west, north)
        x, y = column[inside[rows]] - left[rows], row[inside[rows]] - top[rows]
        heights_m[inside[rows]] = _bilinear(values, left[rows] - west, top[rows] - north, x, y)
    return heights_m


def _pixels(raster: Any, name: str, lonlat: Floats) -> tuple[Floats, Floats]:
    """Return columns and rows, from the centre of the first pixel; NaN where the raster's plane does not reach."""
    try:
        to_raster = Transformer.from_crs("EPSG:4326", CRS.from_user_input(raster.crs), always_xy=True)
    except ProjError as error:
        raise SourceMalformed(SOURCE, f"its reference system is unknown: {error}", file=name) from error
    x, y = (np.array(values, np.float64) for values in to_raster.transform(lonlat[:, 0], lonlat[:, 1]))
    if raster.crs.is_geographic:
        # A raster across the antimeridian counts on to 190, or from −190.
        middle = (raster.bounds.left + raster.bounds.right) / 2
        x = x + 360.0 * np.rint((middle - x) / 360.0)
    elsewhere = ~(np.isfinite(x) & np.isfinite(y))
    x[elsewhere] = y[elsewhere] = np.nan
    to_pixel = ~raster.transform
    column = to_pixel.a * x + to_pixel.b * y + to_pixel.c
    row = to_pixel.d * x + to_pixel.e * y + to_pixel.f
    return column - 0.5, row - 0.5


def _metres(raster: Any, west: int, north: int) -> Floats:
    """Return the heights of one tile and of a pixel beyond it; NaN where there is none."""
    width, height = min(_TILE + 1, raster.width - west), min(_TILE + 1, raster.height - north)
    band = raster.read(1, window=Window(west, north, width, height), masked=True)
    metres = np.ma.filled(band.astype(np.float64), np.nan) * raster.scales[0] + raster.offsets[0]
    return np.where((metres >= _LOWEST_M) & (metres <= _HIGHEST_M), metres, np.nan)


def _bilinear(values: Floats, left: Any, top: Any, x: Floats, y: Floats) -> Floats:
    """Interpolate `x` right of and `y` below a pixel, both 0 … 1 but at the rim."""
    nw, ne = values[top, left], values[top, left + 1]
    sw, se = values[top + 1, left], values[top + 1, left + 1]
    corners = np.stack([nw, ne, sw, se])
    # A lone gap in the plane of the three others: each corner is its two neighbours less the one across.
    planes = np.stack([ne + sw - se, nw + se - sw, nw + se - ne, ne + sw - nw])
    nw, ne, sw, se = np.where(np.isnan(corners), planes, corners)
    return np.asarray((nw * (1 - x) + ne * x) * (1 - y) + (sw * (1 - x) + se * x) * y)
