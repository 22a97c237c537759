"""Where is what: near a point, within an area, the same ids and the same millimetres in both stores."""

from __future__ import annotations

import math
import random
import threading

import numpy as np
import pytest
import shapely
from pyproj import Geod
from sqlalchemy import delete, update

from geo.places import Service, Standing
from ingest.store.models import ProvenanceRow, ServiceRow, table_of
from ingest.store.shared import SqlStore
from tests.ingest.store.records import service
from tests.ingest.store.test_contract import filled

GEOD = Geod(ellps="WGS84")
CENTRE = (4.437, 46.801)


@pytest.fixture(scope="module")
def crowd() -> list[Service]:
    """Services strewn over some 60 km, some of them in one place, an overseas one, one at longitude zero."""
    dice = random.Random(71)
    kinds = ("food.bakery", "health.pharmacy", "education.college")
    strewn = [
        service(f"osm:n{i}", dice.gauss(CENTRE[0], 0.3), dice.gauss(CENTRE[1], 0.2), category=kinds[i % 3])
        for i in range(1500)
    ]
    same = [service(f"osm:same-{i}", 4.44, 46.8, standing=Standing.UNCONFIRMED) for i in (3, 1, 2)]
    return [*strewn, *same, service("osm:reunion", 55.45, -20.88), service("osm:greenwich", 0.0, 49.2)]


@pytest.fixture(scope="module")
def crowded(store: SqlStore, crowd: list[Service]) -> int:
    filled(store, "crowd", services=[service("osm:former", *CENTRE)])
    return filled(store, "crowd", services=crowd)


def by_hand(
    crowd: list[Service], lon: float, lat: float, radius_m: float, kinds: tuple[str, ...]
) -> list[tuple[str, float]]:
    lons, lats = np.array([s.lon for s in crowd]), np.array([s.lat for s in crowd])
    _, _, metres = GEOD.inv(np.full(len(crowd), lon), np.full(len(crowd), lat), lons, lats)
    near = [
        (m, s.id) for s, m in zip(crowd, metres, strict=True) if m <= radius_m and (not kinds or s.category in kinds)
    ]
    return [(key, round(float(metres_), 3)) for metres_, key in sorted(near)]


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m", "kinds"),
    [
        (*CENTRE, 500, ()),
        (*CENTRE, 20_000, ("health.pharmacy",)),
        (*CENTRE, 200_000, ("food.bakery", "education.college")),
        (4.44, 46.8, 0, ()),
        (55.4, -20.9, 10_000, ()),
        (-0.01, 49.2, 1_000, ()),
        (10.0, 10.0, 1_000, ()),
    ],
)
def test_near_is_the_same_ids_and_the_same_millimetres(
    store: SqlStore, crowded: int, crowd: list[Service], lon: float, lat: float, radius_m: float, kinds: tuple[str, ...]
) -> None:
    found = store.near(crowded, lon, lat, radius_m, kinds, limit=10_000)
    assert [(n.id, round(n.distance_m, 3)) for n in found] == by_hand(crowd, lon, lat, radius_m, kinds)
    assert [n.id for n in store.near(crowded, lon, lat, radius_m, kinds, limit=2)] == [n.id for n in found[:2]]


def test_the_rim_of_the_disc_belongs_to_it(store: SqlStore, crowded: int) -> None:
    farthest = store.near(crowded, *CENTRE, 5_000, limit=10_000)[-1]
    assert store.near(crowded, *CENTRE, farthest.distance_m, limit=10_000)[-1] == farthest
    inner = store.near(crowded, *CENTRE, math.nextafter(farthest.distance_m, 0), limit=10_000)
    assert farthest not in inner


def test_those_in_one_place_come_by_id(store: SqlStore, crowded: int) -> None:
    found = [n.id for n in store.near(crowded, 4.44, 46.8, 0.0)]
    assert found == ["osm:same-1", "osm:same-2", "osm:same-3"]


def test_within_has_the_border_and_no_hole(store: SqlStore, crowded: int, crowd: list[Service]) -> None:
    disc = shapely.Point(CENTRE).buffer(0.3)
    ring = disc.difference(shapely.Point(CENTRE).buffer(0.1))
    for area in (
        disc,
        ring,
        shapely.box(4.44, 46.8, 4.6, 46.9),
        shapely.MultiPolygon([disc, shapely.box(-1, 49, 0, 50)]),
    ):
        expected = sorted(s.id for s in crowd if area.covers(shapely.Point(s.lon, s.lat)))
        assert expected
        assert store.within(crowded, area) == expected
    assert store.within(crowded, shapely.Polygon()) == []
    assert store.within(crowded, shapely.box(100, 0, 101, 1)) == []


def test_the_spatial_index_follows_every_change(store: SqlStore, territory: str) -> None:
    run = filled(store, territory, services=[service(f"osm:{i}", 4.0, 46.0) for i in range(3)])
    one = (ServiceRow.run == run) & (ServiceRow.id == "osm:1")
    with store.engine.begin() as connection:
        moved = {"lon": -61.5, "lat": 16.25, "geom": shapely.Point(-61.5, 16.25)}
        connection.execute(update(table_of(ServiceRow)).where(one).values(moved))
    assert [n.id for n in store.near(run, 4.0, 46.0, 10)] == ["osm:0", "osm:2"]
    assert [n.id for n in store.near(run, -61.5, 16.25, 10)] == ["osm:1"]
    with store.engine.begin() as connection:
        connection.execute(delete(ProvenanceRow).where(ProvenanceRow.run == run))
        connection.execute(delete(ServiceRow).where(one))
    assert store.near(run, -61.5, 16.25, 10) == []


def test_two_builds_fill_at_once(store: SqlStore, territory: str) -> None:
    def build(name: str) -> None:
        try:
            services = [service(f"osm:{name}-{i}", 4.0, 46.0) for i in range(300)]
            done[name] = len(store.services(filled(store, territory + name, services=services)))
        except Exception as error:  # noqa: BLE001 - a thread's error would be lost
            done[name] = error

    done: dict[str, object] = {}
    threads = [threading.Thread(target=build, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == {"a": 300, "b": 300, "c": 300}
