"""A sweep beside the best Dijkstra that we know, beside the memory's own pace, and beside itself in two threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, thread_time
from typing import NamedTuple

import numpy as np
from numba import njit

from benchmarks.clock import ROUNDS, Unequal, race, repeated
from benchmarks.contests import Contest, faster, said_s, short
from benchmarks.ground import Ground
from benchmarks.yardstick import DEPTH, BucketSearch
from geo.arrays import Flags, Int32s, Int64s
from geo.hierarchy import Hierarchy
from geo.search import StreetSearch
from geo.sweeps import LANES, MAX_COST_DS, ROW_BITS, Seeds, Sweep

__all__ = ["race_dijkstra", "race_floor", "race_hierarchy", "race_threads"]

_TIMES = 5
"""A round of something as short as a sweep runs it so often."""
_WORK = f"field of a category, k = {DEPTH}, in a batch of {LANES}"


def race_dijkstra(ground: Ground, rounds: int = ROUNDS, reach: float = 65.0) -> Contest:
    """Time a field beside the same by Dijkstra: the quicker of ours, with buckets or with a heap.

    Raises
    ------
    Unequal
        When one gives another cost.
    """
    sweep = Sweep(ground.hierarchy, DEPTH)
    bucket, heap = BucketSearch(ground.network), StreetSearch(ground.network)
    labels = sweep.run(ground.seeds)[ground.hierarchy.row] >> ROW_BITS
    for lane, seeds in enumerate(ground.seeds):
        own = np.where(labels[:, :, lane] <= MAX_COST_DS, labels[:, :, lane].astype(np.int64), -1)
        for found in (bucket.nearest_ds(seeds), heap.nearest_services(seeds, DEPTH)[0]):
            if not np.array_equal(found, own):
                raise Unequal(f"a Dijkstra and the sweep differ in category {lane} of {ground.name}")
    best = race(
        rounds,
        sweep=repeated(lambda: sweep.run(ground.seeds), _TIMES),
        bucket=lambda: [bucket.nearest_ds(seeds) for seeds in ground.seeds],
        heap=lambda: [heap.nearest_services(seeds, DEPTH) for seeds in ground.seeds],
    )
    name = min(("bucket", "heap"), key=best.__getitem__)
    peer = f"our Dijkstra of k labels ({'buckets, packed records' if name == 'bucket' else 'heap'})"
    return faster(_WORK, ground.name, peer, best["sweep"] / _TIMES / LANES, best[name] / LANES, reach)


def race_floor(ground: Ground, rounds: int = ROUNDS, reach: float = 2.0) -> Contest:
    """Hold a sweep against the time that the bytes it cannot help touching take to stream by.

    Those are: both lists of arcs with their pointers, once; the labels of the rows that are pushed, read and written;
    and every row, written once in the pull, the pushed ones read again. The pace is that of copying as many bytes.
    """
    sweep = Sweep(ground.hierarchy, DEPTH)
    moved = _bytes_of(ground.hierarchy, ground.seeds, sweep.run(ground.seeds).nbytes)
    half = np.zeros(moved // 2, np.uint8)
    other = np.ones_like(half)
    best = race(
        rounds,
        sweep=repeated(lambda: sweep.run(ground.seeds), _TIMES),
        stream=repeated(lambda: np.copyto(half, other), _TIMES),
    )
    rate = 2 * half.nbytes * _TIMES / best["stream"]
    return Contest(
        _WORK,
        ground.name,
        f"{moved / 1e6 / LANES:.2f} MB a category at {rate / 1e9:.1f} GB/s, the rate of a copy in this run",
        said_s(best["sweep"] / _TIMES / LANES),
        said_s(best["stream"] / _TIMES / LANES),
        best["sweep"] / best["stream"],
        reach,
        at_most=True,
    )


def _bytes_of(hierarchy: Hierarchy, batch: list[Seeds], label_bytes: int) -> int:
    touched = np.zeros(hierarchy.junctions, np.bool_)
    for seeds in batch:
        touched[hierarchy.row[seeds.junction]] = True
    _close(touched, hierarchy.push_ptr, hierarchy.push_arcs)
    pushed = float(touched.mean())
    arcs = (
        hierarchy.push_ptr.nbytes + hierarchy.push_arcs.nbytes + hierarchy.pull_ptr.nbytes + hierarchy.pull_arcs.nbytes
    )
    return int(arcs + label_bytes * (1.0 + 3.0 * pushed))


@njit(cache=True)
def _close(touched: Flags, push_ptr: Int64s, push_arcs: Int32s) -> None:
    """Mark every row that labels are pushed to."""
    for row in range(touched.size - 1, -1, -1):
        if touched[row]:
            for arc in range(push_ptr[row], push_ptr[row + 1]):
                touched[push_arcs[2 * arc]] = True


def race_hierarchy(ground: Ground, rounds: int = ROUNDS, reach: float = 1.5) -> Contest:
    """Hold the making of a hierarchy, from the order of its junctions to its packed arcs, against 16 searches."""
    bucket = BucketSearch(ground.network)
    best = race(
        min(rounds, 3),
        build=lambda: Hierarchy.build(ground.network),
        search=lambda: [bucket.nearest_ds(seeds) for seeds in ground.seeds],
    )
    return Contest(
        "hierarchy of a mode, order to packed arcs",
        ground.name,
        f"{LANES} categories by our Dijkstra, k = {DEPTH}",
        said_s(best["build"]),
        said_s(best["search"]),
        best["build"] / best["search"],
        reach,
        at_most=True,
    )


class _Two(NamedTuple):
    alone_s: float
    together_s: float
    wall: float
    """Times as many sweeps a second by the clock on the wall, which other work on the machine spoils."""


def race_threads(ground: Ground, rounds: int = ROUNDS, reach: float = 1.8) -> Contest:
    """Sweep two batches in two threads, and compare with one after the other.

    Told by the processor's time of the slower thread, since by the wall's a busy machine has no second core to give.
    """
    first, second = Sweep(ground.hierarchy, DEPTH), Sweep(ground.hierarchy, DEPTH)
    with ThreadPoolExecutor(2) as pool:
        found = [_two(pool, first, second, ground.seeds) for _ in range(max(rounds, 3))]
    alone_s, together_s = min(two.alone_s for two in found), min(two.together_s for two in found)
    wall = max(two.wall for two in found)
    return Contest(
        "two batches in two threads",
        ground.name,
        f"one after the other, by the slower thread’s processor time (by the wall’s clock at best: {short(wall)}×)",
        said_s(together_s),
        said_s(2 * alone_s),
        2 * alone_s / together_s,
        reach,
    )


def _two(pool: ThreadPoolExecutor, first: Sweep, second: Sweep, seeds: list[Seeds]) -> _Two:
    repeats = 10

    def spent(sweep: Sweep) -> float:
        start = thread_time()
        for _ in range(repeats):
            sweep.run(seeds)
        return (thread_time() - start) / repeats

    start = perf_counter()
    alone_s = spent(first)
    alone_wall_s = perf_counter() - start
    start = perf_counter()
    together_s = max(pool.map(spent, (first, second)))
    return _Two(alone_s, together_s, 2 * alone_wall_s / (perf_counter() - start))
