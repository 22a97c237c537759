"""Who is called what: every built street and every hamlet gets its name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingest.sample import names
from ingest.sample.communes import Commune, commune_of
from ingest.sample.island import ISLAND_SITE
from ingest.sample.street_names import ESTATE_THEMES, TOWN_NAMES, VILLAGE_NAMES, of_place
from ingest.sample.streets import StreetMap
from ingest.sample.villages import Hamlet, hamlet_site

__all__ = ["named_hamlets", "named_streets"]


def named_hamlets(found: list[Hamlet], communes: tuple[Commune, ...], rng: np.random.Generator) -> dict[str, str]:
    """Name the hamlets, no name twice in a commune; the key is the site of the hamlet's lanes."""
    rows = commune_of(communes, np.array([h.xy_m for h in found]))
    orders: dict[int, list[str]] = {}
    given: dict[str, str] = {}
    for hamlet, row in zip(found, rows.tolist(), strict=True):
        order = orders.setdefault(row, [names.HAMLETS[i] for i in rng.permutation(len(names.HAMLETS))])
        given[hamlet_site(hamlet.xy_m)] = order.pop()
    return given


def named_streets(streets: StreetMap, hamlets: dict[str, str], rng: np.random.Generator) -> None:
    """Name the built streets in place: avenues keep theirs, roads are named after where they lead."""
    pools: dict[str, list[str]] = {}
    ends = np.bincount(
        np.concatenate([streets.chains[row] for row in streets.street_rows()]), minlength=len(streets.xy_m)
    )
    taken: set[tuple[str, str]] = {(s.site, s.name) for s in streets.strokes if s.name}
    for row in streets.street_rows():
        stroke = streets.strokes[row]
        if not stroke.site or stroke.name or stroke.highway in {"service", "path", "track"}:
            continue
        if stroke.toward:
            kind = "Avenue" if stroke.highway == "secondary" else "Rue" if stroke.built else "Route"
            label = f"{kind} {of_place(stroke.toward)}"
        elif stroke.site in hamlets:
            label = f"Chemin {of_place(hamlets[stroke.site])}"
        else:
            chain = streets.chains[row]
            dead_end = bool(min(ends[chain[0]], ends[chain[-1]]) < 2)
            label = _drawn(stroke.site, dead_end, pools, taken, rng)
            taken.add((stroke.site, label))
        streets.strokes[row] = replace(stroke, name=label)


def _drawn(
    site: str, dead_end: bool, pools: dict[str, list[str]], taken: set[tuple[str, str]], rng: np.random.Generator
) -> str:
    """Draw a name from the site's own list; a list that runs out starts again with another kind of street."""
    estate = site.startswith("lotissement")
    town = site == "ville" or estate
    kinds: tuple[str, ...] = ("Impasse",) if dead_end else ("Rue", "Ruelle", "Passage", "Allée")
    if estate:
        kinds = ("Impasse", "Square", "Clos", "Cour", "Allée") if dead_end else ("Rue", "Allée", "Chemin")
    whole = "ville" if town else site
    for _ in range(400):
        pool = pools.setdefault(site, [])
        if not pool:
            pool.extend(_pool(site, rng))
        stem = pool.pop()
        for kind in kinds if town else ("",):
            label = f"{kind} {stem}".strip()
            if not {(whole, label), (site, label)} & taken:
                taken.add((whole, label))
                return label
    return f"Voie n° {len(taken)}"


def _pool(site: str, rng: np.random.Generator) -> list[str]:
    if site.startswith("lotissement"):
        theme = ESTATE_THEMES[int(rng.integers(len(ESTATE_THEMES)))]
        return [theme[i] for i in rng.permutation(len(theme))]
    source = TOWN_NAMES if site == "ville" else VILLAGE_NAMES
    order = [source[i] for i in rng.permutation(len(source))]
    if site not in {"ville", ISLAND_SITE}:  # every village has its church and its town hall
        first = ["Rue de l’Église", "Rue de la Mairie", "Rue des Écoles"]
        order = [name for name in order if name not in first] + first[::-1]
    return order
