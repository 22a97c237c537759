"""Places on the streets of one mode, for questions about single places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.errors import AlentoursError, OffNetwork
from geo.place_sweep import PlaceSweep
from geo.scoring import Place, off_network
from geo.snapping import Snap
from geo.snapshot import Snapshot
from geo.travel import Stops, Travel

__all__ = ["Standpoint", "place_sweep", "stand", "travel"]


@dataclass(frozen=True)
class Standpoint:
    """A place, and where it stands on the streets."""

    place: Place
    snap: Snap
    """One place, on the network."""
    stops: Stops
    """The same as the fields count it."""


def travel(snapshot: Snapshot, mode: str) -> Travel:
    """Return the searches of a mode; made once for a snapshot."""
    return snapshot.memo(("travel", mode), lambda: Travel(snapshot.networks[mode]))


def place_sweep(snapshot: Snapshot, mode: str) -> PlaceSweep:
    """Return the sweeps of a mode; made once for a snapshot."""
    return snapshot.memo(("place_sweep", mode), lambda: PlaceSweep(snapshot.hierarchies[mode]))


def stand(snapshot: Snapshot, mode: str, places: Sequence[Place | AlentoursError]) -> list[Standpoint | AlentoursError]:
    """Put places on the streets, in order; an error keeps its row, a place without a street is an ``OffNetwork``."""
    return [place if isinstance(place, AlentoursError) else _stand(snapshot, mode, place) for place in places]


def _stand(snapshot: Snapshot, mode: str, place: Place) -> Standpoint | OffNetwork:
    snap = snapshot.index[mode].snap(np.array([(place.lon, place.lat)], np.float64))
    if not place.insee:
        commune = snapshot.commune_at(place.lon, place.lat)
        place = replace(place, insee=commune.insee) if commune else place
    if snap.edge[0] < 0:
        return off_network(snapshot, place, mode)
    place = replace(place, off_m=float(snap.off_m[0]), crosses=bool(snap.crosses[0]))
    return Standpoint(place, snap, Stops.of(snap, snapshot.modes[mode]))
