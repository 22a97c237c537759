"""Every table of the mirror is read whole; the counts are those that its notes give, or that anyone can count again."""

from __future__ import annotations

import json
import re

import pytest

from geo.errors import SourceMalformed
from ingest.connectors import file
from ingest.connectors.table import LINE, POINT_LAT, POINT_LON
from tests.ingest.world import fetched, source

SCHOOLS = "annuaire-education/ille-et-vilaine-2023/fr-en-"
OSMOSE = "osmose-merge-data/"
TABLES = [
    # path below the mirror, a column, rows
    (SCHOOLS + "adresse-et-geolocalisation-etablissements-premier-et-second-degre.csv", "Code établissement", 117),
    (SCHOOLS + "annuaire-education.csv", "Identifiant_de_l_etablissement", 996),
    (SCHOOLS + "carte-scolaire-colleges-publics.csv", "Code_RNE", 5416),
    ("annuaire-education/occitanie-2024/fr-en-annuaire-education.csv", "Identifiant_de_l_etablissement", 6240),
    ("api-fixtures/demarches-simplifiees/communes-71.json", "code", 563),
    ("api-fixtures/geocode-csv-output/test_arretes_insa_2023_rnb.geocoded.csv", "result_id", 117),
    ("ban/bal-fixtures/1.4-valid.csv", "cle_interop", 2),
    ("ban/bal-fixtures/1.5-valid.csv", "cle_interop", 2),
    ("ban/bal-fixtures/sample.csv", "cle_interop", 15),
    ("ban/bondy-93/adresse.csv", "id", 8413),
    ("ban/paris-75-2024/adresses-75.csv.gz", "id", 158048),
    ("bnlc-covoiturage/bnlc-.csv", "id_lieu", 2473),
    ("bpe/bpe18-enseignement-france-iris/bpe18_enseignement.csv", "TYPEQU", 68294),
    ("bpe/bpe19-xy-94/bpe2019_94.csv", "TYPEQU", 47171),
    ("cog-2026/communes.json", "code", 37590),
    ("cog-2026/epci.json", "code", 1255),
    ("contours/71/arrondissements-71-saone-et-loire.geojson", "code", 5),
    ("contours/71/cantons-71-saone-et-loire.geojson", "code", 29),
    ("contours/71/communes-71-saone-et-loire.geojson", "code", 567),
    ("contours/71/departement-71-saone-et-loire.geojson", "code", 1),
    ("contours/voisins-71/communes-01-ain.geojson", "code", 407),
    ("contours/voisins-71/communes-21-cote-d-or.geojson", "code", 704),
    ("contours/voisins-71/communes-69-rhone.geojson", "code", 278),
    ("dirty-csv/a_test_file.csv", "NUMCOM", 406),
    ("dirty-csv/subventions-commune-de-castelmaurou.csv", "idAttribuant", 95),
    ("dvf/geo-dvf-samples/dvf_merignac_2023.csv", "id_mutation", 40),
    ("dvf/geo-dvf-samples/example_ain_2024.csv", "id_mutation", 77),
    ("finess/eurostat-hopitaux-fr/FR.csv", "id", 5368),
    ("finess/eurostat-hopitaux-fr/FR.geojson", "id", 5368),
    ("finess/helios-xml/finess_cs1400101_stock_20211214-0333.xml", "nofiness", 3),
    ("finess/helios-xml/finess_cs1400102_stock_20211214-0336.xml", "nofinesset", 14),
    ("finess/helios-xml/finess_cs1500106_stock_20211214-0417.xml", "code", 293),
    ("france-services/liste-fs-20240801.csv", "id_fs", 2845),
    ("gares/sncf-2024/liste-des-gares.csv", "code_uic", 3819),
    ("gtfs/openbus71-buscephale/jsonold_stops.js", "stop_id", 2751),
    ("gtfs/openbus71-buscephale/routes.js.csv", "route_id", 33),
    ("gtfs/openbus71-buscephale/stop_times.js", "stop_time_id", 2689),
    ("gtfs/openbus71-buscephale/stops.js", "stop_id", 274),
    ("gtfs/openbus71-buscephale/trips.js", "trip_id", 194),
    ("irve/bornes-irve-20190805.csv", "id_pdc", 9687),
    ("laposte-hexasmal/20250619094120-datanova.csv", "code_commune_insee", 39201),
    ("loire-atlantique-44/44.js", "insee_comm", 212),
    ("loire-atlantique-44/Creches.js", "DESIGNATION", 507),
    ("loire-atlantique-44/Ecoles.js", "CNOMRS", 1616),
    ("loire-atlantique-44/Mam.js", "nom_mam", 329),
    ("musees/museofile-2020/musees-de-france-base-museofile.csv", "Identifiant", 1216),
    ("ods-v1-samples/la-rochelle-bad-coords/data.js", "longitude", 136),
    ("ods-v1-samples/nantes-2020/ContainersDatas.js", "code", 2278),
    ("ods-v1-samples/nantes-2020/TrisacsData.js", "recordid", 119),
    (OSMOSE + "college_FR_enseignement_superieur.csv.bz2", "GPS_X", 4314),
    (OSMOSE + "fuel_FR.csv.bz2", "id", 9739),
    (OSMOSE + "heritage_FR_merimee.csv.bz2", "Référence", 45191),
    (OSMOSE + "pharmacy_FR.csv.bz2", "CTPM_IDPHARMA", 22696),
    (OSMOSE + "police_FR.csv.bz2", "lambert93_x", 3293),
    (OSMOSE + "poste_FR.csv.bz2", "Identifiant", 17097),
    (OSMOSE + "public_transport_FR_cg71.csv.bz2", "cod_arret", 2800),
    (OSMOSE + "railway_railstation_FR.csv.bz2", "stop_id", 5204),
    (OSMOSE + "restaurant_FR_cg71.csv.bz2", "entityid", 601),
    (OSMOSE + "school_FR.csv.bz2", "numero_uai", 67145),
    (OSMOSE + "service_public_FR.csv.bz2", "id", 61507),
    ("point-justice/point_justice.js", "CODE_INSEE", 1388),
    ("population/communes-etalab/communes.csv", "COM", 37544),
    ("population/communes-etalab/donnees_communes.csv", "PMUN", 34970),
    ("population/communes-etalab/epcicom.xlsx", "insee", 34931),
    ("res-sport/france-par-commune-2018/20180110_RES_FamEq_Communes.csv", "ComInsee", 28734),
    ("res-sport/pays-de-la-loire-2015/Installations.csv", "Numero de l'installation", 9229),
    ("res-sport/pays-de-la-loire-2015/activites.csv", "EquipementId", 36030),
    ("sante/bfc-lieux-vaccination-2021/vaccin_lieux_vaccination.json", "gid", 84),
    ("shp/msap-2018/MSAP-20180627_geolocalisation_pole_emploi.shp", "name", 980),
]
ROWS = {"TrisacsData.js": "_structuresDatas", "cs1400101": "structureej", "cs1400102": "structureet",
        "cs1500106": "nomenclcategorieETavecagr"}  # fmt: skip


