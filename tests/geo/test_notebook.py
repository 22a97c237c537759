"""Graphs of osmnx: what comes in and goes out again, and what its own shortest paths say of it."""

from __future__ import annotations

import sys
import warnings

import networkx
import numpy as np
import osmnx
import pytest
from shapely import LineString

from geo.errors import ConfigurationError, InvalidParameter
from geo.hierarchy import Hierarchy
from geo.notebook import network_from_osmnx, to_osmnx
from geo.projection import Projection
from geo.sweeps import NO_LABEL, ROW_BITS, Seeds, Sweep
from tests.lattice import MODES, STEP_WALK_MS, Lattice

PLANE = Projection("EPSG:2154")
EAST = 0.001
STREET = {"highway": "residential", "oneway": False, "reversed": False, "length": 100.0}


def graph_of(*edges, crs="epsg:4326", **nodes):
    """A graph with nodes a, b, c… in a row, 0.001° apart, and edges (from, to, data)."""
    graph = networkx.MultiDiGraph(crs=crs)
    for number, name in enumerate("abcd"):
        graph.add_node(name, **nodes.get(name, {"x": 4.4 + EAST * number, "y": 46.8}))
    graph.add_edges_from(edges)
    return graph


def both(u, v, **data):
    return [(u, v, STREET | data), (v, u, STREET | {"reversed": True} | data)]


def seconds(network):
    """By the pair of junctions, both directions."""
    found = {}
    for row in range(network.edges):
        a, b = int(network.edge_from[row]), int(network.edge_to[row])
        for pair, ms in (((a, b), network.forward_ms[row]), ((b, a), network.backward_ms[row])):
            if ms >= 0:
                found[pair] = ms / 1_000
    return found


def named(network, nodes):
    return {(nodes[a], nodes[b]): s for (a, b), s in seconds(network).items()}


# ---------------------------------------------------------------- coming in


def test_seconds_that_the_graph_has_are_kept_and_the_two_directions_are_one_edge():
    graph = graph_of(("a", "b", {"travel_time": 61.5, "length": 100}), ("b", "a", {"travel_time": 70, "length": 100}))
    network, nodes = network_from_osmnx(graph, MODES["walk"], PLANE)
    assert (network.junctions, network.edges, network.kept_share) == (2, 1, 1.0)
    assert named(network, nodes) == {("a", "b"): 61.5, ("b", "a"): 70.0}


def test_without_seconds_the_rules_of_the_mode_count():
    graph = graph_of(*both("a", "b"), *both("b", "c", highway="motorway"))
    network, nodes = network_from_osmnx(graph, MODES["walk"], PLANE)
    assert named(network, nodes) == {("a", "b"): 75.0, ("b", "a"): 75.0}, "100 m at 4.8 km/h; no motorway on foot"
    assert network.kept_share == 1.0


def test_a_car_obeys_one_ways_whichever_way_they_were_drawn():
    ring = [("a", "b"), ("b", "c"), ("c", "a")]
    edges = [(u, v, STREET | {"oneway": True, "reversed": v == "c"}) for u, v in ring]
    network, nodes = network_from_osmnx(graph_of(*edges), MODES["car"], PLANE)
    assert named(network, nodes).keys() == set(ring)
    assert set(named(network, nodes).values()) == {12.0}, "30 km/h where nobody says otherwise"


def test_ways_that_osmnx_joined_cost_the_slowest_that_they_may_mean():
    graph = graph_of(*both("a", "b", highway=["residential", "steps"]))
    slow, _ = network_from_osmnx(graph, MODES["walk"], PLANE)
    steps, _ = network_from_osmnx(graph_of(*both("a", "b", highway="steps")), MODES["walk"], PLANE)
    assert seconds(slow) == seconds(steps)
    closed, _ = network_from_osmnx(graph, MODES["car"], PLANE)
    assert (closed.junctions, closed.edges) == (0, 0)


def test_the_part_that_hangs_together_is_kept_with_its_share():
    graph = graph_of(*both("a", "b", length=300.0), *both("c", "d", length=100.0))
    network, nodes = network_from_osmnx(graph, MODES["walk"], PLANE)
    assert (set(nodes), network.kept_share, network.kept_by_area) == ({"a", "b"}, 0.75, (0.75,))


def test_an_empty_graph_is_an_empty_network_both_ways():
    network, nodes = network_from_osmnx(networkx.MultiDiGraph(crs="epsg:4326"), MODES["walk"], PLANE)
    assert (network.junctions, network.edges, nodes) == (0, 0, [])
    assert len(to_osmnx(network)) == 0


