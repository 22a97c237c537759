"""Addresses of a sheet found by words, and addresses near its points: the national geocoder's columns, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.sheet import Sheet
from geo.coordinates import require_lonlat
from geo.errors import AlentoursError, FieldProblem, InvalidParameter
from geo.geocoding import AddressIndex, Match
from geo.places import Position

__all__ = ["REVERSE_COLUMNS", "SEARCH_COLUMNS", "SheetQuestion", "near_points", "search_rows"]

BBox = tuple[float, float, float, float]
"""West, south, east, north of the territory: a point is refused whose coordinates seem exchanged."""

_RESULT = (
    "result_label", "result_score", "result_type", "result_id", "result_housenumber", "result_name", "result_street",
    "result_postcode", "result_city", "result_context", "result_citycode", "result_status",
)  # fmt: skip
SEARCH_COLUMNS = ("longitude", "latitude", *_RESULT[:2], "result_score_next", *_RESULT[2:])
REVERSE_COLUMNS = ("result_longitude", "result_latitude", "result_distance", *_RESULT)
_LON, _LAT = ("longitude", "lon", "lng", "long", "x"), ("latitude", "lat", "y")


@dataclass(frozen=True)
class SheetQuestion:
    """Which columns of a sheet say what."""

    words: Sequence[str] = ()
    """Their cells, in this order, are the words of an address; empty = all."""
    postcode: str = ""
    citycode: str = ""
    kind: str = ""
    lon: str = ""
    lat: str = ""
    """Names of columns that narrow or bias a row's answer; empty = none."""


def search_rows(addresses: AddressIndex, sheet: Sheet, asked: SheetQuestion, bbox: BBox) -> Iterator[Mapping[str, str]]:
    """Yield what each row's address answers to, with ``result_status``.

    ``ok``; ``not-found``; ``skipped`` of a row without words; ``error`` of one whose type or position cannot be read.

    Raises
    ------
    InvalidParameter
        At once, when a column that was named is not there.
    """
    words = [sheet.position(name, "columns") for name in asked.words] or list(range(len(sheet.columns)))
    names = {
        "postcode": asked.postcode,
        "citycode": asked.citycode,
        "type": asked.kind,
        "lon": asked.lon,
        "lat": asked.lat,
    }
    narrow = {field: sheet.position(name, field) for field, name in names.items() if name}
    return (_searched(addresses, row, words, narrow, bbox) for row in sheet.rows)


def near_points(addresses: AddressIndex, sheet: Sheet, bbox: BBox) -> Iterator[Mapping[str, str]]:
    """Yield the address nearest to each row's point, by its columns ``lon`` and ``lat`` (or the words written out).

    Raises
    ------
    InvalidParameter
        At once, when the sheet has no such columns.
    """
    lon, lat = sheet.first_of(_LON), sheet.first_of(_LAT)
    if lon is None or lat is None:
        raise InvalidParameter(FieldProblem("data", "has no columns lon and lat", "a header with lon and lat"))
    return (_reversed(addresses, row[lon], row[lat], bbox) for row in sheet.rows)


def _searched(
    addresses: AddressIndex, row: Sequence[str], words: Sequence[int], narrow: Mapping[str, int], bbox: BBox
) -> Mapping[str, str]:
    text = " ".join(filter(None, (row[place].strip() for place in words)))
    if not text:
        return {"result_status": "skipped"}
    given = {field: row[place].strip() for field, place in narrow.items()}
    try:
        kinds = [Position(given["type"])] if given.get("type") else None
        point = _point(given["lon"], given["lat"], bbox) if given.get("lon") and given.get("lat") else None
    except (ValueError, AlentoursError):
        return {"result_status": "error"}
    found = addresses.search(
        text, 2, kinds, postcode=given.get("postcode") or None, citycode=given.get("citycode") or None, near=point
    )
    if not found:
        return {"result_status": "not-found"}
    after = f"{found[1].score:.2f}" if len(found) > 1 else ""
    return {**_cells(found[0]), **_where(found[0], ""), "result_score_next": after}


def _reversed(addresses: AddressIndex, lon: str, lat: str, bbox: BBox) -> Mapping[str, str]:
    if not lon.strip() and not lat.strip():
        return {"result_status": "skipped"}
    try:
        found = addresses.reverse(*_point(lon, lat, bbox))
    except (ValueError, AlentoursError):
        return {"result_status": "error"}
    if not found:
        return {"result_status": "not-found"}
    distance = "" if found[0].distance_m is None else f"{found[0].distance_m:.0f}"
    return {**_cells(found[0]), **_where(found[0], "result_"), "result_distance": distance}


def _point(lon: str, lat: str, bbox: BBox) -> tuple[float, float]:
    point = float(lon.replace(",", ".")), float(lat.replace(",", "."))
    require_lonlat(*point, bbox)
    return point


def _where(match: Match, prefix: str) -> Mapping[str, str]:
    return {f"{prefix}longitude": f"{match.lon:.6f}", f"{prefix}latitude": f"{match.lat:.6f}"}


def _cells(match: Match) -> Mapping[str, str]:
    return {
        "result_label": match.label,
        "result_score": f"{match.score:.2f}",
        "result_type": match.type.value,
        "result_id": match.id,
        "result_housenumber": match.number,
        "result_name": match.name,
        "result_street": match.street,
        "result_postcode": match.postcode,
        "result_city": match.commune,
        "result_context": match.context,
        "result_citycode": match.insee,
        "result_status": "ok",
    }
