"""cityseer: the metres from every junction to the nearest service of each category, by a search from every junction.

It measures in metres and keeps the nearest service alone, so that it is asked on its own terms: the lengths of the
streets both ways, services at junctions, 2,400 m (half an hour on foot). The engine answers the same question for the
three nearest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import process_time
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.contests import Contest, faster
from benchmarks.ground import Ground
from benchmarks.peers import load, named
from geo.hierarchy import Hierarchy
from geo.network import StreetNetwork
from geo.sweeps import LANES, ROW_BITS, Sweep

__all__ = ["Agreement", "race_cityseer"]

_K = 3
_BOUND_M = 2_400
_PER_M = 10
"""Labels count decimetres here, rounded once an edge."""
_TOLERANCE_M = 2.0
"""Of half a decimetre an edge, over the edges of 2,400 m."""


@dataclass(frozen=True)
class Agreement:
    """How many of the peer's distances are ours."""

    streets: str
    compared: int
    """Distances to a service within the bound, by either."""
    different: int
    """By more than two metres."""


def race_cityseer(ground: Ground, reach: float = 5_000.0) -> tuple[Contest, Agreement]:
    """Time cityseer's accessibilities of 16 categories at once, and say how many of its distances are ours.

    Raises
    ------
    Missing
        cityseer is not installed.
    """
    load("cityseer")
    network, lines = _in_decimetres(ground.network)
    hierarchy = Hierarchy.build(network)
    sweep = Sweep(hierarchy, _K)
    structure, data, landuse = _prepared(network, lines, ground)
    spent: list[float] = []
    for _ in range(2 if network.junctions < 50_000 else 1):
        start = process_time()
        result = data.accessibility(
            structure,
            landuse,
            [f"c{lane}" for lane in range(LANES)],
            distances=[_BOUND_M],
            speed_m_s=1.0,
            pbar_disabled=True,
        )
        spent.append(process_time() - start)
    own: list[float] = []
    for _ in range(5):
        start = process_time()
        labels = sweep.run(ground.at_junctions)
        own.append(process_time() - start)
    agreement = _agreement(ground.name, labels[hierarchy.row, 0] >> ROW_BITS, result)
    return faster(
        f"field of a category, k = {_K}, in a batch of {LANES}",
        ground.name,
        f"{named('cityseer')}, to {_BOUND_M:,} m, nearest alone, {LANES} categories at once",
        min(own) / LANES,
        min(spent) / LANES,
        reach,
    ), agreement


def _in_decimetres(network: StreetNetwork) -> tuple[StreetNetwork, NDArray[np.object_]]:
    """Return the streets open both ways at the length of their lines in the plane, and the lines."""
    of_edge = np.repeat(np.arange(network.edges), np.diff(network.vertex_ptr))
    lines = np.asarray(shapely.linestrings(network.vertex_xy_m, indices=of_edge))
    # A tenth of a second is a hundred of the network's milliseconds.
    cost = np.maximum(np.rint(shapely.length(lines) * _PER_M), 1).astype(np.int32) * 100
    return replace(network, forward_ms=cost, backward_ms=cost), lines


def _prepared(network: StreetNetwork, lines: NDArray[np.object_], ground: Ground) -> tuple[Any, Any, dict[str, str]]:
    graph, maps = load("cityseer.rustalgos").graph, load("cityseer.rustalgos").data
    structure, data, landuse = graph.NetworkStructure(), maps.DataMap(), {}
    for junction, (x, y) in enumerate(network.junction_xy_m.tolist()):
        structure.add_street_node(str(junction), x, y, True, 1.0)
    there, back = shapely.to_wkt(lines, rounding_precision=4), shapely.to_wkt(shapely.reverse(lines), 4)
    for edge, (start, end) in enumerate(zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True)):
        if start != end:
            structure.add_street_edge(start, end, edge, str(start), str(end), there[edge], 1.0)
            structure.add_street_edge(end, start, edge, str(end), str(start), back[edge], 1.0)
    structure.validate()
    structure.build_edge_rtree()
    for lane, seeds in enumerate(ground.at_junctions):
        for row, (x, y) in zip(seeds.row.tolist(), network.junction_xy_m[seeds.junction].tolist(), strict=True):
            data.insert(f"{lane}-{row}", f"POINT ({x:.4f} {y:.4f})")
            landuse[f"{lane}-{row}"] = f"c{lane}"
    data.assign_data_to_network(structure, 50.0, 6)
    return structure, data, landuse


def _agreement(streets: str, nearest: NDArray[np.uint32], result: Any) -> Agreement:
    compared = different = 0
    order = np.argsort(np.array(result.node_keys_py, dtype=np.int64))
    for lane in range(LANES):
        own_m = nearest[:, lane] / _PER_M
        found_m = np.asarray(result.result[f"c{lane}"].distance[_BOUND_M])[order]
        within = (own_m <= _BOUND_M - _TOLERANCE_M) | (np.nan_to_num(found_m, nan=np.inf) <= _BOUND_M - _TOLERANCE_M)
        compared += int(within.sum())
        different += int((~(np.abs(found_m - own_m) <= _TOLERANCE_M))[within].sum())
    return Agreement(streets, compared, different)
