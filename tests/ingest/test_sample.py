"""The sample: its files are what they claim, and the real ingest finds in them what the generator wrote."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from shapely.geometry import shape

from geo.address_text import words
from geo.modes import load_modes, tags_of
from geo.network import StreetNetwork
from geo.places import Address, Departures, Licence, Parity, Precision, Sector, Service
from geo.projection import Projection
from geo.taxonomy import Taxonomy
from ingest.fetch import Fetcher
from ingest.gather import Gathered, gather
from ingest.ledger import RejectCode
from ingest.sample import Services, Truth, generate
from ingest.sample import names as invented
from ingest.sample.frame import CLIP_LONLAT, lonlat_to_lambert93
from ingest.sectors import overlaps
from ingest.source_files import load_sources
from ingest.streets import read_streets
from ingest.territories import Departments

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY / "data"
OSM = "osm/territoire.osm.pbf"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("sample")
    return folder, generate(folder)


@pytest.fixture(scope="module")
def gathered(made: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    return read_back(made[0], tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="module")
def ways(made: tuple[Path, Truth]) -> list[tuple[dict[str, str], np.ndarray]]:
    """Tags and Lambert-93 metres (n, 2) of every way, as far as the file holds its nodes."""
    found = []
    for way in osmium.FileProcessor(str(made[0] / OSM)).with_locations():
        if isinstance(way, osmium.osm.Way):
            there = [(n.location.lon, n.location.lat) for n in way.nodes if n.location.valid()]
            found.append(({tag.k: tag.v for tag in way.tags}, lonlat_to_lambert93(np.array(there).reshape(-1, 2))))
    return found


def read_back(folder: Path, raw: Path) -> Gathered:
    """Read a sample with the ingest of the real files."""
    sources = load_sources(DATA / "sources", "00", Taxonomy.load(DATA / "taxonomy.toml"))
    fetcher = Fetcher(raw, mirror=folder)
    department = Departments.load(DATA / "territories.toml")["00"]
    return gather(sources, {source.id: fetcher.get(source, "00") for source in sources}, department, DATA)


# --- what the ingest finds is what was written


def found_ledgers(gathered: Gathered) -> dict[str, tuple[int, int, int, int, dict[str, int]]]:
    codes: dict[str, Counter[str]] = {}
    for reject in gathered.rejects:
        codes.setdefault(reject.source, Counter())[reject.code.value] += 1
    return {
        name: (book.read, book.kept, book.merged, book.out_of_scope, dict(sorted(codes.get(name, Counter()).items())))
        for name, book in gathered.ledgers.items()
    }


def true_ledgers(truth: Truth) -> dict[str, tuple[int, int, int, int, dict[str, int]]]:
    return {
        name: (book.read, book.kept, book.merged, book.out_of_scope, dict(book.rejected))
        for name, book in truth.sources.items()
    }


def check_what_was_geocoded(truth: Truth, gathered: Gathered) -> None:
    assert gathered.geocoded == {name: truth.sources[name].geocoded for name in gathered.geocoded}


def found_services(gathered: Gathered) -> dict[str, Services]:
    counts: dict[str, Services] = {}
    for service in gathered.services:
        count = counts.setdefault(service.category, Services())
        doubtful = service.standing == "unconfirmed"
        if service.in_territory:
            count.unconfirmed += doubtful
            count.confirmed += not doubtful
        else:
            count.halo_unconfirmed += doubtful
            count.halo += not doubtful
    return counts


def test_every_row_ends_where_the_generator_says(made: tuple[Path, Truth], gathered: Gathered) -> None:
    found = found_ledgers(gathered)
    streets = found.pop("sample_osm_streets")
    assert streets[0] == streets[1] > 2_000
    assert found == true_ledgers(made[1])
    check_what_was_geocoded(made[1], gathered)


def test_every_category_has_the_services_that_were_written(made: tuple[Path, Truth], gathered: Gathered) -> None:
    found = {category: astuple(count) for category, count in found_services(gathered).items()}
    assert found == {category: astuple(count) for category, count in made[1].services.items()}


def test_addresses_communes_and_people_are_those_that_were_written(
    made: tuple[Path, Truth], gathered: Gathered
) -> None:
    truth = made[1]
    own = [commune for commune in gathered.communes if commune.in_territory]
    assert len(gathered.addresses) == truth.addresses
    assert (len(own), len(gathered.communes) - len(own)) == (truth.communes, truth.halo_communes)
    assert sum(commune.population or 0 for commune in own) == truth.people
    assert len(gathered.cells) == truth.cells
    assert sum(cell.people for cell in gathered.cells) == pytest.approx(truth.cell_people)


def test_communes_know_their_class_of_density_and_their_intercommunalite(gathered: Gathered) -> None:
    own = [commune for commune in gathered.communes if commune.in_territory]
    assert {commune.density for commune in own} >= {5, 6, 7}
    assert all(commune.density and commune.epci and commune.epci_name for commune in gathered.communes)
    assert len({commune.epci for commune in own}) == 3


def test_every_stop_is_left_as_often_as_its_timetable_was_written(made: tuple[Path, Truth], gathered: Gathered) -> None:
    found = {
        service.provenance[0].local_id: service.departures
        for service in gathered.services
        if service.provenance[0].source == "sample_gtfs"
    }
    assert found == {name: counts and Departures(*counts) for name, counts in made[1].departures.items()}
    told = [counts for counts in found.values() if counts is not None]
    assert len(told) < len(found)  # on demand, without a timetable
    assert any(counts.evening for counts in told)
    assert any(counts.sunday for counts in told)
    with_osm = [
        s for s in gathered.services if {p.source for p in s.provenance} == {"sample_gtfs", "sample_osm_services"}
    ]
    assert len(with_osm) > 0.9 * len(found)  # the others stand beyond the extract


def test_the_minibus_has_its_zones(gathered: Gathered) -> None:
    assert [(zone.id, zone.name) for zone in gathered.zones] == [
        ("sample_gtfs_zones:COUCHANT", "Hameaux du couchant"),
        ("sample_gtfs_zones:VALLON", "Hameaux du vallon"),
        ("sample_gtfs_zones:LEVANT", "Hameaux du levant"),
    ]
    hamlets = [s for s in gathered.services if s.id.startswith("sample_gtfs:") and s.departures is None]
    assert len(hamlets) > 20
    zones = shapely.union_all([zone.geometry for zone in gathered.zones])
    assert all(zones.contains(shapely.Point(s.lon, s.lat)) for s in hamlets)


def test_another_seed_draws_another_country_that_is_read_as_well(made: tuple[Path, Truth], tmp_path: Path) -> None:
    truth = generate(tmp_path / "sample", seed=2)
    gathered = read_back(tmp_path / "sample", tmp_path / "raw")
    found = found_ledgers(gathered)
    del found["sample_osm_streets"]
    assert found == true_ledgers(truth)
    check_what_was_geocoded(truth, gathered)
    counts = {category: astuple(count) for category, count in found_services(gathered).items()}
    assert counts == {category: astuple(count) for category, count in truth.services.items()}
    assert (tmp_path / "sample" / OSM).read_bytes() != (made[0] / OSM).read_bytes()


def test_the_same_seed_gives_the_same_bytes_in_another_process(made: tuple[Path, Truth], tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from ingest.sample import generate; generate(Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(command, check=True, cwd=REPOSITORY, env={**os.environ, "PYTHONHASHSEED": "12345"})
    first = {path.relative_to(made[0]): path.read_bytes() for path in made[0].rglob("*") if path.is_file()}
    second = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert sorted(first) == sorted(second)
    assert [str(name) for name in first if first[name] != second[name]] == []


# --- the country is as large and as varied as promised


def test_the_country_has_what_a_small_departement_has(made: tuple[Path, Truth]) -> None:
    truth = made[1]
    assert truth.communes == 40
    assert 5_300 <= truth.addresses <= 6_700
    services = {category: count.confirmed + count.unconfirmed for category, count in truth.services.items()}
    assert len([category for category, count in services.items() if count]) >= 40
    assert 1_350 <= sum(services.values()) <= 1_650
    assert services["education.college"] == 6
    assert services["education.lycee"] == 2
    assert services["transport.station"] == 3
    assert sum(count.halo for count in truth.services.values()) > 80
    assert any(count.unconfirmed for count in truth.services.values())
    assert set(truth.examples) == {"address", "ambiguous", "island"}


def test_no_name_had_to_be_numbered(gathered: Gathered) -> None:
    assert [service.name for service in gathered.services if re.search(r"\d", service.name)] == []


def test_dirt_of_every_kind_is_there(made: tuple[Path, Truth], gathered: Gathered) -> None:
    codes: dict[str, set[str]] = {}
    for name, book in made[1].sources.items():
        codes.setdefault(gathered.declared[name].kind, set()).update(book.rejected)
    assert codes == {
        "services": {
            "address_not_found", "bad_position", "no_key", "no_position", "other_commune", "other_department",
            "ragged_row", "swapped_position", "unknown_service", "unmapped_category", "zero_position",
        },
        "addresses": {
            "bad_number", "no_key", "no_position", "no_street", "other_commune", "unknown_commune", "zero_position",
        },
        "cells": {"bad_number", "bad_position", "no_key"},
        "commune_facts": {"bad_number", "no_key", "unknown_commune"},
        "communes": set(),
        "contours": {"bad_geometry", "unknown_commune"},
        "sectors": {"bad_range", "no_key", "unknown_commune"},
        "zones": {"bad_geometry"},
    }  # fmt: skip
    assert set().union(*codes.values()) == {code.value for code in RejectCode}


def rows_of(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding).splitlines(), delimiter=";"))


def by_key(gathered: Gathered, source: str) -> dict[str, Service]:
    """Return the services of a source by the publisher's key of their own row."""
    found = [(p.local_id, s) for s in gathered.services for p in s.provenance if p.source == source]
    return dict(found)


