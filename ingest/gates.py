"""Checks before publication: pass, warn or fail, each with its numbers. A fail publishes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.manifest import SourceLedger
from geo.method import Method
from geo.places import Service, Standing
from ingest.access import ModeAccess
from ingest.catalogue import Source
from ingest.gather import Gathered
from ingest.ledger import Ledger

__all__ = ["Finding", "Outcome", "check_access", "check_sources"]

_REJECTED_WARN, _REJECTED_FAIL = 0.05, 0.30
"""Share of a source's rows that were refused."""
_OFF_STREETS_WARN, _OFF_STREETS_FAIL = 0.05, 0.50
"""Share of the services inside the loaded streets that stand near none of them."""
_KEPT_WARN, _KEPT_FAIL = 0.90, 0.50
"""Share of a mode's streets that hang together."""
_SHRUNK_FAIL = 0.80
"""Share of its former rows, or places, below which a source has lost something."""
_LOST_PEOPLE_WARN = 0.05
"""Share of a territory's people whom the cells do not show (the grid leaves out who lives in institutions)."""


class Outcome(StrEnum):
    """What a check came to."""

    PASS = "pass"  # noqa: S105 - the outcome, no password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check."""

    check: str
    """``"rows"``, ``"age"``, ``"ledger"``, ``"rejected"``, ``"category"``…; the name by which a person speaks of it."""
    subject: str
    """Source, category or mode."""
    outcome: Outcome
    text: str
    """One sentence with the numbers."""


def check_sources(
    gathered: Gathered,
    method: Method,
    served: Mapping[str, SourceLedger] = MappingProxyType({}),
    accepted: Collection[str] = (),
) -> list[Finding]:
    """Check what was read, before anything is built on it.

    Parameters
    ----------
    method
        Names the categories that a score asks for.
    served
        Ledgers of the sources behind the snapshot that serves now: none of them may be missing from the next one, nor
        have lost a good part of its rows.
    accepted
        Ids of sources whose loss somebody has looked at: it is told, and refuses nothing.
    """
    findings = []
    for name, source in sorted(gathered.declared.items()):
        ledger = gathered.ledgers[name]
        record = next(record for record in gathered.sources if record.id == name)
        findings += [_adds_up(name, ledger), _rows(source, ledger), _rejected(name, ledger)]
        findings.append(_age(source, record.data_date))
        if name in served:
            findings.append(_shrunk(name, ledger, served[name], name in accepted))
    for source in gathered.excluded:
        findings.append(_excluded(source, source.id in served and source.id not in accepted))
    findings += _categories(gathered, method)
    findings += _people(gathered)
    return findings


def check_access(
    access: Mapping[str, ModeAccess], services: Sequence[Service], loaded_area: BaseGeometry
) -> list[Finding]:
    """Check streets and fields.

    Parameters
    ----------
    access
        By mode.
    services
        All of the snapshot; only confirmed ones stand in a field.
    loaded_area
        Where streets are loaded, WGS 84.
    """
    confirmed = [service for service in services if service.standing is Standing.CONFIRMED]
    lon, lat = np.array([s.lon for s in confirmed]), np.array([s.lat for s in confirmed])
    inside = int(np.count_nonzero(shapely.contains_xy(loaded_area, lon, lat))) if confirmed else 0
    findings = []
    for mode, built in access.items():
        snapped = min(built.services_on_network, inside)
        off = 1 - snapped / inside if inside else 1.0
        text = f"{mode}: {snapped} of the {inside} services inside the loaded streets stand near one ({off:.1%} do not)"
        findings.append(Finding("snapped", mode, _above(off, _OFF_STREETS_WARN, _OFF_STREETS_FAIL), text))
        kept = built.network.kept_share
        text = f"{mode}: {kept:.1%} of the street metres hang together"
        findings.append(Finding("streets", mode, _above(1 - kept, 1 - _KEPT_WARN, 1 - _KEPT_FAIL), text))
        outcome = Outcome.FAIL if built.violations else Outcome.PASS
        text = f"{mode}: {built.violations} labels break the edge inequality"
        findings.append(Finding("field", mode, outcome, text))
    return findings


def _above(share: float, warn: float, fail: float) -> Outcome:
    return Outcome.FAIL if share > fail else Outcome.WARN if share > warn else Outcome.PASS


def _adds_up(name: str, ledger: Ledger) -> Finding:
    total = ledger.kept + ledger.merged + ledger.out_of_scope + ledger.rejected
    text = (
        f"{name}: {ledger.kept} kept + {ledger.merged} merged + {ledger.out_of_scope} out of scope "
        f"+ {ledger.rejected} rejected, {ledger.read} read"
    )
    return Finding("ledger", name, Outcome.PASS if total == ledger.read else Outcome.FAIL, text)


