"""Sources are data: one TOML file each under ``data/sources/``, read strictly.

The schema is told in ``docs/sources.md``. A key that nobody reads is refused together with the nearest one that is, so
that a slip of the pen cannot switch a filter off in silence.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from geo.places import Licence, Precision
from ingest.tags import OUT_OF_SCOPE, TagMap

__all__ = [
    "COLUMNS",
    "CONTENT_KEY",
    "FICTIONAL_TERRITORY",
    "Also",
    "Crs",
    "Expect",
    "Filter",
    "PlacedBy",
    "Source",
    "Vintage",
    "nearest",
]

FICTIONAL_TERRITORY = "00"
"""Code of the sample. A source of every territory (``"*"``) is one of every real territory."""

CONTENT_KEY = "@content"
"""As ``columns.key``: the publisher gives no identifier, so that what a row says of itself is its key."""

Kind = Literal[
    "services",
    "addresses",
    "communes",
    "commune_changes",
    "commune_facts",
    "contours",
    "cells",
    "counts",
    "sectors",
    "streets",
    "zones",
]
_ADDRESS = {"address", "number", "repetition", "street", "postcode", "city", "insee"}
_POSITION = {"lon", "lat", "x", "y", "point", "precision"}
COLUMNS: Mapping[str, frozenset[str]] = {
    "services": frozenset({"key", "name", "category", "capacity", "updated", "line", *_POSITION, *_ADDRESS}),
    "addresses": frozenset(
        {"key", "number", "repetition", "street", "postcode", "city", "insee", "former_insee", *_POSITION}
    ),
    "communes": frozenset(
        {"key", "name", "department", "population", "postcodes", "old_codes", "seat", "parent", "type"}
    ),
    "commune_changes": frozenset({"day", "before", "after"}),
    "commune_facts": frozenset({"key", "epci", "epci_name", "density", "population", "postcode"}),
    "contours": frozenset({"key", "name"}),
    "cells": frozenset({"key", "people", "living_standard_sum", "commune", "age_0_17", "age_65"}),
    "counts": frozenset({"key", "insee", "category", "count"}),
    "sectors": frozenset({"insee", "street", "first", "last", "parity", "uai", "exclusive"}),
    "streets": frozenset(),
    "zones": frozenset({"key", "name"}),
}
"""The names that ``columns`` may use, by kind; headers joined by ``+`` are read as one text (or added up: cells)."""
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def _names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""A header and the variants of it that other vintages use; the first that a file has is read."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)


class Expect(_Strict):
    """What the publisher's file looks like on a good day."""

    rows: tuple[int, int] | None = None
    """Fewest and most rows."""
    fresh_after: str = ""
    """A file that stands for an earlier date is old: a warning, or a failure where the source says ``current``."""
    current: bool = False


class Vintage(_Strict):
    """Files of one date, below the folder of a mirror."""

    data_date: str
    paths: Annotated[tuple[str, ...], Field(min_length=1)]
    """All of them make up the vintage; ``{territory}`` stands for the territory's code."""
    producer: str = ""
    """When it was another than the feed's."""
    territories: tuple[str, ...] = ()
    """Codes of the territories that its files are about; empty: all that the source serves."""
    differs: Mapping[str, Any] = {}
    """Keys of the source that read otherwise in this vintage; each replaces the source's whole."""


class Filter(_Strict):
    """Rows told apart by one column: ``in`` lists values, ``matches`` is a pattern for the whole value."""

    column: Names
    any_of: frozenset[str] = Field(default=frozenset(), alias="in")
    matches: str = ""
    if_present: bool = False
    """True where only some vintages have the column."""

    @model_validator(mode="after")
    def _one_test(self) -> Filter:
        if bool(self.any_of) == bool(self.matches):
            raise ValueError("give either 'in' or 'matches'")
        re.compile(self.matches)
        return self


class Also(_Strict):
    """A second category that a row gives when a column matches."""

    column: Names
    matches: str
    category: str

    @model_validator(mode="after")
    def _compiles(self) -> Also:
        re.compile(self.matches)
        return self


class Crs(_Strict):
    """In which system ``columns.x`` and ``columns.y`` are written."""

    default: str
    column: Names = ()
    prefixes: Mapping[str, str] = {}
    """Where the value of ``column`` begins so, the row is in this system instead."""


