"""Positions that stand for a whole commune: its centre, or one point for many places that have nothing in common."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.projection import ground_m
from ingest.scope import Scope

__all__ = ["CENTRE_M", "UNLIKE_ROWS", "stands_for_commune"]

CENTRE_M = 30.0
"""A position no farther from the centre of its commune's contour is taken for that centre."""
UNLIKE_ROWS = 5
"""So many rows of one source that share a position, and no address or name, were not surveyed one by one."""


_NEAR_DEG = CENTRE_M / 110_000.0
"""More of latitude than the metres: a first look before the metres are measured."""


def stands_for_commune(
    lon: NDArray[np.float64], lat: NDArray[np.float64], insee: NDArray[np.object_], label: list[str], scope: Scope
) -> NDArray[np.bool_]:
    """Tell which positions are no finer than their commune.

    Parameters
    ----------
    lon, lat
        Of the rows of one source that are kept; WGS 84, degrees.
    insee
        Their communes; empty where none is known, which is then never its centre.
    label
        What tells their places apart: their address, or their name where the source gives none.
    """
    return _is_centre(lon, lat, insee, scope) | _is_shared(lon, lat, insee, label)


def _is_centre(
    lon: NDArray[np.float64], lat: NDArray[np.float64], insee: NDArray[np.object_], scope: Scope
) -> NDArray[np.bool_]:
    codes, places = np.unique(insee.astype(str), return_inverse=True)
    shapes = [scope.by_code[code].geometry if code in scope.by_code else None for code in codes.tolist()]
    centres = shapely.centroid(np.array(shapes, dtype=object))
    x, y = shapely.get_x(centres)[places], shapely.get_y(centres)[places]
    near: NDArray[np.bool_] = np.abs(lat - y) < _NEAR_DEG
    near[near] = ground_m(lon[near], lat[near], x[near], y[near]) <= CENTRE_M
    return near


def _is_shared(
    lon: NDArray[np.float64], lat: NDArray[np.float64], insee: NDArray[np.object_], label: list[str]
) -> NDArray[np.bool_]:
    rows = pd.DataFrame({"lon": lon.round(6), "lat": lat.round(6), "insee": insee, "label": label})
    shared = np.array(rows.duplicated(["lon", "lat", "insee"], keep=False), dtype=bool)
    if shared.any():
        kinds = rows[shared].groupby(["lon", "lat", "insee"])["label"].transform("nunique")
        shared[shared] = (kinds >= UNLIKE_ROWS).to_numpy()
    return shared