def _rows(source: Source, ledger: Ledger) -> Finding:
    """Fewer rows than the publisher ever had mean a file that was cut off at a row's end; more, that it grew."""
    if source.expect.rows is None:
        return Finding("rows", source.id, Outcome.PASS, f"{source.id}: {ledger.read} rows, no number expected")
    low, high = source.expect.rows
    outcome = Outcome.FAIL if ledger.read < low else Outcome.WARN if ledger.read > high else Outcome.PASS
    return Finding("rows", source.id, outcome, f"{source.id}: {ledger.read} rows, {low} to {high} expected")


def _rejected(name: str, ledger: Ledger) -> Finding:
    share = ledger.rejected / ledger.read if ledger.read else 0.0
    text = f"{name}: {ledger.rejected} of {ledger.read} rows rejected ({share:.1%})"
    return Finding("rejected", name, _above(share, _REJECTED_WARN, _REJECTED_FAIL), text)


def _age(source: Source, data_date: str) -> Finding:
    """Compare dates of unequal precision by what both say: ``2025`` is not before ``2025-01``."""
    limit = source.expect.fresh_after
    if not limit:
        return Finding("age", source.id, Outcome.PASS, f"{source.id}: of {data_date}")
    shared = min(len(limit), len(data_date))
    if data_date[:shared] >= limit[:shared]:
        return Finding("age", source.id, Outcome.PASS, f"{source.id}: of {data_date}, fresh after {limit}")
    outcome = Outcome.FAIL if source.expect.current else Outcome.WARN
    return Finding("age", source.id, outcome, f"{source.id}: of {data_date}, old before {limit}")


def _shrunk(name: str, ledger: Ledger, before: SourceLedger, accepted: bool) -> Finding:
    """Compare with the snapshot that serves: a file cut at a row's end reads well, and has lost what it has lost."""
    places, places_before = ledger.kept + ledger.merged, before.kept + before.merged
    text = (
        f"{name}: {ledger.read} rows for {places} places, {before.read} for {places_before} in the snapshot that serves"
    )
    lost = ledger.read < _SHRUNK_FAIL * before.read or places < _SHRUNK_FAIL * places_before
    if lost and not accepted:
        text += f"; if that is right, build with --accept {name}"
    outcome = Outcome.PASS if not lost else Outcome.WARN if accepted else Outcome.FAIL
    return Finding("shrunk", name, outcome, text)


def _excluded(source: Source, served: bool) -> Finding:
    """Refuse an outage that would look like an empty answer: what served yesterday must not be missing today."""
    text = f"{source.id}: left out, neither the mirror nor the publisher gave its files"
    if served:
        text += ", and the snapshot that serves has it"
    return Finding("excluded", source.id, Outcome.FAIL if served else Outcome.WARN, text)


def _categories(gathered: Gathered, method: Method) -> Iterator[Finding]:
    """Check the categories held whole: one that is empty is a reading gone wrong, not a desert."""
    counts = Counter(s.category for s in gathered.services if s.in_territory)
    promised: dict[str, list[Source]] = {}
    for source in gathered.declared.values():
        for category in source.complete:
            promised.setdefault(category, []).append(source)
    for category in method.categories:
        sources = promised.get(category, [])
        if sources:
            names = ", ".join(source.id for source in sources)
            text = f"{category}: {counts[category]} in the territory, declared complete by {names}"
            official = any(source.official for source in sources)
            empty = Outcome.FAIL if official else Outcome.WARN
            yield Finding("category", category, Outcome.PASS if counts[category] else empty, text)


def _people(gathered: Gathered) -> Iterator[Finding]:
    mine = [commune for commune in gathered.communes if commune.in_territory]
    uncounted = sum(commune.population is None for commune in mine)
    undrawn = sum(commune.geometry is None for commune in mine)
    text = f"{len(mine)} communes, {uncounted} without population, {undrawn} without contour"
    outcome = Outcome.FAIL if undrawn > len(mine) / 10 else Outcome.WARN if uncounted or undrawn else Outcome.PASS
    yield Finding("communes", gathered.scope.department.code, outcome, text)
    if gathered.cells:
        people = sum(commune.population or 0 for commune in mine)
        shown = sum(cell.people for cell in gathered.cells)
        share = 1 - shown / people if people else 1.0
        text = f"the cells show {shown:.0f} of {people} people ({share:.1%} missing)"
        yield Finding("cells", gathered.scope.department.code, _above(abs(share), _LOST_PEOPLE_WARN, 0.5), text)
