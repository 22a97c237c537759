"""The sample country: drawn once from a seed, in the order in which its parts depend on one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point

from ingest.sample import names
from ingest.sample.arteries import rail_line, trunk_axis
from ingest.sample.communes import Commune, drawn_communes
from ingest.sample.facilities import Facility, Site, ground_facilities, shop_facilities, village_list
from ingest.sample.frame import Frame
from ingest.sample.grounds import Ground
from ingest.sample.houses import Houses, built_houses
from ingest.sample.landcover import Patch, beaches, built_up, fields, ponds, promenade, wooded
from ingest.sample.namebook import Namebook
from ingest.sample.naming import named_hamlets, named_streets
from ingest.sample.plan import drawn_plan
from ingest.sample.shortcuts import footways, market_place, stairs
from ingest.sample.stops import Stop, bus_stops, carpools, station_nodes
from ingest.sample.streets import StreetMap, joined_streets
from ingest.sample.terrain import Terrain
from ingest.sample.traffic import make_one_ways, make_roundabouts

__all__ = ["Country", "drawn_country", "place_nodes"]


@dataclass(frozen=True)
class Country:
    """Everything that is the case, before anybody publishes it; board metres."""

    frame: Frame
    terrain: Terrain
    communes: tuple[Commune, ...]
    sites: list[Site]
    streets: StreetMap
    hamlets: dict[str, str]
    """Name of each hamlet, by the site of its lanes."""
    stations: list[tuple[str, int]]
    """Name and node of the street map."""
    houses: Houses
    facilities: list[Facility]
    stops: list[Stop]
    carpools: list[Stop]
    patches: list[Patch]


def drawn_country(seed: int) -> Country:
    """Draw the country of a seed."""
    rng = np.random.default_rng(seed)
    frame = Frame.drawn(rng)
    terrain = Terrain.drawn(rng)
    rail, trunk = rail_line(rng), trunk_axis(rng)
    communes = drawn_communes(terrain, rng)
    sites = village_list(communes)
    plan = drawn_plan(terrain, communes, rail, trunk, rng)
    streets = joined_streets(plan, terrain)
    make_roundabouts(streets)
    make_one_ways(streets, rng)
    footways(streets, rng)
    stairs(streets)
    square = market_place(streets)
    stations = station_nodes(streets)
    hamlets = named_hamlets(plan.hamlets, communes, rng)
    named_streets(streets, hamlets, rng)
    ground = Ground.of(streets, terrain)
    if square is not None:
        ground.take(square)
    for _, node in stations:
        ground.take(Point(streets.xy_m[node]).buffer(45))
    book = Namebook(rng)
    facilities = ground_facilities(sites, ground, book, rng)
    houses = built_houses(streets, ground, communes, rng)
    facilities += shop_facilities(sites, houses, book, len(facilities) + 1, rng)
    stops = bus_stops(streets, sites, hamlets, rng)
    patches = _patches(terrain, streets, sites, ground, rng)
    return Country(
        frame,
        terrain,
        communes,
        sites,
        streets,
        hamlets,
        stations,
        houses,
        facilities,
        stops,
        carpools(streets),
        patches,
    )


def _patches(
    terrain: Terrain, streets: StreetMap, sites: list[Site], ground: Ground, rng: np.random.Generator
) -> list[Patch]:
    """Cover the ground: towns, then woods, then water, then fields on what is left."""
    towns = built_up(streets, terrain.wet)
    woods = wooded(terrain, shapely.union_all(towns))
    taken = [*(p.buffer(12, quad_segs=1) for p in towns), *(p.buffer(4, quad_segs=1) for p, _ in woods)]
    water = ponds(terrain, [*taken, *ground.lines], rng)
    banks = promenade(terrain, ground)
    open_fields = fields(terrain, [*taken, *(p.buffer(8, quad_segs=1) for p, _ in (*water, *banks))], rng)
    residential = [(town, {"landuse": "residential"}) for town in towns]
    return [*residential, *woods, *water, *banks, *beaches(terrain, sites, rng), *open_fields]


def place_nodes(country: Country) -> list[tuple[tuple[float, float], dict[str, str]]]:
    """Return the names on the map: town, villages, hamlets, the island."""
    places: list[tuple[tuple[float, float], dict[str, str]]] = []
    kinds = {"ville": "town", "bourg": "town", "village": "village"}
    for site in country.sites:
        village = site.village
        kind = "village" if village.people < 2_000 else kinds[village.rank]
        tags = {"place": kind, "name": village.name, "population": str(village.people), "ref:INSEE": village.insee}
        places.append((village.xy_m, tags))
    for key, name in country.hamlets.items():
        x, y = key.split(" ")[1:]
        places.append(((float(x), float(y)), {"place": "hamlet", "name": name}))
    middle = country.terrain.island.centroid
    places.append(((middle.x, middle.y), {"place": "island", "name": names.ISLAND}))
    return places
