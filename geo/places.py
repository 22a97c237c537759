"""The records that travel through the house: services, addresses, communes, demand cells, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

__all__ = [
    "Address",
    "Cell",
    "Commune",
    "CommuneCount",
    "Departures",
    "Licence",
    "Parity",
    "Position",
    "Precision",
    "Provenance",
    "Sector",
    "Service",
    "Standing",
    "Zone",
]


class Licence(StrEnum):
    """Licences of the data, by the identifier that an answer shows."""

    LO_2_0 = "etalab-2.0"
    ODBL_1_0 = "ODbL-1.0"
    CC_BY_4_0 = "CC-BY-4.0"
    CC0_1_0 = "CC0-1.0"

    @property
    def label(self) -> str:
        """Name as a reader knows it."""
        return {
            Licence.LO_2_0: "Licence Ouverte 2.0",
            Licence.ODBL_1_0: "ODbL 1.0",
            Licence.CC_BY_4_0: "CC BY 4.0",
            Licence.CC0_1_0: "CC0 1.0",
        }[self]


class Standing(StrEnum):
    """Whether a service counts in a score."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    """Known to OpenStreetMap alone where a complete official source exists: kept, shown on request, not scored."""


class Precision(StrEnum):
    """How exactly a position is known, finest first."""

    ENTRANCE = "entrance"
    BUILDING = "building"
    HOUSENUMBER = "housenumber"
    STREET = "street"
    LOCALITY = "locality"
    UNKNOWN = "unknown"


class Position(StrEnum):
    """What an address index entry is; the finest first."""

    HOUSENUMBER = "housenumber"
    STREET = "street"
    LOCALITY = "locality"
    MUNICIPALITY = "municipality"
    POI = "poi"
    """A service by its name: found by words, and no address."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """One publisher's row behind a service."""

    source: str
    """Id of the source (``data/sources/<id>.toml``)."""
    local_id: str
    """The row's key at its publisher (UAI, FINESS, ``n123``…)."""
    licence: Licence
    data_date: str
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: what the publisher's file stands for."""
    gives: tuple[str, ...] = ()
    """Properties of the service that this row gives in place of the first: ``name``, ``position`` (with its precision),
    ``capacity``, ``departures``, ``lines``, ``entrances``. Empty of the first, which gives all that no other does."""


@dataclass(frozen=True, slots=True)
class Departures:
    """How often something leaves a stop, in the week that its timetable shows best."""

    weekday: float
    """Trips on a working day outside school holidays, the mean of Monday to Friday."""
    evening: float
    """Of those, trips that leave at 19:00 or later."""
    sunday: float
    """Trips on a Sunday or public holiday."""


@dataclass(frozen=True, slots=True)
class Service:
    """One place where a service is given: a site, not a row."""

    id: str
    """``"<source>:<local id>"``, stable between snapshots."""
    category: str
    name: str
    lon: float
    lat: float
    """WGS 84, degrees; order is always (lon, lat)."""
    insee: str
    """Commune as text (``"01004"``, ``"2A004"``); empty where no contour of the halo says."""
    capacity: float | None
    """Places, beds, pupils; None = unknown, never 0."""
    provenance: tuple[Provenance, ...]
    """Never empty; ``[0]`` won the conflation, and gives all that :attr:`given_by` does not name."""
    standing: Standing = Standing.CONFIRMED
    in_territory: bool = True
    """False in the halo."""
    precision: Precision = Precision.UNKNOWN
    updated: str = ""
    """When its publisher last looked at this row (``YYYY-MM-DD``, or as much of it as is said); empty = not said."""
    departures: Departures | None = None
    """Of a stop; None = no timetable is known, never 0."""
    lines: tuple[str, ...] = ()
    """Public names of the lines that call at a stop, as a traveller lists them (1, 2, 10, A); empty = not said."""
    entrances: tuple[tuple[float, float], ...] = ()
    """Where one gets in, (lon, lat), as OpenStreetMap has it, whose row is in ``provenance``: the streets' data, like
    the streets themselves, and no field of the row that won. Empty = not mapped: one gets in at ``lon``, ``lat``."""

    @property
    def given_by(self) -> dict[str, Provenance]:
        """Property → row that gives it, of those that the first row does not give."""
        return {name: origin for origin in self.provenance for name in origin.gives}


@dataclass(frozen=True, slots=True)
class Address:
    """One postal address, or a named place without number."""

    id: str
    number: str
    """``"12"``, ``"12 bis"``; empty for a street or a locality."""
    street: str
    postcode: str
    """Five characters; empty when unknown."""
    insee: str
    commune: str
    lon: float
    lat: float
    position: Position
    source: str
    residential: bool = True
    """False where the source says that nobody lives there (a shop's own number)."""


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune of the current COG."""

    insee: str
    name: str
    department: str
    population: int | None
    """Population municipale; None = unknown."""
    postcodes: tuple[str, ...]
    in_territory: bool
    geometry: BaseGeometry | None
    """(Multi)Polygon, WGS 84; None where no contour is published."""
    epci: str = ""
    """SIREN of its intercommunalité; empty = unknown, or in none."""
    epci_name: str = ""
    density: int | None = None
    """INSEE's class of density in seven levels, 1 (large urban centre) to 7 (very dispersed rural); None = unknown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One inhabited cell of the 200 m grid."""

    id: str
    """``CRS3035RES200mN…E…``, the south-west corner in EPSG:3035."""
    lon: float
    lat: float
    """Centre, WGS 84."""
    insee: str
    """Of its commune, as text; in the halo also where no contour is known; empty where nothing says."""
    people: float
    """``ind``, never imputed."""
    people_0_17: float
    people_65_plus: float
    living_standard_eur: float | None
    """Mean living standard a year (``ind_snv / ind``); None = unknown."""
    in_territory: bool = True
    """False in the halo: its people count in catchments, and in no figure of the territory."""


class Parity(StrEnum):
    """Which side of a street a sector takes."""

    ODD = "odd"
    EVEN = "even"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Sector:
    """A stretch of street, a commune or an area whose children go to one collège (carte scolaire), or to one école."""

    id: str
    """``"<source>:<line>"``; of several files, ``"<source>:<file>:<line>"``."""
    insee: str
    """Empty of an area whose publisher names no commune."""
    street: str
    """As its publisher writes it; empty = the whole commune, or what no other row of it says; or an area."""
    first: int | None
    """First and last house number, both included; None = without bound."""
    last: int | None
    parity: Parity
    uai: str
    """Of the collège or école."""
    source: str
    exclusive: bool = True
    """False where the commune is shared among several sectors, and the row is one of several possible."""
    category: str = "education.college"
    """Of the service that the sector leads to."""
    geometry: BaseGeometry | None = None
    """(Multi)Polygon, WGS 84, of an area; None = the street or the commune says where."""


@dataclass(frozen=True, slots=True)
class Zone:
    """An area in which transport comes on demand, and what its publisher says of it; empty = not said."""

    id: str
    name: str
    source: str
    geometry: BaseGeometry
    """(Multi)Polygon, WGS 84."""
    agency: str = ""
    """Who runs it."""
    days: tuple[str, ...] = ()
    """Days of the week on which it comes, ``"monday"`` first."""
    booking_text: str = ""
    booking_phone: str = ""
    booking_url: str = ""
    """A web address, or empty."""


@dataclass(frozen=True, slots=True)
class CommuneCount:
    """How many services of a category a source counts in a commune without saying where they stand."""

    source: str
    insee: str
    category: str
    count: float
