"""Addresses as an index holds them: each once, gathered by street, beside the communes they lie in."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.address_text import HouseNumber, house_number, spellings, words
from geo.places import Address, Commune, Position
from geo.projection import ground_m

__all__ = ["SAME_ADDRESS_M", "Entry", "Numbered", "distinct_addresses", "entries", "vocabulary"]

SAME_ADDRESS_M = 50.0
"""Two rows of one number, street and commune no farther apart are one address."""

_METRES_A_DEGREE = 110_500.0
"""Of latitude, where it is shortest."""

Street = tuple[str, tuple[str, ...]]
"""Commune and normalised name."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """One house number of an entry."""

    number: HouseNumber
    label: str
    """As the source writes it."""
    id: str
    postcode: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Entry:
    """What a search finds: a street or a locality with its numbers, or a commune."""

    id: str
    kind: Position
    name: str
    words: tuple[str, ...]
    """Of the street or locality; empty for a commune."""
    also: tuple[str, ...]
    """Words as the sources write them, where they differ."""
    city_words: tuple[str, ...]
    postcodes: tuple[str, ...]
    """Every postcode that leads here."""
    insee: str
    commune: str
    context: str
    lon: float
    lat: float
    importance: float
    numbers: tuple[Numbered, ...] = ()
    spread_m: float = 0.0
    """Metres from the entry's point to its farthest house."""
    category: str = ""
    """Of a service."""
    old_cities: tuple[tuple[str, ...], ...] = ()
    """Words of the names that the commune, or a part of it, once had."""


def distinct_addresses(addresses: Iterable[Address]) -> list[Address]:
    """Keep each address once, whatever the order given.

    Rows that agree in number, street and commune and lie within 50 m are one: the home stays before the shop, then the
    smallest id, and a postcode that it lacks is taken from the other. Farther apart they are two.

    Returns
    -------
    list[Address]
        By commune, street, number and id.
    """
    groups: dict[tuple[str, tuple[str, ...], HouseNumber], list[Address]] = defaultdict(list)
    for address in addresses:
        groups[(address.insee, words(address.street), house_number(address.number))].append(address)
    kept = []
    for _, rows in sorted(groups.items()):
        kept += rows if len(rows) == 1 else _distinct(rows)
    return kept


def entries(
    addresses: Sequence[Address],
    communes: Sequence[Commune],
    departments: Mapping[str, str],
    former_names: Mapping[str, Sequence[str]] | None = None,
) -> list[Entry]:
    """Gather distinct addresses by street and add the communes.

    Addresses without a street name are left out: nobody can ask for them by words.

    Parameters
    ----------
    addresses
        From :func:`distinct_addresses`.
    communes
        Territory and halo; one without contour and without addresses is left out, since it has no place.
    departments
        Names by code, for the context line.
    former_names
        By code of a commune, what it or a part of it is or was called: former communes, communes déléguées,
        arrondissements.

    Returns
    -------
    list[Entry]
        Communes first, then streets and localities; in each the most important first.
    """
    by_street: dict[Street, list[Address]] = defaultdict(list)
    by_commune: dict[str, list[Address]] = defaultdict(list)
    for address in addresses:
        by_commune[address.insee].append(address)
        if words(address.street):
            by_street[(address.insee, words(address.street))].append(address)
    known = {commune.insee: commune for commune in communes}
    # A commune of the halo without a loaded address answers no question that the territory is asked.
    named = [commune for commune in communes if commune.in_territory or commune.insee in by_commune]
    found = [_commune(commune, by_commune.get(commune.insee, []), departments) for commune in named]
    cities = sorted((entry for entry in found if entry), key=lambda e: (-e.importance, e.insee))
    streets = [_street(street, rows, known.get(street[0]), departments) for street, rows in by_street.items()]
    if former_names:
        cities, streets = ([_with_former(entry, former_names) for entry in both] for both in (cities, streets))
    return [*cities, *sorted(streets, key=lambda e: (-e.importance, e.insee, e.words))]


def vocabulary(found: Iterable[Entry]) -> Counter[str]:
    """Count the entries that hold each word of a name or of a commune's."""
    counted: Counter[str] = Counter()
    for entry in found:
        counted.update({*entry.words, *entry.city_words, *(word for old in entry.old_cities for word in old)})
    return counted


