"""Sources are data: one TOML file each under ``data/sources/``, read strictly.

The schema is told in ``docs/sources.md``. A key that nobody reads is refused together with the nearest one that is, so
that a slip of the pen cannot switch a filter off in silence.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from geo.errors import ConfigurationError
from geo.places import Licence, Precision
from geo.taxonomy import Taxonomy
from ingest.tags import OUT_OF_SCOPE, TagMap

__all__ = ["FICTIONAL_TERRITORY", "Also", "Crs", "Expect", "Filter", "Source", "Vintage", "load_sources"]

FICTIONAL_TERRITORY = "00"
"""Code of the sample. A source of every territory (``"*"``) is one of every real territory."""

Kind = Literal["services", "addresses", "communes", "contours", "cells", "streets"]
_COLUMNS: Mapping[str, frozenset[str]] = {
    "services": frozenset(
        {"key", "name", "category", "lon", "lat", "x", "y", "point", "insee", "capacity", "precision"}
    ),
    "addresses": frozenset(),
    "communes": frozenset(
        {"key", "name", "department", "population", "postcodes", "old_codes", "seat", "parent", "type"}
    ),
    "contours": frozenset({"key", "name"}),
    "cells": frozenset({"key", "people", "living_standard_sum", "commune", "age_0_17", "age_65"}),
    "streets": frozenset(),
}
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
    """The publisher's current feed; ``{territory}`` stands for the territory's code."""
    resource: str = ""
    """Where ``url`` is a data.gouv.fr dataset: pattern of the title or address of the resource to take."""
    mirror: tuple[Vintage, ...] = ()
    territories: tuple[str, ...]
    official: bool = True
    """False for what volunteers map: where a complete official source exists, what only they know is unconfirmed."""
    complete: tuple[str, ...] = ()
    """Categories of which it holds every service of its area."""
    expect: Expect = Expect()

    reader: Literal["file", "osm_services", "osm_addresses", "osm_streets"] = "file"
    format: Literal["", "csv", "json", "geojson"] = ""
    """Empty: told by the file's name."""
    encoding: Names = ("utf-8", "cp1252")
    """Accepted encodings; the first in which the file reads is its own."""
    separator: str = ""
    """Empty: found in the header."""
    member: str = ""
    """Of a zip: pattern of the name to read; empty where the zip holds one file."""

    columns: Mapping[str, Names] = {}
    optional: tuple[str, ...] = ()
    """Names in ``columns`` that a vintage may lack."""
    crs: Crs | None = None
    lost_point: bool = False
    """The decimal point of degrees was lost: put it back where the value then lies in the area."""
    precision: Mapping[str, Precision] = {}
    keep: tuple[Filter, ...] = ()
    drop: tuple[Filter, ...] = ()
    category: str = ""
    categories: Mapping[str, str] = {}
    map: str = ""
    """Name of a file of ``data/sources/maps/`` that stands in for ``categories``."""
    also: tuple[Also, ...] = ()
    links: Mapping[str, Names] = {}
    """Identifiers shared with other sources (``uai``, ``finess``…) and the columns that hold them."""
    sites: bool = False
    """The key names a site that several rows share (one row is one room, one court)."""

    codes: Mapping[str, str] = Field(default={}, exclude=True)
    tags: TagMap | None = Field(default=None, exclude=True)

    @property
    def gives(self) -> frozenset[str]:
        """The categories that its rows can lead to."""
        given = {self.category, *self.codes.values(), *(also.category for also in self.also)}
        return frozenset(given | set(self.tags.categories if self.tags else ())) - {"", OUT_OF_SCOPE}

    def credit(self, producer: str, data_date: str) -> str:
        """Return what to show beside its data: the Licence Ouverte asks for the producer and the date of the data."""
        return self.attribution or f"{self.title}, {producer}, {data_date}, {self.licence.label}"

    def serves(self, territory: str) -> bool:
        """Tell whether the source has something to say of a territory."""
        return territory in self.territories or ("*" in self.territories and territory != FICTIONAL_TERRITORY)

    @model_validator(mode="after")
    def _known_columns_and_dates(self) -> Source:
        known = _COLUMNS[self.kind]
        for name in [*self.columns, *self.optional]:
            if name not in known:
                raise ValueError(f"columns: unknown name {name!r}{_nearest(name, known)}")
        for date in [v.data_date for v in self.mirror] + ([self.expect.fresh_after] if self.expect.fresh_after else []):
            if not _DATE.fullmatch(date):
                raise ValueError(f"{date!r} is no date: expected YYYY, YYYY-MM or YYYY-MM-DD")
        return self

    @model_validator(mode="after")
    def _something_to_read(self) -> Source:
        if not self.url and not self.mirror:
            raise ValueError("neither url nor mirror: nothing to read")
        for path in (path for vintage in self.mirror for path in vintage.paths):
            if Path(path).is_absolute() or ".." in Path(path).parts:
                raise ValueError(f"mirror path {path!r} climbs out of the mirror")
        return self

    @model_validator(mode="after")
    def _leads_to_categories(self) -> Source:
        if self.kind != "services":
            return self
        if sum(map(bool, (self.category, self.categories, self.map))) != 1:
            raise ValueError("give one of category, categories and map")
        if unheard := set(self.complete) - self.gives:
            raise ValueError(f"complete: {sorted(unheard)[0]!r} is no category that its rows lead to")
        if self.reader == "file" and "key" not in self.columns:
            raise ValueError("columns.key is missing")
        return self


