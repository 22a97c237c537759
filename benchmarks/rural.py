"""A département drawn from a seed: towns of every size, farms and lanes between them, roads that join the larger towns.

Beside the drawn grid, which has no natural narrow places to cut at, this is the other kind of country: dense towns that
hang together by few roads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Delaunay, cKDTree

from geo.network import RawStreets

__all__ = ["drawn_country"]

_SEED = 5
_WIDTH_M = 92_000.0
"""Of a country of 150,000 junctions; others are as dense."""
_POINTS_A_JUNCTION = 0.9
"""Many points come to stand in the middle of a lane, where no choice hangs on them: contraction takes them out."""
_TOWNS, _JOINED = 500, 60
_IN_TOWN = 0.6
_LONGEST_M = 6_000.0
_SHORTCUTS = 0.06
_ONE_WAY = 0.04
_DEAD_ENDS = 0.16
"""Share of the pieces that a dead end hangs on: a fifth of all junctions is one, as in real towns."""
_RURAL_M = 250.0
"""A longer piece is a lane between villages."""


class _Pieces(NamedTuple):
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    straight_m: NDArray[np.float64]


def drawn_country(junctions: int = 150_000, seed: int = _SEED) -> RawStreets:
    """Draw a country of about so many junctions on foot.

    Points are joined to their neighbours in the way of Urquhart (of each triangle of Delaunay's the longest side is
    left out), with some of the sides put back; every piece bends once, so that it is 2 to 35 % longer than straight.
    """
    rng = np.random.default_rng(seed)
    width_m = _WIDTH_M * np.sqrt(junctions / 150_000)
    centre_m = rng.uniform(0.03, 0.97, (_TOWNS, 2)) * width_m
    share = _town_shares(rng)
    xy_m = _points(rng, int(junctions * _POINTS_A_JUNCTION), centre_m, share, width_m)
    xy_m, pieces = _largest_part(xy_m, _sides(rng, xy_m))
    kind = np.where(pieces.straight_m > _RURAL_M, 2, np.where(rng.random(pieces.start.size) < _ONE_WAY, 1, 0))
    kind[_main_roads(xy_m, pieces, centre_m[np.argsort(-share)[:_JOINED]])] = 3
    bend_m = _bends(rng, xy_m, pieces)
    middle = np.arange(len(xy_m), len(xy_m) + pieces.start.size)
    mouth = np.flatnonzero(rng.random(middle.size) < _DEAD_ENDS)
    house = np.arange(len(xy_m) + middle.size, len(xy_m) + middle.size + mouth.size)
    metres = np.concatenate([xy_m, bend_m, bend_m[mouth] + rng.normal(0, 60.0, (mouth.size, 2))])
    return RawStreets(
        node_lonlat=np.column_stack([3.6 + metres[:, 0] / 76_300.0, 46.2 + metres[:, 1] / 111_150.0]),
        segment_from=np.concatenate([pieces.start, middle, middle[mouth]]).astype(np.int32),
        segment_to=np.concatenate([middle, pieces.end, house]).astype(np.int32),
        segment_way=np.concatenate([kind, kind, np.zeros(mouth.size, np.int64)]).astype(np.int32),
        way_tags=[
            {"highway": "residential"},
            {"highway": "residential", "oneway": "yes"},
            {"highway": "unclassified"},
            {"highway": "secondary"},
        ],
    )


def _town_shares(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the share of the people in each town: a few hold most, as everywhere, none more than an eighth."""
    share = rng.pareto(1.1, _TOWNS) + 0.3
    share = np.minimum(share / share.sum(), 0.12)
    return np.asarray(share / share.sum())


def _points(
    rng: np.random.Generator,
    count: int,
    centre_m: NDArray[np.float64],
    share: NDArray[np.float64],
    width_m: float,
) -> NDArray[np.float64]:
    in_town = int(_IN_TOWN * count)
    town = rng.choice(_TOWNS, in_town, p=share)
    radius_m = 55.0 * np.sqrt(np.bincount(town, minlength=_TOWNS) + 1)
    towns_m = centre_m[town] + rng.normal(size=(in_town, 2)) * radius_m[town][:, None]
    scattered_m = rng.uniform(0, width_m, (count - in_town, 2))
    return np.asarray(np.unique(np.rint(np.concatenate([towns_m, scattered_m]) * 10) / 10, axis=0))


def _sides(rng: np.random.Generator, xy_m: NDArray[np.float64]) -> _Pieces:
    """Return the sides of Delaunay's triangles that stay, none longer than six kilometres."""
    triangles = Delaunay(xy_m).simplices.astype(np.int64)
    sides = np.sort(np.stack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]], axis=1), axis=2)
    key = sides[..., 0] * len(xy_m) + sides[..., 1]
    length_m = np.linalg.norm(xy_m[sides[..., 0]] - xy_m[sides[..., 1]], axis=2)
    longest = np.unique(key[np.arange(len(key)), length_m.argmax(axis=1)])
    every = np.unique(key)
    stays = ~np.isin(every, longest) | (rng.random(every.size) < _SHORTCUTS)
    start, end = np.divmod(every[stays], len(xy_m))
    straight_m = np.linalg.norm(xy_m[start] - xy_m[end], axis=1)
    short = straight_m < _LONGEST_M
    return _Pieces(start[short], end[short], straight_m[short])


def _largest_part(xy_m: NDArray[np.float64], pieces: _Pieces) -> tuple[NDArray[np.float64], _Pieces]:
    graph = csr_array((pieces.straight_m, (pieces.start, pieces.end)), shape=(len(xy_m), len(xy_m)))
    _, part = connected_components(graph, directed=False)
    stays = part == np.bincount(part).argmax()
    number = np.cumsum(stays) - 1
    inside = stays[pieces.start]
    return xy_m[stays], _Pieces(number[pieces.start[inside]], number[pieces.end[inside]], pieces.straight_m[inside])


def _main_roads(xy_m: NDArray[np.float64], pieces: _Pieces, towns_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the pieces on the shortest ways between each of the larger towns and its four nearest."""
    at = cKDTree(xy_m).query(towns_m)[1]
    away_m, neighbours = cKDTree(towns_m).query(towns_m, min(5, len(towns_m)))
    count = len(xy_m)
    graph = csr_array((pieces.straight_m, (pieces.start, pieces.end)), shape=(count, count))
    _, before = dijkstra(graph, directed=False, indices=at, return_predecessors=True, limit=float(1.6 * away_m.max()))
    used: set[int] = set()
    for town, nearest in enumerate(neighbours):
        for other in nearest[1:]:
            end = int(at[other])
            while (start := int(before[town, end])) >= 0:
                used.add(min(start, end) * count + max(start, end))
                end = start
    key = np.minimum(pieces.start, pieces.end) * count + np.maximum(pieces.start, pieces.end)
    return np.flatnonzero(np.isin(key, np.fromiter(used, np.int64, len(used))))


def _bends(rng: np.random.Generator, xy_m: NDArray[np.float64], pieces: _Pieces) -> NDArray[np.float64]:
    """Return the place (P, 2) where each piece bends, so that it is 2 to 35 % longer than straight."""
    start_m, end_m = xy_m[pieces.start], xy_m[pieces.end]
    longer = rng.uniform(1.02, 1.35, pieces.start.size)
    aside = np.sqrt(longer**2 - 1.0) / 2.0 * rng.choice([-1.0, 1.0], pieces.start.size)
    along_m = end_m - start_m
    across_m = np.column_stack([-along_m[:, 1], along_m[:, 0]])
    return np.asarray((start_m + end_m) / 2.0 + across_m * aside[:, None])
