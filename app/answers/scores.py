"""Scores with their evidence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.answers.attribution import attribution
from app.answers.geometry import degrees
from app.answers.on_demand import on_demand_answer
from app.answers.place import place_answer
from app.answers.services import givers_of
from app.answers.slope import slope_of
from geo.headlines import Headline
from geo.intervals import Interval
from geo.percentiles import Percentile
from geo.scoring import Component, Score
from geo.snapshot import Snapshot

__all__ = ["Evidence", "score_answer", "sources_of"]


def score_answer(
    snapshot: Snapshot, score: Score, nearest: int | None = None, *, explained: bool = False
) -> dict[str, Any]:
    """Give one score with its evidence.

    Parameters
    ----------
    nearest
        How many services each component shows; None shows all that count.
    explained
        Whether to say it in sentences too.
    """
    evidence: Evidence = snapshot.memo("app.evidence", lambda: Evidence(snapshot))
    components = [_component(component, nearest, evidence) for component in score.components]
    shown = [evidence[reach.service] for component in score.components for reach in component.nearest]
    on_demand = on_demand_answer(snapshot, score.place.lon, score.place.lat)
    sources = {source for said in shown for source in sources_of(said)} | {zone["source"] for zone in on_demand}
    total = score.total
    return {
        "place": place_answer(snapshot, score.place),
        "on_demand": on_demand,
        "mode": score.mode,
        "slope": slope_of(snapshot, score.mode),
        "profile": score.profile,
        "total": None if total is None else round(total, 2),
        "interval": _interval(score.interval),
        "percentile": _percentile(score.percentile),
        "covered_weight": round(score.covered_weight, 4),
        "components": components,
        "edge_seconds": None if score.edge_s is None else round(score.edge_s),
        "headlines": {name: _headline(headline) for name, headline in score.headlines.items()},
        "explanation": explanation_answer(snapshot, score) if explained else None,
        "snapshot": score.snapshot,
        "method_version": score.method_version,
        "profile_version": score.profile_version,
        "attribution": attribution(snapshot, sources),
    }


def _component(component: Component, nearest: int | None, evidence: Evidence) -> dict[str, Any]:
    points = component.points
    return {
        "category": component.category,
        "family": component.family,
        "mode": component.mode,
        "weight": round(component.weight, 4),
        "status": component.status.value,
        "value": None if component.value is None else round(component.value, 4),
        "points": None if points is None else round(points, 2),
        "nearest": [
            {**evidence[reach.service], "seconds": round(reach.seconds), "counted": reach.counted}
            for reach in component.nearest[:nearest]
        ],
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(bound, 2) for bound in interval]


def _percentile(percentile: Percentile) -> dict[str, Any]:
    return {
        "territory": None if percentile.territory is None else round(percentile.territory, 1),
        "density": None if percentile.density is None else round(percentile.density, 1),
        "density_class": percentile.density_class,
        "people": round(percentile.people),
        "density_people": round(percentile.density_people),
        "reason": percentile.reason or None,
    }


def _headline(headline: Headline) -> dict[str, Any]:
    return {
        "total": None if headline.total is None else round(headline.total, 2),
        "interval": _interval(headline.interval),
        "covered_weight": round(headline.covered_weight, 4),
        "percentile": _percentile(headline.percentile),
        "modes": dict(headline.modes),
    }


def explanation_answer(snapshot: Snapshot, score: Score) -> dict[str, Any]:
    """Say a score in sentences: what each category brings, what brings most, what costs most."""
    said = score.explain(snapshot)
    return {
        "summary": asdict(said.summary),
        "components": {category: asdict(sentence) for category, sentence in said.components.items()},
        "best": list(said.best),
        "worst": list(said.worst),
    }


def sources_of(said: dict[str, Any]) -> tuple[str, ...]:
    """Name the sources of what an answer says of a service: they are to be credited beside it."""
    return said["source"], *(row["source"] for row in said["given_by"].values())


class Evidence(dict[int, dict[str, Any]]):
    """What an answer says of a service, by its row; made when the service is first shown, for it is shown often."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self._services = snapshot.services

    def __missing__(self, row: int) -> dict[str, Any]:
        service = self._services.row(row)
        origin = service.provenance[0]
        said = self[row] = {
            "service": service.id,
            "name": service.name,
            "lon": degrees(service.lon),
            "lat": degrees(service.lat),
            "source": origin.source,
            "licence": origin.licence.value,
            "data_date": origin.data_date,
            "departures": None if service.departures is None else asdict(service.departures),
            "lines": list(service.lines),
            "given_by": givers_of(service),
        }
        return said
