"""A small published town for the tests of the service: streets of the lattice, and everything else a snapshot holds.

Eight columns and six rows of junctions, 80 m apart: a step costs 60 s on foot. The border between its two communes runs
between columns 3 and 4. Every row of streets carries a name, the same in both communes for the lowest row. Services
stand at known places; ``restaurant`` is numerous so that lists page; ``ecole`` counts once as maternelle and once as
élémentaire; one pharmacy lies beyond the border, one bakery is known to OpenStreetMap alone. A minibus comes on demand
east of the border, and another, of which nothing is said, to the last two columns.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.manifest import Completeness, SourceLedger, SourceRecord, Territory
from geo.method import Method
from geo.network import StreetNetwork
from geo.places import Address, Cell, Commune, Departures, Licence, Position, Provenance, Service, Standing, Zone
from geo.refusals import Refusal
from geo.snapping import EdgeIndex, Snap
from geo.snapshot_writer import SnapshotContent, publish, write
from geo.tables import order_services
from geo.taxonomy import Taxonomy
from tests.lattice import MODES, Lattice

DATA = Path(__file__).parents[2] / "data"
CODE = "00"
COLUMNS, ROWS = 8, 6
STREETS = (
    "Rue de la Gare",
    "Rue du Maréchal Foch",
    "Avenue des Tilleuls",
    "Rue du Four",
    "Chemin du Moulin",
    "Rue Neuve",
)
WEST, EAST, HALO, FAR = "00001", "00002", "99001", "00003"
NAMES = {WEST: "Maillebourg", EAST: "Carreville", HALO: "Outre-Treille", FAR: "Lointaine"}
COMPLETE = (
    "education.ecole_maternelle",
    "education.ecole_elementaire",
    "education.college",
    "health.pharmacy",
    "shop.bakery",
    "shop.restaurant",
    "shop.supermarket",
    "public.post",
    "transport.stop",
)
PARTIAL = ("culture.library",)
FINDINGS = [
    {"check": "rows", "subject": "registre", "outcome": "pass", "text": "registre: 148 rows, 100 to 200 expected"},
    {"check": "age", "subject": "carte", "outcome": "warn", "text": "carte: of 2015, old before 2025-01"},
    {"check": "shrunk", "subject": "registre", "outcome": "fail", "text": "registre: 148 rows; 200, before"},
    {"check": "rows", "subject": "carte", "outcome": "pass", "text": "carte: 2 rows, no number expected"},
]
OVERRIDES = [
    {"name": "shrunk:registre", "reason": "la moitié est passée à Outre-Treille", "at": "2026-11-24T07:59:00Z"}
]


@dataclass(frozen=True)
class Town:
    """A published town."""

    root: Path
    """Folder of the snapshots."""
    ids: tuple[str, ...]
    """Snapshots, the first of them published; they differ in their ids alone."""
    lattice: Lattice

    def lonlat(self, column: float, row: float) -> tuple[float, float]:
        lon, lat = self.lattice.lonlat((column, row))[0]
        return float(lon), float(lat)

    def at(self, column: float, row: float) -> dict[str, float]:
        """Query parameters of a place."""
        lon, lat = self.lonlat(column, row)
        return {"lon": lon, "lat": lat}


def build_town(folder: Path) -> Town:
    """Write the town's snapshots below `folder` and publish the first."""
    lattice = Lattice(COLUMNS, ROWS)
    town = Town(folder, ("one", "two"), lattice)
    content = _content(town, _basemap(folder.parent / "basemap.pmtiles", town))
    for snapshot_id in town.ids:
        write(folder / CODE, SnapshotContent(snapshot_id, **content))
    publish(folder / CODE, town.ids[0])
    return town


def _content(town: Town, basemap: Path) -> dict[str, object]:
    taxonomy = Taxonomy.load(DATA / "taxonomy.toml")
    method = Method.load(DATA / "method.toml", taxonomy)
    services = order_services(_services(town), tuple(taxonomy))
    networks = {mode: town.lattice.network(mode) for mode in ("walk", "car", "wheelchair")}
    hierarchies = {mode: Hierarchy.build(network) for mode, network in networks.items()}
    fields = {mode: _field(network, hierarchies[mode], mode, services, method) for mode, network in networks.items()}
    communes = _communes(town)
    territory = shapely.unary_union([c.geometry for c in communes if c.in_territory])
    west, south, east, north = territory.bounds
    return {
        "territory": Territory(CODE, "Pays du Treillis", "EPSG:2154", (west, south, east, north)),
        "config": DATA,
        "sources": _sources(services),
        "services": services,
        "communes": communes,
        "cells": _cells(town),
        "addresses": list(_addresses(town)),
        "networks": networks,
        "hierarchies": hierarchies,
        "fields": fields,
        "completeness": dict.fromkeys(COMPLETE, Completeness.COMPLETE) | dict.fromkeys(PARTIAL, Completeness.PARTIAL),
        "loaded_area": town.lattice.polygon((-1, -1), (COLUMNS, ROWS)),
        "basemap": basemap,
        "zones": _zones(town),
        "refusals": REFUSALS,
        "run": {"built_at": "2026-11-24T08:00:00Z", "findings": FINDINGS, "overrides": OVERRIDES},
        "departments": {CODE: "Treillis"},
    }


