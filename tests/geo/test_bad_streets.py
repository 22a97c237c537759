"""Bad streets in small files, taken all the way: read, made a network, swept, asked. A named error, or a right answer.

The usual street is two stretches of a town, 1, 2 and 3 from west to east, each 300 m; a service stands at 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.errors import ConfigurationError, LabelOverflow, SourceMalformed
from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.reach import boundary_junctions
from geo.snapping import EdgeIndex
from geo.streets import RawStreets
from ingest.streets import read_streets
from tests.lattice import MODES

GROUND = Geod(ellps="WGS84")
HOME = (4.40, 46.80)
STREET = {"highway": "residential"}
STRETCH_M = 300.0
WALK_S, CAR_S = STRETCH_M / (4.8 / 3.6), STRETCH_M / (30 / 3.6)


def at(east_m, north_m=0.0, home=HOME):
    """A place so many metres east, then north, of home."""
    lon, lat, _ = GROUND.fwd(*home, 90, east_m)
    lon, lat, _ = GROUND.fwd(lon, lat, 0, north_m)
    return lon, lat


def street(home=HOME):
    return {1: at(0, home=home), 2: at(STRETCH_M, home=home), 3: at(2 * STRETCH_M, home=home)}


def xml(nodes, ways, *, first="nodes", more=""):
    """A file: nodes {number: place}, ways {number: nodes or (nodes, tags)}."""

    def tags(pairs):
        return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in pairs.items())

    drawn = [f'<node id="{number}" lon="{lon:.9f}" lat="{lat:.9f}"/>' for number, (lon, lat) in nodes.items()]
    told = [way if isinstance(way, tuple) else (way, STREET) for way in ways.values()]
    lines = [
        f'<way id="{number}">{"".join(f"<nd ref={quoteattr(str(ref))}/>" for ref in refs)}{tags(pairs)}</way>'
        for number, (refs, pairs) in zip(ways, told, strict=True)
    ]
    body = [*drawn, *lines] if first == "nodes" else [*lines, *drawn]
    return f'<?xml version="1.0"?><osm version="0.6">{"".join(body)}{more}</osm>'


@dataclass
class Town:
    """What became of a file."""

    raw: RawStreets
    network: StreetNetwork
    seconds: np.ndarray
    """(M,) from each address to the nearest service."""


def town_of(folder, text, *, services=None, addresses=None, mode="walk", crs="EPSG:2154"):
    path = folder / "streets.osm"
    path.write_text(text, encoding="utf-8")
    raw = read_streets(path, tags_of(MODES.values()))
    projection = Projection(crs)
    network = StreetNetwork.build(raw, MODES[mode], projection)
    index = EdgeIndex(network)
    to, start = (
        index.snap(np.array(lonlat, float).reshape(-1, 2))
        for lonlat in ([at(2 * STRETCH_M)] if services is None else services, addresses or [at(0)])
    )
    points = ServicePoints(np.zeros(len(to), np.int32), np.arange(len(to), dtype=np.int32), to)
    at_edge = boundary_junctions(network, None, raw.extent, projection)
    field = AccessField.build(network, Hierarchy.build(network), MODES[mode], points, ["any"], [3], at_edge)
    assert field.edge_inequality_violations(network) == 0
    access = field.at(start)
    seconds = access.seconds[:, 0, 0] - MODES[mode].fixed_s
    assert (np.isnan(seconds) == (access.rows[:, 0, 0] < 0)).all(), "a time without a service, or the other way round"
    return Town(raw, network, seconds)


def near(seconds):
    """Seconds to the tenth or two that roundings of edges and of a file's coordinates make."""
    return pytest.approx(seconds, abs=0.25, nan_ok=True)


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no OpenStreetMap file"),
        ("<osm/>", "no OpenStreetMap file"),
        ("<html><body>502</body></html>", "no OpenStreetMap file"),
        (xml({}, {}), "holds no street"),
        (xml(street(), {}), "holds no street"),
        (xml({}, {1: [1, 2, 3]}), "holds no street"),
        (xml(street(), {1: ([1, 2, 3], {"building": "yes"})}), "holds no street"),
        (xml(street(), {1: [1], 2: [], 3: [404, 405]}), "holds no street"),
        (xml(street(), {1: [1, 2, 3]}, first="ways"), "node 1 stands behind a way that it draws: sort the file"),
        (xml({-1: at(0), -2: at(9)}, {-7: [-1, -2]}), "node -2 has a number below 0"),
        (xml(street(), {1: ([1, 2, 3], {**STREET, "maxspeed": "9" * 2000})}), "too long"),
        (xml({2**63 - 1: at(0), 2: at(9)}, {1: [2**63 - 1, 2]}), "illegal id"),
        (xml({1: at(0), 2: at(9)}, {1: [1, 2]}).replace('lat="46.8', 'lat="forty', 1), "wrong format for coordinate"),
        (xml({1: at(0), 2: at(9)}, {1: [1, 2]}).replace('lat="46.8', 'lat="NaN', 1), "wrong format for coordinate"),
        (xml(street(), {1: [1, 2, 3]})[:-20], "no OpenStreetMap file, or a truncated one"),
    ],
)
def test_a_file_that_cannot_be_streets_is_named(tmp_path, text, says):
    with pytest.raises(SourceMalformed, match=says) as refused:
        town_of(tmp_path, text)
    assert refused.value.file == "streets.osm"


