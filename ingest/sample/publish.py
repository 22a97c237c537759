"""From the country to its files: every publisher writes what it knows, and the truth is written down beside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ingest.sample.bus_network import Network, bus_network
from ingest.sample.country import Country, drawn_country, place_nodes
from ingest.sample.doors import Doors
from ingest.sample.frame import CLIP_LONLAT, lonlat_to_lambert93
from ingest.sample.island import ISLAND_SITE
from ingest.sample.official_addresses import write_addresses
from ingest.sample.official_education import write_creches, write_schools
from ingest.sample.official_facts import write_density, write_intercommunal
from ingest.sample.official_ground import write_cells, write_contours, write_register
from ingest.sample.official_health import write_health, write_pharmacies
from ingest.sample.official_sectors import Sectors, drawn_sectors, write_sectors
from ingest.sample.official_services import write_france_services, write_post, write_stations
from ingest.sample.official_sport import write_equipment
from ingest.sample.official_transit import write_transit
from ingest.sample.osm_draft import OsmDraft
from ingest.sample.osm_houses import Address, draw_houses
from ingest.sample.osm_services import draw_facilities, draw_patches, draw_slips, draw_stops
from ingest.sample.osm_streets import draw_streets, draw_water
from ingest.sample.sheets import Spots
from ingest.sample.truth import Fate, Services, SourceTruth, Truth, counted, tallied

__all__ = ["generate"]


def generate(folder: Path, seed: int = 71) -> Truth:
    """Write the sample territory's files.

    Parameters
    ----------
    folder
        Becomes a mirror: the files that ``data/sources/sample`` names, and ``truth.json``. Made when it is not there.
    seed
        The same seed gives the same bytes.

    Returns
    -------
    Truth
        What a right ingest finds in the files.
    """
    country = drawn_country(seed)
    folder.mkdir(parents=True, exist_ok=True)
    network = bus_network(country.stops, set(country.hamlets.values()))
    draft, addresses = _drafted(country, network, np.random.default_rng([seed, 1]))
    (folder / "osm").mkdir(exist_ok=True)
    present = draft.write(folder / "osm" / "territoire.osm.pbf", country.frame)
    fates = {
        "sample_osm_services": [fate for key, fate in draft.fates.items() if present[key]],
        "sample_osm_addresses": [fate for key, fate in draft.address_fates.items() if present[key]],
        **_official(country, folder, addresses, np.random.default_rng([seed, 2])),
    }
    cells, cell_people = write_cells(
        folder / "carreaux_200m.csv", country.houses, country.communes, country.frame, np.random.default_rng([seed, 3])
    )
    stops, zones = write_transit(
        folder / "reseau.gtfs.zip",
        network,
        country.communes,
        country.frame,
        Spots(country.frame, np.random.default_rng([seed, 4])),
    )
    sectors = drawn_sectors(country.communes, country.facilities, addresses, country.houses)
    stretches = write_sectors(
        folder / "carte-scolaire.csv", sectors, country.communes, np.random.default_rng([seed, 5])
    )
    fates |= {
        "sample_ban": write_addresses(
            folder / "adresses-00.csv.gz",
            addresses,
            country.houses,
            country.streets,
            country.communes,
            country.frame,
        ),
        "sample_carreaux": cells,
        "sample_gtfs": stops,
        "sample_gtfs_zones": zones,
        "sample_sectors": stretches,
    }
    truth = _truth(seed, country, fates, cell_people, addresses, network, sectors)
    truth.write(folder / "truth.json")
    return truth


def _drafted(country: Country, network: Network, rng: np.random.Generator) -> tuple[OsmDraft, dict[int, Address]]:
    """Draw the OpenStreetMap file; return it and the addresses by house."""
    draft = OsmDraft()
    draw_water(draft, country.terrain)
    ways = draw_streets(draft, country.streets, country.stations)
    draw_patches(draft, country.patches, country.communes, country.frame)
    for spot, tags in place_nodes(country):
        draft.node(spot, tags)
    addresses = draw_houses(draft, country.streets, ways, country.houses, country.communes, country.hamlets, rng)
    draw_facilities(draft, country.facilities, addresses, rng)
    draw_stops(draft, country.stops, country.carpools, country.communes, network.served_rows())
    _, south, east, north = CLIP_LONLAT
    edge = country.frame.to_flat(lonlat_to_lambert93(np.array([[east, south + (north - south) * 0.6]])))[0]
    draw_slips(draft, (float(edge[0]), float(edge[1])), country.facilities)
    return draft, addresses


def _official(
    country: Country, folder: Path, addresses: Mapping[int, Address], rng: np.random.Generator
) -> dict[str, list[Fate]]:
    """Write the official files; return the fates of their rows by source."""
    spots, doors = Spots(country.frame, rng), Doors(addresses)
    places = country.facilities
    return {
        "sample_education": write_schools(folder / "ecoles.csv", places, spots, rng),
        "sample_creches": write_creches(folder / "creches.csv", places, doors, spots, rng),
        "sample_equipements": write_equipment(folder / "equipements.geojson", places, spots, rng),
        "sample_pharmacies": write_pharmacies(folder / "pharmacies.csv", places, doors, spots, rng),
        "sample_laposte": write_post(folder / "laposte.csv", places, doors, spots, rng),
        "sample_france_services": write_france_services(folder / "france-services.csv", places, doors, spots, rng),
        "sample_gares": write_stations(folder / "gares.csv", country.frame, spots, rng),
        "sample_sante": write_health(folder / "sante.csv", places, doors, spots, rng),
        "sample_cog": write_register(folder / "cog" / "communes.json", country.communes),
        "sample_densite": write_density(folder / "cog" / "densite.csv", country.communes),
        "sample_epci": write_intercommunal(folder / "cog" / "intercommunalites.csv", country.communes),
        "sample_contours": write_contours(folder / "contours", country.communes, country.frame, spots),
    }


def _truth(
    seed: int,
    country: Country,
    fates: Mapping[str, list[Fate]],
    cell_people: tuple[float, float],
    addresses: Mapping[int, Address],
    network: Network,
    sectors: Sectors,
) -> Truth:
    services: dict[str, Services] = {}
    for source, rows in fates.items():
        if source not in {
            "sample_ban",
            "sample_cog",
            "sample_contours",
            "sample_carreaux",
            "sample_densite",
            "sample_epci",
            "sample_osm_addresses",
            "sample_gtfs_zones",
            "sample_sectors",
        }:
            counted(rows, services)
    sources: dict[str, SourceTruth] = {source: tallied(rows) for source, rows in sorted(fates.items())}
    own = [commune for commune in country.communes if commune.department == "00"]
    return Truth(
        seed=seed,
        sources=sources,
        services=dict(sorted(services.items())),
        addresses=sources["sample_ban"].kept + sources["sample_osm_addresses"].kept,
        communes=len(own),
        halo_communes=len(country.communes) - len(own),
        people=sum(commune.people for commune in own),
        cells=sum(fate.way == "kept" and fate.in_territory for fate in fates["sample_carreaux"]),
        halo_cells=sum(fate.way == "kept" and not fate.in_territory for fate in fates["sample_carreaux"]),
        cell_people=cell_people[0],
        halo_cell_people=cell_people[1],
        departures=network.departures(),
        lines=network.lines_at(),
        colleges=_colleges(addresses, sectors),
        examples=_examples(country, addresses),
    )


def _colleges(addresses: Mapping[int, Address], sectors: Sectors) -> dict[str, str]:
    """Choose addresses whose collège is known: every tenth of the territory."""
    own = [address for _, address in sorted(addresses.items()) if address.commune.department == "00"]
    return {f"{address.line}, {address.commune.name}": sectors.college(address) for address in own[::10]}


def _examples(country: Country, addresses: Mapping[int, Address]) -> dict[str, str]:
    """Choose addresses with a known answer: one in the town, one on the island, one that several communes have."""
    found: dict[str, str] = {}
    communes_of: dict[str, set[str]] = {}
    for house, address in sorted(addresses.items()):
        if address.commune.department != "00":
            continue
        site = country.streets.strokes[int(country.houses.street_row[house])].site
        text = f"{address.line}, {address.commune.name}"
        if site == "ville" and country.houses.zone[house] == "centre":
            found.setdefault("address", text)
        if site == ISLAND_SITE:
            found.setdefault("island", text)
        communes_of.setdefault(address.line, set()).add(address.commune.insee)
    found["ambiguous"] = next(line for line, places in sorted(communes_of.items()) if len(places) > 2)
    return found
