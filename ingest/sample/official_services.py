"""Post offices, stations and France Services, as their publishers would list them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ingest.sample import names
from ingest.sample.arteries import HALTS
from ingest.sample.doors import Doors
from ingest.sample.facilities import Facility
from ingest.sample.frame import Frame
from ingest.sample.sheets import FAR, Sheet, Spots, kept, listed, shouted
from ingest.sample.truth import Fate

__all__ = ["write_france_services", "write_post", "write_stations"]

_POST_COLUMNS = (
    "#Identifiant", "Libellé_du_site", "Caractéristique_du_site", "Adresse", "Complément_d_adresse", "Lieu_dit",
    "Code_postal", "Localité", "Pays", "Latitude", "Longitude", "Précision_du_géocodage", "Numéro_de_téléphone",
    "Changeur_de_monnaie", "Distributeur_de_billets", "Distributeur_de_timbres", "Photocopie",
    "Accessibilité_Entrée_autonome_en_fauteuil_roulant_possible",
)  # fmt: skip
_VILLAGE = "LE BOURG"
"""Where a place is in a village; no street is called so."""
_FS_COLUMNS = (
    "id_fs", "insee_dep", "lib_fs", "adresse", "complement_adresse", "insee_com", "code_postal", "lib_com", "latitude",
    "longitude", "mail", "telephone", "h_lundi", "h_mardi", "prise_rdv", "commentaire", "type_fs", "format_fs",
    "groupe_fs", "labellisation_fs",
)  # fmt: skip
_STATION_COLUMNS = (
    "code_uic", "libelle", "fret", "voyageurs", "code_ligne", "rg_troncon", "pk", "commune", "departemen", "idreseau",
    "idgaia", "x_l93", "y_l93", "x_wgs84", "y_wgs84", "c_geo", "geo_point_2d", "geo_shape",
)  # fmt: skip


def write_post(
    path: Path, facilities: Sequence[Facility], doors: Doors, spots: Spots, rng: np.random.Generator
) -> list[Fate]:
    """Write the post offices: latin-1, ``;``, some placed at the middle of their street."""
    sheet = Sheet(_POST_COLUMNS)
    own = listed(facilities, "laposte")
    short = {"post_office": "BP", "post_agency": "AP", "post_relay": "RP"}

    def row(facility: Facility) -> dict[str, object]:
        lon, lat = spots.lonlat(facility, 12.0)
        line = doors.line(facility)
        commune = facility.site.commune
        return {
            "#Identifiant": facility.extra["id"],
            "Libellé_du_site": f"{shouted(commune.name)} {short[facility.kind.id]}",
            "Caractéristique_du_site": facility.kind.type,
            "Adresse": shouted(line) or _VILLAGE,
            "Complément_d_adresse": " ",
            "Code_postal": commune.postcode,
            "Localité": shouted(commune.name),
            "Pays": "FRANCE",
            "Latitude": f"{lat:.6f}",
            "Longitude": f"{lon:.6f}",
            "Précision_du_géocodage": "Géocodé au numéro" if line else "Géocodé au milieu de la rue",
            "Numéro_de_téléphone": "3631",
            "Changeur_de_monnaie": "Non",
            "Distributeur_de_billets": "Oui" if facility.kind.id == "post_office" else "Non",
        }

    nowhere: dict[str, object] = {"Latitude": "", "Longitude": "", "Précision_du_géocodage": "Non renseigné"}
    lost = doors.lost(own, 1)
    exchanged = [f for f in own if f not in lost][:2]
    for facility in own:
        said = row(facility)
        if facility in lost:
            said |= nowhere
        elif facility in exchanged:
            said |= {"Latitude": said["Longitude"], "Longitude": said["Latitude"]}
        sheet.add(said, replace(kept(facility), geocoded=facility in lost))
    sheet.add(row(own[2]), Fate("merged"))
    bad: tuple[tuple[str, dict[str, object]], ...] = (
        ("no_position", nowhere | {"Adresse": ""}),
        ("address_not_found", nowhere),
        ("bad_position", {"Latitude": "46°28'N", "Longitude": "3°58'O"}),
        ("zero_position", {"Latitude": "0", "Longitude": "0"}),
        ("no_key", {"#Identifiant": ""}),
    )
    for number, (way, change) in enumerate(bad):
        unknown = {"#Identifiant": f"9999{number}A", "Adresse": _VILLAGE}
        sheet.add(row(own[number]) | unknown | change, Fate(way))
    for number in range(140):
        lon, lat = spots.far_lonlat() if number % 6 else (55.45 + number / 900, -21.1)
        sheet.add(
            {
                "#Identifiant": f"8{number:04d}A",
                "Libellé_du_site": f"{shouted(names.FAR_AWAY[number % 3])} AP",
                "Caractéristique_du_site": "Agence postale communale",
                "Code_postal": "99700",
                "Pays": "FRANCE",
                "Latitude": f"{lat:.6f}",
                "Longitude": f"{lon:.6f}",
            },
            FAR,
        )
    sheet.shuffled(rng, after=len(own))
    sheet.write(path, ";", "latin-1")
    return sheet.fates


def write_france_services(
    path: Path, facilities: Sequence[Facility], doors: Doors, spots: Spots, rng: np.random.Generator
) -> list[Fate]:
    """Write the France Services houses: every text quoted, buses that stop once a week among them."""
    sheet = Sheet(_FS_COLUMNS)
    own = listed(facilities, "france-services")

    def row(facility: Facility) -> dict[str, object]:
        lon, lat = spots.lonlat(facility)
        commune = facility.site.commune
        return {
            "id_fs": str(facility.number),
            "insee_dep": commune.department,
            "lib_fs": facility.name,
            "adresse": doors.line(facility) or "Le Bourg",
            "insee_com": commune.insee,
            "code_postal": commune.postcode,
            "lib_com": commune.name,
            "latitude": f"{lat:.13f}",
            "longitude": f"{lon:.13f}",
            "mail": "accueil@france-services.example",
            "h_lundi": "09:00 - 12:00 / 13:30 - 17:00",
            "prise_rdv": "Non",
            "type_fs": "Principal",
            "format_fs": "Fixe",
            "labellisation_fs": "Espace labellisé 01/07/2021",
        }

    for facility in own:
        sheet.add(row(facility), kept(facility))
    for number in range(2):
        sheet.add(
            row(own[0]) | {"id_fs": f"99{number}", "format_fs": "Itinérant", "lib_fs": "Bus France services"}, FAR
        )
    nowhere = {"latitude": "", "longitude": ""}
    sheet.add(row(own[0]) | {"id_fs": "995", "adresse": "Le Bourg"} | nowhere, Fate("address_not_found"))
    sheet.add(row(own[0]) | {"id_fs": "996", "insee_com": "99007"} | nowhere, FAR)
    for number in range(11):
        lon, lat = spots.far_lonlat()
        sheet.add(
            {
                "id_fs": f"80{number}",
                "lib_fs": f"France services {number}",
                "insee_com": "99007",
                "format_fs": "Fixe",
                "latitude": f"{lat:.7f}",
                "longitude": f"{lon:.7f}",
            },
            FAR,
        )
    sheet.shuffled(rng, after=len(own))
    sheet.write(path, ",", "utf-8", quoting=csv.QUOTE_ALL)
    return sheet.fates


def write_stations(path: Path, frame: Frame, spots: Spots, rng: np.random.Generator) -> list[Fate]:
    """Write the stations: BOM, CRLF, ``;``; goods yards and a station that two lines share."""
    sheet = Sheet(_STATION_COLUMNS)
    flat = np.array([spot for _, spot in HALTS]) + np.array([14.0, 22.0])
    planar, degrees = frame.to_lambert93(flat), frame.to_lonlat(flat)

    def row(number: int) -> dict[str, object]:
        name, (x, y), (lon, lat) = HALTS[number][0], planar[number], degrees[number]
        return {
            "code_uic": f"8799{number}100",
            "libelle": name,
            "fret": "N",
            "voyageurs": "O",
            "code_ligne": "990000",
            "rg_troncon": "1",
            "pk": f"0{10 + 7 * number}+{100 + number}",
            "commune": shouted(name),
            "departemen": shouted(names.DEPARTMENT if number < 3 else names.NEIGHBOUR),
            "x_l93": f"{x:.4f}",
            "y_l93": f"{y:.4f}",
            "x_wgs84": f"{lon:.13f}",
            "y_wgs84": f"{lat:.13f}",
            "c_geo": f"{lat:.13f}, {lon:.13f}",
            "geo_point_2d": f"{lat:.12f}, {lon:.12f}",
            "geo_shape": f'{{"coordinates": [{lon:.12f}, {lat:.12f}], "type": "Point"}}',
        }

    for number in range(len(HALTS)):
        sheet.add(row(number), Fate("kept", ("transport.station",), number < 3))
    sheet.add(row(0) | {"code_ligne": "991000"}, Fate("merged"))
    for number in range(2):
        sheet.add(
            row(number) | {"code_uic": f"8799{number}900", "libelle": "Triage", "fret": "O", "voyageurs": "N"}, FAR
        )
    for number in range(13):
        lon, lat = spots.far_lonlat()
        sheet.add(
            {
                "code_uic": f"8798{number:02d}00",
                "libelle": f"Halte {number}",
                "fret": "N",
                "voyageurs": "O",
                "x_wgs84": f"{lon:.9f}",
                "y_wgs84": f"{lat:.9f}",
            },
            FAR,
        )
    sheet.shuffled(rng, after=len(HALTS))
    sheet.write(path, ";", "utf-8-sig", "\r\n")
    return sheet.fates
