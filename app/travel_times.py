"""``POST /travel-times``: from many homes to a few places of somebody's own, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.answers.attribution import base_attribution
from app.answers.place import place_answer
from app.answers.slope import slope_of
from app.batch import RowId, read_rows, require_object, text_of
from app.deps import DEFAULT_MODE
from app.errors import problem_of
from app.scores import Asked, located
from geo.arrays import Floats, frozen
from geo.errors import AlentoursError
from geo.snapshot import Snapshot
from geo.standpoint import Standpoint, place_sweep, stand, travel
from geo.travel import Direction, Stops

__all__ = ["MOST_HOMES", "MOST_PLACES", "Question", "read_question", "travel_times"]

MOST_HOMES = 1000
MOST_PLACES = 10
_KEYS = ("homes", "places", "mode")
_Rows = Sequence[tuple[RowId, Asked | AlentoursError]]
_Found = Sequence[Standpoint | AlentoursError]


@dataclass(frozen=True)
class Question:
    """Homes and places."""

    homes: _Rows
    places: _Rows
    mode: str


def read_question(snapshot: Snapshot, body: Any) -> Question:
    """Return what the body asks for.

    Raises
    ------
    InvalidParameter
        When the whole cannot be answered; what is wrong with one row stays in the row.
    """
    body = require_object(body, _KEYS)
    mode = snapshot.require_mode(text_of(body, "mode") or DEFAULT_MODE).id
    return Question(
        read_rows(snapshot, body, "homes", MOST_HOMES), read_rows(snapshot, body, "places", MOST_PLACES), mode
    )


def travel_times(snapshot: Snapshot, question: Question) -> dict[str, Any]:
    """Give the seconds of every pair, both ways; null where a row has a problem, or no way leads."""
    homes, places = (
        stand(snapshot, question.mode, [located(snapshot, asked) for _, asked in rows])
        for rows in (question.homes, question.places)
    )
    stops = _stops(homes)
    to, back = (
        _seconds(snapshot, question.mode, places, stops, direction) for direction in (Direction.TO, Direction.FROM)
    )
    return {
        "homes": _rows(snapshot, question.homes, homes),
        "places": _rows(snapshot, question.places, places),
        "seconds_to": to,
        "seconds_back": back,
        "mode": question.mode,
        "slope": slope_of(snapshot, question.mode),
        "snapshot": snapshot.id,
        "method_version": snapshot.method.version,
        "attribution": base_attribution(snapshot),
    }


def _stops(homes: _Found) -> Stops:
    """Return all homes (H,); those with a problem are off the network."""
    on = [home.stops if isinstance(home, Standpoint) else None for home in homes]
    return Stops(
        frozen(np.array([-1 if s is None else s.edge[0] for s in on]), np.int32),
        frozen(np.array([0.0 if s is None else s.fraction[0] for s in on]), np.float64),
        frozen(np.array([0 if s is None else s.off_ds[0] for s in on]), np.int32),
    )


def _seconds(
    snapshot: Snapshot, mode: str, places: _Found, homes: Stops, direction: Direction
) -> list[list[float | None]]:
    """Return a row for each home, a column for each place."""
    fixed_ds = round(snapshot.modes[mode].fixed_s * 10)
    nobody = np.full(homes.edge.size, np.nan)
    columns: list[Floats] = []
    for place in places:
        if isinstance(place, Standpoint):
            times = travel(snapshot, mode).sweep(place_sweep(snapshot, mode), place.stops, direction, fixed_ds)
            columns.append(times.door_to_door_s(homes))
        else:
            columns.append(nobody)
    table = np.stack(columns, axis=1)
    return [[None if math.isnan(seconds) else seconds for seconds in row] for row in table.tolist()]


def _rows(snapshot: Snapshot, rows: _Rows, found: _Found) -> list[dict[str, Any]]:
    return [
        {
            "id": row_id,
            **(problem_of(one) if isinstance(one, AlentoursError) else {"place": place_answer(snapshot, one.place)}),
        }
        for (row_id, _), one in zip(rows, found, strict=True)
    ]
