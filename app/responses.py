"""Answers as bytes: JSON by orjson, an ETag for each, and 304 for who has it already."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import JSONResponse, Response

from app import __version__

__all__ = ["PRIVATE", "SHARED", "GeoJson", "Json", "etag_of", "json_bytes", "not_modified"]

SHARED = "no-cache"
"""Anybody may keep it, and asks each time whether it still holds."""
PRIVATE = "private, no-cache"
"""An address or a point stands in the question: no cache on the way keeps it."""


class Json(JSONResponse):
    """A JSON answer that is bytes already; documented as JSON because it is a ``JSONResponse``."""

    def render(self, content: bytes) -> bytes:
        """Return the bytes as they are."""
        return content


class GeoJson(Json):
    """A GeoJSON answer that is bytes already."""

    media_type = "application/geo+json"


def json_bytes(content: Any) -> bytes:
    """Write `content` as JSON; numpy's numbers are written like Python's."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def etag_of(*parts: str) -> str:
    """Return a weak ETag of what an answer depends on; this version of the code is always part of it."""
    text = "\0".join((__version__, *parts))
    return f'W/"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


def not_modified(request: Request, etag: str, cache: str) -> Response | None:
    """Return 304 when who asks holds the answer of this ETag already, else None."""
    held = request.headers.get("if-none-match")
    if held is None:
        return None
    names = {name.strip().removeprefix("W/") for name in held.split(",")}
    if etag.removeprefix("W/") in names:
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": cache})
    return None
