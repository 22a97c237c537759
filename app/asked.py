"""Parameters of the questions about single places: positions, minutes, the way one travels."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import Query

from app.scores import Asked, Point, located
from app.validation import shown
from geo.coordinates import require_lonlat
from geo.errors import AlentoursError, FieldProblem, InvalidParameter
from geo.snapshot import Snapshot
from geo.standpoint import Standpoint, stand

__all__ = ["MAX_MINUTES", "MOST_MINUTES", "AskedDirection", "read_minutes", "read_position", "standpoint_of"]

MOST_MINUTES = 6
"""Thresholds of one question."""
MAX_MINUTES = 60.0
_POSITION = "lon,lat in degrees (WGS 84), with decimal points"

AskedDirection = Annotated[
    str, Query(description="`from`: from the place to everywhere; `to`: from everywhere to the place.")
]


def read_minutes(text: str) -> list[float]:
    """Read ``5,10,15``, ascending.

    Raises
    ------
    InvalidParameter
        When a part is no number of minutes, stands twice, or there are too many.
    """
    expected = f"1 to {MOST_MINUTES} different numbers above 0, at most {MAX_MINUTES:g}, such as 5,10,15"
    parts = text.split(",")
    if len(parts) > MOST_MINUTES:
        raise InvalidParameter(FieldProblem("minutes", f"holds {len(parts)} numbers", expected))
    try:
        minutes = sorted(float(part) for part in parts)
    except ValueError:
        raise InvalidParameter(FieldProblem("minutes", f"cannot read {shown(text)}", expected)) from None
    if not all(math.isfinite(value) and 0 < value <= MAX_MINUTES for value in minutes):
        raise InvalidParameter(FieldProblem("minutes", f"{shown(text)} is out of range", expected))
    if len(set(minutes)) < len(minutes):
        raise InvalidParameter(FieldProblem("minutes", "a number stands twice", expected))
    return minutes


def read_position(snapshot: Snapshot, field: str, text: str) -> Point:
    """Read ``lon,lat``.

    Raises
    ------
    InvalidParameter
        Names the field.
    """
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidParameter(FieldProblem(field, f"{shown(text)} is not two numbers", _POSITION)) from None
    try:
        require_lonlat(lon, lat, snapshot.territory.bbox)
    except InvalidParameter as error:
        own = (FieldProblem(f"{field}.{p.field}", p.problem, p.expected) for p in error.problems)
        raise InvalidParameter(*own) from None
    return Point(lon, lat)


def standpoint_of(snapshot: Snapshot, mode: str, asked: Asked) -> Standpoint:
    """Return where a place stands on the streets.

    Raises
    ------
    AlentoursError
        When the address is none, or no street is loaded near the place.
    """
    (found,) = stand(snapshot, mode, [located(snapshot, asked)])
    if isinstance(found, AlentoursError):
        raise found
    return found
