"""What nobody crosses on foot but by a street: rivers and shores, railways, motorways, as the extracts draw them.

Two passes may be needed of a file: the tagged ways come by in the pass that reads the streets; the banks of a wide
river are often untagged ways of a relation, which stands behind them in the file.

Left open on purpose: streams and ditches (there is always a plank); ponds and basins (one walks round them); what runs
through a tunnel or a culvert, or over a bridge (one passes above or beneath it); tracks that trams share with the
street, sidings inside a yard's fence (spurs to one works are crossed on the level); walls and fences, whose gates few
have mapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

__all__ = ["OBSTACLE_KEYS", "Obstacles", "is_line", "is_shore"]

OBSTACLE_KEYS = ("waterway", "natural", "landuse", "railway", "highway")
"""A way without any of these is no obstacle of its own."""

_WALKED_ROUND = frozenset(
    {"pond", "basin", "reflecting_pool", "fountain", "wastewater", "stream_pool", "swimming_pool"}
)
_ON_FOOT = frozenset({"yes", "designated", "permissive"})
_MOTORWAYS = frozenset({"motorway", "motorway_link"})
_EXPRESSWAYS = frozenset({"trunk", "trunk_link"})
_CROSSED_SERVICE = frozenset({"spur", "siding", "yard", "crossover"})
_ASKED = frozenset(
    {*OBSTACLE_KEYS, "tunnel", "bridge", "covered", "water", "intermittent", "service", "foot", "motorroad"}
)
_Refs = tuple[int, ...]


def is_line(tags: Mapping[str, str]) -> bool:
    """Whether a way with these tags is a line that nobody crosses on foot."""
    is_river = tags.get("waterway") in {"river", "canal"}
    return _on_the_ground(tags) and (is_river or _is_railway(tags) or _is_motorway(tags))


def is_shore(tags: Mapping[str, str]) -> bool:
    """Whether what has these tags borders water that nobody crosses on foot."""
    return _on_the_ground(tags) and _is_water(tags)


def _on_the_ground(tags: Mapping[str, str]) -> bool:
    return all(tags.get(key, "no") == "no" for key in ("tunnel", "bridge", "covered"))


def _is_water(tags: Mapping[str, str]) -> bool:
    if tags.get("waterway") in {"riverbank", "dock"} or tags.get("natural") == "coastline":
        return True
    if tags.get("natural") == "water" or tags.get("landuse") == "reservoir":
        return tags.get("water") not in _WALKED_ROUND and tags.get("intermittent") != "yes"
    return False


def _is_railway(tags: Mapping[str, str]) -> bool:
    return tags.get("railway") == "rail" and tags.get("service") not in _CROSSED_SERVICE


def _is_motorway(tags: Mapping[str, str]) -> bool:
    """Whether it is a motorway, or an express road that says so: houses stand along many a French trunk road."""
    highway, foot = tags.get("highway"), tags.get("foot")
    closed = foot == "no" or tags.get("motorroad") == "yes"
    return foot not in _ON_FOOT and (highway in _MOTORWAYS or (highway in _EXPRESSWAYS and closed))


@dataclass
class Obstacles:
    """What the passes have met so far."""

    lines: dict[int, _Refs] = field(default_factory=dict)
    """Nodes of each way; of two versions the one of which more is known."""
    lonlat: dict[int, tuple[float, float]] = field(default_factory=dict)
    banks: set[int] = field(default_factory=set)
    """Ways that relations name as the border of water."""
    shores: set[int] = field(default_factory=set)
    """Ways of ``lines`` that border water; the others are lines."""

    def take(self, way: Any) -> None:
        """Keep a way of libosmium when it is an obstacle."""
        tags = {tag.k: tag.v for tag in way.tags if tag.k in _ASKED}
        if is_line(tags):
            self._draw(way)
        elif is_shore(tags):
            self.shores.add(way.id)
            self._draw(way)

    def take_relation(self, relation: Any) -> None:
        """Note the ways that a relation of libosmium names as the border of water."""
        tags = {tag.k: tag.v for tag in relation.tags if tag.k in _ASKED}
        if relation.tags.get("type") == "multipolygon" and is_shore(tags):
            self.banks.update(member.ref for member in relation.members if member.type == "w")

    def take_banks(self, path: Path) -> None:
        """Read the noted ways that have no tags of their own, in a pass of their own where there are any."""
        missing = sorted(self.banks - self.lines.keys())
        if not missing:
            return
        wanted, no_node = osmium.filter.IdFilter(missing), osmium.filter.IdFilter(())
        wanted.enable_for(osmium.osm.WAY)
        no_node.enable_for(osmium.osm.NODE)
        processor = osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY).with_locations()
        for way in processor.with_filter(no_node).with_filter(wanted):
            self.shores.add(way.id)
            self._draw(way)

    def lonlat_ends(self) -> NDArray[np.float64]:
        """Return the straight pieces, ways in the order of their numbers: (O, 4) lon, lat, lon, lat, degrees."""
        return np.array([ends for _, ends in self._pieces()], np.float64).reshape(-1, 4)

    def are_shores(self) -> NDArray[np.bool_]:
        """Return which of the straight pieces border water (O,)."""
        return np.array([way in self.shores for way, _ in self._pieces()], np.bool_)

    def _pieces(self) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
        for way, refs in sorted(self.lines.items()):
            for a, b in pairwise(refs):
                if a in self.lonlat and b in self.lonlat and self.lonlat[a] != self.lonlat[b]:
                    yield way, (*self.lonlat[a], *self.lonlat[b])

    def _draw(self, way: Any) -> None:
        refs = tuple(node.ref for node in way.nodes)
        for node in way.nodes:
            if node.location.valid():
                self.lonlat.setdefault(node.ref, (node.location.lon, node.location.lat))
        if len(refs) > len(self.lines.get(way.id, ())):
            self.lines[way.id] = refs
