from __future__ import annotations

from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
import pytest
import shapely

from geo.errors import ConfigurationError, SourceMalformed, SourceUnavailable
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.way_titles import TITLE_KEYS
from ingest.streets import read_streets
from tests.lattice import MODES, Lattice

TAGS = tags_of(MODES.values())


def osm_xml(path, nodes, ways, bounds=""):
    """A small file: nodes {id: (lon, lat, tags)}, ways {id: (refs, tags)}."""

    def tags(pairs):
        return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in pairs.items())

    body = [f'<node id="{id_}" lon="{lon}" lat="{lat}">{tags(more)}</node>' for id_, (lon, lat, more) in nodes.items()]
    body += [
        f'<way id="{id_}">{"".join(f"<nd ref={quoteattr(str(ref))}/>" for ref in refs)}{tags(more)}</way>'
        for id_, (refs, more) in ways.items()
    ]
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{bounds}{"".join(body)}</osm>', encoding="utf-8")
    return path


NODES = {
    50: (4.40, 46.80, {}),
    10: (4.41, 46.80, {"barrier": "gate", "access": "private", "name": "portail"}),
    30: (4.42, 46.80, {}),
    20: (0.0, 46.80, {}),
    99: (4.43, 46.81, {"barrier": "bollard"}),
}


def test_ways_become_segments_between_consecutive_nodes(tmp_path):
    ways = {
        7: ([50, 10, 30], {"highway": "residential", "oneway": "yes", "name": "rue", "source": "x"}),
        8: ([30, 50], {"building": "yes"}),
    }
    raw = read_streets(osm_xml(tmp_path / "a.osm", NODES, ways), TAGS)
    assert raw.node_lonlat.tolist() == [[4.41, 46.80], [4.42, 46.80], [4.40, 46.80]], "by id: 10, 30, 50"
    assert list(zip(raw.segment_from, raw.segment_to, raw.segment_way, strict=True)) == [(2, 0, 0), (0, 1, 0)]
    kept = {"highway": "residential", "oneway": "yes", "name": "rue"}
    assert raw.way_tags == [kept], "no tag that no mode asks about, and no title is made of"
    assert raw.node_tags == {0: {"barrier": "gate", "access": "private"}}, "no barrier that stands on no street"
    assert (raw.segment_from.dtype, raw.segment_to.dtype, raw.segment_way.dtype) == (np.int32, np.int32, np.int32)


def test_a_way_is_interrupted_where_the_extract_lacks_a_node(tmp_path):
    ways = {1: ([1, 2, 3], {"highway": "path"}), 7: ([50, 10, 404, 30, 20], {"highway": "residential"})}
    raw = read_streets(osm_xml(tmp_path / "a.osm", NODES, ways), TAGS)
    drawn = raw.node_lonlat[np.stack([raw.segment_from, raw.segment_to])][:, :, 0].T.tolist()
    assert drawn == [[4.40, 4.41], [4.42, 0.0]], "nothing across the gap; longitude 0 is a place"
    assert raw.way_tags == [{"highway": "residential"}], "a way without any pair of nodes is none"
    assert raw.segment_way.tolist() == [0, 0]


BOUNDS = '<bounds minlon="4.367" minlat="46.766" maxlon="4.5" maxlat="46.822"/>'


def test_the_extent_is_the_headers_or_else_what_its_streets_enclose(tmp_path):
    path = osm_xml(tmp_path / "a.osm", NODES, {7: ([50, 10], {"highway": "path"})}, BOUNDS)
    (stated,) = read_streets(path, TAGS).areas
    assert (stated.name, stated.stated) == ("a", True)
    assert stated.extent.bounds == pytest.approx((4.367, 46.766, 4.5, 46.822))
    triangle = {50: (4.40, 46.80, {}), 10: (4.42, 46.80, {}), 30: (4.40, 46.82, {}), 99: (4.9, 46.9, {})}
    raw = read_streets(osm_xml(tmp_path / "b.osm", triangle, {7: ([50, 10, 30], {"highway": "path"})}), TAGS)
    assert not raw.areas[0].stated
    assert raw.extent.area == pytest.approx(0.02 * 0.02 / 2, rel=0.01), "between the streets' nodes, no box around them"
    assert shapely.contains_xy(raw.extent, *raw.node_lonlat.T).all()


