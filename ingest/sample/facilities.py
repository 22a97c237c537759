"""The places themselves: each kind put where such places are found, named, numbered, and known to some publishers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ingest.sample.communes import Commune, Village
from ingest.sample.grounds import Ground, Plot
from ingest.sample.houses import Houses
from ingest.sample.kinds import KINDS, Kind
from ingest.sample.namebook import Namebook
from ingest.sample.street_names import of_place
from ingest.sample.villages import built_radius_m

__all__ = ["Facility", "Site", "ground_facilities", "shop_facilities", "village_list"]

_UNOFFICIAL = 0.08
"""Share of what an official file should list and does not: OpenStreetMap alone knows it."""
_ON_ISLAND = ("grocery", "restaurant", "cafe", "bar")
"""What the island has, out of reach of everybody else."""
_RARE_WORDS = (
    "Azimut", "Belvédère", "Chrysalide", "Farandole", "Girouette", "Kaléidoscope", "Libellule", "Mosaïque", "Nautilus",
    "Origami", "Pimprenelle", "Quartz", "Ricochet", "Sarabande", "Tramontane", "Ulysse", "Vertigo", "Zénith", "Hublot",
    "Boussole", "Capucine", "Écureuil", "Jongleur",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A village in the company of its commune."""

    village: Village
    commune: Commune

    @property
    def at(self) -> NDArray[np.float64]:
        """Centre (2,), board metres."""
        return np.array(self.village.xy_m)


@dataclass(frozen=True)
class Facility:
    """One place where something is to be found."""

    number: int
    """Counts the facilities: the root of every publisher's identifier."""
    kind: Kind
    name: str
    xy_m: tuple[float, float]
    """Board metres: the gate of a ground, or the shop front."""
    site: Site
    plot: Plot | None = None
    house: int = -1
    """Row of the house whose front it is."""
    official: bool = False
    in_osm: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    """``id``: the official file's key (UAI, FINESS…)."""


def village_list(communes: tuple[Commune, ...]) -> list[Site]:
    """Return all villages, in the order of communes and their villages."""
    return [Site(village, commune) for commune in communes for village in commune.villages]


def _wanted(kind: Kind, village: Village, rng: np.random.Generator) -> int:
    """Return how many of a kind a village has."""
    if village.rank == "ville":
        return kind.town
    if village.rank == "bourg":
        return kind.bourg
    least, more = kind.village
    if not least or village.people < least:
        return 0
    return 1 + int((village.people - least) / more + rng.uniform(0, 0.45))


def ground_facilities(sites: list[Site], ground: Ground, book: Namebook, rng: np.random.Generator) -> list[Facility]:
    """Take the grounds: schools, stadiums, parks, everything that is more than a shop front."""
    placed: list[Facility] = []
    for kind in (k for k in KINDS if k.size_m is not None):
        for site in sites:
            for _ in range(_wanted(kind, site.village, rng)):
                plot = _plot(kind, site, ground, rng)
                if plot is not None:
                    name = book.name(kind, site.village)
                    placed.append(_known(len(placed) + 1, kind, name, plot.gate_xy_m, site, rng, plot=plot))
    return _told_apart(placed)


def _told_apart(placed: list[Facility]) -> list[Facility]:
    """Name schools after their village that share the commune with one that the register misses: they are two."""
    missed = {f.site.commune.insee for f in placed if f.kind.file == "ecoles" and not f.official}
    return [
        replace(f, name=f"{f.name} {of_place(f.site.village.name)}")
        if f.kind.file == "ecoles" and f.name in f.kind.names and f.site.commune.insee in missed
        else f
        for f in placed
    ]


def _plot(kind: Kind, site: Site, ground: Ground, rng: np.random.Generator) -> Plot | None:
    """Look for ground near the centre first, then farther and farther out."""
    assert kind.size_m is not None  # noqa: S101 - the caller takes only kinds with grounds
    size = (kind.size_m[0] * rng.uniform(0.88, 1.1), kind.size_m[1] * rng.uniform(0.88, 1.1))
    if site.village.rank == "ville":
        reach = kind.spread_m * np.array([0.5, 1.0, 1.6, 2.4])
    else:
        reach = np.array([0.35, 0.7, 1.0, 1.3]) * built_radius_m(site.village.people)
    for within in reach:
        angle, far = rng.uniform(0, 2 * np.pi), within * np.sqrt(rng.uniform(0.05, 1.0))
        near = site.at + far * np.array([np.cos(angle), np.sin(angle)])
        for spot in (near, site.at):
            plot = ground.plot(spot, max(120.0, within * 0.7), size, rng, tries=26)
            if plot is not None and site.village.contour.contains(plot.outline.centroid):
                ground.take(plot.outline)
                return plot
    return None


