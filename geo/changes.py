"""What differs between two snapshots of a territory, and why: the world changed, or what is known of it did.

A row is known by its publisher's key. That it is there now and was not before says nothing yet: the file may be newer
(the world changed, as far as its publisher says), or the same file may be read, mapped, placed or joined otherwise (the
data changed). Both are counted apart, by category and commune, so that nobody takes a new mapping for a new school.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from pyproj import Geod

from geo.manifest import SourceRecord, read_sources
from geo.places import Service
from geo.tables import ServiceTable

__all__ = ["Cause", "Change", "Inventory", "Reason", "Tally", "compare", "tally"]

MOVED_M = 10.0
"""A position that differs by less is the same position, written otherwise."""

_SAID = ("name", "capacity", "departures", "lines")
"""What a service shows beside its place; a change of one is told when another row gives it."""

_WGS84 = Geod(ellps="WGS84")
_Row = tuple[str, str]


class Cause(StrEnum):
    """Which of the two changed."""

    WORLD = "world"
    DATA = "data"


class Reason(StrEnum):
    """Why a service differs."""

    OPENED = "opened"
    CLOSED = "closed"
    MOVED = "moved"
    SOURCE = "source"
    MAPPING = "mapping"
    JOINED = "joined"
    COORDINATES = "coordinates"
    STANDING = "standing"
    GIVER = "giver"
    READING = "reading"
    REISSUED = "reissued"

    @property
    def cause(self) -> Cause:
        """Which of the two it belongs to."""
        return Cause.WORLD if self in _WORLD else Cause.DATA

    @property
    def words(self) -> str:
        """Say it in a few words."""
        return _WORDS[self]


_WORLD = {Reason.OPENED, Reason.CLOSED, Reason.MOVED}
_WORDS: Mapping[Reason, str] = {
    Reason.OPENED: "in a newer file, and not in the older one",
    Reason.CLOSED: "no longer in the newer file",
    Reason.MOVED: "elsewhere, by a row that its publisher changed",
    Reason.SOURCE: "its source is read in one of the two only",
    Reason.MAPPING: "the same row leads to another category",
    Reason.JOINED: "the same row is joined to another place, or no longer is",
    Reason.COORDINATES: "the same row stands elsewhere, and its publisher says of no change",
    Reason.STANDING: "an official source confirms it in one of the two only",
    Reason.GIVER: "another of its rows is believed for its place, name, capacity, departures or lines",
    Reason.READING: "the same file, of which this row was left out or refused in one of the two",
    Reason.REISSUED: "the file was issued again for the same date",
}


@dataclass(frozen=True)
class Inventory:
    """What a comparison needs of a snapshot."""

    services: Sequence[Service]
    sources: Mapping[str, SourceRecord]

    def counts(self) -> Counter[str]:
        """Count the confirmed services of the territory by category."""
        return Counter(category for category, _ in _counted(self.services))

    @classmethod
    def read(cls, folder: Path) -> Inventory:
        """Read it from a snapshot's folder."""
        table = ServiceTable.open(folder / "services.arrow")
        sources = read_sources(folder / "sources.json", {})
        return cls(list(table), {source.id: source for source in sources})


@dataclass(frozen=True, slots=True)
class Change:
    """One service that differs."""

    reason: Reason
    before: Service | None
    after: Service | None

    @property
    def shown(self) -> Service:
        """The service as it is, or as it was when it is gone."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a change is of something
        return found


@dataclass(frozen=True, slots=True)
class Tally:
    """The change of one category in one commune."""

    category: str
    insee: str
    before: int
    """Confirmed services."""
    after: int
    world: int
    """Of ``after - before``, what the world's changes make …"""
    data: int
    """… and what the data's do; the two add up to it."""
    changes: tuple[Change, ...]


def compare(before: Inventory, after: Inventory) -> list[Change]:
    """Find what differs, and why.

    Services are the same when id and category are; those of the halo are compared too. A row that was rejected before
    and is well written now counts as opened: no snapshot holds the keys of what it refused.

    Returns
    -------
    list of Change
        Sorted by category and id.
    """
    old = {(s.category, s.id): s for s in before.services}
    new = {(s.category, s.id): s for s in after.services}
    old_rows, new_rows = _rows(before.services), _rows(after.services)
    changes = [Change(_gone(old[key], new_rows, before, after), old[key], None) for key in old.keys() - new.keys()]
    changes += [Change(_come(new[key], old_rows, before, after), None, new[key]) for key in new.keys() - old.keys()]
    for key in old.keys() & new.keys():
        reason = _altered(old[key], new[key])
        if reason is not None:
            changes.append(Change(reason, old[key], new[key]))
    return sorted(changes, key=lambda change: (change.shown.category, change.shown.id, change.after is not None))


