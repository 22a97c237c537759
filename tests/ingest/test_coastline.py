"""The sea: what lies to the right of the coast, within the extract."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from ingest.coastline import Coast
from ingest.extents import extent_of

BOX = shapely.box(0.0, 0.0, 1.0, 1.0)


def written(path: Path, lines: list[list[tuple[float, float]]], box: bool = True, lost: int = 0) -> Path:
    """Write lines as coastline; ``lost`` nodes of the first are left out of the file, as a clip does."""
    header = osmium.io.Header()
    if box:
        header.add_box(osmium.osm.Box(osmium.osm.Location(0.0, 0.0), osmium.osm.Location(1.0, 1.0)))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        number, ways = 0, []
        for row, line in enumerate(lines):
            refs = []
            for place, spot in enumerate(line):
                number += 1
                refs.append(number)
                if row > 0 or place >= lost:
                    writer.add_node(osmium.osm.mutable.Node(id=number, location=spot))
            ways.append([*refs[:-1], refs[0]] if line[0] == line[-1] else refs)
        for row, refs in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=row, nodes=refs, tags={"natural": "coastline"}))
    return path


def sea_of(*paths: Path) -> BaseGeometry:
    coast = Coast()
    for path in paths:
        for item in osmium.FileProcessor(path).with_locations():
            if isinstance(item, osmium.osm.Way):
                coast.add(item)
    extent = extent_of(paths[0])
    assert extent is not None
    return shapely.union_all(coast.sea(extent))


def test_water_is_to_the_right_and_an_island_is_dry(tmp_path: Path) -> None:
    eastward = [(-0.2, 0.5), (0.3, 0.5), (0.7, 0.5), (1.2, 0.5)]  # land in the north
    island = [(0.4, 0.2), (0.6, 0.2), (0.6, 0.3), (0.4, 0.3), (0.4, 0.2)]  # anticlockwise: land inside
    sea = sea_of(written(tmp_path / "coast.osm.pbf", [eastward, island]))
    assert sea.area == pytest.approx(0.5 - 0.02)
    assert not sea.contains(Point(0.5, 0.25))
    assert not sea.contains(Point(0.5, 0.75))
    assert sea.contains(Point(0.1, 0.1))


def test_a_coast_drawn_the_other_way_floods_the_other_side(tmp_path: Path) -> None:
    westward = [(1.2, 0.5), (0.7, 0.5), (0.3, 0.5), (-0.2, 0.5)]
    assert sea_of(written(tmp_path / "coast.osm.pbf", [westward])).contains(Point(0.5, 0.75))


def test_a_coast_whose_last_node_was_clipped_away_goes_on_to_the_edge(tmp_path: Path) -> None:
    eastward = [(-0.005, 0.5), (0.01, 0.5), (0.5, 0.5), (0.985, 0.5)]
    sea = sea_of(written(tmp_path / "coast.osm.pbf", [eastward], lost=1))
    assert sea.area == pytest.approx(0.5)


def test_a_coast_in_two_files_is_one_coast(tmp_path: Path) -> None:
    eastward = [(-0.2, 0.5), (0.3, 0.5), (0.7, 0.5), (1.2, 0.5)]
    whole = written(tmp_path / "whole.osm.pbf", [eastward])
    cut = written(tmp_path / "cut.osm.pbf", [eastward], lost=2)
    assert sea_of(cut, whole).equals(sea_of(whole))
    assert sea_of(whole, whole).equals(sea_of(whole))


def test_an_extract_far_from_the_sea_has_none(tmp_path: Path) -> None:
    assert Coast().sea(BOX) == []
    assert extent_of(written(tmp_path / "nowhere.osm.pbf", [[(0.1, 0.1), (0.2, 0.2)]], box=False)) is None
