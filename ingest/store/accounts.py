"""The tables that say where rows went: runs, sources, rejects, decisions, and what the gates found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.places import Licence
from ingest.store.columns import Instant, Key, Words
from ingest.store.schema import PER_RUN, Base, on_earth, one_of

__all__ = [
    "DecisionRow",
    "FindingRow",
    "OverrideRow",
    "RejectRow",
    "RunRow",
    "RunState",
    "SourceRow",
    "of_source",
]


class RunState(StrEnum):
    """How far a run went."""

    LOADING = "loading"
    LOADED = "loaded"
    PUBLISHED = "published"


class RunRow(Base):
    """One filling of the store for one territory."""

    __tablename__ = "run"
    __table_args__ = (
        one_of("state", RunState),
        CheckConstraint("(state = 'published') = (snapshot IS NOT NULL)", name="published_with_snapshot"),
        # SQLite gives the number of a deleted last row again unless told otherwise; a run's number is never reused.
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    territory: Mapped[Key] = mapped_column(index=True)
    state: Mapped[str]
    snapshot: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(Instant())
    loaded_at: Mapped[datetime | None] = mapped_column(Instant())
    published_at: Mapped[datetime | None] = mapped_column(Instant())


class SourceRow(Base):
    """One source in one run, with its four counts: a row that vanished cannot be stored."""

    __tablename__ = "source"
    __table_args__ = (
        CheckConstraint("read = kept + merged + out_of_scope + rejected", name="adds_up"),
        CheckConstraint("kept >= 0 AND merged >= 0 AND out_of_scope >= 0 AND rejected >= 0", name="counts"),
        one_of("licence", Licence),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(ForeignKey(RunRow.id), primary_key=True, autoincrement=False)
    id: Mapped[Key] = mapped_column(primary_key=True)
    title: Mapped[str]
    producer: Mapped[str]
    licence: Mapped[str]
    url: Mapped[str]
    data_date: Mapped[str]
    fetched_at: Mapped[str]
    attribution: Mapped[str]
    content: Mapped[str]
    complete: Mapped[Any] = mapped_column(Words(), nullable=False)
    read: Mapped[int]
    kept: Mapped[int]
    merged: Mapped[int]
    out_of_scope: Mapped[int]
    rejected: Mapped[int]


def of_source(column: str) -> ForeignKeyConstraint:
    """Return the rule that a column names a source of the same run."""
    return ForeignKeyConstraint(["run", column], [SourceRow.run, SourceRow.id])


class RejectRow(Base):
    """One row of a source that was refused."""

    __tablename__ = "reject"
    __table_args__ = (of_source("source"), CheckConstraint("number > 0", name="number"), PER_RUN)
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[Key] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1 in the order in which the source's rows were refused."""
    code: Mapped[Key]
    file: Mapped[str]
    line: Mapped[int]
    example: Mapped[str]


class DecisionRow(Base):
    """One row that was joined to another, with what it said of itself, and why."""

    __tablename__ = "decision"
    __table_args__ = (
        of_source("source"),
        *on_earth(),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("distance_m >= 0", name="distance"),
        Index("decision_run_kept_ix", "run", "kept"),
        PER_RUN,
    )
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1 in the order in which they were taken."""
    kept: Mapped[Key]
    """No reference: what was kept first may have been joined to another source's row after."""
    merged: Mapped[str]
    source: Mapped[Key]
    local_id: Mapped[str]
    category: Mapped[str]
    name: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    reason: Mapped[str]
    distance_m: Mapped[float | None]
    similarity: Mapped[float | None]


class FindingRow(Base):
    """What one gate found; no partition, since some are found after the run is filled."""

    __tablename__ = "finding"
    run: Mapped[int] = mapped_column(ForeignKey(RunRow.id), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    check: Mapped[str]
    subject: Mapped[str]
    outcome: Mapped[str]
    text: Mapped[str]


class OverrideRow(Base):
    """A gate that somebody overrode, by its name and with a reason."""

    __tablename__ = "override"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)
    run: Mapped[int] = mapped_column(ForeignKey(RunRow.id), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gate: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant())
