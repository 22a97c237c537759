"""The body of ``POST /scores``, read by hand: no model is made for each of ten thousand rows.

What is wrong with the whole (no list, too many, an unknown mode) refuses the whole; what is wrong with a row stays in
its row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.answers.scores import score_answer
from app.body import HugeNumber
from app.deps import DEFAULT_MODE, near
from app.errors import problem_of
from app.scores import Asked, asked_of, choose_profile, scores
from app.validation import EXPECTED, shown
from geo.errors import AlentoursError, FieldProblem, InvalidParameter
from geo.method import Profile
from geo.scoring import Score
from geo.snapshot import Snapshot

__all__ = ["Batch", "RowId", "read_batch", "read_rows", "require_object", "results", "text_of"]

KEYS = ("places", "mode", "profile", "weights", "cutoffs", "nearest", "explain")
ROW_KEYS = ("id", "lon", "lat", "address")
MAX_ID_LENGTH = 200
MAX_NEAREST = 5
_CHUNK = 256
"""Rows that are scored, then written: what a batch holds in memory, whatever its length."""

RowId = str | int | None


@dataclass(frozen=True)
class Batch:
    """Places to score together."""

    ids: Sequence[RowId]
    asked: Sequence[Asked | AlentoursError]
    mode: str
    profile: Profile
    nearest: int
    """How many of the nearest services each component shows."""
    explained: bool = False
    """Whether each score is also said in sentences."""


def read_batch(snapshot: Snapshot, body: Any, most_places: int) -> Batch:
    """Return what the body asks for.

    Raises
    ------
    InvalidParameter
        When the whole cannot be answered; what is wrong with one row stays in the row.
    """
    body = require_object(body, KEYS)
    rows = read_rows(snapshot, body, "places", most_places)
    mode = text_of(body, "mode") or DEFAULT_MODE
    return Batch(
        ids=[row_id for row_id, _ in rows],
        asked=[asked for _, asked in rows],
        mode=snapshot.require_mode(mode).id,
        profile=choose_profile(
            snapshot, text_of(body, "profile"), _weights(body.get("weights")), _cutoffs(body.get("cutoffs"))
        ),
        nearest=_nearest(body.get("nearest", MAX_NEAREST)),
        explained=_flag(body.get("explain", False)),
    )


def require_object(body: Any, keys: Sequence[str]) -> dict[str, Any]:
    """Return a body that is an object with none but these keys.

    Raises
    ------
    InvalidParameter
        Names each key that is not known, with the nearest right one.
    """
    if not isinstance(body, dict):
        raise InvalidParameter(FieldProblem("body", f"is {_kind(body)}", f'an object such as {{"{keys[0]}": […]}}'))
    _only(body, keys, "")
    return body


def read_rows(
    snapshot: Snapshot, body: Mapping[str, Any], key: str, most: int
) -> list[tuple[RowId, Asked | AlentoursError]]:
    """Return the places of a list of the body, each with its id; what is wrong with one stays in its row.

    Raises
    ------
    InvalidParameter
        When there is no such list, or it is empty or too long.
    """
    places = body.get(key)
    if not isinstance(places, list):
        problem = "is missing" if key not in body else f"is {_kind(places)}"
        raise InvalidParameter(FieldProblem(key, problem, "a list of objects with lon and lat, or address"))
    if not 0 < len(places) <= most:
        raise InvalidParameter(FieldProblem(key, f"holds {len(places)} places", f"1 to {most}"))
    return [_row(snapshot, place) for place in places]


def results(snapshot: Snapshot, batch: Batch) -> Iterator[bytes]:
    """Score the places some at a time and write ``{"results": […]}`` as it goes."""
    yield b'{"results":['
    for start in range(0, len(batch.asked), _CHUNK):
        part = slice(start, start + _CHUNK)
        scored = scores(snapshot, batch.asked[part], batch.mode, batch.profile)
        rows = [
            orjson.dumps(_result(snapshot, row_id, result, batch))
            for row_id, result in zip(batch.ids[part], scored, strict=True)
        ]
        yield (b"," if start else b"") + b",".join(rows)
    yield b"]}"


def _result(snapshot: Snapshot, row_id: RowId, result: Score | AlentoursError, batch: Batch) -> dict[str, Any]:
    if isinstance(result, AlentoursError):
        return {"id": row_id, **problem_of(result)}
    return {"id": row_id, **score_answer(snapshot, result, batch.nearest, explained=batch.explained)}


def _row(snapshot: Snapshot, place: Any) -> tuple[RowId, Asked | AlentoursError]:
    row_id: RowId = None
    try:
        if not isinstance(place, dict):
            expected = "an object with lon and lat, or address"
            raise InvalidParameter(FieldProblem("place", f"is {_kind(place)}", expected))
        row_id = _row_id(place.get("id"))
        _only(place, ROW_KEYS, "")
        return row_id, asked_of(snapshot, _number(place, "lon"), _number(place, "lat"), text_of(place, "address"))
    except AlentoursError as error:
        return row_id, error


def _row_id(value: Any) -> RowId:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and len(value) <= MAX_ID_LENGTH:
        return value
    expected = f"a text of at most {MAX_ID_LENGTH} characters, or a whole number"
    raise InvalidParameter(FieldProblem("id", f"{shown(value)} cannot be an id", expected))


def _only(given: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    problems = [
        FieldProblem(f"{where}{key}"[:60], "is not known here", near(key, known)) for key in given if key not in known
    ]
    if problems:
        raise InvalidParameter(*problems)


def _number(given: Mapping[str, Any], key: str) -> float | None:
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, HugeNumber):
        problem = f"{value!r} is {'smaller' if value.negative else 'larger'} than any coordinate"
        raise InvalidParameter(FieldProblem(key, problem, EXPECTED[key]))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidParameter(FieldProblem(key, f"{shown(value)} is not a number", "degrees, as a JSON number"))
    return float(value)


def text_of(given: Mapping[str, Any], key: str) -> str | None:
    """Return a text of an object, None where it is not given."""
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidParameter(FieldProblem(key, f"is {_kind(value)}", "a text"))
    return value


def _weights(value: Any) -> dict[str, float] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidParameter(FieldProblem("weights", f"is {_kind(value)}", "an object of a number for each family"))
    return {family: _weight(family, weight) for family, weight in value.items()}


def _weight(family: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidParameter(FieldProblem("weights", f"{family[:60]} weighs {shown(value)}", "a number from 0"))
    return float(value)


def _cutoffs(value: Any) -> dict[str, float] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidParameter(FieldProblem("cutoffs", f"is {_kind(value)}", "an object of minutes by category"))
    wrong = [
        name for name, minutes in value.items() if isinstance(minutes, bool) or not isinstance(minutes, int | float)
    ]
    if wrong:
        raise InvalidParameter(FieldProblem("cutoffs", f"{wrong[0][:60]} ends at {shown(value[wrong[0]])}", "minutes"))
    return {name: float(minutes) for name, minutes in value.items()}


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidParameter(FieldProblem("explain", f"is {_kind(value)}", "true or false"))
    return value


def _nearest(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_NEAREST:
        raise InvalidParameter(
            FieldProblem("nearest", f"{shown(value)} cannot be", f"a whole number, 0 to {MAX_NEAREST}")
        )
    return value


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
