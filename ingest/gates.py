"""Checks before publication: pass, warn or fail, each with its numbers. A fail publishes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.method import Method
from geo.network import StreetNetwork
from geo.places import Service, Standing
from geo.streets import LoadedArea
from geo.turns import TurnReport
from ingest.access import ModeAccess
from ingest.catalogue import Source
from ingest.findings import Finding, Outcome, above
from ingest.gather import Gathered
from ingest.ledger import Ledger

__all__ = ["Finding", "Outcome", "check_access", "check_sources", "old_in_short"]

_REJECTED_WARN, _REJECTED_FAIL = 0.05, 0.30
"""Share of the rows that were refused: of those that may be here for a warning, of all for a failure."""
_NOTHING_LEFT = 0.95
"""Share of the rows that may be here, beyond which what is left is no source any more."""
_FEW_ROWS = 5
"""So few rows are refused for reasons of their own."""
_OFF_STREETS_WARN, _OFF_STREETS_FAIL = 0.05, 0.50
"""Share of the services inside the loaded streets that stand near none of them."""
_KEPT_WARN, _KEPT_FAIL = 0.90, 0.50
"""Share of a mode's streets that hang together, in all and in each loaded area."""
_TURNS_WARN = 0.80
"""Share of the restrictions of turns that are understood."""
_GEOCODED_WARN = 0.20
"""Share of a source's rows that stand at the place of their address, for want of usable coordinates."""
_LOADED_WARN = 0.90
"""Share of the territory whose streets are loaded."""
_OLDEST = 3
"""So many old sources are named by a build; all are in its findings."""


def check_sources(
    gathered: Gathered, method: Method, absent: Mapping[str, str] = MappingProxyType({})
) -> list[Finding]:
    """Check what was read of each source, before anything is built on it.

    Parameters
    ----------
    method
        Names the categories that a score asks for.
    absent
        Why a source was left out, by its id.
    """
    findings = []
    for name, source in sorted(gathered.declared.items()):
        ledger = gathered.ledgers[name]
        record = next(record for record in gathered.sources if record.id == name)
        findings += [_adds_up(name, ledger), _rows(source, ledger), _rejected(name, ledger)]
        findings.append(_age(source, record.data_date))
        if source.kind == "services":
            findings.append(_geocoded(name, ledger, gathered.geocoded.get(name, 0)))
    findings += [_excluded(source, absent.get(source.id, "")) for source in gathered.excluded]
    findings += _categories(gathered, method)
    return findings