def test_a_single_street_encloses_something(tmp_path):
    raw = read_streets(osm_xml(tmp_path / "a.osm", NODES, {7: ([50, 10], {"highway": "path"})}), TAGS)
    assert raw.extent.geom_type == "Polygon"
    assert raw.extent.is_valid


def write_pbf(raw, path, clip=None):
    """Write streets; ``clip`` cuts as a simple extract does: box in the header, nodes inside, ways with all refs."""
    header = osmium.io.Header()
    if clip is not None:
        west, south, east, north = clip.bounds
        header.add_box(osmium.osm.Box(osmium.osm.Location(west, south), osmium.osm.Location(east, north)))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        held = set()
        for row, (lon, lat) in enumerate(raw.node_lonlat.tolist(), 1):
            if clip is None or clip.intersects(shapely.Point(lon, lat)):
                tags = dict(raw.node_tags.get(row - 1, {}))
                writer.add_node(osmium.osm.mutable.Node(id=row, location=(lon, lat), tags=tags))
                held.add(row)
        for way, tags in enumerate(raw.way_tags):
            rows = np.flatnonzero(raw.segment_way == way)
            refs = [int(raw.segment_from[rows[0]]) + 1, *(raw.segment_to[rows] + 1).tolist()]
            if held.intersection(refs):
                writer.add_way(osmium.osm.mutable.Way(id=way + 1, nodes=refs, tags=tags))
    return path


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_a_town_comes_back_from_a_file(tmp_path, mode):
    town = Lattice(6, 5, bends=1).one_way((0, 1), (5, 1)).street((5, 2), (6, 2), (6, 3), (5, 2)).island((9, 9), 2, 2)
    town.barrier((2.5, 3), barrier="bollard")
    write_pbf(town.raw(), tmp_path / "town.osm.pbf")
    drawn = town.network(mode)
    read = StreetNetwork.build(read_streets(tmp_path / "town.osm.pbf", TAGS), MODES[mode], Projection("EPSG:2154"))
    assert (read.junctions, read.edges) == (drawn.junctions, drawn.edges)
    assert read.kept_share == pytest.approx(drawn.kept_share, abs=1e-4)
    assert (read.edge_from == drawn.edge_from).all()
    assert (read.edge_to == drawn.edge_to).all()
    assert ((read.forward_ms < 0) == (drawn.forward_ms < 0)).all()
    assert np.abs(read.forward_ms - drawn.forward_ms).max() < 60, "a file keeps a centimetre"


# ---------------------------------------------------------------- several extracts


TOWN = (
    Lattice(8, 5, bends=1)
    .one_way((0, 1), (7, 1))
    .street((7, 2), (8, 2), (8, 3), (7, 2))
    .barrier((4.5, 3), barrier="bollard")
)


def around(town, corner, opposite):
    return shapely.box(*town.polygon(corner, opposite).bounds)


