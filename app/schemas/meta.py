"""Shapes of what the service answers from."""

from __future__ import annotations

from typing import Literal

from app.schemas.shape import Label, Link, Shape

__all__ = [
    "Acceptance",
    "CategoryRow",
    "FindingRow",
    "Health",
    "Ledger",
    "LedgerRow",
    "ProfileRow",
    "RejectPage",
    "RejectRow",
    "SlopeRow",
    "SnapshotAnswer",
    "Source",
    "TerritoryRow",
]


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
    complete: list[str]
    """Categories that the source is declared to hold whole."""


class Acceptance(Shape):
    """Why a failure was let pass, in the operator's words."""

    reason: str
    when: str
    """ISO 8601 instant."""


class FindingRow(Shape):
    """What one check before publication came to."""

    check: str
    """`age`, `rows`, `rejected`, `excluded`…; `docs/sources.md` lists the checks."""
    subject: str
    """A source, a category, a mode or the territory."""
    outcome: Literal["pass", "warn", "fail"]
    text: str
    """One sentence with the numbers, in English."""
    accepted: Acceptance | None
    """Of a failure alone; `null` when nobody accepted anything."""


class RejectRow(Shape):
    """One row that no record could be made of."""

    source: str
    code: str
    """Why; `docs/rejects.md` lists the codes."""
    file: str
    line: int
    """From 1 with the header as line 1; the feature's or object's number where a file has no lines."""
    example: str
    """The value that was refused, shortened."""


class RejectPage(Shape):
    """Rejected rows, ordered by source, code, file and line."""

    rejects: list[RejectRow]
    total: int
    """Of all pages."""
    links: list[Link]
    snapshot: str


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


class SlopeRow(Shape):
    """By what the slopes of streets are known."""

    raster: str
    """Name of the file of heights."""
    known_share: float
    """Share of the street metres whose slope it tells; the others count as level."""


class ModeRow(Shape):
    """One way of getting about."""

    id: str
    label: Label
    phrase: Label
    """Within a sentence: "on foot"."""
    option_of: str | None
    """The mode of which this is another pace or another need; null when it stands for itself."""
    start_s: float
    """Seconds before one moves, in every trip."""
    end_s: float
    """Seconds after one has arrived, in every trip."""
    kept_share: float
    """Share of the street metres open to the mode that hang together; the others are not used."""
    untold_share: float | None
    """Share of the street metres whose tags say nothing of what the mode asks of them; null when it asks nothing."""
    turns_understood: float | None
    """Share of the restrictions of turns that bind the mode and are understood; null when it turns as it likes."""
    slope: SlopeRow | None
    """By what slopes count; null: every street counts as level."""
    indicative: bool
    """Whether too little is told for the answers to be more than an indication."""


class SnapshotAnswer(Shape):
    """What the service answers from."""

    id: str
    territory: TerritoryRow
    built_at: str | None
    method_version: str
    modes: list[str]
    """Ids, in the order in which they are offered."""
    mode_details: list[ModeRow]
    """The same, described."""
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
