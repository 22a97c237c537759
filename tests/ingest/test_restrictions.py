from __future__ import annotations

from xml.sax.saxutils import quoteattr

from geo.turns import NOT_LOADED, Restriction
from ingest.streets import read_streets

NODES = {50: (4.40, 46.80), 10: (4.41, 46.80), 30: (4.42, 46.80), 20: (4.41, 46.81), 60: (4.43, 46.80)}
"""In the order of the streets' rows: 10, 20, 30, 50, 60."""
WAYS = {9: [50, 10], 7: [10, 30], 8: [10, 20], 11: [30, 60]}
"""In the order of rows: 7, 8, 9, 11."""


def osm_file(path, relations, ways=WAYS):
    """A file of streets; relations are {id: (tags, [(role, kind, ref)])}."""

    def tags(pairs):
        return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in pairs.items())

    kinds = {"n": "node", "w": "way", "r": "relation"}
    body = [f'<node id="{ref}" lon="{lon}" lat="{lat}"/>' for ref, (lon, lat) in NODES.items()]
    for ref, refs in ways.items():
        nodes = "".join(f'<nd ref="{node}"/>' for node in refs)
        body.append(f'<way id="{ref}">{nodes}{tags({"highway": "residential"})}</way>')
    for ref, (own, members) in relations.items():
        drawn = "".join(f'<member type="{kinds[kind]}" ref="{to}" role="{role}"/>' for role, kind, to in members)
        body.append(f'<relation id="{ref}">{drawn}{tags(own)}</relation>')
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(body)}</osm>', encoding="utf-8")
    return path


def read(path, *more):
    return read_streets([path, *more], ("highway",)).restrictions


FROM_9_TO_8 = [("from", "w", 9), ("via", "n", 10), ("to", "w", 8)]


def test_members_are_rows_of_ways_and_nodes(tmp_path):
    made = {3: ({"type": "restriction", "restriction": "no_left_turn", "note": "rue"}, FROM_9_TO_8)}
    (turn,) = read(osm_file(tmp_path / "a.osm", made))
    assert turn == Restriction({"restriction": "no_left_turn"}, from_ways=(2,), to_ways=(1,), via_nodes=(0,))


def test_over_ways_their_order_stays(tmp_path):
    members = [("from", "w", 9), ("via", "w", 11), ("via", "w", 7), ("to", "w", 9)]
    (turn,) = read(osm_file(tmp_path / "a.osm", {3: ({"type": "restriction"}, members)}))
    assert (turn.via_ways, turn.via_nodes) == ((3, 0), ())


def test_an_older_way_to_name_the_vehicles(tmp_path):
    made = {3: ({"type": "restriction:hgv", "restriction": "no_left_turn", "except": "psv"}, FROM_9_TO_8)}
    (turn,) = read(osm_file(tmp_path / "a.osm", made))
    assert turn.tags == {"restriction:hgv": "no_left_turn", "except": "psv"}


def test_what_restricts_no_turn_is_left_alone(tmp_path):
    made = {3: ({"type": "multipolygon", "restriction": "no_left_turn"}, FROM_9_TO_8), 4: ({"note": "?"}, [])}
    assert read(osm_file(tmp_path / "a.osm", made)) == ()


def test_members_of_other_kinds_and_roles_are_left_out_and_missing_ones_marked(tmp_path):
    members = [
        ("from", "n", 50),
        ("from", "w", 404),
        ("via", "n", 20),
        ("via", "r", 3),
        ("to", "w", 7),
        ("hint", "w", 8),
    ]
    (turn,) = read(osm_file(tmp_path / "a.osm", {3: ({"type": "restriction"}, members)}))
    assert turn == Restriction({}, from_ways=(NOT_LOADED,), to_ways=(0,), via_nodes=(1,))


def test_restrictions_come_by_number_and_once_whatever_files_hold_them(tmp_path):
    turns = {
        n: ({"type": "restriction", "restriction": value}, FROM_9_TO_8) for n, value in ((9, "no_entry"), (3, "x"))
    }
    one = osm_file(tmp_path / "one.osm", turns, {9: [50, 10], 8: [10, 20]})
    other = osm_file(tmp_path / "other.osm", {3: turns[3]}, {7: [10, 30]})
    assert [turn.tags["restriction"] for turn in read(one)] == ["x", "no_entry"]
    assert read(one, other) == read(other, one)
    assert [turn.from_ways for turn in read(other, one)] == [(2,), (2,)], "a member may be in another file"
