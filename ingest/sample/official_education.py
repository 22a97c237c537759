"""Schools and crèches, as their publishers would list them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from ingest.sample import names
from ingest.sample.doors import Doors, without_zero
from ingest.sample.facilities import Facility
from ingest.sample.sheets import FAR, Sheet, Spots, kept, listed, shouted
from ingest.sample.truth import Fate

__all__ = ["write_creches", "write_schools"]

_SCHOOL_COLUMNS = (
    "identifiant", "numero_uai", "appellation_officielle_uai", "denomination_principale_uai", "patronyme_uai",
    "patronyme_groupé", "secteur_public_prive", "adresse_uai", "lieu_dit_uai", "boite_postale_uai", "code_postal_uai",
    "localite_acheminement_uai", "X", "Y", "app", "loc", "etat_etablissement", "nature_uai", "lib_nature", "sous_fic",
    "column", "probleme",
)  # fmt: skip
_NATURES = {
    "101": ("ECOLE MATERNELLE PUBLIQUE", "ECOLE MATERNELLE"),
    "151": ("ECOLE ELEMENTAIRE PUBLIQUE", "ECOLE DE NIVEAU ELEMENTAIRE"),
    "302": ("LYCEE GENERAL", "LYCEE D ENSEIGNEMENT GENERAL"), "320": ("LYCEE PROFESSIONNEL", "LYCEE PROFESSIONNEL"),
    "340": ("COLLEGE", "COLLEGE"), "390": ("SEGPA", "SECTION ENSEIGNT GEN. ET PROF. ADAPTE"),
    "334": ("SECTION ENSEIGNT PROFESSIONNEL", "SECTION D ENSEIGNEMENT PROFESSIONNEL"),
    "806": ("SERVICES DEPARTEMENTAUX", "SERVICE DE LA DSDEN"), "999": ("ECOLE DE LA MER", "NATURE NON REFERENCEE"),
}  # fmt: skip


def write_schools(path: Path, facilities: Sequence[Facility], spots: Spots, rng: np.random.Generator) -> list[Fate]:
    """Write the schools: latin-1, CRLF, Lambert-93 beside overseas UTM, postcodes without their zero."""
    sheet = Sheet(_SCHOOL_COLUMNS)
    own = listed(facilities, "ecoles")
    for facility in own:
        sheet.add(_school(facility, spots, rng), kept(facility))
    first = len(own)
    for facility in [f for f in own if f.kind.id == "college"][:2]:
        section = (
            _school(facility, spots, rng)
            | _nature("390")
            | {
                "numero_uai": _other(facility, 7),
                "appellation_officielle_uai": "Section d'enseignement général et professionnel adapté",
            }
        )
        sheet.add(section, FAR)
    seat = next(f for f in own if f.kind.id == "lycee_pro")
    sheet.add(_school(seat, spots, rng) | _nature("334") | {"numero_uai": _other(seat, 3)}, FAR)
    sheet.add(_school(seat, spots, rng) | _nature("806") | {"numero_uai": _other(seat, 5)}, FAR)
    for facility in own[5:8]:
        sheet.add(_school(facility, spots, rng), Fate("merged"))
    for turn, (fate, change) in enumerate(_BAD_SCHOOLS):
        facility = own[10 + 2 * turn]
        sheet.add(_school(facility, spots, rng) | {"numero_uai": _other(facility, 11)} | change, Fate(fate))
    for number in range(118):
        x, y = spots.far_lambert93()
        sheet.add(_elsewhere(number, f"099{7000 + number}", "99", f"{x:.1f}", f"{y:.1f}", rng), FAR)
    for number in range(26):
        x, y = rng.uniform(330_000, 360_000), rng.uniform(7_640_000, 7_660_000)
        sheet.add(_elsewhere(number, f"974{8000 + number}", "97", f"{x:.1f}", f"{y:.1f}", rng), FAR)
    sheet.shuffled(rng, after=first)
    sheet.rows = [[str(number), *row[1:]] for number, row in enumerate(sheet.rows)]
    # an address with a comma that nobody quoted: one cell too many
    sheet.write(path, ",", "latin-1", "\r\n")
    ragged = ",".join(
        [
            str(len(sheet.rows)),
            "0009998Z",
            "Ecole primaire",
            "ECOLE PRIMAIRE PUBLIQUE",
            "",
            "",
            "PU",
            "2, RUE DU FOUR",
            "",
            "",
            "110",
            "VILLORGE",
            "160000",
            "6620000",
            "",
            "",
            "1",
            "151",
            "",
            "1",
            "",
            "1",
        ]
    )
    path.write_bytes(path.read_bytes() + ragged.encode("latin-1") + b"\r\n")
    return [*sheet.fates, Fate("ragged_row")]


_BAD_SCHOOLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("no_position", {"X": "", "Y": "", "app": "", "loc": "", "probleme": "1"}),
    ("no_position", {"X": "", "Y": "", "app": "", "loc": "", "probleme": "1"}),
    ("zero_position", {"X": "0", "Y": "0"}),
    ("bad_position", {"X": "non géocodé", "Y": "non géocodé"}),
    ("no_key", {"numero_uai": ""}),
    ("unmapped_category", {"nature_uai": "999", "lib_nature": "NATURE NON REFERENCEE"}),
    ("unmapped_category", {"nature_uai": "", "lib_nature": ""}),
)


def _school(facility: Facility, spots: Spots, rng: np.random.Generator) -> dict[str, object]:
    x, y = spots.lambert93(facility)
    nature = facility.kind.type
    patron = next(
        (
            facility.name.split(word)[1].strip()
            for word in ("primaire", "maternelle", "élémentaire", "Collège", "professionnel", "Lycée")
            if word in facility.name
        ),
        "",
    )
    row: dict[str, object] = {
        "numero_uai": facility.extra["id"],
        "appellation_officielle_uai": facility.name,
        "patronyme_uai": shouted(patron),
        "patronyme_groupé": patron,
        "secteur_public_prive": "PU",
        "adresse_uai": f"{int(rng.integers(1, 60))}  RUE DES ECOLES",
        "code_postal_uai": str(int(facility.site.commune.postcode)),
        "localite_acheminement_uai": shouted(facility.site.commune.name),
        "X": f"{x:.1f}",
        "Y": f"{y:.1f}",
        "app": "MANUEL",
        "loc": str(rng.choice(["BATIMENT", "BATIMENT", "PLAQUE_ADRESSE", "INTERPOLATION"])),
        "etat_etablissement": "2" if facility.number % 31 == 0 else "1",
        "sous_fic": "1" if nature in {"101", "151"} else "3",
    }
    row |= _nature(nature)
    if facility.kind.id == "primaire":
        row["denomination_principale_uai"] = (
            "ECOLE PRIMAIRE  PUBLIQUE" if facility.number % 9 == 0 else "ECOLE PRIMAIRE PUBLIQUE"
        )
    return row


def _nature(code: str) -> dict[str, object]:
    kind, label = _NATURES[code]
    return {"nature_uai": code, "lib_nature": label, "denomination_principale_uai": kind}


def _other(facility: Facility, shift: int) -> str:
    """Return a UAI that no facility has."""
    return f"{facility.extra['id'][:3]}9{facility.number % 100:02d}{shift % 10}Z"


def _elsewhere(number: int, uai: str, department: str, x: str, y: str, rng: np.random.Generator) -> dict[str, object]:
    nature = str(rng.choice(["101", "151", "151", "340"]))
    place = names.FAR_AWAY[number % len(names.FAR_AWAY)] if department == "99" else "RAVINE DES FLAMBOYANTS"
    return {
        "numero_uai": f"{uai}{'ABCDEFGHJKLMNPRSTUVWXYZ'[number % 23]}",
        "appellation_officielle_uai": f"Ecole {number}",
        "secteur_public_prive": "PU",
        "code_postal_uai": f"{department}{number % 9}75",  # of no commune that stands in the COG
        "localite_acheminement_uai": shouted(place),
        "X": x,
        "Y": y,
        "app": "SIMILAIRE",
        "loc": "COMMUNE",
        "etat_etablissement": "1",
        "sous_fic": "1",
    } | _nature(nature)


def write_creches(
    path: Path, facilities: Sequence[Facility], doors: Doors, spots: Spots, rng: np.random.Generator
) -> list[Fate]:
    """Write the crèches: Windows encoding, ``;``, latitude and longitude in one cell, former communes."""
    sheet = Sheet(
        (
            "identifiant",
            "nom",
            "type",
            "gestionnaire",
            "adresse",
            "code_postal",
            "commune",
            "code_commune",
            "places",
            "coordonnees",
            "mise_a_jour",
        )
    )
    own = listed(facilities, "creches")

    def row(facility: Facility) -> dict[str, object]:
        lon, lat = spots.lonlat(facility)
        commune, village = facility.site.commune, facility.site.village
        places = {"multi_accueil": int(rng.integers(20, 61)), "micro_creche": 12, "mam": 12}.get(facility.kind.id, "")
        return {
            "identifiant": f"PE{facility.extra['id']}",
            "nom": facility.name,
            "type": facility.kind.type,
            "gestionnaire": str(rng.choice(["Commune", "Association", "CIAS", "Privé"])),
            "adresse": doors.line(facility),
            "code_postal": without_zero(commune.postcode),
            "commune": village.name,
            "code_commune": without_zero(village.insee) if facility.number % 4 == 0 else village.insee,
            "places": places,
            "coordonnees": f"{lat:.6f}, {lon:.6f}",
            "mise_a_jour": f"{date(2025, 1, 6) + timedelta(days=facility.number * 11 % 300):%d.%m.%Y} 09:30",
        }

    for facility in own:
        sheet.add(row(facility), kept(facility))
    bad: tuple[tuple[str, dict[str, object]], ...] = (
        ("unmapped_category", {"type": "Garderie périscolaire"}),
        ("bad_position", {"coordonnees": "non localisé"}),
        ("no_position", {"coordonnees": ""}),
        ("zero_position", {"coordonnees": "0, 0"}),
        ("merged", {}),
    )
    for number, (way, change) in enumerate(bad):
        again = row(own[number]) | ({} if way == "merged" else {"identifiant": f"PE9900{number}"}) | change
        sheet.add(again, Fate(way))
    for number in range(64):
        lon, lat = spots.far_lonlat()
        sheet.add(
            {
                "identifiant": f"PE8800{number}",
                "nom": f"Crèche {number}",
                "type": "Multi-accueil",
                "commune": names.FAR_AWAY[0],
                "coordonnees": f"{lat:.6f}, {lon:.6f}",
            },
            FAR,
        )
    sheet.shuffled(rng, after=len(own))
    sheet.write(path, ";", "cp1252")
    return sheet.fates
