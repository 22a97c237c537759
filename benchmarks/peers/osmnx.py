"""osmnx and networkx on a small place of the same file: which streets each opens to a mode, and the ways over them.

Segments are told apart by the places of their two ends, which both take from the file. On those that both open, in the
directions that both allow, networkx must find our seconds.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clock import Unequal
from benchmarks.peers import load, named
from benchmarks.streets import Area
from geo.hierarchy import Hierarchy
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.streets import RawStreets, Segments
from geo.sweeps import NO_LABEL, ROW_BITS, Seeds, Sweep

__all__ = ["Rules", "compare_rules"]

_FILTERS = {"walk": "walk", "bike": "bike", "car": "drive"}
_READ = ("access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar", "motorroad", "service", "area", "oneway")
_READ += ("oneway:bicycle", "junction", "sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_ORIGINS = 25
_SHARE, _ROUNDING_S = 0.005, 3.0
"""osmnx measures on a sphere, ours on the ellipsoid; ours rounds each edge to a tenth of a second."""

_Place = tuple[int, int]
_Piece = tuple[_Place, _Place]


@dataclass(frozen=True)
class Rules:
    """One mode on one place."""

    streets: str
    peer: str
    both: int
    """Directed segments that both open."""
    ours: Mapping[str, int]
    """Directed segments that we alone open, by what closes them to osmnx."""
    theirs: Mapping[str, int]
    """Directed segments that osmnx alone opens, by what closes them to us."""
    ways: int
    """Pairs of junctions whose seconds networkx and the engine agree on."""
    worst: float
    """The largest difference, as a share."""


def compare_rules(area: Area, extract: Path, mode: Mode) -> Rules:
    """Compare what is open, and then the quickest ways.

    Raises
    ------
    Missing
        osmnx is not installed.
    Unequal
        networkx finds other seconds over the segments that both open.
    """
    lengths, tags = _of_osmnx(extract, mode)
    pace = _pace_of_ours(area.raw, mode)
    both = lengths.keys() & pace.keys()
    theirs = Counter(_closed_to_us(tags[piece], piece, pace) for piece in lengths.keys() - pace.keys())
    ours = Counter(
        _closed_to_osmnx(tags.get(piece, {}), piece, lengths, mode) for piece in pace.keys() - lengths.keys()
    )
    ways, worst = _same_ways(area, mode, {piece: lengths[piece] * pace[piece] for piece in both})
    return Rules(f"{area.name}, {mode.id}", named("osmnx"), len(both), ours, theirs, ways, worst)


def _of_osmnx(extract: Path, mode: Mode) -> tuple[dict[_Piece, float], dict[_Piece, dict[str, Any]]]:
    """Return the metres of the directed segments that osmnx opens by its own filter, and the tags of all."""
    osmnx = load("osmnx")
    osmnx.settings.useful_tags_way = sorted({*osmnx.settings.useful_tags_way, *_READ})
    osmnx.settings.all_oneway = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = osmnx.graph_from_xml(extract, bidirectional=mode.id == "walk", simplify=False, retain_all=True)
    clauses = _clauses(mode)
    lengths, tags = {}, {}
    at = {node: _place(data["x"], data["y"]) for node, data in graph.nodes(data=True)}
    for start, end, edge in graph.edges(data=True):
        piece = at[start], at[end]
        tags[piece] = tags[piece[::-1]] = edge
        if "highway" in edge and not any(_shuts(clause, edge) for clause in clauses):
            lengths[piece] = float(edge["length"])
    return lengths, tags


def _pace_of_ours(raw: RawStreets, mode: Mode) -> dict[_Piece, float]:
    """Return the seconds a metre of the directed segments that the mode may use."""
    segments, pace = Segments.of(raw, mode), {}
    ends = [[_place(*segments.node_lonlat[node]) for node in nodes] for nodes in (segments.start, segments.end)]
    for row, (start, end) in enumerate(zip(*ends, strict=True)):
        for piece, ms in (((start, end), segments.forward_ms[row]), ((end, start), segments.backward_ms[row])):
            if ms >= 0:
                pace[piece] = float(ms) / 1_000 / max(float(segments.length_m[row]), 1e-9)
    return pace


def _place(lon: float, lat: float) -> _Place:
    return round(float(lon) * 1e7), round(float(lat) * 1e7)


def _clauses(mode: Mode) -> list[tuple[str, re.Pattern[str]]]:
    """Take osmnx's own filter of a mode apart: what each key may not be."""
    written = load("osmnx._overpass")._get_network_filter(_FILTERS[mode.id])  # noqa: SLF001 — it has no other door
    return [(key, re.compile(values)) for key, values in re.findall(r'\["([^"]+)"!~"([^"]+)"\]', written)]


