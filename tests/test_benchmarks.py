"""The benchmarks measure equal things, and say so: run here on a small grid, where no time counts."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import clock, fields, lookups, snapping, streets
from benchmarks.addresses import time_addresses
from benchmarks.against import Against
from benchmarks.building import BuildTimes
from benchmarks.clock import Unequal, race
from benchmarks.contests import Contest, faster, said_s
from benchmarks.field_contests import race_dijkstra, race_floor, race_hierarchy, race_threads
from benchmarks.ground import Ground
from benchmarks.growth import growth_contests
from benchmarks.page import Results, write_page
from benchmarks.page_contests import contests_section
from benchmarks.page_distances import distances_section, sentence_apart
from benchmarks.page_rules import rules_section
from benchmarks.peers import Missing, load
from benchmarks.peers.cityseer import Agreement
from benchmarks.peers.osmnx import Rules
from benchmarks.peers.valhalla import Valhalla
from benchmarks.peers.valhalla_distances import Distances, decoded
from benchmarks.promises import missed
from benchmarks.reading import KINDS, time_reading
from benchmarks.rural import drawn_country
from benchmarks.scores import time_scores
from benchmarks.streets import MODES, Area, drawn_grid
from benchmarks.yardstick import BucketSearch
from geo.search import StreetSearch

SMALL = Area("small grid", drawn_grid(14), "EPSG:2154")
COUNTRY = Area("small country", drawn_country(900), "EPSG:2154")


@pytest.fixture(scope="module")
def results() -> Results:
    modes = [MODES["walk"], MODES["car"]]
    sizes, growth = growth_contests((6, 9), 1)
    ground = Ground(SMALL, MODES["car"])
    raced = [race(ground, 1) for race in (race_dijkstra, race_floor, race_threads, race_hierarchy)]
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
        against=Against([*raced, *growth], ["a peer: it is not installed"], sizes),
        building=BuildTimes(3, 1_000, 900, 12.5, 9.1, 512.0),
    )


def test_every_part_is_measured(results: Results) -> None:
    for times in results.fields:
        assert times.junctions > 100
        assert [depth.k for depth in times.depths] == [1, 3, 5]
        assert all(depth.sweep_s > 0 and depth.search_s > 0 for depth in times.depths)
        assert [depth.scipy_s is not None for depth in times.depths] == [True, False, False]
        assert times.depths[1].labels == times.junctions * 3 * 16
    assert {"walk", "car"} <= {times.mode for times in results.scores} <= set(MODES)
    assert results.addresses.rows == results.addresses.kept == 2_000
    assert [times.kind for times in results.reading] == list(KINDS)
    assert all(700 < times.kept < 900 for times in results.reading)


def test_the_page_has_a_table_for_each_part_and_no_hole(results: Results) -> None:
    page = write_page(results)
    tables = re.findall(r"^## .+\n\n.+\n\n((?:\|.+\|\n)+)", page, re.MULTILINE)
    assert len(tables) == page.count("\n## ") == 11
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
    clock.repeated(lambda: rounds.append(0), 3)()
    assert len(rounds) == clock.FEWEST_ROUNDS + 3


def test_a_mirror_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("ALENTOURS_MIRROR", str(tmp_path / "none"))
    with pytest.raises(NotADirectoryError, match="not a folder"):
        streets.find_mirror()
    monkeypatch.setenv("ALENTOURS_MIRROR", str(tmp_path))
    assert [area.name for area in streets.areas(streets.find_mirror())] == ["drawn grid"]


def test_a_promise_that_is_missed_is_named(results: Results) -> None:
    slow = replace(results.building, wall_s=121.0, peak_mb=3_000.0)
    kept, own = set(missed(results)), Contest("walking", "a town", "running", "1 s", "9 s", 9.0, 10.0)
    against = Against([*results.against.contests, own])
    said = set(missed(replace(results, building=slow, against=against))) - kept
    assert said == {
        "walking, a town, against running: 9.00×, ≥ 10× promised",
        "121 s to build a département, 120 promised",
        "3,000 MB to build a département, 2,048 promised",
    }


def test_a_country_has_dead_ends_crossings_and_one_ways_and_is_the_same_whoever_draws_it() -> None:
    network = COUNTRY.network(MODES["car"])
    ends = np.bincount(np.concatenate([network.edge_from, network.edge_to]), minlength=network.junctions)
    assert 0.15 < (ends == 1).mean() < 0.3
    assert 0.5 < (ends == 3).mean() < 0.75
    assert (network.backward_ms < 0).any() or (network.forward_ms < 0).any()
    assert network.kept_share > 0.98
    again = drawn_country(900)
    assert np.array_equal(again.node_lonlat, COUNTRY.raw.node_lonlat)
    assert not np.array_equal(again.node_lonlat, drawn_country(900, seed=6).node_lonlat)


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_the_yardstick_finds_what_the_plain_search_finds(mode: str) -> None:
    for area in (SMALL, COUNTRY):
        ground = Ground(area, MODES[mode])
        bucket, plain = BucketSearch(ground.network), StreetSearch(ground.network)
        for seeds in (*ground.seeds, *ground.at_junctions):
            assert np.array_equal(bucket.nearest_ds(seeds), plain.nearest_services(seeds, 3)[0])


def test_a_contest_says_whether_it_is_won_and_by_how_much_it_is_not() -> None:
    won = faster("a", "b", "c", 0.001, 0.130, 65.0, " a category")
    assert (won.ratio, won.met, won.lacking, won.own) == (pytest.approx(130), True, 0.0, "1.00 ms a category")
    lost = faster("a", "b", "c", 0.01, 0.52, 65.0)
    assert lost.met is False
    assert lost.lacking == pytest.approx(0.2)
    over = Contest("a", "b", "c", "", "", 3.0, 2.0, at_most=True)
    assert over.lacking == pytest.approx(0.5)
    assert replace(over, reach=None).met is None
    page = contests_section([won, lost, over], [])
    assert "≥ 65× | yes |" in page
    assert "| no, 20% short |" in page
    assert "≤ 2× | no, 50% over |" in page
    assert [said_s(s) for s in (2.0, 0.0123, 45e-6, 3e-7)] == ["2.00 s", "12.3 ms", "45.0 µs", "0.30 µs"]


def test_a_peer_that_is_not_there_is_named_and_left_out() -> None:
    against = Against()

    def absent() -> Contest:
        raise AssertionError(load("no_such_peer"))

    against.add(absent)
    against.add(absent)
    assert against.contests == []
    assert against.absent == ["no_such_peer: No module named 'no_such_peer'"]
    with pytest.raises(Missing):
        load("no_such_peer")
    assert "- no_such_peer" in contests_section([], against.absent)


def test_distances_are_told_by_their_median_and_what_lies_far_apart_by_its_kind() -> None:
    near = Distances("a town, walk", np.array([0.9, 1.0, 1.1]), 0, {})
    far = Distances("a town, car", np.array([1.0, 1.05, 1.5]), 2, {"trunk": 1})
    page = distances_section([near, far], [Agreement("a town, walk", 900, 3)])
    assert "| a town, walk | 3 | **1.000** | 0.91 | 1.09 | yes | 0 | 0 |" in page
    assert "| a town, car | 3 | **1.050** | 1.00 | 1.46 | no | 1 | 1 |" in page
    assert "- *trunk*: " in page
    assert "- *choice*" not in page
    assert "3 of 900" in page
    assert sentence_apart(near) is None
    assert sentence_apart(far) == "a town, car: half of the ways are 1.050 of Valhalla’s, 0.97 to 1.03 promised"


def test_every_segment_that_one_alone_opens_has_its_reason() -> None:
    rules = Rules(
        "a town, bike", "osmnx 2", 900, {"one direction: oneway=True": 4}, {"highway=bridleway": 2}, 50, 0.004
    )
    page = rules_section([rules])
    assert "| a town, bike | we alone | one direction: oneway=True | 4 | a contresens cyclable" in page
    assert "| a town, bike | osmnx alone | highway=bridleway | 2 | closed to riders" in page
    assert "900 open to both, 50 ways, at most 0.4% apart" in page
    assert "not explained" in rules_section([replace(rules, theirs={"highway=runway": 1})])
    assert rules_section([]) == ""


def test_a_polyline_of_six_decimals_is_read_as_longitude_and_latitude() -> None:
    # 38.5, −120.2 and 40.7, −120.95 in the format's own first example, written with a sixth decimal
    written = "_izlhA~rlgdF_{geC~ywl@"
    assert np.allclose(decoded(written), [[-120.2, 38.5], [-120.95, 40.7]])


def test_without_its_programs_valhalla_is_left_out(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Missing, match="not installed"), Valhalla.serving(tmp_path / "an.osm.pbf", tmp_path):
        raise AssertionError
