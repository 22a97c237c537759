"""Write a snapshot so that a reader never meets half of one.

It is written to ``.<id>.partial/``, brought to the disk and renamed; nothing serves it until :mod:`geo.publication`
points ``CURRENT`` to it. Whatever fails before that leaves the former snapshot serving.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import shapely
from shapely.geometry.base import BaseGeometry

from geo.address_services import service_entries
from geo.cells import Basis, points_of_addresses, points_of_cells, write_demand
from geo.durable import sync_folder, sync_tree
from geo.errors import ConfigurationError
from geo.geocoding import AddressIndex, distinct_addresses
from geo.manifest import (
    Completeness,
    FileRecord,
    Manifest,
    SourceRecord,
    Territory,
    canonical_json,
    require_id,
    write_sources,
)
from geo.method import Method, load_profiles
from geo.places import Address, Cell, Commune, Sector, Service, Zone
from geo.publication import SnapshotInfo, list_snapshots, problem_of, publish, rollback
from geo.refusals import Refusal, write_refusals
from geo.sectors import write_sectors
from geo.tables import write_cells, write_communes, write_services
from geo.taxonomy import Taxonomy
from geo.zones import write_zones

__all__ = ["SnapshotContent", "SnapshotInfo", "list_snapshots", "publish", "rollback", "write"]


class Saved(Protocol):
    """What can lay itself down in a folder: a network, a hierarchy."""

    def save(self, folder: Path) -> None:
        """Write the files."""


class SavedField(Saved, Protocol):
    """An access field."""

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that it knows."""


