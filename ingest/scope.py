"""What of the world a build looks at: the territory, the halo around it, and the communes of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.places import Commune
from ingest.codes import departments_of_postcode
from ingest.commune_history import CommuneChange, meanings_on
from ingest.territories import Department

__all__ = ["HALO_M", "Scope"]

HALO_M = 30_000.0
"""The belt past the border within which services and streets count: about what the longest cut-offs reach."""


@dataclass(frozen=True)
class Scope:
    """The area of a build.

    Parameters
    ----------
    department
        The territory.
    communes
        Today's, of the territory and of the halo, sorted by code; those of the territory even without a contour.
    area, halo
        (Multi)Polygons, WGS 84: the territory, and the territory with its halo.
    current
        Today's commune of every code of the country that is or was one, as a file of the scope's date means it (in its
        latest meaning, unless :meth:`as_of` says otherwise); ``""`` of a commune that was divided since and whose code
        is one of today.
    postcodes
        Those of all communes of the country, as far as they are known.
    changes
        What became of which commune, of the whole country; empty where nobody gave the list.
    former_names
        By today's commune, the names of what belongs to it: former communes, communes déléguées, arrondissements.
    """

    department: Department
    communes: tuple[Commune, ...]
    area: BaseGeometry
    halo: BaseGeometry
    current: Mapping[str, str]
    postcodes: frozenset[str] = frozenset()
    changes: tuple[CommuneChange, ...] = ()
    former_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shapely.prepare(self.halo)

    def as_of(self, date: str) -> Scope:
        """Return the scope in which codes mean what they meant on a date (``YYYY[-MM[-DD]]``; empty: the latest)."""
        current = meanings_on(date, self.changes, self.current)
        return self if current is self.current else replace(self, current=current, changes=())

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the halo, degrees."""
        west, south, east, north = self.halo.bounds
        return west, south, east, north

    def covers(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points (WGS 84, degrees) lie in the territory or its halo; a NaN lies nowhere."""
        inside: NDArray[np.bool_] = shapely.contains_xy(self.halo, lon, lat)
        return inside

    def locate(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[list[str], list[bool]]:
        """Return the commune of each point, and whether it lies in the territory.

        A point on a common border belongs to the first of its communes by code; ``""`` where no contour says.
        """
        known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        # The contours are asked, not the points: GEOS prepares what is asked, and 300,000 points cost a second then.
        tree = shapely.STRtree(np.asarray(shapely.points(lon[known], lat[known]), dtype=object))
        contours, points = tree.query(self._contours, predicate="intersects")
        first = np.full(len(lon), len(self._drawn), dtype=np.int64)
        np.minimum.at(first, known[points], contours)
        found = [self._drawn[row] if row < len(self._drawn) else None for row in first.tolist()]
        return [c.insee if c else "" for c in found], [c.in_territory if c else False for c in found]

    def is_far(self, insee: str) -> bool:
        """Tell whether a code is known, and of a commune outside the territory and its halo."""
        today = self.current.get(insee)
        return today is not None and (today or insee) not in self.by_code

    @cached_property
    def by_code(self) -> Mapping[str, Commune]:
        """The communes of the territory and the halo by code."""
        return {commune.insee: commune for commune in self.communes}

    def is_far_postcode(self, postcode: str) -> bool:
        """Tell whether a postcode that no commune here has is one of elsewhere.

        A postcode of no commune at all (CEDEX, a slip) proves nothing in a département that has communes here.
        """
        return postcode in self.postcodes or departments_of_postcode(postcode).isdisjoint(self._departments)

    @cached_property
    def _departments(self) -> frozenset[str]:
        return frozenset(commune.department for commune in self.communes)

    @cached_property
    def _drawn(self) -> list[Commune]:
        return [commune for commune in self.communes if commune.geometry is not None]

    @cached_property
    def _contours(self) -> NDArray[np.object_]:
        return np.array([commune.geometry for commune in self._drawn], dtype=object)
