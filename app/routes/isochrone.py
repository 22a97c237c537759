"""What can be reached from a place within so many minutes, and from where it can be reached."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.answers.isochrone import isochrone_answer
from app.asked import AskedDirection, read_minutes, standpoint_of
from app.deps import AskedMode, AskedPlace, Serves, known_parameters_only, near
from app.responses import PRIVATE, GeoJson, etag_of, json_bytes, not_modified
from app.schemas import IsochroneAnswer
from app.validation import shown
from geo.errors import FieldProblem, InvalidParameter
from geo.travel import Direction

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["travel"], dependencies=[Depends(known_parameters_only)])


@router.get(
    "/isochrone",
    summary="Ground within so many minutes",
    response_class=GeoJson,
    responses={200: {"model": IsochroneAnswer}},
)
async def isochrone(
    request: Request,
    now: Serves,
    place: AskedPlace,
    mode: AskedMode,
    minutes: Annotated[
        str, Query(max_length=100, description="One or several, separated by commas.", examples=["5,10,15"])
    ] = "5,10,15",
    direction: AskedDirection = "from",
) -> Response:
    """Draw the ground within so many minutes of a place, and count the people and services within."""
    limits = read_minutes(minutes)
    if direction not in tuple(Direction):
        expected = near(direction, [d.value for d in Direction])
        raise InvalidParameter(FieldProblem("direction", f"{shown(direction)} is not known", expected))
    etag = etag_of(now.snapshot.id, now.snapshot.method.version, "isochrone", request.url.query)
    held = not_modified(request, etag, PRIVATE)
    if held is not None:
        return held

    def answer() -> bytes:
        here = standpoint_of(now.snapshot, mode, place)
        return json_bytes(isochrone_answer(now.snapshot, here, mode, Direction(direction), limits))

    return GeoJson(await asyncio.to_thread(answer), headers={"ETag": etag, "Cache-Control": PRIVATE})
