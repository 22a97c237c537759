"""People who reach a service: as JSON and as a table."""

from __future__ import annotations

import csv
import io
from typing import Any

from app.answers.attribution import attribution
from app.answers.slope import slope_of
from geo.coverage import Coverage, People
from geo.snapshot import Snapshot

__all__ = ["coverage_answer", "coverage_csv", "coverage_csv_fr"]

COLUMNS = ("insee", "name", "people", "within", "not_covered", "share")
COLUMNS_FR = ("Code INSEE", "Commune", "Habitants", "À portée", "Non couverts", "Part")


def coverage_answer(snapshot: Snapshot, counted: Coverage) -> dict[str, Any]:
    """Give the people who reach a service, by commune and in the territory."""
    return {
        "category": counted.category,
        "mode": counted.mode,
        "minutes": counted.minutes,
        "completeness": counted.completeness.value,
        "slope": slope_of(snapshot, counted.mode),
        "territory": _people(counted.territory),
        "communes": [{"insee": row.insee, "name": row.name, **_people(row)} for row in counted.communes],
        "snapshot": snapshot.id,
        "attribution": _service_attribution(snapshot, counted.category),
    }


def _service_attribution(snapshot: Snapshot, category: str) -> list[str]:
    """Return the lines of the sources that give this category's services."""
    rows = snapshot.services.ranges[category]
    column = snapshot.services.arrow.column("provenance").slice(rows.start, len(rows))
    return attribution(snapshot, column.flatten().field("source").unique().to_pylist())


def coverage_csv(snapshot: Snapshot, counted: Coverage) -> str:
    """Give the communes as a table: commas, a header, an empty cell for what is not known (RFC 4180).

    Each row carries the snapshot and the credits: a table travels further than its address.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow((*COLUMNS, "snapshot", "attribution"))
    origin = _origin(snapshot, counted)
    for row in counted.communes:
        figures = _people(row)
        table.writerow([row.insee, row.name, *(figures[column] for column in COLUMNS[2:]), *origin])
    return text.getvalue()


def coverage_csv_fr(snapshot: Snapshot, counted: Coverage) -> str:
    """Give the same table for a spreadsheet in French, which opens it as it is.

    Semicolons, decimal commas, French headers, and the byte order mark without which Excel misreads accents.
    """
    text = io.StringIO()
    table = csv.writer(text, delimiter=";")
    table.writerow((*COLUMNS_FR, "Instantané", "Mention des sources"))
    origin = _origin(snapshot, counted)
    for row in counted.communes:
        figures = _people(row)
        decimal = ("" if figures[name] is None else str(figures[name]).replace(".", ",") for name in COLUMNS[2:])
        table.writerow([row.insee, row.name, *decimal, *origin])
    return f"\ufeff{text.getvalue()}"


def _origin(snapshot: Snapshot, counted: Coverage) -> tuple[str, str]:
    return snapshot.id, " · ".join(_service_attribution(snapshot, counted.category))


def _people(row: People) -> dict[str, Any]:
    return {
        "people": None if row.people is None else round(row.people, 1),
        "within": round(row.within, 1),
        "not_covered": round(row.not_covered, 1),
        "share": None if row.share is None else round(row.share, 4),
    }
