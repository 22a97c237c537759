"""Build a territory: from its sources to a published snapshot, one readable list of stages.

Nothing is published before the gates agree; whatever fails earlier leaves the former snapshot serving. What a stage
came to is kept (:mod:`ingest.stages`): a build that was stopped goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from geo.publication import prune, publish
from geo.snapshot_writer import write
from ingest.alone import alone
from ingest.derive import derive
from ingest.filling import fill
from ingest.findings import Finding, Outcome
from ingest.gates import check_access, check_sources, old_in_short
from ingest.gather import Gathered, gather
from ingest.ground_checks import check_ground
from ingest.identity import code_digest
from ingest.losses import Former, check_losses
from ingest.overrides import Accepted
from ingest.plan import Plan, make_plan
from ingest.progress import Advance, Progress, Silent
from ingest.settings import ROOT, BuildSettings
from ingest.stages import Stages
from ingest.store import Store, open_store
from ingest.store.base import Override
from ingest.totals import check_totals

__all__ = ["Builder", "Built"]


@dataclass(frozen=True)
class Built:
    """What a build came to."""

    territory: str
    snapshot_id: str
    folder: Path
    unchanged: bool
    """True when this very snapshot served already: nothing was done."""
    findings: tuple[Finding, ...] = ()
    overrides: tuple[Override, ...] = ()
    """Failures that somebody accepted."""
    unused: tuple[str, ...] = ()
    """Names that were accepted, and that no failure answered to."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By stage, in their order."""

    @property
    def warnings(self) -> list[str]:
        """What the gates let pass, but not in silence."""
        warned = [finding for finding in self.findings if finding.outcome is Outcome.WARN]
        told = [*old_in_short(warned), *(finding.text for finding in warned if finding.check != "age")]
        texts = {finding.name: finding.text for finding in self.findings}
        told += [f"accepted: {texts[override.gate]} (because: {override.reason})" for override in self.overrides]
        return told + [f"accepted {name}, but that did not fail" for name in self.unused]


class Builder:
    """Builds territories.

    Parameters
    ----------
    settings
        Where things are.
    transport
        Stands in for the network (tests); None: the network.
    progress
        Who is told of the stages.
    accepted
        Findings that may be failures all the same, and why.
    """

    def __init__(
        self,
        settings: BuildSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        progress: Progress | None = None,
        accepted: Accepted | None = None,
    ) -> None:
        self.settings = settings
        self._transport = transport
        self._accepted = accepted or Accepted()
        self._progress: Progress = progress or Silent()
        self._seconds: dict[str, float] = {}

    def build(self, territory: str) -> Built:
        """Build and publish a territory; do nothing when what it would be made from has not changed.

        Raises
        ------
        InvalidParameter
            When there is no such territory.
        SourceError
            When a source's file is missing or is not what its source declares.
        GateRefused
            When the result is not fit to be published.
        """
        self._seconds = {}
        plan = make_plan(territory, self.settings, self._stage, self._transport)
        if plan.unchanged:
            folder = plan.folder / plan.snapshot_id
            return Built(territory, plan.snapshot_id, folder, True, seconds=self._seconds)
        return self.carry_out(plan)

    def carry_out(self, plan: Plan) -> Built:
        """Build and publish what was planned.

        Raises
        ------
        ConfigurationError
            When another build of the territory is running.
        SourceError
            When a file is not what its source declares.
        GateRefused
            When the result is not fit to be published.
        """
        with alone(plan.folder):
            stages = Stages(self.settings.cache / plan.department.code, code_digest(ROOT))
            gathered = self._gather(plan, stages)
            findings = check_sources(gathered, plan.method, plan.absent)
            findings += [*check_losses(gathered, Former.of(plan.folder)), *check_ground(gathered)]
            findings += check_totals(gathered)
            self._accepted.require(findings)
            with open_store(self.settings.store_target) as store:
                run = self._store(store, plan, gathered, stages)
                findings += self._publish(plan, store, run, gathered, findings, stages)
            stages.prune()
            prune(plan.folder, self.settings.keep_snapshots)
        return Built(
            plan.department.code,
            plan.snapshot_id,
            plan.folder / plan.snapshot_id,
            False,
            tuple(findings),
            tuple(self._overrides(findings)),
            tuple(self._accepted.unused(findings)),
            self._seconds,
        )

    def _gather(self, plan: Plan, stages: Stages) -> Gathered:
        with self._stage("read", len(plan.fetched)) as advance:
            return gather(plan.sources, plan.fetched, plan.department, self.settings.data, advance, stages)

    def _store(self, store: Store, plan: Plan, gathered: Gathered, stages: Stages) -> int:
        with self._stage("store", 1) as advance:
            run = fill(store, str(self.settings.store_target), plan.department.code, gathered, stages)
            advance()
        return run

    def _publish(
        self, plan: Plan, store: Store, run: int, gathered: Gathered, before: Sequence[Finding], stages: Stages
    ) -> list[Finding]:
        """Derive, check what was derived, and publish; returns what this check found."""
        derived = derive(plan, store, run, gathered, self.settings.data, self._stage, stages, self.settings.jobs)
        content = derived.content
        loaded = content.loaded_area
        findings = check_access(derived.access, content.services, loaded, gathered.scope.area, derived.areas)
        self._accepted.require(findings)
        everything = [*before, *findings]
        overrides = self._overrides(everything)
        with self._stage("publish", 2) as advance:
            write(plan.folder, replace(content, run=_account(everything, overrides)))
            advance()
            store.judged(run, everything, overrides)
            publish(plan.folder, plan.snapshot_id)
            store.published(run, plan.snapshot_id)
            store.show(plan.taxonomy, plan.method)
            advance()
        return findings

    def _overrides(self, findings: Sequence[Finding]) -> list[Override]:
        accepted, now = self._accepted, datetime.now(UTC)
        return [Override(name, accepted.reason.strip(), now) for name in accepted.used(findings)]

    @contextmanager
    def _stage(self, name: str, steps: int) -> Iterator[Advance]:
        start = time.perf_counter()
        with self._progress.stage(name, steps) as advance:
            yield advance
        self._seconds[name] = time.perf_counter() - start


def _account(findings: Sequence[Finding], overrides: Sequence[Override]) -> dict[str, Any]:
    """Return what stands beside a snapshot without being of it: when it was built, and what the gates said then."""
    return {
        "built_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "findings": [asdict(finding) for finding in findings],
        "overrides": [
            {"name": override.gate, "reason": override.reason, "at": f"{override.at:%Y-%m-%dT%H:%M:%SZ}"}
            for override in overrides
        ],
    }
