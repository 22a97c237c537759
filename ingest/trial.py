"""One source tried on a territory: through the ingest as it is, without a store, a snapshot or anything published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import shapely
from rich.console import Console

from geo.errors import ConfigurationError, SourceUnavailable
from geo.method import Method
from geo.places import Service
from geo.taxonomy import Taxonomy
from ingest.catalogue import FICTIONAL_TERRITORY, Kind, Source
from ingest.fetch import Fetched, Fetcher
from ingest.gates import Finding, check_sources
from ingest.gather import Gathered, gather
from ingest.hosts import Hosts
from ingest.identity import code_digest
from ingest.ledger import Ledger, Reject, RejectCode, count_codes
from ingest.plan import sample_folder
from ingest.progress import Silent
from ingest.reading import normalise, read_table
from ingest.results import CommuneFact, SourceResult
from ingest.scope import Scope
from ingest.settings import ROOT, BuildSettings
from ingest.source_files import find_source, load_sources
from ingest.stages import Stages
from ingest.territories import Department, Departments

__all__ = ["ANYWHERE", "Trial", "require_ground", "try_source"]

ANYWHERE = "*"
"""In the place of a territory: every row of metropolitan France counts, and no commune is known."""
_FRANCE_DEG = (-5.5, 41.2, 9.8, 51.3)
_GROUND = {"communes", "contours", "commune_changes", "commune_facts", "addresses"}
"""What a service's place is held against."""
_WHAT = {"communes": "the communes", "contours": "the outlines of its communes"}


@dataclass(frozen=True)
class Trial:
    """What became of the rows of one source."""

    source: str
    files: tuple[str, ...]
    ledger: Ledger
    rejects: tuple[Reject, ...]
    services: tuple[Service, ...]
    """Those that its rows alone would make, rows of the same place joined."""
    others: int
    """Records of another kind: addresses, cells, counts, sectors, zones."""
    findings: tuple[Finding, ...]
    """What the gates would say."""

    def show(self, rows: int) -> None:
        """Print the account, the rejects with an example of each code, and some of the services."""
        console = Console()
        counts = self.ledger
        console.print(f"{self.source}: {', '.join(self.files)}", soft_wrap=True)
        console.print(
            f"{counts.read} rows read = {counts.kept} kept + {counts.merged} merged "
            f"+ {counts.out_of_scope} out of scope + {counts.rejected} rejected",
            soft_wrap=True,
        )
        for code, count in count_codes(self.rejects).items():
            first = next(reject for reject in self.rejects if reject.code == code)
            where = f"{first.file}, line {first.line}" if first.file else f"line {first.line}"
            console.print(f"  {code} {count}: {RejectCode(code).reason}; {where}: {first.example!r}", soft_wrap=True)
        for finding in self.findings:
            console.print(f"  {finding.outcome.value}: {finding.text}", soft_wrap=True)
        if self.others:
            console.print(f"{self.others} records that are no services")
        if self.services and rows:
            console.print(f"{min(rows, len(self.services))} of {len(self.services)} services:")
        for service in self.services[:rows]:
            console.print(f"  {_line(service)}", soft_wrap=True)


def _line(service: Service) -> str:
    place = f"{service.lon:.5f} {service.lat:.5f} ({service.precision.value})"
    commune = service.insee or "in no known commune"
    updated = f", looked at {service.updated}" if service.updated else ""
    return f"{service.id}: {service.name or 'without name'}, {service.category}, {place}, {commune}{updated}"


