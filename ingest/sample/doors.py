"""What rows say beside their coordinates: addresses, of which some are known beyond doubt, and codes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ingest.sample.facilities import Facility
from ingest.sample.osm_houses import Address

__all__ = ["UNKNOWN", "Doors", "farthest", "without_zero"]

UNKNOWN = "3 chemin que nul ne connaît"
"""A line that no house of any seed bears."""


class Doors:
    """The addresses of the OpenStreetMap file, by house.

    Parameters
    ----------
    addresses
        Those that can be found, by house.
    """

    def __init__(self, addresses: Mapping[int, Address]) -> None:
        self._addresses = addresses
        known = [address for address in addresses.values() if address.commune.department == "00"]
        times = Counter((address.commune.insee, address.street, address.number) for address in known)
        streets: dict[tuple[str, str], bool] = {}
        for (insee, street, _), often in times.items():
            streets[insee, street] = streets.get((insee, street), True) and often == 1
        self._sure = {street for street, once in streets.items() if once}

    def line(self, facility: Facility) -> str:
        """Return number and street of a place; empty where nobody noted them."""
        address = self._addresses.get(facility.house)
        return address.line if address else ""

    def sure(self, facility: Facility) -> Address | None:
        """Return the address of a place of which there is no other: no second street of its name in the commune."""
        address = self._addresses.get(facility.house)
        if address is None or not address.number.isdecimal():
            return None
        return address if (address.commune.insee, address.street) in self._sure else None

    def lost(self, facilities: Iterable[Facility], most: int) -> list[Facility]:
        """Choose places that their address alone can place: the first ones that OpenStreetMap does not know."""
        return [f for f in facilities if not f.in_osm and self.sure(f) is not None][:most]


def farthest(facilities: Sequence[Facility], spot: Facility) -> Facility:
    """Return the place of the territory that lies farthest from another: in a commune beyond all doubt."""
    own = [f for f in facilities if f.site.commune.department == "00"]
    return max(own, key=lambda f: (math.dist(f.xy_m, spot.xy_m), f.number))


def without_zero(code: str) -> str:
    """Write a code as a spreadsheet does that takes it for a number."""
    return code.removeprefix("0")
