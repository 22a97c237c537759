"""The communes' register and contours, and the population grid, as INSEE and IGN would publish them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from ingest.sample import names
from ingest.sample.communes import Commune, commune_of
from ingest.sample.frame import Frame
from ingest.sample.houses import Houses
from ingest.sample.sheets import FAR, Sheet, Spots
from ingest.sample.truth import Fate

__all__ = ["write_cells", "write_contours", "write_register"]

_AGES = (
    "ind_0_3",
    "ind_4_5",
    "ind_6_10",
    "ind_11_17",
    "ind_18_24",
    "ind_25_39",
    "ind_40_54",
    "ind_55_64",
    "ind_65_79",
    "ind_80p",
    "ind_inc",
)
_CELL_COLUMNS = (
    "idcar_200m", "idcar_1km", "idcar_nat", "i_est_200", "i_est_1km", "lcog_geo", "ind", "men", "men_pauv", "men_1ind",
    "men_5ind", "men_prop", "men_fmp", "ind_snv", "men_surf", "men_coll", "men_mais", "log_av45", "log_45_70",
    "log_70_90", "log_ap90", "log_inc", "log_soc", *_AGES,
)  # fmt: skip
_AGE_SHARES = {
    "centre": (0.042, 0.020, 0.048, 0.066, 0.130, 0.222, 0.176, 0.110, 0.122, 0.064),
    "ville": (0.044, 0.023, 0.060, 0.086, 0.078, 0.178, 0.196, 0.126, 0.140, 0.069),
    "lotissement": (0.052, 0.028, 0.075, 0.106, 0.058, 0.182, 0.226, 0.124, 0.112, 0.037),
    "bourg": (0.038, 0.020, 0.054, 0.080, 0.062, 0.152, 0.190, 0.142, 0.178, 0.084),
    "village": (0.036, 0.019, 0.053, 0.081, 0.052, 0.142, 0.206, 0.158, 0.182, 0.071),
    "hameau": (0.031, 0.017, 0.048, 0.078, 0.050, 0.124, 0.212, 0.176, 0.192, 0.072),
}
_STANDARD_EUR = {
    "centre": 19_800,
    "ville": 21_600,
    "lotissement": 25_400,
    "bourg": 22_300,
    "village": 22_900,
    "hameau": 23_400,
}
_IN_HOMES = 0.975
"""Share of inhabitants that the grid counts: those of barracks, boarding schools and care homes are left out."""


def write_register(path: Path, communes: Sequence[Commune]) -> list[Fate]:
    """Write the COG: today's communes with populations, former ones that point to their seat."""
    rows: list[dict[str, Any]] = []
    fates: list[Fate] = []
    for commune in communes:
        near = Fate("kept", (), commune.department == "00")
        old = [v.insee for v in commune.villages[1:]]
        rows.append(_commune(commune.insee, commune.name, commune.department, commune.postcode, commune.people, old))
        fates.append(near)
        if old:
            for village in commune.villages:
                rows.append(
                    {
                        "code": village.insee,
                        "nom": village.name,
                        "typeLiaison": 0,
                        "zone": "metro",
                        "arrondissement": f"{commune.department}1",
                        "departement": commune.department,
                        "region": "99",
                        "type": "commune-deleguee",
                        "chefLieu": commune.insee,
                    }
                )
                fates.append(Fate("merged"))
    for number, name in enumerate(names.FAR_AWAY, start=7):
        rows.append(_commune(f"99{number:03d}", name, "99", "99700", 180 + 41 * number, []))
        fates.append(FAR)
    for number in range(1, 13):
        rows.append(_commune(f"98{number:03d}", f"Villelointaine-{number}", "98", f"98{number:02d}0", 90 * number, []))
        fates.append(FAR)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return fates


def _commune(code: str, name: str, department: str, postcode: str, people: int, old: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": code,
        "nom": name,
        "typeLiaison": 0,
        "zone": "metro",
        "arrondissement": f"{department}1",
        "departement": department,
        "region": "99",
        "type": "commune-actuelle",
        "rangChefLieu": 0,
    }
    if old:
        row["anciensCodes"] = old
    return row | {"siren": f"21{code}0009", "codesPostaux": [postcode], "population": people}


