"""Catchments: who and what lies within so many minutes of a place, or has the place within so many minutes.

Counted by the exact times to each point, never by a polygon: a home beyond a river is near a bridge or it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.arrays import Flags, Floats, Int32s, Int64s, frozen
from geo.fields import AccessField
from geo.snapping import SNAP_LIMIT_M
from geo.snapshot import Snapshot
from geo.travel import PlaceTimes, Stops

__all__ = ["Catchment", "Counted", "catchments", "service_stops"]


@dataclass(frozen=True, slots=True)
class Catchment:
    """What lies within one limit."""

    seconds: float
    people: float
    """At the points that stand for homes, past the border too; whoever stands at no point is not counted."""
    people_in_halo: float
    """Of these, those who live past the border."""
    services: Mapping[str, int]
    """Confirmed services by category, in the field's order; those beyond the border that are loaded count too."""
    complete: bool
    """Whether the limit ends before the edge of the loaded streets: otherwise there may be more."""


@dataclass(frozen=True)
class Counted:
    """The people and services of a snapshot on the streets of one mode."""

    homes: Stops
    people: Floats
    """(D,)"""
    in_territory: Flags
    """(D,) False in the halo."""
    services: Stops
    """(S,) every entrance of every service."""
    service: Int64s
    """(S,) the service that each is an entrance of."""
    category: Int32s
    """(services,) index into `categories`."""
    categories: tuple[str, ...]
    edge: Int32s
    """(B,) junctions at the edge of the loaded streets."""

    @classmethod
    def of(cls, snapshot: Snapshot, mode: str) -> Counted:
        """Snap everybody; made once for a snapshot and mode."""
        return snapshot.memo(("catchment", mode), lambda: cls._of(snapshot, mode))

    @classmethod
    def _of(cls, snapshot: Snapshot, mode: str) -> Counted:
        field = snapshot.fields[mode]
        homes = Stops.of(snapshot.index[mode].snap(snapshot.demand.lonlat, SNAP_LIMIT_M), snapshot.modes[mode])
        services = service_stops(field)
        key = field.services.category.astype(np.int64) << 32 | field.services.row
        distinct, service = np.unique(key, return_inverse=True)
        category = frozen(distinct >> 32, np.int32)
        edge = frozen(np.flatnonzero(field.edge_ds == 0), np.int32)
        demand = snapshot.demand
        return cls(homes, demand.people, demand.in_territory, services, service, category, field.categories, edge)


def service_stops(field: AccessField) -> Stops:
    """Return every entrance of a field's services, sorted by edge as in ``field.services``."""
    return Stops(frozen(field.services.edge, np.int32), field.services.fraction, field.services.off_ds)


def catchments(counted: Counted, times: PlaceTimes, limits_s: Sequence[float]) -> list[Catchment]:
    """Count what lies within each limit, door to door.

    Parameters
    ----------
    counted
        Of the snapshot and mode that the times are of.
    times
        To or from the place; they hold the longest limit.
    """
    homes_ds = times.door_to_door_ds(counted.homes)
    nearest_ds = np.full(counted.category.size, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(nearest_ds, counted.service, times.door_to_door_ds(counted.services))
    edge_ds = int(times.reached_ds[counted.edge].min(initial=np.iinfo(np.int32).max)) + times.extra_ds
    return [_within(counted, homes_ds, nearest_ds, edge_ds, limit_s) for limit_s in limits_s]


def _within(counted: Counted, homes_ds: Int32s, nearest_ds: Int32s, edge_ds: int, limit_s: float) -> Catchment:
    limit_ds = limit_s * 10
    found = np.bincount(counted.category[nearest_ds <= limit_ds], minlength=len(counted.categories))
    people = np.where(homes_ds <= limit_ds, counted.people, 0.0)
    return Catchment(
        limit_s,
        float(people.sum()),
        float(people[~counted.in_territory].sum()),
        dict(zip(counted.categories, found.tolist(), strict=True)),
        edge_ds >= limit_ds,
    )
