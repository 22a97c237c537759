"""The real files of Saône-et-Loire, through the shipped sources: figures that anyone can count again in the files."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

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
from ingest.ledger import Ledger, count_codes
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


@pytest.fixture(scope="module")
def fetched(mirror, declared, tmp_path_factory):
    fetcher = Fetcher(tmp_path_factory.mktemp("raw"), mirror)
    return {name: fetcher.get(source, "71") for name, source in declared.items()}


@pytest.fixture(scope="module")
def gathered(declared, fetched):
    department = Departments.load(DATA / "territories.toml")["71"]
    return gather(list(declared.values()), fetched, department, DATA)


@pytest.fixture(scope="module")
def schools(declared, fetched):
    """The 67,145 rows of the national file."""
    return file.read(declared["education_annuaire"], fetched["education_annuaire"])


@pytest.fixture(scope="module")
def served(gathered):
    """Confirmed services of the territory, as ``/services`` gives them."""
    return [s for s in gathered.services if s.in_territory and s.standing is Standing.CONFIRMED]


def test_every_source_is_in_the_mirror_and_every_ledger_adds_up(declared, gathered):
    assert set(gathered.ledgers) == set(declared)
    assert not gathered.excluded
    for name, ledger in gathered.ledgers.items():
        ledger.check(name)
        rejects = sum(count_codes(r for r in gathered.rejects if r.source == name).values())
        assert rejects == ledger.rejected, name


@pytest.mark.parametrize(
    ("source", "ledger"),
    [
        ("cog", Ledger(read=37590, kept=1151, merged=52, out_of_scope=36387, rejected=0)),
        ("contours", Ledger(read=1956, kept=1151, merged=18, out_of_scope=787, rejected=0)),
        ("education_annuaire", Ledger(read=67145, kept=2065, merged=0, out_of_scope=64917, rejected=163)),
        ("pharmacies", Ledger(read=22696, kept=590, merged=0, out_of_scope=21492, rejected=614)),
        ("laposte", Ledger(read=17097, kept=695, merged=0, out_of_scope=16367, rejected=35)),
        ("opendata71_restaurants", Ledger(read=601, kept=601, merged=0, out_of_scope=0, rejected=0)),
        ("osm_addresses", Ledger(read=9563, kept=9449, merged=87, out_of_scope=0, rejected=27)),
        ("osm_streets", Ledger(read=2114, kept=2114, merged=0, out_of_scope=0, rejected=0)),
    ],
)
def test_where_the_rows_went(gathered, source, ledger):
    assert gathered.ledgers[source] == ledger


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
    doubtful = {s.name: s.category for s in gathered.services if s.standing is Standing.UNCONFIRMED}
    assert doubtful["Collège Saint-Gilbert"] == "education.college"
    assert all(
        s.provenance[0].source == "osm_services"
        for s in gathered.services
        if s.name in doubtful and s.standing is Standing.UNCONFIRMED
    )


def test_openstreetmap_schools_of_le_creusot_are_linked_by_their_identifier(gathered):
    linked = [s for s in gathered.services if s.category.startswith("education.") and len(s.provenance) > 1]
    # The extract bears 28 identifiers, one of them a SEGPA's: a section of a collège, out of scope in both sources.
    assert len({s.provenance[0].local_id for s in linked if s.provenance[0].source == "education_annuaire"}) == 27
    assert all({p.licence for p in s.provenance} == {"etalab-2.0", "ODbL-1.0"} for s in linked)


def test_restaurants_have_their_points_again(gathered):
    found = [s for s in gathered.services if s.id.startswith("opendata71_restaurants:")]
    assert sum(s.in_territory for s in found) >= 599
    les_maritonnes = next(s for s in found if s.name == "Restaurant Les Maritonnes")
    assert (round(les_maritonnes.lon, 4), round(les_maritonnes.lat, 4)) == (4.7404, 46.1757)


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
    expected = {"education.ecole_elementaire": 463, "education.lycee": 31, "health.pharmacy": 218, "public.post": 232,
                "public.townhall": 571, "transport.station": 38}  # fmt: skip
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
