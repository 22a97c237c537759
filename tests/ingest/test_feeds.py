"""Feeds of which no vintage lies in a mirror, by small invented files in the shape that their publishers give."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo.places import Precision
from ingest.catalogue import Source
from ingest.fetch import Fetched
from ingest.normalise import normalise_services
from ingest.reading import read_table
from ingest.results import SourceResult
from tests.ingest.elsewhere import came_to, declared
from tests.ingest.world import ORIGIN_X_M, ORIGIN_Y_M, lonlat, scope

LON, LAT = lonlat(2, 2)
"""In 71001."""


@pytest.fixture
def taken_in(tmp_path):
    """Read the content of a feed through the shipped source, and normalise it."""

    def take(name: str, content: bytes, territory: str = "71") -> SourceResult:
        source = declared(territory)[name]
        path = tmp_path / name
        path.write_bytes(content)
        files = [Fetched(name, path, "0" * 64, source.url, "2026-11-01T00:00:00Z", "2026-11-01", source.producer)]
        return normalise_services(source, read_table(source, files), files, scope())

    return take


def as_csv(*rows: Mapping[str, Any]) -> bytes:
    """Rows as an Opendatasoft portal exports them; what a row does not say is empty."""
    text = io.StringIO()
    titles = list(dict.fromkeys(title for row in rows for title in row))
    writer = csv.DictWriter(text, titles, restval="", delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def structure(number: str, category: str, state: str = "A", *, coded: bool) -> dict[str, Any]:
    """A place in the register's JSON: its schema has codes as ``{code, system}``, its daily files have them bare."""
    coordinates = {
        "coordonneeX": str(ORIGIN_Y_M + 2000),  # the northing
        "coordonneeY": str(ORIGIN_X_M + 2000),
        "directionLatitude": str(LAT),
        "directionLongitude": str(LON),
    }
    address = {"numeroVoie": "3", "typeVoie": "R", "libelleVoie": "DU LAVOIR", "cogCommune": "71001",
               "codePostal": "71100", "coordonneesGeographique": coordinates}  # fmt: skip
    return {
        "informationsGeneralesEGE": {"numFinessEge": number, "nomEgeLong": f"ÉTABLISSEMENT {number}"},
        "categorieEntiteGeographiqueExercice": {"code": category, "system": "https://mos"} if coded else category,
        "etatObjet": {"code": state, "system": "https://mos"} if coded else state,
        "siret": f"123456789{number[:5]}",
        "adresse": [address],
        "roleEge": [],
    }


@pytest.mark.parametrize("coded", [True, False], ids=["codes in objects", "bare codes"])
def test_finess_structures(taken_in, coded):
    company = {"informationsGeneralesPmej": {"numFinessPm": "710000001"}, "etatObjet": "A", "evenement": []}
    places = [
        ("710000019", "355", "A"),
        ("710000027", "620", "I"),
        ("710000035", "500", "A"),
        ("710000043", "9999", "A"),
    ]
    ege = [structure(number, category, state, coded=coded) for number, category, state in places]
    body = {"pmej": [{**company, "ege": ege[:2]}, {**company, "ege": ege[2:]}], "gco": [], "gcc": []}
    result = taken_in("finess_structures", json.dumps(body).encode())
    # A hospital; a pharmacy that closed; a home for old people; a code that the nomenclature did not have.
    assert came_to(result) == ((4, 1, 0, 2, 1), {"unmapped_category": 1}, {"health.hospital": 1})
    (draft,) = result.drafts
    assert (draft.service.lon, draft.service.lat) == pytest.approx((LON, LAT))
    assert draft.service.insee == "71001"
    assert dict(draft.links) == {"finess": "710000019", "siret": "12345678971000"}


def test_the_geocoded_register_is_two_sources_that_share_no_row(taken_in):
    place = {"etat": "ACTUEL", "type": "ET", "rs": "Établissement", "geoloc_4326_long": LON, "geoloc_4326_lat": LAT,
             "com_code": "71001", "adresse_num_voie": "3", "adresse_comp_voie": "B", "adresse_type_voie": "R",
             "adresse_nom_voie": "DU LAVOIR", "adresse_code_postal": "71100", "adresse_lib_routage": "ALPHA",
             "siret": "", "date_maj_finess": "2026-05-04"}  # fmt: skip
    rows = [
        {"finess": "710000019", **place, "categ_code": "355"},
        {"finess": "710000027", **place, "categ_code": "620"},
        {"finess": "710000035", **place, "categ_code": "620", "etat": "FERME"},
        {"finess": "710000043", **place, "categ_code": "355", "type": "EJ"},
        {"finess": "710000051", **place, "categ_code": "611"},
    ]
    content = as_csv(*rows)
    assert came_to(taken_in("pharmacies", content))[::2] == ((5, 1, 0, 4, 0), {"health.pharmacy": 1})
    others = taken_in("finess", content)
    assert came_to(others)[::2] == ((5, 2, 0, 3, 0), {"health.hospital": 1, "health.laboratory": 1})
    assert {draft.service.updated for draft in others.drafts} == {"2026-05-04"}