def shop_facilities(
    sites: list[Site], houses: Houses, book: Namebook, first_number: int, rng: np.random.Generator
) -> list[Facility]:
    """Open the shop fronts: each behind a house of its own, nearer the centre the likelier."""
    placed: list[Facility] = []
    free = np.ones(len(houses.xy_m), dtype=np.bool_)
    by_village = [np.flatnonzero(houses.village == row) for row in range(len(sites))]
    for kind in (k for k in KINDS if k.size_m is None):
        for row, site in enumerate(sites):
            wanted = _wanted(kind, site.village, rng)
            rows = by_village[row][free[by_village[row]]]
            if not wanted or not len(rows):
                continue
            reach = np.hypot(*(houses.xy_m[rows] - site.at).T)
            scale = kind.spread_m if site.village.rank == "ville" else 0.33 * built_radius_m(site.village.people)
            weight = np.exp(-reach / scale) * np.where(houses.zone[rows] == "hameau", 0.05, 1.0)
            chosen = rng.choice(rows, size=min(wanted, len(rows)), replace=False, p=weight / weight.sum())
            for house in chosen.tolist():
                free[house] = False
                name = book.name(kind, site.village)
                number = first_number + len(placed)
                placed.append(_known(number, kind, name, _front(houses, house), site, rng, house=house))
    island = np.flatnonzero(houses.on_island & free)
    for kind_id, house in zip(_ON_ISLAND, island[:: max(1, len(island) // len(_ON_ISLAND))].tolist(), strict=False):
        kind = next(k for k in KINDS if k.id == kind_id)
        site = sites[int(houses.village[house])]
        name = f"{kind.names[0].split(' ')[0]} de l’Île"
        number = first_number + len(placed)
        placed.append(Facility(number, kind, name, _front(houses, house), site, house=house, in_osm=True))
    return placed


def _front(houses: Houses, house: int) -> tuple[float, float]:
    """Return a spot inside a house's footprint, off its middle."""
    spot = houses.xy_m[house] + houses.along[house] * 1.5
    return float(spot[0]), float(spot[1])


def _known(
    number: int,
    kind: Kind,
    name: str,
    xy_m: tuple[float, float],
    site: Site,
    rng: np.random.Generator,
    plot: Plot | None = None,
    house: int = -1,
) -> Facility:
    """Decide which publishers know a place; what OpenStreetMap alone knows bears a name like no other."""
    missed = bool(kind.file and kind.osm > 0 and kind.file != "laposte" and rng.random() < _UNOFFICIAL)
    if kind.town < 3:  # what there are one or two of, the register knows
        missed = False
    in_osm = bool(kind.tags) and (missed or rng.random() < kind.osm)
    if missed and name:
        name = f"{name.split(' ', maxsplit=1)[0]} {_RARE_WORDS[number % len(_RARE_WORDS)]}"
    official = bool(kind.file) and not missed
    extra = {"id": _identifier(kind, site.commune.department, number)} if official else {}
    return Facility(number, kind, name, xy_m, site, plot, house, official, in_osm, extra)


def _identifier(kind: Kind, department: str, number: int) -> str:
    """Return the publisher's key: UAI, FINESS, La Poste's number."""
    if kind.file == "ecoles":
        return f"0{department}{number:04d}{'ABCDEFGHJKLMNPRSTUVWXYZ'[(int(department) * 10_000 + number) % 23]}"
    if kind.file in {"sante", "pharmacies"}:
        return f"{department}{number * 37 % 10_000_000:07d}"
    if kind.file == "laposte":
        return f"{number * 13 % 100_000:05d}A"
    return f"{department}{number:05d}"
