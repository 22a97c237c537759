"""A JSON text read item by item says what it says when it is read whole, wherever its chunks end."""

from __future__ import annotations

import json
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.connectors import json_rows
from ingest.connectors.json_stream import items
from ingest.connectors.nested import Gathered
from ingest.connectors.table import Wanted
from tests.ingest.world import source

SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8) | st.floats(-1e6, 1e6)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=5), v, max_size=4), max_leaves=12
)
CHUNKS = st.integers(1, 40)


def written(value, indent):
    return json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "replace")


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1]), CHUNKS)
@settings(max_examples=150, deadline=None)
def test_an_array_has_its_items_wherever_chunks_end(value, indent, chunk):
    content = written(value, indent)
    assert [item for key, item in items(content, chunk) if key == ""] == json.loads(content)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=5), st.sampled_from([None, 1]), CHUNKS)
@settings(max_examples=150, deadline=None)
def test_an_object_has_the_items_of_its_arrays_and_its_other_values(value, indent, chunk):
    content = written(value, indent)
    expected = [
        (key, item)
        for key, member in json.loads(content).items()
        for item in (member if isinstance(member, list) else [member])
    ]
    assert list(items(content, chunk)) == expected


@given(st.lists(VALUES, min_size=1, max_size=4), CHUNKS, st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_cut_off_is_never_taken_for_whole(value, chunk, data):
    content = written(value, None)
    cut = content[: data.draw(st.integers(1, len(content) - 1))].decode(errors="ignore").encode()
    with pytest.raises(json.JSONDecodeError):
        list(items(cut, chunk))


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1 << 20])
@pytest.mark.parametrize(
    ("text", "line"),
    [("[1,\n2,\n,3]", 3), ('{"a":\n[1,\n{"b"}]}', 3), ("[1\n 2]", 2), ("[1,\n2]\n]", 3), ("[\n1,\n]", 3),
     ('{"a": 1,\n b: 2}', 2), ('{"a"\n 1}', 2), ("[1, 2", 1), ("", 1)],
)  # fmt: skip
def test_an_error_names_its_line_wherever_chunks_end(text, line, chunk):
    with pytest.raises(json.JSONDecodeError) as failed:
        list(items(text.encode(), chunk))
    assert failed.value.lineno == line


def test_items_are_there_before_the_end_is():
    assert list(islice(items(b'[{"a": 1}, {"a": 2}, ' + b" " * 100 + b"?", 8), 2)) == [("", {"a": 1}), ("", {"a": 2})]


@given(st.lists(st.integers(0, 3), max_size=6))
@settings(max_examples=30, deadline=None)
def test_columns_that_come_late_or_in_another_case_are_whole(plan):
    """Of blocks that fill more than a batch, each with other keys."""
    spellings = [{"id": "1"}, {"Id": "2", "nom": "b"}, {"nom": "c"}, {"NOM": "d", "autre": "e"}]
    gathered = Gathered(Wanted(("id", "nom")))
    records = [spellings[kind] for kind in plan for _ in range(1500)]
    for record in records:
        gathered.add(record)
    columns = {title.casefold(): column.to_pylist() for title, column in gathered.columns().items()}
    assert set(columns) == {key.casefold() for record in records for key in record} - {"autre"}
    for name, column in columns.items():
        assert column == [next((v for k, v in record.items() if k.casefold() == name), "") for record in records]


def read(text, **given):
    of = source(format="json", columns={"key": "id"}, **given)
    return json_rows.read(of, text.encode(), "essai.json", Wanted.by(of))


def test_a_way_is_followed_as_in_the_whole():
    data = {"vu": "2026", "places": [{"rows": [{"id": "1"}, {"id": "2"}]}, {}, {"rows": {"id": "3"}}], "more": [1, [2]]}
    assert read(json.dumps(data), rows="places>rows").frame["id"].tolist() == ["1", "2", "3"]
    around = source(format="json", rows="places>rows", columns={"key": "id", "name": "@around>vu"})
    table = json_rows.read(around, json.dumps(data).encode(), "essai.json", Wanted.by(around))
    assert table.frame["@around>vu"].tolist() == ["2026"] * 3


def test_half_a_character_is_no_json():
    with pytest.raises(Exception, match="no JSON"):
        read('[{"id": "\\ud800"}]')
