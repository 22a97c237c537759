"""A run of the store, filled with what was gathered, or taken up again where a build was stopped after filling it."""

from __future__ import annotations

import hashlib

from ingest.gather import Gathered
from ingest.stages import Stages
from ingest.store import Store

__all__ = ["fill"]


def fill(store: Store, target: str, territory: str, gathered: Gathered, stages: Stages) -> int:
    """Return the run that holds what was gathered.

    Parameters
    ----------
    target
        Where the store is: another one has other runs.
    """
    clocks = sorted((record.id, record.fetched_at) for record in gathered.sources)
    excluded = [source.id for source in gathered.excluded]
    where = hashlib.sha256(target.encode()).hexdigest()  # it may hold a password
    key = stages.key("store", where, territory, gathered.key, clocks, excluded)
    run, loaded_at = stages.value("store", key, lambda: _filled(store, territory, gathered))
    kept = next((kept for kept in store.runs(territory) if kept.id == run), None)
    if kept is None or str(kept.loaded_at) != loaded_at or kept.published_at is not None or store.findings(run):
        run, _ = stages.put("store", key, _filled(store, territory, gathered))
    return run


def _filled(store: Store, territory: str, gathered: Gathered) -> tuple[int, str]:
    run = store.begin(territory)
    store.put(
        run,
        sources=gathered.sources,
        rejects=gathered.rejects,
        services=gathered.services,
        addresses=gathered.addresses,
        communes=gathered.communes,
        cells=gathered.cells,
        decisions=gathered.decisions,
        dissents=gathered.dissents,
        sectors=gathered.sectors,
        zones=gathered.zones,
        counts=gathered.counts,
    )
    (filled,) = (kept for kept in store.runs(territory) if kept.id == run)
    return run, str(filled.loaded_at)