def test_some_nodes_behind_their_way_are_named_too(tmp_path):
    late = f'<node id="4" lon="{at(900)[0]}" lat="{at(900)[1]}"/>'
    with pytest.raises(SourceMalformed, match="node 4 stands behind a way"):
        town_of(tmp_path, xml(street(), {1: [1, 2, 3, 4]}, more=late))


def test_what_a_history_file_calls_deleted_is_no_street(tmp_path):
    text = xml(street(), {1: [1, 2], 2: [2, 3]}).replace('<way id="2"', '<way id="2" visible="false"')
    assert town_of(tmp_path, text, services=[at(STRETCH_M)]).raw.segment_way.tolist() == [0]


def test_of_two_nodes_or_ways_of_one_number_one_is_taken(tmp_path):
    text = xml(
        street(), {1: [1, 2], 2: [2, 3]}, more='<way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="x"/></way>'
    )
    town = town_of(tmp_path, text)
    assert town.seconds == near([2 * WALK_S])
    assert len(town.raw.segment_way) == 2


# ---------------------------------------------------------------- places


def test_an_extract_of_another_place_reaches_nothing_and_says_so(tmp_path):
    town = town_of(tmp_path, xml(street((14.4, 35.9)), {1: [1, 2, 3]}))
    assert np.isnan(town.seconds).all()
    with pytest.raises(ConfigurationError, match=r"EPSG:2154 cannot hold a street at lon 4.4, lat -90.*astray"):
        town_of(tmp_path, xml({1: (4.4, -90.0), 2: (4.4, -89.99)}, {1: [1, 2]}))


@pytest.mark.parametrize(
    ("home", "crs"),
    [
        ((55.45, -20.90), "EPSG:2975"),
        ((-52.33, 4.93), "EPSG:2972"),
        ((45.20, -12.80), "EPSG:4471"),
        ((-61.53, 16.24), "EPSG:5490"),
        ((-61.00, 14.60), "EPSG:5490"),
        ((-56.18, 46.78), "EPSG:4467"),
        ((166.45, -22.27), "EPSG:3163"),
        ((8.74, 41.93), "EPSG:2154"),
    ],
    ids=["La Réunion", "Guyane", "Mayotte", "Guadeloupe", "Martinique", "Saint-Pierre", "Nouméa", "Corse"],
)
@pytest.mark.parametrize("mode", ["walk", "car"])
def test_times_are_as_long_overseas(tmp_path, home, crs, mode):
    side = [at(STRETCH_M, 12.0, home)]
    pace = WALK_S if mode == "walk" else CAR_S
    town = town_of(
        tmp_path,
        xml(street(home), {1: [1, 2, 3]}),
        services=[at(2 * STRETCH_M, home=home)],
        addresses=[at(0, home=home), at(STRETCH_M / 2, home=home), *side],
        mode=mode,
        crs=crs,
    )
    assert town.seconds == pytest.approx([2 * pace, 1.5 * pace, pace + 12 / (4.8 / 3.6)], abs=0.3)


