"""The schools of Occitanie in two files of the ministry, nine years apart: the identifier in both says who is who."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.conflation_rows import CRS, communes, read_table
from geo.projection import Projection

__all__ = ["School", "read_schools"]

_NATURES = Path(__file__).resolve().parents[1] / "data" / "sources" / "maps" / "education.toml"
_NEW = "annuaire-education/occitanie-2024/fr-en-annuaire-education.csv"
_OLD = "osmose-merge-data/school_FR.csv.bz2"


@dataclass(frozen=True, slots=True)
class School:
    """One row."""

    uai: str
    """Hidden from the rules."""
    department: str
    category: str
    """As the project's map says; of a nature that no household looks for, the nature itself."""
    name: str
    xy_m: tuple[float, float]
    insee: str
    """As declared (the mirror holds no contours of Occitanie); the older file says postcode and town."""


def read_schools(mirror: Path) -> tuple[list[School], list[School]]:
    """Read the file of 2024 and, of the same départements, that of 2015; rows without a position are left out."""
    new = read_table(mirror / _NEW, ";", "utf-8-sig")
    new = new[new["latitude"] != ""].drop_duplicates("Identifiant_de_l_etablissement")
    x, y = Projection(CRS).to_xy_m(new["longitude"].astype(float).to_numpy(), new["latitude"].astype(float).to_numpy())
    young = _schools(
        new["Identifiant_de_l_etablissement"], new["code_nature"], new["Nom_etablissement"], x, y, new["Code_commune"]
    )
    old = read_table(mirror / _OLD, ",", "cp1252")
    old = old[(old["X"] != "") & old["numero_uai"].str[:3].isin({school.department for school in young})]
    towns = communes(mirror, old["code_postal_uai"], old["localite_acheminement_uai"])
    x, y = old["X"].astype(float), old["Y"].astype(float)
    return young, _schools(old["numero_uai"], old["nature_uai"], old["appellation_officielle_uai"], x, y, towns)


def _schools(
    uai: Iterable[str],
    nature: Iterable[str],
    name: Iterable[str],
    x: Iterable[float],
    y: Iterable[float],
    insee: Iterable[str],
) -> list[School]:
    codes = tomllib.loads(_NATURES.read_text(encoding="utf-8"))["codes"]
    kinds = [
        f"education.{code}" if codes.get(code, "out_of_scope") == "out_of_scope" else codes[code] for code in nature
    ]
    rows = zip(uai, kinds, name, x, y, insee, strict=True)
    return [School(key, key[:3], kind, name_, (float(x_), float(y_)), town) for key, kind, name_, x_, y_, town in rows]