def _field(
    network: StreetNetwork, hierarchy: Hierarchy, mode: str, services: list[Service], method: Method
) -> AccessField:
    confirmed = [s for s in services if s.standing is Standing.CONFIRMED]
    categories = sorted({s.category for s in confirmed} | set(COMPLETE))
    rows: dict[str, int] = {}
    row = [rows[s.category] for s in confirmed if [rows.update({s.category: rows.get(s.category, -1) + 1})]]
    snap: Snap = EdgeIndex(network).snap(np.array([(s.lon, s.lat) for s in confirmed]))
    points = ServicePoints(
        np.array([categories.index(s.category) for s in confirmed], np.int32), np.array(row, np.int32), snap
    )
    ks = [method.categories[c].k for c in categories]
    return AccessField.build(network, hierarchy, MODES[mode], points, categories, ks, np.empty(0, np.int32))


def _services(town: Town) -> list[Service]:
    official = Provenance("registre", "", Licence.LO_2_0, "2026-03")
    osm = Provenance("carte", "", Licence.ODBL_1_0, "2026-11-01")

    def made(category: str, key: str, name: str, column: float, row: float, **more: object) -> Service:
        source = osm if more.get("standing") is Standing.UNCONFIRMED or category in PARTIAL else official
        origin = Provenance(source.source, key, source.licence, source.data_date)
        lon, lat = town.lonlat(column, row)
        insee = WEST if column < 3.5 else EAST
        values: dict[str, object] = {"insee": insee, "capacity": None, "provenance": (origin,), **more}
        return Service(f"{source.source}:{key}", category, name, lon, lat, **values)  # type: ignore[arg-type]

    three_rows = (
        replace(official, local_id="poste"),
        replace(official, local_id="guichets", data_date="2025", gives=("capacity",)),
        replace(osm, local_id="n1", gives=("entrances",)),
    )
    found = [
        made("education.ecole_maternelle", "ecole", "École du Centre", 2, 1.5, capacity=120.0),
        made("education.ecole_elementaire", "ecole", "École du Centre", 2, 1.5, capacity=120.0),
        made("education.college", "college", "Collège Ada Lovelace", 5, 2.5),
        made("health.pharmacy", "ph1", "Pharmacie de la Gare", 1.5, 0),
        made("health.pharmacy", "ph2", "Pharmacie <b>& Fils</b> `${0}`", 5.5, 0),
        made("health.pharmacy", "ph3", "Pharmacie d’Outre-Treille", 7, 4.5, insee=HALO, in_territory=False),
        made("shop.bakery", "b1", "Au Bon Pain", 3, 0.5),
        made("shop.bakery", "b2", "La Mie", 6, 3.5),
        made("shop.bakery", "b3", "Fournil", 4.5, 2, standing=Standing.UNCONFIRMED),
        made("public.post", "poste", "La Poste", 2.5, 3, updated="2026-02-17", capacity=3.0, provenance=three_rows),
        made("culture.library", "biblio", "Médiathèque", 1, 4.5),
    ]
    found += [made("shop.restaurant", f"r{n:03d}", f"Café n° {n}", (n * 7 % 70) / 10, n % ROWS) for n in range(120)]
    timetable = {0: Departures(12.4, 1.2, 0.0)}
    found += [
        made("transport.stop", f"t{n}", f"Arrêt {n}", n + 0.5, 5, departures=timetable.get(n), lines=("1", "4")[:n])
        for n in range(COLUMNS - 1)
    ]
    return found


def _sources(services: list[Service]) -> list[SourceRecord]:
    kept = {source: sum(s.provenance[0].source == source for s in services) for source in ("registre", "carte")}
    return [
        SourceRecord(
            "registre",
            "Registre des services",
            "Préfecture du Treillis",
            Licence.LO_2_0,
            "https://data.example/registre",
            "2026-03",
            "2026-11-20T10:00:00Z",
            SourceLedger(kept["registre"] + 9, kept["registre"], 2, 4, 3),
            {"no_position": 2, "unmapped_category": 1},
            COMPLETE,
            "Préfecture du Treillis, Registre des services, mars 2026",
        ),
        SourceRecord(
            "carte",
            "Points d’OpenStreetMap",
            "Contributeurs d’OpenStreetMap",
            Licence.ODBL_1_0,
            "https://data.example/carte",
            "2026-11-01",
            "",
            SourceLedger(kept["carte"], kept["carte"], 0, 0, 0),
        ),
        SourceRecord(
            "navettes",
            "Transport à la demande",
            "Navettes du Treillis",
            Licence.LO_2_0,
            "https://data.example/navettes",
            "2026-09",
            "",
            SourceLedger(2, 2, 0, 0, 0),
        ),
        SourceRecord(
            "rues",
            "Rues d’OpenStreetMap",
            "Contributeurs d’OpenStreetMap",
            Licence.ODBL_1_0,
            "https://data.example/rues",
            "2026-11-01",
            "",
            SourceLedger(100, 100, 0, 0, 0),
            attribution="© les contributeurs d’OpenStreetMap",
        ),
    ]


