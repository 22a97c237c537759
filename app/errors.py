"""The one table from what went wrong to what HTTP says of it: problem documents after RFC 9457.

Every refusal of the service has the same shape, whoever found the fault: the domain, the framework's own validation,
the router, or a bug. A bug's own words never leave the house.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from app.validation import field_problems
from geo.errors import (
    AlentoursError,
    AmbiguousAddress,
    FieldProblem,
    InvalidParameter,
    NoSnapshot,
    NoWay,
    OffNetwork,
    SnapshotCorrupt,
    UnknownAddress,
)

__all__ = [
    "INTERNAL",
    "KINDS",
    "BodyTooLarge",
    "InvalidJson",
    "Kind",
    "PagesNotBuilt",
    "install",
    "internal_problem",
    "kind_of",
    "kinds",
    "problem_of",
    "problem_response",
]

MEDIA_TYPE = "application/problem+json"


class BodyTooLarge(AlentoursError):
    """The body of the request holds more bytes than the operator allows."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"the body holds more than {most_bytes} bytes: send several smaller ones")


class InvalidJson(AlentoursError):
    """The body of the request is not JSON; says where it stops being so."""


class PagesNotBuilt(AlentoursError):
    """The pages have not been built; the API serves all the same."""

    def __init__(self) -> None:
        super().__init__("the pages are not built here: run 'make run', or use the API under /api/v1")


@dataclass(frozen=True, slots=True)
class Kind:
    """What HTTP says of one kind of error."""

    id: str
    """Last part of the problem's ``type``: ``/problems/<id>``."""
    status: int
    title: str
    """One line, the same for every occurrence."""
    meaning: str
    """What happened and what to do, for the page behind ``/problems/<id>``."""
    french: str = ""
    """The same in French, of problems that readers of the pages meet."""


KINDS: Mapping[type[AlentoursError], Kind] = {
    InvalidParameter: Kind(
        "invalid_parameter",
        422,
        "A parameter cannot be accepted",
        "One or several inputs cannot be accepted. `errors` names each field, what is wrong and what would be right.",
    ),
    UnknownAddress: Kind(
        "unknown_address",
        404,
        "No such address",
        "No address of the loaded territory answers to these words. `candidates` may hold near ones: choose one, "
        "or send lon and lat.",
    ),
    AmbiguousAddress: Kind(
        "ambiguous_address",
        422,
        "Several addresses answer",
        "Several addresses answer equally well. `candidates` holds them: send the label of one, or its lon and lat.",
    ),
    OffNetwork: Kind(
        "off_network",
        422,
        "No loaded streets here",
        "The place lies beyond the streets that are loaded, so nothing can be said of its minutes. This is no zero. "
        "`loaded` is true where the streets around are loaded, and none of them is within 300 m.",
    ),
    NoWay: Kind(
        "no_way",
        422,
        "No way leads there",
        "Both places lie on loaded streets, and no way leads from one to the other by this mode within 109 minutes: "
        "an island, a street that the mode may not use, or too far. This is no zero. `text` says so in French and in "
        "English; `from` and `to` the other way round may have an answer.",
        "Les deux lieux sont au bord de rues chargées, mais aucun chemin ne mène de l’un à l’autre par ce mode en "
        "109 minutes : une île, une rue fermée à ce mode, ou trop loin. Ce n’est pas un zéro. Dans l’autre sens, il "
        "peut y avoir une réponse.",
    ),
    NoSnapshot: Kind(
        "no_snapshot",
        503,
        "Nothing is published",
        "No snapshot of the territory is published yet. The operator builds one with `alentours build`.",
    ),
    SnapshotCorrupt: Kind(
        "snapshot_corrupt",
        503,
        "The published data is damaged",
        "A published file is missing or not what its manifest says. The operator publishes another snapshot.",
    ),
    InvalidJson: Kind(
        "invalid_json",
        400,
        "The body is not JSON",
        "The body of the request cannot be read as JSON. `detail` says where it stops being so.",
    ),
    BodyTooLarge: Kind(
        "body_too_large",
        413,
        "The body is too large",
        "The body of the request holds more bytes than the operator allows. Send several smaller ones.",
    ),
    PagesNotBuilt: Kind(
        "pages_not_built",
        503,
        "The pages are not built",
        "The service runs without its pages. The API under /api/v1 serves all the same.",
    ),
}

