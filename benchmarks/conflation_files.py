"""The rows of real files whose pairs are labelled: read straight, without what a build would leave out of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
from numpy.typing import NDArray

from geo.projection import Projection
from ingest.matching import Places

__all__ = ["CRS", "FILES", "Rows", "communes", "content_id", "read_rows", "read_table", "telephone"]

CRS = "EPSG:2154"
_MERGE = "osmose-merge-data"
_OSM = {
    # name: (path below the mirror, contours that say in which commune a thing lies, else all of them in one)
    "osm_le_creusot": ("osm/le-creusot-71/Le_Creusot.osm.pbf", "contours/71/communes-71-saone-et-loire.geojson"),
    "osm_bondy": ("osm/bondy-93/map.osm", "93010"),
    "osm_pont_de_veyle": (
        "osm/pont-de-veyle-01/overpass_pont_de_veyle.osm",
        "contours/voisins-71/communes-01-ain.geojson",
    ),
}


@dataclass(frozen=True)
class Rows:
    """One source's rows of one category."""

    ids: Sequence[str]
    places: Places
    said: Sequence[str]
    """What else tells who it is, hidden from the rules: a shared identifier, a telephone number."""


def content_id(*said: str) -> str:
    """Return the id of a row whose publisher gives none: of its words, by the hash that ingest uses.

    16 hexadecimal figures: BLAKE2b, 8 bytes, of the texts with single spaces, joined by U+001F.
    """
    text = "\x1f".join(" ".join(part.split()) for part in said)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def telephone(written: str) -> str:
    """Return the nine figures of a French number; empty when it is none, or one that many share."""
    figures = re.sub(r"\D", "", written)
    figures = figures[2:] if figures.startswith("33") else figures
    figures = figures.lstrip("0")
    return figures if len(figures) == 9 and figures[0] not in "8" else ""


def read_table(path: Path, separator: str = ",", encoding: str = "utf-8") -> pd.DataFrame:
    """Read a table as text."""
    return pd.read_csv(path, sep=separator, encoding=encoding, dtype=str, keep_default_na=False)


