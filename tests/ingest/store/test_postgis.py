"""What PostGIS alone has: its ruler, its indexes, partitions and locks, and the views that GIS users open."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import shapely
from sqlalchemy.exc import IntegrityError

from geo.places import Commune, Service
from ingest.store import open_store
from ingest.store.base import KEEP_RUNS, StoreError
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


def test_a_swap_that_cannot_have_its_locks_in_time_leaves_nothing(store: PostgisStore) -> None:
    former = fill(store, service("osm:1", *CREUSOT))
    run = store.begin("71")
    store.patience_s = 0.2
    content = {"sources": [source()], "rejects": rejects_of([source()]), "services": [service("osm:2", *CREUSOT)]}
    with store.engine.connect() as holder:
        holder.exec_driver_sql("LOCK TABLE alentours.service IN SHARE UPDATE EXCLUSIVE MODE")
        with pytest.raises(StoreError, match=rf"run {run} could not be stored: .* due to lock timeout"):
            store.put(run, **content)
    assert (store.services(run), len(store.services(former))) == ([], 1)
    store.put(run, **content)
    assert [s.id for s in store.services(run)] == ["osm:2"]


def test_a_run_has_all_the_indexes_of_its_table(store: PostgisStore) -> None:
    run = fill(store, service("osm:1", *CREUSOT))
    with store.engine.connect() as connection:
        lacking = connection.exec_driver_sql(
            "SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE c.relkind = 'I' AND NOT EXISTS "
            "(SELECT 1 FROM pg_inherits JOIN pg_index p ON p.indexrelid = inhrelid "
            "WHERE inhparent = i.indexrelid AND p.indrelid::regclass::text ~ %s)",
            (f"_{run}$",),
        ).scalars()
        assert list(lacking) == []
        twice = connection.exec_driver_sql(
            "SELECT indrelid::regclass FROM pg_index WHERE indrelid::regclass::text ~ '^alentours_runs' "
            "GROUP BY indrelid, indkey::text, indclass, pg_get_indexdef(indexrelid) LIKE %s HAVING count(*) > 1",
            ("%geography(%",),
        ).scalars()
        assert list(twice) == [], "an index that did not match its table's was built again by the attaching"


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
            "SELECT count(DISTINCT substring(tablename from '[0-9]+$')) FROM pg_tables "
            "WHERE schemaname = 'alentours_runs'"
        ).scalar_one()
    assert left == KEEP_RUNS
