"""The body of a request, read as JSON: refused in plain words, and no number in it refuses the rest.

JSON sets no limit to a number: ``1e400`` is JSON, and no coordinate. It is kept as it was written, so that whoever
reads the row can say so of that row alone.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import orjson
from fastapi import Request

from app.errors import BodyTooLarge, InvalidJson

__all__ = ["HugeNumber", "parse_json", "read_body"]

_LONGEST_INTEGER = 308
"""Digits of the largest number that a float holds."""
_LONGEST_SHOWN = 24


class HugeNumber:
    """A number of the body that no float holds, as it was written."""

    def __init__(self, written: str) -> None:
        self.written = written

    @property
    def negative(self) -> bool:
        """Whether it lies below every other number, rather than above."""
        return self.written.startswith("-")

    def __repr__(self) -> str:
        """Return it as it was written, cut where it is long."""
        return self.written if len(self.written) <= _LONGEST_SHOWN else f"{self.written[: _LONGEST_SHOWN - 1]}…"


async def read_body(request: Request, most_bytes: int) -> Any:
    """Return the body as JSON, refused before it is held when it is too large.

    Raises
    ------
    BodyTooLarge, InvalidJson
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise BodyTooLarge(most_bytes)
    return parse_json(bytes(body))


def parse_json(body: bytes) -> Any:
    """Read JSON; a number that no float holds is a :class:`HugeNumber`.

    Raises
    ------
    InvalidJson
        Says where it stops being JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return _parse_slowly(body, error)


def _parse_slowly(body: bytes, refusal: orjson.JSONDecodeError) -> Any:
    """Read what the fast parser refuses: either it holds a huge number, or it is no JSON and this says why."""
    if not body.strip():
        raise InvalidJson("the body is empty")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidJson(f"the body is not UTF-8: see its byte {error.start + 1}") from error
    try:
        value = json.loads(text, parse_float=_float, parse_int=_integer, parse_constant=_refuse_constant)
        _require_whole_characters(value)
    except UnicodeEncodeError as error:
        raise InvalidJson("a text of the body holds half of a character: a surrogate without its other half") from error
    except (ValueError, RecursionError) as error:
        raise InvalidJson(str(refusal)) from error
    return value


def _require_whole_characters(value: Any) -> None:
    """Raise UnicodeEncodeError for half of a surrogate pair, which this parser lets through and nothing can write."""
    json.dumps(value, ensure_ascii=False, default=repr).encode()


def _float(written: str) -> float | HugeNumber:
    number = float(written)
    return number if math.isfinite(number) else HugeNumber(written)


def _integer(written: str) -> int | float | HugeNumber:
    if len(written) > _LONGEST_INTEGER:
        return HugeNumber(written)
    number = int(written)
    return number if -(2**63) <= number < 2**64 else float(number)  # as the fast parser does


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is not JSON: a number is written in digits, and what is not known is null")
