"""The sample is as large, as varied and as dirty as promised, and nobody in it exists."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from geo.address_text import words
from geo.places import Address, Licence, Parity, Precision, Sector, Service
from geo.sectors import COLLEGE, SectorTable
from geo.taxonomy import Taxonomy
from ingest.fetch import Fetcher
from ingest.gather import Gathered, gather
from ingest.ledger import RejectCode
from ingest.sample import Truth
from ingest.sample import names as invented
from ingest.sectors import overlaps
from ingest.source_files import load_sources
from ingest.territories import Departments
from tests.ingest.country import DATA


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
    found, sectors = {}, SectorTable(gathered.sectors)
    for address in gathered.addresses:
        name = f"{address.number} {address.street}, {address.commune}"
        if name in made[1].colleges:
            found[name] = college_of(gathered.sectors, address)
            answer = sectors.find(COLLEGE, address.insee, address.street, address.number, address.lon, address.lat)
            assert answer.uais == (found[name],)
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
    inside = [cell for cell in gathered.cells if cell.in_territory]
    for cell in inside:
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
        assert low < sum(getattr(cell, age) for cell in inside) / sum(people.values()) < high


def test_no_commune_exists(mirror: Path) -> None:
    real = {plain(row["nom"]) for row in json.loads((mirror / "cog-2026" / "communes.json").read_text("utf-8"))}
    ours = {
        invented.TOWN, *invented.BOURGS, *invented.VILLAGES, *invented.MERGED.values(), *invented.NEIGHBOURS,
        *invented.FAR_AWAY,
    }  # fmt: skip
    assert {name for name in ours if plain(name) in real} == set()


def plain(name: str) -> str:
    return re.sub(r"[^a-zà-ÿ]", "", name.casefold())
