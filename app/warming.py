"""Answer once what anybody may ask, before anybody asks: the first request shall be as quick as the second.

What the first of a kind would open, index or load stays for the others: arrays mapped from files, machine code from
the kernels' cache, tables by id. Nothing is compiled here that the set-up has compiled (``geo.warmup``).
"""

from __future__ import annotations

import contextlib

from fastapi import FastAPI

from app.answers.isochrone import isochrone_answer
from app.answers.route import route_answer
from app.answers.scores import score_answer
from app.responses import json_bytes
from geo.errors import AlentoursError
from geo.projection import Projection
from geo.scoring import Place, Score, score
from geo.snapshot import Snapshot
from geo.standpoint import Standpoint, place_sweep, stand, travel
from geo.travel import Direction

__all__ = ["lay_out", "warm"]


def lay_out(app: FastAPI) -> None:
    """Have the routes laid out, which otherwise waits for the first request that looks for its own."""
    nowhere = {"type": "http", "method": "GET", "path": "/api/v1/", "root_path": "", "headers": []}
    for route in app.routes:
        route.matches(dict(nowhere))


def warm(snapshot: Snapshot) -> None:
    """Answer, in every mode, a score, a way, an isochrone of a minute, and times from and to a place."""
    for mode in snapshot.modes:
        places = _ends_of_a_street(snapshot, mode)
        with contextlib.suppress(AlentoursError):  # no street, or none that leads from one to the other
            _answer(snapshot, mode, places)


def _answer(snapshot: Snapshot, mode: str, places: list[Place]) -> None:
    profile = next(iter(snapshot.profiles.values()))
    for scored in (*score(snapshot, places[:1], mode, profile), *score(snapshot, places, mode, profile)):
        if isinstance(scored, Score):
            json_bytes(score_answer(snapshot, scored))
    found = [here for here in stand(snapshot, mode, places) if isinstance(here, Standpoint)]
    for here in found:
        for direction in Direction:
            json_bytes(isochrone_answer(snapshot, here, mode, direction, [1.0]))
            times = travel(snapshot, mode).sweep(place_sweep(snapshot, mode), here.stops, direction, 0)
            times.door_to_door_ds(here.stops)
        json_bytes(route_answer(snapshot, found[0], here, mode))


def _ends_of_a_street(snapshot: Snapshot, mode: str) -> list[Place]:
    network = snapshot.networks[mode]
    ends = [end[0] for end in (network.edge_from, network.edge_to) if network.edges]
    lon, lat = Projection(network.crs).to_lonlat(*network.junction_xy_m[ends].T)
    return [Place(*position) for position in zip(lon.tolist(), lat.tolist(), strict=True)]
