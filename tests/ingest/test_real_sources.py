"""The real files of Saône-et-Loire, through the shipped sources: figures that anyone can count again in the files."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from geo.errors import SourceMalformed
from geo.manifest import Completeness
from geo.method import Method
from geo.places import Standing
from geo.taxonomy import Taxonomy
from ingest.connectors import file, osm
from ingest.fetch import Fetched, Fetcher
from ingest.gates import Outcome, check_sources
from ingest.gather import gather
from ingest.ledger import Ledger, RejectCode, count_codes
from ingest.positions import read_positions
from ingest.source_files import load_sources
from ingest.territories import Departments

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="module")
def taxonomy():
    return Taxonomy.load(DATA / "taxonomy.toml")


@pytest.fixture(scope="module")
def declared(taxonomy):
    return {source.id: source for source in load_sources(DATA / "sources", "71", taxonomy)}


def no_network(request):
    raise httpx.ConnectError("no network", request=request)


@pytest.fixture(scope="module")
def fetched(mirror, declared, tmp_path_factory):
    fetcher = Fetcher(tmp_path_factory.mktemp("raw"), mirror, httpx.MockTransport(no_network))
    found = fetcher.get_all(list(declared.values()), "71")
    return {name: files if isinstance(files, list) else [] for name, files in found.items()}


@pytest.fixture(scope="module")
def gathered(declared, fetched):
    department = Departments.load(DATA / "territories.toml")["71"]
    return gather(list(declared.values()), fetched, department, DATA)


@pytest.fixture(scope="module")
def schools(declared, fetched):
    """The 67,145 rows of the national file."""
    return file.read(declared["education_annuaire"].as_of(0), fetched["education_annuaire"])


@pytest.fixture(scope="module")
def served(gathered):
    """Confirmed services of the territory, as ``/services`` gives them."""
    return [s for s in gathered.services if s.in_territory and s.standing is Standing.CONFIRMED]


FROM_PUBLISHERS_ALONE = {
    "bibliotheques", "bpe", "data_es", "education_adresses", "finess", "finess_activites", "finess_structures",
    "police_nationale",
}  # fmt: skip
"""Sources of services about 71 of which the mirror has no file."""


def test_what_the_mirror_lacks_is_named_and_every_ledger_adds_up(declared, gathered):
    excluded = {source.id for source in gathered.excluded}
    assert set(gathered.ledgers) == set(declared) - excluded
    services = {name for name in excluded if declared[name].kind == "services" and declared[name].reader == "file"}
    assert services == FROM_PUBLISHERS_ALONE
    for name, ledger in gathered.ledgers.items():
        ledger.check(name)
        rejects = sum(count_codes(r for r in gathered.rejects if r.source == name).values())
        assert rejects == ledger.rejected, name


@pytest.mark.parametrize(
    ("source", "ledger", "rejects"),
    [
        ("cog", (37590, 1151, 52, 36387, 0), {}),
        ("contours", (1956, 1151, 18, 787, 0), {}),
        ("covoiturage", (2473, 87, 0, 2386, 0), {}),
        ("education_annuaire", (67145, 2065, 0, 65073, 7), {"no_position": 7}),
        ("france_services", (2845, 114, 0, 2731, 0), {}),
        ("gares", (3819, 95, 15, 3709, 0), {}),
        ("hopitaux_eurostat", (5368, 81, 0, 5286, 1), {"other_commune": 1}),
        # In Mâcon eight plugs of two stations have exchanged coordinates, and wrong ones. One station is there twice,
        # its identifier once with stars and once with spaces.
        ("irve", (9687, 46, 48, 9589, 4), {"other_department": 4}),
        ("laposte", (17097, 694, 0, 16398, 5), {"address_not_found": 2, "no_position": 2, "other_commune": 1}),
        ("merimee", (45191, 1723, 0, 43383, 85), {"no_position": 74, "address_not_found": 10, "other_commune": 1}),
        # Two of the next départements have neither a place nor a postcode that a commune has.
        ("musees", (1216, 62, 0, 1152, 2), {"no_position": 2}),
        ("opendata71_restaurants", (601, 597, 0, 0, 4), {"other_commune": 4}),
        ("osm_addresses", (9563, 9449, 87, 0, 27), {"no_street": 24, "bad_number": 3}),
        ("osm_streets", (2114, 2114, 0, 0, 0), {}),
        ("pharmacies", (22696, 583, 0, 22104, 9), {"other_commune": 5, "other_department": 4}),
        ("point_justice", (1388, 32, 0, 1355, 1), {"other_commune": 1}),
        ("superieur", (4314, 58, 6, 4235, 15), {"no_position": 15}),
        ("vaccination", (84, 24, 0, 60, 0), {}),
        # One division by 100,000 too many puts a sixth of the country's petrol stations at (0, 0), 22 of 71 among them.
        ("carburants", (9739, 319, 0, 9362, 58), {"zero_position": 57, "other_commune": 1}),
    ],
)
def test_where_the_rows_went(gathered, source, ledger, rejects):
    assert gathered.ledgers[source] == Ledger(*ledger)
    assert count_codes(r for r in gathered.rejects if r.source == source) == rejects


def test_almost_no_row_is_refused_but_those_that_the_publisher_lost(gathered):
    share = {name: ledger.rejected / ledger.read for name, ledger in gathered.ledgers.items() if ledger.read > 500}
    assert {name for name, rejected in share.items() if rejected > 0.005} == {"carburants", "opendata71_restaurants"}


def test_a_town_hall_does_not_stand_in_the_next_town(gathered, served):
    (wrong,) = [r for r in gathered.rejects if r.source == "dila_services" and r.line == 21522]
    assert (wrong.code, wrong.example[-9:]) == (RejectCode.OTHER_COMMUNE, "for 71059")
    halls = {s.insee: s.provenance[0].source for s in served if s.category == "public.townhall"}
    assert {halls[insee] for insee in ("71153", "71540")} == {"dila_services"}
    assert halls["71059"] == "osm_services"  # Le Breuil, which DILA places in Torcy


def test_a_station_has_several_plugs_and_is_one_site(gathered):
    stations = [s for s in gathered.services if s.id.startswith("irve:")]
    assert len({s.id for s in stations}) == len(stations) == 46
    assert sum(s.capacity is not None for s in stations) == 35  # the others say 0, or nothing


def test_todays_communes_and_people_of_saone_et_loire(gathered):
    mine = [commune for commune in gathered.communes if commune.in_territory]
    assert len(mine) == 563  # 567 contours of 2018
    assert sum(commune.population for commune in mine) == 550_310
    assert all(commune.geometry is not None and commune.postcodes for commune in mine)
    assert {commune.department for commune in gathered.communes} == {"71", "01", "21", "69"}


def test_63_colleges_by_contour_and_by_identifier(served, schools, declared):
    colleges = {s.provenance[0].local_id for s in served if s.category == "education.college"}
    assert len(colleges) == 63
    columns = declared["education_annuaire"].columns
    keys, natures = schools.cells(columns["key"]), schools.cells(columns["category"])
    by_uai = {key for key, nature in zip(keys, natures, strict=True) if key.startswith("071") and nature == "340"}
    assert colleges == by_uai


def test_overseas_schools_are_where_they_are(declared, schools, gathered):
    source = declared["education_annuaire"]
    places = read_positions(source, schools, gathered.scope)
    boxes = {
        "971": (-63.2, 15.8, -60.9, 18.2), "972": (-61.3, 14.3, -60.7, 15), "973": (-54.7, 2, -51.5, 5.9),
        "974": (55.1, -21.5, 55.9, -20.8), "975": (-56.5, 46.7, -56, 47.2), "976": (44.9, -13.1, 45.4, -12.6),
    }  # fmt: skip
    met = Counter()
    for row, key in enumerate(schools.cells(source.columns["key"])):
        if key[:3] in boxes and places.problem[row] is None:
            west, south, east, north = boxes[key[:3]]
            assert west < places.lon[row] < east, key
            assert south < places.lat[row] < north, key
            met[key[:3]] += 1
    assert sum(met.values()) > 1900
    assert set(met) == set(boxes)


def test_what_openstreetmap_alone_knows_beside_a_complete_source_is_unconfirmed(gathered):
    doubtful = [s for s in gathered.services if s.standing is Standing.UNCONFIRMED]
    assert "education.college" in {s.category for s in doubtful}
    assert {s.provenance[0].source for s in doubtful} == {"osm_services"}


def test_openstreetmap_schools_of_le_creusot_are_linked_by_their_identifier(served):
    linked = [s for s in served if s.category.startswith("education.") and len(s.provenance) > 1]
    # The extract bears 28 identifiers, one of them a SEGPA's: a section of a collège, out of scope in both sources.
    assert len({s.provenance[0].local_id for s in linked if s.provenance[0].source == "education_annuaire"}) == 27
    assert all({p.licence for p in s.provenance} == {"etalab-2.0", "ODbL-1.0"} for s in linked)


def test_restaurants_have_their_points_again(declared, fetched, gathered):
    """The file writes degrees without their point: there are two figures before it in 46 °N, one in 4 °E."""
    found = {s.id: s for s in gathered.services if s.id.startswith("opendata71_restaurants:")}
    assert sum(s.in_territory for s in found.values()) >= 595
    source = declared["opendata71_restaurants"]
    written = file.read(source, fetched[source.id])
    rows = zip(*(written.cells(source.columns[name]) for name in ("key", "lat", "lon")), strict=True)
    digits = {f"{source.id}:{key}": (lat, lon) for key, lat, lon in rows}
    lat, lon = digits["opendata71_restaurants:689786c2-831c-4aa8-8244-5e8a35d3af27"]
    assert lat.isdigit()
    assert lon.isdigit()
    service = found["opendata71_restaurants:689786c2-831c-4aa8-8244-5e8a35d3af27"]
    assert service.lat == pytest.approx(float(f"{lat[:2]}.{lat[2:]}"))
    assert service.lon == pytest.approx(float(f"{lon[:1]}.{lon[1:]}"))


def test_streets_of_7017_numbers_come_from_relations(declared, fetched, gathered):
    table = osm.read(declared["osm_addresses"], fetched["osm_addresses"])
    assert table.read == 9563
    assert table.cells([osm.TAKEN_FROM_RELATION]).count("1") == 7017
    foch = [a for a in gathered.addresses if a.number == "187" and a.street == "Rue du Maréchal Foch"]
    assert [(a.commune, a.postcode, a.residential) for a in foch] == [("Le Creusot", "71200", True)]
    assert count_codes(r for r in gathered.rejects if r.source == "osm_addresses") == {"no_street": 24, "bad_number": 3}


def test_what_is_complete_and_how_many_are_served(gathered, served, taxonomy):
    known = gathered.completeness(taxonomy)
    counts = Counter(service.category for service in served)
    expected = {"education.ecole_elementaire": 463, "education.lycee": 31, "health.pharmacy": 214, "public.post": 232,
                "public.townhall": 478, "transport.station": 38}  # fmt: skip
    assert {category: counts[category] for category in expected} == expected
    assert all(known[category] is Completeness.COMPLETE for category in expected)
    assert known["shop.restaurant"] is Completeness.PARTIAL
    assert known["childcare.mam"] is Completeness.NONE


def test_no_gate_fails_and_every_old_vintage_warns(gathered, taxonomy):
    findings = check_sources(gathered, Method.load(DATA / "method.toml", taxonomy))
    assert [f.text for f in findings if f.outcome is Outcome.FAIL] == []
    old = {f.subject for f in findings if f.check == "age" and f.outcome is Outcome.WARN}
    assert {"education_annuaire", "pharmacies", "osm_services"} <= old
    assert not old & {"cog", "covoiturage"}


def test_ids_are_unique_and_every_service_stands_in_the_halo(gathered):
    ids = [service.id for service in gathered.services]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)
    west, south, east, north = gathered.scope.bounds
    assert all(west <= s.lon <= east and south <= s.lat <= north for s in gathered.services)
    assert len({address.id for address in gathered.addresses}) == len(gathered.addresses)


@pytest.mark.parametrize(
    ("path", "rows", "box"),
    [
        ("annuaire-education/occitanie-2024/fr-en-annuaire-education.csv", 6240, (-0.4, 42.3, 4.9, 45.1)),
        ("annuaire-education/ille-et-vilaine-2023/fr-en-annuaire-education.csv", 996, (-2.3, 47.6, -1.0, 48.8)),
    ],
)
def test_the_feed_s_newer_headers_are_read_by_the_same_source(mirror, declared, gathered, path, rows, box):
    source = declared["education_annuaire"]
    table = file.read(source, [Fetched(source.id, mirror / path, "", path, "", "2024", "")])
    assert table.read == rows
    assert set(table.cells(source.columns["category"])) <= set(source.codes)
    places = read_positions(source, table, gathered.scope)
    west, south, east, north = box
    inside = (west < places.lon) & (places.lon < east) & (south < places.lat) & (places.lat < north)
    assert inside.sum() >= 0.99 * rows  # 31 rows of 2024 have no coordinates


@pytest.mark.parametrize("name", ["education_annuaire", "osm_services", "contours"])
def test_a_real_file_cut_in_two_is_refused(declared, fetched, tmp_path, name):
    whole = fetched[name][0]
    content = whole.path.read_bytes()
    path = tmp_path / whole.path.name
    path.write_bytes(content[: len(content) // 2])
    reader = file if declared[name].reader == "file" else osm
    with pytest.raises(SourceMalformed, match=f"source {name}: cut off"):
        reader.read(declared[name], [replace(whole, path=path)])
