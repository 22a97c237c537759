"""The views that GIS users open: what is published, licence by licence, with words, indexes and a role to read it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import geopandas as gpd
import pytest
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from geo.method import Method
from geo.places import Departures
from geo.taxonomy import Category, Label, Taxonomy
from ingest.store import open_store
from ingest.store.postgis import PostgisStore
from ingest.store.views import READER, views_of
from tests.ingest.store.published import COLLEGE, CREUSOT, publish
from tests.ingest.store.records import service


@pytest.fixture
def store(empty_postgis_url: str) -> Iterator[PostgisStore]:
    with open_store(empty_postgis_url) as opened:
        assert isinstance(opened, PostgisStore)
        yield opened


def layer(store: PostgisStore, view: str) -> gpd.GeoDataFrame:
    return gpd.read_postgis(f"SELECT * FROM alentours.{view} ORDER BY key", store.engine)


def scalar(store: PostgisStore, query: str) -> object:
    with store.engine.connect() as connection:
        return connection.exec_driver_sql(query).scalar_one()


def test_every_category_and_family_has_its_views_in_ascii(taxonomy: Taxonomy, method: Method) -> None:
    names = [view.name for view in views_of(taxonomy, method)]
    assert (
        len(names) == len(set(names)) == 4 + 2 * (len(taxonomy) + len({c.family for c in method.categories.values()}))
    )
    assert all(name.isascii() and name.replace("_", "").isalnum() and len(name) <= 63 for name in names)
    assert {"service_education_college", "service_education_college_osm", "family_health", "family_health_osm"} <= {
        *names
    }


def test_gis_users_see_what_is_published_and_nothing_else(
    store: PostgisStore, taxonomy: Taxonomy, method: Method
) -> None:
    publish(store, service("osm:former", *CREUSOT))
    run = publish(store, service("osm:now", *CREUSOT, category="shop.bakery"), COLLEGE)
    publish(store, service("osm:refused", *CREUSOT), published=False)
    store.show(taxonomy, method)
    for view, keys in (
        ("published_service", ["71/annuaire:0710001R", "71/osm:now"]),
        ("published_commune", ["71/71153"]),
        ("service_education_college", ["71/annuaire:0710001R"]),
        ("service_education_college_osm", []),
        ("family_school_secondary", ["71/annuaire:0710001R"]),
        ("service_shop_bakery", []),
        ("service_shop_bakery_osm", ["71/osm:now"]),
        ("family_shopping_osm", ["71/osm:now"]),
    ):
        frame = layer(store, view)
        assert list(frame["key"]) == keys, view
        assert set(frame["run"]) <= {run}
        assert not keys or frame.crs.to_epsg() == 4326
    bakery = layer(store, "family_shopping_osm").iloc[0]
    assert (bakery["licence"], bakery["source"], bakery["data_date"]) == ("ODbL-1.0", "osm", "2026-01")
    assert bakery["attribution"] == "© contributeurs d’OpenStreetMap"


def test_areas_of_transport_on_demand_are_shown_with_their_source_and_a_key_of_their_own(
    store: PostgisStore, taxonomy: Taxonomy, method: Method
) -> None:
    runs = [publish(store, COLLEGE, territory=territory) for territory in ("01", "71")]
    store.show(taxonomy, method)
    zones = layer(store, "published_zone")
    assert list(zones["key"]) == ["01/annuaire:nord", "71/annuaire:nord"]
    assert list(zones["ogc_fid"]) == [run * 10_000_000 + 1 for run in runs]
    north = zones.iloc[1]
    assert (north["name"], north["licence"], north["producer"]) == ("Nord", "etalab-2.0", "Ministère")
    assert north["geom"].bounds == (4.4, 46.8, 4.5, 46.9)
    told = [north[name] for name in ("agency", "days", "booking_text", "booking_phone", "booking_url")]
    assert told == ["Réseau", "monday friday", "La veille", "03 53 01 00 00", ""]
    said = str(scalar(store, "SELECT obj_description('alentours.published_zone'::regclass)"))
    assert "on demand" in said
    columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'alentours.published_zone'::regclass AND attnum > 0"
    told = f"{columns} AND col_description(attrelid, attnum) IS NULL AND attname <> 'name'"
    assert scalar(store, told) == 0


def test_a_publication_under_one_licence_has_no_row_of_another(
    store: PostgisStore, taxonomy: Taxonomy, method: Method
) -> None:
    both = service("osm:n7", 4.4, 46.8, category="education.college")
    linked = replace(COLLEGE, provenance=(*COLLEGE.provenance, *both.provenance))
    publish(store, linked, both)
    store.show(taxonomy, method)
    official, mapped = layer(store, "service_education_college"), layer(store, "service_education_college_osm")
    assert (list(official["id"]), list(official["licence"])) == (["annuaire:0710001R"], ["etalab-2.0"])
    assert (list(mapped["id"]), list(mapped["licence"])) == (["osm:n7"], ["ODbL-1.0"])


def test_who_gives_what_is_said_of_the_rows_of_the_licence_alone(
    store: PostgisStore, taxonomy: Taxonomy, method: Method
) -> None:
    (first,) = COLLEGE.provenance
    second = replace(first, local_id="2", gives=("position", "capacity"))
    mapped = service("osm:n7", 4.4, 46.8).provenance[0]
    rows = (first, second, replace(first, local_id="3", gives=("name",)), replace(mapped, gives=("entrances",)))
    run = publish(store, replace(COLLEGE, provenance=rows), replace(COLLEGE, id="annuaire:4"))
    store.show(taxonomy, method)
    shown = layer(store, "service_education_college").set_index("id")["given_by"]
    assert shown["annuaire:0710001R"] == "position, capacity: annuaire 2; name: annuaire 3"
    assert shown.notna().tolist() == [True, False]
    assert store.services(run)[0].provenance == rows


def test_keys_are_whole_numbers_that_no_other_row_has(store: PostgisStore, taxonomy: Taxonomy, method: Method) -> None:
    bakeries = [service(f"osm:{i}", *CREUSOT, category="shop.bakery") for i in range(30)]
    publish(store, *bakeries, territory="71")
    publish(store, *bakeries, territory="01")
    store.show(taxonomy, method)
    frame = layer(store, "family_shopping_osm")
    assert frame["ogc_fid"].is_unique
    assert frame["key"].is_unique
    assert len(frame) == 60


def test_views_and_columns_say_what_they_are(store: PostgisStore, taxonomy: Taxonomy, method: Method) -> None:
    publish(store, COLLEGE, service("osm:1", *CREUSOT, category="shop.bakery", departures=Departures(1, 0, 0)))
    store.show(taxonomy, method)
    said = scalar(store, "SELECT obj_description('alentours.service_education_college'::regclass)")
    assert said == (
        f"{taxonomy['education.college'].label.fr} / {taxonomy['education.college'].label.en} — "
        "licence : Licence Ouverte 2.0 — producteurs / publishers : Ministère — données / data : 2025-09 — "
        "1 lignes / rows"
    )
    said = scalar(store, "SELECT obj_description('alentours.family_shopping_osm'::regclass)")
    assert "ODbL 1.0" in str(said)
    assert "Contributeurs d’OpenStreetMap" in str(said)
    silent = scalar(
        store,
        "SELECT string_agg(DISTINCT attname, ' ') FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
        "WHERE relnamespace = 'alentours'::regnamespace AND relkind = 'v' "
        "AND col_description(attrelid, attnum) IS NULL",
    )
    assert silent == "department epci_name name", (
        "what explains itself needs no comment; all else has one, with its unit"
    )
    publish(store, replace(COLLEGE, id="annuaire:2", provenance=COLLEGE.provenance), COLLEGE)
    store.show(taxonomy, method)
    said = scalar(store, "SELECT obj_description('alentours.service_education_college'::regclass)")
    assert "2 lignes" in str(said)


def test_a_new_category_gets_its_view_and_an_old_one_loses_it(
    store: PostgisStore, taxonomy: Taxonomy, method: Method
) -> None:
    publish(store, service("osm:1", *CREUSOT, category="leisure.fablab"))
    store.show(taxonomy, method)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW public.mine AS SELECT id FROM alentours.service_shop_bank")
    fablab = Category("leisure.fablab", Label("Fab’lab à l’œuvre", "Fab lab"), "commercial")
    kept = {key: category for key, category in taxonomy.items() if key not in {"shop.bank", "shop.bakery"}}
    later = Taxonomy(taxonomy.families, {**kept, fablab.id: fablab})
    store.show(
        later, replace(method, categories=MappingProxyType({k: c for k, c in method.categories.items() if k in kept}))
    )
    assert list(layer(store, "service_leisure_fablab_osm")["id"]) == ["osm:1"]
    left = "SELECT count(*) FROM pg_views WHERE schemaname = 'alentours' AND viewname ~ '^service_shop_ba'"
    assert scalar(store, left) == 1, "the one on which somebody built is left"


def test_the_reader_reads_the_views_and_nothing_else(store: PostgisStore, taxonomy: Taxonomy, method: Method) -> None:
    publish(store, COLLEGE)
    store.show(taxonomy, method)
    with store.engine.connect() as connection:
        connection.execute(text(f"SET ROLE {READER}"))
        found = connection.exec_driver_sql("SELECT name FROM alentours.family_school_secondary").scalars().all()
        assert found == ["Collège de l’Étang"]
        for refused in (
            "SELECT * FROM alentours.service",
            "SELECT * FROM alentours.reject",
            "SELECT * FROM alentours_runs.service_1",
            "CREATE TABLE alentours.mine (id int)",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), connection.begin_nested():
                connection.exec_driver_sql(refused)


def test_who_may_make_no_role_makes_the_views_all_the_same(
    store: PostgisStore, empty_postgis_url: str, taxonomy: Taxonomy, method: Method
) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA alentours, alentours_runs CASCADE")
        connection.exec_driver_sql("DROP ROLE IF EXISTS builder")
        connection.exec_driver_sql("CREATE ROLE builder LOGIN")
        database = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f'GRANT CREATE ON DATABASE "{database}" TO builder')
    builder = sqlalchemy.make_url(empty_postgis_url).set(username="builder").render_as_string()
    try:
        with open_store(builder) as own:
            assert isinstance(own, PostgisStore)
            publish(own, COLLEGE)
            own.show(taxonomy, method)
            assert list(layer(own, "service_education_college")["id"]) == [COLLEGE.id]
    finally:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY builder CASCADE")
            connection.exec_driver_sql("DROP ROLE builder")


@pytest.mark.parametrize("view", ["family_shopping_osm", "service_shop_bakery_osm", "published_service"])
@pytest.mark.parametrize(
    ("where", "index"),
    [
        ("geom && ST_MakeEnvelope(4.4, 46.8, 4.41, 46.81, 4326)", "geom"),
        ("ST_DWithin(geography(geom), geography(ST_SetSRID(ST_MakePoint(4.4, 46.8), 4326)), 200)", "geography"),
        ("ST_DWithin(geom::geography, ST_SetSRID(ST_MakePoint(4.4, 46.8), 4326)::geography, 200)", "geography"),
    ],
)
def test_questions_of_where_use_the_spatial_indexes_through_the_views(
    crowded: tuple[PostgisStore, list[int]], view: str, where: str, index: str
) -> None:
    store, runs = crowded
    with store.engine.connect() as connection:
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN SELECT * FROM alentours.{view} WHERE {where}").scalars())
    # A former test's run of one row is read as it is; these are not.
    for run in runs:
        assert f"service_{run}_{index}_idx" in plan, plan
        assert f"Seq Scan on service_{run} " not in plan, plan


@pytest.fixture(scope="module")
def crowded(postgis_url: str, taxonomy: Taxonomy, method: Method) -> Iterator[tuple[PostgisStore, list[int]]]:
    """Twelve thousand shops of two territories, and a former run of each; with the numbers of these runs."""
    with open_store(postgis_url) as store:
        assert isinstance(store, PostgisStore)
        runs = []
        for territory in ("view71", "view01", "view71", "view01"):
            shops = (
                service(f"osm:{i}", 4 + i / 6000, 46 + i % 97 / 97, category=("shop.bakery", "shop.bank")[i % 5 == 0])
                for i in range(6000)
            )
            runs.append(publish(store, *shops, territory=territory))
        store.show(taxonomy, method)
        yield store, runs


def test_a_reader_of_the_views_neither_waits_for_a_publication_nor_holds_it_up(
    store: PostgisStore, taxonomy: Taxonomy, method: Method
) -> None:
    publish(store, COLLEGE)
    store.show(taxonomy, method)
    former = "SELECT id FROM alentours.family_school_secondary"
    with store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        assert reader.exec_driver_sql(former).scalars().all() == [COLLEGE.id]
        start = time.perf_counter()
        publish(store, replace(COLLEGE, id="annuaire:new"))
        store.show(taxonomy, method)
        assert time.perf_counter() - start < 5
        with store.engine.connect() as other:
            other.exec_driver_sql("SET lock_timeout = '100ms'")
            assert other.exec_driver_sql(former).scalars().all() == ["annuaire:new"]
        assert reader.exec_driver_sql(former).scalars().all() == [COLLEGE.id], "what was there when it began"
        reader.rollback()
        assert reader.exec_driver_sql(former).scalars().all() == ["annuaire:new"]


def test_a_view_that_has_to_change_gives_way_to_its_readers(
    store: PostgisStore, taxonomy: Taxonomy, method: Method
) -> None:
    publish(store, COLLEGE)
    store.show(taxonomy, method)
    families = {**taxonomy.families}
    moved = {k: replace(c, family="health") if k == "education.college" else c for k, c in method.categories.items()}
    changed = replace(method, categories=MappingProxyType(moved))
    with store.engine.connect() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM alentours.family_health").scalar_one() == 0
        store.show(Taxonomy(families, dict(taxonomy)), changed)
    assert list(layer(store, "family_health")["id"]) == []
    store.show(taxonomy, changed)
    assert list(layer(store, "family_health")["id"]) == [COLLEGE.id]
