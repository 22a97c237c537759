"""Files of services: from the bytes of a CSV to services, beside what pandas takes to split the same file."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd

from benchmarks.addresses import drawn_scope
from benchmarks.clock import BUDGET_S, ROUNDS, Unequal, race
from geo.projection import Projection
from ingest.catalogue import Source
from ingest.connectors import file
from ingest.fetch import Fetched
from ingest.normalise import normalise_services
from ingest.scope import Scope

__all__ = ["KINDS", "ROWS", "ReadingTimes", "draw_services", "time_reading"]

ROWS = 100_000
KINDS = ("plain", "quoted", "cells of two lines")
"""Every cell as it stands; every cell in quotes; a line end inside one cell of each hundredth row."""
_HEADER = (  # noqa: SIM905 - the line as a publisher writes it
    "identifiant;nom;code_type;libelle_type;capacite;numero;voie;code_postal;code_insee;commune;telephone;site;"
    "date_maj;longitude;latitude;precision"
).split(";")
_CODES = {"A101": "public.police", "A206": "public.post", "C201": "education.college", "D307": "health.pharmacy"}
_TYPES = np.array([*_CODES, "Z999"])
_SOURCE = Source.model_validate(
    {
        "id": "drawn",
        "title": "Drawn services",
        "producer": "Nobody",
        "licence": "CC0-1.0",
        "territories": ["71"],
        "mirror": [{"data_date": "2026", "paths": ["services.csv"]}],
        "categories": {**_CODES, "Z999": "out_of_scope"},
        "codes": {**_CODES, "Z999": "out_of_scope"},
        "columns": {
            "key": "identifiant",
            "name": "nom",
            "category": "code_type",
            "capacity": "capacite",
            "updated": "date_maj",
            "insee": "code_insee",
            "lon": "longitude",
            "lat": "latitude",
        },
    }
)


@dataclass(frozen=True)
class ReadingTimes:
    """Processor seconds for one file of so many rows, of all threads: pandas reads in one of its own."""

    kind: str
    rows: int
    kept: int
    read_s: float
    """From bytes to a table of text."""
    both_s: float
    """From bytes to services."""
    pandas_s: float
    """``pandas.read_csv`` of the same file, all text."""


def time_reading(rows: int = ROWS, rounds: int = ROUNDS) -> list[ReadingTimes]:
    """Time files of each kind.

    Raises
    ------
    Unequal
        When the table is not what pandas reads, or a row that was drawn got lost.
    """
    scope = drawn_scope()
    with tempfile.TemporaryDirectory(prefix="alentours-bench-") as folder:
        return [_time(Path(folder) / "services.csv", kind, rows, rounds, scope) for kind in KINDS]


def _time(path: Path, kind: str, rows: int, rounds: int, scope: Scope) -> ReadingTimes:
    draw_services(path, kind, rows, scope)
    fetched = [Fetched("drawn", path, "0" * 64, path.name, "2026-01-01T00:00:00Z", "2026", "Nobody")]
    table = file.read(_SOURCE, fetched)
    split = _pandas(path)
    for title in ("identifiant", "nom", "latitude"):
        if table.cells([title]) != split[title].tolist():
            raise Unequal(f"{kind}: column {title} is not what pandas reads")
    result = normalise_services(_SOURCE, table, fetched, scope)
    ledger = result.ledger
    if ledger.read != rows or ledger.kept != int((split["code_type"] != "Z999").sum()):
        raise Unequal(f"{kind}: of {rows} services that were drawn, {ledger.kept} were kept")
    times = race(
        rounds,
        BUDGET_S,
        process_time,
        read=lambda: file.read(_SOURCE, fetched),
        both=lambda: normalise_services(_SOURCE, file.read(_SOURCE, fetched), fetched, scope),
        pandas=lambda: _pandas(path),
    )
    return ReadingTimes(kind, rows, ledger.kept, times["read"], times["both"], times["pandas"])


def _pandas(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)


def draw_services(path: Path, kind: str, rows: int, scope: Scope, seed: int = 71) -> None:
    """Write a file of services all over a drawn département, one in five of a type that is of no use."""
    quoting = csv.QUOTE_ALL if kind == "quoted" else csv.QUOTE_MINIMAL
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, delimiter=";", lineterminator="\n", quoting=quoting)
        writer.writerow(_HEADER)
        writer.writerows(_rows(kind, rows, scope, np.random.default_rng(seed)))


def _rows(kind: str, rows: int, scope: Scope, rng: np.random.Generator) -> Iterator[list[str]]:
    x, y = rng.uniform(761_000.0, 850_000.0, rows), rng.uniform(6_561_000.0, 6_650_000.0, rows)
    lon, lat = Projection(scope.department.crs).to_lonlat(x, y)
    communes = scope.locate(lon, lat)[0]
    types, numbers = rng.integers(0, len(_TYPES), rows), rng.integers(1, 200, rows)
    for at in range(rows):
        between = "\n" if kind == "cells of two lines" and at % 100 == 0 else " "
        commune = communes[at]
        yield [
            f"S{at:07}", f"Service de l’Essai{between}n° {at}", _TYPES[types[at]], "Type d’équipement",
            str(numbers[at]), str(numbers[at]), f"Rue de l’Été {at % 997}", f"{commune[:4]}0", commune,
            f"Commune {commune}", "03 85 00 00 00", f"https://exemple.fr/{at}",
            f"2025-{at % 12 + 1:02}-{at % 28 + 1:02}",
            f"{lon[at]:.6f}", f"{lat[at]:.6f}", "Parfaite",
        ]  # fmt: skip