def tally(before: Inventory, after: Inventory, changes: Iterable[Change]) -> list[Tally]:
    """Count the confirmed services of the territory by category and commune, and split what differs by its cause.

    Returns
    -------
    list of Tally
        Of every category and commune with a change, sorted.
    """
    counts = [Counter(_counted(side.services)) for side in (before, after)]
    here: dict[tuple[str, str], list[Change]] = defaultdict(list)
    split: dict[Cause, Counter[tuple[str, str]]] = {cause: Counter() for cause in Cause}
    for change in changes:
        one, other = (list(_counted([s] if s else [])) for s in (change.before, change.after))
        for place in sorted({*one, *other}):
            here[place].append(change)
            split[change.reason.cause][place] += other.count(place) - one.count(place)
    return [
        Tally(
            category=category,
            insee=insee,
            before=counts[0][category, insee],
            after=counts[1][category, insee],
            world=split[Cause.WORLD][category, insee],
            data=split[Cause.DATA][category, insee],
            changes=tuple(here[category, insee]),
        )
        for category, insee in sorted(here)
    ]


def _counted(services: Iterable[Service]) -> Iterable[tuple[str, str]]:
    return ((s.category, s.insee) for s in services if s.in_territory and s.standing == "confirmed")


def _rows(services: Iterable[Service]) -> dict[_Row, set[str]]:
    """Return the categories to which each publisher's row leads."""
    rows: dict[_Row, set[str]] = defaultdict(set)
    for service in services:
        for origin in service.provenance:
            rows[origin.source, origin.local_id].add(service.category)
    return rows


def _gone(service: Service, rows: Mapping[_Row, set[str]], before: Inventory, after: Inventory) -> Reason:
    origin = service.provenance[0]
    return _appeared(service, rows, after, before, Reason.CLOSED, before.sources.get(origin.source))


def _come(service: Service, rows: Mapping[_Row, set[str]], before: Inventory, after: Inventory) -> Reason:
    origin = service.provenance[0]
    return _appeared(service, rows, before, after, Reason.OPENED, before.sources.get(origin.source))


def _appeared(
    service: Service,
    rows_there: Mapping[_Row, set[str]],
    there: Inventory,
    here: Inventory,
    world: Reason,
    older: SourceRecord | None,
) -> Reason:
    """Say why a service stands in one inventory (`here`) and not in the other (`there`)."""
    origin = service.provenance[0]
    mine, theirs = here.sources.get(origin.source), there.sources.get(origin.source)
    if mine is None or theirs is None or older is None:
        return Reason.SOURCE
    known = rows_there.get((origin.source, origin.local_id))
    if known is not None:
        return Reason.JOINED if service.category in known else Reason.MAPPING
    if mine.content and mine.content == theirs.content:
        return Reason.READING
    if world is Reason.OPENED and service.updated and service.updated < older.data_date[: len(service.updated)]:
        return Reason.READING  # the row is older than the older file: it was there, and not read
    return world if mine.data_date != theirs.data_date else Reason.REISSUED


def _altered(before: Service, after: Service) -> Reason | None:
    """Say why a service that stands in both is not where, or what, it was."""
    if before.standing is not after.standing:
        return Reason.STANDING
    metres = float(np.asarray(_WGS84.inv(before.lon, before.lat, after.lon, after.lat)[2]))
    if metres <= MOVED_M and before.insee == after.insee and before.in_territory == after.in_territory:
        others = any(getattr(before, name) != getattr(after, name) and _regiven(before, after, name) for name in _SAID)
        return Reason.GIVER if others else None
    if _regiven(before, after, "position"):
        return Reason.GIVER
    same_row = before.provenance[0].source == after.provenance[0].source
    # the date is the first row's: where another gives the position, nobody says that the place moved
    changed = bool(after.updated) and after.updated != before.updated and "position" not in after.given_by
    return Reason.MOVED if same_row and changed and metres > MOVED_M else Reason.COORDINATES


def _regiven(before: Service, after: Service, name: str) -> bool:
    """Tell whether another row gives a property than before; the first is the same in both, whose id it is."""
    one, other = before.given_by.get(name), after.given_by.get(name)
    return (one and (one.source, one.local_id)) != (other and (other.source, other.local_id))
