"""Shapes of refusals."""

from __future__ import annotations

from app.schemas.shape import Label, Latitude, Longitude, Shape
from geo.errors import AddressReason

__all__ = ["Candidate", "FieldError", "Problem"]


class FieldError(Shape):
    """One thing wrong with one input."""

    field: str
    problem: str
    expected: str


class Candidate(Shape):
    """An address that may be meant."""

    id: str
    label: str
    type: str
    lon: Longitude
    lat: Latitude
    insee: str
    score: float


class Problem(Shape):
    """RFC 9457 problem document (`application/problem+json`)."""

    type: str
    """`/problems/<kind>`; opening it explains the kind."""
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
    candidates: list[Candidate] | None = None
    reason: AddressReason | None = None
    """`unknown_address` and `ambiguous_address`: why the words are no address, for a program."""
    place: str | None = None
    """`off_network` alone: the commune where the point lies, or that the address names."""
    loaded: bool | None = None
    """`off_network` alone: true where the streets around are loaded and none is within 300 m; false where they are
    not loaded."""
    off_m: int | None = None
    """`off_network` alone: metres to the nearest loaded street."""
    text: Label | None = None
    """`no_way` alone: the detail in French and in English."""
