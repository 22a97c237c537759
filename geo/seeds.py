"""Where labels start: a service on an edge, brought to the junctions at its ends.

An edge of cost *w* tenths of a second, run over a share *s* of its length, costs ⌊s·w + ½⌋. Addresses reach a service
at fraction g of its edge through the edge's start for g · forward, or through its end for (1 − g) · backward, as far
as the edge is open in that direction, and from a split of that junction as far as the edge may be entered from it. A
service that stands exactly on a junction is reached there whatever the direction of its edge, and whatever turn is
forbidden. Metres between the edge and the service are walked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from geo.arrays import Floats, Int32s, Int64s, frozen
from geo.errors import LabelOverflow
from geo.hierarchy import cost_ds
from geo.network import StreetNetwork
from geo.snapping import Snap
from geo.splits import Splits
from geo.sweeps import MAX_COST_DS, MAX_ROW, Seeds

__all__ = ["EdgeEnds", "EdgeServices", "ServicePoints", "Streets", "off_road_ds", "refuse_overflow", "seeds_of"]


@dataclass(frozen=True)
class ServicePoints:
    """What a field needs to know of the services: their category, their row in it and their place on the streets."""

    category: Int32s
    """(S,) index into the field's categories."""
    row: Int32s
    """(S,) row of the service within its category, from 0."""
    snap: Snap
    """(S,) the edge nearest to each; edge −1 where no street is loaded: never reached."""


class EdgeEnds(NamedTuple):
    """The edges as a look-up needs them, all (E,)."""

    edge_from: Int32s
    edge_to: Int32s
    arrive_from: Int32s
    """Where somebody who started on the edge arrives at its start: the junction or a split of it."""
    arrive_to: Int32s
    forward_ds: Int32s
    backward_ds: Int32s


@dataclass(frozen=True)
class Streets:
    """The edges in the unit of the labels."""

    edge_from: Int32s
    """(E,) junction."""
    edge_to: Int32s
    """(E,) junction."""
    forward_ds: Int32s
    """(E,) tenths of a second, at least 1; −1 = forbidden."""
    backward_ds: Int32s
    """(E,) tenths of a second, at least 1; −1 = forbidden."""
    splits: Splits | None = None
    """Of the junctions at which turns are restricted; None where no turn is."""

    @classmethod
    def of(cls, network: StreetNetwork) -> Streets:
        """Round the costs of a network's edges to the unit of the labels."""
        return cls(
            frozen(network.edge_from, np.int32),
            frozen(network.edge_to, np.int32),
            frozen(np.where(network.forward_ms < 0, -1, cost_ds(network.forward_ms)), np.int32),
            frozen(np.where(network.backward_ms < 0, -1, cost_ds(network.backward_ms)), np.int32),
            network.splits,
        )

    @cached_property
    def ends(self) -> EdgeEnds:
        """What a kernel reads of it."""
        splits = self.splits if self.splits is not None else Splits.none(self.edge_from, self.edge_to)
        arrive_from, arrive_to = frozen(splits.arrive_from, np.int32), frozen(splits.arrive_to, np.int32)
        return EdgeEnds(self.edge_from, self.edge_to, arrive_from, arrive_to, self.forward_ds, self.backward_ds)


class EdgeServices(NamedTuple):
    """The services of every edge, for the addresses on the same edge. Sorted by edge, category, row."""

    ptr: Int64s
    """(E + 1,) the services of edge e are ``ptr[e]:ptr[e + 1]``."""
    category: Int32s
    """(S,) index into the field's categories."""
    row: Int32s
    """(S,) row within the category."""
    fraction: Floats
    """(S,) share of the edge's cost from its start, 0 … 1."""
    off_ds: Int32s
    """(S,) tenths of a second between the edge and the service."""

    @classmethod
    def of(cls, points: ServicePoints, edges: int, pace_m_per_s: float) -> EdgeServices:
        """Sort the services that lie on the loaded streets by edge."""
        on = np.flatnonzero(np.asarray(points.snap.edge) >= 0)
        snap, off_ds = points.snap, off_road_ds(points.snap.off_m[on], pace_m_per_s)
        return cls.of_columns(edges, snap.edge[on], points.category[on], points.row[on], snap.fraction[on], off_ds)

    def with_category(self, category: int, others: EdgeServices) -> EdgeServices:
        """Put other services in the place of those of one category."""
        keep = self.category != category
        return self.of_columns(
            self.ptr.size - 1,
            np.concatenate([self.edge[keep], others.edge]),
            np.concatenate([self.category[keep], others.category]),
            np.concatenate([self.row[keep], others.row]),
            np.concatenate([self.fraction[keep], others.fraction]),
            np.concatenate([self.off_ds[keep], others.off_ds]),
        )

    @property
    def edge(self) -> Int32s:
        """(S,) the edge of each service."""
        return np.repeat(np.arange(self.ptr.size - 1, dtype=np.int32), np.diff(self.ptr))

    @classmethod
    def of_columns(
        cls, edges: int, edge: Int32s, category: Int32s, row: Int32s, fraction: Floats, off_ds: Int32s
    ) -> EdgeServices:
        """Sort services given by columns (S,), for a network of so many edges."""
        order = np.lexsort((row, category, edge))
        return cls(
            frozen(np.searchsorted(edge[order], np.arange(edges + 1)), np.int64),
            frozen(category[order], np.int32),
            frozen(row[order], np.int32),
            frozen(fraction[order], np.float64),
            frozen(off_ds[order], np.int32),
        )


