"""What a build will read, and whether it has anything to do. Loads little: most starts find nothing changed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from geo.errors import SourceUnavailable
from geo.method import Method
from geo.modes import Mode, load_modes
from geo.publication import current_id, problem_of
from geo.taxonomy import Taxonomy
from ingest.catalogue import FICTIONAL_TERRITORY, Source
from ingest.elevation_credit import Elevation
from ingest.fetch import Fetched, Fetcher
from ingest.hosts import Hosts, resolve
from ingest.identity import digest_of_files, snapshot_id
from ingest.place import Place, sources_of
from ingest.progress import Stage
from ingest.served import last_published
from ingest.settings import ROOT, BuildSettings
from ingest.source_files import load_sources
from ingest.territories import Department, Departments

__all__ = ["Plan", "make_plan", "sample_folder"]

_INDISPENSABLE = {"communes", "contours", "streets"}


@dataclass(frozen=True)
class Plan:
    """Everything that a build starts from."""

    departments: Departments
    department: Department
    taxonomy: Taxonomy
    method: Method
    modes: Mapping[str, Mode]
    """Those that both the streets and the method know."""
    sources: Sequence[Source]
    fetched: Mapping[str, Sequence[Fetched]]
    """The files of each source, by its id; a source that nobody gave has none."""
    absent: Mapping[str, str]
    """Why a source has none, by its id."""
    elevation: Elevation | None
    """Heights of the ground; None: every street counts as level."""
    snapshot_id: str
    """Of the snapshot that these files, settings and code make."""
    folder: Path
    """``snapshots/<territory>``."""
    unchanged: bool
    """This very snapshot serves already, and the store holds what it was made from."""


def make_plan(
    territory: str,
    settings: BuildSettings,
    stage: Stage,
    transport: httpx.BaseTransport | None = None,
    place: Place | None = None,
) -> Plan:
    """Read what is declared of a territory, bring its files here, and see whether anything changed.

    Parameters
    ----------
    place
        In the territory, whose streets and services Overpass gives; None: the territory's extracts do.

    Raises
    ------
    InvalidParameter
        When there is no such territory.
    ConfigurationError
        When it is not said who made the raster of heights.
    SourceError
        When the ground's or the streets' files are missing, or a publisher's answer is cut off.
    """
    data, folder = settings.data, settings.snapshots / territory
    departments = Departments.load(data / "territories.toml")
    department = departments.require(territory)
    taxonomy = Taxonomy.load(data / "taxonomy.toml")
    method = Method.load(data / "method.toml", taxonomy)
    sources = load_sources(data / "sources", territory, taxonomy)
    if place is not None:
        sources = sources_of(place, sources, settings, taxonomy)
    fetched, absent = _fetch(sources, territory, settings, stage, transport)
    elevation = Elevation.of(settings.elevation) if settings.elevation is not None else None
    files = [file for given in fetched.values() for file in given]
    identity = snapshot_id(territory, files, code=ROOT, data=data, elevation=elevation.inputs if elevation else ())
    return Plan(
        departments=departments,
        department=department,
        taxonomy=taxonomy,
        method=method,
        modes={name: mode for name, mode in load_modes(data / "modes.toml").items() if name in method.modes},
        sources=sources,
        fetched=fetched,
        absent=absent,
        elevation=elevation,
        snapshot_id=identity,
        folder=folder,
        unchanged=current_id(folder) == identity
        and not problem_of(folder / identity)
        and last_published(settings.store_target, territory) == identity,
    )


def _fetch(
    sources: Sequence[Source],
    territory: str,
    settings: BuildSettings,
    stage: Stage,
    transport: httpx.BaseTransport | None,
) -> tuple[dict[str, list[Fetched]], dict[str, str]]:
    """Bring every file here, from the mirror or its publisher; the sample's mirror is made first.

    A source that nobody gives is left out and named; without ground and any streets nothing can be built.
    """
    mirror = settings.mirror if territory != FICTIONAL_TERRITORY else sample_folder(settings.raw, stage)
    hosts = Hosts(None if transport is not None else resolve, settings.internal_hosts)
    fetcher = Fetcher(settings.raw, mirror, transport, hosts=hosts)
    fetched: dict[str, list[Fetched]] = {}
    absent: dict[str, str] = {}
    with stage("fetch", len(sources)) as advance:
        found = fetcher.get_all(sources, territory, settings.jobs, advance)
    given = {source.kind for source in sources if not isinstance(found[source.id], SourceUnavailable)}
    for source in sources:
        files = found[source.id]
        if not isinstance(files, SourceUnavailable):
            fetched[source.id] = files
        elif source.kind in _INDISPENSABLE - given:
            advice = "look at the network, or name a mirror by MIRROR=<folder>"
            raise SourceUnavailable(source.id, f"{files.detail}: {advice}")
        else:
            absent[source.id] = files.detail
    return fetched, absent


def sample_folder(raw: Path, stage: Stage) -> Path:
    """Return the folder of the fictional territory's files, drawn when this version has not drawn them yet."""
    parent = raw / "sample"
    folder = parent / digest_of_files(ROOT / "ingest" / "sample")[:16]
    if not (folder / "truth.json").exists():  # written last: a drawing that was cut short is begun anew
        from ingest.sample import generate  # noqa: PLC0415 - real territories never load the fictional one

        shutil.rmtree(parent, ignore_errors=True)  # drawn by an older version of the program
        with stage("sample", 1) as advance:
            generate(folder)
            advance()
    return folder
