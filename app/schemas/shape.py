"""What every documented shape has in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Label", "Latitude", "Link", "Longitude", "Point", "Shape"]

Longitude = Annotated[float, Field(description="Degrees, WGS 84.")]
Latitude = Annotated[float, Field(description="Degrees, WGS 84.")]


class Shape(BaseModel):
    """A shape with these members and no other."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Label(Shape):
    """A name in French and in English."""

    fr: str
    en: str


class Link(Shape):
    """A link to follow."""

    rel: str
    href: str
    type: str


class Point(Shape):
    """GeoJSON point."""

    type: Literal["Point"]
    coordinates: tuple[Longitude, Latitude]
