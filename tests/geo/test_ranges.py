"""What is too large is refused in plain words; nothing wraps, and nothing that stands for nothing leaves ``geo``."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

import geo.sweeps
from geo.arrays import MOST_ROWS, frozen, require_rows
from geo.errors import LabelOverflow
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.search import StreetSearch
from geo.seeds import EdgeServices, Streets
from geo.snapping import Snap
from geo.sweeps import MAX_COST_DS, MAX_ROW, NO_LABEL, Seeds, Sweep
from tests.geo.shapes import field_of, network_of, networks, place, places, points_of, some_places
from tests.lattice import MODES, Lattice

WALK, CAR = MODES["walk"], MODES["car"]
ROAD = network_of([(0, 0), (1, 0)], [(0, 1, 6_000, 6_000)])


def column(*values):
    return np.array(values, np.int32)


# ---------------------------------------------------------------- refused


def test_more_rows_than_an_int32_numbers_are_refused():
    require_rows(MOST_ROWS, "nodes")
    with pytest.raises(LabelOverflow, match=r"1,073,741,825 nodes are more than the 1,073,741,824"):
        require_rows(MOST_ROWS + 1, "nodes")
    raw = Lattice(3, 3).raw()
    many = {
        "node_lonlat": np.broadcast_to(np.zeros((1, 2)), (2**31 + 5, 2)),
        "segment_from": np.broadcast_to(np.zeros(1, np.int32), 2**31 + 5),
    }
    for name, array in many.items():
        with pytest.raises(LabelOverflow, match="build smaller areas"):
            StreetNetwork.build(dataclasses.replace(raw, **{name: array}), WALK, Projection("EPSG:2154"))


@pytest.mark.parametrize(("row", "cost"), [(MAX_ROW + 1, 0), (-1, 0), (0, MAX_COST_DS + 1), (0, 70_000), (0, -1)])
def test_seeds_that_fit_no_label_are_refused(row, cost):
    seeds = Seeds(column(0), column(row), column(cost))
    for run in (Sweep(Hierarchy.build(ROAD), 3).run, lambda batch: StreetSearch(ROAD).nearest_services(batch[0], 3)):
        with pytest.raises(ValueError, match="does not fit a label"):
            run([seeds])


def test_the_largest_seed_is_the_last_that_fits():
    seeds = Seeds(column(0), column(MAX_ROW), column(MAX_COST_DS))
    labels = Sweep(Hierarchy.build(ROAD), 1).run([seeds])[Hierarchy.build(ROAD).row]
    assert labels[0, 0, 0] == MAX_COST_DS << 16 | MAX_ROW
    assert labels[1, 0, 0] >> 16 > MAX_COST_DS
    cost, row = StreetSearch(ROAD).nearest_services(seeds, 1)
    assert (cost[:, 0].tolist(), row[:, 0].tolist()) == ([MAX_COST_DS, -1], [MAX_ROW, -1])


def test_a_search_looks_no_farther_than_a_label():
    with pytest.raises(ValueError, match="does not fit a label"):
        StreetSearch(ROAD).nearest_services(Seeds(column(0), column(0), column(0)), 1, MAX_COST_DS + 1)


def test_beyond_a_label_a_search_finds_nothing_rather_than_a_longer_way():
    #  0 ─ 1 ─ 2, and the long way round from 0 to 2, begun before a label is full
    far = network_of(
        [(0, 0), (1, 0), (2, 0)],
        [(0, 1, 6_553_000, 6_553_000), (1, 2, 1_000, 1_000), (0, 2, 9_000_000, 9_000_000), (2, 1, 1_000, 1_000)],
    )
    for limit_s in (6_553.4, 20_000, float("inf")):
        found = StreetSearch(far).seconds_to(WALK, place(0, 0), places((0, 1, 0), (1, 0.3, 0), (1, 1, 0)), limit_s)
        np.testing.assert_array_equal(found, [6_553, 6_553.3, np.nan])


def test_as_many_services_as_fit_are_numbered_apart():
    count = MAX_ROW + 1
    services = places(*((0, n / count, 0.0) for n in range(count)))
    access = field_of(ROAD, [services], [5]).at(places((0, 1, 0), (0, 0, 0)))
    assert access.rows[0, 0, 0] < count
    assert sorted(access.rows[1, 0].tolist()) == [0, 1, 2, 3, 4]
    assert (access.seconds[1, 0] == 0).all()


# ---------------------------------------------------------------- index arithmetic beyond 2³¹

# 7 million junctions × 5 ranks × 16 lanes are 5.6 · 10⁸ labels; four times as many pass 2³¹. The files are sparse.
_ROWS = 2**31 // (5 * 16) + 7


def sparse(path, dtype, shape):
    return np.memmap(path, dtype=dtype, mode="w+", shape=shape)


def test_labels_of_the_last_rows_lie_where_they_should(tmp_path):
    labels = np.asarray(sparse(tmp_path / "labels", np.uint32, _ROWS * 80))
    touched = np.zeros(_ROWS, np.bool_)
    last = _ROWS - 1
    touched[last] = True
    labels[last * 80 : (last + 1) * 80] = NO_LABEL
    labels[last * 80 + 3] = 100 << 16 | 7
    upper, arcs = last - 1, np.array([last - 1, 25], np.int32)
    _push_one(labels, arcs, touched, last)
    assert labels[upper * 80 + 3] == 125 << 16 | 7
    touched[last] = False
    _pull_one(labels, np.array([upper, 10], np.int32), touched, last)
    assert labels[last * 80 + 3] == 135 << 16 | 7
    assert not labels[:80].any(), "nothing came down at the other end"


_push, _pull = geo.sweeps._push_5x16, geo.sweeps._pull_5x16


@njit
def _push_one(labels, arcs, touched, row):
    _push(labels, arcs, touched, row, np.int64(0), np.int64(1))


@njit
def _pull_one(labels, arcs, touched, row):
    _pull(labels, arcs, touched, row, np.int64(0), np.int64(1))


def test_records_of_the_last_junctions_are_read(tmp_path):
    junctions, categories = 2**31 // (4 * 5 * 2) + 9, 4
    records = sparse(tmp_path / "records", np.uint16, (junctions, categories, 5, 2))
    records[-1, :, 0] = [(11, 3), (22, 4), (33, 5), (44, 6)]
    records[-1, :, 1:] = 65_535
    edge_ds = sparse(tmp_path / "edge", np.uint16, (junctions,))
    edge_ds[-1] = 99
    nowhere = np.zeros((1, 0, 1, 2), np.uint16)
    streets = Streets(*(frozen(column(value), np.int32) for value in (0, junctions - 1, 10, -1)))
    field = AccessField(
        mode="walk",
        categories=tuple("abcd"),
        ks=(5,) * categories,
        cutoff_s=3_600,
        off_road_m_per_s=1.0,
        fixed_s=0.0,
        records={1: nowhere, 3: nowhere, 5: records},
        edge_ds=edge_ds,
        streets=streets,
        services=EdgeServices.of(points_of([places()] * categories), 1, 1.0),
    )
    access = field.at(Snap(column(0), np.array([0.5]), np.zeros(1), np.zeros((1, 2))))
    assert access.seconds[0, :, 0].tolist() == [1.6, 2.7, 3.8, 4.9]
    assert access.rows[0, :, 0].tolist() == [3, 4, 5, 6]
    assert access.edge_s[0] == pytest.approx(10.4)


# ---------------------------------------------------------------- nothing that stands for nothing leaves


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_an_answer_is_a_time_within_the_cutoff_or_no_number(data):
    network = data.draw(networks().filter(lambda n: n.edges > 0))
    services = [data.draw(some_places(network)) for _ in range(3)]
    cutoff_s = data.draw(st.sampled_from([0.1, 90.0, 3_600.0, 6_553.4]))
    mode = data.draw(st.sampled_from([WALK, CAR]))
    seeds = data.draw(st.lists(st.integers(0, network.junctions - 1), max_size=2))
    field = field_of(network, services, [1, 3, 5], mode, seeds, cutoff_s)
    addresses = data.draw(some_places(network, most=10))
    access = field.at(addresses)
    found = ~np.isnan(access.seconds)
    assert ((access.seconds[found] >= mode.fixed_s) & (access.seconds[found] <= cutoff_s)).all()
    assert ((access.rows >= 0) == found).all()
    for category, own in enumerate(services):
        assert (access.rows[:, category] < len(own.edge)).all()
    on = addresses.edge >= 0
    assert np.isnan(access.edge_s[~on]).all()
    finite = access.edge_s[on][np.isfinite(access.edge_s[on])]
    assert ((finite >= mode.fixed_s) & (finite <= MAX_COST_DS / 10)).all()
    assert not np.isnan(access.edge_s[on]).any()
