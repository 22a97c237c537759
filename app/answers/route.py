"""A way, told in French and in English."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.answers.attribution import attribution
from app.answers.geometry import DEGREE_DIGITS, degrees
from app.answers.place import place_answer
from app.answers.scores import Evidence, sources_of
from app.answers.slope import slope_of
from app.answers.way_words import LEGS, WAYS, Words, step_words
from app.validation import shown
from geo.catchment import service_stops
from geo.errors import FieldProblem, InvalidParameter, NoWay, OffNetwork
from geo.itinerary import Step
from geo.modes import Mode
from geo.projection import Projection
from geo.route import Leg, LegSort, Route, route
from geo.snapshot import Snapshot
from geo.standpoint import Standpoint, travel
from geo.travel import Stops

__all__ = ["route_answer"]

_LONGEST_MINUTES = 109


def route_answer(snapshot: Snapshot, here: Standpoint, goal: Standpoint | str, mode: str) -> dict[str, Any]:
    """Give the way from a place to another, or to the service of an id.

    Raises
    ------
    InvalidParameter
        When there is no such service.
    NoWay
        When no way leads to the goal.
    OffNetwork
        When no street is loaded near the service.
    """
    found: Route | None
    if isinstance(goal, Standpoint):
        found = _found(snapshot, mode, here, goal.stops, (goal.place.lon, goal.place.lat))
        row = None
    else:
        row, found = _to_service(snapshot, mode, here, goal)
    if found is None:
        raise NoWay(snapshot.modes[mode], _LONGEST_MINUTES)
    service = None if row is None else snapshot.memo("app.evidence", lambda: Evidence(snapshot))[row]
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": np.round(found.lonlat, DEGREE_DIGITS).tolist()},
        "properties": {
            "seconds": found.seconds,
            "metres": round(found.metres),
            "mode": mode,
            "slope": slope_of(snapshot, mode),
            "from": place_answer(snapshot, here.place),
            "to": place_answer(snapshot, goal.place) if isinstance(goal, Standpoint) else None,
            "service": service,
            "legs": [_leg(leg) for leg in found.legs if leg.ds or leg.sort is LegSort.STREET],
            "steps": [_step(found, step, snapshot.modes[mode]) for step in found.steps],
        },
        "snapshot": snapshot.id,
        "method_version": snapshot.method.version,
        "attribution": attribution(snapshot, () if service is None else sources_of(service)),
    }


def _found(
    snapshot: Snapshot, mode: str, here: Standpoint, targets: Stops, lonlat: tuple[float, float]
) -> Route | None:
    network = snapshot.networks[mode]
    projection = snapshot.memo(("projection", network.crs), lambda: Projection(network.crs))
    ends = (here.place.lon, here.place.lat), lonlat
    return route(travel(snapshot, mode), projection, snapshot.modes[mode], (here.stops, targets), ends)


def _to_service(snapshot: Snapshot, mode: str, here: Standpoint, service: str) -> tuple[int, Route | None]:
    """Go to the service where the field has it, so that the seconds are those of a score."""
    by_id: dict[str, int] = snapshot.memo("app.service_rows", lambda: _rows_by_id(snapshot))
    if service not in by_id:
        expected = "the id of a confirmed service, as /api/v1/services and scores give it"
        raise InvalidParameter(FieldProblem("service", f"{shown(service)} is not known", expected))
    row = by_id[service]
    known, field = snapshot.services.row(row), snapshot.fields[mode]
    rows = snapshot.services.ranges[known.category]
    own = field.services.row == row - rows.start
    own &= field.services.category == field.categories.index(known.category)
    if not own.any():
        raise OffNetwork(loaded=snapshot.is_loaded(known.lon, known.lat))
    targets = Stops(*(column[own] for column in service_stops(field)))
    return row, _found(snapshot, mode, here, targets, (known.lon, known.lat))


def _rows_by_id(snapshot: Snapshot) -> dict[str, int]:
    """Return the first row of each confirmed service: one site may give services of two categories."""
    ids = snapshot.services.arrow.column("id").to_pylist()
    return {ids[row]: row for row in reversed(range(len(ids))) if snapshot.services.confirmed[row]}


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        "sort": leg.sort.value,
        "label": _label(LEGS[leg.sort]),
        "seconds": leg.seconds,
        "metres": round(leg.metres),
    }


def _step(found: Route, step: Step, mode: Mode) -> dict[str, Any]:
    lon, lat = found.lonlat[step.vertex].tolist()
    return {
        "turn": step.turn.value,
        "text": _label(step_words(step, mode)),
        "name": step.title.name or None if step.title else None,
        "ref": step.title.ref or None if step.title else None,
        "way": {"sort": step.title.sort.value, "label": _label(WAYS[step.title.sort])} if step.title else None,
        "wait": step.wait.value if step.wait else None,
        "seconds": step.seconds,
        "slope_seconds": step.slope_ds / 10,
        "metres": round(step.metres),
        "lon": degrees(lon),
        "lat": degrees(lat),
    }


def _label(words: Words) -> dict[str, str]:
    return {"fr": words[0], "en": words[1]}
