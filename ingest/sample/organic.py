"""Streets that look grown, not planned: blocks are the cells of scattered seeds, in pairs along main streets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from ingest.sample.shapes import Points

__all__ = ["organic_streets"]

Ints = NDArray[np.int64]
Spacing = Callable[[Points], NDArray[np.float64]]


def organic_streets(
    region: BaseGeometry,
    mains: list[Points],
    spacing: Spacing,
    rng: np.random.Generator,
    kept: Callable[[Points], NDArray[np.float64]],
) -> list[Points]:
    """Fill a region with streets between blocks.

    Parameters
    ----------
    region
        Where streets may lie, board metres.
    mains
        Main streets through it: blocks line up along them, and the new streets end on them.
    spacing
        Metres between block centres at points (N, 2).
    rng
        Draws the seeds and the streets that are left out.
    kept
        Probability that a street is built at points (N, 2).

    Returns
    -------
    list of (n, 2) arrays
        Streets, each as long as it runs without a sharp turn.
    """
    axis = MultiLineString([line for line in mains if len(line) > 1])
    seeds = _seeds(region, mains, axis, spacing, rng)
    if len(seeds) < 5:
        return []
    voronoi = Voronoi(seeds)
    edges = np.asarray(voronoi.ridge_vertices)
    edges = edges[(edges >= 0).all(axis=1)]
    xy, edges = _without_short(voronoi.vertices, edges, axis, spacing)
    middle = (xy[edges[:, 0]] + xy[edges[:, 1]]) / 2
    inside = shapely.contains(region, shapely.linestrings(np.stack([xy[edges[:, 0]], xy[edges[:, 1]]], axis=1)))
    off_axis = shapely.distance(shapely.points(middle), axis) > 0.2 * spacing(middle)
    built = rng.random(len(edges)) < kept(middle)
    edges = edges[inside & off_axis & built]
    return [xy[chain] for chain in _strokes(xy, edges)]


def _seeds(
    region: BaseGeometry, mains: list[Points], axis: MultiLineString, spacing: Spacing, rng: np.random.Generator
) -> Points:
    """Scatter block centres: pairs to both sides of the main streets first, then wherever there is room."""
    pairs = [_paired(line, spacing) for line in mains if len(line) > 1]
    couples = np.concatenate([pair for pair in pairs if len(pair)]) if any(len(p) for p in pairs) else None
    accepted = np.empty((0, 2))
    if couples is not None:
        gap = spacing(couples[:, 0])
        clear = shapely.distance(shapely.points(couples), axis) > 0.36 * gap[:, None]
        for couple, own_gap in zip(couples[clear.all(axis=1)], gap[clear.all(axis=1)], strict=True):
            reach = np.hypot(accepted[:, 0, None] - couple[:, 0], accepted[:, 1, None] - couple[:, 1])
            if not len(accepted) or reach.min() > 0.52 * own_gap:
                accepted = np.vstack([accepted, couple])
    west, south, east, north = region.bounds
    typical = float(np.median(spacing(np.array([[(west + east) / 2, (south + north) / 2]]))))
    margin = 2.2 * typical
    count = int(9 * (east - west + 2 * margin) * (north - south + 2 * margin) / typical**2)
    spots = rng.uniform((west - margin, south - margin), (east + margin, north + margin), (count, 2))
    gaps = spacing(spots)
    clear_spot = shapely.distance(shapely.points(spots), axis) > 0.66 * gaps
    for spot, gap_m in zip(spots[clear_spot], gaps[clear_spot], strict=True):
        if not len(accepted) or np.hypot(accepted[:, 0] - spot[0], accepted[:, 1] - spot[1]).min() > 0.82 * gap_m:
            accepted = np.vstack([accepted, spot])
    return accepted


def _paired(line: Points, spacing: Spacing) -> NDArray[np.float64]:
    """Set couples of seeds (C, 2, 2) along a line, one to each side."""
    length = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(length)])
    stops = []
    at = 0.45 * float(spacing(line[:1])[0])
    while at < along[-1]:
        stops.append(at)
        here = np.array([[np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])]])
        at += 0.92 * float(spacing(here)[0])
    if not stops:
        return np.empty((0, 2, 2))
    at_stop = np.array(stops)
    spot = np.column_stack([np.interp(at_stop, along, line[:, 0]), np.interp(at_stop, along, line[:, 1])])
    segment = np.clip(np.searchsorted(along, at_stop, side="right") - 1, 0, len(length) - 1)
    ahead = np.diff(line, axis=0)[segment] / length[segment][:, None]
    normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * (0.44 * spacing(spot))[:, None]
    return np.stack([spot + normal, spot - normal], axis=1)


def _without_short(xy: Points, edges: Ints, axis: MultiLineString, spacing: Spacing) -> tuple[Points, Ints]:
    """Draw corners that nearly touch into one crossing, on the main street if one of them lies there."""
    group = np.arange(len(xy))
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    for a, b in edges[length < 0.27 * spacing(xy[edges[:, 0]])]:
        low, high = sorted((group[a], group[b]))
        group[group == high] = low
    on_axis = np.asarray(shapely.distance(shapely.points(xy), axis) < 8.0)
    order = np.lexsort([~on_axis, group])
    _, first = np.unique(group[order], return_index=True)
    moved = xy.copy()
    size = np.bincount(group, minlength=len(xy)).astype(np.float64)
    for column in (0, 1):
        mean = np.bincount(group, xy[:, column], minlength=len(xy)) / np.maximum(size, 1)
        moved[:, column] = mean[group]
    for row in order[first]:
        if on_axis[row]:
            moved[group == group[row]] = xy[row]
    short_free = group[edges]
    short_free = short_free[short_free[:, 0] != short_free[:, 1]]
    short_free = np.unique(np.sort(short_free, axis=1), axis=0)
    return moved, short_free


def _strokes(xy: Points, edges: Ints) -> list[Ints]:
    """Chain edges that continue one another within 38 degrees."""
    at: dict[int, list[int]] = {}
    for row, (a, b) in enumerate(edges):
        at.setdefault(int(a), []).append(row)
        at.setdefault(int(b), []).append(row)
    follows: dict[tuple[int, int], int] = {}
    for node, rows in sorted(at.items()):
        away = {row: xy[edges[row].sum() - node] - xy[node] for row in rows}
        bearing = {row: float(np.arctan2(v[1], v[0])) for row, v in away.items()}
        turns = sorted(
            (abs(abs(((bearing[p] - bearing[q] + np.pi) % (2 * np.pi)) - np.pi) - np.pi), p, q)
            for i, p in enumerate(rows)
            for q in rows[i + 1 :]
        )
        taken: set[int] = set()
        for turn, p, q in turns:
            if turn < 0.66 and not {p, q} & taken:
                follows[node, p], follows[node, q] = q, p
                taken |= {p, q}
    chains: list[Ints] = []
    done: set[int] = set()
    loose = [row for row in range(len(edges)) if any((int(n), row) not in follows for n in edges[row])]
    for row in [*loose, *range(len(edges))]:
        if row in done:
            continue
        start = next((int(n) for n in edges[row] if (int(n), row) not in follows), int(edges[row][0]))
        chain, node, edge = [start], start, row
        while edge not in done:
            done.add(edge)
            node = int(edges[edge].sum()) - node
            chain.append(node)
            edge = follows.get((node, edge), edge)
        chains.append(np.array(chain))
    return chains
