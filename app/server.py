"""Run the service: one process here, or several that uvicorn starts."""

from __future__ import annotations

import os
import socket
import threading
import time

import typer
import uvicorn

from app import logs
from app.settings import PREFIX, Settings
from geo.errors import ConfigurationError, NoSnapshot
from geo.publication import current_id

__all__ = ["serve"]

GRACE_S = 5
"""Seconds that running requests have to finish when the service is asked to stop."""
PATIENCE_S = 60
"""Seconds that a worker may take to start before another takes its place: a busy machine needs more than 5."""

_LOOK_S = 0.05
"""Seconds between two tries of the port while the service starts."""


def serve(settings: Settings) -> None:
    """Serve until the process is asked to stop.

    Raises
    ------
    NoSnapshot
        When nothing is published for the territory: a person at a terminal is told at once what to do.
    ConfigurationError
        When the port cannot be listened on.
    """
    folder = settings.snapshots / settings.territory
    if current_id(folder) is None:
        raise NoSnapshot(
            f"nothing is published for territory {settings.territory} in {settings.snapshots}: "
            f"run `alentours build {settings.territory}` first"
        )
    logs.configure(settings.log_level, settings.log_format)
    port = _free_port(settings)
    threading.Thread(target=_announce, args=(settings, port), daemon=True).start()
    os.environ.update(_variables(settings))  # a worker is a process of its own, and reads what it serves from there
    uvicorn.run(
        "app.main:from_environment",
        factory=True,
        host=settings.host,
        port=port,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_worker_healthcheck=PATIENCE_S,
    )


def _announce(settings: Settings, port: int) -> None:
    """Say where the service answers once it does: whoever opens the page on reading this finds it.

    The port itself is asked, as it may be any of several workers that listens first.
    """
    while True:
        try:
            socket.create_connection((settings.host, port), timeout=PATIENCE_S).close()
        except OSError:
            time.sleep(_LOOK_S)
        else:
            break
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(f"Alentours serves territory {settings.territory} on http://{host}:{port} (Ctrl+C stops it)")


def _free_port(settings: Settings) -> int:
    """Return the port to listen on; one that is taken is said in a sentence, before anything is opened."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            problem = error.strerror or str(error)
            raise ConfigurationError(f"cannot listen on {where} ({problem}): choose another with --port") from error
        return int(probe.getsockname()[1])


def _variables(settings: Settings) -> dict[str, str]:
    values = settings.model_dump(mode="json")
    return {
        PREFIX + name.upper(): ",".join(value) if isinstance(value, list) else str(value)
        for name, value in values.items()
    }