def test_rows_without_a_usable_place_stand_at_their_address(made: tuple[Path, Truth], gathered: Gathered) -> None:
    known = by_key(gathered, "sample_sante")
    doors = {(a.insee, words(f"{a.number} {a.street}")): a for a in gathered.addresses}
    streets = {(a.insee, words(a.street)) for a in gathered.addresses}
    found: Counter[str] = Counter()
    for row in rows_of(made[0] / "sante.csv"):
        service = known.get(row["identifiant"])
        if service is None or service.precision not in {Precision.HOUSENUMBER, Precision.STREET}:
            continue
        if service.precision is Precision.STREET:
            assert (service.insee, words(row["adresse"])) in streets
            found["street"] += 1
            continue
        door = doors[service.insee, words(row["adresse"])]
        assert (service.lon, service.lat) == (door.lon, door.lat)
        found["far off" if row["longitude"] else "nowhere"] += 1
    assert found == {"street": 1, "far off": 1, "nowhere": 1}


@pytest.mark.parametrize(
    ("mapped", "base", "placed"),
    [
        (Licence.ODBL_1_0, True, True),
        (Licence.ODBL_1_0, False, False),
        (Licence.CC0_1_0, False, True),
    ],
)
def test_official_rows_stand_at_addresses_of_their_own_licence(
    made: tuple[Path, Truth], tmp_path: Path, mapped: Licence, base: bool, placed: bool
) -> None:
    taxonomy = Taxonomy.load(DATA / "taxonomy.toml")
    names = {"sample_cog", "sample_contours", "sample_osm_addresses", "sample_sante"} | (
        {"sample_ban"} if base else set()
    )
    sources = [
        source.model_copy(update={"licence": Licence.LO_2_0 if source.official else mapped})
        for source in load_sources(DATA / "sources", "00", taxonomy)
        if source.id in names
    ]
    fetcher = Fetcher(tmp_path, mirror=made[0])
    department = Departments.load(DATA / "territories.toml")["00"]
    found = gather(sources, {source.id: fetcher.get(source, "00") for source in sources}, department, DATA)
    truth = made[1].sources["sample_sante"]
    assert found.geocoded == {"sample_sante": truth.geocoded if placed else 0}
    assert found.ledgers["sample_sante"].kept == truth.kept - (0 if placed else truth.geocoded)


