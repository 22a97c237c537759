"""GDAL's PostgreSQL driver, QGIS's own, opens what the store shows, and a reader needs no more than that."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import pytest
from sqlalchemy.engine import make_url

from geo.method import Method
from geo.taxonomy import Taxonomy
from ingest.store import open_store
from ingest.store.postgis import PostgisStore
from ingest.store.views import READER, views_of
from scripts.requisites import NO_GDAL
from tests.ingest.store.published import COLLEGE, CREUSOT, publish
from tests.ingest.store.records import service


@pytest.fixture
def database(empty_postgis_url: str, taxonomy: Taxonomy, method: Method) -> str:
    """What GDAL calls the database with one published run."""
    with open_store(empty_postgis_url) as store:
        assert isinstance(store, PostgisStore)
        publish(store, COLLEGE, *(service(f"osm:{i}", *CREUSOT, category="shop.bakery") for i in range(3)))
        store.show(taxonomy, method)
    url = make_url(empty_postgis_url)
    plain = {
        "host": url.query.get("host") or url.host,
        "port": url.query.get("port") or url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
    }
    return "PG:" + " ".join(f"{name}='{value}'" for name, value in plain.items() if value) + " schemas=alentours"


def run(program: str, *arguments: str) -> str:
    """Run a program of GDAL's with the rights of a reader, and nothing else."""
    found = shutil.which(program)
    if found is None:
        pytest.fail(NO_GDAL, pytrace=False)
    given = {**os.environ, "PGOPTIONS": f"-c role={READER}"}
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False, env=given, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    return done.stdout


def test_the_layers_are_the_views_and_no_table(database: str, taxonomy: Taxonomy, method: Method) -> None:
    listed = dict(
        re.findall(r"^\d+: (?:alentours\.)?(\w+)(?: \((.+)\))?$", run("ogrinfo", "-ro", database), re.MULTILINE)
    )
    assert set(listed) == {view.name for view in views_of(taxonomy, method)}
    areas = {"published_commune", "published_zone"}
    assert {kind for name, kind in listed.items() if name not in areas} == {"Point"}


@pytest.mark.parametrize("view", ["service_education_college", "family_school_secondary", "published_service"])
def test_a_layer_has_its_type_its_system_and_its_key(database: str, view: str) -> None:
    said = run("ogrinfo", "-ro", "-so", database, view)
    for line in ("Geometry: Point", "FID Column = ogc_fid", "Geometry Column = geom", 'ID["EPSG",4326]'):
        assert line in said
    assert re.search(r"^Feature Count: [14]$", said, re.MULTILINE)


def test_a_layer_becomes_a_geopackage(database: str, tmp_path: Path) -> None:
    file = tmp_path / "colleges.gpkg"
    run("ogr2ogr", "-f", "GPKG", str(file), database, "service_education_college")
    frame = gpd.read_file(file)
    assert (list(frame["key"]), list(frame["name"])) == (["71/annuaire:0710001R"], ["Collège de l’Étang"])
    assert (frame.geometry.x[0], frame.geometry.y[0]) == CREUSOT
    assert (frame.crs.to_epsg(), frame["licence"][0]) == (4326, "etalab-2.0")
