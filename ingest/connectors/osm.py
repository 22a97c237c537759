"""OpenStreetMap files, through pyosmium: services, addresses and streets of one extract or several.

A service or an address may be a node, a way or a relation; it gets one point: the node's place, a point inside an area,
the middle vertex of a line. An area that is a service also gets the ways in on its outline. Objects come out ordered by
type and number, whatever the order of the file. What several extracts hold comes out once, from the one that says most
of where it is; of equals, from the first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import osmium
import pandas as pd
import shapely

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors.table import FILE, LINE, POINT_LAT, POINT_LON, Table
from ingest.entrances import ENTRANCE_KEYS, Entrances, as_text
from ingest.fetch import Fetched
from ingest.osm_faults import UNREADABLE

__all__ = ["ENTRANCES", "KEY", "STREET", "TAKEN_FROM_RELATION", "OsmObject", "objects", "read", "street_names"]

KEY, STREET, TAKEN_FROM_RELATION = "@key", "@street", "@street_from_relation"
"""Columns of an OpenStreetMap frame: ``n123``, ``w45`` or ``r6``; the street of an address, and ``"1"`` where the
``associatedStreet`` relation gave it."""
ENTRANCES = "@entrances"
"""Column of the services: the ways in on an area's outline (:func:`ingest.entrances.as_points`)."""

_ORDER = {"n": 0, "w": 1, "r": 2}
Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OsmObject:
    """One object with tags, and one point for it."""

    key: str
    tags: Tags
    lon: float | None
    """WGS 84 degrees; None where the extract cut the object's shape away."""
    lat: float | None
    inside: bool = False
    """The point lies inside an area, which the extract holds whole."""
    entrances: tuple[tuple[float, float], ...] = ()
    """Ways in on its outline, (lon, lat); empty where none is mapped, or none was asked for."""

    @property
    def whole(self) -> int:
        """How much is known of where it is: 0 nothing, 1 a node or a vertex, 2 its area."""
        return 2 if self.inside else int(self.lon is not None)


def read(source: Source, fetched: Sequence[Fetched]) -> Table:
    """Read the objects that ``source.reader`` asks for.

    Raises
    ------
    SourceMalformed
        When a file is cut off or no OpenStreetMap file.
    """
    streets: dict[str, str] = {}
    for file in fetched if source.reader == "osm_addresses" else ():
        with _damage_named(source, file):
            streets = street_names(file.path) | streets
    parts = []
    for file in fetched:
        with _damage_named(source, file):
            parts.append(_found(source, file))
    tables = [
        _table(source, _name(file), found, _more(source, found, streets))
        for file, found in zip(fetched, parts, strict=True)
    ]
    return tables[0] if len(tables) == 1 else _once(tables, [item for found in parts for item in found])


def _name(file: Fetched) -> str:
    return PurePosixPath(file.origin).name or file.path.name


@contextlib.contextmanager
def _damage_named(source: Source, file: Fetched) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        detail = f"cut off or no OpenStreetMap file: {error}"
        raise SourceMalformed(source.id, detail, file=_name(file)) from error


def _found(source: Source, file: Fetched) -> list[OsmObject]:
    if source.reader == "osm_services":
        assert source.tags is not None  # noqa: S101 - the catalogue gives every osm_services source its map
        return objects(file.path, source.tags.keys, _of_interest(source), Entrances())
    if source.reader == "osm_addresses":
        return objects(file.path, ("addr:housenumber",), lambda _: True)
    return list(_highways(file.path))


def _once(tables: Sequence[Table], found: Sequence[OsmObject]) -> Table:
    """Put the extracts of one source together; ``found`` are their rows, one table after the other."""
    best: dict[str, int] = {}
    for row, item in enumerate(found):
        if item.key not in best or item.whole > found[best[item.key]].whole:
            best[item.key] = row
    rows = [best[key] for key in sorted(best, key=_rank)]
    frame = pd.concat([table.frame for table in tables], ignore_index=True).iloc[rows].reset_index(drop=True)
    files = tuple(name for table in tables for name in table.files)
    tags = [found[row].tags for row in rows]
    return Table(tables[0].source, frame, files, tags=tags, doubled=len(found) - len(rows))


def _of_interest(source: Source) -> Callable[[Tags], bool]:
    tag_map = source.tags
    assert tag_map is not None  # noqa: S101 - see _found
    return lambda tags: bool(tag_map.accounts_for(tags)) or bool(tag_map.of(tags))


