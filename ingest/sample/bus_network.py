"""The bus network: which line calls at which stop, and when. What leaves a stop is known here by counting."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from ingest.sample.stops import Stop
from ingest.sample.terrain import TOWN_XY_M

__all__ = ["EVERY_DAY", "SCHOOL_DAYS", "SUNDAYS", "Line", "Network", "Place", "bus_network"]

SCHOOL_DAYS, EVERY_DAY, SUNDAYS = "ECOLE", "SEMAINE", "DIMANCHE"
"""Services: school days from Monday to Friday, Monday to Saturday, Sundays and public holidays."""
_TOWN_M = 2_400.0
_SECTORS = 6
_EVENING_MIN = 19 * 60
_TWIN_M = 110.0


@dataclass(frozen=True)
class Place:
    """A stop as a traveller knows it: one pole, or two across the street."""

    number: int
    name: str
    poles_xy_m: tuple[tuple[float, float], ...]
    rows: tuple[int, ...]
    """Of its poles in the list of stops."""

    @property
    def id(self) -> str:
        """Of its row in the feed: of the station where it has two poles."""
        return f"{'S' if len(self.poles_xy_m) > 1 else 'P'}{self.number:04d}"


@dataclass(frozen=True)
class Line:
    """One line in one direction."""

    id: str
    name: str
    calls: tuple[Place, ...]
    minutes: int
    """From one call to the next."""
    starts: tuple[tuple[str, int], ...]
    """Service and minute after midnight of each run; beyond 1,440 for what begins after midnight."""
    back: bool = False
    headways: tuple[tuple[int, int, int], ...] = ()
    """First minute, end and minutes between two runs, where the feed says so in the place of every run."""
    set_down: Place | None = None
    """Where one may only get off."""

    @property
    def route(self) -> str:
        """Of both directions: the name on the vehicle."""
        return self.id[:-1]


@dataclass
class Network:
    """Everything that a timetable holds."""

    places: list[Place]
    lines: list[Line] = field(default_factory=list)
    on_demand: list[Place] = field(default_factory=list)
    """Called at by a minibus that has to be ordered; no timetable."""

    def departures(self) -> dict[str, tuple[float, float, float] | None]:
        """Count for each place that is served: trips a working day, of these from 19:00 on, on a Sunday.

        Places that a minibus alone serves are None.
        """
        found = {place.id: [0.0, 0.0, 0.0] for line in self.lines for place in line.calls}
        for line in self.lines:
            for service, start in line.starts:
                for call, place in enumerate(line.calls[:-1]):
                    if place is line.set_down:
                        continue
                    counts = found[place.id]
                    if service == SUNDAYS:
                        counts[2] += 1
                    else:
                        counts[0] += 1
                        counts[1] += start + call * line.minutes >= _EVENING_MIN
        timed: dict[str, tuple[float, float, float] | None] = {
            name: (counts[0], counts[1], counts[2]) for name, counts in found.items()
        }
        return {place.id: None for place in self.on_demand} | timed

    def lines_at(self) -> dict[str, list[str]]:
        """List for each place that is served the lines that call there, in the order in which the network has them.

        Places that a minibus alone serves have none.
        """
        found: dict[str, dict[str, None]] = {place.id: {} for place in self.on_demand}
        for line in self.lines:
            for place in line.calls:
                found.setdefault(place.id, {})[line.route] = None
        return {name: list(routes) for name, routes in found.items()}

    def served_rows(self) -> set[int]:
        """Return the rows, in the list of stops, of the poles that the feed's trips call at or come to on demand."""
        served = self.departures()
        return {row for place in self.places if place.id in served for row in place.rows}


