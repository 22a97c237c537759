"""What the service answers from: snapshot, sources, categories, profiles, communes."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import shapely

from app.answers.attribution import base_attribution, line_of
from app.answers.slope import slope_row
from geo.modes import Mode
from geo.snapshot import Snapshot, SourceRecord

__all__ = ["category_rows", "commune_collection", "ledger_rows", "profile_rows", "snapshot_answer"]

BORDER_TOLERANCE_DEG = 0.0007
"""About 60 m: finer than a pixel on a map of a département, and a tenth of the bytes."""


def snapshot_answer(snapshot: Snapshot) -> dict[str, Any]:
    """Say what the service answers from."""
    territory = snapshot.territory
    return {
        "id": snapshot.id,
        "territory": {"code": territory.code, "name": territory.name, "bbox": list(territory.bbox)},
        "built_at": snapshot.built_at or None,
        "method_version": snapshot.method.version,
        "modes": list(snapshot.modes),
        "mode_details": [_mode(snapshot, mode) for mode in snapshot.modes.values()],
        "sources": [_source(source) for source in snapshot.sources],
        "excluded": [{"id": name, "title": title} for name, title in snapshot.excluded.items()],
    }


def ledger_rows(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Account for every row of every source, rejects by code included."""
    return [
        {**_source(source), "rejects": dict(source.rejects), "complete": list(source.complete)}
        for source in snapshot.sources
    ]


def _mode(snapshot: Snapshot, mode: Mode) -> dict[str, Any]:
    network = snapshot.networks[mode.id]
    return {
        "id": mode.id,
        "label": {"fr": mode.label.fr, "en": mode.label.en},
        "phrase": {"fr": mode.phrase.fr, "en": mode.phrase.en},
        "option_of": mode.option_of,
        "start_s": mode.start_s,
        "end_s": mode.end_s,
        "kept_share": round(network.kept_share, 4),
        "untold_share": None if network.untold_share is None else round(network.untold_share, 4),
        "turns_understood": None if network.turns is None else round(network.turns.understood_share, 4),
        "slope": slope_row(snapshot, mode.id),
        "indicative": mode.indicative,
    }


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
        "attribution": line_of(source),
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
