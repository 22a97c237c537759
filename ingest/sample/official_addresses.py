"""The house numbers as the national base (BAN) would list them: what places the rows of official files."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.sample.communes import Commune, village_of
from ingest.sample.frame import Frame, lambert93_to_lonlat
from ingest.sample.houses import Houses
from ingest.sample.osm_houses import Address
from ingest.sample.sheets import Sheet, shouted
from ingest.sample.streets import StreetMap
from ingest.sample.truth import Fate

__all__ = ["write_addresses"]

_COLUMNS = (
    "id", "id_fantoir", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune",
    "code_insee_ancienne_commune", "nom_ancienne_commune", "x", "y", "lon", "lat", "type_position", "alias", "nom_ld",
    "libelle_acheminement", "nom_afnor", "source_position", "source_nom_voie", "certification_commune", "cad_parcelles",
)  # fmt: skip
_PLOT_M = 4.0
"""From the entrance to the middle of the plot that the base lists under the same key."""
_PLOTS = 60
"""Houses that the base lists twice."""
_AT_SEA_XY_M = (16_700.0, 15_900.0)
"""Where the houseboats lie: within the halo, in no commune."""


@dataclass(frozen=True)
class _Row:
    """One house's row, and where it stands."""

    said: dict[str, object]
    xy_m: tuple[float, float]


def write_addresses(
    path: Path,
    addresses: Mapping[int, Address],
    houses: Houses,
    streets: StreetMap,
    communes: Sequence[Commune],
    frame: Frame,
) -> list[Fate]:
    """Write the base of the territory: packed, ``;``, 23 columns, a key of commune, street and number.

    It stands where OpenStreetMap has the number, so that the two are known to be one; what :attr:`Address.official`
    leaves out OpenStreetMap has alone.
    """
    rows = _rows(addresses, houses, streets, communes)
    sheet = Sheet(_COLUMNS)
    for row in rows:
        sheet.add(row.said | _place(row.xy_m, frame), Fate("kept"))
    for row in rows[:: max(len(rows) // _PLOTS, 1)]:
        plot = _place((row.xy_m[0] + _PLOT_M, row.xy_m[1]), frame)
        sheet.add(row.said | plot | {"type_position": "parcelle"}, Fate("merged"))
    _dirt(sheet, rows, communes, frame)
    path.write_bytes(gzip.compress(sheet.encoded(";", "utf-8"), mtime=0))
    return sheet.fates


def _rows(
    addresses: Mapping[int, Address], houses: Houses, streets: StreetMap, communes: Sequence[Commune]
) -> list[_Row]:
    """Return the rows of the houses that the base knows; two streets of one name in a commune have two codes.

    Of a house on a border the base declares the commune in which its number stands.
    """
    villages = [(commune, village) for commune in communes for village in commune.villages]
    known = [h for h, address in sorted(addresses.items()) if address.commune.department == "00" and address.official]
    stand = village_of(tuple(communes), np.array([addresses[house].xy_m for house in known]))
    stand = np.where(stand < 0, houses.village[known], stand)
    codes: dict[tuple[str, str, str], str] = {}
    rows = []
    for house, row in zip(known, stand.tolist(), strict=True):
        address, (commune, village) = addresses[house], villages[row]
        stroke = streets.strokes[int(houses.street_row[house])]
        code = codes.setdefault((commune.insee, stroke.site, address.street), f"{len(codes) + 1:04}")
        number, _, again = address.number.partition(" ")
        said: dict[str, object] = {
            "id": "_".join([commune.insee, code, f"{int(number):05}", *([again] if again else [])]),
            "id_fantoir": f"{commune.insee}_{code}",
            "numero": number,
            "rep": again,
            "nom_voie": address.street,
            "code_postal": commune.postcode,
            "code_insee": commune.insee,
            "nom_commune": commune.name,
            "type_position": "entrée",
            "libelle_acheminement": shouted(commune.name),
            "nom_afnor": shouted(address.street),
            "source_position": "commune",
            "source_nom_voie": "commune",
            "certification_commune": int(not again),
        }
        if len(commune.villages) > 1:
            said |= {"code_insee_ancienne_commune": village.insee, "nom_ancienne_commune": village.name}
        rows.append(_Row(said, address.xy_m))
    return rows


def _place(xy_m: tuple[float, float], frame: Frame) -> dict[str, object]:
    x, y = frame.to_lambert93(np.array([xy_m]))[0]
    lon, lat = lambert93_to_lonlat(np.array([[x, y]]))[0]
    return {"x": f"{x:.2f}", "y": f"{y:.2f}", "lon": f"{lon:.7f}", "lat": f"{lat:.7f}"}


def _dirt(sheet: Sheet, rows: Sequence[_Row], communes: Sequence[Commune], frame: Frame) -> None:
    """Add rows that are no address of the territory, each under a key of its own."""
    first = rows[0]
    own = next(commune for commune in communes if commune.insee == first.said["code_insee"])
    away = max((r for r in rows if r.said["code_insee"] != own.insee), key=lambda r: _apart_m2(r.xy_m, first.xy_m))
    neighbour = next(commune for commune in communes if commune.department == "99")
    at_home, at_sea = _place(first.xy_m, frame), _place(_AT_SEA_XY_M, frame)
    bad: tuple[tuple[str, dict[str, object]], ...] = (
        ("unknown_commune", {"code_insee": "00998", "nom_commune": "Commune oubliée"} | at_sea),
        ("no_position", dict.fromkeys(("x", "y", "lon", "lat"), "")),
        ("zero_position", {"x": "0.00", "y": "0.00", "lon": "0", "lat": "0"}),
        ("other_commune", _place(away.xy_m, frame)),
        ("bad_number", {"numero": "12 à 16"} | at_home),
        ("no_street", {"nom_voie": "", "nom_afnor": ""} | at_home),
        ("out_of_scope", {"code_insee": neighbour.insee, "nom_commune": neighbour.name} | at_home),
    )
    for number, (way, change) in enumerate(bad):
        known = {"id": f"{own.insee}_9999_{number:05}", "code_insee_ancienne_commune": "", "nom_ancienne_commune": ""}
        sheet.add(first.said | at_home | known | change, Fate(way))
    sheet.add(first.said | at_home | {"id": ""}, Fate("no_key"))


def _apart_m2(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
