"""What a request asks, read and checked before a handler runs: a handler gets what can be answered, or nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant

from app.scores import Asked, asked_of, choose_profile, read_pairs
from app.serving import Served
from app.settings import Settings
from geo.errors import FieldProblem, InvalidParameter
from geo.method import Profile

__all__ = [
    "DEFAULT_MODE",
    "AskedMode",
    "AskedPlace",
    "AskedProfile",
    "Configured",
    "Lat",
    "Lon",
    "Serves",
    "known_parameters_only",
    "near",
]

DEFAULT_MODE = "walk"


async def _served(request: Request) -> Served:
    """Return the snapshot that answers, taken once for the whole request."""
    now: Served = request.app.state.serving.now()
    return now


async def _settings(request: Request) -> Settings:
    given: Settings = request.app.state.settings
    return given


Serves = Annotated[Served, Depends(_served)]
Configured = Annotated[Settings, Depends(_settings)]


async def known_parameters_only(request: Request) -> None:
    """Refuse a parameter that the operation does not have, or that stands twice: a slip would pass for an answer.

    Raises
    ------
    InvalidParameter
        Names each, with the nearest right one.
    """
    if not request.scope["query_string"]:
        return
    known = list(_parameters(request.scope["route"].dependant))
    asked = [name for name, _ in request.query_params.multi_items()]
    problems = [
        FieldProblem(name, "stands more than once", "one value")
        if name in known
        else FieldProblem(name[:60], "is no parameter of this operation", near(name, known))
        for name in dict.fromkeys(asked)
        if name not in known or asked.count(name) > 1
    ]
    if problems:
        raise InvalidParameter(*problems)


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def near(name: str, known: Sequence[str]) -> str:
    """Say what was expected instead of `name`: the one that it resembles, else all that there are."""
    like = difflib.get_close_matches(name, known, n=1)
    if like:
        return f"{like[0]!r}?"
    return f"one of {', '.join(known)}" if known else "nothing"


_LON = Query(allow_inf_nan=False, description="Longitude, degrees (WGS 84), -180 to 180.", examples=[4.425])
_LAT = Query(allow_inf_nan=False, description="Latitude, degrees (WGS 84), -90 to 90.", examples=[46.806])
Lon = Annotated[float, _LON]
Lat = Annotated[float, _LAT]


async def _asked_place(
    now: Serves,
    lon: Annotated[float | None, _LON] = None,
    lat: Annotated[float | None, _LAT] = None,
    address: Annotated[
        str | None,
        Query(description="An address in words, instead of `lon` and `lat`.", examples=["12 rue de la Gare"]),
    ] = None,
) -> Asked:
    return asked_of(now.snapshot, lon, lat, address)


async def _asked_mode(now: Serves, mode: Annotated[str, Query(description="How one goes.")] = DEFAULT_MODE) -> str:
    return now.snapshot.require_mode(mode).id


async def _asked_profile(
    now: Serves,
    profile: Annotated[str | None, Query(description="Whose weights count; `/profiles` lists them.")] = None,
    weights: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="Own weights instead of the profile's: `family:number,…`, brought to a sum of 100.",
            examples=["shopping:3,health:2,transport:1"],
        ),
    ] = None,
    cutoffs: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="Own cut-offs in minutes (1 to 60), by category or range: `education.college:20,proximite:10`. "
            "/ Ses propres durées maximales, en minutes, par catégorie ou par gamme.",
            examples=["education.college:20,proximite:10"],
        ),
    ] = None,
) -> Profile:
    own_weights = None if weights is None else read_pairs(weights, "weights")
    own_cutoffs = None if cutoffs is None else read_pairs(cutoffs, "cutoffs")
    return choose_profile(now.snapshot, profile, own_weights, own_cutoffs)


AskedPlace = Annotated[Asked, Depends(_asked_place)]
AskedMode = Annotated[str, Depends(_asked_mode)]
AskedProfile = Annotated[Profile, Depends(_asked_profile)]
