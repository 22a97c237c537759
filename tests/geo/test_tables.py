"""The snapshot's tables: what is written comes back, in one order, and is found again."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from geo.errors import ConfigurationError
from geo.places import Departures, Licence, Precision, Provenance, Standing
from geo.tables import (
    CommuneTable,
    ServiceTable,
    order_services,
    read_batch,
    read_cells,
    write_cells,
    write_communes,
    write_services,
)
from tests.geo import hamlet
from tests.geo.hamlet import TAXONOMY, service

CATEGORIES = tuple(TAXONOMY)
OSM = Provenance("osm", "n1", Licence.ODBL_1_0, "2026-11")
SERVICES = [
    service("health.pharmacy", "b", (3, 1), name="Pharmacie « du Lac »", capacity=0.0),
    service("health.pharmacy", "a", (9, 1), standing=Standing.UNCONFIRMED, provenance=(OSM,)),
    service("health.pharmacy", "c", (12, 1), in_territory=False, insee="", precision=Precision.ENTRANCE),
    service("education.college", "z", (5, 1), capacity=480.5, updated="2025-09"),
    service("public.post", "p", (6, 1), provenance=(Provenance("poste", "1", Licence.LO_2_0, "2025"), OSM)),
]


@pytest.fixture
def table(tmp_path) -> ServiceTable:
    write_services(tmp_path / "services.arrow", SERVICES, CATEGORIES)
    return ServiceTable.open(tmp_path / "services.arrow")


def keys(table: ServiceTable, rows) -> list[str]:
    return [table.row(int(row)).id.removeprefix("registre:") for row in rows]


def test_services_come_back_as_they_were(table):
    assert sorted(table, key=lambda s: s.id) == sorted(SERVICES, key=lambda s: s.id)
    assert len(table) == 5
    assert table.row(0).capacity == 480.5
    assert {s.capacity for s in table} == {None, 0.0, 480.5}  # unknown is not 0


def test_departures_come_back_and_unknown_is_not_zero(tmp_path):
    stops = [
        service("transport.station", "s", (7, 1), departures=Departures(24.6, 0.0, 3.0)),
        service("transport.station", "t", (8, 1), departures=Departures(0.0, 0.0, 0.0)),
        service("transport.station", "u", (9, 1)),
    ]
    write_services(tmp_path / "services.arrow", stops, CATEGORIES)
    assert list(ServiceTable.open(tmp_path / "services.arrow")) == stops


def test_lines_come_back_in_their_order(tmp_path):
    stops = [
        service("transport.station", "s", (7, 1), lines=("2", "10", "Navette A")),
        service("transport.station", "t", (8, 1)),
    ]
    write_services(tmp_path / "services.arrow", stops, CATEGORIES)
    assert [s.lines for s in ServiceTable.open(tmp_path / "services.arrow")] == [("2", "10", "Navette A"), ()]


def test_entrances_come_back_in_their_order(tmp_path):
    schools = [
        service("education.college", "s", (7, 1), entrances=((4.5, 46.75), (4.25, 46.5))),
        service("education.college", "t", (8, 1)),
    ]
    write_services(tmp_path / "services.arrow", schools, CATEGORIES)
    found = [s.entrances for s in ServiceTable.open(tmp_path / "services.arrow")]
    assert found == [((4.5, 46.75), (4.25, 46.5)), ()]


def test_who_gives_what_comes_back(tmp_path):
    official = Provenance("poste", "1", Licence.LO_2_0, "2025")
    rows = (
        official,
        replace(official, local_id="2", gives=("position", "capacity")),
        replace(OSM, gives=("entrances",)),
    )
    write_services(tmp_path / "services.arrow", [service("public.post", "p", (6, 1), provenance=rows)], CATEGORIES)
    (found,) = ServiceTable.open(tmp_path / "services.arrow")
    assert found.provenance == rows
    assert found.given_by == {"position": rows[1], "capacity": rows[1], "entrances": rows[2]}


def test_services_stand_by_category_then_confirmed_then_id(table):
    assert keys(table, range(5)) == ["z", "b", "c", "a", "p"]
    assert list(table.ranges["health.pharmacy"]) == [1, 2, 3]
    assert list(table.ranges["shop.bank"]) == []
    assert order_services(random.Random(1).sample(SERVICES, 5), CATEGORIES) == list(table)


def test_coordinates_are_mapped_columns(table):
    assert table.lon.dtype == np.float64
    assert not table.lon.flags.writeable
    assert table.lat.tolist() == [s.lat for s in table]


def test_services_are_found_by_what_one_asks_for(table):
    assert keys(table, table.select()) == ["z", "b", "p"]
    assert keys(table, table.select(halo=True)) == ["z", "b", "c", "p"]
    assert keys(table, table.select(unconfirmed=True)) == ["z", "b", "a", "p"]
    assert keys(table, table.select(["health.pharmacy"], halo=True, unconfirmed=True)) == ["b", "c", "a"]
    assert keys(table, table.select(["public.post", "education.college"])) == ["z", "p"]
    assert keys(table, table.select([])) == []
    (west, south), (_, north), edge = hamlet.lonlat((4, 0)), hamlet.lonlat((0, 2)), SERVICES[4].lon
    assert keys(table, table.select(bbox=(west, south, edge, north))) == ["z", "p"]  # the edge is inside
    assert keys(table, table.select(bbox=(west, south, np.nextafter(edge, west), north))) == ["z"]
    assert table.count("health.pharmacy") == 1


def test_an_empty_table(tmp_path):
    write_services(tmp_path / "services.arrow", [], CATEGORIES)
    table = ServiceTable.open(tmp_path / "services.arrow")
    assert len(table) == 0
    assert table.select(halo=True, unconfirmed=True).size == 0
    assert table.count("health.pharmacy") == 0


def test_one_site_may_give_two_services_and_none_twice():
    both = [service("education.ecole_maternelle", "e", (1, 1)), service("education.ecole_elementaire", "e", (1, 1))]
    assert len(order_services(both, CATEGORIES)) == 2
    with pytest.raises(ConfigurationError, match="registre:e stands twice"):
        order_services([*both, both[0]], CATEGORIES)
    with pytest.raises(ConfigurationError, match=r"health\.magic"):
        order_services([service("health.magic", "m", (1, 1))], CATEGORIES)


def test_communes_come_back_and_are_found_by_point(tmp_path):
    communes = [*hamlet.communes(), replace(hamlet.communes()[0], insee="00009", geometry=None, population=None)]
    communes[0] = replace(communes[0], epci="200000001", epci_name="CC du Lac", density=7)
    write_communes(tmp_path / "communes.arrow", communes, {hamlet.WEST: 1.0, hamlet.EAST: 0.25, hamlet.FAR: 0.0})
    table = CommuneTable.open(tmp_path / "communes.arrow")
    assert list(table) == sorted(communes, key=lambda c: c.insee)
    assert table.get(hamlet.WEST).name == "Ponant"
    assert table.get("99999") is None
    assert table.position("99999") is None
    assert [table.insee[i] for i in range(len(table))] == ["00001", "00002", "00003", "00009", "99001"]
    assert table.loaded_share.tolist()[:3] == [1.0, 0.25, 0.0]
    assert np.isnan(table.loaded_share[3:]).all()  # no contour is known
    assert np.isnan(table.population[3])
    assert table.population[0] == 600
    assert table.at(*hamlet.lonlat((2, 1))).insee == hamlet.WEST
    assert table.at(*hamlet.lonlat((200, 1))) is None
    assert table.at(float("nan"), 46.0) is None


def test_on_a_common_border_the_smaller_code_answers(tmp_path):
    write_communes(tmp_path / "communes.arrow", hamlet.communes(), {})
    table = CommuneTable.open(tmp_path / "communes.arrow")
    west = table.get(hamlet.WEST).geometry
    lon, lat = max(west.exterior.coords)
    assert table.at(lon, lat).insee == hamlet.WEST


def test_cells_come_back_by_id(tmp_path):
    cells = [*hamlet.cells(), replace(hamlet.cells()[0], id="CRS3035RES200mN0E0", living_standard_eur=21_500.5)]
    write_cells(tmp_path / "cells.arrow", cells)
    assert read_cells(tmp_path / "cells.arrow") == sorted(cells, key=lambda c: c.id)
    write_cells(tmp_path / "none.arrow", [])
    assert read_cells(tmp_path / "none.arrow") == []
    assert read_batch(tmp_path / "none.arrow").num_rows == 0