def test_codes_of_former_communes_and_without_their_zero_lead_to_todays(
    made: tuple[Path, Truth], gathered: Gathered
) -> None:
    current = gathered.scope.current
    former = zeroless = 0
    for source, name, encoding in (("sample_sante", "sante.csv", "utf-8"), ("sample_creches", "creches.csv", "cp1252")):
        known = by_key(gathered, source)
        for row in rows_of(made[0] / name, encoding):
            code = row["code_commune"].zfill(5)
            service = known.get(row["identifiant"])
            if service is not None and code in current:
                assert service.insee == current[code]
                former += current[code] != code
                zeroless += len(row["code_commune"]) == 4
    assert former > 5
    assert zeroless > 20


def test_french_dates_are_read_from_two_sources(made: tuple[Path, Truth], gathered: Gathered) -> None:
    for source, name, encoding, column, form in (
        ("sample_sante", "sante.csv", "utf-8", "maj", "%d/%m/%Y"),
        ("sample_creches", "creches.csv", "cp1252", "mise_a_jour", "%d.%m.%Y %H:%M"),
    ):
        said = {row["identifiant"]: row[column] for row in rows_of(made[0] / name, encoding)}
        alone = {key: s for key, s in by_key(gathered, source).items() if s.id.startswith(f"{source}:")}
        assert len(alone) > 30
        assert {key: service.updated for key, service in alone.items()} == {
            key: datetime.strptime(said[key], form).date().isoformat()  # noqa: DTZ007 - a day
            for key in alone
        }


