"""Networks of odd shapes, named one by one: sweeps against two Dijkstras, at every junction and rank."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.hierarchy import Hierarchy, travel_arcs
from geo.search import StreetSearch
from geo.sweeps import DEPTHS, LANES, MAX_COST_DS, Seeds, Sweep
from tests.geo.shapes import CLOSED, network_of

RANDOM = np.random.default_rng(2026)


# ---------------------------------------------------------------- shapes


def pairs_of_grid(columns, rows, *, torus=False):
    for column, row in itertools.product(range(columns), range(rows)):
        for to_column, to_row in ((column + 1, row), (column, row + 1)):
            if torus or (to_column < columns and to_row < rows):
                yield column * rows + row, to_column % columns * rows + to_row % rows


def both_ways(pairs, most=60):
    return [(a, b, *RANDOM.integers(1, most, 2).repeat(1) * 100) for a, b in pairs]


def alike(pairs, most=60):
    return [(a, b, cost, cost) for a, b in pairs for cost in [int(RANDOM.integers(1, most)) * 100]]


def one_way(pairs, most=60):
    return [(a, b, int(RANDOM.integers(1, most)) * 100, CLOSED) for a, b in pairs]


def chance(junctions, edges):
    return RANDOM.integers(0, junctions, (edges, 2)).tolist()


def tree(junctions, reach=None):
    return [(int(RANDOM.integers(max(0, j - (reach or j)), j)), j) for j in range(1, junctions)]


GRID = list(pairs_of_grid(11, 9))
RING = [(j, (j + 1) % 60) for j in range(60)]
PETERSEN = (
    [(j, (j + 1) % 5) for j in range(5)] + [(5 + j, 5 + (j + 2) % 5) for j in range(5)] + [(j, j + 5) for j in range(5)]
)
CLIQUE = list(itertools.combinations(range(14), 2))
AWAY = [(29 + a, 29 + b) for a, b in CLIQUE]
RINGS = [(10 * ring + j, 10 * ring + (j + 1) % 10) for ring in range(5) for j in range(10)]


def path(first, last):
    return [(j, j + 1) for j in range(first, last)]


SHAPES = {
    "no junction": (0, []),
    "one junction": (1, []),
    "one junction with loops": (1, [(0, 0, 300, 300), (0, 0, 100, CLOSED)]),
    "two junctions apart": (2, []),
    "an edge": (2, [(0, 1, 700, 900)]),
    "an edge one way": (2, [(0, 1, 700, CLOSED)]),
    "parallel edges": (2, both_ways([(0, 1)] * 12 + [(1, 0)] * 12)),
    "parallel edges one way each": (2, one_way([(0, 1)] * 7 + [(1, 0)] * 7)),
    "a path": (200, alike(path(0, 199))),
    "a star": (150, both_ways((0, j) for j in range(1, 150))),
    "a star one can only come to": (60, one_way((j, 0) for j in range(1, 60))),
    "a binary tree": (255, both_ways(((j - 1) // 2, j) for j in range(1, 255))),
    "a tree by chance": (180, alike(tree(180))),
    "a caterpillar": (150, both_ways([*path(0, 74), *((j, 75 + j) for j in range(75))])),
    "a tree one way": (90, one_way(tree(90))),
    "a ring": (60, both_ways(RING)),
    "a ring one way": (60, one_way(RING)),
    "a wheel": (61, alike(RING + [(60, j) for j in range(60)])),
    "a grid": (99, both_ways(GRID)),
    "a grid that costs the same everywhere": (99, [(a, b, 100, 100) for a, b in GRID]),
    "a grid with one-ways": (99, both_ways(GRID[::2]) + one_way(GRID[1::2])),
    "a torus": (99, alike(pairs_of_grid(11, 9, torus=True))),
    "a ladder": (120, both_ways(pairs_of_grid(60, 2))),
    "a hypercube": (64, alike((a, a ^ 1 << bit) for a in range(64) for bit in range(6) if a < a ^ 1 << bit)),
    "a clique": (24, both_ways(itertools.combinations(range(24), 2))),
    "a clique that costs the same everywhere": (14, [(a, b, 100, 100) for a, b in CLIQUE]),
    "two halves": (40, alike((a, b) for a in range(20) for b in range(20, 40))),
    "Petersen's graph": (10, both_ways(PETERSEN)),
    "a barbell": (43, alike([*CLIQUE, *AWAY, *path(13, 29)])),
    "a lollipop": (50, both_ways([*CLIQUE, *path(13, 49)])),
    "five rings apart": (50, both_ways(RINGS)),
    "many junctions apart": (300, alike(chance(40, 60))),
    "chance": (150, both_ways(chance(150, 300))),
    "chance one way": (150, one_way(chance(150, 400))),
    "loops everywhere": (40, both_ways([(j, j) for j in range(40) for _ in range(3)] + tree(40))),
    "costs that no label holds": (30, both_ways(chance(30, 60), most=60_000)),
    "costs of a millisecond": (50, [(a, b, 1, 1) for a, b in tree(50)]),
    "the longest costs there are": (6, [(*pair, 2_147_483_647, 2_147_483_647) for pair in path(0, 5)]),
}  # fmt: skip
LAYOUTS = ("apart", "on one place", "in a line")


def drawn(name, layout, random):
    junctions, edges = SHAPES[name]
    if layout == "apart":
        return network_of(random.random((junctions, 2)) * 5_000, edges)
    xy_m = np.zeros((junctions, 2)) if layout == "on one place" else np.arange(junctions).repeat(2).reshape(-1, 2) * 7.0
    return network_of(xy_m, edges)


def some_seeds(junctions, services, random):
    """Services known at one to three junctions each."""
    if not junctions or not services:
        return Seeds(*(np.zeros(0, np.int32) for _ in range(3)))
    row = np.repeat(np.arange(services), random.integers(1, 4, services))
    junction = random.integers(0, junctions, row.size)
    _, first = np.unique(np.column_stack([junction, row]), axis=0, return_index=True)
    cost = random.choice([0, 0, 1, 5, 40, 300, 65_000, MAX_COST_DS], row.size)
    return Seeds(*(column[first].astype(np.int32) for column in (junction, row, cost)))


def by_scipy(network, seeds, k):
    """The k smallest labels of each junction, by a search from every service."""
    tail, head, cost = travel_arcs(network)
    junctions, services = network.junctions, int(seeds.row.max(initial=-1)) + 1
    start = np.concatenate([head, seeds.row + junctions])
    end = np.concatenate([tail, seeds.junction])
    cost = np.concatenate([cost, seeds.cost_ds]).astype(float)
    order = np.lexsort((cost, end, start))
    start, end, cost = start[order], end[order], cost[order]
    first = np.ones(start.size, bool)
    first[1:] = (np.diff(start) != 0) | (np.diff(end) != 0)
    size = junctions + services
    arcs = csr_array((cost[first], (start[first], end[first])), shape=(size, size))
    labels = np.full((junctions, services + k), np.inf)
    if services:
        found = dijkstra(arcs, indices=np.arange(junctions, size), limit=float(MAX_COST_DS))[:, :junctions]
        labels[:, :services] = (found * 65_536 + np.arange(services)[:, None]).T
    return np.sort(labels, axis=1)[:, :k]


@pytest.mark.parametrize("name", SHAPES)
def test_sweeps_equal_two_dijkstras_at_every_junction_and_rank(name):
    random = np.random.default_rng(list(SHAPES).index(name))
    for layout in LAYOUTS:
        network = drawn(name, layout, random)
        hierarchy, search = Hierarchy.build(network), StreetSearch(network)
        batch = [some_seeds(network.junctions, services, random) for services in (0, 1, 2, 3, 5, 8, 13, 40) * 2]
        for k, lanes in ((1, 1), *((k, LANES) for k in DEPTHS)):
            swept = Sweep(hierarchy, k, lanes).run(batch[-lanes:])[hierarchy.row].astype(np.int64)
            for lane, seeds in enumerate(batch[-lanes:]):
                mine = np.where(swept[:, :, lane] >> 16 > MAX_COST_DS, np.inf, swept[:, :, lane])
                cost, row = search.nearest_services(seeds, k)
                plain = np.where(cost < 0, np.inf, cost.astype(np.int64) << 16 | row)
                np.testing.assert_array_equal(mine, plain)
                np.testing.assert_array_equal(mine, by_scipy(network, seeds, k))


def test_there_are_enough_shapes():
    assert len(SHAPES) >= 20
