"""The rows of real files whose pairs are labelled: read straight, without what a build would leave out of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.conflation_osm import EXTRACTS, of_extract
from benchmarks.conflation_rows import CRS, Rows, communes, content_id, of_degrees, of_metres, read_table, telephone

__all__ = ["FILES", "read_rows"]

_MERGE = "osmose-merge-data"


def _gendarmerie_2014(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "police_FR.csv.bz2", "|", "cp1252")
    table = table[~table["adresse_code_postal"].str.startswith("9") | table["adresse_code_postal"].str.match("9[0-5]")]
    address = table["adresse_geographique_unite"]
    frame = pd.DataFrame(
        {
            "id": [content_id(*row) for row in zip(table["nom_contextuel_unite"], address, strict=True)],
            "name": table["nom_contextuel_unite"].to_numpy(),
            "insee": communes(mirror, table["adresse_code_postal"], table["localite_unite"]),
            "said": [telephone(number) for number in table["num_tph_fixe_unite"]],
            "x": pd.to_numeric(table["lambert93_x"], "coerce").to_numpy(),
            "y": pd.to_numeric(table["lambert93_y"], "coerce").to_numpy(),
        }
    )
    frame = frame[np.isfinite(frame["x"]) & np.isfinite(frame["y"])].drop_duplicates("id")
    return of_metres(frame, frame[["x", "y"]].to_numpy(dtype=np.float64))


def _dila_2020(mirror: Path, category: str) -> Rows:
    kinds = {
        "public.police": ("gendarmerie", "commissariat_police"),
        "public.france_services": ("msap",),
        "public.townhall": ("mairie", "mairie_com"),
        "public.justice": ("tgi", "ti", "prudhommes", "tribunal_commerce", "mjd", "permanence_juridique"),
    }
    table = read_table(mirror / _MERGE / "service_public_FR.csv.bz2")
    table = table[table["category"].isin(kinds[category])]
    # Addresses end in "…, 71200, Le Creusot".
    parts = table["address"].str.extract(r"(\d{5}),\s*([^,]*)\s*$").fillna("")
    towns = communes(mirror, parts[0], parts[1])
    return of_degrees(
        table["id"],
        table["name"],
        (table["longitude"], table["latitude"]),
        towns,
        [telephone(n) for n in table["phone"]],
    )


def _france_services_2024(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / "france-services" / "liste-fs-20240801.csv")
    said = [telephone(number) for number in table["telephone"]]
    return of_degrees(
        table["id_fs"], table["lib_fs"], (table["longitude"], table["latitude"]), table["insee_com"], said
    )


def _gares_2024(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / "gares" / "sncf-2024" / "liste-des-gares.csv", ";", "utf-8-sig")
    codes = table["code_uic"]
    return of_degrees(codes, table["libelle"], (table["x_wgs84"], table["y_wgs84"]), [""] * len(table), codes)


def _gares_2015(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "railway_railstation_FR.csv.bz2")
    table = table[table["stop_id"].str.startswith("StopArea:OCE87")]
    codes = table["stop_id"].str.extract(r"OCE(\d{8})")[0].fillna("")
    return of_degrees(
        table["stop_id"], table["stop_name"], (table["stop_lon"], table["stop_lat"]), [""] * len(table), codes
    )


def _stops_2015(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "public_transport_FR_cg71.csv.bz2", ";", "cp1252")
    codes = table["cod_arret"]
    return of_degrees(codes, table["nom"], (table["longitude"], table["latitude"]), table["cod_comm"], codes)


def _stops_2014(mirror: Path, _: str) -> Rows:
    """Read shifted headers: ``cod_arret`` holds the commune, ``latitude`` the longitude."""
    table = read_table(mirror / _MERGE / "public_transport_FR_cg71_v2014-03.csv.bz2")
    commune = [code.zfill(5) for code in table["cod_arret"]]
    return of_degrees(
        table["entityid"], table["nom"], (table["latitude"], table["longitude"]), commune, table["cod_comm"]
    )


def _buscephale_2012(mirror: Path, _: str) -> Rows:
    """Read an object of JavaScript: one key and one value a line, decimal commas."""
    text = (mirror / "gtfs" / "openbus71-buscephale" / "jsonold_stops.js").read_text(encoding="utf-8")
    stops = [
        {key: value.strip("'\"") for key, value in re.findall(r"'(\w+)'\s*:\s*(.*?),?\s*\n", found)}
        for found in re.findall(r"\{([^}]*)\}", text)
    ]
    codes = [stop["stop_id"] for stop in stops]
    return of_degrees(
        codes,
        [stop["stop_name"] for stop in stops],
        ([stop["stop_lon"] for stop in stops], [stop["stop_lat"] for stop in stops]),
        [stop["stop_desc"].zfill(5) if stop["stop_desc"] else "" for stop in stops],
        codes,
    )


def _pharmacies_2014(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "pharmacy_FR.csv.bz2")
    frame = pd.DataFrame(
        {
            "id": table["CTPM_IDPHARMA"],
            "name": table["CTPM_NOMUSAGE"],
            "insee": communes(mirror, table["CTPM_CP"], table["CTPM_VILLE"]),
            "said": table["CTPM_FINESSGEOGRAPHIQUE"],
        }
    )
    xy_m = table[["CTPM_LAMBERT93_X", "CTPM_LAMBERT93_y"]].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    there = np.isfinite(xy_m).all(axis=1) & (xy_m[:, 0] > 0)
    return of_metres(frame[there], xy_m[there])


def _poste_2015(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "poste_FR.csv.bz2", ";", "cp1252")
    towns = communes(mirror, table["Code_postal"], table["Localité"])
    ids = table["#Identifiant"]
    return of_degrees(ids, table["Libellé_du_site"], (table["Longitude"], table["Latitude"]), towns, ids)


def _restaurants_2013(mirror: Path, _: str) -> Rows:
    """Put back the lost decimal points: two figures of a latitude and one of a longitude stand before it."""
    table = read_table(mirror / _MERGE / "restaurant_FR_cg71.csv.bz2")
    lat = table["latitude"].str.replace(r"[.,]", "", regex=True).str.replace(r"^(\d\d)", r"\1.", regex=True)
    lon = table["longitude"].str.replace(r"[.,]", "", regex=True).str.replace(r"^(\d)", r"\1.", regex=True)
    towns = communes(mirror, table["code_postal"], table["ville"])
    said = [telephone(number) for number in table["tel_fixe"]]
    return of_degrees(table["entityid"], table["nom"], (lon, lat), towns, said)


def _fuel_2018(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "fuel_FR.csv.bz2")
    code = table["id"].str.zfill(8).str[:5]
    towns = communes(mirror, code, table["ville"])
    return of_degrees(table["id"], [""] * len(table), (table["lon"], table["lat"]), towns, table["id"])


def _hospitals_2020(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / "finess" / "eurostat-hopitaux-fr" / "FR.csv")
    towns = communes(mirror, table["postcode"], table["city"])
    ids = table["id"].str.zfill(9)
    return of_degrees(ids, table["hospital_name"], (table["lon"], table["lat"]), towns, ids)


def _bpe_2019_94(mirror: Path, category: str) -> Rows:
    """Read places without names and ids: what tells one is its kind, its commune and where it stands.

    A hospital counts once for each of its wards, which stand in one point.
    """
    kinds = {
        "health.hospital": ("D101", "D102", "D103", "D104", "D105", "D106"),
        "public.post": ("A206",),
        "shop.fuel": ("B316",),
        "health.pharmacy": ("D301",),
        "public.police": ("A101", "A104"),
        "public.justice": ("A106", "A107", "A108", "A109"),
        "transport.station": ("E107", "E108", "E109"),
    }
    table = read_table(mirror / "bpe" / "bpe19-xy-94" / "bpe2019_94.csv", ";")
    table = table[table["TYPEQU"].isin(kinds[category]) & (table["LAMBERT_X"] != "")]
    told = zip(table["DEPCOM"], table["LAMBERT_X"], table["LAMBERT_Y"], strict=True)
    ids = [content_id(category, *row) for row in told]
    frame = pd.DataFrame({"id": ids, "name": "", "insee": table["DEPCOM"].to_numpy(), "said": ""})
    xy_m = table[["LAMBERT_X", "LAMBERT_Y"]].to_numpy(dtype=np.float64)
    first = ~frame["id"].duplicated().to_numpy()
    return of_metres(frame[first], xy_m[first])


def _msap_2018(mirror: Path, _: str) -> Rows:
    """Read addresses of which nothing else is known; where one was searched in vain, its town stands for it."""
    table = gpd.read_file(next((mirror / "shp" / "msap-2018").glob("*.shp"))).to_crs(CRS)
    address = table["locatin"].fillna("")
    parts = address.str.extract(r"(\d{5}) ([^,]*), France$").fillna("")
    frame = pd.DataFrame(
        {
            "id": [content_id(text) for text in address],
            "name": "",
            "insee": communes(mirror, parts[0], parts[1]),
            "said": "",
            "x": table.geometry.x.to_numpy(),
            "y": table.geometry.y.to_numpy(),
        }
    ).drop_duplicates("id")
    return of_metres(frame, frame[["x", "y"]].to_numpy(dtype=np.float64))


def _point_justice_2025(mirror: Path, _: str) -> Rows:
    """Read the courts that households go to; the file has their kind and commune, and no names."""
    text = (mirror / "point-justice" / "point_justice.js").read_text(encoding="utf-8")
    found = json.loads(text[text.index("{") : text.rindex("}") + 1])["features"]
    kinds = ("TBRTJ", "TPRX", "CPH", "TCO", "CDAD")
    rows = [(thing["properties"], thing["geometry"]["coordinates"]) for thing in found]
    rows = [row for row in rows if row[0]["TYPE"] in kinds]
    ids = [f"{told['TYPE']}-{told['NUM']}" for told, _ in rows]
    lonlat = ([str(point[0]) for _, point in rows], [str(point[1]) for _, point in rows])
    return of_degrees(ids, [""] * len(rows), lonlat, [told["CODE_INSEE"] or "" for told, _ in rows], ids)


def _vaccination_2021(mirror: Path, _: str) -> Rows:
    """Read the sites of vaccination that are hospitals by their names."""
    path = mirror / "sante" / "bfc-lieux-vaccination-2021" / "vaccin_lieux_vaccination.json"
    table = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))).fillna("").astype(str)
    table = table[
        table["nom"].str.contains(r"\b(?:CHU?|Centre hospitalier|H[ôo]pital|Hospices|Clinique)\b", case=False)
    ]
    towns = communes(mirror, table["com_cp"], table["com_nom"])
    said = [telephone(number) for number in table["rdv_tel"]]
    return of_degrees(table["gid"], table["nom"], (table["long_coor1"], table["lat_coor1"]), towns, said)


def _irve_2019(resource: str) -> Callable[[Path, str], Rows]:
    """Read one list of the consolidated file, in which a producer's older list stands beside the newer."""

    def read(mirror: Path, _: str) -> Rows:
        table = read_table(mirror / "irve" / "bornes-irve-20190805.csv", ";", "utf-8-sig")
        table = table[table["source"].str.contains(f"resource-{resource}")]
        lonlat, towns = (table["Xlongitude"], table["Ylatitude"]), table["code_insee"].str.zfill(5)
        return of_degrees(table["id_station"], table["n_station"], lonlat, towns, table["ad_station"])

    return read


