"""The plane where the sample territory is drawn, and its way to the ground.

Everything is first laid out on a *flat* drawing board in metres, where bridges, crossings and blocks are decided on
straight lines. One smooth warp then bends the whole board at once: roads, coasts, parcels and houses curve together
and nothing that met comes apart. The warped metres are Lambert-93 (EPSG:2154), far out in the Bay of Biscay, where no
real place can be mistaken for one of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

__all__ = ["CLIP_LONLAT", "Frame", "lambert93_to_lonlat", "lonlat_to_lambert93"]

ORIGIN_L93_M = (150_000.0, 6_610_000.0)
"""Lambert-93 of the drawing board's origin: open sea, some 180 km off the coast, inside the projection's area."""

CLIP_LONLAT = (-4.330, 46.290, -3.790, 46.665)
"""The OSM extract's clip (west, south, east, north): wide sea on three sides, the neighbour's land on the fourth."""

_WAVES = ((6_200.0, 150.0), (2_100.0, 32.0), (760.0, 8.0))
"""Wavelength and amplitude of the warp's three scales, metres. The slopes sum below 1, so the warp never folds."""


@lru_cache(maxsize=1)
def _to_wgs84() -> Transformer:
    return Transformer.from_crs("EPSG:2154", "EPSG:4326", always_xy=True)


def lambert93_to_lonlat(xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn Lambert-93 metres (N, 2) into WGS 84 degrees (N, 2), rounded to OpenStreetMap's 7 decimals."""
    lon, lat = _to_wgs84().transform(xy_m[:, 0], xy_m[:, 1])
    return np.round(np.column_stack([lon, lat]), 7)


def lonlat_to_lambert93(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn WGS 84 degrees (N, 2) into Lambert-93 metres (N, 2)."""
    x, y = _to_wgs84().transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE")
    return np.column_stack([x, y])


@dataclass(frozen=True)
class Frame:
    """The warp of one seed: a sum of sine waves in random directions."""

    wave_rad_per_m: NDArray[np.float64]
    """(K, 2) wave vectors."""
    shift_m: NDArray[np.float64]
    """(K, 2) amplitude of each wave along x and y."""
    phase_rad: NDArray[np.float64]
    """(K,)."""

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Frame:
        """Draw the warp: four waves for each of the three scales."""
        waves, shifts = [], []
        for length_m, amplitude_m in _WAVES:
            turn = rng.uniform(0, np.pi / 2) + np.arange(4) * np.pi / 4
            waves.append(np.column_stack([np.cos(turn), np.sin(turn)]) * 2 * np.pi / length_m)
            push = rng.uniform(0, 2 * np.pi, 4)
            shifts.append(np.column_stack([np.cos(push), np.sin(push)]) * amplitude_m / 2)
        return cls(np.vstack(waves), np.vstack(shifts), rng.uniform(0, 2 * np.pi, 4 * len(_WAVES)))

    def to_lambert93(self, flat_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Carry board metres (N, 2) to Lambert-93 metres (N, 2)."""
        waves = np.sin(flat_m @ self.wave_rad_per_m.T + self.phase_rad)
        return np.asarray(flat_m + waves @ self.shift_m + np.array(ORIGIN_L93_M), dtype=np.float64)

    def to_flat(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Carry Lambert-93 metres (N, 2) back to board metres (N, 2), to a millimetre."""
        target = xy_m - np.array(ORIGIN_L93_M)
        flat = target
        for _ in range(40):
            flat = target - np.sin(flat @ self.wave_rad_per_m.T + self.phase_rad) @ self.shift_m
        return np.asarray(flat, dtype=np.float64)

    def to_lonlat(self, flat_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Carry board metres (N, 2) to WGS 84 degrees (N, 2)."""
        return lambert93_to_lonlat(self.to_lambert93(flat_m))
