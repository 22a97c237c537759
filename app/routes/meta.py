"""What the service answers from: its health, its snapshot, its vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.answers import meta as answers
from app.deps import Serves, known_parameters_only
from app.responses import SHARED, GeoJson, Json, etag_of, json_bytes, not_modified
from app.schemas import CategoryRow, CommuneCollection, Health, ProfileRow, SnapshotAnswer
from app.serving import Served

__all__ = ["health", "router"]

health = APIRouter(prefix="/api/v1", tags=["meta"])
router = APIRouter(prefix="/api/v1", tags=["meta"], dependencies=[Depends(known_parameters_only)])


@health.get("/healthz", summary="Health", response_class=Json, responses={200: {"model": Health}})
async def healthz(now: Serves) -> Response:
    """Say whether a snapshot serves: 200, else 503."""
    return Json(json_bytes({"status": "ok", "snapshot": now.snapshot.id}), headers={"Cache-Control": "no-store"})


@router.get("/snapshot", summary="What is served", response_class=Json, responses={200: {"model": SnapshotAnswer}})
async def snapshot(request: Request, now: Serves) -> Response:
    """Say what the service answers from: territory, method, and each source with the account of its rows."""
    return _once(request, now, "snapshot", answers.snapshot_answer)


@router.get(
    "/categories", summary="Kinds of service", response_class=Json, responses={200: {"model": list[CategoryRow]}}
)
async def categories(request: Request, now: Serves) -> Response:
    """List the kinds of service, with how they count and how completely they are known."""
    return _once(request, now, "categories", answers.category_rows)


@router.get(
    "/profiles",
    summary="Households and their weights",
    response_class=Json,
    responses={200: {"model": list[ProfileRow]}},
)
async def profiles(request: Request, now: Serves) -> Response:
    """List the profiles: whose weights, by whom, and why."""
    return _once(request, now, "profiles", answers.profile_rows)


@router.get("/communes", summary="Communes", response_class=GeoJson, responses={200: {"model": CommuneCollection}})
async def communes(request: Request, now: Serves) -> Response:
    """Give the communes of the territory, their common borders simplified alike."""
    return _once(request, now, "communes", answers.commune_collection, GeoJson)


def _once(request: Request, now: Served, key: str, make: Callable[[Any], Any], kind: type[Response] = Json) -> Response:
    """Answer with what follows from the snapshot alone; it is made for the first request."""
    etag = etag_of(now.snapshot.id, key)
    held = not_modified(request, etag, SHARED)
    if held is not None:
        return held
    body = now.once(key, lambda: json_bytes(make(now.snapshot)))
    return kind(body, headers={"ETag": etag, "Cache-Control": SHARED})
