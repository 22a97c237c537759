"""What the rows behind a service say otherwise than it shows: kept for those who keep the data, of every licence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from geo.changes import MOVED_M
from geo.places import Departures, Service
from ingest.likeness import words
from ingest.precedence import Row, Settled

__all__ = ["Dissent", "dissents", "in_text"]


@dataclass(frozen=True, slots=True)
class Dissent:
    """One property of which one row says something else."""

    service: str
    """Id of the service that stands."""
    property: str
    """``"name"``, ``"position"``, ``"capacity"``, ``"departures"`` or ``"lines"``."""
    source: str
    local_id: str
    """The row's key at its publisher."""
    value: str
    """What the row says, in words; of a position, with the metres from the one that is shown."""


_TEXTS: Mapping[str, Callable[[Service], str]] = {
    "name": lambda service: service.name,
    "position": lambda service: f"{service.lon:.6f}, {service.lat:.6f} ({service.precision.value})",
    "capacity": lambda service: "" if service.capacity is None else f"{service.capacity:g}",
    "departures": lambda service: "" if service.departures is None else _trips(service.departures),
    "lines": lambda service: ", ".join(service.lines),
    "entrances": lambda service: f"{len(service.entrances)} mapped" if service.entrances else "",
}


def _trips(trips: Departures) -> str:
    return f"{trips.weekday:g} a working day, {trips.evening:g} in the evening, {trips.sunday:g} on Sundays"


def in_text(name: str, service: Service) -> str:
    """Say a property of a service in words; empty where it says nothing of it."""
    return _TEXTS[name](service)


_DIFFERS: Mapping[str, Callable[[Row, Row], bool]] = {
    "name": lambda row, giver: words(row.service.name) != words(giver.service.name),
    "position": lambda row, giver: row.metres_to(giver) > MOVED_M,
    "capacity": lambda row, giver: row.service.capacity != giver.service.capacity,
    "departures": lambda row, giver: row.service.departures != giver.service.departures,
    "lines": lambda row, giver: row.service.lines != giver.service.lines,
}


def dissents(settled: Settled, rows: Sequence[Row]) -> Iterator[Dissent]:
    """Yield what rows say otherwise than their service shows.

    Of a property that no row may give, because rows of another licence alone say it, these are all listed. Entrances
    are no question of more or less right: the place has those of one row.

    Parameters
    ----------
    rows
        All that were settled, the winner's first.
    """
    if len(rows) == 1:
        return
    for name, differs in _DIFFERS.items():
        giver = settled.givers.get(name)
        seen: set[tuple[str, str]] = set()
        for row in rows:
            key = (row.origin.source, row.origin.local_id)
            if row is giver or key in seen or not row.says(name) or (giver is not None and not differs(row, giver)):
                continue
            seen.add(key)
            apart = f", {row.metres_to(giver):.0f} m away" if name == "position" and giver is not None else ""
            yield Dissent(settled.service.id, name, *key, in_text(name, row.service) + apart)
