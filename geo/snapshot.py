"""Snapshot: everything that answers a request, in one immutable folder that is memory-mapped.

::

    snapshots/<territory>/CURRENT            one line: the id that serves
    snapshots/<territory>/<id>/manifest.json  what it is, and the checksum of every file but run.json
        run.json                              clock times; in no checksum, so that the same inputs give the same bytes
        sources.json  excluded.json  config/{taxonomy,method,modes}.toml  config/profiles/*.toml  loaded_area.wkb
        services.arrow  communes.arrow  cells.arrow  demand.arrow  zones.arrow  sectors.arrow
        refusals.arrow  addresses.sqlite  basemap.pmtiles
        network/<mode>/  hierarchy/<mode>/  fields/<mode>/

``snapshot_writer`` writes, publishes and rolls back; this module only reads.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from geo.cells import Demand
from geo.errors import FieldProblem, InvalidParameter, NoSnapshot, one_of
from geo.fields import AccessField
from geo.findings import Judged, read_findings
from geo.geocoding import AddressIndex
from geo.hierarchy import Hierarchy
from geo.manifest import (
    Completeness,
    Manifest,
    SourceLedger,
    SourceRecord,
    Territory,
    read_sources,
)
from geo.method import Method, Profile, load_profiles
from geo.modes import Mode, load_modes
from geo.network import StreetNetwork
from geo.places import Commune
from geo.publication import current_id, read_run
from geo.reading import Reader
from geo.refusals import RefusalTable
from geo.sectors import SectorTable
from geo.snapping import EdgeIndex
from geo.tables import CommuneTable, ServiceTable
from geo.taxonomy import Taxonomy
from geo.zones import ZoneTable

__all__ = ["Completeness", "Snapshot", "SourceLedger", "SourceRecord", "Territory"]

T = TypeVar("T")


class Snapshot:
    """One published state of a territory. Safe to share between threads; nothing of it ever changes.

    Attributes
    ----------
    id
        Hash of inputs, settings and code: the same inputs give the same id and the same bytes.
    territory, sources, taxonomy, method, profiles, completeness
        As they were at the build; a later edit of the project's data files does not reach a snapshot.
    excluded
        Titles, by id, of the sources that were to be read and whose files nobody gave.
    modes
        The modes that can be asked for.
    services, communes, demand, zones, sectors, addresses, refusals
        The records; see their classes.
    networks, index, hierarchies, fields, readers
        By mode, each opened when first asked for.
    built_at
        ISO 8601 instant of the build; empty when nobody recorded it.
    findings
        What the checks before publication came to; empty when nobody recorded it.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        config = folder / "config"
        run = read_run(folder / "run.json")
        self.folder = folder
        self.id = manifest.id
        self.territory = manifest.territory
        self.completeness = manifest.completeness
        self.built_at = str(run.get("built_at", ""))
        self.findings: tuple[Judged, ...] = read_findings(run)
        self.sources: tuple[SourceRecord, ...] = read_sources(folder / "sources.json", run.get("fetched_at", {}))
        self.excluded: Mapping[str, str] = json.loads((folder / "excluded.json").read_text(encoding="utf-8"))
        self.taxonomy = Taxonomy.load(config / "taxonomy.toml")
        self.method = Method.load(config / "method.toml", self.taxonomy)
        self.profiles: Mapping[str, Profile] = load_profiles(config / "profiles", self.taxonomy)
        modes = load_modes(config / "modes.toml")
        self.modes: Mapping[str, Mode] = {mode: modes[mode] for mode in manifest.modes}
        self.services = ServiceTable.open(folder / "services.arrow")
        self.communes = CommuneTable.open(folder / "communes.arrow")
        self.demand = Demand.open(folder / "demand.arrow", self.communes)
        self.zones = ZoneTable.open(folder / "zones.arrow")
        self.sectors = SectorTable.open(folder / "sectors.arrow")
        self.refusals = RefusalTable.open(folder / "refusals.arrow")
        self.addresses = AddressIndex.open(folder / "addresses.sqlite")
        self.networks = _Opened(self.modes, lambda mode: StreetNetwork.open(folder / "network" / mode))
        self.index = _Opened(self.modes, lambda mode: EdgeIndex(self.networks[mode]))
        self.hierarchies = _Opened(self.modes, lambda mode: Hierarchy.open(folder / "hierarchy" / mode))
        self.fields = _Opened(self.modes, lambda mode: AccessField.open(folder / "fields" / mode))
        self.readers = _Opened(self.modes, lambda mode: Reader(self.index[mode], self.fields[mode]))
        basemap = folder / "basemap.pmtiles"
        self.basemap_path: Path | None = basemap if basemap.exists() else None
        self._memo: dict[Any, Any] = {}
        self._memo_lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, *, verify: bool = True) -> Snapshot:
        """Open a snapshot's folder.

        Parameters
        ----------
        path
            ``snapshots/<territory>/<id>``.
        verify
            Hold every file against its checksum first.

        Raises
        ------
        NoSnapshot
            When there is no such folder.
        SnapshotCorrupt
            Names the file that is missing or altered.
        """
        if not path.is_dir():
            raise NoSnapshot(f"there is no snapshot at {path}: list them with `alentours snapshots list`")
        manifest = Manifest.read(path)
        if verify:
            manifest.verify(path)
        return cls(path, manifest)

    @classmethod
    def current(cls, root: Path, territory: str, *, verify: bool = True) -> Snapshot:
        """Open the published snapshot of a territory.

        Parameters
        ----------
        root
            The folder that holds one folder per territory.
        territory
            Code of the territory, such as ``"71"``.

        Raises
        ------
        NoSnapshot
            When nothing is published for the territory.
        SnapshotCorrupt
            Names the file that is missing or altered.
        """
        folder = root / territory
        snapshot_id = current_id(folder)
        if snapshot_id is None:
            raise NoSnapshot(
                f"nothing is published for territory {territory} in {root}: run `alentours build {territory}` first"
            )
        return cls.open(folder / snapshot_id, verify=verify)

    def commune_at(self, lon: float, lat: float) -> Commune | None:
        """Return the commune that holds the point (WGS 84 degrees), None outside every known contour."""
        return self.communes.at(lon, lat)

    def require_mode(self, mode: str, field: str = "mode") -> Mode:
        """Return the mode.

        Raises
        ------
        InvalidParameter
            When the snapshot cannot answer for it; lists the modes that it can.
        """
        if mode not in self.modes:
            raise InvalidParameter(FieldProblem(field, f"unknown mode {mode!r}", one_of(mode, self.modes)))
        return self.modes[mode]

    def require_profile(self, profile: str, field: str = "profile") -> Profile:
        """Return the profile.

        Raises
        ------
        InvalidParameter
            When there is no such profile; lists the right ones.
        """
        if profile not in self.profiles:
            raise InvalidParameter(FieldProblem(field, f"unknown profile {profile!r}", one_of(profile, self.profiles)))
        return self.profiles[profile]

    def source(self, source_id: str) -> SourceRecord | None:
        """Return a source by its id, None when nothing of it stands in this snapshot."""
        return next((source for source in self.sources if source.id == source_id), None)

    def is_loaded(self, lon: float, lat: float) -> bool:
        """Whether streets are loaded around a point (WGS 84 degrees)."""
        return bool(self.loaded_area.intersects(shapely.Point(lon, lat)))

    @property
    def loaded_area(self) -> BaseGeometry:
        """Where streets are loaded: a geometry in WGS 84."""
        return self.memo("loaded_area", lambda: shapely.from_wkb((self.folder / "loaded_area.wkb").read_bytes()))

    def memo(self, key: Any, make: Callable[[], T]) -> T:
        """Return what ``make`` gave when this key was first asked for. For what follows from the snapshot alone."""
        with self._memo_lock:
            if key not in self._memo:
                self._memo[key] = make()
            return self._memo[key]  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the address index's connections; mapped files follow with the last reference."""
        self.addresses.close()


class _Opened(Mapping[str, T]):
    """One thing per mode, opened when first asked for, once."""

    def __init__(self, modes: Mapping[str, Mode], make: Callable[[str], T]) -> None:
        self._modes, self._make = tuple(modes), make
        self._made: dict[str, T] = {}
        self._lock = threading.Lock()

    def __getitem__(self, mode: str) -> T:
        if mode not in self._modes:
            raise KeyError(mode)
        with self._lock:
            if mode not in self._made:
                self._made[mode] = self._make(mode)
            return self._made[mode]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modes)

    def __len__(self) -> int:
        return len(self._modes)
