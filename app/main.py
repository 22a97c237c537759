"""The application: made by a function from its settings, so that a test, a worker and a server make the same one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.openapi.utils import get_openapi

from app import __version__, errors, logs
from app.middleware import HeadAsGet, SafeHeaders
from app.routes import coverage, isochrone, ledger, meta, pages, places, route, score, search, sheets, tiles
from app.schemas import Problem, ScoresQuestion, TravelTimesQuestion
from app.serving import Serving
from app.settings import Settings, load_settings
from app.warming import lay_out

__all__ = ["create_app", "from_environment"]

DESCRIPTION = """What lies around a place, and how many minutes away: services, scores and coverage from open data.

Coordinates are WGS 84 degrees, longitude first. A refusal is a problem document (RFC 9457) that names the field, what
is wrong and what would be right; an unknown parameter is refused, never passed over. Each answer names the snapshot it
comes from, and the lines that the licences of its data ask to show.
"""
_GZIP_LEVEL = 5  # nine tenths of the gain of level 9, in a quarter of the time


def create_app(settings: Settings) -> FastAPI:
    """Return the application. It opens its snapshot when it starts, and answers 503 until one is published."""
    app = FastAPI(
        title="Alentours",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.serving = Serving(settings.snapshots, settings.territory, verify=settings.verify)
    errors.install(app)
    for router in (
        meta.health,
        meta.router,
        ledger.router,
        places.router,
        search.router,
        sheets.router,
        score.router,
        route.router,
        isochrone.router,
        coverage.router,
        tiles.router,
    ):
        app.include_router(router, responses=_PROBLEMS)
    pages.mount(app, settings.frontend)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]

    # The last added is the outermost: log, HEAD, safe headers, CORS, compression, the application.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=_GZIP_LEVEL)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "HEAD"],
            expose_headers=["ETag"],
        )
    app.add_middleware(SafeHeaders)
    app.add_middleware(HeadAsGet)
    app.add_middleware(logs.AccessLog)
    return app


def from_environment() -> FastAPI:
    """Return the application that the environment describes: what each worker process calls."""
    settings = load_settings()
    logs.configure(settings.log_level, settings.log_format)
    return create_app(settings)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    lay_out(app)
    async with app.state.serving.watched(app.state.settings.watch_s):
        yield


_PROBLEM = {"content": {errors.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What was asked cannot be answered.", **_PROBLEM},
    "5XX": {"description": "The service cannot answer.", **_PROBLEM},
}


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Describe the operations, with the shapes that no handler's signature names."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=_TAGS
        )
        shapes = schema.setdefault("components", {}).setdefault("schemas", {})
        for shape in (Problem, ScoresQuestion, TravelTimesQuestion):
            described = shape.model_json_schema(ref_template="#/components/schemas/{model}")
            shapes.update(described.pop("$defs", {}))
            shapes[shape.__name__] = described
        app.openapi_schema = schema
    return app.openapi_schema


_TAGS = [
    {"name": "meta", "description": "What the service answers from."},
    {"name": "places", "description": "Services and addresses."},
    {"name": "scores", "description": "How near a home is to what its household counts on."},
    {"name": "travel", "description": "Ways and times between places of one's own."},
    {"name": "coverage", "description": "Who lives within so many minutes of a service."},
    {"name": "tiles", "description": "The basemap."},
]
