"""A score in sentences, French and English: what each category brings, what brings most, what costs most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.evidence import Status
from geo.snapshot import Snapshot
from geo.taxonomy import Label

if TYPE_CHECKING:
    from geo.scoring import Component, Score

__all__ = ["Explanation", "explain"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a score says."""

    summary: Label
    components: Mapping[str, Label]
    """By category, a sentence each."""
    best: tuple[str, ...]
    """The categories that bring the most points, at most three."""
    worst: tuple[str, ...]
    """The categories that leave the most points lying, at most three."""


def explain(snapshot: Snapshot, score: Score) -> Explanation:
    """Say a score in sentences."""
    known = [component for component in score.components if component.value is not None]
    brought = sorted(known, key=lambda c: (-(c.points or 0.0), c.category))
    lost = sorted(known, key=lambda c: ((c.points or 0.0) - c.weight, c.category))
    return Explanation(
        _summary(score),
        {component.category: _sentence(snapshot, component) for component in score.components},
        tuple(component.category for component in brought[:_SHOWN] if component.points),
        tuple(component.category for component in lost[:_SHOWN] if (component.points or 0.0) < component.weight),
    )


def _summary(score: Score) -> Label:
    total = score.total
    if total is None:
        return Label("Aucune note : rien n’est connu ici.", "No score: nothing is known here.")
    fr, en = f"{_french(total)} sur 100", f"{total:.1f} out of 100"
    if score.interval is not None:
        low, high = score.interval
        fr += f", entre {_french(low)} et {_french(high)} selon les hypothèses"
        en += f", between {low:.1f} and {high:.1f} as assumptions go"
    share = round(100.0 * score.covered_weight)
    return Label(f"{fr} ; {share} % des critères sont connus.", f"{en}; {share}% of the criteria are known.")


def _sentence(snapshot: Snapshot, component: Component) -> Label:
    label = snapshot.taxonomy.require(component.category).label
    if component.status is Status.NOT_COVERED or component.points is None:
        return Label(f"{label.fr} : non couvert, donc non compté.", f"{label.en}: not covered, so not counted.")
    fr = f"{_french(component.points)} points sur {_french(component.weight)}"
    en = f"{component.points:.1f} points out of {component.weight:.1f}"
    counted = [reach for reach in component.nearest if reach.counted]
    if not counted:
        return Label(f"{label.fr} : {fr} ; aucun à portée.", f"{label.en}: {en}; none within reach.")
    phrase, nearest = snapshot.modes[component.mode].phrase, counted[0]
    name = snapshot.services.row(nearest.service).name
    minutes = max(1, round(nearest.seconds / 60.0))
    return Label(
        f"{label.fr} : {fr} ; {name or 'le plus proche'} est à {minutes} min {phrase.fr}.",
        f"{label.en}: {en}; {name or 'the nearest'} is {minutes} min away {phrase.en}.",
    )


def _french(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