def bus_network(stops: Sequence[Stop], hamlets: Collection[str]) -> Network:
    """Lay lines over the stops: two through the town, one into each quarter of the country, a night bus, a Sunday bus.

    Parameters
    ----------
    hamlets
        Names of the stops that no line reaches: of three, two are served on demand.
    """
    places = _places(stops)
    network = Network(places)
    xy = np.array([place.poles_xy_m[0] for place in places]) - np.array(TOWN_XY_M)
    away = np.hypot(xy[:, 0], xy[:, 1])
    remote = [place for place in places if place.name in hamlets]
    network.on_demand = [place for number, place in enumerate(remote) if number % 3 < 2]
    lone = {place.number for place in remote}
    town = [p for p in places if away[p.number] < _TOWN_M and p.number not in lone]
    across = [p for p in town if abs(xy[p.number, 0]) >= abs(xy[p.number, 1])]
    across.sort(key=lambda p: (float(xy[p.number, 0]), p.number))
    along = sorted((p for p in town if p not in across), key=lambda p: (float(xy[p.number, 1]), p.number))
    network.lines += _both_ways("1", "Ligne 1", across, 2, (), ((390, 540, 15), (540, 960, 30), (960, 1_200, 15)))
    hourly = tuple((EVERY_DAY, minute) for minute in range(400, 1_180, 60))
    network.lines += _both_ways("2", "Ligne 2", along, 2, (*hourly, (SCHOOL_DAYS, 445), (SCHOOL_DAYS, 1_005)))
    night = tuple((EVERY_DAY, minute) for minute in (1_230, 1_320, 1_410, 1_470))
    network.lines += _both_ways("N", "Noctambule", across, 2, night)
    sunday = tuple((SUNDAYS, minute) for minute in (570, 690, 870, 1_080))
    network.lines += _both_ways("D", "Dominicale", along, 2, sunday)
    hub = min(town, key=lambda p: (float(away[p.number]), p.number))
    gate = min((p for p in town if p is not hub), key=lambda p: (float(away[p.number]), p.number))
    sector = ((np.arctan2(xy[:, 1], xy[:, 0]) + np.pi) // (2 * np.pi / _SECTORS)).astype(int) % _SECTORS
    for number in range(_SECTORS):
        far = [p for p in places if sector[p.number] == number and p not in town and p.number not in lone]
        far.sort(key=lambda p: (float(away[p.number]), p.number))
        if far:
            network.lines += _country_lines(number, hub, gate, far)
    return network


def _places(stops: Sequence[Stop]) -> list[Place]:
    """Join the two poles of a street: the twin is the only stop of its name near by."""
    poles = [(row, stop) for row, stop in enumerate(stops) if not stop.twin]
    twins = [(row, stop) for row, stop in enumerate(stops) if stop.twin]
    places = []
    for number, (row, stop) in enumerate(poles):
        across = [
            (other, twin)
            for other, twin in twins
            if twin.name == stop.name and np.hypot(twin.xy_m[0] - stop.xy_m[0], twin.xy_m[1] - stop.xy_m[1]) < _TWIN_M
        ]
        group = [(row, stop), *across]
        places.append(Place(number, stop.name, tuple(s.xy_m for _, s in group), tuple(r for r, _ in group)))
    return places


def _both_ways(
    name: str,
    title: str,
    calls: Sequence[Place],
    minutes: int,
    starts: tuple[tuple[str, int], ...],
    headways: tuple[tuple[int, int, int], ...] = (),
) -> list[Line]:
    runs = (*starts, *((EVERY_DAY, start) for first, end, step in headways for start in range(first, end, step)))
    return [
        Line(f"{name}{way}", title, tuple(order), minutes, runs, way == "R", headways)
        for way, order in (("A", calls), ("R", calls[::-1]))
    ]


def _country_lines(number: int, hub: Place, gate: Place, far: Sequence[Place]) -> list[Line]:
    """Ride out from the middle of the town and back; on the way back one only gets off at the last stop but one."""
    title = f"Ligne {10 * (number + 1)}"
    out = [(SCHOOL_DAYS, 985), (SCHOOL_DAYS, 1_055), (EVERY_DAY, 550), (EVERY_DAY, 735), (EVERY_DAY, 1_110)]
    back = [(SCHOOL_DAYS, 405), (SCHOOL_DAYS, 780), (EVERY_DAY, 420), (EVERY_DAY, 610), (EVERY_DAY, 830)]
    if number == 0:
        out.append((SUNDAYS, 860))
        back.append((SUNDAYS, 1_085))
    name = str(10 * (number + 1))
    return [
        Line(f"{name}A", title, (hub, *far), 4, tuple(out)),
        Line(f"{name}R", title, (*far[::-1], gate, hub), 4, tuple(back), back=True, set_down=gate),
    ]