def load_sources(folder: Path, territory: str, taxonomy: Taxonomy | None = None) -> list[Source]:
    """Read the sources that serve a territory, ordered by id.

    Parameters
    ----------
    folder
        ``data/sources``: ``*.toml`` in it and in its folders, ``maps/`` aside.
    territory
        Code of a département (``"71"``, ``"2A"``), or ``"00"`` for the sample.
    taxonomy
        When given, a category that it does not know is refused.

    Raises
    ------
    ConfigurationError
        When a file is no source, names an unknown key or category, or serves the territory twice under one id.
    """
    raw: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.rglob("*.toml")):
        if path.parent != folder / "maps":
            data = _read(path)
            if data.get("id") != path.stem:
                raise ConfigurationError(f"{path.name}: the id {data.get('id')!r} is not the file's name")
            if path.stem in raw:
                raise ConfigurationError(f"{path.name}: there are two sources of this id")
            raw[path.stem] = data
    maps = {path.stem: _read(path) for path in sorted((folder / "maps").glob("*.toml"))}
    sources = [_parse(name, _inherit(name, raw), maps) for name in sorted(raw)]
    for source in sources:
        for category in sorted(source.gives):
            if taxonomy is not None and category not in taxonomy:
                raise ConfigurationError(
                    f"{source.id}.toml: unknown category {category!r}{_nearest(category, taxonomy)}"
                )
    return [source for source in sources if source.serves(territory)]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error


def _inherit(name: str, raw: Mapping[str, dict[str, Any]], seen: tuple[str, ...] = ()) -> dict[str, Any]:
    """Lay a source over the one that it is ``like``; a key that it gives replaces the other's whole."""
    data = dict(raw[name])
    if (parent := data.pop("like", None)) is None:
        return data
    if parent in seen or parent == name:
        raise ConfigurationError(f"{name}.toml: like {parent!r} goes round in a circle")
    if parent not in raw:
        raise ConfigurationError(f"{name}.toml: like {parent!r}, which is no source{_nearest(parent, raw)}")
    return {**_inherit(parent, raw, (*seen, name)), **data}


def _parse(name: str, data: dict[str, Any], maps: Mapping[str, dict[str, Any]]) -> Source:
    if reserved := {"codes", "tags"} & set(data):
        raise ConfigurationError(f"{name}.toml: unknown key {sorted(reserved)[0]!r}")
    codes: Mapping[str, str] = data.get("categories", {})
    tags: TagMap | None = None
    if map_name := data.get("map"):
        if map_name not in maps:
            raise ConfigurationError(f"{name}.toml: no map {map_name!r}{_nearest(map_name, maps)}")
        codes, tags = _parse_map(map_name, maps[map_name])
    try:
        return Source.model_validate({**data, "codes": codes, "tags": tags})
    except ValidationError as error:
        raise ConfigurationError(f"{name}.toml: {_explain(error)}") from error
    except re.error as error:
        raise ConfigurationError(f"{name}.toml: a pattern does not compile: {error}") from error


def _parse_map(name: str, data: dict[str, Any]) -> tuple[Mapping[str, str], TagMap | None]:
    """Read a map: either ``codes`` (code → category), or ``categories`` (category → tag selectors)."""
    kinds = {frozenset({"codes"}): "codes", frozenset({"categories", "accounted", "ignored"}): "tags"}
    for known, kind in kinds.items():
        if set(data) <= known and data:
            try:
                return (dict(data["codes"]), None) if kind == "codes" else ({}, TagMap(**data))
            except (TypeError, ValueError, re.error) as error:
                raise ConfigurationError(f"maps/{name}.toml: {error}") from error
    raise ConfigurationError(f"maps/{name}.toml: expected [codes], or [categories] with accounted and ignored")


_PARTS: Mapping[str, type[BaseModel]] = {
    "expect": Expect,
    "mirror": Vintage,
    "crs": Crs,
    "keep": Filter,
    "drop": Filter,
    "also": Also,
}


def _explain(error: ValidationError) -> str:
    """Say the first thing that is wrong, with the nearest right key when the key is unknown."""
    # An unknown key first: the one that it should have been is then missing, and saying so would lead astray.
    first = min(error.errors(), key=lambda said: said["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        model = Source if len(first["loc"]) == 1 else _PARTS[str(first["loc"][0])]
        known = {field.alias or name for name, field in model.model_fields.items()} - {"codes", "tags"} | {"like"}
        return f"unknown key {place!r}{_nearest(str(first['loc'][-1]), known)}"
    return f"{place}: {first['msg']}" if place else str(first["msg"]).removeprefix("Value error, ")


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.0)
    return f", did you mean {close[0]!r}?" if close else ""
