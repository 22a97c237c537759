"""Streets to and from notebooks: graphs in the conventions of osmnx.

Such a graph is a ``networkx.MultiDiGraph`` with its ``crs``; nodes carry ``x`` and ``y``, edges ``length`` in metres,
``travel_time`` in seconds and, where they bend, ``geometry``. It knows neither barriers nor restrictions of turns:
seconds that come from it are those of its ways. Streets of ours go out with both.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely import LineString

from geo.errors import ConfigurationError, FieldProblem, InvalidParameter
from geo.hilbert import hilbert_order
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.projection import Projection, ground_m
from geo.splits import Splits

__all__ = ["network_from_osmnx", "to_osmnx"]

_WGS84 = "epsg:4326"
_LONGEST_S = np.iinfo(np.int32).max / 1_000


@dataclass
class _Street:
    """One street between two nodes, in one direction or both."""

    start: int
    end: int
    lonlat: NDArray[np.float64]
    """(P, 2) degrees; at least two."""
    length_m: float
    forward_ms: int
    backward_ms: int = -1


def network_from_osmnx(graph: Any, mode: Mode, projection: Projection) -> tuple[StreetNetwork, list[Hashable]]:
    """Make the network of one mode from a graph of osmnx, simplified or not.

    An edge costs its ``travel_time``; without one, its ``length`` at the speed that the mode's rules give to its tags,
    and where osmnx joined several ways (a tag is a list), the slowest that they may mean; what is closed to the mode
    falls away. The largest strongly connected part is kept. Nodes stay junctions, none is contracted away; the two
    directions of a street become one edge.

    Parameters
    ----------
    graph
        ``networkx.MultiDiGraph``, in any CRS that it names.

    Returns
    -------
    network
        Its ``length_m`` are the graph's own (osmnx measures on a sphere: up to 0.5 % off).
    nodes
        (N,) the node of the graph that each junction is.

    Raises
    ------
    InvalidParameter
        When the graph has no ``crs`` or one that nobody knows, a node has no place, or an edge a ``length`` or
        ``travel_time`` that is no positive number or more than an edge can cost (25 days).
    """
    nodes = list(graph.nodes)
    lonlat_of = _to_lonlat(graph)
    places = [_place(node, data) for node, data in graph.nodes(data=True)]
    node_lonlat = lonlat_of(np.array(places, np.float64).reshape(-1, 2))
    streets = _streets(graph, mode, {node: row for row, node in enumerate(nodes)}, node_lonlat, lonlat_of)
    kept, share = _main_part(streets, len(nodes))
    rows = np.unique(np.array([row for street in kept for row in (street.start, street.end)], np.int64))
    order = hilbert_order(_plane(node_lonlat[rows], projection))
    junctions = rows[order]
    rank = np.full(len(nodes), -1, np.int32)
    rank[junctions] = np.arange(junctions.size, dtype=np.int32)
    kept.sort(key=lambda street: (rank[street.start], rank[street.end]))
    ptr = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(street.lonlat) for street in kept], dtype=np.int64)])
    vertices = [street.lonlat for street in kept] or [np.zeros((0, 2))]
    network = StreetNetwork(
        mode=mode.id,
        crs=projection.crs,
        junction_xy_m=_plane(node_lonlat[junctions], projection),
        edge_from=rank[[street.start for street in kept]],
        edge_to=rank[[street.end for street in kept]],
        forward_ms=np.array([street.forward_ms for street in kept], np.int32),
        backward_ms=np.array([street.backward_ms for street in kept], np.int32),
        length_m=np.array([street.length_m for street in kept], np.float64),
        vertex_ptr=ptr,
        vertex_xy_m=_plane(np.concatenate(vertices), projection),
        vertex_share=np.concatenate([np.zeros(0), *(_shares(street.lonlat) for street in kept)]),
        kept_share=share,
        kept_by_area=(share,),
    )
    return network, [nodes[row] for row in junctions.tolist()]


def to_osmnx(network: StreetNetwork, nodes: Sequence[Hashable] | None = None) -> Any:
    """Hand a network to notebooks as a graph that osmnx and networkx work on, in degrees (WGS 84).

    Each direction that is open is an edge with ``osmid`` (the number of our edge), ``length``, ``travel_time``,
    ``geometry``, ``oneway`` and ``reversed``. Where turns are restricted, a junction is several nodes at one place, so
    that a shortest path obeys; those behind the first carry ``split_of``.

    Parameters
    ----------
    nodes
        (N,) names of the junctions, as :func:`network_from_osmnx` gave them; None: their numbers.

    Returns
    -------
    networkx.MultiDiGraph

    Raises
    ------
    ConfigurationError
        When networkx is not installed.
    ValueError
        When there are more or fewer names than junctions.
    """
    try:
        import networkx  # noqa: PLC0415 - an extra: nothing else asks for it
    except ImportError as error:
        raise ConfigurationError("notebooks need networkx and osmnx: pip install alentours[place]") from error
    names = list(range(network.junctions)) if nodes is None else list(nodes)
    if len(names) != network.junctions:
        raise ValueError(f"{len(names)} names for {network.junctions} junctions")
    projection = Projection(network.crs)
    graph = networkx.MultiDiGraph(crs=_WGS84, created_with="alentours", simplified=True)
    for name, lonlat in zip(names, _degrees(network.junction_xy_m, projection), strict=True):
        graph.add_node(name, x=lonlat[0], y=lonlat[1])
    splits = network.splits or Splits.none(network.edge_from, network.edge_to)
    for split, of in zip(splits.junction.tolist(), splits.of.tolist(), strict=True):
        graph.nodes[names[split]]["split_of"] = names[of]
    vertices = _degrees(network.vertex_xy_m, projection)
    for lane, tail, head in zip(*(ends.tolist() for ends in _open_lanes(network, splits)), strict=True):
        edge, back = divmod(lane, 2)
        line = vertices[network.vertex_ptr[edge] : network.vertex_ptr[edge + 1]]
        graph.add_edge(
            names[tail],
            names[head],
            osmid=edge,
            length=float(network.length_m[edge]),
            travel_time=float((network.backward_ms if back else network.forward_ms)[edge]) / 1_000,
            geometry=LineString(line[::-1] if back else line),
            oneway=bool(min(network.forward_ms[edge], network.backward_ms[edge]) < 0),
            reversed=bool(back),
        )
    return graph


def _open_lanes(network: StreetNetwork, splits: Splits) -> tuple[NDArray[Any], ...]:
    """Return lane, tail and head of every direction that may be used."""
    ends = splits.lane_ends(network.edge_from, network.edge_to)
    cost_ms = np.column_stack([network.forward_ms, network.backward_ms]).ravel()
    usable = cost_ms[ends[0]] >= 0
    return tuple(each[usable] for each in ends)


def _streets(
    graph: Any, mode: Mode, row: Mapping[Hashable, int], node_lonlat: NDArray[np.float64], lonlat_of: Any
) -> list[_Street]:
    """Read the edges that the mode may use; two that are the same street in both directions become one."""
    streets: list[_Street] = []
    alone: dict[tuple[int, int, bytes], list[_Street]] = {}
    for u, v, data in graph.edges(data=True):
        start, end, shape = row[u], row[v], data.get("geometry")
        lonlat = node_lonlat[[start, end]] if shape is None else lonlat_of(np.asarray(shape.coords)[:, :2])
        length_m = _positive(data, "length", (u, v)) if "length" in data else float(_pieces_m(lonlat).sum())
        cost_ms = _cost_ms(data, mode, length_m, (u, v))
        if cost_ms is None:
            continue
        if twins := alone.get((end, start, lonlat[::-1].tobytes())):
            twins.pop(0).backward_ms = cost_ms
            continue
        streets.append(_Street(start, end, lonlat, length_m, cost_ms))
        alone.setdefault((start, end, lonlat.tobytes()), []).append(streets[-1])
    return streets


def _cost_ms(data: Mapping[str, Any], mode: Mode, length_m: float, ends: tuple[Hashable, Hashable]) -> int | None:
    """Return what an edge costs, None when the mode may not use it."""
    if "travel_time" in data:
        seconds = _positive(data, "travel_time", ends)
    else:
        speed_kmh = min(_speeds_kmh(data, mode))
        if speed_kmh <= 0:
            return None
        seconds = length_m * 3.6 / speed_kmh
    if seconds > _LONGEST_S:
        raise InvalidParameter(FieldProblem(f"edge {ends}", f"takes {seconds / 86_400:.0f} days", "25 days at most"))
    return max(1, round(seconds * 1_000))


def _speeds_kmh(data: Mapping[str, Any], mode: Mode) -> Iterator[float]:
    """Give the speed of each way that the edge's tags may mean, in the edge's direction; 0 when it is closed."""
    against = data.get("reversed") is True
    asked = {key: value for key, value in data.items() if key in mode.tags and value is not None}
    if asked.pop("oneway", False) in {True, "yes"}:  # osmnx turned the tag into a truth, and the way round where −1
        asked["oneway"] = "-1" if against else "yes"
    choices = [value if isinstance(value, list) else [value] for value in asked.values()]
    for values in itertools.product(*choices):
        tags = {key: str(value) for key, value in zip(asked, values, strict=True)}
        yield mode.rules.speeds(tags)[int(against)]


def _main_part(streets: Sequence[_Street], nodes: int) -> tuple[list[_Street], float]:
    """Return the streets of the strongly connected part that has most metres, and its share of all metres."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - takes a quarter of a second to load, which serving never needs
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    if not streets:
        return [], 0.0
    lanes = [(street.start, street.end) for street in streets]
    lanes += [(street.end, street.start) for street in streets if street.backward_ms >= 0]
    tail, head = np.array(lanes).T
    _, part = connected_components(
        coo_array((np.ones(tail.size), (tail, head)), shape=(nodes, nodes)), connection="strong"
    )
    length_m = np.array([street.length_m for street in streets])
    of = np.array([part[street.start] if part[street.start] == part[street.end] else -1 for street in streets])
    inside = of >= 0
    if not inside.any():
        return [], 0.0
    kept = of == np.bincount(of[inside], length_m[inside]).argmax()
    return [street for street, stays in zip(streets, kept, strict=True) if stays], float(
        length_m[kept].sum() / length_m.sum()
    )


