"""Answers as plain values: the domain's records in the words of the API. Numbers are rounded here and nowhere else."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson
import shapely

from geo.coverage import Coverage, People
from geo.geocoding import Match
from geo.places import Service
from geo.scoring import Component, Reach, Score
from geo.snapshot import Snapshot, SourceRecord

__all__ = [
    "attribution",
    "base_attribution",
    "category_rows",
    "commune_collection",
    "geocode_collection",
    "ledger_rows",
    "profile_rows",
    "score_answer",
    "service_collection",
    "snapshot_answer",
]

BORDER_TOLERANCE_DEG = 0.0007
"""About 60 m: finer than a pixel on a map of a département, and a tenth of the bytes."""
DEGREE_DIGITS = 6
"""A tenth of a metre."""


# ---------------------------------------------------------------- meta


def snapshot_answer(snapshot: Snapshot) -> dict[str, Any]:
    """Say what the service answers from."""
    territory = snapshot.territory
    return {
        "id": snapshot.id,
        "territory": {"code": territory.code, "name": territory.name, "bbox": list(territory.bbox)},
        "built_at": snapshot.built_at or None,
        "method_version": snapshot.method.version,
        "modes": list(snapshot.modes),
        "sources": [_source(source) for source in snapshot.sources],
    }


def ledger_rows(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Account for every row of every source, rejects by code included."""
    return [{**_source(source), "rejects": dict(source.rejects)} for source in snapshot.sources]


def _source(source: SourceRecord) -> dict[str, Any]:
    ledger = source.ledger
    return {
        "id": source.id,
        "title": source.title,
        "producer": source.producer,
        "licence": source.licence.value,
        "url": source.url,
        "data_date": source.data_date,
        "fetched_at": source.fetched_at or None,
        "ledger": {
            "read": ledger.read,
            "kept": ledger.kept,
            "merged": ledger.merged,
            "out_of_scope": ledger.out_of_scope,
            "rejected": ledger.rejected,
        },
        "attribution": source.attribution or _attribution(source),
    }


def category_rows(snapshot: Snapshot) -> list[dict[str, Any]]:
    """List the kinds of service in the taxonomy's order."""
    rows = []
    for category in snapshot.taxonomy.values():
        counts = snapshot.method.categories[category.id]
        rows.append(
            {
                "id": category.id,
                "family": counts.family,
                "label": {"fr": category.label.fr, "en": category.label.en},
                "range": counts.range,
                "k": counts.k,
                "icon": category.icon,
                "services": snapshot.services.count(category.id),
                "completeness": str(snapshot.completeness[category.id]),
            }
        )
    return rows


def profile_rows(snapshot: Snapshot) -> list[dict[str, Any]]:
    """List the profiles."""
    return [
        {
            "id": profile.id,
            "label": {"fr": profile.label.fr, "en": profile.label.en},
            "version": profile.version,
            "author": profile.author,
            "date": profile.date,
            "rationale": profile.rationale,
            "weights": dict(profile.weights),
        }
        for profile in snapshot.profiles.values()
    ]


def commune_collection(snapshot: Snapshot) -> dict[str, Any]:
    """Give the communes of the territory as GeoJSON, common borders simplified alike so that no gap opens."""
    communes = [commune for commune in snapshot.communes if commune.in_territory]
    drawn = [i for i, commune in enumerate(communes) if commune.geometry is not None]
    contours = np.array([communes[i].geometry for i in drawn], dtype=object)
    simple = shapely.coverage_simplify(contours, BORDER_TOLERANCE_DEG) if drawn else contours
    texts = shapely.to_geojson(shapely.transform(simple, lambda degrees: degrees.round(5)))
    geometry = {i: orjson.Fragment(text) for i, text in zip(drawn, texts, strict=True)}
    features = [
        {
            "type": "Feature",
            "id": commune.insee,
            "geometry": geometry.get(i),
            "properties": {"insee": commune.insee, "name": commune.name, "population": commune.population},
        }
        for i, commune in enumerate(communes)
    ]
    return {
        "type": "FeatureCollection",
        "features": features,
        "snapshot": snapshot.id,
        "attribution": base_attribution(snapshot),
    }


