"""Bus stops, stations, car-pool places: what stands beside the road rather than in a house."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point
from shapely.ops import nearest_points

from ingest.sample.arteries import HALTS, TRUNK_END_XY_M
from ingest.sample.drawing import Stroke
from ingest.sample.facilities import Site
from ingest.sample.streets import RAIL, StreetMap
from ingest.sample.terrain import TOWN_XY_M
from ingest.sample.town import GATES

__all__ = ["Stop", "bus_stops", "carpools", "station_nodes"]


@dataclass(frozen=True)
class Stop:
    """One pole; `twin` is the same stop on the other side of the street."""

    name: str
    xy_m: tuple[float, float]
    twin: bool = False


def bus_stops(streets: StreetMap, sites: list[Site], hamlets: dict[str, str], rng: np.random.Generator) -> list[Stop]:
    """Place the stops: along the town's avenues, in every village, in estates and some hamlets."""
    stops: list[Stop] = []
    villages = {site.village.name: site for site in sites}
    per_village: dict[str, int] = {}
    for row in streets.street_rows():
        stroke = streets.strokes[row]
        if not stroke.built or not stroke.ground:
            continue
        if stroke.site == "ville" and stroke.highway in {"secondary", "tertiary"}:
            stops += _along_avenue(streets, row, rng)
        elif stroke.toward and stroke.site in villages:
            site = villages[stroke.site]
            count = per_village.get(stroke.site, 0)
            if count < min(len(_CORNERS), 2 + site.village.people // 170):
                per_village[stroke.site] = count + 1
                at = float(rng.uniform(20, 70)) + (0 if count < 2 else 130)
                label = f"{stroke.site} {_CORNERS[count]}"
                stops.append(_beside(streets, row, min(at, streets.line(row).length * 0.8), label, 1.0))
        elif stroke.site.startswith("lotissement") and stroke.site not in per_village:
            per_village[stroke.site] = 1
            stops.append(_beside(streets, row, 25.0, _stem(stroke), 1.0))
        elif stroke.site in hamlets and stroke.site not in per_village:
            per_village[stroke.site] = 1
            if rng.random() < 0.7:
                stops.append(_beside(streets, row, 15.0, hamlets[stroke.site], 1.0))
    return _apart(stops)


_CORNERS = ("Bourg", "Mairie", "École", "Stade", "Monument", "Cimetière", "Poste", "Calvaire")


def _along_avenue(streets: StreetMap, row: int, rng: np.random.Generator) -> list[Stop]:
    """Put a stop every 330 m, most of them on both sides."""
    length = streets.line(row).length
    found = []
    for number, at in enumerate(np.arange(rng.uniform(60, 160), length - 40, 330)):
        label = _stem(streets.strokes[row]) + (
            "" if number == 0 else f" {('Haut', 'Bas', 'Centre', 'Est')[number % 4]}"
        )
        found.append(_beside(streets, row, float(at), label, 1.0))
        if rng.random() < 0.62:
            other = _beside(streets, row, float(at) + 14.0, label, -1.0)
            found.append(Stop(label, other.xy_m, twin=True))
    return found


def _stem(stroke: Stroke) -> str:
    """Return a street's name without its kind: “Gare” for Avenue de la Gare."""
    words = stroke.name.split(" ")[1:]
    while len(words) > 1 and words[0] in {"de", "du", "des", "la", "le", "les"}:
        words = words[1:]
    text = " ".join(words)
    for start in ("d’", "de l’", "l’"):
        text = text.removeprefix(start)
    return text[:1].upper() + text[1:]


def _beside(streets: StreetMap, row: int, at: float, label: str, side: float) -> Stop:
    line = streets.line(row)
    here, ahead = (np.array(line.interpolate(min(at + d, line.length)).coords[0]) for d in (0.0, 2.0))
    back = np.array(line.interpolate(max(at - 2.0, 0.0)).coords[0])
    step = (ahead - back) / max(float(np.hypot(*(ahead - back))), 1e-9)
    spot = here + np.array([step[1], -step[0]]) * 4.5 * side
    return Stop(label, (float(spot[0]), float(spot[1])))


def _apart(stops: list[Stop]) -> list[Stop]:
    """Leave out a stop that would stand within 110 m of another of the same name, its twin aside."""
    kept: list[Stop] = []
    for stop in stops:
        near = [
            s
            for s in kept
            if s.name == stop.name and np.hypot(s.xy_m[0] - stop.xy_m[0], s.xy_m[1] - stop.xy_m[1]) < 110
        ]
        if (not near and not stop.twin) or (stop.twin and len(near) == 1):
            kept.append(stop)
    return kept


def station_nodes(streets: StreetMap) -> list[tuple[str, int]]:
    """Return the stations' names and nodes on the track."""
    track = [row for row, s in enumerate(streets.strokes) if s.highway == RAIL]
    found = []
    for name, spot in HALTS:
        row = min(track, key=lambda r: streets.line(r).distance(Point(spot)))
        found.append((name, streets.attach(row, spot)))
    return found


_SIDES = {"N": "du Nord", "E": "de l’Est", "SE": "de Saint-Elvin", "S": "de la Lande"}


def carpools(streets: StreetMap) -> list[Stop]:
    """Return the car-pool places: at the trunk road's end and where roads leave the town."""
    spots = [("Aire de la Rocade", TRUNK_END_XY_M)]
    spots += [
        (f"Aire {_SIDES[gate]}", (TOWN_XY_M[0] + xy[0], TOWN_XY_M[1] + xy[1]))
        for gate, xy in GATES.items()
        if gate in _SIDES
    ]
    rows = [r for r in streets.street_rows() if streets.strokes[r].highway in {"secondary", "tertiary"}]
    lines = shapely.multilinestrings([streets.line(r) for r in rows])
    placed = []
    for label, spot in spots:
        foot = nearest_points(lines, Point(spot[0] + 70, spot[1] + 45))[0]
        placed.append(Stop(label, (foot.x + 16.0, foot.y + 12.0)))
    return placed
