"""The ground of a build: the COG (codes, names, people, mergers), the communes' contours, and what became of communes.

Contours of an older COG are led to today's communes by the COG itself: a former commune says which one it belongs to
now, and a commune which codes it absorbed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceMalformed
from geo.places import Commune
from ingest.catalogue import Source
from ingest.commune_changes import read_changes
from ingest.commune_history import meanings_on
from ingest.connectors.table import FILE, LINE, Table
from ingest.ledger import Ledger, Reject, RejectCode
from ingest.scope import HALO_M, Scope
from ingest.territories import Department

__all__ = ["Ground", "lay_ground"]

_WGS84 = "EPSG:4326"
_TODAY = ("", "commune-actuelle")
"""``type`` of a commune of today; a feed without types lists no other."""
_MOST_PEOPLE = 10_000_000
"""No commune has so many: what says more says nothing."""
_METRES_A_DEGREE = 110_500.0
"""Of latitude, where it is shortest."""
_SMOOTH_M = 50.0
"""The halo is drawn around the territory smoothed so much: its border needs no finer line."""


@dataclass(frozen=True)
class Ground:
    """The scope of a build, and what became of the rows that it was made from."""

    scope: Scope
    ledgers: Mapping[str, Ledger]
    """Of the sources of the ground, by id."""
    rejects: tuple[Reject, ...]


def lay_ground(
    department: Department,
    cog: tuple[Source, Table],
    contours: tuple[Source, Table],
    halo_m: float = HALO_M,
    changes: tuple[Source, Table] | None = None,
    contours_date: str = "",
) -> Ground:
    """Join the COG and the contours into communes, territory and halo.

    Parameters
    ----------
    halo_m
        How far past the border the halo reaches, metres.
    changes
        What became of the communes since; None: every code has its latest meaning.
    contours_date
        What the contours stand for: their codes are led forward from there. The outline of a commune that was divided
        since stays that of the part which kept its code.

    Raises
    ------
    SourceMalformed
        When the COG or the contours hold nothing of the territory, or there are no shapes at all.
    """
    register = _read_register(*cog)
    history = read_changes(*changes) if changes else None
    moved = history.changes if history else ()
    drawn = meanings_on(contours_date, moved, register.current)
    shapes, bad_shapes = _read_shapes(*contours, register, department, drawn)
    if department.code not in register.department.values():
        detail = f"lists no commune of {department.name} ({department.code})"
        raise SourceMalformed(cog[0].id, detail, file=", ".join(cog[1].files))
    ours = shapes["today"].map(register.department) == department.code
    if not ours.any():
        detail = f"holds no contour of {department.name} ({department.code})"
        raise SourceMalformed(contours[0].id, detail, file=", ".join(contours[1].files))
    # The file may be the country's, and the plane holds this corner of the world alone.
    close = shapes[_close_to(shapes, shapes[ours].total_bounds, halo_m)]
    close = close.set_geometry(shapely.make_valid(close.geometry.to_numpy()), crs=_WGS84)
    planar = close.to_crs(department.crs)
    area_m = shapely.union_all(planar.geometry[ours].to_numpy())
    halo_m2 = area_m.simplify(_SMOOTH_M).buffer(halo_m, quad_segs=8)
    near = close[planar.geometry.intersects(halo_m2)]
    communes = _communes(register, near, department.code)
    area, halo = gpd.GeoSeries([area_m, halo_m2], crs=department.crs).to_crs(_WGS84)
    here = {commune.insee for commune in communes}
    ledgers = {
        cog[0].id: register.ledger(here),
        contours[0].id: _account(contours[1].read, shapes["today"], here, len(bad_shapes)),
    }
    if history and changes:
        ledgers[changes[0].id] = history.ledger(register.current, here)
    former = register.former_names(here)
    scope = Scope(department, communes, area, halo, register.current, register.postcodes, moved, former)
    return Ground(scope, ledgers, (*register.rejects, *bad_shapes, *(history.rejects if history else ())))


@dataclass(frozen=True)
class _Register:
    """The COG: one row for each commune of today, and the way to it from every other code."""

    read: int
    today: pd.DataFrame
    """Indexed by code; text columns ``name``, ``department``, ``population``, ``postcodes``."""
    others: tuple[str, ...]
    """Codes of the rows that are no commune of today, and of those that stand twice."""
    current: Mapping[str, str]
    department: Mapping[str, str]
    """Of the communes of today."""
    rejects: tuple[Reject, ...]
    named: tuple[tuple[str, str], ...]
    """Code and name of the rows of ``others``."""

    @property
    def postcodes(self) -> frozenset[str]:
        """Of the communes of today."""
        return frozenset(code for codes in self.today["postcodes"] for code in codes.split("|") if code)

    def former_names(self, here: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return by commune of today the names of the rows that are led to it."""
        names: dict[str, set[str]] = defaultdict(set)
        for code, name in self.named:
            if name and self.current.get(code) in here:
                names[self.current[code]].add(name)
        return {code: tuple(sorted(names[code])) for code in sorted(names)}

    def ledger(self, here: Collection[str]) -> Ledger:
        """Account for the rows: former communes are merged into the one that they belong to."""
        kept = int(self.today.index.isin(list(here)).sum())
        merged = sum(self.current.get(code) in here for code in self.others)
        far = self.read - kept - merged - len(self.rejects)
        return Ledger(self.read, kept, merged, far, len(self.rejects))


