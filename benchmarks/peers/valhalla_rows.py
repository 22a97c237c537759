"""One address beside Valhalla's matrix, the way somebody without fields finds the nearest services.

As is usual, the five services of each category that are nearest in a straight line are sent to the matrix: its answer
need not hold the nearest on the streets, which is in its favour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from benchmarks.clock import ROUNDS, race, repeated
from benchmarks.contests import Contest, faster
from benchmarks.ground import Ground
from benchmarks.peers.valhalla import COSTINGS, Valhalla
from benchmarks.streets import places_on, services_on
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.reading import Reader
from geo.snapping import EdgeIndex, Snap

__all__ = ["field_of", "lonlat_of", "race_matrix"]

_CATEGORIES, _CANDIDATES, _K = 20, 5, 3
_ADDRESSES = 12
_REPEATED = 50


def race_matrix(ground: Ground, valhalla: Valhalla, reach: float | None, rounds: int = ROUNDS) -> Contest:
    """Time one address: ours from degrees to the three nearest of 20 categories, Valhalla's to 100 candidates."""
    network = ground.network
    field, services = field_of(ground, network, ground.hierarchy)
    reader = Reader(EdgeIndex(network), field)
    addresses = lonlat_of(network, places_on(network, _ADDRESSES, seed=21))
    questions = [_question(address, services, COSTINGS[ground.mode.id]) for address in addresses]
    spent = []
    for question in questions:
        valhalla.ask("sources_to_targets", question)
        before_s = valhalla.cpu_s()
        valhalla.ask("sources_to_targets", question)
        spent.append(valhalla.cpu_s() - before_s)
    places = addresses.tolist()
    best = race(rounds, own=repeated(lambda: [reader.read_one(lon, lat) for lon, lat in places], _REPEATED))
    peer = f"Valhalla 3.9.1, matrix to {_CANDIDATES} candidates a category"
    work = f"one address, {_CATEGORIES} categories"
    return faster(work, ground.name, peer, best["own"] / (_ADDRESSES * _REPEATED), float(np.median(spent)), reach)


def field_of(
    ground: Ground, network: StreetNetwork, hierarchy: Hierarchy, categories: int = _CATEGORIES
) -> tuple[AccessField, list[NDArray[np.float64]]]:
    """Return a field of so many categories, k = 3, and the degrees (S, 2) of each category's services."""
    points = services_on(network, categories)
    names = [f"bench.c{number}" for number in range(categories)]
    nowhere = np.empty(0, np.int32)
    field = AccessField.build(network, hierarchy, ground.mode, points, names, [_K] * categories, nowhere)
    lonlat = lonlat_of(network, points.snap)
    return field, [lonlat[points.category == category] for category in range(categories)]


def lonlat_of(network: StreetNetwork, snap: Snap) -> NDArray[np.float64]:
    """Return degrees (M, 2) of points on edges, as near as a straight line between an edge's ends tells."""
    ends = network.junction_xy_m[network.edge_from[snap.edge]], network.junction_xy_m[network.edge_to[snap.edge]]
    xy_m = ends[0] + (ends[1] - ends[0]) * snap.fraction[:, None]
    return np.column_stack(Projection(network.crs).to_lonlat(xy_m[:, 0], xy_m[:, 1]))


def _question(address: NDArray[np.float64], services: list[NDArray[np.float64]], costing: str) -> dict[str, object]:
    targets = np.concatenate([own[cKDTree(own).query(address, _CANDIDATES)[1]] for own in services])
    return {
        "sources": [{"lon": address[0], "lat": address[1]}],
        "targets": [{"lon": lon, "lat": lat} for lon, lat in targets.tolist()],
        "costing": costing,
    }
