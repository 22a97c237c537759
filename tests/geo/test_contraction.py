"""Contraction and component against the uncontracted streets, by scipy: no cost between two junctions may change."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.sparse import csr_array
from scipy.sparse.csgraph import csgraph_from_dense, dijkstra, shortest_path
from scipy.spatial import cKDTree

from geo.modes import tags_of
from geo.network import RawStreets, StreetNetwork
from geo.projection import Projection
from ingest.streets import read_streets
from tests.lattice import MODES

LAMBERT = Projection("EPSG:2154")

# ---------------------------------------------------------------- properties


TAGS = [
    {"highway": "residential"},
    {"highway": "residential", "oneway": "yes"},
    {"highway": "secondary", "oneway": "-1", "maxspeed": "50"},
    {"highway": "service", "maxspeed:forward": "30", "maxspeed:backward": "10"},
    {"highway": "footway"},
]
WAITS = [
    {"highway": "traffic_signals"},
    {"highway": "traffic_signals", "traffic_signals:direction": "backward"},
    {"barrier": "gate"},
    {"barrier": "gate", "highway": "traffic_signals", "traffic_signals:direction": "forward"},
]


@st.composite
def raw_streets(draw, apart=True):
    """Up to 10 nodes, up to 9 ways over them, drawn as they come: loops, repeats and strands included.

    Nodes may lie on one place unless they must be ``apart``.
    """
    count = draw(st.integers(2, 10))
    offset = st.tuples(st.integers(0, 40), st.integers(0, 40))
    offsets = draw(st.lists(offset, min_size=count, max_size=count, unique=apart))
    node = st.integers(0, count - 1)
    ways = draw(
        st.lists(st.tuples(st.lists(node, min_size=2, max_size=6), st.sampled_from(TAGS)), min_size=1, max_size=9)
    )
    pairs = [(a, b, number) for number, (nodes, _) in enumerate(ways) for a, b in pairwise(nodes)]
    start, end, way = np.array(pairs, np.int32).T
    lonlat = np.array([4.4, 46.8]) + np.array(offsets) * 1e-4
    waits = draw(st.dictionaries(node, st.sampled_from(WAITS), max_size=3))
    return RawStreets(lonlat, start, end, way, [tags for _, tags in ways], node_tags=waits)


def segment_costs_ms(raw, mode):
    """(S, 2) cost of each segment forward and backward, by a plain loop: infinite when forbidden. And metres."""
    costs_ms, metres = np.full((len(raw.segment_way), 2), np.inf), np.zeros(len(raw.segment_way))
    for s, (a, b, way) in enumerate(zip(raw.segment_from, raw.segment_to, raw.segment_way, strict=True)):
        metres[s] = Geod(ellps="WGS84").line_length(*raw.node_lonlat[[a, b]].T)
        for side, kmh in enumerate(mode.rules.speeds(raw.way_tags[way])):
            if kmh > 0 and a != b:
                waits_s = sum(wait_s(raw.node_tags.get(int(node), {}), mode, side) for node in (a, b))
                costs_ms[s, side] = (metres[s] / (kmh / 3.6) + waits_s / 2) * 1000
    return costs_ms, metres


def wait_s(tags, mode, side):
    """What it takes to get past a node; nobody waits where nobody passes."""
    return mode.nodes.delay(tags)[side] if mode.nodes.passes(tags) else 0.0


def all_pairs_ms(nodes, tails, heads, arc_ms):
    """Dense all-pairs costs; of parallel arcs the cheapest counts."""
    matrix = np.full((nodes, nodes), np.inf)
    np.minimum.at(matrix, (tails, heads), arc_ms)
    return shortest_path(csgraph_from_dense(matrix, null_value=np.inf), method="D")


@settings(max_examples=150, deadline=None)
@given(raw_streets(), st.sampled_from(sorted(MODES)))
def test_contraction_changes_no_cost_between_junctions(raw, mode_id):
    mode = MODES[mode_id]
    network = StreetNetwork.build(raw, mode, LAMBERT)
    segment_ms, metres = segment_costs_ms(raw, mode)
    tails = np.concatenate([raw.segment_from, raw.segment_to])
    heads = np.concatenate([raw.segment_to, raw.segment_from])
    truth_ms = all_pairs_ms(len(raw.node_lonlat), tails, heads, np.concatenate(segment_ms.T))

    mutual = np.isfinite(truth_ms) & np.isfinite(truth_ms.T)
    usable = np.isfinite(segment_ms).any(axis=1)
    inside = usable & mutual[raw.segment_from, raw.segment_to]
    of_each = [metres[inside & mutual[node][raw.segment_from]].sum() for node in range(len(raw.node_lonlat))]
    if not inside.any():
        assert network.edges == 0
        return
    total_m = metres[usable].sum()
    assert network.kept_share == pytest.approx(max(of_each) / total_m if total_m else 1.0)

    node_xy_m = np.column_stack(LAMBERT.to_xy_m(*raw.node_lonlat.T))
    away_m = np.hypot(*(network.junction_xy_m[:, None] - node_xy_m[None]).transpose(2, 0, 1))
    rows = away_m.argmin(axis=1)
    edge_ms = np.stack([network.forward_ms, network.backward_ms]).astype(float)
    edge_ms[edge_ms < 0] = np.inf
    found_ms = all_pairs_ms(
        network.junctions,
        np.concatenate([network.edge_from, network.edge_to]),
        np.concatenate([network.edge_to, network.edge_from]),
        np.concatenate(edge_ms),
    )
    assert np.abs(found_ms - truth_ms[np.ix_(rows, rows)]).max() <= network.junctions, "1 ms per edge"


@settings(max_examples=100, deadline=None)
@given(raw_streets(apart=False), st.sampled_from(sorted(MODES)))
def test_every_network_keeps_its_promises(raw, mode_id):
    network = StreetNetwork.build(raw, MODES[mode_id], LAMBERT)
    for name in ("forward_ms", "backward_ms"):
        values = getattr(network, name)
        assert values.dtype == np.int32
        assert ((values >= 1) | (values == -1)).all()
    assert not ((network.forward_ms == -1) & (network.backward_ms == -1)).any()
    if network.edges == 0:
        return
    first, last = network.vertex_ptr[:-1], network.vertex_ptr[1:] - 1
    assert (last > first).all()
    assert (network.vertex_xy_m[first] == network.junction_xy_m[network.edge_from]).all()
    assert (network.vertex_xy_m[last] == network.junction_xy_m[network.edge_to]).all()
    assert (network.vertex_share[first] == 0).all()
    assert (network.vertex_share[last] == 1).all()
    rises = np.diff(network.vertex_share)
    rises[last[:-1]] = 0
    assert (rises >= 0).all()
    assert set(np.concatenate([network.edge_from, network.edge_to])) == set(range(network.junctions))
    order = network.edge_from.astype(np.int64) * network.junctions + network.edge_to
    assert (np.diff(order) >= 0).all()
    used = len(raw.segment_from)
    assert len(network.vertex_share) - network.edges <= used, "no segment stands in two edges"


# ---------------------------------------------------------------- the real extract


@pytest.fixture(scope="module")
def le_creusot(mirror):
    """Its streets without their restrictions of turns, which part a junction into several."""
    raw = read_streets(mirror / "osm" / "le-creusot-71" / "Le_Creusot.osm.pbf", tags_of(MODES.values()))
    return replace(raw, restrictions=())


def cheapest_arcs(nodes, tail, head, ms):
    """The graph of the cheapest arc between any two nodes (scipy would add parallel ones up)."""
    order = np.lexsort((ms, head, tail))
    tail, head, ms = tail[order], head[order], ms[order]
    first = np.ones(len(tail), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((np.maximum(ms[first], 1e-6), (tail[first], head[first])), shape=(nodes, nodes))


def test_le_creusot_costs_are_those_of_its_nodes(le_creusot):
    mode = MODES["car"]
    network = StreetNetwork.build(le_creusot, mode, LAMBERT)
    segment_ms, _ = segment_costs_ms(le_creusot, mode)
    tails = np.concatenate([le_creusot.segment_from, le_creusot.segment_to])
    heads = np.concatenate([le_creusot.segment_to, le_creusot.segment_from])
    closed = [node for node, tags in le_creusot.node_tags.items() if not mode.nodes.passes(tags)]

    arc_ms = np.concatenate(segment_ms.T)
    usable = np.isfinite(arc_ms) & ~np.isin(tails, closed)  # who has come to a closed node goes no farther
    raw_graph = cheapest_arcs(len(le_creusot.node_lonlat), tails[usable], heads[usable], arc_ms[usable])
    edge_ms = np.concatenate([network.forward_ms, network.backward_ms]).astype(float)
    allowed = edge_ms > 0
    graph = cheapest_arcs(
        network.junctions,
        np.concatenate([network.edge_from, network.edge_to])[allowed],
        np.concatenate([network.edge_to, network.edge_from])[allowed],
        edge_ms[allowed],
    )
    node_xy_m = np.column_stack(LAMBERT.to_xy_m(*le_creusot.node_lonlat.T))
    away_m, rows = cKDTree(node_xy_m).query(network.junction_xy_m)
    assert away_m.max() == 0
    sources = [s for s in range(0, network.junctions, network.junctions // 25) if rows[s] not in closed]
    targets = np.flatnonzero(~np.isin(rows, closed))
    found_ms = dijkstra(graph, indices=sources)[:, targets]
    truth_ms = dijkstra(raw_graph, indices=rows[sources])[:, rows[targets]]
    assert np.isfinite(found_ms).all()
    assert np.abs(found_ms - truth_ms).max() < 100, "half a millisecond per edge, some 200 edges at most"
