"""Fields against brute force, against the one-to-many search, and against their own proof."""

from __future__ import annotations

import dataclasses

import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SnapshotCorrupt
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.reach import boundary_junctions
from geo.search import StreetSearch
from geo.snapping import EdgeIndex, Snap
from ingest.streets import read_streets
from tests.geo.brute_force import nearest_by_brute_force
from tests.geo.shapes import field_of, network_of, networks, place, places, points_of, some_places
from tests.lattice import MODES, Lattice

with_edges = networks().filter(lambda network: network.edges > 0)
modes = st.sampled_from([MODES["walk"], MODES["car"]])


def one(snap, row):
    return Snap(*(getattr(snap, column.name)[[row]] for column in dataclasses.fields(Snap)))


# ---------------------------------------------------------------- brute force, on odd shapes


@given(st.data(), modes)
@settings(deadline=None, max_examples=120)
def test_fields_equal_brute_force_on_odd_shapes(data, mode):
    network = data.draw(with_edges)
    ks = (1, 3, 5)
    services = [data.draw(some_places(network)) for _ in ks]
    addresses = data.draw(some_places(network, most=10))
    field = field_of(network, services, ks, mode)
    seconds, rows = nearest_by_brute_force(network, mode, points_of(services), addresses, ks, 3600)
    access = field.at(addresses)
    np.testing.assert_array_equal(access.seconds, seconds)
    np.testing.assert_array_equal(access.rows, rows)
    assert field.edge_inequality_violations(network) == 0


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


# ---------------------------------------------------------------- brute force, on the real streets of Le Creusot

_SIZES, _KS = (1, 2, 5, 20, 60), (1, 3, 5, 3, 5)
_ADDRESSES = 1000


def _house_numbers(extract):
    """(M, 2) degrees of the nodes with a house number."""
    nodes = osmium.FileProcessor(str(extract)).with_filter(osmium.filter.EntityFilter(osmium.osm.NODE))
    nodes = nodes.with_filter(osmium.filter.KeyFilter("addr:housenumber"))
    return np.array([(node.location.lon, node.location.lat) for node in nodes])


def _random_services(network, random, count):
    """Services anywhere on the edges, one in eight exactly on a junction, up to 100 m off."""
    share = np.where(random.random(count) < 0.125, random.integers(0, 2, count), random.random(count))
    edge = random.integers(0, network.edges, count).astype(np.int32)
    return Snap(edge, share.astype(np.float64), random.random(count) * 100, np.full((count, 2), np.nan))


@pytest.mark.parametrize("mode_id", ["walk", "car"])
def test_fields_equal_brute_force_on_real_streets(mirror, mode_id):
    extract = mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf"
    mode, random = MODES[mode_id], np.random.default_rng(71)
    raw = read_streets(extract, tags_of(MODES.values()))
    network = StreetNetwork.build(raw, mode, Projection("EPSG:2154"))
    numbers = _house_numbers(extract)
    addresses = EdgeIndex(network).snap(numbers[random.choice(len(numbers), _ADDRESSES, replace=False)])
    ks = _KS * 5
    services = [_random_services(network, random, size) for size in _SIZES * 5]
    # many on one edge: half of the largest categories on addresses' edges, some at the very same place
    for snap in services[4::5]:
        neighbours = random.choice(np.flatnonzero(addresses.edge >= 0), 30)
        snap.edge[:30] = addresses.edge[neighbours]
        snap.fraction[:10] = addresses.fraction[neighbours[:10]]
    field = field_of(
        network, services, ks, mode, boundary_junctions(network, None, raw.extent, Projection(network.crs))
    )
    access = field.at(addresses)
    seconds, rows = nearest_by_brute_force(network, mode, points_of(services), addresses, ks, 3600)

    checks = _ADDRESSES * len(ks)
    assert checks >= 20_000
    assert np.isfinite(seconds[:, :, 0]).mean() > 0.8
    np.testing.assert_array_equal(access.seconds, seconds)
    np.testing.assert_array_equal(access.rows, rows)
    assert field.edge_inequality_violations(network) == 0


# ---------------------------------------------------------------- the proof finds what is wrong


def _town_field():
    network = Lattice(6, 6).one_way((0, 2), (5, 2)).network("car")
    random = np.random.default_rng(1)
    return network, field_of(
        network, [_random_services(network, random, 40) for _ in range(3)], [1, 3, 5], edge_seeds=[7]
    )


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("change", [-1, 1])
def test_a_label_that_is_a_tenth_wrong_is_found(k, change):
    network, field = _town_field()
    assert field.edge_inequality_violations(network) == 0
    records = field.records[k].copy()
    far = np.flatnonzero((records[:, 0, k - 1, 0] > 0) & (records[:, 0, k - 1, 0] < 65_535))
    records[far[5], 0, k - 1, 0] = int(records[far[5], 0, k - 1, 0]) + change
    wrong = dataclasses.replace(field, records={**field.records, k: records})
    assert wrong.edge_inequality_violations(network) > 0


def test_a_wrong_service_a_lost_one_and_other_streets_are_found():
    network, field = _town_field()
    for column, value in ((1, 39), (slice(None), 65_535)):
        records = field.records[3].copy()
        records[5, 0, 2, column] = value
        assert dataclasses.replace(field, records={**field.records, 3: records}).edge_inequality_violations(network)
    slower = dataclasses.replace(network, forward_ms=network.forward_ms + 100)
    faster = dataclasses.replace(network, forward_ms=np.maximum(network.forward_ms - 100, -1))
    assert field.edge_inequality_violations(slower) > 0
    assert field.edge_inequality_violations(faster) > 0


def test_wrong_seconds_to_the_edge_are_found():
    network, field = _town_field()
    for value in (1, 65_535):
        edge_ds = field.edge_ds.copy()
        edge_ds[3] = value
        assert dataclasses.replace(field, edge_ds=edge_ds).edge_inequality_violations(network) > 0


# ---------------------------------------------------------------- files


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
