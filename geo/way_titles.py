"""What a street is called, or else what sort of way it is: how a route tells it to a reader."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from geo.tag_match import Tags

__all__ = ["TITLE_KEYS", "Title", "WaySort", "title_of"]

TITLE_KEYS = ("footway", "highway", "junction", "name", "ref", "service")
"""The tag keys that titles are made of; an extract keeps them beside those that the modes ask about."""


class WaySort(StrEnum):
    """What a way without a name is called by."""

    ROAD = "road"
    STREET = "street"
    LIVING_STREET = "living_street"
    PEDESTRIAN = "pedestrian"
    FOOTPATH = "footpath"
    PAVEMENT = "pavement"
    CROSSING = "crossing"
    PATH = "path"
    STEPS = "steps"
    CYCLEWAY = "cycleway"
    BRIDLEWAY = "bridleway"
    TRACK = "track"
    SERVICE = "service"
    PARKING_AISLE = "parking_aisle"
    DRIVEWAY = "driveway"
    ALLEY = "alley"
    ROUNDABOUT = "roundabout"
    RAMP = "ramp"
    MOTORWAY = "motorway"
    CORRIDOR = "corridor"
    PLATFORM = "platform"


class Title(NamedTuple):
    """What is told of a way."""

    name: str = ""
    """As it stands on its sign; empty when nobody noted one."""
    ref: str = ""
    """Its number ("D 980"); empty when it has none."""
    sort: WaySort = WaySort.ROAD

    @property
    def called(self) -> str:
        """Its name, else its number; empty when it has neither."""
        return self.name or self.ref


_BY_HIGHWAY = {
    "residential": WaySort.STREET,
    "living_street": WaySort.LIVING_STREET,
    "pedestrian": WaySort.PEDESTRIAN,
    "footway": WaySort.FOOTPATH,
    "path": WaySort.PATH,
    "steps": WaySort.STEPS,
    "cycleway": WaySort.CYCLEWAY,
    "bridleway": WaySort.BRIDLEWAY,
    "track": WaySort.TRACK,
    "service": WaySort.SERVICE,
    "motorway": WaySort.MOTORWAY,
    "corridor": WaySort.CORRIDOR,
    "platform": WaySort.PLATFORM,
}
_BY_SERVICE = {"parking_aisle": WaySort.PARKING_AISLE, "driveway": WaySort.DRIVEWAY, "alley": WaySort.ALLEY}
_BY_FOOTWAY = {"sidewalk": WaySort.PAVEMENT, "crossing": WaySort.CROSSING}


def title_of(tags: Tags) -> Title:
    """Return the title of a way with these tags; of a name or a number, blanks are made single."""
    return Title(_clean(tags.get("name", "")), _clean(tags.get("ref", "")), _sort(tags))


def _sort(tags: Tags) -> WaySort:
    highway = tags.get("highway", "")
    if tags.get("junction") in {"roundabout", "circular"}:
        return WaySort.ROUNDABOUT
    if highway.endswith("_link"):
        return WaySort.RAMP
    sort = _BY_HIGHWAY.get(highway, WaySort.ROAD)
    if sort is WaySort.SERVICE:
        return _BY_SERVICE.get(tags.get("service", ""), sort)
    if sort is WaySort.FOOTPATH:
        return _BY_FOOTWAY.get(tags.get("footway", ""), sort)
    return sort


def _clean(text: str) -> str:
    return " ".join(text.split())
