"""From the store, and the streets' own file, to the content of a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from shapely.geometry.base import BaseGeometry

from geo.confirmation import newest_month
from geo.elevation import street_heights
from geo.manifest import Completeness, Territory
from geo.modes import tags_of
from geo.network import RawStreets
from geo.projection import Projection
from geo.refusals import Refusal
from geo.snapshot_writer import SnapshotContent
from geo.streets import LoadedArea
from ingest.access import Doubts, ModeAccess, build_access
from ingest.basemap import write_basemap
from ingest.elevation import ground_heights
from ingest.elevation_credit import Elevation
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
    areas: Sequence[LoadedArea]
    """Where streets are loaded, apart from each other."""


def derive(
    plan: Plan, store: Store, run: int, gathered: Gathered, data: Path, stage: Stage, stages: Stages, jobs: int
) -> Derivation:
    """Derive the snapshot of a run.

    Parameters
    ----------
    data
        The folder of taxonomy, method, modes and profiles.
    stage, stages
        Who is told, and where results are kept.
    jobs
        Threads that sweep.

    Raises
    ------
    ConfigurationError
        When the territory has no extract of streets.
    SourceMalformed
        When an extract holds no street, or the raster of heights is none or tells of no street.
    LabelOverflow
        When a category has more services than a label can number.
    """
    services, communes = store.services(run), store.communes(run)
    department, scope = plan.department, gathered.scope
    # What two extracts hold alike is taken from the newer.
    extracts = sorted(gathered.streets, key=lambda file: file.data_date, reverse=True)
    named = [(_name(file), *digest_of_inputs([file])) for file in extracts]
    streets_key = stages.key("streets", named, digest_of_files(data / "modes.toml"))
    raw = _streets(extracts, plan, stage, stages, streets_key)
    if plan.elevation is not None:
        streets_key = stages.key("elevation", streets_key, plan.elevation.heights)
        raw = _with_heights(raw, plan.elevation, stage, stages, streets_key)
    sources, completeness = store.sources(run), gathered.completeness(plan.taxonomy)
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
        jobs,
        Doubts(
            {name for name, state in completeness.items() if state is Completeness.COMPLETE},
            newest_month(source.data_date for source in sources),
        ),
    )
    with stage("basemap", 1) as advance:
        paths = [file.path for file in extracts]
        key = stages.key("basemap", named, gathered.ground_key)
        drawn = stages.folder("basemap", key, lambda to: write_basemap(paths, to / _BASEMAP, communes))
        advance()
    content = SnapshotContent(
        snapshot_id=plan.snapshot_id,
        territory=_territory(department, scope.area),
        config=data,
        sources=[*sources, *([plan.elevation.record] if plan.elevation is not None else [])],
        services=services,
        communes=communes,
        cells=store.cells(run),
        addresses=store.addresses(run),
        zones=store.zones(run),
        sectors=store.sectors(run),
        networks={mode: built.network for mode, built in access.items()},
        hierarchies={mode: built.hierarchy for mode, built in access.items()},
        fields={mode: built.field for mode, built in access.items()},
        excluded={source.id: source.title for source in gathered.excluded},
        completeness=completeness,
        loaded_area=_loaded_area(raw, scope.halo),
        basemap=drawn / _BASEMAP,
        departments=plan.departments.names,
        former_names=scope.former_names,
        refusals=[Refusal(r.source, r.code, r.file, r.line, r.example) for r in store.refused(run)],
    )
    return Derivation(content, access, raw.areas)


_BASEMAP = "basemap.pmtiles"


def _streets(extracts: Sequence[Fetched], plan: Plan, stage: Stage, stages: Stages, key: str) -> RawStreets:
    paths, names = [file.path for file in extracts], [_name(file) for file in extracts]
    sources = ", ".join(dict.fromkeys(file.source for file in extracts))
    with stage("streets", 1) as advance:
        tags = tags_of(plan.modes.values())
        raw = stages.value("streets", key, lambda: read_streets(paths, tags, names=names, source=sources))
        advance()
    return raw


def _with_heights(raw: RawStreets, elevation: Elevation, stage: Stage, stages: Stages, key: str) -> RawStreets:
    with stage("elevation", 1) as advance:
        heights_m = stages.value(
            "elevation", key, lambda: street_heights(raw, ground_heights(elevation.path, raw.node_lonlat))
        )
        advance()
    return replace(raw, node_height_m=heights_m, elevation=elevation.path.name)


def _name(file: Fetched) -> str:
    return PurePosixPath(file.origin).name or file.path.name


def _territory(department: Department, area: BaseGeometry) -> Territory:
    west, south, east, north = (round(degrees, 6) for degrees in area.bounds)
    return Territory(department.code, department.name, department.crs, (west, south, east, north))


def _loaded_area(raw: RawStreets, halo: BaseGeometry) -> BaseGeometry:
    """Where streets are loaded and services are too."""
    return halo if raw.extent is None else raw.extent.intersection(halo)
