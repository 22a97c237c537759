"""Scopes of départements whose contours no mirror has, for reading one source at a time there.

A rectangle around the département stands for it. Of a neighbour's places in its corners a source says that they are
the neighbour's: they are rejects here (``other_department``), and would lie beyond the border of real contours.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.places import Commune
from geo.taxonomy import Taxonomy
from ingest.catalogue import Source
from ingest.fetch import Fetched
from ingest.ledger import count_codes
from ingest.reading import normalise, read_table
from ingest.results import SourceResult
from ingest.scope import Scope
from ingest.source_files import load_sources
from ingest.territories import Departments

DATA = Path(__file__).resolve().parents[2] / "data"
AROUND: Mapping[str, tuple[float, float, float, float]] = {
    "01": (4.7, 45.6, 6.2, 46.55), "31": (0.4, 42.6, 2.1, 43.95), "35": (-2.3, 47.6, -1.0, 48.75),
    "59": (2.0, 49.9, 4.3, 51.1), "93": (2.28, 48.8, 2.61, 49.02), "94": (2.3, 48.68, 2.62, 48.87),
}  # fmt: skip
"""West, south, east, north, degrees."""


@lru_cache(maxsize=1)
def _register(mirror: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((mirror / "cog-2026" / "communes.json").read_text(encoding="utf-8"))
    return rows


@lru_cache
def scope_of(mirror: Path, territory: str) -> Scope:
    """The rectangle of a territory, or of 44 the outline that its département publishes."""
    department = Departments.load(DATA / "territories.toml")[territory]
    area = _loire_atlantique(mirror) if territory == "44" else shapely.box(*AROUND[territory])
    communes: list[Commune] = []
    current: dict[str, str] = {}
    for row in _register(mirror):
        if row["type"] == "commune-actuelle":
            current[row["code"]] = row["code"]
            current |= {former: row["code"] for former in row.get("anciensCodes", ()) if former not in current}
            if row.get("departement") == territory:
                postcodes, drawn = tuple(row.get("codesPostaux", ())), None if communes else area
                communes.append(Commune(row["code"], row["nom"], territory, None, postcodes, True, drawn))
        elif "chefLieu" in row:
            current.setdefault(row["code"], row["chefLieu"])
    return Scope(department, tuple(communes), area, area, current)


def _loire_atlantique(mirror: Path) -> BaseGeometry:
    text = (mirror / "loire-atlantique-44" / "44.js").read_text(encoding="latin-1")
    drawn = json.loads(re.sub(r"^\s*var \w+ = ", "", text).rstrip().rstrip(";"))
    return shapely.union_all([shapely.make_valid(shape(feature["geometry"])) for feature in drawn["features"]])


@lru_cache
def declared(territory: str) -> dict[str, Source]:
    """The shipped sources of a territory."""
    taxonomy = Taxonomy.load(DATA / "taxonomy.toml")
    return {source.id: source for source in load_sources(DATA / "sources", territory, taxonomy)}


def read_vintage(mirror: Path, name: str, territory: str, vintage: int, scope: Scope) -> SourceResult:
    """Normalise one vintage of a source against a scope."""
    source = declared(territory)[name]
    chosen = source.mirror[vintage]
    files = [
        Fetched(name, mirror / path, "0" * 64, path, "2024-05-06T07:08:09Z", chosen.data_date, source.producer, vintage)
        for path in chosen.paths
    ]
    as_of = source.as_of(vintage)
    table = read_table(as_of, files, scope)
    result = normalise(as_of, table, files, scope)
    assert as_of.expect.rows is not None
    assert as_of.expect.rows[0] <= table.read <= as_of.expect.rows[1]
    result.ledger.check(name)
    return result


def came_to(result: SourceResult) -> tuple[tuple[int, int, int, int, int], dict[str, int], dict[str, int]]:
    """The ledger's five counts, the rejects by code, and the services by category."""
    ledger = result.ledger
    counts = (ledger.read, ledger.kept, ledger.merged, ledger.out_of_scope, ledger.rejected)
    return counts, count_codes(result.rejects), dict(Counter(draft.service.category for draft in result.drafts))
