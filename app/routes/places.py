"""Services by category and place, as GeoJSON that pages."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.answers.services import service_collection
from app.deps import Serves, known_parameters_only
from app.paging import next_link, row_of
from app.responses import SHARED, GeoJson, etag_of, json_bytes, not_modified
from app.schemas import ServiceCollection
from app.validation import shown
from geo.errors import FieldProblem, InvalidParameter
from geo.snapshot import Snapshot

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["places"], dependencies=[Depends(known_parameters_only)])

MAX_LIMIT = 1000
INCLUDABLE = ("halo", "unconfirmed")

BBox = tuple[float, float, float, float]


@router.get("/services", summary="Services", response_class=GeoJson, responses={200: {"model": ServiceCollection}})
async def services(
    request: Request,
    now: Serves,
    category: Annotated[
        str | None, Query(description="One category, or several separated by commas.", examples=["education.college"])
    ] = None,
    bbox: Annotated[
        str | None, Query(description="West, south, east, north; degrees.", examples=["4.40,46.78,4.46,46.83"])
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Services on a page.")] = 100,
    cursor: Annotated[str | None, Query(description="Where the page begins; taken from `links`.")] = None,
    include: Annotated[
        str | None,
        Query(description="`halo`: also those beyond the border; `unconfirmed`: also those of OpenStreetMap alone."),
    ] = None,
) -> Response:
    """List services: by default the confirmed ones inside the territory, ordered by category and id."""
    snapshot = now.snapshot
    also = _include(include)
    found = snapshot.services.select(
        _categories(snapshot, category), _bbox(bbox), halo="halo" in also, unconfirmed="unconfirmed" in also
    )
    begin = 0 if cursor is None else int(np.searchsorted(found, row_of(snapshot, cursor)))
    etag = etag_of(snapshot.id, "services", request.url.query)
    held = not_modified(request, etag, SHARED)
    if held is not None:
        return held
    page = service_collection(snapshot, found[begin : begin + limit].tolist(), len(found))
    if begin + limit < len(found):
        page["links"].append(next_link(request, snapshot, int(found[begin + limit]), "application/geo+json"))
    return GeoJson(json_bytes(page), headers={"ETag": etag, "Cache-Control": SHARED})


def _categories(snapshot: Snapshot, text: str | None) -> list[str] | None:
    return None if text is None else [snapshot.taxonomy.require(part.strip()).id for part in text.split(",")]


def _include(text: str | None) -> set[str]:
    parts = [] if text is None else [part.strip() for part in text.split(",")]
    for part in parts:
        if part not in INCLUDABLE:
            raise InvalidParameter(FieldProblem("include", f"unknown {shown(part)}", " or ".join(INCLUDABLE)))
    return set(parts)


def _bbox(text: str | None) -> BBox | None:
    """Read ``west,south,east,north``."""
    if text is None:
        return None
    expected = "west,south,east,north in degrees (WGS 84), west ≤ east and south ≤ north"
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidParameter(FieldProblem("bbox", f"{shown(text)} is not four numbers", expected)) from None
    if not all(math.isfinite(value) for value in (west, south, east, north)):
        raise InvalidParameter(FieldProblem("bbox", "a number is not finite", expected))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidParameter(FieldProblem("bbox", f"{shown(text)} is no box", expected))
    return west, south, east, north