def _to_lonlat(graph: Any) -> Any:
    """Return what turns (M, 2) positions of the graph into degrees, WGS 84."""
    given = graph.graph.get("crs")
    try:
        crs = CRS.from_user_input(given)
    except CRSError as error:
        problem = "absent" if given is None else f"{given!r} is unknown"
        raise InvalidParameter(FieldProblem("graph.crs", problem, f"a CRS, such as {_WGS84!r}")) from error
    if crs == CRS.from_user_input(_WGS84):
        return lambda xy: np.ascontiguousarray(xy, np.float64)
    transformer = Transformer.from_crs(crs, _WGS84, always_xy=True)
    return lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))


def _place(node: Hashable, data: Mapping[str, Any]) -> tuple[float, float]:
    x, y = data.get("x", math.nan), data.get("y", math.nan)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise InvalidParameter(FieldProblem(f"node {node}", "has no place", "finite x and y"))
    return float(x), float(y)


def _positive(data: Mapping[str, Any], name: str, ends: tuple[Hashable, Hashable]) -> float:
    value = data[name]
    if not isinstance(value, int | float | np.number) or not (math.isfinite(value) and value >= 0):
        raise InvalidParameter(FieldProblem(f"edge {ends}", f"{name} is {value!r}", "a number, 0 or more"))
    return float(value)


def _pieces_m(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    return ground_m(*lonlat[:-1].T, *lonlat[1:].T)


def _shares(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of the line's metres up to each vertex."""
    along_m = np.concatenate([[0.0], np.cumsum(_pieces_m(lonlat))])
    return along_m / along_m[-1] if along_m[-1] > 0 else np.linspace(0.0, 1.0, len(lonlat))


def _plane(lonlat: NDArray[np.float64], projection: Projection) -> NDArray[np.float64]:
    xy_m = np.column_stack(projection.to_xy_m(lonlat[:, 0], lonlat[:, 1]))
    if not np.isfinite(xy_m).all():
        raise ConfigurationError(f"{projection.crs} cannot hold one of the streets: a node lies astray")
    return xy_m


def _degrees(xy_m: NDArray[np.float64], projection: Projection) -> list[tuple[float, float]]:
    lon, lat = projection.to_lonlat(*np.asarray(xy_m).T)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))
