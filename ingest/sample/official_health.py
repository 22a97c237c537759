"""Pharmacies and health, as their publishers would list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ingest.sample import names
from ingest.sample.facilities import Facility
from ingest.sample.osm_houses import Address
from ingest.sample.sheets import FAR, Sheet, Spots, kept, listed, shouted
from ingest.sample.truth import Fate

__all__ = ["write_health", "write_pharmacies"]


def write_pharmacies(
    path: Path, facilities: Sequence[Facility], addresses: Mapping[int, Address], spots: Spots, rng: np.random.Generator
) -> list[Fate]:
    """Write the pharmacies: BOM, ``;``, Lambert-93 with decimal commas."""
    sheet = Sheet(
        (
            "CTPM_IDPHARMA",
            "CTPM_NOMUSAGE",
            "CTPM_ADR1",
            "CTPM_ADR2",
            "CTPM_ADR3",
            "CTPM_CP",
            "CTPM_VILLE",
            "CTPM_LAMBERT93_X",
            "CTPM_LAMBERT93_y",
            "CTPM_FINESSGEOGRAPHIQUE",
        )
    )
    own = listed(facilities, "pharmacies")

    def row(facility: Facility) -> dict[str, object]:
        x, y = spots.lambert93(facility)
        address = addresses.get(facility.house)
        return {
            "CTPM_IDPHARMA": str(facility.number),
            "CTPM_NOMUSAGE": shouted(facility.name),
            "CTPM_ADR2": shouted(address.line) if address else "",
            "CTPM_CP": str(int(facility.site.commune.postcode)),
            "CTPM_VILLE": shouted(facility.site.commune.name),
            "CTPM_LAMBERT93_X": _comma(x, 3),
            "CTPM_LAMBERT93_y": _comma(y, 3),
            "CTPM_FINESSGEOGRAPHIQUE": facility.extra["id"],
        }

    for facility in own:
        sheet.add(row(facility), kept(facility))
    sheet.add(row(own[0]), Fate("merged"))
    sheet.add(row(own[1]) | {"CTPM_IDPHARMA": "90001"}, Fate("merged"))  # the same FINESS under another number
    nowhere = {"CTPM_LAMBERT93_X": "", "CTPM_LAMBERT93_y": ""}
    zero = {"CTPM_LAMBERT93_X": "0,000", "CTPM_LAMBERT93_y": "0,000"}
    for number in range(2):
        blank = row(own[number]) | nowhere | {"CTPM_IDPHARMA": f"9010{number}", "CTPM_FINESSGEOGRAPHIQUE": ""}
        sheet.add(blank, Fate("no_position"))
    for number in range(3):
        sheet.add(
            {
                "CTPM_IDPHARMA": f"9020{number}",
                "CTPM_NOMUSAGE": "PHARMACIE DES FLAMBOYANTS",
                "CTPM_CP": f"974{number}0",
                "CTPM_VILLE": "RAVINE DES FLAMBOYANTS",
            }
            | zero,
            Fate("zero_position"),
        )
    for number in range(112):
        x, y = spots.far_lambert93()
        sheet.add(
            {
                "CTPM_IDPHARMA": f"8{number:04d}",
                "CTPM_NOMUSAGE": f"PHARMACIE {number}",
                "CTPM_CP": "99700",
                "CTPM_VILLE": shouted(names.FAR_AWAY[number % 3]),
                "CTPM_LAMBERT93_X": _comma(x, 3),
                "CTPM_LAMBERT93_y": _comma(y, 3),
            },
            FAR,
        )
    sheet.shuffled(rng, after=len(own))
    sheet.write(path, ";", "utf-8-sig")
    return sheet.fates


def _comma(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def write_health(
    path: Path, facilities: Sequence[Facility], addresses: Mapping[int, Address], spots: Spots, rng: np.random.Generator
) -> list[Fate]:
    """Write doctors, nurses, laboratories, hospitals: degrees with decimal commas, some exchanged."""
    sheet = Sheet(
        (
            "identifiant",
            "finess",
            "nom",
            "type",
            "adresse",
            "code_postal",
            "commune",
            "code_commune",
            "capacite",
            "longitude",
            "latitude",
        )
    )
    own = listed(facilities, "sante")

    def row(facility: Facility) -> dict[str, object]:
        lon, lat = spots.lonlat(facility)
        address = addresses.get(facility.house)
        commune = facility.site.commune
        beds = (
            int(rng.integers(60, 280))
            if facility.kind.category == "health.hospital"
            else "0"
            if facility.number % 4
            else ""
        )
        return {
            "identifiant": f"RPPS{10_000_000 + facility.number * 7919}",
            "finess": facility.extra["id"],
            "nom": shouted(facility.name) if facility.number % 3 else facility.name,
            "type": facility.kind.type,
            "adresse": address.line if address else "",
            "code_postal": str(int(commune.postcode)),
            "commune": commune.name,
            "code_commune": str(int(commune.insee)) if facility.number % 5 == 0 else commune.insee,
            "capacite": beds,
            "longitude": _comma(lon, 6),
            "latitude": _comma(lat, 6),
        }

    for facility in own:
        sheet.add(row(facility), kept(facility))
    for number in range(9):
        sheet.add(
            row(own[number]) | {"identifiant": f"OPT{number}", "finess": "", "type": "OPTICIEN", "nom": "OPTIQUE"}, FAR
        )
    for number in range(2):
        sheet.add(
            row(own[number]) | {"identifiant": f"VET{number}", "finess": "", "type": "VETERINAIRE"},
            Fate("unmapped_category"),
        )
        nowhere = {"identifiant": f"NUL{number}", "finess": "", "longitude": "", "latitude": ""}
        sheet.add(row(own[number]) | nowhere | {"code_commune": "00002"}, Fate("no_position"))
        sheet.add(row(own[number]) | nowhere | {"identifiant": f"LOI{number}", "code_commune": "99007"}, FAR)
    for number in range(3):
        there = row(own[number])
        exchanged = {"longitude": there["latitude"], "latitude": there["longitude"]}
        sheet.add(there | {"identifiant": f"INV{number}", "finess": ""} | exchanged, Fate("swapped_position"))
        sheet.add(row(own[10 + number]), Fate("merged"))
    for number in range(34):
        lon, lat = spots.far_lonlat()
        sheet.add(
            {
                "identifiant": f"LOIN{number}",
                "nom": "CABINET MEDICAL",
                "type": "MEDECIN GENERALISTE",
                "code_commune": "99007",
                "longitude": _comma(lon, 6),
                "latitude": _comma(lat, 6),
            },
            FAR,
        )
    sheet.shuffled(rng, after=len(own))
    sheet.write(path, ";", "utf-8")
    return sheet.fates
