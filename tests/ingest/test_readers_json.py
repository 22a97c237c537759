"""JSON in the shapes that portals and pages give it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SourceMalformed
from ingest.connectors import javascript, json_rows
from ingest.connectors.nested import columns_of, follow
from ingest.connectors.table import FILE, LINE, POINT_LAT, POINT_LON, Wanted
from tests.ingest.world import source

PLACES = {"key": "id", "lon": "lon", "lat": "lat"}
FINESS = {
    "date": "2026-06-01",
    "pmej": [
        {
            "infos": {"siren": "200000001", "nom": "Hôpital de l'Est"},
            "ege": [
                {"num": "710000001", "adresse": [{"cp": "71001", "xy": {"x": 6.6e6, "y": "808000"}}, {"cp": "9"}]},
                {"num": "710000002", "infos": {"nom": "Annexe"}, "adresse": []},
            ],
        },
        {"infos": {"siren": "200000002"}, "ege": []},
        {"infos": {"siren": "200000003"}},
        {"ege": [{"num": "710000003"}]},
    ],
}


def read(data, wanted=None, **given):
    text = data if isinstance(data, str) else json.dumps(data)
    return json_rows.read(source(**given), text.encode(), "essai.json", Wanted(wanted))


def plain(table, *names):
    return list(zip(*(table.cells([name]) for name in names), strict=True))


def test_rows_inside_rows_are_followed_and_what_is_around_them_is_reached():
    names = ("num", "adresse>cp", "adresse>xy>x", "pmej>infos>siren", "infos>nom")
    table = read(FINESS, names, rows="pmej>ege")
    assert plain(table, *names) == [
        ("710000001", "71001", "6600000.0", "200000001", ""),
        ("710000002", "", "", "200000001", "Annexe"),
        ("710000003", "", "", "", ""),
    ]


def test_a_list_at_the_top_has_the_rows_of_each_of_its_items():
    assert len(read([FINESS, FINESS], rows="pmej>ege").frame) == 6
    assert len(read([FINESS, FINESS], rows="pmej").frame) == 8


def test_three_levels_deep_every_object_around_a_row_is_reached():
    data = {"a": [{"n": 1, "b": [{"n": 2, "c": [{"n": 3}, {"n": 4}]}]}]}
    rows = follow(data, "a>b>c")
    assert rows == [{"a": {"n": 1, "b": {"n": 2}}, "n": n} for n in (3, 4)]
    assert columns_of(rows, Wanted(("n", "a>n", "a>b>n"))) == {"n": ["3", "4"], "a>n": ["1"] * 2, "a>b>n": ["2"] * 2}


def test_a_row_s_own_value_comes_before_one_around_it():
    assert follow({"a": [{"b": [{"a": "own"}]}]}, "a>b") == [{"a": "own"}]


def test_what_the_first_step_is_taken_from_is_reached_though_it_has_no_name():
    data = [{"code": "200", "membres": [{"code": "71001"}, {"code": "71002"}]}, {"code": "201", "membres": []}]
    table = read(data, ("code", "@around>code"), rows="membres")
    assert plain(table, "code", "@around>code") == [("71001", "200"), ("71002", "200")]


def test_places_of_a_list_are_counted_from_nought():
    table = read([{"id": 1, "position": [47.2, -1.5]}, {"id": 2, "position": [47.3]}, {"id": 3}], None)
    assert table.cells(["position"]) == ["47.2|-1.5", "47.3", ""]
    table = read([{"id": 1, "position": [47.2, -1.5]}, {"id": 2, "position": [47.3]}], ("position>1", "position>0"))
    assert plain(table, "position>1", "position>0") == [("-1.5", "47.2"), ("", "47.3")]


def test_json_that_stands_as_text_inside_json_is_opened():
    table = read([{"id": 1, "equip": '{"rnb": ["A", "B"]}'}, {"id": 2, "equip": "{"}], ("equip>rnb>1",))
    assert table.cells(["equip>rnb>1"]) == ["B", ""]


def test_headers_of_rows_that_differ_in_case_are_one_column():
    table = read([{"Nom": "a"}, {"nom": "b"}, {"NOM": None, "nom": "c"}], ("nom",))
    assert table.cells(["nom"]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda rows: rows,
        lambda rows: {"nhits": 2, "records": rows},
        lambda rows: {"total_count": 2, "results": rows},
    ],
    ids=["array", "v1", "v2.1"],
)
def test_the_records_of_portals_are_rows(wrap):
    fields = [{"id": "7", "nom": "a", "point": [46.8, 4.5]}, {"id": "8", "nom": "b"}]
    shape = {"type": "Point", "coordinates": [4.5, 46.8]}
    records = [
        {"datasetid": "x", "recordid": "f0", "fields": fields[0], "geometry": shape},
        {"datasetid": "x", "recordid": "f1", "fields": fields[1]},
    ]
    for rows in (fields, records):
        table = read(wrap(rows), None)
        assert plain(table, "id", "nom", "point") == [("7", "a", "46.8|4.5"), ("8", "b", "")]
    assert table.cells(["recordid"]) == ["f0", "f1"]
    assert plain(table, POINT_LON, POINT_LAT) == [("4.5", "46.8"), ("", "")]


def test_one_object_a_line_keeps_its_line():
    text = '{"id": 1}\n\n{"id": 2, "x": "a\\nb"}\r\n\x1e{"id": 3}\n'
    for said in ({}, {"format": "jsonl"}):
        table = read(text, None, **said)
        assert (table.cells(["id"]), table.frame[LINE].tolist()) == (["1", "2", "3"], [1, 3, 4])
    features = "\n".join(
        json.dumps({"type": "Feature", "properties": {"id": n}, "geometry": {"type": "Point", "coordinates": [n, 46]}})
        for n in range(3)
    )
    assert plain(read(features), "id", POINT_LON) == [("0", "0.0"), ("1", "1.0"), ("2", "2.0")]


def test_a_feature_alone_is_a_row_and_one_without_properties_too():
    feature = {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": [4, 46]}}
    assert read(feature).cells([POINT_LON]) == ["4.0"]
    assert (
        len(read({"type": "FeatureCollection", "features": [feature, {**feature, "properties": {"a": 1}}]}).frame) == 2
    )


def test_the_system_that_older_geojson_names_is_undone():
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [808_000, 6_628_000]}}
    ]
    for name in ("urn:ogc:def:crs:EPSG::2154", "EPSG:2154"):
        crs = {"type": "name", "properties": {"name": name}}
        table = read({"type": "FeatureCollection", "crs": crs, "features": features})
        lon, lat = (float(table.cells([column])[0]) for column in (POINT_LON, POINT_LAT))
        assert (lon, lat) == pytest.approx((4.41, 46.74), abs=0.01)
        assert table.geometries[0].x == lon
    degrees = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read({"crs": degrees, "features": features}).cells([POINT_LON]) == ["808000.0"]
    with pytest.raises(SourceMalformed, match="a system that nobody knows: 'EPSG:999999'"):
        read({"crs": {"properties": {"name": "EPSG:999999"}}, "features": features})


def test_an_outline_that_makes_no_sense_has_no_point_and_stops_nothing():
    bow = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    shapes = [{"type": "Polygon", "coordinates": bow}, {"type": "Polygon", "coordinates": []},
              {"type": "Point", "coordinates": {}}, {"type": "Point", "coordinates": [None, None]},
              {"type": "Nowhere"}, [], {"type": "Point", "coordinates": ["4", "x"]},
              {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}]  # fmt: skip
    table = read(
        {"features": [{"type": "Feature", "properties": {"id": n}, "geometry": s} for n, s in enumerate(shapes)]}
    )
    assert len(table.frame) == len(table.geometries) == len(shapes)
    assert [text for text in table.cells([POINT_LON])[1:] if text] == []


SCRIPTS = [
    "var points = %s;",
    "const a = %s",
    "let points=\n%s;\n",
    "window.donnees = %s;",
    "data.stops=%s",
    "var data = data || [];\ndata.stops=%s\n",
    "/* Licence\nouverte */ // 2018\nvar x = %s;",
    "export default %s;",
    "module.exports = %s;",
    "rappel(%s);",
    "const points = %s;\nexport default points;\n",
    "const points = %s;\nexport { points };",
]
LITERALS = [
    '[{"id": "1", "nom": "L\'\\u0152uf"}]',
    "[{'id' : '1', 'nom' : 'L\\'Œuf'}]",
    "[{id: 1, nom: 'L\\'Œuf', x: NULL, y: undefined, z: NaN,}, ]",
    '[ // un\n{\'id\': /* deux */ 1, "nom": "L\'Œuf"}]',
]


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("literal", LITERALS)
def test_a_value_is_taken_out_of_a_script(script, literal):
    table = read(script % literal)
    assert javascript.is_script(script % literal)
    assert plain(table, "id", "nom") == [("1", "L'Œuf")]


def test_literals_keep_what_they_hold():
    literal = r"""[{'a': 'dit "oui"', "b": "c'est // 'non'", 'c': -1.5e-3, 'd': 'C:\\x\n', e$: [true, null, 'NULL']}]"""
    assert json.loads(javascript.to_json(literal)) == [
        {"a": 'dit "oui"', "b": "c'est // 'non'", "c": -0.0015, "d": "C:\\x\n", "e$": [True, None, "NULL"]}
    ]


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=6), v, max_size=4))


@settings(max_examples=100, deadline=None)
@given(values)
def test_json_is_a_literal_that_means_itself(value):
    assert json.loads(javascript.to_json(json.dumps(value))) == value
    assert json.loads(javascript.to_json(json.dumps(value, ensure_ascii=False, indent=1))) == value


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("var a = [{'id': 1}", 1, "cut off or no JSON"),
        ("var a =\n[{'id': 1},\n {'id", 3, "cut off or no JSON"),
        ("var a = [{'id': 1}];\nvar b = [{'id': 2}];", 1, "something follows the data"),
        ('[{"id": 1}]\n[{"id": 2}]', 2, "something follows the data"),
        ('{"id": 1}\n{"id": 2}\n{"id"', 3, "cut off or no JSON"),
        ("[" * 100_000, None, "nested too deep"),
        ('[{"id": ' + "1" * 5000 + "}]", None, "no JSON"),
        ('{"records": []}', 1, "the file holds no row"),
        ('{"records": {"id": 1}}', 1, "neither an array"),
        ('"texte"', 1, "neither an array"),
        ("[[1]]", 1, "neither an array"),
    ],
)
def test_what_is_no_list_of_objects_stops_and_says_where(text, line, said):
    with pytest.raises(SourceMalformed, match=said) as failed:
        read(text)
    assert (failed.value.file, failed.value.line) == ("essai.json", line)


def test_a_way_that_leads_to_nothing_is_no_row():
    with pytest.raises(SourceMalformed, match="the file holds no row"):
        read(FINESS, None, rows="structures>sites")
    with pytest.raises(SourceMalformed, match="neither an array of objects"):
        read({"a": [1]}, None, rows="a")


def test_every_column_is_spread_when_all_are_wanted():
    table = read([{"id": 1, "a": {"b": {"c": 2}, "d": [1, 2]}}, {"a": {"e": None}}], None)
    assert set(table.frame.columns) - {LINE, FILE} == {"id", "a>b>c", "a>d", "a>e"}
