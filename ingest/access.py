"""From streets and services to what a snapshot holds of them: per mode a network, a hierarchy, an access field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.method import Method
from geo.modes import Mode
from geo.network import RawStreets, StreetNetwork
from geo.places import Service, Standing
from geo.projection import Projection
from geo.reach import boundary_junctions
from geo.seeds import ServicePoints
from geo.snapping import EdgeIndex
from geo.tables import order_services
from geo.taxonomy import Taxonomy
from ingest.progress import Stage

__all__ = ["ModeAccess", "build_access", "field_rows"]


@dataclass(frozen=True)
class ModeAccess:
    """One mode of a snapshot, with the figures that its gates look at."""

    network: StreetNetwork
    hierarchy: Hierarchy
    field: AccessField
    services_on_network: int
    """Confirmed services near a loaded street."""
    violations: int
    """Labels that break the edge inequality; 0 in a field that is right."""


def build_access(
    raw: RawStreets,
    modes: Mapping[str, Mode],
    services: Sequence[Service],
    taxonomy: Taxonomy,
    method: Method,
    projection: Projection,
    declared_area: BaseGeometry,
    stage: Stage,
) -> dict[str, ModeAccess]:
    """Build every mode.

    Parameters
    ----------
    raw
        The extract's streets.
    services
        Territory and halo; unconfirmed ones are left out of the fields.
    declared_area
        Territory and halo, WGS 84: beyond it services are not loaded.
    stage
        Opens a stage of the build's progress.

    Raises
    ------
    LabelOverflow
        When a category has more services than a label can number.
    """
    category, row, lonlat = field_rows(services, taxonomy)
    ks = [method.categories[name].k for name in taxonomy]
    built = {}
    with stage("fields", len(modes) * 3) as advance:
        for mode in modes.values():
            network = StreetNetwork.build(raw, mode, projection)
            advance()
            hierarchy = Hierarchy.build(network)
            advance()
            snap = EdgeIndex(network).snap(lonlat)
            field = AccessField.build(
                network,
                hierarchy,
                mode,
                ServicePoints(category, row, snap),
                tuple(taxonomy),
                ks,
                boundary_junctions(network, declared_area, raw.extent, projection),
                method.cutoff_s,
            )
            on_network = int(np.count_nonzero(snap.edge >= 0))
            violations = field.edge_inequality_violations(network)
            built[mode.id] = ModeAccess(network, hierarchy, field, on_network, violations)
            advance()
    return built


def field_rows(
    services: Sequence[Service], taxonomy: Taxonomy
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Return the numbers of the confirmed services, as the snapshot's table has them.

    Returns
    -------
    category, row, lonlat
        (S,) index into the taxonomy, (S,) row within the category, (S, 2) WGS 84 degrees.
    """
    index = {name: position for position, name in enumerate(taxonomy)}
    categories, rows, places = [], [], []
    counts = dict.fromkeys(taxonomy, 0)
    for service in order_services(services, tuple(taxonomy)):
        if service.standing is Standing.CONFIRMED:
            categories.append(index[service.category])
            rows.append(counts[service.category])
            places.append((service.lon, service.lat))
            counts[service.category] += 1
    lonlat = np.array(places, np.float64).reshape(-1, 2)
    return np.array(categories, np.int32), np.array(rows, np.int32), lonlat
