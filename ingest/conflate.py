"""Rows → places: duplicates inside a source, and the same place in several sources.

Linked, never mixed: an official row wins the place before a volunteers' one, and gives its id, category and commune;
the others are listed behind it, each under its own licence, and count as merged in their ledgers. Which of the rows of
the winner's licence is believed for each property is :mod:`ingest.precedence`'s to say. Rows are compared by what their
own sources say of them. Missing a duplicate is preferred to merging two places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.places import Service, Standing
from geo.projection import Projection
from ingest.catalogue import Source
from ingest.dissent import Dissent, dissents
from ingest.ledger import Ledger
from ingest.likeness import words
from ingest.matching import MatchRules, Places, Rule, one_to_one
from ingest.precedence import Precedence, Row
from ingest.results import Draft, SourceResult

__all__ = ["Conflated", "Decision", "conflate"]


_OF_ONE_ESTABLISHMENT = frozenset({"uai", "finess"})
"""Kinds of identifiers that say what a place is. A town hall may be a monument, a shop a post agency, a bus stop a
station's forecourt: their identifiers are borne by places of several categories, which stay as many."""

_OF_FAMILIES: Mapping[str, frozenset[str]] = {"uai": frozenset({"education"})}
"""Families in which a kind of identifier names the service. Elsewhere it names the site that the service stands on: the
UAI of a gym is its school's, which has a second gym and is no gym."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a row does not stand as a place of its own, with what it said of itself before it was joined to another."""

    kept: str
    """Id of the service that it was joined to."""
    merged: str
    """The id that the row would have had."""
    source: str
    local_id: str
    """The row's key at its publisher."""
    category: str
    name: str
    lon: float
    lat: float
    """WGS 84, degrees."""
    reason: str
    """``"uai 0710001R"``, ``"name"``, ``"alone"``…: the rule that joined them, without its figures; and, after a
    semicolon, which properties of the place that stands it gives: ``"name; gives position, capacity"``."""
    distance_m: float | None = None
    """From the row that it was joined to; None = nobody measured."""
    similarity: float | None = None
    """Of the two names, by what distinguishes them in their category, 0 … 100; None = one of them has no name."""

    @classmethod
    def between(cls, kept: Service, merged: Service, reason: str, distance_m: float, similarity: float) -> Decision:
        """Record that `merged` was joined to `kept`."""
        row = merged.provenance[0]
        named = similarity if kept.name and merged.name else None
        return cls(
            kept.id, merged.id, row.source, row.local_id, merged.category, merged.name, merged.lon, merged.lat,
            reason, distance_m, named,
        )  # fmt: skip


@dataclass(frozen=True)
class Conflated:
    """The places of all sources."""

    services: tuple[Service, ...]
    """Sorted by id."""
    ledgers: Mapping[str, Ledger]
    """Of the sources given, with linked rows as merged."""
    decisions: tuple[Decision, ...]
    dissents: tuple[Dissent, ...]
    """What rows say otherwise than the places that they are joined to; by place."""


@dataclass(eq=False)
class _Site:
    """A place that stands, and what is linked to it."""

    draft: Draft
    rows: list[Row]
    """The row that stands, then those joined to it."""
    links: set[tuple[str, str]]

    @classmethod
    def of(cls, draft: Draft, source: Source, xy_m: NDArray[np.float64], links: Iterable[tuple[str, str]]) -> _Site:
        """Return the place of one row alone."""
        return cls(draft, [Row(draft.service, source, xy_m)], set(links))

    @property
    def source(self) -> str:
        """Id of the source whose row stands."""
        return self.rows[0].source.id

    @property
    def sources(self) -> set[str]:
        """Ids of the sources that know it."""
        return {row.source.id for row in self.rows}

    @property
    def xy_m(self) -> NDArray[np.float64]:
        """Where the row that stands has it: (2,) metres of the plane."""
        return self.rows[0].xy_m

    def absorb(self, other: _Site) -> None:
        """Take another place's rows and identifiers along."""
        self.rows += other.rows
        self.links |= other.links


