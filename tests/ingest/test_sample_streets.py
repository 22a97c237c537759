"""The streets of the sample hang together, cross where they should, and are written as OpenStreetMap would."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from geo.modes import load_modes, tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from ingest.gather import Gathered
from ingest.sample import Truth
from ingest.sample.frame import CLIP_LONLAT, lonlat_to_lambert93
from ingest.streets import read_streets
from tests.ingest.country import DATA, OSM


def test_nearly_all_streets_hang_together_and_the_island_does_not(made: tuple[Path, Truth], gathered: Gathered) -> None:
    modes = load_modes(DATA / "modes.toml")
    raw = read_streets(made[0] / OSM, tags_of(modes.values()))
    walk = StreetNetwork.build(raw, modes["walk"], Projection("EPSG:2154"))
    car = StreetNetwork.build(raw, modes["car"], Projection("EPSG:2154"))
    assert 0.95 < walk.kept_share < 1.0
    assert car.kept_share > 0.93  # the motorway leads out of the extract: its last miles are no way back
    assert raw.extent is not None
    assert raw.extent.bounds == pytest.approx(CLIP_LONLAT, abs=1e-6)
    island = [a for a in gathered.addresses if f"{a.number} {a.street}, {a.commune}" == made[1].examples["island"]]
    spots = lonlat_to_lambert93(np.array([(a.lon, a.lat) for a in island]))
    gap_m = np.hypot(*(walk.junction_xy_m[:, None] - spots[None]).transpose(2, 0, 1)).min(axis=0)
    assert gap_m.max() > 1_000


def test_roads_cross_the_river_on_four_bridges_and_stay_dry_elsewhere(
    ways: list[tuple[dict[str, str], np.ndarray]], gathered: Gathered
) -> None:
    wet = shapely.union_all(
        [shapely.Polygon(xy) for tags, xy in ways if tags.get("water") in {"river", "lake"} and len(xy) > 3]
    )
    bridges = 0
    for tags, xy in ways:
        if "highway" in tags and len(xy) > 1 and shapely.LineString(xy).intersects(wet):
            assert tags.get("bridge") == "yes", tags
            lon, lat = Projection("EPSG:2154").to_lonlat(xy[:, 0], xy[:, 1])
            bridges += bool(shapely.contains_xy(gathered.scope.area, lon.mean(), lat.mean()))
    assert bridges == 4


def test_streets_that_cross_on_the_ground_share_a_node(ways: list[tuple[dict[str, str], np.ndarray]]) -> None:
    level = [
        xy
        for tags, xy in ways
        if "highway" in tags
        and "bridge" not in tags
        and not tags["highway"].startswith(("trunk", "motorway"))
        and len(xy) > 1
    ]
    pairs = np.vstack([np.stack([xy[:-1], xy[1:]], axis=1) for xy in level])
    segments = shapely.linestrings(pairs)
    assert not shapely.STRtree(segments).query(segments, predicate="crosses").size
    length = shapely.length(segments)
    assert length.min() > 1.0
    assert length.max() < 130.0  # a clip leaves its last node near the edge


def test_streets_are_of_every_kind(ways: list[tuple[dict[str, str], np.ndarray]], made: tuple[Path, Truth]) -> None:
    highways = Counter(tags["highway"] for tags, _ in ways if "highway" in tags)
    assert set(highways) >= {
        "motorway", "trunk", "trunk_link", "secondary", "tertiary", "unclassified", "residential", "living_street",
        "pedestrian", "service", "track", "path", "footway", "steps", "cycleway",
    }  # fmt: skip
    one_way = Counter(tags["oneway"] for tags, _ in ways if "oneway" in tags)
    assert one_way["yes"] > 60
    assert one_way["-1"] >= 1
    assert sum(tags.get("junction") == "roundabout" for tags, _ in ways) == 7
    assert sum(tags.get("access") == "private" and "highway" in tags for tags, _ in ways) > 10
    assert sum(tags.get("route") == "ferry" for tags, _ in ways) == 1
    crossings = sum(node.tags.get("railway") == "level_crossing" for node in tagged_nodes(made[0]))
    assert crossings >= 5


def tagged_nodes(folder: Path) -> list[osmium.osm.Node]:
    with_tags = osmium.FileProcessor(str(folder / OSM), osmium.osm.NODE).with_filter(osmium.filter.EmptyTagFilter())
    return [osmium.osm.mutable.Node(node, tags=dict(node.tags)) for node in with_tags]


def test_the_osm_file_is_in_order_and_clipped(made: tuple[Path, Truth]) -> None:
    rank = {"n": 0, "w": 1, "r": 2}
    before, missing = (0, 0), 0
    west, south, east, north = CLIP_LONLAT
    for item in osmium.FileProcessor(str(made[0] / OSM)).with_locations():
        here = (rank[item.type_str()], item.id)
        assert here > before
        before = here
        if isinstance(item, osmium.osm.Node):
            assert west <= item.location.lon <= east
            assert south <= item.location.lat <= north
        elif isinstance(item, osmium.osm.Way):
            missing += any(not node.location.valid() for node in item.nodes)
    assert missing > 10  # ways that the clip cut keep the numbers of nodes that are not there


def test_most_house_numbers_get_their_street_from_a_relation(made: tuple[Path, Truth]) -> None:
    styles: Counter[str] = Counter()
    held: set[str] = set()
    for item in osmium.FileProcessor(str(made[0] / OSM)):
        if isinstance(item, osmium.osm.Relation) and item.tags.get("type") == "associatedStreet":
            held.update(f"{m.type}{m.ref}" for m in item.members if m.role == "house")
            assert any(m.role == "street" for m in item.members)
    for item in osmium.FileProcessor(str(made[0] / OSM)).with_filter(osmium.filter.KeyFilter("addr:housenumber")):
        key = f"{item.type_str()}{item.id}"
        tagged = next((name for name in ("addr:street", "addr:place") if name in item.tags), "none")
        styles["relation" if key in held else tagged] += 1
    assert styles["relation"] > 0.6 * styles.total()
    assert styles["addr:street"] > 500
    assert styles["addr:place"] > 50
    assert 0 < styles["none"] < 60
