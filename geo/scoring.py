"""The score: what lies within reach of a place, weighed for a household. One function for one place and for a million.

The total is a property of the components and is stored nowhere: the explanation cannot disagree with it. Nothing is
rounded here; the interface rounds once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import require_lonlat
from geo.errors import AlentoursError, InvalidParameter, OffNetwork
from geo.evidence import STATUSES, Status, Values
from geo.explaining import Explanation, explain
from geo.fields import Access
from geo.geocoding import Match
from geo.headlines import Headline, View
from geo.intervals import Interval
from geo.method import Profile
from geo.percentiles import Percentile, Percentiles
from geo.reading import Reading
from geo.snapshot import Snapshot
from geo.trials import try_out
from geo.weighing import total_of, weights

__all__ = ["Component", "Place", "Reach", "Score", "off_network", "score", "weights"]

_CHUNK = 512
"""Places looked up at once: some tens of megabytes of access and trials, whatever the number of categories."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a score is asked for."""

    lon: float
    lat: float
    """WGS 84, degrees."""
    id: str = ""
    """Of the address, or the caller's own."""
    label: str = ""
    type: str = "point"
    """``housenumber``, ``street``, ``locality``, ``municipality``, or ``point`` for bare coordinates."""
    insee: str = ""
    """Commune; found from the contours when it is empty."""
    off_m: float | None = None
    """Metres from the place to its street; given by the score."""
    doubt: tuple[tuple[float, float], ...] = ()
    """Where else the place may be (lon, lat): the houses of a street that was named without a number."""
    crosses: bool | None = None
    """Whether these metres lead over a river, a railway or a motorway, since no street lies on this side; given by the
    score."""

    @classmethod
    def of_match(cls, match: Match) -> Place:
        """Take the place of an address that the index found."""
        return cls(match.lon, match.lat, match.id, match.label, match.type.value, match.insee)


@dataclass(frozen=True, slots=True)
class Reach:
    """One of the nearest services of a category: evidence."""

    service: int
    """Row of ``Snapshot.services``."""
    seconds: float
    """Door to door in the score's mode."""
    counted: bool
    """Whether it enters the value; false beyond the cut-off, beyond the edge of the loaded streets, and for
    categories that no source claims to know completely."""


@dataclass(frozen=True, slots=True)
class Component:
    """One category's part of a score."""

    category: str
    family: str
    mode: str
    weight: float
    """All components of a score sum to 100, covered or not."""
    status: Status
    value: float | None
    """In [0, 1]; 0 when none lies within the cut-off, None when not covered."""
    nearest: tuple[Reach, ...]
    """By seconds; at most the category's k."""

    @property
    def points(self) -> float | None:
        """Weight × value; None when not covered."""
        return None if self.value is None else self.weight * self.value


@dataclass(frozen=True, slots=True)
class Score:
    """One place's score with everything that explains it."""

    place: Place
    mode: str
    profile: str
    profile_version: str
    method_version: str
    snapshot: str
    components: tuple[Component, ...]
    edge_s: float | None
    """Seconds to the edge of the loaded streets; None when there is none within the fields' cut-off."""
    interval: Interval | None
    """Least and greatest total when weights, pace, stale sites and the place's doubt are moved; around ``total``."""
    percentile: Percentile
    """Where the total stands among the people of the territory."""
    headlines: Mapping[str, Headline]
    """By name (``any``, ``without_car``): the totals of the best of several modes."""

    @property
    def covered_weight(self) -> float:
        """Share of the weights whose category is covered, 0 … 1."""
        return total_of((c.weight, c.value) for c in self.components)[1]

    @property
    def total(self) -> float | None:
        """Σ points / covered_weight, 0 … 100: the only redistribution. None when nothing is covered."""
        return total_of((c.weight, c.value) for c in self.components)[0]

    def explain(self, snapshot: Snapshot) -> Explanation:
        """Say it in sentences; `snapshot` is the one that it was made from."""
        return explain(snapshot, self)


def score(
    snapshot: Snapshot, places: Sequence[Place | AlentoursError], mode: str, profile: Profile
) -> list[Score | AlentoursError]:
    """Score places, in order.

    Parameters
    ----------
    places
        Places; an error (an address that nobody knows) keeps its row and is handed back.
    mode
        A mode of the snapshot.
    profile
        The household's weights; only families that weigh something give components.

    Returns
    -------
    list[Score | AlentoursError]
        One entry per place. Coordinates that cannot be are an ``InvalidParameter``, a place without loaded streets is
        an ``OffNetwork``: in its row, the others are scored.

    Raises
    ------
    InvalidParameter
        When the snapshot does not know the mode.
    """
    snapshot.require_mode(mode)
    results: list[Score | AlentoursError] = []
    for start in range(0, len(places), _CHUNK):
        results += _score_chunk(snapshot, places[start : start + _CHUNK], mode, profile)
    return results


def _score_chunk(
    snapshot: Snapshot, places: Sequence[Place | AlentoursError], mode: str, profile: Profile
) -> list[Score | AlentoursError]:
    asked = [_checked(snapshot, place) for place in places]
    good = [place for place in asked if isinstance(place, Place)]
    if not good:
        return [place for place in asked if isinstance(place, AlentoursError)]
    view = View.of(snapshot, mode, profile)
    readings = {name: _read(snapshot, name, good) for name in view.modes}
    on = readings[mode].on_network
    there, owner = _positions(good, on)
    located_places = [place for place, known in zip(good, on[: len(good)], strict=True) if known]
    kept = {name: reading.only(there) for name, reading in readings.items()}
    scored = iter(_scores(snapshot, located_places, kept, owner, view))
    located: Iterator[np.bool_] = iter(on)
    return [
        place
        if isinstance(place, AlentoursError)
        else next(scored)
        if next(located)
        else off_network(snapshot, place, mode)
        for place in asked
    ]


