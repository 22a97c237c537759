"""Compile every kernel of the engine once, so that nobody waits for it later: ``python -m geo.warmup``.

Numba compiles a kernel at its first call and keeps the machine code in ``NUMBA_CACHE_DIR``. Running the whole engine
on a town of nine junctions calls each kernel with the very types that real streets give it.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.intervals import bounds
from geo.isochrone import isochrones
from geo.modes import Mode, load_modes
from geo.network import RawStreets, StreetNetwork
from geo.place_sweep import PlaceSweep
from geo.projection import Projection
from geo.reading import Reader
from geo.search import StreetSearch
from geo.snapping import EdgeIndex
from geo.spelling import Vocabulary
from geo.sweeps import DEPTHS, LANES, Seeds
from geo.travel import Direction, Stops, Travel

__all__ = ["warm_up"]

_MODES = Path(__file__).resolve().parents[1] / "data" / "modes.toml"
_SIDE = 4
_STEP_DEG = 0.001


def warm_up(modes: Path = _MODES) -> None:
    """Run the engine on a tiny town in every mode; afterwards the cache holds all kernels.

    Parameters
    ----------
    modes
        The file of modes (``data/modes.toml``).
    """
    raw = _tiny_town()
    for mode in load_modes(modes).values():
        _run(raw, mode)
    bounds(np.zeros((1, 1, 1)), np.ones(1), np.zeros(1, np.int32), 0.25)
    Vocabulary([("rue", 1)]).meanings("reu")


def _run(raw: RawStreets, mode: Mode) -> None:
    projection = Projection("EPSG:2154")
    network = StreetNetwork.build(raw, mode, projection)
    index = EdgeIndex(network)
    snap = index.snap(raw.node_lonlat)
    index.nearest_m(raw.node_lonlat)
    hierarchy = Hierarchy.build(network)
    count = len(raw.node_lonlat)
    ks = (*DEPTHS * LANES, DEPTHS[0])  # whole batches of every depth, and one category that is none
    categories = [f"test.{number}" for number in range(len(ks))]
    points = ServicePoints(np.arange(count, dtype=np.int32) % len(categories), np.arange(count, dtype=np.int32), snap)
    edge = np.zeros(1, np.int32)
    field = AccessField.build(network, hierarchy, mode, points, categories, ks, edge)
    field.at(snap)
    reader = Reader(index, field)
    reader.read_one(*raw.node_lonlat[0].tolist())
    list(reader.batches(raw.node_lonlat, count))
    if field.edge_inequality_violations(network):
        raise RuntimeError("the kernels do not compute what they should: delete the folder NUMBA_CACHE_DIR names")
    StreetSearch(network).nearest_services(Seeds(edge, edge, edge), DEPTHS[-1])
    PlaceSweep(hierarchy).ds_to(edge, edge)
    stops = Stops.of(snap, mode)
    for direction in Direction:
        spread = Travel(network).spread(stops.only(0), direction, 0)
        spread.door_to_door_ds(stops)
        isochrones(network, projection, spread, snap.xy_m[[0, 0]], mode.off_road_m_per_s, [600.0])


def _tiny_town() -> RawStreets:
    """Lay a grid of streets, the lowest of them one-way."""
    places = list(itertools.product(range(_SIDE), repeat=2))
    pairs = [
        (a, b)
        for (a, (column, row)), (b, (column_b, row_b)) in itertools.product(enumerate(places), repeat=2)
        if (column_b - column, row_b - row) in {(0, 1), (1, 0)}
    ]
    one_way = [int(places[a][1] == places[b][1] == 0) for a, b in pairs]
    return RawStreets(
        node_lonlat=np.array(places, np.float64) * _STEP_DEG + [4.43, 46.80],
        segment_from=np.array([a for a, _ in pairs], np.int32),
        segment_to=np.array([b for _, b in pairs], np.int32),
        segment_way=np.array(one_way, np.int32),
        way_tags=[{"highway": "residential"}, {"highway": "residential", "oneway": "yes"}],
    )


if __name__ == "__main__":
    warm_up()