def try_source(given: str, territory: str, settings: BuildSettings) -> Trial:
    """Run a source through the ingest.

    Parameters
    ----------
    given
        Its id, or the path of its TOML.
    territory
        On which it is tried, also when it does not serve it; :data:`ANYWHERE` asks for no ground at all.

    Raises
    ------
    ConfigurationError
        When there is no such source.
    SourceError
        When its files, or those of the ground, are missing or not what is declared.
    """
    data = settings.data
    taxonomy = Taxonomy.load(data / "taxonomy.toml")
    source = find_source(data / "sources", given, taxonomy)
    method = Method.load(data / "method.toml", taxonomy)
    fetcher = Fetcher(settings.raw, settings.mirror, hosts=Hosts(internal=settings.internal_hosts))
    if territory == ANYWHERE:
        if source.placed_by is not None:
            raise ConfigurationError(
                f"{source.id} is placed by {source.placed_by.source}: name a territory to try both"
            )
        return _anywhere(source, fetcher.get(source, next(iter(source.territories), "")))
    department = Departments.load(data / "territories.toml").require(territory)
    beside = source.placed_by.source if source.placed_by else ""
    around = [
        other
        for other in load_sources(data / "sources", territory, taxonomy)
        if other.id != source.id and (other.id == beside or other.kind in _GROUND - {source.kind})
    ]
    if territory == FICTIONAL_TERRITORY:
        ground_from = Fetcher(settings.raw, sample_folder(settings.raw, Silent().stage))
    else:
        ground_from = fetcher
    found_files = ground_from.get_all(around, territory)
    fetched = {name: files for name, files in found_files.items() if isinstance(files, list)}
    require_ground(source, around, found_files, department, settings.mirror)
    if beside and beside not in fetched:
        raise ConfigurationError(f"{source.id} is placed by {beside}, which has no file for {territory}")
    fetched[source.id] = fetcher.get(source, territory)
    stages = Stages(settings.cache / territory, code_digest(ROOT))  # the ground of a territory is laid once
    found = gather([*around, source], fetched, department, data, stages=stages)
    own = [service for service in found.services if service.provenance[0].source == source.id]
    rejects = tuple(reject for reject in found.rejects if reject.source == source.id)
    return Trial(
        source=source.id,
        files=_names(fetched[source.id]),
        ledger=found.ledgers[source.id],
        rejects=rejects,
        services=tuple(own),
        others=_others(found, source.kind),
        findings=tuple(f for f in check_sources(found, method) if f.subject == source.id),
    )


def _anywhere(source: Source, files: list[Fetched]) -> Trial:
    france = shapely.box(*_FRANCE_DEG)
    source = source.as_of(files[0].vintage)
    scope = Scope(Department("", "France", "EPSG:2154"), (), france, france, {})
    result = normalise(source, read_table(source, files), files, scope)
    services = tuple(draft.service for draft in result.drafts)
    return Trial(source.id, _names(files), result.ledger, result.rejects, services, _others(result, source.kind), ())


def require_ground(
    source: Source,
    around: Iterable[Source],
    found: Mapping[str, list[Fetched] | SourceUnavailable],
    department: Department,
    mirror: Path | None,
) -> None:
    """Say which file of the ground is missing and what to do, before the ingest says that it has none.

    Raises
    ------
    ConfigurationError
        When there is no file of the communes or of their contours.
    """
    for other in around:
        missing = found[other.id]
        if other.kind in {"communes", "contours"} and isinstance(missing, SourceUnavailable):
            raise ConfigurationError(
                f"{source.id} cannot be tried on {department.name} ({department.code}): "
                f"{_WHAT[other.kind]} are missing. "
                f"Source {other.id!r} (data/sources/{other.id}.toml) reads them, and {missing.detail}. Either open the "
                f"way to {other.url or other.page}; or lay its file into {mirror or 'a folder that --mirror names'} "
                f'and name it in that TOML: [[mirror]] territories = ["{department.code}"], data_date = "…", '
                f'paths = ["<path below the folder>"]; or try {source.id} with --territory "*", which needs neither'
            )


def _others(found: SourceResult | Gathered, kind: Kind) -> int:
    """Count the records of a source that are no services; a fact that says nothing is none.

    Of what is gathered they are its own: of its kind, no other source is read with it.
    """
    addresses = found.addresses if kind == "addresses" else ()
    facts = found.facts if kind == "commune_facts" else ()
    telling = [fact for fact in facts if replace(fact, insee="") != CommuneFact("")]
    return len((*addresses, *telling, *found.cells, *found.counts, *found.sectors, *found.zones))


def _names(files: list[Fetched]) -> tuple[str, ...]:
    return tuple(file.origin for file in files)
