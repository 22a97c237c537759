"""Parquet, GeoParquet, GeoPackages and shapefiles, as small files that the tests make."""

from __future__ import annotations

import datetime
import io
import json
import warnings
import zipfile

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import SourceMalformed
from ingest.connectors import columnar
from ingest.connectors.table import FILE, LINE, POINT_LAT, POINT_LON, Wanted
from tests.ingest.world import ORIGIN_X_M, ORIGIN_Y_M, fetched, lonlat, source, table

OF = source(columns={"key": "id", "name": "nom"})
# A system told in words alone, without any code.
OWN_WORDS = (
    'PROJCS["Lambert",GEOGCS["Degrees",DATUM["D_unknown",SPHEROID["GRS80",6378137,298.257222101]],'
    'PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]],PROJECTION["Lambert_Conformal_Conic"],'
    'PARAMETER["standard_parallel_1",49],PARAMETER["standard_parallel_2",44],PARAMETER["latitude_of_origin",46.5],'
    'PARAMETER["central_meridian",3],PARAMETER["false_easting",700000],PARAMETER["false_northing",6600000],'
    'UNIT["Meter",1]]'
)
POINTS_KM = [(1.0, 2.0), (5.5, 6.25)]


def parquet(columns, metadata=None) -> bytes:
    out = io.BytesIO()
    made = pa.table(columns)
    pq.write_table(made.replace_schema_metadata(metadata), out)
    return out.getvalue()


def read(content, wanted=None, of=OF):
    return columnar.read(of, content, "essai.parquet", Wanted(wanted))


def frame(crs="EPSG:2154", **more):
    points = [shapely.Point(ORIGIN_X_M + 1000 * x, ORIGIN_Y_M + 1000 * y) for x, y in POINTS_KM]
    columns = {"id": ["A1", "A2"], "nom": ["Crèche", "Été"], **more}
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:2154").to_crs(crs)


def stands_right(made) -> None:
    places = list(zip(map(float, made.cells([POINT_LON])), map(float, made.cells([POINT_LAT])), strict=True))
    for place, km in zip(places, POINTS_KM, strict=True):
        assert place == pytest.approx(lonlat(*km), abs=1e-7)
    assert [(g.x, g.y) for g in made.geometries] == places


# --- Parquet


def test_values_of_every_type_become_text():
    day = datetime.date(2025, 1, 1)
    made = read(
        parquet(
            {
                "whole": pa.array([71001.0, None, 1004.0]),
                "part": pa.array([46.8, float("nan"), -0.5]),
                "int": pa.array([1, None, 3], pa.int16()),
                "text": ["01004", " a ", None],
                "group": pa.array(["C", None, "D"]).dictionary_encode(),
                "open": [True, False, None],
                "day": [day, None, day],
                "large": pa.array(["é", "", None], pa.large_string()),
                "bytes": pa.array([b"x", None, "é".encode()]),
                "nothing": pa.nulls(3),
            }
        )
    )
    assert {title: made.cells([title]) for title in made.frame.columns.drop([LINE, FILE])} == {
        "whole": ["71001", "", "1004"],
        "part": ["46.8", "nan", "-0.5"],
        "int": ["1", "", "3"],
        "text": ["01004", "a", ""],
        "group": ["C", "", "D"],
        "open": ["true", "false", ""],
        "day": ["2025-01-01", "", "2025-01-01"],
        "large": ["é", "", ""],
        "bytes": ["x", "", "é"],
        "nothing": ["", "", ""],
    }


def test_what_lies_inside_a_column_is_reached():
    content = parquet({"id": ["1", "2"], "adresse": [{"lon": 4.5, "cp": "71"}, None], "tel": [["1", "2"], []]})
    made = read(content, ("id", "adresse>lon", "tel"))
    assert (made.cells(["adresse>lon"]), made.cells(["tel"])) == (["4.5", ""], ["1|2", ""])


def test_bpe_is_read_as_its_source_says(tmp_path):
    of = source(columns={"key": "id", "lon": "LONGITUDE", "lat": "LATITUDE"})
    content = parquet({"ID": ["1"], "LONGITUDE": [4.5], "LATITUDE": [46.8], "AN": [2025]})
    made = table(tmp_path, of, content, "BPE25.parquet")
    assert list(made.frame.columns) == ["ID", "LONGITUDE", "LATITUDE", LINE, FILE]


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:4326"])
def test_geoparquet_is_read_in_the_system_that_it_names(tmp_path, crs):
    frame(crs).to_parquet(tmp_path / "a.parquet")
    made = table(tmp_path, OF, (tmp_path / "a.parquet").read_bytes(), "b.parquet")
    assert made.cells(["nom"]) == ["Crèche", "Été"]
    stands_right(made)


