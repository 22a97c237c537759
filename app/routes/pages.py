"""The pages: what the front end's build left in one folder, and the documentation of the API.

A browser that shows them asks no other host: the content security policy says so, and holds.
"""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.errors import PagesNotBuilt, kinds
from app.middleware import NOTHING_POLICY

__all__ = ["DOCS_POLICY", "PAGES", "PAGE_POLICY", "mount"]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
DOCS_POLICY = PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""Swagger UI writes style attributes; its page shows no data of anybody."""
STYLED_POLICY = f"{NOTHING_POLICY}; style-src 'unsafe-inline'"

PAGES = {"/": "index.html", "/couverture": "couverture.html", "/sources": "sources.html"}
"""Address of each page, and its file in the front end's build."""

Handler = Callable[..., Awaitable[Response]]

_FOREVER = "public, max-age=31536000, immutable"
_DOCS = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API – Alentours</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="docs"></main>
<noscript>
<p>This page needs JavaScript. The same text, for machines: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_DOCS_START = """SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
});
"""


class _Assets(StaticFiles):
    """Files of the build; those whose names hold a hash of their content are kept for ever."""

    def __init__(self, folder: Path, *, hashed: bool) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._cache = _FOREVER if hashed else "no-cache"

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code < 400:
            response.headers["Cache-Control"] = self._cache
            # A worker keeps the policy of its own script, not that of the page: the map's worker fetches tiles.
            response.headers["Content-Security-Policy"] = PAGE_POLICY
        return response


def mount(app: FastAPI, built: Path) -> None:
    """Add the pages to `app`; call it after the API's routes, so that no file can hide an operation.

    Parameters
    ----------
    app
        The application.
    built
        Folder of the front end's build. Where it is missing, the pages say so and the API serves all the same.
    """
    router = APIRouter(include_in_schema=False)
    for address, name in PAGES.items():
        router.add_api_route(address, _page(built / name, PAGE_POLICY), response_class=HTMLResponse)
    router.add_api_route("/docs", _docs(built / "docs"), response_class=HTMLResponse)
    router.add_api_route("/docs/start.js", _docs_start)
    router.add_api_route("/problems/{kind}", _problem, response_class=HTMLResponse)
    app.include_router(router)
    if not built.is_dir():
        return
    for path in sorted(built.iterdir()):
        if path.is_dir():
            app.mount(f"/{path.name}", _Assets(path, hashed=path.name == "assets"), name=path.name)
        elif path.name not in PAGES.values():
            app.router.add_api_route(f"/{path.name}", _page(path, NOTHING_POLICY), include_in_schema=False)


def _page(path: Path, policy: str) -> Handler:
    files = _Assets(path.parent, hashed=False)

    async def page(request: Request) -> Response:
        if not path.is_file():
            raise PagesNotBuilt
        response = await files.get_response(path.name, request.scope)
        response.headers["Content-Security-Policy"] = policy
        return response

    return page


def _docs(assets: Path) -> Handler:
    async def docs() -> Response:
        if not (assets / "swagger-ui-bundle.js").is_file():
            raise PagesNotBuilt
        return HTMLResponse(_DOCS, headers={"Content-Security-Policy": DOCS_POLICY, "Cache-Control": "no-cache"})

    return docs


async def _docs_start() -> Response:
    return Response(_DOCS_START, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def _problem(kind: str) -> Response:
    """Explain a kind of problem: what its ``type`` leads to."""
    found = next((known for known in kinds() if known.id == kind), None)
    if found is None:
        raise HTTPException(404)
    title, meaning = html.escape(found.title), html.escape(found.meaning)
    french = f'<p lang="fr">{html.escape(found.french)}</p>' if found.french else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>body{{font:1rem/1.5 sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}}</style>"
        f"<h1>{title}</h1><p><code>/problems/{found.id}</code>, status {found.status}</p><p>{meaning}</p>{french}"
        "</html>",
        headers={"Content-Security-Policy": STYLED_POLICY, "Cache-Control": "no-cache"},
    )