def _rows(
    ids: Iterable[str],
    names: Iterable[str],
    lonlat: tuple[Iterable[str], Iterable[str]],
    insee: Iterable[str],
    said: Iterable[str],
) -> Rows:
    """Make rows of columns in degrees; those without a position are left out, and an id counts once."""
    lon, lat = (pd.to_numeric(pd.Series(list(column), dtype=str).str.replace(",", "."), "coerce") for column in lonlat)
    frame = pd.DataFrame(
        {"id": list(ids), "name": list(names), "lon": lon, "lat": lat, "insee": list(insee), "said": list(said)}
    )
    frame = frame[frame["lon"].between(-6, 10) & frame["lat"].between(41, 52)].drop_duplicates("id")
    x, y = Projection(CRS).to_xy_m(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    return _of_metres(frame, np.column_stack([x, y]))


def _of_metres(frame: pd.DataFrame, xy_m: NDArray[np.float64]) -> Rows:
    names = [" ".join(name.split()) for name in frame["name"]]
    return Rows(frame["id"].tolist(), Places(xy_m, names, frame["insee"].tolist()), frame["said"].tolist())


@lru_cache(maxsize=2)
def _postal_codes(
    mirror: Path,
) -> tuple[Mapping[tuple[str, str], str], Mapping[str, set[str]], Mapping[tuple[str, str], set[str]]]:
    """Return communes by postcode and name, by postcode, and by département and name."""
    table = read_table(next((mirror / "laposte-hexasmal").glob("*.csv")))
    by_name: dict[tuple[str, str], str] = {}
    by_code: dict[str, set[str]] = {}
    by_town: dict[tuple[str, str], set[str]] = {}
    for insee, name, code, line in zip(
        table["code_commune_insee"], table["nom_de_la_commune"], table["code_postal"], table["ligne_5"], strict=True
    ):
        by_name[(code, _town(name))] = insee
        by_name.setdefault((code, _town(line)), insee)
        by_code.setdefault(code, set()).add(insee)
        by_town.setdefault((code[:2], _town(name)), set()).add(insee)
    return by_name, by_code, by_town


def _town(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).upper()
    plain = re.sub(r"\bCEDEX.*", "", re.sub(r"[^A-Z0-9]+", " ", plain))
    return re.sub(r"\bSAINT(E?)\b", r"ST\1", plain).strip()


def communes(mirror: Path, codes: Iterable[str], towns: Iterable[str]) -> list[str]:
    """Return the commune of each postcode and town; empty where they name none, or several.

    A postcode of CEDEX is in no list: there the town tells, where its département has one of the name.
    """
    by_name, by_code, by_town = _postal_codes(mirror)

    def commune(code: str, town: str) -> str:
        alone = by_code.get(code, set())
        alone = alone or by_town.get((code[:2], _town(town)), set())
        return by_name.get((code, _town(town))) or (next(iter(alone)) if len(alone) == 1 else "")

    return [commune(code.zfill(5), town) for code, town in zip(codes, towns, strict=True)]


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
    return _of_metres(frame, frame[["x", "y"]].to_numpy(dtype=np.float64))


def _dila_2020(mirror: Path, category: str) -> Rows:
    kinds = {
        "public.police": ("gendarmerie", "commissariat_police"),
        "public.france_services": ("msap",),
        "public.townhall": ("mairie", "mairie_com"),
    }
    table = read_table(mirror / _MERGE / "service_public_FR.csv.bz2")
    table = table[table["category"].isin(kinds[category])]
    # Addresses end in "…, 71200, Le Creusot".
    parts = table["address"].str.extract(r"(\d{5}),\s*([^,]*)\s*$").fillna("")
    towns = communes(mirror, parts[0], parts[1])
    return _rows(
        table["id"],
        table["name"],
        (table["longitude"], table["latitude"]),
        towns,
        [telephone(n) for n in table["phone"]],
    )


def _france_services_2024(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / "france-services" / "liste-fs-20240801.csv")
    said = [telephone(number) for number in table["telephone"]]
    return _rows(table["id_fs"], table["lib_fs"], (table["longitude"], table["latitude"]), table["insee_com"], said)


def _gares_2024(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / "gares" / "sncf-2024" / "liste-des-gares.csv", ";", "utf-8-sig")
    codes = table["code_uic"]
    return _rows(codes, table["libelle"], (table["x_wgs84"], table["y_wgs84"]), [""] * len(table), codes)


def _gares_2015(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "railway_railstation_FR.csv.bz2")
    table = table[table["stop_id"].str.startswith("StopArea:OCE87")]
    codes = table["stop_id"].str.extract(r"OCE(\d{8})")[0].fillna("")
    return _rows(table["stop_id"], table["stop_name"], (table["stop_lon"], table["stop_lat"]), [""] * len(table), codes)


def _stops_2015(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "public_transport_FR_cg71.csv.bz2", ";", "cp1252")
    codes = table["cod_arret"]
    return _rows(codes, table["nom"], (table["longitude"], table["latitude"]), table["cod_comm"], codes)


def _stops_2014(mirror: Path, _: str) -> Rows:
    """Read shifted headers: ``cod_arret`` holds the commune, ``latitude`` the longitude."""
    table = read_table(mirror / _MERGE / "public_transport_FR_cg71_v2014-03.csv.bz2")
    commune = [code.zfill(5) for code in table["cod_arret"]]
    return _rows(table["entityid"], table["nom"], (table["latitude"], table["longitude"]), commune, table["cod_comm"])


def _buscephale_2012(mirror: Path, _: str) -> Rows:
    """Read an object of JavaScript: one key and one value a line, decimal commas."""
    text = (mirror / "gtfs" / "openbus71-buscephale" / "jsonold_stops.js").read_text(encoding="utf-8")
    stops = [
        {key: value.strip("'\"") for key, value in re.findall(r"'(\w+)'\s*:\s*(.*?),?\s*\n", found)}
        for found in re.findall(r"\{([^}]*)\}", text)
    ]
    codes = [stop["stop_id"] for stop in stops]
    return _rows(
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
    return _of_metres(frame[there], xy_m[there])


def _poste_2015(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "poste_FR.csv.bz2", ";", "cp1252")
    towns = communes(mirror, table["Code_postal"], table["Localité"])
    ids = table["#Identifiant"]
    return _rows(ids, table["Libellé_du_site"], (table["Longitude"], table["Latitude"]), towns, ids)


def _restaurants_2013(mirror: Path, _: str) -> Rows:
    """Put back the lost decimal points: two figures of a latitude and one of a longitude stand before it."""
    table = read_table(mirror / _MERGE / "restaurant_FR_cg71.csv.bz2")
    lat = table["latitude"].str.replace(r"[.,]", "", regex=True).str.replace(r"^(\d\d)", r"\1.", regex=True)
    lon = table["longitude"].str.replace(r"[.,]", "", regex=True).str.replace(r"^(\d)", r"\1.", regex=True)
    towns = communes(mirror, table["code_postal"], table["ville"])
    said = [telephone(number) for number in table["tel_fixe"]]
    return _rows(table["entityid"], table["nom"], (lon, lat), towns, said)


def _fuel_2018(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / _MERGE / "fuel_FR.csv.bz2")
    code = table["id"].str.zfill(8).str[:5]
    towns = communes(mirror, code, table["ville"])
    return _rows(table["id"], [""] * len(table), (table["lon"], table["lat"]), towns, table["id"])


def _hospitals_2020(mirror: Path, _: str) -> Rows:
    table = read_table(mirror / "finess" / "eurostat-hopitaux-fr" / "FR.csv")
    towns = communes(mirror, table["postcode"], table["city"])
    ids = table["id"].str.zfill(9)
    return _rows(ids, table["hospital_name"], (table["lon"], table["lat"]), towns, ids)


def _bpe_2019_94(mirror: Path, category: str) -> Rows:
    """Read places without names and ids: what tells one is its kind, its commune and where it stands.

    A hospital counts once for each of its wards, which stand in one point.
    """
    kinds = {
        "health.hospital": ("D101", "D102", "D103", "D104", "D105", "D106"),
        "public.post": ("A206",),
        "shop.fuel": ("B316",),
    }
    table = read_table(mirror / "bpe" / "bpe19-xy-94" / "bpe2019_94.csv", ";")
    table = table[table["TYPEQU"].isin(kinds[category]) & (table["LAMBERT_X"] != "")]
    told = zip(table["DEPCOM"], table["LAMBERT_X"], table["LAMBERT_Y"], strict=True)
    ids = [content_id(category, *row) for row in told]
    frame = pd.DataFrame({"id": ids, "name": "", "insee": table["DEPCOM"].to_numpy(), "said": ""})
    xy_m = table[["LAMBERT_X", "LAMBERT_Y"]].to_numpy(dtype=np.float64)
    first = ~frame["id"].duplicated().to_numpy()
    return _of_metres(frame[first], xy_m[first])


_TAGS: Mapping[str, tuple[Sequence[tuple[str, str]], str]] = {
    # category: (tags of which one is enough, the tag that tells who it is)
    "health.pharmacy": ([("amenity", "pharmacy"), ("healthcare", "pharmacy")], "ref:FR:FINESS"),
    "health.hospital": ([("amenity", "hospital")], "ref:FR:FINESS"),
    "public.post": ([("amenity", "post_office")], "ref:FR:LaPoste"),
    "public.townhall": ([("amenity", "townhall")], "phone"),
    "public.police": ([("amenity", "police")], "phone"),
    "shop.fuel": ([("amenity", "fuel")], "ref:FR:prix-carburants"),
    "shop.restaurant": (
        [("amenity", kind) for kind in ("restaurant", "cafe", "fast_food", "bar", "pub")],
        "phone",
    ),
    "transport.station": ([("railway", "station"), ("railway", "halt")], "uic_ref"),
    "transport.stop": ([("highway", "bus_stop")], "ref:FR:CG71"),
}


@dataclass(frozen=True, slots=True)
class _Thing:
    id: str
    lon: float
    lat: float
    tags: Mapping[str, str]


@lru_cache(maxsize=4)
def _things(path: Path) -> list[_Thing]:
    """Read the nodes and ways of an extract that are of a category; a way stands at the mean of its nodes."""
    keys = {pair for wanted, _ in _TAGS.values() for pair in wanted}
    things = []
    for thing in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations():
        tags = dict(thing.tags)
        if not any(tags.get(key) == value for key, value in keys):
            continue
        points = [thing.location] if thing.is_node() else [node.location for node in thing.nodes]
        degrees = [(point.lon, point.lat) for point in points if point.valid()]
        if degrees:
            lon, lat = np.mean(degrees, axis=0).tolist()
            things.append(_Thing(f"{'n' if thing.is_node() else 'w'}{thing.id}", lon, lat, tags))
    return things


def _osm(name: str) -> Callable[[Path, str], Rows]:
    path, contours = _OSM[name]

    def read(mirror: Path, category: str) -> Rows:
        wanted, telling = _TAGS[category]
        found = [thing for thing in _things(mirror / path) if any(thing.tags.get(k) == v for k, v in wanted)]
        named = [next((t.tags[key] for key in ("name", "brand", "operator") if key in t.tags), "") for t in found]
        said = [thing.tags.get(telling) or thing.tags.get("contact:" + telling, "") for thing in found]
        lon, lat = [str(thing.lon) for thing in found], [str(thing.lat) for thing in found]
        told = [telephone(number) for number in said] if telling == "phone" else said
        return _rows([thing.id for thing in found], named, (lon, lat), _inside(mirror, contours, lon, lat), told)

    return read


def _inside(mirror: Path, contours: str, lon: Sequence[str], lat: Sequence[str]) -> list[str]:
    if not contours.endswith(".geojson"):
        return [contours] * len(lon)
    shapes = gpd.read_file(mirror / contours)
    points = gpd.GeoSeries.from_xy([float(x) for x in lon], [float(y) for y in lat])
    row, shape = shapes.sindex.query(points, predicate="within")
    codes = dict(zip(row.tolist(), shapes["code"].iloc[shape].tolist(), strict=True))
    return [codes.get(n, "") for n in range(len(lon))]


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
    **{name: _osm(name) for name in _OSM},
}
"""By the name that a pair's row says."""


@lru_cache(maxsize=32)
def read_rows(mirror: Path, source: str, category: str) -> Rows:
    """Read a source's rows of a category."""
    return FILES[source](mirror, category)
