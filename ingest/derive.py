"""From the store, and the streets' own file, to the content of a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from geo.errors import ConfigurationError
from geo.manifest import Territory
from geo.modes import tags_of
from geo.network import RawStreets
from geo.projection import Projection
from geo.refusals import Refusal
from geo.snapshot_writer import SnapshotContent
from ingest.access import ModeAccess, build_access
from ingest.basemap import write_basemap
from ingest.fetch import Fetched
from ingest.gather import Gathered
from ingest.identity import digest_of_files, digest_of_inputs
from ingest.plan import Plan
from ingest.progress import Stage
from ingest.stages import Stages
from ingest.store import Store
from ingest.streets import read_streets
from ingest.territories import Department

__all__ = ["Derivation", "derive"]


@dataclass(frozen=True)
class Derivation:
    """The content of a snapshot, and what the gates look at beside it."""

    content: SnapshotContent
    access: dict[str, ModeAccess]
    """By mode."""


def derive(
    plan: Plan, store: Store, run: int, gathered: Gathered, data: Path, stage: Stage, stages: Stages
) -> Derivation:
    """Derive the snapshot of a run.

    Parameters
    ----------
    data
        The folder of taxonomy, method, modes and profiles.
    stage, stages
        Who is told, and where results are kept.

    Raises
    ------
    ConfigurationError
        When the territory has not exactly one extract of streets.
    SourceMalformed
        When the extract holds no street.
    LabelOverflow
        When a category has more services than a label can number.
    """
    services, communes = store.services(run), store.communes(run)
    department, scope = plan.department, gathered.scope
    extract = _only_extract(gathered.streets)
    streets_key = stages.key("streets", digest_of_inputs([extract]), digest_of_files(data / "modes.toml"))
    raw = _streets(extract, plan, stage, stages, streets_key)
    access = build_access(
        raw,
        plan.modes,
        services,
        plan.taxonomy,
        plan.method,
        Projection(department.crs),
        scope.halo,
        stage,
        stages,
        streets_key,
    )
    with stage("basemap", 1) as advance:
        key = stages.key("basemap", digest_of_inputs([extract]), gathered.ground_key)
        drawn = stages.folder("basemap", key, lambda to: write_basemap(extract.path, to / _BASEMAP, communes))
        advance()
    content = SnapshotContent(
        snapshot_id=plan.snapshot_id,
        territory=_territory(department, scope.area),
        config=data,
        sources=store.sources(run),
        services=services,
        communes=communes,
        cells=store.cells(run),
        addresses=store.addresses(run),
        networks={mode: built.network for mode, built in access.items()},
        hierarchies={mode: built.hierarchy for mode, built in access.items()},
        fields={mode: built.field for mode, built in access.items()},
        excluded={source.id: source.title for source in gathered.excluded},
        completeness=gathered.completeness(plan.taxonomy),
        loaded_area=_loaded_area(raw, scope.halo),
        basemap=drawn / _BASEMAP,
        departments=plan.departments.names,
        refusals=[Refusal(r.source, r.code, r.file, r.line, r.example) for r in store.refused(run)],
    )
    return Derivation(content, access)


_BASEMAP = "basemap.pmtiles"


def _streets(extract: Fetched, plan: Plan, stage: Stage, stages: Stages, key: str) -> RawStreets:
    with stage("streets", 1) as advance:
        tags = tags_of(plan.modes.values())
        raw = stages.value("streets", key, lambda: read_streets(extract.path, tags, source=extract.source))
        advance()
    return raw


def _only_extract(files: Sequence[Fetched]) -> Fetched:
    """One extract is one area with one main component; several would need to be joined first."""
    if len(files) != 1:
        names = ", ".join(file.path.name for file in files) or "none"
        raise ConfigurationError(f"a territory's streets come from one extract, found {names}")
    return files[0]


def _territory(department: Department, area: BaseGeometry) -> Territory:
    west, south, east, north = (round(degrees, 6) for degrees in area.bounds)
    return Territory(department.code, department.name, department.crs, (west, south, east, north))


def _loaded_area(raw: RawStreets, halo: BaseGeometry) -> BaseGeometry:
    """Where streets are loaded and services are too."""
    return halo if raw.extent is None else raw.extent.intersection(halo)
