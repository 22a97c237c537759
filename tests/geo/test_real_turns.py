"""Restrictions of real extracts: read once more by another road, then fields against brute force over lanes."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import osmium

from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.snapping import Snap
from geo.turns import Outcome
from ingest.streets import read_streets
from tests.geo.edge_based import nearest_edge_based
from tests.geo.shapes import field_of, points_of
from tests.lattice import MODES

CAR = MODES["car"]
LE_CREUSOT = ("le-creusot-71/Le_Creusot.osm.pbf", "EPSG:2154")
MALTA = ("bench-malta/malta-latest.osm.pbf", "EPSG:32633")


def read(mirror, extract):
    path, crs = mirror / "osm" / extract[0], extract[1]
    return path, StreetNetwork.build(read_streets(path, tags_of(MODES.values())), CAR, Projection(crs))


class Relations:
    """The restrictions at one node of an extract, found on the edges by where their ways' nodes lie on the ground."""

    def __init__(self, path, network):
        self.ways, self.place, self.relations = {}, {}, []
        for element in osmium.FileProcessor(path).with_locations():
            if element.is_way() and "highway" in element.tags:
                nodes = [(node.ref, node.location) for node in element.nodes]
                self.ways[element.id] = [ref for ref, _ in nodes]
                self.place |= {ref: (at.lon, at.lat) for ref, at in nodes if at.valid()}
            elif element.is_relation() and element.tags.get("type") == "restriction":
                members = [(member.role, member.type, member.ref) for member in element.members]
                self.relations.append((element.id, element.tags.get("restriction"), members))
        self.project = Projection(network.crs).to_xy_m
        self.network = network
        first, last = network.vertex_ptr[:-1], network.vertex_ptr[1:] - 1
        self.leaving, self.at = {}, defaultdict(list)
        for lane, (own, following) in enumerate(
            pair
            for a, b in zip(first.tolist(), last.tolist(), strict=True)
            for pair in (
                (network.vertex_xy_m[a], network.vertex_xy_m[a + 1]),
                (network.vertex_xy_m[b], network.vertex_xy_m[b - 1]),
            )
        ):
            self.leaving[spot(own), spot(following)] = lane
            self.at[spot(own)].append(lane)
        self.open = [ms >= 0 for pair in zip(network.forward_ms, network.backward_ms, strict=True) for ms in pair]

    def lanes(self, way, via):
        """The lanes of a way that leave a node, whatever their direction allows."""
        refs = self.ways.get(way, [])
        beside = [refs[i + d] for i, ref in enumerate(refs) for d in (-1, 1) if ref == via and 0 <= i + d < len(refs)]
        places = [spot(self.project(*self.place[ref])) for ref in beside if ref in self.place]
        here = spot(self.project(*self.place[via])) if via in self.place else None
        return [self.leaving[here, there] for there in places if (here, there) in self.leaving]

    def bans(self):
        """Forbidden pairs of lanes, by relation, without those that leave somebody no way out."""
        bans = {}
        for number, value, members in sorted(self.relations):
            roles = [[ref for role, _, ref in members if role == wanted] for wanted in ("from", "via", "to")]
            if not all(roles) or not value:
                continue
            (via,) = roles[1]
            before = [[lane ^ 1 for lane in self.lanes(way, via) if self.open[lane ^ 1]] for way in roles[0]]
            after = [[lane for lane in self.lanes(way, via) if self.open[lane]] for way in roles[2]]
            if value == "no_u_turn" and roles[0] == roles[2]:
                bans[number] = {(lane, lane ^ 1) for lane in before[0] if self.open[lane ^ 1]}
                continue
            before, after = {lane for b in before for lane in b}, {lane for a in after for lane in a}
            if value.startswith("only_") and after:
                everything = self.at[spot(self.project(*self.place[via]))]
                after = {lane for lane in everything if self.open[lane]} - after
            bans[number] = {(b, a) for b in before for a in after}
        return self.leave_out_traps(bans)

    def leave_out_traps(self, bans):
        tails = np.stack([self.network.edge_from, self.network.edge_to], axis=1).reshape(-1)
        while True:
            forbidden = defaultdict(dict)
            for number, pairs in bans.items():
                for before, after in pairs:
                    forbidden[before][after] = number
            traps = set()
            for before, by_lane in forbidden.items():
                ways_out = {lane for lane in np.flatnonzero(tails == tails[before ^ 1]).tolist() if self.open[lane]}
                if ways_out <= by_lane.keys():
                    traps.add(max(by_lane.values()))
            if not traps:
                return {number: pairs for number, pairs in bans.items() if pairs}
            bans = {number: pairs for number, pairs in bans.items() if number not in traps}


def spot(xy_m):
    """A place to the decimetre."""
    return round(float(xy_m[0]), 1), round(float(xy_m[1]), 1)


def near_turns(network, random, count):
    """Places: a third on edges that end at a restricted junction, a third on those next to them, others anywhere."""
    of = np.unique(network.splits.of)
    close = np.flatnonzero(np.isin(network.edge_from, of) | np.isin(network.edge_to, of))
    ends = np.concatenate([network.edge_from[close], network.edge_to[close]])
    around = np.flatnonzero(np.isin(network.edge_from, ends) | np.isin(network.edge_to, ends))
    edge = random.integers(0, network.edges, count)
    edge[::3], edge[1::3] = random.choice(close, edge[::3].size), random.choice(around, edge[1::3].size)
    share = np.where(random.random(count) < 0.1, random.integers(0, 2, count), random.random(count))
    return Snap(edge.astype(np.int32), share.astype(np.float64), random.random(count) * 50, np.full((count, 2), np.nan))


def checked(path, network, addresses, sizes, ks):
    """Compare; return the number of checks, and how many the restrictions make longer."""
    random = np.random.default_rng(71)
    bans = [pair for pairs in Relations(path, network).bans().values() for pair in pairs]
    services = [near_turns(network, random, size) for size in sizes]
    places = near_turns(network, random, addresses)
    field = field_of(network, services, ks, CAR)
    seconds, rows = nearest_edge_based(network, bans, CAR, points_of(services), places, ks, 3600)
    access = field.at(places)
    np.testing.assert_array_equal(access.seconds, seconds)
    np.testing.assert_array_equal(access.rows, rows)
    assert field.edge_inequality_violations(network) == 0
    free, _ = nearest_edge_based(network, [], CAR, points_of(services), places, ks, 3600)
    assert not (free > seconds).any()
    return addresses * len(sizes), int((free[:, :, 0] < seconds[:, :, 0]).sum())


def test_le_creusot_equals_brute_force_over_lanes(mirror):
    path, network = read(mirror, LE_CREUSOT)
    checks, longer = checked(path, network, 300, (2, 20, 100, 5, 40) * 3, (1, 3, 5, 3, 5) * 3)
    assert checks == 4_500
    assert longer > 100, "else this test would show nothing"


def test_malta_equals_brute_force_over_lanes(mirror):
    path, network = read(mirror, MALTA)
    checks, longer = checked(path, network, 60, (20, 100, 500), (1, 3, 5))
    assert checks == 180
    assert longer > 3


def test_most_restrictions_are_understood(mirror):
    _, network = read(mirror, LE_CREUSOT)
    assert network.turns.counts == {Outcome.APPLIED: 44, Outcome.NOTHING_TO_FORBID: 2, Outcome.INCOMPLETE: 1}
    assert network.turns.edges_cut_off == 0
    assert network.splits.of.size == 41