def _shuts(clause: tuple[str, re.Pattern[str]], tags: Mapping[str, Any]) -> bool:
    key, values = clause
    return key in tags and values.search(str(tags[key])) is not None


def _closed_to_osmnx(tags: Mapping[str, str], piece: _Piece, lengths: Mapping[_Piece, float], mode: Mode) -> str:
    shut = [f"{key}={tags[key]}" for key, values in _clauses(mode) if _shuts((key, values), tags)]
    if shut:
        return ", ".join(shut)
    return _direction(tags) if piece[::-1] in lengths else "not in its graph"


def _closed_to_us(tags: Mapping[str, Any], piece: _Piece, pace: Mapping[_Piece, float]) -> str:
    if piece[::-1] in pace:
        return _direction(tags)
    said = [f"{key}={tags[key]}" for key in ("highway", *_READ) if key in tags and key not in {"oneway", "junction"}]
    return ", ".join(said)


def _direction(tags: Mapping[str, Any]) -> str:
    said = [f"{key}={tags[key]}" for key in ("oneway", "oneway:bicycle", "junction") if key in tags]
    return f"one direction: {', '.join(said) or 'highway=' + str(tags.get('highway'))}"


def _same_ways(area: Area, mode: Mode, seconds: Mapping[_Piece, float]) -> tuple[int, float]:
    """Hold networkx against the engine on the segments that both open both ways alike."""
    networkx = load("networkx")
    raw = area.raw
    start, end = ([_place(*raw.node_lonlat[node]) for node in nodes] for nodes in (raw.segment_from, raw.segment_to))
    shared = np.array([(a, b) in seconds and (b, a) in seconds for a, b in zip(start, end, strict=True)])
    of_area = None if raw.segment_area is None else raw.segment_area[shared]
    kept = replace(
        raw,
        segment_from=raw.segment_from[shared],
        segment_to=raw.segment_to[shared],
        segment_way=raw.segment_way[shared],
        segment_area=of_area,
    )
    network = replace(StreetNetwork.build(kept, mode, Projection(area.crs)), splits=None)
    graph = networkx.DiGraph()
    for row in np.flatnonzero(shared):
        for piece in ((start[row], end[row]), (end[row], start[row])):
            graph.add_edge(*piece, s=seconds[piece])
    lonlat = np.column_stack(Projection(network.crs).to_lonlat(*network.junction_xy_m.T))
    places = [_place(lon, lat) for lon, lat in lonlat]
    hierarchy = Hierarchy.build(network)
    sweep, zero, worst, ways = Sweep(hierarchy, 1, 1), np.zeros(1, np.int32), 0.0, 0
    back = graph.reverse()
    for junction in np.random.default_rng(3).choice(network.junctions, _ORIGINS, replace=False):
        own = sweep.run([Seeds(np.array([junction], np.int32), zero, zero)])[hierarchy.row, 0, 0]
        found = networkx.single_source_dijkstra_path_length(back, places[junction], weight="s")
        peer_s = np.array([found.get(place, np.nan) for place in places])
        own_s = np.where(own == NO_LABEL, np.nan, (own >> ROW_BITS) / 10.0)
        apart = np.abs(own_s - peer_s)
        known = ~np.isnan(own_s)
        if not (apart[known] <= peer_s[known] * _SHARE + _ROUNDING_S).all():
            raise Unequal(f"networkx and the engine differ by {np.nanmax(apart):.1f} s on {area.name}, {mode.id}")
        far = known & (peer_s > 60.0)
        worst = max(worst, float((apart[far] / peer_s[far]).max(initial=0.0)))
        ways += int(known.sum())
    return ways, worst
