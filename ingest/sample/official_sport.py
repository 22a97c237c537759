"""Sport equipment, as its publisher would list it: GeoJSON, one feature a court or a hall."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.sample.doors import farthest
from ingest.sample.facilities import Facility
from ingest.sample.sheets import FAR, Spots, kept, listed
from ingest.sample.truth import Fate

__all__ = ["write_equipment"]


class _Features:
    """The features so far, and what must become of each."""

    def __init__(self, spots: Spots, rng: np.random.Generator) -> None:
        self.spots, self._rng = spots, rng
        self.features: list[dict[str, Any]] = []
        self.fates: list[Fate] = []

    def add(self, facility: Facility, kind: str, fate: Fate, change: Mapping[str, Any] | None = None) -> None:
        """Append one equipment of a facility; ``change`` replaces properties, or the ``geometry``."""
        change = change or {}
        commune = facility.site.commune
        serial = len(self.features) + 1
        properties = {
            "inst_numero": f"I{commune.insee}{facility.number:04d}",
            "inst_nom": facility.name,
            "inst_com_code": commune.insee,
            "inst_com_nom": commune.name,
            "inst_cp": commune.postcode,
            "equip_numero": f"E{serial:03d}I{commune.insee}{facility.number:04d}",
            "equip_nom": kind,
            "equip_type_name": kind,
            "equip_prop_type": "Commune",
            "equip_service_date": int(self._rng.integers(1962, 2024)),
        }
        lon, lat = self.spots.lonlat(facility, 8.0)
        geometry = change.get("geometry", _point(lon, lat))
        properties |= {key: value for key, value in change.items() if key != "geometry"}
        self.features.append({"type": "Feature", "geometry": geometry, "properties": properties})
        self.fates.append(fate)


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(float(lon), 6), round(float(lat), 6)]}


def write_equipment(path: Path, facilities: Sequence[Facility], spots: Spots, rng: np.random.Generator) -> list[Fate]:
    """Write the sport equipment, with duplicates and features of everywhere."""
    made = _Features(spots, rng)
    own = listed(facilities, "equipements")
    for place, facility in enumerate(own):
        lon, lat = spots.lonlat(facility)
        exchanged = {"geometry": _point(lat, lon)} if place < 2 else None  # the commune of the row proves it
        made.add(facility, facility.kind.type, kept(facility), exchanged)
        _more(facility, made)
    for facility in own[4:10]:
        made.add(facility, facility.kind.type, Fate("merged"))
    _bad(own, made)
    for number in range(70):
        elsewhere = {
            "inst_numero": f"I990{number:02d}0001",
            "inst_nom": f"Stade {number}",
            "inst_com_code": "99007",
            "geometry": _point(*spots.far_lonlat()),
        }
        made.add(own[0], "Terrain de football", FAR, elsewhere)
    collection = {"type": "FeatureCollection", "features": made.features}
    path.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return made.fates


def _more(facility: Facility, made: _Features) -> None:
    """Add what else an installation has: another court of its kind, or something of another kind."""
    often = facility.number % 3 == 0
    if facility.kind.id == "tennis" and facility.number % 2:
        made.add(facility, "Court de tennis", Fate("merged"))
    if facility.kind.id == "gym":
        made.add(facility, "Dojo / Salle d'arts martiaux", Fate("merged"))
    if facility.kind.id == "gym" and often:
        inside = facility.site.commune.department == "00"
        made.add(facility, "Plateau EPS/Multisports/city-stades", Fate("kept", ("sport.pitch",), inside))
    if facility.kind.id == "football" and often:
        made.add(facility, "Terrain de pétanque", FAR)
    if facility.kind.id == "pool":
        made.add(facility, "Bassin ludique de natation", Fate("merged"))


def _bad(own: Sequence[Facility], made: _Features) -> None:
    """Add features without place, at (0, 0), exchanged, in another commune, or of an unknown kind."""
    for number in range(3):
        lost = {"geometry": None, "inst_numero": f"I0000199{number:02d}"}
        made.add(own[number], own[number].kind.type, Fate("no_position"), lost)
    for number in range(2):
        lost = {"geometry": None, "inst_numero": f"I9900799{number:02d}", "inst_com_code": "99007"}
        made.add(own[number], own[number].kind.type, FAR, lost)
        lon, lat = made.spots.lonlat(own[number])
        exchanged = {"inst_numero": f"I0000198{number:02d}", "inst_com_code": "", "geometry": _point(lat, lon)}
        made.add(own[number], own[number].kind.type, Fate("swapped_position"), exchanged)
        commune = farthest(own, own[number]).site.commune
        elsewhere = {"inst_numero": f"I0000195{number:02d}", "inst_com_code": commune.insee}
        made.add(own[number], own[number].kind.type, Fate("other_commune"), elsewhere)
        made.add(own[number], "Piste de bowling", Fate("unmapped_category"), {"inst_numero": f"I0000197{number:02d}"})
    nowhere = {"geometry": {"type": "Point", "coordinates": [0, 0]}, "inst_numero": "I000019600"}
    made.add(own[0], own[0].kind.type, Fate("zero_position"), nowhere)
