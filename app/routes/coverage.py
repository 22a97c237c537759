"""Who lives within so many minutes of a service, by commune and in the territory."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.answers.coverage import coverage_answer, coverage_csv, coverage_csv_fr
from app.deps import AskedMode, Serves, known_parameters_only
from app.responses import SHARED, Json, etag_of, json_bytes, not_modified
from app.schemas import CoverageAnswer
from app.serving import Served
from geo import coverage as people

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["coverage"], dependencies=[Depends(known_parameters_only)])

CSV = "text/csv"
Form = Literal["json", "csv", "csv-fr"]
_CSV_EXAMPLE = {CSV: {"schema": {"type": "string"}}}


@router.get(
    "/coverage",
    summary="People within so many minutes",
    response_class=Json,
    responses={200: {"model": CoverageAnswer, "content": _CSV_EXAMPLE}},
)
async def coverage(
    request: Request,
    now: Serves,
    mode: AskedMode,
    category: Annotated[str, Query(description="One category.", examples=["health.pharmacy"])],
    minutes: Annotated[float, Query(gt=0, le=60, allow_inf_nan=False, description="At most so many minutes.")] = 15,
    form: Annotated[
        Form | None,
        Query(alias="format", description="Instead of the `Accept` header; `csv-fr` is for a spreadsheet in French."),
    ] = None,
) -> Response:
    """Count the people who reach a service of the category within so many minutes (`Accept: text/csv` for a table)."""
    now.snapshot.taxonomy.require(category)
    form = form or ("csv" if _prefers_csv(request.headers.get("accept", "")) else "json")
    etag = etag_of(now.snapshot.id, now.snapshot.method.version, category, mode, repr(minutes), form)
    headers = {"ETag": etag, "Cache-Control": SHARED, "Vary": "Accept"}
    held = not_modified(request, etag, SHARED)
    if held is not None:
        return held
    body = await asyncio.to_thread(_body, now, category, mode, minutes, form)
    if form == "json":
        return Json(body, headers=headers)
    name = f"alentours-{now.snapshot.territory.code}-{category}-{mode}-{minutes:g}min.csv"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(body, media_type=f"{CSV}; charset=utf-8", headers=headers)


def _body(now: Served, category: str, mode: str, minutes: float, form: Form) -> bytes:
    counted = people.coverage(now.snapshot, category, mode, minutes)
    if form == "json":
        return json_bytes(coverage_answer(now.snapshot, counted))
    return (coverage_csv if form == "csv" else coverage_csv_fr)(now.snapshot, counted).encode()


def _prefers_csv(accept: str) -> bool:
    """Say whether a table is wanted rather than JSON, by the qualities of an ``Accept`` header."""
    quality = {"text/csv": 0.0, "application/json": 0.0}
    for part in accept.split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        if kind in quality:
            named = [p.removeprefix("q=") for p in parameters if p.startswith("q=")]
            quality[kind] = _quality(named[0]) if named else 1.0
    return quality["text/csv"] > quality["application/json"]


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