def test_a_projected_graph_gives_the_same_streets():
    bend = LineString([(4.4, 46.8), (4.4005, 46.801), (4.401, 46.8)])
    there = graph_of(*both("a", "b"), ("b", "a", STREET | {"geometry": bend.reverse()}))
    here, _ = network_from_osmnx(there, MODES["walk"], PLANE)
    moved, _ = network_from_osmnx(osmnx.project_graph(there, to_crs="EPSG:3857"), MODES["walk"], PLANE)
    assert moved.vertex_xy_m == pytest.approx(here.vertex_xy_m, abs=1e-6)
    assert seconds(moved) == seconds(here)


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        (graph_of(crs=None), "graph.crs: absent"),
        (graph_of(crs="Lambert"), "is unknown"),
        (graph_of(a={"x": float("nan"), "y": 46.8}), "node a: has no place"),
        (graph_of(a={"x": 4.4}), "node a: has no place"),
        (graph_of(("a", "b", {"travel_time": -1, "length": 1})), "travel_time is -1"),
        (graph_of(("a", "b", {"travel_time": "5", "length": 1})), "travel_time is '5'"),
        (graph_of(("a", "b", {"length": float("inf")})), "length is inf"),
        (graph_of(("a", "b", {"travel_time": 3e6, "length": 1})), "takes 35 days"),
    ],
)
def test_a_graph_that_says_nonsense_is_refused(graph, said):
    with pytest.raises(InvalidParameter, match=said):
        network_from_osmnx(graph, MODES["walk"], PLANE)


# ---------------------------------------------------------------- going out


def test_a_lattice_goes_out_in_the_conventions_of_osmnx():
    town = Lattice(4, 3).one_way((0, 1), (3, 1))
    network = town.network("car")
    graph = to_osmnx(network)
    nodes, edges = osmnx.graph_to_gdfs(graph)
    assert (str(graph.graph["crs"]), nodes.crs.to_epsg(), nodes.index.name) == ("epsg:4326", 4326, "osmid")
    assert edges.index.names == ["u", "v", "key"]
    assert len(edges) == np.count_nonzero(network.forward_ms >= 0) + np.count_nonzero(network.backward_ms >= 0)
    for (u, v, _), edge in edges.iterrows():
        assert edge.geometry.coords[0] == pytest.approx((nodes.x[u], nodes.y[u]), abs=1e-9)
        assert edge.geometry.coords[-1] == pytest.approx((nodes.x[v], nodes.y[v]), abs=1e-9)
    assert edges["oneway"].sum() == 3


def test_a_network_comes_back_as_it_went_out():
    network = Lattice(5, 4, bends=2).street((2, 2), (2.5, 2.4), (3, 2)).one_way((0, 1), (4, 1)).network("car")
    back, nodes = network_from_osmnx(to_osmnx(network), MODES["car"], PLANE)
    assert {(nodes[a], nodes[b]): s for (a, b), s in seconds(back).items()} == seconds(network)
    assert back.edges == network.edges
    assert sorted(back.length_m) == pytest.approx(sorted(network.length_m))
    lines = [sorted(map(tuple, n.vertex_xy_m.round(6).tolist())) for n in (back, network)]
    assert np.array(lines[0]) == pytest.approx(np.array(lines[1]), abs=1e-5)


def test_a_path_of_networkx_obeys_a_turn_that_is_forbidden():
    town = Lattice(4, 4).restrict("no_left_turn", (0, 1), (1, 1), (1, 2))
    network = town.network("car")
    assert network.splits is not None
    graph = to_osmnx(network)
    assert {data["split_of"] for _, data in graph.nodes(data=True) if "split_of" in data} == set(
        network.splits.of.tolist()
    )
    start, end = town.junction(network, (0, 1)), town.junction(network, (1, 2))
    free = to_osmnx(Lattice(4, 4).network("car"))
    assert networkx.shortest_path_length(free, start, end, "travel_time") == pytest.approx(19.2)
    assert_sweeps_agree(network, graph)


def test_more_names_than_junctions_are_refused():
    with pytest.raises(ValueError, match="3 names for 8 junctions"):
        to_osmnx(Lattice(4, 3).network(), ["a", "b", "c"])


def test_without_networkx_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "networkx", None)  # what Python itself does for a package that is not there
    with pytest.raises(ConfigurationError, match=r"pip install alentours\[place\]"):
        to_osmnx(Lattice(4, 3).network())


# ---------------------------------------------------------------- osmnx's own shortest paths


