"""The basemap: what an OSM file and its communes become, tile by tile."""

from __future__ import annotations

import gzip
import itertools
import math
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

from geo.places import Commune
from ingest.basemap import LIMITS_MAX_ZOOM, MAX_ZOOM, MIN_ZOOM, write_basemap

LON, LAT = 4.40, 46.79

TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <node id="1" version="1" lon="4.4000" lat="46.7900"/>
  <node id="2" version="1" lon="4.4010" lat="46.7900"/>
  <node id="3" version="1" lon="4.4020" lat="46.7900"/>
  <node id="4" version="1" lon="4.4010" lat="46.7910"/>
  <node id="5" version="1" lon="4.4020" lat="46.7910"/>
  <node id="11" version="1" lon="4.4012" lat="46.7903"/>
  <node id="12" version="1" lon="4.4015" lat="46.7903"/>
  <node id="13" version="1" lon="4.4015" lat="46.7905"/>
  <node id="14" version="1" lon="4.4012" lat="46.7905"/>
  <node id="21" version="1" lon="4.4005" lat="46.7905">
    <tag k="place" v="town"/><tag k="name" v="Montcernay"/></node>
  <node id="22" version="1" lon="4.4015" lat="46.7908">
    <tag k="place" v="hamlet"/><tag k="name" v="Les Bizots"/></node>
  <way id="101" version="1"><nd ref="1"/><nd ref="2"/>
    <tag k="highway" v="residential"/><tag k="name" v="Rue des Tanneries"/></way>
  <way id="102" version="1"><nd ref="2"/><nd ref="3"/>
    <tag k="highway" v="residential"/><tag k="name" v="Rue des Tanneries"/></way>
  <way id="103" version="1"><nd ref="4"/><nd ref="5"/><tag k="railway" v="rail"/></way>
  <way id="104" version="1"><nd ref="3"/><nd ref="999"/><tag k="highway" v="residential"/></way>
  <way id="105" version="1"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/>
    <tag k="building" v="yes"/></way>
  <way id="106" version="1"><nd ref="1"/><nd ref="3"/><nd ref="5"/><nd ref="4"/><nd ref="1"/>
    <tag k="landuse" v="forest"/></way>
  <way id="107" version="1"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/>
    <tag k="leisure" v="park"/></way>