class PlacedBy(_Strict):
    """Another source that says where the rows stand that have no coordinates of their own."""

    source: str
    """Its id; it is read first, and is of the same licence."""
    link: str
    """Identifier that both have in their ``links``."""


class Source(_Strict):
    """One dataset of one publisher, and how to read it."""

    id: str
    title: str
    kind: Kind = "services"
    producer: str
    licence: Licence
    attribution: str = ""
    """What its licence wants shown; empty: title, producer, date and licence."""
    page: str = ""
    url: str = ""
    """The publisher's current feed, or the portal's address where ``protocol`` asks for a ``dataset`` of it;
    ``{territory}`` stands for the territory's code."""
    protocol: Literal["file", "opendatasoft", "opendatasoft_v1", "udata", "wfs", "overpass"] = "file"
    """How the publisher is asked (:mod:`ingest.protocols`)."""
    dataset: str = ""
    """Identifier of the dataset on the portal; the type name of a WFS; the query of Overpass."""
    resource: str = ""
    """Of a data.gouv.fr dataset: pattern of the title or address of the resource to take, of which the newest is."""
    mirror: tuple[Vintage, ...] = ()
    territories: tuple[str, ...]
    official: bool = True
    """False for what volunteers map: where a complete official source exists, what only they know is unconfirmed."""
    complete: tuple[str, ...] = ()
    """Categories of which it holds every service of its area."""
    expect: Expect = Expect()

    reader: Literal["file", "osm_services", "osm_addresses", "osm_streets", "gtfs_stops", "gtfs_zones"] = "file"
    format: Literal["", "csv", "json", "jsonl", "geojson", "xml", "xlsx", "parquet", "vector"] = ""
    """Empty: told by what the file begins with. ``vector`` is what GDAL opens: shapefile, GeoPackage…"""
    encoding: Names = ("utf-8", "cp1252")
    """Accepted encodings; the first in which the file reads is its own."""
    separator: str = ""
    """Empty: found in the header."""
    member: str = ""
    """Of a zip: pattern of the name to read; empty where the zip holds one file."""
    layer: str = ""
    """Sheet of a workbook, layer of a GeoPackage; empty: the first."""
    rows: str = ""
    """Way to the rows: ``"records"`` or ``"structures>sites"`` in JSON, the element's name in XML."""
    headers: tuple[str, ...] = ()
    """Of a file whose own header is shifted or absent: the names of its columns, in their order."""
    skip: int = 0
    """Lines to leave aside before the header (of a sheet too); with ``headers``, a header to leave aside counts."""

    empty: tuple[str, ...] = ()
    """Values that stand for an absent one (``NA``), beside the empty text."""
    columns: Mapping[str, Names] = {}
    optional: tuple[str, ...] = ()
    """Names in ``columns`` that a vintage may lack, and identifiers: ``links.siret``."""
    patterns: Mapping[str, str] = {}
    """Name in ``columns`` that says where a row is (``insee``, ``postcode``…) → pattern of the whole cell, in which its
    one group is the value: a key may hold a commune's code. A cell that is none such says nothing."""
    department: Names = ()
    """Column that says a row's département, of a national file of which a territory reads its own part alone."""
    crs: Crs | None = None
    lost_point: bool = False
    """The decimal point of degrees was lost: put it back where the value then lies in the area."""
    beside_commune_m: Annotated[float, Field(ge=0)] = 1_000.0
    """How far outside the commune that it declares a service may stand, in metres; beyond it, its coordinates are
    wrong. More where a declared town is the one that the post comes from."""
    precision: Mapping[str, Precision] = {}
    keep: tuple[Filter, ...] = ()
    drop: tuple[Filter, ...] = ()
    category: str = ""
    categories: Mapping[str, str] = {}
    map: str = ""
    """Name of a file of ``data/sources/maps/`` that stands in for ``categories``."""
    wide: Mapping[str, str] = {}
    """Of counts with one column for each category: header → category."""
    also: tuple[Also, ...] = ()
    links: Mapping[str, Names] = {}
    """Identifiers shared with other sources (``uai``, ``finess``…) and the columns that hold them."""
    sites: bool = False
    """The key names a site that several rows share (one row is one room, one court)."""
    placed_by: PlacedBy | None = None
    """Where the rows of services stand that have no coordinates of their own."""

    codes: Mapping[str, str] = Field(default={}, exclude=True)
    tags: TagMap | None = Field(default=None, exclude=True)
    vintages: Mapping[int, Source] = Field(default={}, exclude=True)
    """The source as the vintages that differ read it, by their place in ``mirror``."""

    @property
    def gives(self) -> frozenset[str]:
        """The categories that its rows can lead to."""
        given = {self.category, *self.codes.values(), *self.wide.values(), *(also.category for also in self.also)}
        return frozenset(given | set(self.tags.categories if self.tags else ())) - {"", OUT_OF_SCOPE}

    def credit(self, producer: str, data_date: str) -> str:
        """Return what to show beside its data: the Licence Ouverte asks for the producer and the date of the data."""
        return self.attribution or f"{self.title}, {producer}, {data_date}, {self.licence.label}"

    def as_of(self, vintage: int | None) -> Source:
        """Return the source as a vintage reads it (its place in ``mirror``; None: the publisher's feed)."""
        return self if vintage is None else self.vintages.get(vintage, self)

    def serves(self, territory: str) -> bool:
        """Tell whether the source has something to say of a territory."""
        return territory in self.territories or ("*" in self.territories and territory != FICTIONAL_TERRITORY)

    @model_validator(mode="after")
    def _known_columns_and_dates(self) -> Source:
        known = COLUMNS[self.kind]
        for name in self.columns:
            if name not in known:
                raise ValueError(f"columns: unknown name {name!r}{nearest(name, known)}")
        spared = known | {f"links.{kind}" for kind in self.links}
        for name in self.optional:
            if name not in spared:
                raise ValueError(f"optional: unknown name {name!r}{nearest(name, spared)}")
        for date in [v.data_date for v in self.mirror] + ([self.expect.fresh_after] if self.expect.fresh_after else []):
            if not _DATE.fullmatch(date):
                raise ValueError(f"{date!r} is no date: expected YYYY, YYYY-MM or YYYY-MM-DD")
        return self

    @model_validator(mode="after")
    def _patterns_of_declared_columns(self) -> Source:
        for name, pattern in self.patterns.items():
            known = _ADDRESS & set(self.columns) if self.kind == "services" else set()
            if name not in known:
                raise ValueError(f"patterns: no column {name!r} that says where a row is{nearest(name, known)}")
            if re.compile(pattern).groups != 1:
                raise ValueError(f"patterns.{name}: expected one group, which is the value")
        return self

    @model_validator(mode="after")
    def _something_to_read(self) -> Source:
        if not self.url and not self.mirror:
            raise ValueError("neither url nor mirror: nothing to read")
        if self.protocol != "file" and not self.dataset:
            raise ValueError(f"protocol {self.protocol!r} asks for a dataset")
        for path in (path for vintage in self.mirror for path in vintage.paths):
            if Path(path).is_absolute() or ".." in Path(path).parts:
                raise ValueError(f"mirror path {path!r} climbs out of the mirror")
        return self

    @model_validator(mode="after")
    def _leads_to_categories(self) -> Source:
        if self.kind == "counts" and bool(self.wide) == ("category" in self.columns):
            raise ValueError("give either wide, or columns.category with a map")
        if self.placed_by is not None:
            _require_link(self, self.placed_by.link)
        if self.kind != "services":
            return self
        if sum(map(bool, (self.category, self.categories, self.map))) != 1:
            raise ValueError("give one of category, categories and map")
        if unheard := set(self.complete) - self.gives:
            raise ValueError(f"complete: {sorted(unheard)[0]!r} is no category that its rows lead to")
        if "line" in self.columns and self.reader != "gtfs_stops":
            raise ValueError("columns.line: only the stops of a timetable (gtfs_stops) have lines")
        if self.reader == "file" and "key" not in self.columns:
            raise ValueError("columns.key is missing")
        return self


def _require_link(source: Source, link: str) -> None:
    """Refuse a source that has no places to give or take by an identifier."""
    if source.kind != "services" or source.reader != "file":
        raise ValueError("placed_by: only files of services have places to give and take")
    if link not in source.links:
        raise ValueError(f"placed_by: no link {link!r}{nearest(link, source.links)}")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ", did you mean '…'?" with the known word that is nearest; empty where nothing is known."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.0)
    return f", did you mean {close[0]!r}?" if close else ""
