from __future__ import annotations

import numpy as np
import pytest

from ingest.obstacles import is_line, is_shore
from ingest.streets import read_streets
from tests.ingest.test_streets import osm_xml

NODES = {n: (4.40 + n / 1000, 46.80, {}) for n in range(10)}
STREET = {1: ([0, 1], {"highway": "residential"})}


def obstacles(path, ways, relations="", nodes=NODES):
    file = osm_xml(path, nodes, STREET | ways)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("</osm>", f"{relations}</osm>"), encoding="utf-8")
    raw = read_streets(file, ("highway",))
    ends = [(round((a - 4.40) * 1000), round((b - 4.40) * 1000)) for a, _, b, _ in raw.obstacle_lonlat.tolist()]
    return list(zip(ends, raw.obstacle_is_shore.tolist(), strict=True))


@pytest.mark.parametrize(
    "tags",
    [
        {"waterway": "river"},
        {"waterway": "canal"},
        {"railway": "rail"},
        {"railway": "rail", "tunnel": "no", "bridge": "no"},
        {"highway": "motorway"},
        {"highway": "motorway_link", "foot": "no"},
        {"highway": "trunk", "motorroad": "yes"},
        {"highway": "trunk_link", "foot": "no"},
    ],
)
def test_lines_that_nobody_crosses_on_foot(tags):
    assert is_line(tags)
    assert not is_shore(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {"waterway": "riverbank"},
        {"waterway": "dock"},
        {"natural": "water"},
        {"natural": "water", "water": "lake"},
        {"natural": "coastline"},
        {"landuse": "reservoir"},
    ],
)
def test_shores(tags):
    assert is_shore(tags)
    assert not is_line(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"waterway": "stream"},
        {"waterway": "river", "tunnel": "culvert"},
        {"waterway": "canal", "bridge": "aqueduct"},
        {"natural": "wood"},
        {"natural": "water", "water": "pond"},
        {"natural": "water", "intermittent": "yes"},
        {"railway": "rail", "tunnel": "yes"},
        {"railway": "rail", "bridge": "viaduct"},
        {"railway": "rail", "service": "spur"},
        {"railway": "tram"},
        {"railway": "abandoned"},
        {"highway": "motorway", "bridge": "yes"},
        {"highway": "motorway", "foot": "yes"},
        {"highway": "trunk"},
        {"highway": "trunk", "motorroad": "yes", "foot": "designated"},
        {"highway": "primary", "foot": "no"},
    ],
)
def test_what_somebody_does_cross(tags):
    assert not is_line(tags)
    assert not is_shore(tags)


def test_lines_become_pieces_in_the_order_of_their_ways(tmp_path):
    ways = {9: ([2, 3, 4], {"waterway": "river"}), 5: ([7, 8], {"railway": "rail"}), 6: ([4, 5], {"building": "yes"})}
    assert obstacles(tmp_path / "a.osm", ways) == [((7, 8), False), ((2, 3), False), ((3, 4), False)]


def test_a_motorway_is_a_street_and_an_obstacle(tmp_path):
    file = osm_xml(tmp_path / "a.osm", NODES, {1: ([0, 1, 2], {"highway": "motorway"})})
    raw = read_streets(file, ("highway",))
    assert len(raw.segment_from) == len(raw.obstacle_lonlat) == 2


def test_a_bank_that_only_its_relation_names_is_read_too(tmp_path):
    ways = {7: ([2, 3, 4], {}), 8: ([5, 6], {"waterway": "river"}), 9: ([6, 7], {})}
    bank = (
        '<relation id="1"><member type="way" ref="7" role="outer"/><member type="way" ref="8" role="inner"/>'
        '<member type="way" ref="404" role="outer"/><member type="node" ref="9" role=""/>'
        '<tag k="type" v="{}"/><tag k="natural" v="water"/></relation>'
    )
    assert obstacles(tmp_path / "a.osm", ways, bank.format("multipolygon")) == [
        ((2, 3), True),
        ((3, 4), True),
        ((5, 6), False),
    ]
    assert obstacles(tmp_path / "b.osm", ways, bank.format("route")) == [((5, 6), False)]


def test_a_gap_of_the_extract_stays_a_gap(tmp_path):
    assert obstacles(tmp_path / "a.osm", {9: ([2, 3, 404, 4, 5, 5], {"waterway": "river"})}) == [
        ((2, 3), False),
        ((4, 5), False),
    ]


def test_two_extracts_give_each_line_once(tmp_path):
    river = {9: ([2, 3, 4], {"waterway": "river"})}
    one = osm_xml(tmp_path / "one.osm", NODES, STREET | river)
    two = osm_xml(tmp_path / "two.osm", NODES, STREET | {9: ([2, 3], {"waterway": "river"})})
    both = read_streets([two, one], ("highway",)).obstacle_lonlat
    assert np.array_equal(both, read_streets(one, ("highway",)).obstacle_lonlat)


def test_streets_without_any_have_none(tmp_path):
    assert read_streets(osm_xml(tmp_path / "a.osm", NODES, STREET), ("highway",)).obstacle_lonlat.shape == (0, 4)
