"""Streets of OpenStreetMap extracts: one pass through each file, no mode decided yet.

Several extracts become one set of streets: nodes of one number are one node, wherever they stand; a way that stands in
two extracts is taken once. Extracts that touch are one loaded area.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from geo.errors import ConfigurationError, SourceMalformed, SourceUnavailable
from geo.network import RawStreets
from geo.projection import ground_m
from geo.streets import LoadedArea
from geo.way_titles import TITLE_KEYS
from ingest.extents import areas_of, extent_of
from ingest.obstacles import OBSTACLE_KEYS, Obstacles
from ingest.osm_faults import UNREADABLE, refuse_disorder
from ingest.restrictions import Restrictions

__all__ = ["read_streets"]

_NODE_KEYS = ("barrier", "highway", "kerb")
"""A node with one of these may stop or delay a mode: gates, bollards; traffic signals, crossings; kerbs."""
_ASTRAY_M = 500_000.0
"""No street runs so far without a bend. Drawn, such a line would outweigh the streets of a whole territory."""
_ROUND_DEG = 1e-5
"""A metre around the nodes of an extract that does not say where it was clipped: its outermost nodes lie inside."""


def read_streets(
    extracts: Path | Sequence[Path], tags: Collection[str], *, names: Sequence[str] = (), source: str = "osm_streets"
) -> RawStreets:
    """Read every way with a ``highway`` tag, barriers, signals and crossings on them, and the restrictions of turns.

    The same pass reads what nobody crosses but by them: rivers and shores, railways, motorways.

    Where a way refers to a node that no extract has, it is interrupted there: nothing is drawn across the gap. Of a way
    in several extracts the version of which most can be drawn is taken, of equal ones that of the extract named first;
    so is the place of a node.

    Parameters
    ----------
    extracts
        One file or several: ``.osm.pbf``, ``.osm`` or any other format that libosmium reads.
    tags
        The keys to keep (:func:`geo.modes.tags_of`); those of ways' titles are kept besides.
    names
        Of the files, for errors and areas; without them, those that they have on this machine.
    source
        Id of the source, for errors.

    Returns
    -------
    RawStreets
        Nodes and ways in the order of their numbers, whatever the order of files and within them. A file covers what
        its header says, or else what lies between its streets' outermost nodes.

    Raises
    ------
    ConfigurationError
        When no file is given.
    SourceUnavailable
        When there is no such file.
    SourceMalformed
        When a file breaks off or is something else, holds no street or its nodes behind its ways, or draws a street
        over more than 500 km without a node: one of the two lies astray.
    """
    paths = [extracts] if isinstance(extracts, Path) else list(extracts)
    if not paths:
        raise ConfigurationError("a territory needs an extract of streets: found none")
    collected = _Collected(frozenset(tags), frozenset({*tags, *TITLE_KEYS}))
    covered = [
        collected.extract(path, name, source)
        for path, name in zip(paths, names or [path.name for path in paths], strict=True)
    ]
    return collected.streets(covered, source)


@dataclass(frozen=True)
class _Covered:
    """What one extract covers."""

    name: str
    extent: Polygon
    stated: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """One extract's version of a way."""

    extract: int
    refs: tuple[int, ...]
    tags: dict[str, str]


