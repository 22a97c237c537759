"""What if: a service opened, closed or moved, a street were closed, somebody were slower, or another category counted.

Every answer is a new access field, equal bit for bit to one built anew; the field that one starts from stays as it is.
An edit of one category sweeps that category again. An edit of the streets customises the hierarchy, whose order depends
on the streets alone and not on their costs, and sweeps everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.arrays import Flags, Int32s, frozen
from geo.errors import LabelOverflow
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.modes import Mode
from geo.network import StreetNetwork
from geo.seeds import EdgeServices, ServicePoints
from geo.sweeps import DEPTHS, MAX_ROW
from geo.travel import Stops

__all__ = ["at_pace", "closed", "moved", "opened", "streets_at_pace", "streets_closed", "with_category"]


def opened(field: AccessField, hierarchy: Hierarchy, category: str, first_row: int, stops: Stops) -> AccessField:
    """Return the field with more services in a category.

    Parameters
    ----------
    first_row
        Number of the first; the others follow. At least the number of services that the category had, on the streets or
        not.
    stops
        Where they stand; those off the network are never reached.

    Raises
    ------
    LabelOverflow
        When a number does not fit a label.
    ValueError
        When the field has no such category, or already has a service of these numbers.
    """
    index = _index(field, category)
    own = _of_category(field, index)
    if own.row.size and int(own.row.max()) >= first_row:
        raise ValueError(f"{category!r} has services up to number {int(own.row.max())}")
    return field.swept_with(hierarchy, category, _joined(field, own, _placed(field, index, first_row, stops)))


def closed(field: AccessField, hierarchy: Hierarchy, category: str, rows: Sequence[int]) -> AccessField:
    """Return the field without some services of a category; those behind them move up, as if they had never been.

    Raises
    ------
    ValueError
        When the field has no such category.
    """
    own = _of_category(field, _index(field, category))
    gone = np.unique(np.asarray(rows, np.int64))
    keep = ~np.isin(own.row, gone)
    kept = _only(field, own, keep)
    row = kept.row - np.searchsorted(gone, kept.row)
    return field.swept_with(hierarchy, category, kept._replace(row=frozen(row, np.int32)))


def moved(field: AccessField, hierarchy: Hierarchy, category: str, row: int, stops: Stops) -> AccessField:
    """Return the field with one service elsewhere, under its own number; `stops` are its entrances.

    Raises
    ------
    ValueError
        When the field has no such category.
    """
    index = _index(field, category)
    own = _of_category(field, index)
    elsewhere = _placed(field, index, row, stops, step=0)
    return field.swept_with(hierarchy, category, _joined(field, _only(field, own, own.row != row), elsewhere))


def with_category(field: AccessField, hierarchy: Hierarchy, category: str, k: int, stops: Stops) -> AccessField:
    """Return the field with one more category, behind the others: somebody's own list of places.

    Parameters
    ----------
    k
        How many nearest it keeps: 1, 3 or 5.
    stops
        Its services, numbered in this order.

    Raises
    ------
    LabelOverflow
        When there are too many.
    ValueError
        When the field has the category already, or `k` has no kernel.
    """
    if category in field.categories or k not in DEPTHS:
        raise ValueError(f"a new name and a depth of {DEPTHS} are needed, not {category!r} and {k}")
    empty = np.full((field.edge_ds.size, 1, k, 2), np.iinfo(np.uint16).max, np.uint16)
    records = frozen(np.concatenate([field.records[k], empty], axis=1), np.uint16)
    wider = replace(
        field,
        categories=(*field.categories, category),
        ks=(*field.ks, k),
        records={**field.records, k: records},
    )
    return wider.swept_with(hierarchy, category, _placed(wider, len(field.categories), 0, stops))


def streets_closed(network: StreetNetwork, hierarchy: Hierarchy, edges: Int32s) -> tuple[StreetNetwork, Hierarchy]:
    """Return the streets with some edges (M,) closed both ways, for :meth:`AccessField.on`.

    Who lives along a closed edge is cut off, but for its very ends; a bridge has nobody along it.
    """
    forward, backward = np.array(network.forward_ms), np.array(network.backward_ms)
    forward[edges] = backward[edges] = -1
    shut = replace(network, forward_ms=forward, backward_ms=backward)
    return shut, hierarchy.customised(shut)


def streets_at_pace(network: StreetNetwork, hierarchy: Hierarchy, pace: float) -> tuple[StreetNetwork, Hierarchy]:
    """Return the streets for somebody who is ``pace`` times as fast, everywhere and in every wait.

    Costs are rounded to the millisecond, at least 1.
    """
    ways = (network.forward_ms, network.backward_ms)
    forward, backward = (np.where(ms < 0, -1, np.maximum(np.rint(ms / pace), 1)).astype(np.int32) for ms in ways)
    other = replace(network, forward_ms=forward, backward_ms=backward)
    return other, hierarchy.customised(other)


def at_pace(
    field: AccessField, network: StreetNetwork, hierarchy: Hierarchy, mode: Mode, points: ServicePoints, pace: float
) -> AccessField:
    """Return the field of somebody who is ``pace`` times as fast, on the streets and off them.

    Parameters
    ----------
    mode, points
        What the field was built for: metres off the streets are not kept in it.
    """
    other, customised = streets_at_pace(network, hierarchy, pace)
    own = replace(mode, off_road_m_per_s=mode.off_road_m_per_s * pace)
    edge_seeds = np.flatnonzero(field.edge_ds == 0).astype(np.int32)
    return AccessField.build(
        other, customised, own, points, field.categories, field.ks, edge_seeds, cutoff_s=field.cutoff_s
    )


def _index(field: AccessField, category: str) -> int:
    if category not in field.categories:
        raise ValueError(f"the field has no category {category!r}")
    return field.categories.index(category)


def _of_category(field: AccessField, index: int) -> EdgeServices:
    return _only(field, field.services, field.services.category == index)


def _only(field: AccessField, services: EdgeServices, keep: Flags) -> EdgeServices:
    return EdgeServices.of_columns(
        field.streets.edge_from.size,
        services.edge[keep],
        services.category[keep],
        services.row[keep],
        services.fraction[keep],
        services.off_ds[keep],
    )


def _joined(field: AccessField, some: EdgeServices, more: EdgeServices) -> EdgeServices:
    return EdgeServices.of_columns(
        field.streets.edge_from.size,
        *(
            np.concatenate([getattr(some, name), getattr(more, name)])
            for name in ("edge", "category", "row", "fraction", "off_ds")
        ),
    )


def _placed(field: AccessField, index: int, first_row: int, stops: Stops, step: int = 1) -> EdgeServices:
    """Put services on their edges; their numbers ascend by `step`."""
    row = first_row + step * np.arange(stops.edge.size)
    if row.size and int(row.max()) > MAX_ROW:
        raise LabelOverflow(f"a category holds {MAX_ROW + 1:,} services at most: this one would have {row.max() + 1:,}")
    on = stops.edge >= 0
    return EdgeServices.of_columns(
        field.streets.edge_from.size,
        stops.edge[on],
        np.full(int(on.sum()), index, np.int32),
        row[on].astype(np.int32),
        stops.fraction[on],
        stops.off_ds[on],
    )