def test_data_es_counts_sites_and_keeps_nobody_s_name(taken_in, tmp_path):
    room = {"inst_numero": "I710010001", "inst_nom": "COSEC", "equip_x": LON, "equip_y": LAT, "new_code": "71001",
            "new_name": "Alpha", "inst_adresse": "3 rue du Lavoir", "inst_cp": "71100", "inst_hs_bool": "",
            "equip_maj_date": "2026-02-01", "declarant_nom": "DUPOND",
            "equip_rnb": "", "inst_uai": "", "inst_siret": ""}  # fmt: skip
    rows = [
        {**room, "equip_type_name": "Salle multisports (gymnase)"},
        {**room, "equip_type_name": "Dojo / Salle d'arts martiaux"},
        {**room, "equip_type_name": "Bassin sportif de natation"},
        {**room, "equip_type_name": "Boucle de randonnée"},
        {**room, "equip_type_name": "Court de tennis", "inst_hs_bool": "Oui"},
        {**room, "equip_type_name": "Piste de quidditch"},
    ]
    content = as_csv(*rows)
    result = taken_in("data_es", content)
    assert came_to(result) == ((6, 2, 1, 2, 1), {"unmapped_category": 1}, {"sport.gym": 1, "sport.pool": 1})
    source = declared("71")["data_es"]
    table = read_table(source, [Fetched("data_es", tmp_path / "data_es", "", "", "", "2026", "")])
    assert "DUPOND" not in table.frame.to_csv()
    assert source.dataset == "data-es"


@pytest.mark.parametrize(
    ("name", "row", "left_out", "category"),
    [
        (
            "bibliotheques",
            {"code_bib": "71001A", "nom_de_l_etablissement": "Médiathèque", "longitude": LON, "latitude": LAT,
             "ville": "Alpha", "code_insee_commune": "71001", "type_adresse": "Bâtiment ouvert"},
            {"type_adresse": "Bibliobus"},
            "culture.library",
        ),
        (
            "education_adresses",
            {"numero_uai": "0710001A", "appellation_officielle": "Collège Alpha", "nature_uai": "340",
             "longitude": LON, "latitude": LAT, "localisation": "Numéro de rue", "adresse_uai": "3 rue du Lavoir",
             "code_postal_uai": "71100", "libelle_commune": "Alpha", "code_commune": "71001",
             "etat_etablissement": "1"},
            {"etat_etablissement": "3"},
            "education.college",
        ),
        (
            "gendarmerie",
            {"identifiant_public_unite": "12", "service": "Brigade de proximité Alpha", "geocodage_x_GPS": LON,
             "geocodage_y_GPS": LAT, "voie": "3 RUE DU LAVOIR", "code_postal": "71100", "commune": "Alpha",
             "code_commune_insee": "71001"},
            {"service": "Centre d'information et de recrutement"},
            "public.police",
        ),
        (
            "irve",
            {"id_station_itinerance": "FRS71P71001001", "nom_station": "Lavoir", "consolidated_longitude": LON,
             "consolidated_latitude": LAT, "nbre_pdc": "2", "adresse_station": "3 rue du Lavoir",
             "consolidated_code_insee_commune": "71001", "date_maj": "2026-01-02", "station_deux_roues": "false"},
            {"station_deux_roues": "True"},
            "transport.charging",
        ),
    ],
)  # fmt: skip
def test_a_feed_with_its_filter(taken_in, name, row, left_out, category):
    content = as_csv(row, {**row, **left_out})
    if name == "bibliotheques":
        content = json.dumps([row, {**row, **left_out}]).encode()
    result = taken_in(name, content)
    assert came_to(result) == ((2, 1, 0, 1, 0), {}, {category: 1})
    (draft,) = result.drafts
    assert (draft.service.lon, draft.service.lat, draft.service.insee) == (
        pytest.approx(LON),
        pytest.approx(LAT),
        "71001",
    )


