"""Scores with all their evidence, through the one function that every answer comes from."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.clock import ROUNDS, Unequal, race
from geo.errors import AlentoursError
from geo.method import Profile
from geo.scoring import Place, Score, score, weights
from geo.snapshot import Snapshot
from tests.app.town import COLUMNS, ROWS, build_town

__all__ = ["PLACES", "ScoreTimes", "time_scores"]

PLACES = 2_000
_ALONE = 50


@dataclass(frozen=True)
class ScoreTimes:
    """Seconds for one place."""

    mode: str
    components: int
    """Categories of each score."""
    batch_s: float
    alone_s: float
    """A place by itself, as one request asks for it."""


def time_scores(places: int = PLACES, rounds: int = ROUNDS) -> list[ScoreTimes]:
    """Time scores on a snapshot of the lattice town, written and opened as any snapshot is.

    Raises
    ------
    Unequal
        When a place by itself is scored otherwise than in a batch.
    """
    with tempfile.TemporaryDirectory(prefix="alentours-bench-") as folder:
        town = build_town(Path(folder) / "snapshots")
        snapshot = Snapshot.open(town.root / "00" / town.ids[0])
        profile = next(iter(snapshot.profiles.values()))
        rng = np.random.default_rng(3)
        somewhere = rng.uniform((0, 0), (COLUMNS - 1, ROWS - 1), (places, 2))
        asked = [Place(*town.lonlat(column, row)) for column, row in somewhere]
        times = []
        for mode in snapshot.modes:
            together = score(snapshot, asked, mode, profile)
            by_itself = _one_by_one(snapshot, asked[:_ALONE], mode, profile)
            if together[:_ALONE] != by_itself:
                raise Unequal(f"{mode}: a place by itself is scored otherwise than in a batch")
            best = race(
                rounds,
                batch=partial(score, snapshot, asked, mode, profile),
                alone=partial(_one_by_one, snapshot, asked[:_ALONE], mode, profile),
            )
            components = len(weights(snapshot.method, profile))
            times.append(ScoreTimes(mode, components, best["batch"] / places, best["alone"] / _ALONE))
    return times


def _one_by_one(
    snapshot: Snapshot, places: Sequence[Place], mode: str, profile: Profile
) -> list[Score | AlentoursError]:
    return [score(snapshot, [place], mode, profile)[0] for place in places]
