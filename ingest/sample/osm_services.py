"""Services of the OpenStreetMap file: what mappers know of the places, with their slips."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import shapely
from shapely import Polygon

from ingest.sample.communes import Commune, commune_of
from ingest.sample.facilities import Facility
from ingest.sample.frame import CLIP_LONLAT, Frame, lonlat_to_lambert93
from ingest.sample.kinds import official_categories
from ingest.sample.landcover import Patch
from ingest.sample.osm_draft import OsmDraft, Tags
from ingest.sample.osm_houses import Address
from ingest.sample.stops import Stop
from ingest.sample.truth import Fate

__all__ = ["categories_of", "draw_facilities", "draw_patches", "draw_slips", "draw_stops"]

_BUILDINGS = {
    "education": "school", "health": "hospital", "shop": "retail", "sport": "sports_hall", "culture": "public",
    "public": "public", "childcare": "kindergarten",
}  # fmt: skip
_OPEN_AIR = {"football", "tennis", "city_stade", "park", "garden", "playground", "cemetery", "market"}
_LINKS = {"ecoles": "ref:UAI", "pharmacies": "ref:FR:FINESS", "laposte": "ref:FR:LaPoste", "sante": "ref:FR:FINESS"}
_CATEGORIES_OF_BOTH = ("education.ecole_maternelle", "education.ecole_elementaire")
"""An école primaire takes the children of both."""


def draw_facilities(
    draft: OsmDraft, facilities: Sequence[Facility], addresses: Mapping[int, Address], rng: np.random.Generator
) -> None:
    """Write the places that mappers know: grounds as areas, shop fronts as nodes, some of these with an address."""
    official = official_categories()
    for facility in facilities:
        if not facility.in_osm:
            continue
        tags = _tags(facility, rng)
        fate = _fate(facility, official)
        if facility.plot is None:
            key = f"n{draft.node(facility.xy_m, tags, fate)}"
            address = addresses.get(facility.house)
            if address is not None and rng.random() < 0.25:
                tags |= {"addr:housenumber": address.number, "addr:street": address.street}
                draft.address_fates[key] = Fate("merged" if address.commune.department == "00" else "out_of_scope")
        else:
            draft.area(facility.plot.outline, tags, fate)
            if facility.kind.id not in _OPEN_AIR:
                _building(draft, facility, rng)
    _mapped_twice(draft, facilities, rng)


def categories_of(facility: Facility) -> tuple[str, ...]:
    """Return the categories that a place serves."""
    if facility.kind.id == "primaire":
        return _CATEGORIES_OF_BOTH
    return (facility.kind.category,) if facility.kind.category else ()


def _tags(facility: Facility, rng: np.random.Generator) -> Tags:
    tags = dict(part.split("=", 1) for part in facility.kind.tags.split(";"))
    if facility.name:
        tags["name"] = facility.name
    link = _LINKS.get(facility.kind.file)
    if link and facility.official:
        # names of schools differ between sources now and then: the shared number tells
        if facility.kind.file in {"ecoles", "laposte"} or rng.random() < 0.5:
            tags[link] = facility.extra["id"]
    elif facility.kind.category.startswith("shop.") and rng.random() < 0.3:
        tags["opening_hours"] = "Tu-Sa 09:00-12:30,14:30-19:00"
    return tags


def _fate(facility: Facility, official: frozenset[str]) -> Fate | None:
    inside = facility.site.commune.department == "00"
    keys = {part.split("=", 1)[0] for part in facility.kind.tags.split(";")}
    if not facility.kind.category:
        return Fate("out_of_scope") if keys & {"amenity", "shop", "healthcare", "leisure"} else None
    if facility.official:
        return Fate("merged", categories_of(facility), inside)
    categories = categories_of(facility)
    return Fate("kept", categories, inside, confirmed=not set(categories) & official)


def _building(draft: OsmDraft, facility: Facility, rng: np.random.Generator) -> None:
    """Put a building on a ground: an L or a bar, well inside."""
    assert facility.plot is not None  # noqa: S101 - only grounds have one
    corners = shapely.get_coordinates(facility.plot.outline)[:4]
    across, along = corners[3] - corners[0], corners[1] - corners[0]
    low, high = rng.uniform(0.08, 0.16), rng.uniform(0.42, 0.62)
    left, right = rng.uniform(0.08, 0.2), rng.uniform(0.72, 0.92)
    shape = [(left, low), (right, low), (right, high), (left, high)]
    if facility.plot.outline.area > 2_000:
        bend = (left + right) / 2 + 0.05
        shape = [(left, low), (right, low), (right, high - 0.18), (bend, high - 0.18), (bend, 0.86), (left, 0.86)]
    outline = Polygon([corners[0] + along * u + across * v for u, v in shape])
    kind = _BUILDINGS.get(facility.kind.category.split(".")[0], "yes")
    draft.area(outline, {"building": "church" if facility.kind.id == "church" else kind})


def _mapped_twice(draft: OsmDraft, facilities: Sequence[Facility], rng: np.random.Generator) -> None:
    """Map a few shops twice: as a node and, a few metres away, as their building."""
    shops = [f for f in facilities if f.kind.category.startswith("shop.") and f.in_osm and f.plot is None and f.name]
    for row in rng.choice(len(shops), 9, replace=False).tolist():
        shop = shops[row]
        square = shapely.Point(shop.xy_m[0] + 3.0, shop.xy_m[1] - 2.0).buffer(4.0, cap_style="square")
        tags = dict(part.split("=", 1) for part in shop.kind.tags.split(";")) | {
            "name": shop.name,
            "building": "retail",
        }
        draft.area(square, tags, Fate("merged", categories_of(shop)))


def draw_stops(
    draft: OsmDraft,
    stops: Sequence[Stop],
    carpools: Sequence[Stop],
    communes: tuple[Commune, ...],
    in_feed: Collection[int],
) -> None:
    """Write bus stops and car-pool places; the pole across the street is the same stop, and so is the network's own.

    Parameters
    ----------
    in_feed
        Numbers of the stops that the bus network lists too.
    """
    if not stops:
        return
    rows = commune_of(communes, np.array([s.xy_m for s in (*stops, *carpools)]))
    inside = [communes[row].department == "00" for row in rows.tolist()]
    for row, (stop, own) in enumerate(zip(stops, inside, strict=False)):
        fate = Fate("merged" if stop.twin or row in in_feed else "kept", ("transport.stop",), own)
        draft.node(stop.xy_m, {"highway": "bus_stop", "name": stop.name, "public_transport": "platform"}, fate)
    for place, own in zip(carpools, inside[len(stops) :], strict=True):
        draft.node(
            place.xy_m, {"amenity": "car_pooling", "name": place.name}, Fate("kept", ("transport.carpool",), own)
        )


def draw_patches(draft: OsmDraft, patches: Sequence[Patch], communes: tuple[Commune, ...], frame: Frame) -> None:
    """Write land cover; woods, waters, beaches and lawns are services too. Two woods are multipolygons."""
    # the point that stands for an area is chosen on the globe, and may lie elsewhere than on the board
    points = np.array(
        [_standing_point(p) for p in shapely.transform(np.array([p for p, _ in patches]), frame.to_lonlat)]
    )
    spots = frame.to_flat(lonlat_to_lambert93(points))
    inside = [communes[row].department == "00" if row >= 0 else False for row in commune_of(communes, spots).tolist()]
    holed = 0
    for (outline, tags), own in zip(patches, inside, strict=True):
        category = _nature(tags)
        fate = Fate("kept", (category,), own) if category else None
        if category == "nature.wood" and holed < 2 and own and outline.area > 90_000:
            holed += 1
            _with_clearing(draft, outline, tags, fate)
        else:
            draft.area(outline, tags, fate)


def _standing_point(outline: Polygon) -> tuple[float, float]:
    """Return the point (lon, lat) that stands for an area: inside it, or a middle vertex where the clip opened it."""
    ring = shapely.get_coordinates(outline.exterior)
    west, south, east, north = CLIP_LONLAT
    left = ring[(ring[:, 0] >= west) & (ring[:, 0] <= east) & (ring[:, 1] >= south) & (ring[:, 1] <= north)]
    if 0 < len(left) < len(ring):
        return float(left[len(left) // 2, 0]), float(left[len(left) // 2, 1])
    inside = outline.point_on_surface()
    return inside.x, inside.y


def _nature(tags: Tags) -> str:
    if tags.get("landuse") == "forest" or tags.get("natural") == "wood":
        return "nature.wood"
    if tags.get("leisure") == "park":
        return "nature.park"
    return "nature.water" if tags.get("natural") in {"water", "beach"} else ""


def _with_clearing(draft: OsmDraft, outline: Polygon, tags: Tags, fate: Fate | None) -> None:
    spot = outline.centroid if outline.contains(outline.centroid) else outline.point_on_surface()
    clearing = spot.buffer(0.16 * np.sqrt(outline.area), quad_segs=3)
    if not outline.buffer(-15).contains(clearing):
        draft.area(outline, tags, fate)
        return
    outer, inner = draft.area(outline, {}), draft.area(clearing, {"landuse": "meadow"})
    draft.relation([("w", outer, "outer"), ("w", inner, "inner")], {"type": "multipolygon", **tags}, fate)


def draw_slips(draft: OsmDraft, clip_xy_m: tuple[float, float], facilities: Sequence[Facility]) -> None:
    """Write what a careful reader must refuse: private grounds, unknown values, a wood that the clip cut open."""
    shops = [f for f in facilities if f.plot is None and f.site.commune.department == "00"]
    slips: tuple[tuple[Tags, str], ...] = (
        ({"leisure": "playground", "access": "private"}, "out_of_scope"),
        ({"leisure": "playground", "access": "private", "name": "Jeux de la résidence"}, "out_of_scope"),
        ({"leisure": "pitch", "sport": "tennis", "access": "private"}, "out_of_scope"),
        ({"amenity": "parking", "access": "private"}, "out_of_scope"),
        ({"leisure": "swimming_pool", "access": "private"}, "out_of_scope"),
        ({"amenity": "parking", "access": "no"}, "out_of_scope"),
        ({"shop": "yes", "name": "Chez nous"}, "unmapped_category"),
        ({"shop": "yes"}, "unmapped_category"),
        ({"shop": "fixme"}, "unmapped_category"),
        ({"amenity": "dive_centre", "name": "Plongée du Ponant"}, "unmapped_category"),
        ({"leisure": "maze"}, "unmapped_category"),
        ({"healthcare": "blood_check"}, "unmapped_category"),
        ({"amenity": "school", "name": "Centre de formation"}, "unmapped_category"),
    )
    for (tags, way), shop in zip(slips, shops[:: len(shops) // len(slips)], strict=False):
        draft.node((shop.xy_m[0] + 9.0, shop.xy_m[1] + 6.0), tags, Fate(way))
    x, y = clip_xy_m
    near = [draft.node(xy) for xy in ((x - 500, y), (x - 200, y + 250), (x + 260, y + 300))]
    far = [draft.node(xy) for xy in ((x + 3_000, y + 300), (x + 3_000, y - 100))]
    inner = draft.way([far[-1], near[0], near[1], near[2], far[0]], {})
    outer = draft.way([far[0], draft.node((x + 3_200, y + 100)), far[-1]], {})
    members = [("w", inner, "outer"), ("w", outer, "outer")]
    draft.relation(members, {"type": "multipolygon", "landuse": "forest"}, Fate("no_position"))
