"""COG and contours of different years make today's communes, the territory and its halo."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.errors import ConfigurationError, InvalidParameter, SourceMalformed
from ingest.ground import lay_ground
from ingest.ledger import Ledger, RejectCode
from ingest.territories import Departments
from tests.ingest.world import (
    COG,
    SAONE_ET_LOIRE,
    SQUARES_KM,
    cog_source,
    contour_source,
    contours,
    ground,
    lonlat,
    scope,
    table,
)

KM2 = 1e6


def area_km2(shape) -> float:
    return abs(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) / KM2


def test_former_contours_are_joined_into_today_s_commune():
    laid = ground()
    communes = {commune.insee: commune for commune in laid.scope.communes}
    assert list(communes) == ["21001", "71001", "71002", "71003"]
    assert area_km2(communes["71003"].geometry) == pytest.approx(32, rel=0.003)
    assert (communes["71003"].name, communes["71003"].population) == ("Gamma-les-Deux", 450)
    assert [c.in_territory for c in communes.values()] == [False, True, True, True]
    assert communes["71002"].postcodes == ("71200", "71210")


def test_the_ledgers_say_what_became_of_the_rows():
    laid = ground()
    assert laid.ledgers["cog"] == Ledger(read=7, kept=4, merged=2, out_of_scope=1, rejected=0)
    assert laid.ledgers["contours"] == Ledger(read=6, kept=4, merged=1, out_of_scope=1, rejected=0)
    for name, ledger in laid.ledgers.items():
        ledger.check(name)


def test_every_code_that_is_or_was_one_leads_to_today_s():
    assert scope().current == {
        "71001": "71001", "71002": "71002", "71003": "71003", "71903": "71003", "71904": "71003",
        "21001": "21001", "75001": "75001",
    }  # fmt: skip
    assert [scope().is_far(code) for code in ("75001", "71904", "21001", "13999", "")] == [True] + [False] * 4


def test_a_code_that_had_several_meanings_has_the_latest():
    """71904 was absorbed by Bêta long ago, given back, and is a part of Gamma today; 71800 was divided."""
    register = json.loads(json.dumps(COG))
    register[1]["anciensCodes"] = ["71904", "71800", "71801"]
    register[0]["anciensCodes"] = ["71800", "71002"]
    current = ground(cog=register).scope.current
    assert current["71904"] == "71003"
    assert current["71801"] == "71002"
    assert current["71002"] == "71002"
    assert "71800" not in current


def test_the_halo_reaches_thirty_kilometres_and_no_farther():
    inside = [lonlat(x, y) for x, y in ((-29.8, 4), (4, -29.8), (37.8, 4), (4, 37.8), (4, 4))]
    outside = [lonlat(x, y) for x, y in ((-30.2, 4), (4, -30.2), (38.2, 4), (4, 38.2), (30, 31))]
    lon, lat = np.array([*inside, *outside, (np.nan, np.nan)]).T
    assert scope().covers(lon, lat).tolist() == [True] * 5 + [False] * 6


def test_a_point_on_a_border_belongs_to_the_first_commune():
    lon, lat = np.array([lonlat(4, 2), lonlat(2, 2), lonlat(2, -1), lonlat(9, 1)]).T
    insee, inside = scope().locate(lon, lat)
    assert insee[0] in {"71001", "71002"}
    assert insee[1:] == ["71001", "", "21001"]
    assert inside[1:] == [True, False, False]


def test_a_commune_without_contour_is_kept_and_one_without_population_too():
    register = [*COG, {"code": "71009", "nom": "Psi", "departement": "71", "type": "commune-actuelle"}]
    laid = ground(cog=register)
    (psi,) = [c for c in laid.scope.communes if c.insee == "71009"]
    assert (psi.geometry, psi.population, psi.postcodes) == (None, None, ())
    assert laid.ledgers["cog"].kept == 5


def test_a_feed_without_types_lists_today_s_communes():
    register = [{k: v for k, v in row.items() if k != "type"} for row in COG if row["type"] == "commune-actuelle"]
    for row in register:
        if row["code"] == "71003":
            row["anciensCodes"] = ["71903", "71904"]
    assert len(ground(cog=register).scope.communes) == 4


def test_without_types_a_part_of_another_commune_is_none_of_today():
    """The column of types lost, the seat of its commune still tells a déléguée from the others."""
    untyped = ground([{key: value for key, value in row.items() if key != "type"} for row in COG])
    assert [c.insee for c in untyped.scope.communes] == [c.insee for c in scope().communes]
    assert untyped.scope.current == scope().current


def test_a_register_that_stops_before_the_territory_is_named():
    with pytest.raises(SourceMalformed, match=r"source cog: lists no commune of Saône-et-Loire \(71\)"):
        ground([row for row in COG if row["departement"] != "71"])


def test_bad_rows_are_named():
    drawn = contours({**SQUARES_KM, "71777": (0, 8, 1, 9)})
    drawn["features"][0]["geometry"] = {"type": "Point", "coordinates": [4.4, 46.7]}
    drawn["features"].append({"type": "Feature", "properties": {"code": "71002", "nom": "x"}, "geometry": None})
    laid = ground(cog=[*COG, {"code": "", "nom": "?", "departement": "71", "type": "commune-actuelle"}], shapes=drawn)
    assert [(r.source, r.code, r.example) for r in laid.rejects] == [
        ("cog", RejectCode.NO_KEY, "?"),
        ("contours", RejectCode.BAD_GEOMETRY, "71001"),
        ("contours", RejectCode.BAD_GEOMETRY, "71002"),
        ("contours", RejectCode.UNKNOWN_COMMUNE, "71777"),
    ]
    assert [laid.ledgers[name].rejected for name in ("cog", "contours")] == [1, 3]


SQUARE_OF_METRES = [[[800_000, 6_600_000], [801_000, 6_600_000], [801_000, 6_601_000], [800_000, 6_600_000]]]


@pytest.mark.parametrize("coordinates", [SQUARE_OF_METRES, [], [[[46.7, 4.4], [46.7, 4.5], [46.8, 4.5], [46.7, 4.4]]]],
                         ids=["metres", "empty", "exchanged"])  # fmt: skip
def test_an_outline_that_is_nowhere_near_is_none(coordinates):
    drawn = contours()
    drawn["features"][0]["geometry"]["coordinates"] = coordinates
    laid = ground(shapes=drawn)
    assert [(r.code, r.example) for r in laid.rejects] == [(RejectCode.BAD_GEOMETRY, "71001")]
    assert {c.insee: c.geometry is None for c in laid.scope.communes}["71001"]
    for feature in drawn["features"]:
        feature["geometry"]["coordinates"] = coordinates
    with pytest.raises(SourceMalformed, match="holds no contour of Saône-et-Loire"):
        ground(shapes=drawn)


@pytest.mark.parametrize("people", [-4, 1e300, float("inf"), "beaucoup", None])
def test_a_population_that_none_has_is_unknown(people):
    laid = ground(cog=[{**COG[0], "population": people}, *COG[1:]])
    assert [c.population for c in laid.scope.communes if c.insee == "71001"] == [None]


def test_a_table_without_shapes_is_no_map(tmp_path):
    register = table(tmp_path, cog_source(), json.dumps(COG), "c.json")
    drawn = table(tmp_path, contour_source(), "code;nom\n71001;Alpha\n", "contours.csv")
    with pytest.raises(SourceMalformed, match=r"holds no shapes \(contours\.csv\)"):
        lay_ground(SAONE_ET_LOIRE, (cog_source(), register), (contour_source(), drawn))


def test_an_outline_that_crosses_itself_is_mended():
    drawn = contours()
    ring = drawn["features"][0]["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    shapes = {c.insee: c.geometry for c in ground(shapes=drawn).scope.communes}
    assert shapely.is_valid(shapes["71001"])


def test_the_country_s_own_file_may_hold_islands_that_the_plane_cannot(tmp_path):
    drawn = contours()
    island = json.loads(json.dumps(drawn["features"][0]))
    island["properties"]["code"] = "97401"
    island["geometry"]["coordinates"] = [[[55.4, -21.0], [55.6, -21.0], [55.6, -20.9], [55.4, -21.0]]]
    drawn["features"].append(island)
    register = [*COG, {"code": "97401", "nom": "Île", "departement": "974", "type": "commune-actuelle"}]
    laid = ground(cog=register, shapes=drawn)
    assert [c.insee for c in laid.scope.communes] == ["21001", "71001", "71002", "71003"]
    assert laid.ledgers["contours"] == Ledger(read=7, kept=4, merged=1, out_of_scope=2, rejected=0)


def test_contours_of_elsewhere_are_no_territory(tmp_path):
    register = table(tmp_path, cog_source(), json.dumps(COG), "c.json")
    drawn = table(tmp_path, contour_source(), json.dumps(contours({"75001": (0, 0, 4, 4)})), "paris.geojson")
    with pytest.raises(SourceMalformed, match=r"holds no contour of Saône-et-Loire \(71\) \(paris\.geojson\)"):
        lay_ground(SAONE_ET_LOIRE, (cog_source(), register), (contour_source(), drawn))


def test_the_territories_that_are_shipped(repository):
    departments = Departments.load(repository / "data" / "territories.toml")
    assert len(departments) == 102
    assert departments["71"] == SAONE_ET_LOIRE
    assert departments["974"].crs == "EPSG:2975"
    assert departments.names["2A"] == "Corse-du-Sud"
    with pytest.raises(InvalidParameter, match="unknown territory '7', expected a code"):
        departments.require("7")


@pytest.mark.parametrize("text", ["", "[names]\n01 = 'Ain'", "[crs]\ndefault='a'\n99='b'\n[names]\n01='Ain'", "= 3"])
def test_what_is_no_list_of_territories_is_refused(tmp_path, text):
    path = tmp_path / "territories.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"territories\.toml"):
        Departments.load(path)
