"""A small place that no extract is at hand for: found by osmnx, its streets and services brought by Overpass.

The place lies in a département, whose ground and official sources it uses; OpenStreetMap's three sources are asked of
Overpass instead. What is built of it is kept apart, so that a département's own snapshot goes on serving.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import ConfigurationError, FieldProblem, InvalidParameter, SourceUnavailable
from geo.taxonomy import Taxonomy
from ingest.catalogue import Expect, Source
from ingest.settings import BuildSettings
from ingest.source_files import find_source
from ingest.territories import Department, Departments

__all__ = ["Box", "Locate", "Place", "department_of", "find_place", "locate", "sources_of", "with_folders_of"]

Box = tuple[float, float, float, float]
"""West, south, east, north; degrees, WGS 84."""
Locate = Callable[[str], Box]
"""Gives the box of a place by its name."""

_OF_OSM = ("osm_services", "osm_addresses", "osm_streets")
_MARGIN_M = 2_000.0
"""Around the place: who lives at its edge goes to the neighbour's baker."""
_LONGEST_M = 40_000.0
_METRES_A_DEGREE = 111_320.0
_GRID_DEG = 0.001
"""Boxes end on this grid, so that a border redrawn by a metre asks the same."""
_PATIENCE_S = 25
"""Overpass gives up before who asked it stops listening, and says so."""
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Place:
    """A named place in a département."""

    name: str
    department: Department
    box: Box
    """With the margin."""

    @property
    def slug(self) -> str:
        """Its name as a folder may be called: ``pont-de-veyle-ain``."""
        return "-".join(re.findall(r"[a-z0-9]+", _plain(self.name)))

    @property
    def query(self) -> str:
        """What Overpass is asked: all that stands in the box, ways and areas with all their nodes."""
        west, south, east, north = self.box
        return (
            f"[out:xml][timeout:{_PATIENCE_S}][bbox:{south:.3f},{west:.3f},{north:.3f},{east:.3f}];"
            '(node;way;relation["type"~"^(restriction|multipolygon|associatedStreet)"];)->.all;'
            "(.all;.all>;);out body;"
        )


def find_place(name: str, territory: str, departments: Departments, locate: Locate) -> Place:
    """Find a place and the département that it lies in.

    Parameters
    ----------
    territory
        Code of the département; empty: the name says it after a comma, "Pont-de-Veyle, Ain".

    Raises
    ------
    InvalidParameter
        When the name has no letter, nothing says the département, or the place is no small one.
    SourceUnavailable
        When nobody can say where it lies.
    """
    department = departments.require(territory) if territory else department_of(name, departments)
    whole = name if "," in name else f"{name}, {department.name}"
    place = Place(whole, department, _widened(locate(whole)))
    if not place.slug:
        raise InvalidParameter(FieldProblem("place", f"{name!r} is no name", 'a name, such as "Pont-de-Veyle, Ain"'))
    width_m, height_m = _sides_m(place.box)
    if max(width_m, height_m) > _LONGEST_M:
        spans = f"{name} spans {width_m / 1_000:.0f} × {height_m / 1_000:.0f} km"
        expected = f"a place of {_LONGEST_M / 1_000:.0f} km at most: what is larger has extracts"
        raise InvalidParameter(FieldProblem("place", spans, expected))
    return place


def department_of(name: str, departments: Departments) -> Department:
    """Return the département that a place's name ends in.

    Raises
    ------
    InvalidParameter
        When no part after a comma is one.
    """
    by_name = {_plain(department.name): department for department in departments.values()}
    for part in reversed(name.split(",")[1:]):
        if (found := by_name.get(_plain(part))) is not None:
            return found
    expected = 'the département after a comma ("Pont-de-Veyle, Ain"), or its code before: build 01 --place …'
    raise InvalidParameter(FieldProblem("place", f"{name!r} names no département", expected))