def check_access(
    access: Mapping[str, ModeAccess],
    services: Sequence[Service],
    loaded_area: BaseGeometry,
    area: BaseGeometry,
    areas: Sequence[LoadedArea] = (),
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
    area
        The territory, WGS 84.
    areas
        Where streets are loaded apart from each other, in the order of the networks' shares.
    """
    confirmed = [service for service in services if service.standing is Standing.CONFIRMED]
    lon, lat = np.array([s.lon for s in confirmed]), np.array([s.lat for s in confirmed])
    inside = int(np.count_nonzero(shapely.contains_xy(loaded_area, lon, lat))) if confirmed else 0
    share = _share_of(area, loaded_area)
    text = f"streets are loaded in {share:.1%} of the territory"
    findings = [Finding("loaded", "streets", Outcome.PASS if share >= _LOADED_WARN else Outcome.WARN, text)]
    findings += [_extent(one, area) for one in areas]
    for mode, built in access.items():
        snapped = min(built.services_on_network, inside)
        off = 1 - snapped / inside if inside else 1.0
        text = f"{mode}: {snapped} of the {inside} services inside the loaded streets stand near one ({off:.1%} do not)"
        findings.append(Finding("snapped", mode, above(off, _OFF_STREETS_WARN, _OFF_STREETS_FAIL), text))
        findings += _hanging_together(mode, built.network, areas)
        if built.network.turns is not None:
            findings.append(_turns(mode, built.network.turns))
        outcome = Outcome.FAIL if built.violations else Outcome.PASS
        text = f"{mode}: {built.violations} labels break the edge inequality"
        findings.append(Finding("field", mode, outcome, text))
    return findings


def _share_of(area: BaseGeometry, part: BaseGeometry) -> float:
    return float(part.intersection(area).area / area.area) if area.area else 0.0


def _extent(loaded: LoadedArea, area: BaseGeometry) -> Finding:
    """Say how it is known where the streets of an area end: what a file's nodes enclose is a guess."""
    told = "as its file says" if loaded.stated else "as its streets enclose it, for its file does not say"
    text = f"{loaded.name}: loaded in {_share_of(area, loaded.extent):.1%} of the territory, {told}"
    return Finding("loaded", loaded.name, Outcome.PASS if loaded.stated else Outcome.WARN, text)


def _hanging_together(mode: str, network: StreetNetwork, areas: Sequence[LoadedArea]) -> Iterator[Finding]:
    """Check the main components: all together and, where there are several, each."""
    parts = [(mode, f"{mode}:", network.kept_share)]
    if len(areas) > 1:
        each = zip(areas, network.kept_by_area, strict=True)
        parts += [(f"{mode}@{loaded.name}", f"{mode} in {loaded.name}:", kept) for loaded, kept in each]
    for subject, said, kept in parts:
        text = f"{said} {kept:.1%} of the street metres hang together"
        yield Finding("streets", subject, above(1 - kept, 1 - _KEPT_WARN, 1 - _KEPT_FAIL), text)


def _turns(mode: str, turns: TurnReport) -> Finding:
    """Say of how many restrictions it is known what they forbid, and what became of each."""
    each = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in turns.counts.items()) or "none read"
    text = f"{mode}: {turns.understood} of {turns.asked} restrictions of turns understood ({each})"
    if turns.edges_cut_off:
        text += f"; {turns.edges_cut_off} streets that they cut off left out"
    outcome = Outcome.PASS if turns.understood_share >= _TURNS_WARN else Outcome.WARN
    return Finding("turns", mode, outcome, text)


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
    """Hold what was refused against what may be here too: a national file has most of its rows elsewhere."""
    here = ledger.read - ledger.out_of_scope
    of_all, of_here = (ledger.rejected / rows if rows else 0.0 for rows in (ledger.read, here))
    text = (
        f"{name}: {ledger.rejected} of {ledger.read} rows rejected ({of_all:.1%}), {of_here:.1%} of those not elsewhere"
    )
    grave = (of_all > _REJECTED_FAIL or of_here > _NOTHING_LEFT) and ledger.rejected > _FEW_ROWS
    outcome = Outcome.FAIL if grave else Outcome.WARN if of_here > _REJECTED_WARN else Outcome.PASS
    return Finding("rejected", name, outcome, text)


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


def old_in_short(findings: Iterable[Finding]) -> list[str]:
    """Sum up what is older than its source allows: many are, of a mirror; at most one sentence, with the oldest.

    Parameters
    ----------
    findings
        Those that warn.
    """
    old = sorted((_date_of(finding), finding.text) for finding in findings if finding.check == "age")
    if len(old) <= _OLDEST:
        return [text for _, text in old]
    shown = "; ".join(text for _, text in old[:_OLDEST])
    return [
        f"{len(old)} sources are older than they allow, of these the oldest: {shown} (all: snapshots list --findings)"
    ]


def _date_of(finding: Finding) -> str:
    """Return the date of a source as :func:`_age` writes it."""
    return finding.text.partition(": of ")[2]


def _geocoded(name: str, ledger: Ledger, geocoded: int) -> Finding:
    places = ledger.kept + ledger.merged
    share = geocoded / places if places else 0.0
    text = f"{name}: {geocoded} of {places} rows stand at the place of their address ({share:.1%})"
    return Finding("geocoded", name, Outcome.WARN if share > _GEOCODED_WARN else Outcome.PASS, text)


def _excluded(source: Source, why: str) -> Finding:
    text = f"{source.id}: left out: {why or 'nobody gave its files'}"
    return Finding("excluded", source.id, Outcome.WARN, text)


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