def off_road_ds(off_m: Floats, pace_m_per_s: float) -> Int32s:
    """Return the tenths of a second that metres (M,) off the streets take, rounded; one beyond a label at most.

    The metres are finite: whoever has places off the network leaves them out.
    """
    tenths = np.floor(off_m * (10.0 / pace_m_per_s) + 0.5)
    return np.minimum(tenths, MAX_COST_DS + 1).astype(np.int32)


def refuse_overflow(points: ServicePoints, categories: Sequence[str]) -> None:
    """Refuse a category with more services than rows fit in a label.

    Raises
    ------
    LabelOverflow
        Names the category and what to do.
    """
    too_high = np.asarray(points.row) > MAX_ROW
    if too_high.any():
        worst = categories[int(points.category[too_high][0])]
        raise LabelOverflow(
            f"the category {worst!r} has more than {MAX_ROW + 1:,} services, the most that a field can number: "
            "split it into several categories"
        )


def seeds_of(services: EdgeServices, streets: Streets, categories: int) -> list[Seeds]:
    """Bring every service to the ends of its edge; one entry per junction and service, the cheapest.

    Returns
    -------
    One ``Seeds`` per category, sorted by (junction, row). A seed that costs more than a label can carry is left out:
    nobody reaches that service in time.
    """
    service, junction, whole = _reached_from(services, streets)
    category, row = services.category[service], services.row[service]
    order = np.lexsort((whole, row, junction, category))
    order = order[whole[order] <= MAX_COST_DS]
    category, junction, row, cost = category[order], junction[order], row[order], whole[order].astype(np.int32)
    first = np.ones(order.size, np.bool_)
    first[1:] = (np.diff(category) != 0) | (np.diff(junction) != 0) | (np.diff(row) != 0)
    category, junction, row, cost = category[first], junction[first], row[first], cost[first]
    begin = np.searchsorted(category, np.arange(categories + 1))
    return [Seeds(junction[low:high], row[low:high], cost[low:high]) for low, high in pairwise(begin)]


def _reached_from(services: EdgeServices, streets: Streets) -> tuple[Int64s, Int32s, Floats]:
    """Return every junction from which a service is reached along its edge, with the tenths of a second."""
    edge, share = services.edge, services.fraction
    forward, backward = streets.forward_ds[edge], streets.backward_ds[edge]
    ways = [
        (2 * edge.astype(np.int64), streets.edge_from[edge], forward, share),
        (2 * edge.astype(np.int64) + 1, streets.edge_to[edge], backward, 1.0 - share),
    ]
    found = []
    for lane, begin, cost_of_lane, run in ways:
        at = np.flatnonzero((cost_of_lane >= 0) | (run == 0.0))
        cost = np.floor(run * np.maximum(cost_of_lane, 0) + 0.5) + services.off_ds
        found.append((at, begin[at], cost[at]))
        if streets.splits is not None:
            stands, runs = at[run[at] == 0.0], at[run[at] != 0.0]
            for of, (which, split) in (
                (stands, streets.splits.at(begin[stands])),
                (runs, streets.splits.that_enter(lane[runs])),
            ):
                found.append((of[which], split, cost[of[which]]))
    service, junction, cost = (np.concatenate(column) for column in zip(*found, strict=True))
    return service, junction, cost
