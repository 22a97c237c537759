"""Extracts of OpenStreetMap that are sources of their own: what they hold alike stands once.

Extracts of neighbouring regions overlap at their border. An object has one number in both, so that no name or distance
needs to be asked. House numbers are no matter of this: :mod:`ingest.address_sources` joins those of any sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.results import SourceResult

__all__ = ["once"]


def once(results: Sequence[SourceResult]) -> list[SourceResult]:
    """Leave each service and each street of OpenStreetMap to the first source that has it.

    A source that declares categories complete comes before one that does not, then the id decides. A row of which
    nothing is left counts as merged.

    Returns
    -------
    list
        The results in the order given.
    """
    known: set[tuple[str, str]] = set()
    left: dict[str, SourceResult] = {}
    for result in sorted(results, key=lambda result: (not result.source.complete, result.source.id)):
        if result.source.reader == "osm_services":
            left[result.source.id] = _new_services(result, known)
        elif result.source.reader == "osm_streets":
            left[result.source.id] = _new_ways(result, known)
    return [left.get(result.source.id, result) for result in results]


def _new_services(result: SourceResult, known: set[tuple[str, str]]) -> SourceResult:
    named = [((draft.service.provenance[0].local_id, draft.service.category), draft) for draft in result.drafts]
    drafts = tuple(draft for name, draft in named if name not in known)
    known.update(name for name, _ in named)
    lost = len({draft.row for draft in result.drafts}) - len({draft.row for draft in drafts})
    return replace(result, drafts=drafts, ledger=result.ledger.with_merged(lost))


def _new_ways(result: SourceResult, known: set[tuple[str, str]]) -> SourceResult:
    ways = tuple(way for way in result.ways if (way, "") not in known)
    known.update((way, "") for way in ways)
    return replace(result, ways=ways, ledger=result.ledger.with_merged(len(result.ways) - len(ways)))