FILES: Mapping[str, Callable[[Path, str], Rows]] = {
    "gendarmerie_2014": _gendarmerie_2014,
    "dila_2020": _dila_2020,
    "france_services_2024": _france_services_2024,
    "gares_2024": _gares_2024,
    "gares_2015": _gares_2015,
    "opendata71_stops_2015": _stops_2015,
    "opendata71_stops_2014": _stops_2014,
    "buscephale_2012": _buscephale_2012,
    "pharmacies_2014": _pharmacies_2014,
    "poste_2015": _poste_2015,
    "restaurants_2013": _restaurants_2013,
    "fuel_2018": _fuel_2018,
    "hospitals_2020": _hospitals_2020,
    "bpe_2019_94": _bpe_2019_94,
    "msap_2018": _msap_2018,
    "point_justice_2025": _point_justice_2025,
    "vaccination_2021": _vaccination_2021,
    "irve_yonne_2017": _irve_2019("e8b3dd76"),
    "irve_yonne_2019": _irve_2019("1534ca6a"),
    "irve_aisne_2017": _irve_2019("cd04822a"),
    "irve_aisne_2019": _irve_2019("e18a9301"),
    "irve_loir_et_cher_1": _irve_2019("05ab8a52"),
    "irve_loir_et_cher_2": _irve_2019("a6294196"),
    "irve_var_1": _irve_2019("7b33cfe5"),
    "irve_var_2": _irve_2019("932ba7f2"),
    **{name: of_extract(name) for name in EXTRACTS},
}
"""By the name that a pair's row says."""


@lru_cache(maxsize=32)
def read_rows(mirror: Path, source: str, category: str) -> Rows:
    """Read a source's rows of a category."""
    return FILES[source](mirror, category)
