"""Gates against the snapshot that serves: what was there yesterday may not be missing today without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import SnapshotCorrupt
from geo.manifest import SourceLedger, source_ledgers
from geo.places import Service
from geo.publication import current_id
from geo.tables import ServiceTable
from ingest.findings import Finding, Outcome
from ingest.gather import Gathered
from ingest.ledger import Ledger

__all__ = ["Former", "check_losses", "count_categories"]

_KEPT = 0.80
"""Share of its former rows, places or services below which something was lost."""
_FEW = 5
"""So many services lost of a category, or all of it, are no matter of a few that closed."""


@dataclass(frozen=True)
class Former:
    """What the snapshot that serves holds; empty where none does."""

    ledgers: Mapping[str, SourceLedger] = field(default_factory=dict)
    """Of its sources, by id."""
    categories: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Services that a source knows of, by source and category."""
    unread: str = ""
    """Why its services could not be read; empty when they could."""

    @classmethod
    def of(cls, folder: Path) -> Former:
        """Read it from ``snapshots/<territory>``; what cannot serve has nothing to lose."""
        try:
            served = current_id(folder)
            if served is None:
                return cls()
            ledgers = source_ledgers(folder / served)
        except SnapshotCorrupt:
            return cls()
        try:
            return cls(ledgers, count_categories(ServiceTable.open(folder / served / "services.arrow")))
        except (OSError, ValueError, KeyError) as error:  # of a former version of the program, or damaged
            return cls(ledgers, unread=f"{type(error).__name__}: {error}")


def count_categories(services: Iterable[Service]) -> dict[tuple[str, str], int]:
    """Count the services that each source knows of, by source and category, whichever source won."""
    return dict(
        Counter(
            (source, service.category)
            for service in services
            for source in {provenance.source for provenance in service.provenance}
        )
    )


def check_losses(gathered: Gathered, former: Former) -> list[Finding]:
    """Compare with the snapshot that serves: a file cut at a row's end reads well, and has lost what it has lost."""
    findings = [
        _shrunk(name, gathered.ledgers[name], former.ledgers[name])
        for name in sorted(gathered.declared)
        if name in former.ledgers
    ]
    findings += [_lost(source.id) for source in gathered.excluded if source.id in former.ledgers]
    if former.unread:
        text = f"the services of the snapshot that serves cannot be read, no category is compared ({former.unread})"
        findings.append(Finding("compared", gathered.scope.department.code, Outcome.WARN, text))
    findings += _thinned(gathered, former)
    return findings


def _shrunk(name: str, ledger: Ledger, before: SourceLedger) -> Finding:
    places, places_before = ledger.kept + ledger.merged, before.kept + before.merged
    text = (
        f"{name}: {ledger.read} rows for {places} places, {before.read} for {places_before} in the snapshot that serves"
    )
    lost = ledger.read < _KEPT * before.read or places < _KEPT * places_before
    return Finding("shrunk", name, Outcome.FAIL if lost else Outcome.PASS, text)


def _lost(name: str) -> Finding:
    """Refuse an outage that would look like an empty answer."""
    return Finding("lost", name, Outcome.FAIL, f"{name}: left out, and the snapshot that serves has it")


def _thinned(gathered: Gathered, former: Former) -> Iterator[Finding]:
    """Look inside each source that is read again: a category may vanish while the number of rows grows."""
    now = count_categories(gathered.services)
    for (name, category), before in sorted(former.categories.items()):
        if name not in gathered.declared or category not in gathered.declared[name].gives:
            continue
        left = now.get((name, category), 0)
        lost = before - left
        grave = lost >= _FEW
        outcome = Outcome.PASS if left >= _KEPT * before else Outcome.FAIL if grave else Outcome.WARN
        text = f"{name}: {left} of {category}, {before} in the snapshot that serves"
        yield Finding("thinned", f"{name}/{category}", outcome, text)
