"""Addresses by words and by point, in the national geocoder's shape (GeocodeJSON)."""

from __future__ import annotations

from typing import Annotated, Any

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
_ANSWER: dict[int | str, dict[str, Any]] = {200: {"model": GeocodeCollection}}
Kind = Annotated[
    str | None,
    Query(
        alias="type",
        description=(
            "Only these, by commas: `housenumber`, `street`, `locality`, `municipality`, `poi` (a service by its name)."
        ),
    ),
]
_NEAR = Query(allow_inf_nan=False, description="Look near here first, WGS 84 degrees: `lon` and `lat` together.")


@router.get("/search/", include_in_schema=False, response_class=Json)
@router.get("/search", summary="Addresses by words", response_class=Json, responses=_ANSWER)
async def search(
    request: Request,
    now: Serves,
    q: Annotated[str, Query(min_length=1, max_length=MAX_LENGTH, description="Words of an address, whole or begun.")],
    limit: Limit = 5,
    kind: Kind = None,
    postcode: Annotated[str | None, Query(pattern=r"^\d{5}$", description="Only with this postcode.")] = None,
    citycode: Annotated[
        str | None, Query(pattern=r"^\d[\dAB]\d{3}$", description="Only of the commune with this INSEE code.")
    ] = None,
    lon: Annotated[float | None, _NEAR] = None,
    lat: Annotated[float | None, _NEAR] = None,
    autocomplete: Annotated[  # noqa: ARG001 - its clients send it, and half a word is always understood
        str,
        Query(
            pattern="^[01]$", description="Taken as the national geocoder takes it; the last word may always be begun."
        ),
    ] = "1",
    explain: Annotated[bool, Query(description="Say of each score what it is made of.")] = False,
) -> Response:
    """Suggest addresses while they are typed: abbreviations and slips are understood, the last word may be begun."""
    if not q.strip():
        raise InvalidParameter(FieldProblem("q", "is blank", "the words of an address"))
    kinds = _kinds(kind)
    near = _near(lon, lat, now.snapshot.territory.bbox)
    etag = etag_of(now.snapshot.id, "search", request.url.query)
    held = not_modified(request, etag, PRIVATE)
    if held is not None:
        return held
    found = now.snapshot.addresses.search(q, limit, kinds, postcode=postcode, citycode=citycode, near=near)
    body = json_bytes(geocode_collection(now.snapshot, found, limit, q, explain=explain))
    return Json(body, headers={"ETag": etag, "Cache-Control": PRIVATE})


@router.get("/reverse/", include_in_schema=False, response_class=Json)
@router.get("/reverse", summary="Addresses near a point", response_class=Json, responses=_ANSWER)
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


def _near(lon: float | None, lat: float | None, bbox: tuple[float, float, float, float]) -> tuple[float, float] | None:
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        missing = "lon" if lon is None else "lat"
        raise InvalidParameter(FieldProblem(missing, "is missing", "lon and lat together, or neither"))
    require_lonlat(lon, lat, bbox)
    return lon, lat


def _kinds(text: str | None) -> list[Position] | None:
    if text is None:
        return None
    try:
        return [Position(part.strip()) for part in text.split(",")]
    except ValueError:
        expected = f"one or several of {', '.join(Position)}"
        raise InvalidParameter(FieldProblem("type", f"unknown type in {shown(text)}", expected)) from None
