"""The bases that are asked: two of the national file, one of OpenStreetMap, and a drawn département."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

from benchmarks.geocoder.drawn import draw_departement
from benchmarks.geocoder.mistakes import folded
from benchmarks.streets import ROOT
from geo.address_book import distinct_addresses
from geo.places import Address, Commune, Position
from ingest.addresses import normalise_addresses
from ingest.connectors import osm
from ingest.fetch import Fetched
from ingest.scope import Scope
from ingest.source_files import load_sources
from ingest.territories import Department

__all__ = ["Ground", "grounds"]

_BASES = {
    # name: (path below the mirror, separator)
    "BAN Bondy": ("ban/bondy-93/adresse.csv", ","),
    "BAN Paris": ("ban/paris-75-2024/adresses-75.csv.gz", ";"),
}
_EXTRACT = "osm/le-creusot-71/Le_Creusot.osm.pbf"
_POSTCODES = "laposte-hexasmal/20250619094120-datanova.csv"
_CONTOURS = "contours/71/communes-71-saone-et-loire.geojson"
DEPARTMENTS = {"38": "Isère", "71": "Saône-et-Loire", "75": "Paris", "93": "Seine-Saint-Denis"}


@dataclass(frozen=True)
class Ground:
    """Distinct addresses and their communes."""

    name: str
    addresses: Sequence[Address]
    communes: Sequence[Commune]

    @property
    def housed(self) -> list[Address]:
        """The addresses that bear a number, in their order: what questions are drawn from.

        A few rows of the national file repeat the number in the street (``38Z1 Rue …``), which nobody writes.
        """
        return [a for a in self.addresses if a.number and a.street and not _repeats(a.number, a.street)]


def grounds(mirror: Path | None) -> Iterator[Ground]:
    """Yield the grounds one at a time; without a mirror, the drawn département alone."""
    if mirror is not None:
        for name, (path, separator) in _BASES.items():
            if (mirror / path).is_file():
                yield _national(name, mirror / path, separator)
        if (mirror / _EXTRACT).is_file():
            yield _creusot(mirror)
    yield Ground("drawn département", *_distinct(*draw_departement()))


def _repeats(number: str, street: str) -> bool:
    return folded(street.split(maxsplit=1)[0]) == folded(number).replace(" ", "")


def _distinct(addresses: Sequence[Address], communes: Sequence[Commune]) -> tuple[list[Address], Sequence[Commune]]:
    return distinct_addresses(addresses), communes


def _national(name: str, path: Path, separator: str) -> Ground:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = csv.DictReader(io.StringIO(raw.decode("utf-8")), delimiter=separator)
    found, postcodes = [], {}
    for row in rows:
        said = {key: "" if cell == "NA" else _mended(cell) for key, cell in row.items()}
        number = "" if said["numero"] == "0" else f"{said['numero']} {said['rep']}".strip()
        found.append(
            Address(
                id=said["id"],
                number=number,
                street=said["nom_voie"],
                postcode=said["code_postal"],
                insee=said["code_insee"],
                commune=said["nom_commune"],
                lon=float(said["lon"]),
                lat=float(said["lat"]),
                position=Position.HOUSENUMBER if number else Position.STREET,
                source="ban",
            )
        )
        postcodes.setdefault((said["code_insee"], said["nom_commune"]), set()).add(said["code_postal"])
    communes = [
        Commune(insee, town, insee[:2], 50_000, tuple(sorted(codes)), True, None)
        for (insee, town), codes in sorted(postcodes.items())
    ]
    return Ground(name, *_distinct(found, communes))


def _mended(text: str) -> str:
    """Undo an encoding that was applied twice: one of the files was rewritten so, and nobody writes ``AllÃ©e``."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _creusot(mirror: Path) -> Ground:
    """Read the numbers of an extract as a build reads them, in the communes that its contours give."""
    source = next(source for source in load_sources(ROOT / "data" / "sources", "71") if source.id == "osm_addresses")
    features = json.loads((mirror / _CONTOURS).read_text(encoding="utf-8"))["features"]
    postcodes = _postcodes(mirror / _POSTCODES)
    communes = tuple(
        Commune(
            p["code"],
            p["nom"],
            "71",
            None,
            postcodes.get(p["code"], ()),
            True,
            shapely.from_geojson(json.dumps(f["geometry"])),
        )
        for f in features
        for p in [f["properties"]]
    )
    area = shapely.union_all([commune.geometry for commune in communes])
    scope = Scope(Department("71", "71", "EPSG:2154"), communes, area, area, {c.insee: c.insee for c in communes})
    path = mirror / _EXTRACT
    fetched = [Fetched(source.id, path, "0" * 64, path.name, "2026-01-01T00:00:00Z", "2026-01", source.producer)]
    result = normalise_addresses(source, osm.read(source, fetched), fetched, scope)
    mine = {address.insee for address in result.addresses}
    return Ground("OSM Le Creusot", result.addresses, [c for c in communes if c.insee in mine])


def _postcodes(path: Path) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["code_commune_insee"]].add(row["code_postal"])
    return {insee: tuple(sorted(codes)) for insee, codes in found.items()}
