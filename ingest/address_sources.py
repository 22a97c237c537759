"""One address in two sources (the national base and OpenStreetMap) is one: the official row stays as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from geo.address_book import SAME_ADDRESS_M
from geo.address_text import HouseNumber, house_number, words
from geo.places import Address
from geo.projection import ground_m
from ingest.ledger import Ledger
from ingest.results import SourceResult

__all__ = ["join_addresses"]

Door = tuple[str, tuple[str, ...], HouseNumber]
"""Commune, normalised street, number."""


def join_addresses(results: Sequence[SourceResult]) -> tuple[list[Address], dict[str, Ledger]]:
    """Put the addresses of all sources together, each place once.

    Rows of different sources that agree in number, street and commune within 50 m are one: that of the official source
    stays, else that of the source whose id comes first. No field of the other is taken over, since its licence may
    differ; it counts as merged. ``12 b`` and ``12 bis`` are one number unless the street has both.

    Returns
    -------
    tuple
        Addresses in the order of the sources (official ones first), and the ledgers of the sources that lost some.
    """
    ordered = sorted((r for r in results if r.addresses), key=lambda r: (not r.source.official, r.source.id))
    if len(ordered) < 2:
        return [address for result in ordered for address in result.addresses], {}
    known: dict[Door, list[Address]] = defaultdict(list)
    kept: list[Address] = []
    ledgers: dict[str, Ledger] = {}
    for result in ordered:
        new = [address for address in result.addresses if not _is_known(address, known)]
        for address in new:
            known[_door(address)].append(address)
        kept += new
        if lost := len(result.addresses) - len(new):
            ledgers[result.source.id] = result.ledger.with_merged(lost)
    return kept, ledgers


def _door(address: Address) -> Door:
    return address.insee, words(address.street), house_number(address.number)


def _is_known(address: Address, known: dict[Door, list[Address]]) -> bool:
    insee, street, number = _door(address)
    spelled = [number] if number.alias is None or (insee, street, number) in known else [number, number.alias]
    others = (other for spelling in spelled for other in known.get((insee, street, spelling), ()))
    return any(ground_m(address.lon, address.lat, other.lon, other.lat) <= SAME_ADDRESS_M for other in others)
