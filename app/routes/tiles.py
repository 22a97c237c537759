"""The basemap's vector tiles, from the snapshot's own archive."""

from __future__ import annotations

import gzip
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from app.deps import Serves, known_parameters_only
from app.responses import etag_of, not_modified
from geo.errors import FieldProblem, InvalidParameter

__all__ = ["router"]

router = APIRouter(tags=["tiles"], dependencies=[Depends(known_parameters_only)])

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
MAX_ZOOM = 22
# A tile's address holds no snapshot, so a browser asks again after ten minutes; the basemap is scenery, not evidence.
CACHE = "public, max-age=600"

Tile = Annotated[int, Path(ge=0)]


@router.get(
    "/tiles/{z}/{x}/{y}.mvt",
    summary="Basemap tile",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}, 204: {"description": "There is nothing in this tile."}},
)
async def tile(request: Request, now: Serves, z: Tile, x: Tile, y: Tile) -> Response:
    """Give one tile of the basemap (Mapbox Vector Tile, gzipped)."""
    if z > MAX_ZOOM or x >= 1 << z or y >= 1 << z:
        raise InvalidParameter(
            FieldProblem(
                "z/x/y", f"there is no tile {z}/{x}/{y}", f"z up to {MAX_ZOOM}, x and y below 2 to the power z"
            )
        )
    etag = etag_of(now.snapshot.id, f"{z}/{x}/{y}")
    headers = {"ETag": etag, "Cache-Control": CACHE}
    held = not_modified(request, etag, CACHE)
    if held is not None:
        return held
    body = None if now.tiles is None else now.tiles.get(z, x, y)
    if body is None:
        return Response(status_code=204, headers=headers)
    if now.tiles is not None and now.tiles.gzipped:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            body = gzip.decompress(body)
    return Response(body, headers=headers, media_type=MEDIA_TYPE)
