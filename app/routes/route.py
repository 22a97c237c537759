"""The way between two places, and the times between many."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.answers.route import route_answer
from app.asked import read_position, standpoint_of
from app.body import read_body
from app.deps import AskedMode, Configured, Serves, known_parameters_only
from app.responses import PRIVATE, GeoJson, Json, etag_of, json_bytes, not_modified
from app.schemas import RouteAnswer, TravelTimesAnswer
from app.travel_times import read_question, travel_times
from geo.errors import FieldProblem, InvalidParameter

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["travel"], dependencies=[Depends(known_parameters_only)])

_QUESTION = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TravelTimesQuestion"}}},
}
_LONGEST_ID = 200


@router.get("/route", summary="Way to a place", response_class=GeoJson, responses={200: {"model": RouteAnswer}})
async def route(
    request: Request,
    now: Serves,
    mode: AskedMode,
    begin: Annotated[
        str, Query(alias="from", max_length=100, description="`lon,lat`, degrees.", examples=["4.425,46.806"])
    ],
    to: Annotated[str | None, Query(max_length=100, description="`lon,lat`, degrees.", examples=["4.43,46.8"])] = None,
    service: Annotated[
        str | None, Query(max_length=_LONGEST_ID, description="Id of a service, instead of `to`.")
    ] = None,
) -> Response:
    """Show the quickest way from a place to another or to a service, so that a time can be checked."""
    if (to is None) == (service is None):
        problem = "stands beside a service" if to is not None else "no place to go to is given"
        raise InvalidParameter(FieldProblem("to", problem, "either to, or service"))
    origin = read_position(now.snapshot, "from", begin)
    target = read_position(now.snapshot, "to", to) if to is not None else str(service)
    etag = etag_of(now.snapshot.id, now.snapshot.method.version, "route", request.url.query)
    held = not_modified(request, etag, PRIVATE)
    if held is not None:
        return held

    def answer() -> bytes:
        here = standpoint_of(now.snapshot, mode, origin)
        goal = target if isinstance(target, str) else standpoint_of(now.snapshot, mode, target)
        return json_bytes(route_answer(now.snapshot, here, goal, mode))

    return GeoJson(await asyncio.to_thread(answer), headers={"ETag": etag, "Cache-Control": PRIVATE})


@router.post(
    "/travel-times",
    summary="Times between homes and one's own places",
    response_class=Json,
    responses={200: {"model": TravelTimesAnswer}},
    openapi_extra={"requestBody": _QUESTION},
)
async def times(request: Request, now: Serves, settings: Configured) -> Response:
    """Give the seconds from many homes to a few places, and back; what is wrong with one stays in its row."""
    body = await read_body(request, settings.max_body_bytes)
    question = read_question(now.snapshot, body)
    answer = await asyncio.to_thread(lambda: json_bytes(travel_times(now.snapshot, question)))
    return Json(answer, headers={"Cache-Control": "no-store"})
