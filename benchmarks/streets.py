"""The streets that are measured on: a drawn grid for everyone, two real extracts for who has a mirror."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.modes import Mode, load_modes, tags_of
from geo.network import RawStreets, StreetNetwork
from geo.projection import Projection
from geo.seeds import ServicePoints
from geo.snapping import Snap
from geo.sweeps import LANES

__all__ = ["Area", "areas", "drawn_grid", "find_mirror", "places_on", "services_on", "small_area"]

ROOT = Path(__file__).resolve().parents[1]
MODES = load_modes(ROOT / "data" / "modes.toml")
_SEED = 71
_SIDE = 178
_REAL = {
    # name: (path below the mirror, plane in metres)
    "Le Creusot": ("osm/le-creusot-71/Le_Creusot.osm.pbf", "EPSG:2154"),
    "Malta": ("osm/bench-malta/malta-latest.osm.pbf", "EPSG:32633"),
}
_SMALL = "osm/pont-de-veyle-01/overpass_pont_de_veyle.osm"


@dataclass(frozen=True)
class Area:
    """Streets under a name that readers of the page know them by."""

    name: str
    raw: RawStreets
    crs: str
    extract: Path | None = None
    """Where they are from; None for those that are drawn."""

    def network(self, mode: Mode) -> StreetNetwork:
        """Return the streets of one mode."""
        return StreetNetwork.build(self.raw, mode, Projection(self.crs))


def areas(mirror: Path | None) -> list[Area]:
    """Return the drawn grid, and the real extracts that the mirror holds."""
    found = [Area("drawn grid", drawn_grid(_SIDE), "EPSG:2154")]
    if mirror is not None:
        found += [_read(name, mirror / path, crs) for name, (path, crs) in _REAL.items() if (mirror / path).is_file()]
    return found


def small_area(mirror: Path | None) -> Area | None:
    """Return a place of 1,500 street corners, of a file in XML; None without a mirror."""
    extract = None if mirror is None else mirror / _SMALL
    return _read("Pont-de-Veyle", extract, "EPSG:2154") if extract is not None and extract.is_file() else None


def _read(name: str, extract: Path, crs: str) -> Area:
    from ingest.streets import read_streets  # noqa: PLC0415 — only a real extract needs a reader

    return Area(name, read_streets(extract, tags_of(MODES.values())), crs, extract)


def find_mirror() -> Path | None:
    """Return the folder of real files, if there is one: ``ALENTOURS_MIRROR``, else ``../shared/mirror``.

    Raises
    ------
    NotADirectoryError
        When ``ALENTOURS_MIRROR`` names no folder: a slip, not an absence.
    """
    named = os.environ.get("ALENTOURS_MIRROR")
    mirror = Path(named) if named else ROOT.parent / "shared" / "mirror"
    if named and not mirror.is_dir():
        raise NotADirectoryError(f"ALENTOURS_MIRROR names {named}, which is not a folder")
    return mirror if mirror.is_dir() else None


def drawn_grid(side: int, seed: int = _SEED) -> RawStreets:
    """Draw side × side junctions about 100 m apart: a town without a plan, from a seed.

    Every junction stands a little off its place, 8 % of the blocks are missing, 5 % are one-way, and every twelfth line
    is a road on which cars are quicker. A grid is hard on a hierarchy: it has no natural narrow places to cut at.
    """
    rng = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    row, column = np.divmod(np.arange(side * side), side)
    jitter = rng.uniform(-0.3, 0.3, (2, side * side))
    metres = np.column_stack([column + jitter[0], row + jitter[1]]) * 100.0
    lonlat = np.column_stack([3.0 + metres[:, 0] / 76_600.0, 46.5 + metres[:, 1] / 111_170.0])
    start = np.concatenate([number[:, :-1].ravel(), number[:-1, :].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:, :].ravel()])
    line = np.concatenate([row.reshape(side, side)[:, :-1].ravel(), column.reshape(side, side)[:-1, :].ravel()])
    flipped = rng.random(start.size) < 0.5
    start, end = np.where(flipped, end, start), np.where(flipped, start, end)
    kind = np.where(line % 12 == 0, 2, (rng.random(start.size) < 0.05).astype(np.int64))
    there = rng.random(start.size) >= 0.08
    return RawStreets(
        node_lonlat=lonlat,
        segment_from=start[there].astype(np.int32),
        segment_to=end[there].astype(np.int32),
        segment_way=kind[there].astype(np.int32),
        way_tags=[
            {"highway": "residential"},
            {"highway": "residential", "oneway": "yes"},
            {"highway": "secondary"},
        ],
    )


def services_on(network: StreetNetwork, categories: int = LANES, seed: int = _SEED) -> ServicePoints:
    """Scatter services over the edges: 8 in the rarest category, 3 % of the junctions in the commonest."""
    rng = np.random.default_rng(seed)
    most = max(4.0, network.junctions * 0.03)
    counts = np.geomspace(min(8.0, most), most, categories).astype(np.int64)
    category = np.repeat(np.arange(categories), counts)
    row = np.concatenate([np.arange(count) for count in counts])
    return ServicePoints(
        category.astype(np.int32), row.astype(np.int32), places_on(network, category.size, int(rng.integers(2**31)))
    )


def places_on(network: StreetNetwork, count: int, seed: int) -> Snap:
    """Return places anywhere along the edges, up to 40 m off them."""
    rng = np.random.default_rng(seed)
    nowhere: NDArray[np.float64] = np.full((count, 2), np.nan)
    return Snap(
        edge=rng.integers(0, network.edges, count).astype(np.int32),
        fraction=rng.random(count),
        off_m=rng.uniform(0.0, 40.0, count),
        xy_m=nowhere,
    )