def objects(
    path: Path, keys: Sequence[str], wanted: Callable[[Tags], bool], entrances: Entrances | None = None
) -> list[OsmObject]:
    """Return the objects that carry one of ``keys`` and whose tags are wanted, with one point each.

    A closed way or a multipolygon whose area cannot be built keeps a point (of its vertices) or is returned without
    one: it never vanishes.

    Parameters
    ----------
    entrances
        Takes the ways in of the file, which the areas then get; None: nobody asks for them.
    """
    points: dict[str, tuple[Tags, float | None, float | None]] = {}
    areas: dict[str, str] = {}
    wkb = osmium.geom.WKBFactory()
    ways_in: dict[str, tuple[tuple[float, float], ...]] = {}
    carriers = osmium.filter.KeyFilter(*keys)
    of_nodes = osmium.filter.KeyFilter(*keys, *(ENTRANCE_KEYS if entrances is not None else ()))
    of_nodes.enable_for(osmium.osm.NODE)
    of_others = osmium.filter.KeyFilter(*keys)
    of_others.enable_for(osmium.osm.WAY | osmium.osm.RELATION | osmium.osm.AREA)
    for item in osmium.FileProcessor(str(path)).with_areas(carriers).with_filter(of_nodes).with_filter(of_others):
        tags = {tag.k: tag.v for tag in item.tags}
        if entrances is not None and isinstance(item, osmium.osm.Node):
            entrances.take(item.id, tags, item.location.lon, item.location.lat)
        if tags.keys().isdisjoint(keys) or not wanted(tags):
            continue
        if isinstance(item, osmium.osm.Area):
            # An outline that crosses itself has no inside: the way's own vertex stays its point.
            key = f"{'w' if item.from_way() else 'r'}{item.orig_id()}"
            with contextlib.suppress(RuntimeError):
                areas[key] = wkb.create_multipolygon(item)
            if entrances is not None:
                ways_in[key] = entrances.on(node.ref for ring in item.outer_rings() for node in ring)
        elif isinstance(item, osmium.osm.Node):
            points[f"n{item.id}"] = (tags, item.location.lon, item.location.lat)
        elif isinstance(item, osmium.osm.Way):
            points[f"w{item.id}"] = (tags, *_middle(item))
        elif isinstance(item, osmium.osm.Relation):
            points[f"r{item.id}"] = (tags, None, None)
    inside = shapely.point_on_surface(shapely.from_wkb(list(areas.values())))
    for key, point in zip(areas, inside, strict=True):
        points[key] = (points[key][0], float(point.x), float(point.y))
    return [
        OsmObject(key, *points[key], inside=key in areas, entrances=ways_in.get(key, ()))
        for key in sorted(points, key=_rank)
    ]


def _rank(key: str) -> tuple[int, int]:
    return _ORDER[key[0]], int(key[1:])


def _middle(way: osmium.osm.Way) -> tuple[float | None, float | None]:
    located = [node.location for node in way.nodes if node.location.valid()]
    if not located:
        return None, None
    middle = located[len(located) // 2]
    return middle.lon, middle.lat


def street_names(path: Path) -> dict[str, str]:
    """Return the street of each object that an ``associatedStreet`` relation holds as a house, by key (``n123``)."""
    names: dict[str, str] = {}
    relations = osmium.FileProcessor(str(path), osmium.osm.RELATION)
    for relation in relations.with_filter(osmium.filter.TagFilter(("type", "associatedStreet"))):
        if not isinstance(relation, osmium.osm.Relation):
            continue
        name = relation.tags.get("name") or relation.tags.get("addr:street")
        if name:
            for member in relation.members:
                if member.role != "street":
                    names.setdefault(f"{member.type}{member.ref}", name)
    return names


def _highways(path: Path) -> Iterator[OsmObject]:
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for way in ways:
        yield OsmObject(f"w{way.id}", {"highway": way.tags["highway"]}, None, None)


def _table(source: Source, name: str, found: Sequence[OsmObject], more: Mapping[str, Sequence[str]]) -> Table:
    frame = pd.DataFrame(
        {
            KEY: [item.key for item in found],
            POINT_LON: ["" if item.lon is None else repr(item.lon) for item in found],
            POINT_LAT: ["" if item.lat is None else repr(item.lat) for item in found],
            **more,
        },
        dtype=object,
        index=range(len(found)),
    )
    tags = [item.tags for item in found]
    filters = [name for f in (*source.keep, *source.drop) for name in f.column]
    for key in dict.fromkeys([*filters, *(key for keys in source.links.values() for key in keys)]):
        frame[key] = [item.get(key, "") for item in tags]
    frame[LINE] = pd.Series(range(1, len(found) + 1), dtype="int64", index=frame.index)
    frame[FILE] = name
    return Table(source.id, frame, (name,), tags=tags)


def _more(source: Source, found: Sequence[OsmObject], streets: Mapping[str, str]) -> dict[str, list[str]]:
    if source.reader == "osm_addresses":
        return _streets(found, streets)
    return {ENTRANCES: [as_text(item.entrances) for item in found]} if source.reader == "osm_services" else {}


def _streets(found: Sequence[OsmObject], from_relations: Mapping[str, str]) -> dict[str, list[str]]:
    """Name the street of each address: its own tag first, then its relation's name, then the place it belongs to."""
    own = [item.tags.get("addr:street", "") for item in found]
    related = [from_relations.get(item.key, "") for item in found]
    place = [item.tags.get("addr:place", "") for item in found]
    return {
        STREET: [a or b or c for a, b, c in zip(own, related, place, strict=True)],
        TAKEN_FROM_RELATION: ["1" if b and not a else "" for a, b in zip(own, related, strict=True)],
    }