class _Sites:
    """The places that stand so far, by category and by shared identifier."""

    def __init__(self, rules: MatchRules) -> None:
        self._rules = rules
        self.of_category: dict[str, list[_Site]] = defaultdict(list)
        self.of_link: dict[tuple[str, str], list[_Site]] = defaultdict(list)
        self.decisions: list[Decision] = []

    def add(self, site: _Site) -> None:
        """Let a place stand."""
        self.of_category[site.draft.service.category].append(site)
        self._name(site)

    def link(self, site: _Site, other: _Site, reason: str) -> None:
        """Link another source's place to one that stands."""
        rule = self._rules.of(site.draft.service.category)
        self.decisions.append(_decision(site, other, reason, rule))
        site.absorb(other)
        self._name(site)

    def _name(self, site: _Site) -> None:
        for link in sorted(site.links):
            if site not in self.of_link[link]:
                self.of_link[link].append(site)


def conflate(results: Sequence[SourceResult], rules: MatchRules, precedence: Precedence, crs: str) -> Conflated:
    """Find the places behind the services of all sources.

    Parameters
    ----------
    results
        Of the sources of services; their order does not matter.
    rules
        When two rows are the same place.
    precedence
        Which of them gives what.
    crs
        Plane in metres of the territory.
    """
    projection = Projection(crs)
    ordered = sorted(results, key=lambda result: _rank(result.source))
    sites = _Sites(rules)
    for result in ordered:
        own = _of_one_source(result, rules, projection, sites.decisions)
        _link(own, sites, rules, official=result.source.official)
    standing = [site for group in sites.of_category.values() for site in group]
    settled = [precedence.settle(site.rows) for site in standing]
    complete = {c for result in results if result.source.official for c in result.source.complete}
    services = (_service(site, one.service, complete) for site, one in zip(standing, settled, strict=True))
    gives = {row: given for one in settled for row, given in one.gives.items()}
    found = [dissent for site, one in zip(standing, settled, strict=True) for dissent in dissents(one, site.rows)]
    return Conflated(
        tuple(sorted(services, key=lambda service: service.id)),
        _accounts(results, standing),
        tuple(_told(decision, gives.get(decision.merged, ())) for decision in sites.decisions),
        tuple(sorted(found, key=lambda dissent: dissent.service)),
    )


def _told(decision: Decision, gives: Sequence[str]) -> Decision:
    """Say with a decision what the row gives to the place that it was joined to in the end."""
    return replace(decision, reason=f"{decision.reason}; gives {', '.join(gives)}") if gives else decision


def _rank(source: Source) -> tuple[bool, bool, bool, bool, str]:
    """Order the sources by who is believed first.

    Who says where a place is comes before who takes it from there, and who still publishes before who no longer does.
    """
    return not source.official, not source.complete, source.placed_by is not None, not source.url, source.id


def _decision(kept: _Site, merged: _Site, reason: str, rule: Rule) -> Decision:
    one, other = kept.draft.service, merged.draft.service
    distance_m = float(np.hypot(*(kept.xy_m - merged.xy_m)))
    (alike,) = rule.vocabulary.alike([rule.vocabulary.read(one.name)], [rule.vocabulary.read(other.name)])
    return Decision.between(one, other, reason, distance_m, float(alike))


def _of_one_source(
    result: SourceResult, rules: MatchRules, projection: Projection, decisions: list[Decision]
) -> list[_Site]:
    """Return the places of one source, its own duplicates merged into the first of them."""
    drafts = result.drafts
    x, y = projection.to_xy_m([d.service.lon for d in drafts], [d.service.lat for d in drafts])
    by_link: dict[tuple[str, ...], _Site] = {}
    by_name: dict[tuple[str, ...], list[_Site]] = defaultdict(list)
    kept: list[_Site] = []
    for draft, xy_m in zip(drafts, np.column_stack([x, y]), strict=True):
        links = _own_links(draft)
        site = _Site.of(draft, result.source, xy_m, links)
        category, name = draft.service.category, words(draft.service.name)
        namesakes = by_name[(category, *sorted(name))] if name and not result.source.official else []
        former, reason = _same_inside(site, by_link, namesakes, rules.of(category).double_m)
        if former is None:
            kept.append(site)
            namesakes.append(site)
            former = site
        else:
            decisions.append(_decision(former, site, reason, rules.of(category)))
            former.absorb(site)
        by_link.update({(category, *link): former for link in links if (category, *link) not in by_link})
    return kept