def _distinct(rows: Sequence[Address]) -> list[Address]:
    """Keep one row of each place among rows of one number, street and commune; by id.

    Rows are compared with those in the squares around them alone: a damaged file may say one street of all its rows.
    """
    high_deg = SAME_ADDRESS_M / _METRES_A_DEGREE
    wide_deg = high_deg / math.cos(math.radians(min(max(abs(row.lat) for row in rows), 89.0)))
    kept: list[Address] = []
    squares: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in sorted(rows, key=lambda a: (not a.residential, a.id)):
        east, north = math.floor(row.lon / wide_deg), math.floor(row.lat / high_deg)
        around = [squares.get((east + x, north + y), ()) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        others = sorted(place for square in around for place in square)
        near = next((place for place in others if _apart_m(row, kept[place]) <= SAME_ADDRESS_M), None)
        if near is None:
            squares[(east, north)].append(len(kept))
            kept.append(row)
        elif not kept[near].postcode and row.postcode:
            kept[near] = replace(kept[near], postcode=row.postcode)
    return sorted(kept, key=lambda a: a.id)


def _apart_m(one: Address, other: Address) -> float:
    return float(ground_m(one.lon, one.lat, other.lon, other.lat))


def _commune(commune: Commune, addresses: Sequence[Address], departments: Mapping[str, str]) -> Entry | None:
    if commune.geometry is not None:
        point = commune.geometry.representative_point()
        lon, lat = float(point.x), float(point.y)
    elif addresses:
        lon, lat = float(np.mean([a.lon for a in addresses])), float(np.mean([a.lat for a in addresses]))
    else:
        return None
    return Entry(
        id=commune.insee,
        kind=Position.MUNICIPALITY,
        name=commune.name,
        words=(),
        also=spellings(commune.name),
        city_words=words(commune.name),
        postcodes=commune.postcodes,
        insee=commune.insee,
        commune=commune.name,
        context=_context(commune.department, departments),
        lon=lon,
        lat=lat,
        importance=min(1.0, 0.3 + math.log10(1 + (commune.population or 0)) / 9),
    )


def _street(street: Street, rows: Sequence[Address], commune: Commune | None, departments: Mapping[str, str]) -> Entry:
    insee, normal = street
    housed = sorted((_numbered(a, commune) for a in rows if a.number), key=lambda n: (n.number, n.id))
    named = sorted((a for a in rows if not a.number), key=lambda a: a.id)
    postcodes = {n.postcode for n in housed if n.postcode} | {a.postcode for a in named if a.postcode}
    reachable = postcodes or set(commune.postcodes if commune else ())
    locality = not housed and all(a.position is Position.LOCALITY for a in named)
    lon, lat = (named[0].lon, named[0].lat) if named else _middle(housed)
    return Entry(
        id=f"{insee}_{'-'.join(normal)}",
        kind=Position.LOCALITY if locality else Position.STREET,
        name=_usual([a.street for a in rows]),
        words=normal,
        also=tuple(sorted({word for a in rows for word in spellings(a.street)} | set(_commune_spellings(commune)))),
        city_words=words(commune.name if commune else rows[0].commune),
        postcodes=tuple(sorted(reachable)),
        insee=insee,
        commune=commune.name if commune else rows[0].commune,
        context=_context(commune.department if commune else "", departments),
        lon=lon,
        lat=lat,
        importance=min(0.6, 0.1 + math.log10(1 + len(housed)) / 6),
        numbers=tuple(housed),
        spread_m=_spread_m(lon, lat, housed),
    )


def _numbered(address: Address, commune: Commune | None) -> Numbered:
    only = commune.postcodes[0] if commune and len(commune.postcodes) == 1 else ""
    return Numbered(
        house_number(address.number),
        address.number,
        address.id,
        address.postcode or only,
        address.lon,
        address.lat,
    )


def _middle(housed: Sequence[Numbered]) -> tuple[float, float]:
    """Return the house nearest to the middle of them all: a mean would leave a bent street."""
    lon, lat = np.array([n.lon for n in housed]), np.array([n.lat for n in housed])
    off = (lon - np.median(lon)) ** 2 * np.cos(np.radians(lat)) ** 2 + (lat - np.median(lat)) ** 2
    nearest = int(np.argmin(off))
    return float(lon[nearest]), float(lat[nearest])


def _spread_m(lon: float, lat: float, housed: Sequence[Numbered]) -> float:
    """Return the metres to the farthest house, to one decimal."""
    if not housed:
        return 0.0
    lons, lats = np.array([n.lon for n in housed]), np.array([n.lat for n in housed])
    off_m = ground_m(np.full_like(lons, lon), np.full_like(lats, lat), lons, lats)
    return round(float(np.max(off_m)), 1)


def _with_former(entry: Entry, former_names: Mapping[str, Sequence[str]]) -> Entry:
    """Add the names that a commune once had, where their words are others than today's."""
    former = {words(name) for name in former_names.get(entry.insee, ())} - {(), entry.city_words}
    return replace(entry, old_cities=tuple(sorted(former))) if former else entry


def _usual(names: Iterable[str]) -> str:
    """Return the spelling that most rows use; of equals the longest, then the first in the alphabet."""
    return min(Counter(names).items(), key=lambda item: (-item[1], -len(item[0]), item[0]))[0]


def _commune_spellings(commune: Commune | None) -> tuple[str, ...]:
    return spellings(commune.name) if commune else ()


def _context(department: str, departments: Mapping[str, str]) -> str:
    name = departments.get(department, "")
    return f"{department}, {name}" if name else department
