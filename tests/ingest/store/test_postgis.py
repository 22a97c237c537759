"""What PostGIS alone has: its ruler, its indexes, partitions and locks, and the views that GIS users open."""

from __future__ import annotations

import time
from collections.abc import Iterator

import geopandas as gpd
import pytest
import shapely
from sqlalchemy.exc import IntegrityError

from geo.places import Commune, Service
from ingest.store import open_store
from ingest.store.base import KEEP_RUNS
from ingest.store.postgis import PostgisStore
from tests.ingest.store.records import rejects_of, service, source

CREUSOT = (4.437, 46.801)


@pytest.fixture
def store(empty_postgis_url: str) -> Iterator[PostgisStore]:
    with open_store(empty_postgis_url) as opened:
        assert isinstance(opened, PostgisStore)
        yield opened


def fill(store: PostgisStore, *services: Service, published: bool = True) -> int:
    run = store.begin("71")
    creusot = Commune("71153", "Le Creusot", "71", 20907, ("71200",), True, shapely.box(4.4, 46.7, 4.5, 46.9))
    store.put(run, sources=[source()], rejects=rejects_of([source()]), services=services, communes=[creusot])
    if published:
        store.published(run, f"snapshot-{run}")
    return run


def test_its_own_ruler_agrees_to_the_millimetre(store: PostgisStore) -> None:
    run = fill(store, *(service(f"osm:{i}", 4.437 + 0.37**i, 46.801 - 0.41**i) for i in range(12)))
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, ST_Distance(geography(geom), geography(ST_SetSRID(ST_MakePoint(%s, %s), 4326))) "
            "FROM alentours.service WHERE run = %s",
            (*CREUSOT, run),
        ).all()
    ours = {near.id: near.distance_m for near in store.near(run, *CREUSOT, 1e6)}
    assert ours == pytest.approx(dict(map(tuple, rows)), abs=1e-3)
    assert len(ours) == 12


def test_near_and_within_use_the_indexes(store: PostgisStore) -> None:
    run = fill(store, *(service(f"osm:{i}", 4 + i / 3000, 46 + i % 50 / 50) for i in range(3000)))
    for where, index in (
        ("ST_DWithin(geography(geom), geography(ST_SetSRID(ST_MakePoint(4.4, 46.8), 4326)), 200)", "geography"),
        ("geom && ST_MakeEnvelope(4.4, 46.8, 4.41, 46.81, 4326)", "geom"),
    ):
        with store.engine.connect() as connection:
            plan = connection.exec_driver_sql(
                f"EXPLAIN SELECT id FROM alentours.service WHERE run = {run} AND {where}"
            ).scalars()
            assert f"service_{run}_{index}_idx" in "".join(plan)


def test_a_point_moved_in_a_gis_must_move_as_a_whole(store: PostgisStore) -> None:
    fill(store, service("osm:1", *CREUSOT))
    with pytest.raises(IntegrityError, match="geom_is_lon_lat"), store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alentours.service SET lon = 5")


def test_gis_users_see_what_is_published_and_nothing_else(store: PostgisStore) -> None:
    fill(store, service("osm:former", *CREUSOT))
    run = fill(store, service("osm:now", *CREUSOT))
    fill(store, service("osm:refused", *CREUSOT), published=False)
    for view, key in (("published_service", "71/osm:now"), ("published_commune", "71/71153")):
        frame = gpd.read_postgis(f"SELECT * FROM alentours.{view}", store.engine)
        assert list(frame["key"]) == [key]
        assert list(frame["run"]) == [run]
        assert frame.crs.to_epsg() == 4326


def test_no_reader_waits_for_a_load_and_no_load_for_a_reader(store: PostgisStore) -> None:
    kept = [fill(store, service("osm:1", *CREUSOT)) for _ in range(KEEP_RUNS)]
    with store.engine.begin() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM alentours.service").scalar_one() == KEEP_RUNS
        start = time.perf_counter()
        newest = fill(store, service("osm:2", *CREUSOT))
        assert time.perf_counter() - start < 10, "pruning gives way to a reader after two seconds"
        assert [s.id for s in store.services(newest)] == ["osm:2"]
        assert {run.id for run in store.runs("71")} == {*kept, newest}, "what a reader holds is pruned the next time"
    last = fill(store, service("osm:3", *CREUSOT))
    assert [run.id for run in store.runs("71")] == [last, newest, kept[-1]]
    with store.engine.connect() as connection:
        left = connection.exec_driver_sql(
            "SELECT count(DISTINCT substring(tablename from '[0-9]+$')) FROM pg_tables WHERE schemaname = 'alentours_runs'"
        ).scalar_one()
    assert left == KEEP_RUNS