def files_of(network, folder):
    network.save(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def network_of(raw, mode):
    return StreetNetwork.build(raw, MODES[mode], Projection("EPSG:2154"))


@pytest.mark.parametrize("mode", ["walk", "car"])
@pytest.mark.parametrize("west", [3.2, 4.25], ids=["overlapping", "touching"])
def test_two_extracts_of_a_town_are_the_town(tmp_path, mode, west):
    """Streets that the border cuts are whole again; the order of the files does not matter."""
    first, last = around(TOWN, (-2, -2), (4.25, 9)), around(TOWN, (west, -2), (12, 9))
    if not first.intersects(last):  # the columns of a lattice lean by a hair
        last = shapely.box(first.bounds[2], *last.bounds[1:])
    whole = write_pbf(TOWN.raw(), tmp_path / "whole.osm.pbf", shapely.box(*first.union(last).bounds))
    parts = [write_pbf(TOWN.raw(), tmp_path / f"part{n}.osm.pbf", clip) for n, clip in enumerate((first, last))]
    alone, both, turned = (read_streets(paths, TAGS) for paths in (whole, parts, parts[::-1]))
    (area,) = both.areas
    assert area.name == "part0+part1"
    assert both.extent.symmetric_difference(alone.extent).area < 1e-9
    expected = files_of(network_of(alone, mode), tmp_path / "alone")
    assert network_of(alone, mode).junctions == TOWN.network(mode).junctions
    assert files_of(network_of(both, mode), tmp_path / "both") == expected
    assert files_of(network_of(turned, mode), tmp_path / "turned") == expected
    cut = network_of(read_streets(parts[0], TAGS), mode)
    assert 0 < cut.edges < network_of(alone, mode).edges, "else this test would show nothing"


def test_extracts_that_do_not_touch_are_areas_of_their_own(tmp_path):
    towns = Lattice(4, 4).island((20, 0), 3, 3)
    clips = [around(towns, (-2, -2), (5, 5)), around(towns, (18, -2), (24, 5))]
    raw = read_streets([write_pbf(towns.raw(), tmp_path / f"{n}.osm.pbf", clip) for n, clip in enumerate(clips)], TAGS)
    assert [area.name for area in raw.areas] == ["0", "1"]
    assert raw.extent.geom_type == "MultiPolygon"
    network = network_of(raw, "walk")
    assert network.kept_by_area == (1.0, 1.0)
    assert network.junctions == Lattice(4, 4).network().junctions + 9 - 4


def test_a_third_extract_between_two_joins_them(tmp_path):
    def spot(n, lon):
        nodes = {10 * n: (lon, 46.80, {}), 10 * n + 1: (lon + 0.01, 46.80, {})}
        bounds = f'<bounds minlon="{lon}" minlat="46.7" maxlon="{lon + 0.1}" maxlat="46.9"/>'
        path = tmp_path / f"{n}.osm"
        return osm_xml(path, nodes, {n: ([10 * n, 10 * n + 1], {"highway": "path"})}, bounds)

    east, west, between, far = spot(1, 4.2), spot(2, 4.0), spot(3, 4.1), spot(4, 5.0)
    names = ["est", "ouest", "centre", "loin"]
    raw = read_streets([east, west, between, far], TAGS, names=[f"{name}.osm.pbf" for name in names])
    assert [area.name for area in raw.areas] == ["est+ouest+centre", "loin"]
    assert raw.segment_area.tolist() == [0, 0, 0, 1]


def test_of_two_versions_of_a_way_the_fuller_is_taken_and_else_the_first(tmp_path):
    one = osm_xml(tmp_path / "one.osm", NODES, {7: ([50, 10], {"highway": "path"}), 8: ([10, 30], {"highway": "path"})})
    moved = {**NODES, 50: (4.39, 46.80, {})}
    ways = {7: ([50, 10, 30], {"highway": "service"}), 8: ([10, 30], {"highway": "steps"})}
    other = osm_xml(tmp_path / "other.osm", moved, ways)
    raw = read_streets([one, other], TAGS)
    assert raw.way_tags == [{"highway": "service"}, {"highway": "path"}]
    assert raw.node_lonlat[2].tolist() == [4.40, 46.80], "a node is where the first extract has it"


def test_the_extract_that_is_broken_is_named(tmp_path):
    whole = osm_xml(tmp_path / "a.osm", NODES, {7: ([50, 10], {"highway": "path"})})
    (tmp_path / "b.osm.pbf").write_bytes(b"")
    with pytest.raises(SourceMalformed, match=r"\(voisin\.osm\.pbf\)"):
        read_streets([whole, tmp_path / "b.osm.pbf"], TAGS, names=["a.osm", "voisin.osm.pbf"])
    with pytest.raises(ConfigurationError, match="found none"):
        read_streets([], TAGS)


def test_saone_et_loire_has_two_loaded_areas(mirror, le_creusot):
    raw = read_streets([mirror / "osm" / "pont-de-veyle-01" / "overpass_pont_de_veyle.osm", le_creusot], TAGS)
    assert [(area.name, area.stated) for area in raw.areas] == [("overpass_pont_de_veyle", True), ("Le_Creusot", True)]
    for mode in ("walk", "car"):
        both, alone = network_of(raw, mode), network_of(read_streets(le_creusot, TAGS), mode)
        assert min(both.kept_by_area) > 0.85, "the outermost roads of Pont-de-Veyle lead out and do not come back"
        assert both.kept_by_area[1] == alone.kept_share
        assert both.length_m.sum() > alone.length_m.sum() + 10_000


@pytest.fixture(scope="module")
def le_creusot(mirror):
    return mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf"


@pytest.mark.parametrize("damage", [b"", b"<html><body>Not found</body></html>", b"\x00\x00\x00\x0d\x0a\x09OSMHeader"])
def test_what_is_no_osm_file_is_named(tmp_path, damage):
    (tmp_path / "broken.osm.pbf").write_bytes(damage)
    with pytest.raises(SourceMalformed, match=r"source osm_streets: no OpenStreetMap file.*\(broken\.osm\.pbf\)"):
        read_streets(tmp_path / "broken.osm.pbf", TAGS)


@pytest.mark.parametrize("kept", [0.3, 0.537, 0.95])
def test_a_truncated_extract_is_refused(tmp_path, le_creusot, kept):
    whole = le_creusot.read_bytes()
    # 641,920 is the end of a block: nothing but the absence of streets tells that the file is cut
    length = 641_920 if kept == 0.537 else int(len(whole) * kept)
    (tmp_path / "cut.osm.pbf").write_bytes(whole[:length])
    with pytest.raises(SourceMalformed, match=r"cut\.osm\.pbf"):
        read_streets(tmp_path / "cut.osm.pbf", TAGS, source="osm_71")


def test_a_file_without_streets_is_refused(tmp_path):
    path = osm_xml(
        tmp_path / "houses.osm", NODES, {7: ([50, 10], {"building": "yes"}), 8: ([1, 2], {"highway": "path"})}
    )
    with pytest.raises(SourceMalformed, match="holds no street"):
        read_streets(path, TAGS)


def test_an_absent_file_is_unavailable(tmp_path):
    with pytest.raises(SourceUnavailable, match=r"none\.osm\.pbf"):
        read_streets(tmp_path / "none.osm.pbf", TAGS)


def test_le_creusot_is_read_whole(le_creusot):
    raw = read_streets(le_creusot, TAGS)
    assert len(raw.way_tags) == 2114 - 13, "of 2,114 streets the clip has left 13 with a single node"
    assert raw.extent.bounds == pytest.approx((4.367, 46.766, 4.5, 46.822), abs=1e-6)
    barriers = [tags for tags in raw.node_tags.values() if "barrier" in tags]
    assert len(barriers) == 30, "of the nodes that may stop or delay somebody"
    lon, lat = raw.node_lonlat.T
    length_m = ground_m(lon[raw.segment_from], lat[raw.segment_from], lon[raw.segment_to], lat[raw.segment_to])
    assert 420_000 < length_m.sum() < 470_000
    assert length_m.max() < 2_000, "nothing drawn across a gap"
    assert {key for tags in raw.way_tags for key in tags} <= {*TAGS, *TITLE_KEYS}


@pytest.mark.parametrize("place", ["bondy-93/map.osm", "pont-de-veyle-01/overpass_pont_de_veyle.osm"])
def test_other_dialects_are_read_too(mirror, place):
    raw = read_streets(mirror / "osm" / place, TAGS)
    walk = StreetNetwork.build(raw, MODES["walk"], Projection("EPSG:2154"))
    assert walk.kept_share > 0.9
    assert raw.extent.is_valid
