"""A small country of five communes and their addresses, for the tests of the address index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shapely import box

from geo.geocoding import AddressIndex
from geo.places import Address, Commune, Position

METRE_DEG = 1 / 111_132
"""Of latitude, about."""

CREUSE, TORCE, SERNIN_BOIS, SERNIN_PLAIN, FAR = "00001", "00002", "00003", "00004", "00005"
NAMES = {
    CREUSE: "Le Creuset",
    TORCE: "Torcé",
    SERNIN_BOIS: "Saint-Sernin-du-Bois",
    SERNIN_PLAIN: "Saint-Sernin-du-Plain",
    FAR: "Lointaine-sur-Saône",
}


def commune(insee: str, postcodes: tuple[str, ...], population: int, west: float) -> Commune:
    return Commune(insee, NAMES[insee], "00", population, postcodes, True, box(west, 46.0, west + 0.1, 46.1))


COMMUNES = [
    commune(CREUSE, ("00200",), 21_000, 4.0),
    commune(TORCE, ("00210",), 3_000, 4.1),
    commune(SERNIN_BOIS, ("00200",), 1_700, 4.2),
    commune(SERNIN_PLAIN, ("00510", "00520"), 600, 4.3),
    commune(FAR, ("00900",), 9_000, 4.4),
]
WEST = {CREUSE: 4.0, TORCE: 4.1, SERNIN_BOIS: 4.2, SERNIN_PLAIN: 4.3}
STREETS = [
    (CREUSE, "Rue du Maréchal Foch", ["1", "2", "12", "12 bis", "12 A", "14", "187"]),
    (CREUSE, "Rue du Maréchal Joffre", ["1", "3"]),
    (CREUSE, "Rue de la Gare", ["1", "2", "8"]),
    (CREUSE, "Place de l’Église", ["4"]),
    (CREUSE, "Boulevard du 8 Mai 1945", ["8", "10"]),
    (CREUSE, "Av. du Gal de Gaulle", ["5"]),
    (CREUSE, "Rue de Torcé", ["7"]),
    (CREUSE, "Les Quatre Chemins", ["2"]),
    (CREUSE, "4 Chemins", []),
    (CREUSE, "Rue D", ["1"]),
    (TORCE, "Rue de la Gare", ["1", "20"]),
    (TORCE, "Rue du Creuset", ["7"]),
    (TORCE, "Le Bourg", ["3"]),
    (SERNIN_BOIS, "Grande Rue", ["9"]),
    (SERNIN_PLAIN, "Grande Rue", ["9", "11"]),
    (SERNIN_PLAIN, "Chemin de l'Étang", ["2"]),
]


def address(insee: str, street: str, number: str, row: int, column: int, **more) -> Address:
    lon, lat = WEST[insee] + 0.001 * column, 46.0 + 0.002 * row
    kind = Position.HOUSENUMBER if number else Position.LOCALITY
    key = f"{insee}_{row:03d}_{column:03d}"
    return replace(Address(key, number, street, "", insee, NAMES[insee], lon, lat, kind, "adresses"), **more)


ADDRESSES = [
    address(insee, street, number, row, column)
    for row, (insee, street, numbers) in enumerate(STREETS)
    for column, number in enumerate(numbers or [""])
]


def made(path: Path, addresses: list[Address], communes: list[Commune] | None = None) -> AddressIndex:
    AddressIndex.write(path, addresses, communes or COMMUNES)
    return AddressIndex.open(path)


def labels(found) -> list[str]:
    return [match.label for match in found]