def _read(snapshot: Snapshot, mode: str, places: Sequence[Place]) -> Reading:
    """Read the places, and behind them, in order, the other positions of those in doubt."""
    lonlat = [(place.lon, place.lat) for place in places] + [other for place in places for other in place.doubt]
    reader = snapshot.readers[mode]
    return reader.read_one(*lonlat[0]) if len(lonlat) == 1 else reader.read(np.array(lonlat, np.float64))


def _positions(places: Sequence[Place], on: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Say which rows of a reading to keep, and to which of the kept places each further position belongs."""
    count = len(places)
    owner = np.repeat(np.arange(count), [len(place.doubt) for place in places])
    further = on[count:] & on[owner]
    number = np.cumsum(on[:count]) - 1
    return np.append(on[:count], further), number[owner[further]]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One category that the profile weighs, and where its numbers are."""

    category: str
    family: str
    weight: float
    k: int
    column: int | None
    """In the field; None when the field does not know the category: no source tells of it."""
    services: range
    """Rows of the service table."""


@dataclass(frozen=True, slots=True)
class _Row:
    """The numbers of one place as lists: Python reads them several times faster than an array's elements."""

    status: list[int]
    value: list[float]
    counted: list[list[bool]]
    seconds: list[list[float]]
    rows: list[list[int]]

    @classmethod
    def of(cls, access: Access, values: Values, row: int) -> _Row:
        return cls(
            values.status[row].tolist(),
            values.value[row].tolist(),
            values.counted[row].tolist(),
            access.seconds[row].tolist(),
            access.rows[row].tolist(),
        )


def _scores(
    snapshot: Snapshot, places: Sequence[Place], readings: Mapping[str, Reading], owner: NDArray[np.int64], view: View
) -> Iterator[Score]:
    if not places:
        return
    mode, profile = view.mode, view.profile
    trials = {name: try_out(snapshot, name, reading, profile) for name, reading in readings.items()}
    moved = view.outcomes(snapshot, trials, owner, len(places))
    values, reading = trials[mode].central, readings[mode]
    access, snap = reading.access, reading.snap
    weighed = _weighed(snapshot, snapshot.fields[mode].categories, profile)
    for row, place in enumerate(places):
        numbers, edge_s = _Row.of(access, values, row), float(access.edge_s[row])
        components = tuple(_component(category, mode, numbers) for category in weighed)
        total, _ = total_of((c.weight, c.value) for c in components)
        commune = snapshot.communes.get(place.insee)
        yield Score(
            place=replace(place, off_m=float(snap.off_m[row]), crosses=bool(snap.crosses[row])),
            mode=mode,
            profile=profile.id,
            profile_version=profile.version,
            method_version=snapshot.method.version,
            snapshot=snapshot.id,
            components=components,
            edge_s=edge_s if math.isfinite(edge_s) else None,
            interval=moved.interval(row, total),
            percentile=Percentiles.of(snapshot).place((mode,), profile, total, commune),
            headlines=moved.headlines(snapshot, row, commune),
        )


def _weighed(snapshot: Snapshot, known: Sequence[str], profile: Profile) -> list[_Weighed]:
    columns = {category: column for column, category in enumerate(known)}
    return [
        _Weighed(
            category,
            snapshot.method.categories[category].family,
            weight,
            snapshot.method.categories[category].k,
            columns.get(category),
            snapshot.services.ranges[category],
        )
        for category, weight in weights(snapshot.method, profile).items()
    ]


def _component(asked: _Weighed, mode: str, numbers: _Row) -> Component:
    if asked.column is None:
        return Component(asked.category, asked.family, mode, asked.weight, Status.NOT_COVERED, None, ())
    status = STATUSES[numbers.status[asked.column]]
    seconds, counted = numbers.seconds[asked.column], numbers.counted[asked.column]
    return Component(
        asked.category,
        asked.family,
        mode,
        asked.weight,
        status,
        None if status is Status.NOT_COVERED else numbers.value[asked.column],
        tuple(
            Reach(asked.services[row], seconds[rank], counted[rank])
            for rank, row in enumerate(numbers.rows[asked.column][: asked.k])
            if row >= 0
        ),
    )


def _checked(snapshot: Snapshot, place: Place | AlentoursError) -> Place | AlentoursError:
    if isinstance(place, AlentoursError):
        return place
    try:
        require_lonlat(place.lon, place.lat, snapshot.territory.bbox)
    except InvalidParameter as error:
        return error
    if place.insee:
        return place
    commune = snapshot.commune_at(place.lon, place.lat)
    return replace(place, insee=commune.insee) if commune else place


def off_network(snapshot: Snapshot, place: Place, mode: str) -> OffNetwork:
    """Say of a place without a street near it where it lies, and how far from the streets that are loaded."""
    commune = snapshot.communes.get(place.insee)
    (nearest_m,) = snapshot.index[mode].nearest_m(np.array([(place.lon, place.lat)], dtype=np.float64))
    return OffNetwork(
        commune.name if commune else "",
        float(nearest_m) if math.isfinite(nearest_m) else None,
        loaded=snapshot.is_loaded(place.lon, place.lat),
    )