def test_geoparquet_without_a_system_is_in_degrees_and_without_shapes_is_refused():
    shape = shapely.to_wkb(shapely.Point(4.5, 46.8))
    told = {"primary_column": "ou", "columns": {"ou": {"encoding": "WKB"}}}
    content = parquet({"id": ["1", "2"], "ou": [shape, None]}, {"geo": json.dumps(told)})
    assert read(content, ("id",)).cells([POINT_LON]) == ["4.5", ""]
    with pytest.raises(SourceMalformed, match="not written as WKB"):
        read(parquet({"id": ["1"], "ou": ["POINT (4 46)"]}, {"geo": json.dumps(told)}), ("id",))


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_parquet_file_that_is_cut_off_is_refused(share):
    content = parquet({"id": [str(n) for n in range(5000)]})
    with pytest.raises(SourceMalformed, match="cut off or no Parquet"):
        read(content[: int(len(content) * share)])


# --- GeoPackage


@pytest.fixture
def geopackage(tmp_path):
    path = tmp_path / "a.gpkg"
    frame(capacite=[12, 0]).to_file(path, layer="creches")
    frame("EPSG:3857").head(1).to_file(path, layer="autres")
    return path


def test_a_geopackage_is_read_by_its_layer(geopackage):
    of = source(columns={"key": "id", "name": "nom", "capacity": "capacite"}, layer="creches")
    made = table(geopackage.parent, of, geopackage.read_bytes(), "b.gpkg")
    assert made.cells(["capacite"]) == ["12", "0"]
    stands_right(made)
    assert len(table(geopackage.parent, OF, geopackage.read_bytes(), "c.gpkg").frame) in {1, 2}
    with pytest.raises(SourceMalformed, match="no layer 'x'; there are "):
        table(geopackage.parent, source(columns={"key": "id"}, layer="x"), geopackage.read_bytes(), "b.gpkg")


def test_a_geopackage_in_a_zip_is_read(geopackage):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.write(geopackage, "donnees/a.gpkg")
        archive.writestr("donnees/lisez-moi.txt", "?")
    of = source(columns={"key": "id"}, layer="creches")
    stands_right(table(geopackage.parent, of, out.getvalue(), "a.zip"))


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9])
def test_a_geopackage_that_is_cut_off_is_refused(geopackage, share):
    content = geopackage.read_bytes()
    with pytest.raises(SourceMalformed):
        table(geopackage.parent, OF, content[: int(len(content) * share)], "b.gpkg")


# --- shapefiles


def shapefile(folder, encoding="UTF-8", prj=OWN_WORDS, told=True):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame().to_file(folder / "a.shp", encoding=encoding)
    (folder / "a.prj").write_text(prj)
    if not told:
        (folder / "a.cpg").unlink()
    return folder / "a.shp"


def from_zip(folder, *suffixes, before=""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for suffix in suffixes:
            archive.write((folder / "a").with_suffix(suffix), f"{before}a{suffix}")
    return table(folder, OF, out.getvalue(), "donnees.zip")


@pytest.mark.parametrize("told", [True, False], ids=["cpg", "no cpg"])
@pytest.mark.parametrize("encoding", ["UTF-8", "CP1252"])
def test_a_shapefile_is_read_beside_what_belongs_to_it(tmp_path, encoding, told):
    from ingest.connectors import file

    path = shapefile(tmp_path, encoding, told=told)
    made = file.read(OF, [fetched(path, OF)])
    assert made.cells(["nom"]) == ["Crèche", "Été"]
    stands_right(made)


@pytest.mark.parametrize("before", ["", "dossier/"])
def test_a_shapefile_in_a_zip_is_read(tmp_path, before):
    shapefile(tmp_path)
    stands_right(from_zip(tmp_path, ".shp", ".dbf", ".prj", ".shx", before=before))
    stands_right(from_zip(tmp_path, ".dbf", ".prj", ".shp", before=before))


def test_a_letter_cut_in_half_costs_one_sign(tmp_path):
    path = shapefile(tmp_path, told=False)
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace("Été".encode(), b"\xc3?t\xc3\xa9"))
    assert from_zip(tmp_path, ".shp", ".dbf", ".prj").cells(["nom"]) == ["Crèche", "??té"]


@pytest.mark.parametrize(
    ("suffixes", "said"), [((".shp", ".prj"), "no .dbf lies beside it"), ((".shp", ".dbf"), "no .prj beside it")]
)
def test_what_belongs_to_a_shapefile_must_be_there(tmp_path, suffixes, said):
    shapefile(tmp_path)
    with pytest.raises(SourceMalformed, match=said):
        from_zip(tmp_path, *suffixes)


@pytest.mark.parametrize("suffix", [".shp", ".dbf"])
@pytest.mark.parametrize("share", [0.4, 0.95])
def test_a_shapefile_that_is_cut_off_is_refused(tmp_path, suffix, share):
    path = shapefile(tmp_path).with_suffix(suffix)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceMalformed, match=f"cut off: the {suffix} has .* bytes"):
        from_zip(tmp_path, ".shp", ".dbf", ".prj")


def test_a_system_that_makes_no_sense_is_named(tmp_path):
    shapefile(tmp_path, prj="PROJCS[nonsense")
    with pytest.raises(SourceMalformed, match="cut off or no map"):
        from_zip(tmp_path, ".shp", ".dbf", ".prj")
