"""Pharmacies and health, as their publishers would list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from ingest.sample import names
from ingest.sample.doors import UNKNOWN, Doors, farthest, without_zero
from ingest.sample.facilities import Facility
from ingest.sample.osm_houses import Address
from ingest.sample.sheets import FAR, Sheet, Spots, kept, listed, shouted
from ingest.sample.truth import Fate

__all__ = ["write_health", "write_pharmacies"]


def write_pharmacies(
    path: Path, facilities: Sequence[Facility], doors: Doors, spots: Spots, rng: np.random.Generator
) -> list[Fate]:
    """Write the pharmacies: BOM, ``;``, Lambert-93 with decimal commas, postcodes without their first zero."""
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
        return {
            "CTPM_IDPHARMA": str(facility.number),
            "CTPM_NOMUSAGE": shouted(facility.name),
            "CTPM_ADR2": shouted(doors.line(facility)),
            "CTPM_CP": without_zero(facility.site.commune.postcode),
            "CTPM_VILLE": shouted(facility.site.commune.name),
            "CTPM_LAMBERT93_X": _comma(x, 3),
            "CTPM_LAMBERT93_y": _comma(y, 3),
            "CTPM_FINESSGEOGRAPHIQUE": facility.extra["id"],
        }

    nowhere = {"CTPM_LAMBERT93_X": "", "CTPM_LAMBERT93_y": ""}
    zero = {"CTPM_LAMBERT93_X": "0,000", "CTPM_LAMBERT93_y": "0,000"}
    at_their_address = doors.lost(own, 1)
    for facility in own:
        if facility in at_their_address:
            sheet.add(row(facility) | zero, replace(kept(facility), geocoded=True))
        else:
            sheet.add(row(facility), kept(facility))
    sheet.add(row(own[0]), Fate("merged"))
    sheet.add(row(own[1]) | {"CTPM_IDPHARMA": "90001"}, Fate("merged"))  # the same FINESS under another number
    neighbour = next(f.site.commune for f in facilities if f.site.commune.department == "99")
    there = {"CTPM_CP": neighbour.postcode, "CTPM_VILLE": shouted(neighbour.name)}
    bad = (
        ("no_position", nowhere | {"CTPM_ADR2": ""}),
        ("address_not_found", nowhere | {"CTPM_ADR2": shouted(UNKNOWN)}),
        ("other_department", there | {"CTPM_ADR2": shouted(UNKNOWN)}),
    )
    for number, (way, change) in enumerate(bad):
        again = row(own[0]) | {"CTPM_IDPHARMA": f"9010{number}", "CTPM_FINESSGEOGRAPHIQUE": ""} | change
        sheet.add(again, Fate(way))
    for number in range(3):  # at (0, 0), with a postcode of overseas: it says that it is beyond the halo
        sheet.add(
            {
                "CTPM_IDPHARMA": f"9020{number}",
                "CTPM_NOMUSAGE": "PHARMACIE DES FLAMBOYANTS",
                "CTPM_CP": f"974{number}0",
                "CTPM_VILLE": "RAVINE DES FLAMBOYANTS",
            }
            | zero,
            FAR,
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


_NOWHERE: Mapping[str, object] = {"longitude": "", "latitude": ""}


def _comma(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def write_health(
    path: Path, facilities: Sequence[Facility], doors: Doors, spots: Spots, rng: np.random.Generator
) -> list[Fate]:
    """Write doctors, nurses, laboratories, hospitals: degrees with decimal commas, former communes, French dates."""
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
            "maj",
        )
    )
    own = listed(facilities, "sante")

    def row(facility: Facility) -> dict[str, object]:
        lon, lat = spots.lonlat(facility)
        commune, village = facility.site.commune, facility.site.village
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
            "adresse": doors.line(facility),
            "code_postal": without_zero(commune.postcode),
            "commune": village.name,  # of the map before the mergers, like its code
            "code_commune": without_zero(village.insee) if facility.number % 5 == 0 else village.insee,
            "capacite": beds,
            "longitude": _comma(lon, 6),
            "latitude": _comma(lat, 6),
            "maj": f"{date(2024, 1, 1) + timedelta(days=facility.number * 37 % 700):%d/%m/%Y}",
        }

    lost = doors.lost(own, 3)
    others = [f for f in own if f not in lost]
    for facility in own:
        said = row(facility)
        if facility in lost:
            said |= _astray(lost.index(facility), doors.sure(facility), row(farthest(own, facility)))
        elif facility in others[:3]:
            said |= {"longitude": said["latitude"], "latitude": said["longitude"]}
        sheet.add(said, replace(kept(facility), geocoded=facility in lost))
    for number in range(9):  # of no use here, with a place or without
        optician = {"identifiant": f"OPT{number}", "finess": "", "type": "OPTICIEN", "nom": "OPTIQUE"}
        unplaced = {**_NOWHERE, "adresse": UNKNOWN} if number > 6 else {}
        sheet.add(row(own[number]) | optician | unplaced, FAR)
    for number in range(2):  # of a kind that nobody knows, with a place or without
        vet = {"identifiant": f"VET{number}", "finess": "", "type": "VETERINAIRE"}
        sheet.add({**row(own[number]), **vet, **(_NOWHERE if number else {})}, Fate("unmapped_category"))
        unknown = {"identifiant": f"NUL{number}", "finess": "", "adresse": UNKNOWN if number else ""}
        way = "address_not_found" if number else "no_position"
        sheet.add({**row(own[number]), **unknown, **_NOWHERE}, Fate(way))
        beyond = {"identifiant": f"LOI{number}", "code_commune": "99007"}
        sheet.add({**row(own[number]), **unknown, **_NOWHERE, **beyond}, FAR)
        there = row(farthest(own, own[number]))
        other = {name: there[name] for name in ("code_commune", "commune", "code_postal")}
        sheet.add(row(own[number]) | unknown | {"identifiant": f"AIL{number}"} | other, Fate("other_commune"))
    for facility in others[10:13]:
        sheet.add(row(facility), Fate("merged"))
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


def _astray(case: int, address: Address | None, there: Mapping[str, object]) -> dict[str, object]:
    """Return what a row says whose address alone tells where it is: no coordinates, no number, or a place far off."""
    assert address is not None  # noqa: S101 - only such places are chosen
    if case == 0:
        return dict(_NOWHERE)
    if case == 1:
        return {**_NOWHERE, "adresse": address.street}
    return {name: there[name] for name in _NOWHERE}