</osm>
"""


def commune(insee: str, name: str, west: float, *, people: int = 500, inside: bool = True) -> Commune:
    contour = shapely.box(west, LAT - 0.1, west + 0.2, LAT + 0.1)
    return Commune(insee, name, "71", people, (), inside, contour)


MONTCERNAY = commune("00001", "Montcernay", LON - 0.1, people=9_000)
VERNUSSE = commune("00002", "Vernusse", LON + 0.1)
ABROAD = commune("99001", "Arleuf", LON + 0.3, inside=False)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_text(TOWN, encoding="utf-8")
    return path


@pytest.fixture
def tiles(town: Path, tmp_path: Path) -> dict[tuple[int, int, int], dict[str, Any]]:
    out = tmp_path / "basemap.pmtiles"
    write_basemap([town], out, [MONTCERNAY, VERNUSSE, ABROAD])
    return read(out)


def read(path: Path) -> dict[tuple[int, int, int], dict[str, Any]]:
    options = {"y_coord_down": True}
    with path.open("rb") as file:
        return {
            zxy: mapbox_vector_tile.decode(gzip.decompress(data), default_options=options)
            for zxy, data in all_tiles(MmapSource(file))
        }


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    """Return the tile that holds a point, by the formula of the slippy map, independently of the module."""
    n = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return zoom, int((lon + 180) / 360 * n), int(y * n)


def unit_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    n = 2**zoom * 4096
    _, column, row = tile_at(lon, lat, zoom)
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return round((lon + 180) / 360 * n) - column * 4096, round(y * n) - row * 4096


def features(tile: dict[str, Any], layer: str) -> list[dict[str, Any]]:
    found = tile.get(layer, {"features": []})["features"]
    return list(found)


def test_a_street_stands_where_its_nodes_are(tiles):
    tile = tiles[tile_at(LON, LAT, 14)]
    streets = [f for f in features(tile, "transportation") if f["properties"]["class"] == "minor"]
    corners = {tuple(xy) for f in streets for xy in f["geometry"]["coordinates"]}
    assert unit_at(4.4000, 46.79, 14) in corners
    assert unit_at(4.4020, 46.79, 14) in corners


def test_a_name_is_written_once_along_its_street(tiles):
    names = features(tiles[tile_at(LON, LAT, 14)], "transportation_name")
    assert [f["properties"]["name"] for f in names] == ["Rue des Tanneries"]
    assert {tuple(xy) for xy in names[0]["geometry"]["coordinates"]} >= {
        unit_at(4.4000, 46.79, 14),
        unit_at(4.4020, 46.79, 14),
    }


def test_a_way_with_a_missing_node_is_left_out(tiles):
    roads = features(tiles[tile_at(LON, LAT, 14)], "transportation")
    assert len([f for f in roads if f["properties"]["class"] == "minor"]) == 2


def test_small_areas_are_drawn_over_large_ones(tiles):
    covers = [f["properties"]["class"] for f in features(tiles[tile_at(LON, LAT, 14)], "landcover")]
    assert covers == ["wood", "park"]


def test_exterior_rings_run_as_the_specification_asks(tiles):
    """Signed area in tile units, y downwards: positive for an exterior ring."""
    polygons = [f for layer in ("building", "landcover") for f in features(tiles[tile_at(LON, LAT, 14)], layer)]
    assert len(polygons) == 3
    for polygon in polygons:
        ring = polygon["geometry"]["coordinates"][0]
        assert sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(ring)) > 0


@pytest.mark.parametrize(("zoom", "layers"), [(8, set()), (11, set()), (12, {"transportation"}), (13, {"building"})])
def test_details_come_with_the_zoom(tiles, zoom, layers):
    tile = tiles[tile_at(LON, LAT, zoom)]
    assert layers <= set(tile)
    assert zoom >= 13 or "building" not in tile
    assert zoom >= 12 or all(f["properties"]["class"] == "rail" for f in features(tile, "transportation"))


def test_communes_stop_where_the_map_stretches_them(tiles):
    assert {z for (z, _, _), tile in tiles.items() if "boundary" in tile} == set(range(MIN_ZOOM, LIMITS_MAX_ZOOM + 1))
    beyond = tile_at(LON + 0.25, LAT, MAX_ZOOM)
    assert beyond not in tiles  # no street there: no tile at the last zooms


def test_a_shared_limit_is_drawn_once_and_the_territory_stands_out(tiles):
    limits = features(tiles[tile_at(LON, LAT, 8)], "boundary")
    shared_x = unit_at(LON + 0.1, LAT, 8)[0]
    lines = [(f["properties"]["admin_level"], shapely.geometry.shape(f["geometry"])) for f in limits]
    between = [level for level, line in lines if line.intersects(shapely.Point(shared_x, unit_at(LON, LAT, 8)[1]))]
    assert between == [8]
    edge_x = unit_at(LON + 0.3, LAT, 8)[0]
    outer = [level for level, line in lines if line.intersects(shapely.Point(edge_x, unit_at(LON, LAT, 8)[1]))]
    assert outer == [6]


def test_a_commune_is_named_at_its_town_where_that_is_mapped(tiles):
    places = {f["properties"]["name"]: f for f in features(tiles[tile_at(LON, LAT, 11)], "place")}
    assert places["Montcernay"]["properties"] == {"class": "town", "name": "Montcernay", "population": 9_000}
    assert tuple(places["Montcernay"]["geometry"]["coordinates"]) == unit_at(4.4005, 46.7905, 11)
    assert "Les Bizots" in {f["properties"]["name"] for f in features(tiles[tile_at(LON, LAT, 14)], "place")}


def test_the_same_inputs_give_the_same_bytes(town, tmp_path):
    communes = [MONTCERNAY, VERNUSSE, ABROAD]
    write_basemap([town], tmp_path / "a.pmtiles", communes)
    write_basemap([town], tmp_path / "b.pmtiles", communes[::-1])
    assert (tmp_path / "a.pmtiles").read_bytes() == (tmp_path / "b.pmtiles").read_bytes()


def test_several_extracts_make_one_map_and_draw_each_object_once(town, tmp_path):
    """The same town twice changes nothing; a way that one extract has cut is drawn from the one that holds it."""
    write_basemap([town], tmp_path / "once.pmtiles", [MONTCERNAY])
    write_basemap([town, town], tmp_path / "twice.pmtiles", [MONTCERNAY])
    assert (tmp_path / "once.pmtiles").read_bytes() == (tmp_path / "twice.pmtiles").read_bytes()
    beyond = tmp_path / "beyond.osm"
    whole = TOWN.replace("</osm>", "").replace(
        '<node id="11"', '<node id="999" version="1" lon="4.4030" lat="46.7900"/><node id="11"'
    )
    beyond.write_text(whole + "</osm>", encoding="utf-8")
    write_basemap([town, beyond], tmp_path / "both.pmtiles", [MONTCERNAY])
    tile = read(tmp_path / "both.pmtiles")[tile_at(LON, LAT, 14)]
    assert len([f for f in features(tile, "transportation") if f["properties"]["class"] == "minor"]) == 3
    assert len(features(tile, "building")) == 1
    assert [f["properties"]["name"] for f in features(tile, "place")] == ["Les Bizots"]


def test_the_file_says_what_it_holds(town, tmp_path):
    out = tmp_path / "basemap.pmtiles"
    write_basemap([town], out, [MONTCERNAY])
    with out.open("rb") as file:
        reader = Reader(MmapSource(file))
        header, metadata = reader.header(), reader.metadata()
    assert (header["min_zoom"], header["max_zoom"]) == (MIN_ZOOM, MAX_ZOOM) == (6, 14)
    assert header["min_lon_e7"] == round((LON - 0.1) * 1e7)
    assert {layer["id"] for layer in metadata["vector_layers"]} >= {"transportation", "boundary", "place"}


def test_communes_alone_make_a_map(tmp_path):
    empty = tmp_path / "empty.osm"
    empty.write_text('<osm version="0.6"></osm>', encoding="utf-8")
    write_basemap([empty], tmp_path / "basemap.pmtiles", [MONTCERNAY])
    assert {z for z, _, _ in read(tmp_path / "basemap.pmtiles")} == set(range(MIN_ZOOM, LIMITS_MAX_ZOOM + 1))


def test_nothing_to_draw_is_said(tmp_path):
    empty = tmp_path / "empty.osm"
    empty.write_text('<osm version="0.6"></osm>', encoding="utf-8")
    with pytest.raises(ValueError, match=r"empty\.osm holds nothing"):
        write_basemap([empty], tmp_path / "basemap.pmtiles", [])


def test_le_creusot(mirror, tmp_path):
    out = tmp_path / "basemap.pmtiles"
    write_basemap([mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf"], out, [])
    tiles = read(out)
    square = tiles[tile_at(4.4259, 46.8005, 14)]
    names = {f["properties"]["name"] for f in features(square, "transportation_name")}
    assert "Rue du Maréchal Foch" in names
    assert len(features(square, "building")) > 500
    assert out.stat().st_size < 2_000_000