@pytest.fixture
def read(mirror):
    def read_it(path, **given):
        of = source(**{"rows": next((way for name, way in ROWS.items() if name in path), ""), **given})
        return file.read(of, [fetched(mirror / path, of)])

    return read_it


@pytest.mark.parametrize(("path", "column", "rows"), TABLES, ids=[path for path, *_ in TABLES])
def test_every_table_is_read_whole(read, path, column, rows):
    table = read(path, columns={"key": column})
    assert (table.read, len(table.rejects)) == (rows, 0)
    assert sum(text != "" for text in table.cells([column])) > rows / 2
    assert table.frame[LINE].is_monotonic_increasing


def test_the_mirror_s_only_script_without_data_is_no_table(read):
    with pytest.raises(SourceMalformed, match=r"rows do not have the \d+ cells of the header"):
        read("loire-atlantique-44/Map_Assmat.js", columns={"key": "id"})


def test_a_shifted_header_is_set_right(read):
    table = read(
        OSMOSE + "public_transport_FR_cg71_v2014-03.csv.bz2",
        headers=["entityid", "cod_comm", "cod_arret", "dat_dval", "nom", "longitude", "latitude"],
        skip=1,
        columns={"key": "cod_arret", "name": "nom", "lon": "longitude", "lat": "latitude", "insee": "cod_comm"},
    )
    assert table.read == 2796
    lon, lat = (table.text([name]).astype(float) for name in ("longitude", "latitude"))
    assert (lon.between(3.5, 6) & lat.between(45.9, 47.5)).mean() > 0.99  # some lines end far from home