REFUSALS = [
    Refusal("registre", "no_position", "registre.csv", 12, "X12"),
    Refusal("registre", "no_position", "registre.csv", 5, "X5"),
    Refusal("registre", "unmapped_category", "registre.csv", 9, 'Salle "rouge"; verte'),
]


def _communes(town: Town) -> list[Commune]:
    def box(west: float, east: float, south: float = -1.0, north: float = ROWS) -> shapely.Polygon:
        return town.lattice.polygon((west, south), (east, north))

    return [
        Commune(WEST, NAMES[WEST], CODE, 1200, ("00100",), True, box(-1, 3.5)),
        Commune(EAST, NAMES[EAST], CODE, 800, ("00200",), True, box(3.5, COLUMNS)),
        Commune(FAR, NAMES[FAR], CODE, 300, ("00300",), True, box(COLUMNS, 60)),
        Commune(HALO, NAMES[HALO], "99", 500, ("99100",), False, box(-1, COLUMNS, ROWS, 12)),
    ]


def _cells(town: Town) -> list[Cell]:
    places = [(column + 0.5, row) for row in range(0, ROWS, 2) for column in range(COLUMNS - 1)]
    cells = []
    for n, (column, row) in enumerate(places):
        lon, lat = town.lonlat(column, row)
        insee = WEST if column < 3.5 else EAST
        cells.append(Cell(f"CRS3035RES200mN{n:07d}E0000000", lon, lat, insee, 10.0 + n, 3.0, 2.0, 21_000.0))
    lon, lat = town.lonlat(30, 2)
    cells.append(Cell("CRS3035RES200mN9999999E0000000", lon, lat, FAR, 300.0, 60.0, 90.0, None))
    lon, lat = town.lonlat(1.5, ROWS + 0.1)
    cells.append(Cell("CRS3035RES200mN9999998E0000000", lon, lat, HALO, 40.0, 8.0, 9.0, None, in_territory=False))
    return cells


def _zones(town: Town) -> list[Zone]:
    east, last = (town.lattice.polygon((west, -1), (COLUMNS, ROWS)) for west in (3.5, 5.5))
    booking = ("Réservez la veille.", "03 53 01 00 42", "https://navette.example/")
    return [
        Zone("navettes:muette", "", "navettes", last),
        Zone("navettes:est", "Carreville", "navettes", east, "Navettes du Treillis", ("tuesday", "friday"), *booking),
    ]


def _addresses(town: Town) -> Iterator[Address]:
    for row, street in enumerate(STREETS):
        for n in range(2 * (COLUMNS - 1)):
            column = n / 2 + 0.25
            insee = WEST if column < 3.5 else EAST
            if row and insee == EAST:
                continue  # the lowest street alone runs on beyond the border, under the same name
            lon, lat = town.lonlat(column, row)
            number = str(n + 1 if insee == WEST else n - 6)
            postcode = "00100" if insee == WEST else "00200"
            key = f"{insee}_{row:04d}_{int(number):05d}"
            yield Address(
                key, number, street, postcode, insee, NAMES[insee], lon, lat, Position.HOUSENUMBER, "adresses"
            )


def _basemap(path: Path, town: Town) -> Path:
    """Write one gzipped tile, at zoom 0: what is in it does not matter here."""
    west, south = town.lonlat(-1, -1)
    east, north = town.lonlat(COLUMNS, ROWS)
    with path.open("wb") as file:
        writer = Writer(file)
        writer.write_tile(zxy_to_tileid(0, 0, 0), gzip.compress(TILE, mtime=0))
        header = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": int(west * 1e7),
            "min_lat_e7": int(south * 1e7),
            "max_lon_e7": int(east * 1e7),
            "max_lat_e7": int(north * 1e7),
            "center_zoom": 0,
            "center_lon_e7": int(west * 1e7),
            "center_lat_e7": int(south * 1e7),
        }
        writer.finalize(header, {"name": "town"})
    return path


TILE = b"\x1a\x0b\x0a\x05water\x28\x80\x20\x78\x02"
"""A vector tile with one empty layer."""
