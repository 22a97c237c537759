"""Sheets of addresses and of points, geocoded row by row in the national geocoder's form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from app.deps import Configured, Serves, near
from app.form import Form, read_form
from app.sheet import Sheet, read_sheet, write_sheet
from app.sheet_geocoding import REVERSE_COLUMNS, SEARCH_COLUMNS, SheetQuestion, near_points, search_rows
from geo.errors import FieldProblem, InvalidParameter

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["places"])

_SHEET_FIELDS = ("data", "encoding", "delimiter", "with_bom", "result_columns")
_SEARCH_FIELDS = (*_SHEET_FIELDS, "columns", "postcode", "citycode", "type", "lon", "lat")
_REPEATED = ("columns", "result_columns")
_TEXT, _TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
_ABOUT_SHEET: dict[str, Any] = {
    "data": {"type": "string", "format": "binary", "description": "The file, comma-separated, its first row a header."},
    "encoding": {**_TEXT, "description": "Its encoding; else UTF-8, or the one of Windows."},
    "delimiter": {**_TEXT, "description": "One character; else the one that the header holds most of: , ; tab |."},
    "with_bom": {**_TEXT, "description": "true: begin with a mark by which a spreadsheet knows UTF-8."},
    "result_columns": {**_TEXTS, "description": "Only these columns are added."},
}
_ABOUT_SEARCH: dict[str, Any] = {
    **_ABOUT_SHEET,
    "columns": {**_TEXTS, "description": "Columns whose cells make the address, in this order; else all."},
    "postcode": {**_TEXT, "description": "The column of a postcode that an answer must have."},
    "citycode": {**_TEXT, "description": "The column of an INSEE code that an answer must have."},
    "type": {**_TEXT, "description": "The column of a type that an answer must have."},
    "lon": {**_TEXT, "description": "The column of a longitude to look near, with lat."},
    "lat": {**_TEXT, "description": "The column of a latitude to look near, with lon."},
}
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "The same rows with more columns.", "content": {"text/csv": {"schema": _TEXT}}}
}


def _form_of(about: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": dict(about), "required": ["data"]}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/search/csv",
    summary="Addresses of a sheet by words",
    response_class=Response,
    responses=_CSV,
    openapi_extra=_form_of(_ABOUT_SEARCH),
)
async def search_sheet(request: Request, now: Serves, settings: Configured) -> Response:
    """Geocode each row of a sheet; rows without an answer stay, and `result_status` says why they have none."""
    form = await read_form(request, settings.max_body_bytes)
    _known(form, _SEARCH_FIELDS)
    asked = SheetQuestion(
        words=_several(form, "columns"),
        postcode=_one(form, "postcode"),
        citycode=_one(form, "citycode"),
        kind=_one(form, "type"),
        lon=_one(form, "lon"),
        lat=_one(form, "lat"),
    )
    addresses, bbox = now.snapshot.addresses, now.snapshot.territory.bbox
    return await _answer(
        form, settings.max_places, SEARCH_COLUMNS, lambda sheet: search_rows(addresses, sheet, asked, bbox)
    )


@router.post(
    "/reverse/csv",
    summary="Addresses near the points of a sheet",
    response_class=Response,
    responses=_CSV,
    openapi_extra=_form_of(_ABOUT_SHEET),
)
async def reverse_sheet(request: Request, now: Serves, settings: Configured) -> Response:
    """Give the address nearest to each row's `lon` and `lat` (or `longitude` and `latitude`), within 5 km."""
    form = await read_form(request, settings.max_body_bytes)
    _known(form, _SHEET_FIELDS)
    addresses, bbox = now.snapshot.addresses, now.snapshot.territory.bbox
    return await _answer(form, settings.max_places, REVERSE_COLUMNS, lambda sheet: near_points(addresses, sheet, bbox))


async def _answer(
    form: Form, most_rows: int, columns: Sequence[str], found: Callable[[Sheet], Iterable[Mapping[str, str]]]
) -> Response:
    """Read the sheet, geocode it beside the service's other work, and send it back under its name."""
    file = form.file("data")
    more = _several(form, "result_columns") or columns
    if unknown := [name for name in more if name not in columns]:
        raise InvalidParameter(
            *(FieldProblem("result_columns", f"{n[:60]!r} is none", near(n, columns)) for n in unknown)
        )
    with_bom = _one(form, "with_bom").lower() in {"true", "1", "yes"}

    def work() -> tuple[bytes, str]:
        sheet = read_sheet(file.content, most_rows, _one(form, "encoding") or None, _one(form, "delimiter") or None)
        return write_sheet(sheet, more, found(sheet), with_bom=with_bom), sheet.encoding

    written, encoding = await run_in_threadpool(work)
    name = quote(f"{PurePath(file.filename or 'addresses').stem}.geocoded.csv")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(written, media_type=f"text/csv; charset={encoding}", headers=headers)


def _known(form: Form, known: Sequence[str]) -> None:
    names = [field.name for field in form.fields]
    problems = [
        FieldProblem(name, "stands more than once", "one value")
        if name in known
        else FieldProblem(name[:60], "is no field of this operation", near(name, known))
        for name in dict.fromkeys(names)
        if name not in known or (names.count(name) > 1 and name not in _REPEATED)
    ]
    if problems:
        raise InvalidParameter(*problems)


def _one(form: Form, name: str) -> str:
    return next((field.text.strip() for field in form.fields if field.name == name), "")


def _several(form: Form, name: str) -> tuple[str, ...]:
    return tuple(field.text.strip() for field in form.fields if field.name == name and field.content.strip())
