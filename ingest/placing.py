"""Where each row is shown: its coordinates held against the commune that it declares, or its address in their place.

Coordinates stand as they are while they lie in the declared commune, or no farther outside of its contour than the
source's ``beside_commune_m``. Beyond that one of the two is wrong: the address decides when it is known here, and the
row is a reject when it is not. Codes and rules are told in ``docs/rejects.md``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.places import Precision
from geo.projection import Projection
from ingest.catalogue import Source
from ingest.connectors.table import Table
from ingest.declared import Declared, department_of, read_declared
from ingest.known_places import KnownPlaces, read_identifiers
from ingest.ledger import RejectCode
from ingest.locate import Locator
from ingest.positions import Positions, read_positions
from ingest.scope import Scope

__all__ = ["POSITION_CODES", "Placed", "place_rows"]

POSITION_CODES = (
    RejectCode.NO_POSITION,
    RejectCode.ADDRESS_NOT_FOUND,
    RejectCode.BAD_POSITION,
    RejectCode.ZERO_POSITION,
    RejectCode.SWAPPED_POSITION,
    RejectCode.OTHER_DEPARTMENT,
    RejectCode.OTHER_COMMUNE,
    RejectCode.UNKNOWN_SERVICE,
)
"""What can be wrong with where a row says that it is."""

_BORDER_M = 1_000.0
"""So near to a contour its line is not to be trusted, and the declared commune is. Farther off, where a source allows
it, the commune is the one that coordinates lie in."""
_ACROSS_M = 3_000.0
"""How far across the border of a département a row may stand that declares the next one, and no commune with a contour:
its post may come from there."""
_ROUND_M = 30_000.0
"""So far from all communes of a postcode that are known here nobody lives by it, although some of its communes may lie
beyond the halo."""


@dataclass
class Placed:
    """Where each row of a table is."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    """WGS 84 degrees; NaN where there is a problem."""
    covered: NDArray[np.bool_]
    """It stands in the territory or its halo."""
    insee: NDArray[np.object_]
    """Commune of each row that is covered; empty where no contour says and none is declared."""
    problem: NDArray[np.object_]
    """``RejectCode`` or None."""
    far: NDArray[np.bool_]
    """It has no usable coordinates, and says that it is beyond the halo."""
    positions: Positions
    declared: Declared
    geocoded: dict[int, Precision] = field(default_factory=dict)
    """Rows that stand at their address, and how exactly."""
    taken: dict[int, int] = field(default_factory=dict)
    """Rows that stand where another source says → their rows in its ``KnownPlaces``."""
    identifier: pd.Series[str] | None = None
    """By which they were looked for there."""

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Rows with a problem."""
        return np.array(self.problem != None, dtype=bool)  # noqa: E711 - elementwise

    def examples(self, rows: NDArray[np.int64]) -> list[str]:
        """Return what was refused of rows that have a problem."""
        shown = self.positions.written_at(rows)
        contrary = {RejectCode.OTHER_DEPARTMENT, RejectCode.OTHER_COMMUNE}
        for place, row in enumerate(rows.tolist()):
            if self.problem[row] in contrary:
                shown[place] += f" for {self.declared.insee[row] or self.declared.postcode[row]}"
            elif self.problem[row] is RejectCode.ADDRESS_NOT_FOUND:
                shown[place] = self.declared.shown(row)
            elif self.identifier is not None and not self.positions.is_written(row):
                shown[place] = self.identifier.iloc[row]
        return shown


