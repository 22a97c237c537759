"""The carte scolaire: which collège the children of a commune, of a street or of a stretch of it go to."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ingest.sample.communes import Commune
from ingest.sample.facilities import Facility
from ingest.sample.houses import Houses
from ingest.sample.osm_houses import Address
from ingest.sample.sheets import FAR, Sheet, shouted
from ingest.sample.truth import Fate

__all__ = ["Sectors", "drawn_sectors", "write_sectors"]

_COLUMNS = (
    "code_region", "libelle_region", "code_academie", "libelle_academie", "code_departement", "libelle_departement",
    "code_postal", "code_insee", "libelle_commune", "lieu_dit", "Type_et_Libelle", "No_de_voie_debut",
    "Indice_de_repetition_debut", "No_de_voie_fin", "Indice_de_repetition_fin", "Parite", "Code_RNE", "Secteur_unique",
)  # fmt: skip
_NO_END = 9999
"""As the publisher writes the last number of a street that has none."""
_BETWEEN = 1.25
"""A street whose second collège is no farther than so many times the first is shared by both."""


@dataclass(frozen=True)
class _Stretch:
    """The numbers of a street that one collège takes."""

    first: int
    last: int
    parity: str
    """``I`` (odd), ``P`` (even) or ``PI``."""
    uai: str

    def holds(self, number: int) -> bool:
        return self.first <= number <= self.last and (self.parity == "PI" or number % 2 == (self.parity == "I"))


@dataclass
class Sectors:
    """Who goes where: whole communes, and the streets of those that have several collèges."""

    communes: dict[str, str] = field(default_factory=dict)
    """UAI by commune: of all its streets, or of those that stand nowhere else."""
    streets: dict[tuple[str, str], list[_Stretch]] = field(default_factory=dict)
    """By commune and street."""

    def college(self, address: Address) -> str:
        """Return the UAI of an address of the territory."""
        number = int("".join(c for c in address.number if c.isdecimal()))
        stretches = self.streets.get((address.commune.insee, address.street), ())
        found = (stretch.uai for stretch in stretches if stretch.holds(number))
        return next(found, self.communes[address.commune.insee])


def drawn_sectors(
    communes: Sequence[Commune], facilities: Sequence[Facility], addresses: Mapping[int, Address], houses: Houses
) -> Sectors:
    """Give every commune the collège nearest to its centre, and every street of the town the one nearest to it.

    Where two collèges are about as near, they share the street: one takes each side, or one takes the head of it.
    """
    drawn = Sectors()
    colleges = [f for f in facilities if f.kind.id == "college" and f.official and f.site.commune.department == "00"]
    for commune in (c for c in communes if c.department == "00"):
        drawn.communes[commune.insee] = _nearest(colleges, commune.villages[0].xy_m)[0].extra["id"]
        inside = [f for f in colleges if f.site.commune.insee == commune.insee]
        if len(inside) > 1:
            doors = {house: a for house, a in addresses.items() if a.commune.insee == commune.insee}
            _share_streets(drawn, inside, doors, houses)
    return drawn


def _nearest(colleges: Sequence[Facility], xy_m: tuple[float, float]) -> list[Facility]:
    return sorted(colleges, key=lambda f: (math.dist(f.xy_m, xy_m), f.number))


def _share_streets(
    drawn: Sectors, colleges: Sequence[Facility], addresses: Mapping[int, Address], houses: Houses
) -> None:
    """Part the streets of one commune, and leave every ninth to what is said of all the others."""
    streets: dict[tuple[str, str], list[int]] = defaultdict(list)
    for house, address in addresses.items():
        streets[address.commune.insee, address.street].append(house)
    shared = 0
    for place, (street, rows) in enumerate(sorted(streets.items())):
        x, y = houses.xy_m[rows].mean(axis=0).tolist()
        first, second = _nearest(colleges, (x, y))[:2]
        one, other = first.extra["id"], second.extra["id"]
        if math.dist(second.xy_m, (x, y)) < _BETWEEN * math.dist(first.xy_m, (x, y)):
            shared += 1
            if shared % 2:
                drawn.streets[street] = [_Stretch(1, _NO_END, "I", one), _Stretch(2, _NO_END, "P", other)]
            else:
                drawn.streets[street] = [_Stretch(1, 20, "PI", one), _Stretch(21, _NO_END, "PI", other)]
        elif place % 9:
            drawn.streets[street] = [_Stretch(1, _NO_END, "PI", one)]


def write_sectors(path: Path, sectors: Sectors, communes: Sequence[Commune], rng: np.random.Generator) -> list[Fate]:
    """Write the carte scolaire: BOM, ``;``, communes from before the mergers, two stretches that are none."""
    sheet = Sheet(_COLUMNS)
    split = {insee for insee, _ in sectors.streets}
    for commune in communes:
        own = commune.department == "00"
        uai = sectors.communes.get(commune.insee, "0999001Z")
        for rank, village in enumerate(commune.villages):
            whole = _row(village.insee, village.name, uai) | {"Secteur_unique": "N" if commune.insee in split else "O"}
            sheet.add(whole, Fate("kept" if rank == 0 else "merged") if own else FAR)
    names = {commune.insee: commune.name for commune in communes}
    for (insee, street), stretches in sectors.streets.items():
        for part in stretches:
            sheet.add(_row(insee, names[insee], part.uai) | _stretch(street, part), Fate("kept"))
    insee, street = next(iter(sectors.streets))
    uai = sectors.communes[insee]
    for part, way in ((_Stretch(40, 12, "PI", uai), "bad_range"), (_Stretch(8, 8, "I", uai), "bad_range")):
        sheet.add(_row(insee, names[insee], uai) | _stretch(street, part), Fate(way))
    sheet.add(_row(insee, names[insee], "") | _stretch(street, _Stretch(1, _NO_END, "PI", "")), Fate("no_key"))
    sheet.add(_row("00998", "Commune oubliée", uai), Fate("unknown_commune"))
    sheet.add(_row("98001", "Villelointaine-1", "0980001Z"), FAR)
    sheet.shuffled(rng)
    sheet.write(path, ";", "utf-8-sig")
    return sheet.fates


def _row(insee: str, name: str, uai: str) -> dict[str, object]:
    return {
        "code_departement": f"0{insee[:2]}",
        "code_insee": insee,
        "libelle_commune": name,
        "Code_RNE": uai,
        "Secteur_unique": "O",
    }


def _stretch(street: str, part: _Stretch) -> dict[str, object]:
    return {
        "Type_et_Libelle": shouted(street),
        "No_de_voie_debut": part.first,
        "No_de_voie_fin": part.last,
        "Parite": part.parity,
        "Secteur_unique": "N",
    }
