"""A sheet of 10,000 addresses through the service's own code, as ``POST /search/csv`` runs it, on one core."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from app.sheet import Sheet, read_sheet, write_sheet
from app.sheet_geocoding import SEARCH_COLUMNS, SheetQuestion, search_rows
from benchmarks.geocoder.grounds import Ground
from benchmarks.geocoder.mistakes import KINDS, question
from geo.geocoding import AddressIndex

__all__ = ["SheetTimes", "time_sheet"]

ROWS = 10_000
_ANYWHERE = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class SheetTimes:
    """Seconds of the processor for a sheet of mixed questions."""

    rows: int
    answered: int
    seconds: float


def time_sheet(index: AddressIndex, ground: Ground, rows: int = ROWS, seed: int = 10) -> SheetTimes:
    """Geocode as many rows, of every kind of error but the half-typed: nobody leaves those in a file."""
    rng = random.Random(seed)
    kinds = [kind for kind in KINDS if kind != "half-typed"]
    texts = [question(rng.choice(kinds), rng.choice(ground.housed), rng).text for _ in range(rows)]
    sent = write_sheet(
        Sheet(("address",), [[text] for text in texts], ";", "utf-8"), [], ({} for _ in texts), with_bom=False
    )
    start = time.process_time()
    sheet = read_sheet(sent, rows, delimiter=";")
    found = list(search_rows(index, sheet, SheetQuestion(words=("address",)), _ANYWHERE))
    write_sheet(sheet, SEARCH_COLUMNS, found, with_bom=False)
    return SheetTimes(rows, sum(row["result_status"] == "ok" for row in found), time.process_time() - start)
