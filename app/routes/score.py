"""Scores: of one place, and of many."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from app.answers.scores import score_answer
from app.batch import read_batch, results
from app.body import read_body
from app.deps import AskedMode, AskedPlace, AskedProfile, Configured, Serves, known_parameters_only
from app.responses import PRIVATE, Json, etag_of, json_bytes, not_modified
from app.schemas import ScoreAnswer, ScoresAnswer, ScoresQuestion
from app.scores import scores
from geo.errors import AlentoursError

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["scores"], dependencies=[Depends(known_parameters_only)])

_QUESTION: dict[str, Any] = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScoresQuestion"}}},
}


@router.get("/score", summary="Score of one place", response_class=Json, responses={200: {"model": ScoreAnswer}})
async def score(
    request: Request,
    now: Serves,
    place: AskedPlace,
    mode: AskedMode,
    profile: AskedProfile,
    explain: Annotated[
        bool, Query(description="Whether the score is also said in sentences / dire aussi la note en phrases.")
    ] = False,
) -> Response:
    """Score one place: what it is near to, weighed for a household, with the evidence."""
    etag = etag_of(now.snapshot.id, now.snapshot.method.version, "score", request.url.query)
    held = not_modified(request, etag, PRIVATE)
    if held is not None:
        return held
    (result,) = scores(now.snapshot, [place], mode, profile)
    if isinstance(result, AlentoursError):
        raise result
    return Json(
        json_bytes(score_answer(now.snapshot, result, explained=explain)),
        headers={"ETag": etag, "Cache-Control": PRIVATE},
    )


@router.post(
    "/scores",
    summary="Scores of many places",
    response_class=Json,
    responses={200: {"model": ScoresAnswer}},
    openapi_extra={"requestBody": _QUESTION},
)
async def scores_of_many(request: Request, now: Serves, settings: Configured) -> Response:
    """Score many places at once, in order. A place that has no score has its problem there; the others are scored."""
    body = await read_body(request, settings.max_body_bytes)
    batch = read_batch(now.snapshot, body, settings.max_places)
    return StreamingResponse(
        results(now.snapshot, batch), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


SHAPES = (ScoresQuestion,)
"""Shapes that only this module's documentation names."""
