"""Buildings and house numbers of the OpenStreetMap file, and the relations that know their streets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ingest.sample.communes import Commune
from ingest.sample.houses import Houses
from ingest.sample.osm_draft import OsmDraft, Tags
from ingest.sample.streets import StreetMap
from ingest.sample.truth import Fate

__all__ = ["Address", "draw_houses"]

_RELATION, _TAGS, _PLACE, _ORPHAN = "relation", "tags", "place", "orphan"
_ORPHANS = 26
"""House numbers whose street nobody noted."""
_ODD_NUMBERS = ("s/n", "?", "12 à 16", "n°", "RDC", "sans numéro", "bis")
"""What mappers write where no number can be read."""
_LATEST = " ter"
"""How the numbers end that the national base lacks."""


@dataclass(frozen=True)
class Address:
    """What a house's door says."""

    number: str
    street: str
    commune: Commune
    xy_m: tuple[float, float]
    """Where the number stands, board metres."""

    @property
    def official(self) -> bool:
        """Whether the national base has it too: what was built last between two houses, mappers have seen first."""
        return not self.number.endswith(_LATEST)

    @property
    def line(self) -> str:
        """As a letter bears it."""
        return f"{self.number} {self.street}"


def draw_houses(
    draft: OsmDraft,
    streets: StreetMap,
    ways: Mapping[int, int],
    houses: Houses,
    communes: tuple[Commune, ...],
    hamlets: Mapping[str, str],
    rng: np.random.Generator,
) -> dict[int, Address]:
    """Write buildings, numbers and ``associatedStreet`` relations; return the addresses that can be found, by house."""
    styles = _styles(streets, houses, rng)
    drawn = _drawn_buildings(houses, rng)
    on_building = (rng.random(len(houses.xy_m)) < 0.12) & drawn
    formats = rng.random((len(houses.xy_m), 3))
    corners = houses.corners()
    addresses: dict[int, Address] = {}
    members: dict[tuple[int, str, str], list[tuple[str, int, str]]] = {}
    for house, number in enumerate(houses.number):
        stroke = streets.strokes[int(houses.street_row[house])]
        commune = communes[int(houses.commune[house])]
        style = styles.get(house, "")
        tags: Tags = {}
        if style:
            place = style == _PLACE
            street = hamlets.get(stroke.site, "") if place else stroke.name
            tags = {"addr:housenumber": _written(number, float(formats[house, 0]))}
            if style in {_TAGS, _PLACE}:
                tags["addr:place" if place else "addr:street"] = street
                if formats[house, 1] < 0.5:
                    tags["addr:city"] = commune.name
            if formats[house, 2] < 0.12:
                tags["addr:postcode"] = commune.postcode
        member = _door(draft, houses, house, corners[house], tags, bool(on_building[house]), bool(drawn[house]))
        if style and style != _ORPHAN:
            spot = draft.node_xy_m[member[1] - 1] if member[0] == "n" else houses.xy_m[house]
            addresses[house] = Address(number, street, commune, (float(spot[0]), float(spot[1])))
        if style:
            draft.address_fates[f"{member[0]}{member[1]}"] = _address_fate(commune, addresses.get(house))
        if style == _RELATION:
            members.setdefault((int(houses.commune[house]), stroke.site, stroke.name), []).append((*member, "house"))
    _relations(draft, streets, ways, members)
    _odd_ones(draft, houses, communes, rng)
    return addresses


def _styles(streets: StreetMap, houses: Houses, rng: np.random.Generator) -> dict[int, str]:
    """Decide street by street where its name is noted: mostly in a relation, else on every house."""
    per_street: dict[tuple[int, str, str], str] = {}
    styles: dict[int, str] = {}
    for house, number in enumerate(houses.number):
        if not number:
            continue
        stroke = streets.strokes[int(houses.street_row[house])]
        key = (int(houses.commune[house]), stroke.site, stroke.name)
        if key not in per_street:
            choices = (_PLACE, _RELATION) if houses.zone[house] == "hameau" else (_RELATION, _TAGS)
            per_street[key] = choices[int(rng.random() > (0.5 if houses.zone[house] == "hameau" else 0.76))]
        styles[house] = per_street[key]
    orphans = rng.choice(np.array([h for h in styles if styles[h] == _TAGS]), _ORPHANS, replace=False)
    return styles | dict.fromkeys(orphans.tolist(), _ORPHAN)


def _drawn_buildings(houses: Houses, rng: np.random.Generator) -> np.ndarray:
    """Choose the buildings that are drawn: all of the old town, elsewhere those with a number and some others."""
    numbered = np.array([number != "" for number in houses.number])
    chance = rng.random(len(numbered))
    return np.asarray((houses.zone == "centre") | (chance < np.where(numbered, 0.92, 0.22)))


def _written(number: str, chance: float) -> str:
    """Write a number as mappers do: with or without the space, in capitals."""
    if " " in number and chance < 0.4:
        return number.replace(" ", "") if chance < 0.25 else number.upper()
    return number


def _address_fate(commune: Commune, address: Address | None) -> Fate:
    if commune.department != "00":
        return Fate("out_of_scope")
    if address is None:
        return Fate("no_street")
    return Fate("merged" if address.official else "kept")


def _door(
    draft: OsmDraft,
    houses: Houses,
    house: int,
    corners: np.ndarray,
    tags: Tags,
    on_building: bool,
    drawn: bool,
) -> tuple[str, int]:
    """Draw one house and its number, on the building or as a node at the street side; return the number's object."""
    key = ("", 0)
    if drawn:
        first = len(draft.node_xy_m) + 1
        for x, y in corners:
            draft.node((float(x), float(y)))
        building = {"building": "yes"} | (tags if on_building else {})
        key = ("w", draft.way([first, first + 1, first + 2, first + 3, first], building))
    if tags and not on_building:
        toward = (corners[0] + corners[1]) / 2 * 0.42 + houses.xy_m[house] * 0.58
        key = ("n", draft.node((float(toward[0]), float(toward[1])), tags))
    return key


def _relations(
    draft: OsmDraft,
    streets: StreetMap,
    ways: Mapping[int, int],
    members: Mapping[tuple[int, str, str], list[tuple[str, int, str]]],
) -> None:
    """Gather the houses of a street with its ways."""
    of_name: dict[tuple[str, str], list[int]] = {}
    for row in streets.street_rows():
        stroke = streets.strokes[row]
        of_name.setdefault((stroke.site, stroke.name), []).append(row)
    for (_, site, name), found in members.items():
        street = [("w", ways[row], "street") for row in of_name[site, name]]
        draft.relation([*found, *street], {"type": "associatedStreet", "name": name})


def _odd_ones(draft: OsmDraft, houses: Houses, communes: tuple[Commune, ...], rng: np.random.Generator) -> None:
    """Add what no door bears, and two houseboats that lie in no commune."""
    own = np.flatnonzero(np.array([communes[c].department == "00" for c in houses.commune]))
    for text, house in zip(_ODD_NUMBERS, rng.choice(own, len(_ODD_NUMBERS), replace=False).tolist(), strict=True):
        x, y = houses.xy_m[house]
        node = draft.node((float(x) + 2.0, float(y) + 1.0), {"addr:housenumber": text, "addr:street": "Rue du Port"})
        draft.address_fates[f"n{node}"] = Fate("bad_number")
    for number in (1, 2):
        tags = {"addr:housenumber": str(number), "addr:street": "Quai du Bac", "building": "houseboat"}
        node = draft.node((16_650.0 + 25 * number, 15_900.0), tags)
        draft.address_fates[f"n{node}"] = Fate("unknown_commune")
