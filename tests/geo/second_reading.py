"""An extract read a second time, by another road than ``ingest.streets`` and ``geo.network`` take.

Nodes and ways come as they stand in the file, in any order. Streets are *strides*: two nodes that follow each other on
a way, in one direction. Strides between which there is no choice are strung into edges by following them one by one,
and forbidden turns are sequences of strides. Shared with the project: what the tags mean to a mode (``geo.modes``,
tested by itself), the length of a line on the ground, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import osmium
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from geo.modes import Mode
from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.turns import Sense
from tests.geo.brute_force import Ban, Lanes, LaneTurns

__all__ = ["OsmFile", "lanes_of"]

Place = tuple[float, float]


@dataclass
class OsmFile:
    """What a file holds of streets, by its own numbers."""

    places: dict[int, Place] = field(default_factory=dict)
    tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)
    restrictions: dict[int, tuple[dict[str, str], list[tuple[str, str, int]]]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> OsmFile:
        file = cls()
        for element in osmium.FileProcessor(str(path)):
            tags = {tag.k: tag.v for tag in element.tags} if len(element.tags) else {}
            if element.is_node():
                if element.location.valid():
                    file.places[element.id] = (element.location.lon, element.location.lat)
                if tags.keys() & {"barrier", "highway", "kerb"}:
                    file.tags[element.id] = tags
            elif element.is_way() and "highway" in tags:
                file.ways[element.id] = ([node.ref for node in element.nodes], tags)
            elif element.is_relation() and tags.get("type", "").startswith("restriction"):
                kind = tags["type"]
                if kind != "restriction" and "restriction" in tags:
                    tags[kind] = tags.pop("restriction")
                file.restrictions[element.id] = (tags, [(m.role, m.type, m.ref) for m in element.members])
        return file


@dataclass(frozen=True)
class _Stride:
    """From one node of a way to the next, or back."""

    way: int
    start: int
    end: int
    ms: float
    """−1 = forbidden."""
    metres: float


Strides = list[_Stride]
"""Number s and s ^ 1 are one piece of street, driven in both directions."""
Turn = tuple[int, ...]
"""Strides, by number, that must not follow each other."""
Chain = list[int]


class _Streets:
    """The strides of a mode, and what of them is left in the main component."""

    def __init__(self, file: OsmFile, mode: Mode) -> None:
        self.file, self.mode = file, mode
        self.strides = list(self._read())
        self.leaving: dict[int, list[int]] = defaultdict(list)
        self.kept: set[int] = set()
        self.keep(self._main_component(range(len(self.strides))))

    def keep(self, strides: Sequence[int] | set[int]) -> None:
        self.kept = set(strides)
        self.leaving.clear()
        for number in sorted(self.kept):
            self.leaving[self.strides[number].start].append(number)

    def _read(self) -> Iterator[_Stride]:
        places, nodes, cut = self.file.places, self.mode.nodes, 0
        stops = {node for node, tags in self.file.tags.items() if not nodes.passes(tags)}
        waits = {node: nodes.delay(tags) for node, tags in self.file.tags.items() if node not in stops}
        for way, (refs, tags) in sorted(self.file.ways.items()):
            speeds = self.mode.rules.speeds(tags)
            drawn = [pair for pair in pairwise(refs) if pair[0] != pair[1] and all(ref in places for ref in pair)]
            if max(speeds) == 0 or not drawn:
                continue
            begin, end = (np.array([places[pair[side]] for pair in drawn]).T for side in (0, 1))
            for pair, metres in zip(drawn, ground_m(*begin, *end).tolist(), strict=True):
                ends = []
                for ref in pair:
                    cut -= ref in stops  # who cannot pass finds the end of a street, for each street its own
                    ends.append(cut if ref in stops else ref)
                    places[ends[-1]] = places[ref]
                for start, end_, kmh, side in ((*ends, speeds[0], 0), (*ends[::-1], speeds[1], 1)):
                    half_ms = sum(waits[ref][side] for ref in pair if ref in waits) * 500
                    yield _Stride(way, start, end_, metres * 3600 / kmh + half_ms if kmh else -1.0, metres)

    def _main_component(self, strides: Sequence[int]) -> list[int]:
        nodes = {node: number for number, node in enumerate(dict.fromkeys(s.start for s in self.strides))}
        usable = [
            (nodes[self.strides[s].start], nodes[self.strides[s].end]) for s in strides if self.strides[s].ms >= 0
        ]
        arcs = csr_array((np.ones(len(usable)), np.array(usable).T), shape=(len(nodes), len(nodes)))
        part = connected_components(arcs, connection="strong")[1]
        metres: dict[int, float] = defaultdict(float)
        of = {s: {part[nodes[self.strides[s].start]], part[nodes[self.strides[s].end]]} for s in strides}
        for stride, parts in of.items():
            if len(parts) == 1:
                metres[min(parts)] += self.strides[stride].metres
        main = max(metres, key=lambda p: (metres[p], -p))
        return [stride for stride, parts in of.items() if parts == {main}]

    # -------------------------------------------------------- turns

    def turns(self) -> list[list[Turn]]:
        """The forbidden turns of each restriction that forbids something, by number."""
        return [turns for number in sorted(self.file.restrictions) if (turns := self._forbidden(number))]

    def _forbidden(self, number: int) -> list[Turn]:
        tags, members = self.file.restrictions[number]
        sense = self.mode.turns.read(tags) if self.mode.turns else None
        froms, tos = ([ref for r, kind, ref in members if (r, kind) == (role, "w")] for role in ("from", "to"))
        path = self._path(members, froms, tos) if isinstance(sense, Sense) else []
        if not path or (sense is Sense.ONLY and len(path) > 1):
            return []
        before = [[s ^ 1 for s in self._leaving(path[0], way) if self.strides[s ^ 1].ms >= 0] for way in froms]
        after = [[s for s in self._leaving(path[-1], way) if self.strides[s].ms >= 0] for way in tos]
        if sense is Sense.NO_U_TURN and froms == tos and len(path) == 1:
            return [(s, s ^ 1) for s in before[0] if s ^ 1 in after[0]]
        if any(len(found) > 1 for found in before + after):
            return []
        sources, targets = {s for found in before for s in found}, {s for found in after for s in found}
        if sense is Sense.ONLY:
            everything = {s for s in self.leaving[path[0]] if self.strides[s].ms >= 0}
            targets = everything - targets if targets else set()
        over = [ref for role, kind, ref in members if (role, kind) == ("via", "w")]
        between = [
            [s for way in over for s in self._leaving(a, way) if self.strides[s].end == b and self.strides[s].ms >= 0][
                :1
            ]
            for a, b in pairwise(path)
        ]
        return [(a, *b, c) for a, *b, c in product(sorted(sources), *between, sorted(targets))]

    def _path(self, members: list[tuple[str, str, int]], froms: list[int], tos: list[int]) -> list[int]:
        """The nodes from where a turn begins to where it ends; none where it is not plain."""
        via = [(kind, ref) for role, kind, ref in members if role == "via" and kind in "nw"]
        over = [ref for kind, ref in via if kind == "w"]
        if not froms or not tos or not all(way in self.file.ways for way in (*froms, *tos, *over)):
            return []
        if len(over) == len(via):
            paths = self._strung([self.file.ways[way][0] for way in over]) if over else []
        else:
            paths = [[ref] for _, ref in via] if len(via) == 1 else []
        return next(
            (
                path
                for path in paths
                if all(self._touches(way, path[0]) for way in froms)
                and all(self._touches(way, path[-1]) for way in tos)
            ),
            [],
        )

    @staticmethod
    def _strung(ways: list[list[int]]) -> list[list[int]]:
        paths = [ways[0], ways[0][::-1]]
        for way in ways[1:]:
            paths = [path + nodes[1:] for path in paths for nodes in (way, way[::-1]) if path[-1] == nodes[0]]
        return paths

    def _touches(self, way: int, node: int) -> bool:
        places = self.file.places
        return any(node in pair and all(n in places for n in pair) for pair in pairwise(self.file.ways[way][0]))

    def _leaving(self, node: int, way: int) -> list[int]:
        return [s for s in self.leaving[node] if self.strides[s].way == way]

    # -------------------------------------------------------- edges

    def chains(self, stops: set[int]) -> list[Chain]:
        """String the strides into edges, each once; nodes of `stops` are never strung over."""
        following = {}
        for number in self.kept:
            ways_on = [s for s in self.leaving[self.strides[number].end] if s != number ^ 1]
            if len(ways_on) == 1 and len(self.leaving[self.strides[number].end]) == 2:
                (on,) = ways_on
                alike = all((self.strides[a].ms >= 0) == (self.strides[b].ms >= 0) for a, b in _both(number, on))
                if alike and self.strides[number].end not in stops:
                    following[number] = on
        starts = sorted(self.kept - set(following.values()))
        rings = sorted(self.kept - set(starts), key=lambda s: self.strides[s].start)
        strung: set[int] = set()
        chains = []
        for start in (*starts, *rings):
            if start in strung:
                continue
            chain = [start]
            while (on := following.get(chain[-1])) is not None and on != start:
                chain.append(on)
            strung.update(chain, (s ^ 1 for s in chain))
            chains.append(chain)
        return chains

    def ms(self, chain: Chain) -> int:
        costs = [self.strides[s].ms for s in chain]
        return max(1, round(sum(costs))) if min(costs) >= 0 else -1

    def line(self, chain: Chain) -> list[Place]:
        nodes = [self.strides[chain[0]].start, *(self.strides[s].end for s in chain)]
        return [self.file.places[node] for node in nodes]


def _both(stride: int, on: int) -> tuple[tuple[int, int], tuple[int, int]]:
    return (stride, on), (stride ^ 1, on ^ 1)


def lanes_of(file: OsmFile, mode: Mode, network: StreetNetwork) -> Lanes:
    """The edges of the file for a mode, numbered as a network numbers them: where their lines lie.

    Raises
    ------
    AssertionError
        When the network has an edge that the file has not, or the other way round, or another cost.
    """
    streets = _Streets(file, mode)
    while True:
        restrictions = streets.turns()
        stops = {streets.strides[s].end for turns in restrictions for turn in turns for s in (turn[0], turn[-2])}
        chains = streets.chains(stops)
        lanes = _lanes(streets, chains, restrictions)
        stays = _stay(lanes, [sum(streets.strides[s].metres for s in chain) for chain in chains])
        if stays.all():
            return _renumbered(streets, chains, lanes, network)
        streets.keep({s for chain in np.array(chains, object)[stays] for one in chain for s in (one, one ^ 1)})


def _lanes(streets: _Streets, chains: list[Chain], restrictions: list[list[Turn]]) -> Lanes:
    both = [way for chain in chains for way in (chain, [s ^ 1 for s in reversed(chain)])]
    lane_of = {stride: lane for lane, way in enumerate(both) for stride in way}
    node = {name: number for number, name in enumerate(dict.fromkeys(streets.strides[way[0]].start for way in both))}
    ms = np.array([streets.ms(way) for way in both])
    lanes = Lanes(
        tail=np.array([node[streets.strides[way[0]].start] for way in both]),
        head=np.array([node[streets.strides[way[-1]].end] for way in both]),
        ms=ms,
        bans=(),
    )
    bans = [[_by_lane(turn, lane_of) for turn in turns] for turns in restrictions]
    return lanes.obeying(bans)


def _by_lane(turn: Turn, lane_of: dict[int, int]) -> Ban:
    first, *over, last = (lane_of[stride] for stride in turn)
    return (first, *dict.fromkeys(over), last)


def _stay(lanes: Lanes, metres: list[float]) -> np.ndarray:
    """Which edges somebody in the main component gets to, and comes back from."""
    if not lanes.bans:
        return np.ones(len(metres), bool)
    turns = LaneTurns(lanes)
    size = turns.states
    arcs = csr_array((np.ones(turns.before.size), (turns.before, turns.after)), shape=(size, size))
    _, part = connected_components(arcs, connection="strong")
    usable = lanes.ms[turns.lane] >= 0
    main = int(np.bincount(part, weights=usable * np.array(metres)[turns.lane >> 1]).argmax())
    one = int(np.flatnonzero(part == main)[0])
    gets_to = np.isin(np.arange(size), breadth_first_order(arcs, one, return_predecessors=False))
    comes_back = np.isin(np.arange(size), breadth_first_order(arcs.T.tocsr(), one, return_predecessors=False))
    fresh = np.arange(size) < lanes.tail.size
    into = set((turns.lane[gets_to & usable] >> 1).tolist())
    back = set((turns.lane[comes_back & fresh & usable] >> 1).tolist())
    return np.isin(np.arange(len(metres)), sorted(into & back))


def _renumbered(streets: _Streets, chains: list[Chain], lanes: Lanes, network: StreetNetwork) -> Lanes:
    to_xy_m, mine = Projection(network.crs).to_xy_m, defaultdict(list)
    assert len(chains) == network.edges
    for edge, chain in enumerate(chains):
        line = np.column_stack(to_xy_m(*np.array(streets.line(chain)).T))
        mine[_spots(line)].append(2 * edge)
        mine[_spots(line[::-1])].append(2 * edge + 1)
    order = []
    taken: set[int] = set()
    for edge in range(network.edges):
        line = network.vertex_xy_m[network.vertex_ptr[edge] : network.vertex_ptr[edge + 1]]
        costs = [int(network.forward_ms[edge]), int(network.backward_ms[edge])]
        fits = [
            lane
            for lane in mine[_spots(line)]
            if lane >> 1 not in taken and [lanes.ms[lane], lanes.ms[lane ^ 1]] == costs
        ]
        assert fits, f"edge {edge} of the network, {costs} ms, is not in the file"
        taken.add(fits[0] >> 1)
        order += [fits[0], fits[0] ^ 1]
    return lanes.reordered(np.array(order), _junctions(network))


def _spots(line: np.ndarray) -> tuple[tuple[int, int], ...]:
    """A line to the millimetre."""
    return tuple(map(tuple, np.rint(line * 1000).astype(np.int64).tolist()))


def _junctions(network: StreetNetwork) -> np.ndarray:
    """(2E,) where the lanes of a network begin, by its numbers."""
    return np.stack([network.edge_from, network.edge_to], axis=1).reshape(-1)
