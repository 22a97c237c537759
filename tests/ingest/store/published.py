"""A published run to look at in PostGIS: one collège, one baker, one commune, one area of transport on demand."""

from __future__ import annotations

import shapely

from geo.places import Commune, Licence, Provenance, Service, Zone
from ingest.store.postgis import PostgisStore
from tests.ingest.store.records import rejects_of, service, source

CREUSOT = (4.437, 46.801)
OFFICIAL = source("annuaire", producer="Ministère", licence=Licence.LO_2_0, data_date="2025-09", rejects={})
COLLEGE = service(
    "annuaire:0710001R",
    *CREUSOT,
    category="education.college",
    name="Collège de l’Étang",
    provenance=(Provenance("annuaire", "0710001R", Licence.LO_2_0, "2025-09"),),
)


def publish(store: PostgisStore, *services: Service, territory: str = "71", published: bool = True) -> int:
    """Fill a run, and publish it."""
    run = store.begin(territory)
    sources = [source(), OFFICIAL]
    creusot = Commune("71153", "Le Creusot", "71", 20907, ("71200",), True, shapely.box(4.4, 46.7, 4.5, 46.9))
    area, days = shapely.box(4.4, 46.8, 4.5, 46.9), ("monday", "friday")
    around = Zone("annuaire:nord", "Nord", "annuaire", area, "Réseau", days, "La veille", "03 53 01 00 00")
    told = {"services": services, "communes": [creusot], "zones": [around]}
    store.put(run, sources=sources, rejects=rejects_of(sources), **told)
    if published:
        store.published(run, f"snapshot-{run}")
    return run
