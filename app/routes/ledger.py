"""The accounts: where every row went, the rows that were refused, and what the checks before publication found."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.answers.ledger import finding_csv, finding_rows, ledger_csv, reject_csv, reject_page
from app.answers.meta import ledger_rows
from app.deps import Serves, known_parameters_only
from app.paging import next_link, row_of
from app.responses import SHARED, Json, etag_of, json_bytes, not_modified
from app.schemas import FindingRow, LedgerRow, RejectPage
from geo.errors import FieldProblem, InvalidParameter, one_of
from geo.findings import Outcome
from geo.snapshot import Snapshot

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["meta"], dependencies=[Depends(known_parameters_only)])

MAX_LIMIT = 1000
Form = Literal["json", "csv"]
AskedForm = Annotated[Form, Query(alias="format", description="`csv`: a table.")]
_OUTCOMES = [outcome.value for outcome in Outcome]
AskedOutcome = Annotated[
    str | None, Query(description="`pass`, `warn` or `fail`: those alone.", json_schema_extra={"enum": _OUTCOMES})
]
_CSV = {"text/csv": {"schema": {"type": "string"}}}


@router.get(
    "/ledger",
    summary="Where every row went",
    response_class=Json,
    responses={200: {"model": list[LedgerRow], "content": _CSV}},
)
async def ledger(request: Request, now: Serves, form: AskedForm = "json") -> Response:
    """Account for every row of every source: kept, merged, out of scope, or rejected with a code."""
    snapshot = now.snapshot
    etag = etag_of(snapshot.id, "ledger", form)
    held = not_modified(request, etag, SHARED)
    if held is not None:
        return held
    if form == "csv":
        return _table(ledger_csv(snapshot), f"alentours-{snapshot.territory.code}-ledger.csv", etag)
    body = now.once("ledger", lambda: json_bytes(ledger_rows(snapshot)))
    return Json(body, headers={"ETag": etag, "Cache-Control": SHARED})


@router.get(
    "/rejects",
    summary="Rows that were refused",
    response_class=Json,
    responses={200: {"model": RejectPage, "content": _CSV}},
)
async def rejects(
    request: Request,
    now: Serves,
    source: Annotated[str | None, Query(description="Id of one source.")] = None,
    code: Annotated[str | None, Query(description="One code, as `ledger` counts them.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows on a page of JSON.")] = 100,
    cursor: Annotated[str | None, Query(description="Where the page begins; taken from `links`.")] = None,
    form: AskedForm = "json",
) -> Response:
    """List the refused rows with code, file, line and the value that was refused; as a table, all of them at once."""
    snapshot = now.snapshot
    _require(snapshot, source, code)
    etag = etag_of(snapshot.id, "rejects", request.url.query)
    held = not_modified(request, etag, SHARED)
    if held is not None:
        return held
    found = snapshot.refusals.select(source, code)
    if form == "csv":
        name = "-".join(filter(None, ["alentours", snapshot.territory.code, "rejects", source, code]))
        return _table(reject_csv(snapshot, snapshot.refusals.rows(found.tolist())), f"{name}.csv", etag)
    begin = 0 if cursor is None else int(np.searchsorted(found, row_of(snapshot, cursor)))
    page = reject_page(snapshot, snapshot.refusals.rows(found[begin : begin + limit].tolist()), len(found))
    if begin + limit < len(found):
        page["links"].append(next_link(request, snapshot, int(found[begin + limit]), "application/json"))
    return Json(json_bytes(page), headers={"ETag": etag, "Cache-Control": SHARED})


@router.get(
    "/findings",
    summary="What the checks before publication found",
    response_class=Json,
    responses={200: {"model": list[FindingRow], "content": _CSV}},
)
async def findings(request: Request, now: Serves, outcome: AskedOutcome = None, form: AskedForm = "json") -> Response:
    """List what each check of the build came to; a failure among them was accepted by somebody, with a reason.

    Empty when the snapshot was built before this was kept: then nobody can say what was checked.
    """
    snapshot = now.snapshot
    if outcome is not None and outcome not in _OUTCOMES:
        raise InvalidParameter(FieldProblem("outcome", "is no outcome of a check", one_of(outcome, _OUTCOMES)))
    # findings stand beside the snapshot: the same id, built anew, may have others
    etag = etag_of(snapshot.id, snapshot.built_at, "findings", outcome or "", form)
    held = not_modified(request, etag, SHARED)
    if held is not None:
        return held
    found = [judged for judged in snapshot.findings if outcome in (None, judged.finding.outcome)]
    if form == "csv":
        name = "-".join(filter(None, ["alentours", snapshot.territory.code, "findings", outcome]))
        return _table(finding_csv(snapshot, found), f"{name}.csv", etag)
    return Json(json_bytes(finding_rows(found)), headers={"ETag": etag, "Cache-Control": SHARED})


def _require(snapshot: Snapshot, source: str | None, code: str | None) -> None:
    """Refuse a source or a code that the snapshot does not know: a slip would pass for "nothing was refused"."""
    known = [record.id for record in snapshot.sources]
    if source is not None and source not in known:
        raise InvalidParameter(FieldProblem("source", "is no source of this snapshot", one_of(source, known)))
    codes = sorted({name for record in snapshot.sources for name in record.rejects})
    if code is not None and code not in codes:
        expected = one_of(code, codes) if codes else "none: nothing was refused"
        raise InvalidParameter(FieldProblem("code", "is no code of a refused row here", expected))


def _table(text: str, name: str, etag: str) -> Response:
    headers = {"ETag": etag, "Cache-Control": SHARED, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)
