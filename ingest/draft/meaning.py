"""What the columns of a file seem to mean, by what they are called and by what stands in them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.catalogue import CONTENT_KEY
from ingest.draft.profile import Profile
from ingest.likeness import words
from ingest.positions import restore_point

__all__ = ["Meaning", "find_meaning"]


def _called(*endings: str) -> re.Pattern[str]:
    """Return what a header looks like that ends in one of these words, whatever stands before it."""
    return re.compile(f"(?:.*_)?(?:{'|'.join(endings)})")


_NAMES: Mapping[str, re.Pattern[str]] = {
    "key": _called(
        "[a-z]*id(_.*)?", "identifiant.*", "uai", "finess", "siret", "gid", "ref(erence)?", "code", "num(ero)?(_.*)?"
    ),
    "name": _called(
        *("nom(_.*)?", "libelle(_.*)?", "name", "nomrs", "appellation.*", "denomination.*", "raison_sociale", "titre"),
        *("designation", "enseigne", "intitule", "lieu_.*"),
    ),
    "category": _called(
        *("type(_.*)?", "categorie(_.*)?", "nature(_.*)?", "famille(_.*)?", "typequ", "activite(_.*)?", "amenity")
    ),
    "insee": re.compile(".*(?:insee|citycode|depcom|codgeo|code_commune|numcom).*"),
    "postcode": _called("cp", "codes?_?post(al|aux)?", "codpos", "postcode", "postal_code"),
    "city": _called("commune", "ville", "city", "libcom", "nom_commune", "com_nom", "localite"),
    "number": _called("num(ero)?_(de_(la_)?)?(voie|rue)", "numvoie", "housenumber", "adresse_numero", "adr_num"),
    "repetition": _called("ind_rep", "suffixe", "repetition", "rep", "bister"),
    "street": _called("nom_(de_la_)?voie", "libelle_voie", "libvoie", "street", "adr_voie", "rue", "voie"),
    "address": _called("adresse(_.*)?", "address", "adr", "cadr", "localisation"),
    "updated": re.compile(".*(?:maj|mise_a_jour|modif|update|actualis).*"),
    "epci": _called("numepci", "(code|siren)_epci", "epci(_code)?"),
    "epci_name": _called("nom_?epci", "epci_nom"),
    "population": _called("population", "pmun", "population_municipale"),
    "capacity": _called("capacite(_.*)?", "(nb_)?places?", "nombre_de_places?", "nbre_pl", "effectif"),
}
_EAST, _NORTH = (
    _called(words, f"{axis}(_?wgs84|_?{words}|_l93)?", f"(coord(onnee)?s?|gps|lambert)_?{axis}(_?l93)?", f"{words}_.*")
    for axis, words in (("x", "(lon(g|gitude)?|lng)"), ("y", "lat(itude)?"))
)
_POSITION = {"lon", "x", "point"}
_LINKS = ("uai", "finess", "siret")
_SYSTEMS: tuple[tuple[str, float, float, float, float], ...] = (
    ("", -5.5, 9.8, 41.2, 51.3),
    ("EPSG:2154", 80_000, 1_300_000, 6_000_000, 7_200_000),
    ("EPSG:27572", 0, 1_250_000, 1_600_000, 2_700_000),
)
"""Of metropolitan France: system (empty: degrees), least and greatest easting, least and greatest northing."""
_DESCRIBES = 0.5
"""Share of the rows that a column must describe to be read for one of the meanings but the key."""


@dataclass(frozen=True)
class Meaning:
    """A reading of a file, and what a person has still to decide."""

    columns: Mapping[str, str]
    """Name in ``columns`` → header."""
    crs: str = ""
    """Of ``x`` and ``y``; empty for degrees."""
    lost_point: bool = False
    """The degrees seem to have lost their decimal point."""
    links: Mapping[str, str] = field(default_factory=dict)
    questions: Sequence[str] = ()
    """In English, one sentence each."""


def find_meaning(profiles: Sequence[Profile], *, has_shapes: bool = False) -> Meaning:
    """Guess what the columns mean.

    Parameters
    ----------
    has_shapes
        True where every row comes with a geometry of its own.
    """
    columns: dict[str, str] = {}
    questions: list[str] = []
    left = [p for p in profiles if p.kind != "empty" and not _is_geocoders(p)]
    if precision := next((p for p in profiles if _plain(p.header) == "result_type"), None):
        columns["precision"] = precision.header
    crs = "" if has_shapes else _place(left, columns, questions)
    lost_point = (
        not crs and not has_shapes and not _POSITION & set(columns) and _without_point(left, columns, questions)
    )
    if not has_shapes and not _POSITION & set(columns):
        questions.append("where do the rows stand? No column of coordinates was recognised")
    taken = set(columns.values())
    for name in _IN_TURN:
        found = _named(name, (p for p in left if p.header not in taken))
        if found is not None and _fits(name, found):
            columns[name] = found.header
            taken.add(found.header)
    if "street" not in columns:
        found = _named("address", (p for p in left if p.header not in taken and p.kind == "text"))
        if found is not None:
            columns["address"] = found.header
            taken.add(found.header)
    _identity(left, columns, taken, questions)
    if "category" in columns:
        questions.append(f"does {columns['category']!r} say what kind of service a row is?")
    links = {kind: p.header for kind in _LINKS for p in reversed(left) if _is_link(p, kind)}
    return Meaning(
        dict(sorted(columns.items(), key=lambda item: _ORDER.index(item[0]))), crs, lost_point, links, tuple(questions)
    )


_IN_TURN = (
    *("insee", "postcode", "number", "repetition", "street"),
    *("updated", "capacity", "population", "epci", "epci_name", "category", "city"),
)
"""Meanings that are told by header and content, the surest first: a column has one."""
_ORDER = (
    *("key", "name", "category", "lon", "lat", "x", "y", "point", "precision"),
    *("address", "number", "repetition", "street", "postcode", "city", "insee", "updated", "capacity"),
    *("population", "epci", "epci_name"),
)


def _plain(header: str) -> str:
    return "_".join(words(header))


def _is_geocoders(profile: Profile) -> bool:
    """Tell the columns that the national geocoder adds to a table from the publisher's own."""
    return _plain(profile.header).startswith("result_")