def test_three_styles_of_one_directory_s_headers_are_one_source(read):
    columns = {
        "key": ["identifiant_de_l_etablissement", "numero_uai"],
        "postcode": ["code_postal", "code_postal_uai"],
        "point": "position",
        "x": ["coordX_origine", "coordonnee_X", "X"],
        "y": ["coordY_origine", "coordonnee_Y", "Y"],
    }
    styles = [SCHOOLS + "annuaire-education.csv", TABLES[3][0], OSMOSE + "school_FR.csv.bz2"]
    for path in styles:
        table = read(path, columns=columns, optional=["point"])
        assert all(re.fullmatch(r"\d{7}[A-Z]", uai) for uai in table.cells(columns["key"]))
        assert sum(text != "" for text in table.cells(columns["x"])) > 0.9 * table.read


def test_the_shapefile_whose_system_has_no_code_lies_in_france(read):
    table = read(TABLES[-1][0], columns={"key": "osm_id", "city": "city"})
    lon, lat = (table.text([name]).astype(float) for name in (POINT_LON, POINT_LAT))
    assert (lon.between(-5.5, 9.7) & lat.between(41, 51.2)).sum() > 960  # the others lie overseas, as they should
    assert not any("Ã" in city for city in table.cells(["city"]))


def test_what_a_script_s_literals_hold_is_kept(read):
    old = read("gtfs/openbus71-buscephale/jsonold_stops.js", columns={"key": "stop_id", "insee": "stop_lat"})
    assert sum("," in text for text in old.cells(["stop_lat"])) > 1000
    times = read("gtfs/openbus71-buscephale/stop_times.js", columns={"key": "stop_time_id", "name": "arrival_time"})
    assert {"", "-"} & set(times.cells(["arrival_time"])) == {""}


def test_coordinates_that_nobody_can_read_come_out_as_they_stand(read):
    table = read(TABLES[46][0], columns={"key": "id", "lon": "longitude", "lat": "latitude"})
    assert "-00000001,1500341" in table.cells(["longitude"])
    assert sum(text != "" for text in table.cells([POINT_LON])) == 136


def test_schools_without_a_place_have_none(read):
    table = read("loire-atlantique-44/Ecoles.js", columns={"key": "DEPCOM"})
    assert sum(geometry is not None for geometry in table.geometries) == 1425
    assert table.cells([POINT_LON]).count("") == 1616 - 1425


def test_all_columns_of_a_file_can_be_looked_at(mirror):
    of = source()
    path = mirror / "france-services/liste-fs-20240801.csv"
    table = file.read_every_column(of, [fetched(path, of)])
    header = path.read_bytes().split(b"\n", 1)[0].decode("utf-8-sig").strip()
    assert [f'"{title}"' for title in table.frame.columns[:-2]] == header.split(",")


def test_records_of_a_mirror_are_counted_by_another_reader_too(mirror):
    data = json.loads((mirror / "cog-2026/epci.json").read_text(encoding="utf-8"))
    of = source(rows="membres", columns={"key": "code", "name": "@around>nom"})
    table = file.read(of, [fetched(mirror / "cog-2026/epci.json", of)])
    assert table.read == sum(len(epci["membres"]) for epci in data)
    assert table.cells(["@around>nom"])[0] == data[0]["nom"]
