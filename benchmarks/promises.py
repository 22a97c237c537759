"""What the project promises of its speed and of its joins, held against a run: one that is missed fails it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.page import Results
from benchmarks.page_contests import sentence_missed
from benchmarks.page_distances import sentence_apart

__all__ = ["missed"]

BUILD_S, BUILD_MB = 120.0, 2_048.0
ADDRESSES_S = 30.0
ROWS_A_SECOND, PANDAS_RATIO = 100_000.0, 4.0
SCHOOLS = (0.985, 0.90)
PAIRS = (0.99, 0.90)
"""Precision and recall."""


def missed(results: Results) -> Iterator[str]:
    """Yield a sentence for each promise that the run did not keep; what it did not measure it says nothing of."""
    yield from (sentence_missed(contest) for contest in results.against.contests if contest.met is False)
    yield from filter(None, map(sentence_apart, results.against.distances))
    yield from _reading(results)
    yield from _building(results)
    yield from _joins(results)


def _reading(results: Results) -> Iterator[str]:
    for times in results.reading:
        if times.kind == "plain":
            speed, ratio = times.rows / times.both_s, times.both_s / times.pandas_s
            if speed < ROWS_A_SECOND:
                yield f"{speed:,.0f} rows of a plain CSV a second, {ROWS_A_SECOND:,.0f} promised"
            if ratio > PANDAS_RATIO:
                yield f"{ratio:.1f} times pandas' own time for a plain CSV, {PANDAS_RATIO:g} promised"
    addresses_s = results.addresses.read_s + results.addresses.normalise_s
    if addresses_s > ADDRESSES_S:
        yield f"{addresses_s:.0f} s for the addresses of a département, {ADDRESSES_S:g} promised"


def _building(results: Results) -> Iterator[str]:
    if results.building is None:
        return
    if results.building.wall_s > BUILD_S:
        yield f"{results.building.wall_s:.0f} s to build a département, {BUILD_S:g} promised"
    if results.building.peak_mb > BUILD_MB:
        yield f"{results.building.peak_mb:,.0f} MB to build a département, {BUILD_MB:,.0f} promised"


def _joins(results: Results) -> Iterator[str]:
    if results.conflation is None:
        return
    found = results.conflation
    held = (
        ("schools", found.schools, SCHOOLS),
        ("pairs", found.all_pairs, PAIRS),
        ("blind pairs", found.all_blind, PAIRS),
    )
    for name, got, (precision, recall) in held:
        if got.precision < precision or got.recall < recall:
            said = f"precision {got.precision:.3f}, recall {got.recall:.3f}"
            yield f"{name}: {said}, {precision} and {recall} promised"
