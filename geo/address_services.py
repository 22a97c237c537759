"""Services as an address index finds them: by their name, by what they are, and by both (``collège Centre``, ``gare``).

They are no addresses: nobody is scored at one, and an address that answers as well comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.address_book import Entry
from geo.address_text import spellings, words
from geo.places import Commune, Position, Service, Standing

__all__ = ["service_entries"]

_IMPORTANCE = 0.1
"""Below every street that has a house."""


def service_entries(
    services: Sequence[Service],
    labels: Mapping[str, Sequence[str]],
    communes: Sequence[Commune],
    departments: Mapping[str, str],
) -> list[Entry]:
    """Return the confirmed services of the territory that have a name, by name and id.

    Parameters
    ----------
    labels
        By category, what such a service is called, in each language.
    departments
        Names by code, for the context line.
    """
    known = {commune.insee: commune for commune in communes}
    found = [
        _entry(service, labels.get(service.category, ()), known[service.insee], departments)
        for service in services
        if service.in_territory and service.standing is Standing.CONFIRMED and service.insee in known
    ]
    return sorted((entry for entry in found if entry.words), key=lambda entry: (entry.words, entry.id))


def _entry(service: Service, labels: Sequence[str], commune: Commune, departments: Mapping[str, str]) -> Entry:
    normal = words(service.name)
    kind = {word for label in labels for word in words(label)} - set(normal)
    department = departments.get(commune.department, "")
    return Entry(
        id=service.id,
        kind=Position.POI,
        name=service.name,
        words=normal,
        also=tuple(sorted({*kind, *spellings(service.name)})),
        city_words=words(commune.name),
        postcodes=commune.postcodes,
        insee=service.insee,
        commune=commune.name,
        context=f"{commune.department}, {department}" if department else commune.department,
        lon=service.lon,
        lat=service.lat,
        importance=_IMPORTANCE,
        category=service.category,
    )