def _place(left: Sequence[Profile], columns: dict[str, str], questions: list[str]) -> str:
    """Find where the rows stand: two columns of numbers, or one of points; returns the system of the two."""
    for one in (p for p in left if _EAST.fullmatch(_plain(p.header)) and p.kind == "number"):
        for other in (p for p in left if _NORTH.fullmatch(_plain(p.header)) and p.kind == "number"):
            for system, *bounds in _SYSTEMS:
                turned = _within(other.middle, one.middle, bounds)
                if one is not other and (turned or _within(one.middle, other.middle, bounds)):
                    east, north = (other, one) if turned else (one, other)
                    columns |= {"x" if system else "lon": east.header, "y" if system else "lat": north.header}
                    if turned:
                        questions.append(
                            f"{one.header!r} seems to hold northings, {other.header!r} eastings: is it so?"
                        )
                    return system
    points = [p for p in left if p.kind == "point"]
    if points:
        columns["point"] = points[0].header
    return ""


def _without_point(left: Sequence[Profile], columns: dict[str, str], questions: list[str]) -> bool:
    """Find degrees whose decimal point a spreadsheet took away: 461757 stands for 46.1757."""
    _, *bounds = _SYSTEMS[0]
    for one in (p for p in left if _EAST.fullmatch(_plain(p.header)) and p.kind == "number"):
        for other in (p for p in left if _NORTH.fullmatch(_plain(p.header)) and p.kind == "number"):
            north = restore_point(f"{other.middle:.0f}", bounds[2], bounds[3])
            if abs(one.middle) > 180 and not math.isnan(north):
                columns |= {"lon": one.header, "lat": other.header}
                questions.append(
                    f"{one.header!r} and {other.header!r} seem to have lost their decimal point: is it so?"
                )
                return True
    return False


def _within(east: float, north: float, bounds: Sequence[float]) -> bool:
    return bounds[0] <= east <= bounds[1] and bounds[2] <= north <= bounds[3]


def _named(name: str, among: Iterable[Profile]) -> Profile | None:
    """Return the fullest column that is called so; of equally full ones the first."""
    fitting = [p for p in among if _NAMES[name].fullmatch(_plain(p.header))]
    return max(fitting, key=lambda p: p.filled, default=None)


def _fits(name: str, found: Profile) -> bool:
    if found.filled < _DESCRIBES * found.rows and name not in {"repetition", "number"}:
        return False
    match name:
        case "insee":
            return found.kind in {"insee", "number"}
        case "updated":
            return found.kind == "date"
        case "capacity" | "population":
            return found.kind == "number"
        case "category":
            return found.sorts and found.distinct > 1
    return True


def _identity(left: Sequence[Profile], columns: dict[str, str], taken: set[str], questions: list[str]) -> None:
    """Choose key and name: an identifier that every row has alone, else what the row says of itself."""
    keys = [p for p in left if p.identifies and p.header not in taken and _NAMES["key"].fullmatch(_plain(p.header))]
    columns["key"] = keys[0].header if keys else CONTENT_KEY
    if not keys:
        questions.append("no column identifies a row: is there an identifier that lasts from file to file?")
    name = _named(
        "name", (p for p in left if p.header not in taken and p.kind == "text" and p.header != columns["key"])
    )
    if name is not None:
        columns["name"] = name.header
    else:
        questions.append("no column was recognised as a name")


def _is_link(profile: Profile, kind: str) -> bool:
    return profile.kind == kind or (
        kind == "finess" and kind in _plain(profile.header) and profile.kind in {"text", "number"}
    )
