"""From streets and services to what a snapshot holds of them: per mode a network, a hierarchy, an access field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.confirmation import is_stale
from geo.fields import AccessField
from geo.hierarchy import Hierarchy
from geo.method import Method
from geo.modes import Mode
from geo.network import RawStreets, StreetNetwork
from geo.places import Service, Standing
from geo.projection import Projection
from geo.reach import boundary_junctions
from geo.seeds import ServicePoints
from geo.snapping import EdgeIndex, Snap
from geo.tables import order_services
from geo.taxonomy import Taxonomy
from ingest.progress import Stage
from ingest.stages import Stages

__all__ = ["Doubts", "ModeAccess", "build_access", "field_rows", "stale_rows"]


_CHECKS = "checks.json"


@dataclass(frozen=True)
class Doubts:
    """Of which sites it is doubted that they are there."""

    complete: Collection[str] = ()
    """Categories that are scored: only of these does a field also know what is left without stale sites."""
    today: int | None = None
    """Month of the newest data (``geo.confirmation``); None: no site is stale."""


NO_DOUBTS = Doubts()


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
    stages: Stages,
    streets_key: str,
    jobs: int,
    doubts: Doubts = NO_DOUBTS,
) -> dict[str, ModeAccess]:
    """Build every mode, or open what is kept of it.

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
    stages
        Where networks, hierarchies and fields are kept; what is returned is mapped from there.
    streets_key
        Stands for what the streets and modes depend on.
    jobs
        Threads that sweep.
    doubts
        Which sites a field also does without.

    Raises
    ------
    LabelOverflow
        When a category has more services than a label can number.
    """
    category, row, lonlat = field_rows(services, taxonomy)
    ks = [method.categories[name].k for name in taxonomy]
    stale = stale_rows(services, taxonomy, doubts.today, method.interval.stale_months)
    doubted = [
        name for index, name in enumerate(taxonomy) if name in doubts.complete and (stale & (category == index)).any()
    ]
    asked = hashlib.sha256(category.tobytes() + row.tobytes() + lonlat.tobytes() + shapely.to_wkb(declared_area))
    asked.update(stale.tobytes())
    depends = [asked.hexdigest(), list(taxonomy), ks, method.cutoff_s, doubted]
    built = {}
    with stage("fields", len(modes) * 3) as advance:
        for mode in modes.values():
            key = stages.key(f"network-{mode.id}", streets_key, projection.crs)
            network = _network(raw, mode, projection, stages, key)
            advance()
            hierarchy = _hierarchy(network, stages, key)
            advance()

            def fill(folder: Path, mode: Mode = mode, on: StreetNetwork = network, by: Hierarchy = hierarchy) -> None:
                snap = EdgeIndex(on).snap(lonlat)
                edge = boundary_junctions(on, declared_area, raw.extent, projection)
                points = ServicePoints(category, row, snap)
                field = AccessField.build(on, by, mode, points, tuple(taxonomy), ks, edge, method.cutoff_s, jobs)
                if doubted:
                    sure = _only(points, ~stale, [list(taxonomy).index(name) for name in doubted])
                    their_ks = [method.categories[name].k for name in doubted]
                    confirmed = AccessField.build(
                        on, by, mode, sure, tuple(doubted), their_ks, edge, method.cutoff_s, jobs
                    )
                    field = replace(field, confirmed=confirmed)
                field.save(folder)
                near = len(np.unique(np.column_stack([category, row])[snap.edge >= 0], axis=0))
                checks = {"services_on_network": near, "violations": field.edge_inequality_violations(on)}
                (folder / _CHECKS).write_text(json.dumps(checks), encoding="utf-8")

            folder = stages.folder(f"field-{mode.id}", stages.key(f"field-{mode.id}", key, depends), fill)
            checks = json.loads((folder / _CHECKS).read_text(encoding="utf-8"))
            built[mode.id] = ModeAccess(network, hierarchy, AccessField.open(folder), **checks)
            advance()
    return built


def _only(points: ServicePoints, keep: NDArray[np.bool_], categories: Sequence[int]) -> ServicePoints:
    """Return the points of some categories that are kept, their categories numbered in that order."""
    number = {category: position for position, category in enumerate(categories)}
    chosen = keep & np.isin(points.category, categories)
    category = np.array([number[int(own)] for own in points.category[chosen]], np.int32)
    on = points.snap
    snap = Snap(on.edge[chosen], on.fraction[chosen], on.off_m[chosen], on.xy_m[chosen])
    return ServicePoints(category, points.row[chosen], snap)


def _network(raw: RawStreets, mode: Mode, projection: Projection, stages: Stages, key: str) -> StreetNetwork:
    def fill(folder: Path) -> None:
        StreetNetwork.build(raw, mode, projection).save(folder)

    return StreetNetwork.open(stages.folder(f"network-{mode.id}", key, fill))


def _hierarchy(network: StreetNetwork, stages: Stages, key: str) -> Hierarchy:
    def fill(folder: Path) -> None:
        Hierarchy.build(network).save(folder)

    return Hierarchy.open(stages.folder(f"hierarchy-{network.mode}", key, fill))


def stale_rows(services: Sequence[Service], taxonomy: Taxonomy, today: int | None, months: int) -> NDArray[np.bool_]:
    """Say of each line of :func:`field_rows` (S,) whether nobody confirmed its site for so many months."""
    confirmed = [s for s in order_services(services, tuple(taxonomy)) if s.standing is Standing.CONFIRMED]
    stale = [is_stale(service, today, months) for service in confirmed for _ in service.entrances or (None,)]
    return np.array(stale, np.bool_)


def field_rows(
    services: Sequence[Service], taxonomy: Taxonomy
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Return the numbers of the confirmed services, as the snapshot's table has them, and where one gets in.

    Returns
    -------
    category, row, lonlat
        (S,) index into the taxonomy, (S,) row within the category, (S, 2) WGS 84 degrees: of a service with several
        entrances a line for each of them, all with its row, so that the cheapest counts, and the service once.
    """
    index = {name: position for position, name in enumerate(taxonomy)}
    categories, rows, places = [], [], []
    counts = dict.fromkeys(taxonomy, 0)
    for service in order_services(services, tuple(taxonomy)):
        if service.standing is Standing.CONFIRMED:
            for place in service.entrances or ((service.lon, service.lat),):
                categories.append(index[service.category])
                rows.append(counts[service.category])
                places.append(place)
            counts[service.category] += 1
    lonlat = np.array(places, np.float64).reshape(-1, 2)
    return np.array(categories, np.int32), np.array(rows, np.int32), lonlat
