"""A file of OpenStreetMap that holds what none may hold: services read from it end in a sentence too."""

from __future__ import annotations

import pytest

from geo.errors import SourceMalformed
from ingest.connectors import osm
from tests.ingest.test_osm import Town, services_source
from tests.ingest.world import fetched


@pytest.mark.parametrize(
    ("there", "harm", "says"),
    [
        ('lat="', 'lat="forty', "wrong format for coordinate"),
        ('lat="', 'lat="NaN', "wrong format for coordinate"),
        ('<node id="', '<node id="99999999999999999999', "illegal id"),
        ('v="', f'v="{"9" * 2000}', "too long"),
    ],
)
def test_what_no_file_may_hold_is_named(tmp_path, there, harm, says):
    town = Town()
    town.node(1, 1, shop="bakery", name="Au Four")
    path, of = town.write(tmp_path), services_source()
    text = path.read_text(encoding="utf-8")
    assert there in text
    path.write_text(text.replace(there, harm, 1), encoding="utf-8")
    with pytest.raises(SourceMalformed, match=says):
        osm.read(of, [fetched(path, of)])


def test_a_node_without_a_place_is_named(tmp_path):
    town = Town()
    town.node(1, 1, shop="bakery", name="Au Four")
    path, of = town.write(tmp_path), services_source()
    text = path.read_text(encoding="utf-8")
    lat = text[text.index('lat="') :].split('"')[1]
    path.write_text(text.replace(f'lat="{lat}"', "", 1), encoding="utf-8")
    with pytest.raises(SourceMalformed, match="invalid location"):
        osm.read(of, [fetched(path, of)])
