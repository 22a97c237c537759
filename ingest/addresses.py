"""Row → address: house numbers of OpenStreetMap with their street, commune and whether somebody lives there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from geo.address_book import distinct_addresses
from geo.places import Address, Position
from ingest.catalogue import Source
from ingest.connectors.osm import KEY, STREET
from ingest.connectors.table import Table
from ingest.fetch import Fetched
from ingest.ledger import Ledger, RejectCode
from ingest.positions import read_positions
from ingest.results import Sorter, SourceResult
from ingest.scope import Scope

__all__ = ["house_number", "is_home", "normalise_addresses"]

_NUMBER = re.compile(r"(\d+(?:\s*[-/,;]\s*\d+)*)\s*([A-Za-z]{1,8}\d?)?")
_REPETITIONS = {"bis", "ter", "quater", "quinquies"}
_WORKPLACES = ("amenity", "shop", "office", "craft", "healthcare", "tourism", "leisure", "club", "industrial")
"""Keys of an object that is a business or a service: the number is where it receives, not where somebody lives."""
_NO_HOMES = {
    "industrial",
    "commercial",
    "retail",
    "warehouse",
    "garage",
    "garages",
    "shed",
    "school",
    "hospital",
    "church",
}


def normalise_addresses(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the house numbers of a source into the territory's addresses.

    Those of the halo are out of scope: nobody asks a territory for a home that lies in another. Rows that agree in
    number, street and commune within 50 m are one (a home and the shop in it), and the others count as merged.
    """
    sorter = Sorter(source, table)
    positions = read_positions(source, table, scope)
    keys, streets = table.cells([KEY]), table.cells([STREET])
    written = [tags.get("addr:housenumber", "") for tags in table.tags]
    numbers = [house_number(number) for number in written]
    located = positions.problem == None  # noqa: E711 - elementwise
    sorter.reject(~located, RejectCode.NO_POSITION, keys)
    insee, inside = scope.locate(positions.lon, positions.lat)
    nameless = np.array([code == "" for code in insee], dtype=bool) & scope.covers(positions.lon, positions.lat)
    sorter.leave_out(~np.array(inside, dtype=bool) & ~nameless)
    sorter.reject(nameless, RejectCode.UNKNOWN_COMMUNE, positions.written)
    sorter.reject(np.array([number == "" for number in numbers], dtype=bool), RejectCode.BAD_NUMBER, written)
    sorter.reject(np.array([street == "" for street in streets], dtype=bool), RejectCode.NO_STREET, written)
    addresses = []
    for row in np.flatnonzero(sorter.open).tolist():
        tags, commune = table.tags[row], scope.by_code[insee[row]]
        only = commune.postcodes[0] if len(commune.postcodes) == 1 else ""
        address = Address(
            id=f"{source.id}:{keys[row]}",
            number=numbers[row],
            street=" ".join(streets[row].split()),
            postcode=_postcode(tags.get("addr:postcode", "")) or only,
            insee=commune.insee,
            commune=commune.name,
            lon=float(positions.lon[row]),
            lat=float(positions.lat[row]),
            position=Position.HOUSENUMBER,
            source=source.id,
            residential=is_home(tags),
        )
        addresses.append(address)
    distinct = distinct_addresses(addresses)
    ledger: Ledger = sorter.ledger().with_merged(len(addresses) - len(distinct))
    return SourceResult(source, tuple(fetched), ledger, tuple(sorter.rejects), addresses=tuple(distinct))


def house_number(text: str) -> str:
    """Return a house number as a door bears it: ``"12"``, ``"5 B"``, ``"12 bis"``, ``"173-175"``; ``""`` if it is none.

    A single letter stays a letter: ``5 B`` may be *bis* or the second of A, B, C, and only the street knows.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return ""
    numbers, suffix = re.sub(r"\s*[-/,;]\s*", "-", match[1]), match[2] or ""
    if not suffix:
        return numbers
    return f"{numbers} {suffix.lower() if suffix.lower() in _REPETITIONS else suffix.upper()}"


def is_home(tags: Mapping[str, str]) -> bool:
    """Tell whether somebody may live there: False for a business's own number and for buildings without homes."""
    return not any(key in tags for key in _WORKPLACES) and tags.get("building", "") not in _NO_HOMES


def _postcode(text: str) -> str:
    return text if re.fullmatch(r"\d{5}", text) else ""