def read_xml(path):
    """A graph of the streets alone: osmnx draws every way of a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of files that it did not write
        graph = osmnx.graph_from_xml(path, simplify=False, retain_all=True)
    graph.remove_edges_from([(*edge, key) for *edge, key, way in graph.edges(keys=True, data="highway") if not way])
    graph.remove_nodes_from(list(networkx.isolates(graph)))
    return osmnx.add_edge_travel_times(osmnx.add_edge_speeds(osmnx.simplify_graph(graph)))


def assert_sweeps_agree(network, graph, names=None, most=8):
    """The seconds from `most` junctions and to every one, by our sweep and by networkx."""
    names = range(network.junctions) if names is None else names
    hierarchy = Hierarchy.build(network)
    sweep, back = Sweep(hierarchy, 1, 1), graph.reverse()
    own_junctions = network.junctions - (network.splits.count if network.splits else 0)
    for junction in np.linspace(0, own_junctions - 1, most).astype(np.int32):
        ends = [junction, *(network.splits.junction[network.splits.of == junction] if network.splits else ())]
        none = np.zeros(len(ends), np.int32)
        own = sweep.run([Seeds(np.array(ends, np.int32), none, none)])[hierarchy.row, 0, 0]
        own_s = np.where(own == NO_LABEL, np.nan, (own >> ROW_BITS) / 10.0)[:own_junctions]
        at_end = [n for n, data in graph.nodes(data=True) if data.get("split_of", n) == names[junction]]
        found, paths = networkx.multi_source_dijkstra(back, set(at_end), weight="travel_time")
        theirs_s = np.array([found.get(names[row], np.nan) for row in range(own_junctions)])
        within = ~np.isnan(own_s)
        assert within.any()
        # The sweep counts whole tenths of a second: half a tenth for each edge on the way.
        assert np.abs(own_s - theirs_s)[within].max() <= 0.05 * max(map(len, paths.values()))


def test_paths_of_osmnx_cost_what_our_sweep_says_on_a_made_extract(tmp_path):
    path = tmp_path / "town.osm"
    places = {10 * c + r + 1: (4.4 + c * EAST, 46.8 + r * EAST) for c in range(5) for r in range(4)}
    rows = [[10 * c + r + 1 for c in range(5)] for r in range(4)]
    columns = [[10 * c + r + 1 for r in range(4)] for c in range(5)]
    tags = [{"highway": "residential", "maxspeed": str(30 + 10 * (n % 3))} for n in range(9)]
    tags[1]["oneway"] = "yes"
    write_xml(path, places, [*zip([*rows, *columns], tags, strict=True)])
    graph = read_xml(path)
    network, names = network_from_osmnx(graph, MODES["car"], PLANE)
    assert network.kept_share == 1.0
    assert_sweeps_agree(network, graph, names)
    assert_same_paths(graph, to_osmnx(network, names), names)


def test_paths_of_osmnx_cost_the_same_on_a_real_extract(mirror):
    graph = read_xml(mirror / "osm" / "pont-de-veyle-01" / "overpass_pont_de_veyle.osm")
    network, names = network_from_osmnx(graph, MODES["car"], PLANE)
    assert network.edges > 400
    assert_sweeps_agree(network, graph, names)
    assert_same_paths(graph, to_osmnx(network, names), names)


def assert_same_paths(graph, handed_back, names, most=20):
    """`osmnx.shortest_path` on the graph as it was and as it came back: the same seconds."""
    random = np.random.default_rng(7)
    pairs = random.integers(0, len(names), (most, 2))
    for start, end in pairs.tolist():
        costs = []
        for each in (graph, handed_back):
            path = osmnx.shortest_path(each, names[start], names[end], weight="travel_time")
            costs.append(networkx.path_weight(each, path, "travel_time"))
        # An edge is rounded to the millisecond.
        assert costs[0] == pytest.approx(costs[1], abs=0.0005 * len(path) + 1e-6)


# ---------------------------------------------------------------- the page


def test_the_code_of_the_page_runs(sample_folder, repository, tmp_path, monkeypatch):
    page = (repository / "docs" / "notebooks.md").read_text(encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "modes.toml").symlink_to(repository / "data" / "modes.toml")
    (tmp_path / "data" / "snapshots").symlink_to(sample_folder / "snapshots")
    town = to_osmnx(Lattice(4, 3).network())
    places = {n + 1: (data["x"], data["y"]) for n, data in town.nodes(data=True)}
    blocks = [((u + 1, v + 1), {"highway": "residential"}) for u, v, back in town.edges(data="reversed") if not back]
    write_xml(tmp_path / "quarter.osm", places, blocks)
    monkeypatch.chdir(tmp_path)
    pieces = [piece.partition("```")[0] for piece in page.split("```python\n")[1:]]
    assert len(pieces) == 4
    (tmp_path / "my-places.csv").write_text("name,lon,lat\nquay,-3.9952,46.4659\nmill,-3.9900,46.4670\n")
    names = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # osmnx warns of files that it did not write
        for piece in pieces:
            exec(compile(piece, "docs/notebooks.md", "exec"), names)
    assert names["minutes"] > 0
    now, opened, closed, shut = (
        names["nearest"](names[it], "shop.bakery") for it in ("field", "opened", "closed", "shut")
    )
    assert opened < now < closed
    assert now <= shut
    assert names["nearest"](names["uploaded"], "mine") < 60
    assert (names["seconds"] > 0).all()
    assert set(names["back"]) == set(names["nodes"])
    assert min(names["walk"].forward_ms) == pytest.approx(STEP_WALK_MS, rel=0.005)


def write_xml(path, places, ways):
    """Places by number, and ways as (numbers, tags)."""
    lines = [f'<node id="{ref}" lon="{lon}" lat="{lat}"/>' for ref, (lon, lat) in places.items()]
    for number, (refs, tags) in enumerate(ways, 1):
        inside = [f'<nd ref="{ref}"/>' for ref in refs] + [f'<tag k="{k}" v="{v}"/>' for k, v in tags.items()]
        lines.append(f'<way id="{number}">{"".join(inside)}</way>')
    path.write_text(f'<?xml version="1.0"?><osm version="0.6" generator="town">{"".join(lines)}</osm>')
