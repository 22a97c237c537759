"""An OpenStreetMap file in the making: nodes, ways and relations, clipped and written in one go."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from shapely import Polygon

from ingest.sample.frame import CLIP_LONLAT, Frame
from ingest.sample.shapes import line_xy
from ingest.sample.truth import Fate

__all__ = ["OsmDraft"]

Tags = dict[str, str]
_ACCOUNTED = ("amenity", "shop", "healthcare", "leisure")
"""Keys whose bearers the ingest accounts for: none may be written without a known fate."""


@dataclass
class OsmDraft:
    """Objects in the order of their numbers; coordinates stay on the board until they are written."""

    node_xy_m: list[tuple[float, float]] = field(default_factory=list)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    relations: list[tuple[list[tuple[str, int, str]], Tags]] = field(default_factory=list)
    fates: dict[str, Fate] = field(default_factory=dict)
    """Of the objects that may be services, by key (``n12``, ``w3``, ``r1``)."""
    address_fates: dict[str, Fate] = field(default_factory=dict)
    """Of the objects with a house number."""

    def node(self, xy_m: tuple[float, float], tags: Tags | None = None, fate: Fate | None = None) -> int:
        """Add a node; return its number, from 1."""
        self.node_xy_m.append((float(xy_m[0]), float(xy_m[1])))
        number = len(self.node_xy_m)
        if tags:
            self.node_tags[number] = tags
        self._expect(f"n{number}", fate)
        return number

    def way(self, nodes: list[int], tags: Tags, fate: Fate | None = None) -> int:
        """Add a way through nodes; return its number, from 1."""
        self.ways.append((nodes, tags))
        self._expect(f"w{len(self.ways)}", fate)
        return len(self.ways)

    def area(self, outline: Polygon, tags: Tags, fate: Fate | None = None) -> int:
        """Add a closed way around a polygon without holes; return its number."""
        ring = line_xy(outline.exterior)[:-1]
        first = len(self.node_xy_m) + 1
        self.node_xy_m.extend((float(x), float(y)) for x, y in ring)
        return self.way([*range(first, first + len(ring)), first], tags, fate)

    def relation(self, members: list[tuple[str, int, str]], tags: Tags, fate: Fate | None = None) -> int:
        """Add a relation; return its number, from 1."""
        self.relations.append((members, tags))
        self._expect(f"r{len(self.relations)}", fate)
        return len(self.relations)

    def _expect(self, key: str, fate: Fate | None) -> None:
        if fate is not None:
            self.fates[key] = fate

    def write(self, path: Path, frame: Frame) -> dict[str, bool]:
        """Clip and write the file, as a simple extract does: ways keep the numbers of nodes that it leaves out.

        Returns
        -------
        dict
            Which objects with a fate are in the file.

        Raises
        ------
        ValueError
            When an object could count as a service and nobody said what must become of it.
        """
        self._check()
        lonlat = frame.to_lonlat(np.array(self.node_xy_m))
        west, south, east, north = CLIP_LONLAT
        inside = (lonlat[:, 0] >= west) & (lonlat[:, 0] <= east) & (lonlat[:, 1] >= south) & (lonlat[:, 1] <= north)
        way_in = [any(inside[n - 1] for n in nodes) for nodes, _ in self.ways]
        present = {"n": inside, "w": np.array(way_in)}
        relation_in = [any(kind == "x" or present[kind][ref - 1] for kind, ref, _ in m) for m, _ in self.relations]
        header = osmium.io.Header()
        header.set("generator", "alentours sample")
        header.set("sorting", "Type_then_ID")
        header.add_box(osmium.osm.Box(osmium.osm.Location(west, south), osmium.osm.Location(east, north)))
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path), header=header) as writer:
            for number in (np.flatnonzero(inside) + 1).tolist():
                tags = self.node_tags.get(number, {})
                location = (float(lonlat[number - 1, 0]), float(lonlat[number - 1, 1]))
                writer.add_node(osmium.osm.mutable.Node(id=number, location=location, tags=tags))
            for number, (nodes, tags) in enumerate(self.ways, start=1):
                if way_in[number - 1]:
                    writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
            for number, (members, tags) in enumerate(self.relations, start=1):
                if relation_in[number - 1]:
                    real = [("w" if kind == "x" else kind, ref, role) for kind, ref, role in members]
                    writer.add_relation(osmium.osm.mutable.Relation(id=number, members=real, tags=tags))
        everywhere = present | {"r": np.array(relation_in)}
        keys = [*self.fates, *self.address_fates]
        return {key: bool(everywhere[key[0]][int(key[1:]) - 1]) for key in keys}

    def _check(self) -> None:
        tagged = {f"n{number}": tags for number, tags in self.node_tags.items()}
        tagged |= {f"w{number}": tags for number, (_, tags) in enumerate(self.ways, start=1)}
        for key, tags in tagged.items():
            if any(name in tags for name in _ACCOUNTED) and key not in self.fates:
                raise ValueError(f"nobody said what becomes of {key}: {tags}")