@pytest.mark.parametrize("crs", ["EPSG:32760", "EPSG:32701"])
def test_a_street_over_the_antimeridian_is_as_long_as_any(tmp_path, crs):
    home = at(-STRETCH_M, home=(180.0, -16.8))
    town = town_of(
        tmp_path,
        xml(street(home), {1: [1, 2, 3]}),
        services=[at(2 * STRETCH_M, home=home)],
        addresses=[at(0, home=home), at(STRETCH_M, home=home), at(1.5 * STRETCH_M, home=home)],
        crs=crs,
    )
    assert town.seconds == near([2 * WALK_S, WALK_S, WALK_S / 2])


@pytest.mark.parametrize("astray", [(0.0, 0.0), (4.4, -46.8), (46.8, 4.4), (180.0, 46.8), (4.4, -90.0), (4.4, 90.0)])
@pytest.mark.parametrize("mode", ["walk", "car"])
def test_a_node_astray_is_named(tmp_path, astray, mode):
    with pytest.raises(SourceMalformed, match=r"\d+ km of street without a node: one of the nodes 3 at .* and 9 at"):
        town_of(tmp_path, xml({**street(), 9: astray}, {1: [1, 2, 3], 2: [3, 9]}), mode=mode)


def test_two_nodes_astray_together_are_a_piece_that_falls_away(tmp_path):
    town = town_of(tmp_path, xml({**street(), 8: (0.0, 0.0), 9: (0.001, 0.0)}, {1: [1, 2, 3], 2: [8, 9]}))
    assert town.seconds == near([2 * WALK_S])
    assert 0.8 < town.network.kept_share < 0.9


def test_an_edge_of_25_days_is_refused(tmp_path):
    zigzag = {n: at(400_000 * (n % 2), 10.0 * n) for n in range(1, 12)}
    with pytest.raises(LabelOverflow, match=r"costs \d+ days"):
        town_of(tmp_path, xml(zigzag, {1: list(zigzag)}))


def test_a_latitude_that_is_none_is_a_node_that_is_missing(tmp_path):
    text = xml({**street(), 9: (4.4, 95.0)}, {1: [1, 2, 3], 2: [3, 9]})
    assert town_of(tmp_path, text).seconds == near([2 * WALK_S])


# ---------------------------------------------------------------- services and pieces


def test_no_service_of_a_category_is_no_time(tmp_path):
    assert np.isnan(town_of(tmp_path, xml(street(), {1: [1, 2, 3]}), services=[]).seconds).all()


def test_no_street_for_the_mode_is_no_time(tmp_path):
    town = town_of(tmp_path, xml(street(), {1: ([1, 2, 3], {"highway": "steps"})}), mode="car")
    assert (town.network.edges, town.network.kept_share) == (0, 0.0)
    assert np.isnan(town.seconds).all()


def test_of_disconnected_pieces_the_main_one_is_kept(tmp_path):
    nodes = {**street(), 7: at(0, 200), 8: at(150, 200)}
    town = town_of(tmp_path, xml(nodes, {1: [1, 2, 3], 2: [7, 8]}), addresses=[at(0), at(0, 200)])
    assert town.seconds == near([2 * WALK_S, 2 * WALK_S + 200 / (4.8 / 3.6)]), "the small piece's address walks over"
    assert town.network.kept_share == pytest.approx(0.8, abs=1e-4)


def test_a_way_is_interrupted_where_a_node_is_missing(tmp_path):
    town = town_of(tmp_path, xml({**street(), 5: at(700)}, {1: [1, 2, 3, 404, 5]}))
    assert town.seconds == near([2 * WALK_S])
    assert town.raw.segment_from.size == 2


# ---------------------------------------------------------------- ways


SIDE = {4: at(STRETCH_M, STRETCH_M), 5: at(2 * STRETCH_M, STRETCH_M), 6: at(0, -STRETCH_M)}


