"""Small geometry of drawing: smooth lines, rough coasts, bent roads, blobs. All in board metres, all deterministic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

__all__ = ["bent", "blob", "line_xy", "ring_of", "roughened", "smoothed"]

Points = NDArray[np.float64]


def line_xy(line: BaseGeometry) -> Points:
    """Return the coordinates (N, 2) of a line."""
    return np.asarray(shapely.get_coordinates(line), dtype=np.float64)


def ring_of(area: BaseGeometry) -> LineString:
    """Return the outer ring of the greatest part of an area, as a line."""
    parts = [part for part in shapely.get_parts(area) if isinstance(part, Polygon)]
    return LineString(max(parts, key=lambda part: float(part.area)).exterior)


def smoothed(points: Sequence[tuple[float, float]] | Points, rounds: int = 3, *, closed: bool = False) -> Points:
    """Round the corners off by Chaikin's cutting; the ends of an open line stay where they are."""
    xy = np.asarray(points, dtype=np.float64)
    for _ in range(rounds):
        if closed:
            after = np.roll(xy, -1, axis=0)
            xy = np.stack([0.75 * xy + 0.25 * after, 0.25 * xy + 0.75 * after], axis=1).reshape(-1, 2)
        else:
            cut = np.stack([0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]], axis=1).reshape(-1, 2)
            xy = np.vstack([xy[:1], cut[1:-1], xy[-1:]])
    return xy


def roughened(xy: Points, rng: np.random.Generator, share: float, levels: int, *, closed: bool = False) -> Points:
    """Break every segment `levels` times at its middle, pushed sideways by about `share` of its length."""
    for _ in range(levels):
        after = np.roll(xy, -1, axis=0) if closed else xy[1:]
        before = xy if closed else xy[:-1]
        along = after - before
        push = np.clip(rng.normal(0.0, share, len(along)), -2 * share, 2 * share)
        middle = (before + after) / 2 + np.column_stack([-along[:, 1], along[:, 0]]) * push[:, None]
        mixed = np.stack([before, middle], axis=1).reshape(-1, 2)
        xy = mixed if closed else np.vstack([mixed, xy[-1:]])
    return xy


def bent(start: Points, end: Points, rng: np.random.Generator, share: float = 0.05, most_m: float = 140.0) -> Points:
    """Draw a road between two points with a few sweeping bends; `share` of the length, at most `most_m`, sideways."""
    along = end - start
    length_m = float(np.hypot(*along))
    steps = max(2, int(length_m // 90))
    t = np.linspace(0.0, 1.0, steps + 1)
    sideways = np.zeros_like(t)
    for bends in (1, 2, 3, 5, 7):
        sideways += rng.normal(0.0, 1.0) * np.sin(bends * np.pi * t) / bends
    sideways *= min(share * length_m, most_m) / 1.3
    normal = np.array([-along[1], along[0]]) / max(length_m, 1.0)
    return np.asarray(start + along * t[:, None] + normal * sideways[:, None], dtype=np.float64)


def blob(
    centre: tuple[float, float], radius_m: float, rng: np.random.Generator, stretch: float = 1.4, corners: int = 11
) -> Polygon:
    """Draw an irregular round patch, longer than wide, turned at random."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 2 * np.pi / corners, corners)
    reach = radius_m * rng.uniform(0.72, 1.2, corners)
    xy = np.column_stack([np.cos(angle) * reach * np.sqrt(stretch), np.sin(angle) * reach / np.sqrt(stretch)])
    turn = rng.uniform(0, np.pi)
    xy = xy @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    patch = Polygon(smoothed(xy, 2, closed=True) + np.array(centre))
    return patch if patch.is_valid else patch.buffer(0)