@dataclass(frozen=True)
class SnapshotContent:
    """Everything that a build puts into a snapshot."""

    snapshot_id: str
    territory: Territory
    config: Path
    """A folder with ``taxonomy.toml``, ``method.toml``, ``modes.toml`` and ``profiles/``: copied as they are."""
    sources: Sequence[SourceRecord]
    services: Sequence[Service]
    """Territory and halo, confirmed and unconfirmed, in any order."""
    communes: Sequence[Commune]
    """Territory and halo."""
    cells: Sequence[Cell]
    """Territory and halo; empty where no grid is published: the populations are then spread over the addresses."""
    addresses: Sequence[Address]
    networks: Mapping[str, Saved]
    """By mode; ``hierarchies`` and ``fields`` have the same modes."""
    hierarchies: Mapping[str, Saved]
    fields: Mapping[str, SavedField]
    completeness: Mapping[str, Completeness]
    """By category; what is left out is ``none``."""
    loaded_area: BaseGeometry
    """Where streets are loaded, WGS 84."""
    basemap: Path | None = None
    """A PMTiles file, copied."""
    zones: Sequence[Zone] = ()
    """In which transport comes on demand, territory and halo, in any order."""
    sectors: Sequence[Sector] = ()
    """Which collège or école an address leads to, in any order."""
    refusals: Iterable[Refusal] = ()
    """Every row that no record could be made of."""
    run: Mapping[str, Any] = field(default_factory=dict)
    """Clock times (``built_at`` and the like): to ``run.json``, in no checksum."""
    excluded: Mapping[str, str] = field(default_factory=dict)
    """Titles, by id, of the territory's sources whose files nobody gave."""
    departments: Mapping[str, str] = field(default_factory=dict)
    """Names of the départements by code, for the addresses' context line."""
    former_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By code of a commune, the names of what it was made of: by these its addresses are found too."""


def write(folder: Path, content: SnapshotContent) -> Path:
    """Write a snapshot beside the others of its territory; does not publish it.

    Parameters
    ----------
    folder
        ``snapshots/<territory>``; made when it is missing.
    content
        What to write.

    Returns
    -------
    Path
        The snapshot's folder. When a snapshot of this id stands there whole, it is returned as it is: the same id means
        the same bytes.

    Raises
    ------
    ConfigurationError
        When the content contradicts itself: a category nobody knows, a mode without a field.
    """
    final = folder / require_id(content.snapshot_id)
    partial = folder / f".{content.snapshot_id}.partial"
    if final.is_dir() and not problem_of(final):
        return final
    shutil.rmtree(partial, ignore_errors=True)  # what a killed build left
    partial.mkdir(parents=True)
    _write_files(partial, content)
    sync_tree(partial)
    if final.exists():  # of this id, but damaged: out of the way, never mixed
        shutil.rmtree(final)
    partial.rename(final)
    sync_folder(folder)
    return final


def _write_files(partial: Path, content: SnapshotContent) -> None:
    """Write every file, the manifest last."""
    taxonomy, method = _write_config(partial / "config", content.config)
    completeness = _completeness(content, taxonomy)
    _require_fields(content, completeness)
    shares = _loaded_shares(content.communes, content.loaded_area)
    addresses = distinct_addresses(content.addresses)

    write_sources(partial / "sources.json", tuple(content.sources))
    (partial / "excluded.json").write_text(canonical_json(dict(content.excluded)), encoding="utf-8")
    (partial / "loaded_area.wkb").write_bytes(shapely.to_wkb(content.loaded_area, byte_order=1))
    write_services(partial / "services.arrow", content.services, tuple(taxonomy))
    write_communes(partial / "communes.arrow", content.communes, shares)
    write_cells(partial / "cells.arrow", content.cells)
    write_zones(partial / "zones.arrow", content.zones)
    write_sectors(partial / "sectors.arrow", content.sectors)
    write_refusals(partial / "refusals.arrow", content.refusals)
    if content.cells:
        write_demand(partial / "demand.arrow", points_of_cells(content.cells), Basis.CELLS)
    else:
        points = points_of_addresses(content.communes, addresses, shares, method.complete_share)
        write_demand(partial / "demand.arrow", points, Basis.ADDRESSES)
    labels = {category: (taxonomy[category].label.fr, taxonomy[category].label.en) for category in taxonomy}
    found_by_name = service_entries(content.services, labels, content.communes, content.departments)
    AddressIndex.write(
        partial / "addresses.sqlite",
        addresses,
        content.communes,
        content.departments,
        content.former_names,
        found_by_name,
    )
    for mode, network in content.networks.items():
        network.save(partial / "network" / mode)
        content.hierarchies[mode].save(partial / "hierarchy" / mode)
        content.fields[mode].save(partial / "fields" / mode)
    if content.basemap is not None:
        shutil.copyfile(content.basemap, partial / "basemap.pmtiles")

    paths = sorted(path for path in partial.rglob("*") if path.is_file())
    files = {path.relative_to(partial).as_posix(): FileRecord.of(path) for path in paths}
    run = {"fetched_at": {s.id: s.fetched_at for s in content.sources if s.fetched_at}, **content.run}
    (partial / "run.json").write_text(canonical_json(run), encoding="utf-8")
    manifest = Manifest(
        content.snapshot_id, content.territory, tuple(content.networks), method.version, completeness, files
    )
    manifest.write(partial / "manifest.json")


def _write_config(target: Path, config: Path) -> tuple[Taxonomy, Method]:
    (target / "profiles").mkdir(parents=True)
    for name in ("taxonomy.toml", "method.toml", "modes.toml"):
        shutil.copyfile(config / name, target / name)
    for profile in sorted((config / "profiles").glob("*.toml")):
        shutil.copyfile(profile, target / "profiles" / profile.name)
    taxonomy = Taxonomy.load(target / "taxonomy.toml")
    load_profiles(target / "profiles", taxonomy)  # a snapshot that no reader can open is not written
    return taxonomy, Method.load(target / "method.toml", taxonomy)


def _completeness(content: SnapshotContent, taxonomy: Taxonomy) -> dict[str, Completeness]:
    unknown = sorted(set(content.completeness) - set(taxonomy))
    if unknown:
        raise ConfigurationError(f"completeness of a category that the taxonomy does not know: {', '.join(unknown)}")
    return {category: Completeness(content.completeness.get(category, Completeness.NONE)) for category in taxonomy}


def _require_fields(content: SnapshotContent, completeness: Mapping[str, Completeness]) -> None:
    """Refuse a complete category without a field: it would read as "not covered" and nobody would know why."""
    if not set(content.networks) == set(content.hierarchies) == set(content.fields):
        raise ConfigurationError("networks, hierarchies and fields differ in their modes")
    complete = {category for category, state in completeness.items() if state is Completeness.COMPLETE}
    for mode, access in content.fields.items():
        missing = sorted(complete - set(access.categories))
        if missing:
            raise ConfigurationError(f"the access field of {mode} lacks complete categories: {', '.join(missing)}")


def _loaded_shares(communes: Sequence[Commune], loaded_area: BaseGeometry) -> dict[str, float | None]:
    """Share of each commune's area inside the loaded streets.

    Measured in degrees: within one commune a degree of longitude is nearly the same everywhere, so the ratio is too.
    """
    shapely.prepare(loaded_area)
    return {commune.insee: _share(commune, loaded_area) for commune in communes}


def _share(commune: Commune, loaded_area: BaseGeometry) -> float | None:
    if commune.geometry is None or commune.geometry.area <= 0:
        return None
    if not loaded_area.intersects(commune.geometry):
        return 0.0
    return min(1.0, float(loaded_area.intersection(commune.geometry).area / commune.geometry.area))