def test_the_carte_scolaire_gives_every_address_the_college_that_was_drawn(
    made: tuple[Path, Truth], gathered: Gathered
) -> None:
    assert overlaps(gathered.sectors) == []
    colleges = {s.provenance[0].local_id for s in gathered.services if s.category == "education.college"}
    assert {sector.uai for sector in gathered.sectors} <= colleges
    assert {sector.parity for sector in gathered.sectors} == set(Parity)
    assert any(sector.last == 20 for sector in gathered.sectors)
    own = {commune.insee for commune in gathered.communes if commune.in_territory}
    assert {sector.insee for sector in gathered.sectors if not sector.street} == own
    found = {}
    for address in gathered.addresses:
        name = f"{address.number} {address.street}, {address.commune}"
        if name in made[1].colleges:
            found[name] = college_of(gathered.sectors, address)
    assert found == made[1].colleges
    assert len(found) > 500
    assert len(set(found.values())) == 6


def college_of(sectors: Iterable[Sector], address: Address) -> str:
    """Return the collège of the stretch that holds an address, else of the rest of its commune."""
    number = int(re.sub(r"\D", "", address.number))
    for sector in sorted(sectors, key=lambda sector: not sector.street):
        street = not sector.street or words(sector.street) == words(address.street)
        holds = (sector.first or 0) <= number <= (sector.last or number)
        side = sector.parity in {Parity.BOTH, Parity.ODD if number % 2 else Parity.EVEN}
        if sector.insee == address.insee and street and holds and side:
            return sector.uai
    raise AssertionError(address)