# ---------------------------------------------------------------- attribution


def attribution(snapshot: Snapshot, sources: Iterable[str]) -> list[str]:
    """Return the lines that licences ask to show beside data of these sources, and of what every answer stands on.

    Streets, addresses, contours and codes stand behind every answer; a source that only gives services is named where
    one of its services is shown.
    """
    shown = set(sources)
    lines: dict[str, tuple[bool, str]] = snapshot.memo("app.attribution", lambda: _lines(snapshot))
    return list(dict.fromkeys(line for source, (always, line) in lines.items() if always or source in shown))


def base_attribution(snapshot: Snapshot) -> list[str]:
    """Return the lines of what every answer stands on."""
    return attribution(snapshot, ())


def _lines(snapshot: Snapshot) -> dict[str, tuple[bool, str]]:
    giving = set(snapshot.services.arrow.column("provenance").flatten().field("source").unique().to_pylist())
    return {s.id: (s.id not in giving, s.attribution or _attribution(s)) for s in snapshot.sources}


def _attribution(source: SourceRecord) -> str:
    return f"{source.producer}, {source.title}, {source.data_date}, {source.licence.label}"


# ---------------------------------------------------------------- services


def service_collection(snapshot: Snapshot, rows: Sequence[int], matched: int) -> dict[str, Any]:
    """Give services as GeoJSON; the links are the route's to add."""
    services = [snapshot.services.row(int(row)) for row in rows]
    return {
        "type": "FeatureCollection",
        "features": [_feature(service) for service in services],
        "numberMatched": matched,
        "numberReturned": len(services),
        "links": [],
        "snapshot": snapshot.id,
        "attribution": attribution(snapshot, {origin.source for s in services for origin in s.provenance}),
    }


def _feature(service: Service) -> dict[str, Any]:
    return {
        "type": "Feature",
        # One site may give services of two categories (a school that is maternelle and élémentaire): an id for each.
        "id": f"{service.category}/{service.id}",
        "geometry": _point(service.lon, service.lat),
        "properties": {
            "id": service.id,
            "category": service.category,
            "name": service.name,
            "insee": service.insee,
            "capacity": service.capacity,
            "standing": service.standing.value,
            "in_territory": service.in_territory,
            "precision": service.precision.value,
            "provenance": [
                {
                    "source": origin.source,
                    "local_id": origin.local_id,
                    "licence": origin.licence.value,
                    "data_date": origin.data_date,
                }
                for origin in service.provenance
            ],
        },
    }


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [degrees(lon), degrees(lat)]}


def degrees(value: float) -> float:
    """Round degrees."""
    return round(value, DEGREE_DIGITS)


# ---------------------------------------------------------------- scores


def score_answer(snapshot: Snapshot, score: Score, nearest: int | None = None) -> dict[str, Any]:
    """Give one score with its evidence.

    Parameters
    ----------
    nearest
        How many services each component shows; None shows all that count.
    """
    components = [_component(snapshot, component, nearest) for component in score.components]
    total, place = score.total, score.place
    commune = snapshot.communes.get(place.insee)
    return {
        "place": {
            "label": place.label or (commune.name if commune else ""),
            "type": place.type,
            "id": place.id or None,
            "lon": degrees(place.lon),
            "lat": degrees(place.lat),
            "insee": place.insee or None,
            "off_m": None if place.off_m is None else round(place.off_m),
        },
        "mode": score.mode,
        "profile": score.profile,
        "total": None if total is None else round(total, 2),
        "interval": None,
        "covered_weight": round(score.covered_weight, 4),
        "components": components,
        "headlines": None,
        "snapshot": score.snapshot,
        "method_version": score.method_version,
        "profile_version": score.profile_version,
        "attribution": attribution(snapshot, {row["source"] for c in components for row in c["nearest"]}),
    }


