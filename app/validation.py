"""The framework's validation errors in our words: the field, what is wrong, what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geo.errors import FieldProblem

__all__ = ["EXPECTED", "field_problems", "shown"]

EXPECTED: Mapping[str, str] = {
    "lon": "degrees from -180 to 180, WGS 84, with a decimal point",
    "lat": "degrees from -90 to 90, WGS 84, with a decimal point",
    "minutes": "a number of minutes above 0, at most 60",
}
"""What is right for a parameter of which the kind of number alone says too little."""

_NEEDED: Mapping[str, str] = {
    "q": "the words of an address, such as rue de la Gare",
    "category": "the id of a category, such as health.pharmacy; /api/v1/categories lists them",
}
"""What a parameter that is missing should hold."""

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", "a value"),
    "float_parsing": ("{shown} is not a number", "a number"),
    "int_parsing": ("{shown} is not a whole number", "a whole number"),
    "int_parsing_size": ("{shown} is too large", "a smaller whole number"),
    "int_from_float": ("{shown} is not a whole number", "a whole number"),
    "finite_number": ("{shown} is not a finite number", "a finite number"),
    "greater_than_equal": ("{shown} is too small", "at least {ge:g}"),
    "greater_than": ("{shown} is too small", "more than {gt:g}"),
    "less_than_equal": ("{shown} is too large", "at most {le:g}"),
    "string_too_short": ("is too short", "at least {min_length} characters"),
    "string_too_long": ("is too long", "at most {max_length} characters"),
    "literal_error": ("{shown} is not known", "{expected}"),
}


def field_problems(errors: Iterable[Mapping[str, Any]]) -> list[FieldProblem]:
    """Return one problem for each of pydantic's `errors`, as ``RequestValidationError.errors()`` gives them."""
    return [_problem(error) for error in errors]


def _problem(error: Mapping[str, Any]) -> FieldProblem:
    where = error["loc"]
    field = ".".join(str(part) for part in where[1:]) or str(where[0])
    sentence = _SENTENCES.get(error["type"])
    if sentence is None:
        return FieldProblem(field, str(error.get("msg", "cannot be accepted")), EXPECTED.get(field, "see /docs"))
    if error["type"] == "missing" and field in _NEEDED:
        return FieldProblem(field, sentence[0], _NEEDED[field])
    values = {**error.get("ctx", {}), "shown": shown(error.get("input"))}
    return FieldProblem(field, sentence[0].format(**values), EXPECTED.get(field) or sentence[1].format(**values))


def shown(value: object) -> str:
    """Return `value` as an error repeats it to who sent it: quoted, and cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
