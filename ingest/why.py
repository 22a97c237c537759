"""Why a service is what it is: the rows behind it, what joined them, and which of them gives what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rapidfuzz import fuzz, process

from geo.errors import FieldProblem, InvalidParameter, NoSnapshot
from geo.manifest import SourceRecord
from geo.places import Provenance, Service
from ingest.conflate import Decision
from ingest.dissent import Dissent, in_text
from ingest.precedence import PROPERTIES

__all__ = ["Account", "Evidence", "JoinedRow", "Told", "account_for", "in_words"]


class PublishedRun(Protocol):
    """The run whose snapshot serves."""

    @property
    def id(self) -> int:
        """Number in the store."""


class Evidence(Protocol):
    """What is asked of a store."""

    def last_published(self, territory: str) -> PublishedRun | None:
        """Return the run behind the last snapshot of a territory."""

    def services(self, run: int) -> list[Service]:
        """Return the services of a run."""

    def decisions(self, run: int, service: str = "") -> list[Decision]:
        """Return the decisions of a run."""

    def dissents(self, run: int, service: str = "") -> list[Dissent]:
        """Return what rows say otherwise than the services of a run."""

    def sources(self, run: int) -> list[SourceRecord]:
        """Return the sources of a run."""


@dataclass(frozen=True, slots=True)
class JoinedRow:
    """One publisher's row behind a service."""

    id: str
    """The service's own for the row that won; else the id that the row would have had."""
    provenance: Provenance
    source_title: str
    name: str
    lon: float | None
    lat: float | None
    """WGS 84, degrees; None = not recorded. Of the row that won, where another gives name or place: see ``told``."""
    joined: Decision | None
    """Why it was joined; None = it won."""


@dataclass(frozen=True, slots=True)
class Told:
    """One property of a service: what it shows, who gives it, and who says otherwise."""

    property: str
    value: str
    """In words; empty = it shows none."""
    giver: Provenance | None
    """The row that gives it; None where the service shows none."""
    otherwise: tuple[Dissent, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of how a service came about."""

    asked: str
    service: Service
    """The one that stands."""
    rows: tuple[JoinedRow, ...]
    """The row that won first, then the others in the order of the service's provenance."""
    told: tuple[Told, ...]
    """The properties that the service shows, or that a row says."""

    @property
    def merged(self) -> bool:
        """Whether the id that was asked for stands for another service today."""
        return self.asked != self.service.id


def account_for(store: Evidence, territory: str, service: str) -> Account:
    """Account for a service of the snapshot that serves, or for the one that an id was merged into.

    Raises
    ------
    NoSnapshot
        Nothing is published for the territory.
    InvalidParameter
        There is no such id, neither of a service nor of a row that was merged; names the nearest one.
    """
    run = store.last_published(territory)
    if run is None:
        raise NoSnapshot(f"territory {territory}: nothing is published; alentours build {territory} does it")
    services = {known.id: known for known in store.services(run.id)}
    kept = service
    if service not in services:
        into = {decision.merged: decision.kept for decision in store.decisions(run.id)}
        kept = _standing(service, into, services)
    found = services[kept]
    titles = {source.id: source.title for source in store.sources(run.id)}
    rows = _rows(found, store.decisions(run.id, kept), titles)
    return Account(service, found, rows, _told(found, store.dissents(run.id, kept)))


def _standing(service: str, into: Mapping[str, str], services: Mapping[str, Service]) -> str:
    """Follow an id to the service that it was merged into; there may be several steps."""
    kept = service
    for _ in range(len(into) + 1):
        if kept in services:
            return kept
        if kept not in into:
            break
        kept = into[kept]
    near = process.extractOne(service, sorted({*services, *into}), scorer=fuzz.ratio)
    expected = f"a service's id, such as {near[0]!r}" if near else "a service's id; there is none at all"
    raise InvalidParameter(FieldProblem("service", f"{service!r} is unknown", expected))


def _rows(service: Service, decisions: Sequence[Decision], titles: Mapping[str, str]) -> tuple[JoinedRow, ...]:
    by_row = {(decision.source, decision.local_id): decision for decision in decisions}
    rows = []
    for number, provenance in enumerate(service.provenance):
        joined = by_row.get((provenance.source, provenance.local_id)) if number else None
        title = titles.get(provenance.source, provenance.source)
        if number == 0:
            rows.append(_won(service, title))
        elif joined is None:
            own = f"{provenance.source}:{provenance.local_id}"
            rows.append(JoinedRow(own, provenance, title, "", None, None, None))
        else:
            rows.append(JoinedRow(joined.merged, provenance, title, joined.name, joined.lon, joined.lat, joined))
    return tuple(rows)


def _won(service: Service, title: str) -> JoinedRow:
    """Return the row that won, with what it gives itself of name and place."""
    name = "" if "name" in service.given_by else service.name
    lon, lat = (None, None) if "position" in service.given_by else (service.lon, service.lat)
    return JoinedRow(service.id, service.provenance[0], title, name, lon, lat, None)


def _told(service: Service, dissents: Sequence[Dissent]) -> tuple[Told, ...]:
    told = []
    for name in PROPERTIES:
        value = in_text(name, service)
        giver = service.given_by.get(name, service.provenance[0]) if value else None
        others = tuple(dissent for dissent in dissents if dissent.property == name)
        if value or others:
            told.append(Told(name, value, giver, others))
    return tuple(told)


_REASONS = {
    "name": "the names are alike",
    "same name": "the same name twice in one source",
    "name in commune": "the names are alike, and nobody else in the commune bears such a one",
    "unnamed": "one of the names distinguishes nothing, and nobody else near could be meant",
    "alone in commune": "each is the only one of its commune",
    "alone": "nobody else is near either",
}


def in_words(decision: Decision, service: str = "") -> str:
    """Say why a row was joined, with metres and likeness.

    Parameters
    ----------
    service
        Id of the service that stands. A row that was joined to another before both came to it is named with that other:
        metres and likeness are between the two.
    """
    rule, _, more = decision.reason.partition("; ")
    said = [_REASONS.get(rule, f"the same identifier ({rule})")]
    if decision.distance_m is not None:
        said.append(f"{decision.distance_m:.0f} m apart")
    if decision.similarity is not None:
        said.append(f"names {decision.similarity:.0f} % alike")
    if more:
        said.append(more)
    if service and decision.kept != service:
        said.append(f"with {decision.kept}")
    return ", ".join(said)
