"""Fields against brute force and against the one-to-many search; their files."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SnapshotCorrupt
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.search import StreetSearch
from geo.snapping import Snap
from tests.geo.brute_force import Lanes, nearest_by_brute_force, nearest_of_junctions
from tests.geo.scenes import Town
from tests.geo.shapes import field_of, network_of, networks, place, places, points_of, some_places
from tests.lattice import MODES, Lattice

with_edges = networks().filter(lambda network: network.edges > 0)
modes = st.sampled_from([MODES["walk"], MODES["car"]])


def one(snap, row):
    return Snap(*(getattr(snap, column.name)[[row]] for column in dataclasses.fields(Snap)))


# ---------------------------------------------------------------- brute force, on odd shapes


@st.composite
def some_restrictions(draw, lanes):
    """Forbidden turns, some of them over a lane or two, one or two to a restriction."""
    leaving = {j: np.flatnonzero((lanes.tail == j) & (lanes.ms >= 0)).tolist() for j in range(lanes.junctions)}
    usable = np.flatnonzero(lanes.ms >= 0).tolist()

    def ban():
        driven = [draw(st.sampled_from(usable))]
        while leaving[lanes.head[driven[-1]]] and len(driven) < draw(st.sampled_from([2, 2, 2, 3, 4])):
            driven.append(draw(st.sampled_from(leaving[lanes.head[driven[-1]]])))
        return tuple(driven)

    drawn = [[ban() for _ in range(draw(st.integers(1, 2)))] for _ in range(draw(st.integers(0, 5)))]
    return [turns for turns in ([ban for ban in turns if len(ban) > 1] for turns in drawn) if turns]


@given(st.data(), modes)
@settings(deadline=None, max_examples=150)
def test_fields_equal_brute_force_on_odd_shapes(data, mode):
    network = data.draw(with_edges)
    restrictions = data.draw(some_restrictions(Lanes.of(network)))
    lanes, network = Lanes.of(network).obeying(restrictions), network.with_bans(restrictions)
    ks = (1, 3, 5)
    services = [data.draw(some_places(network)) for _ in ks]
    addresses = data.draw(some_places(network, most=10))
    field = field_of(network, services, ks, mode)
    seconds, rows = nearest_by_brute_force(lanes, mode, points_of(services), addresses, ks, 3600)
    access = field.at(addresses)
    np.testing.assert_array_equal(access.seconds, seconds)
    np.testing.assert_array_equal(access.rows, rows)
    assert field.edge_inequality_violations(network) == 0
    for category, k in enumerate(ks):
        row = np.arange(len(services[category]))
        records = nearest_of_junctions(lanes, lanes.junctions, mode, services[category], row, k, 3600)
        np.testing.assert_array_equal(field.records[k][: lanes.junctions, 0], records)


@given(st.data(), modes)
@settings(deadline=None, max_examples=60)
def test_the_nearest_of_a_field_is_the_nearest_of_the_one_to_many_search(data, mode):
    network = data.draw(with_edges)
    services, addresses = data.draw(some_places(network)), data.draw(some_places(network))
    nearest_s = field_of(network, [services], [1], mode).at(addresses).seconds[:, 0, 0]
    search = StreetSearch(network)
    for address in range(len(addresses.edge)):
        seconds = search.seconds_to(mode, one(addresses, address), services, 3600)
        expected = np.nan if np.isnan(seconds).all() else np.nanmin(seconds)
        np.testing.assert_equal(nearest_s[address], expected)


@given(st.data())
@settings(deadline=None, max_examples=30)
def test_swept_again_is_as_if_built_anew(data):
    network = data.draw(with_edges)
    first, second, third = (data.draw(some_places(network)) for _ in range(3))
    again = field_of(network, [first, second], [3, 3]).swept(Hierarchy.build(network), "test.1", third)
    anew = field_of(network, [first, third], [3, 3])
    np.testing.assert_array_equal(again.records[3], anew.records[3])
    for mine, expected in zip(again.services, anew.services, strict=True):
        np.testing.assert_array_equal(mine, expected)


# ---------------------------------------------------------------- brute force, on real streets read a second time


@pytest.mark.parametrize(
    ("name", "addresses", "rounds"), [("Le Creusot", 70, 5), ("Bondy", 30, 3), ("Pont-de-Veyle", 30, 3)]
)
def test_fields_equal_brute_force_on_real_streets(mirror, name, addresses, rounds):
    town = Town(mirror, name, MODES)
    for seed, mode in enumerate(("walk", "bike", "car")):
        scene = town.scene(mode, seed)
        came_to = scene.compare(addresses, rounds)
        assert came_to.checks == addresses * rounds * 5
        assert came_to.found > 0.8
        assert came_to.labels > 2_000
        assert (came_to.wrong, came_to.wrong_labels, came_to.faults) == (0, 0, 0)


# ---------------------------------------------------------------- files


def _random_services(network, random, count):
    share = np.where(random.random(count) < 0.125, random.integers(0, 2, count), random.random(count))
    edge = random.integers(0, network.edges, count).astype(np.int32)
    return Snap(edge, share.astype(np.float64), random.random(count) * 100, np.full((count, 2), np.nan))


def _town_field():
    network = Lattice(6, 6).one_way((0, 2), (5, 2)).network("car")
    random = np.random.default_rng(1)
    services = [_random_services(network, random, 40) for _ in range(3)]
    return network, field_of(network, services, [1, 3, 5], edge_seeds=[7])


def test_a_saved_field_answers_as_before(tmp_path):
    network, field = _town_field()
    field.save(tmp_path / "one")
    opened = AccessField.open(tmp_path / "one")
    addresses = _random_services(network, np.random.default_rng(2), 50)
    for mine, expected in zip(
        dataclasses.astuple(opened.at(addresses)), dataclasses.astuple(field.at(addresses)), strict=True
    ):
        np.testing.assert_array_equal(mine, expected)
    assert (opened.mode, opened.categories, opened.ks) == (field.mode, field.categories, field.ks)
    assert not opened.records[3].flags.writeable
    assert opened.edge_inequality_violations(network) == 0
    opened.save(tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert {"k1.npy", "k3.npy", "k5.npy", "edge_ds.npy", "meta.json"} <= {p.name for p in (tmp_path / "one").iterdir()}


def test_damaged_files_are_named(tmp_path):
    _, field = _town_field()
    field.save(tmp_path)
    (tmp_path / "k3.npy").write_bytes((tmp_path / "k3.npy").read_bytes()[:-8])
    with pytest.raises(SnapshotCorrupt, match=r"k3\.npy"):
        AccessField.open(tmp_path)
    field.save(tmp_path)
    np.save(tmp_path / "k5.npy", field.records[5][:-1])
    with pytest.raises(SnapshotCorrupt, match="different builds"):
        AccessField.open(tmp_path)
    field.save(tmp_path)
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(SnapshotCorrupt, match="cannot be opened"):
        AccessField.open(tmp_path)


def test_the_same_services_in_another_order_give_the_same_field():
    network = network_of([(0, 0), (1, 0), (2, 0)], [(0, 1, 3_000, 3_000), (1, 2, 3_000, 3_000)])
    services = places((0, 0.5, 1), (1, 0.5, 2), (0, 0.5, 3))
    points = points_of([services, services])
    order = np.array([4, 2, 0, 5, 3, 1])
    shuffled = dataclasses.replace(
        points,
        category=points.category[order],
        row=points.row[order],
        snap=Snap(*(getattr(points.snap, column.name)[order] for column in dataclasses.fields(Snap))),
    )
    build = (network, Hierarchy.build(network), MODES["walk"])
    seeds = np.zeros(0, np.int32)
    first = AccessField.build(*build, points, ("a", "b"), (3, 3), seeds)
    second = AccessField.build(*build, shuffled, ("a", "b"), (3, 3), seeds)
    np.testing.assert_array_equal(first.records[3], second.records[3])
    for mine, other in zip(first.services, second.services, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert first.at(place(0, 0.25)).rows[0, 0, :3].tolist() == [0, 2, 1]