def place_rows(
    source: Source,
    table: Table,
    scope: Scope,
    locator: Locator,
    rows: NDArray[np.bool_],
    known: KnownPlaces | None = None,
) -> Placed:
    """Settle where the rows stand that ``rows`` (a mask over the table) asks for.

    Parameters
    ----------
    known
        Of the source that says where the rows stand that have no coordinates of their own (``placed_by``).
    """
    positions = read_positions(source, table, scope)
    declared = read_declared(source, table, scope, locator)
    placed = Placed(
        lon=positions.lon.copy(),
        lat=positions.lat.copy(),
        covered=np.zeros(len(rows), dtype=bool),
        insee=np.full(len(rows), "", dtype=object),
        problem=positions.problem.copy(),
        far=declared.far & np.isnan(positions.lon),
        positions=positions,
        declared=declared,
    )
    placed.far[list(positions.exchanged)] = False
    judge = _Judge(source, scope)
    _exchange_back(placed, judge, rows)
    placed.covered = scope.covers(placed.lon, placed.lat)
    near = np.flatnonzero(placed.covered & rows)
    placed.insee[near] = scope.locate(placed.lon[near], placed.lat[near])[0]
    _contradict(placed, judge, rows)
    if source.placed_by is not None and known is not None:
        placed.identifier = read_identifiers(source, table, source.placed_by.link)
        rows = rows & ~_take(placed, known, source.placed_by.link, rows)
    _geocode(placed, locator, np.flatnonzero(rows & ~placed.far & placed.failed))
    return placed


