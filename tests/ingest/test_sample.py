"""The sample: the real ingest finds in its files what the generator wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import astuple
from pathlib import Path

import pytest
import shapely

from geo.places import Departures
from ingest.gather import Gathered
from ingest.sample import Services, Truth, generate
from ingest.transit_calendar import DAYS
from tests.ingest.country import OSM, REPOSITORY, read_back


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
    for inside, cells, people in (
        (True, truth.cells, truth.cell_people),
        (False, truth.halo_cells, truth.halo_cell_people),
    ):
        found = [cell for cell in gathered.cells if cell.in_territory is inside]
        assert len(found) == cells
        assert sum(cell.people for cell in found) == pytest.approx(people)
    undrawn = {c.insee for c in gathered.cells} - {c.insee for c in gathered.communes}
    assert undrawn == {"98001", ""}, "past the border there are people whose commune nobody has drawn"


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


def test_every_stop_names_the_lines_that_call_there(made: tuple[Path, Truth], gathered: Gathered) -> None:
    found = {
        service.provenance[0].local_id: service.lines
        for service in gathered.services
        if service.provenance[0].source == "sample_gtfs"
    }
    assert {name: set(lines) for name, lines in found.items()} == {n: set(of) for n, of in made[1].lines.items()}
    assert max(found.values(), key=len) == ("1", "10", "20", "30", "40", "50", "60", "N")  # the hub
    assert not any(s.lines for s in gathered.services if s.provenance[0].source != "sample_gtfs")  # never OSM's stops


def test_the_minibus_has_its_zones(gathered: Gathered) -> None:
    assert [(zone.id, zone.name) for zone in gathered.zones] == [
        ("sample_gtfs_zones:COUCHANT", "Hameaux du couchant"),
        ("sample_gtfs_zones:VALLON", "Hameaux du vallon"),
        ("sample_gtfs_zones:LEVANT", "Hameaux du levant"),
    ]
    assert {zone.agency for zone in gathered.zones} == {"Aubrelle Mobilités"}
    assert {zone.days for zone in gathered.zones} == {DAYS[:6]}
    told = ("Réservation douze heures à l’avance au plus tard.", "03 53 01 00 71", "https://aubrelle.example/reserver")
    booked = [(zone.booking_text, zone.booking_phone, zone.booking_url) for zone in gathered.zones]
    assert booked == [told, ("", "", ""), told]
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
