"""Structured logs that hold no address and no coordinate.

A searched address is personal data once it stands beside an IP. So a line names the *route*
(``/tiles/{z}/{x}/{y}.mvt``), never the path nor the query string that were asked, and never who asked. A fault is
logged by its type and the places in the code it came through, without its message: messages quote values.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
import uuid
from typing import Any, TextIO

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import internal_problem, problem_response

__all__ = ["AccessLog", "configure", "fault"]

_QUIET = ("uvicorn.access", "httpx", "httpcore", "numba", "multipart")


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send every log of the process, uvicorn's too, to `stream` (standard error): as JSON, or for a person's eyes.

    `form` is ``json``, ``console``, or ``auto``: ``console`` on a terminal, else ``json``.
    """
    stream = sys.stderr if stream is None else stream
    if form == "auto":
        form = "console" if stream.isatty() else "json"
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Any = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out where uvicorn listens: the service says so itself, once."""
    return not str(record.msg).startswith("Uvicorn running on")


def fault(error: BaseException) -> dict[str, Any]:
    """Return what a log may say of `error`: its type and the code it came through, no message and no value."""
    frames = traceback.extract_tb(error.__traceback__)
    chain = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(chain) < 5:
        chain.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return {"error": chain, "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]}


class AccessLog:
    """Outermost layer: one line a request, an id for it, and the answer to a fault that nothing else caught."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = structlog.stdlib.get_logger("alentours.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        status, sent, began = 0, 0, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id.encode())]}
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        failed: dict[str, Any] = {}
        try:
            await self.app(scope, receive, sending)
        except ClientDisconnect:
            status = 499  # who asked has gone: nobody is left to answer
        except Exception as error:  # noqa: BLE001 — a bug's own words must reach neither the reader nor the log
            failed = fault(error)
            if status == 0:
                await problem_response(internal_problem(request_id))(scope, receive, sending)
        route = getattr(scope.get("route"), "path", None)
        write = self.log.error if failed else self.log.info
        write(
            "request",
            request_id=request_id,
            method=scope["method"],
            route=route,
            status=status,
            ms=round((time.perf_counter() - began) * 1000, 1),
            bytes=sent,
            **failed,
        )