def _read_register(source: Source, table: Table) -> _Register:
    names = ("key", "name", "department", "population", "postcodes", "old_codes", "seat", "parent", "type")
    frame = pd.DataFrame({name: table.text(source.columns.get(name, ())) for name in names})
    nameless = frame["key"] == ""
    rejects = (*table.rejects, *_rejects(source, table, nameless, RejectCode.NO_KEY, frame["name"]))
    # Without types, what belongs to another commune is none of today.
    part = (frame["type"] == "") & (frame[["seat", "parent"]] != "").any(axis=1)
    of_today = frame["type"].isin(_TODAY) & ~nameless & ~part
    unique = of_today & ~frame["key"].where(of_today).duplicated()
    today = frame[unique].set_index("key")
    others = frame[~unique & ~nameless]
    current = _led_to_today(today, others)
    department = dict(zip(today.index, today["department"], strict=True))
    named = tuple(zip(others["key"], others["name"], strict=True))
    return _Register(table.read, today, tuple(others["key"]), current, department, rejects, named)


def _led_to_today(today: pd.DataFrame, others: pd.DataFrame) -> dict[str, str]:
    """Return today's commune of every code, the latest meaning of a code that has had several.

    A code that is one today is itself. A part of a commune of today (déléguée, associée, arrondissement) belongs to
    that one, even where another absorbed it long ago and had to give it back. Any other code belongs to the commune
    that absorbed it; where two of today say so, it was divided, and only a place can tell which is meant. What a file
    of an earlier day means by a code is for :func:`ingest.commune_history.meanings_on`, where the changes are known.
    """
    current = {str(code): str(code) for code in today.index}
    for code, seat, parent in zip(others["key"], others["seat"], others["parent"], strict=True):
        if (seat or parent) in today.index:
            current.setdefault(code, seat or parent)
    absorbed: dict[str, set[str]] = defaultdict(set)
    for code, former in today["old_codes"][today["old_codes"] != ""].items():
        for old in former.split("|"):
            absorbed[old].add(str(code))
    return {old: min(codes) for old, codes in absorbed.items() if len(codes) == 1} | current


def _rejects(
    source: Source, table: Table, where: pd.Series[bool], code: RejectCode, shown: pd.Series[str]
) -> list[Reject]:
    rows = zip(table.frame.loc[where, LINE], table.frame.loc[where, FILE], shown[where], strict=True)
    return [Reject(source.id, code, int(line), str(example), file) for line, file, example in rows]


