"""Crossings: lines drawn over one another become a street graph whose lines share a node wherever they meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ingest.sample.shapes import Points

__all__ = ["Planar", "noded"]

_JOIN_M = 14.0
"""A loose end this close to another street is meant to reach it."""
_SAME_M = 2.5
"""Vertices this close are one node."""

_ROUNDS = 4

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Planar:
    """Nodes, and for each line given its nodes in order."""

    xy_m: Points
    chains: list[Ints]
    """Row of `xy_m`; an empty chain where the line shrank to a point."""


def noded(lines: list[Points], grounded: NDArray[np.bool_]) -> Planar:
    """Give crossing and touching lines their common nodes.

    Parameters
    ----------
    lines
        L × (n, 2) board metres.
    grounded
        (L,) False for what passes over or under: such a line meets others at its two ends alone.

    Returns
    -------
    Planar
        The nodes, and one chain for each line.
    """
    # twice: the end that one street reaches for may itself be drawn elsewhere
    planar = _noded_once(_joined(_joined(lines, grounded), grounded), grounded)
    for _ in range(_ROUNDS):
        # where vertices were drawn together, lines that ran side by side may have come to cross
        if not _unmet(planar, grounded):
            break
        planar = _noded_once([planar.xy_m[chain] for chain in planar.chains], grounded)
    return planar


def _unmet(planar: Planar, grounded: NDArray[np.bool_]) -> bool:
    """Tell whether lines on the ground cross where they have no node."""
    chains = [chain for chain, ground in zip(planar.chains, grounded, strict=True) if ground and len(chain)]
    ends = np.vstack([np.column_stack([chain[:-1], chain[1:]]) for chain in chains])
    segments = np.asarray(shapely.linestrings(planar.xy_m[ends]))
    return bool(shapely.STRtree(segments).query(segments, predicate="crosses").size)


def _noded_once(lines: list[Points], grounded: NDArray[np.bool_]) -> Planar:
    """Give crossing lines a common vertex, and draw vertices together that nearly touch."""
    xy = np.vstack(lines)
    size = np.array([len(line) for line in lines])
    line_of = np.repeat(np.arange(len(lines)), size)
    start = np.flatnonzero(line_of[:-1] == line_of[1:])
    on_ground = start[grounded[line_of[start]]]
    first, second, share, other = _crossings(xy, on_ground)
    crossing_xy = xy[first] * (1 - share)[:, None] + xy[first + 1] * share[:, None]
    # every crossing is one more vertex on each of its two lines; order vertices along their lines
    place = np.concatenate([np.arange(len(xy), dtype=np.float64), first + share, second + other])
    all_xy = np.vstack([xy, crossing_xy, crossing_xy])
    all_line = np.concatenate([line_of, line_of[first], line_of[second]])
    order = np.lexsort([place, all_line])
    free = np.concatenate([_inner(lines, grounded), np.zeros(2 * len(first), dtype=np.bool_)])
    node = _clusters(all_xy, free)
    ordered_node, ordered_line = node[order], all_line[order]
    keep = np.ones(len(order), dtype=np.bool_)
    keep[1:] = (ordered_node[1:] != ordered_node[:-1]) | (ordered_line[1:] != ordered_line[:-1])
    bounds = np.searchsorted(ordered_line[keep], np.arange(1, len(lines)))
    chains = [chain if len(chain) > 1 else chain[:0] for chain in np.split(ordered_node[keep], bounds)]
    _, representative = np.unique(node, return_index=True)
    return Planar(all_xy[representative], chains)


def _inner(lines: list[Points], grounded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the vertices that no other line may touch: those between the ends of what passes over or under."""
    inner = [np.full(len(line), not ground) for line, ground in zip(lines, grounded, strict=True)]
    for mask in inner:
        mask[[0, -1]] = False
    return np.concatenate(inner)


def _joined(lines: list[Points], grounded: NDArray[np.bool_]) -> list[Points]:
    """Pull loose ends onto the street that they nearly reach."""
    geometries = np.array([shapely.linestrings(line) for line in lines])
    tree = shapely.STRtree(geometries[grounded])
    ground_row = np.flatnonzero(grounded)
    owner = np.repeat(ground_row, 2)
    ends = np.vstack([lines[i][[0, -1]] for i in ground_row])
    points = np.asarray(shapely.points(ends))
    found, hit = tree.query(points, predicate="dwithin", distance=_JOIN_M)
    hit = ground_row[hit]
    foreign = owner[found] != hit
    found, hit = found[foreign], hit[foreign]
    gap = shapely.distance(points[found], geometries[hit])
    order = np.lexsort([hit, gap, found])
    _, nearest = np.unique(found[order], return_index=True)
    joined = [line.copy() for line in lines]
    for row in order[nearest]:
        line, target = geometries[hit[row]], points[found[row]]
        spot = shapely.get_coordinates(shapely.line_interpolate_point(line, shapely.line_locate_point(line, target)))[0]
        # a hair beyond the line, so that the crossing is found whatever the rounding
        end = 0 if found[row] % 2 == 0 else -1
        own = joined[owner[found[row]]]
        inward = own[1 if end == 0 else -2] - spot
        length = float(np.hypot(*inward))
        own[end] = spot - inward * (0.4 / length if length > 1.0 else 0.0)
    return joined


def _crossings(xy: Points, start: Ints) -> tuple[Ints, Ints, NDArray[np.float64], NDArray[np.float64]]:
    """Find where segments (from vertex `start` to the next) cross: both starts, and the share along each."""
    segments = np.asarray(shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1)))
    a, b = shapely.STRtree(segments).query(segments, predicate="intersects")
    once = a < b
    a, b = start[a[once]], start[b[once]]
    apart = np.abs(a - b) > 1
    a, b = a[apart], b[apart]
    along_a, along_b, between = xy[a + 1] - xy[a], xy[b + 1] - xy[b], xy[b] - xy[a]
    cross = along_a[:, 0] * along_b[:, 1] - along_a[:, 1] * along_b[:, 0]
    sane = np.abs(cross) > 1e-6 * np.hypot(*along_a.T) * np.hypot(*along_b.T)
    a, b, cross = a[sane], b[sane], cross[sane]
    along_a, along_b, between = along_a[sane], along_b[sane], between[sane]
    share_a = (between[:, 0] * along_b[:, 1] - between[:, 1] * along_b[:, 0]) / cross
    share_b = (between[:, 0] * along_a[:, 1] - between[:, 1] * along_a[:, 0]) / cross
    order = np.lexsort([b, a])
    return a[order], b[order], np.clip(share_a, 0, 1)[order], np.clip(share_b, 0, 1)[order]


def _clusters(xy: Points, free: NDArray[np.bool_]) -> Ints:
    """Tell which node each vertex is: those closer than `_SAME_M` are one, but the `free` ones stay alone."""
    pairs = cKDTree(xy).query_pairs(_SAME_M, output_type="ndarray")
    pairs = pairs[~(free[pairs[:, 0]] | free[pairs[:, 1]])]
    ones = np.ones(len(pairs))
    graph = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
