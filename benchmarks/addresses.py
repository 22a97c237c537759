"""Addresses of a whole département: a national file of that size, drawn from a seed, and every step to the index."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import shapely

from benchmarks.clock import Unequal
from benchmarks.streets import ROOT
from geo.places import Commune
from geo.projection import Projection
from ingest.addresses import normalise_addresses
from ingest.connectors import file
from ingest.fetch import Fetched
from ingest.scope import Scope
from ingest.source_files import load_sources
from ingest.territories import Department

__all__ = ["ROWS", "AddressTimes", "draw_ban", "drawn_scope", "time_addresses"]

ROWS = 300_000
_SIDE = 24
"""Communes along a side of the drawn département: 576, as many as the largest have."""
_COMMUNE_M = 4_000.0
_WEST_M, _SOUTH_M = 760_000.0, 6_560_000.0
_DEPARTMENT = Department("71", "Département", "EPSG:2154")
_HEADER = (  # noqa: SIM905 - the line as its publisher writes it
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;"
    "nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;"
    "source_nom_voie;certification_commune;cad_parcelles"
).split(";")
_KINDS = ("Rue", "Avenue", "Impasse", "Chemin", "Place", "Allée", "Route", "Boulevard", "Lotissement", "Le Bourg")
_REPETITIONS = ("", "", "", "", "", "", "", "bis", "b", "a")


@dataclass(frozen=True)
class AddressTimes:
    """Processor seconds for a file of so many rows, of all threads: a reader of CSV may use several."""

    rows: int
    kept: int
    read_s: float
    normalise_s: float
    """From text to distinct addresses."""
    pandas_s: float
    """``pandas.read_csv`` of the same file, all text."""


def time_addresses(rows: int = ROWS) -> AddressTimes:
    """Time the reading of a drawn national file once: it takes long enough to be measured at the first go.

    Raises
    ------
    Unequal
        When a row that was drawn did not become an address.
    """
    source = next(source for source in load_sources(ROOT / "data" / "sources", "71") if source.id == "ban")
    scope = drawn_scope()
    with tempfile.TemporaryDirectory(prefix="alentours-bench-") as folder:
        path = Path(folder) / "adresses-71.csv.gz"
        draw_ban(path, rows)
        fetched = Fetched("ban", path, "0" * 64, path.name, "2026-01-01T00:00:00Z", "2026-01", source.producer)
        start = process_time()
        table = file.read(source, [fetched])
        read_s, start = process_time() - start, process_time()
        result = normalise_addresses(source, table, [fetched], scope)
        normalise_s, start = process_time() - start, process_time()
        pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
        pandas_s = process_time() - start
    if result.ledger.kept != rows:
        raise Unequal(f"of {rows} addresses that were drawn, {result.ledger.kept} were kept")
    return AddressTimes(rows, len(result.addresses), read_s, normalise_s, pandas_s)


def drawn_scope() -> Scope:
    """Return a département of square communes, with no neighbour."""
    plane = Projection(_DEPARTMENT.crs)
    communes = []
    for number in range(_SIDE * _SIDE):
        row, column = divmod(number, _SIDE)
        west, south = _WEST_M + column * _COMMUNE_M, _SOUTH_M + row * _COMMUNE_M
        corners = shapely.get_coordinates(shapely.box(west, south, west + _COMMUNE_M, south + _COMMUNE_M))
        along = np.arange(0, 4, 0.02)  # a contour has some hundred vertices
        x, y = (np.interp(along, np.arange(5), corners[:, axis]) for axis in (0, 1))
        ring = np.column_stack(plane.to_lonlat(x, y))
        communes.append(
            Commune(_code(number), f"Commune-{number}", "71", 900, (_postcode(number),), True, shapely.Polygon(ring))
        )
    area = shapely.union_all([commune.geometry for commune in communes])
    return Scope(_DEPARTMENT, tuple(communes), area, area.buffer(0.3), {c.insee: c.insee for c in communes})


def draw_ban(path: Path, rows: int, seed: int = 71) -> None:
    """Write a national file: streets of 5 to 40 numbers, all communes, every column of the publisher's."""
    with gzip.open(path, "wb", compresslevel=1) as out, io.TextIOWrapper(out, encoding="utf-8") as text:
        writer = csv.writer(text, delimiter=";", lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows(_rows(rows, np.random.default_rng(seed)))


def _code(number: int) -> str:
    return f"71{number:03}"


def _postcode(number: int) -> str:
    return f"71{number // 10:02}0"


def _rows(rows: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """Yield house after house, street after street; numbers of a street stand 15 m apart."""
    plane = Projection(_DEPARTMENT.crs)
    streets = rows // 20 + 20
    commune = np.sort(rng.integers(0, _SIDE * _SIDE, streets))
    length = rng.integers(5, 41, streets)
    street = np.repeat(np.arange(streets), length)[:rows]
    number = (np.arange(len(street)) - np.repeat(np.cumsum(length) - length, length)[:rows]) + 1
    across = rng.uniform(300.0, 3_300.0, (2, streets))
    row, column = np.divmod(commune[street], _SIDE)
    x = _WEST_M + column * _COMMUNE_M + across[0, street] + 15.0 * number
    y = _SOUTH_M + row * _COMMUNE_M + across[1, street] + rng.uniform(0.0, 5.0, len(street))
    lon, lat = plane.to_lonlat(x, y)
    repeated = rng.integers(0, len(_REPETITIONS), len(street))
    for at in range(len(street)):
        mine = int(commune[street[at]])
        suffix = _REPETITIONS[repeated[at]]
        key = f"{_code(mine)}_{street[at]:05}_{number[at]:05}" + (f"_{suffix}" if suffix else "")
        name = f"{_KINDS[street[at] % len(_KINDS)]} de l’Essai n° {street[at]}"
        yield [
            key, "", str(number[at]), suffix, name, _postcode(mine), _code(mine), f"Commune-{mine}", "", "",
            f"{x[at]:.2f}", f"{y[at]:.2f}", f"{lon[at]:.6f}", f"{lat[at]:.6f}", "parcelle", "", "",
            f"COMMUNE {mine}", name.upper(), "commune", "commune", "1", "",
        ]  # fmt: skip