INTERNAL = Kind(
    "internal",
    500,
    "The service failed",
    "A fault of the service, not of the request. The operator finds it in the log under the request's id.",
)
NOT_FOUND = Kind(
    "not_found", 404, "Nothing is here", "No page and no operation has this address. /docs lists the operations."
)
NOT_ALLOWED = Kind(
    "method_not_allowed",
    405,
    "Not this way",
    "The address exists, but not for this method. `Allow` lists those it takes.",
)
OTHER_KINDS = (INTERNAL, NOT_FOUND, NOT_ALLOWED)


def kind_of(error: AlentoursError) -> Kind:
    """Return what HTTP says of `error`: by its class, or the nearest above it; else it is a fault of the service."""
    return next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), INTERNAL)


def problem_of(error: AlentoursError) -> dict[str, Any]:
    """Return the problem document of `error`; a batch puts it in the place of the row that failed."""
    kind = kind_of(error)
    if kind is INTERNAL:
        return _document(INTERNAL, INTERNAL.meaning)
    problem = _document(kind, str(error))
    if isinstance(error, InvalidParameter):
        problem["errors"] = [_field(p) for p in error.problems]
    elif isinstance(error, AmbiguousAddress | UnknownAddress):
        problem["reason"] = error.reason
        problem["candidates"] = [_candidate(match) for match in error.candidates]
    elif isinstance(error, NoWay):
        problem["text"] = {"fr": error.french, "en": error.english}
    elif isinstance(error, OffNetwork):
        problem["place"] = error.place or None
        problem["loaded"] = error.loaded
        problem["off_m"] = round(error.off_m) if error.off_m is not None and math.isfinite(error.off_m) else None
    return problem


def problem_response(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return `problem` as an answer of its own status."""
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(problem), status_code=problem["status"], headers=kept, media_type=MEDIA_TYPE)


def internal_problem(request_id: str) -> dict[str, Any]:
    """Return what a bug says of itself: where the operator will find it, and nothing else."""
    return _document(INTERNAL, f"{INTERNAL.meaning[:-1]} {request_id}.")


def install(app: FastAPI) -> None:
    """Give every error of `app` the one shape."""
    app.add_exception_handler(AlentoursError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_domain_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, AlentoursError) or kind_of(error) is INTERNAL:
        raise error  # the access log answers for faults of the service, with the request's id
    return problem_response(problem_of(error))


async def _on_validation_error(_: Request, error: Exception) -> Response:
    problems = field_problems(error.errors() if isinstance(error, RequestValidationError) else [])
    return problem_response(problem_of(InvalidParameter(*problems)))


async def _on_http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    kind = {404: NOT_FOUND, 405: NOT_ALLOWED}.get(status)
    if kind is None:
        kind = Kind(f"http_{status}", status, "The request cannot be answered", "See the status.")
    detail = {
        404: "no operation and no page has this address; /docs lists the operations",
        405: f"{request.method} is not for this address; it takes {headers.get('Allow', 'other methods')}",
    }.get(status, kind.meaning)
    return problem_response(_document(kind, detail), headers)


def _document(kind: Kind, detail: str) -> dict[str, Any]:
    return {"type": f"/problems/{kind.id}", "title": kind.title, "status": kind.status, "detail": detail}


def _field(problem: FieldProblem) -> dict[str, str]:
    return {"field": problem.field, "problem": problem.problem, "expected": problem.expected}


def _candidate(match: Any) -> dict[str, Any]:
    """Return what is needed to choose a candidate, and to ask again with it."""
    return {
        "id": match.id,
        "label": match.label,
        "type": str(match.type),
        "lon": match.lon,
        "lat": match.lat,
        "insee": match.insee,
        "score": round(match.score, 4),
    }


def kinds() -> Sequence[Kind]:
    """Return every kind of problem that the service can answer with."""
    return (*KINDS.values(), *OTHER_KINDS)