def test_official_files_are_dirty_in_their_own_ways(made: tuple[Path, Truth]) -> None:
    folder = made[0]
    schools = (folder / "ecoles.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        schools.decode("utf-8")
    assert "patronyme_groupé" in schools.decode("latin-1").splitlines()[0]
    assert b"\r\n" in schools
    assert re.search(r",210,[A-Z ]+,1\d{5}\.\d,66\d{5}\.\d,", schools.decode("latin-1"))  # 00210 lost its zeros
    assert ",9748" in schools.decode("latin-1")  # overseas rows, in another system's metres
    pharmacies = (folder / "pharmacies.csv").read_bytes()
    assert pharmacies.startswith(b"\xef\xbb\xbf")
    assert re.search(rb";1\d{5},\d{3};66\d{5},\d{3};", pharmacies)
    assert ";Géocodé au numéro;".encode("latin-1") in (folder / "laposte.csv").read_bytes()
    equipment = json.loads((folder / "equipements.geojson").read_text(encoding="utf-8"))["features"]
    serials = Counter(f["properties"]["inst_numero"] for f in equipment)
    assert max(serials.values()) > 1
    assert any(f["geometry"] is None for f in equipment)
    header = (folder / "carreaux_200m.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header[:7] == ["idcar_200m", "idcar_1km", "idcar_nat", "i_est_200", "i_est_1km", "lcog_geo", "ind"]
    assert header[-11:] == [
        "ind_0_3", "ind_4_5", "ind_6_10", "ind_11_17", "ind_18_24", "ind_25_39", "ind_40_54", "ind_55_64", "ind_65_79",
        "ind_80p", "ind_inc",
    ]  # fmt: skip


def test_contours_tile_the_land_and_speak_of_communes_from_before_the_mergers(
    made: tuple[Path, Truth], gathered: Gathered
) -> None:
    features = [
        feature
        for name in ("communes-00.geojson", "communes-voisines.geojson")
        for feature in json.loads((made[0] / "contours" / name).read_text(encoding="utf-8"))["features"]
    ]
    register = json.loads((made[0] / "cog" / "communes.json").read_text(encoding="utf-8"))
    today = {row["code"] for row in register if row["type"] == "commune-actuelle"}
    drawn = {f["properties"]["code"]: shape(f["geometry"]) for f in features if f["geometry"]}
    assert len(set(drawn) - today - {"00999"}) == 3  # merged since
    land = [area for code, area in drawn.items() if area.distance(gathered.scope.area) < 0.3 and code != "00999"]
    assert all(area.is_valid for area in land)
    assert shapely.coverage_is_valid(np.array(land))
    assert shapely.union_all(land).area == pytest.approx(sum(area.area for area in land), rel=1e-9)
    merged = [commune for commune in gathered.communes if commune.name in invented.MERGED.values()]
    assert len(merged) == 2
    outlines = [commune.geometry for commune in gathered.communes if commune.geometry is not None]
    assert sum(outline.geom_type == "MultiPolygon" for outline in outlines) == 1  # the one with the island


def test_cells_hold_about_the_people_of_their_communes(gathered: Gathered) -> None:
    people: Counter[str] = Counter()
    for cell in gathered.cells:
        people[cell.insee] += cell.people
        assert 0 < cell.people < 1_500
        assert cell.people == pytest.approx(cell.people_0_17 + cell.people_65_plus, abs=cell.people)
        assert cell.living_standard_eur is not None
        assert 9_000 < cell.living_standard_eur < 45_000
    own = [commune for commune in gathered.communes if commune.in_territory]
    total = sum(commune.population or 0 for commune in own)
    assert sum(people.values()) == pytest.approx(0.975 * total, rel=0.005)
    assert all(people[c.insee] == pytest.approx(0.975 * (c.population or 0), rel=0.25, abs=40) for c in own)
    for age, low, high in (("people_0_17", 0.15, 0.30), ("people_65_plus", 0.15, 0.32)):
        assert low < sum(getattr(cell, age) for cell in gathered.cells) / sum(people.values()) < high


# --- streets


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


# --- names are invented


def test_no_commune_exists(mirror: Path) -> None:
    real = {plain(row["nom"]) for row in json.loads((mirror / "cog-2026" / "communes.json").read_text("utf-8"))}
    ours = {
        invented.TOWN, *invented.BOURGS, *invented.VILLAGES, *invented.MERGED.values(), *invented.NEIGHBOURS,
        *invented.FAR_AWAY,
    }  # fmt: skip
    assert {name for name in ours if plain(name) in real} == set()


def plain(name: str) -> str:
    return re.sub(r"[^a-zà-ÿ]", "", name.casefold())