def _take(placed: Placed, known: KnownPlaces, link: str, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Put the rows without coordinates where another source says, and return which they are.

    What is left out there is left out here; what is refused there for its place is refused here for the same.
    """
    assert placed.identifier is not None  # noqa: S101 - see place_rows
    asked = np.flatnonzero(rows & np.array(placed.positions.problem == RejectCode.NO_POSITION, dtype=bool))
    found = known.find(link, placed.identifier.iloc[asked])
    placed.problem[asked], placed.far[asked] = known.problems(found), known.is_left_out(found)
    here, there = asked[known.is_usable(found)], found[known.is_usable(found)]
    place = known.usable.loc[there]
    placed.lon[here], placed.lat[here], placed.insee[here] = place["lon"], place["lat"], place["insee"]
    placed.covered[here] = True
    placed.taken = dict(zip(here.tolist(), there.tolist(), strict=True))
    taken = np.zeros(len(rows), dtype=bool)
    taken[asked] = True
    return taken


class _Judge:
    """Holds positions against contours, in the territory's metres."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self.scope, self.beside_m = scope, source.beside_commune_m
        self._projection = Projection(scope.department.crs)
        self._outlines: dict[str, BaseGeometry] = {}
        self._borders: dict[str, BaseGeometry] = {}
        self._by_postcode: dict[str, list[str]] = defaultdict(list)
        for commune in scope.communes:
            for postcode in commune.postcodes if commune.geometry is not None else ():
                self._by_postcode[postcode].append(commune.insee)

    def is_drawn(self, insee: str) -> bool:
        commune = self.scope.by_code.get(insee)
        return commune is not None and commune.geometry is not None

    @property
    def postcodes(self) -> Collection[str]:
        """Those of the communes with a contour."""
        return self._by_postcode.keys()

    def outside_m(self, insee: str, lon: float, lat: float) -> float:
        """Return how far outside a commune with a contour a point lies, in metres; 0 inside."""
        if insee not in self._outlines:
            self._outlines[insee] = self._plane([insee])
        point = self._point(lon, lat)
        # The plane does not hold every place on earth, and from what it does not hold there is no distance.
        return float(shapely.distance(self._outlines[insee], point)) if math.isfinite(point.x + point.y) else math.inf

    def outside_postcode_m(self, postcode: str, lon: float, lat: float) -> float:
        """Return how far from the nearest of a postcode's communes with a contour a point lies, in metres."""
        return min(self.outside_m(insee, lon, lat) for insee in self._by_postcode[postcode])

    def deep_inside(self, department: str, lon: float, lat: float) -> bool:
        """Tell whether a point of a département lies far from its border, as far as contours go."""
        if department not in self._borders:
            codes = [c.insee for c in self.scope.communes if c.department == department and c.geometry is not None]
            self._borders[department] = shapely.boundary(self._plane(codes))
        return bool(shapely.distance(self._borders[department], self._point(lon, lat)) > _ACROSS_M)

    def _plane(self, codes: Iterable[str]) -> BaseGeometry:
        shapes = [self.scope.by_code[code].geometry for code in codes]
        to_xy_m = self._projection.to_xy_m
        return shapely.transform(shapely.union_all(shapes), lambda at: np.column_stack(to_xy_m(at[:, 0], at[:, 1])))

    def _point(self, lon: float, lat: float) -> shapely.Point:
        x, y = self._projection.to_xy_m(lon, lat)
        return shapely.Point(float(x), float(y))


def _exchange_back(placed: Placed, judge: _Judge, rows: NDArray[np.bool_]) -> None:
    """Exchange longitude and latitude of the rows whose own commune or postcode proves that they were."""
    for row, (lon, lat) in placed.positions.exchanged.items():
        if not rows[row]:
            continue
        declared, postcode = placed.declared.insee[row], placed.declared.postcode[row]
        if judge.is_drawn(declared):
            proven = judge.outside_m(declared, lon, lat) <= judge.beside_m
        else:
            found = judge.scope.by_code.get(judge.scope.locate(np.array([lon]), np.array([lat]))[0][0])
            proven = not declared and found is not None and postcode in found.postcodes
        if proven:
            placed.lon[row], placed.lat[row], placed.problem[row] = lon, lat, None


def _contradict(placed: Placed, judge: _Judge, rows: NDArray[np.bool_]) -> None:
    """Find the rows whose coordinates lie elsewhere than they say, and give the others the commune that they say."""
    declared = placed.declared
    read = rows & ~placed.failed
    beyond = ~placed.covered
    drawn = {code: judge.is_drawn(code) for code in set(declared.insee.tolist())}
    has_contour = np.array([drawn[code] for code in declared.insee.tolist()], dtype=bool)
    for row in np.flatnonzero(read & has_contour & (declared.insee != placed.insee)).tolist():
        code = declared.insee[row]
        outside_m, found = judge.outside_m(code, placed.lon[row], placed.lat[row]), placed.insee[row]
        if outside_m > judge.beside_m:
            across = department_of(found) != department_of(code) if found else declared.here[row] and beyond[row]
            placed.problem[row] = RejectCode.OTHER_DEPARTMENT if across else RejectCode.OTHER_COMMUNE
        elif outside_m <= _BORDER_M or not found:
            placed.insee[row] = code
    says = (declared.insee != "") | (declared.postcode != "")
    for row in np.flatnonzero(read & ~has_contour & says & (placed.covered | declared.here)).tolist():
        if _is_of_another_department(placed, judge, row):
            placed.problem[row] = RejectCode.OTHER_DEPARTMENT
    of_here = np.isin(declared.postcode, list(judge.postcodes))
    for row in np.flatnonzero(read & beyond & of_here & (declared.insee == "") & ~declared.here).tolist():
        if judge.outside_postcode_m(declared.postcode[row], placed.lon[row], placed.lat[row]) > _ROUND_M:
            placed.problem[row] = RejectCode.OTHER_COMMUNE


def _is_of_another_department(placed: Placed, judge: _Judge, row: int) -> bool:
    """Judge a row that declares no commune with a contour: by its code's département, or by its postcode."""
    declared = placed.declared
    if not placed.covered[row]:
        return bool(declared.here[row])
    found = judge.scope.by_code.get(placed.insee[row])
    said = declared.departments(row)
    if found is None or found.department in said:
        return False
    if not declared.insee[row] and declared.postcode[row] in found.postcodes:
        return False
    return judge.deep_inside(found.department, placed.lon[row], placed.lat[row])


def _geocode(placed: Placed, locator: Locator, rows: NDArray[np.int64]) -> None:
    """Put rows with a problem at their address, as far as the territory's addresses know it."""
    for row in rows.tolist():
        asked = placed.declared.asked(row)
        found = locator.find(asked) if asked.names_a_street else None
        if found is not None:
            placed.lon[row], placed.lat[row], placed.insee[row] = found.lon, found.lat, found.insee
            placed.problem[row], placed.covered[row] = None, True
            placed.geocoded[row] = found.precision
        elif placed.problem[row] is RejectCode.NO_POSITION and asked.names_a_street and placed.declared.here[row]:
            placed.problem[row] = RejectCode.ADDRESS_NOT_FOUND
