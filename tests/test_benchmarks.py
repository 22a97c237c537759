"""The benchmarks measure equal things, and say so: run here on a small grid, where no time counts."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import clock, fields, lookups, snapping, streets
from benchmarks.addresses import time_addresses
from benchmarks.building import BuildTimes
from benchmarks.clock import Unequal, race
from benchmarks.page import Results, write_page
from benchmarks.promises import missed
from benchmarks.reading import KINDS, time_reading
from benchmarks.scores import time_scores
from benchmarks.streets import MODES, Area, drawn_grid

SMALL = Area("small grid", drawn_grid(14), "EPSG:2154")


@pytest.fixture(scope="module")
def results() -> Results:
    modes = list(MODES.values())
    return Results(
        day="2026-11-24",
        rounds=1,
        machine=["2 cores", "Python 3"],
        mirror=False,
        fields=[fields.time_fields(SMALL, mode, 1) for mode in modes],
        lookups=[lookups.time_lookups(SMALL, mode, 1) for mode in modes],
        snapping=[snapping.time_snapping(SMALL, modes[0], 200, 1)],
        scores=time_scores(60, 1),
        addresses=time_addresses(2_000),
        reading=time_reading(1_000, 1),
        building=BuildTimes(3, 1_000, 900, 12.5, 9.1, 512.0),
    )


def test_every_part_is_measured(results: Results) -> None:
    for times in results.fields:
        assert times.junctions > 100
        assert [depth.k for depth in times.depths] == [1, 3, 5]
        assert all(depth.sweep_s > 0 and depth.search_s > 0 for depth in times.depths)
        assert [depth.scipy_s is not None for depth in times.depths] == [True, False, False]
        assert times.depths[1].labels == times.junctions * 3 * 16
    assert {times.mode for times in results.scores} == set(MODES)
    assert results.addresses.rows == results.addresses.kept == 2_000
    assert [times.kind for times in results.reading] == list(KINDS)
    assert all(700 < times.kept < 900 for times in results.reading)


def test_the_page_has_a_table_for_each_part_and_no_hole(results: Results) -> None:
    page = write_page(results)
    tables = re.findall(r"^## .+\n\n.+\n\n((?:\|.+\|\n)+)", page, re.MULTILINE)
    assert len(tables) == page.count("\n## ") == 9
    for table in tables:
        rows = table.splitlines()
        assert len(rows) > 2
        assert len({row.count("|") for row in rows}) == 1
    assert "nan" not in page
    assert "inf" not in page
    assert not re.search(r"/(tmp|work|home)/", page)


def test_a_grid_is_the_same_whoever_draws_it() -> None:
    first, second = drawn_grid(6), drawn_grid(6)
    assert np.array_equal(first.node_lonlat, second.node_lonlat)
    assert np.array_equal(first.segment_way, second.segment_way)
    assert not np.array_equal(first.node_lonlat, drawn_grid(6, seed=1).node_lonlat)


def test_one_label_that_differs_is_noticed() -> None:
    labels = np.array([[[7 << 16 | 4]], [[65_535 << 16 | 2]]], np.uint32)  # what no label carries counts as none
    found = np.array([[7], [-1]], np.int32), np.array([[4], [-1]], np.int32)
    fields.require_same_labels(labels, [found])
    for cost, row in ((8, 4), (7, 5), (-1, -1)):
        other = np.array([[cost], [-1]], np.int32), np.array([[row], [-1]], np.int32)
        with pytest.raises(Unequal, match="differ in 1 of 2 labels"):
            fields.require_same_labels(labels, [other])


def test_one_cost_that_differs_is_noticed() -> None:
    found = np.array([[7], [-1]], np.int32), np.array([[4], [-1]], np.int32)
    fields.require_same_costs([np.array([7.0, np.inf])], [found])
    with pytest.raises(Unequal, match="differ at 1 junctions"):
        fields.require_same_costs([np.array([7.0, 8.0])], [found])


def busy(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_the_best_round_counts_and_a_slow_contender_leaves_early() -> None:
    work = iter([0.3, 0.02, 0.3])
    assert 0.02 <= race(3, works=lambda: busy(next(work)))["works"] < 0.3
    rounds: list[int] = []
    race(9, 0.0, slow=lambda: rounds.append(0))
    assert len(rounds) == clock.FEWEST_ROUNDS


def test_a_mirror_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("ALENTOURS_MIRROR", str(tmp_path / "none"))
    with pytest.raises(NotADirectoryError, match="not a folder"):
        streets.find_mirror()
    monkeypatch.setenv("ALENTOURS_MIRROR", str(tmp_path))
    assert [area.name for area in streets.areas(streets.find_mirror())] == ["drawn grid"]


def test_a_promise_that_is_missed_is_named(results: Results) -> None:
    slow = replace(results.building, wall_s=121.0, peak_mb=3_000.0)
    said = set(missed(replace(results, building=slow))) - set(missed(results))
    assert said == {"121 s to build a département, 120 promised", "3,000 MB to build a département, 2,048 promised"}