def locate(name: str, geocode: Callable[[str], Any] | None = None, wait_s: float = 60.0) -> Box:
    """Ask osmnx, which asks Nominatim, where a place lies.

    Parameters
    ----------
    geocode
        Gives a GeoDataFrame by a place's name; None: :func:`osmnx.geocode_to_gdf`.
    wait_s
        How long it may take in all: osmnx itself asks a server that is busy again without end.

    Raises
    ------
    ConfigurationError
        When osmnx is not installed.
    SourceUnavailable
        When nobody answers, or knows an area of this name.
    """
    ask = geocode or _geocoder()
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(ask(f"{name}, France"))
        except Exception as error:  # noqa: BLE001 - judged below, in the caller's thread
            found.append(error)

    waiting = threading.Thread(target=run, daemon=True)
    waiting.start()
    waiting.join(wait_s)
    answer = found[0] if found else TimeoutError(f"no answer within {wait_s:.0f} s")
    if isinstance(answer, OSError):  # those of the connection are of this kind
        said = str(answer) if isinstance(answer, TimeoutError) else type(answer).__name__
        raise SourceUnavailable("nominatim", f"does not answer where {name} lies ({said})") from answer
    if isinstance(answer, ValueError | TypeError):  # as are osmnx's own
        raise SourceUnavailable("nominatim", f"knows no area called {name} ({answer})") from answer
    if isinstance(answer, Exception):
        raise answer
    west, south, east, north = map(float, answer.total_bounds)
    return west, south, east, north


def _geocoder() -> Callable[[str], Any]:
    try:
        import osmnx  # noqa: PLC0415 - an extra: only places ask for it
    except ImportError as error:
        raise ConfigurationError(
            "a place is found by osmnx, which is not installed: scripts/setup test adds it to a clone's environment, "
            "pip install alentours[place] to another"
        ) from error
    osmnx.settings.requests_timeout, osmnx.settings.use_cache = _TIMEOUT_S, False
    geocode: Callable[[str], Any] = osmnx.geocode_to_gdf
    return geocode


def sources_of(place: Place, declared: Sequence[Source], settings: BuildSettings, taxonomy: Taxonomy) -> list[Source]:
    """Return a département's sources, with OpenStreetMap's asked of Overpass for the place alone.

    The three of them ask the same, so that they are fetched once. None is complete: nobody has looked.
    """
    others = [source for source in declared if source.reader not in _OF_OSM]
    instead = {
        "url": settings.overpass_url,
        "protocol": "overpass",
        "dataset": place.query,
        "mirror": (),
        "territories": (place.department.code,),
        "complete": (),
        "expect": Expect(),
    }
    folder = settings.data / "sources"
    asked = [find_source(folder, name, taxonomy).model_copy(update=instead) for name in _OF_OSM]
    return sorted([*others, *asked], key=lambda source: source.id)


def with_folders_of(place: Place, settings: BuildSettings) -> BuildSettings:
    """Return settings by which what is made of a place is kept apart from its département's, in an embedded store."""

    def below(folder: Path) -> Path:
        return folder / "places" / place.slug

    apart = {"snapshots": below(settings.snapshots), "store": below(settings.store), "cache": below(settings.cache)}
    return settings.model_copy(update={**apart, "database_url": ""})


def _plain(text: str) -> str:
    """Return a name without accents, case or typographic signs."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("’", "'").replace("œ", "oe"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()


def _widened(box: Box) -> Box:
    west, south, east, north = box
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise SourceUnavailable("nominatim", f"{box} is no box on the ground")
    up = _MARGIN_M / _METRES_A_DEGREE
    across = up / math.cos(math.radians((south + north) / 2))
    low_x, low_y = (math.floor(edge / _GRID_DEG) * _GRID_DEG for edge in (west - across, south - up))
    high_x, high_y = (math.ceil(edge / _GRID_DEG) * _GRID_DEG for edge in (east + across, north + up))
    return low_x, low_y, high_x, high_y


def _sides_m(box: Box) -> tuple[float, float]:
    west, south, east, north = box
    across = math.cos(math.radians((south + north) / 2))
    return (east - west) * across * _METRES_A_DEGREE, (north - south) * _METRES_A_DEGREE
