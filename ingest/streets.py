"""Streets of an OpenStreetMap extract: one pass through the file, no mode decided yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from shapely import Polygon, box

from geo.errors import SourceMalformed, SourceUnavailable
from geo.network import RawStreets

__all__ = ["read_streets"]

Bbox = tuple[float, float, float, float]


def read_streets(
    path: Path, tags: Collection[str], *, bbox: Bbox | None = None, source: str = "osm_streets"
) -> RawStreets:
    """Read every way with a ``highway`` tag, and the barriers that stand on them.

    Where a way refers to a node that the extract lacks, it is interrupted there: nothing is drawn across the gap.

    Parameters
    ----------
    path
        An ``.osm.pbf``, ``.osm`` or any other format that libosmium reads.
    tags
        The keys to keep (:func:`geo.modes.tags_of`).
    bbox
        Where the extract was clipped, as west, south, east, north in degrees; without it, what the file's header says.
    source
        Id of the source, for errors.

    Raises
    ------
    SourceUnavailable
        When there is no such file.
    SourceMalformed
        When the file breaks off or is something else, or holds no street.
    """
    if not path.is_file():
        raise SourceUnavailable(source, "no such file", file=path.name)
    collected = _Collected(frozenset(tags))
    streets, barriers = osmium.filter.KeyFilter("highway"), osmium.filter.KeyFilter("barrier")
    streets.enable_for(osmium.osm.WAY)
    barriers.enable_for(osmium.osm.NODE)
    try:
        processor = osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY).with_locations()
        processor.with_filter(streets).with_filter(barriers)
        clip = bbox if bbox is not None else _clip(processor.header.box())
        for element in processor:
            if isinstance(element, osmium.osm.Way):
                collected.way(element)
            elif isinstance(element, osmium.osm.Node):
                collected.barrier(element)
    except RuntimeError as error:
        raise SourceMalformed(source, f"no OpenStreetMap file, or a truncated one: {error}", file=path.name) from error
    if not collected.way_of:
        raise SourceMalformed(source, "holds no street (no way with a highway tag and its nodes)", file=path.name)
    return collected.streets(None if clip is None else box(*clip))


@dataclass
class _Collected:
    """What the pass has met so far; ``first``, ``second`` and ``way_of`` grow by one per segment."""

    keys: frozenset[str]
    first: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)
    way_of: list[int] = field(default_factory=list)
    way_tags: list[dict[str, str]] = field(default_factory=list)
    lonlat: dict[int, tuple[float, float]] = field(default_factory=dict)
    barriers: dict[int, dict[str, str]] = field(default_factory=dict)

    def barrier(self, node: Any) -> None:
        self.barriers[node.id] = self._kept(node.tags)

    def way(self, way: Any) -> None:
        located = [(node.ref, node.location) for node in way.nodes]
        drawn = False
        for (ref, here), (next_ref, there) in pairwise(located):
            if not (here.valid() and there.valid()):
                continue
            self.lonlat[ref], self.lonlat[next_ref] = (here.lon, here.lat), (there.lon, there.lat)
            self.first.append(ref)
            self.second.append(next_ref)
            self.way_of.append(len(self.way_tags))
            drawn = True
        if drawn:
            self.way_tags.append(self._kept(way.tags))

    def streets(self, extent: Polygon | None) -> RawStreets:
        """Give the nodes rows in the order of their ids, which does not depend on the order of the file."""
        refs = np.array(sorted(self.lonlat), np.int64)
        row = {ref: number for number, ref in enumerate(refs.tolist())}
        return RawStreets(
            node_lonlat=np.array([self.lonlat[ref] for ref in refs.tolist()], np.float64),
            segment_from=np.searchsorted(refs, self.first).astype(np.int32),
            segment_to=np.searchsorted(refs, self.second).astype(np.int32),
            segment_way=np.array(self.way_of, np.int32),
            way_tags=self.way_tags,
            extent=extent,
            node_tags={row[ref]: tags for ref, tags in sorted(self.barriers.items()) if ref in row},
        )

    def _kept(self, tags: Any) -> dict[str, str]:
        return {tag.k: tag.v for tag in tags if tag.k in self.keys}


def _clip(header_box: Any) -> Bbox | None:
    if not header_box.valid():
        return None
    low, high = header_box.bottom_left, header_box.top_right
    return low.lon, low.lat, high.lon, high.lat
