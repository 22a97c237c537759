"""Run the service: one process here, or several that uvicorn starts from the environment."""

from __future__ import annotations

import os

import typer
import uvicorn

from app import logs
from app.main import create_app
from app.settings import PREFIX, Settings
from geo.errors import NoSnapshot
from geo.publication import current_id

__all__ = ["serve"]


def serve(settings: Settings) -> None:
    """Serve until the process is asked to stop.

    Raises
    ------
    NoSnapshot
        When nothing is published for the territory: a person at a terminal is told at once what to do.
    """
    folder = settings.snapshots / settings.territory
    if current_id(folder) is None:
        raise NoSnapshot(
            f"nothing is published for territory {settings.territory} in {settings.snapshots}: "
            f"run `alentours build {settings.territory}` first"
        )
    logs.configure(settings.log_level, settings.log_format)
    typer.echo(f"Alentours serves territory {settings.territory} on http://{settings.host}:{settings.port}")
    if settings.workers == 1:
        _run(create_app(settings), settings)
        return
    for name, value in settings.model_dump(mode="json").items():  # what the workers read
        os.environ[PREFIX + name.upper()] = ",".join(value) if isinstance(value, list) else str(value)
    _run("app.main:from_environment", settings, factory=True, workers=settings.workers)


def _run(app: object, settings: Settings, **more: object) -> None:
    uvicorn.run(
        app,  # type: ignore[arg-type]
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        **more,  # type: ignore[arg-type]
    )
