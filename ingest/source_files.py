"""Reads the files of ``data/sources/``, lays them over one another, and holds them against the schema of sources."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from geo.errors import ConfigurationError
from geo.taxonomy import Taxonomy
from ingest.catalogue import Also, Crs, Expect, Filter, PlacedBy, Source, Vintage, nearest
from ingest.tags import TagMap

__all__ = ["find_source", "load_sources", "parse_source"]


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
    raw, maps = _read_folder(folder)
    sources = [parse_source(name, _inherit(name, raw), maps) for name in sorted(raw)]
    by_id = {source.id: source for source in sources}
    for source in sources:
        _require_categories(source, taxonomy)
        _require_places(source, by_id)
    return [source for source in sources if source.serves(territory)]


def find_source(folder: Path, given: str, taxonomy: Taxonomy) -> Source:
    """Read one source, whichever territories it serves.

    Parameters
    ----------
    folder
        ``data/sources``.
    given
        The id of a source in it, or the path of a TOML elsewhere, whose map may lie in a ``maps/`` beside it.

    Raises
    ------
    ConfigurationError
        When there is none (the nearest id is named), or the file is no source.
    """
    raw, maps = _read_folder(folder)
    path = Path(given)
    name = path.stem if path.suffix == ".toml" else given
    if path.suffix == ".toml":
        raw[name] = _read(path)
        maps |= {found.stem: _read(found) for found in sorted((path.parent / "maps").glob("*.toml"))}
    if name not in raw:
        raise ConfigurationError(f"no source {given!r}{nearest(given, raw)}")
    source = parse_source(name, _inherit(name, raw), maps)
    _require_categories(source, taxonomy)
    if source.placed_by is not None:
        _require_places(source, {other: parse_source(other, _inherit(other, raw), maps) for other in raw})
    return source


def _read_folder(folder: Path) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return what each source and each map of the folder says, by name."""
    raw: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.rglob("*.toml")):
        if path.parent != folder / "maps":
            data = _read(path)
            if data.get("id") != path.stem:
                raise ConfigurationError(f"{path.name}: the id {data.get('id')!r} is not the file's name")
            if path.stem in raw:
                raise ConfigurationError(f"{path.name}: there are two sources of this id")
            raw[path.stem] = data
    return raw, {path.stem: _read(path) for path in sorted((folder / "maps").glob("*.toml"))}


def _require_categories(source: Source, taxonomy: Taxonomy | None) -> None:
    for category in sorted(source.gives):
        if taxonomy is not None and category not in taxonomy:
            raise ConfigurationError(f"{source.id}.toml: unknown category {category!r}{nearest(category, taxonomy)}")


def _require_places(source: Source, by_id: Mapping[str, Source]) -> None:
    """Refuse to take places from a source that has none to give, or under another licence (linked, never mixed)."""
    if (asked := source.placed_by) is None:
        return
    wrong = ""
    if (other := by_id.get(asked.source)) is None or other is source:
        others = set(by_id) - {source.id}
        raise ConfigurationError(
            f"{source.id}.toml: placed_by: no source {asked.source!r}{nearest(asked.source, others)}"
        )
    if other.kind != "services" or other.reader != "file" or other.placed_by is not None:
        wrong = "has no places of its own to give"
    elif any(asked.link not in each.links for each in (other, *other.vintages.values())):
        wrong = f"has no link {asked.link!r}{nearest(asked.link, other.links)}"
    elif other.licence is not source.licence:
        wrong = f"is under another licence ({other.licence.label})"
    if wrong:
        raise ConfigurationError(f"{source.id}.toml: placed_by: {asked.source!r} {wrong}")


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
        raise ConfigurationError(f"{name}.toml: like {parent!r}, which is no source{nearest(parent, raw)}")
    return {**_inherit(parent, raw, (*seen, name)), **data}


_RESERVED = {"codes", "tags", "vintages"}
"""Fields that are derived from the file, and no keys of it."""


def parse_source(name: str, data: Mapping[str, Any], maps: Mapping[str, dict[str, Any]]) -> Source:
    """Make a source of what its file says, and of what each vintage that differs says instead.

    Parameters
    ----------
    name
        Of the file, without suffix.
    data
        Its keys, those of the sources that it is ``like`` included.
    maps
        Files of ``maps/`` by name.

    Raises
    ------
    ConfigurationError
        When a key is unknown or a value is none that the schema allows; names the file and the nearest right word.
    """
    source = _parse(name, data, maps)
    mirror = data.get("mirror", [])
    vintages = {}
    for number, vintage in enumerate(source.mirror):
        if vintage.differs:
            alone = {key: value for key, value in mirror[number].items() if key != "differs"}
            vintages[number] = _parse(name, {**data, "mirror": [alone], **vintage.differs}, maps)
    return source.model_copy(update={"vintages": vintages}) if vintages else source


def _parse(name: str, data: Mapping[str, Any], maps: Mapping[str, dict[str, Any]]) -> Source:
    if reserved := _RESERVED & set(data):
        raise ConfigurationError(f"{name}.toml: unknown key {sorted(reserved)[0]!r}")
    codes: Mapping[str, str] = data.get("categories", {})
    tags: TagMap | None = None
    if map_name := data.get("map"):
        if map_name not in maps:
            raise ConfigurationError(f"{name}.toml: no map {map_name!r}{nearest(map_name, maps)}")
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
    "placed_by": PlacedBy,
}


def _explain(error: ValidationError) -> str:
    """Say the first thing that is wrong, with the nearest right key when the key is unknown."""
    # An unknown key first: the one that it should have been is then missing, and saying so would lead astray.
    first = min(error.errors(), key=lambda said: said["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        model = Source if len(first["loc"]) == 1 else _PARTS[str(first["loc"][0])]
        known = {field.alias or name for name, field in model.model_fields.items()} - _RESERVED | {"like"}
        return f"unknown key {place!r}{nearest(str(first['loc'][-1]), known)}"
    return f"{place}: {first['msg']}" if place else str(first["msg"]).removeprefix("Value error, ")