@pytest.mark.parametrize(
    ("name", "row", "category"),
    [
        (
            "police_nationale",
            {"service": "Commissariat d'Alpha", "geocodage_x_GPS": LON, "geocodage_y_GPS": LAT, "commune": "Alpha",
             "voie": "3 RUE DU LAVOIR", "code_postal": "71100", "code_commune_insee": "71001"},
            "public.police",
        ),
        (
            "carburants",
            {"id": "71100001", "geom": f"{LAT}, {LON}", "adresse": "3 rue du Lavoir", "cp": "71100", "ville": "Alpha"},
            "shop.fuel",
        ),
        (
            "merimee",
            {"reference": "PA00000001", "titre_editorial_de_la_notice": "Lavoir", "adresse_forme_editoriale": "",
             "coordonnees_au_format_wgs84": f"{LAT}, {LON}", "commune_forme_editoriale": "Alpha",
             "cog_insee_lors_de_la_protection": "71001"},
            "culture.heritage",
        ),
        (
            "superieur",
            {"implantation_code": "1", "implantation_lib": "IUT d'Alpha", "coordonnees": f"{LAT}, {LON}"},
            "education.superieur",
        ),
    ],
)  # fmt: skip
def test_a_feed_of_one_category(taken_in, name, row, category):
    result = taken_in(name, as_csv(row))
    assert came_to(result) == ((1, 1, 0, 0, 0), {}, {category: 1})
    assert (result.drafts[0].service.lon, result.drafts[0].service.lat) == pytest.approx((LON, LAT))


def test_courts_come_with_their_names_and_addresses(taken_in):
    court = {"CODE_INSEE": "71001", "CODE_ORIG": "9", "NUM": "1001", "NOM_ETABLISSEMENT": "Tribunal d'Alpha",
             "NUMÉRO_ET_LIBELLÉ_VOIE": "3 rue du Lavoir", "LIEU_DIT": "", "CODE_POSTAL": "71100",
             "LIGNE_D_ACHEMINEMENT": "ALPHA CEDEX", "PAYS_OU_DÉNOMINATION_TOM_COM": "", "COORDONNÉES_X": LON,
             "COORDONNÉES_Y": LAT, "NU_TEL": "", "ADRESSE_MAIL": ""}  # fmt: skip
    kinds = ("TPRX", "CPH", "TGI", "CASS", "XYZ")
    result = taken_in("point_justice", as_csv(*({"TYPE": kind, **court} for kind in kinds)))
    assert came_to(result) == ((5, 2, 0, 2, 1), {"unmapped_category": 1}, {"public.justice": 2})
    assert {(draft.service.name, draft.service.insee) for draft in result.drafts} == {("Tribunal d'Alpha", "71001")}


def test_vintages_of_the_source_of_equipments_have_names_since_and_come_as_parquet(taken_in):
    shop = {"NOMRS": "BOUCHERIE DU LAVOIR", "TYPEQU": "B204", "LONGITUDE": str(LON), "LATITUDE": str(LAT),
            "QUALITE_GEOLOC": "11", "NUMVOIE": "3", "INDREP": "_Z", "TYPVOIE": "RUE", "LIBVOIE": "DU LAVOIR",
            "CODPOS": "71100", "LIBCOM": "Alpha", "DEPCOM": "71001", "DEP": "71", "SIRET": "123"}  # fmt: skip
    somewhere = {**shop, "NOMRS": "_U", "QUALITE_GEOLOC": "33"}  # a point drawn at random in its commune
    rows = [shop, {**shop, "TYPEQU": "C109"}, {**shop, "TYPEQU": "Z999"}, somewhere]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    result = taken_in("bpe", sink.getvalue())
    assert came_to(result) == ((4, 1, 0, 2, 1), {"unmapped_category": 1}, {"shop.food": 1})
    (draft,) = result.drafts
    assert (draft.service.name, draft.service.precision) == ("BOUCHERIE DU LAVOIR", Precision.HOUSENUMBER)
    assert (draft.service.lon, draft.service.lat) == pytest.approx((LON, LAT), abs=1e-6)


def test_every_feed_of_services_says_where_it_comes_from():
    for source in declared("71").values():
        feed: Source = source.as_of(None)
        if feed.kind == "services" and feed.reader == "file" and feed.protocol == "opendatasoft":
            assert "/" not in feed.url.removeprefix("https://"), feed.id
