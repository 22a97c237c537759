"""Where one gets into a site, from the nodes of its outline to the seeds of a field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from geo.places import Provenance, Service, Standing
from geo.taxonomy import Taxonomy
from ingest.access import field_rows
from ingest.connectors import osm
from ingest.entrances import Entrances, as_points, as_text
from ingest.normalise import normalise_services
from tests.ingest.test_conflate import OFFICIAL, OSM, draft, result, together
from tests.ingest.test_osm import Town, services_source
from tests.ingest.world import fetched, lonlat, scope

DATA = Path(__file__).resolve().parents[2] / "data"
DOORS = ((4.5, 46.75), (4.25, 46.5))


# ---------------------------------------------------------------- which nodes are ways in


@pytest.mark.parametrize(
    ("nodes", "chosen"),
    [
        ([{"entrance": "main"}, {"entrance": "yes"}, {"entrance": "shop"}, {"barrier": "gate"}], [0, 1]),
        ([{"entrance": "staircase"}, {"barrier": "gate"}, {"addr:housenumber": "3"}], [0]),
        ([{"barrier": "gate"}, {"addr:housenumber": "3"}, {"barrier": "kissing_gate"}], [0, 2]),
        ([{"addr:housenumber": "3"}], [0]),
        ([{"barrier": "fence"}, {"highway": "crossing"}, {}], []),
        ([{"entrance": "service"}, {"entrance": "emergency", "addr:housenumber": "3"}, {"entrance": "garage"}], []),
        ([{"entrance": "main", "access": "private"}, {"barrier": "gate"}], [1]),
        ([{"barrier": "gate", "access": "no"}, {"barrier": "gate", "foot": "private"}], []),
        ([], []),
    ],
)
def test_of_the_best_kind_there_is_all(nodes, chosen):
    entrances = Entrances()
    for number, tags in enumerate(nodes):
        entrances.take(number, tags, 4.0 + number, 46.0)
    assert entrances.on([*range(len(nodes)), 0, 404]) == tuple((4.0 + number, 46.0) for number in chosen)


def test_points_come_back_from_a_cell_bit_for_bit():
    points = ((4.1234567, 46.1), (1 / 3, -2e-7))
    assert as_points(as_text(points)) == points
    assert as_points(as_text(())) == ()


# ---------------------------------------------------------------- from a file


def made(town, folder):
    of = services_source()
    files = [fetched(town.write(folder), of)]
    return {d.service.category: d.service for d in normalise_services(of, osm.read(of, files), files, scope()).drafts}


def test_an_area_is_entered_by_its_doors_and_a_node_by_itself(tmp_path):
    town = Town()
    town.node(1, 1, shop="bakery", name="Au Four", entrance="yes")
    door, gate, corner = town.node(2, 2, entrance="main"), town.node(2.2, 2, barrier="gate"), town.node(2.2, 2.2)
    inside = "".join(f'<nd ref="{node}"/>' for node in (door, gate, corner, door))
    town._add("way", "", inside, {"shop": "supermarket"})
    town.way((5, 1), (6, 1), (6, 2), closed=True, leisure="park")
    found = made(town, tmp_path)
    assert found["shop.supermarket"].entrances == (pytest.approx(lonlat(2, 2), abs=1e-6),)
    assert found["shop.bakery"].entrances == found["nature.park"].entrances == ()


def test_a_multipolygon_is_entered_from_outside_alone(tmp_path):
    town = Town()
    gates = [town.node(x, y, barrier="gate") for x, y in ((5, 1), (6, 1), (6, 2))]
    inner = [town.node(x, y, barrier="gate") for x, y in ((5.7, 1.2), (5.8, 1.2), (5.8, 1.3))]
    rings = [
        town._add("way", "", "".join(f'<nd ref="{node}"/>' for node in (*ring, ring[0])), {}) for ring in (gates, inner)
    ]
    town.relation(("way", rings[0], "outer"), ("way", rings[1], "inner"), type="multipolygon", leisure="park")
    entrances = made(town, tmp_path)["nature.park"].entrances
    assert sorted(entrances) == [pytest.approx(lonlat(x, y), abs=1e-6) for x, y in ((5, 1), (6, 1), (6, 2))]


# ---------------------------------------------------------------- behind an official row


def with_doors(given, doors=DOORS):
    return replace(given, service=replace(given.service, entrances=doors))


def test_an_official_place_is_entered_where_its_volunteers_row_says_and_keeps_its_fields():
    alone = draft(OFFICIAL, "1", "Pharmacie du Pré").service
    both = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "Pharmacie du Pré")),
        result(OSM, with_doors(draft(OSM, "n1", "Pharmacie du Pré", (30, 0)))),
    )
    (service,) = both.services
    assert service.entrances == DOORS
    assert [p.source for p in service.provenance] == ["officiel", "osm"]
    assert {name: origin.source for name, origin in service.given_by.items()} == {"entrances": "osm"}
    assert replace(service, entrances=(), provenance=alone.provenance) == alone
    assert [decision.reason for decision in both.decisions] == ["name; gives entrances"], "and no field of the row"


def test_a_row_that_stands_elsewhere_opens_no_door():
    both = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "PHARMACIE DUPONT", links=[("finess", "71")])),
        result(OSM, with_doors(draft(OSM, "n1", "Pharmacie", (900, 0), links=[("finess", "71")]))),
    )
    assert [service.entrances for service in both.services] == [()]


# ---------------------------------------------------------------- to the field


def test_a_line_for_each_entrance_all_of_one_row():
    taxonomy = Taxonomy.load(DATA / "taxonomy.toml")
    category = next(iter(taxonomy))

    def service(local, **given):
        origin = (Provenance("osm", local, OSM.licence, "2024"),)
        return Service(f"osm:{local}", category, "", 4.0, 46.0, "71001", None, origin, **given)

    services = [
        service("a"),
        service("b", entrances=DOORS),
        service("c"),
        service("d", entrances=DOORS, standing=Standing.UNCONFIRMED),
    ]
    _, row, places = field_rows(services, taxonomy)
    assert row.tolist() == [0, 1, 1, 2]
    assert places.tolist() == [[4.0, 46.0], *map(list, DOORS), [4.0, 46.0]]