def write_contours(folder: Path, communes: Sequence[Commune], frame: Frame, spots: Spots) -> list[Fate]:
    """Write the contours of the former map, in two files: the territory's and its neighbour's."""
    folder.mkdir(parents=True, exist_ok=True)
    here: list[dict[str, Any]] = []
    there: list[dict[str, Any]] = []
    fates: list[list[Fate]] = [[], []]
    for commune in communes:
        own = commune.department == "00"
        for rank, village in enumerate(commune.villages):
            shape = _to_degrees(village.contour, frame)
            (here if own else there).append(_feature(village.insee, village.name, shape))
            fates[0 if own else 1].append(Fate("kept" if rank == 0 else "merged"))
    here.append(_feature("00999", "Roche-aux-Mouettes", _square(spots, 900.0)))
    here.append(_feature("00003", "Contour perdu", None))
    fates[0] += [Fate("unknown_commune"), Fate("bad_geometry")]
    for number, name in enumerate(names.FAR_AWAY, start=7):
        there.append(_feature(f"99{number:03d}", name, _square(spots, 4_000.0)))
        fates[1].append(FAR)
    for name, features in (("communes-00.geojson", here), ("communes-voisines.geojson", there)):
        text = json.dumps(
            {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
        )
        (folder / name).write_text(text, encoding="utf-8")
    return [*fates[0], *fates[1]]


def _to_degrees(contour: MultiPolygon, frame: Frame) -> BaseGeometry:
    warped = shapely.transform(contour, lambda xy: np.round(frame.to_lonlat(xy), 6))
    parts = shapely.get_parts(warped)
    return Polygon(parts[0]) if len(parts) == 1 else MultiPolygon(list(parts))


def _square(spots: Spots, side_m: float) -> BaseGeometry:
    lon, lat = spots.far_lonlat()
    half = side_m / 2 / 111_000
    return Polygon(shapely.box(*np.round([lon - half, lat - half, lon + half, lat + half], 6).tolist()))


def _feature(code: str, name: str, shape: BaseGeometry | None) -> dict[str, Any]:
    geometry = None if shape is None else shape.__geo_interface__
    return {"type": "Feature", "geometry": geometry, "properties": {"code": code, "nom": name}}


def write_cells(
    path: Path, houses: Houses, communes: tuple[Commune, ...], frame: Frame, rng: np.random.Generator
) -> tuple[list[Fate], tuple[float, float]]:
    """Write the inhabited squares of 200 m; return the rows' fates, and the people of the territory and of the halo."""
    to_grid = Transformer.from_crs("EPSG:2154", "EPSG:3035", always_xy=True)
    xy_m = frame.to_lambert93(houses.xy_m)
    east, north = (
        np.floor(np.asarray(axis) / 200).astype(np.int64) for axis in to_grid.transform(xy_m[:, 0], xy_m[:, 1])
    )
    corners, cell = np.unique(np.column_stack([north, east]), axis=0, return_inverse=True)
    cell = cell.ravel()
    ages, standard = _people(houses, cell, len(corners), rng)
    ids = [f"CRS3035RES200mN{n * 200}E{e * 200}" for n, e in corners.tolist()]
    centre_x, centre_y = to_grid.transform(
        corners[:, 1] * 200 + 100.0, corners[:, 0] * 200 + 100.0, direction="INVERSE"
    )
    middle = commune_of(communes, frame.to_flat(np.column_stack([centre_x, centre_y])))
    codes = [v.insee for c in communes for v in c.villages]
    today = {v.insee: row for row, c in enumerate(communes) for v in c.villages}
    listed = _listed(cell, houses.village, len(corners), codes)
    sheet = Sheet(_CELL_COLUMNS)
    people = {True: 0.0, False: 0.0}
    homes = np.bincount(cell, minlength=len(corners))
    for row, name in enumerate(ids):
        values = _values(name, corners[row], listed[row], ages[row], float(standard[row]), int(homes[row]), rng)
        chosen = [today[code] for code in listed[row]]
        owner = int(middle[row]) if int(middle[row]) in chosen else chosen[0]
        inside = communes[owner].department == "00"
        people[inside] += float(str(values["ind"]))
        sheet.add(values, Fate("kept", (), inside))
    people[False] += _beyond_the_map(sheet, corners)
    _bad_cells(sheet)
    sheet.write(path, ",", "utf-8")
    return sheet.fates, (round(people[True], 1), round(people[False], 1))


def _people(
    houses: Houses, cell: NDArray[np.int64], cells: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return people by age (cells, 10), one decimal, and the mean living standard of each cell, euros a year."""
    shares = np.array([_AGE_SHARES[zone] for zone in houses.zone])
    shares = shares * rng.uniform(0.7, 1.3, shares.shape)
    each = houses.people[:, None] * _IN_HOMES * shares / shares.sum(axis=1, keepdims=True)
    ages = np.stack([np.bincount(cell, each[:, age], minlength=cells) for age in range(10)], axis=1)
    level = np.array([_STANDARD_EUR[zone] for zone in houses.zone]) * rng.normal(1.0, 0.06, len(houses.xy_m))
    people = np.bincount(cell, houses.people, minlength=cells)
    standard = np.bincount(cell, level * houses.people, minlength=cells) / people * rng.normal(1.0, 0.07, cells)
    return np.maximum(np.round(ages, 1), 0.0), standard


def _listed(cell: NDArray[np.int64], village: NDArray[np.int64], cells: int, codes: Sequence[str]) -> list[list[str]]:
    """Return the commune codes of each cell, of the former map, in their order."""
    pairs = np.unique(np.column_stack([cell, village]), axis=0)
    found: list[list[str]] = [[] for _ in range(cells)]
    for row, place in pairs.tolist():
        found[row].append(codes[place])
    return [sorted(listed) for listed in found]


def _values(
    name: str,
    corner: NDArray[np.int64],
    codes: Sequence[str],
    ages: NDArray[np.float64],
    standard: float,
    homes: int,
    rng: np.random.Generator,
) -> Mapping[str, object]:
    """Return one row of the grid; few households make a row that INSEE would have estimated."""
    people = max(round(float(ages.sum()), 1), 0.1)
    households = max(1.0, round(people / rng.uniform(1.9, 2.6), 1))
    parts = rng.dirichlet((3, 4, 3, 2))
    kilometre = f"CRS3035RES1000mN{corner[0] // 5 * 1000}E{corner[1] // 5 * 1000}"
    flats = round(households * (0.75 if homes * 3 < people else 0.08), 1)
    numbers = {
        "ind": people,
        "men": households,
        "men_pauv": round(households * rng.uniform(0.05, 0.22), 1),
        "men_1ind": round(households * rng.uniform(0.22, 0.42), 1),
        "men_5ind": round(households * 0.06, 1),
        "men_prop": round(households * rng.uniform(0.45, 0.85), 1),
        "men_fmp": round(households * rng.uniform(0.04, 0.13), 1),
        "ind_snv": round(people * standard, 1),
        "men_surf": round(households * rng.uniform(70, 118), 1),
        "men_coll": flats,
        "men_mais": round(households - flats, 1),
        "log_inc": 0.0,
        "log_soc": round(flats * 0.3, 1),
    }
    built = {
        k: round(households * p, 1)
        for k, p in zip(("log_av45", "log_45_70", "log_70_90", "log_ap90"), parts, strict=True)
    }
    by_age = dict(zip(_AGES, [*ages.tolist(), 0.0], strict=True))
    return {
        "idcar_200m": name,
        "idcar_1km": kilometre,
        "idcar_nat": kilometre,
        "i_est_200": int(households < 11),
        "i_est_1km": 0,
        "lcog_geo": "".join(codes),
        **{k: f"{v:.1f}" for k, v in (numbers | built | by_age).items()},
    }


def _beyond_the_map(sheet: Sheet, corners: NDArray[np.int64]) -> float:
    """Add cells past the map: of a commune whose contour nobody has, of none, and out of the halo; return the people.

    Only the last is out of scope: who lives in the halo does so, whatever its commune is called.
    """
    columns = list(sheet.columns)
    ident, listed, count = (columns.index(name) for name in ("idcar_200m", "lcog_geo", "ind"))
    north, east = corners.max(axis=0)
    people = 0.0
    for beyond, code, fate in (
        (20, "98001", Fate("kept", (), False)),
        (21, "98001", Fate("kept", (), False)),
        (22, "", Fate("kept", (), False)),
        (400, "98001", FAR),
    ):
        values = list(sheet.rows[0])
        values[ident] = f"CRS3035RES200mN{(north + beyond) * 200}E{(east + beyond) * 200}"
        values[listed] = code
        people += float(values[count]) if fate.way == "kept" else 0.0
        sheet.rows.append(values)
        sheet.fates.append(fate)
    return people


def _bad_cells(sheet: Sheet) -> None:
    """Add rows that no reader may take: a broken id, none, a count under secrecy, and two cells twice."""
    columns = list(sheet.columns)
    ident, count = columns.index("idcar_200m"), columns.index("ind")

    def changed(row: int, place: int, text: str) -> list[str]:
        values = list(sheet.rows[row])
        values[place] = text
        return values

    inside = [row for row, fate in enumerate(sheet.fates) if fate.way == "kept" and fate.in_territory]
    for values, way in (
        (changed(inside[3], ident, "CRS3035RES200mN27"), "bad_position"),
        (changed(inside[4], ident, ""), "no_key"),
        (changed(inside[5], count, "ns"), "bad_number"),
        (changed(inside[6], count, "ns"), "bad_number"),
        (list(sheet.rows[inside[7]]), "merged"),
        (list(sheet.rows[inside[8]]), "merged"),
    ):
        sheet.rows.append(values)
        sheet.fates.append(Fate(way))