def _component(snapshot: Snapshot, component: Component, nearest: int | None) -> dict[str, Any]:
    points = component.points
    return {
        "category": component.category,
        "family": component.family,
        "mode": component.mode,
        "weight": round(component.weight, 4),
        "status": component.status.value,
        "value": None if component.value is None else round(component.value, 4),
        "points": None if points is None else round(points, 2),
        "nearest": [_reach(snapshot, reach) for reach in component.nearest[:nearest]],
    }


def _reach(snapshot: Snapshot, reach: Reach) -> dict[str, Any]:
    service = snapshot.services.row(reach.service)
    origin = service.provenance[0]
    return {
        "service": service.id,
        "name": service.name,
        "lon": degrees(service.lon),
        "lat": degrees(service.lat),
        "seconds": round(reach.seconds),
        "counted": reach.counted,
        "source": origin.source,
        "licence": origin.licence.value,
        "data_date": origin.data_date,
    }


# ---------------------------------------------------------------- addresses


def geocode_collection(
    snapshot: Snapshot, found: Sequence[Match], limit: int, query: str | None = None
) -> dict[str, Any]:
    """Give addresses as GeocodeJSON, in the national geocoder's words."""
    answer: dict[str, Any] = {
        "type": "FeatureCollection",
        "version": "draft",
        "features": [_geocoded(match) for match in found],
        "attribution": "; ".join(base_attribution(snapshot)),
        "licence": ", ".join(sorted({source.licence.value for source in snapshot.sources})),
        "limit": limit,
    }
    if query is not None:
        answer["query"] = query
    return answer


def _geocoded(match: Match) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "label": match.label,
        "score": round(match.score, 4),
        "id": match.id,
        "type": match.type.value,
        "name": match.name,
        "postcode": match.postcode,
        "citycode": match.insee,
        "city": match.commune,
        "context": match.context,
        "importance": round(match.importance, 4),
    }
    if match.number:
        properties["housenumber"] = match.number
    if match.street:
        properties["street"] = match.street
    if match.distance_m is not None:
        properties["distance"] = round(match.distance_m)
    return {"type": "Feature", "geometry": _point(match.lon, match.lat), "properties": properties}


# ---------------------------------------------------------------- coverage


def coverage_answer(snapshot: Snapshot, counted: Coverage) -> dict[str, Any]:
    """Give the people who reach a service, by commune and in the territory."""
    return {
        "category": counted.category,
        "mode": counted.mode,
        "minutes": counted.minutes,
        "completeness": counted.completeness.value,
        "territory": _people(counted.territory),
        "communes": [{"insee": row.insee, "name": row.name, **_people(row)} for row in counted.communes],
        "snapshot": snapshot.id,
        "attribution": _service_attribution(snapshot, counted.category),
    }


def _service_attribution(snapshot: Snapshot, category: str) -> list[str]:
    """Return the lines of the sources that give this category's services."""
    rows = snapshot.services.ranges[category]
    column = snapshot.services.arrow.column("provenance").slice(rows.start, len(rows))
    return attribution(snapshot, column.flatten().field("source").unique().to_pylist())


COVERAGE_COLUMNS = ("insee", "name", "people", "within", "not_covered", "share")


def coverage_csv(counted: Coverage) -> str:
    """Give the communes as a table: commas, a header, an empty cell for what is not known (RFC 4180)."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COVERAGE_COLUMNS)
    for row in counted.communes:
        figures = _people(row)
        table.writerow([row.insee, row.name, *(figures[column] for column in COVERAGE_COLUMNS[2:])])
    return text.getvalue()


def _people(row: People) -> dict[str, Any]:
    return {
        "people": None if row.people is None else round(row.people, 1),
        "within": round(row.within, 1),
        "not_covered": round(row.not_covered, 1),
        "share": None if row.share is None else round(row.share, 4),
    }
