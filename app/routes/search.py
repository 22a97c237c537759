"""Addresses by words and by point, in the national geocoder's shape (GeocodeJSON)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.answers.addresses import geocode_collection
from app.deps import Lat, Lon, Serves, known_parameters_only
from app.responses import PRIVATE, Json, etag_of, json_bytes, not_modified
from app.schemas import GeocodeCollection
from app.validation import shown
from geo.coordinates import require_lonlat
from geo.errors import FieldProblem, InvalidParameter
from geo.places import Position

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["places"], dependencies=[Depends(known_parameters_only)])

MAX_LIMIT = 20
MAX_LENGTH = 200
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Addresses at most.")]


@router.get("/search", summary="Addresses by words", response_class=Json, responses={200: {"model": GeocodeCollection}})
async def search(
    request: Request,
    now: Serves,
    q: Annotated[str, Query(min_length=1, max_length=MAX_LENGTH, description="Words of an address, whole or begun.")],
    limit: Limit = 5,
    kind: Annotated[
        str | None,
        Query(alias="type", description="Only these: `housenumber`, `street`, `locality`, `municipality`, by commas."),
    ] = None,
) -> Response:
    """Suggest addresses while they are typed: exact and abbreviated words, the last one may be begun."""
    if not q.strip():
        raise InvalidParameter(FieldProblem("q", "is blank", "the words of an address"))
    kinds = _kinds(kind)
    etag = etag_of(now.snapshot.id, "search", request.url.query)
    held = not_modified(request, etag, PRIVATE)
    if held is not None:
        return held
    found = now.snapshot.addresses.search(q, limit, kinds)
    body = json_bytes(geocode_collection(now.snapshot, found, limit, q))
    return Json(body, headers={"ETag": etag, "Cache-Control": PRIVATE})


@router.get(
    "/reverse", summary="Addresses near a point", response_class=Json, responses={200: {"model": GeocodeCollection}}
)
async def reverse(request: Request, now: Serves, lon: Lon, lat: Lat, limit: Limit = 1) -> Response:
    """Give the addresses nearest to a point, within 5 km."""
    require_lonlat(lon, lat, now.snapshot.territory.bbox)
    etag = etag_of(now.snapshot.id, "reverse", request.url.query)
    held = not_modified(request, etag, PRIVATE)
    if held is not None:
        return held
    found = now.snapshot.addresses.reverse(lon, lat, limit)
    body = json_bytes(geocode_collection(now.snapshot, found, limit))
    return Json(body, headers={"ETag": etag, "Cache-Control": PRIVATE})


def _kinds(text: str | None) -> list[Position] | None:
    if text is None:
        return None
    try:
        return [Position(part.strip()) for part in text.split(",")]
    except ValueError:
        expected = f"one or several of {', '.join(Position)}"
        raise InvalidParameter(FieldProblem("type", f"unknown type in {shown(text)}", expected)) from None