def _own_links(draft: Draft) -> list[tuple[str, str]]:
    """Return the identifiers that name the service itself."""
    family = _family(draft.service)
    return [link for link in draft.links if family in _OF_FAMILIES.get(link[0], {family})]


def _family(service: Service) -> str:
    return service.category.partition(".")[0]


def _same_inside(
    site: _Site, by_link: Mapping[tuple[str, ...], _Site], namesakes: Sequence[_Site], double_m: float
) -> tuple[_Site | None, str]:
    """Return the earlier row of the same source that is the same place, and why; None when it is a place of its own.

    A publisher's own keys tell its places apart; volunteers' do not, so there a namesake close by counts too.
    """
    for link in _own_links(site.draft):
        former = by_link.get((site.draft.service.category, *link))
        if former is not None:
            return former, " ".join(link)
    for former in namesakes:
        distance = float(np.hypot(*(former.xy_m - site.xy_m)))
        if distance <= double_m:
            return former, "same name"
    return None, ""


def _link(own: Iterable[_Site], sites: _Sites, rules: MatchRules, *, official: bool) -> None:
    """Link the places of one source to those that stand; the rest stand from now on."""
    left: dict[str, list[_Site]] = defaultdict(list)
    for site in own:
        found = _by_identifier(site, sites, official=official)
        if found is None:
            left[site.draft.service.category].append(site)
        else:
            sites.link(found[0], site, found[1])
    for category, group in left.items():
        rule = rules.of(category)
        there = [s for s in sites.of_category[category] if group[0].source not in s.sources]
        pairs = one_to_one(rule, _places(there), _places(group))
        for pair in pairs:
            sites.link(there[pair.a], group[pair.b], pair.reason)
        linked = {pair.b for pair in pairs}
        for row, site in enumerate(group):
            if row not in linked:
                sites.add(site)


def _by_identifier(site: _Site, sites: _Sites, *, official: bool) -> tuple[_Site, str] | None:
    """Return the place that bears the same identifier: of the same category, or of any of its family.

    Of any only to a volunteers' row, by what an establishment is known by: of what a school teaches, its ministry
    knows more than its mapper. A school and a clinic in one place are two whatever they share.
    """
    for link in sorted(site.links):
        bearers = sites.of_link.get(link, [])
        same = [s for s in bearers if s.draft.service.category == site.draft.service.category]
        akin = [s for s in bearers if _family(s.draft.service) == _family(site.draft.service)]
        chosen = same or (akin if not official and link[0] in _OF_ONE_ESTABLISHMENT else [])
        if chosen:
            return chosen[0], " ".join(link)
    return None


def _places(sites: Sequence[_Site]) -> Places:
    xy_m = np.array([site.xy_m for site in sites], dtype=np.float64).reshape(-1, 2)
    services = [site.draft.service for site in sites]
    names, communes = [service.name for service in services], [service.insee for service in services]
    return Places(xy_m, names, communes, [frozenset(site.links) for site in sites])


def _service(site: _Site, service: Service, complete: set[str]) -> Service:
    doubtful = not site.rows[0].source.official and service.category in complete
    return replace(service, standing=Standing.UNCONFIRMED) if doubtful else service


def _accounts(results: Sequence[SourceResult], standing: Iterable[_Site]) -> dict[str, Ledger]:
    """Count as merged the rows of which no service stands on its own."""
    alive: dict[str, set[int]] = defaultdict(set)
    for site in standing:
        alive[site.source].add(site.draft.row)
    return {
        result.source.id: result.ledger.with_merged(
            len({draft.row for draft in result.drafts}) - len(alive[result.source.id])
        )
        for result in results
    }
