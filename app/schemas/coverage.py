"""Shapes of coverage."""

from __future__ import annotations

from typing import Literal

from app.schemas.shape import Shape

__all__ = ["CommuneCoverage", "CoverageAnswer", "TerritoryCoverage"]


class TerritoryCoverage(Shape):
    """People of the territory."""

    people: float
    within: float
    not_covered: float
    """People whose answer is not known."""
    share: float | None
    """within / (people − not_covered)."""


class CommuneCoverage(Shape):
    """People of one commune."""

    insee: str
    name: str
    people: float | None
    """Null where the population is not published."""
    within: float
    not_covered: float
    share: float | None
    """Null as well where less than 90 % of the commune lies inside the loaded streets."""


class CoverageAnswer(Shape):
    """People who reach a service of the category within so many minutes."""

    category: str
    mode: str
    minutes: float
    completeness: Literal["complete", "partial", "none"]
    """Everybody is `not_covered` unless the category is complete."""
    slope: str | None
    """Name of the raster of heights by which slopes count; null: every street counts as level."""
    territory: TerritoryCoverage
    communes: list[CommuneCoverage]
    snapshot: str
    attribution: list[str]