@dataclass
class _Collected:
    """What the passes have met so far."""

    keys: frozenset[str]
    """Of nodes."""
    way_keys: frozenset[str]
    ways: dict[int, list[_Way]] = field(default_factory=dict)
    lonlat: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    restrictions: Restrictions = field(default_factory=Restrictions)
    obstacles: Obstacles = field(default_factory=Obstacles)
    extracts: int = 0

    def extract(self, path: Path, name: str, source: str) -> _Covered:
        """Take in one file."""
        if not path.is_file():
            raise SourceUnavailable(source, "no such file", file=name)
        streets, nodes = osmium.filter.KeyFilter(*OBSTACLE_KEYS), osmium.filter.KeyFilter(*_NODE_KEYS)
        relations = osmium.filter.KeyFilter("type")
        streets.enable_for(osmium.osm.WAY)
        nodes.enable_for(osmium.osm.NODE)
        relations.enable_for(osmium.osm.RELATION)
        drawn: set[int] = set()
        missing: set[int] = set()
        try:
            asked = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
            processor = osmium.FileProcessor(path, asked).with_locations()
            for element in processor.with_filter(streets).with_filter(nodes).with_filter(relations):
                if isinstance(element, osmium.osm.Way):
                    self.obstacles.take(element)
                    if "highway" in element.tags and element.visible:
                        drawn.update(self._way(element, missing))
                elif isinstance(element, osmium.osm.Node):
                    self.node_tags.setdefault(element.id, _kept(element.tags, self.keys))
                elif isinstance(element, osmium.osm.Relation):
                    self.restrictions.take(element)
                    self.obstacles.take_relation(element)
            self.obstacles.take_banks(path)
            clip = extent_of(path)
            refuse_disorder(path, missing, name, source)
        except UNREADABLE as error:
            raise SourceMalformed(source, f"no OpenStreetMap file, or a truncated one: {error}", file=name) from error
        if not drawn:
            raise SourceMalformed(source, "holds no street (no way with a highway tag and its nodes)", file=name)
        self.extracts += 1
        around = clip if clip is not None else self._around(drawn)
        return _Covered(name.partition(".")[0], around, clip is not None)

    def _way(self, way: Any, missing: set[int]) -> list[int]:
        """Keep a way; return the nodes between which this extract can draw it, and note those that it lacks."""
        refs, drawn, before = [], [], None
        for node in way.nodes:
            refs.append(node.ref)
            here = node.location
            if here.valid():
                self.lonlat.setdefault(node.ref, (here.lon, here.lat))
                if before is not None:
                    drawn += [before, node.ref]
                before = node.ref
            else:
                missing.add(node.ref)
                before = None
        self.ways.setdefault(way.id, []).append(_Way(self.extracts, tuple(refs), _kept(way.tags, self.way_keys)))
        return drawn

    def _around(self, refs: Collection[int]) -> Polygon:
        hull = shapely.multipoints([self.lonlat[ref] for ref in sorted(refs)]).convex_hull
        return Polygon(hull.buffer(_ROUND_DEG, join_style="mitre"))

    def streets(self, covered: Sequence[_Covered], source: str) -> RawStreets:
        """Draw each way once, nodes and ways in the order of their numbers."""
        area_of = areas_of([one.extent for one in covered])
        ends: list[tuple[int, int]] = []
        way_of: list[int] = []
        areas: list[int] = []
        way_tags: list[dict[str, str]] = []
        way_row: dict[int, int] = {}
        for ref, versions in sorted(self.ways.items()):
            way, segments = max(((way, self._segments(way)) for way in versions), key=lambda drawn: len(drawn[1]))
            if segments:
                ends += segments
                way_of += [len(way_tags)] * len(segments)
                areas += [area_of[way.extract]] * len(segments)
                way_row[ref] = len(way_tags)
                way_tags.append(way.tags)
        node_of = np.array(ends, np.int64)
        refs = np.unique(node_of)
        row = {ref: number for number, ref in enumerate(refs.tolist())}
        node_lonlat = np.array([self.lonlat[ref] for ref in row], np.float64)
        segment_from, segment_to = np.searchsorted(refs, node_of).T.astype(np.int32)
        length_m = ground_m(*node_lonlat[segment_from].T, *node_lonlat[segment_to].T)
        if length_m.max() > _ASTRAY_M:
            self._refuse_astray(node_of[length_m.argmax()], length_m.max(), source)
        return RawStreets(
            node_lonlat=node_lonlat,
            segment_from=np.ascontiguousarray(segment_from),
            segment_to=np.ascontiguousarray(segment_to),
            segment_way=np.array(way_of, np.int32),
            way_tags=way_tags,
            areas=tuple(_joined(covered, area_of, area) for area in range(max(area_of) + 1)),
            segment_area=np.array(areas, np.int32),
            node_tags={row[ref]: tags for ref, tags in sorted(self.node_tags.items()) if ref in row},
            restrictions=self.restrictions.rows(way_row, row),
            obstacle_lonlat=self.obstacles.lonlat_ends(),
            obstacle_is_shore=self.obstacles.are_shores(),
        )

    def _refuse_astray(self, ends: NDArray[np.int64], length_m: float, source: str) -> None:
        told = " and ".join(f"{ref} at {self.lonlat[ref]}" for ref in ends.tolist())
        detail = f"{length_m / 1000:.0f} km of street without a node: one of the nodes {told} lies astray"
        raise SourceMalformed(source, detail)

    def _segments(self, way: _Way) -> list[tuple[int, int]]:
        return [pair for pair in pairwise(way.refs) if pair[0] in self.lonlat and pair[1] in self.lonlat]


def _kept(tags: Any, keys: Collection[str]) -> dict[str, str]:
    return {tag.k: tag.v for tag in tags if tag.k in keys}


def _joined(covered: Sequence[_Covered], area_of: Sequence[int], area: int) -> LoadedArea:
    parts = [one for one, of in zip(covered, area_of, strict=True) if of == area]
    extent: Any = parts[0].extent if len(parts) == 1 else shapely.union_all([part.extent for part in parts])
    return LoadedArea("+".join(part.name for part in parts), extent, all(part.stated for part in parts))
