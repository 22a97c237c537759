"""A whole small snapshot over the lattice town, for the tests of what stands on the engine.

Thirty columns and three rows of junctions, one minute on foot apart: long enough for a service to lie beyond a cut-off.
Two communes meet between columns 14 and 15; a third lies where no street is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.fields import AccessField, ServicePoints
from geo.hierarchy import Hierarchy
from geo.manifest import Completeness, SourceLedger, SourceRecord, Territory
from geo.method import Method
from geo.places import Address, Cell, Commune, Licence, Position, Provenance, Service, Standing
from geo.snapping import EdgeIndex
from geo.snapshot_writer import SnapshotContent
from geo.tables import order_services
from geo.taxonomy import Taxonomy
from tests.lattice import MODES, Lattice

DATA = Path(__file__).parents[2] / "data"
TAXONOMY = Taxonomy.load(DATA / "taxonomy.toml")
METHOD = Method.load(DATA / "method.toml", TAXONOMY)
COLUMNS, ROWS = 30, 3
TOWN = Lattice(COLUMNS, ROWS)
WEST, EAST, FAR = "00001", "00002", "00003"
NAMES = {WEST: "Ponant", EAST: "Levant", FAR: "Lointaine"}
COMPLETE = ("health.pharmacy", "education.college", "shop.bakery", "sport.pool", "transport.station")
PARTIAL = ("culture.library",)

Place = tuple[float, float]


def lonlat(place: Place) -> Place:
    lon, lat = TOWN.lonlat(place)[0]
    return float(lon), float(lat)


def service(category: str, key: str, place: Place, **more: Any) -> Service:
    lon, lat = lonlat(place)
    origin = Provenance("registre", key, Licence.LO_2_0, "2026-03")
    insee = WEST if place[0] < 14.5 else EAST
    made = Service(f"registre:{key}", category, f"Site {key}", lon, lat, insee, None, (origin,))
    return replace(made, **more)


SERVICES = (
    service("health.pharmacy", "p1", (3, 1)),
    service("health.pharmacy", "p2", (6.5, 1)),
    service("health.pharmacy", "p3", (28, 1)),
    service("education.college", "c1", (10, 1), capacity=480.0),
    service("sport.pool", "s1", (29, 1)),
    service("culture.library", "l1", (2, 1)),
    service("shop.bakery", "b1", (4, 1), standing=Standing.UNCONFIRMED),
)
"""No bakery is confirmed though bakeries are completely known; no station exists at all."""


def access_field(
    services: Iterable[Service], mode: str = "walk", edge: Iterable[Place] = (), categories: tuple[str, ...] = ()
) -> AccessField:
    """The field of the confirmed services; ``edge`` are junctions where the loaded streets end."""
    network = TOWN.network(mode)
    confirmed = [s for s in order_services(services, tuple(TAXONOMY)) if s.standing is Standing.CONFIRMED]
    known = categories or tuple(c for c in TAXONOMY if c in {s.category for s in confirmed} | set(COMPLETE))
    first = {c: [s.category for s in confirmed].index(c) for c in {s.category for s in confirmed}}
    points = ServicePoints(
        np.array([known.index(s.category) for s in confirmed], np.int32),
        np.array([i - first[s.category] for i, s in enumerate(confirmed)], np.int32),
        EdgeIndex(network).snap(np.array([(s.lon, s.lat) for s in confirmed], np.float64)),
    )
    seeds = np.array([TOWN.junction(network, place) for place in edge], np.int32)
    ks = [METHOD.categories[c].k for c in known]
    return AccessField.build(network, Hierarchy.build(network), MODES[mode], points, known, ks, seeds)


def communes() -> list[Commune]:
    def box(west: float, east: float) -> shapely.Polygon:
        return TOWN.polygon((west, -1), (east, ROWS))

    return [
        Commune(EAST, NAMES[EAST], "00", 1000, ("00200", "00210"), True, box(14.5, COLUMNS)),
        Commune(WEST, NAMES[WEST], "00", 600, ("00100",), True, box(-1, 14.5)),
        Commune(FAR, NAMES[FAR], "00", 250, ("00300",), True, box(60, 90)),
        Commune("99001", "Outre", "99", 50, (), False, TOWN.polygon((-1, ROWS), (COLUMNS, 9))),
    ]


def address(key: str, number: str, street: str, place: Place, insee: str = WEST, **more: Any) -> Address:
    lon, lat = lonlat(place)
    made = Address(key, number, street, "", insee, NAMES[insee], lon, lat, Position.HOUSENUMBER, "adresses")
    return replace(made, **more)


def addresses() -> list[Address]:
    west = [address(f"w{n:02d}", str(n + 1), "Grande Rue", (n + 0.5, 1)) for n in range(12)]
    east = [address(f"e{n:02d}", str(n + 1), "Rue du Maréchal Foch", (15.5 + n, 1), EAST) for n in range(8)]
    return west + east


def cell(number: int, place: Place, people: float, insee: str, **more: Any) -> Cell:
    return Cell(f"CRS3035RES200mN{number:07d}E0000000", *lonlat(place), insee, people, 0.0, 0.0, None, **more)


def cells() -> list[Cell]:
    """Ten people at every second junction of the middle street, and a hundred where no street is."""
    west = [cell(n, (n, 1), 10.0, WEST) for n in range(0, 14, 2)]
    east = [cell(n, (n, 1), 10.0, EAST) for n in range(16, 30, 2)]
    return [*west, *east, cell(99, (70, 1), 100.0, FAR)]


def source(**more: Any) -> SourceRecord:
    made = SourceRecord(
        "registre",
        "Registre",
        "Préfecture",
        Licence.LO_2_0,
        "https://data.example/registre",
        "2026-03",
        "2026-11-20T10:00:00Z",
        SourceLedger(10, 7, 1, 1, 1),
        {"no_position": 1},
        COMPLETE,
        "Préfecture, mars 2026",
    )
    return replace(made, **more)


def content(snapshot_id: str = "aaa1", edge: Iterable[Place] = (), **more: Any) -> SnapshotContent:
    """What a build would hand over; every part can be given another way."""
    modes = ("walk", "car")
    networks = {mode: TOWN.network(mode) for mode in modes}
    services = more.pop("services", SERVICES)
    bounds = TOWN.polygon((-1, -1), (COLUMNS, ROWS)).bounds
    parts: dict[str, Any] = {
        "territory": Territory("00", "Pays du Treillis", "EPSG:2154", bounds),
        "config": DATA,
        "sources": [source()],
        "services": services,
        "communes": communes(),
        "cells": cells(),
        "addresses": addresses(),
        "networks": networks,
        "hierarchies": {mode: Hierarchy.build(network) for mode, network in networks.items()},
        "fields": {mode: access_field(services, mode, edge) for mode in modes},
        "completeness": dict.fromkeys(COMPLETE, Completeness.COMPLETE) | dict.fromkeys(PARTIAL, Completeness.PARTIAL),
        "loaded_area": TOWN.polygon((-1, -1), (COLUMNS, ROWS)),
        "run": {"built_at": "2026-11-24T08:00:00Z"},
        "departments": {"00": "Treillis"},
    }
    return SnapshotContent(snapshot_id, **{**parts, **more})