def _read_shapes(
    source: Source, table: Table, register: _Register, department: Department, drawn: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, list[Reject]]:
    """Return the contours (WGS 84) with the code of ``today``, and the rows that are none.

    ``drawn`` leads the codes to today's, from the day of the contours on. An outline beyond degrees, or one of the
    territory that lies outside its plane, is none: exchanged or in metres.
    """
    if len(table.geometries) != len(table.frame):
        raise SourceMalformed(source.id, "holds no shapes", file=", ".join(table.files))
    codes = table.text(source.columns["key"])
    today = codes.map(dict(register.current) | {code: insee for code, insee in drawn.items() if insee})
    ours = (today.map(register.department) == department.code).to_numpy(dtype=bool)
    outlined = pd.Series(_outlined(table.geometries, ours, department), index=codes.index, dtype=bool)
    rejects = [
        *table.rejects,
        *_rejects(source, table, ~outlined, RejectCode.BAD_GEOMETRY, codes),
        *_rejects(source, table, outlined & today.isna(), RejectCode.UNKNOWN_COMMUNE, codes),
    ]
    good = outlined & today.notna()
    kept = [g for g, is_good in zip(table.geometries, good, strict=True) if is_good]
    shapes = gpd.GeoDataFrame({"today": today[good].to_numpy()}, geometry=np.array(kept, dtype=object), crs=_WGS84)
    return shapes, rejects


def _outlined(
    geometries: Sequence[BaseGeometry | None], ours: NDArray[np.bool_], department: Department
) -> NDArray[np.bool_]:
    """Tell which geometries are areas on earth, and those of the territory in the part of it that its plane holds."""
    areal = np.array([g is not None and g.geom_type in {"Polygon", "MultiPolygon"} for g in geometries], dtype=bool)
    west, south, east, north = shapely.bounds(np.array([*geometries, None], dtype=object)[:-1]).T
    drawn: NDArray[np.bool_] = areal & (west >= -180) & (south >= -90) & (east <= 180) & (north <= 90)
    plane = CRS(department.crs).area_of_use
    if plane is None:
        return drawn
    held = (west >= plane.west - 1) & (south >= plane.south - 1) & (east <= plane.east + 1) & (north <= plane.north + 1)
    return np.asarray(drawn & (held | ~ours), dtype=bool)


def _close_to(shapes: gpd.GeoDataFrame, bounds: Sequence[float], halo_m: float) -> NDArray[np.bool_]:
    """Tell which shapes may lie within so many metres of a box of degrees: a few too many, never one too few."""
    west, south, east, north = bounds
    margin = 1.1 * halo_m / _METRES_A_DEGREE
    wide = margin / math.cos(math.radians(min(max(abs(south), abs(north)) + margin, 85.0)))
    box = shapely.box(west - wide, south - margin, east + wide, north + margin)
    found: NDArray[np.bool_] = shapely.intersects(shapely.box(*shapes.bounds.to_numpy().T), box)
    return found


def _communes(register: _Register, shapes: gpd.GeoDataFrame, territory: str) -> tuple[Commune, ...]:
    """Return the communes of the shapes, and those of the territory that have none; former contours are joined."""
    outlines = {code: shapely.union_all(group.to_numpy()) for code, group in shapes.geometry.groupby(shapes["today"])}
    mine = register.today.index[register.today["department"] == territory]
    rows = register.today.loc[sorted({*outlines, *mine})]
    population = pd.to_numeric(rows["population"], errors="coerce")
    population = population.where(population.between(0, _MOST_PEOPLE))
    return tuple(
        Commune(
            insee=row["key"],
            name=row["name"],
            department=row["department"],
            population=None if math.isnan(people) else int(people),
            postcodes=tuple(sorted(filter(None, row["postcodes"].split("|")))),
            in_territory=bool(row["department"] == territory),
            geometry=outlines.get(row["key"]),
        )
        for row, people in zip(rows.reset_index().to_dict("records"), population.tolist(), strict=True)
    )


def _account(read: int, today: pd.Series[str], here: Collection[str], rejected: int) -> Ledger:
    """Account for the contours: those of communes that have merged since are joined to the first of them."""
    mine = today[today.isin(list(here))]
    kept = mine.nunique()
    merged = len(mine) - kept
    return Ledger(read, kept, merged, read - kept - merged - rejected, rejected)