@pytest.mark.parametrize(
    "ways",
    [
        {1: [1, 2, 3], 2: [1, 2, 3]},
        {1: [1, 2, 3], 2: [3, 2, 1], 3: [1, 2], 4: [2, 3]},
        {1: [1, 2, 2, 2, 3, 3]},
        {1: [1, 2, 3], 2: [2], 3: [], 4: [2, 2], 5: [404], 6: [3, 404]},
        {1: [1, 2, 4, 2, 3]},
        {1: [1, 2, 1, 2, 3, 2, 3]},
        {1: [2, 4, 5, 2, 1, 6, 2], 2: [2, 3]},
        {1: [1, 2, 3, 2, 1]},
        {1: [1, 2, 3, 5, 4, 2, 6, 1]},
        {2: [2, 3], 1: [2, 1]},
    ],
    ids=["twice", "pieces twice", "nodes repeated", "too short", "a spur", "to and fro", "an eight", "there and back",
         "crossing itself", "out of order"],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["walk", "car"])
def test_ways_drawn_oddly_take_as_long(tmp_path, ways, mode):
    pace = WALK_S if mode == "walk" else CAR_S
    town = town_of(tmp_path, xml({**street(), **SIDE}, ways), addresses=[at(0), at(STRETCH_M)], mode=mode)
    assert town.seconds == near([2 * pace, pace])


def test_ways_without_length_cost_a_tenth_at_most(tmp_path):
    nodes = {**street(), **{n: at(STRETCH_M) for n in range(10, 20)}}
    ways = {1: [1, 2], 2: [2, 10], 3: list(range(10, 20)), 4: [19, 3], 5: [2, 15], 6: [10, 19]}
    assert town_of(tmp_path, xml(nodes, ways)).seconds == pytest.approx([2 * WALK_S], abs=0.5)
    everywhere = town_of(tmp_path, xml(dict.fromkeys((1, 2, 3), at(0)), {1: [1, 2], 2: [2, 3]}), services=[at(0)])
    assert everywhere.seconds == near([0.0])


def test_a_closed_way_one_way_goes_round(tmp_path):
    square = {1: at(0), 2: at(STRETCH_M), 3: at(STRETCH_M, STRETCH_M), 4: at(0, STRETCH_M)}
    text = xml(square, {1: ([1, 2, 3, 4, 1], {**STREET, "junction": "roundabout"})})
    town = town_of(tmp_path, text, services=[at(STRETCH_M)], addresses=[at(0), at(STRETCH_M, STRETCH_M)], mode="car")
    assert town.seconds == pytest.approx([CAR_S, 3 * CAR_S], abs=0.4)


# ---------------------------------------------------------------- tags


@pytest.mark.parametrize(
    "value",
    ["0", "-5", "fast", "1e9", "", "NaN", "inf", "-inf", "0.0001", "0.5", "1", "999999999999", "9" * 255, "50;30",
     "50 | 30", "signals", "RU:urban", "50\n30", "50 kg", "٣٠٠٠", "𝟎"],
)  # fmt: skip
def test_a_limit_that_says_nothing_leaves_the_general_one(tmp_path, value):
    tags = {**STREET, "maxspeed": value, "maxspeed:forward": value, "maxspeed:backward": value}
    assert town_of(tmp_path, xml(street(), {1: ([1, 2, 3], tags)}), mode="car").seconds == near([2 * CAR_S])


@pytest.mark.parametrize("mode", list(MODES))
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_any_tags_give_a_time_or_none(tmp_path_factory, mode, data):
    keys = st.sampled_from(tags_of(MODES.values()))
    value = st.one_of(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
        st.sampled_from(
            ["no", "yes", "private", "-1", "1e308", "0", "-5", "fast", "50 mph", "up", "∞", "0.00001", "9" * 99]
        ),
    )
    tags = data.draw(st.dictionaries(keys, value, max_size=6))
    text = xml(street(), {1: ([1, 2], {**STREET, **tags}), 2: [2, 3], 3: [1, 3]})
    seconds = town_of(tmp_path_factory.mktemp("any"), text, mode=mode).seconds
    assert np.isnan(seconds).all() or (seconds >= 0).all()
