"""Shapes of what the service answers from."""

from __future__ import annotations

from typing import Literal

from app.schemas.shape import Label, Shape

__all__ = ["CategoryRow", "Health", "Ledger", "LedgerRow", "ProfileRow", "SnapshotAnswer", "Source", "TerritoryRow"]


class Health(Shape):
    """The service answers, from this snapshot."""

    status: Literal["ok"]
    snapshot: str


class Ledger(Shape):
    """Where the rows of a source went; the last four add up to the first."""

    read: int
    kept: int
    merged: int
    out_of_scope: int
    rejected: int


class Source(Shape):
    """One publisher's data behind the snapshot."""

    id: str
    title: str
    producer: str
    licence: str
    url: str
    data_date: str
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`: what the publisher's file stands for."""
    fetched_at: str | None
    ledger: Ledger
    attribution: str


class LedgerRow(Source):
    """One source, where its rows went, and why rows were rejected."""

    rejects: dict[str, int]
    """Rejected rows by code."""


class TerritoryRow(Shape):
    """The territory that is served."""

    code: str
    name: str
    bbox: tuple[float, float, float, float]
    """West, south, east, north; degrees."""


class ExcludedSource(Shape):
    """A source that was to be read, and whose files neither the mirror nor the publisher gave."""

    id: str
    title: str


class SnapshotAnswer(Shape):
    """What the service answers from."""

    id: str
    territory: TerritoryRow
    built_at: str | None
    method_version: str
    modes: list[str]
    sources: list[Source]
    excluded: list[ExcludedSource]


class CategoryRow(Shape):
    """One kind of service."""

    id: str
    family: str
    label: Label
    range: Literal["proximite", "intermediaire", "superieure"]
    k: int
    """How many nearest sites count."""
    icon: str
    services: int
    """Confirmed services inside the territory."""
    completeness: Literal["complete", "partial", "none"]
    """Only complete categories are scored; a partial one shows its evidence."""


class ProfileRow(Shape):
    """A household's weights."""

    id: str
    label: Label
    version: str
    author: str
    date: str
    rationale: str
    weights: dict[str, float]
    """By family, summing to 100."""
